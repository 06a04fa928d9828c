//! 504: a service needed first fails, DNS above all.

use super::{ARTICLE, DNS, PRACTICE};
use crate::categories::{Fix, Id, cause, check};
use crate::products::Part;

const SERVICES: &[Id] = &[Id::RequiredService, Id::NoAttempt];

/// See the module.
pub(super) const PART: Part = Part {
    causes: &[(
        SERVICES,
        cause(
            "A service that the appliance needs before it can speak to the server does not answer; DNS \
             is one of several.",
        ),
    )],
    checks: &[
        (
            DNS,
            check(
                "Resolve the name on the appliance. The appliance answers 504, not 502, when DNS fails; the \
             log shows NONE/504.",
                "nslookup {host}",
            )
            .source(ARTICLE),
        ),
        (
            SERVICES,
            check(
                "DNS is not the only required service: look also for login (LDAP, Kerberos), reputation \
             updates, the external scanner. See which of their connections fails just before the 504.",
                "",
            )
            .source(
                "Cisco article on WSA 502 and 504 (undated) for the principle; the list: practice, no \
             vendor document",
            ),
        ),
        (
            DNS,
            check(
                "Read the code at the bottom of the error page: DNS_FAIL and GATEWAY_TIMEOUT tell DNS from \
             the rest.",
                "",
            )
            .source(PRACTICE),
        ),
    ],
    fixes: &[
        (
            DNS,
            Fix {
                at: "",
                setting: "DNS servers",
                path: "CLI: dnsconfig (then commit); GUI: Network > DNS",
                change: "Enter DNS servers that know {host} and that the appliance reaches from the interface it \
             uses; give internal domains servers of their own.",
                risk: "Servers of different views give different answers; the order matters.",
                verify: "nslookup {host}",
                source: "Cisco tech note 220558 (DNS on the appliance); the menu: practice, no vendor document",
            },
        ),
        (
            DNS,
            Fix {
                at: "",
                setting: "DNS cache",
                path: "CLI: dnsflush",
                change: "Empty the appliance's DNS cache after the record was mended.",
                risk: "Short rise of DNS queries.",
                verify: "nslookup {host}",
                source: "Cisco tech note 220558 (DNS on the appliance)",
            },
        ),
    ],
    ..Part::EMPTY
};
