//! Amazon CloudFront, as far as its documents say.

use super::groups::{LATE, SILENT};
use super::{Aim, Handbook, Id, PRACTICE, Part, Product, Recording, Timer, answered};
use crate::categories::Id::*;
use crate::categories::{Id as Category, check, fix};
use crate::logs::phase;
use crate::time::Span;

const GUIDE: &str = "Amazon CloudFront Developer Guide, Control origin timeouts and attempts; API reference, Origin";
const BEHAVIOR: &str = "Amazon CloudFront Developer Guide, Request and response behavior for custom origins";
const ERRORS: &str = "Amazon CloudFront Developer Guide, Troubleshooting error response status codes";
const LOG: &str = "Amazon CloudFront Developer Guide, Standard logging reference";
const THROUGH: &str = "curl -sv -o /dev/null {url}";

/// See the module.
pub static PRODUCT: Product = Product {
    id: Id::CloudFront,
    name: "Amazon CloudFront",
    also: &["CloudFront", "AWS CDN"],
    statuses: "502: CloudFront could not connect to the origin, or not in TLS, or its name was not resolved. 504: the origin \
             did not answer in time, sent 504 itself, or a firewall keeps CloudFront out. 503: the origin is overloaded, rarely \
             the edge. x-edge-detailed-result-type says which: \
             OriginConnectError, OriginDnsError, OriginReadError and the like.",
    answers: &[
        answered(
            502,
            &[phase::SECURE, &[TcpSynReset, TcpIcmpUnreachable, ResponseInvalid], phase::RESOLVE],
            "CloudFront says 502 where it could not connect to the origin: its TLS or certificate did not fit, its name was not \
             resolved, or it refuses connections on the port. Connections that a firewall drops are 504.",
            ERRORS,
        ),
        answered(
            503,
            &[&[OriginError, ProxyOverload]],
            "CloudFront's 503 typically means that the origin is overloaded and said so; rarely, that the edge location has no \
             capacity. No connection is 502 or 504 here.",
            ERRORS,
        ),
        answered(
            504,
            &[&[ResponseTimeout, ResponseStalled, TcpSynUnanswered, ReturnPath, OriginError]],
            "CloudFront says 504 where the origin did not answer within its response timeout (30 s by default, up to three \
             attempts for GET and HEAD), where a firewall or security group keeps CloudFront out, or where the origin sent 504 \
             itself.",
            ERRORS,
        ),
    ],
    timers: &[
        Timer {
            name: "origin response timeout",
            wait: Span::seconds(30),
            categories: LATE,
            path: "Distribution > Origins > origin: Response timeout",
            source: GUIDE,
        },
        Timer {
            name: "origin response timeout, 3 attempts of 30 s (GET and HEAD)",
            wait: Span::seconds(90),
            categories: LATE,
            path: "Distribution > Origins > origin: Response timeout, Connection attempts",
            source: BEHAVIOR,
        },
        Timer {
            name: "connection timeout, 3 attempts of 10 s",
            wait: Span::seconds(30),
            categories: SILENT,
            path: "Distribution > Origins > origin: Connection attempts, Connection timeout",
            source: GUIDE,
        },
        Timer {
            name: "origin keep-alive timeout",
            wait: Span::seconds(5),
            categories: &[Category::KeepaliveRace],
            path: "Distribution > Origins > origin: Keep-alive timeout",
            source: GUIDE,
        },
    ],
    reverse: true,
    absent: &[],
};

/// See the module.
pub static HANDBOOK: Handbook = Handbook {
    parts: &[Part {
        checks: &[(
            &[
                Category::TcpSynUnanswered,
                Category::TcpSynReset,
                Category::ResponseTimeout,
                Category::TlsCertificate,
                Category::DnsNxdomain,
            ],
            check(
                "Read x-edge-detailed-result-type of the failed requests in the standard log: OriginConnectError, OriginDnsError, \
                 OriginCommError, OriginReadError.",
                "",
            )
            .source(LOG),
        )],
        fixes: &[
            (
                LATE,
                fix(
                    "Response timeout",
                    "CloudFront > Distributions > Origins > origin > Additional settings: Response timeout (30 s)",
                    "Raise it above the time that the page needs (1 to 120 s; more by a quota increase).",
                    "Clients wait longer for an origin that is dead.",
                    "curl -sS -o /dev/null -w '%{time_starttransfer}\\n' {url}",
                )
                .source(GUIDE),
            ),
            (
                &[Category::KeepaliveRace],
                fix(
                    "Keep-alive time of the server",
                    "Web server at the origin: keep-alive timeout",
                    "Set it longer than CloudFront's keep-alive timeout (5 s by default), so that CloudFront closes first.",
                    "The origin holds more idle connections.",
                    THROUGH,
                )
                .at("origin")
                .source(GUIDE),
            ),
            (
                SILENT,
                fix(
                    "Outbound rule",
                    "Firewall or security group of the origin",
                    "Let CloudFront's published address ranges in on the origin's port; keep up with their changes.",
                    "Opens the origin to all of CloudFront, other customers' distributions included.",
                    THROUGH,
                )
                .at("firewall")
                .source(ERRORS),
            ),
        ],
        ..Part::EMPTY
    }],
    recordings: &[
        Recording {
            aim: Aim::Packets,
            check: check(
                "Capture on the origin, whole packets, from before the request until after the error: CloudFront cannot be captured itself. What the origin never gets failed on the way.",
                "tcpdump -s 0 -ni any -w server.pcap tcp port {port}",
            )
            .source(PRACTICE),
        },
        Recording {
            aim: Aim::Log,
            check: check(
                "Turn standard logging on: x-edge-detailed-result-type, time-taken and time-to-first-byte name the failure. Keep the origin's own log of the same minute.",
                "",
            )
            .path("CloudFront > Distributions > distribution > Logging")
            .source(LOG),
        },
    ],
};
