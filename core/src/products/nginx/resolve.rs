//! Name resolution: 502. Names written plainly are resolved at start by the system, others by nginx's own resolver.

use super::{CODE, CORE, THROUGH, UPSTREAM, log};
use crate::categories::{Id, check, fix};
use crate::products::Part;
use crate::products::groups::RESOLVE;

/// See the module.
pub(super) const PART: Part = Part {
    checks: &[
        (
            RESOLVE,
            log(
                "error.log has: could not be resolved, and a number: 3 not found, 2 server failure, 5 refused, 1 format \
                 error, 110 no answer. no resolver defined: the directive resolver is missing.",
            ),
        ),
        (
            RESOLVE,
            check(
                "host not found in upstream, at start or reload, is the system's resolver: nginx does not start, or \
                 keeps its old configuration.",
                "nginx -t",
            )
            .source(CODE),
        ),
    ],
    fixes: &[
        (
            RESOLVE,
            fix(
                "DNS servers",
                "nginx.conf: resolver, resolver_timeout (30s), in http, server or location",
                "Name servers that know {host} and answer nginx. Only names in variables and servers with resolve use \
                 them.",
                "Servers of different views give different answers; several are asked in turn.",
                "dig @{dns} {host} A",
            )
            .source(CORE),
        ),
        (
            &[Id::DnsNxdomain, Id::DnsNodata],
            fix(
                "Name resolution at run time",
                "nginx.conf: upstream { zone NAME 64k; server NAME resolve; }",
                "Let nginx follow changes of the address: server with resolve (needs zone and resolver), or proxy_pass \
                 with a variable. A plain name keeps its address until reload.",
                "With a variable in proxy_pass, the URI is passed as written there.",
                THROUGH,
            )
            .source(UPSTREAM),
        ),
        (
            &[Id::DnsNodata],
            fix(
                "Address family",
                "nginx.conf: resolver ADDRESS ipv6=off (or ipv4=off)",
                "Ask only for the family that has an address and a path.",
                "Servers of the other family are no longer found.",
                "dig {host} A {host} AAAA",
            )
            .source(CORE),
        ),
    ],
    ..Part::EMPTY
};
