//! The server ends the handshake with a fatal alert: RFC 8446 section 6.

use alloc::format;

use super::{Category, Favour, Fix, Id, Owner, Phase, check, favoured};
use crate::exchange::{Attempt, SecureFailure};
use crate::protocols::tls::{alert_name, version_name};

fn alert(attempt: Option<&Attempt>, numbers: &[u8]) -> Favour {
    match attempt?.secure.failure()? {
        SecureFailure::Alert { number, ours } if numbers.contains(number) => {
            let who = if *ours { "gateway" } else { "server" };
            Some(format!("The {who} sent alert {number} ({}).", alert_name(*number)).into())
        }
        _ => None,
    }
}

/// TLS 1.3 hides the alert, but not that it comes where the client's certificate is judged.
fn after_finished(attempt: Option<&Attempt>) -> Favour {
    let hidden = attempt?.secure.failure() == Some(&SecureFailure::Hidden { ours: false });
    hidden.then(|| {
        "The server ended it right after the other side's Finished: there it judges client certificates.".into()
    })
}

fn asked_for_certificate(attempt: Option<&Attempt>) -> Favour {
    let asked = attempt?.tls.as_ref()?.asks_certificate;
    let ended = alert(attempt, &[116, 40, 41, 42, 43, 44, 45, 46, 48, 49]);
    (asked && ended.is_some()).then(|| "The server asked for a client certificate before it refused.".into())
}

/// The newest version offered, where the server found none that it takes.
fn version(attempt: Option<&Attempt>) -> Favour {
    let sent = alert(attempt, &[70, 86])?;
    let newest = attempt?.tls.as_ref().and_then(|tls| tls.hello.as_ref()?.versions.iter().max().copied());
    Some(newest.map_or(sent.clone(), |newest| format!("{sent} {} was offered at most.", version_name(newest)).into()))
}

fn name(attempt: Option<&Attempt>) -> Favour {
    let sent = alert(attempt, &[112, 40, 80])?;
    let named = attempt?.tls.as_ref().and_then(|tls| tls.hello.as_ref()).map(|hello| hello.server_name.is_some());
    Some(if named == Some(false) { "The ClientHello names no server.".into() } else { sent })
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
            |_, attempt| version(attempt),
        ),
        favoured(
            "They have no cipher, group or signature algorithm in common, or those offered are too weak.",
            |_, attempt| alert(attempt, &[40, 71]),
        ),
        favoured("The server wants a client certificate, which a decrypting gateway cannot show.", |_, attempt| {
            after_finished(attempt)
                .or_else(|| asked_for_certificate(attempt))
                .or_else(|| alert(attempt, &[116, 40, 42, 43, 44, 45, 46, 48, 49]))
        }),
        favoured("The gateway names no server (SNI) or one that this server does not serve.", |_, attempt| {
            name(attempt)
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
    detect: |_, attempt| {
        matches!(
            attempt.and_then(|a| a.secure.failure()),
            Some(SecureFailure::Alert { .. } | SecureFailure::Hidden { .. })
        )
    },
};
