//! What the system's error of a connection that was to be opened means, in whatever product's words it stands.

use super::meaning::Meaning;
use crate::categories::Id::*;
use crate::report::{Confidence::*, GeneratedBy::Gateway};

/// By the error's number on Linux, BSD and macOS, or Windows, or apr's of a timeout; `None` for one that says no more.
#[must_use]
pub fn by_errno(number: &str) -> Option<Meaning> {
    NUMBERS.iter().find(|(numbers, _)| numbers.contains(&number)).map(|(_, meaning)| *meaning)
}

const NUMBERS: &[(&[&str], Meaning)] = &[
    (&["111", "61", "10061"], REFUSED),
    (&["110", "60", "10060", "70007"], SILENT),
    (&["113", "65", "64"], NO_ROUTE),
    (&["101", "51"], NO_NETWORK),
    (&["13", "1"], FORBIDDEN),
    (&["99", "49"], NO_PORT),
    (&["104", "54"], RESET),
];

/// ECONNREFUSED.
pub const REFUSED: Meaning = Meaning::is(
    Likely,
    &[&[TcpSynReset, TcpIcmpUnreachable]],
    Gateway,
    "the connection was refused: by a RST, or by ICMP port unreachable",
);
/// ETIMEDOUT, or a timer of the gateway's.
pub const SILENT: Meaning = Meaning::is(
    Likely,
    &[&[TcpSynUnanswered, ReturnPath]],
    Gateway,
    "the connection timed out: nothing came back for its SYNs",
);
/// EHOSTUNREACH.
pub const NO_ROUTE: Meaning = Meaning::is(
    Likely,
    &[&[TcpIcmpUnreachable, TcpIcmpProhibited]],
    Gateway,
    "no way to the host: ICMP said so, or the gateway's own route, or ARP on its own network got no answer",
);
/// ENETUNREACH.
pub const NO_NETWORK: Meaning = Meaning::is(
    Likely,
    &[&[TcpIcmpUnreachable, LocalEgressDenied]],
    Gateway,
    "no way to the network: the gateway has no route to it, or ICMP said so",
);
/// EACCES, EPERM.
pub const FORBIDDEN: Meaning = Meaning::is(
    Proven,
    &[&[LocalEgressDenied]],
    Gateway,
    "the gateway's own system forbade the connection (SELinux: httpd_can_network_connect; a local firewall)",
);
/// EADDRNOTAVAIL.
pub const NO_PORT: Meaning = Meaning::is(
    Likely,
    &[&[EphemeralPortExhaustion, LocalEgressDenied]],
    Gateway,
    "no local address and port was left for the connection (or it was to leave from an address that the host lacks)",
);
/// ECONNRESET.
pub const RESET: Meaning =
    Meaning::is(Likely, &[&[TcpSynReset]], Gateway, "the connection was reset while it was being opened");
