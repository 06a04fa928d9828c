//! The client refuses the certificate that the gateway shows it.

use alloc::format;

use super::pattern::failed;
use super::{Category, Favour, Fix, Id, Owner, Phase, cause, check, favoured};
use crate::exchange::{Exchange, SecureFailure};
use crate::protocols::tls;

/// The client sent one of these alerts to the gateway.
fn alert(exchange: &Exchange, numbers: &[u8]) -> Favour {
    match exchange.client_secure.failure()? {
        SecureFailure::Alert { number, .. } if numbers.contains(number) => {
            Some(format!("The client sent alert {number} ({}).", tls::alert_name(*number)).into())
        }
        _ => None,
    }
}

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::ClientTlsRejected,
    phase: Phase::Client,
    title: "Client refuses the gateway's certificate",
    meaning: "The gateway decrypts, and client {client} does not accept the certificate that it shows for \
             {host}.",
    proxy_status: "",
    owner: Owner::Client,
    causes: &[
        favoured(
            "The gateway's CA certificate is not installed where this client looks: Firefox, Java, \
             containers, phones.",
            |exchange, _| alert(exchange, &[48]),
        ),
        favoured("The application pins the certificate of its own server.", |exchange, _| alert(exchange, &[42, 46])),
        favoured("The gateway's CA certificate has expired or was renewed and not rolled out.", |exchange, _| {
            alert(exchange, &[45])
        }),
        cause(
            "The gateway could not check the server's certificate and shows one on purpose that nobody \
             trusts.",
        ),
    ],
    checks: &[
        check(
            "Look at the issuer of the certificate that the client gets.",
            "openssl s_client{through_tls} -connect {host}:443 -servername {host}",
        ),
        check(
            "Another application on the same client: if it works, the trust store of this one lacks the \
             CA.",
            "",
        ),
        check("Exempt {host} from decryption for one client: if it works, the application pins.", ""),
    ],
    fixes: &[
        Fix {
            at: "client",
            setting: "Trusted issuers",
            path: "Trust store of the client or application",
            change: "Install the gateway's CA certificate.",
            risk: "Whoever holds that CA's key can vouch for any name to this client.",
            verify: "openssl s_client{through_tls} -connect {host}:443 -servername {host}",
            source: "",
        },
        Fix {
            at: "",
            setting: "Decryption exception",
            path: "HTTPS decryption policy of the gateway",
            change: "Pass {host} through without decryption, where the application pins.",
            risk: "Its content is no longer scanned.",
            verify: "openssl s_client{through_tls} -connect {host}:443 -servername {host}",
            source: "",
        },
    ],
    absence: false,
    detect: |exchange, attempt| exchange.client_secure.failure().is_some() && !attempt.is_some_and(failed),
};
