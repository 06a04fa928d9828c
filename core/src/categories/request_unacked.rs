//! Handshake done, request sent, its bytes never acknowledged.

use alloc::format;

use super::{Category, Cause, Fix, Id, Owner, Phase, cause, check, favoured};
use crate::exchange::SendFailure;

/// A device lets TCP pass and stops the content.
pub(crate) const CONTENT_DROPPED: Cause =
    cause("A firewall, IDS, IPS or other inspecting device lets TCP connect but drops the HTTP content.");

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::RequestUnacked,
    phase: Phase::Send,
    title: "Request not acknowledged",
    meaning: "The connection to {upstream} was set up, but the request's bytes were sent again and again \
             and never acknowledged.",
    proxy_status: "connection_write_timeout",
    owner: Owner::Firewall,
    causes: &[
        CONTENT_DROPPED,
        favoured("A firewall or NAT forgot the idle connection before the request was sent on it.", |_, attempt| {
            let attempt = attempt.filter(|attempt| attempt.reused)?;
            let idle = attempt.idle.map(|idle| format!(" for {idle}")).unwrap_or_default();
            Some(format!("The connection had carried an earlier request and was idle{idle} since.").into())
        }),
        cause("The server's host died, or its network broke, after the handshake."),
        favoured(
            "The handshake was answered by a device in the server's name, and the server behind does not \
             take the data.",
            |_, attempt| {
                let upstream = attempt?.upstream.filter(|_| !attempt.is_some_and(|a| a.reused))?;
                Some(format!("{upstream} took the handshake at once and not one byte after it.").into())
            },
        ),
    ],
    checks: &[
        check(
            "Type a request by hand from the gateway, with an empty line at its end. Vary host, path and \
             size to find what is dropped.",
            "nc {upstream} {port}",
        ),
        check(
            "Send the same request with curl from the gateway.",
            "curl -v --max-time 20 --connect-to ::{target} {url}",
        ),
        check(
            "Look into the block logs of firewall, IDS and IPS. No entry proves nothing: some block \
             without logging.",
            "",
        ),
        check(
            "Capture on both sides of the firewall: the request comes in on one side and does not leave \
             on the other.",
            "tcpdump -s 0 -ni any -w side.pcap host {upstream}",
        ),
    ],
    fixes: &[
        Fix {
            at: "firewall",
            setting: "Content inspection",
            path: "Firewall, IDS or IPS between {gateway} and {upstream}",
            change: "Allow the request: exempt {gateway} to {upstream} from the signature or application rule \
             that drops it.",
            risk: "Traffic of the pair is no longer inspected there.",
            verify: "curl -v --max-time 20 --connect-to ::{target} {url}",
            source: "",
        },
        Fix {
            at: "",
            setting: "Idle time of kept connections",
            path: "Keep-alive settings of the gateway towards servers",
            change: "Close idle server connections earlier than the firewall forgets them.",
            risk: "More new connections, slightly slower first bytes.",
            verify: "ss -tno state established dst {upstream}",
            source: "",
        },
    ],
    absence: true,
    detect: |_, attempt| matches!(attempt.and_then(|a| a.send.failure()), Some(SendFailure::Unacknowledged)),
};
