//! The gateway refuses the server's certificate: alerts 42 to 46 and 48 of RFC 8446 section 6.2, sent by the gateway
//! (in a tunnel: by the client). Alert 47, between them, is not about certificates.

use alloc::format;

use super::{Category, Favour, Fix, Id, Owner, Phase, check, favoured};
use crate::exchange::{Attempt, Problem, SecureFailure};
use crate::protocols::tls;

/// Whether the gateway's side refused the certificate: by an alert, by one that TLS 1.3 hides, or by closing at once.
fn refused(attempt: &Attempt) -> bool {
    // Some programs say internal_error or the like to a certificate that everyone refuses.
    let bad = attempt.tls.as_ref().is_some_and(|tls| tls.problems.iter().any(Problem::refused));
    bad && matches!(attempt.secure.failure(), Some(SecureFailure::Alert { ours: true, .. }))
        || matches!(
            attempt.secure.failure(),
            Some(
                SecureFailure::Alert { number: 42..=46 | 48, ours: true }
                    | SecureFailure::Hidden { ours: true }
                    | SecureFailure::Refused
            )
        )
}

fn alert(attempt: Option<&Attempt>, numbers: &[u8]) -> Favour {
    match attempt?.secure.failure()? {
        SecureFailure::Alert { number, ours: true } if numbers.contains(number) => {
            let who = if attempt?.tunnel { "client" } else { "gateway" };
            Some(format!("The {who} sent alert {number} ({}).", tls::alert_name(*number)).into())
        }
        _ => None,
    }
}

/// What the certificate itself says.
fn shown(attempt: Option<&Attempt>, fits: fn(&Problem) -> bool) -> Favour {
    let problem = attempt?.tls.as_ref()?.problems.iter().find(|problem| fits(problem))?;
    Some(format!("The certificate in the capture: {problem}.").into())
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
            |_, attempt| {
                // Where the chain was seen and holds the issuer, none is missing.
                let whole =
                    attempt?.tls.as_ref().and_then(|tls| tls.certificate.as_ref()).is_some_and(|c| c.issuer_follows);
                let missing = || shown(attempt, |problem| matches!(problem, Problem::IssuerMissing(_)));
                if whole { None } else { alert(attempt, &[48]).and_then(|alert| missing().or(Some(alert))) }
            },
        ),
        favoured("The issuer is a private CA that the gateway does not know.", |_, attempt| {
            shown(attempt, |problem| matches!(problem, Problem::SelfSigned)).or_else(|| alert(attempt, &[48]))
        }),
        favoured("The certificate has expired, or the gateway's clock is wrong.", |_, attempt| {
            shown(attempt, |problem| matches!(problem, Problem::Expired(_) | Problem::NotYetValid(_)))
                .or_else(|| alert(attempt, &[45]))
        }),
        favoured("The certificate is not for this name, or its signature or key is not acceptable.", |_, attempt| {
            shown(attempt, |problem| matches!(problem, Problem::WrongName(_))).or_else(|| alert(attempt, &[42, 43, 46]))
        }),
        favoured("The certificate was revoked.", |_, attempt| alert(attempt, &[44])),
        favoured("A device on the way decrypts and shows its own certificate.", |_, attempt| {
            let issuer = &attempt?.tls.as_ref()?.certificate.as_ref()?.issuer;
            (!issuer.is_empty()).then(|| format!("Is {issuer} a public CA? If not, somebody decrypts here.").into())
        }),
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
    detect: |_, attempt| attempt.is_some_and(refused),
};
