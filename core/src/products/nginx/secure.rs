//! TLS towards the server and towards clients.

use super::{PROXY, THROUGH, log};
use crate::categories::{Id, fix};
use crate::products::Part;
use crate::products::groups::{HANDSHAKE, SECURE};

/// See the module.
pub(super) const PART: Part = Part {
    checks: &[
        (
            SECURE,
            log("error.log has: SSL_do_handshake() failed, or peer closed connection in SSL handshake, while SSL \
                 handshaking to upstream; the text after SSL: names the reason. wrong version number: no TLS there."),
        ),
        (
            &[Id::TlsCertificate],
            log(
                "error.log has: upstream SSL certificate verify error, with its number, or does not match and the name.",
            ),
        ),
    ],
    fixes: &[
        (
            &[Id::TlsAlert, Id::TlsReset, Id::TlsClosed, Id::TlsCertificate],
            fix(
                "Server name (SNI)",
                "nginx.conf: proxy_ssl_server_name on, proxy_ssl_name",
                "Send the server name: it is off by default. proxy_ssl_name says which one, if not the name in \
                 proxy_pass.",
                "A server that chose its certificate without SNI may answer with another one.",
                "openssl s_client -connect {target} -servername {host}",
            )
            .source(PROXY),
        ),
        (
            HANDSHAKE,
            fix(
                "TLS versions and ciphers towards servers",
                "nginx.conf: proxy_ssl_protocols, proxy_ssl_ciphers",
                "Allow the version and cipher that the server needs, in its location only.",
                "Old versions are weak; keep them to that server.",
                "openssl s_client -connect {target} -servername {host}",
            )
            .source(PROXY),
        ),
        (
            &[Id::TlsAlert],
            fix(
                "Client certificate",
                "nginx.conf: proxy_ssl_certificate, proxy_ssl_certificate_key",
                "If the server asks for a certificate, give nginx one that it accepts.",
                "Whoever reaches this location is let in under that certificate.",
                THROUGH,
            )
            .source(PROXY),
        ),
        (
            &[Id::TlsCertificate],
            fix(
                "Trusted issuers",
                "nginx.conf: proxy_ssl_trusted_certificate, proxy_ssl_verify_depth (1)",
                "Add the missing issuer; raise the depth if the chain has more than one intermediate.",
                "Whoever holds that issuer's key can vouch for any name; proxy_ssl_verify off only as a test.",
                THROUGH,
            )
            .source(PROXY),
        ),
        (
            &[Id::TlsNotSpoken],
            fix(
                "Scheme or port of the upstream",
                "nginx.conf: proxy_pass http:// or https://, and the port",
                "Use the scheme that the port speaks; a port without TLS wants http://.",
                "Without TLS the way to the server can be read.",
                THROUGH,
            )
            .source(PROXY),
        ),
        (
            &[Id::ClientTlsRejected],
            fix(
                "Certificate chain",
                "nginx.conf: ssl_certificate",
                "Put the server's certificate first and the intermediates after it into one file; reload.",
                "None; a wrong order keeps nginx from starting, nginx -t tells.",
                "openssl s_client -connect {host}:443 -servername {host}",
            )
            .source("nginx documentation, Configuring HTTPS servers"),
        ),
    ],
    ..Part::EMPTY
};
