//! A small web server for a folder of files, on localhost only.
//!
//! For `cargo xtask serve` and for the browser tests, so that both see the page as a careful host sends
//! it: right types, and [`HEADERS`]. Not a server for the open net: one thread per connection, no TLS.

use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Result, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What the page may do: run its own code, as script, WebAssembly and Blob worker, and reach nothing but its host.
///
/// The page says the same in a `<meta>` element for hosts that send no headers; `frame-ancestors` counts only here.
pub const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' data:; connect-src 'self'; worker-src blob:; manifest-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'self'";

/// The headers that go with every answer.
pub const HEADERS: &[(&str, &str)] = &[
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    // A page that was built again must never meet the old one's files.
    ("Cache-Control", "no-cache"),
];

/// A folder that is served.
#[derive(Clone)]
pub struct Site {
    root: PathBuf,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Site {
    /// Serves the files under `root`.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_path_buf(), requests: Arc::default() }
    }

    /// The first line of every request so far, as in `GET /index.html HTTP/1.1`.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Answers connections for as long as the process lives.
    pub fn serve(&self, listener: &TcpListener) {
        for stream in listener.incoming().flatten() {
            let site = self.clone();
            // A connection that breaks off concerns only the browser, which asks again.
            std::thread::spawn(move || drop(site.answer(&stream)));
        }
    }

    fn answer(&self, stream: &TcpStream) -> Result<()> {
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        stream.set_write_timeout(Some(Duration::from_secs(30)))?;
        let mut reader = BufReader::new(stream);
        while let Some(request) = read_head(&mut reader)? {
            let mut words = request.split(' ');
            let method = words.next().unwrap_or_default();
            let target = words.next().unwrap_or_default();
            self.requests.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
            let (status, kind, body) = match method {
                "GET" | "HEAD" => self.file(target),
                _ => text("405 Method Not Allowed", "Only GET and HEAD are answered."),
            };
            let mut head = format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n", body.len());
            for (name, value) in HEADERS {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
            head.push_str("\r\n");
            let mut writer = stream;
            writer.write_all(head.as_bytes())?;
            if method != "HEAD" {
                writer.write_all(&body)?;
            }
        }
        Ok(())
    }

    fn file(&self, target: &str) -> (&'static str, &'static str, Vec<u8>) {
        let not_found = || text("404 Not Found", "There is no such file here.");
        let Some(mut path) = local_path(&self.root, target) else {
            return not_found();
        };
        if path.is_dir() {
            path.push("index.html");
        }
        match std::fs::read(&path) {
            Ok(body) => ("200 OK", media_type(&path), body),
            Err(_) => not_found(),
        }
    }
}

fn text(status: &'static str, body: &str) -> (&'static str, &'static str, Vec<u8>) {
    (status, "text/plain; charset=utf-8", body.into())
}

/// Reads one request's head and returns its first line; `None` at the end of the connection.
fn read_head(reader: &mut BufReader<&TcpStream>) -> Result<Option<String>> {
    let mut head = reader.take(64 * 1024);
    let mut first = None;
    loop {
        let mut line = String::new();
        if head.read_line(&mut line)? == 0 {
            return match first {
                None => Ok(None),
                Some(_) => Err(Error::from(ErrorKind::UnexpectedEof)),
            };
        }
        let line = line.trim_end();
        if line.is_empty() {
            return Ok(first);
        }
        first.get_or_insert_with(|| line.to_owned());
    }
}

/// The file that a request target means, if it lies under `root`.
fn local_path(root: &Path, target: &str) -> Option<PathBuf> {
    let path = target.split(['?', '#']).next()?.strip_prefix('/')?;
    let mut file = root.to_path_buf();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        let part = percent_decoded(part)?;
        if part == "." || part == ".." || part.contains(['/', '\\', '\0', ':']) {
            return None;
        }
        file.push(part);
    }
    Some(file)
}

fn percent_decoded(part: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
            let value = digit(rest.next())? * 16 + digit(rest.next())?;
            bytes.push(u8::try_from(value).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// The type of a file by its ending. A wrong one breaks the page: browsers compile WebAssembly while it arrives
/// only if it is called so, and run no script that is called text.
fn media_type(path: &Path) -> &'static str {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("json") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("txt" | "log" | "md") => "text/plain; charset=utf-8",
        Some("xml") => "application/xml",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_stay_under_the_root() {
        let root = Path::new("root");
        let path = |target| local_path(root, target);
        assert_eq!(path("/"), Some(root.to_path_buf()));
        assert_eq!(path("/a/b.js?v=1"), Some(root.join("a").join("b.js")));
        assert_eq!(path("/with%20space"), Some(root.join("with space")));
        assert_eq!(path("//etc/passwd"), Some(root.join("etc").join("passwd")));
        for outside in ["/../x", "/a/%2e%2e/x", "/%2Fetc", "/a%5c..%5cx", "/%zz", "/%f", "x"] {
            assert_eq!(path(outside), None, "{outside}");
        }
    }

    #[test]
    fn files_are_sent_with_type_and_headers() -> Result<()> {
        let root = std::env::temp_dir().join(format!("gateway-triage-site-{}", std::process::id()));
        std::fs::create_dir_all(&root)?;
        std::fs::write(root.join("index.html"), "<p>page")?;
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let site = Site::new(&root);
        let server = site.clone();
        std::thread::spawn(move || server.serve(&listener));

        let mut client = TcpStream::connect(address)?;
        client.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /missing HTTP/1.1\r\n\r\nPOST / HTTP/1.1\r\n\r\n")?;
        client.shutdown(std::net::Shutdown::Write)?;
        let mut answer = String::new();
        client.read_to_string(&mut answer)?;
        std::fs::remove_dir_all(&root)?;

        assert!(answer.starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"));
        assert!(answer.contains("\r\n\r\n<p>page"));
        assert!(answer.contains("HTTP/1.1 404 "));
        assert!(answer.contains("HTTP/1.1 405 "));
        assert!(answer.contains("wasm-unsafe-eval"));
        assert_eq!(site.requests().len(), 3);
        Ok(())
    }
}
