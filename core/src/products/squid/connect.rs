//! The TCP handshake: 503, ERR_CONNECT_FAIL.

use super::{THROUGH, directive, token};
use crate::categories::Id;
use crate::products::Part;
use crate::products::groups::{CONNECT, SILENT};

/// See the module.
pub(super) const PART: Part = Part {
    checks: &[(
        CONNECT,
        token(
            "%err_code says ERR_CONNECT_FAIL; errno in %err_detail: 110 unanswered, 111 refused, 113 or 101 \
             unreachable.",
        ),
    )],
    fixes: &[
        (
            &[Id::LocalEgressDenied],
            directive(
                "Route, output rule, outgoing address",
                "squid.conf: tcp_outgoing_address",
                "It must be an address of this machine, with a route to {upstream}; without the directive the system \
                 chooses one.",
                "Servers see the new address.",
                "ip route get {upstream}",
            ),
        ),
        (
            &[Id::EphemeralPortExhaustion],
            directive(
                "Kept connections to servers",
                "squid.conf: server_persistent_connections on (default), server_idle_pconn_timeout (1 minute)",
                "Keep connections to servers, so that fewer local ports are used up; a second tcp_outgoing_address \
                 by acl doubles them.",
                "Kept connections hold file descriptors.",
                "ss -s",
            ),
        ),
    ],
    ..Part::EMPTY
};

/// What lets requests fail sooner or go elsewhere.
pub(super) const EASE: Part = Part {
    fixes: &[
        (
            SILENT,
            directive(
                "Connect timeout",
                "squid.conf: connect_timeout (1 minute), forward_timeout (4 minutes)",
                "Shorten connect_timeout, so that the next address is tried sooner.",
                "Slow but living servers fail sooner.",
                THROUGH,
            ),
        ),
        (
            &[Id::ReturnPath, Id::TcpIcmpUnreachable, Id::TcpIcmpProhibited, Id::TcpRoutingLoop],
            directive(
                "Outgoing address",
                "squid.conf: tcp_outgoing_address",
                "Go out with an address whose way back leads to Squid and that firewalls allow.",
                "Servers see the new address.",
                "tcpdump -ni any host {upstream}",
            ),
        ),
    ],
    eases: true,
    ..Part::EMPTY
};
