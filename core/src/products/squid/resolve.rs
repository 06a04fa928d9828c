//! Name resolution: 503, ERR_DNS_FAIL.

use super::{CODE, MANUAL, THROUGH, directive, token};
use crate::categories::{Id, check};
use crate::products::Part;
use crate::products::groups::RESOLVE;

/// See the module.
pub(super) const PART: Part = Part {
    checks: &[
        (RESOLVE, token("The error page and %err_code say ERR_DNS_FAIL; the page's text names the DNS error.")),
        (
            RESOLVE,
            check(
                "See what Squid's own cache holds for the name, and how its DNS servers do.",
                "curl -s http://{proxy}/squid-internal-mgr/ipcache http://{proxy}/squid-internal-mgr/idns",
            )
            .source(CODE),
        ),
        (
            &[Id::DnsNoResponse],
            check(
                "A failure after 30 s is dns_timeout. Squid asks again after 5 s (dns_retransmit_interval) and \
                 doubles that once all servers were asked.",
                "",
            )
            .source(MANUAL),
        ),
    ],
    fixes: &[
        (
            RESOLVE,
            directive(
                "DNS servers",
                "squid.conf: dns_nameservers",
                "Name servers that know {host} and answer Squid; without the directive those of /etc/resolv.conf \
                 count.",
                "Servers of different views give different answers.",
                "dig @{dns} {host} A",
            ),
        ),
        (
            &[Id::DnsNxdomain, Id::DnsNodata],
            directive(
                "Hosts file",
                "squid.conf: hosts_file (/etc/hosts)",
                "As a workaround, enter {host} with its address and run squid -k reconfigure.",
                "The entry stays when the address changes.",
                THROUGH,
            ),
        ),
        (
            &[Id::DnsNxdomain],
            directive(
                "Search domain",
                "squid.conf: append_domain, dns_defnames",
                "For single labels, add the internal domain with append_domain.",
                "It applies to every name without a dot.",
                THROUGH,
            ),
        ),
        (
            &[Id::DnsNxdomain, Id::DnsNodata],
            directive(
                "DNS cache",
                "squid.conf: negative_dns_ttl (1 minute)",
                "Lower it so that a mended name is found sooner.",
                "More DNS queries for names that do not exist.",
                THROUGH,
            ),
        ),
    ],
    ..Part::EMPTY
};
