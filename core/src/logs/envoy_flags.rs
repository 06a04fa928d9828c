//! What Envoy's response flags, response code details and transport failure reasons mean (stream_info.h, the
//! documentation's Response code details, and the router's sources).
//!
//! Details say more than flags, and the transport's reason more than details. Separators differ by release: braces hold
//! `reason,transport` or `reason|transport|remote_address:…`, with `_` for blanks.

use super::meaning::{Meaning, phase};
use crate::categories::Id::*;
use crate::protocols::http1::is_server_error;
use crate::report::{
    Confidence::*,
    GeneratedBy::{Gateway, Origin, Unknown},
};

/// What a line says of an exchange, as far as it bears on a failure.
#[derive(Clone, Copy, Debug, Default)]
pub struct Said<'a> {
    /// Status; `None` for 0.
    pub status: Option<u16>,
    /// `UF,URX`; `-` where there is none.
    pub flags: &'a str,
    /// `%RESPONSE_CODE_DETAILS%`; empty where it is not logged.
    pub details: &'a str,
    /// `%UPSTREAM_TRANSPORT_FAILURE_REASON%`.
    pub reason: &'a str,
    /// The line holds the upstream's service time: it answered.
    pub answered: bool,
    /// The line names the upstream host.
    pub server: bool,
}

/// What failed; `None` for an exchange that did not fail.
#[must_use]
pub fn meaning(said: &Said<'_>) -> Option<Meaning> {
    let flag = |short: &str, long: &str| said.flags.split(',').any(|flag| flag == short || flag == long);
    let in_details = |words: &str| said.details.contains(words);
    let failed = said.status.is_some_and(is_server_error);
    if flag("DC", "DownstreamConnectionTermination") || in_details("downstream_remote_disconnect") {
        // On a TCP connection this is how it ends.
        return said.status.map_or(!said.details.is_empty(), |status| status != 101).then_some(CLIENT_LEFT);
    }
    let after = in_details("_after_response_started");
    if after && (in_details("upstream_reset") || flag("UC", "") || flag("UR", "")) {
        return Some(TRUNCATED);
    }
    let nothing = said.status.is_none() && flag("UF", "UpstreamConnectionFailure")
        || said.status.is_none() && flag("UH", "NoHealthyUpstream")
        || said.status.is_none() && flag("DF", "DnsResolutionFailed");
    // A filter that fails closed answers with 403 unless it is told otherwise: that is no refusal by the service.
    if in_details("ext_authz_error") || in_details("ext_proc_error") {
        return Some(SERVICE_FAILED);
    }
    if !failed && !nothing {
        return None;
    }
    Some(if in_details("via_upstream") {
        FROM_SERVER
    } else if flag("UH", "NoHealthyUpstream") || in_details("no_healthy_upstream") {
        NO_HEALTHY
    } else if flag("UO", "UpstreamOverflow") || in_details("{overflow") {
        OVERFLOW
    } else if flag("OM", "OverloadManagerTerminated") || in_details("overload") {
        OVERLOAD
    } else if flag("DF", "DnsResolutionFailed") || in_details("dns_") {
        DNS
    } else if flag("UF", "UpstreamConnectionFailure") {
        connecting(said)
    } else if flag("UT", "UpstreamRequestTimeout") || in_details("response_timeout") || in_details("per_try_timeout") {
        NO_ANSWER
    } else if flag("UPE", "UpstreamProtocolError") || in_details("protocol_error") {
        INVALID
    } else if flag("UC", "UpstreamConnectionTermination") || in_details("connection_termination") {
        TERMINATED
    } else if flag("UR", "UpstreamRemoteReset") || in_details("remote_reset") {
        REMOTE_RESET
    } else if flag("LR", "LocalReset") || in_details("local_reset") {
        LOCAL_RESET
    } else if flag("DT", "DurationTimeout") || flag("UMSDR", "UpstreamMaxStreamDurationReached") {
        TOO_LONG
    } else if flag("SI", "StreamIdleTimeout") || in_details("stream_idle_timeout") {
        IDLE
    } else if flag("LH", "FailedLocalHealthCheck") {
        UNHEALTHY
    } else if flag("UAEX", "UnauthorizedExternalService") || flag("RLSE", "RateLimitServiceError") {
        SERVICE
    } else if flag("FI", "FaultInjected") || flag("DI", "DelayInjected") || flag("RL", "RateLimited") {
        BY_RULE
    } else if flag("NR", "NoRouteFound") || flag("NC", "NoClusterFound") || in_details("_not_found") {
        NO_ROUTE_FOUND
    } else if flag("URX", "UpstreamRetryLimitExceeded") {
        RETRIES
    } else if said.answered {
        FROM_SERVER
    } else if said.server {
        ANY
    } else {
        OWN
    })
}

/// What the body of an answer of Envoy's own says.
#[must_use]
pub fn envoy_page(body: &str) -> Option<Meaning> {
    let status = Some(503);
    if body.starts_with("no healthy upstream") {
        return meaning(&Said { status, flags: "UH", ..Said::default() });
    }
    if body.starts_with("upstream request timeout") {
        return meaning(&Said { status: Some(504), flags: "UT", ..Said::default() });
    }
    // As the log writes it.
    let reason = body.split_once("reset reason: ").map_or("", |(_, reason)| reason).replace(' ', "_");
    let (how, transport) = reason.split_once(',').unwrap_or((&reason, ""));
    let flags = match how {
        "connection_failure" | "remote_connection_failure" | "local_connection_failure" | "connection_timeout" => "UF",
        "connection_termination" => "UC",
        "remote_reset" | "remote_refused_stream_reset" => "UR",
        "local_reset" => "LR",
        "overflow" => "UO",
        "protocol_error" => "UPE",
        _ => return Some(RESET_UNSAID),
    };
    meaning(&Said { status, flags, details: how, reason: transport, ..Said::default() })
}

/// UF: the connection failed. The transport's reason says how, in the field of its own or inside the details.
fn connecting(said: &Said<'_>) -> Meaning {
    let has = |words: &str| said.details.contains(words) || said.reason.contains(words);
    let errno = |number: &str| {
        [said.details, said.reason].iter().any(|text| {
            text.split_once("connect_error:").is_some_and(|(_, rest)| {
                let rest = rest.trim_start_matches([' ', '_']);
                let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
                rest.get(..digits) == Some(number)
            })
        })
    };
    if has("CERTIFICATE_VERIFY_FAILED") {
        CERTIFICATE
    } else if has("WRONG_VERSION_NUMBER") {
        NOT_TLS
    } else if has("_ALERT_") || has("ALERT") && (has("TLS_error") || has("TLS error")) {
        ALERT
    } else if has("TLS_error") || has("TLS error") || has("SSL_ERROR") {
        TLS
    } else if errno("111") || has("Connection_refused") || has("Connection refused") {
        REFUSED
    } else if errno("110") || has("connection_timeout") || has("connection timeout") {
        CONNECT_TIMED_OUT
    } else if errno("113") || errno("101") || has("Network_is_unreachable") || has("Network is unreachable") {
        NO_WAY
    } else if errno("99") || has("Cannot_assign") {
        NO_PORT
    } else if errno("13") || errno("1") {
        FORBIDDEN
    } else {
        NOT_CONNECTED
    }
}

const CLIENT_LEFT: Meaning =
    Meaning::is(Proven, &[&[ClientAbort]], Unknown, "the client closed before the answer (DC)");
const FROM_SERVER: Meaning = Meaning::is(
    Likely,
    &[&[OriginError, ParentProxyError]],
    Origin,
    "the upstream answered with this status; Envoy passed it on (a sidecar of the server may have made it)",
);
const NO_HEALTHY: Meaning =
    Meaning::is(Proven, &[&[NoHealthyUpstream]], Gateway, "no healthy host was left in the cluster (UH)");
const OVERFLOW: Meaning =
    Meaning::is(Proven, &[&[ProxyOverload]], Gateway, "a circuit breaker of the cluster was open (UO)");
const OVERLOAD: Meaning =
    Meaning::is(Proven, &[&[ProxyOverload]], Gateway, "Envoy's overload manager refused the request (OM)");
const DNS: Meaning = Meaning::open(
    &[phase::RESOLVE],
    Gateway,
    "the name of the upstream could not be resolved (DF); the line does not say what DNS answered",
);
const REFUSED: Meaning = Meaning::is(
    Likely,
    &[&[TcpSynReset, TcpIcmpUnreachable]],
    Gateway,
    "the connection was refused (UF, errno 111): by a RST, or by ICMP port unreachable",
);
const CONNECT_TIMED_OUT: Meaning = Meaning::is(
    Likely,
    &[&[TcpSynUnanswered, ReturnPath, TlsNoResponse]],
    Gateway,
    "the connection did not stand within connect_timeout (UF): no SYN-ACK, or with TLS no end of the handshake",
);
const NO_WAY: Meaning = Meaning::is(
    Likely,
    &[&[TcpIcmpUnreachable, TcpIcmpProhibited, LocalEgressDenied]],
    Gateway,
    "no way to the host (UF, errno 113 or 101): ICMP said so, or the gateway's own route or ARP",
);
const NO_PORT: Meaning = Meaning::is(
    Likely,
    &[&[EphemeralPortExhaustion, LocalEgressDenied]],
    Gateway,
    "no local address and port was left for the connection (UF, errno 99)",
);
const FORBIDDEN: Meaning = Meaning::is(
    Likely,
    &[&[LocalEgressDenied]],
    Gateway,
    "the gateway's own system forbade the connection (UF, errno 1 or 13)",
);
const CERTIFICATE: Meaning =
    Meaning::is(Proven, &[&[TlsCertificate]], Gateway, "Envoy refused the upstream's certificate (UF)");
const NOT_TLS: Meaning =
    Meaning::is(Likely, &[&[TlsNotSpoken]], Gateway, "what the upstream answered to the ClientHello is no TLS (UF)");
const ALERT: Meaning =
    Meaning::is(Proven, &[&[TlsAlert]], Gateway, "the upstream ended the TLS handshake with an alert (UF)");
const TLS: Meaning = Meaning::open(
    &[phase::SECURE],
    Gateway,
    "the TLS handshake with the upstream failed (UF); the line does not say how",
);
const NOT_CONNECTED: Meaning = Meaning::open(
    &[&[TcpSynReset, TcpSynUnanswered, ReturnPath], phase::CONNECT, phase::SECURE, &[LocalEgressDenied]],
    Gateway,
    "the connection to the upstream failed (UF); the line does not say how",
);
const NO_ANSWER: Meaning = Meaning::is(
    Likely,
    &[&[ResponseTimeout, RequestUnacked, PmtuBlackhole, TcpSynUnanswered]],
    Gateway,
    "no response within the route's timeout (UT, 15 s by default)",
);
const INVALID: Meaning = Meaning::is(
    Likely,
    &[&[ResponseInvalid, ResponseHeaderTooLarge, ResponseBadChunk, H2Goaway]],
    Gateway,
    "what the upstream sent breaks the protocol (UPE)",
);
const TERMINATED: Meaning = Meaning::open(
    &[&[ResponseReset, ResponseEmpty, KeepaliveRace]],
    Gateway,
    "the upstream closed or reset the connection before a response (UC); the line does not say which",
);
const TRUNCATED: Meaning = Meaning::is(
    Likely,
    &[&[ResponseTruncated]],
    Origin,
    "the upstream ended the connection or stream in the middle of the response",
);
const REMOTE_RESET: Meaning = Meaning::is(
    Likely,
    &[&[H2RstStream, ResponseReset]],
    Gateway,
    "the upstream reset the stream before a response (UR)",
);
const LOCAL_RESET: Meaning = Meaning::open(
    &[&[ResponseInvalid, ProxyOverload, ClientAbort], phase::WAIT],
    Gateway,
    "Envoy itself reset the stream (LR); the line does not say why",
);
const TOO_LONG: Meaning = Meaning::is(
    Likely,
    &[&[ResponseTimeout, ResponseStalled]],
    Gateway,
    "the exchange took longer than the maximum that is set (DT, UMSDR)",
);
const IDLE: Meaning = Meaning::open(
    &[&[ResponseTimeout, ResponseStalled, ClientAbort]],
    Gateway,
    "nothing moved on the stream until stream_idle_timeout (SI)",
);
const UNHEALTHY: Meaning =
    Meaning::is(Likely, &[&[NoHealthyUpstream]], Gateway, "Envoy's own service failed its health check (LH)");
const SERVICE: Meaning = Meaning::is(
    Likely,
    &[&[RequiredService, PolicyDenied]],
    Gateway,
    "the external authorization or rate limit service failed or refused (UAEX, RLSE)",
);
const SERVICE_FAILED: Meaning = Meaning::is(
    Proven,
    &[&[RequiredService]],
    Gateway,
    "the external authorization or processing service could not be asked or gave no usable answer (ext_authz_error, \
     ext_proc_error)",
);
const BY_RULE: Meaning = Meaning::is(
    Likely,
    &[&[PolicyDenied]],
    Gateway,
    "a rule of Envoy made this answer: fault injection or a rate limit",
);
/// Releases before 1.12 write no reason.
const RESET_UNSAID: Meaning = Meaning::open(
    &[
        phase::CONNECT,
        phase::SECURE,
        &[ResponseReset, ResponseEmpty, KeepaliveRace, H2RstStream, H2Goaway, ResponseInvalid, ResponseHeaderTooLarge],
        phase::SEND,
    ],
    Gateway,
    "Envoy did not reach the upstream, or lost it before a response; its page does not say how",
);
const NO_ROUTE_FOUND: Meaning = Meaning::is(
    Likely,
    &[&[NoAttempt]],
    Gateway,
    "Envoy's configuration has no route or cluster for the request (NR, NC)",
);
const RETRIES: Meaning = Meaning::open(
    &[phase::CONNECT, phase::WAIT, &[OriginError]],
    Unknown,
    "the retries were used up (URX); the line does not say how the attempts failed",
);
const ANY: Meaning = Meaning::open(
    &[&[OriginError], phase::WAIT, phase::CONNECT],
    Unknown,
    "no flag tells of a failure of Envoy's, and no service time of an answer of the upstream's",
);
const OWN: Meaning = Meaning::is(
    Possible,
    &[&[NoAttempt, PolicyDenied]],
    Gateway,
    "Envoy answered itself and asked no upstream: a direct response or a filter",
);
