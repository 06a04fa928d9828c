//! What its statuses mean.

use super::ARTICLE;
use crate::categories::Id::*;
use crate::logs::phase;
use crate::products::{Answered, answered};

/// See the module.
pub(super) const ANSWERS: &[Answered] = &[
    answered(
        502,
        &[&[TcpSynUnanswered, ReturnPath]],
        "At a Cisco WSA 502 means that its SYNs got no SYN-ACK. Most other gateways say 503 or 504 for that, and 502 for a \
         broken or reset response: do not look for one here.",
        ARTICLE,
    ),
    answered(
        504,
        &[&[TcpSynReset, ResponseReset, TlsReset], phase::RESOLVE, &[ResponseTimeout], phase::SEND, phase::WAIT],
        "At a Cisco WSA 504 means a RST on the connection to the server, a service needed first (such as DNS) that failed, or \
         a request without a response. By itself it is no sign of a timeout: a reset is 504 here and 502 or 503 elsewhere.",
        ARTICLE,
    ),
];
