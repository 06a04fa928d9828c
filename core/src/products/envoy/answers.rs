//! What its statuses mean.

use crate::categories::Id::*;
use crate::logs::phase;
use crate::products::{Answered, answered};

/// What the program does.
const CODE: &str = "Envoy source, router.cc; Envoy documentation, access logs and FAQ on timeouts";

/// See the module.
pub(super) const ANSWERS: &[Answered] = &[
    answered(
        503,
        &[
            &[NoHealthyUpstream],
            phase::CONNECT,
            phase::SECURE,
            &[ResponseReset, ResponseEmpty, KeepaliveRace, ProxyOverload],
            phase::RESOLVE,
        ],
        "Envoy says 503 for nearly every failure towards the server: no healthy host (UH), no connection (UF), a connection or \
         stream that broke (UC, UR), an open circuit breaker (UO). The flag in the log tells which; a reset is 502 at most \
         other gateways.",
        CODE,
    ),
    answered(
        504,
        &[&[ResponseTimeout]],
        "Envoy says 504 where the whole response did not come within the route's timeout (UT), 15 s by default. A connection \
         that did not come about in time is 503 here.",
        CODE,
    ),
    answered(
        502,
        &[&[ResponseInvalid, H2Goaway, H2RstStream]],
        "Envoy says 502 where the server broke the protocol (UPE); older releases said 503 for that too.",
        CODE,
    ),
];
