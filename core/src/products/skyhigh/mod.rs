//! Skyhigh Secure Web Gateway, formerly McAfee Web Gateway.
//!
//! What the vendor's article on 502 says is marked [`ARTICLE`]: written for 7.x, much of it holds for 6.x too. What no
//! document of the vendor says is marked as practice.

mod answers;
mod connect;
mod policy;
mod record;
mod resolve;
mod respond;

use super::{Absent, Handbook, Id, PRACTICE, Product, Timer};
use crate::categories::Id as Category;
use crate::time::Span;

/// The article that this product's advice begins from.
const ARTICLE: &str = "Skyhigh article on HTTP 502 of Web Gateway (for 7.x, much of it valid for 6.x)";

/// Block page Host Not Resolvable.
const HOST_NOT_RESOLVABLE: &[Category] = &[
    Category::DnsNxdomain,
    Category::DnsNodata,
    Category::DnsServfail,
    Category::DnsRefused,
    Category::DnsNoResponse,
    Category::DnsUnreachable,
    Category::DnsTcpFallbackBlocked,
];
/// Block page Cannot Connect.
const CANNOT_CONNECT: &[Category] = &[
    Category::TcpSynUnanswered,
    Category::TcpSynReset,
    Category::TcpIcmpProhibited,
    Category::TcpIcmpUnreachable,
    Category::TcpRoutingLoop,
    Category::ReturnPath,
];
/// Block page Bad Response.
const BAD_RESPONSE: &[Category] = &[
    Category::RequestUnacked,
    Category::PmtuBlackhole,
    Category::KeepaliveRace,
    Category::ResponseTimeout,
    Category::ResponseReset,
    Category::ResponseEmpty,
    Category::ResponseInvalid,
    Category::ResponseHeaderTooLarge,
    Category::ResponseBadChunk,
    Category::ResponseTruncated,
    Category::ResponseStalled,
    Category::ZeroWindow,
];

/// See the module.
pub static PRODUCT: Product = Product {
    id: Id::Skyhigh,
    name: "Skyhigh Secure Web Gateway",
    also: &["McAfee Web Gateway", "MWG", "Skyhigh Web Gateway", "Trellix", "SWG"],
    statuses: "502 for every failure towards the server; the block page tells the kind. Host Not \
             Resolvable: DNS. Cannot Connect: TCP. Bad Response: no valid HTTP, or nothing for 120 s. A \
             200 may go out first and the 502 follow in the same stream.",
    answers: answers::ANSWERS,
    timers: &[Timer {
        name: "response timeout (Proxy Control)",
        wait: Span::seconds(120),
        categories: &[Category::ResponseTimeout, Category::ResponseStalled, Category::RequestUnacked],
        path: "Policy > Settings > Engines > Proxy Control (7.x)",
        source: ARTICLE,
    }],
    reverse: false,
    absent: &[(
        &[
            Category::TlsNotSpoken,
            Category::RequestUnacked,
            Category::PmtuBlackhole,
            Category::KeepaliveRace,
            Category::ZeroWindow,
            Category::ResponseReset,
            Category::ResponseEmpty,
            Category::ResponseInvalid,
            Category::ResponseHeaderTooLarge,
            Category::ResponseBadChunk,
            Category::ResponseTruncated,
            Category::H2Goaway,
            Category::H2RstStream,
            Category::OriginError,
            Category::NoAttempt,
            Category::ProxyLoop,
            Category::RequiredService,
            Category::EphemeralPortExhaustion,
            Category::LocalEgressDenied,
            Category::ClientAbort,
        ],
        Absent::Undocumented,
    )],
};

/// See the module.
pub static HANDBOOK: Handbook =
    Handbook { parts: &[resolve::PART, connect::PART, respond::PART, policy::PART], recordings: record::RECORDINGS };
