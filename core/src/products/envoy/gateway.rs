//! Envoy's own answers: no host, no route, filters, limits.

use super::{CLUSTERS, THROUGH, field, flag};
use crate::categories::{Id, check, fix};
use crate::products::Part;

/// See the module.
pub(super) const PART: Part = Part {
    checks: &[
        (
            &[Id::NoHealthyUpstream],
            flag("Flag UH, details no_healthy_upstream: every host failed its check or is ejected."),
        ),
        (
            &[Id::NoHealthyUpstream],
            check("See each host's health_flags: failed_active_hc, failed_outlier_check.", CLUSTERS)
                .source("Envoy documentation, administration interface"),
        ),
        (
            &[Id::NoAttempt],
            flag(
                "Flag NR, details route_not_found: no route takes the request. NC, cluster_not_found: its cluster is unknown.",
            ),
        ),
        (&[Id::OriginError], flag("No flag, details via_upstream: the server sent the status, Envoy passed it on.")),
        (
            &[Id::PolicyDenied],
            flag(
                "UAEX: external authorization; RL: rate limit; details rbac_access_denied: a rule. FI or DI: injected.",
            ),
        ),
        (&[Id::ProxyOverload], flag("Flag UO: a circuit breaker, details overflow. OM: the overload manager.")),
        (&[Id::ClientAbort], flag("Flag DC, details downstream_remote_disconnect, status 0.")),
    ],
    fixes: &[
        (
            &[Id::NoAttempt],
            field(
                "Route for the request",
                "route_config: virtual_hosts: domains, routes.match; Istio: VirtualService hosts, gateways",
                "Add {host} to the domains, with the port if the client sends it, and a route that matches.",
                "A domain of * takes every host that no other one has.",
                "curl -s http://localhost:9901/config_dump",
            ),
        ),
        (
            &[Id::PolicyDenied],
            field(
                "Exception",
                "http_filters: rbac, ext_authz, ratelimit; typed_per_filter_config on the route",
                "Exempt the route of {host} with typed_per_filter_config, for those who need it.",
                "The servers behind lose that protection.",
                THROUGH,
            ),
        ),
        (
            &[Id::PolicyDenied, Id::NoAttempt],
            fix(
                "Outside hosts in Istio",
                "Istio: ServiceEntry for {host}; outboundTrafficPolicy.mode REGISTRY_ONLY",
                "With REGISTRY_ONLY, hosts without an entry get 502 (BlackHoleCluster): add a ServiceEntry.",
                "The workloads may then reach {host}.",
                THROUGH,
            )
            .source("Istio documentation, Accessing External Services"),
        ),
        (
            &[Id::RequiredService],
            field(
                "The service, or what happens without it",
                "http_filters: ext_authz: failure_mode_allow (false), timeout (200 ms), status_on_error (403)",
                "Restore the service or raise timeout; failure_mode_allow lets requests pass while it is down.",
                "With failure_mode_allow everybody gets in while it is down.",
                THROUGH,
            ),
        ),
        (
            &[Id::ProxyOverload],
            field(
                "Limits",
                "clusters: circuit_breakers.thresholds: max_connections, max_pending_requests, max_requests (1024 each)",
                "Raise the one that overflows. Istio: DestinationRule connectionPool.",
                "The server behind gets more at once.",
                CLUSTERS,
            ),
        ),
    ],
    ..Part::EMPTY
};
