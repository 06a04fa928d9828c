//! The gateway had no capacity for a connection.

use super::pattern::{failed, says};
use super::{Category, Fix, Id, Owner, Phase, cause, check};

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::ProxyOverload,
    phase: Phase::Gateway,
    title: "Gateway overloaded",
    meaning: "The gateway had reached a limit of its own (connections, memory, file descriptors, a queue) \
             and refused.",
    proxy_status: "connection_limit_reached",
    owner: Owner::Gateway,
    causes: &[
        cause("More load than the gateway is made or licensed for, at peak or after another node failed."),
        cause("Slow servers or clients hold connections until a limit is reached."),
        cause("A limit is too low: file descriptors, workers, connections per server, queue."),
        cause("A scanner or log disk is the bottleneck and everything waits for it."),
    ],
    checks: &[
        check("Do many sites fail in the same minute? Then it is the gateway, not a site.", ""),
        check("Count its connections.", "ss -s"),
        check("Processor, memory and disk of the gateway in that minute.", "vmstat 1 5"),
        check("Read the gateway's system log for a limit that was reached.", ""),
    ],
    fixes: &[
        Fix {
            at: "",
            setting: "Limits",
            path: "Connection, worker and file descriptor limits of the gateway",
            change: "Raise the limit that the log names, as far as memory allows.",
            risk: "Too high a limit ends in swapping.",
            verify: "ss -s",
            source: "",
        },
        Fix {
            at: "",
            setting: "Load",
            path: "Load balancing before the gateways",
            change: "Spread the load over more nodes, and end slow connections earlier.",
            risk: "Shorter timeouts cut slow but good transfers.",
            verify: "vmstat 1 5",
            source: "",
        },
    ],
    absence: false,
    detect: |exchange, attempt| {
        !attempt.is_some_and(failed)
            && says(
                exchange,
                &["connection_limit_reached", "overflow", "overload", "too many connections", "err_socket_failure"],
            )
    },
};
