//! Closed or reset in the middle of the response: RFC 9112 section 8. Part of a header and then the end is this too.

use super::pattern::reset_by_device;
use super::{Category, Fix, Id, Owner, Phase, cause, check, favoured};
use crate::exchange::ReceiveFailure;

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::ResponseTruncated,
    phase: Phase::Receive,
    title: "Response cut off",
    meaning: "{upstream} began its response, and the connection ended before the response did.",
    proxy_status: "http_response_incomplete",
    owner: Owner::Origin,
    causes: &[
        favoured(
            "The application or its worker crashed, or ran into its time limit, in the middle of the \
             body.",
            |_, attempt| {
                matches!(attempt?.receive.failure()?, ReceiveFailure::Closed)
                    .then(|| "The server closed the connection with FIN.".into())
            },
        ),
        favoured("An inspecting device found something in the body and reset the connection.", reset_by_device),
        favoured(
            "A load balancer or firewall ended the connection: a drained server, a timer, a limit of \
             size.",
            |_, attempt| {
                matches!(attempt?.receive.failure()?, ReceiveFailure::Reset)
                    .then(|| "A RST came in the middle of the response.".into())
            },
        ),
        cause("The length announced is larger than the body, often after compression."),
    ],
    checks: &[
        check(
            "Fetch it from the gateway: curl says how many bytes are missing.",
            "curl -v -o /dev/null --connect-to ::{target} {url}",
        ),
        check(
            "Compare several failures: always at the same byte means content or length, after the same \
             time a timer.",
            "",
        ),
        check(
            "Without compression: if this is whole, the announced length is that of another coding.",
            "curl -v -o /dev/null -H 'Accept-Encoding: identity' --connect-to ::{target} {url}",
        ),
    ],
    fixes: &[
        Fix {
            at: "origin",
            setting: "Application, length of the response",
            path: "{upstream}",
            change: "Mend the crash or limit that ends the body early, and announce the length that is sent.",
            risk: "None for the gateway.",
            verify: "curl -v -o /dev/null --connect-to ::{target} {url}",
            source: "",
        },
        Fix {
            at: "firewall",
            setting: "Stream inspection",
            path: "Firewall, IPS or antivirus between {gateway} and {upstream}",
            change: "Exempt {gateway} to {upstream} from what ends the transfer; the gateway scans it anyway.",
            risk: "One scanner less for this traffic.",
            verify: "curl -v -o /dev/null --connect-to ::{target} {url}",
            source: "",
        },
    ],
    absence: false,
    detect: |_, attempt| {
        matches!(attempt.and_then(|a| a.receive.failure()), Some(ReceiveFailure::Closed | ReceiveFailure::Reset))
    },
};
