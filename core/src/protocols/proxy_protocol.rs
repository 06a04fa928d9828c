//! The PROXY protocol, versions 1 and 2: a balancer's header before the first byte, with the real client's address.
//!
//! Specification: <https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt>.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The longest header of version 1, its line end included.
const LONGEST: usize = 107;
/// How a header of version 2 begins.
const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// What bytes at the beginning of a connection are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Header {
    /// No such header.
    No,
    /// The beginning of one.
    Part,
    /// One of this many bytes; the client's address, if it tells one.
    Whole(usize, Option<SocketAddr>),
}

/// Reads a header at the beginning of a connection.
pub fn header(data: &[u8]) -> Header {
    let begins = |with: &[u8]| data.iter().zip(with).all(|(is, wanted)| is == wanted);
    if data.is_empty() {
        Header::No
    } else if begins(SIGNATURE) {
        binary(data)
    } else if begins(b"PROXY ") {
        line(data)
    } else {
        Header::No
    }
}

/// Version 1: `PROXY TCP4 192.0.2.1 198.51.100.1 56324 443`.
fn line(data: &[u8]) -> Header {
    let Some(end) = data.iter().take(LONGEST).position(|byte| *byte == b'\n') else {
        return if data.len() < LONGEST { Header::Part } else { Header::No };
    };
    let Some(line) = data.get(..end).and_then(|line| core::str::from_utf8(line).ok()) else { return Header::No };
    let mut words = line.trim_end_matches('\r').split(' ').skip(1);
    let protocol = words.next();
    let client = match protocol {
        Some("TCP4" | "TCP6") => {
            let host = words.next().and_then(|word| word.parse::<IpAddr>().ok());
            let port = words.nth(1).and_then(|word| word.parse().ok());
            match (host, port) {
                (Some(host), Some(port)) => Some(SocketAddr::new(host, port)),
                _ => return Header::No,
            }
        }
        Some("UNKNOWN") => None,
        _ => return Header::No,
    };
    Header::Whole(end + 1, client)
}

/// Version 2: signature, command, family, length, addresses, further values.
fn binary(data: &[u8]) -> Header {
    let Some(head) = data.first_chunk::<16>() else { return Header::Part };
    let (command, family) = (head[12], head[13]);
    if command >> 4 != 2 {
        return Header::No;
    }
    let length = 16 + usize::from(u16::from_be_bytes([head[14], head[15]]));
    let Some(addresses) = data.get(16..length) else { return Header::Part };
    let port =
        |at: usize| addresses.get(at..at + 2).and_then(<[u8]>::first_chunk::<2>).map(|port| u16::from_be_bytes(*port));
    let client = match (command & 0x0F, family >> 4) {
        (1, 1) => addresses.first_chunk::<4>().map(|host| IpAddr::V4(Ipv4Addr::from(*host))).zip(port(8)),
        (1, 2) => addresses.first_chunk::<16>().map(|host| IpAddr::V6(Ipv6Addr::from(*host))).zip(port(32)),
        // A balancer's own connection, to see whether the gateway lives.
        _ => None,
    };
    Header::Whole(length, client.map(|(host, port)| SocketAddr::new(host, port)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_versions_and_nothing_else() {
        let client: SocketAddr = "203.0.113.9:56324".parse().unwrap();
        let text = b"PROXY TCP4 203.0.113.9 192.0.2.1 56324 443\r\nGET / HTTP/1.1\r\n";
        assert_eq!(header(text), Header::Whole(44, Some(client)));
        assert_eq!(header(b"PROXY UNKNOWN\r\n"), Header::Whole(15, None));
        assert_eq!(header(b"PROXY TCP4 203.0"), Header::Part);
        assert_eq!(header(b"PRO"), Header::Part);
        assert_eq!(header(b"PROPFIND / HTTP/1.1\r\n"), Header::No);
        assert_eq!(header(b"GET / HTTP/1.1\r\n"), Header::No);
        let mut two = [SIGNATURE, &[0x21, 0x11, 0, 12, 203, 0, 113, 9, 192, 0, 2, 1, 0xDC, 0x04, 1, 187]].concat();
        assert_eq!(header(&two), Header::Whole(28, Some(client)));
        assert_eq!(header(&two[..20]), Header::Part);
        two[12] = 0x20;
        assert_eq!(header(&two), Header::Whole(28, None));
        assert_eq!(header(&[]), Header::No);
    }
}
