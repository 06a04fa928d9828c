//! Request and response.

use super::{PROXY, THROUGH, TIMED, UPSTREAM, log};
use crate::categories::{Id, fix};
use crate::products::Part;
use crate::products::groups::{HTTP2, new_connection};

/// See the module.
pub(super) const PART: Part = Part {
    checks: &[
        (
            &[Id::ResponseTimeout],
            log("error.log has: upstream timed out (110) while reading response header from upstream; status 504."),
        ),
        (
            &[Id::ResponseStalled],
            log("error.log has: upstream timed out (110) while reading upstream; the client got 200 and a part."),
        ),
        (&[Id::ResponseReset], log("error.log has: recv() failed (104) while reading response header from upstream.")),
        (
            &[Id::ResponseEmpty, Id::KeepaliveRace],
            log("error.log has: upstream prematurely closed connection while reading response header from upstream."),
        ),
        (&[Id::ResponseHeaderTooLarge], log("error.log has: upstream sent too big header.")),
        (
            &[Id::ResponseInvalid],
            log("error.log has: upstream sent invalid header, duplicate header line, or both Content-Length and \
                 Transfer-Encoding. no valid HTTP/1.0 header: no status line; nginx relays it with 200."),
        ),
        (&[Id::ResponseBadChunk], log("error.log has: upstream sent invalid chunked response.")),
        (
            &[Id::ResponseTruncated],
            log("error.log has: upstream prematurely closed connection while reading upstream; the client got a part."),
        ),
        (
            &[Id::RequestUnacked, Id::ZeroWindow],
            log("error.log has: upstream timed out while sending request to upstream."),
        ),
        (HTTP2, log("error.log has: upstream sent goaway frame with error, or rst stream frame with error.")),
    ],
    fixes: &[
        (
            &[Id::ResponseTimeout],
            fix(
                "Response timeout",
                "nginx.conf: proxy_read_timeout (60s), in the location",
                "Raise it above the time that the page needs. It counts between two reads, not for the whole \
                 response. FastCGI, uwsgi and gRPC have their own.",
                "Dead servers hold connections longer; keep it to the location that needs it.",
                TIMED,
            )
            .source(PROXY),
        ),
        (
            &[Id::ResponseStalled],
            fix(
                "Read timeout",
                "nginx.conf: proxy_read_timeout (60s), in the location",
                "Raise it above the longest pause that the server makes between two parts of a response.",
                "Dead servers hold connections longer.",
                THROUGH,
            )
            .source(PROXY),
        ),
        (
            &[Id::RequestUnacked],
            fix(
                "Idle time of kept connections",
                "nginx.conf: upstream { keepalive_timeout (60s); }, proxy_socket_keepalive on",
                "Set it below the firewall's idle time, or let TCP keepalive hold the connection.",
                "More new connections, or probes on idle ones.",
                THROUGH,
            )
            .source("nginx documentation, ngx_http_upstream_module and ngx_http_proxy_module"),
        ),
        (
            &[Id::ResponseHeaderTooLarge],
            fix(
                "Header buffer",
                "nginx.conf: proxy_buffer_size (4k or 8k), proxy_buffers, proxy_busy_buffers_size",
                "Raise proxy_buffer_size above the size measured; nginx -t says if the others must follow.",
                "More memory for each connection.",
                "curl -sS -o /dev/null -D - --connect-to ::{target} {url} | wc -c",
            )
            .source(PROXY),
        ),
        (
            HTTP2,
            fix(
                "Protocol towards servers",
                "nginx.conf: proxy_http_version 1.1; grpc_next_upstream, grpc_read_timeout for gRPC",
                "Use HTTP/1.1 towards this server; gRPC cannot, there raise its limits at the server.",
                "More connections than with HTTP/2.",
                THROUGH,
            )
            .source("nginx documentation, ngx_http_proxy_module and ngx_http_grpc_module"),
        ),
    ],
    ..Part::EMPTY
};

/// What lets requests fail sooner or go elsewhere.
pub(super) const EASE: Part = Part {
    fixes: &[
        (
            &[Id::ResponseInvalid, Id::OriginError],
            fix(
                "Retry on another server",
                "nginx.conf: proxy_next_upstream ... invalid_header http_500 http_502 http_503 http_504",
                "Let the next server of the upstream answer when one sends such a response.",
                "It hides a broken server; watch the error log. POST is not repeated without non_idempotent.",
                THROUGH,
            )
            .source(PROXY),
        ),
        (
            &[Id::ZeroWindow],
            fix(
                "Buffering of responses",
                "nginx.conf: proxy_buffering on, proxy_max_temp_file_size (1024m)",
                "If it is nginx's window that closed, because clients read slowly: let it buffer the response.",
                "Buffered responses take memory and disk. A closed window of the server it does not mend.",
                THROUGH,
            )
            .source(PROXY),
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
                "nginx.conf: upstream { keepalive_timeout (60s); keepalive_requests (1000); }",
                "Set it below the idle time of the server and of the firewall.",
                "More new connections to servers.",
                THROUGH,
            )
            .source(UPSTREAM),
        ),
        (
            &[Id::KeepaliveRace],
            fix(
                "Retry on a fresh connection",
                "nginx.conf: proxy_next_upstream error timeout non_idempotent",
                "nginx repeats GET on another server by itself; POST, LOCK and PATCH only with non_idempotent.",
                "With non_idempotent an order may be placed twice.",
                THROUGH,
            )
            .source(PROXY),
        ),
    ],
    against: new_connection,
    ..Part::EMPTY
};
