//! What the sentences of nginx's error log mean, by the sources that write them.
//!
//! The action after `while` names the phase; the message and its errno say how it ended. A timer that ran out becomes
//! 504, everything else 502; neither is in the line.

use memchr::memmem::find;

use super::connect_errors;
use super::meaning::{Meaning, phase};
use crate::categories::Id::*;
use crate::report::{
    Confidence::*,
    GeneratedBy::{Gateway, Unknown},
};

/// Where nginx was, by its own words.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    Connecting,
    Handshaking,
    Sending,
    Header,
    Body,
    Other,
}

/// What a sentence (up to `, client:`) means; `None` where it tells of no failed request.
#[must_use]
pub fn meaning(sentence: &str) -> Option<Meaning> {
    let has = |text: &str| find(sentence.as_bytes(), text.as_bytes()).is_some();
    let errno = |number: &str| has(number);
    if has("client prematurely closed connection") {
        return Some(CLIENT_LEFT);
    }
    // What FastCGI wrote to stderr may quote anything.
    if sentence.starts_with("FastCGI sent in stderr") || has("upstream server temporarily disabled") {
        return None;
    }
    if has("could not be resolved (") {
        return Some(resolving(sentence));
    }
    if has("no resolver defined to resolve ") {
        return Some(NO_RESOLVER);
    }
    if has("no live upstreams") {
        return Some(NO_LIVE);
    }
    if has("worker_connections are not enough") {
        return Some(TOO_FEW);
    }
    if has("auth request unexpected status") {
        return Some(PERMISSION);
    }
    let action = action(sentence);
    let peer_gone = has("prematurely closed connection") || has("peer closed connection");
    Some(match action {
        Action::Connecting if has("upstream timed out") => CONNECT_TIMED_OUT,
        Action::Connecting if has("connect() failed") || has("connect() to ") || has("peer closed") => {
            let number = sentence.split_once(" failed (").and_then(|(_, rest)| rest.split(':').next());
            match number.unwrap_or_default() {
                "2" | "11" => NO_SOCKET,
                number => connect_errors::by_errno(number).unwrap_or(CONNECT_OTHER),
            }
        }
        Action::Handshaking if has("upstream timed out") => TLS_TIMED_OUT,
        Action::Handshaking if has("certificate verify error") || has("certificate does not match") => CERTIFICATE,
        Action::Handshaking if has("alert number") => ALERT,
        Action::Handshaking if has("wrong version number") || has("unknown protocol") => NOT_TLS,
        Action::Handshaking if errno("(104:") || errno("(54:") => TLS_RESET,
        // OpenSSL 3 calls a FIN an unexpected end of the file.
        Action::Handshaking if has("peer closed connection in SSL handshake") || has("unexpected eof") => TLS_CLOSED,
        Action::Handshaking if has("SSL_do_handshake() failed") || has("SSL") => TLS_OTHER,
        Action::Sending if has("upstream timed out") => SEND_TIMED_OUT,
        Action::Sending if errno("(104:") || errno("(32:") || peer_gone => SEND_BROKEN,
        Action::Header if has("upstream timed out") => NO_ANSWER,
        Action::Header if has("too big header") => TOO_BIG,
        Action::Header if has("no valid HTTP") || has("invalid header") || has("duplicate header line") => INVALID,
        Action::Header if has("headers at the same time") || has("unknown \"Transfer-Encoding\"") => INVALID,
        Action::Header if has("invalid \"Content-Length\"") || has("unsupported protocol in \"Status\"") => INVALID,
        Action::Header if errno("(104:") || errno("(54:") => RESET,
        Action::Header if peer_gone => CLOSED,
        Action::Body if has("upstream timed out") => STALLED,
        Action::Body if has("invalid chunked") => BAD_CHUNK,
        Action::Body if peer_gone || errno("(104:") || errno("(54:") => TRUNCATED,
        _ if has("upstream sent goaway") || has("GOAWAY") => GOAWAY,
        _ if has("rst stream frame with error") || has("upstream rejected request with error") => RST_STREAM,
        _ if has("upstream sent no valid HTTP") => INVALID,
        _ => return None,
    })
}

fn action(sentence: &str) -> Action {
    // The last one: a message may quote another.
    let Some(at) = memchr::memmem::rfind(sentence.as_bytes(), b" while ") else { return Action::Other };
    match sentence.get(at + 7..).unwrap_or_default() {
        "connecting to upstream" => Action::Connecting,
        "SSL handshaking to upstream" => Action::Handshaking,
        "sending request to upstream" => Action::Sending,
        "reading response header from upstream" => Action::Header,
        "reading upstream" => Action::Body,
        _ => Action::Other,
    }
}

/// `X could not be resolved (3: Host not found)`: the numbers are those of the answer.
fn resolving(sentence: &str) -> Meaning {
    let number = sentence.split_once("could not be resolved (").and_then(|(_, rest)| rest.split_once(':'));
    match number.map_or("", |(number, _)| number) {
        "2" => SERVFAIL,
        "3" => NXDOMAIN,
        "5" => DNS_REFUSED,
        "110" | "60" | "10060" => DNS_SILENT,
        _ => DNS_OTHER,
    }
}

const NXDOMAIN: Meaning = Meaning::is(
    Proven,
    &[&[DnsNxdomain, DnsNodata]],
    Gateway,
    "the DNS server says that the name does not exist (3: Host not found)",
);
const SERVFAIL: Meaning =
    Meaning::is(Proven, &[&[DnsServfail]], Gateway, "the DNS server could not find out (2: Server failure)");
const DNS_REFUSED: Meaning =
    Meaning::is(Proven, &[&[DnsRefused]], Gateway, "the DNS server refused to answer (5: Operation refused)");
const DNS_SILENT: Meaning = Meaning::is(
    Likely,
    &[&[DnsNoResponse, DnsUnreachable]],
    Gateway,
    "the DNS server did not answer within resolver_timeout (110: Operation timed out)",
);
const DNS_OTHER: Meaning =
    Meaning::open(&[phase::RESOLVE], Gateway, "nginx could not resolve the name; the number is none that says how");
const NO_RESOLVER: Meaning = Meaning::is(
    Likely,
    &[&[NoAttempt], phase::RESOLVE],
    Gateway,
    "the server's name is known only at run time, and nginx has no `resolver` to look it up: it asked nobody",
);
const TOO_FEW: Meaning = Meaning::is(
    Proven,
    &[&[ProxyOverload]],
    Gateway,
    "every connection that worker_connections allows was in use when nginx was to connect",
);
const NO_LIVE: Meaning = Meaning::is(
    Proven,
    &[&[NoHealthyUpstream]],
    Gateway,
    "every server of the group is marked down after earlier failures (max_fails, fail_timeout)",
);
const PERMISSION: Meaning = Meaning::is(
    Proven,
    &[&[RequiredService]],
    Gateway,
    "the server that auth_request asks first gave neither a permission (2xx) nor a refusal (401, 403)",
);
/// For a line with `subrequest:`, whatever its sentence.
pub const SUBREQUEST: Meaning = Meaning::is(
    Likely,
    &[&[RequiredService]],
    Gateway,
    "nginx made this request itself for another location, as auth_request does before it asks the site",
);
const CLIENT_LEFT: Meaning =
    Meaning::is(Proven, &[&[ClientAbort]], Unknown, "the client closed before the answer; nginx notes it as 499");

const CONNECT_TIMED_OUT: Meaning = Meaning::is(
    Likely,
    &[&[TcpSynUnanswered, ReturnPath]],
    Gateway,
    "no connection within proxy_connect_timeout: nothing came back for its SYNs",
);
const NO_SOCKET: Meaning = Meaning::is(
    Likely,
    &[&[NoHealthyUpstream, ProxyOverload]],
    Gateway,
    "the local socket of the server is not there, or its queue is full",
);
const CONNECT_OTHER: Meaning =
    Meaning::open(&[phase::CONNECT, &[LocalEgressDenied]], Gateway, "the connection failed; its errno says no more");

const TLS_TIMED_OUT: Meaning = Meaning::is(
    Likely,
    &[&[TlsNoResponse, PmtuBlackhole]],
    Gateway,
    "connected, and then the TLS handshake did not end within the timeout",
);
const CERTIFICATE: Meaning =
    Meaning::is(Proven, &[&[TlsCertificate]], Gateway, "nginx refused the server's certificate (proxy_ssl_verify)");
const ALERT: Meaning = Meaning::is(Proven, &[&[TlsAlert]], Gateway, "the server ended the TLS handshake with an alert");
const NOT_TLS: Meaning =
    Meaning::is(Likely, &[&[TlsNotSpoken]], Gateway, "what the server answered to the ClientHello is no TLS");
const TLS_RESET: Meaning = Meaning::is(Proven, &[&[TlsReset]], Gateway, "a RST came during the TLS handshake");
const TLS_CLOSED: Meaning =
    Meaning::is(Likely, &[&[TlsClosed, TlsReset]], Gateway, "the server closed during the TLS handshake");
const TLS_OTHER: Meaning = Meaning::open(
    &[&[TlsAlert, TlsNotSpoken, TlsCertificate, TlsReset, TlsClosed]],
    Gateway,
    "the TLS handshake with the server failed; the line does not say how",
);

const SEND_TIMED_OUT: Meaning = Meaning::is(
    Likely,
    &[&[RequestUnacked, PmtuBlackhole, ZeroWindow]],
    Gateway,
    "the server did not take the request within proxy_send_timeout",
);
const SEND_BROKEN: Meaning = Meaning::is(
    Likely,
    &[&[KeepaliveRace, ResponseReset]],
    Gateway,
    "the server had closed or reset the connection while the request was sent on it",
);
const NO_ANSWER: Meaning = Meaning::is(
    Likely,
    &[&[ResponseTimeout, RequestUnacked, PmtuBlackhole]],
    Gateway,
    "the request was sent, and no response header came within proxy_read_timeout",
);
const RESET: Meaning = Meaning::is(
    Proven,
    &[&[ResponseReset, KeepaliveRace, ResponseTruncated]],
    Gateway,
    "a RST came after the request and before the response header was whole",
);
const CLOSED: Meaning = Meaning::is(
    Likely,
    &[&[ResponseEmpty, KeepaliveRace, ResponseTruncated]],
    Gateway,
    "the server closed after the request and before the response header was whole",
);
const TOO_BIG: Meaning =
    Meaning::is(Proven, &[&[ResponseHeaderTooLarge]], Gateway, "the response header is larger than proxy_buffer_size");
const INVALID: Meaning =
    Meaning::is(Proven, &[&[ResponseInvalid]], Gateway, "what the server sent is no valid HTTP response header");
const STALLED: Meaning =
    Meaning::is(Likely, &[&[ResponseStalled]], Gateway, "the response began and then stopped for proxy_read_timeout");
const TRUNCATED: Meaning =
    Meaning::is(Proven, &[&[ResponseTruncated]], Gateway, "the connection ended in the middle of the response");
const BAD_CHUNK: Meaning =
    Meaning::is(Proven, &[&[ResponseBadChunk]], Gateway, "the chunked coding of the response is broken");
const GOAWAY: Meaning = Meaning::is(Likely, &[&[H2Goaway]], Gateway, "the server ended the HTTP/2 connection (GOAWAY)");
const RST_STREAM: Meaning =
    Meaning::is(Proven, &[&[H2RstStream]], Gateway, "the server ended the HTTP/2 stream with an error (RST_STREAM)");
