//! nginx as reverse proxy (ngx_http_proxy_module; gRPC, FastCGI and uwsgi have the same directives by their own name).

mod answers;
mod connect;
mod gateway;
mod record;
mod resolve;
mod respond;
mod secure;

use super::groups::{LATE, SILENT};
use super::{Absent, Handbook, Id, PRACTICE, Product, Timer};
use crate::categories::{Check, Id as Category, check};
use crate::time::Span;

/// Directives of `proxy_pass`.
const PROXY: &str = "nginx documentation, ngx_http_proxy_module";
/// Directives of `upstream`.
const UPSTREAM: &str = "nginx documentation, ngx_http_upstream_module";
/// Directives of the core.
const CORE: &str = "nginx documentation, core modules";
/// What no manual says but the program does.
const CODE: &str = "nginx source, ngx_http_upstream.c";
/// A request through it.
const THROUGH: &str = "curl -sv -o /dev/null {url}";
/// The time until the first byte, through it.
const TIMED: &str = "curl -sS -o /dev/null -w '%{time_starttransfer}\\n' {url}";

/// What error.log says.
const fn log(text: &'static str) -> Check {
    check(text, "").source(CODE)
}

const fn timer(
    name: &'static str,
    seconds: i64,
    categories: &'static [Category],
    path: &'static str,
    source: &'static str,
) -> Timer {
    Timer { name, wait: Span::seconds(seconds), categories, path, source }
}

/// See the module.
pub static PRODUCT: Product = Product {
    id: Id::Nginx,
    name: "nginx",
    also: &["OpenResty", "ingress-nginx", "Tengine"],
    statuses: "504 when one of nginx's own timers ended the wait (connect, send, read), 502 for every other failure \
             towards the server, DNS and TLS included; 499 in the log when the client left first. Often confused: \
             a silent server is 504 by nginx's timer but 502 if the kernel gave up first, and a response without \
             a status line is no error here: it goes out as HTTP/0.9 with 200.",
    answers: answers::ANSWERS,
    timers: &[
        timer("proxy_connect_timeout", 60, SILENT, "nginx.conf: proxy_connect_timeout", PROXY),
        timer("proxy_read_timeout", 60, LATE, "nginx.conf: proxy_read_timeout", PROXY),
        timer(
            "proxy_send_timeout",
            60,
            &[Category::RequestUnacked, Category::ZeroWindow, Category::PmtuBlackhole],
            "nginx.conf: proxy_send_timeout",
            PROXY,
        ),
        timer("resolver_timeout", 30, &[Category::DnsNoResponse], "nginx.conf: resolver_timeout", CORE),
        timer(
            "keepalive_timeout of the upstream",
            60,
            &[Category::KeepaliveRace],
            "nginx.conf: upstream { keepalive_timeout }",
            UPSTREAM,
        ),
    ],
    reverse: true,
    absent: &[(
        &[
            Category::PmtuBlackhole,
            Category::ResponseBadChunk,
            Category::ResponseTruncated,
            Category::ParentProxyError,
            Category::ProxyLoop,
            Category::NoAttempt,
            Category::ClientAbort,
        ],
        Absent::Undocumented,
    )],
};

/// See the module.
pub static HANDBOOK: Handbook = Handbook {
    parts: &[
        resolve::PART,
        connect::PART,
        secure::PART,
        respond::KEPT,
        respond::PART,
        gateway::PART,
        connect::EASE,
        respond::EASE,
        gateway::EASE,
    ],
    recordings: record::RECORDINGS,
};
