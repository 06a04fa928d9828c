//! HTTP/2 in the clear (RFC 9113), by hand: servers that end streams and connections as they are told.
//!
//! `h2:BEHAVIOUR`, `h2:BEHAVIOUR=CODE`; the behaviours are listed in [`Connection::answer`] and [`Connection::together`]. Nothing is decoded of
//! the requests but where they end: the answer is the same whatever is asked.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

const PREFACE: usize = 24;
const HEADER: usize = 9;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;

const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const ACK: u8 = 1;

/// Time for the peer's acknowledgement, so that packets come in the order in which they are told.
const BREATH: Duration = Duration::from_millis(40);
/// A gRPC message of five bytes: not compressed, its length, its text.
const MESSAGE: &[u8] = b"\0\0\0\0\x05hello";

/// Fetches pages by curl and gives their statuses, sorted: one after the other over HTTP/2, or `together` over
/// connections of their own.
pub fn fetch(urls: &str, together: bool) -> Result<String, String> {
    let mut curl = Command::new("curl");
    curl.args(["-s", "--max-time", "20", "-w", "%{http_code} "]);
    curl.arg(if together { "--parallel-immediate" } else { "--http2-prior-knowledge" });
    if together {
        curl.arg("-Z");
    }
    for url in urls.split(' ') {
        curl.args(["-o", "/dev/null", url]);
    }
    let output = curl.stdin(Stdio::null()).output().map_err(|why| format!("curl: {why}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut statuses: Vec<&str> = text.split_whitespace().collect();
    statuses.sort_unstable();
    Ok(statuses.join(" "))
}

/// Starts a server.
pub fn serve(address: &str, behaviour: &str) -> Result<(), String> {
    let listener = TcpListener::bind(address).map_err(|why| format!("{address}: {why}"))?;
    let (name, code) = behaviour.split_once('=').unwrap_or((behaviour, "0"));
    let (name, code) = (name.to_owned(), code.parse().map_err(|_| format!("h2: no number: {code}"))?);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let name = name.clone();
            thread::spawn(move || Connection { stream, code, answered: 0, last: 0 }.serve(&name));
        }
    });
    Ok(())
}

struct Connection {
    stream: TcpStream,
    code: u32,
    answered: usize,
    /// The last stream that was answered.
    last: u32,
}

/// Whether the connection goes on.
enum Next {
    On,
    End,
    Reset,
}

impl Connection {
    fn serve(mut self, behaviour: &str) -> Option<()> {
        self.stream.set_nodelay(true).ok()?;
        self.stream.read_exact(&mut [0; PREFACE]).ok()?;
        self.frame(SETTINGS, 0, 0, &[])?;
        let mut waiting = Vec::new();
        loop {
            let mut header = [0; HEADER];
            match self.stream.read_exact(&mut header) {
                Ok(()) => {}
                // All are there that come together.
                Err(why) if why.kind() == ErrorKind::WouldBlock && !waiting.is_empty() => {
                    self.together(std::mem::take(&mut waiting), behaviour)?;
                    continue;
                }
                Err(why) if why.kind() == ErrorKind::WouldBlock => continue,
                Err(_) => return None,
            }
            let [a, b, c, kind, flags, stream @ ..] = header;
            let mut body = vec![0; usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c)];
            self.stream.read_exact(&mut body).ok()?;
            let stream = u32::from_be_bytes(stream) & 0x7fff_ffff;
            let whole = matches!(kind, HEADERS | DATA) && flags & END_STREAM != 0;
            match kind {
                SETTINGS if flags & ACK == 0 => self.frame(SETTINGS, ACK, 0, &[])?,
                PING if flags & ACK == 0 => self.frame(PING, ACK, 0, &body)?,
                HEADERS if whole && behaviour.starts_with("together") => {
                    self.stream.set_read_timeout(Some(3 * BREATH)).ok()?;
                    waiting.push(stream);
                }
                HEADERS | DATA if (whole || behaviour == "early") && stream > self.last => {
                    self.last = stream;
                    match self.answer(behaviour, stream)? {
                        Next::On => {}
                        Next::End => return self.end(),
                        // Closed while bytes wait unread: RST. The peer acknowledges PING with some.
                        Next::Reset => {
                            self.frame(PING, 0, 0, &[0; 8])?;
                            return self.stream.peek(&mut [0]).ok().map(|_| ());
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn end(mut self) -> Option<()> {
        thread::sleep(BREATH);
        self.stream.shutdown(Shutdown::Write).ok()?;
        let _ = self.stream.set_read_timeout(Some(Duration::from_secs(2)));
        let _ = self.stream.read_to_end(&mut Vec::new());
        Some(())
    }

    /// Answers the last first; or not at all, with an error, where it is not alone.
    fn together(&mut self, streams: Vec<u32>, behaviour: &str) -> Option<()> {
        let count = streams.len();
        for (number, stream) in streams.into_iter().rev().enumerate() {
            if number == 0 && count > 1 && behaviour == "together-but-one" {
                self.frame(RST_STREAM, 0, stream, &self.code.to_be_bytes())?;
            } else {
                self.whole(stream)?;
            }
        }
        Some(())
    }

    /// What is said to a whole request.
    fn answer(&mut self, behaviour: &str, stream: u32) -> Option<Next> {
        self.answered += 1;
        let code = self.code;
        match behaviour {
            "ok" => self.whole(stream)?,
            "plain" => self.plain(stream)?,
            // Nothing of this stream was done.
            "goaway" => {
                self.goaway(0, code)?;
                return Some(Next::End);
            }
            // This stream was begun, and fails with the connection.
            "goaway-within" => {
                self.goaway(stream, code)?;
                return Some(Next::End);
            }
            // The first is answered; for the second the server has gone away below it.
            "goaway-second" => {
                if self.answered == 1 {
                    self.whole(stream)?;
                } else {
                    self.goaway(stream.saturating_sub(2), code)?;
                    return Some(Next::End);
                }
            }
            // In order: whole answer, then the connection is given up.
            "ok-goaway" => {
                self.whole(stream)?;
                thread::sleep(BREATH);
                self.goaway(stream, code)?;
                return Some(Next::End);
            }
            // Announces the end, then answers what it has taken on.
            "goaway-then-ok" => {
                self.goaway(stream, code)?;
                thread::sleep(BREATH);
                self.whole(stream)?;
                return Some(Next::End);
            }
            "rst" => self.frame(RST_STREAM, 0, stream, &code.to_be_bytes())?,
            "rst-within" => {
                self.begin(stream)?;
                thread::sleep(BREATH);
                self.frame(RST_STREAM, 0, stream, &code.to_be_bytes())?;
            }
            // A whole answer before the request's body is there, which is then no longer wanted.
            "early" | "ok-rst" => {
                self.whole(stream)?;
                self.frame(RST_STREAM, 0, stream, &code.to_be_bytes())?;
            }
            "close" => return Some(Next::End),
            "close-within" => {
                self.begin(stream)?;
                return Some(Next::End);
            }
            "reset" => return Some(Next::Reset),
            "hold" => {}
            other => eprintln!("h2: no such behaviour: {other}"),
        }
        Some(Next::On)
    }

    /// HEADERS, DATA, and trailers with `grpc-status: 0`.
    fn whole(&mut self, stream: u32) -> Option<()> {
        self.begin(stream)?;
        self.frame(HEADERS, END_HEADERS | END_STREAM, stream, &field("grpc-status", "0"))
    }

    /// HEADERS and DATA that ends the stream.
    fn plain(&mut self, stream: u32) -> Option<()> {
        let fields = [&[0x88][..], &field("content-type", "text/plain")].concat();
        self.frame(HEADERS, END_HEADERS, stream, &fields)?;
        self.frame(DATA, END_STREAM, stream, b"All is well here.\n")
    }

    fn begin(&mut self, stream: u32) -> Option<()> {
        // 0x88: `:status: 200`, which stands in HPACK's static table.
        let fields = [&[0x88][..], &field("content-type", "application/grpc")].concat();
        self.frame(HEADERS, END_HEADERS, stream, &fields)?;
        self.frame(DATA, 0, stream, MESSAGE)
    }

    fn goaway(&mut self, last: u32, code: u32) -> Option<()> {
        self.frame(GOAWAY, 0, 0, &[&last.to_be_bytes()[..], &code.to_be_bytes(), b"lab"].concat())
    }

    fn frame(&mut self, kind: u8, flags: u8, stream: u32, body: &[u8]) -> Option<()> {
        let [.., a, b, c] = body.len().to_be_bytes();
        let head = [&[a, b, c, kind, flags][..], &stream.to_be_bytes()].concat();
        self.stream.write_all(&[head, body.to_vec()].concat()).ok()
    }
}

/// A field that is not remembered, neither name nor value compressed (RFC 7541 section 6.2.2).
fn field(name: &str, value: &str) -> Vec<u8> {
    let text = |text: &str| [&[u8::try_from(text.len()).unwrap_or(0)][..], text.as_bytes()].concat();
    [vec![0], text(name), text(value)].concat()
}
