//! Servers of real TLS, by `openssl s_server`: what is inside must be real, and need not be ours.
//!
//! `tls`, or `tls:WISH,WISH…`; the wishes are those of [`arguments`], and `cut=…` for a connection that breaks in
//! the handshake or after it: then a relay stands before the server and breaks it ([`super::tls_relay`]).

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread;

use super::super::pki;
use super::tls_relay::{self, Cut};

/// Where servers behind a relay listen.
static NEXT_PORT: AtomicU16 = AtomicU16::new(44300);

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
    server.current_dir(folder.join("www")).args(["s_server", "-HTTP", "-accept", &place]);
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
        Some(cut) => tls_relay::start(address, place, cut, wishes.contains("1.3")),
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
        "small-records" => vec!["-max_send_frag".to_owned(), "512".to_owned()],
        "no-ticket" => vec!["-no_ticket".to_owned(), "-num_tickets".to_owned(), "0".to_owned()],
        other => return Err(format!("tls: no such wish: {other}")),
    };
    Ok(words)
}
