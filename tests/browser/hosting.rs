//! What docs/hosting.md has for servers, pasted into them as it stands there: each that is installed sends the site as it should.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use xtask::policy;

const UNDER: &str = "/triage";

/// The configurations that the document has for a server: each block below its name.
fn blocks(server: &str) -> Vec<String> {
    let document = include_str!("../../docs/hosting.md").replace("\n    ", "\n\t");
    let (_, below) = document.split_once(&format!("\n**{server}**")).expect("the document names the server");
    let below = below.split("\n**").next().unwrap_or_default();
    let mut blocks = vec![String::new()];
    for line in below.lines().skip(1) {
        match (line.strip_prefix('\t'), blocks.last_mut()) {
            (Some(line), Some(block)) => block.push_str(&format!("{line}\n")),
            (None, Some(block)) if !line.is_empty() && !block.is_empty() => blocks.push(String::new()),
            _ => {}
        }
    }
    blocks.retain(|block| !block.is_empty());
    blocks
}

/// A server that runs with a configuration of ours.
struct Server {
    process: Child,
    port: u16,
    folder: PathBuf,
}

/// What it sends.
#[derive(Debug)]
struct Answer {
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }
}

impl Server {
    /// Starts the program of this name; `configuration` writes its text for a port and the folder of the site, where also its own files may
    /// lie. `None` where it is not installed.
    fn start(name: &str, args: &[&str], configuration: impl FnOnce(u16, &Path) -> String) -> Option<Self> {
        let dist = std::env::var_os("GATEWAY_TRIAGE_DIST")?;
        let path = std::env::var_os("PATH").unwrap_or_default();
        // Where Debian has servers, which is not on everybody's path.
        let program = std::env::split_paths(&path)
            .chain([PathBuf::from("/usr/sbin")])
            .map(|folder| folder.join(name))
            .find(|program| program.is_file())?;
        // Not under target/: some run as a user who may not look in there.
        let folder = std::env::temp_dir().join(format!("gateway-triage-{name}-{}", std::process::id()));
        copy(&Path::new(&dist).join("site"), &folder.join("site"));
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|free| free.local_addr()).ok()?.port();
        let text = configuration(port, &folder).replace("/srv/gateway-triage", &folder.display().to_string());
        let file = folder.join("configuration");
        std::fs::write(&file, text).expect("the temporary folder is writable");
        let log = std::fs::File::create(folder.join("log")).expect("the temporary folder is writable");
        let process = Command::new(program)
            .args(args)
            .arg(&file)
            .current_dir(&folder)
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a file can be opened twice"))
            .stderr(log)
            .spawn()
            .expect("the server starts");
        let mut server = Self { process, port, folder };
        let deadline = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            let ended = server.process.try_wait().is_ok_and(|status| status.is_some());
            assert!(!ended && Instant::now() < deadline, "it does not listen: {}", server.log());
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(server)
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    fn get(&self, path: &str, codings: &str) -> Answer {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).expect("it listens");
        let mut request = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n");
        if !codings.is_empty() {
            let _ = write!(request, "Accept-Encoding: {codings}\r\n");
        }
        stream.write_all(format!("{request}\r\n").as_bytes()).expect("it reads");
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("it answers");
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("an answer has a head");
        let body = bytes.split_off(end + 4);
        let answer = Answer { head: String::from_utf8_lossy(&bytes).into_owned(), body };
        if answer.header("Transfer-Encoding") == Some("chunked") {
            return Answer { body: whole(&answer.body), ..answer };
        }
        answer
    }
}

/// What was sent in chunks, each after its length (RFC 9112, section 7.1).
fn whole(mut chunks: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let end = chunks.windows(2).position(|two| two == b"\r\n").expect("a chunk says its length");
        let length = std::str::from_utf8(&chunks[..end]).ok().and_then(|text| usize::from_str_radix(text, 16).ok());
        let length = length.expect("it says it in hexadecimal");
        if length == 0 {
            return body;
        }
        body.extend_from_slice(&chunks[end + 2..end + 2 + length]);
        chunks = &chunks[end + 2 + length + 2..];
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Copied, since a link has the rights that the file has.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("the temporary folder is writable");
    for entry in from.read_dir().expect("the site was made").flatten() {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("the temporary folder is writable");
        }
    }
}

/// Whether the site is sent as docs/hosting.md says; `packings` are those that this server has, best first, with their endings.
fn sends(server: &Server, packings: &[(&str, &str)]) {
    let site = server.folder.join("site");
    let names = site.read_dir().expect("it was copied").flatten().map(|entry| entry.file_name().into_string());
    let module = names.flatten().find(|name| name.ends_with(".wasm")).expect("the site has a module");
    let files = [
        ("", "index.html", "text/html"),
        (&*module, &*module, "application/wasm"),
        ("embed.js", "embed.js", "javascript"),
        ("service-worker.js", "service-worker.js", "javascript"),
        ("articles.css", "articles.css", "text/css"),
        ("gateway-triage.html", "gateway-triage.html", "text/html"),
        ("failure/dns-nxdomain.html", "failure/dns-nxdomain.html", "text/html"),
        ("manifest.webmanifest", "manifest.webmanifest", "application/manifest+json"),
        ("favicon.svg", "favicon.svg", "image/svg+xml"),
    ];
    for (path, name, kind) in files {
        for (codings, wanted) in [("", None), ("gzip, deflate, br", packings.first()), ("gzip", packings.last())] {
            let answer = server.get(&format!("{UNDER}/{path}"), codings);
            let head = &answer.head;
            assert!(head.starts_with("HTTP/1.1 200 "), "{path}: {head}\n{}", server.log());
            assert!(answer.header("Content-Type").is_some_and(|found| found.contains(kind)), "{path}: {head}");
            let wanted = wanted.filter(|(_, ending)| site.join(format!("{name}.{ending}")).is_file());
            assert_eq!(answer.header("Content-Encoding"), wanted.map(|(coding, _)| *coding), "{path}: {head}");
            let file = wanted.map_or_else(|| name.to_owned(), |(_, ending)| format!("{name}.{ending}"));
            assert!(answer.body == std::fs::read(site.join(&file)).expect("it was copied"), "{path} is not {file}");
            for (header, value) in policy::HEADERS.iter().chain([&("Cache-Control", policy::ASK_FIRST)]) {
                assert_eq!(answer.header(header), Some(*value), "{path}: {head}");
            }
            let policy = match name {
                "index.html" => Some(policy::NOT_FRAMED),
                "service-worker.js" => Some(policy::SERVICE_WORKER),
                // The one file above all: articles frame it.
                _ => None,
            };
            assert_eq!(answer.header("Content-Security-Policy"), policy, "{path}: {head}");
            assert_eq!(answer.header("X-Frame-Options"), None, "{path}: {head}");
        }
    }
    let packed = server.get(&format!("{UNDER}/{module}"), "gzip");
    assert!(packed.header("Vary").is_some_and(|vary| vary.contains("Accept-Encoding")), "{}", packed.head);
    let moved = server.get(UNDER, "");
    let to = moved.header("Location").unwrap_or_default();
    assert!(to.ends_with(&format!("{UNDER}/")), "links of the page are relative: {}", moved.head);
}

const GZIP: (&str, &str) = ("gzip", "gz");
const BROTLI: (&str, &str) = ("br", "br");

#[test]
fn nginx_sends_the_site_as_documented() {
    let [beside, inside] = &blocks("nginx")[..] else { panic!("the document has two blocks for nginx") };
    let configuration = |port: u16, folder: &Path| {
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {}/{kind};\n", folder.display()))
            .concat();
        format!(
            "daemon off; master_process off; pid {}/pid; error_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n{temporary}{beside}
             server {{ listen 127.0.0.1:{port};\n{inside} }}\n}}\n",
            folder.display()
        )
    };
    if let Some(server) = Server::start("nginx", &["-e", "stderr", "-c"], configuration) {
        sends(&server, &[GZIP]);
    }
}

#[test]
fn apache_sends_the_site_as_documented() {
    let blocks = blocks("Apache");
    let modules = Path::new("/usr/lib/apache2/modules");
    if !modules.is_dir() {
        return;
    }
    let configuration = |port: u16, folder: &Path| {
        let mut text = format!(
            "ServerName localhost\nListen 127.0.0.1:{port}\nServerRoot {0}\nDefaultRuntimeDir {0}\nPidFile {0}/pid\nErrorLog {0}/log\n\
             User nobody\nGroup nogroup\n",
            folder.display()
        );
        for module in ["mpm_event", "authz_core", "alias", "dir", "headers", "mime", "rewrite"] {
            let _ = writeln!(text, "LoadModule {module}_module {}/mod_{module}.so", modules.display());
        }
        text + "TypesConfig /etc/mime.types\n" + &blocks.concat()
    };
    if let Some(server) = Server::start("apache2", &["-X", "-f"], configuration) {
        sends(&server, &[BROTLI, GZIP]);
    }
}

#[test]
fn caddy_sends_the_site_as_documented() {
    let blocks = blocks("Caddy");
    let configuration = |port: u16, _: &Path| {
        format!("{{\nadmin off\nauto_https off\n}}\nhttp://127.0.0.1:{port} {{\n{}}}\n", blocks.concat())
    };
    if let Some(server) = Server::start("caddy", &["run", "--adapter", "caddyfile", "--config"], configuration) {
        sends(&server, &[BROTLI, GZIP]);
    }
}
