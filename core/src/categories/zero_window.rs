//! The receiver's window closed and stayed closed: RFC 9293 section 3.8.6.1.

use super::pattern::failed_by_itself;
use super::{Category, Fix, Id, Owner, Phase, cause, check, favoured};
use crate::exchange::{ReceiveFailure, SendFailure};

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::ZeroWindow,
    phase: Phase::Send,
    title: "Receiver stopped reading",
    meaning: "One side of a connection, to {upstream} or to the client, announced that it can take no more bytes, and it \
             stayed so.",
    proxy_status: "connection_write_timeout",
    owner: Owner::Origin,
    causes: &[
        favoured(
            "The server's application does not read the request: overloaded, hanging, or it has answered \
             already.",
            |_, attempt| {
                matches!(attempt?.send.failure()?, SendFailure::WindowClosed)
                    .then(|| "The window that closed is the server's.".into())
            },
        ),
        favoured("The gateway does not read on, because its client does not take the bytes as fast.", |_, attempt| {
            matches!(attempt?.receive.failure()?, ReceiveFailure::WindowClosed)
                .then(|| "The window that closed is the gateway's.".into())
        }),
        favoured(
            "The client hangs, is overloaded or was put to sleep: it does not read what it asked for.",
            |exchange, _| exchange.signs.client_full.map(|_| "The window that closed is the client's.".into()),
        ),
        cause("The gateway is short of memory or its scanner is busy, so that it cannot read on."),
    ],
    checks: &[
        check(
            "Whose window closed, and does it open again? Look at the zero window and the probes after \
             it.",
            "tcpdump -vni any host {upstream} and tcp port {port}",
        ),
        check(
            "Is the client's side closed as well? Then the client is the one that does not read.",
            "tcpdump -vni any host {client}",
        ),
        check("Load and memory of the side that does not read, at that second.", ""),
    ],
    fixes: &[
        Fix {
            at: "origin",
            setting: "Application",
            path: "{upstream}",
            change: "Have the operator see why it stops reading: workers, memory, a limit on the size of uploads.",
            risk: "None for the gateway.",
            verify: "curl -v --max-time 60 --connect-to ::{target} {url}",
            source: "",
        },
        Fix {
            at: "",
            setting: "Load of the gateway",
            path: "System status of the gateway",
            change: "Relieve the gateway if its own window closed: scanner, memory, number of connections.",
            risk: "Depends on what is switched off.",
            verify: "ss -tm dst {upstream}",
            source: "",
        },
    ],
    absence: false,
    detect: |exchange, attempt| {
        let by_itself = || exchange.attempts.iter().any(failed_by_itself);
        exchange.signs.client_full.is_some() && !by_itself()
            || attempt.is_some_and(|attempt| {
                matches!(attempt.send.failure(), Some(SendFailure::WindowClosed))
                    || matches!(attempt.receive.failure(), Some(ReceiveFailure::WindowClosed))
            })
    },
};
