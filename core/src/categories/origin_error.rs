//! The origin itself answered 5xx; the gateway passed it on.

use alloc::format;

use super::pattern::passed_on;
use super::{Category, Favour, Fix, Id, Owner, Phase, cause, check, favoured};
use crate::exchange::{Answer, Attempt};
use crate::report::GeneratedBy;

fn code(attempt: Option<&Attempt>, codes: &[u16]) -> Favour {
    let sent = attempt?.status.filter(|sent| codes.contains(sent))?;
    Some(format!("The origin sent {sent}.").into())
}

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::OriginError,
    phase: Phase::Upstream,
    title: "The site itself answered with an error",
    meaning: "{host} at {upstream} sent the error status itself; the gateway only passed it on.",
    proxy_status: "",
    owner: Owner::Origin,
    causes: &[
        favoured("The site has a gateway of its own, and the server behind that one failed.", |_, attempt| {
            code(attempt, &[502, 504])
        }),
        favoured("The site is overloaded, in maintenance, or limits this client.", |_, attempt| code(attempt, &[503])),
        favoured("The application has a fault.", |_, attempt| code(attempt, &[500])),
        favoured(
            "The site's CDN could not reach or understand its origin; its error page has the details.",
            |_, attempt| code(attempt, &[520, 521, 522, 523, 524, 525, 526, 530]),
        ),
        cause(
            "The site refuses the gateway's address or a header that the gateway adds, and says so by \
             5xx.",
        ),
    ],
    checks: &[
        check(
            "Ask the site without the gateway: the same error there closes the case for the gateway.",
            "curl -v --noproxy '*' {url}",
        ),
        check(
            "Read who made the page: fields Server, Via and those of a CDN, and the page's own text.",
            "curl -sS -D - -o /dev/null --noproxy '*' {url}",
        ),
        check(
            "Another page, another time: see whether it is one page or the whole site, and whether it is \
             over already.",
            "curl -sS -o /dev/null -w '%{http_code}\\n' {site}",
        ),
    ],
    fixes: &[
        Fix {
            at: "origin",
            setting: "The site",
            path: "Operator of {host}",
            change: "Report it with time, URL and the response's identifiers; nothing on the gateway will mend \
             it.",
            risk: "None.",
            verify: "curl -sS -o /dev/null -w '%{http_code}\\n' --noproxy '*' {url}",
            source: "",
        },
        Fix {
            at: "",
            setting: "Headers that the gateway adds",
            path: "Via and X-Forwarded-For settings of the gateway",
            change: "Only if the site works without the gateway: leave out the field that the site does not take.",
            risk: "Without Via, loops between proxies are no longer found.",
            verify: "curl -v{through} {url}",
            source: "",
        },
    ],
    absence: false,
    detect: |exchange, attempt| {
        passed_on(exchange, attempt, false)
            || attempt.is_none()
                // An answer of the origin's that broke off is none of its errors.
                && !matches!(exchange.answer, Answer::Cut(_))
                && exchange.claim.as_ref().is_some_and(|claim| claim.made_by == Some(GeneratedBy::Origin))
    },
};
