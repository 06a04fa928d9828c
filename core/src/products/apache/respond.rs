//! Request and response: 502.

use super::{MANUAL, THROUGH, directive, log};
use crate::categories::{Id, fix};
use crate::products::Part;
use crate::products::groups::{HTTP2, new_connection};

const ENVIRONMENT: &str = "Apache httpd 2.4 documentation, mod_proxy (Protocol Adjustments) and mod_proxy_http";

/// See the module.
pub(super) const PART: Part = Part {
    checks: &[
        (
            &[Id::ResponseTimeout],
            log(
                "AH01102 error reading status line, with (70007) before it: the timeout ran out. Status 502, not 504, \
                 with mod_proxy_http.",
            ),
        ),
        (&[Id::ResponseReset], log("AH01102 error reading status line, with (104) before it: reset. Status 502.")),
        (
            &[Id::ResponseEmpty, Id::KeepaliveRace],
            log("AH01102 with (20014) or (70014) before it: closed without a byte. Where the client keeps its \
                 connection alive, httpd closes that one without a status, so that it tries again."),
        ),
        (
            &[Id::ResponseInvalid, Id::ResponseHeaderTooLarge],
            log("AH01106 bad header, AH10404, or AH10124 for a field that is too large. Status 502."),
        ),
        (
            &[Id::ResponseBadChunk, Id::ResponseTruncated],
            log("AH02475, AH02476, AH01110 or AH10293; the client got a part of the response."),
        ),
        (
            &[Id::RequestUnacked, Id::ZeroWindow, Id::PmtuBlackhole],
            log("AH01084 or AH01097, pass request body failed: 502, and 504 if the timeout ran out."),
        ),
    ],
    fixes: &[
        (
            &[Id::ResponseTimeout],
            directive(
                "Response timeout",
                "ProxyPass ... timeout=120; or ProxyTimeout (else TimeOut, 60 s)",
                "Raise it above the time that the page needs, on the one ProxyPass that needs it.",
                "Dead servers hold connections and threads longer.",
                "curl -sS -o /dev/null -w '%{time_starttransfer}\\n' {url}",
            ),
        ),
        (
            &[Id::ResponseStalled],
            directive(
                "Read timeout",
                "ProxyPass ... timeout=120; or ProxyTimeout (else TimeOut, 60 s)",
                "Raise it above the longest pause that the server makes within a response.",
                "Dead servers hold connections and threads longer.",
                THROUGH,
            ),
        ),
        (
            &[Id::RequestUnacked],
            directive(
                "Idle time of kept connections",
                "ProxyPass ... keepalive=on; or disablereuse=on",
                "keepalive probes idle connections, so that a firewall does not forget them; disablereuse keeps none.",
                "Probes on idle connections, or more new ones.",
                THROUGH,
            ),
        ),
        (
            &[Id::ResponseHeaderTooLarge],
            directive(
                "Header buffer",
                "ProxyPass ... responsefieldsize=8192",
                "Raise it above the longest single header line; it counts for each line.",
                "More memory for each connection.",
                "curl -sS -o /dev/null -D - --connect-to ::{target} {url} | wc -c",
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
            directive(
                "Exception for the host",
                "ProxyBadHeader IsError (default), Ignore or StartBody",
                "Ignore drops bad header lines instead of answering 502, until the server is mended.",
                "What stood in the dropped line is lost. A missing status line it does not mend.",
                THROUGH,
            ),
        ),
        (
            &[Id::ResponseBadChunk],
            fix(
                "Protocol towards servers",
                "SetEnv force-proxy-request-1.0 1; SetEnv proxy-nokeepalive 1",
                "Ask this server in HTTP/1.0: then it sends no chunks.",
                "No kept connections; the end of a response is its close, so a cut one is not noticed.",
                THROUGH,
            )
            .source(ENVIRONMENT),
        ),
        (
            HTTP2,
            fix(
                "Protocol towards servers",
                "ProxyPass http:// or https://, instead of h2c:// or h2://",
                "Use HTTP/1.1 towards this server.",
                "gRPC needs HTTP/2.",
                THROUGH,
            )
            .source("Apache httpd 2.4 documentation, mod_proxy_http2"),
        ),
        (
            &[Id::OriginError],
            fix(
                "Health check and failure limits",
                "<Proxy balancer://NAME>: ProxySet failonstatus=502,503,504",
                "A member that answers so goes into error state, and the next requests go to the others.",
                "One bad page can take a good server out for the time of retry.",
                THROUGH,
            )
            .source(MANUAL),
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
            directive(
                "Idle time of kept server connections",
                "ProxyPass ... ttl=4; or disablereuse=on",
                "Set ttl below the idle time of the server and of the firewall; disablereuse as a test.",
                "More new connections to servers.",
                THROUGH,
            ),
        ),
        (
            &[Id::KeepaliveRace],
            fix(
                "Retry on a fresh connection",
                "SetEnv proxy-initial-not-pooled 1",
                "The first request of a client's connection then never takes a kept connection to the server.",
                "More new connections to servers.",
                THROUGH,
            )
            .source("Apache httpd 2.4 documentation, mod_proxy_http"),
        ),
    ],
    against: new_connection,
    ..Part::EMPTY
};
