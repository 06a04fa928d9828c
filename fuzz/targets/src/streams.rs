//! TCP connections of a client, a gateway and a server, in which anything is sent at any time.

use gateway_triage_core::Options;
use gateway_triage_tests::build::file;
use gateway_triage_tests::build::packet::Link;
use gateway_triage_tests::build::talk::{Capture, Flow, Forged, Side};

use super::read;

/// Client and gateway, gateway and server, and one more of each.
fn flows() -> [Flow; 4] {
    [
        Flow::new("10.20.0.9:40001", "10.20.0.2:3128"),
        Flow::new("10.20.0.2:50001", "203.0.113.7:80"),
        Flow::new("10.20.0.9:40002", "10.20.0.2:3128"),
        Flow::new("10.20.0.2:50002", "203.0.113.8:443"),
    ]
}

fn capture() -> Capture {
    Capture::new(Link::Ethernet, 1_700_000_000, &["10.20.0.2"])
}

/// A script: a byte says which connection, which side and what is done; what is sent stands behind its length.
pub fn segments(mut data: &[u8]) {
    let (mut capture, mut flows) = (capture(), flows());
    while let Some((order, rest)) = data.split_first() {
        data = rest;
        let flow = &mut flows[usize::from(order & 3)];
        let side = if order & 4 == 0 { Side::Opener } else { Side::Server };
        match order >> 3 & 15 {
            0 => drop(capture.open(flow, 1)),
            1 => drop(capture.syn(flow)),
            2 => drop(capture.syn_ack(flow)),
            3 => drop(capture.established(flow)),
            4 => drop(capture.fin(flow, side)),
            5 => drop(capture.reset(flow, side)),
            6 => drop(capture.ack(flow, side)),
            7 => capture.wait_ms(u64::from(taken(&mut data)) * 250),
            8 => capture.lose(flow, side, usize::from(taken(&mut data))),
            9 => drop(capture.forget(flow, side)),
            10 => {
                let flags = taken(&mut data);
                capture.forge(
                    flow,
                    side,
                    Forged { ahead: u32::from(taken(&mut data)).wrapping_sub(128), ..Forged::new(flags) },
                );
            }
            11 => *flow = flow.clone().again(u32::from(taken(&mut data)) << 20),
            12 => capture.set_clock_ms(i64::from(taken(&mut data).cast_signed()) * 100),
            what => {
                let length = usize::from(taken(&mut data)).min(data.len());
                let (text, rest) = data.split_at(length);
                data = rest;
                match what {
                    13 => capture.send_again(flow, side, text),
                    _ => capture.send(flow, side, text),
                };
            }
        }
    }
    let bytes = file::pcap(&capture);
    read(&bytes, bytes.len(), Options::default());
}

fn taken(data: &mut &[u8]) -> u8 {
    let (first, rest) = super::choice(data);
    *data = rest;
    first
}

/// The order that sends `text` on a connection.
pub fn order_to_send(flow: u8, side: Side, text: &[u8]) -> Vec<u8> {
    let length = u8::try_from(text.len()).unwrap_or(u8::MAX);
    let side = if side == Side::Opener { 0 } else { 4 };
    [&[flow | side | 14 << 3, length], &text[..usize::from(length)]].concat()
}

/// A conversation on an open connection to this port of the gateway's way out, or to the gateway: each part is a flag
/// (who speaks) with what is said.
pub fn conversation(flow: usize, parts: &[(Side, &[u8])]) {
    let (mut capture, mut flows) = (capture(), flows());
    let flow = &mut flows[flow & 3];
    capture.open(flow, 1);
    for (side, said) in parts {
        capture.wait_ms(5);
        capture.send_all(flow, *side, said);
    }
    capture.close(flow, Side::Server);
    let bytes = file::pcap(&capture);
    read(&bytes, bytes.len(), Options::default());
}
