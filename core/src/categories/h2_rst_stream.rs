//! HTTP/2: stream ended by the peer with an error. RFC 9113 sections 6.4 and 7.

use alloc::format;

use super::h2_goaway::error_name;
use super::{Category, Favour, Fix, Id, Owner, Phase, check, favoured};
use crate::exchange::{Attempt, ReceiveFailure};

fn code(attempt: Option<&Attempt>, codes: &[u32]) -> Favour {
    match attempt?.receive.failure()? {
        ReceiveFailure::RstStream(code) if codes.contains(code) => {
            Some(format!("RST_STREAM with error {code} ({}).", error_name(*code)).into())
        }
        _ => None,
    }
}

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::H2RstStream,
    phase: Phase::Receive,
    title: "HTTP/2 stream ended",
    meaning: "{upstream} ended this request's HTTP/2 stream by RST_STREAM; the connection itself went on.",
    proxy_status: "connection_terminated",
    owner: Owner::Origin,
    causes: &[
        favoured("The application failed in the middle of the response.", |_, attempt| code(attempt, &[2])),
        favoured("The server did not take the stream at all; the request may be sent again safely.", |_, attempt| {
            code(attempt, &[7])
        }),
        favoured(
            "The server cancelled it: its own timer or limit, or the backend behind it went away.",
            |_, attempt| code(attempt, &[8, 10]),
        ),
        favoured(
            "One side broke the protocol, in the other's view; a length that does not fit the body is \
             usual.",
            |_, attempt| code(attempt, &[1, 3, 5, 6]),
        ),
        favoured("The server limits the rate, or wants HTTP/1.1 for this resource.", |_, attempt| {
            code(attempt, &[11, 13])
        }),
    ],
    checks: &[
        check(
            "Fetch it over HTTP/2; curl names the error of the stream.",
            "curl -v --http2 --connect-to ::{target} {url}",
        ),
        check(
            "The same over HTTP/1.1: if this works, the server's HTTP/2 side is at fault.",
            "curl -v --http1.1 --connect-to ::{target} {url}",
        ),
        check("Read the server's log at that second.", ""),
    ],
    fixes: &[
        Fix {
            at: "origin",
            setting: "Application, HTTP/2 limits",
            path: "{upstream}",
            change: "Mend what ends the stream; the server's log has the reason.",
            risk: "None for the gateway.",
            verify: "curl -v --http2 --connect-to ::{target} {url}",
            source: "RFC 9113 section 7",
        },
        Fix {
            at: "",
            setting: "Protocol and retries towards servers",
            path: "HTTP/2 and retry settings of the gateway, server side",
            change: "Retry on REFUSED_STREAM, or use HTTP/1.1 towards this server.",
            risk: "More connections to the server.",
            verify: "curl -v{through} {url}",
            source: "RFC 9113 section 8.7",
        },
    ],
    absence: false,
    detect: |_, attempt| matches!(attempt.and_then(|a| a.receive.failure()), Some(ReceiveFailure::RstStream(_))),
};
