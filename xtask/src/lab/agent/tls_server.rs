//! Servers of real TLS, by `openssl s_server`: what is inside must be real, and need not be ours.
//!
//! `tls`, or `tls:WISH,WISH…`; the wishes are those of [`arguments`], and `cut=…` for a connection that breaks in
//! the handshake: then a relay stands before the server and breaks it ([`Cut`]).

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread;
use std::time::Duration;

use super::super::pki;
use super::tls_bytes;

/// Where servers behind a relay listen.
static NEXT_PORT: AtomicU16 = AtomicU16::new(44300);
/// A server's flight has ended when it says nothing for this long.
const QUIET: Duration = Duration::from_millis(150);

/// Starts a server. It ends with the namespace.
pub fn serve(address: &str, wishes: &str) -> Result<(), String> {
    let folder = pki::folder()?;
    let mut cut = None;
    let mut own = Vec::new();
    let mut certificate = "site";
    for wish in wishes.split(',').filter(|wish| !wish.is_empty()) {
        match wish.split_once('=') {
            Some(("cut", how)) => cut = Some(Cut::named(how)?),
            Some(("cert", name)) => certificate = name,
            _ => own.extend(arguments(wish, &folder)?),
        }
    }
    let place = match cut {
        Some(_) => format!("127.0.0.1:{}", NEXT_PORT.fetch_add(1, Ordering::Relaxed)),
        None => address.to_owned(),
    };
    let mut server = Command::new("openssl");
    server.current_dir(folder.join("www")).args(["s_server", "-WWW", "-accept", &place]);
    let file = |end: &str| folder.join(format!("{certificate}.{end}"));
    server.arg("-key").arg(file("key")).arg("-cert").arg(file("pem")).args(own);
    let words = folder.join(format!("server-{}.txt", place.replace([':', '[', ']'], "-")));
    let errors = fs::File::create(&words).map_err(|why| why.to_string())?;
    let mut child = server
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(errors)
        .spawn()
        .map_err(|why| format!("openssl: {why}"))?;
    let out = child.stdout.take().ok_or("openssl says nothing")?;
    let mut out = BufReader::new(out);
    let mut line = String::new();
    while out.read_line(&mut line).is_ok_and(|length| length > 0) && !line.contains("ACCEPT") {}
    if !line.contains("ACCEPT") {
        return Err(format!("openssl s_server does not start: {}", fs::read_to_string(words).unwrap_or_default()));
    }
    // Nobody may leave the pipe: a server that cannot speak ends.
    thread::spawn(move || out.read_to_end(&mut Vec::new()));
    match cut {
        Some(cut) => relay(address, place, cut),
        None => Ok(()),
    }
}

/// What a wish is to `openssl s_server`.
fn arguments(wish: &str, folder: &Path) -> Result<Vec<String>, String> {
    let in_folder = |name: &str| folder.join(name).display().to_string();
    let (name, value) = wish.split_once('=').unwrap_or((wish, ""));
    let words: Vec<String> = match name {
        "1.0" => ["-tls1", "-cipher", "DEFAULT@SECLEVEL=0"].map(str::to_owned).to_vec(),
        "1.2" => vec!["-tls1_2".to_owned()],
        "1.3" => vec!["-tls1_3".to_owned()],
        "cipher" | "groups" | "alpn" | "servername" => vec![format!("-{name}"), value.to_owned()],
        // Another name than its own: an alert, a warning that changes nothing unless `-servername_fatal` is there.
        "only-name" => {
            let words = ["-servername", value, "-cert2", &in_folder("site.pem"), "-key2", &in_folder("site.key")];
            words.map(str::to_owned).to_vec()
        }
        "refuse-name" => vec!["-servername_fatal".to_owned()],
        // A client without a certificate is refused.
        "want-client" => {
            ["-Verify", "1", "-verify_return_error", "-CAfile", &in_folder("ca.pem")].map(str::to_owned).to_vec()
        }
        "no-ticket" => vec!["-no_ticket".to_owned(), "-num_tickets".to_owned(), "0".to_owned()],
        other => return Err(format!("tls: no such wish: {other}")),
    };
    Ok(words)
}

/// Where a connection breaks, and how.
#[derive(Clone, Copy, Debug)]
enum Cut {
    /// RST in the middle of the server's first flight (ServerHello to the end).
    ResetHalf,
    /// FIN behind the server's first flight.
    Close,
    /// Silence behind the server's first flight.
    Hold,
    /// FIN in the middle of the server's first flight.
    Half,
    /// RST when the client's second flight is there.
    ResetLate,
    /// FIN when the client's second flight is there.
    CloseLate,
}

impl Cut {
    fn named(name: &str) -> Result<Self, String> {
        Ok(match name {
            "reset-half" => Self::ResetHalf,
            "close" => Self::Close,
            "hold" => Self::Hold,
            "half" => Self::Half,
            "reset-late" => Self::ResetLate,
            "close-late" => Self::CloseLate,
            other => return Err(format!("tls: no such cut: {other}")),
        })
    }
}

fn relay(address: &str, server: String, cut: Cut) -> Result<(), String> {
    let listener = TcpListener::bind(address).map_err(|why| format!("{address}: {why}"))?;
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let server = server.clone();
            thread::spawn(move || broken(stream, &server, cut));
        }
    });
    Ok(())
}

/// One connection up to its cut. A reset needs no socket option: Linux answers with RST when a socket is closed
/// while received bytes wait unread.
fn broken(mut stream: TcpStream, server: &str, cut: Cut) -> Option<()> {
    let mut behind = TcpStream::connect(server).ok()?;
    let hello = tls_bytes::peek_hello(&stream)?;
    behind.write_all(&hello).ok()?;
    if !matches!(cut, Cut::ResetHalf) {
        stream.read_exact(&mut vec![0; hello.len()]).ok()?;
    }
    let mut flight = Vec::new();
    behind.set_read_timeout(Some(QUIET)).ok()?;
    let mut buffer = [0; 4096];
    while let Some(length) = behind.read(&mut buffer).ok().filter(|length| *length > 0) {
        flight.extend_from_slice(buffer.get(..length)?);
    }
    let wanted = if matches!(cut, Cut::Half | Cut::ResetHalf) { flight.len() / 2 } else { flight.len() };
    stream.set_nodelay(true).ok()?;
    stream.write_all(flight.get(..wanted)?).ok()?;
    match cut {
        Cut::ResetHalf => {}
        Cut::Close | Cut::Half => {
            stream.shutdown(Shutdown::Write).ok()?;
            let _ = stream.read_to_end(&mut Vec::new());
        }
        Cut::Hold => {
            let _ = stream.read_to_end(&mut Vec::new());
        }
        Cut::ResetLate => {
            stream.peek(&mut [0]).ok()?;
            thread::sleep(QUIET);
        }
        Cut::CloseLate => {
            let _ = stream.read(&mut buffer).ok()?;
            thread::sleep(QUIET);
            stream.shutdown(Shutdown::Write).ok()?;
            let _ = stream.read_to_end(&mut Vec::new());
        }
    }
    Some(())
}
