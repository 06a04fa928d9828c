//! Web servers that behave as they are told: well, slowly, or in one particular wrong way.
//!
//! `ADDRESS=BEHAVIOUR`; the behaviours are listed in [`serve`]: another way to fail is another arm there; those of TLS and
//! HTTP/2 are in files of their own. `a|b` is one for the first connection, and the last one for all that follow. A reset
//! needs no socket option: Linux answers with RST when a socket is closed while received bytes wait unread, so those
//! behaviours only peek at the request.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

/// How long a server that holds its peace keeps the connection: longer than any timer in the lab.
const HOLD: Duration = Duration::from_secs(120);
/// Time for the peer's acknowledgement, so that packets come in the order in which they are told.
const BREATH: Duration = Duration::from_millis(30);

pub fn run(arguments: &[String]) -> Result<(), String> {
    let mut servers = Vec::new();
    for argument in arguments {
        let (address, behaviour) = argument.split_once('=').ok_or("ADDRESS=BEHAVIOUR")?;
        // Servers with threads or processes of their own.
        match behaviour.split_once(':').unwrap_or((behaviour, "")) {
            ("tls", wishes) => {
                super::tls_server::serve(address, wishes)?;
                continue;
            }
            ("h2", behaviour) => {
                super::h2::serve(address, behaviour)?;
                continue;
            }
            _ => {}
        }
        let listener = TcpListener::bind(address).map_err(|why| format!("{address}: {why}"))?;
        let behaviour = behaviour.to_owned();
        servers.push(thread::spawn(move || {
            let in_turn: Vec<String> = behaviour.split('|').map(str::to_owned).collect();
            for (number, stream) in listener.incoming().flatten().enumerate() {
                let behaviour = in_turn.get(number).or(in_turn.last()).cloned().unwrap_or_default();
                thread::spawn(move || serve(stream, &behaviour));
            }
        }));
    }
    println!("ready");
    for server in servers {
        let _ = server.join();
    }
    // Servers that are processes of their own end with the namespace.
    thread::sleep(HOLD);
    Ok(())
}

/// One connection, by behaviour; `NAME:NUMBER` gives a number.
fn serve(mut stream: TcpStream, behaviour: &str) -> Option<()> {
    let (name, value) = behaviour.split_once(':').unwrap_or((behaviour, ""));
    let number: u64 = value.parse().unwrap_or(0);
    let pause = Duration::from_millis(number);
    match name {
        "ok" => while good(&mut stream).is_some() {},
        // Reads nothing, for good or for a time; then answers.
        "deaf" => {
            thread::sleep(if number == 0 { HOLD } else { pause });
            while good(&mut stream).is_some() {}
        }
        // Takes the request, says nothing.
        "hold" => {
            request(&mut stream)?;
            thread::sleep(HOLD);
        }
        // Good answers; closes a connection that rests for so long.
        "impatient" => {
            stream.set_read_timeout(Some(pause)).ok()?;
            while good(&mut stream).is_some() {}
        }
        "close" => {
            request(&mut stream)?;
            thread::sleep(pause);
        }
        "reset" => {
            peek_request(&stream)?;
            thread::sleep(pause.max(BREATH));
        }
        // A banner at once, as a mail server on the wrong port.
        "banner" => {
            say(&mut stream, b"220 mail.example.com ESMTP ready\r\n")?;
            thread::sleep(Duration::from_secs(2));
        }
        // The body without a status line and header fields.
        "headless" => {
            request(&mut stream)?;
            say(&mut stream, &document(900))?;
        }
        "bad-status-line" => {
            request(&mut stream)?;
            say(&mut stream, b"HTTP/1.1 2OO OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nhello\n")?;
        }
        "bad-field" => {
            request(&mut stream)?;
            say(
                &mut stream,
                b"HTTP/1.1 200 OK\r\nServer: lab\r\nthis line is no field\r\nContent-Length: 6\r\n\r\nhello\n",
            )?;
        }
        // A head with something that HTTP does not allow.
        "two-lengths" | "length-and-chunks" | "folded" | "blank-before-colon" | "nul" | "switches" | "version" => {
            request(&mut stream)?;
            let head = match name {
                "two-lengths" => "Content-Length: 6\r\nContent-Length: 60\r\n",
                "length-and-chunks" => "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n",
                "folded" => " X-Folded: at once\r\nContent-Length: 6\r\n",
                "blank-before-colon" => "X-Blank : yes\r\nContent-Length: 6\r\n",
                "nul" => "X-Nul: a\0b\r\nContent-Length: 6\r\n",
                _ => "Upgrade: websocket\r\nConnection: Upgrade\r\n",
            };
            let line = if name == "switches" { "101 Switching Protocols" } else { "200 OK" };
            let body = match name {
                "length-and-chunks" => "6\r\nhello\n\r\n0\r\n\r\n",
                "switches" => "",
                _ => "hello\n",
            };
            say(&mut stream, format!("HTTP/1.1 {line}\r\n{head}\r\n{body}").as_bytes())?;
            thread::sleep(BREATH);
        }
        // Refuses an upload before it has read it, and resets the connection: at once, or after a pause.
        "refuses-upload" => {
            peek_request(&stream)?;
            say(&mut stream, &head("413 Content Too Large", "Content-Length: 0\r\nConnection: close\r\n"))?;
            thread::sleep(pause);
        }
        // A cookie of so many bytes.
        "big-header" => {
            request(&mut stream)?;
            let cookie =
                format!("Set-Cookie: id={}\r\nContent-Length: 6\r\n", "y".repeat(usize::try_from(number).unwrap_or(0)));
            say(&mut stream, &[head("200 OK", &cookie), b"hello\n".to_vec()].concat())?;
            thread::sleep(BREATH);
        }
        // One good chunk, then one whose size is no number.
        "bad-chunk" => {
            request(&mut stream)?;
            say(&mut stream, &head("200 OK", "Transfer-Encoding: chunked\r\n"))?;
            say(&mut stream, b"6\r\nhello\n\r\n")?;
            thread::sleep(BREATH);
            say(&mut stream, b"six\r\nworld\n\r\n0\r\n\r\n")?;
            thread::sleep(HOLD);
        }
        "half-header" => {
            request(&mut stream)?;
            say(&mut stream, b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nSet-Cookie: half=1")?;
            thread::sleep(BREATH);
        }
        // Announces 6000 bytes and sends 2000, then FIN or RST.
        "short" => {
            request(&mut stream)?;
            short(&mut stream)?;
        }
        "short-reset" => {
            peek_request(&stream)?;
            short(&mut stream)?;
        }
        "short-chunked" => {
            request(&mut stream)?;
            say(
                &mut stream,
                b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n",
            )?;
            say(&mut stream, &document(1024))?;
            say(&mut stream, b"\r\n")?;
            thread::sleep(BREATH);
        }
        // A whole answer, then RST instead of FIN.
        "ok-reset" => {
            peek_request(&stream)?;
            let body = document(700);
            let head = head("200 OK", &format!("Content-Length: {}\r\nConnection: close\r\n", body.len()));
            say(&mut stream, &[head, body].concat())?;
            thread::sleep(Duration::from_millis(200));
        }
        "until-close" => {
            request(&mut stream)?;
            say(&mut stream, &[head("200 OK", "Connection: close\r\n"), document(3000)].concat())?;
            thread::sleep(BREATH);
        }
        "slow" => {
            request(&mut stream)?;
            thread::sleep(pause);
            answer(&mut stream, "GET", "200 OK", 800)?;
        }
        // Says half of its answer, rests, says the rest.
        "halting" => {
            request(&mut stream)?;
            let body = document(4000);
            say(&mut stream, &head("200 OK", "Content-Length: 4000\r\n"))?;
            say(&mut stream, body.get(..1500)?)?;
            thread::sleep(pause);
            say(&mut stream, body.get(1500..)?)?;
            while good(&mut stream).is_some() {}
        }
        // Says a part of its answer, and no more.
        "stall" => {
            request(&mut stream)?;
            say(&mut stream, &[head("200 OK", "Content-Length: 4000\r\n"), document(1500)].concat())?;
            thread::sleep(HOLD);
        }
        "status" => {
            let asked = request(&mut stream)?;
            let line = match number {
                500 => "500 Internal Server Error",
                502 => "502 Bad Gateway",
                503 => "503 Service Unavailable",
                _ => "504 Gateway Timeout",
            };
            answer(&mut stream, &asked.method, line, 240)?;
            thread::sleep(BREATH);
        }
        // Answers in kind whatever comes: the inside of a tunnel.
        "echo" => {
            let mut buffer = [0; 2048];
            loop {
                let length = stream.read(&mut buffer).ok().filter(|length| *length > 0)?;
                say(&mut stream, buffer.get(..length)?)?;
            }
        }
        other => return super::tls_bytes::serve(stream, other, value),
    }
    Some(())
}

/// One good answer on a kept-alive connection; the path may ask for a particular one.
fn good(stream: &mut TcpStream) -> Option<()> {
    let asked = request(stream)?;
    match asked.path.as_str() {
        "/204" => say(stream, b"HTTP/1.1 204 No Content\r\nServer: lab\r\n\r\n"),
        "/304" => say(stream, b"HTTP/1.1 304 Not Modified\r\nServer: lab\r\nETag: \"1\"\r\n\r\n"),
        "/chunked" => say(
            stream,
            b"HTTP/1.1 200 OK\r\nServer: lab\r\nTransfer-Encoding: chunked\r\nTrailer: Expires\r\n\r\n6;note=first\r\nhello \r\n6\r\nworld\n\r\n0\r\nExpires: 0\r\n\r\n",
        ),
        "/ws" => {
            say(
                stream,
                b"HTTP/1.1 101 Switching Protocols\r\nServer: lab\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
            )?;
            let mut buffer = [0; 2048];
            loop {
                let length = stream.read(&mut buffer).ok().filter(|length| *length > 0)?;
                say(stream, buffer.get(..length)?)?;
            }
        }
        "/small" => answer(stream, &asked.method, "200 OK", 20),
        "/missing" => answer(stream, &asked.method, "404 Not Found", 60),
        path => {
            // `/bytes/N` is a page of that size.
            let length = path.strip_prefix("/bytes/").and_then(|length| length.parse().ok()).unwrap_or(600);
            answer(stream, &asked.method, "200 OK", length)
        }
    }
}

fn answer(stream: &mut TcpStream, method: &str, status: &str, length: usize) -> Option<()> {
    let mut bytes = head(status, &format!("Content-Length: {length}\r\n"));
    if method != "HEAD" {
        bytes.extend(document(length));
    }
    say(stream, &bytes)
}

fn short(stream: &mut TcpStream) -> Option<()> {
    say(stream, &[head("200 OK", "Content-Length: 6000\r\n"), document(2000)].concat())?;
    thread::sleep(Duration::from_millis(200));
    Some(())
}

fn head(status: &str, fields: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\nServer: lab\r\nContent-Type: text/html\r\n{fields}\r\n").into_bytes()
}

fn document(length: usize) -> Vec<u8> {
    b"<html><body>A page of the lab. "
        .iter()
        .chain(b"All is well here.\n".iter().cycle())
        .take(length)
        .copied()
        .collect()
}

fn say(stream: &mut TcpStream, bytes: &[u8]) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    stream.write_all(bytes).ok()
}

/// What was asked for.
struct Asked {
    method: String,
    path: String,
}

/// Reads one request with its body; `None` when the peer has gone.
fn request(stream: &mut TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    let end = loop {
        if let Some(end) = header_end(&bytes) {
            break end;
        }
        let length = stream.read(&mut buffer).ok().filter(|length| *length > 0)?;
        bytes.extend_from_slice(buffer.get(..length)?);
    };
    let header = String::from_utf8_lossy(bytes.get(..end)?).into_owned();
    if header.to_lowercase().contains("expect: 100-continue") {
        say(stream, b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    let body = header
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse::<usize>().ok())
        .unwrap_or(0);
    while bytes.len() < end + body {
        let length = stream.read(&mut buffer).ok().filter(|length| *length > 0)?;
        bytes.extend_from_slice(buffer.get(..length)?);
    }
    let mut words = header.split_whitespace();
    Some(Asked { method: words.next()?.to_owned(), path: words.next()?.to_owned() })
}

/// Waits for a whole request without taking it out of the socket.
fn peek_request(stream: &TcpStream) -> Option<()> {
    let mut buffer = [0; 8192];
    for _ in 0..1000 {
        match stream.peek(&mut buffer) {
            Ok(0) => return None,
            Ok(length) if header_end(buffer.get(..length)?).is_some() => return Some(()),
            Ok(_) => thread::sleep(Duration::from_millis(10)),
            Err(why) if why.kind() == ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
    }
    let _ = stream.shutdown(Shutdown::Both);
    None
}

fn header_end(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4)
}
