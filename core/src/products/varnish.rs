//! Varnish, as far as its source says.

use super::groups::SILENT;
use super::{Aim, Handbook, Id, Part, Product, Recording, Timer, answered};
use crate::categories::Id::*;
use crate::categories::{Id as Category, check, fix};
use crate::logs::phase;
use crate::time::Span;

const SOURCE: &str = "Varnish source and its parameter documentation (February 2026)";
const THROUGH: &str = "curl -sv -o /dev/null {url}";

const fn timer(name: &'static str, milliseconds: i64, categories: &'static [Category]) -> Timer {
    Timer {
        name,
        wait: Span::milliseconds(milliseconds),
        categories,
        path: "varnishd -p, or .NAME in the backend",
        source: SOURCE,
    }
}

/// See the module.
pub static PRODUCT: Product = Product {
    id: Id::Varnish,
    name: "Varnish",
    also: &["Varnish Cache", "Varnish Enterprise", "Vinyl Cache"],
    statuses: "503 Backend fetch failed (Guru Meditation) for every failure towards the backend; another status only \
             where the VCL sets one. The reason stands in varnishlog as FetchError.",
    answers: &[answered(
        503,
        &[phase::CONNECT, phase::SEND, phase::WAIT, phase::RECEIVE, &[NoHealthyUpstream, ProxyOverload]],
        "Varnish says 503 Backend fetch failed for every failure towards the backend, timeouts and resets included; FetchError \
         in varnishlog tells which. Other gateways say 502 or 504 for many of these.",
        SOURCE,
    )],
    timers: &[
        timer("connect_timeout", 3_500, SILENT),
        timer("first_byte_timeout", 60_000, &[Category::ResponseTimeout]),
        timer("between_bytes_timeout", 60_000, &[Category::ResponseStalled]),
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
                Category::TcpIcmpUnreachable,
                Category::ResponseTimeout,
                Category::ResponseStalled,
                Category::ResponseReset,
                Category::ResponseEmpty,
                Category::ResponseInvalid,
                Category::ResponseHeaderTooLarge,
                Category::NoHealthyUpstream,
            ],
            check(
                "FetchError names it: fail errno 111 (refused), unhealthy, busy, first byte timeout, http format error, \
                 HTC overflow (header too large).",
                "varnishlog -g request -q 'FetchError'",
            )
            .source(SOURCE),
        )],
        fixes: &[
            (
                &[Category::ResponseTimeout],
                fix(
                    "Response timeout",
                    "VCL: backend NAME { .first_byte_timeout = 60s; }; or varnishd -p first_byte_timeout",
                    "Raise it above the time that the page needs, for that backend.",
                    "Dead backends hold threads longer.",
                    "curl -sS -o /dev/null -w '%{time_starttransfer}\\n' {url}",
                )
                .source(SOURCE),
            ),
            (
                &[Category::ResponseStalled],
                fix(
                    "Read timeout",
                    "VCL: backend NAME { .between_bytes_timeout = 60s; }; or varnishd -p between_bytes_timeout",
                    "Raise it above the longest pause of the backend.",
                    "Dead backends hold threads longer.",
                    THROUGH,
                )
                .source(SOURCE),
            ),
            (
                &[Category::ResponseHeaderTooLarge],
                fix(
                    "Header buffer",
                    "varnishd -p http_resp_size, -p http_resp_hdr_len",
                    "Raise http_resp_size above all header lines together, http_resp_hdr_len above the longest one; \
                     workspace_backend must hold them.",
                    "More memory for each fetch.",
                    "curl -sS -o /dev/null -D - --connect-to ::{target} {url} | wc -c",
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
                    "VCL: backend NAME { .connect_timeout = 3.5s; }; or varnishd -p connect_timeout",
                    "Raise it only for a backend that is far or slow to accept.",
                    "Requests to a dead backend wait longer.",
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
            "varnishncsa has no reason of a 503. Write the whole transactions that failed, with FetchError and times.",
            "varnishlog -g request -q 'RespStatus >= 500 or BerespStatus >= 500' -w failures.vsl",
        )
        .source(SOURCE),
    }],
};
