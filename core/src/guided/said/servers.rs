//! Web servers as gateways.

use crate::categories::Id::*;
use crate::guided::{Answer, PRACTICE, answer, yes};
use crate::logs::phase;

const NGX: &str = "nginx source, ngx_http_upstream.c and ngx_resolver.c";

pub(super) const NGINX: &[Answer] = &[
    answer(
        "refused",
        "connect() failed (111: Connection refused)",
        &[yes(&[&[TcpSynReset, TcpIcmpUnreachable]], "The connection was refused.", NGX)],
    ),
    answer(
        "no-route",
        "connect() failed (113: No route to host) or (101: Network is unreachable)",
        &[yes(
            &[&[TcpIcmpUnreachable, TcpIcmpProhibited, TcpRoutingLoop, LocalEgressDenied]],
            "An ICMP error came, or the host has no route.",
            NGX,
        )],
    ),
    answer(
        "denied",
        "connect() failed (13: Permission denied)",
        &[yes(
            &[&[LocalEgressDenied, TcpIcmpProhibited]],
            "The system forbids it (SELinux), or IPv6 is refused on the way.",
            NGX,
        )],
    ),
    answer(
        "no-port",
        "(99: Cannot assign requested address)",
        &[yes(
            &[&[EphemeralPortExhaustion, LocalEgressDenied]],
            "No local port is left, or the outgoing address is none of its own.",
            NGX,
        )],
    ),
    answer(
        "connect-timeout",
        "upstream timed out (110) while connecting to upstream, or connect() failed (110)",
        &[yes(&[&[TcpSynUnanswered, ReturnPath]], "The SYN got no answer in time.", NGX)],
    ),
    answer(
        "tls-timeout",
        "upstream timed out (110) while SSL handshaking to upstream",
        &[yes(&[&[TlsNoResponse, PmtuBlackhole]], "The handshake got no answer in time.", NGX)],
    ),
    answer(
        "tls",
        "SSL_do_handshake() failed, or peer closed connection in SSL handshake",
        &[yes(&[&[TlsAlert, TlsReset, TlsClosed, TlsNotSpoken]], "The handshake failed.", NGX)],
    ),
    answer(
        "certificate",
        "upstream SSL certificate verify error, or does not match",
        &[yes(&[&[TlsCertificate]], "nginx did not accept the certificate.", NGX)],
    ),
    answer(
        "header-timeout",
        "upstream timed out (110) while reading response header from upstream",
        &[yes(&[&[ResponseTimeout, RequestUnacked, PmtuBlackhole]], "No response came in time.", NGX)],
    ),
    answer(
        "closed",
        "upstream prematurely closed connection while reading response header",
        &[yes(&[&[ResponseEmpty, KeepaliveRace, ResponseTruncated]], "The server closed before a whole header.", NGX)],
    ),
    answer(
        "reset",
        "recv() failed (104: Connection reset by peer)",
        &[yes(&[&[ResponseReset, KeepaliveRace]], "The server, or somebody in its name, reset.", NGX)],
    ),
    answer(
        "send",
        "writev() or send() failed (104 or 32) while sending request",
        &[yes(
            &[&[ResponseReset, KeepaliveRace, ResponseEmpty]],
            "The connection ended while the request was sent.",
            NGX,
        )],
    ),
    answer(
        "too-big",
        "upstream sent too big header",
        &[yes(&[&[ResponseHeaderTooLarge]], "The header is larger than proxy_buffer_size.", NGX)],
    ),
    answer(
        "invalid",
        "upstream sent invalid header, duplicate header line, …",
        &[yes(&[&[ResponseInvalid]], "The header is not valid.", NGX)],
    ),
    answer(
        "chunked",
        "upstream sent invalid chunked response",
        &[yes(&[&[ResponseBadChunk]], "The chunked coding is broken.", NGX)],
    ),
    answer(
        "body",
        "… while reading upstream",
        &[yes(&[&[ResponseTruncated, ResponseStalled]], "The response began, and stopped or broke off.", NGX)],
    ),
    answer(
        "no-live",
        "no live upstreams",
        &[yes(
            &[&[NoHealthyUpstream, TcpSynReset, TcpSynUnanswered, ResponseTimeout]],
            "All servers are marked down; an earlier line says why.",
            NGX,
        )],
    ),
    answer(
        "not-found",
        "could not be resolved (3: Host not found)",
        &[yes(&[&[DnsNxdomain, DnsNodata]], "The name has no address.", NGX)],
    ),
    answer(
        "dns",
        "could not be resolved (2: Server failure), (5: Operation refused) or (110: Operation timed out)",
        &[yes(
            &[&[DnsServfail, DnsRefused, DnsNoResponse, DnsUnreachable, DnsTcpFallbackBlocked]],
            "The DNS server gave no answer of use.",
            NGX,
        )],
    ),
    answer(
        "h2",
        "upstream sent goaway, or rst stream",
        &[yes(&[&[H2Goaway, H2RstStream]], "The server ended the stream or the connection.", NGX)],
    ),
    answer(
        "client",
        "client prematurely closed connection (499)",
        &[yes(&[&[ClientAbort]], "The client left first.", NGX)],
    ),
];

const AP: &str = "Apache httpd source, proxy_util.c and mod_proxy_http.c";

pub(super) const APACHE: &[Answer] = &[
    answer(
        "refused",
        "(111)Connection refused: AH00957",
        &[yes(&[&[TcpSynReset, TcpIcmpUnreachable]], "The connection was refused.", AP)],
    ),
    answer(
        "connect-timeout",
        "(110) or (70007): AH00957",
        &[yes(&[&[TcpSynUnanswered, ReturnPath]], "The SYN got no answer in time.", AP)],
    ),
    answer(
        "no-route",
        "(113) or (101): AH00957",
        &[yes(
            &[&[TcpIcmpUnreachable, TcpIcmpProhibited, TcpRoutingLoop, LocalEgressDenied]],
            "An ICMP error came, or the host has no route.",
            AP,
        )],
    ),
    answer(
        "denied",
        "(13)Permission denied: AH00957",
        &[yes(
            &[&[LocalEgressDenied, TcpIcmpProhibited]],
            "The system forbids it (SELinux), or IPv6 is refused on the way.",
            AP,
        )],
    ),
    answer(
        "disabled",
        "AH00940, AH01170 or AH01167: disabled, or all workers in error state",
        &[yes(
            &[&[NoHealthyUpstream, TcpSynReset, TcpSynUnanswered]],
            "Workers are in error state; an earlier line says why.",
            AP,
        )],
    ),
    answer(
        "timeout",
        "(70007)The timeout specified has expired: AH01102",
        &[yes(&[&[ResponseTimeout, RequestUnacked, PmtuBlackhole]], "No response came in time.", AP)],
    ),
    answer(
        "reset",
        "(104)Connection reset by peer: AH01102",
        &[yes(&[&[ResponseReset, KeepaliveRace]], "The server, or somebody in its name, reset.", AP)],
    ),
    answer(
        "closed",
        "(20014) or (70014): AH01102",
        &[yes(&[&[ResponseEmpty, KeepaliveRace]], "The server closed without a byte.", AP)],
    ),
    answer("dns", "DNS lookup failure for", &[yes(&[phase::RESOLVE], "The name gave no address.", AP)]),
    answer(
        "tls",
        "Error during SSL Handshake with remote server",
        &[yes(&[phase::SECURE], "TLS with the server failed.", AP)],
    ),
    answer(
        "request",
        "AH01084 or AH01097: pass request body failed",
        &[yes(
            &[&[RequestUnacked, ResponseReset, ZeroWindow, TlsAlert, TlsCertificate]],
            "The request could not be sent.",
            AP,
        )],
    ),
    answer(
        "invalid",
        "AH10404, AH10124 or AH01106",
        &[yes(&[&[ResponseInvalid, ResponseHeaderTooLarge]], "The header is bad or too large.", AP)],
    ),
    answer(
        "body",
        "AH02475, AH02476, AH01110 or AH10293",
        &[yes(&[&[ResponseBadChunk, ResponseTruncated, ResponseStalled]], "The body broke off or is badly coded.", AP)],
    ),
    answer("limit", "AH00484 or AH00161: MaxRequestWorkers", &[yes(&[&[ProxyOverload]], "All workers were busy.", AP)]),
];

pub(super) const IIS_ARR: &[Answer] = &[
    answer("12007", "sc-win32-status 12007", &[yes(&[phase::RESOLVE], "The name was not resolved.", PRACTICE)]),
    answer("12029", "sc-win32-status 12029", &[yes(&[phase::CONNECT], "No connection came about.", PRACTICE)]),
    answer(
        "12002",
        "sc-win32-status 12002",
        &[yes(
            &[&[ResponseTimeout, TcpSynUnanswered, RequestUnacked, PmtuBlackhole, TlsNoResponse]],
            "Something was waited for in vain.",
            PRACTICE,
        )],
    ),
    answer(
        "12030",
        "sc-win32-status 12030 or 12031",
        &[yes(&[&[ResponseReset, ResponseEmpty, KeepaliveRace]], "Closed or reset.", PRACTICE)],
    ),
    answer("12152", "sc-win32-status 12152", &[yes(&[&[ResponseInvalid]], "No valid response.", PRACTICE)]),
    answer("12175", "sc-win32-status 12175", &[yes(&[phase::SECURE], "TLS with the server failed.", PRACTICE)]),
    answer("no-server", "502.4", &[yes(&[&[NoHealthyUpstream]], "No server was left.", PRACTICE)]),
];

const NET: &str = "Go source, package net and net/http";

pub(super) const GO: &[Answer] = &[
    answer(
        "refused",
        "connect: connection refused",
        &[yes(&[&[TcpSynReset, TcpIcmpUnreachable]], "The connection was refused.", NET)],
    ),
    answer(
        "dial-timeout",
        "dial tcp …: i/o timeout",
        &[yes(&[&[TcpSynUnanswered, ReturnPath]], "The SYN got no answer in time.", NET)],
    ),
    answer(
        "no-route",
        "connect: no route to host, or network is unreachable",
        &[yes(
            &[&[TcpIcmpUnreachable, TcpIcmpProhibited, TcpRoutingLoop, LocalEgressDenied]],
            "An ICMP error came, or the host has no route.",
            NET,
        )],
    ),
    answer("no-host", "no such host", &[yes(&[&[DnsNxdomain, DnsNodata]], "The name has no address.", NET)]),
    answer(
        "dns",
        "lookup …: server misbehaving, or i/o timeout",
        &[yes(
            &[&[DnsServfail, DnsRefused, DnsNoResponse, DnsUnreachable]],
            "The DNS server gave no answer of use.",
            NET,
        )],
    ),
    answer("certificate", "x509: …", &[yes(&[&[TlsCertificate]], "It did not accept the certificate.", NET)]),
    answer(
        "tls",
        "tls: …, or remote error",
        &[yes(&[&[TlsAlert, TlsNotSpoken, TlsClosed, TlsReset]], "The handshake failed.", NET)],
    ),
    answer(
        "header-timeout",
        "timeout awaiting response headers, or context deadline exceeded",
        &[yes(&[&[ResponseTimeout, RequestUnacked, PmtuBlackhole]], "No response came in time.", NET)],
    ),
    answer(
        "eof",
        "EOF, or server closed idle connection",
        &[yes(&[&[ResponseEmpty, KeepaliveRace]], "The server closed without a byte.", NET)],
    ),
    answer(
        "reset",
        "connection reset by peer",
        &[yes(&[&[ResponseReset, KeepaliveRace, TlsReset]], "The server, or somebody in its name, reset.", NET)],
    ),
    answer(
        "malformed",
        "malformed HTTP response",
        &[yes(&[&[ResponseInvalid]], "What came is no valid response.", NET)],
    ),
    answer("client", "context canceled (499)", &[yes(&[&[ClientAbort]], "The client left first.", NET)]),
];
