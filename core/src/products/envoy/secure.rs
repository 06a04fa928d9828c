//! TLS towards the server (503, UF) and towards clients.

use super::{THROUGH, field, flag};
use crate::categories::Id;
use crate::products::Part;
use crate::products::groups::{HANDSHAKE, SECURE};

/// See the module.
pub(super) const PART: Part = Part {
    checks: &[(
        SECURE,
        flag(
            "Flag UF with TLS_error in the transport failure reason: CERTIFICATE_VERIFY_FAILED, WRONG_VERSION_NUMBER \
             (no TLS on that port), or the server's alert.",
        ),
    )],
    fixes: &[
        (
            &[Id::TlsAlert, Id::TlsReset, Id::TlsClosed, Id::TlsCertificate],
            field(
                "Server name (SNI)",
                "clusters: transport_socket: UpstreamTlsContext.sni, or auto_sni; Istio: DestinationRule tls.sni",
                "Send the server name: it is not sent unless it is set.",
                "A server that chose its certificate without SNI may answer with another one.",
                "openssl s_client -connect {target} -servername {host}",
            ),
        ),
        (
            HANDSHAKE,
            field(
                "TLS versions and ciphers towards servers",
                "clusters: UpstreamTlsContext.common_tls_context.tls_params",
                "Set tls_minimum_protocol_version, tls_maximum_protocol_version and cipher_suites as the server needs.",
                "Old versions are weak; keep them to that cluster.",
                "openssl s_client -connect {target} -servername {host}",
            ),
        ),
        (
            &[Id::TlsAlert],
            field(
                "Client certificate",
                "clusters: common_tls_context.tls_certificates; Istio: DestinationRule tls.mode MUTUAL or ISTIO_MUTUAL",
                "If the server asks for a certificate, give Envoy one that it accepts.",
                "Whoever reaches this cluster is let in under that certificate.",
                THROUGH,
            ),
        ),
        (
            &[Id::TlsCertificate],
            field(
                "Trusted issuers",
                "clusters: common_tls_context.validation_context: trusted_ca, match_typed_subject_alt_names",
                "Add the missing issuer or intermediate; correct the name that is expected.",
                "Whoever holds that issuer's key can vouch for any name; without trusted_ca nothing is verified.",
                THROUGH,
            ),
        ),
        (
            &[Id::TlsNotSpoken],
            field(
                "Scheme or port of the upstream",
                "clusters: transport_socket, and the endpoint's port; Istio: DestinationRule tls.mode DISABLE or SIMPLE",
                "Leave transport_socket away for a port without TLS, or use the port with TLS.",
                "Without TLS the way to the server can be read.",
                THROUGH,
            ),
        ),
        (
            &[Id::ClientTlsRejected],
            field(
                "Certificate chain",
                "listeners: DownstreamTlsContext.common_tls_context.tls_certificates; Istio: Gateway credentialName",
                "Put the certificate first and the intermediates after it into certificate_chain.",
                "None.",
                "openssl s_client -connect {host}:443 -servername {host}",
            ),
        ),
    ],
    ..Part::EMPTY
};
