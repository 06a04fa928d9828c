//! Packets and lines, with where they stand on the path.

use alloc::string::String;
use core::net::SocketAddr;

use crate::report::Leg;
use crate::time::Timestamp;

/// Files of a case: more are not dropped on a page, and how they continue each other is asked of each pair.
pub const FILES: usize = 4096;

/// Where something was seen: a packet or a line of one input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// When; the zero time for a line without one.
    pub time: Timestamp,
    /// Index of the input, as [`Source::file`] makes it: small, because a million connections keep a dozen of these each.
    pub file: u16,
    /// Packet or line number, from 1.
    pub number: u64,
    /// True for a line of a log, false for a packet.
    pub line: bool,
    /// Byte offset of the packet's data or of the line in the decompressed input.
    pub offset: u64,
    /// Captured bytes, or length of the line.
    pub length: u32,
}

impl Source {
    /// How it keeps the index of an input; a case has no more of them than [`FILES`].
    pub fn file(input: u32) -> u16 {
        u16::try_from(input).unwrap_or(u16::MAX)
    }

    /// Index of the input.
    pub fn input(&self) -> u32 {
        u32::from(self.file)
    }
}

/// One thing seen, with where it stands on the path. The list of them is the story of an exchange: evidence,
/// ladder diagram and annotated capture are made from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Packet or line.
    pub source: Source,
    /// Side of the gateway.
    pub leg: Leg,
    /// Sent by the gateway (true) or received by it.
    pub sent: bool,
    /// What it is.
    pub what: What,
    /// The connection, or asker and DNS server; `None` for lines.
    pub flow: Option<Flow>,
}

/// Where a packet belongs, for a display filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flow {
    /// One end.
    pub one: SocketAddr,
    /// The other end.
    pub other: SocketAddr,
    /// Packets of the whole connection.
    pub packets: u64,
}

/// What a packet or line shows, in the field's terms.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A request's first bytes: method and target.
    Request(String),
    /// A response's first bytes: status code and reason.
    Response(String),
    /// A DNS question: name and type, e.g. `www.example.com A`.
    Query(String),
    /// A DNS answer: name, type and what it says, e.g. `www.example.com A: NXDOMAIN`.
    Answer(String),
    /// The nth SYN of a connection, from 1.
    Syn(u32),
    /// SYN and ACK.
    SynAck,
    /// RST; the text says after what.
    Reset(String),
    /// FIN.
    Fin,
    /// An acknowledgement; the text says of what.
    Ack(String),
    /// ICMP or ICMPv6 error: who sent it, type, code and meaning.
    Icmp(String),
    /// TLS: a handshake message or an alert.
    Tls(String),
    /// Payload that is not understood; the text says how it begins.
    Data(String),
    /// A line of a log, as text.
    Line(String),
    /// Anything else, in words.
    Note(String),
}
