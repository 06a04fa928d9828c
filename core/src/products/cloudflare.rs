//! Cloudflare before an origin, as far as its documents say.

use super::groups::{LATE, SILENT};
use super::{Aim, Handbook, Id, PRACTICE, Part, Product, Recording, Timer, answered};
use crate::categories::Id::*;
use crate::categories::{Id as Category, check, fix};
use crate::logs::phase;
use crate::time::Span;

const ERRORS: &str = "Cloudflare documentation, Cloudflare 5xx errors (520 to 530)";
const LIMITS: &str = "Cloudflare documentation, Connection limits";
const THROUGH: &str = "curl -sv -o /dev/null {url}";

const fn timer(name: &'static str, seconds: i64, categories: &'static [Category], path: &'static str) -> Timer {
    Timer { name, wait: Span::seconds(seconds), categories, path, source: LIMITS }
}

/// See the module.
pub static PRODUCT: Product = Product {
    id: Id::Cloudflare,
    name: "Cloudflare",
    also: &["Cloudflare CDN", "cf-ray"],
    statuses: "Statuses of its own say how the origin failed. 520: empty or unknown response. 521: refused. 522: no \
             connection, or the request unacknowledged. 523: no route to it. 524: no response in time. 525: TLS. 526: \
             certificate. 530: its name was not resolved; the page has an error 1xxx. 502 and 504 are mostly the origin's own, \
             also where the page is Cloudflare's.",
    answers: &[
        answered(
            520,
            &[&[ResponseEmpty, ResponseReset, ResponseInvalid, ResponseHeaderTooLarge, H2Goaway, H2RstStream]],
            "520: the origin closed without a response, or sent one that Cloudflare does not understand: no status, too much \
             header, HTTP/2 that it announced and does not speak. Others say 502.",
            ERRORS,
        ),
        answered(
            521,
            &[&[TcpSynReset]],
            "521: the origin refused Cloudflare's connection. Others say 502 or 503.",
            ERRORS,
        ),
        answered(
            522,
            &[&[TcpSynUnanswered, ReturnPath, RequestUnacked]],
            "522: no SYN-ACK came from the origin within 19 s, or it did not acknowledge the request within 90 s. Others say 504 \
             or 503.",
            ERRORS,
        ),
        answered(
            523,
            &[&[TcpIcmpUnreachable, TcpRoutingLoop, TcpIcmpProhibited]],
            "523: Cloudflare has no route to the origin's address, or the address in its DNS record is the wrong one. A name \
             that cannot be resolved is 530.",
            ERRORS,
        ),
        answered(
            524,
            &[&[ResponseTimeout, ResponseStalled, ZeroWindow, PmtuBlackhole]],
            "524: the connection stood and the origin acknowledged the request, but no response came in time (120 s by default), \
             or it did not take the request within 30 s. Others say 504.",
            ERRORS,
        ),
        answered(525, &[phase::SECURE], "525: the TLS handshake with the origin failed. Others say 502.", ERRORS),
        answered(
            526,
            &[&[TlsCertificate]],
            "526: in the mode Full (strict) Cloudflare refused the origin's certificate. Others say 502.",
            ERRORS,
        ),
        answered(
            530,
            &[phase::RESOLVE],
            "530: Cloudflare could not resolve the origin's name; the error 1xxx on the page (1016: origin DNS error) says more.",
            ERRORS,
        ),
        answered(
            502,
            &[&[OriginError]],
            "502: mostly the origin answered 502 itself, and Cloudflare shows its own page for it; a 502 of Cloudflare's making \
             does not mention cloudflare. What others call 502 is 520, 521 or 525 here.",
            ERRORS,
        ),
        answered(
            504,
            &[&[OriginError]],
            "504: mostly the origin answered 504 itself, and Cloudflare shows its own page for it. An origin that does not answer \
             in time is 524 here, one that does not answer the SYN 522.",
            ERRORS,
        ),
    ],
    timers: &[
        timer("TCP connection (SYN sent again after 1, 1, 1, 1, 1, 2, 4, 8 s)", 19, SILENT, "fixed"),
        timer("TCP ACK timeout", 90, &[Category::RequestUnacked], "fixed"),
        timer(
            "Proxy Read Timeout",
            120,
            LATE,
            "Cache Rules: Proxy Read Timeout, or API proxy_read_timeout (Enterprise)",
        ),
        timer("Proxy Read Timeout (formerly)", 100, LATE, "API proxy_read_timeout (Enterprise)"),
        timer("Proxy Write Timeout", 30, &[Category::ZeroWindow, Category::PmtuBlackhole], "fixed"),
        timer("Proxy Idle Timeout", 900, &[Category::KeepaliveRace], "fixed"),
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
        fixes: &[
            (
                &[Category::ResponseTimeout, Category::ResponseStalled],
                fix(
                    "Response timeout",
                    "Enterprise: Caching > Cache Rules > Proxy Read Timeout, or the API's zone setting proxy_read_timeout",
                    "Raise it above the time that the page needs (up to 6000 s). Without Enterprise: answer at once and let the \
                     client ask for the result, or move such requests to a name that is DNS-only.",
                    "A DNS-only name shows the origin's address and loses Cloudflare's protection.",
                    "curl -sS -o /dev/null -w '%{time_starttransfer}\\n' {url}",
                )
                .source(ERRORS),
            ),
            (
                &[Category::TcpSynUnanswered, Category::ReturnPath, Category::TcpSynReset, Category::ResponseEmpty],
                fix(
                    "Outbound rule",
                    "Firewall, rate limit or security plugin of the origin",
                    "Let all of Cloudflare's address ranges in, without a rate limit.",
                    "Whoever uses Cloudflare can then reach the origin through it.",
                    THROUGH,
                )
                .at("firewall")
                .source(ERRORS),
            ),
            (
                &[Category::TlsCertificate],
                fix(
                    "Trusted issuers",
                    "SSL/TLS > Origin Server: Origin CA certificate, or Custom Origin Trust Store",
                    "Give the origin a certificate that is valid for the name, from a public issuer or Cloudflare's Origin CA.",
                    "An Origin CA certificate is trusted by Cloudflare alone: browsers that go past it refuse it.",
                    THROUGH,
                )
                .source(ERRORS),
            ),
            (
                &[Category::H2Goaway, Category::H2RstStream],
                fix(
                    "HTTP version to the server",
                    "Speed > Optimization > Protocol Optimization: HTTP/2 to Origin",
                    "Turn it off, or mend HTTP/2 at the origin.",
                    "More connections to the origin.",
                    THROUGH,
                )
                .source(ERRORS),
            ),
        ],
        ..Part::EMPTY
    }],
    recordings: &[
        Recording {
            aim: Aim::Packets,
            check: check(
                "Capture on the origin, whole packets, from before the request until after the error: Cloudflare cannot be captured itself. What the origin never gets failed on the way.",
                "tcpdump -s 0 -ni any -w server.pcap tcp port {port}",
            )
            .source(PRACTICE),
        },
        Recording {
            aim: Aim::Path,
            check: check(
                "From the origin, trace the way to an address of Cloudflare's that reached it before (its log names one): where the trace stops, packets are lost.",
                "mtr --report --tcp --port 443 <cloudflare-address>",
            )
            .source(ERRORS),
        },
        Recording {
            aim: Aim::Log,
            check: check(
                "Note time, URL and Ray ID of the error page, and keep the origin's error log of the same minute; Logpush (Enterprise) has EdgeResponseStatus and OriginResponseStatus of every request.",
                "",
            )
            .source(ERRORS),
        },
    ],
};
