//! The name exists, without a usable address: RFC 2308 section 2.2.

use super::{Category, Fix, Id, Owner, Phase, cause, check};
use crate::exchange::ResolveFailure;

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::DnsNodata,
    phase: Phase::Resolve,
    title: "Name has no address",
    meaning: "DNS server {dns} knows {host} but gave no address that the gateway can use.",
    proxy_status: "dns_error",
    owner: Owner::Dns,
    causes: &[
        cause(
            "The name has only an AAAA record and the gateway asks for or speaks only IPv4, or the \
             reverse.",
        ),
        cause("The record is an alias (CNAME) whose target has no address."),
        cause(
            "Only other records exist for the name, such as MX or TXT; the host part is missing in the \
             URL.",
        ),
        cause("A DNS filter or DNS64 setup strips the address from the answer."),
    ],
    checks: &[
        check(
            "Ask for both families. An answer to one only shows which the gateway would need.",
            "dig @{dns} {host} A {host} AAAA",
        ),
        check(
            "Look at the alias chain; the last name without an address is the one to mend.",
            "dig @{dns} {host} CNAME",
        ),
        check("Compare with a public server.", "dig @9.9.9.9 {host} A"),
    ],
    fixes: &[
        Fix {
            at: "dns",
            setting: "Address record",
            path: "The zone that holds {host} or the target of its alias",
            change: "Add the missing A (or AAAA) record, or point the alias to a name that has one.",
            risk: "Caches keep the empty answer for the negative TTL in the zone's SOA.",
            verify: "dig @{dns} {host} A",
            source: "RFC 2308 (negative caching)",
        },
        Fix {
            at: "",
            setting: "Address family",
            path: "DNS or IP version preference of the gateway",
            change: "Let the gateway ask for and use the family that the name has, if it has a working path for \
             it.",
            risk: "An IPv6 preference without a working IPv6 path delays or breaks other sites.",
            verify: "dig {host} A {host} AAAA",
            source: "",
        },
    ],
    absence: false,
    detect: |_, attempt| matches!(attempt.and_then(|a| a.resolve.failure()), Some(ResolveFailure::NoData)),
};
