//! Forcepoint (Websense) Web Security with Content Gateway: what its logs tell.

use super::{Handbook, Id, PRACTICE, Part, Product};
use crate::categories::{Id as Category, check};

const SIEM: &str = "Forcepoint Web Security, SIEM integration: CEF and key-value pairs";

/// See the module.
pub static PRODUCT: Product = Product {
    id: Id::Forcepoint,
    name: "Forcepoint Web Security (Content Gateway)",
    also: &["Websense", "Forcepoint WSG", "Content Gateway"],
    statuses: "The lines for a SIEM have two statuses: http_response is the server's, http_proxy_status_code what Forcepoint \
             sent; where they differ, Forcepoint made it. The extended log of Content Gateway names the failure: \
             ERR_CONNECT_FAIL, ERR_DNS_FAIL, ERR_READ_TIMEOUT, ERR_CLIENT_ABORT.",
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
                &[Category::OriginError, Category::PolicyDenied, Category::ResponseTimeout, Category::TcpSynUnanswered],
                check(
                    "Compare http_response and http_proxy_status_code in the log line for the SIEM: equal means the server sent \
                     the status, different that Forcepoint made it. action=blocked is a policy.",
                    "",
                )
                .source(SIEM),
            ),
            (
                &[
                    Category::DnsNxdomain,
                    Category::TcpSynUnanswered,
                    Category::TcpSynReset,
                    Category::ResponseTimeout,
                    Category::ClientAbort,
                ],
                check(
                    "Read the result code of the request in Content Gateway's extended log: ERR_CONNECT_FAIL, ERR_DNS_FAIL, \
                     ERR_READ_TIMEOUT or ERR_CLIENT_ABORT.",
                    "",
                )
                .source(PRACTICE),
            ),
        ],
        ..Part::EMPTY
    }],
    recordings: &[],
};
