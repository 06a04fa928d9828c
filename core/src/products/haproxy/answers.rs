//! What its statuses mean.

use crate::categories::Id::*;
use crate::logs::phase;
use crate::products::{Answered, answered};

/// What the program does.
const CODE: &str = "HAProxy source, http_ana.c; HAProxy configuration manual, 8.5";

/// See the module.
pub(super) const ANSWERS: &[Answered] = &[
    answered(
        503,
        &[&[NoHealthyUpstream], phase::CONNECT, phase::SECURE, &[EphemeralPortExhaustion]],
        "HAProxy says 503 where no connection came about (SC, sC, RC) or no server was left (<NOSRV>). The manual allows 502 \
         or 504 for SC and sC; the program sends 503. It does not mean that the server is overloaded.",
        CODE,
    ),
    answered(
        502,
        &[&[ResponseEmpty, ResponseReset, KeepaliveRace, ResponseInvalid, ResponseHeaderTooLarge]],
        "HAProxy says 502 where the server closed or reset before a whole header (SH), or sent something invalid or too large \
         (PH); a refused connection is 503 here.",
        CODE,
    ),
    answered(
        504,
        &[&[ResponseTimeout]],
        "HAProxy says 504 where the server took the request and timeout server passed (sH). A connection that did not come \
         about in time is 503 here.",
        CODE,
    ),
];
