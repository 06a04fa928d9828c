//! Truncated answer over UDP, and TCP to the DNS server fails: RFC 7766.

use super::{Category, Fix, Id, Owner, Phase, cause, check};
use crate::exchange::ResolveFailure;

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::DnsTcpFallbackBlocked,
    phase: Phase::Resolve,
    title: "DNS over TCP blocked",
    meaning: "The answer of {dns} did not fit into UDP, so the gateway asked again over TCP port 53, and \
             that failed.",
    proxy_status: "dns_timeout",
    owner: Owner::Firewall,
    causes: &[
        cause("A firewall lets UDP port 53 pass but not TCP port 53."),
        cause("The DNS server does not listen on TCP, or has no free TCP slots."),
        cause("The gateway asks with a small UDP size, so that answers are cut which others get whole."),
    ],
    checks: &[
        check("Ask over TCP from the gateway; silence or a reset confirms it.", "dig @{dns} {host} A +tcp"),
        check(
            "See how large the answer is and whether it is cut (flag tc).",
            "dig @{dns} {host} A +ignore +bufsize=1232",
        ),
        check("Test the port itself.", "nc -vz -w 5 {dns} 53"),
    ],
    fixes: &[
        Fix {
            at: "firewall",
            setting: "DNS rule",
            path: "Firewalls between {gateway} and {dns}",
            change: "Allow TCP port 53 from {gateway} to {dns}, next to UDP.",
            risk: "Allow it to the DNS servers in use only.",
            verify: "dig @{dns} {host} A +tcp",
            source: "RFC 7766 (DNS needs TCP as well)",
        },
        Fix {
            at: "dns",
            setting: "TCP service and UDP size",
            path: "DNS server {dns}",
            change: "Serve TCP, and allow UDP answers of 1232 bytes, which most paths carry whole.",
            risk: "Sizes above 1232 bytes may be fragmented and lost.",
            verify: "dig @{dns} {host} A +bufsize=1232",
            source: "DNS Flag Day 2020 (EDNS buffer size 1232)",
        },
    ],
    absence: false,
    detect: |_, attempt| matches!(attempt.and_then(|a| a.resolve.failure()), Some(ResolveFailure::TcpFailed)),
};
