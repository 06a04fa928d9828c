//! TLS: ssl_failed and certificate exceptions.

use super::{THROUGH, exception};
use crate::categories::{Id, fix};
use crate::products::Part;
use crate::products::groups::{HANDSHAKE, SECURE};

const KB_INTERCEPT: &str = "Broadcom KB 168508, which has this policy for a list of domains";
const KB_VALIDATE: &str = "Broadcom KB 169432, server certificate validation best practices";

/// See the module.
pub(super) const PART: Part = Part {
    checks: &[(
        SECURE,
        exception(
            "x-exception-id ssl_failed is the handshake; ssl_server_cert_expired, ssl_server_cert_untrusted_issuer and \
             ssl_domain_invalid are the certificate. x-rs-certificate-observed-errors names its faults.",
        ),
    )],
    fixes: &[
        (
            HANDSHAKE,
            fix(
                "Decryption exception",
                "CPL: url.domain={host} detect_protocol(none); VPM: SSL Intercept layer",
                "Exempt {host} from interception, so that its connections are tunneled.",
                "Its content is no longer scanned.",
                THROUGH,
            )
            .source(KB_INTERCEPT),
        ),
        (
            &[Id::ClientTlsRejected],
            fix(
                "Decryption exception",
                "CPL: url.domain={host} detect_protocol(none); VPM: SSL Intercept layer",
                "Exempt {host} for clients that do not trust the appliance's issuer, or install the issuer there.",
                "Its content is no longer scanned.",
                THROUGH,
            )
            .source(KB_INTERCEPT),
        ),
        (
            &[Id::TlsCertificate],
            fix(
                "Trusted issuers",
                "CPL: url.domain=//{host}/ server.certificate.validate(no); VPM: SSL Access layer",
                "Better import the missing issuer into the CA certificate list. For this host alone, known to be good, \
                 the validation can be switched off.",
                "Without validation nobody notices a false server; never for all hosts.",
                THROUGH,
            )
            .source(KB_VALIDATE),
        ),
    ],
    ..Part::EMPTY
};
