//! FIN during the TLS handshake.

use super::pattern::{large_hello, nameless};
use super::{Category, Fix, Id, Owner, Phase, cause, check, favoured};
use crate::exchange::SecureFailure;

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::TlsClosed,
    phase: Phase::Secure,
    title: "Closed in TLS handshake",
    meaning: "{upstream} closed the connection in the middle of the TLS handshake, without an alert that \
             can be read.",
    proxy_status: "connection_terminated",
    owner: Owner::Origin,
    causes: &[
        cause(
            "The server does not take this ClientHello and closes without saying why; old servers do so \
             for TLS 1.3.",
        ),
        favoured("The server name is missing or not served there.", nameless),
        favoured(
            "The server, or a device on the way, cannot take a ClientHello of more than one segment, as post-quantum \
             key shares make it.",
            large_hello,
        ),
        favoured("The server wants a client certificate, and TLS 1.3 hides the alert that says so.", |_, attempt| {
            let tls = attempt?.tls.as_ref()?;
            let finished = tls.server.as_ref().is_some_and(|server| server.version == 0x0304);
            finished.then(|| "TLS 1.3 was chosen, in which the server's reasons are encrypted.".into())
        }),
        cause("A load balancer took the connection and found no server behind it."),
    ],
    checks: &[
        check(
            "Do the handshake from the gateway; see how far it comes.",
            "openssl s_client -connect {target} -servername {host}",
        ),
        check(
            "Once with TLS 1.2 only. If this works, the server cannot take TLS 1.3.",
            "openssl s_client -connect {target} -servername {host} -tls1_2",
        ),
        check(
            "Without decryption: if the site works in a plain tunnel, the gateway's own ClientHello is \
             the difference.",
            "",
        ),
    ],
    fixes: &[
        Fix {
            at: "origin",
            setting: "TLS of the server",
            path: "{upstream}",
            change: "Serve {host} with TLS 1.2 and 1.3; the server's log has the reason of the close.",
            risk: "None for the gateway.",
            verify: "openssl s_client -connect {target} -servername {host}",
            source: "",
        },
        Fix {
            at: "",
            setting: "Decryption exception",
            path: "HTTPS decryption policy of the gateway",
            change: "Pass {host} through without decryption.",
            risk: "Its content is no longer scanned.",
            verify: "curl -v{through} {url}",
            source: "",
        },
    ],
    absence: false,
    detect: |_, attempt| matches!(attempt.and_then(|a| a.secure.failure()), Some(SecureFailure::Closed)),
};
