//! What IIS says of a failure: `sc-substatus` and `sc-win32-status` of a request that Application Request Routing (ARR)
//! passed on, and the reasons in HTTP.sys's own error log. Microsoft, HTTP status codes in IIS; WinHTTP error messages;
//! Error logging in HTTP APIs (820729).

use super::meaning::{Meaning, phase};
use crate::categories::Id::*;
use crate::report::{
    Confidence::*,
    GeneratedBy::{Gateway, Unknown},
};

/// By what ARR logs with a 502; `None` where neither number says anything.
#[must_use]
pub fn of_arr(substatus: &str, win32: &str) -> Option<Meaning> {
    by_win32(win32).or((substatus == "4").then_some(NO_SERVER)).or((substatus == "3").then_some(FORWARDER))
}

/// WinHTTP's error, as a number of its own or inside an HRESULT, signed or not.
fn by_win32(text: &str) -> Option<Meaning> {
    let number: i64 = text.parse().ok()?;
    let unsigned = u32::try_from(number).or_else(|_| i32::try_from(number).map(i32::cast_unsigned)).ok()?;
    let code = if unsigned >> 16 == 0x8007 { unsigned & 0xFFFF } else { unsigned };
    Some(match code {
        12002 => TIMED_OUT,
        12007 => UNRESOLVED,
        12029 => NOT_CONNECTED,
        12030 | 12031 => ENDED,
        12152 => INVALID,
        12175 => TLS,
        _ => return None,
    })
}

/// By the reason in HTTP.sys's error log; `None` for what is no failure of the gateway's. `request`: one was pending.
#[must_use]
pub fn by_reason(reason: &str, status: Option<u16>, request: bool) -> Option<Meaning> {
    Some(match reason {
        "ConnLimit" | "QueueFull" | "AppPoolTimer" => FULL,
        "AppOffline" | "AppShutdown" | "Disabled" | "N/A" if status.is_some_and(|status| status >= 500) => OFFLINE,
        "Timer_AppPool" if request => FULL,
        "Connection_Abandoned_By_AppPool" | "Connection_Abandoned_By_ReqQueue" if request => CRASHED,
        "Connection_Dropped" | "Connection_Dropped_List_Full" | "Client_Reset" if request => LEFT,
        "Timer_EntityBody" if request => BODY,
        // Idle connections, slow or half-open clients, requests that are no HTTP.
        _ if status.is_some_and(|status| status >= 500) => OWN,
        _ => return None,
    })
}

const TIMED_OUT: Meaning = Meaning::open(
    &[&[ResponseTimeout, TcpSynUnanswered, ReturnPath, TlsNoResponse, RequestUnacked, PmtuBlackhole]],
    Gateway,
    "a timeout towards the server ran out (WinHTTP 12002); the line does not say in which phase",
);
const UNRESOLVED: Meaning =
    Meaning::open(&[phase::RESOLVE], Gateway, "the server's name could not be resolved (WinHTTP 12007)");
const NOT_CONNECTED: Meaning = Meaning::open(
    &[&[TcpSynReset], phase::CONNECT, &[LocalEgressDenied]],
    Gateway,
    "the connection to the server could not be opened (WinHTTP 12029); the line does not say how that ended",
);
const ENDED: Meaning = Meaning::open(
    &[&[ResponseReset, ResponseEmpty, KeepaliveRace, ResponseTruncated]],
    Gateway,
    "the server ended the connection (WinHTTP 12030, 12031); the line does not say how",
);
const INVALID: Meaning = Meaning::open(
    &[&[ResponseInvalid, ResponseHeaderTooLarge, ResponseBadChunk]],
    Gateway,
    "what the server sent is no valid response (WinHTTP 12152)",
);
const TLS: Meaning =
    Meaning::open(&[phase::SECURE], Gateway, "the TLS handshake with the server failed (WinHTTP 12175)");
const NO_SERVER: Meaning =
    Meaning::is(Likely, &[&[NoHealthyUpstream]], Gateway, "ARR had no server to send the request to (502.4)");
const FORWARDER: Meaning = Meaning::open(
    &[
        &[TcpSynReset, TcpSynUnanswered, ResponseReset, ResponseEmpty, ResponseTimeout],
        phase::CONNECT,
        phase::SECURE,
        phase::RESOLVE,
    ],
    Gateway,
    "ARR's connection to the server failed (502.3); sc-win32-status, which would say how, is none that is known",
);
const FULL: Meaning = Meaning::is(
    Likely,
    &[&[ProxyOverload]],
    Gateway,
    "HTTP.sys had no room for the request: a connection limit, a full queue, or a worker process too busy to take it",
);
const OFFLINE: Meaning = Meaning::is(
    Likely,
    &[&[NoHealthyUpstream]],
    Gateway,
    "the application pool that was to take the request is stopped, shut down or disabled",
);
const CRASHED: Meaning = Meaning::open(
    &[&[ProxyOverload, NoAttempt]],
    Gateway,
    "the worker process ended, or gave the request up, before it had answered",
);
const LEFT: Meaning =
    Meaning::is(Likely, &[&[ClientAbort]], Unknown, "the client closed or reset the connection before the answer");
const BODY: Meaning =
    Meaning::is(Likely, &[&[ClientAbort]], Unknown, "the client did not send the body of its request in time");
const OWN: Meaning = Meaning::is(
    Possible,
    &[&[NoAttempt, PolicyDenied]],
    Gateway,
    "HTTP.sys answered itself, before any application saw the request",
);
