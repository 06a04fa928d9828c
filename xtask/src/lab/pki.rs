//! Certificates of the lab, made anew by `openssl` for every run: good ones, and one for each way to be wrong.
//!
//! Agents run in other network namespaces but on the same file system: they find the folder by [`VARIABLE`].

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::net::finish;

/// Tells an agent where the certificates are.
pub const VARIABLE: &str = "GATEWAY_TRIAGE_LAB_PKI";

/// A certificate: its file's name, its subject, the name that it is for, its issuer (empty: itself) and its dates.
struct Certificate {
    file: &'static str,
    subject: &'static str,
    extensions: &'static str,
    issuer: &'static str,
    dates: (&'static str, &'static str),
}

/// Far enough on both sides for every recording.
const VALID: (&str, &str) = ("20260101000000Z", "20360101000000Z");
const SITE: &str = "subjectAltName=DNS:www.example.com";
const AUTHORITY: &str = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign";

const CERTIFICATES: [Certificate; 9] = [
    Certificate { file: "ca", subject: "/CN=Lab Root", extensions: AUTHORITY, issuer: "", dates: VALID },
    // Nobody in the lab trusts this one.
    Certificate { file: "stranger", subject: "/CN=Private Root", extensions: AUTHORITY, issuer: "", dates: VALID },
    // What a decrypting gateway signs with; clients trust it where they have been told to.
    Certificate { file: "bump", subject: "/CN=Gateway Decryption", extensions: AUTHORITY, issuer: "", dates: VALID },
    Certificate { file: "site", subject: "/CN=www.example.com", extensions: SITE, issuer: "ca", dates: VALID },
    Certificate {
        file: "expired",
        subject: "/CN=www.example.com",
        extensions: SITE,
        issuer: "ca",
        dates: ("20250101000000Z", "20260101000000Z"),
    },
    Certificate {
        file: "other-name",
        subject: "/CN=shop.example.net",
        extensions: "subjectAltName=DNS:shop.example.net",
        issuer: "ca",
        dates: VALID,
    },
    Certificate { file: "self-signed", subject: "/CN=www.example.com", extensions: SITE, issuer: "", dates: VALID },
    Certificate {
        file: "unknown-ca",
        subject: "/CN=www.example.com",
        extensions: SITE,
        issuer: "stranger",
        dates: VALID,
    },
    Certificate {
        file: "client",
        subject: "/CN=gateway.example.net",
        extensions: "extendedKeyUsage=clientAuth",
        issuer: "ca",
        dates: VALID,
    },
];

/// What the servers serve, small so that recordings stay small.
const PAGE: &str = "<html><body>A page of the lab, over TLS.</body></html>\n";

/// A page with its head, as `openssl s_server -HTTP` wants it.
fn page(body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\nServer: lab\r\nContent-Type: text/html\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

/// Makes all certificates in `folder`, once: `NAME.pem`, `NAME.key`, both together as `NAME.both`; and `www` with its
/// pages.
pub fn make(folder: &Path) -> Result<(), String> {
    if folder.join("done").exists() {
        return Ok(());
    }
    fs::create_dir_all(folder.join("www")).map_err(|why| why.to_string())?;
    write(folder, "www/page.html", &page(PAGE))?;
    write(folder, "www/large.html", &page(&PAGE.repeat(60)))?;
    for certificate in &CERTIFICATES {
        certificate.make(folder)?;
    }
    write(folder, "done", "")
}

impl Certificate {
    fn make(&self, folder: &Path) -> Result<(), String> {
        let name = self.file;
        let issuer = if self.issuer.is_empty() { name } else { self.issuer };
        let configuration = format!(
            "[ca]\ndefault_ca=lab\n[lab]\ndatabase={name}.index\nrand_serial=yes\nnew_certs_dir=.\nunique_subject=no\n\
             policy=policy\ndefault_md=sha256\nx509_extensions=extensions\n[policy]\ncommonName=supplied\n\
             [extensions]\n{}\n[req]\ndistinguished_name=subject\n[subject]\n",
            self.extensions
        );
        write(folder, &format!("{name}.conf"), &configuration)?;
        write(folder, &format!("{name}.index"), "")?;
        let openssl = |arguments: &[&str]| finish(Command::new("openssl").current_dir(folder).args(arguments));
        let file = |end: &str| format!("{name}.{end}");
        let (key, request, certificate, conf) = (file("key"), file("csr"), file("pem"), file("conf"));
        let new = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-config", &conf];
        openssl(&[&new[..], &["-subj", self.subject, "-keyout", &key, "-out", &request]].concat())?;
        let (from, to) = self.dates;
        let mut sign = vec!["ca", "-batch", "-notext", "-config", &conf, "-in", &request, "-out", &certificate];
        let (issuing, by) = (format!("{issuer}.pem"), format!("{issuer}.key"));
        sign.extend(["-startdate", from, "-enddate", to, "-keyfile", &by]);
        if self.issuer.is_empty() {
            sign.push("-selfsign");
        } else {
            sign.extend(["-cert", &issuing]);
        }
        openssl(&sign)?;
        let read = |file: &str| fs::read_to_string(folder.join(file)).map_err(|why| format!("{file}: {why}"));
        write(folder, &format!("{name}.both"), &(read(&certificate)? + &read(&key)?))
    }
}

/// The folder, as an agent was told.
pub fn folder() -> Result<PathBuf, String> {
    std::env::var_os(VARIABLE).map(PathBuf::from).ok_or_else(|| format!("{VARIABLE} is not set"))
}

fn write(folder: &Path, name: &str, text: &str) -> Result<(), String> {
    fs::write(folder.join(name), text).map_err(|why| format!("{name}: {why}"))
}
