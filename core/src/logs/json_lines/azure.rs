//! Azure Application Gateway: the access log's `error_info` and the backend's own status. Microsoft, Azure Application
//! Gateway monitoring data reference; HTTP response codes in Application Gateway.
//!
//! Version 1 has no `error_info`; it writes whom it asked into the query: `SERVER-ROUTED=…&SERVER-STATUS=…`.

use super::super::fields::{number, status};
use super::super::meaning::{Meaning, phase};
use crate::categories::Id::*;
use crate::report::{
    Confidence::*,
    GeneratedBy::{Gateway, Origin, Unknown},
};

/// What a line means; `None` for a request that did not fail. `by_server`: the backend's own status.
pub fn meaning(code: Option<u16>, error: &str, by_server: &str) -> Option<Meaning> {
    let by_server = status(by_server).flatten();
    Some(match (code, error) {
        (_, "ERRORINFO_CLIENT_CLOSED_REQUEST") | (Some(499), _) | (None, _) => LEFT,
        (_, "ERRORINFO_CLIENT_TIMED_OUT") => CLIENT_SLOW,
        (Some(..500), _) => return None,
        (_, "ERRORINFO_UPSTREAM_NO_LIVE") => NO_LIVE,
        (_, "ERRORINFO_UPSTREAM_CLOSED_CONNECTION") => CLOSED,
        (_, "ERRORINFO_UPSTREAM_TIMED_OUT") => TIMED_OUT,
        (same, _) if by_server == same => FROM_SERVER,
        (Some(504), _) => ANY_504,
        (Some(502), _) => ANY_502,
        (_, _) if by_server.is_none() => OWN,
        _ => ANY,
    })
}

/// A value of version 1's query: `SERVER-STATUS=502`.
pub fn of_query<'a>(query: &'a str, name: &str) -> &'a str {
    query.split('&').find_map(|part| part.strip_prefix(name)?.strip_prefix('=')).unwrap_or_default()
}

/// Nanoseconds: version 2 writes seconds with a fraction, version 1 whole milliseconds.
pub fn taken(text: &str) -> Option<i64> {
    match text.split_once('.') {
        Some(_) => super::seconds(text),
        None => i64::try_from(number(text)?).ok()?.checked_mul(1_000_000),
    }
}

pub(crate) const LEFT: Meaning =
    Meaning::is(Proven, &[&[ClientAbort]], Unknown, "the client closed before the answer (499)");
pub(crate) const CLIENT_SLOW: Meaning =
    Meaning::is(Likely, &[&[ClientAbort]], Unknown, "the client did not send or take anything until its timeout");
pub(crate) const NO_LIVE: Meaning = Meaning::is(
    Proven,
    &[&[NoHealthyUpstream]],
    Gateway,
    "no backend server of the pool was live or could be reached (ERRORINFO_UPSTREAM_NO_LIVE)",
);
pub(crate) const CLOSED: Meaning = Meaning::open(
    &[&[ResponseEmpty, ResponseReset, KeepaliveRace, ResponseTruncated]],
    Gateway,
    "the backend closed the connection before the request was answered; the line does not say how",
);
pub(crate) const TIMED_OUT: Meaning = Meaning::is(
    Likely,
    &[&[ResponseTimeout, TcpSynUnanswered, ReturnPath, RequestUnacked, PmtuBlackhole]],
    Gateway,
    "the backend did not answer within the backend setting's request timeout (20 s by default)",
);
pub(crate) const FROM_SERVER: Meaning =
    Meaning::is(Likely, &[&[OriginError]], Origin, "the backend itself sent this status (serverStatus)");
pub(crate) const ANY_502: Meaning = Meaning::open(
    &[
        &[NoHealthyUpstream, TcpSynReset, TcpSynUnanswered, TcpIcmpUnreachable, ResponseEmpty, ResponseReset],
        &[ResponseInvalid],
        phase::SECURE,
        phase::RESOLVE,
    ],
    Gateway,
    "the gateway got no answer from the backend; error_info, which would say why, is not in the line",
);
pub(crate) const ANY_504: Meaning = Meaning::open(
    &[&[ResponseTimeout, TcpSynUnanswered, ReturnPath, RequestUnacked, PmtuBlackhole]],
    Gateway,
    "the backend did not answer in time",
);
pub(crate) const OWN: Meaning = Meaning::is(
    Possible,
    &[&[NoAttempt, ProxyOverload, PolicyDenied]],
    Gateway,
    "the gateway made this answer itself: no backend's status stands beside it",
);
pub(crate) const ANY: Meaning = Meaning::open(
    &[&[OriginError, ResponseInvalid, NoAttempt]],
    Unknown,
    "the backend sent another status than the client got; the line does not say why",
);
