//! TLS towards the server: 500. And towards clients.

use super::{MANUAL, SSL, THROUGH, log};
use crate::categories::{Id, fix};
use crate::products::Part;
use crate::products::groups::{HANDSHAKE, SECURE};

/// See the module.
pub(super) const PART: Part = Part {
    checks: &[(
        SECURE,
        log(
            "The client gets 500; the error log has AH00898: Error during SSL Handshake with remote server, and AH02003 \
             or AH02039 before it with the reason.",
        ),
    )],
    fixes: &[
        (
            HANDSHAKE,
            fix(
                "TLS versions and ciphers towards servers",
                "SSLProxyProtocol, SSLProxyCipherSuite",
                "Allow the version and cipher that the server needs, in its <Proxy> section or virtual host only.",
                "Old versions are weak; keep them to that server.",
                "openssl s_client -connect {target} -servername {host}",
            )
            .source(SSL),
        ),
        (
            &[Id::TlsAlert],
            fix(
                "Client certificate",
                "SSLProxyMachineCertificateFile",
                "If the server asks for a certificate, give httpd one that it accepts, with its key, in PEM.",
                "Whoever reaches this location is let in under that certificate.",
                THROUGH,
            )
            .source(SSL),
        ),
        (
            &[Id::TlsCertificate],
            fix(
                "Trusted issuers",
                "SSLProxyCACertificateFile, SSLProxyVerify, SSLProxyVerifyDepth (1)",
                "Add the missing issuer; raise the depth if the chain has more than one intermediate.",
                "Whoever holds that issuer's key can vouch for any name; SSLProxyVerify none only as a test.",
                THROUGH,
            )
            .source(SSL),
        ),
        (
            &[Id::TlsCertificate],
            fix(
                "Name in the certificate",
                "SSLProxyCheckPeerName (on), ProxyPass https://NAME/",
                "Name the server in ProxyPass as its certificate does; by address the check fails.",
                "SSLProxyCheckPeerName off lets any certificate of a trusted issuer pass.",
                THROUGH,
            )
            .source(SSL),
        ),
        (
            &[Id::TlsNotSpoken],
            fix(
                "Scheme or port of the upstream",
                "ProxyPass http:// or https://, and the port; SSLProxyEngine on",
                "Use the scheme that the port speaks.",
                "Without TLS the way to the server can be read.",
                THROUGH,
            )
            .source(MANUAL),
        ),
        (
            &[Id::ClientTlsRejected],
            fix(
                "Certificate chain",
                "SSLCertificateFile (2.4.8 and later), SSLCertificateChainFile (earlier)",
                "Put the server's certificate first and the intermediates after it into the file; reload.",
                "None; apachectl configtest tells of a bad file.",
                "openssl s_client -connect {host}:443 -servername {host}",
            )
            .source(SSL),
        ),
    ],
    ..Part::EMPTY
};
