//! Request and response.

use super::{THROUGH, TIMEOUTS, field, flag};
use crate::categories::{Id, fix};
use crate::products::Part;
use crate::products::groups::{HTTP2, new_connection};

/// See the module.
pub(super) const PART: Part = Part {
    checks: &[
        (
            &[Id::ResponseTimeout],
            flag(
                "Flag UT, status 504, details response_timeout: the route's timeout. per_try_timeout: that of one try.",
            ),
        ),
        (
            &[Id::ResponseStalled],
            flag("Flag SI or details stream_idle_timeout: nothing moved for stream_idle_timeout."),
        ),
        (
            &[Id::ResponseReset, Id::ResponseEmpty, Id::KeepaliveRace],
            flag(
                "Flag UC, details upstream_reset_before_response_started with connection_termination: closed or reset before \
                 a byte came. UR with remote_reset: an HTTP/2 stream.",
            ),
        ),
        (&[Id::ResponseTruncated], flag("Details upstream_reset_after_response_started: the client got a part.")),
        (
            &[Id::ResponseInvalid, Id::ResponseHeaderTooLarge, Id::ResponseBadChunk],
            flag("Flag UPE, details with protocol_error: 502 in newer releases, 503 in older ones."),
        ),
        (HTTP2, flag("Flag UR, details remote_reset or remote_refused_stream_reset.")),
    ],
    fixes: &[
        (
            &[Id::ResponseTimeout],
            fix(
                "Response timeout",
                "route: timeout (15 s), retry_policy.per_try_timeout; Istio: VirtualService timeout",
                "Raise it above the time that the page needs; 0 switches it off. It holds for the whole response.",
                "Dead servers hold requests longer; keep it to the route that needs it.",
                "curl -sS -o /dev/null -w '%{time_starttransfer}\\n' {url}",
            )
            .source(TIMEOUTS),
        ),
        (
            &[Id::ResponseStalled],
            fix(
                "Read timeout",
                "HttpConnectionManager: stream_idle_timeout (5 min); route: idle_timeout",
                "Raise it above the longest pause of the server; a route's idle_timeout overrides it for one path.",
                "Dead streams are held longer.",
                THROUGH,
            )
            .source(TIMEOUTS),
        ),
        (
            &[Id::RequestUnacked],
            field(
                "Idle time of kept connections",
                "clusters: upstream_connection_options.tcp_keepalive; Istio: connectionPool.tcp.tcpKeepalive",
                "Probe idle connections more often than the firewall forgets them.",
                "Probes on idle connections.",
                THROUGH,
            ),
        ),
        (
            &[Id::ResponseHeaderTooLarge],
            field(
                "Header buffer",
                "clusters: common_http_protocol_options: max_response_headers_kb, max_headers_count (100)",
                "Raise the one that the response exceeds.",
                "More memory for each connection.",
                "curl -sS -o /dev/null -D - --connect-to ::{target} {url} | wc -c",
            ),
        ),
        (
            HTTP2,
            field(
                "Protocol and retries towards servers",
                "clusters: explicit_http_config; route: retry_policy: retry_on refused-stream,reset",
                "Retry streams that the server refused; http_protocol_options instead of http2_protocol_options uses \
                 HTTP/1.1.",
                "gRPC needs HTTP/2; reset also repeats what the server may have done.",
                THROUGH,
            ),
        ),
        (
            &[Id::H2Goaway],
            field(
                "Protocol towards servers",
                "clusters: common_http_protocol_options: max_requests_per_connection, max_connection_duration",
                "Set one below the limit at which the server ends a connection, so that Envoy ends it first, in order.",
                "More new connections to servers.",
                THROUGH,
            ),
        ),
    ],
    ..Part::EMPTY
};

/// What lets requests fail sooner or go elsewhere.
pub(super) const EASE: Part = Part {
    fixes: &[
        (
            &[Id::ResponseInvalid],
            field(
                "Exception for the host",
                "clusters: explicit_http_config.http_protocol_options: allow_chunked_length",
                "If the fault is Content-Length together with chunks: allow it for this cluster until it is mended.",
                "Such messages can smuggle requests; never for all clusters.",
                THROUGH,
            ),
        ),
        (
            &[Id::ZeroWindow],
            field(
                "Buffering of responses",
                "clusters: per_connection_buffer_limit_bytes (1 MiB)",
                "If it is Envoy's window that closed, because clients read slowly: a larger buffer takes more of the \
                 response.",
                "Memory for each connection. A closed window of the server it does not mend.",
                THROUGH,
            ),
        ),
        (
            &[Id::OriginError],
            field(
                "Retry on another server",
                "route: retry_policy: retry_on gateway-error (502, 503, 504)",
                "Repeat a request that one host answered so; keep POST out of such a route.",
                "It hides a broken host, and what is repeated may be done twice.",
                THROUGH,
            ),
        ),
    ],
    eases: true,
    ..Part::EMPTY
};

/// Connections to servers that are kept.
pub(super) const KEPT: Part = Part {
    fixes: &[
        (
            &[Id::KeepaliveRace, Id::ResponseEmpty, Id::ResponseReset],
            fix(
                "Idle time of kept server connections",
                "clusters: HttpProtocolOptions.common_http_protocol_options.idle_timeout (1 h); Istio: \
                 connectionPool.http.idleTimeout",
                "Set it below the idle time of the server and of the firewall.",
                "More new connections to servers.",
                THROUGH,
            )
            .source(TIMEOUTS),
        ),
        (
            &[Id::KeepaliveRace, Id::ResponseEmpty, Id::ResponseReset],
            field(
                "Retry on a fresh connection",
                "route: retry_policy: retry_on reset; Istio: VirtualService retries.retryOn",
                "Repeat a request whose connection broke before a response; keep POST out of such a route.",
                "What is repeated may be done twice at the server.",
                THROUGH,
            ),
        ),
    ],
    against: new_connection,
    ..Part::EMPTY
};
