//! Cloudflare before an origin, as far as its documents say.

use super::{Id, Part, Product, answered};
use crate::categories::Id::*;
use crate::categories::{Id as Category, check};
use crate::logs::phase;

const ERRORS: &str = "Cloudflare documentation, Troubleshooting Cloudflare 5XX errors";

/// See the module.
pub static PRODUCT: Product = Product {
    id: Id::Cloudflare,
    name: "Cloudflare",
    also: &["Cloudflare CDN", "cf-ray"],
    statuses: "Statuses of its own say how the origin failed. 520: empty or unknown response. 521: refused. 522: no \
             connection, or the request unacknowledged. 523: unreachable. 524: no response in time. 525: TLS. 526: \
             certificate. 530: see the 1xxx error on the page. A plain 502 or 504 is the origin's.",
    answers: &[
        answered(
            520,
            &[&[ResponseEmpty, ResponseReset, ResponseInvalid, ResponseHeaderTooLarge]],
            "520: the origin closed without a response, sent one that Cloudflare does not understand, or too much header. Others \
             say 502.",
            ERRORS,
        ),
        answered(521, &[&[TcpSynReset]], "521: the origin refused Cloudflare's connection. Others say 502 or 503.", ERRORS),
        answered(
            522,
            &[&[TcpSynUnanswered, ReturnPath, RequestUnacked]],
            "522: no SYN-ACK came from the origin, or it did not acknowledge the request. Others say 504 or 503.",
            ERRORS,
        ),
        answered(
            523,
            &[&[TcpIcmpUnreachable, TcpRoutingLoop], phase::RESOLVE],
            "523: the origin cannot be reached: no route to it, or its DNS record is wrong.",
            ERRORS,
        ),
        answered(
            524,
            &[&[ResponseTimeout, RequestUnacked, PmtuBlackhole]],
            "524: the connection stood, and no response came in time. Others say 504.",
            ERRORS,
        ),
        answered(525, &[phase::SECURE], "525: the TLS handshake with the origin failed. Others say 502.", ERRORS),
        answered(
            526,
            &[&[TlsCertificate]],
            "526: in the mode Full (strict) Cloudflare refused the origin's certificate. Others say 502.",
            ERRORS,
        ),
    ],
    timers: &[],
    parts: &[Part {
        checks: &[(
            &[
                Category::TcpSynUnanswered,
                Category::TcpSynReset,
                Category::ResponseTimeout,
                Category::ResponseEmpty,
                Category::ResponseReset,
                Category::TlsCertificate,
                Category::OriginError,
            ],
            check(
                "Ask the origin directly, past Cloudflare: if it fails there as well, it is not Cloudflare's. Without an \
                 answer from outside, see whether it lets Cloudflare's address ranges in.",
                "curl -sv -o /dev/null --connect-to ::{target} {url}",
            )
            .source(ERRORS),
        )],
        ..Part::EMPTY
    }],
    recordings: &[],
    reverse: true,
    absent: &[],
};
