//! 502, no SYN-ACK; 504, RST: the connection to the server.

use super::{ARTICLE, ARTICLE_CODES, NO_SYN_ACK, PRACTICE, RESETS};
use crate::categories::{Check, Fix, Id, check, response_reset, tcp_syn_reset, tcp_syn_unanswered};
use crate::products::Part;

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
        (&[Id::TcpSynReset], tcp_syn_reset::DEVICE),
        (&[Id::ResponseReset], response_reset::DEVICE),
    ],
    checks: &[
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
    fixes: &[(
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
    )],
    ..Part::EMPTY
};
