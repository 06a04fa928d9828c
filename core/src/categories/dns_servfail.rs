//! The DNS server could not find out: RFC 1035 section 4.1.1, response code 2.

use alloc::format;

use super::pattern::lasted;
use super::{Category, Fix, Id, Owner, Phase, cause, check, favoured};
use crate::exchange::ResolveFailure;
use crate::time::Span;

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::DnsServfail,
    phase: Phase::Resolve,
    title: "DNS server failed",
    meaning: "DNS server {dns} answered SERVFAIL for {host}: it could not find out, which is not the same \
             as no such name.",
    proxy_status: "dns_error",
    owner: Owner::Dns,
    causes: &[
        favoured("The resolver cannot reach the zone's own DNS servers, or its forwarder.", |_, attempt| {
            let lasted = lasted(attempt).filter(|lasted| *lasted >= Span::seconds(1))?;
            Some(format!("SERVFAIL came after {lasted}: the resolver had waited for somebody.").into())
        }),
        favoured(
            "DNSSEC validation fails: an expired signature, a wrong DS record, or a clock that is off.",
            |_, attempt| {
                let lasted = lasted(attempt).filter(|lasted| *lasted < Span::milliseconds(50))?;
                Some(format!("SERVFAIL came within {lasted}, so from a cache or a check, not from a wait.").into())
            },
        ),
        cause("The zone's DNS servers are lame: delegated to, but without the zone."),
        cause("The resolver is overloaded or out of memory or sockets."),
    ],
    checks: &[
        check(
            "Repeat it from the gateway, then once more with checking off. If +cd answers, DNSSEC is the \
             cause.",
            "dig @{dns} {host} A; dig @{dns} {host} A +cd",
        ),
        check(
            "Ask another resolver. If it answers, the fault is at {dns}; if not, at the zone.",
            "dig @9.9.9.9 {host} A",
        ),
        check("Follow the delegation to the server that does not answer or answers wrongly.", "dig +trace {host} A"),
    ],
    fixes: &[
        Fix {
            at: "dns",
            setting: "Resolver's path to the zone",
            path: "DNS server {dns}: forwarders, root hints, outbound UDP and TCP port 53",
            change: "Restore its way to the zone's servers: a working forwarder, or port 53 out for full \
             recursion.",
            risk: "A changed forwarder may see other views of split zones.",
            verify: "dig @{dns} {host} A",
            source: "",
        },
        Fix {
            at: "dns",
            setting: "DNSSEC of the zone",
            path: "The zone's signer and the DS record at its parent",
            change: "Sign the zone anew or correct the DS record; a negative trust anchor on {dns} bridges the \
             time.",
            risk: "A negative trust anchor leaves this domain without validation; set an end date.",
            verify: "dig @{dns} {host} A +dnssec",
            source: "RFC 7646 (negative trust anchors)",
        },
        Fix {
            at: "",
            setting: "DNS servers",
            path: "DNS settings of the gateway",
            change: "Give the gateway a second resolver that does not depend on the same forwarder.",
            risk: "Some products take SERVFAIL as final and do not ask the second server.",
            verify: "dig {host} A",
            source: "",
        },
    ],
    absence: false,
    detect: |_, attempt| matches!(attempt.and_then(|a| a.resolve.failure()), Some(ResolveFailure::Rcode(2))),
};
