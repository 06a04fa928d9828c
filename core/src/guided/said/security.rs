//! Security services and firewalls in the place of the gateway: the words of their logs, with the failures that the log
//! formats read from them.

use crate::categories::Id::*;
use crate::guided::{Answer, PRACTICE, answer, yes};
use crate::logs::{forcepoint as force, phase, zscaler as zia};

const ZIA: &str = "Zscaler, NSS feed output format: web logs";

pub(super) const ZSCALER: &[Answer] = &[
    answer("blocked", "action Blocked", &[yes(zia::BLOCKED.candidates, "A policy blocked the request.", ZIA)]),
    answer(
        "resolve",
        "The page or reason says that the name could not be resolved",
        &[yes(zia::UNRESOLVED.candidates, "The server's name was not resolved.", PRACTICE)],
    ),
    answer(
        "timed-out",
        "The page or reason says that the connection timed out",
        &[yes(zia::TIMED_OUT.candidates, "A timeout ran out; in which phase is not said.", PRACTICE)],
    ),
];

const SIEM: &str = "Forcepoint Web Security, SIEM integration: CEF and key-value pairs";

pub(super) const FORCEPOINT: &[Answer] = &[
    answer("blocked", "action=blocked", &[yes(force::BLOCKED.candidates, "A policy blocked the request.", SIEM)]),
    answer(
        "by-server",
        "http_response and http_proxy_status_code are the same",
        &[yes(force::FROM_SERVER.candidates, "The server, or a proxy behind, sent the status.", SIEM)],
    ),
    answer(
        "connect",
        "ERR_CONNECT_FAIL",
        &[yes(&[phase::CONNECT], "Content Gateway could not connect to the server.", PRACTICE)],
    ),
    answer("dns", "ERR_DNS_FAIL", &[yes(&[phase::RESOLVE], "The name was not resolved.", PRACTICE)]),
    answer(
        "read",
        "ERR_READ_TIMEOUT",
        &[yes(
            &[&[ResponseTimeout, ResponseStalled, RequestUnacked, PmtuBlackhole]],
            "No response, or no more of it, came in time.",
            PRACTICE,
        )],
    ),
    answer("client", "ERR_CLIENT_ABORT", &[yes(&[&[ClientAbort]], "The client left first.", PRACTICE)]),
];

const FORTI: &str = "FortiOS Log Message Reference, Traffic";

pub(super) const FORTINET: &[Answer] = &[
    answer("deny", "action deny", &[yes(&[&[PolicyDenied]], "A policy blocked the session.", FORTI)]),
    answer(
        "server-rst",
        "action server-rst",
        &[yes(&[&[TcpSynReset, ResponseReset, TlsReset]], "The server, or somebody in its name, reset.", FORTI)],
    ),
    answer("client-rst", "action client-rst", &[yes(&[&[ClientAbort]], "The client reset its connection.", FORTI)]),
    answer(
        "timeout",
        "action timeout, rcvdbyte 0",
        &[yes(&[&[TcpSynUnanswered, ReturnPath]], "Nothing came back until the session was forgotten.", FORTI)],
    ),
];

const PAN: &str = "PAN-OS Administrator's Guide, Traffic Log Fields";

pub(super) const PALO_ALTO: &[Answer] = &[
    answer(
        "deny",
        "action deny, drop or reset, or session end reason policy-deny or threat",
        &[yes(&[&[PolicyDenied]], "The firewall's own rule or scanner ended it.", PAN)],
    ),
    answer(
        "server-rst",
        "session end reason tcp-rst-from-server",
        &[yes(&[&[TcpSynReset, ResponseReset, TlsReset]], "The server, or somebody in its name, reset.", PAN)],
    ),
    answer(
        "client-rst",
        "session end reason tcp-rst-from-client",
        &[yes(&[&[ClientAbort]], "The client reset its connection.", PAN)],
    ),
    answer(
        "aged-out",
        "session end reason aged-out, no bytes received",
        &[yes(&[&[TcpSynUnanswered, ReturnPath]], "Nothing came back until the session was forgotten.", PAN)],
    ),
];
