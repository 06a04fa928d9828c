//! The TLS handshake: 503 ERR_SECURE_CONNECT_FAIL, 504 when it took too long.

use super::{THROUGH, directive, token};
use crate::categories::Id;
use crate::products::Part;
use crate::products::groups::{HANDSHAKE, SECURE};

/// See the module.
pub(super) const PART: Part = Part {
    checks: &[
        (
            SECURE,
            token(
                "%err_code says ERR_SECURE_CONNECT_FAIL; %err_detail has the TLS error or the certificate's fault \
                 (X509_V_ERR_...).",
            ),
        ),
        (
            &[Id::TlsNoResponse, Id::TlsClosed],
            token("%err_detail tells them apart: TLS_CONNECT_TIMEOUT (504) or TLS_CONNECT_CLOSE (503)."),
        ),
    ],
    fixes: &[
        (
            HANDSHAKE,
            directive(
                "TLS versions and ciphers towards servers",
                "squid.conf: tls_outgoing_options min-version= cipher= options=",
                "Allow the version and cipher that the server needs.",
                "They hold for all servers.",
                THROUGH,
            ),
        ),
        (
            &[Id::TlsCertificate],
            directive(
                "Trusted issuers",
                "squid.conf: tls_outgoing_options cafile=, sslproxy_foreign_intermediate_certs",
                "Add the missing issuer; a missing intermediate goes into sslproxy_foreign_intermediate_certs.",
                "Whoever holds that issuer's key can vouch for any name. flags=DONT_VERIFY_PEER only as a test.",
                THROUGH,
            ),
        ),
        (
            &[Id::TlsAlert, Id::TlsReset, Id::TlsClosed, Id::TlsNoResponse, Id::ClientTlsRejected],
            directive(
                "Decryption exception",
                "squid.conf: ssl_bump splice, for the host",
                "Splice {host} instead of bumping it: acl with ssl::server_name, ssl_bump peek step1, then splice.",
                "Its content is no longer scanned.",
                THROUGH,
            ),
        ),
        (
            &[Id::TlsNotSpoken],
            directive(
                "Protocol that is no TLS",
                "squid.conf: on_unsupported_protocol tunnel",
                "Where clients of bumped ports speak something else, let Squid tunnel it unread.",
                "What is tunneled is not inspected; limit it by acl.",
                THROUGH,
            ),
        ),
    ],
    ..Part::EMPTY
};
