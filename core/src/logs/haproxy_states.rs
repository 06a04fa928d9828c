//! What HAProxy's termination states mean (Configuration Manual 8.5; src/http_ana.c and src/backend.c for the statuses).
//!
//! The first letter says who or what ended the session, the second in which phase it was.

use super::meaning::{Meaning, phase};
use crate::categories::Id::*;
use crate::protocols::http1::is_server_error;
use crate::report::{
    Confidence::*,
    GeneratedBy::{Gateway, Origin, Unknown},
};

/// What a line says of a session, as far as it bears on a failure.
#[derive(Clone, Copy, Debug, Default)]
pub struct Session {
    /// First two letters of the termination state.
    pub state: [u8; 2],
    /// Status; `None` for -1 and in TCP mode.
    pub status: Option<u16>,
    /// A server was chosen.
    pub server: bool,
    /// Tc: milliseconds until the connection stood, with its TLS handshake; negative if it never did.
    pub connect: i64,
    /// Tr: milliseconds until the response header was whole; negative if it never was.
    pub response: i64,
    /// A line before it said that no local port was left for a connection to its backend.
    pub no_port: bool,
}

/// What failed; `None` for a session that did not fail.
#[must_use]
pub fn meaning(session: &Session) -> Option<Meaning> {
    let Session { state, status, server, connect, response, .. } = *session;
    let failed = status.is_some_and(is_server_error);
    let whole = status.is_some_and(|status| (100..500).contains(&status));
    // In TCP mode a session ends by somebody closing it: only one that never stood is a failure.
    let tcp = status.is_none() && response < 0 && state[1] == b'D';
    Some(match &state {
        _ if tcp => return None,
        b"SC" if !server => NO_SERVER,
        b"SC" if session.no_port => NO_PORT,
        b"SC" => NOT_CONNECTED,
        b"sC" => CONNECT_TIMED_OUT,
        b"RC" => NO_RESOURCE,
        b"PC" => TOO_MANY,
        b"sQ" => QUEUED,
        b"SH" if status.is_none() => CLOSED_REUSED,
        b"SH" => CLOSED,
        b"sH" => NO_ANSWER,
        b"SD" => TRUNCATED,
        // A tunnel that is idle runs into the same timeout.
        b"sD" if status == Some(101) => return None,
        b"sD" => STALLED,
        b"PH" if status == Some(500) => OWN_RULE,
        b"PH" => INVALID,
        b"PD" => BAD_CHUNK,
        b"CC" | b"CQ" | b"CH" | b"cH" | b"cC" | b"cQ" => CLIENT_LEFT,
        b"CD" if whole && status != Some(101) => CLIENT_LEFT_IN_BODY,
        b"cD" if whole && status != Some(101) => CLIENT_SLOW,
        b"CR" | b"cR" => return None,
        b"PR" | b"PT" | b"LR" | b"LH" | b"LC" | b"LQ" if failed => OWN_ANSWER,
        [b'D' | b'U' | b'K' | b'I', _] if failed || status.is_none() => ENDED_ITSELF,
        _ if !failed => return None,
        _ if server && connect >= 0 && response >= 0 => FROM_SERVER,
        _ if server => ANY,
        _ => OWN_ANSWER,
    })
}

/// The first two letters of a termination state, of two or four of them; `None` for another word.
#[must_use]
pub fn letters(token: &str) -> Option<[u8; 2]> {
    let known = matches!(token.len(), 2 | 4) && token.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-');
    token.as_bytes().first_chunk().copied().filter(|_| known)
}

/// The state, for texts.
#[must_use]
pub fn name(state: [u8; 2]) -> &'static str {
    ["SC", "sC", "RC", "PC", "sQ", "CC", "cC", "CQ", "cQ"]
        .into_iter()
        .find(|name| name.as_bytes() == state)
        .unwrap_or_default()
}

const NO_SERVER: Meaning = Meaning::is(
    Proven,
    &[&[NoHealthyUpstream]],
    Gateway,
    "no server was chosen (<NOSRV>): all of the backend are down, in maintenance, or there is none",
);
const NOT_CONNECTED: Meaning = Meaning::is(
    Likely,
    &[&[
        TcpSynReset,
        TcpIcmpUnreachable,
        TcpIcmpProhibited,
        TlsAlert,
        TlsCertificate,
        TlsReset,
        TlsClosed,
        TlsNotSpoken,
    ]],
    Gateway,
    "the connection to the server was refused before it stood: as a rule a RST; also ICMP, or with `ssl` a TLS handshake \
     that failed",
);
const NO_PORT: Meaning = Meaning::is(
    Likely,
    &[&[EphemeralPortExhaustion]],
    Gateway,
    "no local port was left for a connection to this backend, as the line before says (no free ports)",
);
const CONNECT_TIMED_OUT: Meaning = Meaning::is(
    Likely,
    &[&[TcpSynUnanswered, ReturnPath, TlsNoResponse]],
    Gateway,
    "`timeout connect` ran out: no SYN-ACK (with `ssl`: or no end of the TLS handshake)",
);
const NO_RESOURCE: Meaning = Meaning::is(
    Likely,
    &[&[EphemeralPortExhaustion, LocalEgressDenied, ProxyOverload]],
    Gateway,
    "a local resource was exhausted when the connection was to be opened: ports, sockets, memory",
);
const TOO_MANY: Meaning =
    Meaning::is(Likely, &[&[ProxyOverload]], Gateway, "the proxy's own limit was reached when it was to connect");
const QUEUED: Meaning = Meaning::is(
    Likely,
    &[&[ProxyOverload, NoHealthyUpstream]],
    Gateway,
    "`timeout queue` ran out: every server of the backend was at its `maxconn`",
);
const CLOSED: Meaning = Meaning::open(
    &[&[ResponseEmpty, ResponseReset, KeepaliveRace, ResponseTruncated]],
    Gateway,
    "the server closed or reset the connection before its response header was whole; the state does not say which",
);
const CLOSED_REUSED: Meaning = Meaning::open(
    &[&[KeepaliveRace, ResponseReset, ResponseEmpty]],
    Gateway,
    "the server closed or reset a connection before its response header was whole, and HAProxy closed the client's without a \
     status, as it does where that connection had served before",
);
const NO_ANSWER: Meaning = Meaning::is(
    Likely,
    &[&[ResponseTimeout, RequestUnacked, PmtuBlackhole]],
    Gateway,
    "connected, and no whole response header within `timeout server`",
);
const TRUNCATED: Meaning = Meaning::is(
    Likely,
    &[&[ResponseTruncated]],
    Origin,
    "the connection to the server ended with an error in the middle of the response",
);
const STALLED: Meaning =
    Meaning::is(Likely, &[&[ResponseStalled]], Origin, "the response began and then stopped for `timeout server`");
const INVALID: Meaning = Meaning::is(
    Likely,
    &[&[ResponseInvalid, ResponseHeaderTooLarge, PolicyDenied]],
    Gateway,
    "HAProxy blocked the response: invalid, its header too large for the buffer, or against a rule",
);
const OWN_RULE: Meaning = Meaning::open(
    &[&[ResponseHeaderTooLarge, PolicyDenied, ProxyOverload, ResponseInvalid]],
    Gateway,
    "HAProxy failed to process the response header: a rewrite that did not fit, or an error of its own",
);
const BAD_CHUNK: Meaning =
    Meaning::is(Likely, &[&[ResponseBadChunk]], Origin, "HAProxy met an error in the body: broken chunked coding");
const CLIENT_LEFT: Meaning = Meaning::is(Likely, &[&[ClientAbort]], Unknown, "the client left before the answer");
const CLIENT_LEFT_IN_BODY: Meaning =
    Meaning::is(Likely, &[&[ClientAbort]], Origin, "the client left in the middle of the answer");
const CLIENT_SLOW: Meaning =
    Meaning::is(Likely, &[&[ClientAbort]], Origin, "the client stopped taking the answer for `timeout client`");
const OWN_ANSWER: Meaning = Meaning::is(
    Possible,
    &[&[PolicyDenied, NoAttempt]],
    Gateway,
    "HAProxy answered itself and asked no server: a rule or a service of its own",
);
const ENDED_ITSELF: Meaning = Meaning::open(
    &[&[NoHealthyUpstream, ProxyOverload], phase::WAIT],
    Gateway,
    "HAProxy ended the session itself: the server was marked down, an operator did it, or an internal error",
);
const FROM_SERVER: Meaning = Meaning::is(
    Likely,
    &[&[OriginError]],
    Origin,
    "the session ended normally with a whole response header of the server: the server itself sent this status",
);
const ANY: Meaning = Meaning::open(
    &[phase::CONNECT, phase::WAIT, &[NoHealthyUpstream, OriginError]],
    Unknown,
    "a server was chosen, and the timers do not show that its response was whole",
);
