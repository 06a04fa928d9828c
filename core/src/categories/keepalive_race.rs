//! A kept-alive connection closed just as the request was sent on it: RFC 9112 section 9.5.

use super::{Category, Fix, Id, Owner, Phase, cause, check, favoured};
use crate::exchange::SendFailure;

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::KeepaliveRace,
    phase: Phase::Send,
    title: "Kept connection closed under the request",
    meaning: "The gateway sent the request on a connection kept from before, just when the other side was \
             closing it.",
    proxy_status: "connection_terminated",
    owner: Owner::Gateway,
    causes: &[
        favoured("The server closes idle connections earlier than the gateway does.", |_, attempt| {
            attempt?.reused.then(|| "The connection had carried an earlier request.".into())
        }),
        cause(
            "A firewall, NAT or load balancer on the way ends idle connections earlier than the gateway \
             does.",
        ),
        cause("The server ends a connection after a fixed number of requests, or restarts its workers."),
    ],
    checks: &[
        check(
            "How long had the connection been idle? The same figure for all failures (5, 15, 60 s) is \
             the other side's timer.",
            "",
        ),
        check(
            "Find the server's idle time: send one request and wait until it closes.",
            "openssl s_client -connect {target} -servername {host}",
        ),
        check("Switch reuse off for a test: if the failures stop, it was this.", ""),
    ],
    fixes: &[
        Fix {
            at: "",
            setting: "Idle time of kept server connections",
            path: "Keep-alive settings of the gateway towards servers",
            change: "Set it a second or more below the server's idle time, and both below the firewall's.",
            risk: "More new connections to servers.",
            verify: "ss -tno state established dst {upstream}",
            source: "RFC 9112 section 9.5",
        },
        Fix {
            at: "",
            setting: "Retry on a fresh connection",
            path: "Retry settings of the gateway",
            change: "Let the gateway repeat safe requests (GET, HEAD) on a new connection.",
            risk: "Never for requests that change something, such as POST.",
            verify: "curl -v{through} {url}",
            source: "RFC 9110 section 9.2.2",
        },
        Fix {
            at: "origin",
            setting: "Keep-alive time of the server",
            path: "{upstream}",
            change: "Raise it above the gateway's idle time.",
            risk: "More idle connections on the server.",
            verify: "openssl s_client -connect {target} -servername {host}",
            source: "",
        },
    ],
    absence: false,
    detect: |_, attempt| matches!(attempt.and_then(|a| a.send.failure()), Some(SendFailure::ClosedAsSent)),
};
