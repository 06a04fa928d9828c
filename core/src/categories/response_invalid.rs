//! Bytes came that are no HTTP response: RFC 9112 sections 4 and 5.

use alloc::format;

use super::{Category, Cause, Fix, Id, Owner, Phase, cause, check, favoured};
use crate::exchange::ReceiveFailure;

/// The server itself.
pub(crate) const SERVER: Cause = favoured(
    "The server or its application sends no valid response: no status line, or broken header \
             fields.",
    |_, attempt| match attempt?.receive.failure()? {
        ReceiveFailure::Flawed(what) => Some(format!("The answer has {what}.").into()),
        ReceiveFailure::NotHttp(what) if !what.is_empty() => Some(format!("The response: {what}.").into()),
        _ => None,
    },
);
/// Something between.
pub(crate) const DEVICE: Cause =
    cause("A device between gateway and server changes the response or puts text of its own into it.");

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::ResponseInvalid,
    phase: Phase::Receive,
    title: "No valid HTTP response",
    meaning: "{upstream} sent bytes that are no HTTP response (one must begin with a status line such as HTTP/1.1 200 \
             OK), or a header that HTTP does not allow and the gateway did not take.",
    proxy_status: "http_protocol_error",
    owner: Owner::Origin,
    causes: &[
        SERVER,
        DEVICE,
        cause("The port serves another protocol: TLS, HTTP/2 without upgrade, SSH, mail."),
        favoured(
            "Bytes of an earlier response were left on the connection, because its length was wrong.",
            |_, attempt| attempt?.reused.then(|| "The connection had carried an earlier request.".into()),
        ),
        cause(
            "Two different lengths are given, or a length together with chunks, and the gateway refuses \
             the ambiguity.",
        ),
    ],
    checks: &[
        check(
            "Look at the raw bytes of the answer from the gateway: the first line must be HTTP/1.x with \
             a number.",
            "curl -v --raw --max-time 20 --connect-to ::{target} {url}",
        ),
        check(
            "Read the whole answer in the capture: select a packet of the server connection and choose \
             Follow TCP Stream.",
            "",
        )
        .path("Wireshark: Analyze > Follow > TCP Stream"),
        check(
            "Capture on the next device towards the server at the same time; where the bytes are still \
             valid, the fault lies after.",
            "tcpdump -s 0 -ni any -w next.pcap host {upstream}",
        ),
    ],
    fixes: &[
        Fix {
            at: "origin",
            setting: "Response of the application",
            path: "{upstream}",
            change: "Send a status line and valid header fields before the body.",
            risk: "None for the gateway.",
            verify: "curl -v --raw --max-time 20 --connect-to ::{target} {url}",
            source: "RFC 9112 section 4 (status line)",
        },
        Fix {
            at: "network",
            setting: "Device in between",
            path: "Load balancer, firewall or proxy between {gateway} and {upstream}",
            change: "Mend or bypass the device on whose far side the response is still valid.",
            risk: "A bypass takes away what that device protects.",
            verify: "curl -v --raw --max-time 20 --connect-to ::{target} {url}",
            source: "",
        },
        Fix {
            at: "",
            setting: "Exception for the host",
            path: "Bypass list of the gateway, or PAC file",
            change: "Until the server is mended, let {host} pass beside the gateway's HTTP parser.",
            risk: "Its content is no longer scanned.",
            verify: "curl -v --raw {url}",
            source: "",
        },
    ],
    absence: false,
    detect: |_, attempt| {
        let failure = attempt.and_then(|attempt| attempt.receive.failure());
        matches!(failure, Some(ReceiveFailure::NotHttp(_) | ReceiveFailure::Flawed(_)))
    },
};
