//! What holds for any gateway: how to record, and the waits of operating systems.

use super::{Aim, Handbook, Id, PRACTICE, Product, Recording, Timer};
use crate::categories::{Id as Category, check};
use crate::time::Span;

/// Both sides of a gateway that is a program on a host.
pub(super) const ALL_INTERFACES: Recording = Recording {
    aim: Aim::Packets,
    check: check(
        "Capture on the gateway, whole packets, all interfaces, from before the request until after \
             the error. Both sides of the gateway and its DNS must be in it.",
        "tcpdump -s 0 -i any -w gateway.pcap",
    ),
};

/// See the module.
pub static PRODUCT: Product = Product {
    id: Id::Generic,
    name: "Another gateway",
    also: &[],
    statuses: "Products differ in the status for the same failure: silence is 502, 503 or 504, a refusal \
             502, 503 or 504. Choose the product to read its status.",
    answers: &[],
    timers: &[
        Timer {
            name: "Linux for SYNs (tcp_syn_retries 6)",
            wait: Span::seconds(127),
            categories: &[Category::TcpSynUnanswered, Category::ReturnPath],
            path: "sysctl net.ipv4.tcp_syn_retries",
            source: "Linux ip-sysctl documentation",
        },
        Timer {
            name: "Linux 6.5 and later for SYNs (tcp_syn_linear_timeouts 4)",
            wait: Span::seconds(131),
            categories: &[Category::TcpSynUnanswered, Category::ReturnPath],
            path: "sysctl net.ipv4.tcp_syn_linear_timeouts",
            source: PRACTICE,
        },
        Timer {
            name: "Linux 3.0 and earlier for SYNs",
            wait: Span::seconds(189),
            categories: &[Category::TcpSynUnanswered, Category::ReturnPath],
            path: "sysctl net.ipv4.tcp_syn_retries",
            source: PRACTICE,
        },
        Timer {
            name: "BSD systems for SYNs",
            wait: Span::seconds(75),
            categories: &[Category::TcpSynUnanswered, Category::ReturnPath],
            path: "sysctl net.inet.tcp.keepinit",
            source: "FreeBSD tcp(4)",
        },
        Timer {
            name: "Windows for SYNs",
            wait: Span::seconds(21),
            categories: &[Category::TcpSynUnanswered, Category::ReturnPath],
            path: "netsh interface tcp show global",
            source: PRACTICE,
        },
    ],
    reverse: false,
    absent: &[],
};

/// See the module.
pub static HANDBOOK: Handbook = Handbook {
    parts: &[],
    recordings: &[
        ALL_INTERFACES,
        Recording {
            aim: Aim::Path,
            check: check(
                "Capture on both sides of the firewall at the same time, inside (ingress) and outside \
             (egress), while it fails; drop both files here together with the gateway's.",
                "tcpdump -s 0 -ni <interface> -w <side>.pcap host {upstream}",
            ),
        },
        Recording {
            aim: Aim::Path,
            check: check(
                "How to read it: a RST leaves on the inside and nothing crossed on the outside: the firewall \
             made it. A packet enters on one side and does not leave on the other: the firewall drops it.",
                "",
            ),
        },
        Recording {
            aim: Aim::Log,
            check: check(
                "Add to the access log: duration, address of the server, status that the server sent, time \
             for DNS, connect and first byte, and the error's reason. Keep the error log of the same \
             time.",
                "",
            ),
        },
        Recording {
            aim: Aim::Read,
            check: check(
                "Find the request and its error in Wireshark, then look at what the gateway did between the \
             two.",
                "{client_is} && (http.response.code >= 500 || http.request)",
            ),
        },
        Recording {
            aim: Aim::Read,
            check: check(
                "If the client's side is not shown as HTTP, add the gateway's port {proxy_port} to the list \
             of TCP ports.",
                "",
            )
            .path("Wireshark: Edit > Preferences > Protocols > HTTP > TCP Ports"),
        },
    ],
};
