//! Servers that answer a ClientHello without any cryptography: alerts, silence, the end, another protocol.
//!
//! `hello-alert:NUMBER`, `hello-hold`, `hello-reset:MS`, `hello-close:MS`, `hello-http`; each waits for a whole
//! ClientHello first. `ssh` speaks at once.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::Duration;

/// How long a silent server keeps the connection: longer than any timer in the lab.
const HOLD: Duration = Duration::from_secs(120);
/// Time for the peer's acknowledgement, so that packets come in the order in which they are told.
const BREATH: Duration = Duration::from_millis(30);

/// What a web server says to bytes that are no request.
const BAD_REQUEST: &str = "HTTP/1.1 400 Bad Request\r\nServer: lab\r\nContent-Type: text/html\r\nContent-Length: 45\r\n\
                           Connection: close\r\n\r\n<html><body>400 Bad Request</body></html>\r\n\r\n";

/// One connection, by behaviour; `None` also where there is no such behaviour.
pub fn serve(mut stream: TcpStream, name: &str, value: &str) -> Option<()> {
    let pause = Duration::from_millis(value.parse().unwrap_or(0)).max(BREATH);
    stream.set_nodelay(true).ok()?;
    if name == "ssh" {
        stream.write_all(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n").ok()?;
        thread::sleep(Duration::from_secs(2));
        return Some(());
    }
    let hello = peek_hello(&stream)?;
    if name == "hello-reset" {
        // Closed with unread bytes: RST.
        thread::sleep(pause);
        return Some(());
    }
    stream.read_exact(&mut vec![0; hello.len()]).ok()?;
    match name {
        "hello-alert" => stream.write_all(&[21, 3, 3, 0, 2, 2, value.parse().ok()?]).ok()?,
        "hello-hold" => {
            let _ = stream.set_read_timeout(Some(HOLD));
            let _ = stream.read_to_end(&mut Vec::new());
            return Some(());
        }
        "hello-close" => thread::sleep(pause),
        "hello-http" => stream.write_all(BAD_REQUEST.as_bytes()).ok()?,
        other => eprintln!("origin: no such behaviour: {other}"),
    }
    stream.shutdown(Shutdown::Write).ok()?;
    let _ = stream.set_read_timeout(Some(Duration::from_secs(2)));
    let _ = stream.read_to_end(&mut Vec::new());
    Some(())
}

/// Waits for a whole ClientHello (one record) without taking it out of the socket. Bytes that are no TLS are given
/// as they are.
pub fn peek_hello(stream: &TcpStream) -> Option<Vec<u8>> {
    let mut buffer = [0; 8192];
    for _ in 0..1000 {
        match stream.peek(&mut buffer) {
            Ok(0) => return None,
            Ok(length) => {
                let bytes = buffer.get(..length)?;
                let wanted = match bytes {
                    [22, _, _, high, low, ..] => 5 + usize::from(u16::from_be_bytes([*high, *low])),
                    [22, ..] => 5,
                    _ => length,
                };
                if length >= wanted {
                    return Some(bytes.to_vec());
                }
            }
            Err(why) if why.kind() == ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
        thread::sleep(Duration::from_millis(10));
    }
    None
}
