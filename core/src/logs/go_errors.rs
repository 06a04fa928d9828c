//! How programs in Go word a failed request: Traefik and Caddy log the error of Go's own libraries (net, crypto/tls,
//! net/http, golang.org/x/net/http2) as it is.

use core::net::SocketAddr;

use super::connect_errors::{self, FORBIDDEN, NO_NETWORK, NO_PORT, NO_ROUTE, REFUSED, SILENT};
use super::fields::host_port;
use super::meaning::{Meaning, phase};
use crate::categories::Id::*;
use crate::report::{
    Confidence::*,
    GeneratedBy::{Gateway, Unknown},
};

/// What an error says; `None` for a text that is none of a request upstream.
#[must_use]
pub fn meaning(text: &str) -> Option<Meaning> {
    let has = |words: &str| memchr::memmem::find(text.as_bytes(), words.as_bytes()).is_some();
    let found = WORDS.iter().find(|(all, _)| all.iter().all(|words| has(words)));
    found.map(|(_, meaning)| *meaning).or((text == "EOF").then_some(CLOSED))
}

/// The server in `dial tcp 192.0.2.10:80: connect: connection refused` and `read tcp 10.0.0.1:4->192.0.2.10:80: …`.
#[must_use]
pub fn server(text: &str) -> Option<SocketAddr> {
    let (_, rest) = text.split_once("tcp ")?;
    let word = rest.split(' ').next()?.trim_end_matches(':');
    let word = word.rsplit_once("->").map_or(word, |(_, to)| to);
    let (ip, port) = host_port(word)?;
    Some(SocketAddr::new(ip, port?))
}

/// All of these words, and what they mean. The first that fits counts: what is said of DNS holds the words of a dial.
const WORDS: &[(&[&str], Meaning)] = &[
    (&["context canceled"], LEFT),
    (&["no upstreams available"], NO_SERVER),
    (&["lookup ", "no such host"], NO_SUCH_HOST),
    (&["lookup ", "server misbehaving"], MISBEHAVING),
    (&["lookup ", "i/o timeout"], DNS_SILENT),
    (&["lookup ", "connection refused"], DNS_UNREACHABLE),
    (&["lookup "], DNS_OTHER),
    (&["connect: connection refused"], REFUSED),
    (&["connect: no route to host"], NO_ROUTE),
    (&["connect: host is unreachable"], NO_ROUTE),
    (&["connect: network is unreachable"], NO_NETWORK),
    (&["connect: cannot assign requested address"], NO_PORT),
    (&["connect: permission denied"], FORBIDDEN),
    (&["connect: operation not permitted"], FORBIDDEN),
    (&["connect: connection timed out"], SILENT),
    (&["connect: connection reset by peer"], connect_errors::RESET),
    (&["too many open files"], NO_FILES),
    (&["dial tcp", "i/o timeout"], SILENT),
    (&["TLS handshake timeout"], TLS_TIMED_OUT),
    (&["failed to verify certificate"], CERTIFICATE),
    (&["x509: "], CERTIFICATE),
    (&["remote error: tls: "], ALERT),
    (&["first record does not look like a TLS handshake"], NOT_TLS),
    (&["server gave HTTP response to HTTPS client"], NOT_TLS),
    (&["tls: "], TLS_OTHER),
    (&["timeout awaiting response headers"], NO_ANSWER),
    (&["server closed idle connection"], RACE),
    (&["write: broken pipe"], SEND_BROKEN),
    (&["write: connection reset by peer"], SEND_BROKEN),
    (&["read: connection reset by peer"], RESET),
    (&["server response headers exceeded"], TOO_LARGE),
    (&["malformed HTTP"], INVALID),
    (&["malformed MIME header"], INVALID),
    (&["malformed chunked encoding"], BAD_CHUNK),
    (&["GOAWAY"], GOAWAY),
    (&["stream error: stream ID"], RST_STREAM),
    (&["unexpected EOF"], TRUNCATED),
    (&["readfrom tcp", "i/o timeout"], SEND_TIMED_OUT),
    (&["read tcp", "i/o timeout"], NO_ANSWER),
    (&["context deadline exceeded"], DEADLINE),
    (&[": EOF"], CLOSED),
];

const LEFT: Meaning =
    Meaning::is(Likely, &[&[ClientAbort]], Unknown, "the client left before the answer (context canceled)");
const NO_SERVER: Meaning = Meaning::is(Proven, &[&[NoHealthyUpstream]], Gateway, "no upstream was left to ask");
const NO_SUCH_HOST: Meaning = Meaning::is(
    Likely,
    &[&[DnsNxdomain, DnsNodata]],
    Gateway,
    "DNS has no address for the upstream's name (no such host)",
);
const MISBEHAVING: Meaning = Meaning::is(
    Likely,
    &[&[DnsServfail, DnsRefused]],
    Gateway,
    "the DNS server answered with an error other than NXDOMAIN (server misbehaving)",
);
const DNS_SILENT: Meaning = Meaning::is(
    Likely,
    &[&[DnsNoResponse, DnsUnreachable]],
    Gateway,
    "the DNS server did not answer in time (lookup, i/o timeout)",
);
const DNS_UNREACHABLE: Meaning = Meaning::is(
    Likely,
    &[&[DnsUnreachable, DnsTcpFallbackBlocked]],
    Gateway,
    "the DNS server's port was refused (lookup, connection refused)",
);
const DNS_OTHER: Meaning =
    Meaning::open(&[phase::RESOLVE], Gateway, "the upstream's name could not be resolved; the words do not say how");
const NO_FILES: Meaning =
    Meaning::is(Proven, &[&[ProxyOverload]], Gateway, "the gateway may open no more files (too many open files)");
const TLS_TIMED_OUT: Meaning = Meaning::is(
    Likely,
    &[&[TlsNoResponse, PmtuBlackhole]],
    Gateway,
    "connected, and the TLS handshake did not end in time",
);
const CERTIFICATE: Meaning =
    Meaning::is(Proven, &[&[TlsCertificate]], Gateway, "the upstream's certificate was refused");
const ALERT: Meaning =
    Meaning::is(Proven, &[&[TlsAlert]], Gateway, "the upstream ended the TLS handshake with an alert");
const NOT_TLS: Meaning = Meaning::is(Likely, &[&[TlsNotSpoken]], Gateway, "what the upstream answered is no TLS");
const TLS_OTHER: Meaning =
    Meaning::open(&[phase::SECURE], Gateway, "the TLS handshake with the upstream failed; the words do not say how");
const NO_ANSWER: Meaning = Meaning::is(
    Likely,
    &[&[ResponseTimeout, RequestUnacked, PmtuBlackhole]],
    Gateway,
    "the request was sent, and no response header came in time",
);
const RACE: Meaning = Meaning::is(
    Likely,
    &[&[KeepaliveRace]],
    Gateway,
    "the upstream closed an idle connection just as the request was to be sent on it",
);
const SEND_BROKEN: Meaning = Meaning::is(
    Likely,
    &[&[KeepaliveRace, ResponseReset]],
    Gateway,
    "the upstream had closed or reset the connection while the request was sent on it",
);
const SEND_TIMED_OUT: Meaning = Meaning::open(
    &[&[ClientAbort, RequestUnacked, PmtuBlackhole, ZeroWindow]],
    Unknown,
    "the request's body did not get on until a timeout: the client sent no more, or the upstream took no more",
);
const RESET: Meaning = Meaning::is(
    Proven,
    &[&[ResponseReset, KeepaliveRace, ResponseTruncated]],
    Gateway,
    "a RST came after the request and before the response was read",
);
const CLOSED: Meaning = Meaning::is(
    Likely,
    &[&[ResponseEmpty, KeepaliveRace]],
    Gateway,
    "the upstream closed after the request, without a response (EOF)",
);
const TRUNCATED: Meaning = Meaning::is(
    Likely,
    &[&[ResponseTruncated, ResponseEmpty]],
    Gateway,
    "the connection ended before the response was whole (unexpected EOF)",
);
const TOO_LARGE: Meaning =
    Meaning::is(Proven, &[&[ResponseHeaderTooLarge]], Gateway, "the response has more header than the gateway takes");
const INVALID: Meaning =
    Meaning::is(Proven, &[&[ResponseInvalid]], Gateway, "what the upstream sent is no valid HTTP response header");
const BAD_CHUNK: Meaning =
    Meaning::is(Proven, &[&[ResponseBadChunk]], Gateway, "the chunked coding of the response is broken");
const GOAWAY: Meaning =
    Meaning::is(Likely, &[&[H2Goaway]], Gateway, "the upstream ended the HTTP/2 connection (GOAWAY)");
const RST_STREAM: Meaning =
    Meaning::is(Likely, &[&[H2RstStream]], Gateway, "the HTTP/2 stream ended with an error (RST_STREAM)");
const DEADLINE: Meaning = Meaning::open(
    &[&[ResponseTimeout, TcpSynUnanswered, TlsNoResponse, ResponseStalled]],
    Gateway,
    "a timeout of the gateway ran out; the words do not say in which phase",
);
