//! 504: connected, request sent, no response.

use super::{ARTICLE, CONTENT, PRACTICE};
use crate::categories::{Fix, Id, check, request_unacked, response_timeout};
use crate::products::Part;

/// See the module.
pub(super) const PART: Part = Part {
    causes: &[
        (&[Id::RequestUnacked, Id::TlsNoResponse], request_unacked::CONTENT_DROPPED),
        (&[Id::ResponseTimeout], response_timeout::CONTENT_STOPPED),
    ],
    checks: &[
        (
            CONTENT,
            check(
                "Open TCP from the appliance: telnet asks for the interface, then for host and port. \
             Connected, and still 504: TCP passes, so a device may be blocking the HTTP content.",
                "telnet",
            )
            .path("CLI: telnet > interface > {host} > {port}")
            .source(ARTICLE),
        ),
        (
            CONTENT,
            check(
                "After Connected, type the request by hand: these two lines, then an empty line. Without the \
             empty line the server goes on waiting and sends nothing.",
                "GET http://{host}/ HTTP/1.1\nHOST: {host}\n\n",
            )
            .source(ARTICLE),
        ),
        (
            CONTENT,
            check(
                "Vary the typed request (path, host, fields, length) until it passes: so the telnet test \
             isolates which HTTP data is blocked.",
                "",
            )
            .source(ARTICLE),
        ),
        (
            CONTENT,
            check(
                "Read the block logs of firewall, IDS and IPS; they may say at once whether and why. Some \
             block without logging: then capture on both sides of the device.",
                "",
            )
            .source(ARTICLE),
        ),
        (
            CONTENT,
            check(
                "Read the access log: NONE/504 with a long elapsed time fits a request without a response.",
                "grep -e NONE/504 accesslogs",
            )
            .source(
                "Cisco article on WSA 502 and 504 (undated) for the code; reading the time: practice, no \
             vendor document",
            ),
        ),
        (
            &[Id::OriginError, Id::ParentProxyError],
            check(
                "Read the access log: TCP_MISS with the status means that it was fetched, so it is not the \
             appliance's own.",
                "grep -e TCP_MISS accesslogs",
            )
            .source(PRACTICE),
        ),
    ],
    fixes: &[
        (
            &[Id::ResponseTimeout, Id::ResponseStalled],
            Fix {
                at: "",
                setting: "Response timeout",
                path: "Security Services > Web Proxy > Edit Settings: In-Use Connection Timeout, server side",
                change: "Raise it above the time that the page needs. It holds for all sites; there is none for one \
             host.",
                risk: "Dead servers hold connections longer. That this timer ends the wait is not documented.",
                verify: "grep -e {host} accesslogs",
                source: PRACTICE,
            },
        ),
        (
            &[Id::KeepaliveRace],
            Fix {
                at: "",
                setting: "Idle time of kept server connections",
                path: "Security Services > Web Proxy > Edit Settings: Persistent Connection Timeout, server side \
             (300 s)",
                change: "Set it below the idle time of the server and of the firewall.",
                risk: "More new connections to servers.",
                verify: "grep -e {host} accesslogs",
                source: "AsyncOS 6.3 user guide for the setting",
            },
        ),
    ],
    ..Part::EMPTY
};
