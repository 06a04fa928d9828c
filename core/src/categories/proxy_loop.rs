//! The request came back to the gateway: RFC 9110 section 7.6.3 (Via), RFC 5842 status 508.

use super::pattern::{says, status};
use super::{Category, Fix, Id, Owner, Phase, cause, check};

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::ProxyLoop,
    phase: Phase::Gateway,
    title: "Proxy loop",
    meaning: "The request came back to the gateway that had sent it on, so the gateway ended it.",
    proxy_status: "proxy_loop_detected",
    owner: Owner::Gateway,
    causes: &[
        cause("Redirection (WCCP, policy route, NAT) also catches the gateway's own requests."),
        cause("The parent proxy is the gateway itself, or sends back to it."),
        cause("DNS gives the gateway's own address, or its virtual one, for {host}."),
        cause("Two gateways carry the same name in Via, and one takes the other for itself."),
    ],
    checks: &[
        check(
            "Look at Via in the requests: the gateway's own name twice proves the loop.",
            "tcpdump -s 0 -Ani any 'tcp port {port}'",
        ),
        check("See which address the gateway gets for {host}.", "dig {host} A"),
        check("See which way the gateway's own packets take.", "traceroute -n -T -p {port} {upstream}"),
    ],
    fixes: &[
        Fix {
            at: "network",
            setting: "Redirection",
            path: "WCCP, policy route or NAT rule that sends clients to the gateway",
            change: "Exempt packets that come from {gateway}.",
            risk: "Too wide an exemption lets clients pass beside the gateway.",
            verify: "curl -v{through} {url}",
            source: "",
        },
        Fix {
            at: "",
            setting: "Parent proxy, name in Via",
            path: "Upstream proxy settings and host name of the gateway",
            change: "Remove the parent that leads back, and give each gateway a name of its own.",
            risk: "Without its parent the gateway needs its own way out.",
            verify: "curl -v{through} {url}",
            source: "RFC 9110 section 7.6.3",
        },
        Fix {
            at: "dns",
            setting: "Address record",
            path: "The zone that holds {host}, as the gateway sees it",
            change: "Give the gateway the server's address, not its own.",
            risk: "Split views need care: clients may still need the gateway's address.",
            verify: "dig {host} A",
            source: "",
        },
    ],
    absence: false,
    detect: |exchange, _| {
        exchange.signs.looped.is_some()
            || status(exchange).is_some_and(|status| status.code == 508)
            || says(exchange, &["proxy_loop_detected", "forwarding loop", "loop detected"])
    },
};
