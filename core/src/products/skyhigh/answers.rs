//! What its statuses mean.

use super::ARTICLE;
use crate::logs::phase;
use crate::products::{Answered, answered};

/// See the module.
pub(super) const ANSWERS: &[Answered] = &[answered(
    502,
    &[phase::RESOLVE, phase::CONNECT, phase::SEND, phase::WAIT, phase::RECEIVE],
    "Web Gateway says 502 for every failure towards the server, timeouts included; its block page tells which: Host Not \
     Resolvable (DNS), Cannot Connect (TCP) or Bad Response (no or no valid answer in time). Others say 503 or 504 for \
     some of these.",
    ARTICLE,
)];
