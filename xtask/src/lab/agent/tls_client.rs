//! TLS clients: real ones by `openssl s_client`, and a ClientHello written by hand for what openssl does not offer.
//!
//! `tls:HOST:PORT` fetches a page through the proxy; `tls:WISH,WISH…@HOST:PORT` with the wishes of [`fetch`].

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use gateway_triage_tests::build::tls::Hello;

use super::super::pki;

/// What fits into a packet of 1500 bytes beside IPv4, TCP and its timestamps.
const SEGMENT: usize = 1448;

/// Fetches a page and gives its status; `refused` where this client refuses the server's certificate, else `none`.
pub fn fetch(proxy: &str, what: &str) -> Result<String, String> {
    let folder = pki::folder()?;
    let (wishes, site) = what.split_once('@').unwrap_or(("", what));
    let host = site.split(':').next().unwrap_or(site);
    let in_folder = |name: &str| folder.join(name).display().to_string();
    let mut client = Command::new("openssl");
    client.args(["s_client", "-quiet", "-ign_eof", "-servername", host]);
    let mut direct = None;
    let (mut idle, mut patience, mut page) = (None, None, "page.html");
    for wish in wishes.split(',').filter(|wish| !wish.is_empty()) {
        let (name, value) = wish.split_once('=').unwrap_or((wish, ""));
        match name {
            "1.2" => client.arg("-tls1_2"),
            "1.3" => client.arg("-tls1_3"),
            // The gateway is the TLS server, at this address.
            "direct" => {
                direct = Some(value);
                &mut client
            }
            // Trusts this issuer alone, and cares for the name.
            "trust" => client
                .args(["-verify_return_error", "-verify_quiet", "-verify_hostname", host, "-CAfile"])
                .arg(in_folder(&format!("{value}.pem"))),
            "certificate" => client.args(["-cert", &in_folder("client.pem"), "-key", &in_folder("client.key")]),
            "alpn" | "groups" | "cipher" => client.args([&format!("-{name}"), value]),
            "save" => client.args(["-sess_out", &in_folder("session.pem")]),
            "resume" => client.args(["-sess_in", &in_folder("session.pem")]),
            "page" => {
                page = value;
                &mut client
            }
            // Waits before the request; leaves after so many milliseconds.
            "idle" => {
                idle = value.parse().ok();
                &mut client
            }
            "patience" => {
                patience = value.parse().ok();
                &mut client
            }
            other => return Err(format!("tls: no such wish: {other}")),
        };
    }
    match direct {
        Some(address) => client.args(["-connect", address]),
        None => client.args(["-proxy", proxy, "-connect", site]),
    };
    let mut child = client
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|why| format!("openssl: {why}"))?;
    if let Some(milliseconds) = patience {
        let pid = child.id().to_string();
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(milliseconds));
            let _ = Command::new("kill").arg(pid).stderr(Stdio::null()).status();
        });
    }
    if let Some(mut input) = child.stdin.take() {
        if let Some(milliseconds) = idle {
            thread::sleep(Duration::from_millis(milliseconds));
        }
        let request = format!("GET /{page} HTTP/1.0\r\nHost: {host}\r\n\r\n");
        // A client that has refused no longer reads.
        let _ = input.write_all(request.as_bytes());
    }
    let output = child.wait_with_output().map_err(|why| why.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let status = text.lines().find(|line| line.starts_with("HTTP/")).and_then(|line| line.split(' ').nth(1));
    let refused = String::from_utf8_lossy(&output.stderr).contains("certificate verify failed");
    Ok(status.unwrap_or(if refused { "refused" } else { "none" }).to_owned())
}

/// Sends a ClientHello written by hand, `small` or `large`, with this name in it: in segments, since a cable inside one
/// machine takes it in one piece.
pub fn hello(stream: &mut TcpStream, what: &str) -> Result<(), String> {
    let (size, name) = what.split_once(':').ok_or("hello:SIZE:NAME")?;
    let hello = Hello { name, large: size == "large", grease: true, ..Hello::default() };
    for segment in hello.record().chunks(SEGMENT) {
        stream.write_all(segment).map_err(|why| why.to_string())?;
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// Says how what follows ends, at most after these milliseconds: the first record's type and `closed`, `reset` or
/// `open`.
pub fn rest(stream: &mut TcpStream, milliseconds: u64) -> String {
    let limit = Duration::from_millis(milliseconds.max(1));
    let _ = stream.set_read_timeout(Some(limit));
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    let end = loop {
        match stream.read(&mut buffer) {
            Ok(0) => break "closed",
            Ok(length) => bytes.extend_from_slice(buffer.get(..length).unwrap_or_default()),
            Err(why) if why.kind() == ErrorKind::ConnectionReset => break "reset",
            Err(why) if why.kind() == ErrorKind::Interrupted => {}
            Err(_) => break "open",
        }
    };
    let first = match bytes.first() {
        None => "silence",
        Some(21) => "alert",
        Some(22) => "handshake",
        Some(_) => "other",
    };
    format!("{first}, {end}")
}

/// A page by Chromium through the proxy, as a browser asks today: large ClientHellos, reserved values, an encrypted
/// client hello that holds nothing. `trust@URL` takes any certificate, `URL` none of the lab. Gives `200` or `none`.
pub fn browse(proxy: &str, what: &str) -> Result<String, String> {
    let (trust, url) = what.strip_prefix("trust@").map_or((false, what), |url| (true, url));
    let host = url.split('/').nth(2).unwrap_or_default();
    let profile = pki::folder()?.join("browser");
    // What the browser wants of its own ends on its own machine.
    let script = format!(
        "data:application/x-ns-proxy-autoconfig,function FindProxyForURL(u,h){{return h=='{host}'?'PROXY {proxy}':'PROXY 127.0.0.1:9'}}"
    );
    let mut browser = Command::new("timeout");
    browser.args(["30", "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"]);
    browser.args(["--disable-background-networking", "--disable-component-update", "--disable-sync", "--dump-dom"]);
    browser.arg(format!("--user-data-dir={}", profile.display())).arg(format!("--proxy-pac-url={script}"));
    if trust {
        browser.arg("--ignore-certificate-errors");
    }
    let output = browser.arg(url).stdin(Stdio::null()).output().map_err(|why| format!("chromium: {why}"))?;
    let page = String::from_utf8_lossy(&output.stdout).contains("A page of the lab");
    Ok(if page { "200" } else { "none" }.to_owned())
}
