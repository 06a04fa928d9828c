//! SYN answered by RST: RFC 9293 section 3.10.7.1.

use super::pattern::{ODD_PORT, PARENT, WRONG_ADDRESS, reset_by_device, reset_by_host};
use super::{Category, Cause, Fix, Id, Owner, Phase, cause, check, favoured};
use crate::exchange::ConnectFailure;

/// Something between gateway and server refuses.
pub(crate) const DEVICE: Cause = favoured(
    "A firewall, IDS, IPS or other inspecting device refuses the gateway's connection with a RST.",
    reset_by_device,
);

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::TcpSynReset,
    phase: Phase::Connect,
    title: "Connection refused",
    meaning: "Each SYN to {upstream} port {port} was answered by a RST. Somebody is there and says no.",
    proxy_status: "connection_refused",
    owner: Owner::Origin,
    causes: &[
        favoured("Nothing listens on that port: service stopped, restarting, or moved to another port.", reset_by_host),
        DEVICE,
        cause("A load balancer before the server has no member left and refuses."),
        PARENT,
        WRONG_ADDRESS,
        ODD_PORT,
    ],
    checks: &[
        check("Open the port from the gateway: refused again confirms it.", "nc -vz -w 5 {upstream} {port}"),
        check(
            "Open it from another network. Refused there too: the server. Open there: something on the \
             gateway's path.",
            "nc -vz -w 5 {upstream} {port}",
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
            at: "origin",
            setting: "Service",
            path: "{upstream}",
            change: "Start the service, let it listen on port {port}, and see that the load balancer has healthy \
             members.",
            risk: "None for the gateway.",
            verify: "nc -vz -w 5 {upstream} {port}",
            source: "",
        },
        Fix {
            at: "firewall",
            setting: "Reject rule, IPS policy",
            path: "Firewall, IDS or IPS between {gateway} and {upstream}",
            change: "Allow TCP from {gateway} to {upstream} port {port}; exempt the pair from the signature that \
             fires.",
            risk: "Traffic of the pair is no longer inspected there.",
            verify: "nc -vz -w 5 {upstream} {port}",
            source: "",
        },
        Fix {
            at: "dns",
            setting: "Address record",
            path: "The zone that holds {host}",
            change: "If the service has moved, point {host} to its present address.",
            risk: "Caches keep the old address for its TTL.",
            verify: "dig {host} A",
            source: "",
        },
    ],
    absence: false,
    detect: |_, attempt| matches!(attempt.and_then(|a| a.connect.failure()), Some(ConnectFailure::Reset)),
};
