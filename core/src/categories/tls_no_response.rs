//! ClientHello, no ServerHello.

use super::pattern::{PARENT, large_hello};
use super::{Category, Fix, Id, Owner, Phase, cause, check, favoured};
use crate::exchange::SecureFailure;

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::TlsNoResponse,
    phase: Phase::Secure,
    title: "TLS handshake unanswered",
    meaning: "{upstream} took the connection but never answered the gateway's ClientHello.",
    proxy_status: "connection_read_timeout",
    owner: Owner::Firewall,
    causes: &[
        cause(
            "A firewall or IPS lets the TCP handshake pass and drops the ClientHello, by server name or \
             by signature.",
        ),
        cause(
            "A device before the server (load balancer, SYN proxy) took the connection; nothing is alive \
             behind it.",
        ),
        favoured(
            "A device on the way, or the server, cannot take a ClientHello of more than one segment, as post-quantum \
             key shares make it.",
            large_hello,
        ),
        cause("The service on this port waits for something other than TLS."),
        PARENT,
    ],
    checks: &[
        check(
            "Do the handshake from the gateway: CONNECTED and then silence confirms it.",
            "openssl s_client -connect {target} -servername {host}",
        ),
        check(
            "Once without the name. If this gets an answer, a filter acts on the server name.",
            "openssl s_client -connect {target} -noservername",
        ),
        check(
            "Once with a small ClientHello. If this gets an answer, large ones do not pass.",
            "openssl s_client -connect {target} -servername {host} -groups P-256",
        ),
        check(
            "See whether the ClientHello leaves the firewall on its far side.",
            "tcpdump -ni any host {upstream} and tcp port {port}",
        ),
    ],
    fixes: &[
        Fix {
            at: "firewall",
            setting: "TLS filter, IPS policy",
            path: "Firewall or IPS between {gateway} and {upstream}",
            change: "Exempt {gateway} to {upstream} from the rule that drops the ClientHello.",
            risk: "Traffic of the pair is no longer filtered there.",
            verify: "openssl s_client -connect {target} -servername {host}",
            source: "",
        },
        Fix {
            at: "origin",
            setting: "Service behind the load balancer",
            path: "{upstream}",
            change: "Have the operator see that the servers behind that address answer.",
            risk: "None for the gateway.",
            verify: "openssl s_client -connect {target} -servername {host}",
            source: "",
        },
    ],
    absence: true,
    detect: |_, attempt| matches!(attempt.and_then(|a| a.secure.failure()), Some(SecureFailure::NoResponse)),
};
