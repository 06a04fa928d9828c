//! TLS by the `openssl` command: what is inside must be real, and need not be ours.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

/// Starts a server with a fresh certificate for www.example.com. It ends with the namespace.
pub fn serve(address: &str) -> Result<(), String> {
    let folder = std::env::temp_dir().join(format!("gtlab-tls{}", std::process::id()));
    fs::create_dir_all(&folder).map_err(|why| why.to_string())?;
    let (key, certificate) = (folder.join("key.pem"), folder.join("certificate.pem"));
    let mut request = Command::new("openssl");
    request.args([
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "30",
    ]);
    request.args(["-subj", "/CN=www.example.com", "-addext", "subjectAltName=DNS:www.example.com", "-keyout"]);
    super::super::net::finish(request.arg(&key).arg("-out").arg(&certificate))?;
    let mut server = Command::new("openssl");
    server.args(["s_server", "-www", "-accept", address, "-key"]).arg(&key).arg("-cert").arg(&certificate);
    let mut child = server
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|why| format!("openssl: {why}"))?;
    let out = child.stdout.take().ok_or("openssl says nothing")?;
    let ready = BufReader::new(out).lines().map_while(Result::ok).any(|line| line.starts_with("ACCEPT"));
    let _ = fs::remove_dir_all(&folder);
    if ready { Ok(()) } else { Err("openssl s_server does not start".to_owned()) }
}

/// Fetches a page through a tunnel of the proxy and gives its status.
pub fn fetch(proxy: &str, site: &str) -> Result<String, String> {
    let host = site.split(':').next().unwrap_or(site);
    let mut child = Command::new("openssl")
        .args(["s_client", "-quiet", "-ign_eof", "-proxy", proxy, "-connect", site, "-servername", host])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|why| format!("openssl: {why}"))?;
    if let Some(mut input) = child.stdin.take() {
        let request = format!("GET / HTTP/1.0\r\nHost: {host}\r\n\r\n");
        input.write_all(request.as_bytes()).map_err(|why| why.to_string())?;
    }
    let output = child.wait_with_output().map_err(|why| why.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let status = text.lines().find(|line| line.starts_with("HTTP/")).and_then(|line| line.split(' ').nth(1));
    Ok(status.unwrap_or("none").to_owned())
}
