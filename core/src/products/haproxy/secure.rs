//! TLS towards the server (503, SC) and towards clients.

use super::{THROUGH, keyword, state};
use crate::categories::Id;
use crate::products::Part;
use crate::products::groups::{HANDSHAKE, SECURE};

/// See the module.
pub(super) const PART: Part = Part {
    checks: &[(
        SECURE,
        state(
            "Termination state SC although the port is open: the TLS handshake failed. The log of the checks (Layer6 \
             invalid response, SSL handshake failure) says so for every server with check and ssl.",
        ),
    )],
    fixes: &[
        (
            &[Id::TlsAlert, Id::TlsReset, Id::TlsClosed, Id::TlsCertificate],
            keyword(
                "Server name (SNI)",
                "haproxy.cfg: server ... ssl sni str({host}) check-sni {host}",
                "Send the server name, in requests and in checks: it is not sent by itself in older versions.",
                "A server that chose its certificate without SNI may answer with another one.",
                "openssl s_client -connect {target} -servername {host}",
            ),
        ),
        (
            HANDSHAKE,
            keyword(
                "TLS versions and ciphers towards servers",
                "haproxy.cfg: server ... ssl-min-ver ssl-max-ver ciphers ciphersuites",
                "Allow the version and cipher that the server needs, on its line only.",
                "Old versions are weak; keep them to that server.",
                "openssl s_client -connect {target} -servername {host}",
            ),
        ),
        (
            &[Id::TlsAlert],
            keyword(
                "Client certificate",
                "haproxy.cfg: server ... ssl crt FILE",
                "If the server asks for a certificate, give HAProxy one that it accepts.",
                "Whoever reaches this backend is let in under that certificate.",
                THROUGH,
            ),
        ),
        (
            &[Id::TlsCertificate],
            keyword(
                "Trusted issuers",
                "haproxy.cfg: server ... ssl verify required ca-file FILE verifyhost {host}",
                "Add the missing issuer or intermediate to the file, and check that the name is the certificate's.",
                "Whoever holds that issuer's key can vouch for any name; verify none only as a test.",
                THROUGH,
            ),
        ),
        (
            &[Id::TlsNotSpoken],
            keyword(
                "Scheme or port of the upstream",
                "haproxy.cfg: server ... ADDRESS:PORT ssl",
                "Take ssl away for a port without TLS, or use the port with TLS.",
                "Without TLS the way to the server can be read.",
                THROUGH,
            ),
        ),
        (
            &[Id::ClientTlsRejected],
            keyword(
                "Certificate chain",
                "haproxy.cfg: bind ... ssl crt FILE",
                "Put certificate, intermediates and key into the file, the certificate first.",
                "None; haproxy -c -f tells of a bad file before the reload.",
                "openssl s_client -connect {host}:443 -servername {host}",
            ),
        ),
    ],
    ..Part::EMPTY
};
