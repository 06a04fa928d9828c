//! The TCP handshake: 503.

use super::{PRACTICE, THROUGH, directive, log};
use crate::categories::{Id, fix};
use crate::products::Part;
use crate::products::groups::{CONNECT, SILENT};

/// See the module.
pub(super) const PART: Part = Part {
    checks: &[
        (
            CONNECT,
            log("The error log has AH00957, attempt to connect, with errno before it: 111 refused, 110 or 70007 \
                 unanswered, 113 or 101 unreachable. AH01114 follows, and 503."),
        ),
        (
            CONNECT,
            log("AH00959 after it: the worker is out for 60 s. All requests of these 60 s fail with 503 and AH00940, \
                 without any try."),
        ),
        (
            &[Id::LocalEgressDenied],
            log("AH00957 with (13)Permission denied: SELinux, or ICMPv6 administratively prohibited."),
        ),
    ],
    fixes: &[
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
            directive(
                "Kept connections to servers",
                "ProxyPass ... enablereuse=on max= ttl=; no SetEnv proxy-nokeepalive, no force-proxy-request-1.0",
                "Keep connections to the servers, so that fewer local ports are used up.",
                "Kept connections count at the server.",
                "ss -s",
            ),
        ),
        (
            &[Id::EphemeralPortExhaustion],
            fix(
                "Local ports and addresses",
                "sysctl -w net.ipv4.ip_local_port_range=\"15000 64999\"; a file in /etc/sysctl.d keeps it",
                "Widen the range: 32768 to 60999 by default.",
                "It may take ports that services of this machine listen on.",
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
            directive(
                "Connect timeout",
                "ProxyPass ... connectiontimeout=5",
                "Give up on a silent server after a few seconds, and not after the 60 s of timeout.",
                "Slow but living servers fail sooner.",
                THROUGH,
            ),
        ),
        (
            &[Id::TcpSynUnanswered, Id::TcpSynReset, Id::TcpIcmpProhibited, Id::TcpIcmpUnreachable],
            directive(
                "Retry on another server",
                "<Proxy balancer://NAME>: BalancerMember ..., BalancerMember ... status=+H",
                "Add a second member, or a hot standby with status=+H; the balancer goes on to it.",
                "The second server takes the load of both.",
                THROUGH,
            ),
        ),
        (
            &[Id::TcpSynUnanswered, Id::TcpSynReset],
            directive(
                "Time in error state",
                "ProxyPass ... retry=60",
                "Lower retry, or 0 for a single server, so that it is used again as soon as it is back.",
                "With 0 every request tries the dead server and waits.",
                THROUGH,
            ),
        ),
        (
            &[Id::ReturnPath, Id::TcpIcmpProhibited, Id::TcpIcmpUnreachable, Id::TcpRoutingLoop],
            directive(
                "Outgoing address",
                "ProxySourceAddress",
                "Go out with an address that has a route to {upstream}, back and forth, and that firewalls allow.",
                "Servers see the new address.",
                "ip route get {upstream}",
            ),
        ),
    ],
    eases: true,
    ..Part::EMPTY
};
