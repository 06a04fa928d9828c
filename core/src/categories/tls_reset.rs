//! RST during the TLS handshake.

use super::pattern::{large_hello, nameless, reset_by_device, reset_by_host};
use super::{Category, Fix, Id, Owner, Phase, cause, check, favoured};
use crate::exchange::SecureFailure;

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::TlsReset,
    phase: Phase::Secure,
    title: "Reset in TLS handshake",
    meaning: "The connection to {upstream} port {port} was reset while TLS was being set up.",
    proxy_status: "connection_terminated",
    owner: Owner::Firewall,
    causes: &[
        favoured("A firewall or IPS filters by server name or signature and resets the connection.", reset_by_device),
        favoured(
            "The server does not like this ClientHello (version, extension, missing name) and drops the \
             connection.",
            reset_by_host,
        ),
        favoured(
            "A device on the way, or the server, cannot take a ClientHello of more than one segment, as post-quantum \
             key shares make it.",
            large_hello,
        ),
        favoured("The server serves only connections that name it (SNI).", nameless),
        cause("The service on this port does not speak TLS."),
        cause("The server or its load balancer is overloaded or restarting."),
    ],
    checks: &[
        check(
            "Do the handshake from the gateway; the reset shows again.",
            "openssl s_client -connect {target} -servername {host}",
        ),
        check(
            "Once without the name. If this goes further, a filter acts on the server name.",
            "openssl s_client -connect {target} -noservername",
        ),
        check(
            "From another network. If it works there, a device on the gateway's path resets.",
            "openssl s_client -connect {target} -servername {host}",
        ),
        check(
            "Compare the TTL of the RST with that of the SYN-ACK; two or more hops apart means a device \
             sent it.",
            "tcpdump -vni any host {upstream} and tcp port {port}",
        ),
    ],
    fixes: &[
        Fix {
            at: "firewall",
            setting: "TLS filter, IPS policy",
            path: "Firewall or IPS between {gateway} and {upstream}",
            change: "Exempt {gateway} to {upstream}, or {host}, from the rule that resets.",
            risk: "Traffic of the pair is no longer filtered there.",
            verify: "openssl s_client -connect {target} -servername {host}",
            source: "",
        },
        Fix {
            at: "",
            setting: "TLS versions and ciphers towards servers",
            path: "HTTPS or TLS settings of the gateway, server side",
            change: "Offer what the server takes, or pass {host} through without decryption.",
            risk: "Without decryption its content is no longer scanned.",
            verify: "openssl s_client -connect {target} -servername {host}",
            source: "",
        },
    ],
    absence: false,
    detect: |_, attempt| matches!(attempt.and_then(|a| a.secure.failure()), Some(SecureFailure::Reset)),
};
