//! Decryption, loops and the gateway's own answers.

use super::PRACTICE;
use crate::categories::{Fix, Id, check};
use crate::products::Part;

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
    fixes: &[(
        &[Id::TlsAlert, Id::TlsNoResponse, Id::TlsReset, Id::TlsClosed, Id::ClientTlsRejected],
        Fix {
            at: "",
            setting: "Decryption exception",
            path: "Policy > Rule Sets > SSL Scanner: list of tunneled hosts (Web Gateway 7.x)",
            change: "Add {host}, so that its connections are tunneled and not decrypted.",
            risk: "Its content is no longer scanned.",
            verify: "curl -v --proxy {proxy} {url}",
            source: PRACTICE,
        },
    )],
    ..Part::EMPTY
};
