//! Block page Host Not Resolvable.

use super::{ARTICLE, HOST_NOT_RESOLVABLE, PRACTICE};
use crate::categories::{Fix, Id, check};
use crate::products::Part;

/// See the module.
pub(super) const PART: Part = Part {
    checks: &[
        (
            HOST_NOT_RESOLVABLE,
            check(
                "The block page is Host Not Resolvable: the DNS server could not be reached, or it answered \
             No Such Name. The access log has 502 and no more.",
                "",
            )
            .source(ARTICLE),
        ),
        (
            HOST_NOT_RESOLVABLE,
            check(
                "In the capture, show the client's request, its 502 and all DNS: between the two stand the \
             gateway's query and what the DNS server said to it.",
                "({client_is} && (http.response.code == 502 || http.request)) || dns",
            )
            .source(ARTICLE),
        ),
    ],
    fixes: &[
        (
            &[Id::DnsNxdomain, Id::DnsNodata],
            Fix {
                at: "dns",
                setting: "Address record",
                path: "The zone that holds {host}, on its DNS server",
                change: "Give {host} an A record on the DNS server that the gateway asks.",
                risk: "Caches keep the old answer for the negative TTL in the zone's SOA.",
                verify: "dig @{dns} {host} A",
                source: ARTICLE,
            },
        ),
        (
            HOST_NOT_RESOLVABLE,
            Fix {
                at: "",
                setting: "Hosts file",
                path: "Configuration > File Editor > hosts (Web Gateway 7.x)",
                change: "As a workaround, enter the address of {host}; the gateway then needs no DNS query for it.",
                risk: "The entry stays when the address changes; enter it on every node.",
                verify: "curl -v{through} {url}",
                source: ARTICLE,
            },
        ),
        (
            HOST_NOT_RESOLVABLE,
            Fix {
                at: "",
                setting: "DNS servers",
                path: "Configuration > Appliances > Domain Name Service (Web Gateway 7.x)",
                change: "Enter DNS servers that the gateway reaches and that know {host}; forward internal domains \
             to theirs.",
                risk: "Servers of different views give different answers; the order matters.",
                verify: "dig @{dns} {host} A",
                source: PRACTICE,
            },
        ),
    ],
    ..Part::EMPTY
};
