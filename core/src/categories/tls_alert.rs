//! The server ends the handshake with a fatal alert: RFC 8446 section 6.

use alloc::format;

use super::{Category, Favour, Fix, Id, Owner, Phase, check, favoured};
use crate::exchange::{Attempt, SecureFailure};

fn alert(attempt: Option<&Attempt>, numbers: &[u8]) -> Favour {
    match attempt?.secure.failure()? {
        SecureFailure::Alert { number, ours } if numbers.contains(number) => {
            let who = if *ours { "gateway" } else { "server" };
            Some(format!("The {who} sent alert {number} ({}).", name(*number)).into())
        }
        _ => None,
    }
}

/// The name of an alert, as RFC 8446 section 6 and its predecessors have it.
#[must_use]
pub const fn name(number: u8) -> &'static str {
    match number {
        0 => "close_notify",
        10 => "unexpected_message",
        20 => "bad_record_mac",
        22 => "record_overflow",
        40 => "handshake_failure",
        42 => "bad_certificate",
        43 => "unsupported_certificate",
        44 => "certificate_revoked",
        45 => "certificate_expired",
        46 => "certificate_unknown",
        47 => "illegal_parameter",
        48 => "unknown_ca",
        49 => "access_denied",
        50 => "decode_error",
        51 => "decrypt_error",
        70 => "protocol_version",
        71 => "insufficient_security",
        80 => "internal_error",
        86 => "inappropriate_fallback",
        90 => "user_canceled",
        100 => "no_renegotiation",
        109 => "missing_extension",
        110 => "unsupported_extension",
        112 => "unrecognized_name",
        113 => "bad_certificate_status_response",
        115 => "unknown_psk_identity",
        116 => "certificate_required",
        120 => "no_application_protocol",
        121 => "ech_required",
        _ => "unassigned",
    }
}

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::TlsAlert,
    phase: Phase::Secure,
    title: "TLS handshake refused",
    meaning: "{upstream} took the connection and then ended the TLS handshake with a fatal alert.",
    proxy_status: "tls_alert_received",
    owner: Owner::Gateway,
    causes: &[
        favoured(
            "Gateway and server have no TLS version in common: an old server, or a gateway held to old \
             versions.",
            |_, attempt| alert(attempt, &[70, 86]),
        ),
        favoured(
            "They have no cipher, group or signature algorithm in common, or those offered are too weak.",
            |_, attempt| alert(attempt, &[40, 71]),
        ),
        favoured("The server wants a client certificate, which a decrypting gateway cannot show.", |_, attempt| {
            alert(attempt, &[116, 40, 42, 43, 46, 48, 49])
        }),
        favoured("The gateway names no server (SNI) or one that this server does not serve.", |_, attempt| {
            alert(attempt, &[112, 40, 80])
        }),
        favoured("They have no application protocol (ALPN) in common.", |_, attempt| alert(attempt, &[120])),
        favoured(
            "The server does not understand the gateway's ClientHello, or a device on the way has \
             changed it.",
            |_, attempt| alert(attempt, &[10, 20, 22, 47, 50, 51, 109, 110]),
        ),
        favoured("The server has a fault of its own.", |_, attempt| alert(attempt, &[80])),
    ],
    checks: &[
        check(
            "Do the handshake from the gateway; the alert and its number show again.",
            "openssl s_client -connect {target} -servername {host}",
        ),
        check(
            "Version by version: the one that works tells what the server wants.",
            "openssl s_client -connect {target} -servername {host} -tls1_2",
        ),
        check(
            "Without decryption: if the site works in a plain tunnel, the gateway's own ClientHello is \
             the difference.",
            "",
        ),
        check(
            "Does the server ask for a client certificate? Look for CertificateRequest.",
            "openssl s_client -connect {target} -servername {host} -msg",
        ),
    ],
    fixes: &[
        Fix {
            at: "",
            setting: "Decryption exception",
            path: "HTTPS decryption policy of the gateway",
            change: "Pass {host} through without decryption.",
            risk: "Its content is no longer scanned.",
            verify: "curl -v{through} {url}",
            source: "",
        },
        Fix {
            at: "",
            setting: "TLS versions and ciphers towards servers",
            path: "HTTPS or TLS settings of the gateway, server side",
            change: "Allow the version or cipher that the server needs, for this host only where the product can.",
            risk: "Old versions and ciphers weaken the connections that use them.",
            verify: "openssl s_client -connect {target} -servername {host}",
            source: "",
        },
        Fix {
            at: "origin",
            setting: "TLS of the server",
            path: "{upstream}",
            change: "Serve TLS 1.2 and 1.3 with present ciphers, and a certificate for the name {host}.",
            risk: "Very old clients of that server may lose it.",
            verify: "openssl s_client -connect {target} -servername {host}",
            source: "RFC 9325 (recommendations for TLS)",
        },
    ],
    absence: false,
    detect: |_, attempt| matches!(attempt.and_then(|a| a.secure.failure()), Some(SecureFailure::Alert { .. })),
};
