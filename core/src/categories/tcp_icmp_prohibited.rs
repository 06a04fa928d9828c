//! ICMP: administratively prohibited. RFC 792 and RFC 1812 section 5.2.7.1 type 3 codes 9, 10, 13; RFC 4443 section
//! 3.1 type 1 codes 1, 5, 6.

use alloc::format;

use super::{Category, Cause, Fix, Id, Owner, Phase, cause, check, favoured};
use crate::exchange::{Attempt, ConnectFailure, Icmp};

/// Whether this error is a refusal by rule.
pub(super) fn is_prohibited(icmp: Icmp) -> bool {
    match (icmp.v6, icmp.kind) {
        (false, 3) => matches!(icmp.code, 9 | 10 | 13),
        (true, 1) => matches!(icmp.code, 1 | 5 | 6),
        _ => false,
    }
}

/// The ICMP error that ended the handshake.
pub(super) fn icmp(attempt: Option<&Attempt>) -> Option<Icmp> {
    match attempt?.connect.failure()? {
        ConnectFailure::Icmp(icmp) => Some(*icmp),
        _ => None,
    }
}

/// A rule on the way.
pub(crate) const RULE: Cause =
    favoured("A firewall or router on the way denies connections from the gateway by rule.", |_, attempt| {
        let icmp = icmp(attempt)?;
        let server = attempt?.upstream?.ip();
        (icmp.from != server).then(|| format!("{} sent the ICMP error, not the server {server}.", icmp.from).into())
    });
/// A rule at the end.
pub(crate) const DESTINATION: Cause =
    favoured("The server's own host firewall denies the gateway's address.", |_, attempt| {
        let icmp = icmp(attempt)?;
        (icmp.from == attempt?.upstream?.ip()).then(|| "The ICMP error comes from the server's own address.".into())
    });

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::TcpIcmpProhibited,
    phase: Phase::Connect,
    title: "Administratively prohibited",
    meaning: "{icmp_from} refused the gateway's SYN to {upstream} port {port} by rule and said so by ICMP.",
    proxy_status: "destination_ip_unroutable",
    owner: Owner::Firewall,
    causes: &[
        RULE,
        DESTINATION,
        favoured(
            "The gateway's source address is not accepted there: an ingress filter, or spoofed addresses.",
            |_, attempt| {
                let icmp = icmp(attempt)?;
                (icmp.v6 && icmp.code == 5).then(|| "The ICMPv6 code is 5: source address failed policy.".into())
            },
        ),
        favoured("A reject route covers the destination.", |_, attempt| {
            let icmp = icmp(attempt)?;
            (icmp.v6 && icmp.code == 6).then(|| "The ICMPv6 code is 6: reject route.".into())
        }),
        cause("Only user networks are allowed out, and the gateway's own address was forgotten."),
    ],
    checks: &[
        check(
            "Find out who owns {icmp_from}: that device refused, and its rules and log say why.",
            "traceroute -n {upstream}",
        ),
        check("Open the port from the gateway; an immediate error confirms it.", "nc -vz -w 5 {upstream} {port}"),
        check(
            "Open it from the same network without the gateway. If that works, the rule is about the \
             gateway's address.",
            "nc -vz -w 5 {upstream} {port}",
        ),
    ],
    fixes: &[
        Fix {
            at: "firewall",
            setting: "Deny rule",
            path: "{icmp_from}: rule for {gateway} to {upstream} port {port}",
            change: "Allow TCP from {gateway} to {upstream} port {port} before the rule that denies.",
            risk: "Opens this destination for everything behind the gateway.",
            verify: "nc -vz -w 5 {upstream} {port}",
            source: "",
        },
        Fix {
            at: "origin",
            setting: "Host firewall",
            path: "{upstream}, if {icmp_from} is the server itself",
            change: "Allow the gateway's public address on port {port}.",
            risk: "None for the gateway.",
            verify: "nc -vz -w 5 {upstream} {port}",
            source: "",
        },
    ],
    absence: false,
    detect: |_, attempt| icmp(attempt).is_some_and(is_prohibited),
};
