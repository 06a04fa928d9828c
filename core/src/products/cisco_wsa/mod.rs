//! Cisco Secure Web Appliance (WSA), AsyncOS for Web.
//!
//! What the vendor's article on 502 and 504 says is marked [`ARTICLE`]; its menus are those of the releases of its
//! time. What no document of the vendor says is marked as practice.

mod answers;
mod connect;
mod gateway;
mod monitor;
mod record;
mod resolve;
mod respond;
mod secure;
mod spoofing;

use super::{Absent, Handbook, Id, PRACTICE, Product, Timer};
use crate::categories::Id as Category;
use crate::time::Span;

/// The article that this product's advice begins from.
const ARTICLE: &str = "Cisco article on WSA 502 and 504 GATEWAY_TIMEOUT errors (undated)";

/// For codes in the access log.
const ARTICLE_CODES: &str =
    "Cisco article on WSA 502 and 504 (undated), AsyncOS guides for NONE; the command: practice, no vendor document";

/// A RST ended the connection upstream.
const RESETS: &[Category] = &[Category::TcpSynReset, Category::ResponseReset, Category::TlsReset];
/// TCP works, the content gets nowhere.
const CONTENT: &[Category] = &[
    Category::RequestUnacked,
    Category::ResponseTimeout,
    Category::ResponseReset,
    Category::ResponseEmpty,
    Category::TlsNoResponse,
];
/// No SYN-ACK.
const NO_SYN_ACK: &[Category] = &[Category::TcpSynUnanswered, Category::ReturnPath];
/// Name resolution.
const DNS: &[Category] = &[
    Category::DnsNxdomain,
    Category::DnsNodata,
    Category::DnsServfail,
    Category::DnsRefused,
    Category::DnsNoResponse,
    Category::DnsUnreachable,
    Category::DnsTcpFallbackBlocked,
];

/// See the module.
pub static PRODUCT: Product = Product {
    id: Id::CiscoWsa,
    name: "Cisco Secure Web Appliance (WSA)",
    also: &["IronPort", "AsyncOS for Web", "Secure Web Appliance", "SWA", "WSA"],
    statuses: "502: its SYNs got no SYN-ACK. 504: a RST ended the connection to the server, a service \
             needed first such as DNS failed, or the request got no response. NONE/502 and NONE/504 in \
             the access log mean that the appliance made the answer.",
    answers: answers::ANSWERS,
    timers: &[
        Timer {
            name: "In-Use Connection Timeout, server side",
            wait: Span::seconds(300),
            categories: &[Category::ResponseTimeout, Category::ResponseStalled],
            path: "Security Services > Web Proxy > Edit Settings",
            source: PRACTICE,
        },
        Timer {
            name: "Persistent Connection Timeout, server side",
            wait: Span::seconds(300),
            categories: &[Category::KeepaliveRace],
            path: "Security Services > Web Proxy > Edit Settings",
            source: "AsyncOS 6.3 user guide",
        },
    ],
    reverse: false,
    absent: &[(
        &[
            Category::TcpIcmpProhibited,
            Category::TlsNotSpoken,
            Category::RequestUnacked,
            Category::PmtuBlackhole,
            Category::ZeroWindow,
            Category::ResponseEmpty,
            Category::ResponseInvalid,
            Category::ResponseHeaderTooLarge,
            Category::ResponseBadChunk,
            Category::ResponseTruncated,
            Category::H2Goaway,
            Category::H2RstStream,
            Category::OriginError,
            Category::NoAttempt,
            Category::RequiredService,
            Category::EphemeralPortExhaustion,
            Category::ProxyOverload,
            Category::ClientAbort,
        ],
        Absent::Undocumented,
    )],
};

/// See the module.
pub static HANDBOOK: Handbook = Handbook {
    parts: &[
        monitor::PART,
        monitor::BY_LOG,
        connect::PART,
        spoofing::PART,
        resolve::PART,
        respond::PART,
        secure::PART,
        gateway::PART,
    ],
    recordings: record::RECORDINGS,
};
