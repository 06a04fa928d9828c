//! What is fuzzed: one function per target, which takes any bytes and panics where the engine breaks a promise.
//!
//! The fuzzer's workspace (`fuzz/`) wraps each of [`TARGETS`] in a binary; the test of this package replays their seeds
//! without a fuzzer. In most targets the first byte chooses format or protocol, so that one target covers several.

mod capture;
mod engine;
mod messages;
pub mod seeds;
pub mod sources;
mod streams;
mod texts;

use gateway_triage_core::report::Report;
use gateway_triage_core::time::Timestamp;
use gateway_triage_core::{Case, Options};

/// One target.
pub struct Target {
    /// The name of its binary and of its folder of seeds.
    pub name: &'static str,
    /// What the bytes reach.
    pub what: &'static str,
    /// Longest input that is worth trying.
    pub longest: usize,
    /// Takes any bytes.
    pub run: fn(&[u8]),
    /// Makes inputs of a case's files.
    pub seeds: fn(&[seeds::File]) -> Vec<Vec<u8>>,
}

/// All targets.
pub static TARGETS: &[Target] = &[
    Target {
        name: "capture",
        what: "pcap and pcapng files, whole and in pieces",
        longest: 16_384,
        run: capture::file,
        seeds: seeds::captures,
    },
    Target {
        name: "packets",
        what: "link, network and transport layers, their details and their redaction",
        longest: 8192,
        run: capture::packets,
        seeds: seeds::packets,
    },
    Target {
        name: "streams",
        what: "TCP connections in any order, at a gateway",
        longest: 8192,
        run: streams::segments,
        seeds: seeds::streams,
    },
    Target {
        name: "dns",
        what: "DNS messages, over UDP and TCP",
        longest: 4096,
        run: messages::dns,
        seeds: seeds::dns,
    },
    Target {
        name: "tls",
        what: "TLS messages and conversations",
        longest: 8192,
        run: messages::tls,
        seeds: seeds::tls,
    },
    Target {
        name: "http1",
        what: "HTTP/1 heads, fields and conversations",
        longest: 8192,
        run: messages::http1,
        seeds: seeds::http1,
    },
    Target {
        name: "http2",
        what: "HTTP/2 frames, HPACK and conversations",
        longest: 8192,
        run: messages::http2,
        seeds: seeds::http2,
    },
    Target { name: "logs", what: "lines of every log format", longest: 8192, run: texts::logs, seeds: seeds::logs },
    Target {
        name: "formats",
        what: "format strings, and lines read by them",
        longest: 4096,
        run: texts::formats,
        seeds: seeds::formats,
    },
    Target { name: "har", what: "browsers' archives", longest: 16_384, run: texts::har, seeds: seeds::har },
    Target { name: "gzip", what: "packed files", longest: 8192, run: texts::gzip, seeds: seeds::gzip },
    Target {
        name: "engine",
        what: "several inputs as one case, and everything that is made of the report",
        longest: 65_536,
        run: engine::run,
        seeds: seeds::engine,
    },
];

/// The first byte, which chooses, and the rest.
fn choice(data: &[u8]) -> (u8, &[u8]) {
    data.split_first().map_or((0, data), |(first, rest)| (*first, rest))
}

/// Reads one file in pieces of this many bytes.
fn read(bytes: &[u8], piece: usize, options: Options) -> Report {
    let mut case = Case::new(Options { now: Timestamp::parse_rfc3339("2026-12-31T00:00:00Z"), ..options });
    let input = case.input("input");
    for part in bytes.chunks(piece.max(1)) {
        case.read(input, part);
    }
    case.end(input);
    case.report()
}

/// Reads one file at once and in pieces: the report must be the same.
fn read_both_ways(bytes: &[u8], piece: usize, options: &Options) {
    let whole = read(bytes, bytes.len(), options.clone());
    let pieces = read(bytes, piece, options.clone());
    assert!(whole == pieces, "another report in pieces of {piece} bytes");
}
