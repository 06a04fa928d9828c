//! The TCP handshake: tcp_error, 503.

use super::{PRACTICE, THROUGH, exception};
use crate::categories::{Id, check, fix};
use crate::products::Part;
use crate::products::groups::CONNECT;

const KB_PORTS: &str = "Broadcom KB 174576, connections used up when forwarding to one destination";

/// See the module.
pub(super) const PART: Part = Part {
    checks: &[
        (
            CONNECT,
            exception(
                "x-exception-id tcp_error. Its page says which: Operation timed out is silence, Connection refused a \
                 RST. connect-time in the log shows how long it tried.",
            ),
        ),
        (
            CONNECT,
            check("Fetch the page from the appliance itself, past clients and policy.", "test http get {url}")
                .path("CLI, enabled mode")
                .source(PRACTICE),
        ),
        (
            &[Id::EphemeralPortExhaustion],
            check(
                "Look up the row TCP2.214: it counts failures to find a source port. Clients get 503 while it rises, at \
                 busy hours and mostly towards one destination.",
                "",
            )
            .path("https://{gateway}:8082/TCP/Statistics?stats_mode=3")
            .source(KB_PORTS),
        ),
    ],
    fixes: &[
        (
            &[Id::TcpSynUnanswered, Id::TcpIcmpUnreachable, Id::TcpRoutingLoop, Id::LocalEgressDenied],
            fix(
                "Routes of the gateway",
                "Configuration > Network > Routing: gateways, static routes",
                "Check and correct the default gateway and the static route to {upstream}.",
                "A wrong default gateway takes the appliance off the network; keep a console at hand.",
                "test http get {url}",
            )
            .source(PRACTICE),
        ),
        (
            &[Id::ReturnPath],
            fix(
                "Client address (spoofing)",
                "VPM, Forwarding layer: Reflect IP; CPL: reflect_ip(no)",
                "Go out with the appliance's own address, at first for {host}, or redirect the way back to it.",
                "Servers and firewalls behind see the appliance's address.",
                THROUGH,
            )
            .source(PRACTICE),
        ),
        (
            &[Id::EphemeralPortExhaustion],
            fix(
                "Kept connections to servers",
                "CLI: (config) http persistent server",
                "Leave persistent connections to servers on, so that fewer source ports are used up.",
                "The parent proxy or server holds more open connections.",
                THROUGH,
            )
            .source("Broadcom KB 174576 for the cause, Trustwave KB 13375 for the command"),
        ),
    ],
    ..Part::EMPTY
};
