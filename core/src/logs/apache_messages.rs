//! What the messages of Apache's proxy modules mean, by the sources that write them.
//!
//! The number before the message is apr's or the system's error: 111, 110, 113 … on Linux, 70007 a timeout, 70014 the end
//! of the file, 20014 an internal error.

use super::connect_errors;
use super::meaning::{Meaning, phase};
use crate::categories::Id::*;
use crate::report::{Confidence::*, GeneratedBy::Gateway};

/// A message.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// `AH00957`; empty before 2.4.
    pub number: &'a str,
    /// `111` of `(111)Connection refused`; empty where there is none.
    pub cause: &'a str,
    /// The message itself.
    pub text: &'a str,
    /// It tells of a connection of Apache's own: `[remote 192.0.2.10:443]` where else the client stands.
    pub outgoing: bool,
}

/// What a message means, and whether it only adds to what the line before it told; `None` where it tells of no failed
/// request.
#[must_use]
pub fn meaning(module: &str, line: &Line<'_>) -> Option<(Meaning, bool)> {
    let has = |words: &str| memchr::memmem::find(line.text.as_bytes(), words.as_bytes()).is_some();
    let first = |meaning| Some((meaning, false));
    let adds = |meaning| Some((meaning, true));
    let connecting = has("attempt to connect to ") && has(" failed") && !has("disabling worker");
    match line.number {
        "AH00957" | "AH01021" => first(connect(line.cause)),
        "" if connecting => first(connect(line.cause)),
        "AH01114" => adds(CONNECT),
        // mod_proxy_fcgi, mod_proxy_ajp.
        "AH01079" | "AH00896" => adds(connect(line.cause)),
        "AH01075" => first(status_line(line.cause)),
        "AH00878" | "AH00893" | "AH00992" => adds(NO_RESPONSE),
        "AH00940" | "AH00941" => first(DISABLED),
        "AH01167" | "AH01170" => first(ALL_DOWN),
        "" if has("All workers are in error state") => first(ALL_DOWN),
        "AH01102" => first(status_line(line.cause)),
        "" if has("error reading status line from remote server") => first(status_line(line.cause)),
        "AH00898" if has("DNS lookup failure") => adds(DNS),
        "AH00898" if has("Error during SSL Handshake") => adds(TLS),
        "AH00898" if has("Error reading from remote server") => adds(NO_RESPONSE),
        "" if has("Error reading from remote server returned by") => adds(NO_RESPONSE),
        "" if has("DNS lookup failure for") => adds(DNS),
        "" if has("Error during SSL Handshake with remote server") => adds(TLS),
        "AH02327" => first(DNS),
        // Of a client's certificate these tell as well.
        "AH02039" | "AH02040" | "AH02276" if module == "ssl" && line.outgoing => first(CERTIFICATE),
        "AH02004" | "AH02005" | "AH02411" if module == "ssl" => first(CERTIFICATE),
        "AH02003" if module == "ssl" => adds(TLS),
        "AH01084" | "AH01097" if matches!(line.cause, "70007" | "110") => first(SEND_TIMED_OUT),
        "AH01084" | "AH01097" if matches!(line.cause, "104" | "32") => first(SEND_BROKEN),
        "AH01084" | "AH01097" => adds(SEND),
        "AH01106" | "AH10404" => first(INVALID),
        "AH10124" => first(TOO_LARGE),
        "AH02475" | "AH02476" => first(BAD_CHUNK),
        "AH01110" | "AH10293" => first(BODY),
        // It closes the client's connection instead of answering.
        "AH01104" => adds(NO_RESPONSE),
        "AH01144" => first(NO_HANDLER),
        "AH00950" => first(PARENT),
        "AH10224" => first(TUNNEL_IDLE),
        _ => None,
    }
}

/// By the error of connect().
fn connect(cause: &str) -> Meaning {
    connect_errors::by_errno(cause).unwrap_or(CONNECT)
}

/// By the error of the read that was to bring the status line.
fn status_line(cause: &str) -> Meaning {
    match cause {
        "70007" | "110" => NO_ANSWER,
        "104" => RESET,
        "70014" | "20014" => CLOSED,
        _ => NO_RESPONSE,
    }
}

const CONNECT: Meaning = Meaning::open(
    &[phase::CONNECT, &[NoHealthyUpstream, LocalEgressDenied], phase::RESOLVE],
    Gateway,
    "the connection to the backend failed; the line that says how is not here",
);
const DISABLED: Meaning = Meaning::is(
    Proven,
    &[&[NoHealthyUpstream]],
    Gateway,
    "the worker is in error state after an earlier failure and was not tried (`retry`, 60 s by default)",
);
const ALL_DOWN: Meaning = Meaning::is(
    Proven,
    &[&[NoHealthyUpstream]],
    Gateway,
    "every worker of the balancer is in error state after earlier failures",
);
const NO_ANSWER: Meaning = Meaning::is(
    Likely,
    &[&[ResponseTimeout, RequestUnacked, PmtuBlackhole]],
    Gateway,
    "no status line within the timeout (70007); mod_proxy_http answers 502 for it, mod_proxy_fcgi 504",
);
const RESET: Meaning =
    Meaning::is(Proven, &[&[ResponseReset, KeepaliveRace]], Gateway, "a RST came instead of the status line (104)");
const CLOSED: Meaning = Meaning::is(
    Likely,
    &[&[ResponseEmpty, KeepaliveRace, ResponseReset]],
    Gateway,
    "the backend closed instead of sending a status line (20014, 70014)",
);
const NO_RESPONSE: Meaning = Meaning::open(
    &[&[ResponseTimeout, ResponseEmpty, ResponseReset, KeepaliveRace, ResponseInvalid, ResponseHeaderTooLarge]],
    Gateway,
    "no valid response came from the backend; the line does not say how that ended",
);
const DNS: Meaning = Meaning::open(
    &[phase::RESOLVE],
    Gateway,
    "the backend's name could not be resolved; the line does not say what DNS answered (Apache 2.4 answers 500)",
);
const TLS: Meaning = Meaning::open(
    &[phase::SECURE],
    Gateway,
    "the TLS handshake with the backend failed; the line does not say how (Apache answers 500)",
);
const CERTIFICATE: Meaning = Meaning::is(
    Proven,
    &[&[TlsCertificate]],
    Gateway,
    "Apache refused the backend's certificate (SSLProxyVerify, SSLProxyCheckPeerName, SSLProxyCheckPeerExpire)",
);
const SEND_TIMED_OUT: Meaning = Meaning::is(
    Likely,
    &[&[RequestUnacked, PmtuBlackhole, ZeroWindow]],
    Gateway,
    "the backend did not take the request's body in time",
);
const SEND_BROKEN: Meaning = Meaning::is(
    Likely,
    &[&[KeepaliveRace, ResponseReset]],
    Gateway,
    "the backend had closed or reset the connection while the request was sent on it",
);
const SEND: Meaning = Meaning::open(
    &[&[KeepaliveRace, ResponseReset, RequestUnacked, ClientAbort], phase::SECURE],
    Gateway,
    "passing the request's body to the backend failed; the line does not say how",
);
const INVALID: Meaning =
    Meaning::is(Likely, &[&[ResponseInvalid]], Gateway, "the backend's response header is no valid HTTP");
const TOO_LARGE: Meaning = Meaning::is(
    Proven,
    &[&[ResponseHeaderTooLarge]],
    Gateway,
    "a field of the response header is larger than `responsefieldsize`",
);
const BAD_CHUNK: Meaning =
    Meaning::is(Likely, &[&[ResponseBadChunk]], Gateway, "the transfer coding of the response is broken or unknown");
const BODY: Meaning = Meaning::is(
    Likely,
    &[&[ResponseTruncated, ResponseStalled]],
    Gateway,
    "the response broke off while its body was read (AH01110)",
);
const NO_HANDLER: Meaning = Meaning::is(
    Likely,
    &[&[NoAttempt]],
    Gateway,
    "no module for the scheme of this ProxyPass is loaded (AH01144): Apache asked nobody and answers 500",
);
const PARENT: Meaning = Meaning::is(
    Likely,
    &[&[ParentProxyError]],
    crate::report::GeneratedBy::ParentProxy,
    "the forward proxy did not grant the tunnel (AH00950)",
);
const TUNNEL_IDLE: Meaning =
    Meaning::open(&[&[ResponseStalled, ClientAbort]], Gateway, "a tunnel was idle until its timeout");
