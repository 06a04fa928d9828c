//! What a browser's own error says of a request that got no answer, or only a part of one.
//!
//! The names are Chromium's (net/base/net_error_list.h), as Chrome, Edge and Opera write them; Safari's are sentences.
//! Errors that never left the browser (blocked, cached, offline) are no failures of an exchange.

use crate::categories::Id::*;
use crate::logs::{Meaning, phase};
use crate::report::Confidence::Likely;
use crate::report::GeneratedBy::{Gateway, Unknown};

/// What became of the request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Ended {
    /// It never left the browser.
    Never,
    /// The gateway's tunnel was refused: it answered the CONNECT with an error.
    Tunnel(Meaning),
    /// No answer came.
    Silent(Meaning),
    /// Closed without an answer.
    Closed(Meaning),
    /// What came is no answer.
    NotHttp(Meaning),
    /// The answer broke off.
    Cut(Meaning),
    /// The browser gave it up.
    Left,
}

/// By the error's name.
pub(super) fn ended(error: &str) -> Ended {
    let name = error.strip_prefix("net::").unwrap_or(error);
    let row = TABLE.iter().find(|(known, _)| *known == name).map(|(_, ended)| *ended);
    row.unwrap_or(if name.starts_with("ERR_CERT_") { Ended::Silent(CERTIFICATE) } else { Ended::Never })
}

const TABLE: &[(&str, Ended)] = &[
    ("ERR_ABORTED", Ended::Left),
    ("ERR_TUNNEL_CONNECTION_FAILED", Ended::Tunnel(TUNNEL)),
    ("ERR_PROXY_CONNECTION_FAILED", Ended::Silent(PROXY)),
    ("ERR_NAME_NOT_RESOLVED", Ended::Silent(NAME)),
    ("ERR_NAME_RESOLUTION_FAILED", Ended::Silent(NAME)),
    ("ERR_DNS_TIMED_OUT", Ended::Silent(NAME)),
    ("ERR_DNS_SERVER_FAILED", Ended::Silent(NAME)),
    ("ERR_DNS_MALFORMED_RESPONSE", Ended::Silent(NAME)),
    ("ERR_CONNECTION_REFUSED", Ended::Silent(REFUSED)),
    ("ERR_CONNECTION_TIMED_OUT", Ended::Silent(TIMED_OUT)),
    ("ERR_TIMED_OUT", Ended::Silent(TIMED_OUT)),
    ("ERR_CONNECTION_FAILED", Ended::Silent(TIMED_OUT)),
    ("ERR_ADDRESS_UNREACHABLE", Ended::Silent(UNREACHABLE)),
    ("ERR_CONNECTION_RESET", Ended::Closed(RESET)),
    ("ERR_CONNECTION_ABORTED", Ended::Closed(RESET)),
    ("ERR_CONNECTION_CLOSED", Ended::Closed(CLOSED)),
    ("ERR_EMPTY_RESPONSE", Ended::Closed(CLOSED)),
    ("ERR_SOCKET_NOT_CONNECTED", Ended::Closed(CLOSED)),
    ("ERR_SSL_PROTOCOL_ERROR", Ended::Silent(TLS)),
    ("ERR_SSL_VERSION_OR_CIPHER_MISMATCH", Ended::Silent(TLS)),
    ("ERR_SSL_UNRECOGNIZED_NAME_ALERT", Ended::Silent(TLS)),
    ("ERR_BAD_SSL_CLIENT_AUTH_CERT", Ended::Silent(TLS)),
    ("ERR_INVALID_RESPONSE", Ended::NotHttp(INVALID)),
    ("ERR_INVALID_HTTP_RESPONSE", Ended::NotHttp(INVALID)),
    ("ERR_RESPONSE_HEADERS_TOO_BIG", Ended::NotHttp(INVALID)),
    ("ERR_RESPONSE_HEADERS_MULTIPLE_CONTENT_LENGTH", Ended::NotHttp(INVALID)),
    ("ERR_HTTP2_PROTOCOL_ERROR", Ended::Closed(HTTP2)),
    ("ERR_HTTP2_SERVER_REFUSED_STREAM", Ended::Closed(HTTP2)),
    ("ERR_HTTP2_PING_FAILED", Ended::Closed(HTTP2)),
    ("ERR_INCOMPLETE_CHUNKED_ENCODING", Ended::Cut(CUT)),
    ("ERR_INVALID_CHUNKED_ENCODING", Ended::Cut(CHUNKS)),
    ("ERR_CONTENT_LENGTH_MISMATCH", Ended::Cut(CUT)),
];

const TUNNEL: Meaning = Meaning::open(
    &[phase::CONNECT, phase::RESOLVE, &[PolicyDenied, RequiredService, ProxyOverload, NoAttempt]],
    Gateway,
    "the proxy answered the browser's CONNECT with an error, and the browser shows neither its status nor its page",
);
const PROXY: Meaning = Meaning::open(
    &[&[ProxyOverload]],
    Unknown,
    "the browser could not connect to its proxy: this failure lies between the client and the gateway, not behind it",
);
const NAME: Meaning = Meaning::open(
    &[phase::RESOLVE],
    Unknown,
    "the browser itself found no address for the name: it did not ask a proxy for this request",
);
const REFUSED: Meaning = Meaning::open(
    &[&[TcpSynReset, TcpIcmpUnreachable, TcpIcmpProhibited]],
    Unknown,
    "the browser's own connection was refused",
);
const TIMED_OUT: Meaning = Meaning::open(
    &[&[TcpSynUnanswered, ReturnPath, ResponseTimeout]],
    Unknown,
    "the browser's own connection got no answer in time",
);
const UNREACHABLE: Meaning = Meaning::open(
    &[&[TcpIcmpUnreachable, TcpIcmpProhibited]],
    Unknown,
    "the browser's own connection found no way to the address",
);
const RESET: Meaning = Meaning::open(
    &[&[ResponseReset, TlsReset, KeepaliveRace]],
    Unknown,
    "the browser's own connection was reset, by the gateway, by the site or by a device between",
);
const CLOSED: Meaning = Meaning::open(
    &[&[ResponseEmpty, KeepaliveRace, TlsClosed]],
    Unknown,
    "the browser's own connection was closed before an answer",
);
const TLS: Meaning = Meaning::open(
    &[&[TlsAlert, TlsNotSpoken, TlsClosed, ClientTlsRejected]],
    Unknown,
    "the browser's TLS handshake failed, with the gateway if that decrypts, else with the site",
);
const CERTIFICATE: Meaning = Meaning::open(
    &[&[ClientTlsRejected, TlsCertificate]],
    Unknown,
    "the browser refuses the certificate that it was shown: the gateway's if that decrypts, else the site's",
);
const INVALID: Meaning =
    Meaning::open(&[&[ResponseInvalid, ResponseHeaderTooLarge]], Unknown, "what the browser got is no HTTP response");
const HTTP2: Meaning = Meaning::open(
    &[&[H2RstStream, H2Goaway, ResponseReset]],
    Unknown,
    "the HTTP/2 connection or stream of the browser was ended with an error",
);
const CUT: Meaning = Meaning::is(
    Likely,
    &[&[ResponseTruncated, ResponseStalled, ResponseBadChunk]],
    Unknown,
    "the answer ended before it was whole",
);
const CHUNKS: Meaning =
    Meaning::is(Likely, &[&[ResponseBadChunk, ResponseTruncated]], Unknown, "the answer's chunked coding is broken");

/// No answer, and the browser does not say why (Firefox).
pub(super) const UNSAID: Meaning = Meaning::open(
    &[&[ResponseEmpty, ResponseReset, TcpSynUnanswered, TcpSynReset, ResponseTimeout, TlsClosed]],
    Unknown,
    "the browser got no answer and does not say why",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_the_browser_alone_are_no_failures() {
        for own in ["net::ERR_BLOCKED_BY_CLIENT", "net::ERR_INTERNET_DISCONNECTED", "net::ERR_FAILED", "", "cancelled"]
        {
            assert_eq!(ended(own), Ended::Never, "{own}");
        }
        assert_eq!(ended("net::ERR_CERT_AUTHORITY_INVALID"), Ended::Silent(CERTIFICATE));
        assert_eq!(ended("ERR_EMPTY_RESPONSE"), Ended::Closed(CLOSED));
        let mut names: alloc::vec::Vec<&str> = TABLE.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), TABLE.len());
    }
}
