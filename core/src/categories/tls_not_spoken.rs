//! The port answers, but not in TLS.

use alloc::format;

use super::{Category, Fix, Id, Owner, Phase, cause, check, favoured};
use crate::exchange::SecureFailure;

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::TlsNotSpoken,
    phase: Phase::Secure,
    title: "Port does not speak TLS",
    meaning: "The gateway began TLS with {upstream} port {port}, and the answer was something else.",
    proxy_status: "tls_protocol_error",
    owner: Owner::Gateway,
    causes: &[
        favoured("https is used for a port that serves plain http.", |_, attempt| {
            let port = attempt?.upstream?.port();
            matches!(port, 80 | 8000 | 8080 | 3128).then(|| format!("Port {port} usually serves plain HTTP.").into())
        }),
        cause("Another service listens on that port: SSH, mail, a database."),
        cause("The server lost its TLS configuration and serves plain HTTP on the TLS port."),
        cause("A firewall's or captive portal's plain text page was put into the connection."),
    ],
    checks: &[
        check(
            "Do the handshake from the gateway: wrong version number confirms it.",
            "openssl s_client -connect {target} -servername {host}",
        ),
        check("Ask in plain HTTP and see what answers.", "curl -v --max-time 10 http://{target}/"),
    ],
    fixes: &[
        Fix {
            at: "",
            setting: "Scheme or port of the upstream",
            path: "Where the gateway's upstream or parent is configured",
            change: "Use http for a plain port, or the port that serves TLS.",
            risk: "Plain http leaves the hop unencrypted.",
            verify: "curl -v --max-time 10 http://{target}/",
            source: "",
        },
        Fix {
            at: "origin",
            setting: "TLS on the port",
            path: "{upstream} port {port}",
            change: "Switch TLS on for this port again.",
            risk: "Plain clients of that port lose it.",
            verify: "openssl s_client -connect {target} -servername {host}",
            source: "",
        },
    ],
    absence: false,
    detect: |_, attempt| matches!(attempt.and_then(|a| a.secure.failure()), Some(SecureFailure::NotTls)),
};
