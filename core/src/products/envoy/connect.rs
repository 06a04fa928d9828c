//! The TCP handshake: 503, UF.

use super::{CLUSTERS, THROUGH, TIMEOUTS, field, flag};
use crate::categories::{Id, fix};
use crate::products::Part;
use crate::products::groups::{CONNECT, SILENT};

/// See the module.
pub(super) const PART: Part = Part {
    checks: &[
        (
            CONNECT,
            flag(
                "Flag UF; the details have connection_timeout, or delayed_connect_error and errno: 111 refused, 113 or \
                 101 unreachable, 110 unanswered.",
            ),
        ),
        (SILENT, flag("The time equals connect_timeout (5 s by default, with TLS in it), once for each try.")),
        (
            &[Id::LocalEgressDenied, Id::EphemeralPortExhaustion],
            flag("Flag UF with immediate_connect_error: the machine itself refused, before any packet."),
        ),
    ],
    fixes: &[
        (
            &[Id::ReturnPath],
            field(
                "Client address (spoofing)",
                "listener_filters: envoy.filters.listener.original_src",
                "Remove the filter, or route the servers' answers to client addresses back to this machine.",
                "Without it servers see Envoy's address.",
                "tcpdump -ni any 'tcp[tcpflags] & tcp-syn != 0 and host {upstream}'",
            ),
        ),
        (
            &[Id::LocalEgressDenied],
            field(
                "Route, output rule, outgoing address",
                "clusters: upstream_bind_config: source_address",
                "Go out with an address of this machine that has a route to {upstream} and that firewalls allow.",
                "Servers see the new address.",
                "ip route get {upstream}",
            ),
        ),
        (
            &[Id::EphemeralPortExhaustion],
            field(
                "Local ports and addresses",
                "clusters: upstream_bind_config: extra_source_addresses; max_requests_per_connection unset",
                "Use more source addresses, and keep connections so that fewer ports are used up.",
                "Kept connections count at the server.",
                "ss -s",
            ),
        ),
    ],
    ..Part::EMPTY
};

/// What lets requests fail sooner or go elsewhere.
pub(super) const EASE: Part = Part {
    fixes: &[
        (
            SILENT,
            fix(
                "Connect timeout",
                "clusters: connect_timeout (5 s); Istio: DestinationRule connectionPool.tcp.connectTimeout",
                "Shorten it, so that the next host is tried sooner; it covers the TLS handshake too.",
                "Slow but living servers fail sooner.",
                THROUGH,
            )
            .source(TIMEOUTS),
        ),
        (
            CONNECT,
            field(
                "Retry on another server",
                "route: retry_policy: retry_on connect-failure; Istio: VirtualService retries",
                "Try another host when the connection fails; nothing was sent yet, so it is safe.",
                "More load on the others; the retry budget (max_retries 3 for each cluster) limits it.",
                THROUGH,
            ),
        ),
        (
            &[Id::NoHealthyUpstream],
            field(
                "Health check and failure limits",
                "clusters: outlier_detection, health_checks, common_lb_config.healthy_panic_threshold (50 %)",
                "Mend what the check asks for; raise consecutive_5xx (5) or lower base_ejection_time (30 s).",
                "What ejects too little keeps a broken host in use.",
                CLUSTERS,
            ),
        ),
        (
            &[Id::TcpIcmpProhibited, Id::TcpIcmpUnreachable, Id::TcpRoutingLoop],
            field(
                "Outgoing address",
                "clusters: upstream_bind_config: source_address",
                "Go out with an address of this machine that has a route to {upstream} and that firewalls allow.",
                "Servers see the new address.",
                "ip route get {upstream}",
            ),
        ),
    ],
    eases: true,
    ..Part::EMPTY
};
