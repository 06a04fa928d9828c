//! Squid, 5 to 7. Figures and directives are those of the commented configuration that it comes with.

mod answers;
mod connect;
mod gateway;
mod record;
mod resolve;
mod respond;
mod secure;

use super::groups::{HTTP2, LATE, SILENT};
use super::{Absent, Handbook, Id, Product, Timer};
use crate::categories::{Check, Fix, Id as Category, check, fix};
use crate::time::Span;

/// The commented configuration.
const MANUAL: &str = "Squid squid.conf.documented";
/// What no manual says but the program does.
const CODE: &str = "Squid source, versions 5 to 7";
/// A request through it.
const THROUGH: &str = "curl -v{through} {url}";

/// What %err_code and cache.log say.
const fn token(text: &'static str) -> Check {
    check(text, "").source(CODE)
}

/// A directive.
const fn directive(
    setting: &'static str,
    path: &'static str,
    change: &'static str,
    risk: &'static str,
    verify: &'static str,
) -> Fix {
    fix(setting, path, change, risk, verify).source(MANUAL)
}

const fn timer(name: &'static str, seconds: i64, categories: &'static [Category]) -> Timer {
    Timer { name, wait: Span::seconds(seconds), categories, path: "squid.conf", source: MANUAL }
}

/// See the module.
pub static PRODUCT: Product = Product {
    id: Id::Squid,
    name: "Squid",
    also: &["squid-cache"],
    statuses: "503 for DNS, TCP and TLS failures (ERR_DNS_FAIL, ERR_CONNECT_FAIL, ERR_SECURE_CONNECT_FAIL), 504 for \
             a TLS handshake or a response that did not come in time, 502 for resets and invalid or empty \
             responses, 500 for ICAP, 403 for a loop. Often confused: a refused or silent server is 503 here, not \
             502 or 504; 504 also answers a client that asked only-if-cached. _ABORTED in the log may mean either \
             side; with /000 the client left.",
    answers: answers::ANSWERS,
    timers: &[
        timer("connect_timeout", 60, SILENT),
        timer("forward_timeout", 240, SILENT),
        timer("read_timeout", 900, LATE),
        timer("write_timeout", 900, &[Category::RequestUnacked, Category::ZeroWindow, Category::PmtuBlackhole]),
        timer("dns_timeout", 30, &[Category::DnsNoResponse, Category::DnsUnreachable]),
        timer("peer_connect_timeout", 30, &[Category::TcpSynUnanswered]),
        timer("server_idle_pconn_timeout", 60, &[Category::KeepaliveRace]),
    ],
    reverse: false,
    absent: &[
        (HTTP2, Absent::CannotOccur("Squid speaks HTTP/1.1 to servers and never HTTP/2.")),
        (
            &[
                Category::TcpSynReset,
                Category::RequestUnacked,
                Category::PmtuBlackhole,
                Category::ZeroWindow,
                Category::ResponseBadChunk,
                Category::ResponseTruncated,
                Category::OriginError,
                Category::NoAttempt,
                Category::ClientAbort,
            ],
            Absent::Undocumented,
        ),
    ],
};

/// See the module.
pub static HANDBOOK: Handbook = Handbook {
    parts: &[resolve::PART, connect::PART, secure::PART, respond::KEPT, respond::PART, gateway::PART, connect::EASE],
    recordings: record::RECORDINGS,
};
