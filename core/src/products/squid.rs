//! Squid, 5 to 7. Figures and directives are those of the commented configuration that it comes with.

use super::{Aim, Id, Part, Product, Recording, Timer};
use crate::categories::{Check, Fix, Id as Category, check};
use crate::time::Span;

const MANUAL: &str = "Squid squid.conf.documented";
const CODE: &str = "Squid source, versions 5 to 7";

const DNS: &[Category] = &[
    Category::DnsNxdomain,
    Category::DnsNodata,
    Category::DnsServfail,
    Category::DnsRefused,
    Category::DnsNoResponse,
    Category::DnsUnreachable,
    Category::DnsTcpFallbackBlocked,
];
const SILENT: &[Category] = &[Category::TcpSynUnanswered, Category::ReturnPath];
const CONNECT: &[Category] = &[
    Category::TcpSynUnanswered,
    Category::ReturnPath,
    Category::TcpSynReset,
    Category::TcpIcmpProhibited,
    Category::TcpIcmpUnreachable,
    Category::TcpRoutingLoop,
];
const TLS: &[Category] = &[
    Category::TlsAlert,
    Category::TlsCertificate,
    Category::TlsNoResponse,
    Category::TlsReset,
    Category::TlsClosed,
    Category::TlsNotSpoken,
];

const fn token(text: &'static str) -> Check {
    check(text, "").source(CODE)
}

const fn fix(
    setting: &'static str,
    path: &'static str,
    change: &'static str,
    risk: &'static str,
    verify: &'static str,
) -> Fix {
    Fix { at: "", setting, path, change, risk, verify, source: MANUAL }
}

const THROUGH: &str = "curl -v --proxy {proxy} {url}";

/// See the module.
pub static PRODUCT: Product = Product {
    id: Id::Squid,
    name: "Squid",
    also: &["squid-cache"],
    statuses: "503 for DNS, TCP and TLS failures (ERR_DNS_FAIL, ERR_CONNECT_FAIL, \
             ERR_SECURE_CONNECT_FAIL), 504 for a TLS handshake or a response that did not come in time, \
             502 for resets and invalid or empty responses, 500 for ICAP, 403 for a loop.",
    timers: &[
        timer("connect_timeout", 60, SILENT),
        timer("forward_timeout", 240, SILENT),
        timer("read_timeout", 900, &[Category::ResponseTimeout, Category::ResponseStalled]),
        timer("dns_timeout", 30, &[Category::DnsNoResponse]),
        timer("peer_connect_timeout", 30, &[Category::TcpSynUnanswered]),
        timer("server_idle_pconn_timeout", 60, &[Category::KeepaliveRace]),
    ],
    parts: &[Part {
        checks: &[
            (DNS, token("The error page and %err_code say ERR_DNS_FAIL; the page's text names the DNS error.")),
            (
                CONNECT,
                token(
                    "%err_code says ERR_CONNECT_FAIL; errno in %err_detail: 110 unanswered, 111 refused, 113 or \
             101 unreachable.",
                ),
            ),
            (
                TLS,
                token(
                    "%err_code says ERR_SECURE_CONNECT_FAIL; %err_detail has the TLS error or the certificate's \
             fault.",
                ),
            ),
            (
                &[Category::ResponseTimeout],
                token("%err_code says ERR_READ_TIMEOUT, and the result tag ends in _TIMEDOUT."),
            ),
            (
                &[Category::ResponseReset, Category::ResponseTruncated],
                token(
                    "%err_code says ERR_READ_ERROR; errno=104 is a reset, SRV_PREMATURE_EOF a body that ended \
             early.",
                ),
            ),
            (&[Category::ResponseEmpty], token("%err_code says ERR_ZERO_SIZE_OBJECT.")),
            (
                &[Category::ResponseInvalid],
                token("%err_code says ERR_INVALID_RESP, and cache.log has a line Invalid Response."),
            ),
            (
                &[Category::ProxyLoop],
                token("cache.log has WARNING: Forwarding loop detected; the client gets 403 with ERR_ACCESS_DENIED."),
            ),
            (
                DNS,
                check(
                    "See what Squid's own cache holds for the name, and how its DNS servers do.",
                    "curl -s http://{proxy}/squid-internal-mgr/ipcache http://{proxy}/squid-internal-mgr/idns",
                )
                .source(CODE),
            ),
        ],
        fixes: &[
            (
                DNS,
                fix(
                    "DNS servers",
                    "squid.conf: dns_nameservers",
                    "Name servers that know {host} and answer Squid; without the directive those of \
             /etc/resolv.conf count.",
                    "Servers of different views give different answers.",
                    "dig @{dns} {host} A",
                ),
            ),
            (
                &[Category::DnsNxdomain, Category::DnsNodata],
                fix(
                    "Hosts file",
                    "squid.conf: hosts_file (/etc/hosts)",
                    "As a workaround, enter {host} with its address and run squid -k reconfigure.",
                    "The entry stays when the address changes.",
                    THROUGH,
                ),
            ),
            (
                &[Category::DnsNxdomain],
                fix(
                    "Search domain",
                    "squid.conf: append_domain, dns_defnames",
                    "For single labels, add the internal domain with append_domain.",
                    "It applies to every name without a dot.",
                    THROUGH,
                ),
            ),
            (
                &[Category::DnsNxdomain, Category::DnsNodata, Category::NoAttempt],
                fix(
                    "DNS cache and state of upstreams",
                    "squid.conf: negative_dns_ttl (1 minute)",
                    "Lower it so that a mended name is found sooner.",
                    "More DNS queries for names that do not exist.",
                    THROUGH,
                ),
            ),
            (
                SILENT,
                fix(
                    "Connect timeout",
                    "squid.conf: connect_timeout (1 minute), forward_timeout (4 minutes)",
                    "Shorten connect_timeout, so that the next address is tried sooner.",
                    "Slow but living servers fail sooner.",
                    THROUGH,
                ),
            ),
            (
                &[Category::ReturnPath, Category::TcpIcmpUnreachable, Category::TcpIcmpProhibited],
                fix(
                    "Outgoing address",
                    "squid.conf: tcp_outgoing_address",
                    "Go out with an address whose way back leads to Squid and that firewalls allow.",
                    "Servers see the new address.",
                    "tcpdump -ni any host {upstream}",
                ),
            ),
            (
                &[Category::ResponseTimeout, Category::ResponseStalled],
                fix(
                    "Response timeout",
                    "squid.conf: read_timeout (15 minutes)",
                    "Raise it above the time that the page needs; it holds for all hosts.",
                    "Dead servers hold connections longer.",
                    THROUGH,
                ),
            ),
            (
                &[Category::KeepaliveRace, Category::ResponseEmpty],
                fix(
                    "Idle time of kept server connections",
                    "squid.conf: server_idle_pconn_timeout (1 minute)",
                    "Set it below the server's idle time; server_persistent_connections off as a test.",
                    "More new connections to servers.",
                    THROUGH,
                ),
            ),
            (
                &[Category::ResponseHeaderTooLarge],
                fix(
                    "Header buffer",
                    "squid.conf: reply_header_max_size (64 KB)",
                    "Raise it above the size measured.",
                    "More memory for each connection.",
                    THROUGH,
                ),
            ),
            (
                TLS,
                fix(
                    "TLS versions and ciphers towards servers",
                    "squid.conf: tls_outgoing_options min-version= cipher= cafile=",
                    "Allow what the server needs, or add the missing issuer with cafile.",
                    "They hold for all servers; never leave DONT_VERIFY_PEER on.",
                    THROUGH,
                ),
            ),
            (
                &[Category::TlsAlert, Category::TlsReset, Category::TlsClosed, Category::ClientTlsRejected],
                fix(
                    "Decryption exception",
                    "squid.conf: ssl_bump splice, for the host",
                    "Splice {host} instead of bumping it.",
                    "Its content is no longer scanned.",
                    THROUGH,
                ),
            ),
            (
                &[Category::ParentProxyError, Category::NoHealthyUpstream],
                fix(
                    "Parent proxy",
                    "squid.conf: cache_peer, never_direct, always_direct",
                    "Add a second parent, or allow {host} to go directly.",
                    "Going directly passes beside what the parent filters and logs.",
                    THROUGH,
                ),
            ),
            (
                &[Category::ProxyLoop],
                fix(
                    "Parent proxy, name in Via",
                    "squid.conf: visible_hostname, unique_hostname, via",
                    "Give each proxy a unique name, keep via on, and exempt Squid's own packets from \
             interception.",
                    "Scripts and logs may expect the old name.",
                    THROUGH,
                ),
            ),
            (
                &[Category::ProxyOverload],
                fix(
                    "Limits",
                    "squid.conf: max_filedescriptors; limit of the service (LimitNOFILE)",
                    "Raise both when cache.log says that it runs out of file descriptors.",
                    "More memory.",
                    "curl -s http://{proxy}/squid-internal-mgr/info",
                ),
            ),
        ],
        ..Part::EMPTY
    }],
    absent: &[],
    recordings: &[
        Recording {
            aim: Aim::Log,
            check: check(
                "Add the reason and the times to the access log, in a format of its own next to the old one.",
                "logformat triage %ts.%03tu %6tr %>a %Ss/%03>Hs %<st %rm %ru %[un %Sh/%<a:%<p \
             %err_code/%err_detail %<Hs dt=%dt tt=%<tt",
            )
            .path("squid.conf: logformat, access_log")
            .source(MANUAL),
        },
        Recording {
            aim: Aim::Log,
            check: check(
                "For a short time, let cache.log tell about HTTP, DNS and connections.",
                "debug_options ALL,1 11,2 17,3 44,3 78,3",
            )
            .path("squid.conf: debug_options")
            .source(MANUAL),
        },
    ],
};

const fn timer(name: &'static str, seconds: i64, categories: &'static [Category]) -> Timer {
    Timer { name, wait: Span::seconds(seconds), categories, path: "squid.conf", source: MANUAL }
}
