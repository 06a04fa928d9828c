//! Broken chunked coding: RFC 9112 section 7.1.

use super::{Category, Fix, Id, Owner, Phase, cause, check};
use crate::exchange::ReceiveFailure;

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::ResponseBadChunk,
    phase: Phase::Receive,
    title: "Broken chunked coding",
    meaning: "The response of {upstream} is sent in chunks, and a chunk's size line or end is not what it \
             must be.",
    proxy_status: "http_response_transfer_coding",
    owner: Owner::Origin,
    causes: &[
        cause("The application writes chunks by itself while the server adds them as well, or neither does."),
        cause(
            "A device in between changes the body (compression, rewriting) and leaves the old chunk \
             sizes.",
        ),
        cause("The body is mixed with output of another request or of an error page."),
    ],
    checks: &[
        check(
            "Look at the raw chunks: each begins with its size in hexadecimal, and a size of 0 ends them.",
            "curl -v --raw --max-time 20 --connect-to ::{target} {url}",
        ),
        check(
            "Without compression: if this works, the compression breaks it.",
            "curl -v --raw -H 'Accept-Encoding: identity' --connect-to ::{target} {url}",
        ),
    ],
    fixes: &[
        Fix {
            at: "origin",
            setting: "Transfer coding of the response",
            path: "Application or server on {upstream}",
            change: "Let either the application or the server do the chunking, not both; or send a \
             Content-Length.",
            risk: "None for the gateway.",
            verify: "curl -v --raw --max-time 20 --connect-to ::{target} {url}",
            source: "RFC 9112 section 7.1",
        },
        Fix {
            at: "network",
            setting: "Device that rewrites",
            path: "Load balancer or accelerator between {gateway} and {upstream}",
            change: "Switch its compression or rewriting off for {host}.",
            risk: "More bytes on the line.",
            verify: "curl -v --raw --max-time 20 --connect-to ::{target} {url}",
            source: "",
        },
    ],
    absence: false,
    detect: |_, attempt| matches!(attempt.and_then(|a| a.receive.failure()), Some(ReceiveFailure::BadChunk)),
};
