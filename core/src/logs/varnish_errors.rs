//! What the texts of varnishlog's `FetchError` mean, by the sources that write them: cache_http1_fetch.c (the header),
//! cache_http1_vfp.c and the filters (the body), cache_backend.c (the connection).

use super::connect_errors;
use super::meaning::{Meaning, phase};
use crate::categories::Id::*;
use crate::report::{
    Confidence::*,
    GeneratedBy::{Gateway, Origin, Unknown},
};

/// What an error means; `in_body`: a response header had come before; `reused`: the connection had served before.
#[must_use]
pub fn fetch_error(text: &str, in_body: bool, reused: bool) -> Meaning {
    let has = |words: &str| text.contains(words);
    let fitting = |(words, _): &&(&str, Meaning)| has(words);
    if has("fail errno ") {
        return connect(text);
    }
    if in_body {
        return BODY.iter().find(fitting).map_or(IN_BODY, |(_, meaning)| *meaning);
    }
    match HEADER.iter().find(fitting) {
        Some((_, meaning)) if reused && *meaning == CLOSED => CLOSED_REUSED,
        Some((_, meaning)) if reused && *meaning == NO_ANSWER => NO_ANSWER_REUSED,
        Some((_, meaning)) => *meaning,
        None => ANY,
    }
}

/// `backend X: fail errno 111 (Connection refused)`
fn connect(text: &str) -> Meaning {
    let errno = text.split_once("fail errno ").and_then(|(_, rest)| rest.split(' ').next());
    connect_errors::by_errno(errno.unwrap_or_default()).unwrap_or(NOT_CONNECTED)
}

/// Before a response header was whole.
const HEADER: &[(&str, Meaning)] = &[
    ("unhealthy", SICK),
    ("helddown", SICK),
    (": busy", BUSY),
    ("no backend connection", NO_CONNECTION),
    ("No backend", NO_BACKEND),
    ("first byte timeout", NO_ANSWER),
    // Before 4.1 a timeout read so as well.
    ("http first read error: EOF", OLD_EOF),
    ("backend write error", NOT_SENT),
    ("req.body read error", CLIENT),
    ("Received junk", INVALID),
    ("http format error", INVALID),
    ("overflow", TOO_LARGE),
    ("HTC overflow", TOO_LARGE),
    ("HTC junk", INVALID),
    ("backend closed", CLOSED),
    ("HTC eof", CLOSED),
    ("HTC timeout", NO_ANSWER),
    ("timeout", STALLED_HEADER),
];

/// In the middle of the response.
const BODY: &[(&str, Meaning)] = &[
    ("chunked", BAD_CHUNK),
    ("insufficient bytes", TRUNCATED),
    ("timeout", STALLED),
    ("gunzip", BAD_CODING),
    ("gzip", BAD_CODING),
    ("Gzip", BAD_CODING),
    ("eof", TRUNCATED),
    ("socket fail", TRUNCATED),
];

const SICK: Meaning = Meaning::is(
    Proven,
    &[&[NoHealthyUpstream]],
    Gateway,
    "the backend is marked sick by its probe, or an operator did it (unhealthy)",
);
const BUSY: Meaning =
    Meaning::is(Proven, &[&[ProxyOverload]], Gateway, "all of the backend's .max_connections were in use (busy)");
const NO_BACKEND: Meaning = Meaning::is(
    Likely,
    &[&[NoHealthyUpstream]],
    Gateway,
    "the director had no backend to give: all of it are sick, or there is none",
);
const NO_CONNECTION: Meaning = Meaning::open(
    &[&[NoHealthyUpstream, TcpSynUnanswered, TcpSynReset, ReturnPath], phase::CONNECT],
    Gateway,
    "no connection to a backend: none is healthy (then at once), or none was set up within .connect_timeout",
);
const NOT_CONNECTED: Meaning =
    Meaning::open(&[phase::CONNECT, &[LocalEgressDenied]], Gateway, "the connection failed; its errno says no more");
const NO_ANSWER: Meaning = Meaning::is(
    Likely,
    &[&[ResponseTimeout, RequestUnacked, PmtuBlackhole]],
    Gateway,
    "the request was sent, and no byte of a response came within .first_byte_timeout (60 s by default)",
);
const NO_ANSWER_REUSED: Meaning = Meaning::is(
    Likely,
    &[&[ResponseTimeout, KeepaliveRace, RequestUnacked, PmtuBlackhole]],
    Gateway,
    "no byte of a response came within .first_byte_timeout, on a connection that had served before",
);
const OLD_EOF: Meaning = Meaning::open(
    &[&[ResponseTimeout, ResponseEmpty, ResponseReset, KeepaliveRace]],
    Gateway,
    "no response: as a rule .first_byte_timeout ran out, less often the backend closed; old releases say no more",
);
const STALLED_HEADER: Meaning = Meaning::is(
    Likely,
    &[&[ResponseStalled, ResponseTimeout]],
    Gateway,
    "the response header began, and was not whole within .between_bytes_timeout",
);
const CLOSED: Meaning = Meaning::open(
    &[&[ResponseEmpty, ResponseReset, KeepaliveRace, ResponseTruncated]],
    Gateway,
    "the backend closed or reset the connection before its response header was whole; the line does not say which",
);
const CLOSED_REUSED: Meaning = Meaning::open(
    &[&[KeepaliveRace, ResponseEmpty, ResponseReset, ResponseTruncated]],
    Gateway,
    "the backend closed or reset a connection that had served before, ahead of its response header",
);
const NOT_SENT: Meaning = Meaning::open(
    &[&[KeepaliveRace, ResponseReset, RequestUnacked, ZeroWindow]],
    Gateway,
    "the request could not be written to the backend; the line does not say how that ended",
);
const CLIENT: Meaning =
    Meaning::is(Likely, &[&[ClientAbort]], Unknown, "the client did not send its whole body (req.body read error)");
const INVALID: Meaning =
    Meaning::is(Proven, &[&[ResponseInvalid]], Gateway, "what the backend sent is no valid HTTP response header");
const TOO_LARGE: Meaning = Meaning::is(
    Proven,
    &[&[ResponseHeaderTooLarge]],
    Gateway,
    "the response header is larger than http_resp_size (32 KiB by default) or has more lines than Varnish takes",
);
const BAD_CHUNK: Meaning =
    Meaning::is(Proven, &[&[ResponseBadChunk]], Gateway, "the chunked coding of the response is broken");
const TRUNCATED: Meaning =
    Meaning::is(Proven, &[&[ResponseTruncated]], Gateway, "the connection ended in the middle of the response");
const STALLED: Meaning = Meaning::is(
    Likely,
    &[&[ResponseStalled]],
    Gateway,
    "the response began and then stopped for .between_bytes_timeout (60 s by default)",
);
const BAD_CODING: Meaning =
    Meaning::is(Likely, &[&[ResponseInvalid]], Gateway, "the content coding of the response (gzip) is broken");
const IN_BODY: Meaning = Meaning::open(
    &[&[ResponseTruncated, ResponseStalled, ResponseBadChunk]],
    Gateway,
    "the fetch broke off in the middle of the response; its words say no more",
);
const ANY: Meaning = Meaning::open(
    &[phase::CONNECT, phase::WAIT, &[ResponseInvalid, ProxyOverload]],
    Gateway,
    "the fetch failed; its words say no more",
);

/// The backend's status is the client's.
pub const FROM_SERVER: Meaning = Meaning::is(
    Likely,
    &[&[OriginError]],
    Origin,
    "the backend itself sent this status (BerespStatus without a FetchError); Varnish passed it on",
);
/// The backend sent another status.
pub const OTHER: Meaning = Meaning::open(
    &[&[OriginError, PolicyDenied, ResponseInvalid]],
    Unknown,
    "the fetch has no error and another status: VCL made this answer of it",
);
/// VCL answered without a fetch.
pub const SYNTHETIC: Meaning = Meaning::is(
    Possible,
    &[&[PolicyDenied, NoAttempt]],
    Gateway,
    "VCL answered itself (synth, fail) and asked no backend",
);
/// No fetch is in the log.
pub const NO_FETCH: Meaning = Meaning::open(
    &[&[NoHealthyUpstream], phase::CONNECT, phase::WAIT, &[OriginError]],
    Unknown,
    "the fetch of this request is not in the log, or the answer came from the cache",
);
