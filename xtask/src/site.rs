//! A small web server for a folder of files, on localhost only.
//!
//! For `cargo xtask serve` and for the browser tests, so that both see the page as a careful host sends
//! it: right types, packed where a packed file lies beside it, and the headers that its `_headers` says, else those of the
//! page. Not a server for the open net: one thread per connection, no TLS.

use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Result, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::policy;

/// A folder that is served.
#[derive(Clone)]
pub struct Site {
    /// `None` where the server is stopped.
    folder: Arc<Mutex<Option<Arc<Folder>>>>,
    /// What stands before every path, as in `/kb/tools`; empty at the top of the host.
    under: String,
    requests: Arc<Mutex<Vec<String>>>,
}

/// Its files, and the headers that they are sent with.
struct Folder {
    root: PathBuf,
    rules: Vec<Rule>,
}

impl Folder {
    fn new(root: &Path) -> Arc<Self> {
        let rules = std::fs::read_to_string(root.join("_headers")).map_or_else(|_| plain_rules(), |text| rules(&text));
        Arc::new(Self { root: root.to_path_buf(), rules })
    }
}

impl Site {
    /// Serves the files under `root`.
    pub fn new(root: &Path) -> Self {
        let folder = Arc::new(Mutex::new(Some(Folder::new(root))));
        Self { folder, under: String::new(), requests: Arc::default() }
    }

    /// Serves the files under another root from now on.
    pub fn replace(&self, root: &Path) {
        *self.folder.lock().unwrap_or_else(PoisonError::into_inner) = Some(Folder::new(root));
    }

    /// Answers nobody any more: connections are closed.
    pub fn stop(&self) {
        *self.folder.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Serves them below this path, which begins with a slash and ends without one; nothing lies elsewhere.
    #[must_use]
    pub fn under(self, path: &str) -> Self {
        Self { under: path.to_owned(), ..self }
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
        while let Some((request, codings)) = read_head(&mut reader)? {
            let Some(folder) = self.folder.lock().unwrap_or_else(PoisonError::into_inner).clone() else { break };
            let mut words = request.split(' ');
            let method = words.next().unwrap_or_default();
            let target = words.next().unwrap_or_default();
            self.requests.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
            let target = target.strip_prefix(&self.under).unwrap_or("outside");
            let Answer { status, kind, coding, body } = match method {
                "GET" | "HEAD" => folder.file(target, &codings),
                _ => text("405 Method Not Allowed", "Only GET and HEAD are answered."),
            };
            let mut head = format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n", body.len());
            if let Some(coding) = coding {
                head.push_str(&format!("Content-Encoding: {coding}\r\nVary: Accept-Encoding\r\n"));
            }
            let path = target.split(['?', '#']).next().unwrap_or_default();
            for (name, value) in folder.rules.iter().filter(|rule| rule.fits(path)).flat_map(|rule| &rule.headers) {
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
}

impl Folder {
    fn file(&self, target: &str, codings: &str) -> Answer {
        let not_found = || text("404 Not Found", "There is no such file here.");
        let Some(mut path) = local_path(&self.root, target) else {
            return not_found();
        };
        if path.is_dir() {
            path.push("index.html");
        }
        let kind = media_type(&path);
        let accepted = |coding| codings.split([',', ';']).any(|word| word.trim() == coding);
        for (coding, ending) in [("br", "br"), ("gzip", "gz")] {
            let mut packed = path.clone().into_os_string();
            packed.push(format!(".{ending}"));
            if let (true, Ok(body)) = (accepted(coding), std::fs::read(packed)) {
                return Answer { status: "200 OK", kind, coding: Some(coding), body };
            }
        }
        match std::fs::read(&path) {
            Ok(body) => Answer { status: "200 OK", kind, coding: None, body },
            Err(_) => not_found(),
        }
    }
}

/// What is sent back.
struct Answer {
    status: &'static str,
    kind: &'static str,
    coding: Option<&'static str>,
    body: Vec<u8>,
}

fn text(status: &'static str, body: &str) -> Answer {
    Answer { status, kind: "text/plain; charset=utf-8", coding: None, body: body.into() }
}

/// Headers for the paths that one pattern means.
struct Rule {
    /// A path, or its beginning and `*`.
    pattern: String,
    headers: Vec<(String, String)>,
}

impl Rule {
    fn fits(&self, path: &str) -> bool {
        match self.pattern.strip_suffix('*') {
            Some(beginning) => path.starts_with(beginning),
            None => path == self.pattern,
        }
    }
}

/// The rules of a `_headers` file: a path at the line's begin, its headers indented below it.
fn rules(text: &str) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    for line in text.lines() {
        match (line.trim().split_once(": "), rules.last_mut()) {
            (Some((name, value)), Some(rule)) if line.starts_with(' ') => {
                rule.headers.push((name.to_owned(), value.to_owned()));
            }
            _ => rules.push(Rule { pattern: line.trim().to_owned(), headers: Vec::new() }),
        }
    }
    rules
}

/// Those of a page that was only built: nothing of it may be kept, since it is built again and again.
fn plain_rules() -> Vec<Rule> {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let mut headers: Vec<(String, String)> = policy::HEADERS.iter().chain([&policy::ISOLATED]).map(own).collect();
    headers.push(("Content-Security-Policy".to_owned(), format!("{}; {}", policy::PAGE, policy::NOT_FRAMED)));
    headers.push(("Cache-Control".to_owned(), policy::ASK_FIRST.to_owned()));
    vec![Rule { pattern: "/*".to_owned(), headers }]
}

/// Reads one request's head: its first line, and which packings it accepts; `None` at the end of the connection.
fn read_head(reader: &mut BufReader<&TcpStream>) -> Result<Option<(String, String)>> {
    let mut head = reader.take(64 * 1024);
    let mut first: Option<String> = None;
    let mut codings = String::new();
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
            return Ok(first.map(|first| (first, codings)));
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("accept-encoding")
        {
            codings = value.trim().to_ascii_lowercase();
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

    /// What a server for this site answers to these requests.
    fn answers(site: &Site, requests: &str) -> Result<String> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let server = site.clone();
        std::thread::spawn(move || server.serve(&listener));
        let mut client = TcpStream::connect(address)?;
        client.write_all(requests.as_bytes())?;
        client.shutdown(std::net::Shutdown::Write)?;
        let mut answer = String::new();
        client.read_to_string(&mut answer)?;
        Ok(answer)
    }

    fn folder(name: &str) -> Result<PathBuf> {
        let root = std::env::temp_dir().join(format!("gateway-triage-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&root)?;
        std::fs::write(root.join("index.html"), "<p>page")?;
        Ok(root)
    }

    #[test]
    fn files_are_sent_with_type_and_headers() -> Result<()> {
        let root = folder("site")?;
        let site = Site::new(&root);
        let requests = "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /missing HTTP/1.1\r\n\r\nPOST / HTTP/1.1\r\n\r\n";
        let answer = answers(&site, requests)?;
        std::fs::remove_dir_all(&root)?;

        assert!(answer.starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"));
        assert!(answer.contains("\r\n\r\n<p>page"));
        assert!(answer.contains("HTTP/1.1 404 "));
        assert!(answer.contains("HTTP/1.1 405 "));
        assert!(answer.contains("wasm-unsafe-eval"));
        assert_eq!(site.requests().len(), 3);
        Ok(())
    }

    #[test]
    fn a_site_says_its_own_headers_and_is_sent_packed() -> Result<()> {
        let root = folder("headers")?;
        std::fs::write(root.join("index.html.gz"), "packed")?;
        std::fs::write(root.join("_headers"), "/*\n  X-All: 1\n/index.html\n  X-One: a: b\n/in/*\n  X-In: 1\n")?;
        let site = Site::new(&root).under("/kb");
        let get = |path: &str, more: &str| answers(&site, &format!("GET {path} HTTP/1.1\r\n{more}\r\n"));
        let page = get("/kb/index.html", "Accept-Encoding: deflate, gzip\r\n")?;
        let plain = get("/kb/", "")?;
        let outside = get("/index.html", "")?;
        std::fs::remove_dir_all(&root)?;

        assert!(page.contains("X-All: 1\r\n") && page.contains("X-One: a: b\r\n") && !page.contains("X-In"), "{page}");
        assert!(page.contains("Content-Encoding: gzip\r\n") && page.ends_with("packed"), "{page}");
        assert!(plain.ends_with("<p>page") && !plain.contains("X-One") && !plain.contains("wasm"), "{plain}");
        assert!(outside.starts_with("HTTP/1.1 404 "), "{outside}");
        Ok(())
    }
}
