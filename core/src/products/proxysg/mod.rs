//! Symantec Edge SWG, formerly Blue Coat ProxySG (SGOS 6.7 and 7).
//!
//! What an article of the vendor's knowledge base says names it; commands and menus that none of them shows are marked
//! as practice.

mod connect;
mod gateway;
mod record;
mod resolve;
mod respond;
mod secure;

use super::groups::LATE;
use super::{Absent, Handbook, Id, PRACTICE, Product, Timer, answered};
use crate::categories::Id::*;
use crate::categories::{Check, Id as Category, check};
use crate::time::Span;

/// What the access logs seen hold.
const LOGS: &str = "access logs of SGOS; the meaning: practice, no vendor document";
/// Answers and log lines of the appliance that others published: pages of tcp_error that came with 503, and 503 with
/// `TCP_ERR_MISS` and the ICAP error `server_unavailable`.
const PAGES: &str = "published pages and access logs of SGOS (tcp_error; x-icap-error-code)";
/// A request through it.
const THROUGH: &str = "curl -v{through} {url}";

/// What x-exception-id says.
const fn exception(text: &'static str) -> Check {
    check(text, "").source(LOGS)
}

/// See the module.
pub static PRODUCT: Product = Product {
    id: Id::Proxysg,
    name: "Symantec Edge SWG (ProxySG)",
    also: &["Blue Coat", "ProxySG", "SGOS", "Advanced Secure Gateway", "ASG"],
    statuses: "Read x-exception-id before the status; the codes are practice and can be changed under Policy > \
             Exceptions. tcp_error: 503, for refused, silent and broken connections alike; the page names which. \
             dns_unresolved_hostname: 404; dns_server_failure: 503. invalid_response: 502. gateway_error: 504 or 503. \
             ssl_failed and certificate faults: 503. icap_error: 503 or 504. Often confused: a name that does not \
             exist is 404 here, and silence 503, not 504.",
    answers: &[answered(
        503,
        &[&[TcpSynUnanswered, TcpSynReset, ReturnPath, TcpIcmpUnreachable, TcpIcmpProhibited, RequiredService]],
        "ProxySG says 503 where it could not connect (tcp_error; the page names what the system said: Operation timed out, \
         Connection refused) and where no ICAP server answered (server_unavailable). It does not mean that the server is \
         overloaded, and silence is not 504 here.",
        PAGES,
    )],
    timers: &[
        Timer {
            name: "http receive-timeout server",
            wait: Span::seconds(180),
            categories: LATE,
            path: "CLI: (config) http receive-timeout server",
            source: PRACTICE,
        },
        Timer {
            name: "persistent server connections",
            wait: Span::seconds(900),
            categories: &[Category::KeepaliveRace],
            path: "CLI: (config) http persistent-timeout server",
            source: "Trustwave KB 13375 (proxy chain with Blue Coat)",
        },
    ],
    reverse: false,
    absent: &[(
        &[
            Category::TcpSynReset,
            Category::TcpIcmpProhibited,
            Category::TlsNotSpoken,
            Category::RequestUnacked,
            Category::PmtuBlackhole,
            Category::ZeroWindow,
            Category::ResponseInvalid,
            Category::ResponseHeaderTooLarge,
            Category::ResponseBadChunk,
            Category::ResponseTruncated,
            Category::H2Goaway,
            Category::H2RstStream,
            Category::OriginError,
            Category::NoAttempt,
            Category::ProxyLoop,
            Category::ProxyOverload,
            Category::ClientAbort,
        ],
        Absent::Undocumented,
    )],
};

/// See the module.
pub static HANDBOOK: Handbook = Handbook {
    parts: &[resolve::PART, connect::PART, secure::PART, respond::KEPT, respond::PART, gateway::PART],
    recordings: record::RECORDINGS,
};
