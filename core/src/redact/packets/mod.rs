//! Packets, rewritten byte for byte at the same length: what is understood is kept or gets its pseudonym, everything else
//! is blanked.
//!
//! A packet begins as nothing but zeros. Each layer copies the fields that name nobody and writes what takes the place of
//! the others; what no layer claims stays zero. So a field that is forgotten here is lost, and not passed on.

mod dns;
mod http;
mod http2;
mod icmp;
mod link;
mod network;
mod tls;
mod transport;

use alloc::vec::Vec;

use super::Redactor;

impl Redactor {
    /// A packet of this link-layer type (`LINKTYPE_`) without what says whose it was; checksums are right again.
    #[must_use]
    pub fn packet(&mut self, link: u16, data: &[u8]) -> Vec<u8> {
        let mut told = alloc::vec![0; data.len()];
        link::link(self, link, Layer { from: data, to: &mut told });
        told
    }
}

/// The bytes of a layer, and where they are rewritten; both equally long.
struct Layer<'a> {
    from: &'a [u8],
    to: &'a mut [u8],
}

impl Layer<'_> {
    fn again(&mut self) -> Layer<'_> {
        Layer { from: self.from, to: self.to }
    }

    /// From here on; nothing where there is nothing.
    fn at(&mut self, at: usize) -> Layer<'_> {
        self.part(at, self.from.len())
    }

    /// From here to there.
    fn part(&mut self, from: usize, to: usize) -> Layer<'_> {
        let to = to.min(self.from.len());
        let from = from.min(to);
        Layer { from: self.from.get(from..to).unwrap_or_default(), to: self.to.get_mut(from..to).unwrap_or_default() }
    }

    /// Leaves bytes as they are.
    fn keep(&mut self, from: usize, to: usize) {
        let Layer { from: original, to: told } = self.part(from, to);
        told.copy_from_slice(original);
    }

    fn keep_all(&mut self) {
        self.keep(0, self.from.len());
    }

    /// Writes what takes the place of bytes; what does not fit is left out.
    fn put(&mut self, at: usize, bytes: &[u8]) {
        if let Some(place) = self.to.get_mut(at..at + bytes.len()) {
            place.copy_from_slice(bytes);
        }
    }

    fn fill(&mut self, byte: u8) {
        self.to.fill(byte);
    }

    fn len(&self) -> usize {
        self.from.len()
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.from.get(at).copied()
    }

    fn two(&self, at: usize) -> Option<u16> {
        self.from.get(at..)?.first_chunk().map(|bytes| u16::from_be_bytes(*bytes))
    }

    fn array<const N: usize>(&self, at: usize) -> Option<[u8; N]> {
        self.from.get(at..)?.first_chunk().copied()
    }

    /// An IPv4 address.
    fn four(&mut self, redactor: &mut Redactor, at: usize) {
        if let Some(bytes) = self.array::<4>(at)
            && let core::net::IpAddr::V4(told) = redactor.ip(bytes.into())
        {
            self.put(at, &told.octets());
        }
    }

    /// An IPv6 address.
    fn six(&mut self, redactor: &mut Redactor, at: usize) {
        if let Some(bytes) = self.array::<16>(at)
            && let core::net::IpAddr::V6(told) = redactor.ip(bytes.into())
        {
            self.put(at, &told.octets());
        }
    }

    /// A hardware address.
    fn card(&mut self, redactor: &mut Redactor, at: usize) {
        if let Some(bytes) = self.array::<6>(at) {
            self.put(at, &redactor.hardware(bytes));
        }
    }
}

/// The internet checksum (RFC 1071) of parts, each of which but the last has an even number of bytes.
fn checksum(parts: &[&[u8]]) -> u16 {
    let mut sum = 0_u32;
    for part in parts {
        for pair in part.chunks(2) {
            let word = u16::from_be_bytes([pair.first().copied().unwrap_or(0), pair.get(1).copied().unwrap_or(0)]);
            sum += u32::from(word);
            sum = (sum & 0xFFFF) + (sum >> 16);
        }
    }
    !(sum as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redactor() -> Redactor {
        Redactor::new([4; 16])
    }

    #[test]
    fn any_bytes_are_rewritten_at_their_length() {
        let mut state = 1_u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        };
        let heads: [&[u8]; 8] = [
            &[],
            &[0x45],
            &[0x60],
            &[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0, 0, 90, 0, 0, 0, 0, 64, 1],
            &[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0, 0, 90, 0, 0, 0, 0, 64, 47],
            &[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x86, 0xDD, 0x60, 0, 0, 0, 0, 90, 0, 64],
            &[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x81, 0, 0, 5, 0x88, 0x47, 0, 0, 0x11, 64],
            &[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1],
        ];
        let mut redactor = redactor();
        for link in [0, 1, 9, 12, 101, 108, 113, 127, 228, 229, 239, 276] {
            for head in heads {
                for length in 0..64 {
                    let mut packet = head.to_vec();
                    packet.extend((0..length * 2).map(|_| random()));
                    assert_eq!(redactor.packet(link, &packet).len(), packet.len());
                }
            }
        }
    }

    #[test]
    fn what_no_layer_knows_is_blank() {
        assert_eq!(redactor().packet(127, b"a frame of Wi-Fi"), [0; 16]);
        // UDP to a port of nobody's.
        let mut packet = alloc::vec![0x45, 0, 0, 34, 0, 1, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2];
        packet.extend_from_slice(&[0x30, 0, 0x27, 0x0F, 0, 14, 0, 0]);
        packet.extend_from_slice(b"secret");
        assert_eq!(redactor().packet(101, &packet)[28..], [0; 6]);
    }

    /// A TCP segment from port 40000 to 80 with this payload, as it is rewritten.
    fn said(payload: &[u8]) -> alloc::string::String {
        let total = (40 + payload.len() as u16).to_be_bytes();
        let mut packet = alloc::vec![0x45, 0, total[0], total[1], 0, 1, 0, 0, 64, 6, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2];
        packet.extend_from_slice(&[0x9C, 0x40, 0, 80, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x18, 1, 0, 0, 0, 0, 0]);
        packet.extend_from_slice(payload);
        alloc::string::String::from_utf8_lossy(&redactor().packet(101, &packet)[40..]).into_owned()
    }

    #[test]
    fn of_http_the_form_stays() {
        let head = "GET /private/report.pdf?user=jdoe HTTP/1.1\r\nHost: intranet.example.com\r\nCookie: sid=abc123\r\n\
                    Authorization: Basic amRvZTpzZWNyZXQ=\r\nContent-Length: 5\r\nX-Acme-User: jdoe\r\n\r\nbody!";
        let told = said(head.as_bytes());
        assert_eq!(told.len(), head.len());
        let lines: Vec<&str> = told.split("\r\n").collect();
        assert!(lines[0].starts_with("GET /") && lines[0].ends_with(" HTTP/1.1"), "{told}");
        assert_eq!(lines[1], ["Host: ", &redactor().host("intranet.example.com")].concat());
        assert_eq!(lines[2..5], ["Cookie: xxx=xxxxxx", "Authorization: Basic xxxxxxxxxxxxxxx=", "Content-Length: 5"]);
        assert!(lines[5].ends_with(": xxxx") && !lines[5].contains("Acme"), "{told}");
        assert_eq!(lines[7], "\0\0\0\0\0");
        for secret in ["private", "report", "jdoe", "intranet", "example", "abc123", "secret"] {
            assert!(!told.contains(secret), "{secret}: {told}");
        }
    }

    #[test]
    fn of_tls_the_handshake_stays() {
        // ClientHello: version, random, no session, one suite, no compression, the server's name.
        let name = b"intranet.example.com";
        let server = [&[0, 0, 0, 25, 0, 23, 0, 0, 20][..], name].concat();
        let mut hello = alloc::vec![3, 3];
        hello.extend_from_slice(&[0xAA; 32]);
        hello.extend_from_slice(&[0, 0, 2, 0x13, 1, 1, 0, 0, server.len() as u8]);
        hello.extend_from_slice(&server);
        let length = hello.len() as u8;
        let record = [&[22, 3, 1, 0, length + 4, 1, 0, 0, length][..], &hello].concat();
        let mut told = alloc::vec![0; record.len()];
        let mut redactor = redactor();
        tls::records(&mut redactor, Layer { from: &record, to: &mut told });
        assert_eq!(told[..11], record[..11]);
        assert_eq!(told[11..43], [0; 32]);
        assert_eq!(told[43..52], record[43..52]);
        assert!(told.ends_with(redactor.host("intranet.example.com").as_bytes()));
        // An alert stays; data does not.
        let both = [&[21, 3, 3, 0, 2, 2, 40][..], &[23, 3, 3, 0, 3, 1, 2, 3]].concat();
        let mut told = alloc::vec![0; both.len()];
        tls::records(&mut redactor, Layer { from: &both, to: &mut told });
        assert_eq!(told, [&both[..12], &[0; 3]].concat());
    }
}
