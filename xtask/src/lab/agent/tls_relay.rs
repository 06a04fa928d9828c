//! A relay before a TLS server that breaks its connections at a chosen place: the handshake is real, its end is made.
//!
//! A reset needs no socket option: Linux answers with RST when a socket is closed while received bytes wait unread. So
//! what is read is often only peeked at.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::tls_bytes;

/// A side has said all when it says nothing for this long.
const QUIET: Duration = Duration::from_millis(150);
/// How late a late ServerHello is.
const LATE: Duration = Duration::from_secs(3);
/// The type of a record that holds application data, or in TLS 1.3 anything encrypted.
const DATA: u8 = 23;

/// Where a connection breaks, and how.
#[derive(Clone, Copy, Debug)]
pub enum Cut {
    /// In the middle of the server's first flight (ServerHello to the end).
    Half(End),
    /// Behind the server's first flight.
    Flight(End),
    /// When the client's second flight is there, which does not reach the server.
    Later(End),
    /// When the client's first application data is there, which does not reach the server.
    Request(End),
    /// In the middle of the answer to it.
    Answer(End),
    /// Behind the answer to it.
    Whole(End),
    /// Nowhere, but the ServerHello is late ([`LATE`]).
    Late,
}

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// FIN, without TLS's own good-bye.
    Close,
    /// RST.
    Reset,
    /// It does not: silence until the client leaves.
    Hold,
}

impl Cut {
    /// `PLACE-END`, or `late`.
    pub fn named(name: &str) -> Result<Self, String> {
        if name == "late" {
            return Ok(Self::Late);
        }
        let unknown = || format!("tls: no such cut: {name}");
        let (place, end) = name.split_once('-').ok_or_else(unknown)?;
        let end = match end {
            "close" => End::Close,
            "reset" => End::Reset,
            "hold" => End::Hold,
            _ => return Err(unknown()),
        };
        Ok(match place {
            "half" => Self::Half(end),
            "flight" => Self::Flight(end),
            "later" => Self::Later(end),
            "request" => Self::Request(end),
            "answer" => Self::Answer(end),
            "whole" => Self::Whole(end),
            _ => return Err(unknown()),
        })
    }
}

/// Listens at `address` for the server at `server`. `hidden`: TLS 1.3, whose Finished looks like application data.
pub fn start(address: &str, server: String, cut: Cut, hidden: bool) -> Result<(), String> {
    let listener = TcpListener::bind(address).map_err(|why| format!("{address}: {why}"))?;
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let server = server.clone();
            thread::spawn(move || {
                stream.set_nodelay(true).ok()?;
                let behind = TcpStream::connect(server).ok()?;
                match cut {
                    Cut::Half(end) | Cut::Flight(end) | Cut::Later(end) => handshake(stream, behind, cut, end),
                    Cut::Request(end) | Cut::Answer(end) | Cut::Whole(end) => {
                        after(stream, behind, cut, end, usize::from(hidden))
                    }
                    Cut::Late => {
                        tls_bytes::peek_hello(&stream)?;
                        thread::sleep(LATE);
                        after(stream, behind, cut, End::Close, usize::MAX)
                    }
                }
            });
        }
    });
    Ok(())
}

/// A connection that breaks in the handshake.
fn handshake(mut stream: TcpStream, mut behind: TcpStream, cut: Cut, end: End) -> Option<()> {
    let hello = tls_bytes::peek_hello(&stream)?;
    behind.write_all(&hello).ok()?;
    let unread = end == End::Reset && !matches!(cut, Cut::Later(_));
    if !unread {
        stream.read_exact(&mut vec![0; hello.len()]).ok()?;
    }
    let flight = all(&mut behind)?;
    let wanted = if matches!(cut, Cut::Half(_)) { flight.len() / 2 } else { flight.len() };
    stream.write_all(flight.get(..wanted)?).ok()?;
    if matches!(cut, Cut::Later(_)) {
        stream.peek(&mut [0]).ok()?;
        thread::sleep(QUIET);
    }
    finish(stream, end)
}

/// A connection that breaks after the handshake, with the client's first data behind so many records that are none.
fn after(mut stream: TcpStream, mut behind: TcpStream, cut: Cut, end: End, before: usize) -> Option<()> {
    let asked = Arc::new(AtomicBool::new(false));
    let down = {
        let (mut from, mut to) = (behind.try_clone().ok()?, stream.try_clone().ok()?);
        let asked = Arc::clone(&asked);
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            loop {
                // What comes after the request is the answer, of which the other half is kept back.
                if asked.load(Ordering::SeqCst) {
                    let answer = all(&mut from)?;
                    let wanted = if matches!(cut, Cut::Whole(_)) { answer.len() } else { answer.len() / 2 };
                    return to.write_all(answer.get(..wanted)?).ok();
                }
                from.set_read_timeout(Some(QUIET / 10)).ok()?;
                match from.read(&mut buffer) {
                    Ok(0) if matches!(cut, Cut::Late) => return to.shutdown(Shutdown::Write).ok(),
                    Ok(0) => return None,
                    Ok(length) => to.write_all(buffer.get(..length)?).ok()?,
                    Err(_) => {}
                }
            }
        })
    };
    let mut data = 0;
    loop {
        let record = peek_record(&stream)?;
        data += usize::from(record.first() == Some(&DATA));
        let request = data > before;
        let answered = matches!(cut, Cut::Answer(_) | Cut::Whole(_));
        if request && answered {
            // All that the handshake brings is through.
            thread::sleep(QUIET / 3);
            asked.store(true, Ordering::SeqCst);
            thread::sleep(QUIET / 3);
        }
        if !request || answered {
            behind.write_all(&record).ok()?;
        }
        if !request || end != End::Reset {
            stream.read_exact(&mut vec![0; record.len()]).ok()?;
        }
        if request {
            break;
        }
    }
    if matches!(cut, Cut::Request(_)) {
        thread::sleep(QUIET);
        behind.shutdown(Shutdown::Both).ok()?;
    }
    // Its share of the connection is closed, too.
    let _ = down.join();
    thread::sleep(QUIET);
    finish(stream, end)
}

fn finish(mut stream: TcpStream, end: End) -> Option<()> {
    match end {
        // There are unread bytes.
        End::Reset => return Some(()),
        End::Close => stream.shutdown(Shutdown::Write).ok()?,
        End::Hold => {}
    }
    let _ = stream.read_to_end(&mut Vec::new());
    Some(())
}

/// All that a side says until it rests.
fn all(stream: &mut TcpStream) -> Option<Vec<u8>> {
    stream.set_read_timeout(Some(QUIET)).ok()?;
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    while let Some(length) = stream.read(&mut buffer).ok().filter(|length| *length > 0) {
        bytes.extend_from_slice(buffer.get(..length)?);
    }
    Some(bytes)
}

/// Waits for a whole record without taking it out of the socket.
fn peek_record(stream: &TcpStream) -> Option<Vec<u8>> {
    let mut buffer = vec![0; 20_000];
    for _ in 0..1000 {
        let length = stream.peek(&mut buffer).ok().filter(|length| *length > 0)?;
        if let Some([_, _, _, high, low]) = buffer.get(..length)?.first_chunk() {
            let wanted = 5 + usize::from(u16::from_be_bytes([*high, *low]));
            if length >= wanted {
                return Some(buffer.get(..wanted)?.to_vec());
            }
        }
        thread::sleep(Duration::from_millis(5));
    }
    None
}
