//! Zscaler Internet Access: what its web log and its pages tell; practice where no document is named.

use super::groups::SECURE;
use super::{Aim, Handbook, Id, PRACTICE, Part, Product, Recording};
use crate::categories::{Id as Category, check, fix};

const FEED: &str = "Zscaler, NSS feed output format: web logs";
const THROUGH: &str = "curl -sv{through} -o /dev/null {url}";

/// See the module.
pub static PRODUCT: Product = Product {
    id: Id::Zscaler,
    name: "Zscaler Internet Access",
    also: &["ZIA", "Zscaler"],
    statuses: "Zscaler tells users on a page of its own what failed (the name could not be resolved, the connection timed \
             out, a policy blocked) and not by the status. In the web log action Blocked is a policy, and reason names the \
             failure.",
    answers: &[],
    timers: &[],
    reverse: false,
    absent: &[],
};

/// See the module.
pub static HANDBOOK: Handbook = Handbook {
    parts: &[Part {
        checks: &[
            (
                &[
                    Category::DnsNxdomain,
                    Category::TcpSynUnanswered,
                    Category::ResponseTimeout,
                    Category::OriginError,
                    Category::PolicyDenied,
                ],
                check(
                    "Read action, reason and respcode of the request in the web log (Web Insights or the NSS feed): Blocked is a \
                     policy, and reason says what failed.",
                    "",
                )
                .source(FEED),
            ),
            (
                &[Category::PolicyDenied, Category::TcpSynUnanswered, Category::TcpSynReset],
                check(
                    "Open ip.zscaler.com from the client: it says whether its requests go through Zscaler, and through which \
                     node. Sites may refuse that node's addresses.",
                    "curl -s{through} http://ip.zscaler.com/",
                )
                .source(PRACTICE),
            ),
        ],
        fixes: &[(
            SECURE,
            fix(
                "Decryption exception",
                "Policy > SSL Inspection: a rule for {host}, Do Not Inspect; for certificates: Untrusted Server Certificates",
                "Pass the site on without decryption, if its TLS cannot be mended.",
                "What is inside is no longer scanned.",
                THROUGH,
            )
            .source(PRACTICE),
        )],
        ..Part::EMPTY
    }],
    recordings: &[
        Recording {
            aim: Aim::Packets,
            check: check(
                "The service cannot be captured: capture on the client, and if the site is yours on its server, from before the request until after the error.",
                "tcpdump -s 0 -ni any -w client.pcap",
            )
            .source(PRACTICE),
        },
        Recording {
            aim: Aim::Log,
            check: check(
                "Add reason, respcode, the server's address and the server's transaction time to the NSS feed.",
                "",
            )
            .source(FEED),
        },
    ],
};
