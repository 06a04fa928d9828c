//! Request acknowledged, no byte of a response in time.

use alloc::format;

use super::pattern::PARENT;
use super::{Category, Cause, Favour, Fix, Id, Owner, Phase, cause, check, favoured};
use crate::exchange::{Attempt, Exchange, WaitFailure};
use crate::time::{SECOND, Span};

fn waited(attempt: Option<&Attempt>) -> Option<Span> {
    match attempt?.wait.failure()? {
        WaitFailure::Timeout(waited) => Some(*waited),
        _ => None,
    }
}

/// The wait ended at a round figure, as a configured timer's does.
fn round_figure(_: &Exchange, attempt: Option<&Attempt>) -> Favour {
    const FIGURES: &[i64] = &[10, 15, 20, 30, 45, 60, 90, 100, 120, 180, 240, 300, 480, 600, 900];
    let waited = waited(attempt)?;
    let figure = FIGURES.iter().find(|figure| (waited.0 - *figure * SECOND).abs() < SECOND / 2)?;
    Some(format!("The gateway gave up after {waited}; {figure} s is a usual timer.").into())
}

/// The page takes longer than the gateway waits.
pub(crate) const SLOW: Cause =
    favoured("The server needs longer than the gateway waits: a report, a search, a large query.", round_figure);
/// A device lets the connection pass and keeps the content from arriving.
pub(crate) const CONTENT_STOPPED: Cause = cause(
    "An inspecting device acknowledges or lets TCP pass, but holds back the request or the \
             response.",
);

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::ResponseTimeout,
    phase: Phase::Wait,
    title: "No response in time",
    meaning: "{upstream} acknowledged the request and then sent nothing until the gateway gave up.",
    proxy_status: "connection_read_timeout",
    owner: Owner::Origin,
    causes: &[
        SLOW,
        cause(
            "The application hangs: deadlock, exhausted workers, a database or another service that it \
             waits for.",
        ),
        cause("A load balancer took the request, and the server behind it is dead."),
        CONTENT_STOPPED,
        PARENT,
    ],
    checks: &[
        check(
            "Time the same request from the gateway, without it in between. Slow here too: the server.",
            "curl -sS -o /dev/null -w '%{time_starttransfer}\\n' --connect-to ::{target} {url}",
        ),
        check(
            "A small page of the same site: if it answers at once, only this page is slow.",
            "curl -sS -o /dev/null -w '%{time_starttransfer}\\n' --connect-to ::{target} {site}",
        ),
        check(
            "Type a request by hand from the gateway, with an empty line at its end. An answer to it but \
             not to the real one: content is blocked.",
            "nc {upstream} {port}",
        ),
        check(
            "Do all failures last equally long? Then it is the gateway's timer, and the server only \
             slower than that.",
            "",
        ),
    ],
    fixes: &[
        Fix {
            at: "origin",
            setting: "Response time",
            path: "Application on {upstream}",
            change: "Make it answer sooner: run the job in the background, send first bytes early, mend what \
             hangs.",
            risk: "None for the gateway.",
            verify: "curl -sS -o /dev/null -w '%{time_starttransfer}\\n' --connect-to ::{target} {url}",
            source: "",
        },
        Fix {
            at: "",
            setting: "Response timeout",
            path: "Timeout settings of the gateway towards servers",
            change: "Raise it for this host only, above the time that the page needs.",
            risk: "Dead servers hold connections longer; never raise it for all hosts.",
            verify: "curl -v{through} {url}",
            source: "",
        },
        Fix {
            at: "firewall",
            setting: "Content inspection",
            path: "Firewall, IDS or IPS between {gateway} and {upstream}",
            change: "Exempt {gateway} to {upstream} from the rule that holds the content back.",
            risk: "Traffic of the pair is no longer inspected there.",
            verify: "curl -v --max-time 20 --connect-to ::{target} {url}",
            source: "",
        },
    ],
    absence: true,
    detect: |_, attempt| waited(attempt).is_some(),
};
