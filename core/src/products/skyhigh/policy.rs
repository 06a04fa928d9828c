//! Decryption, loops and the gateway's own answers.

use super::PRACTICE;
use crate::categories::{Id, check, fix};
use crate::products::Part;

const THROUGH: &str = "curl -v{through} {url}";

/// See the module.
pub(super) const PART: Part = Part {
    checks: &[
        (
            &[Id::PolicyDenied, Id::NoAttempt, Id::RequiredService],
            check("See which rule the request meets: enter the client's address, start, reproduce.", "")
                .path("Troubleshooting > Rule Tracing Central")
                .source("Skyhigh best practices, Troubleshooting with Rule Engine Tracing"),
        ),
        (
            &[Id::TlsAlert, Id::TlsCertificate, Id::TlsNoResponse, Id::TlsReset, Id::TlsClosed],
            check("Record connection traces for one client address; they show the inside of TLS too.", "")
                .path("Configuration > Appliances > node > Troubleshooting > Enable connection tracing")
                .source("McAfee KB89213"),
        ),
    ],
    fixes: &[
        (
            &[Id::TlsAlert, Id::TlsNoResponse, Id::TlsReset, Id::TlsClosed, Id::ClientTlsRejected],
            fix(
                "Decryption exception",
                "Policy > Rule Sets > SSL Scanner: list of tunneled hosts (Web Gateway 7.x)",
                "Add {host}, so that its connections are tunneled and not decrypted.",
                "Its content is no longer scanned.",
                THROUGH,
            )
            .source(PRACTICE),
        ),
        (
            &[Id::TlsCertificate],
            fix(
                "Trusted issuers",
                "Policy > Rule Sets > SSL Scanner > Certificate Verification (Web Gateway 7.x)",
                "Add the missing issuer to the list of certificate authorities that the rules use, or exempt {host} \
                 from verification.",
                "Whoever holds that issuer's key can vouch for any name; an exempt host is not verified at all.",
                THROUGH,
            )
            .source(PRACTICE),
        ),
        (
            &[Id::PolicyDenied],
            fix(
                "Exception",
                "Policy > Rule Sets: the rule that Rule Tracing names (Web Gateway 7.x)",
                "Exempt {host} in that rule for those who need it.",
                "The rule no longer protects them there.",
                THROUGH,
            )
            .source(PRACTICE),
        ),
        (
            &[Id::ProxyOverload],
            fix(
                "Limits",
                "Configuration > Appliances > node > Proxies > Advanced: Maximum number of client connections (50000)",
                "Raise it if the node runs at its limit; 0 means no limit. Better: add a node.",
                "More memory; without a limit one flood of clients takes the node down.",
                THROUGH,
            )
            .source("Skyhigh product guide, Advanced Settings for Proxies; the menu: practice, no vendor document"),
        ),
    ],
    ..Part::EMPTY
};
