//! A parent proxy answered 5xx (or refused the gateway); the gateway passed it on.

use alloc::format;

use super::pattern::passed_on;
use super::{Category, Fix, Id, Owner, Phase, cause, check, favoured};
use crate::report::GeneratedBy;

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::ParentProxyError,
    phase: Phase::Upstream,
    title: "The parent proxy answered with an error",
    meaning: "The gateway asked its parent proxy {upstream} port {port}, and that one answered with the \
             error.",
    proxy_status: "",
    owner: Owner::Network,
    causes: &[
        cause("The parent proxy could not reach or resolve the site; its own log says why."),
        favoured("The parent proxy wants a login from the gateway.", |_, attempt| {
            let sent = attempt?.status.filter(|sent| *sent == 407)?;
            Some(format!("The parent sent {sent}.").into())
        }),
        favoured("The parent proxy refuses this site or port by policy.", |_, attempt| {
            let sent = attempt?.status.filter(|sent| matches!(sent, 403 | 405))?;
            Some(format!("The parent sent {sent}.").into())
        }),
        favoured("The parent proxy is overloaded or in maintenance.", |_, attempt| {
            let sent = attempt?.status.filter(|sent| *sent == 503)?;
            Some(format!("The parent sent {sent}.").into())
        }),
    ],
    checks: &[
        check(
            "Ask the parent directly, as the gateway does: the same error closes the case for the \
             gateway.",
            "curl -v --proxy http://{target} http://{host}/",
        ),
        check(
            "For https: see whether the parent grants the tunnel.",
            "curl -v --proxy http://{target} https://{host}/",
        ),
        check(
            "Read the parent's log at that second, and start again there: it is now the gateway in \
             question.",
            "",
        ),
    ],
    fixes: &[
        Fix {
            at: "",
            setting: "Parent proxy",
            path: "Upstream or parent proxy settings of the gateway",
            change: "Use another parent, or let {host} go directly, while the parent is being mended.",
            risk: "Going directly passes beside what the parent filters and logs.",
            verify: "curl -v --proxy http://{target} http://{host}/",
            source: "",
        },
        Fix {
            at: "network",
            setting: "The parent proxy itself",
            path: "Operator of the parent proxy {upstream}",
            change: "Have it find out why it answers so for {host}: DNS, connection, policy, login.",
            risk: "None for the gateway.",
            verify: "curl -v --proxy http://{target} http://{host}/",
            source: "",
        },
    ],
    absence: false,
    detect: |exchange, attempt| {
        passed_on(exchange, attempt, true)
            || attempt.is_none()
                && exchange.claim.as_ref().is_some_and(|claim| claim.made_by == Some(GeneratedBy::ParentProxy))
    },
};
