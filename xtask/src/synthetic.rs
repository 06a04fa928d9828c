//! A large capture, made instead of kept: the benchmark measures on it, and a browser test cancels in it.
//!
//! What a proxy's host sees of HTTP: the client's request with an absolute URI, the proxy's own connection to the
//! origin, the answer on both. Every 200th exchange fails, in one of three ways. The same number of packets gives
//! the same bytes, on every machine. Frames are whole: lengths and checksums are right, so that no reader takes a
//! short cut that real traffic would not give it.

pub mod frame;
pub mod logs;
pub mod small;

use frame::{ACK, End, FIN, Flow, PSH, RST, SYN};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{Result, Write};

/// Bytes of payload in a full segment.
const SEGMENT: usize = 1460;
/// Exchanges that are open at the same time.
const OPEN: usize = 64;
/// 2026-01-01T00:00:00Z, in microseconds.
const BEGIN: u64 = 1_767_225_600_000_000;

/// What a made capture holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Made {
    /// Packets.
    pub packets: u64,
    /// Bytes of the file.
    pub bytes: u64,
    /// Whole exchanges between a client and the proxy; the last ones may be cut off.
    pub exchanges: u64,
    /// How many of those failed.
    pub failed: u64,
}

/// Writes a pcap file of `packets` packets, about 1,100 bytes each.
pub fn http_capture(out: &mut impl Write, packets: u64) -> Result<Made> {
    let mut made = Made { packets: 0, bytes: 24, exchanges: 0, failed: 0 };
    out.write_all(&frame::file_header())?;
    // The next packet of each open exchange, earliest first; the number keeps equal times in order.
    let mut next = BinaryHeap::new();
    let mut open: Vec<std::vec::IntoIter<Packet>> = Vec::new();
    let mut started = 0;
    let mut begin = |start| {
        let packets = exchange(started, start).into_iter();
        started += 1;
        packets
    };
    for slot in 0..OPEN {
        open.push(begin(BEGIN + slot as u64 * 900));
        next.extend(upcoming(&open, slot));
    }
    while made.packets < packets {
        let Some(packet) = next.pop().and_then(|Reverse((_, slot))| {
            let packet = open[slot].next()?;
            if open[slot].len() == 0 {
                made.exchanges += 1;
                made.failed += u64::from(packet.ends_failure);
                open[slot] = begin(packet.time + 300);
            }
            next.extend(upcoming(&open, slot));
            Some(packet)
        }) else {
            break;
        };
        out.write_all(&frame::record_header(packet.time, packet.bytes.len()))?;
        out.write_all(&packet.bytes)?;
        made.packets += 1;
        made.bytes += 16 + packet.bytes.len() as u64;
    }
    Ok(made)
}

/// When the slot's next packet is due.
fn upcoming(open: &[std::vec::IntoIter<Packet>], slot: usize) -> Option<Reverse<(u64, usize)>> {
    let packet = open[slot].as_slice().first()?;
    Some(Reverse((packet.time, slot)))
}

struct Packet {
    time: u64,
    bytes: Vec<u8>,
    ends_failure: bool,
}

/// How an exchange ends.
#[derive(Clone, Copy, PartialEq)]
enum Ending {
    Answered,
    OriginSilent,
    OriginResets,
    OriginFails,
}

/// One exchange through the proxy, from the client's SYN to its last ACK.
fn exchange(number: u64, start: u64) -> Vec<Packet> {
    let ending = match number % 200 {
        199 => [Ending::OriginSilent, Ending::OriginResets, Ending::OriginFails][(number / 200 % 3) as usize],
        _ => Ending::Answered,
    };
    let host = number % 97;
    let proxy = End { address: [10, 0, 0, 2], port: 3128 };
    let client = End {
        address: [10, 1, (number / 50 % 8) as u8, (number % 50 + 1) as u8],
        port: 20_000 + (number % 40_000) as u16,
    };
    let outgoing = End { port: 10_000 + (number % 50_000) as u16, ..proxy };
    let origin = End { address: [198, 51, 100, host as u8 + 1], port: 80 };
    let mut script = Script { time: start, packets: Vec::new() };
    let mut inner = Flow::new(client, proxy, number);
    let mut outer = Flow::new(outgoing, origin, number + 1);

    script.handshake(&mut inner, 200);
    script.send(&mut inner, true, &request(&format!("http://www{host}.example.com"), host, number));
    script.control(&mut inner, false, ACK, 30);
    // 20 to 100 KB, spread evenly but without a pattern in time.
    let length = 20_000 + (number.wrapping_mul(2_654_435_761) >> 8) as usize % 80_000;
    let answer = match ending {
        Ending::OriginSilent => {
            for wait in [50, 1_000_000, 2_000_000, 4_000_000] {
                script.control(&mut outer, true, SYN, wait);
                outer.rewind();
            }
            response("504 Gateway Timeout", 600)
        }
        Ending::OriginResets => {
            script.handshake(&mut outer, 9_000);
            script.send(&mut outer, true, &request("", host, number));
            script.control(&mut outer, false, RST | ACK, 9_000);
            response("502 Bad Gateway", 600)
        }
        Ending::OriginFails | Ending::Answered => {
            script.handshake(&mut outer, 9_000);
            script.send(&mut outer, true, &request("", host, number));
            script.control(&mut outer, false, ACK, 9_000);
            let answer = match ending {
                Ending::OriginFails => response("503 Service Unavailable", 900),
                _ => response("200 OK", length),
            };
            script.send(&mut outer, false, &answer);
            script.close(&mut outer);
            answer
        }
    };
    script.send(&mut inner, false, &answer);
    script.close(&mut inner);
    if let Some(last) = script.packets.last_mut() {
        last.ends_failure = ending != Ending::Answered;
    }
    script.packets
}

fn request(origin: &str, host: u64, number: u64) -> Vec<u8> {
    format!(
        "GET {origin}/item/{number}?page=1 HTTP/1.1\r\nHost: www{host}.example.com\r\n\
         User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)\r\n\
         Accept: text/html,application/xhtml+xml\r\nAccept-Encoding: gzip, deflate\r\n\
         Accept-Language: en-GB,en;q=0.9\r\nConnection: close\r\n\r\n"
    )
    .into_bytes()
}

fn response(status: &str, length: usize) -> Vec<u8> {
    let mut bytes = format!(
        "HTTP/1.1 {status}\r\nServer: made\r\nContent-Type: text/html\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n"
    )
    .into_bytes();
    let text = b"The quick brown fox jumps over the lazy dog, again and again. ";
    bytes.extend(text.iter().cycle().take(length));
    bytes
}

/// The packets of one exchange in the order in which they happen.
struct Script {
    time: u64,
    packets: Vec<Packet>,
}

impl Script {
    fn push(&mut self, flow: &mut Flow, from_opener: bool, flags: u8, payload: &[u8], wait: u64) {
        self.time += wait;
        self.packets.push(Packet {
            time: self.time,
            bytes: flow.segment(from_opener, flags, payload),
            ends_failure: false,
        });
    }

    fn control(&mut self, flow: &mut Flow, from_opener: bool, flags: u8, wait: u64) {
        self.push(flow, from_opener, flags, &[], wait);
    }

    fn handshake(&mut self, flow: &mut Flow, round_trip: u64) {
        self.control(flow, true, SYN, 50);
        self.control(flow, false, SYN | ACK, round_trip);
        self.control(flow, true, ACK, 20);
    }

    /// Data in full segments, with an acknowledgement of every sixth.
    fn send(&mut self, flow: &mut Flow, from_opener: bool, data: &[u8]) {
        let last = data.chunks(SEGMENT).count().saturating_sub(1);
        for (index, chunk) in data.chunks(SEGMENT).enumerate() {
            let push = if index == last { PSH } else { 0 };
            self.push(flow, from_opener, ACK | push, chunk, 2_500);
            if index % 6 == 5 {
                self.control(flow, !from_opener, ACK, 500);
            }
        }
    }

    /// The answering side closes, as servers do after `Connection: close`.
    fn close(&mut self, flow: &mut Flow) {
        self.control(flow, false, FIN | ACK, 30);
        self.control(flow, true, FIN | ACK, 60);
        self.control(flow, false, ACK, 60);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_capture_is_made_to_measure_and_always_the_same() -> Result<()> {
        let mut first = Vec::new();
        let made = http_capture(&mut first, 60_000)?;
        assert_eq!(made.packets, 60_000);
        assert_eq!(made.bytes, first.len() as u64);
        assert!(made.failed > 0);
        let average = made.bytes / made.packets;
        assert!((1_050..1_200).contains(&average), "{average} bytes a packet");
        let mut second = Vec::new();
        http_capture(&mut second, 60_000)?;
        assert!(first == second);
        Ok(())
    }
}
