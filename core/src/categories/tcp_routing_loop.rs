//! ICMP: time to live exceeded in transit. RFC 792 type 11 code 0, RFC 4443 type 3 code 0.

use super::tcp_icmp_prohibited::icmp;
use super::{Category, Fix, Id, Owner, Phase, cause, check};

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::TcpRoutingLoop,
    phase: Phase::Connect,
    title: "Routing loop",
    meaning: "The gateway's SYN to {upstream} ran out of hops; {icmp_from} threw it away. Packets go \
             round in a circle.",
    proxy_status: "destination_ip_unroutable",
    owner: Owner::Network,
    causes: &[
        cause("Two routers each take the other one for the way to this destination."),
        cause("A default route points back to where the packet came from, for a network that was removed."),
        cause(
            "A redirect (WCCP, policy routing) catches the gateway's own packets and sends them back to \
             it.",
        ),
        cause("The gateway sends with a very small TTL."),
    ],
    checks: &[
        check(
            "Follow the path: the same two or three addresses again and again are the loop.",
            "traceroute -n {upstream}",
        ),
        check(
            "On the routers that repeat, look at the route that they use for this destination.",
            "ip route get {upstream}",
        ),
    ],
    fixes: &[
        Fix {
            at: "network",
            setting: "Route",
            path: "{icmp_from} and the routers that traceroute shows again and again",
            change: "Correct the route to {upstream} on the router that sends it back; discard routes for \
             removed networks.",
            risk: "A wrong route moves other traffic as well.",
            verify: "traceroute -n {upstream}",
            source: "",
        },
        Fix {
            at: "network",
            setting: "Redirection",
            path: "WCCP or policy route that sends clients to the gateway",
            change: "Exempt packets that come from {gateway}.",
            risk: "Too wide an exemption lets clients pass beside the gateway.",
            verify: "traceroute -n {upstream}",
            source: "",
        },
    ],
    absence: false,
    detect: |_, attempt| {
        icmp(attempt).is_some_and(|icmp| (icmp.kind, icmp.code) == if icmp.v6 { (3, 0) } else { (11, 0) })
    },
};
