//! What Squid's `%err_code` and `%err_detail` say, where a site has appended them to its log.
//!
//! Which status goes with which code is in src/FwdState.cc, src/http.cc and src/errorpage.cc; numbers of `errno=` are
//! Linux's.

use crate::categories::Id::*;
use crate::report::{
    Confidence::*,
    GeneratedBy::{Gateway, Origin, Unknown},
};
use crate::time::Span;

use super::meaning::{Meaning, phase};
use super::squid_meanings::{DENIED, READ_TIMED_OUT, REFUSED_FIRST, SILENCE_FIRST};
use super::squid_words::{Base, Failure, Path, Tag, by_path_of_unknown};

/// What Squid's error page says of itself in `X-Squid-Error`: the code, and the number of the system's error.
pub fn squid_page(code: &str, number: &str, took: Span) -> Option<Meaning> {
    let line = Failure {
        tag: Tag { base: Base::None, timed_out: false, aborted: false },
        path: Path::Direct,
        status: Some(503),
        elapsed: Some(took),
        connect: false,
        secure: false,
        reused: false,
        html: true,
        error: None,
    };
    if code == "ERR_READ_ERROR" && matches!(number, "" | "0") {
        return Some(E_READ_UNSAID);
    }
    by_error(code, &alloc::format!("errno={number}"), &line, false)
}

/// The error code decides. Errors that are no failure of an exchange (a refusal, a client's mistake) give `None`.
pub fn by_error(code: &str, detail: &str, line: &Failure<'_>, failed: bool) -> Option<Meaning> {
    let says = |what: &str| detail.split('+').any(|part| part == what);
    let whole = line.status.is_some_and(|status| status < 500);
    Some(match code {
        "ERR_CLIENT_GONE" => E_CLIENT_GONE,
        "ERR_ACCESS_DENIED" | "ERR_CACHE_ACCESS_DENIED" if failed => DENIED,
        "ERR_DNS_FAIL" => E_DNS,
        // Squid 5.7 says this for a name that does not resolve.
        "ERR_READ_ERROR" if line.path == Path::Nobody && !whole => E_DNS,
        "ERR_CONNECT_FAIL" if says("errno=110") => E_CONNECT_110,
        "ERR_CONNECT_FAIL" if says("errno=111") => E_CONNECT_111,
        "ERR_CONNECT_FAIL" if says("errno=113") || says("errno=101") => E_CONNECT_113,
        "ERR_CONNECT_FAIL" if says("errno=99") => E_CONNECT_99,
        "ERR_CONNECT_FAIL" if says("errno=1") || says("errno=13") => E_CONNECT_13,
        "ERR_CONNECT_FAIL" if line.path == Path::Parent && line.status == Some(504) => E_PARENT_SILENT,
        "ERR_CONNECT_FAIL" if line.path == Path::Parent && line.status == Some(502) => E_PARENT_CLOSED,
        "ERR_CONNECT_FAIL" if line.elapsed.is_none() => E_CONNECT_UNTIMED,
        "ERR_CONNECT_FAIL" if line.elapsed >= Some(Span::seconds(2)) => E_CONNECT_SLOW,
        "ERR_CONNECT_FAIL" => E_CONNECT,
        "ERR_SECURE_CONNECT_FAIL" if says("TLS_CONNECT_TIMEOUT") => E_TLS_TIMEOUT,
        "ERR_SECURE_CONNECT_FAIL" if says("TLS_CONNECT_CLOSE") => E_TLS_CLOSED,
        "ERR_SECURE_CONNECT_FAIL" if detail.contains("X509_V_ERR") => E_TLS_CERTIFICATE,
        "ERR_SECURE_CONNECT_FAIL" => E_TLS,
        "ERR_READ_TIMEOUT" if whole => E_STALLED,
        "ERR_READ_TIMEOUT" => READ_TIMED_OUT,
        "ERR_READ_ERROR" | "ERR_ZERO_SIZE_OBJECT" if whole => E_TRUNCATED,
        "ERR_READ_ERROR" if says("SRV_PREMATURE_EOF") => E_TRUNCATED,
        "ERR_READ_ERROR" => E_READ,
        "ERR_WRITE_ERROR" => E_WRITE,
        "ERR_ZERO_SIZE_OBJECT" => E_ZERO,
        "ERR_INVALID_RESP" => E_INVALID,
        "ERR_TOO_BIG" if failed => E_TOO_BIG,
        "ERR_CANNOT_FORWARD" => E_CANNOT_FORWARD,
        "ERR_ICAP_FAILURE" => E_ICAP,
        "ERR_ONLY_IF_CACHED_MISS" => E_ONLY_IF_CACHED,
        "ERR_SOCKET_FAILURE" => E_SOCKET,
        _ if failed => by_path_of_unknown(line),
        _ => return None,
    })
}

const E_CLIENT_GONE: Meaning = Meaning::is(Proven, &[&[ClientAbort]], Unknown, "the client left (ERR_CLIENT_GONE)");

const E_DNS: Meaning = Meaning::open(
    &[phase::RESOLVE],
    Gateway,
    "Squid found no address for the name; the line does not say what DNS answered",
);

const E_CONNECT_110: Meaning = Meaning::is(
    Likely,
    &[&[TcpSynUnanswered, ReturnPath]],
    Gateway,
    "the connection timed out (ERR_CONNECT_FAIL, errno 110)",
);

const E_CONNECT_111: Meaning = Meaning::is(
    Likely,
    &[&[TcpSynReset, TcpIcmpUnreachable]],
    Gateway,
    "the connection was refused (ERR_CONNECT_FAIL, errno 111): by a RST, or by ICMP port unreachable",
);

const E_CONNECT_113: Meaning = Meaning::is(
    Likely,
    &[&[TcpIcmpUnreachable, TcpIcmpProhibited, TcpRoutingLoop]],
    Gateway,
    "there is no way to the address (ERR_CONNECT_FAIL, errno 113 or 101): ICMP said so, or the gateway's own route or ARP",
);

const E_CONNECT_99: Meaning = Meaning::is(
    Likely,
    &[&[EphemeralPortExhaustion, LocalEgressDenied]],
    Gateway,
    "the gateway had no local address and port left (ERR_CONNECT_FAIL, errno 99)",
);

const E_CONNECT_13: Meaning = Meaning::is(
    Likely,
    &[&[LocalEgressDenied, TcpIcmpProhibited]],
    Gateway,
    "the gateway's own system forbade the connection, or ICMPv6 did (ERR_CONNECT_FAIL, errno 1 or 13)",
);

/// src/clients/HttpTunneler.cc; before Squid 5 a connection that timed out had this status as well.
const E_PARENT_SILENT: Meaning = Meaning::open(
    &[&[ResponseTimeout, TcpSynUnanswered, ReturnPath, RequestUnacked]],
    Gateway,
    "Squid asked a parent proxy for a tunnel and got no answer in time (ERR_CONNECT_FAIL with 504)",
);

const E_PARENT_CLOSED: Meaning = Meaning::open(
    &[&[ResponseEmpty, ResponseReset, ResponseInvalid, ResponseHeaderTooLarge]],
    Gateway,
    "Squid asked a parent proxy for a tunnel, and it closed or answered what is no HTTP (ERR_CONNECT_FAIL with 502)",
);

const E_CONNECT_SLOW: Meaning = Meaning::open(
    &[SILENCE_FIRST],
    Gateway,
    "the connection failed after seconds (ERR_CONNECT_FAIL); the line does not say how",
);

const E_CONNECT_UNTIMED: Meaning =
    Meaning::open(&[REFUSED_FIRST], Gateway, "the connection failed (ERR_CONNECT_FAIL); the line does not say how");

const E_CONNECT: Meaning = Meaning::open(
    &[REFUSED_FIRST],
    Gateway,
    "the connection failed at once (ERR_CONNECT_FAIL); the line does not say how",
);

const E_TLS_TIMEOUT: Meaning =
    Meaning::is(Likely, &[&[TlsNoResponse, PmtuBlackhole]], Gateway, "the TLS handshake with the server timed out");

const E_TLS_CLOSED: Meaning =
    Meaning::is(Likely, &[&[TlsClosed, TlsReset]], Gateway, "the server closed during the TLS handshake");

const E_TLS_CERTIFICATE: Meaning =
    Meaning::is(Proven, &[&[TlsCertificate]], Gateway, "Squid refused the server's certificate");

const E_TLS: Meaning = Meaning::open(
    &[&[TlsAlert, TlsNotSpoken, TlsCertificate, TlsReset, TlsClosed, TlsNoResponse]],
    Gateway,
    "the TLS handshake with the server failed (ERR_SECURE_CONNECT_FAIL); the line does not say how",
);

const E_STALLED: Meaning = Meaning::is(
    Likely,
    &[&[ResponseStalled]],
    Origin,
    "the response began and then stopped until read_timeout (ERR_READ_TIMEOUT after the status)",
);

const E_TRUNCATED: Meaning =
    Meaning::is(Likely, &[&[ResponseTruncated]], Unknown, "the response broke off before its end");

const E_READ: Meaning = Meaning::is(
    Likely,
    &[&[ResponseReset, KeepaliveRace, ResponseTruncated]],
    Gateway,
    "reading the response failed (ERR_READ_ERROR): as a rule a RST",
);

/// Squid 5.7 writes the same where a name does not resolve, and where it has no way to go.
const E_READ_UNSAID: Meaning = Meaning::open(
    &[
        &[ResponseReset, KeepaliveRace, ResponseTruncated, ResponseEmpty],
        phase::RESOLVE,
        &[NoHealthyUpstream, NoAttempt],
    ],
    Gateway,
    "ERR_READ_ERROR without an error of the system: Squid 5 says so where the name does not resolve, and where reading the \
     response failed",
);

const E_WRITE: Meaning = Meaning::open(
    &[&[KeepaliveRace, ResponseReset, RequestUnacked]],
    Gateway,
    "sending the request failed (ERR_WRITE_ERROR): the server had closed or reset the connection",
);

const E_ZERO: Meaning = Meaning::is(
    Likely,
    &[&[ResponseEmpty, KeepaliveRace, TlsAlert]],
    Gateway,
    "the server closed without sending a byte (ERR_ZERO_SIZE_OBJECT)",
);

const E_INVALID: Meaning = Meaning::is(
    Likely,
    &[&[ResponseInvalid, ResponseTruncated]],
    Gateway,
    "what the server sent is no valid response, or its header broke off (ERR_INVALID_RESP)",
);

const E_TOO_BIG: Meaning = Meaning::is(
    Proven,
    &[&[ResponseHeaderTooLarge]],
    Gateway,
    "the response's header is larger than reply_header_max_size (ERR_TOO_BIG)",
);

const E_CANNOT_FORWARD: Meaning = Meaning::open(
    &[phase::RESOLVE, &[NoHealthyUpstream, NoAttempt], phase::CONNECT],
    Gateway,
    "Squid had no way left to forward the request (ERR_CANNOT_FORWARD): no address for the name, no parent that is up, or \
     direct access not allowed",
);

const E_ICAP: Meaning =
    Meaning::is(Proven, &[&[RequiredService]], Gateway, "the ICAP service failed or did not answer (ERR_ICAP_FAILURE)");

const E_ONLY_IF_CACHED: Meaning = Meaning::is(
    Proven,
    &[&[NoAttempt]],
    Gateway,
    "the client asked for a cached copy only (only-if-cached), and there is none: nothing failed upstream",
);

const E_SOCKET: Meaning = Meaning::is(
    Likely,
    &[&[EphemeralPortExhaustion, ProxyOverload]],
    Gateway,
    "the gateway could not open a socket (ERR_SOCKET_FAILURE)",
);
