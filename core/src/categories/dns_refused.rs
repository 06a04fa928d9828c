//! The DNS server will not answer this client: RFC 1035 response code 5 REFUSED, RFC 2136 code 9 NOTAUTH.
//!
//! Every other error code that is no SERVFAIL or NXDOMAIN lands here too: FORMERR (1) and NOTIMP (4) are mostly a
//! refusal of EDNS that no retry without it followed (RFC 6891 section 7); the rest a client can only take as a no.

use alloc::format;

use super::{Category, Favour, Fix, Id, Owner, Phase, cause, check, favoured};
use crate::exchange::{Attempt, Exchange, ResolveFailure};

fn rcode(attempt: Option<&Attempt>) -> Option<u8> {
    match attempt?.resolve.failure()? {
        ResolveFailure::Rcode(code) => Some(*code),
        _ => None,
    }
}

fn not_allowed(_: &Exchange, attempt: Option<&Attempt>) -> Favour {
    match rcode(attempt)? {
        5 => Some("The answer was REFUSED (5).".into()),
        9 => Some("The answer was NOTAUTH (9).".into()),
        _ => None,
    }
}

fn not_understood(_: &Exchange, attempt: Option<&Attempt>) -> Favour {
    match rcode(attempt)? {
        1 => Some("The answer was FORMERR (1), not REFUSED.".into()),
        4 => Some("The answer was NOTIMP (4), not REFUSED.".into()),
        16 => Some("The answer was BADVERS (16), not REFUSED.".into()),
        code @ (6..=8 | 10..=15 | 17..) => Some(format!("The answer had response code {code}.").into()),
        _ => None,
    }
}

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::DnsRefused,
    phase: Phase::Resolve,
    title: "DNS server refused",
    meaning: "DNS server {dns} answered, but will not resolve {host} for the gateway.",
    proxy_status: "dns_error",
    owner: Owner::Dns,
    causes: &[
        favoured(
            "The gateway's address is not in the list of clients that may ask; often after it was \
             renumbered.",
            not_allowed,
        ),
        favoured("The server does no recursion: it answers only for its own zones.", not_allowed),
        favoured(
            "The server does not understand the query: EDNS or its version, or an operation that it \
             lacks.",
            not_understood,
        ),
        cause("A policy on the DNS server refuses this name or this type."),
    ],
    checks: &[
        check(
            "Repeat it from the gateway. From a host that is allowed the same query should be answered.",
            "dig @{dns} {host} A",
        ),
        check("See whether the server offers recursion: look for the flag ra in the answer.", "dig @{dns} . NS"),
        check(
            "Without EDNS: if this answers, the server or a device before it chokes on EDNS.",
            "dig @{dns} {host} A +noedns",
        ),
    ],
    fixes: &[
        Fix {
            at: "dns",
            setting: "Clients that may ask",
            path: "DNS server {dns}: list of allowed clients (BIND allow-recursion and allow-query, Unbound \
             access-control)",
            change: "Add the gateway's address {gateway}, as the server sees it after any NAT.",
            risk: "Never open recursion to the whole Internet; list addresses.",
            verify: "dig @{dns} {host} A",
            source: "BIND and Unbound manuals",
        },
        Fix {
            at: "",
            setting: "DNS servers",
            path: "DNS settings of the gateway",
            change: "Use a resolver that recurses for the gateway instead of {dns}.",
            risk: "Internal zones may be known to {dns} only.",
            verify: "dig {host} A",
            source: "",
        },
    ],
    absence: false,
    detect: |_, attempt| rcode(attempt).is_some_and(|code| !matches!(code, 0 | 2 | 3)),
};
