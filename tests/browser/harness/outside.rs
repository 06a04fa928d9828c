//! The world outside, which no test may reach: a proxy that writes down who asked for what, and refuses.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};

/// Hosts that the browser itself asks for, whatever page it shows and however it is told not to; the last is where
/// Debian's opens new tabs.
const THE_BROWSERS_OWN: &[&str] = &[
    "google.com",
    "googleapis.com",
    "gvt1.com",
    "gstatic.com",
    "chrome.com",
    "duckduckgo.com",
    "mozilla.com",
    "mozilla.net",
    "mozilla.org",
    "firefox.com",
];

/// The proxy; it listens as long as the test process lives.
pub struct Outside {
    /// Its port.
    pub port: u16,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Outside {
    /// Starts it.
    pub fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port on localhost is free");
        let port = listener.local_addr().map_or(0, |address| address.port());
        let requests = Arc::<Mutex<Vec<String>>>::default();
        let seen = Arc::clone(&requests);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut line = String::new();
                let _ = BufReader::new(&stream).read_line(&mut line);
                // Browsers also open connections ahead of time and then ask for nothing.
                if line.trim_end().is_empty() {
                    continue;
                }
                seen.lock().unwrap_or_else(PoisonError::into_inner).push(line.trim_end().to_owned());
                let _ = stream.write_all(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
            }
        });
        Self { port, requests }
    }

    /// The first lines of all requests to other machines that were not the browser's own.
    pub fn requests(&self) -> Vec<String> {
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.iter().filter(|line| !is_the_browsers_own(line)).cloned().collect()
    }
}

/// Whether an address is of a host that the browser itself asks for.
pub fn of_the_browser(url: &str) -> bool {
    is_the_browsers_own(&format!("GET {url}"))
}

/// Whether a line as `CONNECT host:443 HTTP/1.1` or `GET http://host/path HTTP/1.1` names one of the browser's hosts.
fn is_the_browsers_own(line: &str) -> bool {
    let target = line.split(' ').nth(1).unwrap_or_default();
    let authority = target.split_once("://").map_or(target, |(_, rest)| rest);
    let host = authority.split(['/', ':']).next().unwrap_or_default();
    THE_BROWSERS_OWN.iter().any(|own| host.strip_suffix(own).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}
