//! Block page Cannot Connect.

use super::{ARTICLE, CANNOT_CONNECT, PRACTICE};
use crate::categories::{Fix, Id, cause, check, tcp_icmp_prohibited, tcp_syn_reset, tcp_syn_unanswered};
use crate::products::Part;

/// See the module.
pub(super) const PART: Part = Part {
    causes: &[
        (&[Id::TcpSynUnanswered], tcp_syn_unanswered::DROPPED),
        (&[Id::TcpSynUnanswered], cause("The destination itself ignores connections from the gateway.")),
        (&[Id::TcpSynReset], tcp_syn_reset::DEVICE),
        (&[Id::TcpSynReset], cause("The destination itself is set to refuse connections from the gateway.")),
        (&[Id::TcpIcmpProhibited], tcp_icmp_prohibited::RULE),
        (&[Id::TcpIcmpProhibited], tcp_icmp_prohibited::DESTINATION),
        (
            &[Id::TcpSynUnanswered, Id::ReturnPath],
            cause(
                "Routing: the gateway's packets do not get to the destination, or its answers not back to \
             the gateway.",
            ),
        ),
    ],
    checks: &[
        (
            CANNOT_CONNECT,
            check(
                "The block page is Cannot Connect: the TCP handshake with the server failed, so no request \
             was sent. Show the client's request, its 502 and the connections to the server.",
                "({client_is} && (http.response.code == 502 || http.request)) || ({upstream_is} && tcp.port \
             == {port})",
            )
            .source(ARTICLE),
        ),
        (
            &[Id::TcpSynUnanswered, Id::ReturnPath],
            check(
                "A SYN without an answer is sent again after 3 s and then at growing gaps, until the gateway \
             gives up and sends the 502.",
                "{upstream_is} && tcp.flags.syn == 1",
            )
            .source(ARTICLE),
        ),
        (
            &[Id::TcpSynReset],
            check(
                "A RST after each SYN: something on the way or the server ends every try.",
                "{upstream_is} && tcp.flags.reset == 1",
            )
            .source(ARTICLE),
        ),
        (
            &[Id::TcpIcmpProhibited, Id::TcpIcmpUnreachable],
            check(
                "After each SYN comes an ICMP Destination unreachable, such as Host administratively \
             prohibited: a firewall that actively denies. Its address is the packet's source.",
                "icmp.type == 3 || icmpv6.type == 1",
            )
            .source(ARTICLE),
        ),
        (
            CANNOT_CONNECT,
            check(
                "Test the service without the gateway, best from the gateway's own network. If it is there, \
             the fault lies between gateway and destination: capture on the next upstream device and on \
             the gateway at the same time.",
                "curl -v --noproxy '*' --max-time 10 {url}",
            )
            .source(ARTICLE),
        ),
        (
            CANNOT_CONNECT,
            check(
                "Ping and traceroute the server from the gateway, to see whether routing works.",
                "traceroute {upstream}",
            )
            .path("Troubleshooting > Network Tools (Web Gateway 7.x)")
            .source(ARTICLE),
        ),
    ],
    fixes: &[
        (
            &[Id::TcpSynUnanswered, Id::TcpSynReset, Id::TcpIcmpProhibited],
            Fix {
                at: "firewall",
                setting: "Outbound rule",
                path: "Firewall between {gateway} and {upstream}: rule that denies or drops",
                change: "Allow the gateway {gateway} to connect to {upstream} port {port}; also where the \
             destination has a rule of its own.",
                risk: "Opens this destination for everything behind the gateway.",
                verify: "{upstream_is} && tcp.flags.syn == 1 && tcp.flags.ack == 1",
                source: ARTICLE,
            },
        ),
        (
            &[Id::TcpSynUnanswered, Id::ReturnPath, Id::TcpIcmpUnreachable, Id::TcpRoutingLoop],
            Fix {
                at: "",
                setting: "Routes of the gateway",
                path: "Configuration > Appliances > network interfaces and static routes (Web Gateway 7.x)",
                change: "Check and correct the default gateway and the static routes, and the routers upstream of \
             the gateway.",
                risk: "A wrong default gateway takes the appliance off the network.",
                verify: "traceroute {upstream}",
                source: "Skyhigh article on HTTP 502 for what to check; the menu: practice, no vendor document",
            },
        ),
        (
            &[Id::ParentProxyError, Id::NoHealthyUpstream],
            Fix {
                at: "",
                setting: "Parent proxy",
                path: "Policy > Settings > Engines > Next Hop Proxy (Web Gateway 7.x)",
                change: "Enter a second next hop proxy, and see after how many failures and for how long one is \
             marked down.",
                risk: "A long wait after the final failure keeps a healthy one out of use.",
                verify: "curl -v{through} {url}",
                source: PRACTICE,
            },
        ),
    ],
    ..Part::EMPTY
};
