//! Name resolution: dns_unresolved_hostname and dns_server_failure.

use super::{PRACTICE, exception};
use crate::categories::{Id, check, fix};
use crate::products::Part;
use crate::products::groups::RESOLVE;

/// See the module.
pub(super) const PART: Part = Part {
    checks: &[
        (
            RESOLVE,
            exception(
                "x-exception-id: dns_unresolved_hostname is a name that does not exist, dns_server_failure any other \
                 failure of DNS.",
            ),
        ),
        (
            RESOLVE,
            check("Resolve the name on the appliance; it says which server answered.", "test dns {host}")
                .path("CLI, enabled mode")
                .source(PRACTICE),
        ),
        (
            RESOLVE,
            check(
                "The servers of a list are asked in order, the next one only if the one before does not answer. The \
                 alternate list is asked only after a name error, never after silence or another error.",
                "show dns",
            )
            .source("Broadcom KB 165929, DNS resolution on the Edge SWG; the command: practice, no vendor document"),
        ),
    ],
    fixes: &[
        (
            RESOLVE,
            fix(
                "DNS servers",
                "Configuration > Network > DNS: primary and alternate servers",
                "First in the primary list: a server that answers and knows {host}. A second one there against \
                 silence; servers of internal domains in the alternate list or a custom group.",
                "The order decides; the alternate list is no failover.",
                "test dns {host}",
            )
            .source("Broadcom KB 165929, DNS resolution on the Edge SWG; the menu and custom groups: practice, no vendor document"),
        ),
        (
            &[Id::DnsNxdomain, Id::DnsNodata],
            fix(
                "DNS cache",
                "CLI: clear-cache dns-cache; (config) dns negative-cache-ttl-override",
                "Empty the cache after the record was mended. The appliance keeps a name error for the TTL of the \
                 answer; the override shortens that, 0 switches it off.",
                "More DNS queries.",
                "test dns {host}",
            )
            .source(
                "Blue Coat knowledge base on dns_unresolved_hostname, as copied by code426.com; clear-cache: practice, \
                 no vendor document",
            ),
        ),
    ],
    ..Part::EMPTY
};
