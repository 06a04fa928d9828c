//! The gateway refuses the server's certificate: alerts 42 to 46 and 48 of RFC 8446 section 6.2, sent by the gateway
//! (in a tunnel: by the client). Alert 47, between them, is not about certificates.

use alloc::format;

use super::{Category, Favour, Fix, Id, Owner, Phase, cause, check, favoured};
use crate::exchange::{Attempt, SecureFailure};
use crate::protocols::tls;

/// The number of a certificate alert that the gateway's side sent.
fn refused(attempt: Option<&Attempt>) -> Option<u8> {
    match attempt?.secure.failure()? {
        SecureFailure::Alert { number: number @ (42..=46 | 48), ours: true } => Some(*number),
        _ => None,
    }
}

fn alert(attempt: Option<&Attempt>, numbers: &[u8]) -> Favour {
    let number = refused(attempt).filter(|number| numbers.contains(number))?;
    let who = if attempt?.tunnel { "client" } else { "gateway" };
    Some(format!("The {who} sent alert {number} ({}).", tls::alert_name(number)).into())
}

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::TlsCertificate,
    phase: Phase::Secure,
    title: "Server certificate refused",
    meaning: "The certificate of {host} was refused on the gateway's side, and the handshake ended there.",
    proxy_status: "tls_certificate_error",
    owner: Owner::Origin,
    causes: &[
        favoured(
            "An intermediate certificate is missing; browsers fetch it by themselves, gateways mostly do \
             not.",
            |_, attempt| alert(attempt, &[48]),
        ),
        favoured("The issuer is a private CA that the gateway does not know.", |_, attempt| alert(attempt, &[48])),
        favoured("The certificate has expired, or the gateway's clock is wrong.", |_, attempt| alert(attempt, &[45])),
        favoured("The certificate is not for this name, or its signature or key is not acceptable.", |_, attempt| {
            alert(attempt, &[42, 43, 46])
        }),
        favoured("The certificate was revoked.", |_, attempt| alert(attempt, &[44])),
        cause("A device on the way decrypts and shows its own certificate."),
    ],
    checks: &[
        check(
            "Look at the chain, the names and the dates as the gateway gets them.",
            "openssl s_client -connect {target} -servername {host} -showcerts -verify_return_error",
        ),
        check("See whether the gateway's clock is right.", "date -u"),
        check(
            "Compare the issuer with what a client outside sees; another issuer means a device in \
             between decrypts.",
            "openssl s_client -connect {target} -servername {host}",
        ),
    ],
    fixes: &[
        Fix {
            at: "origin",
            setting: "Certificate chain",
            path: "{upstream}: certificate file of the service",
            change: "Install a valid certificate for {host} together with its intermediate certificates.",
            risk: "None for the gateway.",
            verify: "openssl s_client -connect {target} -servername {host} -verify_return_error",
            source: "RFC 8446 section 4.4.2 (the server sends its chain)",
        },
        Fix {
            at: "",
            setting: "Trusted issuers",
            path: "Certificate store of the gateway",
            change: "Import the missing intermediate, or the private root if you trust it.",
            risk: "Whoever holds that root's key can vouch for any name.",
            verify: "openssl s_client -connect {target} -servername {host} -verify_return_error",
            source: "",
        },
        Fix {
            at: "",
            setting: "Clock",
            path: "Time and NTP settings of the gateway",
            change: "Set the right time and keep it by NTP.",
            risk: "A jump disturbs running sessions, tickets and logs.",
            verify: "date -u",
            source: "",
        },
    ],
    absence: false,
    detect: |_, attempt| refused(attempt).is_some(),
};
