//! Name resolution: at start by the system, at run time by a `resolvers` section.

use super::{THROUGH, keyword};
use crate::categories::{Id, check};
use crate::products::Part;
use crate::products::groups::RESOLVE;

/// See the module.
pub(super) const PART: Part = Part {
    checks: &[
        (
            RESOLVE,
            check(
                "See how its name servers do: sent, valid, nx, timeout, refused, truncated are counted for each. \
                 Without a resolvers section names are only resolved at start.",
                "echo 'show resolvers' | socat stdio /var/run/haproxy.sock",
            )
            .source("HAProxy management guide"),
        ),
        (
            RESOLVE,
            check(
                "A server whose name no longer resolves goes into maintenance (MAINT, resolution); clients get 503 \
                 with SC and <NOSRV>.",
                "echo 'show servers state' | socat stdio /var/run/haproxy.sock",
            )
            .source("HAProxy management guide"),
        ),
    ],
    fixes: &[
        (
            RESOLVE,
            keyword(
                "DNS servers",
                "haproxy.cfg: resolvers { nameserver, resolve_retries (3), timeout resolve (1s), timeout retry (1s) }",
                "Name servers that know {host} and answer this machine, and resolvers NAME on the server line. \
                 parse-resolv-conf takes those of the system.",
                "Servers of different views give different answers; all are asked at once.",
                "dig @{dns} {host} A",
            ),
        ),
        (
            &[Id::DnsNodata],
            keyword(
                "Address family",
                "haproxy.cfg: server ... resolve-prefer ipv4 (or ipv6)",
                "Prefer the family that has an address and a path.",
                "It is a preference only; the other family is still taken if it is alone.",
                "dig {host} A {host} AAAA",
            ),
        ),
        (
            &[Id::DnsTcpFallbackBlocked],
            keyword(
                "TCP service and UDP size",
                "haproxy.cfg: resolvers { accepted_payload_size (512); nameserver NAME tcp@ADDRESS:53 }",
                "Announce a larger UDP size, at most what the path carries (1232 is safe), or ask over TCP.",
                "Large UDP answers may be fragmented and lost.",
                "dig @{dns} {host} A +tcp",
            ),
        ),
    ],
    ..Part::EMPTY
};

/// What lets requests fail sooner or go elsewhere.
pub(super) const EASE: Part = Part {
    fixes: &[
        (
            &[Id::DnsNxdomain, Id::DnsNodata],
            keyword(
                "Start without an address",
                "haproxy.cfg: server ... init-addr last,libc,none",
                "Let HAProxy start and wait for the name, instead of refusing the configuration.",
                "The server is down until its name resolves.",
                THROUGH,
            ),
        ),
        (
            &[Id::DnsServfail, Id::DnsRefused, Id::DnsNoResponse, Id::DnsUnreachable],
            keyword(
                "How long the last address is kept",
                "haproxy.cfg: resolvers { hold timeout, hold refused, hold other (30s) }",
                "Raise them, so that the last good address is kept while the name server fails.",
                "A server that really moved is found later.",
                THROUGH,
            ),
        ),
    ],
    eases: true,
    ..Part::EMPTY
};
