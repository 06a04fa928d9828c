//! Request and response.

use super::{PRACTICE, THROUGH, exception};
use crate::categories::{Id, fix};
use crate::products::Part;
use crate::products::groups::{LATE, new_connection};

/// See the module.
pub(super) const PART: Part = Part {
    checks: &[
        (
            &[Id::ResponseTimeout, Id::ResponseStalled, Id::ResponseReset, Id::ResponseEmpty],
            exception(
                "x-exception-id tcp_error after a connection that worked (connect-time is small): \
                 rs-service-latency, connect and first byte together, shows how long it waited.",
            ),
        ),
        (&[Id::ResponseInvalid, Id::ResponseHeaderTooLarge], exception("x-exception-id invalid_response.")),
        (
            &[Id::OriginError, Id::ParentProxyError],
            exception("x-exception-id is - and s-action TCP_NC_MISS or TCP_MISS: the status came from the server."),
        ),
    ],
    fixes: &[(
        LATE,
        fix(
            "Response timeout",
            "CLI: (config) http receive-timeout server 180",
            "Raise it above the time that the page needs; it holds for all hosts.",
            "Dead servers hold connections longer.",
            THROUGH,
        )
        .source(PRACTICE),
    )],
    ..Part::EMPTY
};

/// Connections to servers that are kept.
pub(super) const KEPT: Part = Part {
    fixes: &[(
        &[Id::KeepaliveRace, Id::ResponseEmpty, Id::ResponseReset],
        fix(
            "Idle time of kept server connections",
            "CLI: (config) http no persistent server, as a test; http persistent-timeout server",
            "Set it below the idle time of the server and of the firewall (15 minutes by default).",
            "More new connections, and source ports, to servers.",
            THROUGH,
        )
        .source("Trustwave KB 13375 (proxy chain with Blue Coat); persistent-timeout: practice, no vendor document"),
    )],
    against: new_connection,
    ..Part::EMPTY
};
