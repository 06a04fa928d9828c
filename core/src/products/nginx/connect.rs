//! The TCP handshake: 502, or 504 by nginx's own timer.

use super::{PRACTICE, PROXY, THROUGH, UPSTREAM, log};
use crate::categories::{Id, fix};
use crate::products::Part;
use crate::products::groups::{CONNECT, SILENT};

/// See the module.
pub(super) const PART: Part = Part {
    checks: &[
        (
            CONNECT,
            log("error.log has: connect() failed, while connecting to upstream, and errno: 111 refused, 113 or 101 \
                 unreachable, 110 unanswered until the kernel gave up (502)."),
        ),
        (SILENT, log("upstream timed out (110) while connecting to upstream: nginx's own timer, hence 504.")),
        (
            &[Id::LocalEgressDenied, Id::EphemeralPortExhaustion],
            log(
                "error.log has: connect() failed, and errno: 13 permission denied (SELinux, or ICMPv6 prohibited), 99 \
                 no local port or address left.",
            ),
        ),
    ],
    fixes: &[
        (
            &[Id::ReturnPath],
            fix(
                "Client address (spoofing)",
                "nginx.conf: proxy_bind $remote_addr transparent",
                "Remove transparent, or route the server's answers to the client addresses back through this machine.",
                "Without it servers see nginx's address.",
                "tcpdump -ni any 'tcp[tcpflags] & tcp-syn != 0 and host {upstream}'",
            )
            .source(PROXY),
        ),
        (
            &[Id::LocalEgressDenied],
            fix(
                "SELinux",
                "setsebool -P httpd_can_network_connect 1",
                "Allow the web server to open connections, if the audit log shows that SELinux denied it.",
                "It holds for all web server processes and all ports.",
                "getsebool httpd_can_network_connect",
            )
            .source("httpd_selinux(8) manual page"),
        ),
        (
            &[Id::EphemeralPortExhaustion],
            fix(
                "Kept connections to servers",
                "nginx.conf: upstream { keepalive 32; }, proxy_http_version 1.1, proxy_set_header Connection \"\"",
                "Keep connections to the servers, so that fewer local ports are used up. Recent versions do it by \
                 themselves.",
                "Kept connections count at the server; the number holds for each worker.",
                "ss -s",
            )
            .source(UPSTREAM),
        ),
        (
            &[Id::EphemeralPortExhaustion],
            fix(
                "Local ports and addresses",
                "sysctl net.ipv4.ip_local_port_range; nginx.conf: proxy_bind",
                "Widen the range (32768 to 60999 by default), for example to 15000 64999, or spread over several local addresses with proxy_bind and a variable.",
                "A wider range may take ports that services of this machine listen on.",
                "ss -s",
            )
            .source(PRACTICE),
        ),
    ],
    ..Part::EMPTY
};

/// What lets requests fail sooner or go elsewhere.
pub(super) const EASE: Part = Part {
    fixes: &[
        (
            SILENT,
            fix(
                "Connect timeout",
                "nginx.conf: proxy_connect_timeout (60s)",
                "Shorten it to a few seconds, so that the next server is tried sooner.",
                "Slow but living servers fail sooner.",
                THROUGH,
            )
            .source(PROXY),
        ),
        (
            &[Id::TcpSynUnanswered, Id::TcpSynReset, Id::TcpIcmpProhibited, Id::TcpIcmpUnreachable],
            fix(
                "Retry on another server",
                "nginx.conf: upstream { server ...; server ... backup; }, proxy_next_upstream (error timeout)",
                "Give the upstream a second server; error and timeout go to it by default.",
                "The second server takes the load of both.",
                THROUGH,
            )
            .source(UPSTREAM),
        ),
        (
            &[Id::ReturnPath, Id::TcpIcmpProhibited, Id::TcpIcmpUnreachable, Id::TcpRoutingLoop],
            fix(
                "Outgoing address",
                "nginx.conf: proxy_bind",
                "Go out with an address that has a route to {upstream} and that firewalls allow.",
                "Servers see the new address.",
                "ip route get {upstream}",
            )
            .source(PROXY),
        ),
    ],
    eases: true,
    ..Part::EMPTY
};
