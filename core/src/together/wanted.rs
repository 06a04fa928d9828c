//! What a request wanted, in twelve bytes: enough to find it again in another input.
//!
//! A gateway's client writes `http://host/path?query` or `host:443`, its server reads `/path` with a `Host` field, a
//! log writes either, often without the query. All of them have the same host and the same path.
//!
//! The digests are FNV-1a: the same on every machine, so that the same input gives the same report. Two requests whose
//! digests collide must also agree in time, client and status to be taken for one.

use core::net::IpAddr;

/// The path of every CONNECT.
const CONNECT: u32 = 1;

/// Host, path and query of a request, as digests; 0 where it is not said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Wanted {
    /// Host name without port, in lower case.
    pub host: u32,
    /// Path without query.
    pub path: u32,
    /// Query; 0 also where it is empty.
    pub query: u32,
}

impl Wanted {
    /// Of a request with this method, target, and host without its port.
    #[must_use]
    pub fn new(method: Option<&str>, target: Option<&str>, host: Option<&str>) -> Self {
        let host = host.map_or(0, host_digest);
        let Some(target) = target.filter(|target| !target.is_empty()) else { return Self { host, path: 0, query: 0 } };
        if matches!(method, Some("CONNECT" | "TCP_CONNECT")) {
            return Self { host, path: CONNECT, query: 0 };
        }
        let (path, query) = split(target);
        let query = if query.is_empty() { 0 } else { digest(query.bytes()) };
        Self { host, path: digest(path.bytes()), query }
    }

    /// True for a CONNECT.
    #[must_use]
    pub fn is_tunnel(self) -> bool {
        self.path == CONNECT
    }

    /// Host and path in one number; `None` where the path is not known.
    #[must_use]
    pub fn place(self) -> Option<u64> {
        (self.path != 0).then_some(u64::from(self.host) << 32 | u64::from(self.path))
    }
}

/// Path and query of a target in any form.
fn split(target: &str) -> (&str, &str) {
    let after = match memchr::memchr(b':', target.as_bytes()) {
        Some(at) => target.get(at + 1..).and_then(|rest| rest.strip_prefix("//")),
        None => None,
    };
    let local = match after {
        Some(rest) => rest.get(rest.bytes().position(|b| matches!(b, b'/' | b'?')).unwrap_or(rest.len())..),
        None => Some(target),
    };
    let local = local.unwrap_or_default();
    let (path, query) = local.split_once('?').unwrap_or((local, ""));
    (if path.is_empty() { "/" } else { path }, query)
}

/// Of a host name, whatever its case, with or without the final dot.
#[must_use]
pub fn host_digest(host: &str) -> u32 {
    let host = host.strip_suffix('.').unwrap_or(host);
    if host.is_empty() { 0 } else { digest(host.bytes().map(|b| b.to_ascii_lowercase())) }
}

/// Of an address.
#[must_use]
pub fn address_digest(address: IpAddr) -> u32 {
    match address.to_canonical() {
        IpAddr::V4(ip) => digest(ip.octets().into_iter()),
        IpAddr::V6(ip) => digest(ip.octets().into_iter()),
    }
}

/// Never 0 and never that of a CONNECT.
fn digest(bytes: impl Iterator<Item = u8>) -> u32 {
    let hash = bytes.fold(0x811C_9DC5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    if hash > CONNECT { hash } else { hash + 2 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_ways_to_write_a_target_are_one() {
        let of = |target, host| Wanted::new(Some("GET"), Some(target), Some(host));
        let whole = of("http://www.Example.com/a/b", "www.example.com");
        assert_eq!(of("/a/b", "WWW.example.com."), whole);
        assert_eq!(of("https://www.example.com:443/a/b", "www.example.com").place(), whole.place());
        assert_eq!(of("/a/b?x=1", "www.example.com").place(), whole.place());
        assert_ne!(of("/a/b?x=1", "www.example.com").query, 0);
        assert_eq!(of("/a/b?", "www.example.com"), whole);
        assert_ne!(of("/a/c", "www.example.com").place(), whole.place());
        assert_eq!(of("http://www.example.com", "www.example.com"), of("/", "www.example.com"));
        assert_eq!(of("http://www.example.com?q", "www.example.com").place(), of("/", "www.example.com").place());
    }

    #[test]
    fn what_is_not_said_is_nought() {
        assert_eq!(Wanted::new(None, None, None), Wanted::default());
        assert_eq!(Wanted::new(Some("GET"), None, Some("a.test")).place(), None);
        let tunnel = Wanted::new(Some("CONNECT"), Some("a.test:443"), Some("a.test"));
        assert!(tunnel.is_tunnel());
    }
}
