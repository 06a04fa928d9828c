//! What its statuses mean.

use super::CODE;
use crate::categories::Id::*;
use crate::logs::phase;
use crate::products::{Answered, answered};

/// See the module.
pub(super) const ANSWERS: &[Answered] = &[
    answered(
        502,
        &[
            &[TcpSynReset, ResponseEmpty, ResponseReset, KeepaliveRace, ResponseHeaderTooLarge, ResponseInvalid],
            &[NoHealthyUpstream, TcpIcmpUnreachable],
            phase::RESOLVE,
            phase::SECURE,
        ],
        "nginx says 502 for every failure towards the server but those that its own timers ended; DNS and TLS included. A \
         connection that the kernel gave up on is 502 as well.",
        CODE,
    ),
    answered(
        504,
        &[&[ResponseTimeout, TcpSynUnanswered, TlsNoResponse, RequestUnacked, PmtuBlackhole, ReturnPath]],
        "nginx says 504 where one of its own timers ended the wait: to connect, to send or to read, 60 s each by default. An \
         unanswered SYN is 504 here; a Cisco WSA says 502 for it, Squid, HAProxy and Envoy 503.",
        CODE,
    ),
    answered(
        499,
        &[&[ClientAbort]],
        "499 is a mark of nginx's log: the client left first. Where the client is a proxy or a load balancer, its timer ran \
         out, and its own client got 504.",
        CODE,
    ),
];
