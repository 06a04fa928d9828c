//! ICMP in words, and the host that a request wants.

use alloc::format;
use alloc::string::String;

use crate::exchange::Icmp;
use crate::logs::halves;
use crate::protocols::http1;

/// ICMP in words, with its sender: `192.0.2.1: host administratively prohibited (type 3, code 10)`.
pub fn icmp_text(icmp: Icmp) -> String {
    let mtu = icmp.mtu.map(|mtu| format!(", MTU {mtu}")).unwrap_or_default();
    format!("{}: {}{mtu} (type {}, code {})", icmp.from, icmp.meaning(), icmp.kind, icmp.code)
}

/// Host and port that a request wants: from its target, else from its Host field.
pub fn host_of(target: &str, host: Option<&str>, method: &str) -> (Option<String>, Option<u16>) {
    let (name, port) = written_host(target, host, method);
    (name.map(str::to_ascii_lowercase), port)
}

/// The same as the request writes it, in capital letters or small ones.
pub fn written_host<'a>(target: &'a str, host: Option<&'a str>, method: &str) -> (Option<&'a str>, Option<u16>) {
    if method == "CONNECT" && target.is_empty() {
        return (None, None);
    }
    let (scheme, authority) = match http1::absolute(target) {
        Some((scheme, rest)) => {
            let end = rest.bytes().position(|byte| matches!(byte, b'/' | b'?' | b'#'));
            (scheme, rest.get(..end.unwrap_or(rest.len())))
        }
        None if method == "CONNECT" => ("https", Some(target)),
        None => ("http", host),
    };
    let Some(authority) = authority else { return (None, None) };
    let user = memchr::memrchr(b'@', authority.as_bytes()).map_or(0, |at| at + 1);
    let authority = authority.get(user..).unwrap_or_default();
    let default = match scheme {
        "https" | "wss" => Some(443),
        "ftp" => Some(21),
        _ => Some(80),
    };
    let (name, port) = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((name, port)) => (name, port.strip_prefix(':')),
        None => halves(authority, b':').map_or((authority, None), |(name, port)| (name, Some(port))),
    };
    let name = name.trim_end_matches('.');
    let port = port.and_then(|port| port.parse().ok()).or(default);
    ((!name.is_empty()).then_some(name), port)
}
