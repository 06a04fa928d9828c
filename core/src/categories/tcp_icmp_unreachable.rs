//! ICMP: network, host, protocol or port unreachable. RFC 792 type 3 (all codes but those of a rule and code 4, which
//! is about packet size), RFC 4443 type 1.

use alloc::format;

use super::pattern::{IPV6_PATH, PARENT, WRONG_ADDRESS};
use super::tcp_icmp_prohibited::{icmp, is_prohibited};
use super::{Category, Favour, Fix, Id, Owner, Phase, check, favoured};
use crate::exchange::{Attempt, Icmp};

fn is_unreachable(icmp: Icmp) -> bool {
    match (icmp.v6, icmp.kind) {
        (false, 3) => icmp.code != 4 && !is_prohibited(icmp),
        (true, 1) => !is_prohibited(icmp),
        // ICMPv6 parameter problem, unrecognised next header: the counterpart of protocol unreachable.
        (true, 4) => icmp.code == 1,
        _ => false,
    }
}

fn code(attempt: Option<&Attempt>, v4: &[u8], v6: &[u8], meaning: &str) -> Favour {
    let icmp = icmp(attempt)?;
    let codes = if icmp.v6 { v6 } else { v4 };
    codes.contains(&icmp.code).then(|| format!("{} sent ICMP {meaning} (code {}).", icmp.from, icmp.code).into())
}

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::TcpIcmpUnreachable,
    phase: Phase::Connect,
    title: "Destination unreachable",
    meaning: "{icmp_from} told the gateway by ICMP that {upstream} port {port} cannot be reached.",
    proxy_status: "destination_ip_unroutable",
    owner: Owner::Network,
    causes: &[
        favoured("A router on the way has no route to the destination.", |_, attempt| {
            code(attempt, &[0, 5, 6, 11], &[0, 7], "network unreachable")
        }),
        favoured("The server's host is down: the last router gets no answer on its wire.", |_, attempt| {
            code(attempt, &[1, 7, 8, 12], &[3], "host unreachable")
        }),
        favoured("A host firewall rejects the port; that is the usual default of a REJECT rule.", |_, attempt| {
            code(attempt, &[3], &[4], "port unreachable")
        }),
        favoured("The destination does not take TCP at all: a wrong address.", |_, attempt| {
            code(attempt, &[2], &[], "protocol unreachable")
        }),
        PARENT,
        WRONG_ADDRESS,
        IPV6_PATH,
    ],
    checks: &[
        check(
            "Find out who {icmp_from} is: the last router before the server, one in your own network, or \
             the server.",
            "traceroute -n {upstream}",
        ),
        check("Open the port from the gateway; an immediate error confirms it.", "nc -vz -w 5 {upstream} {port}"),
        check("See which way the gateway would send it.", "ip route get {upstream}"),
        check("See whether DNS gives the right address.", "dig {host} A {host} AAAA"),
    ],
    fixes: &[
        Fix {
            at: "network",
            setting: "Route",
            path: "{icmp_from} and the routers before it",
            change: "Add or mend the route to {upstream}.",
            risk: "A wrong route moves other traffic as well.",
            verify: "traceroute -n {upstream}",
            source: "",
        },
        Fix {
            at: "origin",
            setting: "Server",
            path: "{upstream}",
            change: "Have the operator start the host, or let its firewall accept port {port}.",
            risk: "None for the gateway.",
            verify: "nc -vz -w 5 {upstream} {port}",
            source: "",
        },
        Fix {
            at: "",
            setting: "Routes of the gateway",
            path: "Default gateway, static routes and interface of the gateway",
            change: "See that the way to {upstream} leads through the right interface.",
            risk: "A wrong default route takes the gateway off the network.",
            verify: "ip route get {upstream}",
            source: "",
        },
    ],
    absence: false,
    detect: |_, attempt| icmp(attempt).is_some_and(is_unreachable),
};
