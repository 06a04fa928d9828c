//! Cloudflare's Logpush: `EdgeResponseStatus` beside `OriginResponseStatus`. Cloudflare, HTTP requests dataset; Troubleshooting
//! Cloudflare 5XX errors. The statuses from 520 to 530 are Cloudflare's own, each for one way in which the origin failed.

use super::super::fields::status;
use super::super::meaning::{Meaning, phase};
use crate::categories::Id::*;
use crate::report::{
    Confidence::*,
    GeneratedBy::{Gateway, Origin, Unknown},
};

/// What a line means; `None` for a request that did not fail. `by_origin`: the origin's own status, 0 without any.
pub fn meaning(edge: Option<u16>, by_origin: &str) -> Option<Meaning> {
    let by_origin = status(by_origin).flatten();
    Some(match edge {
        None | Some(499) => LEFT,
        Some(520) => S_520,
        Some(521) => S_521,
        Some(522) => S_522,
        Some(523) => S_523,
        Some(524) => S_524,
        Some(525) => S_525,
        Some(526) => S_526,
        Some(530) => S_530,
        same @ Some(500..) if by_origin == same => FROM_ORIGIN,
        Some(500..) => OWN,
        Some(_) => return None,
    })
}

pub(crate) const LEFT: Meaning =
    Meaning::is(Likely, &[&[ClientAbort]], Unknown, "the client closed before Cloudflare had an answer (499)");
pub(crate) const FROM_ORIGIN: Meaning =
    Meaning::is(Proven, &[&[OriginError]], Origin, "the origin itself sent this status (OriginResponseStatus)");
pub(crate) const S_520: Meaning = Meaning::open(
    &[&[ResponseEmpty, ResponseReset, ResponseInvalid, ResponseHeaderTooLarge, H2Goaway, H2RstStream]],
    Gateway,
    "520: the origin's response was empty, unknown to Cloudflare, or its header too large",
);
pub(crate) const S_521: Meaning =
    Meaning::is(Likely, &[&[TcpSynReset]], Gateway, "521: the origin refused Cloudflare's connection");
pub(crate) const S_522: Meaning = Meaning::is(
    Likely,
    &[&[TcpSynUnanswered, ReturnPath, RequestUnacked]],
    Gateway,
    "522: no SYN-ACK came from the origin in time, or it never acknowledged the request",
);
pub(crate) const S_523: Meaning = Meaning::open(
    &[&[TcpIcmpUnreachable, TcpRoutingLoop, TcpIcmpProhibited]],
    Gateway,
    "523: the origin cannot be reached: no route to the address that its DNS record has",
);
pub(crate) const S_524: Meaning = Meaning::is(
    Likely,
    &[&[ResponseTimeout, ZeroWindow, PmtuBlackhole]],
    Gateway,
    "524: connected, and the origin sent no response in time (120 s by default), or did not take the request within 30 s",
);
pub(crate) const S_525: Meaning =
    Meaning::open(&[phase::SECURE], Gateway, "525: the TLS handshake with the origin failed");
pub(crate) const S_526: Meaning = Meaning::is(
    Proven,
    &[&[TlsCertificate]],
    Gateway,
    "526: Cloudflare refused the origin's certificate (Full, strict)",
);
pub(crate) const S_530: Meaning = Meaning::open(
    &[phase::RESOLVE],
    Gateway,
    "530: Cloudflare could not resolve the origin's name; the page has an error 1xxx, as a rule 1016",
);
pub(crate) const OWN: Meaning = Meaning::open(
    &[phase::WAIT, phase::CONNECT, &[ProxyOverload, PolicyDenied]],
    Gateway,
    "Cloudflare made this answer: the origin's own status is not this one",
);
