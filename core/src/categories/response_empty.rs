//! FIN after the request, without a byte of a response.

use super::pattern::PARENT;
use super::{Category, Fix, Id, Owner, Phase, cause, check, favoured};
use crate::exchange::WaitFailure;

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::ResponseEmpty,
    phase: Phase::Wait,
    title: "Closed without a response",
    meaning: "{upstream} took the request and closed the connection without sending a byte.",
    proxy_status: "connection_terminated",
    owner: Owner::Origin,
    causes: &[
        cause("The application or its worker crashed, or was stopped by its own time limit."),
        cause("The server or a load balancer refuses the request and closes without saying so."),
        favoured("The server was closing the kept connection when the request came.", |_, attempt| {
            attempt?.reused.then(|| "The connection had carried an earlier request.".into())
        }),
        cause("The server wants a client certificate, and TLS 1.3 lets it say so only after the request."),
        PARENT,
    ],
    checks: &[
        check(
            "Send the same request from the gateway: an empty reply confirms it.",
            "curl -v --max-time 20 --connect-to ::{target} {url}",
        ),
        check("Read the server's log at that second.", ""),
        check(
            "A small page of the same site: if it answers, only this request kills the worker.",
            "curl -v --max-time 20 --connect-to ::{target} {site}",
        ),
    ],
    fixes: &[
        Fix {
            at: "origin",
            setting: "Application",
            path: "{upstream}",
            change: "Mend the crash or raise the worker's time limit; the server's log has the reason.",
            risk: "None for the gateway.",
            verify: "curl -v --max-time 20 --connect-to ::{target} {url}",
            source: "",
        },
        Fix {
            at: "",
            setting: "Reuse of server connections",
            path: "Keep-alive settings of the gateway towards servers",
            change: "Close idle server connections earlier than the server does, if failures are on kept \
             connections only.",
            risk: "More new connections to servers.",
            verify: "ss -tno state established dst {upstream}",
            source: "RFC 9112 section 9.5",
        },
    ],
    absence: false,
    detect: |_, attempt| matches!(attempt.and_then(|a| a.wait.failure()), Some(WaitFailure::Closed)),
};
