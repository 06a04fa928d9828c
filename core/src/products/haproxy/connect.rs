//! The TCP handshake: 503.

use super::{THROUGH, keyword, state};
use crate::categories::{Id, fix};
use crate::products::Part;
use crate::products::groups::SILENT;

/// See the module.
pub(super) const PART: Part = Part {
    checks: &[
        (SILENT, state("Termination state sC: timeout connect ran out. Timer Tc is -1.")),
        (
            &[Id::TcpSynReset, Id::TcpIcmpProhibited, Id::TcpIcmpUnreachable, Id::TcpRoutingLoop],
            state("Termination state SC with a server's name: it, or something before it, refused. Tc is -1."),
        ),
        (
            &[Id::EphemeralPortExhaustion, Id::LocalEgressDenied],
            state(
                "Termination state RC: a local resource was missing, such as a source port; %[bc_err_str] names it in \
                 newer versions.",
            ),
        ),
    ],
    fixes: &[
        (
            &[Id::ReturnPath],
            keyword(
                "Client address (spoofing)",
                "haproxy.cfg: source 0.0.0.0 usesrc clientip",
                "Remove usesrc, or make this machine the servers' route back to the clients.",
                "Without it servers see HAProxy's address; send-proxy or forwardfor can tell them.",
                "tcpdump -ni any 'tcp[tcpflags] & tcp-syn != 0 and host {upstream}'",
            ),
        ),
        (
            &[Id::LocalEgressDenied],
            fix(
                "SELinux",
                "setsebool -P haproxy_connect_any 1",
                "Allow HAProxy to connect to any port, if the audit log shows that SELinux denied it.",
                "It holds for every port; labelling the one port is narrower.",
                "getsebool haproxy_connect_any",
            )
            .source("haproxy_selinux(8) manual page"),
        ),
        (
            &[Id::EphemeralPortExhaustion],
            keyword(
                "Local ports and addresses",
                "haproxy.cfg: source ADDRESS:1025-65000, on the server line",
                "Give each server a port range or a source address of its own.",
                "The ranges must not meet ports that services of this machine listen on.",
                "ss -s",
            ),
        ),
        (
            &[Id::EphemeralPortExhaustion],
            keyword(
                "Kept connections to servers",
                "haproxy.cfg: http-reuse safe (default), pool-max-conn; no option httpclose or http-server-close",
                "Keep connections to the servers, so that fewer local ports are used up.",
                "Kept connections count at the server.",
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
            keyword(
                "Connect timeout",
                "haproxy.cfg: timeout connect, retries (3), option redispatch",
                "Set timeout connect to a few seconds, and let redispatch try another server in the end.",
                "Slow but living servers fail sooner. Unset, it never ends.",
                THROUGH,
            ),
        ),
        (
            &[Id::TcpSynUnanswered, Id::TcpSynReset, Id::TcpIcmpProhibited, Id::TcpIcmpUnreachable],
            keyword(
                "Retry on another server",
                "haproxy.cfg: backend with a second server, check on each, option redispatch",
                "Health checks take the dead server out before a client meets it; redispatch lets the last retry go \
                 to another one.",
                "With cookies, users lose the session that lived on the dead server.",
                THROUGH,
            ),
        ),
        (
            &[Id::ReturnPath, Id::TcpIcmpProhibited, Id::TcpIcmpUnreachable, Id::TcpRoutingLoop],
            keyword(
                "Outgoing address",
                "haproxy.cfg: source ADDRESS, on the server or the backend",
                "Go out with an address that has a route to {upstream} and that firewalls allow.",
                "Servers see the new address.",
                "ip route get {upstream}",
            ),
        ),
    ],
    eases: true,
    ..Part::EMPTY
};
