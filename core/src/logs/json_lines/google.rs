//! Google Cloud's Application Load Balancers: `jsonPayload.statusDetails` (global, classic) and `jsonPayload.proxyStatus`
//! (regional), which says the same after an error type of RFC 9209. Cloud Load Balancing documentation, Logging and
//! monitoring: statusDetails HTTP failure messages; proxyStatus field.

use super::super::meaning::{Meaning, phase};
use crate::categories::Id::*;
use crate::report::{
    Confidence::*,
    GeneratedBy::{Gateway, Origin, Unknown},
};

/// What a line means; `None` for a request that did not fail.
pub fn meaning(status: Option<u16>, details: &str, proxy_status: &str) -> Option<Meaning> {
    let failed = status.is_some_and(|status| status >= 500);
    let details = if details.is_empty() { parameter(proxy_status, "details") } else { details };
    if let Some((_, meaning)) = DETAILS.iter().find(|(name, _)| *name == details) {
        // A request that the client left, or an answer that broke off, has failed whatever its status.
        let whole = !matches!(meaning.category(), ClientAbort | ResponseTruncated);
        return (failed || !whole && status != Some(101)).then_some(*meaning);
    }
    let error = parameter(proxy_status, "error");
    let by_error = || ERRORS.iter().find(|(name, _)| *name == error).map(|(_, meaning)| *meaning);
    match status {
        Some(500..) if details.starts_with("server_cert_") => Some(CERTIFICATE),
        Some(500..) => Some(by_error().unwrap_or(ANY)),
        // Its handshake failed: no request came.
        None if details.starts_with("client_cert_") => None,
        None | Some(499) => Some(LEFT),
        Some(_) => None,
    }
}

/// `error="destination_unavailable"; details="failed_to_pick_backend"`, its quotes escaped or not.
fn parameter<'a>(list: &'a str, name: &str) -> &'a str {
    let value = list.split(';').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
    value.unwrap_or_default().trim_matches(['"', '\\'])
}

const DETAILS: &[(&str, Meaning)] = &[
    ("response_sent_by_backend", FROM_SERVER),
    ("response_from_cache", FROM_SERVER),
    ("backend_connection_closed_before_data_sent_to_client", CLOSED),
    ("backend_connection_closed_after_partial_response_sent", TRUNCATED),
    ("backend_early_response_with_non_error_status", EARLY),
    ("backend_interim_response_not_supported", INVALID),
    ("backend_response_corrupted", BAD_CODING),
    ("backend_response_headers_too_long", TOO_LARGE),
    ("backend_timeout", TIMED_OUT),
    ("client_disconnected_after_partial_response", LEFT_IN_BODY),
    ("client_disconnected_before_any_response", LEFT),
    ("client_timed_out", CLIENT_SLOW),
    ("error_uncompressing_gzipped_body", INVALID),
    ("failed_to_connect_to_backend", NOT_CONNECTED),
    ("failed_to_pick_backend", NO_BACKEND),
    ("failed_to_negotiate_alpn", NO_ALPN),
    ("ssl_certificate_san_verification_failed", CERTIFICATE),
    ("ssl_certificate_chain_verification_failed", CERTIFICATE),
    ("denied_by_security_policy", POLICY),
    ("direct_response", POLICY),
    ("fault_filter_abort", POLICY),
    ("request_loop_detected", LOOP),
    ("config_not_found", OWN),
    ("internal_error", OWN),
    ("retriable_error", OWN),
    ("serverless_neg_routing_failed", NO_BACKEND),
    ("service_extension_error", SERVICE),
    ("handled_by_identity_aware_proxy", SERVICE),
];

/// Error types of `proxyStatus`, where its details are none of the above.
const ERRORS: &[(&str, Meaning)] = &[
    ("destination_unavailable", NO_BACKEND),
    ("connection_timeout", CONNECT_TIMED_OUT),
    ("connection_refused", REFUSED),
    ("connection_terminated", CLOSED),
    ("http_response_timeout", TIMED_OUT),
    ("http_response_incomplete", TRUNCATED),
    ("http_protocol_error", INVALID),
    ("dns_error", DNS),
    ("dns_timeout", DNS),
    ("tls_certificate_error", CERTIFICATE),
    ("tls_protocol_error", NO_TLS),
    ("http_request_denied", POLICY),
    ("proxy_internal_error", OWN),
];

pub(crate) const FROM_SERVER: Meaning =
    Meaning::is(Proven, &[&[OriginError]], Origin, "the backend itself sent this status (response_sent_by_backend)");
pub(crate) const CLOSED: Meaning = Meaning::open(
    &[&[KeepaliveRace, ResponseEmpty, ResponseReset, ResponseTruncated]],
    Gateway,
    "the backend closed its connection before the response was passed on: as a rule its keep-alive timeout is below the load \
     balancer's 600 s",
);
pub(crate) const TRUNCATED: Meaning = Meaning::is(
    Likely,
    &[&[ResponseTruncated]],
    Origin,
    "the backend closed its connection in the middle of the response",
);
pub(crate) const EARLY: Meaning = Meaning::open(
    &[&[ResponseInvalid, RequestUnacked]],
    Gateway,
    "the backend sent a response that is no error before it had the whole request",
);
pub(crate) const INVALID: Meaning = Meaning::is(
    Likely,
    &[&[ResponseInvalid]],
    Gateway,
    "the backend's response is not valid where the load balancer expects one",
);
pub(crate) const BAD_CODING: Meaning = Meaning::is(
    Likely,
    &[&[ResponseBadChunk, ResponseInvalid]],
    Gateway,
    "the response's body has an invalid chunked coding or is otherwise corrupt",
);
pub(crate) const TOO_LARGE: Meaning = Meaning::is(
    Proven,
    &[&[ResponseHeaderTooLarge]],
    Gateway,
    "the response's headers exceed the load balancer's limit",
);
pub(crate) const TIMED_OUT: Meaning = Meaning::is(
    Likely,
    &[&[ResponseTimeout, ResponseStalled, RequestUnacked, PmtuBlackhole]],
    Gateway,
    "the backend did not finish its response within the backend service's timeout",
);
pub(crate) const LEFT: Meaning =
    Meaning::is(Proven, &[&[ClientAbort]], Unknown, "the connection to the client broke before the response");
pub(crate) const LEFT_IN_BODY: Meaning =
    Meaning::is(Proven, &[&[ClientAbort]], Origin, "the connection to the client broke in the middle of the response");
pub(crate) const CLIENT_SLOW: Meaning = Meaning::is(
    Likely,
    &[&[ClientAbort]],
    Unknown,
    "the client made no progress with its request or the response, and the load balancer gave it up",
);
pub(crate) const NOT_CONNECTED: Meaning = Meaning::open(
    &[&[TcpSynReset, TcpSynUnanswered, ReturnPath], phase::CONNECT, phase::SECURE],
    Gateway,
    "the load balancer could not connect to the backend, by a timeout or otherwise",
);
pub(crate) const CONNECT_TIMED_OUT: Meaning = Meaning::is(
    Likely,
    &[&[TcpSynUnanswered, ReturnPath, TlsNoResponse]],
    Gateway,
    "the connection to the backend was not set up in time",
);
pub(crate) const REFUSED: Meaning =
    Meaning::is(Likely, &[&[TcpSynReset, TcpIcmpUnreachable]], Gateway, "the backend refused the connection");
pub(crate) const NO_BACKEND: Meaning = Meaning::is(
    Likely,
    &[&[NoHealthyUpstream]],
    Gateway,
    "the load balancer found no healthy backend for the request (failed_to_pick_backend)",
);
pub(crate) const NO_ALPN: Meaning = Meaning::is(
    Likely,
    &[&[TlsAlert, TlsNotSpoken]],
    Gateway,
    "backend and load balancer could not agree on a protocol in the TLS handshake (ALPN)",
);
pub(crate) const NO_TLS: Meaning =
    Meaning::open(&[phase::SECURE], Gateway, "the TLS handshake with the backend failed");
pub(crate) const CERTIFICATE: Meaning =
    Meaning::is(Proven, &[&[TlsCertificate]], Gateway, "the load balancer refused the backend's certificate");
pub(crate) const DNS: Meaning = Meaning::open(&[phase::RESOLVE], Gateway, "the backend's name could not be resolved");
pub(crate) const POLICY: Meaning = Meaning::is(
    Likely,
    &[&[PolicyDenied]],
    Gateway,
    "a rule of the load balancer answers so: Cloud Armor, a fixed response or a fault filter",
);
pub(crate) const LOOP: Meaning =
    Meaning::is(Proven, &[&[ProxyLoop]], Gateway, "the request came back to the load balancer (request_loop_detected)");
pub(crate) const OWN: Meaning = Meaning::open(
    &[&[ProxyOverload, NoAttempt]],
    Gateway,
    "the load balancer's own infrastructure failed, or a change of its configuration has not arrived yet",
);
pub(crate) const SERVICE: Meaning = Meaning::is(
    Likely,
    &[&[RequiredService, PolicyDenied]],
    Gateway,
    "Identity-Aware Proxy or a service extension, which is asked first, made this answer or failed",
);
pub(crate) const ANY: Meaning = Meaning::open(
    &[&[OriginError, NoHealthyUpstream], phase::CONNECT, phase::WAIT],
    Unknown,
    "the line says neither that the backend sent this status nor why the load balancer made it",
);
