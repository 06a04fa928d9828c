//! More header than the gateway takes.

use super::{Category, Fix, Id, Owner, Phase, cause, check};
use crate::exchange::ReceiveFailure;

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::ResponseHeaderTooLarge,
    phase: Phase::Receive,
    title: "Response header too large",
    meaning: "The response of {upstream} has more header bytes than the gateway takes.",
    proxy_status: "http_response_header_section_size",
    owner: Owner::Origin,
    causes: &[
        cause("Cookies have grown: the server sets many or large ones in one response."),
        cause("Login data is carried in header fields: Kerberos tickets, large tokens, group lists."),
        cause("A long content security policy or debugging field is sent with each response."),
        cause("The gateway's buffer for header fields is smaller than usual."),
    ],
    checks: &[
        check(
            "Measure the header as the gateway gets it.",
            "curl -sS -o /dev/null -D - --connect-to ::{target} {url} | wc -c",
        ),
        check("See which field is the large one.", "curl -sS -o /dev/null -D - --connect-to ::{target} {url}"),
        check("Delete the site's cookies in one browser: if it works then, cookies have piled up.", ""),
    ],
    fixes: &[
        Fix {
            at: "origin",
            setting: "Header fields of the response",
            path: "Application on {upstream}",
            change: "Send fewer and smaller cookies and fields; keep session data on the server.",
            risk: "Sessions may have to begin anew.",
            verify: "curl -sS -o /dev/null -D - --connect-to ::{target} {url} | wc -c",
            source: "",
        },
        Fix {
            at: "",
            setting: "Header buffer",
            path: "Buffer or header size setting of the gateway",
            change: "Raise it above the size measured.",
            risk: "More memory for each connection.",
            verify: "curl -v{through} {url}",
            source: "",
        },
    ],
    absence: false,
    detect: |_, attempt| matches!(attempt.and_then(|a| a.receive.failure()), Some(ReceiveFailure::HeaderTooLarge)),
};
