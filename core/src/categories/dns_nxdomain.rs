//! The DNS server says the name does not exist: RFC 1035 section 4.1.1, response code 3.

use alloc::format;

use super::pattern::is_internal;
use super::{Category, Fix, Id, Owner, Phase, cause, check, favoured};
use crate::exchange::ResolveFailure;

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::DnsNxdomain,
    phase: Phase::Resolve,
    title: "Name does not exist",
    meaning: "The gateway asked DNS server {dns} for {host} and was told that no such name exists. No \
             connection was tried.",
    proxy_status: "dns_error",
    owner: Owner::Dns,
    causes: &[
        favoured("An internal name was asked of a DNS server that knows only public names.", |exchange, _| {
            let host = exchange.host.as_deref().filter(|host| is_internal(host))?;
            Some(if host.trim_end_matches('.').contains('.') {
                format!("{host} ends in a suffix that public DNS does not serve.").into()
            } else {
                format!("{host} is a single label; public DNS has no such names.").into()
            })
        }),
        cause("The name is mistyped, stale in a link or bookmark, or was removed."),
        cause("The address record was never made, or has not reached this DNS server yet."),
        cause("The domain has expired or its delegation is gone."),
        cause("A DNS filter answers NXDOMAIN for names that it blocks."),
    ],
    checks: &[
        check("Ask the same server from the gateway; NXDOMAIN again confirms it.", "dig @{dns} {host} A"),
        check(
            "Ask a public server. If it knows the name, {dns} is wrong, filters, or is not the right \
             server to ask.",
            "dig @9.9.9.9 {host} A",
        ),
        check(
            "Follow the delegation from the root; the last server that answers shows where the name ends.",
            "dig +trace {host} A",
        ),
        check(
            "Resolve it on the client. If the client can, gateway and client use different DNS servers.",
            "nslookup {host}",
        ),
    ],
    fixes: &[
        Fix {
            at: "dns",
            setting: "Address record",
            path: "The zone that holds {host}, on its primary DNS server",
            change: "Add an A record for {host}; an AAAA record too if the server has IPv6.",
            risk: "Caches keep the old NXDOMAIN for the negative TTL in the zone's SOA.",
            verify: "dig @{dns} {host} A",
            source: "RFC 2308 (negative caching)",
        },
        Fix {
            at: "dns",
            setting: "Conditional forwarding",
            path: "DNS server {dns}: forward zone for the internal domain",
            change: "Forward the internal domain to the DNS servers that hold it, or give the gateway those \
             servers.",
            risk: "A forwarder that is down turns NXDOMAIN into timeouts for that domain.",
            verify: "dig @{dns} {host} A",
            source: "",
        },
        Fix {
            at: "",
            setting: "Hosts file",
            path: "/etc/hosts or the product's own hosts table",
            change: "As a workaround, map {host} to its address on the gateway itself.",
            risk: "The entry stays when the address changes; note it where somebody finds it.",
            verify: "getent hosts {host}",
            source: "",
        },
        Fix {
            at: "client",
            setting: "Proxy exceptions",
            path: "PAC file or the browser's proxy exceptions",
            change: "Send internal names directly instead of through the gateway.",
            risk: "Those sites are no longer filtered or logged by the gateway.",
            verify: "curl -v --noproxy '*' {url}",
            source: "",
        },
    ],
    absence: false,
    detect: |_, attempt| matches!(attempt.and_then(|a| a.resolve.failure()), Some(ResolveFailure::Rcode(3))),
};
