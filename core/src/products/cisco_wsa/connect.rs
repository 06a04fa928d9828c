//! 502, no SYN-ACK; 504, RST: the connection to the server.

use super::{ARTICLE, ARTICLE_CODES, NO_SYN_ACK, PRACTICE, RESETS};
use crate::categories::{
    Cause, Check, Fix, Id, cause, check, response_reset, return_path, tcp_syn_reset, tcp_syn_unanswered,
};
use crate::products::Part;

/// The appliance's own packet monitor resets.
const L4TM: Cause =
    cause("The appliance's own L4 Traffic Monitor blocks the address and resets the proxy's connection.");

const REACHABLE: &[Id] = &[
    Id::TcpSynUnanswered,
    Id::ReturnPath,
    Id::TcpSynReset,
    Id::TcpIcmpProhibited,
    Id::TcpIcmpUnreachable,
    Id::TcpRoutingLoop,
];

const FIREWALL_LOGS: Check = check(
    "Ping works and telnet does not: most likely a firewall or similar device filters the \
             connection. Read its log and capture on it.",
    "",
)
.source(ARTICLE);

/// See the module.
pub(super) const PART: Part = Part {
    causes: &[
        (&[Id::TcpSynUnanswered], tcp_syn_unanswered::SERVER_DOWN),
        (&[Id::TcpSynUnanswered], tcp_syn_unanswered::OWN_NETWORK),
        (&[Id::TcpSynUnanswered], tcp_syn_unanswered::DROPPED),
        (NO_SYN_ACK, return_path::SPOOFED),
        (RESETS, L4TM),
        (&[Id::TcpSynReset], tcp_syn_reset::DEVICE),
        (&[Id::ResponseReset], response_reset::DEVICE),
    ],
    checks: &[
        (
            RESETS,
            check(
                "First find out whether the appliance resets itself: look for {upstream} or {host} in the \
             report of the L4 Traffic Monitor. Listed there: it does. Not listed: another device sends \
             the RST.",
                "",
            )
            .path(
                "Monitor > L4 Traffic Monitor (AsyncOS, article undated; later releases: Reporting > L4 \
             Traffic Monitor)",
            )
            .source(ARTICLE),
        ),
        (
            NO_SYN_ACK,
            check(
                "Read the access log: NONE/502 means that SYNs got no SYN-ACK. NONE says that the appliance \
             made the answer, no server.",
                "grep -e NONE/502 accesslogs",
            )
            .source(ARTICLE_CODES),
        ),
        (
            RESETS,
            check(
                "Read the access log: NONE/504 alone does not tell a reset from failed DNS or a missing \
             response; the elapsed time in field 2 is only a hint.",
                "grep -e NONE/504 accesslogs",
            )
            .source(ARTICLE_CODES),
        ),
        (
            REACHABLE,
            check(
                "Ping the site from the appliance's CLI. An answer proves a basic layer 3 path. No answer \
             does not mean that the server is down: ICMP may be blocked on the way.",
                "ping {host}",
            )
            .source(ARTICLE),
        ),
        (
            REACHABLE,
            check(
                "Open TCP from the appliance: telnet asks for the interface (Auto, Management, P1 and so on; \
             take the one that proxy traffic leaves by), then for host and port. Connected means that \
             TCP to the server works.",
                "telnet",
            )
            .path("CLI: telnet > interface > {host} > {port}")
            .source(ARTICLE),
        ),
        (&[Id::TcpSynUnanswered, Id::TcpSynReset, Id::TcpIcmpProhibited], FIREWALL_LOGS),
        (
            NO_SYN_ACK,
            check(
                "Explicit proxying or telnet from the appliance works, but transparent clients with IP \
             spoofing fail: then suspect the return path, for the appliance itself does reach the server.",
                "",
            )
            .source(ARTICLE),
        ),
        (
            NO_SYN_ACK,
            check(
                "Without spoofing the SYN carries the appliance's address and the answer comes straight \
             back. With spoofing it carries the client's, and unless the network redirects, the SYN-ACK \
             goes to the client and the appliance never sees it.",
                "ip.addr == {client} && ip.addr == {upstream} && tcp.flags.syn == 1",
            )
            .source(ARTICLE),
        ),
        (
            RESETS,
            check(
                "No L4 Traffic Monitor: read the block logs of firewall, IDS and IPS. Some block without \
             logging; then only captures on both sides of the device prove where the RST comes from.",
                "",
            )
            .source(ARTICLE),
        ),
        (
            &[Id::TcpSynUnanswered, Id::TcpIcmpUnreachable, Id::TcpRoutingLoop],
            check(
                "Follow the path from the appliance, and see which routing table (Management or Data) is \
             used.",
                "traceroute {host}",
            )
            .path("Network > Routes")
            .source(PRACTICE),
        ),
    ],
    fixes: &[
        (
            RESETS,
            Fix {
                at: "",
                setting: "L4 Traffic Monitor ports",
                path: "Security Services > L4 Traffic Monitor (AsyncOS, article undated; 8.7: Edit Global Settings)",
                change: "Choose all ports except proxy ports, so that it does not block where the proxy listens.",
                risk: "On proxy ports the proxy alone protects. It does so better: users get a page that explains \
             instead of a bare reset, and it blocks by content, while L4TM blocks all traffic to a \
             listed address.",
                verify: "grep -e {host} accesslogs",
                source: "Cisco article on WSA 502 and 504 (undated); AsyncOS 8.7 user guide for the option's name",
            },
        ),
        (
            RESETS,
            Fix {
                at: "",
                setting: "L4 Traffic Monitor allow list",
                path: "Web Security Manager > L4 Traffic Monitor > Allow List (AsyncOS, article undated; 8.8: Edit \
             Settings)",
                change: "Add {host} or {upstream}, if the site is listed as bad but there are reasons to allow it.",
                risk: "All its traffic passes the monitor. Never enter the appliance's own address or name: then \
             the monitor blocks nothing at all.",
                verify: "grep -e {host} accesslogs",
                source: "Cisco article on WSA 502 and 504 (undated); AsyncOS 6.3 and 8.8 user guides for the risk",
            },
        ),
        (
            NO_SYN_ACK,
            Fix {
                at: "",
                setting: "Client address (spoofing)",
                path: "Security Services > Web Proxy (older AsyncOS), Web Security Manager > IP Spoofing Profiles \
             (newer)",
                change: "Switch IP spoofing off, at first for one client or profile, if the network does not \
             redirect the way back.",
                risk: "Servers and firewalls behind see the appliance's address; rules by client address stop \
             working.",
                verify: "grep -e {host} accesslogs",
                source: "Cisco article on WSA 502 and 504 (undated) for the cause; the menus: practice, not from the \
             vendor",
            },
        ),
        (
            NO_SYN_ACK,
            Fix {
                at: "network",
                setting: "Return redirection",
                path: "Router: WCCP service for the way back; appliance: Network > Transparent Redirection",
                change: "Redirect the servers' packets for client addresses (source ports 80, 443) to the appliance: \
             return path redirection by WCCP or policy routing.",
                risk: "Traffic that never passed the appliance must be exempt, or it breaks.",
                verify: "ip.src == {upstream} && tcp.flags.syn == 1 && tcp.flags.ack == 1",
                source: "Cisco article on WSA 502 and 504 (undated) for the need; the menus: practice, not from the \
             vendor",
            },
        ),
        (
            &[Id::TcpSynUnanswered, Id::TcpIcmpUnreachable, Id::TcpRoutingLoop],
            Fix {
                at: "",
                setting: "Routes of the gateway",
                path: "Network > Routes; CLI: routeconfig",
                change: "Give the Data table (P1, P2) a default gateway and routes of its own; Management's are not \
             used for it.",
                risk: "A wrong default route takes the proxy off the network; keep a console at hand.",
                verify: "traceroute {host}",
                source: PRACTICE,
            },
        ),
    ],
};
