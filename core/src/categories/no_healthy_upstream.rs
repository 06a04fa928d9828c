//! No server left to try: all are marked down.

use super::pattern::{failed, says};
use super::{Category, Fix, Id, Owner, Phase, cause, check};

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::NoHealthyUpstream,
    phase: Phase::Gateway,
    title: "No server left to try",
    meaning: "The gateway has every server or parent for {host} marked down, so it answered without \
             trying one.",
    proxy_status: "destination_unavailable",
    owner: Owner::Origin,
    causes: &[
        cause("Health checks fail: the servers are down, or the check's path, port or name is wrong."),
        cause("Earlier failures of real requests made the gateway put the servers aside for a while."),
        cause("All servers are in maintenance or were removed by a deployment."),
        cause("DNS gave no server for the group."),
    ],
    checks: &[
        check("Find the first failure before this one: that is the cause, this is its echo.", ""),
        check("Do by hand what the health check does.", "curl -v --max-time 10 --connect-to ::{target} {url}"),
        check("Look at the state of the servers in the gateway's status page.", ""),
    ],
    fixes: &[
        Fix {
            at: "origin",
            setting: "Servers",
            path: "Servers behind the gateway",
            change: "Bring at least one back, and see that it answers the health check.",
            risk: "A single server may be overloaded.",
            verify: "curl -v{through} {url}",
            source: "",
        },
        Fix {
            at: "",
            setting: "Health check and failure limits",
            path: "Upstream settings of the gateway",
            change: "Correct the check, or allow more failures before a server is put aside.",
            risk: "Broken servers stay in use longer.",
            verify: "curl -v{through} {url}",
            source: "",
        },
    ],
    absence: false,
    detect: |exchange, attempt| {
        // A name that does not resolve leaves Squid without a way as well: only where DNS would have been seen.
        let no_way = exchange.outward && says(exchange, &["err_cannot_forward"]);
        !attempt.is_some_and(failed)
            && (no_way
                || says(
                    exchange,
                    &["destination_unavailable", "no healthy upstream", "no_healthy_upstream", "no live upstreams"],
                ))
    },
};
