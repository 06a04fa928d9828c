//! Decryption and certificates.

use super::PRACTICE;
use crate::categories::{Fix, Id};
use crate::products::Part;

/// See the module.
pub(super) const PART: Part = Part {
    fixes: &[
        (
            &[Id::TlsAlert, Id::TlsNoResponse, Id::TlsReset, Id::TlsClosed, Id::ClientTlsRejected],
            Fix {
                at: "",
                setting: "Decryption exception",
                path: "Web Security Manager > Decryption Policies: custom category with {host}, action Pass Through",
                change: "Pass {host} through without decryption.",
                risk: "Its content is no longer scanned.",
                verify: "grep -e {host} accesslogs",
                source: PRACTICE,
            },
        ),
        (
            &[Id::TlsCertificate],
            Fix {
                at: "",
                setting: "Trusted issuers",
                path: "Network > Certificate Management; Security Services > HTTPS Proxy > Invalid Certificate \
             Options",
                change: "Import the missing intermediate or root; the options say what happens to bad certificates.",
                risk: "Whoever holds that root's key can vouch for any name; a laxer option covers every site.",
                verify: "grep -e {host} accesslogs",
                source: PRACTICE,
            },
        ),
    ],
    ..Part::EMPTY
};
