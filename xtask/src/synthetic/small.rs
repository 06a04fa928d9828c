//! Captures of small packets, 64 to 200 bytes: what costs a reader most for each byte of the file.

use super::BEGIN;
use super::frame::{ACK, End, FIN, Flow, PSH, RST, SYN, file_header, record_header, udp};
use std::io::{Result, Write};

/// A kind of small packets.
pub struct Small {
    /// As the table names it.
    pub name: &'static str,
    /// The frames that belong to the nth of it.
    frames: fn(u64) -> Vec<Vec<u8>>,
}

/// All kinds.
pub static SMALL: &[Small] = &[
    Small { name: "short requests", frames: requests },
    Small { name: "DNS", frames: dns },
    Small { name: "DNS without such a name", frames: nxdomain },
    FLOOD,
    FAILING,
];

/// As many connections as packets.
pub const FLOOD: Small = Small { name: "SYN flood", frames: syn };
/// A failure in every [`FAILED`] packets.
pub const FAILING: Small = Small { name: "requests that fail", frames: failing };
/// Packets of one of them.
pub const FAILED: u64 = 12;

impl Small {
    /// Writes a pcap file of at least `packets` packets, a microsecond apart; how many, and how many bytes they take.
    pub fn write(&self, out: &mut impl Write, packets: u64) -> Result<(u64, u64)> {
        out.write_all(&file_header())?;
        let (mut written, mut bytes) = (0, 24);
        for number in 0.. {
            if written >= packets {
                break;
            }
            for frame in (self.frames)(number) {
                out.write_all(&record_header(BEGIN + written, frame.len()))?;
                out.write_all(&frame)?;
                written += 1;
                bytes += 16 + frame.len() as u64;
            }
        }
        Ok((written, bytes))
    }
}

const PROXY: End = End { address: [10, 0, 0, 2], port: 3128 };

fn client(number: u64, port: u64) -> End {
    End { address: [10, 1, (number / 250 % 250) as u8, (number % 250 + 1) as u8], port: 1024 + (port % 60_000) as u16 }
}

/// A connection with fifty requests that are answered in a packet each, and each acknowledged.
fn requests(number: u64) -> Vec<Vec<u8>> {
    let mut flow = Flow::new(client(number, number), PROXY, number);
    let mut frames = Vec::with_capacity(208);
    for (opener, flags) in [(true, SYN), (false, SYN | ACK), (true, ACK)] {
        frames.push(flow.segment(opener, flags, &[]));
    }
    let host = number % 97;
    for at in 0..50 {
        let asked = format!("GET http://www{host}.example.com/{at} HTTP/1.1\r\nHost: www{host}.example.com\r\n\r\n");
        frames.push(flow.segment(true, ACK | PSH, asked.as_bytes()));
        frames.push(flow.segment(false, ACK, &[]));
        frames.push(flow.segment(false, ACK | PSH, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
        frames.push(flow.segment(true, ACK, &[]));
    }
    for (opener, flags) in [(true, FIN | ACK), (false, FIN | ACK), (true, ACK)] {
        frames.push(flow.segment(opener, flags, &[]));
    }
    frames
}

/// A request that the proxy answers with an error: the origin refused it, or the proxy asked nobody, by turns.
fn failing(number: u64) -> Vec<Vec<u8>> {
    let (host, path) = (number % 97, number);
    let mut inner = Flow::new(client(number, number), PROXY, number);
    let origin = End { address: [198, 51, 100, host as u8 + 1], port: 80 };
    let mut outer = Flow::new(End { port: 10_000 + (number % 50_000) as u16, ..PROXY }, origin, number + 1);
    let asked = format!("GET http://www{host}.example.com/{path} HTTP/1.1\r\nHost: www{host}.example.com\r\n\r\n");
    let mut frames = vec![
        inner.segment(true, SYN, &[]),
        inner.segment(false, SYN | ACK, &[]),
        inner.segment(true, ACK, &[]),
        inner.segment(true, ACK | PSH, asked.as_bytes()),
        inner.segment(false, ACK, &[]),
    ];
    if number.is_multiple_of(2) {
        frames.extend([outer.segment(true, SYN, &[]), outer.segment(false, RST | ACK, &[])]);
    } else {
        // As many packets either way: these say nothing.
        frames.extend([inner.segment(true, ACK, &[]), inner.segment(true, ACK, &[])]);
    }
    frames.push(inner.segment(false, ACK | PSH, b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\nno"));
    for (opener, flags) in [(true, ACK), (true, FIN | ACK), (false, FIN | ACK), (true, ACK)] {
        frames.push(inner.segment(opener, flags, &[]));
    }
    frames
}

/// A question of the proxy and its answer, which is an address.
fn dns(number: u64) -> Vec<Vec<u8>> {
    let name = format!("www{}.example.com", number % 5_000);
    let address = [0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 0x2c, 0, 4, 198, 51, 100, number as u8];
    lookup(number, &name, &[0x81, 0x80, 0, 1, 0, 1], &address)
}

/// A name that does not exist, with a search suffix and without it.
fn nxdomain(number: u64) -> Vec<Vec<u8>> {
    let suffix = if number.is_multiple_of(2) { ".example.com" } else { "" };
    lookup(number, &format!("host{}.corp{suffix}", number / 2), &[0x81, 0x83, 0, 1, 0, 0], &[])
}

/// A question of the proxy, and its answer with these flags, numbers and records (RFC 1035 section 4.1).
fn lookup(number: u64, name: &str, answered: &[u8; 6], records: &[u8]) -> Vec<Vec<u8>> {
    let (asker, server) =
        (End { port: 1024 + (number % 60_000) as u16, ..PROXY }, End { address: [10, 0, 0, 53], port: 53 });
    let mut question = vec![(number >> 8) as u8, number as u8, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in name.split('.') {
        question.push(label.len() as u8);
        question.extend(label.bytes());
    }
    question.extend([0, 0, 1, 0, 1]);
    let mut answer = question.clone();
    answer[2..8].copy_from_slice(answered);
    answer.extend(records);
    vec![udp(asker, server, &question), udp(server, asker, &answer)]
}

/// A SYN of a connection of its own, which nobody answers.
fn syn(number: u64) -> Vec<Vec<u8>> {
    let to = End { address: [198, 51, 100, 7], port: 80 };
    vec![Flow::new(client(number, number / 250), to, number).segment(true, SYN, &[])]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_are_small_and_counted() -> Result<()> {
        for kind in SMALL {
            let mut file = Vec::new();
            let (packets, bytes) = kind.write(&mut file, 5_000)?;
            assert_eq!(bytes, file.len() as u64, "{}", kind.name);
            let average = bytes / packets;
            assert!((60..=200).contains(&average), "{}: {average} bytes a packet", kind.name);
        }
        Ok(())
    }
}
