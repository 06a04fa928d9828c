//! DNS servers that the gateway asks: BIND, Unbound, Windows.

use super::{Party, made, place};
use crate::categories::{Fix, Id, Owner, check};

const RNDC: &str = "BIND 9 Administrator Reference Manual, rndc";
const CONTROL: &str = "Unbound manual, unbound-control(8)";

/// Whether the query arrived, and what the server said to it.
const ASKED: &[Id] = &[Id::DnsNoResponse, Id::DnsServfail, Id::DnsRefused, Id::DnsTcpFallbackBlocked];
/// An answer that caches keep.
const CACHED: &[Id] = &[Id::DnsNxdomain, Id::DnsNodata, Id::DnsServfail];
/// The server may ask the wrong ones.
const FORWARDED: &[Id] = &[Id::DnsNxdomain, Id::DnsServfail];

/// See the module.
pub static PARTY: Party = Party {
    owner: Owner::Dns,
    checks: &[
        (
            ASKED,
            made(
                "",
                check(
                    "BIND: log queries for a moment; a line with {gateway} shows that the query arrived. Then rndc \
                     querylog off.",
                    "rndc querylog on",
                )
                .source(RNDC),
            ),
        ),
        (
            ASKED,
            made(
                "",
                check(
                    "Unbound: log queries for a moment; a line with {gateway} shows that the query arrived. Then the \
                     same with no.",
                    "unbound-control set_option log-queries: yes",
                )
                .source(CONTROL),
            ),
        ),
        (
            ASKED,
            made(
                "",
                check(
                    "Windows DNS: log packets for a moment and look for {gateway}. Then the same with $false.",
                    "Set-DnsServerDiagnostics -All $true",
                )
                .source("Microsoft, DnsServer module, Set-DnsServerDiagnostics"),
            ),
        ),
        (
            FORWARDED,
            made(
                "",
                check("Unbound: see which servers it would ask for this name.", "unbound-control lookup {host}")
                    .source(CONTROL),
            ),
        ),
    ],
    places: &[
        (
            &[Id::DnsNxdomain],
            place(
                "Conditional forwarding",
                "BIND: zone with type forward and forwarders; Unbound: forward-zone; Windows: \
                 Add-DnsServerConditionalForwarderZone",
                "BIND 9 Administrator Reference Manual, unbound.conf(5), Microsoft DnsServer module",
            ),
        ),
        (
            &[Id::DnsServfail],
            place(
                "DNSSEC of the zone",
                "for the time being, BIND: rndc nta {host}; Unbound: unbound-control insecure_add {host}",
                "ISC knowledge base AA-01418, unbound-control(8)",
            ),
        ),
    ],
    fixes: &[(
        CACHED,
        Fix {
            at: "dns",
            setting: "Cached answer",
            path: "BIND: rndc flushname {host}; Unbound: unbound-control flush {host}; Windows: Clear-DnsServerCache",
            change: "Once the name is mended, drop the old answer from the cache of {dns}: it would stand until its time \
                     runs out.",
            risk: "Clear-DnsServerCache drops every name; the first queries after it are slower.",
            verify: "dig @{dns} {host} A",
            source: "BIND rndc(8), unbound-control(8), Microsoft DnsServer module; RFC 2308",
        },
    )],
    recordings: &[],
};
