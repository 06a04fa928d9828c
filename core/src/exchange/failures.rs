//! How each phase can fail.

use alloc::string::String;
use core::fmt;
use core::net::IpAddr;

use crate::protocols::http1::flaws::Weight;
use crate::time::Span;

/// An ICMP or ICMPv6 error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Icmp {
    /// Who sent it.
    pub from: IpAddr,
    /// ICMP for IPv6 (RFC 4443).
    pub v6: bool,
    /// Type.
    pub kind: u8,
    /// Code.
    pub code: u8,
    /// The largest packet that its sender can pass on, where it says one: "fragmentation needed" (RFC 1191), "packet too
    /// big" (RFC 4443).
    pub mtu: Option<u32>,
}

impl Icmp {
    /// It regulates sizes and refuses nothing.
    #[must_use]
    pub fn too_big(&self) -> bool {
        matches!((self.v6, self.kind, self.code), (false, 3, 4) | (true, 2, _))
    }

    /// What type and code mean (RFC 792, RFC 1812, RFC 4443).
    #[must_use]
    pub const fn meaning(&self) -> &'static str {
        match (self.v6, self.kind, self.code) {
            (false, 3, 0) => "network unreachable",
            (false, 3, 1) => "host unreachable",
            (false, 3, 2) => "protocol unreachable",
            (false, 3, 4) => "fragmentation needed",
            (true, 2, _) => "packet too big",
            (false, 3, 3) => "port unreachable",
            (false, 3, 6) => "destination network unknown",
            (false, 3, 7) => "destination host unknown",
            (false, 3, 9) => "network administratively prohibited",
            (false, 3, 10) => "host administratively prohibited",
            (false, 3, 13) => "communication administratively prohibited",
            (false, 11, _) | (true, 3, _) => "time to live exceeded",
            (true, 1, 0) => "no route to destination",
            (true, 1, 1) => "communication administratively prohibited",
            (true, 1, 3) => "address unreachable",
            (true, 1, 4) => "port unreachable",
            (true, 1, 5) => "source address failed policy",
            (true, 1, 6) => "route rejected",
            _ => "destination unreachable",
        }
    }
}

/// How name resolution failed.
#[derive(Clone, Debug, PartialEq)]
pub enum ResolveFailure {
    /// Response code: 2 SERVFAIL, 3 NXDOMAIN, 5 REFUSED and so on (RFC 1035).
    Rcode(u8),
    /// No error, but no usable address.
    NoData,
    /// No response: tries, and how long until the gateway gave up.
    NoResponse {
        /// Queries sent.
        tries: u32,
        /// From the first query to the last thing seen.
        waited: Span,
    },
    /// ICMP says that the server or its port cannot be reached.
    Unreachable(Icmp),
    /// Truncated over UDP, and TCP to the server failed.
    TcpFailed,
}

/// How the TCP handshake failed.
#[derive(Clone, Debug, PartialEq)]
pub enum ConnectFailure {
    /// No SYN-ACK: SYNs sent, and how long until the gateway gave up.
    Unanswered {
        /// SYNs sent.
        tries: u32,
        /// From the first SYN to the last thing seen.
        waited: Span,
    },
    /// RST in answer to the SYN.
    Reset,
    /// ICMP in answer to the SYN.
    Icmp(Icmp),
    /// The SYN-ACK does not come back to the gateway, because its SYN carries the client's address or for another reason.
    NoReturn {
        /// The SYN's source address is the client's.
        spoofed: bool,
        /// SYNs sent.
        tries: u32,
    },
}

/// How the TLS handshake failed.
#[derive(Clone, Debug, PartialEq)]
pub enum SecureFailure {
    /// A fatal alert: number (RFC 8446 section 6), and whether the gateway's side sent it.
    Alert {
        /// Alert description.
        number: u8,
        /// Sent by the gateway (in a tunnel: the client) and not by the server.
        ours: bool,
    },
    /// ClientHello acknowledged, no ServerHello.
    NoResponse,
    /// RST during the handshake.
    Reset,
    /// FIN during the handshake.
    Closed,
    /// The port answers, but not in TLS.
    NotTls,
    /// An alert that TLS 1.3 encrypted, by its size and place.
    Hidden {
        /// Sent by the gateway (in a tunnel: the client) and not by the server.
        ours: bool,
    },
    /// The gateway's side closed right after the server had shown its certificate, without an alert.
    Refused,
}

/// How sending the request failed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SendFailure {
    /// Its bytes were never acknowledged.
    Unacknowledged,
    /// Small segments pass, full-sized ones are never acknowledged.
    FullSizeLost,
    /// A kept-alive connection was closed just as the request was sent on it.
    ClosedAsSent,
    /// The receiver's window closed and stayed closed.
    WindowClosed,
}

/// How waiting for the response failed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum WaitFailure {
    /// Request acknowledged, no byte of a response for this long.
    Timeout(Span),
    /// RST before a response.
    Reset,
    /// FIN before a byte of a response.
    Closed,
}

/// What of a response HTTP does not allow, though it can be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Flaw {
    /// What it is, as a noun with its article.
    pub what: &'static str,
    /// How its line begins; empty where it is none.
    pub line: String,
    /// How much it says where a gateway did not pass the answer on.
    pub weight: Weight,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.what)?;
        if self.line.is_empty() { Ok(()) } else { write!(f, " (“{}”)", self.line) }
    }
}

/// How receiving the response failed.
#[derive(Clone, Debug, PartialEq)]
pub enum ReceiveFailure {
    /// The bytes are no HTTP response; the text says how they begin or what is wrong.
    NotHttp(String),
    /// It can be read, but holds what HTTP does not allow, and the gateway did not take it; the text says what.
    Flawed(String),
    /// More header than the gateway takes.
    HeaderTooLarge,
    /// Broken chunked coding.
    BadChunk,
    /// FIN in the middle.
    Closed,
    /// RST in the middle.
    Reset,
    /// It stopped coming for this long.
    Stalled(Span),
    /// Its full-sized segments never arrived, smaller ones behind them did.
    FullSizeLost,
    /// The gateway's own window closed and stayed closed.
    WindowClosed,
    /// HTTP/2 GOAWAY with this error code.
    Goaway(u32),
    /// HTTP/2 RST_STREAM with this error code.
    RstStream(u32),
}
