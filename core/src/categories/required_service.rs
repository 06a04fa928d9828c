//! A service that the gateway needs first failed or did not answer: authentication, ICAP scanner, reputation.
//! DNS is one too, but has categories of its own.

use alloc::format;

use super::pattern::{failed, says};
use super::{Category, Favour, Fix, Id, Owner, Phase, cause, check, favoured};
use crate::exchange::Exchange;

/// What the packets show of a service of this kind.
fn seen(exchange: &Exchange, kinds: &[&str]) -> Favour {
    let service = exchange.signs.service.as_ref().filter(|s| kinds.iter().any(|kind| s.name.contains(kind)))?;
    Some(format!("The {} at {} {}.", service.name, service.address, service.failure).into())
}

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::RequiredService,
    phase: Phase::Gateway,
    title: "A needed service failed",
    meaning: "Before it asks the server, the gateway needs another service (login, scanner, reputation), \
             and that one failed.",
    proxy_status: "proxy_internal_error",
    owner: Owner::Gateway,
    causes: &[
        favoured("The ICAP scanner or data-loss service is down, full, or does not answer.", |exchange, _| {
            seen(exchange, &["ICAP"])
        }),
        favoured("The directory for logins (LDAP, Active Directory, Kerberos) does not answer.", |exchange, _| {
            seen(exchange, &["directory", "Kerberos", "domain"])
        }),
        favoured("The reputation or category service in the cloud cannot be reached.", |exchange, _| {
            seen(exchange, &["(service)"])
        }),
        favoured(
            "The server that the gateway asks for permission before the site (auth_request, forward authentication, \
             external authorization) fails.",
            |exchange, _| seen(exchange, &["before the site"]),
        ),
        cause("The gateway's own resolver or helper process has stopped."),
    ],
    checks: &[
        check(
            "Look for connections of the gateway to its services that fail at that second: ICAP 1344, \
             LDAP 389 and 636, Kerberos 88.",
            "tcpdump -ni any 'host {gateway} and (port 1344 or port 389 or port 636 or port 88)'",
        ),
        check("Read the gateway's system log at that second.", ""),
        check(
            "One request that skips login or scanning by rule: if it works, the service skipped is the \
             one.",
            "curl -v{through} {url}",
        ),
    ],
    fixes: &[
        Fix {
            at: "",
            setting: "The service, or what happens without it",
            path: "Scanner, login and reputation settings of the gateway",
            change: "Restore the service or add a second one; decide whether requests may pass while it is down.",
            risk: "Letting requests pass means without scan or login.",
            verify: "curl -v{through} {url}",
            source: "",
        },
        Fix {
            at: "firewall",
            setting: "Rule for the service",
            path: "Firewalls between {gateway} and the service",
            change: "Allow {gateway} to reach the service's address and port.",
            risk: "Allow it to the service only.",
            verify: "ss -tn state syn-sent",
            source: "",
        },
    ],
    absence: false,
    // By the gateway's own word a failed attempt beside it was made to the service.
    detect: |exchange, attempt| {
        let to_service = |address| attempt.and_then(|attempt| attempt.upstream) == Some(address);
        let service = exchange.signs.service.as_ref();
        service.is_some_and(|service| to_service(service.address) || !attempt.is_some_and(failed))
            || says(exchange, &["icap", "auth_failure", "ldap", "authentication server"])
    },
};
