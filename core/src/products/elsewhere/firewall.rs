//! Firewalls between gateway and servers: Cisco ASA and FTD, Palo Alto, FortiGate, Linux.

use super::{Party, made, place};
use crate::categories::{Fix, Id, Owner, check};

/// A rule decides on the SYN.
const RULE: &[Id] = &[Id::TcpSynUnanswered, Id::TcpSynReset, Id::TcpIcmpProhibited];
/// Somebody ended a connection that stood, or that was being made.
const ENDED: &[Id] = &[Id::TcpSynReset, Id::TlsReset, Id::ResponseReset];
/// A connection that was idle may have been forgotten.
const FORGOTTEN: &[Id] = &[Id::KeepaliveRace, Id::RequestUnacked, Id::ResponseReset];

/// See the module.
pub static PARTY: Party = Party {
    owner: Owner::Firewall,
    checks: &[
        (
            RULE,
            made(
                "cisco-asa",
                check(
                    "Cisco ASA or FTD: let it say what it does with this SYN; the phase with Result: DROP names the \
                     rule.",
                    "packet-tracer input <interface> tcp {gateway} 40000 {upstream} {port}",
                )
                .source("Cisco Secure Firewall Threat Defense Command Reference, packet-tracer"),
            ),
        ),
        (
            RULE,
            made(
                "palo-alto-traffic",
                check(
                    "Palo Alto: ask which security rule takes this connection.",
                    "test security-policy-match source {gateway} destination {upstream} destination-port {port} \
                     protocol 6",
                )
                .source("PAN-OS CLI Quick Start, Test Policy Matches"),
            ),
        ),
        (
            RULE,
            made(
                "fortinet-traffic",
                check(
                    "FortiGate: follow the next packets (then diagnose debug flow trace start 10, diagnose debug \
                     enable). Denied by forward policy check is a policy, reverse path check fail a route.",
                    "diagnose debug flow filter addr {upstream}",
                )
                .source("FortiOS Administration Guide, Debugging the packet flow"),
            ),
        ),
        (
            RULE,
            made(
                "netfilter",
                check(
                    "Linux: set meta nftrace set 1 for {upstream} in a chain before all others, and watch which rule \
                     drops the SYN.",
                    "nft monitor trace",
                )
                .source("nftables wiki, Ruleset debug/tracing"),
            ),
        ),
        (
            ENDED,
            made(
                "cisco-asa",
                check(
                    "Cisco ASA or FTD: message 302014 says who ended it: TCP Reset-O the outside, TCP Reset-I the \
                     inside, TCP Reset-APPLIANCE the firewall itself.",
                    "show logging | include {upstream}",
                )
                .source("Cisco ASA Series Syslog Messages, 302014"),
            ),
        ),
        (
            ENDED,
            made(
                "palo-alto-traffic",
                check(
                    "Palo Alto: the session end reason says who ended it: tcp-rst-from-server the server, threat or \
                     policy-deny the firewall.",
                    "",
                )
                .path("Monitor > Logs > Traffic")
                .source("PAN-OS Administrator's Guide, Traffic Log Fields"),
            ),
        ),
        (
            ENDED,
            made(
                "fortinet-traffic",
                check(
                    "FortiGate: the action says who ended it: server-rst the server, client-rst the gateway, deny a \
                     policy of its own.",
                    "",
                )
                .path("Log & Report > Forward Traffic")
                .source("FortiOS Log Message Reference, Traffic"),
            ),
        ),
    ],
    places: &[
        (
            &[Id::TcpSynUnanswered],
            place(
                "Outbound rule",
                "Cisco ASA: the access list of the interface towards {gateway}; Palo Alto: Policies > Security; \
                 FortiGate: Policy & Objects > Firewall Policy; Linux: the chain with hook forward",
                "The vendors' administrator's guides",
            ),
        ),
        (
            &[Id::PmtuBlackhole],
            place(
                "MSS clamping",
                "Cisco ASA: sysopt connection tcpmss (1380 by default); Palo Alto: Network > Interfaces > Advanced > \
                 Other Info > Adjust TCP MSS; Linux: tcp flags syn tcp option maxseg size set rt mtu",
                "Cisco ASA Command Reference, PAN-OS 7.1 New Features Guide, nftables wiki (Mangling packet headers)",
            ),
        ),
    ],
    fixes: &[(
        FORGOTTEN,
        Fix {
            at: "firewall",
            setting: "Idle time of connections",
            path: "Cisco ASA: timeout conn (1 h by default); Palo Alto: Device > Setup > Session > Session Timeouts > TCP \
                   (3600 s); FortiGate: config system session-ttl (3600 s); Linux: \
                   net.netfilter.nf_conntrack_tcp_timeout_established (432000 s)",
            change: "Set it above the gateway's idle time for kept server connections, or lower the gateway's.",
            risk: "Dead connections stay longer in the firewall's table.",
            verify: "ss -tno state established dst {upstream}",
            source: "Cisco tech note 222075, PAN-OS Configure Session Timeouts, Fortinet technical tip 194357, Linux \
                     nf_conntrack-sysctl",
        },
    )],
    recordings: &[
        check(
            "The firewall's own log of that minute, dropped here with the rest, proves or rules it out. Log what it \
             denies and how sessions end: Cisco ASA at level 6, Palo Alto at session end, FortiGate all sessions, \
             Linux by a LOG rule before the DROP.",
            "",
        )
        .path(
            "Cisco ASA: logging trap informational; Palo Alto: Actions > Log at Session End; FortiGate: set logtraffic \
             all; iptables: -j LOG, nftables: log prefix",
        )
        .source("The vendors' logging guides"),
        check(
            "Many firewalls record packets themselves. Record on both interfaces, and what is dropped.",
            "",
        )
        .path(
            "Cisco ASA: capture <name> interface <interface> match ip host {gateway} host {upstream}, capture <name> type \
             asp-drop all; Palo Alto: Monitor > Packet Capture (stages receive, transmit, drop); FortiGate: diagnose \
             sniffer packet any 'host {upstream}' 6 0 l",
        )
        .source("Cisco ASA General Operations CLI Guide, PAN-OS Administrator's Guide, FortiOS Administration Guide"),
    ],
};
