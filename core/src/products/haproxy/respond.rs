//! Request and response.

use super::{LOGS, THROUGH, keyword, state};
use crate::categories::{Id, check};
use crate::products::Part;
use crate::products::groups::{HTTP2, new_connection};

/// See the module.
pub(super) const PART: Part = Part {
    checks: &[
        (
            &[Id::ResponseTimeout],
            state("Termination state sH, status 504: timeout server before the header. Tr is -1."),
        ),
        (&[Id::ResponseStalled], state("Termination state sD: timeout server in the middle of the response.")),
        (
            &[Id::ResponseReset, Id::ResponseEmpty],
            state("Termination state SH, status 502: the server closed or reset before its header was whole."),
        ),
        (
            &[Id::KeepaliveRace],
            state("SH without a status: the connection was a kept one, so the client got no answer and tries again."),
        ),
        (&[Id::ResponseTruncated], state("Termination state SD: the server closed or reset in the middle.")),
        (&[Id::ResponseBadChunk], state("Termination state PD: the coding of the response is broken.")),
        (
            &[Id::ResponseInvalid, Id::ResponseHeaderTooLarge],
            check(
                "Termination state PH, status 502: invalid or too large. The last offending response is kept with its \
                 bytes and the position of the fault.",
                "echo 'show errors' | socat stdio /var/run/haproxy.sock",
            )
            .source(LOGS),
        ),
    ],
    fixes: &[
        (
            &[Id::ResponseTimeout],
            keyword(
                "Response timeout",
                "haproxy.cfg: timeout server, in the backend",
                "Raise it above the time that the page needs; http-request set-timeout server does so for one path.",
                "Dead servers hold connections longer; keep it to the backend that needs it.",
                "curl -sS -o /dev/null -w '%{time_starttransfer}\\n' {url}",
            ),
        ),
        (
            &[Id::ResponseStalled],
            keyword(
                "Read timeout",
                "haproxy.cfg: timeout server; timeout tunnel after an upgrade",
                "Raise it above the longest pause of the server; WebSocket needs timeout tunnel.",
                "Dead servers hold connections longer.",
                THROUGH,
            ),
        ),
        (
            &[Id::ResponseHeaderTooLarge],
            keyword(
                "Header buffer",
                "haproxy.cfg: global tune.bufsize (16384), tune.maxrewrite (1024), tune.http.maxhdr (101)",
                "The header must fit into bufsize less maxrewrite: raise bufsize above the size measured.",
                "Memory grows with every connection; raise it in small steps.",
                "curl -sS -o /dev/null -D - --connect-to ::{target} {url} | wc -c",
            ),
        ),
        (
            HTTP2,
            keyword(
                "Protocol towards servers",
                "haproxy.cfg: server ... alpn, proto h2",
                "Use HTTP/1.1 towards this server: alpn http/1.1, and no proto h2.",
                "More connections than with HTTP/2; gRPC needs HTTP/2.",
                THROUGH,
            ),
        ),
        (
            &[Id::H2Goaway],
            keyword(
                "Requests on one connection",
                "haproxy.cfg: server ... max-reuse",
                "Set it below the number of requests after which the server ends a connection.",
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
            &[Id::RequestUnacked],
            keyword(
                "Wait for acknowledgements",
                "haproxy.cfg: server ... tcp-ut 10s; option srvtcpka",
                "tcp-ut ends a connection whose data nobody acknowledges; srvtcpka keeps idle ones alive in firewalls.",
                "Short losses of the network end connections that would have recovered.",
                THROUGH,
            ),
        ),
        (
            &[Id::ResponseInvalid],
            keyword(
                "Exception for the host",
                "haproxy.cfg: option accept-unsafe-violations-in-http-response (older: accept-invalid-http-response)",
                "Let this backend pass header names with forbidden characters, until the server is mended.",
                "It lets through what attacks use too; never for all backends.",
                THROUGH,
            ),
        ),
        (
            &[Id::OriginError],
            keyword(
                "Retry on another server",
                "haproxy.cfg: retry-on 502 503 504, option redispatch, retries",
                "Repeat a request that one server answered so; http-request disable-l7-retry exempts POST.",
                "It hides a broken server, and what is repeated may be done twice.",
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
            &[Id::KeepaliveRace],
            keyword(
                "Idle time of kept server connections",
                "haproxy.cfg: server ... pool-purge-delay (5s), pool-max-conn",
                "Shorten the delay below the server's idle time; pool-max-conn 0 keeps none, as a test.",
                "More new connections to servers.",
                THROUGH,
            ),
        ),
        (
            &[Id::KeepaliveRace, Id::ResponseEmpty, Id::ResponseReset],
            keyword(
                "Retry on a fresh connection",
                "haproxy.cfg: retry-on conn-failure empty-response",
                "Repeat a request to which nothing came back; http-request disable-l7-retry exempts POST.",
                "What is repeated may be done twice at the server.",
                THROUGH,
            ),
        ),
    ],
    against: new_connection,
    ..Part::EMPTY
};
