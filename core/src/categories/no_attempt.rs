//! The gateway answered without trying upstream, and nothing says why.

use super::pattern::{is_server_error, status};
use super::{Category, Fix, Id, Owner, Phase, cause, check};
use crate::exchange::{Claim, Exchange};

/// Whether packets, and not only a log, show the client's side: a log says nothing about attempts.
fn client_side_seen(exchange: &Exchange) -> bool {
    exchange.claim.is_none() || exchange.events.iter().any(|event| !event.source.line)
}

/// Whether the gateway's answer says why (RFC 9209), and does not leave open whether anything was tried.
fn says_why(word: &Claim) -> bool {
    !word.candidates.is_empty() && !word.candidates.contains(&Id::NoAttempt)
}

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::NoAttempt,
    phase: Phase::Gateway,
    title: "Answered without trying",
    meaning: "The gateway answered with an error, and no name query or connection of it for {host} is in \
             the capture.",
    proxy_status: "proxy_internal_response",
    owner: Owner::Gateway,
    causes: &[
        cause("The capture does not hold the interface on which the gateway goes out."),
        cause(
            "The gateway remembers an earlier failure: a negative DNS answer, a server or parent marked \
             down.",
        ),
        cause(
            "A service that the gateway needs first failed: authentication, scanner, reputation, DNS on \
             the box itself.",
        ),
        cause("The gateway's policy or a limit of its own ended the request."),
        cause(
            "The upstream connection was open before the capture began and is not recognised as this \
             request's.",
        ),
    ],
    checks: &[
        check("Capture all interfaces and begin before the request.", "tcpdump -s 0 -i any -w all.pcap"),
        check("Ask for a name never asked before, then again for {host} after clearing the DNS cache.", ""),
        check("Read the gateway's own error or system log at that second.", ""),
        check(
            "Connect from the gateway itself; if this works, the gateway chose not to try.",
            "curl -v --noproxy '*' --max-time 10 {url}",
        ),
    ],
    fixes: &[
        Fix {
            at: "",
            setting: "DNS cache and state of upstreams",
            path: "DNS cache and health state of the gateway",
            change: "Clear the negative DNS cache and mark the upstream or parent as up again.",
            risk: "Short rise of DNS queries.",
            verify: "curl -v{through} {url}",
            source: "",
        },
        Fix {
            at: "",
            setting: "Services that the gateway needs",
            path: "Status page or system log of the gateway",
            change: "Restore the service that its log names, or lift the limit that was reached.",
            risk: "Depends on the service.",
            verify: "curl -v{through} {url}",
            source: "",
        },
    ],
    absence: true,
    detect: |exchange, attempt| {
        attempt.is_none()
            && exchange.attempts.is_empty()
            && exchange.outward
            && !exchange.signs.word.as_ref().is_some_and(says_why)
            && status(exchange).is_some_and(|status| is_server_error(status.code))
            && client_side_seen(exchange)
            && !reason_given(exchange)
    },
};

/// Whether a log says why nothing was tried.
fn reason_given(exchange: &Exchange) -> bool {
    let claim = exchange.claim.as_ref().filter(|claim| !claim.undetermined);
    let first = claim.and_then(|claim| claim.candidates.first());
    first.is_some_and(|id| {
        matches!(
            id,
            Id::NoHealthyUpstream
                | Id::RequiredService
                | Id::PolicyDenied
                | Id::ProxyLoop
                | Id::EphemeralPortExhaustion
                | Id::LocalEgressDenied
                | Id::ProxyOverload
        )
    })
}
