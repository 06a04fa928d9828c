//! A client that follows a script, so that it leaves when the case wants it to.
//!
//! `PROXY absolute|origin ACTION…`: how targets are written to it, as to a forward or a reverse proxy.
//!
//! Actions: `open` (a new connection to the proxy; the first request opens one by itself), `another` (the connection stays
//! open, the next action begins a new one), `finish` (no more is sent, the answer is still awaited), `get:URL`,
//! `head:URL`, `post:SIZE:URL` (each reads the answer), `ask:URL` (sends a GET, reads nothing),
//! `connect:HOST:PORT`, `tls:…HOST:PORT` (a page over TLS: [`super::tls_client`]), `hello:SIZE:NAME` (a ClientHello
//! alone), `h2:URL URL…` (pages over one HTTP/2 connection) and `together:URL URL…` (at the same time), by curl, `browse:URL` (by Chromium), `raw:TEXT` (with `\r\n`), `hear:BYTES` (reads that much), `read` (one answer), `rest:MS` (how it goes on),
//! `sleep:MS`, `close`, `reset`. Prints one line per answer: its status, or why there is none.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::Duration;

/// Longer than the natural timers that are recorded (a DNS timeout of 30 s).
const PATIENCE: Duration = Duration::from_secs(70);

pub fn run(arguments: &[String]) -> Result<(), String> {
    let [proxy, form, script @ ..] = arguments else {
        return Err("the proxy's address, and absolute or origin, are missing".to_owned());
    };
    let absolute = form == "absolute";
    let mut stream: Option<TcpStream> = None;
    let mut aside = Vec::new();
    for action in script {
        let (verb, rest) = action.split_once(':').unwrap_or((action, ""));
        match verb {
            "sleep" => {
                thread::sleep(Duration::from_millis(rest.parse().unwrap_or(0)));
                continue;
            }
            "close" => {
                stream = None;
                continue;
            }
            "tls" => {
                println!("{}", super::tls_client::fetch(proxy, rest)?);
                continue;
            }
            "browse" => {
                println!("{}", super::tls_client::browse(proxy, rest)?);
                continue;
            }
            "h2" | "together" => {
                println!("{}", super::h2::fetch(rest, verb == "together")?);
                continue;
            }
            "open" => stream = None,
            "another" => {
                aside.extend(stream.take());
                continue;
            }
            _ => {}
        }
        let mut open = match stream.take() {
            Some(open) => open,
            None => dial(proxy)?,
        };
        perform(&mut open, absolute, verb, rest)?;
        if verb != "reset" {
            stream = Some(open);
        }
    }
    Ok(())
}

fn dial(proxy: &str) -> Result<TcpStream, String> {
    let stream = TcpStream::connect(proxy).map_err(|why| format!("{proxy}: {why}"))?;
    stream.set_nodelay(true).map_err(|why| why.to_string())?;
    stream.set_read_timeout(Some(PATIENCE)).map_err(|why| why.to_string())?;
    Ok(stream)
}

fn perform(stream: &mut TcpStream, absolute: bool, verb: &str, rest: &str) -> Result<(), String> {
    let mut exchange = |method: &str, url: &str, body: &[u8]| {
        send(stream, &request(absolute, method, url, body))?;
        report(stream, method);
        Ok(())
    };
    match verb {
        "get" => exchange("GET", rest, b""),
        "head" => exchange("HEAD", rest, b""),
        "ask" => send(stream, &request(absolute, "GET", rest, b"")),
        "post" => {
            let (size, url) = rest.split_once(':').ok_or("post:SIZE:URL")?;
            exchange("POST", url, &vec![b'x'; size.parse().unwrap_or(0)])
        }
        "connect" => {
            send(
                stream,
                format!("CONNECT {rest} HTTP/1.1\r\nHost: {rest}\r\nUser-Agent: lab-client\r\n\r\n").as_bytes(),
            )?;
            report(stream, "CONNECT");
            Ok(())
        }
        "raw" => send(stream, rest.replace("\\r", "\r").replace("\\n", "\n").as_bytes()),
        "hear" => {
            let mut bytes = vec![0; rest.parse().unwrap_or(1)];
            stream.read_exact(&mut bytes).map_err(|why| why.to_string())
        }
        "read" => {
            report(stream, "GET");
            Ok(())
        }
        // Waits for bytes and leaves them unread: closing then sends RST (see the origin).
        "reset" => stream.peek(&mut [0]).map(|_| ()).map_err(|why| why.to_string()),
        "finish" => stream.shutdown(Shutdown::Write).map_err(|why| why.to_string()),
        "open" => Ok(()),
        "hello" => super::tls_client::hello(stream, rest),
        "rest" => {
            println!("{}", super::tls_client::rest(stream, rest.parse().unwrap_or(0)));
            Ok(())
        }
        other => Err(format!("no such action: {other}")),
    }
}

fn send(stream: &mut TcpStream, bytes: &[u8]) -> Result<(), String> {
    stream.write_all(bytes).map_err(|why| why.to_string())
}

/// To a forward proxy the URL is the target, to a reverse proxy only its path.
fn request(absolute: bool, method: &str, url: &str, body: &[u8]) -> Vec<u8> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split('/').next().unwrap_or_default();
    let url = if absolute { url } else { rest.get(host.len()..).unwrap_or("/") };
    let length = if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    let head =
        format!("{method} {url} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: lab-client\r\nAccept: */*\r\n{length}\r\n");
    [head.as_bytes(), body].concat()
}

fn report(stream: &mut TcpStream, method: &str) {
    match answer(stream, method) {
        Ok(status) => println!("{status}"),
        Err(why) => println!("none: {why}"),
    }
}

/// Reads one answer and gives its status, with ` cut` behind it where the body stays short.
fn answer(stream: &mut TcpStream, method: &str) -> Result<String, String> {
    let mut header = Vec::new();
    let mut byte = [0];
    while !header.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).map_err(|why| why.to_string())? == 0 {
            return Err(format!("closed after {} bytes", header.len()));
        }
        header.push(byte[0]);
    }
    let header = String::from_utf8_lossy(&header).to_lowercase();
    let status = header.split_whitespace().nth(1).unwrap_or("?").to_owned();
    if status == "100" {
        return answer(stream, method);
    }
    let field = |name: &str| header.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    if method == "HEAD" || method == "CONNECT" && status == "200" || ["101", "204", "304"].contains(&status.as_str()) {
        return Ok(status);
    }
    let whole = if field("transfer-encoding").is_some_and(|coding| coding.contains("chunked")) {
        chunks(stream).is_some()
    } else if let Some(length) = field("content-length").and_then(|length| length.parse().ok()) {
        let mut body = vec![0; length];
        stream.read_exact(&mut body).is_ok()
    } else {
        let mut body = Vec::new();
        stream.read_to_end(&mut body).is_ok()
    };
    Ok(if whole { status } else { format!("{status} cut") })
}

/// Reads a chunked body; `None` when it breaks off.
fn chunks(stream: &mut TcpStream) -> Option<()> {
    let mut last = false;
    loop {
        let mut line = Vec::new();
        let mut byte = [0];
        while !line.ends_with(b"\r\n") {
            stream.read_exact(&mut byte).ok()?;
            line.push(byte[0]);
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim();
        if last {
            if text.is_empty() {
                return Some(());
            }
            continue;
        }
        let size = usize::from_str_radix(text.split(';').next()?.trim(), 16).ok()?;
        last = size == 0;
        if !last {
            stream.read_exact(&mut vec![0; size + 2]).ok()?;
        }
    }
}
