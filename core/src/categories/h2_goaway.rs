//! HTTP/2: connection ended by the peer with an error. RFC 9113 sections 6.8 and 7.

use alloc::format;

use super::{Category, Favour, Fix, Id, Owner, Phase, cause, check, favoured};
use crate::exchange::{Attempt, ReceiveFailure};

/// The name of an HTTP/2 error code, RFC 9113 section 7.
#[must_use]
pub const fn error_name(code: u32) -> &'static str {
    match code {
        0 => "NO_ERROR",
        1 => "PROTOCOL_ERROR",
        2 => "INTERNAL_ERROR",
        3 => "FLOW_CONTROL_ERROR",
        4 => "SETTINGS_TIMEOUT",
        5 => "STREAM_CLOSED",
        6 => "FRAME_SIZE_ERROR",
        7 => "REFUSED_STREAM",
        8 => "CANCEL",
        9 => "COMPRESSION_ERROR",
        10 => "CONNECT_ERROR",
        11 => "ENHANCE_YOUR_CALM",
        12 => "INADEQUATE_SECURITY",
        13 => "HTTP_1_1_REQUIRED",
        _ => "unassigned",
    }
}

fn code(attempt: Option<&Attempt>, codes: &[u32]) -> Favour {
    match attempt?.receive.failure()? {
        ReceiveFailure::Goaway(code) if codes.contains(code) => {
            Some(format!("GOAWAY with error {code} ({}).", error_name(*code)).into())
        }
        _ => None,
    }
}

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::H2Goaway,
    phase: Phase::Receive,
    title: "HTTP/2 connection ended",
    meaning: "{upstream} ended the HTTP/2 connection by GOAWAY before the response was complete.",
    proxy_status: "http_protocol_error",
    owner: Owner::Origin,
    causes: &[
        favoured(
            "The server ends connections after a time or number of requests and did not finish this one.",
            |_, attempt| code(attempt, &[0]),
        ),
        favoured(
            "One side broke the protocol, in the other's view: frame, flow control, header compression.",
            |_, attempt| code(attempt, &[1, 3, 4, 5, 6, 9]),
        ),
        favoured("The server limits the rate and takes the gateway for an attacker.", |_, attempt| {
            code(attempt, &[11])
        }),
        favoured("The server has a fault of its own.", |_, attempt| code(attempt, &[2])),
        favoured("The server wants another TLS level, or HTTP/1.1.", |_, attempt| code(attempt, &[12, 13])),
        cause("The server restarts or is being drained."),
    ],
    checks: &[
        check(
            "Fetch it over HTTP/2, then over HTTP/1.1. Only the first fails: the HTTP/2 side of the \
             server or gateway.",
            "curl -v --http2 --connect-to ::{target} {url}",
        ),
        check("The same over HTTP/1.1.", "curl -v --http1.1 --connect-to ::{target} {url}"),
    ],
    fixes: &[
        Fix {
            at: "",
            setting: "Protocol towards servers",
            path: "HTTP/2 setting of the gateway, server side",
            change: "Use HTTP/1.1 towards this server, and let the gateway retry streams that were not processed.",
            risk: "More connections to the server.",
            verify: "curl -v{through} {url}",
            source: "RFC 9113 section 6.8",
        },
        Fix {
            at: "origin",
            setting: "HTTP/2 limits",
            path: "{upstream}",
            change: "Finish open streams before closing; raise the limit of requests or rate for the gateway's \
             address.",
            risk: "Connections live longer on the server.",
            verify: "curl -v --http2 --connect-to ::{target} {url}",
            source: "RFC 9113 section 6.8",
        },
    ],
    absence: false,
    detect: |_, attempt| matches!(attempt.and_then(|a| a.receive.failure()), Some(ReceiveFailure::Goaway(_))),
};
