//! The client refuses the certificate that the gateway shows it.

use super::pattern::failed;
use super::{Category, Fix, Id, Owner, Phase, cause, check};
use crate::exchange::{Exchange, What};
use crate::report::Leg;

/// A certificate alert that the client sent to the gateway. In a granted tunnel the client's alert is about the
/// server's certificate; there it is on the upstream leg and [`super::tls_certificate`].
fn client_alert(exchange: &Exchange) -> bool {
    const ALERTS: &[&str] =
        &["bad_certificate", "unsupported_certificate", "certificate_expired", "certificate_unknown", "unknown_ca"];
    exchange.events.iter().any(|event| match &event.what {
        What::Tls(text) => event.leg == Leg::Client && !event.sent && ALERTS.iter().any(|alert| text.contains(alert)),
        _ => false,
    })
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
        cause(
            "The gateway's CA certificate is not installed where this client looks: Firefox, Java, \
             containers, phones.",
        ),
        cause("The application pins the certificate of its own server."),
        cause("The gateway's CA certificate has expired or was renewed and not rolled out."),
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
    detect: |exchange, attempt| client_alert(exchange) && !attempt.is_some_and(failed),
};
