//! Messages of the protocols: each parser by itself, then as a conversation that the whole engine reads.

use std::hint::black_box;

use gateway_triage_core::protocols::tls::{certificate, hello};
use gateway_triage_core::protocols::{dns, hpack, http1, http2, proxy_protocol, proxy_status, via};
use gateway_triage_core::{Options, protocols};
use gateway_triage_tests::build::file;
use gateway_triage_tests::build::packet::Link;
use gateway_triage_tests::build::talk::{Capture, Side};

use super::streams::conversation;
use super::{choice, read};

/// Where one side stops speaking and the other begins: no protocol's own byte sequence.
pub const TURN: &[u8] = b"\xff\xfe\xfd";

/// The parts between [`TURN`]s, the opener's first.
fn turns(data: &[u8]) -> Vec<(Side, &[u8])> {
    let mut parts = Vec::new();
    let (mut side, mut from) = (Side::Opener, 0);
    for at in 0..data.len() {
        if data[at..].starts_with(TURN) && at >= from {
            parts.push((side, &data[from..at]));
            from = at + TURN.len();
            side = if side == Side::Opener { Side::Server } else { Side::Opener };
        }
    }
    parts.push((side, &data[from.min(data.len())..]));
    parts
}

/// One message, or a question and its answers over UDP or TCP.
pub fn dns(data: &[u8]) {
    let (way, rest) = choice(data);
    black_box(dns::message(rest));
    let mut capture = Capture::new(Link::Ethernet, 1_700_000_000, &["10.20.0.2"]);
    if way & 1 == 0 {
        for (side, said) in turns(rest) {
            capture.wait_ms(20);
            let said = &said[..said.len().min(1400)];
            match side {
                Side::Opener => capture.udp("10.20.0.2:33333", "10.20.0.53:53", said),
                Side::Server => capture.udp("10.20.0.53:53", "10.20.0.2:33333", said),
            };
        }
    } else {
        let mut flow = gateway_triage_tests::build::talk::Flow::new("10.20.0.2:33333", "10.20.0.53:53");
        capture.open(&mut flow, 1);
        for (side, said) in turns(rest) {
            let length = u16::try_from(said.len()).unwrap_or(u16::MAX).to_be_bytes();
            capture.send_all(&mut flow, side, &[&length, said].concat());
        }
    }
    let bytes = file::pcap(&capture);
    read(&bytes, bytes.len(), Options::default());
}

/// A handshake message, or a conversation upstream, at the gateway or inside a tunnel.
pub fn tls(data: &[u8]) {
    let (what, rest) = choice(data);
    match what & 7 {
        0 => drop(black_box(hello::client(rest))),
        1 => drop(black_box(hello::client_ssl2(rest))),
        2 => drop(black_box(hello::server(rest))),
        3 => {
            if let Some(certificate) = certificate::chain(rest) {
                black_box(certificate.covers("www.example.com"));
            }
        }
        4 => {
            let first = [
                (Side::Opener, &b"CONNECT www.example.com:443 HTTP/1.1\r\nHost: www.example.com:443\r\n\r\n"[..]),
                (Side::Server, b"HTTP/1.1 200 Connection established\r\n\r\n"),
            ];
            conversation(0, &[&first[..], &turns(rest)].concat());
        }
        5 => conversation(2, &turns(rest)),
        _ => conversation(3, &turns(rest)),
    }
    black_box((protocols::tls::looks_like_tls(rest), protocols::tls::looks_like_ssl2(rest)));
}

/// A head, a list of a field, or a conversation.
pub fn http1(data: &[u8]) {
    let (what, rest) = choice(data);
    match what & 7 {
        0 => {
            if let Some(length) = http1::head_length(rest) {
                assert!(length <= rest.len(), "a head is not longer than what holds it");
            }
            drop(black_box((http1::request(rest), http1::response(rest))));
            black_box((http1::looks_like_request(rest), http1::looks_like_response(rest)));
            http1::each_field(rest, |_, _| {});
            drop((http1::telling(rest), http1::joined(rest, "via")));
        }
        1 => {
            let text = String::from_utf8_lossy(rest);
            via::names(&text).for_each(drop);
            black_box((via::passed_on(&text), http1::absolute(&text)));
            drop(proxy_status::members(&text));
        }
        2 => {
            if let proxy_protocol::Header::Whole(length, _) = proxy_protocol::header(rest) {
                assert!(length <= rest.len(), "a header is not longer than what holds it");
            }
        }
        3 => conversation(1, &turns(rest)),
        _ => conversation(0, &turns(rest)),
    }
}

/// Frames, a header block, or a conversation that begins as HTTP/2 does.
pub fn http2(data: &[u8]) {
    let (what, rest) = choice(data);
    match what & 3 {
        0 => {
            let mut frames = http2::Frames::default();
            let mut decoder = hpack::Decoder::default();
            let mut left = rest;
            while let Some(frame) = frames.next(&mut left) {
                black_box(frame.error());
                if let Some(block) = frame.block() {
                    decoder.block(block);
                }
            }
        }
        1 => {
            let mut decoder = hpack::Decoder::default();
            for block in rest.split(|byte| *byte == 0xff) {
                decoder.block(block);
            }
        }
        way => {
            let preface = (Side::Opener, http2::PREFACE);
            conversation(usize::from(way & 1), &[&[preface], &turns(rest)[..]].concat());
        }
    }
}
