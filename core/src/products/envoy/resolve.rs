//! Name resolution: 503 with UH, UF or DF.

use super::{CLUSTERS, LOGS, field};
use crate::categories::{Id, check};
use crate::products::Part;
use crate::products::groups::RESOLVE;

/// See the module.
pub(super) const PART: Part = Part {
    checks: &[(
        RESOLVE,
        check(
            "DF is the dynamic forward proxy; with STRICT_DNS or LOGICAL_DNS a name that does not resolve leaves the \
             cluster without hosts: UH. See which addresses the cluster has (Istio: port 15000).",
            CLUSTERS,
        )
        .source(LOGS),
    )],
    fixes: &[
        (
            RESOLVE,
            field(
                "DNS servers",
                "clusters: typed_dns_resolver_config (c-ares: resolvers); without it those of the system",
                "Name servers that know {host} and answer this machine or pod.",
                "Servers of different views give different answers.",
                CLUSTERS,
            ),
        ),
        (
            &[Id::DnsNxdomain, Id::DnsNodata, Id::DnsServfail, Id::DnsNoResponse],
            field(
                "DNS cache",
                "clusters: dns_refresh_rate (5 s), dns_failure_refresh_rate, respect_dns_ttl",
                "Set dns_failure_refresh_rate, so that a failed name is asked again soon, but not every 5 s.",
                "More DNS queries when it is short.",
                CLUSTERS,
            ),
        ),
        (
            &[Id::DnsNodata],
            field(
                "Address family",
                "clusters: dns_lookup_family (AUTO: IPv6 first)",
                "V4_ONLY, V6_ONLY, V4_PREFERRED or ALL: the family that has an address and a path.",
                "With an ONLY, servers of the other family are no longer found.",
                "dig {host} A {host} AAAA",
            ),
        ),
        (
            &[Id::DnsTcpFallbackBlocked],
            field(
                "TCP service and UDP size",
                "clusters: typed_dns_resolver_config: dns_resolver_options.use_tcp_for_dns_lookups",
                "If UDP is what fails, ask over TCP; if TCP is blocked, open TCP port 53 to the DNS server.",
                "TCP costs a round trip more for each lookup.",
                "dig @{dns} {host} A +tcp",
            ),
        ),
    ],
    ..Part::EMPTY
};
