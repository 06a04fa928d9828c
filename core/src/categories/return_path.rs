//! The SYN-ACK does not come back to the gateway: client address spoofed, or asymmetric route.

use alloc::format;

use super::{Category, Cause, Fix, Id, Owner, Phase, cause, check, favoured};
use crate::exchange::ConnectFailure;

/// The gateway sends with the client's address.
pub(crate) const SPOOFED: Cause = favoured(
    "The gateway sends with the client's address (IP spoofing), and nothing on the way back \
             redirects to the gateway.",
    |_, attempt| match attempt?.connect.failure()? {
        ConnectFailure::NoReturn { spoofed: true, tries } => {
            Some(format!("{tries} SYNs of the gateway carry the client's address as their source.").into())
        }
        _ => None,
    },
);
/// Two ways.
pub(crate) const ASYMMETRIC: Cause = favoured(
    "The way back differs from the way out, and a stateful firewall or a source check on it \
             drops the SYN-ACK.",
    |_, attempt| match attempt?.connect.failure()? {
        ConnectFailure::NoReturn { spoofed: false, .. } => {
            Some("The gateway's SYNs carry its own address, so spoofing is not the reason.".into())
        }
        _ => None,
    },
);

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::ReturnPath,
    phase: Phase::Connect,
    title: "Answer takes another way",
    meaning: "The gateway's SYN went out to {upstream}, but the SYN-ACK does not come back to the gateway.",
    proxy_status: "connection_timeout",
    owner: Owner::Network,
    causes: &[
        SPOOFED,
        ASYMMETRIC,
        cause("Another member of the proxy farm receives the answer."),
        cause("After a failover the other firewall of the pair does not know the connection."),
    ],
    checks: &[
        check(
            "Connect from the gateway itself. If that works while clients fail, the client's source \
             address is the difference.",
            "nc -vz -w 10 {upstream} {port}",
        ),
        check(
            "Capture at the client or its router: SYN-ACKs from {upstream} that nobody asked for there \
             prove it.",
            "tcpdump -ni any host {upstream} and tcp port {port}",
        ),
        check(
            "Capture on all interfaces of the gateway: a SYN-ACK that comes in by another one is dropped \
             by its source check.",
            "nstat -az TcpExtIPReversePathFilter",
        ),
    ],
    fixes: &[
        Fix {
            at: "",
            setting: "Client address (spoofing)",
            path: "Proxy settings of the gateway",
            change: "Switch spoofing off, so that the gateway sends with its own address; for one client first, \
             as a test.",
            risk: "Servers and firewalls behind see the gateway's address; rules by client address stop \
             working.",
            verify: "tcpdump -ni any 'tcp[tcpflags] & tcp-syn != 0 and host {upstream}'",
            source: "",
        },
        Fix {
            at: "network",
            setting: "Return redirection",
            path: "Router towards the Internet: WCCP service or policy route for traffic from server ports",
            change: "Redirect packets from the servers' ports for client addresses to the gateway.",
            risk: "Traffic that never passed the gateway must be exempt, or it breaks.",
            verify: "tcpdump -ni any src host {upstream} and 'tcp[tcpflags] & tcp-syn != 0'",
            source: "",
        },
        Fix {
            at: "firewall",
            setting: "Symmetric path",
            path: "Firewalls and uplinks on both ways",
            change: "Send both directions through the same firewall, or share its connection table between the \
             members.",
            risk: "A routing change moves other traffic as well.",
            verify: "nc -vz -w 10 {upstream} {port}",
            source: "",
        },
    ],
    absence: true,
    detect: |_, attempt| matches!(attempt.and_then(|a| a.connect.failure()), Some(ConnectFailure::NoReturn { .. })),
};
