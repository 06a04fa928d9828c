//! The response began, then stopped.

use alloc::format;

use super::{Category, Fix, Id, Owner, Phase, cause, check, favoured};
use crate::exchange::ReceiveFailure;

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::ResponseStalled,
    phase: Phase::Receive,
    title: "Response stopped",
    meaning: "{upstream} began its response and then sent nothing more until the gateway gave up.",
    proxy_status: "connection_read_timeout",
    owner: Owner::Origin,
    causes: &[
        favoured(
            "The application hangs in the middle of the body, waiting for a database or another service.",
            |_, attempt| match attempt?.receive.failure()? {
                ReceiveFailure::Stalled(pause) if pause.0 > 0 => {
                    Some(format!("Nothing came for {pause} after the response had begun.").into())
                }
                _ => None,
            },
        ),
        cause(
            "Full-sized packets of the body are lost on the way (path MTU), while the small header came \
             through.",
        ),
        cause("A device on the way holds the body back to inspect it."),
        cause("The server's host or its network died in the middle."),
    ],
    checks: &[
        check(
            "Fetch it from the gateway and watch where it stops.",
            "curl -v -o /dev/null --connect-to ::{target} {url}",
        ),
        check(
            "If the pause is always equally long, it is the gateway's timer; find out how long the \
             server needs.",
            "",
        ),
        check("See whether a full-sized packet gets through with DF set.", "ping -M do -s 1472 -c 3 {upstream}"),
    ],
    fixes: &[
        Fix {
            at: "origin",
            setting: "Application",
            path: "{upstream}",
            change: "Mend what hangs, or send parts of the body regularly.",
            risk: "None for the gateway.",
            verify: "curl -v -o /dev/null --connect-to ::{target} {url}",
            source: "",
        },
        Fix {
            at: "",
            setting: "Read timeout",
            path: "Timeout settings of the gateway towards servers",
            change: "Raise it for this host only, above the pause that the server needs.",
            risk: "Dead servers hold connections longer.",
            verify: "curl -v -o /dev/null{through} {url}",
            source: "",
        },
        Fix {
            at: "firewall",
            setting: "Content inspection, ICMP for path MTU",
            path: "Firewalls between {gateway} and {upstream}",
            change: "Exempt the pair from inspection for a test, and allow ICMP type 3 code 4 and ICMPv6 type 2.",
            risk: "Traffic of the pair is no longer inspected there.",
            verify: "curl -v -o /dev/null --connect-to ::{target} {url}",
            source: "",
        },
    ],
    absence: true,
    detect: |_, attempt| matches!(attempt.and_then(|a| a.receive.failure()), Some(ReceiveFailure::Stalled(_))),
};
