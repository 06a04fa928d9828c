//! 502 because the SYN-ACK goes to the client: IP spoofing without redirection of the way back.

use super::{ARTICLE, NO_SYN_ACK};
use crate::categories::{Fix, check, return_path};
use crate::exchange::{Attempt, Exchange};
use crate::products::Part;

/// See the module.
pub(super) const PART: Part = Part {
    causes: &[(NO_SYN_ACK, return_path::SPOOFED)],
    checks: &[
        (
            NO_SYN_ACK,
            check(
                "Explicit proxying or telnet from the appliance works, but transparent clients with IP \
             spoofing fail: then suspect the return path, for the appliance itself does reach the server.",
                "",
            )
            .source(ARTICLE),
        ),
        (
            NO_SYN_ACK,
            check(
                "Without spoofing the SYN carries the appliance's address and the answer comes straight \
             back. With spoofing it carries the client's, and unless the network redirects, the SYN-ACK \
             goes to the client and the appliance never sees it.",
                "ip.addr == {client} && ip.addr == {upstream} && tcp.flags.syn == 1",
            )
            .source(ARTICLE),
        ),
    ],
    fixes: &[
        (
            NO_SYN_ACK,
            Fix {
                at: "",
                setting: "Client address (spoofing)",
                path: "Security Services > Web Proxy (older AsyncOS), Web Security Manager > IP Spoofing Profiles \
             (newer)",
                change: "Switch IP spoofing off, at first for one client or profile, if the network does not \
             redirect the way back.",
                risk: "Servers and firewalls behind see the appliance's address; rules by client address stop \
             working.",
                verify: "grep -e {host} accesslogs",
                source: "Cisco article on WSA 502 and 504 (undated) for the cause; the menus: practice, no \
             vendor document",
            },
        ),
        (
            NO_SYN_ACK,
            Fix {
                at: "network",
                setting: "Return redirection",
                path: "Router: WCCP service for the way back; appliance: Network > Transparent Redirection",
                change: "Redirect the servers' packets for client addresses (source ports 80, 443) to the appliance: \
             return path redirection by WCCP or policy routing.",
                risk: "Traffic that never passed the appliance must be exempt, or it breaks.",
                verify: "ip.src == {upstream} && tcp.flags.syn == 1 && tcp.flags.ack == 1",
                source: "Cisco article on WSA 502 and 504 (undated) for the need; the menus: practice, no \
             vendor document",
            },
        ),
    ],
    against: own_address,
    ..Part::EMPTY
};

/// The packets show that the SYN carries another address than the client's.
fn own_address(exchange: &Exchange, attempt: Option<&Attempt>) -> bool {
    let local = attempt.and_then(|attempt| attempt.local).map(|local| local.ip());
    exchange.client.zip(local).is_some_and(|(client, local)| client != local)
}
