//! Queries, no answer.

use alloc::format;

use super::{Category, Fix, Id, Owner, Phase, cause, check, favoured};
use crate::exchange::ResolveFailure;

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::DnsNoResponse,
    phase: Phase::Resolve,
    title: "DNS server does not answer",
    meaning: "The gateway asked DNS server {dns} for {host} and got no answer before it gave up.",
    proxy_status: "dns_timeout",
    owner: Owner::Network,
    causes: &[
        favoured("A firewall drops UDP port 53 between the gateway and the DNS server.", |_, attempt| {
            match attempt?.resolve.failure()? {
                ResolveFailure::NoResponse { tries, waited } if *tries > 1 && waited.0 > 0 => {
                    Some(format!("{tries} queries in {waited} and no ICMP error: dropped in silence.").into())
                }
                _ => None,
            }
        }),
        cause("The DNS server is down, or its service hangs."),
        cause(
            "The gateway asks a wrong address, or asks from an interface or routing table that cannot \
             reach it.",
        ),
        cause("The answer takes another way back and is dropped there."),
        cause("The server answers later than the gateway waits, because the zone's servers are slow."),
    ],
    checks: &[
        check("Ask from the gateway with one short try.", "dig @{dns} {host} A +tries=1 +time=3"),
        check("Ask for the root: no answer here either means the server, not the name.", "dig @{dns} . NS +tries=1"),
        check("Try TCP. If TCP answers, UDP port 53 is filtered.", "dig @{dns} {host} A +tcp"),
        check(
            "See whether the query reaches the server and an answer leaves it.",
            "tcpdump -ni any host {gateway} and port 53",
        ),
    ],
    fixes: &[
        Fix {
            at: "firewall",
            setting: "DNS rule",
            path: "Firewalls between {gateway} and {dns}",
            change: "Allow UDP and TCP port 53 from {gateway} to {dns}, and the answers back.",
            risk: "Allow it to the DNS servers in use only.",
            verify: "dig @{dns} {host} A",
            source: "RFC 7766 (DNS needs TCP as well)",
        },
        Fix {
            at: "dns",
            setting: "DNS service",
            path: "DNS server {dns}",
            change: "Start it or mend it; see that it listens on that address and is not at its query limit.",
            risk: "A restart empties its cache; the first minutes are slower.",
            verify: "dig @{dns} . NS +tries=1",
            source: "",
        },
        Fix {
            at: "",
            setting: "DNS servers",
            path: "DNS settings of the gateway",
            change: "Enter a working server first and another one second, and check from which interface they \
             are asked.",
            risk: "The new server may not know internal zones.",
            verify: "dig {host} A",
            source: "",
        },
    ],
    absence: true,
    detect: |_, attempt| matches!(attempt.and_then(|a| a.resolve.failure()), Some(ResolveFailure::NoResponse { .. })),
};
