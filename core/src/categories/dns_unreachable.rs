//! ICMP says that the DNS server, or its port, cannot be reached.

use alloc::format;

use super::{Category, Favour, Fix, Id, Owner, Phase, cause, check, favoured};
use crate::exchange::{Attempt, Icmp, ResolveFailure};

fn icmp(attempt: Option<&Attempt>) -> Option<Icmp> {
    match attempt?.resolve.failure()? {
        ResolveFailure::Unreachable(icmp) => Some(*icmp),
        _ => None,
    }
}

fn sent_by(attempt: Option<&Attempt>, wanted: fn(Icmp) -> bool, meaning: &str) -> Favour {
    let icmp = icmp(attempt).filter(|icmp| wanted(*icmp))?;
    Some(format!("{} sent ICMP {meaning}.", icmp.from).into())
}

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::DnsUnreachable,
    phase: Phase::Resolve,
    title: "DNS server unreachable",
    meaning: "{icmp_from} told the gateway by ICMP that DNS server {dns} or its port 53 cannot be reached.",
    proxy_status: "dns_timeout",
    owner: Owner::Network,
    causes: &[
        favoured("No DNS service listens on that address, or it has stopped.", |_, attempt| {
            sent_by(
                attempt,
                |icmp| {
                    (icmp.v6, icmp.kind, icmp.code)
                        == (icmp.v6, if icmp.v6 { 1 } else { 3 }, if icmp.v6 { 4 } else { 3 })
                },
                "port unreachable",
            )
        }),
        favoured("A firewall or router refuses port 53 from the gateway.", |_, attempt| {
            sent_by(attempt, super::tcp_icmp_prohibited::is_prohibited, "administratively prohibited")
        }),
        favoured("There is no route to the DNS server.", |_, attempt| {
            sent_by(
                attempt,
                |icmp| icmp.code == 0 && icmp.kind == if icmp.v6 { 1 } else { 3 },
                "network unreachable or no route",
            )
        }),
        favoured("The DNS server's host is down: its router gets no answer on the last hop.", |_, attempt| {
            sent_by(
                attempt,
                |icmp| (icmp.kind, icmp.code) == if icmp.v6 { (1, 3) } else { (3, 1) },
                "host or address unreachable",
            )
        }),
        cause("The gateway's DNS settings hold a wrong address."),
    ],
    checks: &[
        check("Ask from the gateway; the error should come at once, not after a wait.", "dig @{dns} {host} A +tries=1"),
        check(
            "Find out who {icmp_from} is: the DNS server itself (service down) or a router or firewall \
             (path).",
            "traceroute -n {dns}",
        ),
        check("On the DNS server: see whether anything listens on port 53 of that address.", "ss -lnptu 'sport = :53'"),
    ],
    fixes: &[
        Fix {
            at: "dns",
            setting: "DNS service",
            path: "DNS server {dns}",
            change: "Start the service, or let it listen on {dns}.",
            risk: "None beyond the service's start.",
            verify: "dig @{dns} . NS +tries=1",
            source: "",
        },
        Fix {
            at: "firewall",
            setting: "DNS rule",
            path: "{icmp_from}, if it is a firewall or router",
            change: "Allow UDP and TCP port 53 from {gateway} to {dns}.",
            risk: "Allow it to the DNS servers in use only.",
            verify: "dig @{dns} {host} A",
            source: "",
        },
        Fix {
            at: "network",
            setting: "Route",
            path: "Routing between {gateway} and {dns}",
            change: "Add or mend the route to the DNS server's network.",
            risk: "A wrong route moves other traffic as well.",
            verify: "traceroute -n {dns}",
            source: "",
        },
        Fix {
            at: "",
            setting: "DNS servers",
            path: "DNS settings of the gateway",
            change: "Correct the DNS server's address, or enter one that can be reached.",
            risk: "The new server may not know internal zones.",
            verify: "dig {host} A",
            source: "",
        },
    ],
    absence: false,
    detect: |_, attempt| icmp(attempt).is_some(),
};
