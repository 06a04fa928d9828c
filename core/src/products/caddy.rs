//! Caddy 2 (`reverse_proxy`), as far as its documents say.

use super::groups::SILENT;
use super::{Id, Part, Product, Timer};
use crate::categories::{Id as Category, fix};
use crate::time::Span;

const MANUAL: &str = "Caddy documentation, reverse_proxy";
const THROUGH: &str = "curl -sv -o /dev/null {url}";

/// See the module.
pub static PRODUCT: Product = Product {
    id: Id::Caddy,
    name: "Caddy",
    also: &["caddyserver"],
    statuses: "Caddy answers 502 or 504 itself when the upstream fails; its log has the reason in the field error. By \
             default nothing ends the wait for a response header.",
    answers: &[],
    timers: &[Timer {
        name: "keepalive of the http transport",
        wait: Span::seconds(120),
        categories: &[Category::KeepaliveRace],
        path: "Caddyfile: reverse_proxy { transport http { keepalive } }",
        source: MANUAL,
    }],
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
    reverse: true,
    absent: &[],
};
