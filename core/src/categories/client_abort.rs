//! The client left before the answer, or in the middle of it.

use alloc::format;

use super::pattern::failed_by_itself;
use super::{Category, Favour, Fix, Id, Owner, Phase, cause, check, favoured};
use crate::exchange::{Answer, Attempt, Exchange};

/// How long the gateway had been waiting for the upstream when the client left.
fn waiting(exchange: &Exchange, attempt: Option<&Attempt>) -> Favour {
    if matches!(exchange.answer, Answer::ClientLeft(Some(_))) {
        return None;
    }
    let (_, ended) = attempt?.span?;
    let waited = ended.since(exchange.begun);
    Some(format!("{waited} after the request the upstream had not answered.").into())
}

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::ClientAbort,
    phase: Phase::Client,
    title: "Client left",
    meaning: "The client {client} closed or reset its connection before it had the gateway's whole answer.",
    proxy_status: "",
    owner: Owner::Client,
    causes: &[
        favoured("The server was slow, and the client's own timer or its user's patience ended first.", waiting),
        cause(
            "A proxy, load balancer or CDN before the gateway ran into its own timeout; its 504 is our \
             client that left.",
        ),
        cause("The user moved on or reloaded; browsers drop what they no longer need."),
        cause("The client's application cancels requests by design."),
    ],
    checks: &[
        check(
            "Do clients always leave after the same time? Then it is a timer of theirs, or of a hop \
             before the gateway.",
            "",
        ),
        check(
            "Time the same request from the gateway: a slow server is the real cause.",
            "curl -sS -o /dev/null -w '%{time_starttransfer}\\n' --connect-to ::{target} {url}",
        ),
        check("See whether {client} is a user's machine, or itself a proxy or load balancer.", "dig -x {client}"),
    ],
    fixes: &[
        Fix {
            at: "client",
            setting: "Timeout of the client or of the hop before the gateway",
            path: "{client}",
            change: "Let it wait longer than the gateway does for its server.",
            risk: "Hanging requests are noticed later.",
            verify: "curl -v{through} {url}",
            source: "",
        },
        Fix {
            at: "origin",
            setting: "Response time",
            path: "Application on {upstream}",
            change: "Make it answer sooner, if it was slow.",
            risk: "None for the gateway.",
            verify: "curl -sS -o /dev/null -w '%{time_starttransfer}\\n' --connect-to ::{target} {url}",
            source: "",
        },
    ],
    absence: false,
    detect: |exchange, attempt| {
        matches!(exchange.answer, Answer::ClientLeft(_))
            && !attempt.is_some_and(failed_by_itself)
            && !exchange.attempts.iter().any(failed_by_itself)
    },
};
