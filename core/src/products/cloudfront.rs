//! Amazon CloudFront, as far as its documents say.

use super::groups::{LATE, SILENT};
use super::{Id, Part, Product, Timer, answered};
use crate::categories::Id::*;
use crate::categories::{Id as Category, fix};
use crate::logs::phase;
use crate::time::Span;

const GUIDE: &str = "Amazon CloudFront Developer Guide, Control origin timeouts and attempts; API reference, Origin";
const ERRORS: &str = "Amazon CloudFront Developer Guide, Troubleshooting error response status codes";
const THROUGH: &str = "curl -sv -o /dev/null {url}";

/// See the module.
pub static PRODUCT: Product = Product {
    id: Id::CloudFront,
    name: "Amazon CloudFront",
    also: &["CloudFront", "AWS CDN"],
    statuses: "502: CloudFront could not connect to the origin, or not in TLS, or its name has no address. 504: the origin \
             did not answer in time, or a firewall keeps CloudFront out. x-edge-detailed-result-type says which: \
             OriginConnectError, OriginDnsError, OriginReadError and the like.",
    answers: &[
        answered(
            502,
            &[phase::SECURE, &[TcpSynReset, TcpIcmpUnreachable, ResponseInvalid], phase::RESOLVE],
            "CloudFront says 502 where it could not connect to the origin: its TLS or certificate did not fit, its name has no \
             address, or nothing listens on the port.",
            ERRORS,
        ),
        answered(
            504,
            &[&[ResponseTimeout, TcpSynUnanswered, ReturnPath, TcpIcmpProhibited]],
            "CloudFront says 504 where the origin did not answer within its response timeout (30 s by default), or where a firewall \
             or security group drops its connections.",
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
    parts: &[Part {
        fixes: &[
            (
                LATE,
                fix(
                    "Response timeout",
                    "CloudFront > Distributions > Origins > origin > Additional settings: Response timeout (30 s)",
                    "Raise it above the time that the page needs; above the limit only by a quota increase.",
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
        ],
        ..Part::EMPTY
    }],
    recordings: &[],
    reverse: true,
    absent: &[],
};
