//! Caddy 2 (`reverse_proxy`), as far as its documents say.

use super::groups::SILENT;
use super::{Handbook, Id, Part, Product, Timer, answered};
use crate::categories::Id::*;
use crate::categories::{Id as Category, fix};
use crate::logs::phase;
use crate::time::Span;

const MANUAL: &str = "Caddy documentation, reverse_proxy";
const SOURCE: &str = "Caddy source, modules/caddyhttp/reverseproxy/reverseproxy.go (statusError)";
const THROUGH: &str = "curl -sv -o /dev/null {url}";

/// See the module.
pub static PRODUCT: Product = Product {
    id: Id::Caddy,
    name: "Caddy",
    also: &["caddyserver"],
    statuses: "Caddy answers 504 where a timer ended the wait and 502 for every other failure of the upstream, 503 where none \
             is available, 499 in its log where the client left; the log has the reason in the field error. By default \
             nothing ends the wait for a response header.",
    answers: &[
        answered(
            502,
            &[
                &[TcpSynReset, ResponseEmpty, ResponseReset, KeepaliveRace, TcpIcmpUnreachable],
                phase::SECURE,
                phase::RESOLVE,
                &[ResponseInvalid, ResponseHeaderTooLarge],
            ],
            "Caddy says 502 for every failure towards the upstream but those that a timer of the network ended; a certificate that \
             it refuses is 502 as well.",
            SOURCE,
        ),
        answered(
            504,
            &[&[TcpSynUnanswered, ResponseTimeout, TlsNoResponse, ReturnPath, DnsNoResponse]],
            "Caddy says 504 where a timer of the network ended the wait: dial_timeout, or response_header_timeout where it is set.",
            SOURCE,
        ),
        answered(
            503,
            &[&[NoHealthyUpstream]],
            "Caddy says 503 where no upstream was available to be tried (no upstreams available): all are marked down or full.",
            SOURCE,
        ),
        answered(499, &[&[ClientAbort]], "499 is a mark of Caddy's log: the client left first.", SOURCE),
    ],
    timers: &[Timer {
        name: "keepalive of the http transport",
        wait: Span::seconds(120),
        categories: &[Category::KeepaliveRace],
        path: "Caddyfile: reverse_proxy { transport http { keepalive } }",
        source: MANUAL,
    }],
    reverse: true,
    absent: &[],
};

/// See the module.
pub static HANDBOOK: Handbook = Handbook {
    parts: &[Part {
        fixes: &[
            (
                &[Category::ResponseTimeout],
                fix(
                    "Response timeout",
                    "Caddyfile: reverse_proxy { transport http { response_header_timeout } }",
                    "If it is set, raise it above the time that the page needs.",
                    "Dead servers hold connections longer.",
                    "curl -sS -o /dev/null -w '%{time_starttransfer}\\n' {url}",
                )
                .source(MANUAL),
            ),
            (
                &[Category::KeepaliveRace],
                fix(
                    "Idle time of kept server connections",
                    "Caddyfile: reverse_proxy { transport http { keepalive 2m } }",
                    "Set it below the idle time of the server and of the firewall; off as a test.",
                    "More new connections to servers.",
                    THROUGH,
                )
                .source(MANUAL),
            ),
            (
                &[Category::TlsAlert, Category::TlsReset, Category::TlsClosed, Category::TlsCertificate],
                fix(
                    "Server name (SNI)",
                    "Caddyfile: reverse_proxy { header_up Host; transport http { tls_server_name } }",
                    "Send the name that the server expects: tls_server_name, and header_up Host for an https upstream.",
                    "The server sees another Host than the client sent.",
                    "openssl s_client -connect {target} -servername {host}",
                )
                .source(MANUAL),
            ),
            (
                &[Category::ResponseHeaderTooLarge],
                fix(
                    "Header buffer",
                    "Caddyfile: reverse_proxy { transport http { max_response_header (10MiB) } }",
                    "Raise it above the size measured.",
                    "More memory for each connection.",
                    "curl -sS -o /dev/null -D - --connect-to ::{target} {url} | wc -c",
                )
                .source(MANUAL),
            ),
        ],
        ..Part::EMPTY
    }, Part {
        fixes: &[
            (
                SILENT,
                fix(
                    "Connect timeout",
                    "Caddyfile: reverse_proxy { lb_try_duration; transport http { dial_timeout } }",
                    "Set dial_timeout to a few seconds, and lb_try_duration so that another upstream is tried.",
                    "Slow but living servers fail sooner.",
                    THROUGH,
                )
                .source(MANUAL),
            ),
            (
                &[Category::NoHealthyUpstream],
                fix(
                    "Health check and failure limits",
                    "Caddyfile: reverse_proxy { fail_duration; max_fails (1); health_uri; health_status }",
                    "Raise max_fails or shorten fail_duration; mend what health_uri asks for.",
                    "What marks down too little keeps a broken server in use.",
                    THROUGH,
                )
                .source(MANUAL),
            ),
        ],
        eases: true,
        ..Part::EMPTY
    }],
    recordings: &[],
};
