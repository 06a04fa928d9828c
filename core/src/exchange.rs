//! The meeting point: captures and logs fill exchanges and attempts, categories read only those.
//!
//! An **exchange** is one request by a client to the gateway and what the gateway answered. An **attempt** is one
//! try by the gateway to obtain it upstream, in phases. `NotSeen` keeps the silence of a log, or of a capture of
//! one side, from reading as success.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::net::{IpAddr, SocketAddr};

use crate::categories::Id as Category;
use crate::protocols::tls::certificate::Certificate;
use crate::protocols::tls::hello::{ClientHello, ServerHello};
use crate::report::{Confidence, Leg, ResetBy};
use crate::time::{Span, Timestamp};

/// Where something was seen: a packet or a line of one input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// When; the zero time for a line without one.
    pub time: Timestamp,
    /// Index of the input.
    pub input: u32,
    /// Packet or line number, from 1.
    pub number: u64,
    /// True for a line of a log, false for a packet.
    pub line: bool,
    /// Byte offset of the packet's data or of the line in the decompressed input.
    pub offset: u64,
    /// Captured bytes, or length of the line.
    pub length: u32,
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

/// One request and its answer.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Who asked; `None` where the client's side was not captured.
    pub client: Option<IpAddr>,
    /// The gateway's address: as the client reached it, else as it went out.
    pub gateway: Option<IpAddr>,
    /// When the gateway received the request, else when its first attempt began.
    pub begun: Timestamp,
    /// Host name or address wanted, lower case, without port.
    pub host: Option<String>,
    /// Port wanted.
    pub port: Option<u16>,
    /// Request method.
    pub method: Option<String>,
    /// Target as the client wrote it.
    pub target: Option<String>,
    /// What the client received.
    pub answer: Answer,
    /// Tries upstream, in time order; failed name resolution is one.
    pub attempts: Vec<Attempt>,
    /// What the gateway's log says of the failure.
    pub claim: Option<Claim>,
    /// The TLS handshake between client and gateway, where the gateway is its server: it decrypts, or serves https
    /// itself.
    pub client_secure: Phase<SecureFailure>,
    /// Client side of the story; the attempts hold theirs.
    pub events: Vec<Event>,
    /// These inputs show how the gateway goes out: where no attempt was seen, none was made.
    pub outward: bool,
    /// What these inputs could not have shown, as sentences.
    pub doubts: Vec<String>,
    /// What beside the attempts bears on the failure.
    pub signs: Signs,
}

/// What beside the attempts bears on a failure.
#[derive(Clone, Debug, Default)]
pub struct Signs {
    /// The names in the request's `Via`, as the gateway received it.
    pub via: Vec<String>,
    /// What the gateway's own answer says of the failure (`Proxy-Status`, `X-Squid-Error`).
    pub word: Option<Claim>,
    /// How the request came back to the gateway, as a sentence.
    pub looped: Option<String>,
    /// The service that the gateway needs first and that failed.
    pub service: Option<Service>,
    /// How the engineer's own test of the same site differs, as sentences.
    pub compared: Vec<String>,
    /// Packets of that test.
    pub test: Vec<Event>,
    /// What a capture of another place proves of the client's side.
    pub proof: Option<Proof>,
}

/// A service that failed before the gateway went to the origin: scanner, directory, reputation.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// What it is: `ICAP scanner`, or a host's name.
    pub name: String,
    /// Where.
    pub address: SocketAddr,
    /// What went wrong, as the end of a sentence: `did not answer the SYN`.
    pub failure: String,
}

/// What the client received.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// The client's side was not seen, or is encrypted.
    NotSeen,
    /// No byte until the capture ended.
    Pending,
    /// A whole response.
    Whole(Status),
    /// The response broke off: by FIN or RST of the gateway.
    Cut(Option<Status>),
    /// The gateway closed or reset the connection without a byte.
    Closed,
    /// Bytes that are no HTTP response.
    NotHttp,
    /// The client closed or reset before the answer was there.
    ClientLeft,
}

/// A status line.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    /// The code, the last one if several.
    pub code: u16,
    /// The first code if a second one followed in the same stream.
    pub first: Option<u16>,
    /// The second code may be text of the first one's body: it came at once, and the body has no framing.
    pub unsure: bool,
    /// When it arrived.
    pub time: Timestamp,
    /// The answer names the gateway, its error page or its own error as its maker (`X-Squid-Error`, `Proxy-Status`).
    pub own_word: Option<String>,
}

/// One try upstream.
#[derive(Clone, Debug, Default)]
pub struct Attempt {
    /// The address that the gateway used; the client's where it spoofs.
    pub local: Option<SocketAddr>,
    /// The address tried; `None` while resolving.
    pub upstream: Option<SocketAddr>,
    /// The target is a parent proxy (absolute-form or CONNECT was sent to it).
    pub parent: bool,
    /// The connection had carried an earlier request.
    pub reused: bool,
    /// It answered before it had the whole request, and then reset the connection.
    pub upload_cut: bool,
    /// How long its connection had been idle when the request was sent on it; `None` for the first request.
    pub idle: Option<Span>,
    /// The connection carries a tunnel that the gateway granted: its bytes are the client's.
    pub tunnel: bool,
    /// Neither side had closed it when the capture ended.
    pub open: bool,
    /// It was closed before anything was sent on it.
    pub unused: bool,
    /// When it began and when its last packet was seen.
    pub span: Option<(Timestamp, Timestamp)>,
    /// Name to address.
    pub resolve: Phase<ResolveFailure>,
    /// TCP handshake.
    pub connect: Phase<ConnectFailure>,
    /// TLS handshake.
    pub secure: Phase<SecureFailure>,
    /// Sending the request.
    pub send: Phase<SendFailure>,
    /// Waiting for the first byte of the response.
    pub wait: Phase<WaitFailure>,
    /// Receiving the response.
    pub receive: Phase<ReceiveFailure>,
    /// The status that the upstream sent.
    pub status: Option<u16>,
    /// Bytes of the response's head.
    pub head: usize,
    /// A status line inside its body: text, not an answer.
    pub quoted_status: Option<u16>,
    /// Who sent the RST that ended it.
    pub reset_by: Option<ResetBy>,
    /// What was seen of its TLS handshake.
    pub tls: Option<Box<Tls>>,
    /// What cannot be told of it for certain, as sentences.
    pub doubts: Vec<String>,
    /// By which signs: each half a sentence about the RST.
    pub signs: Vec<String>,
    /// What a capture of another place proves of its failure.
    pub proof: Option<Proof>,
    /// Its story, in time order.
    pub events: Vec<Event>,
    /// The host name that it asked for (Host field, TLS server name, or the name looked up).
    pub host: Option<String>,
    /// The target that it asked for.
    pub target: Option<String>,
}

/// What captures on both sides of something on the path prove of a failure.
#[derive(Clone, Debug, PartialEq)]
pub struct Proof {
    /// What happened between them.
    pub what: Between,
    /// One or two sentences, with the names of the captures.
    pub text: String,
    /// The packets that show it, of either capture.
    pub packets: Vec<Sighting>,
}

/// A packet that another capture holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Sighting {
    /// Packet.
    pub source: Source,
    /// It was sent by the one that opened the connection.
    pub by_client: bool,
    /// What it shows.
    pub text: String,
    /// Its connection, as that capture has it.
    pub flow: Flow,
}

/// What happened between two capture places, or beyond the further one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Between {
    /// The SYN went in and did not come out.
    SynDropped,
    /// The SYN passed; nothing came back to the further place either.
    NoAnswerBeyond,
    /// The SYN-ACK came back as far as the further place.
    SynAckDropped,
    /// The SYN-ACK came to a place that had not seen the SYN.
    SynAckElsewhere,
    /// A RST came out that had not gone in.
    ResetMade,
    /// The RST passed both places, from the host whose address it has.
    ResetByHost,
    /// The RST passed both places; who beyond the further one made it is not told.
    ResetFromBeyond,
    /// A FIN came out that had not gone in.
    CloseMade,
    /// Bytes of the request went in and did not come out.
    RequestDropped,
    /// Bytes of the response went in and did not come out.
    ResponseDropped,
    /// A response came out that had not gone in.
    ResponseMade,
    /// The request passed; no byte of a response came back to the further place either.
    SilentBeyond,
    /// The ICMP error did not come from beyond the further place.
    IcmpMade,
    /// It did.
    IcmpFromBeyond,
}

impl Between {
    /// What lies between the two captures did it.
    #[must_use]
    pub fn blames_device(self) -> bool {
        matches!(
            self,
            Self::SynDropped
                | Self::SynAckDropped
                | Self::ResetMade
                | Self::CloseMade
                | Self::RequestDropped
                | Self::ResponseDropped
                | Self::ResponseMade
                | Self::IcmpMade
        )
    }
}

/// What became of one phase.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Phase<F> {
    /// These inputs do not show it.
    #[default]
    NotSeen,
    /// It succeeded, after this long where known.
    Ok(Option<Span>),
    /// It failed.
    Failed(F),
}

impl<F> Phase<F> {
    /// The failure, if it failed.
    pub fn failure(&self) -> Option<&F> {
        match self {
            Self::Failed(failure) => Some(failure),
            _ => None,
        }
    }

    /// True if it was seen to succeed.
    pub fn is_ok(&self) -> bool {
        matches!(self, Self::Ok(_))
    }
}

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

/// What was seen of a TLS handshake that failed: offers, choice, certificate.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tls {
    /// The ClientHello, if all of it was seen.
    pub hello: Option<ClientHello>,
    /// Bytes of the ClientHello, as its header says.
    pub size: usize,
    /// TCP segments that it took.
    pub segments: u32,
    /// The ServerHello.
    pub server: Option<ServerHello>,
    /// The server asked for another ClientHello first.
    pub retried: bool,
    /// The server's certificate; TLS 1.3 hides it.
    pub certificate: Option<Certificate>,
    /// What may be held against the certificate.
    pub problems: Vec<Problem>,
    /// The server asked for a client certificate; TLS 1.3 hides that.
    pub asks_certificate: bool,
    /// A ClientHello of this size, smaller and in one segment, was answered by the same server.
    pub smaller_passed: Option<usize>,
}

impl Tls {
    /// First bytes of the ClientHello's `random`: the same on both legs of a tunnel.
    #[must_use]
    pub fn random(&self) -> Option<u64> {
        self.hello.as_ref().map(|hello| hello.random)
    }
}

/// What may be held against a certificate.
#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    /// Its time was over.
    Expired(Timestamp),
    /// Its time had not begun.
    NotYetValid(Timestamp),
    /// It is not for the host that was asked for.
    WrongName(String),
    /// It signed itself.
    SelfSigned,
    /// The chain does not hold its issuer: known to whoever verifies, or missing.
    IssuerMissing(String),
}

impl Problem {
    /// Whether everyone who verifies refuses a certificate for this.
    #[must_use]
    pub fn refused(&self) -> bool {
        !matches!(self, Self::IssuerMissing(_))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expired(end) => write!(f, "expired on {}", day(*end)),
            Self::NotYetValid(begin) => write!(f, "not valid before {}", day(*begin)),
            Self::WrongName(host) => write!(f, "not for {host}"),
            Self::SelfSigned => f.write_str("signed by itself"),
            Self::IssuerMissing(issuer) => write!(f, "the chain does not hold its issuer, {issuer}"),
        }
    }
}

/// `2026-04-01`.
#[must_use]
pub fn day(time: Timestamp) -> String {
    let (year, month, day, ..) = time.civil();
    alloc::format!("{year:04}-{month:02}-{day:02}")
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

/// How receiving the response failed.
#[derive(Clone, Debug, PartialEq)]
pub enum ReceiveFailure {
    /// The bytes are no HTTP response; the text says how they begin or what is wrong.
    NotHttp(String),
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

/// What a log line says of a failure.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    /// Every category that fits, likeliest first; one alone if the line decides.
    pub candidates: Vec<Category>,
    /// How much the line's word is worth.
    pub confidence: Confidence,
    /// The line decides nothing: report `undetermined` with these candidates.
    pub undetermined: bool,
    /// What the token means, e.g. `NONE/504: the appliance made this answer itself`.
    pub why: String,
    /// Who made the status, as far as the line tells.
    pub made_by: Option<crate::report::GeneratedBy>,
    /// How long the request took, by the log.
    pub elapsed: Option<Span>,
}
