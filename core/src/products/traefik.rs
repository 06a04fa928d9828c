//! Traefik 3, as far as its source and documents say.

use super::groups::SILENT;
use super::{Aim, Handbook, Id, Part, Product, Recording, Timer, answered};
use crate::categories::Id::*;
use crate::categories::{Id as Category, check, fix};
use crate::logs::phase;
use crate::time::Span;

const SOURCE: &str = "Traefik documentation, serversTransport; status codes: source of 3.7";
const THROUGH: &str = "curl -sv -o /dev/null {url}";

/// See the module.
pub static PRODUCT: Product = Product {
    id: Id::Traefik,
    name: "Traefik",
    also: &["Traefik Proxy", "Traefik Hub"],
    statuses: "504 where a timer of the network ended the wait, 502 for every other failure of the network (refused, \
             reset, closed), 503 without a server, 500 for the rest, 499 when the client left. By default nothing \
             ends the wait for a response: then there is no 504 for it.",
    answers: &[
        answered(
            502,
            &[&[TcpSynReset, ResponseEmpty, ResponseReset, KeepaliveRace, TcpIcmpUnreachable], phase::RESOLVE],
            "Traefik says 502 for every failure of the network but those that a timer ended.",
            SOURCE,
        ),
        answered(
            504,
            &[&[TcpSynUnanswered, ResponseTimeout]],
            "Traefik says 504 where a timer of the network ended the wait: dialTimeout (30 s), or responseHeaderTimeout where it \
             is set. Without that it waits for a response as long as the client does.",
            SOURCE,
        ),
        answered(499, &[&[ClientAbort]], "499: the client left first.", SOURCE),
    ],
    timers: &[
        Timer {
            name: "forwardingTimeouts.dialTimeout",
            wait: Span::seconds(30),
            categories: SILENT,
            path: "serversTransport.forwardingTimeouts.dialTimeout",
            source: SOURCE,
        },
        Timer {
            name: "forwardingTimeouts.idleConnTimeout",
            wait: Span::seconds(90),
            categories: &[Category::KeepaliveRace],
            path: "serversTransport.forwardingTimeouts.idleConnTimeout",
            source: SOURCE,
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
                Category::ResponseReset,
                Category::ResponseEmpty,
                Category::ResponseTimeout,
                Category::OriginError,
            ],
            check(
                "In the JSON access log compare OriginStatus and DownstreamStatus: OriginStatus 0 or missing means that \
                 Traefik made the answer. The reason is only in the log at level DEBUG: 502 Bad Gateway error=.",
                "",
            )
            .source(SOURCE),
        )],
        fixes: &[
            (
                &[Category::ResponseTimeout],
                fix(
                    "Response timeout",
                    "serversTransport.forwardingTimeouts.responseHeaderTimeout (0: none)",
                    "If it is set, raise it above the time that the page needs; unset, the client's own timer ends it.",
                    "Dead servers hold connections longer.",
                    "curl -sS -o /dev/null -w '%{time_starttransfer}\\n' {url}",
                )
                .source(SOURCE),
            ),
            (
                &[Category::KeepaliveRace, Category::ResponseEmpty, Category::ResponseReset],
                fix(
                    "Idle time of kept server connections",
                    "serversTransport.forwardingTimeouts.idleConnTimeout (90s)",
                    "Set it below the idle time of the server and of the firewall.",
                    "More new connections to servers.",
                    THROUGH,
                )
                .source(SOURCE),
            ),
            (
                &[Category::TlsCertificate],
                fix(
                    "Trusted issuers",
                    "serversTransport.rootCAs, serversTransport.serverName",
                    "Add the missing issuer, or the name that the certificate has.",
                    "Whoever holds that issuer's key can vouch for any name; insecureSkipVerify only as a test.",
                    THROUGH,
                )
                .source(SOURCE),
            ),
        ],
        ..Part::EMPTY
    }, Part {
        fixes: &[
            (
                SILENT,
                fix(
                    "Connect timeout",
                    "serversTransport.forwardingTimeouts.dialTimeout (30s)",
                    "Shorten it, so that a silent server is given up sooner.",
                    "Slow but living servers fail sooner.",
                    THROUGH,
                )
                .source(SOURCE),
            ),
        ],
        eases: true,
        ..Part::EMPTY
    }],
    recordings: &[Recording {
        aim: Aim::Log,
        check: check(
            "Write the access log as JSON, which has OriginStatus and times, and set the log to DEBUG for a short time.",
            "--accesslog=true --accesslog.format=json --log.level=DEBUG",
        )
        .source("Traefik documentation, logs and access logs"),
    }],
};
