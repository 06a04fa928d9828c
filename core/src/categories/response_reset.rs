//! RST after the request, before a response.

use alloc::format;

use super::pattern::{PARENT, reset_by_device, reset_by_host};
use super::{Category, Cause, Fix, Id, Owner, Phase, cause, check, favoured};
use crate::exchange::WaitFailure;

/// A device reacts to the content.
pub(crate) const DEVICE: Cause = favoured(
    "A firewall, IDS, IPS or other inspecting device reacts to the request and resets the \
             connection.",
    reset_by_device,
);

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::ResponseReset,
    phase: Phase::Wait,
    title: "Reset instead of a response",
    meaning: "The request was sent to {upstream}, and a RST came back instead of a response.",
    proxy_status: "connection_terminated",
    owner: Owner::Origin,
    causes: &[
        DEVICE,
        favoured("The application or its worker crashed or was stopped while it handled the request.", reset_by_host),
        favoured(
            "The server refused the request early (413, 401 …) and closed while the rest of it was still coming: its RST \
             took the answer away.",
            |_, attempt| {
                let status = attempt?.status.filter(|_| attempt.is_some_and(|attempt| attempt.upload_cut))?;
                Some(format!("It had answered {status} before it had the whole request.").into())
            },
        ),
        favoured(
            "The connection had been forgotten by the server or a device on the way before it was used \
             again.",
            |_, attempt| attempt?.reused.then(|| "The connection had carried an earlier request.".into()),
        ),
        cause(
            "A web application firewall before the server does not like a header, such as Via or \
             User-Agent.",
        ),
        cause("A load balancer's own timer ran out, and it ends connections by RST."),
        PARENT,
    ],
    checks: &[
        check(
            "Send the same request from the gateway; reset again confirms it.",
            "curl -v --max-time 20 --connect-to ::{target} {url}",
        ),
        check(
            "From another network. If it works there, a device on the gateway's path resets.",
            "curl -v --max-time 20 {url}",
        ),
        check(
            "With a Via header as the gateway sends it. Reset only with it: the server's firewall does \
             not want proxies.",
            "curl -v -H 'Via: 1.1 gateway' --connect-to ::{target} {url}",
        ),
        check(
            "Compare the TTL of the RST with that of the server's own packets; two or more hops apart \
             means a device sent it.",
            "tcpdump -vni any host {upstream} and tcp port {port}",
        ),
        check(
            "Look into the block logs of firewall, IDS and IPS. No entry proves nothing: some block \
             without logging.",
            "",
        ),
    ],
    fixes: &[
        Fix {
            at: "firewall",
            setting: "IPS policy, content inspection",
            path: "Firewall, IDS or IPS between {gateway} and {upstream}",
            change: "Exempt {gateway} to {upstream} from the signature that resets.",
            risk: "Traffic of the pair is no longer inspected there.",
            verify: "curl -v --max-time 20 --connect-to ::{target} {url}",
            source: "",
        },
        Fix {
            at: "origin",
            setting: "Application and its firewall",
            path: "{upstream}",
            change: "Have the operator read the server's log at that second, and let the gateway's requests pass.",
            risk: "None for the gateway.",
            verify: "curl -v --max-time 20 --connect-to ::{target} {url}",
            source: "",
        },
    ],
    absence: false,
    detect: |_, attempt| matches!(attempt.and_then(|a| a.wait.failure()), Some(WaitFailure::Reset)),
};
