//! What ProxySG's fields say of a failure, in whatever layout they stand.
//!
//! `x-exception-id` names the page that the gateway sent, `x-exception-last-error` the system's error behind it,
//! `s-action` says whether an answer was fetched, `rs-status` what the server answered, `sc-filter-result` whether a rule
//! refused. A failure may have any status: by default dns_unresolved_hostname is 404.

use super::elff::Values;
use super::meaning::{Meaning, phase};
use super::{Record, Tunnel};
use crate::categories::Id::*;
use crate::protocols::http1::is_server_error;
use crate::report::{
    Confidence::*,
    GeneratedBy::{Gateway, Origin, ParentProxy, Unknown},
};

/// The record of a line.
#[must_use]
pub fn record<'a>(values: &Values<'a>) -> Record<'a> {
    let record = values.record();
    let status = record.status;
    let connect = values.method == "CONNECT";
    let failure = meaning(values, status);
    // `tcp://host:443/` and `ssl://host:443/` are what the client wrote as `CONNECT host:443`.
    let authority = record.target.and_then(|target| target.strip_prefix("tcp://").or(target.strip_prefix("ssl://")));
    let authority = authority.map(|authority| authority.strip_suffix('/').unwrap_or(authority));
    Record {
        target: authority.or(record.target),
        tunnel: match failure {
            None if connect && status == Some(200) => Tunnel::Granted,
            _ if !connect && values.secure() => Tunnel::Inside,
            _ => Tunnel::Plain,
        },
        attempted: record.attempted
            || failure.is_some_and(|meaning| matches!(meaning.made_by, Origin | ParentProxy))
            || values.origin.flatten().is_some(),
        parent: values.hierarchy.contains("PARENT"),
        token: if matches!(values.exception, "-" | "") { values.action } else { values.exception },
        failure,
        ..record
    }
}

/// What a block page says, by the id of its exception and the system's words for an error of TCP.
pub fn page(exception: &str, last_error: &str) -> Option<Meaning> {
    let mut values = Values::default();
    (values.exception, values.last_error) = (exception, last_error);
    meaning(&values, Some(503))
}

/// What the exception, else the action, says.
fn meaning(values: &Values<'_>, status: Option<u16>) -> Option<Meaning> {
    let failed = status.is_some_and(is_server_error);
    let said = |text: &str| !matches!(text, "" | "-" | "none");
    Some(match values.exception {
        "tcp_error" => by_last_error(values.last_error).unwrap_or(TCP_ERROR),
        "dns_unresolved_hostname" => UNRESOLVED,
        "dns_server_failure" => DNS_FAILED,
        "invalid_response" => INVALID,
        "gateway_error" => GATEWAY_ERROR,
        "icap_error" | "icap_communication_error" => ICAP,
        "ssl_failed" if said(values.certificate) => CERTIFICATE,
        "ssl_failed" => TLS,
        "ssl_domain_invalid" => CERTIFICATE,
        id if id.starts_with("ssl_server_cert_") => CERTIFICATE,
        "server_request_limit" | "client_failure_limit_exceeded" => LIMIT,
        _ if !failed => return None,
        "internal_error" => INTERNAL,
        "unsupported_protocol" => UNSUPPORTED,
        "invalid_request" => BAD_REQUEST,
        "" | "-" if said(values.icap) => ICAP,
        "" | "-" if values.filter == "DENIED" || values.action.contains("DENIED") => DENIED,
        "" | "-" if values.action.contains("_ERR_") || values.origin == Some(None) => {
            by_last_error(values.last_error).unwrap_or(FETCH_FAILED)
        }
        "" | "-" if values.origin.flatten().is_some_and(|status| !is_server_error(status)) => CHANGED,
        "" | "-" if values.hierarchy.contains("PARENT") => FROM_PARENT,
        "" | "-" => FROM_SERVER,
        _ => DENIED,
    })
}

/// The system's words for an error of TCP.
fn by_last_error(text: &str) -> Option<Meaning> {
    Some(match text {
        "Operation timed out" => TIMED_OUT,
        "Connection refused" => REFUSED,
        "Connection reset by peer" => RESET,
        "No route to host" | "Network is unreachable" | "Host is down" => UNREACHABLE,
        _ => return None,
    })
}

const TCP_ERROR: Meaning = Meaning::open(
    &[
        phase::CONNECT,
        &[ResponseReset, ResponseTimeout, ResponseEmpty, RequestUnacked, KeepaliveRace, LocalEgressDenied],
    ],
    Gateway,
    "a communication error: the connection could not be opened, or it broke or timed out; the page that the user saw ends in \
     the reason (“Operation timed out”, “Connection refused”)",
);
const TIMED_OUT: Meaning = Meaning::open(
    &[&[TcpSynUnanswered, ReturnPath, ResponseTimeout, RequestUnacked, PmtuBlackhole, TlsNoResponse]],
    Gateway,
    "the system's error is “Operation timed out”: nothing came back, while connecting or later",
);
const REFUSED: Meaning = Meaning::is(
    Likely,
    &[&[TcpSynReset, TcpIcmpUnreachable]],
    Gateway,
    "the system's error is “Connection refused”: by a RST, or by ICMP port unreachable",
);
const RESET: Meaning = Meaning::is(
    Likely,
    &[&[ResponseReset, TlsReset, KeepaliveRace]],
    Gateway,
    "the system's error is “Connection reset by peer”: a RST on a connection that stood",
);
const UNREACHABLE: Meaning = Meaning::is(
    Likely,
    &[&[TcpIcmpUnreachable, TcpIcmpProhibited]],
    Gateway,
    "the system knows no way to the address: ICMP said so, or the gateway's own route or ARP",
);
const UNRESOLVED: Meaning =
    Meaning::is(Likely, &[&[DnsNxdomain, DnsNodata]], Gateway, "the DNS server has no address for the name");
const DNS_FAILED: Meaning = Meaning::open(
    &[&[DnsNoResponse, DnsServfail, DnsRefused, DnsUnreachable, DnsTcpFallbackBlocked]],
    Gateway,
    "no DNS server answered, or it said that it failed",
);
const INVALID: Meaning =
    Meaning::is(Likely, &[&[ResponseInvalid]], Gateway, "what the server sent is no valid HTTP response");
const GATEWAY_ERROR: Meaning = Meaning::open(
    &[&[ParentProxyError], phase::CONNECT, phase::WAIT],
    Unknown,
    "the upstream proxy or gateway failed, or could not be reached",
);
const ICAP: Meaning = Meaning::is(Likely, &[&[RequiredService]], Gateway, "the ICAP service failed or did not answer");
const TLS: Meaning =
    Meaning::open(&[phase::SECURE], Gateway, "the TLS handshake with the server failed; the id does not say how");
const CERTIFICATE: Meaning =
    Meaning::is(Likely, &[&[TlsCertificate]], Gateway, "the gateway refused the server's certificate");
const LIMIT: Meaning = Meaning::is(Likely, &[&[ProxyOverload]], Gateway, "a limit of the gateway was reached");
const INTERNAL: Meaning = Meaning::open(
    &[&[ProxyOverload, RequiredService, NoAttempt], phase::CONNECT, phase::WAIT],
    Gateway,
    "the gateway met an error of its own; the id does not say which",
);
const UNSUPPORTED: Meaning = Meaning::is(
    Possible,
    &[&[NoAttempt, PolicyDenied]],
    Gateway,
    "the gateway does not speak the protocol that was asked for",
);
const BAD_REQUEST: Meaning =
    Meaning::is(Possible, &[&[NoAttempt, PolicyDenied]], Gateway, "the gateway could not read the request");
const FETCH_FAILED: Meaning = Meaning::open(
    &[phase::RESOLVE, phase::CONNECT, phase::SECURE, phase::SEND, phase::WAIT, phase::RECEIVE],
    Gateway,
    "fetching the answer failed (TCP_ERR_MISS, or nothing from the server in rs-status); without x-exception-id the line does \
     not say how",
);
const DENIED: Meaning = Meaning::is(
    Likely,
    &[&[PolicyDenied]],
    Gateway,
    "a rule of the gateway made this answer (its exception, sc-filter-result or s-action)",
);
const CHANGED: Meaning = Meaning::open(
    &[&[ResponseInvalid, ResponseTruncated, RequiredService, PolicyDenied]],
    Gateway,
    "the server's own status (rs-status) was no error: the gateway made this one after it; the line does not say why",
);
const FROM_PARENT: Meaning = Meaning::is(
    Likely,
    &[&[ParentProxyError, OriginError]],
    ParentProxy,
    "no exception of the gateway's: the parent proxy that s-hierarchy names, or a server behind it, sent this status",
);
const FROM_SERVER: Meaning = Meaning::is(
    Likely,
    &[&[OriginError, ParentProxyError]],
    Origin,
    "no exception of the gateway's: the server, or a proxy behind the gateway, sent this status",
);
