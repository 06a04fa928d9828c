//! TLS messages in words: what was offered, what was chosen, whom a certificate is for.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Write;

use crate::capture::handshake::Handshake;
use crate::exchange::{Problem, day};
use crate::protocols::tls::certificate::Certificate;
use crate::protocols::tls::{cipher_name, version_name};
use crate::time::Timestamp;

/// `ClientHello for www.example.com: TLS 1.3 or 1.2, ALPN h2, 1803 bytes in 2 segments`.
pub(super) fn client_hello(handshake: &Handshake) -> String {
    let mut out = String::from("ClientHello");
    let Some(hello) = handshake.hello.as_deref() else {
        let _ = write!(out, " of {} bytes, of which not all was seen", handshake.size);
        return out;
    };
    match &hello.server_name {
        Some(name) if hello.ech => {
            let _ = write!(out, " with the outer name {name} and an encrypted ClientHello inside, or GREASE");
        }
        Some(name) => {
            let _ = write!(out, " for {name}");
        }
        None => out.push_str(" without a server name"),
    }
    let versions: Vec<&str> = hello.versions.iter().map(|version| version_name(*version)).collect();
    let _ = write!(out, ": {}", versions.join(", "));
    if !hello.alpn.is_empty() {
        let _ = write!(out, "; ALPN {}", hello.alpn.join(", "));
    }
    let _ = write!(out, "; {} bytes", hello.size);
    if handshake.segments > 1 {
        let _ = write!(out, " in {} segments", handshake.segments);
    }
    out
}

/// `ServerHello: TLS 1.2, TLS_RSA_WITH_AES_128_CBC_SHA`.
pub(super) fn server_hello(handshake: &Handshake) -> String {
    let Some(server) = handshake.server.as_deref().filter(|server| !server.retry) else { return "ServerHello".into() };
    let cipher =
        cipher_name(server.cipher).map_or_else(|| format!("cipher {:#06x}", server.cipher), ToString::to_string);
    let alpn = server.alpn.as_ref().map_or_else(String::new, |alpn| format!(", ALPN {alpn}"));
    let resumed = if server.resumed { ", resumed" } else { "" };
    format!("ServerHello: {}, {cipher}{alpn}{resumed}", version_name(server.version))
}

/// `Certificate for www.example.com, issued by R3, valid 2026-01-01 to 2026-04-01: expired 9 days before this`.
pub(super) fn certificate(certificate: &Certificate, host: Option<&str>, at: Timestamp) -> String {
    let subject = if certificate.subject.is_empty() {
        certificate.names.first().map_or("nobody", String::as_str)
    } else {
        certificate.subject.as_str()
    };
    let mut out =
        format!("Certificate for {subject}, issued by {}", or(&certificate.issuer, "an issuer without a name"));
    if let (Some(from), Some(to)) = (certificate.not_before, certificate.not_after) {
        let _ = write!(out, ", valid {} to {}", day(from), day(to));
    }
    let problems = problems(certificate, host, at);
    let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
    if !texts.is_empty() {
        let _ = write!(out, ": {}", texts.join("; "));
    }
    out
}

fn or<'a>(text: &'a str, otherwise: &'a str) -> &'a str {
    if text.is_empty() { otherwise } else { text }
}

/// What may be held against a certificate at this time, for this host.
pub(super) fn problems(certificate: &Certificate, host: Option<&str>, at: Timestamp) -> Vec<Problem> {
    let mut out = Vec::new();
    // A capture without a clock proves no date.
    let dated = at.0 > 0;
    if let Some(end) = certificate.not_after.filter(|end| dated && *end < at) {
        out.push(Problem::Expired(end));
    }
    if let Some(begin) = certificate.not_before.filter(|begin| dated && *begin > at) {
        out.push(Problem::NotYetValid(begin));
    }
    if let Some(host) = host.filter(|host| !certificate.covers(host)) {
        out.push(Problem::WrongName(host.to_string()));
    }
    if certificate.self_signed {
        out.push(Problem::SelfSigned);
    } else if !certificate.issuer_follows {
        out.push(Problem::IssuerMissing(certificate.issuer.clone()));
    }
    out
}
