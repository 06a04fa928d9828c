//! What nginx's `$upstream_*` variables say of a failure.
//!
//! `$upstream_status` holds 502 and 504 also where nginx made them itself (ngx_http_upstream_next); a header time, or a
//! body length that is not 0, shows that a response came.

use super::common::last_server;
use super::fields::is_dash;
use super::meaning::{Meaning, phase};
use crate::categories::Id::*;
use crate::report::{
    Confidence::*,
    GeneratedBy::{Gateway, Origin, Unknown},
};
use crate::time::Span;

/// The upstream fields of a line, of its last attempt.
#[derive(Clone, Copy, Debug, Default)]
pub struct Upstream<'a> {
    /// All addresses tried, or the group's name.
    pub addr: &'a str,
    /// Status; `None` for a dash.
    pub status: Option<u16>,
    /// The connection stood, with its TLS handshake; `None` where the line cannot say.
    pub connected: Option<bool>,
    /// A response header came.
    pub answered: Option<bool>,
    /// Bytes of the response body.
    pub length: Option<u64>,
    /// `$request_time`.
    pub elapsed: Option<Span>,
}

/// What failed; `None` for a request that did not fail.
#[must_use]
pub fn meaning(status: Option<u16>, upstream: &Upstream<'_>) -> Option<Meaning> {
    let code = match status {
        None | Some(499) => return Some(CLIENT_LEFT),
        Some(code @ 500..) => code,
        Some(_) => return None,
    };
    let answered = upstream.answered.unwrap_or(false) || upstream.length.is_some_and(|length| length > 0);
    Some(match code {
        _ if is_dash(upstream.addr) && matches!(code, 502 | 504) => UNRESOLVED,
        _ if is_dash(upstream.addr) => OWN,
        502 if last_server(upstream.addr).is_none() && !upstream.addr.contains("unix:") => NO_LIVE,
        _ if answered && upstream.status == Some(code) => FROM_SERVER,
        504 if upstream.connected == Some(false) => NOT_CONNECTED_504,
        504 if upstream.connected == Some(true) => NO_ANSWER,
        504 => ANY_504,
        502 if upstream.connected == Some(false) => NOT_CONNECTED_502,
        502 if upstream.connected == Some(true) => NO_RESPONSE_502,
        502 => ANY_502,
        _ if upstream.status == Some(code) => FROM_SERVER,
        _ => OWN,
    })
}

const CLIENT_LEFT: Meaning = Meaning::is(
    Proven,
    &[&[ClientAbort]],
    Unknown,
    "the client closed before the answer (499 is nginx's mark of that)",
);

const UNRESOLVED: Meaning = Meaning::open(
    &[phase::RESOLVE, &[NoAttempt]],
    Gateway,
    "nginx asked no server: as a rule its name could not be resolved, or no `resolver` is set",
);
const OWN: Meaning = Meaning::is(
    Possible,
    &[&[PolicyDenied, NoAttempt]],
    Gateway,
    "nginx made this answer itself: a limit, a `return`, or an error in its configuration",
);
const NO_LIVE: Meaning = Meaning::is(
    Likely,
    &[&[NoHealthyUpstream]],
    Gateway,
    "$upstream_addr holds the group's name instead of an address: no server of it was live",
);
const FROM_SERVER: Meaning = Meaning::is(
    Likely,
    &[&[OriginError]],
    Origin,
    "a response of the server came with this status ($upstream_status); nginx passed it on",
);
const NOT_CONNECTED_504: Meaning = Meaning::is(
    Likely,
    &[&[TcpSynUnanswered, ReturnPath, TlsNoResponse]],
    Gateway,
    "a timer ran out before the connection stood ($upstream_connect_time is -)",
);
const NO_ANSWER: Meaning = Meaning::is(
    Likely,
    &[&[ResponseTimeout, RequestUnacked, PmtuBlackhole]],
    Gateway,
    "connected ($upstream_connect_time), and a timer ran out before a response header came ($upstream_header_time is -)",
);
const ANY_504: Meaning = Meaning::open(
    &[&[ResponseTimeout, TcpSynUnanswered, ReturnPath, TlsNoResponse, RequestUnacked, PmtuBlackhole, OriginError]],
    Unknown,
    "a timer of nginx ran out, or the server itself sent 504: this layout does not say which",
);
const NOT_CONNECTED_502: Meaning = Meaning::open(
    &[
        &[TcpSynReset, TcpIcmpUnreachable, TcpIcmpProhibited],
        phase::SECURE,
        &[LocalEgressDenied, EphemeralPortExhaustion, TcpSynUnanswered],
    ],
    Gateway,
    "the connection, or its TLS handshake, failed ($upstream_connect_time is -)",
);
const NO_RESPONSE_502: Meaning = Meaning::open(
    &[&[ResponseEmpty, ResponseReset, ResponseInvalid, ResponseHeaderTooLarge, KeepaliveRace, ResponseTruncated]],
    Gateway,
    "connected ($upstream_connect_time), and no valid response header came ($upstream_header_time is -)",
);
const ANY_502: Meaning = Meaning::open(
    &[
        &[TcpSynReset, TcpIcmpUnreachable, ResponseEmpty, ResponseReset, ResponseInvalid, ResponseHeaderTooLarge],
        &[KeepaliveRace],
        phase::SECURE,
        &[OriginError],
    ],
    Unknown,
    "the attempt failed other than by a timer, or the server itself sent 502: this layout does not say which",
);
