//! Forward proxies.

use crate::categories::Id;
use crate::categories::Id::*;
use crate::guided::{Answer, CISCO, HTTP2, OWN, PRACTICE, SKYHIGH as ARTICLE, answer, no, out, yes};
use crate::logs::phase;

const LOCAL: &[Id] = &[LocalEgressDenied, EphemeralPortExhaustion, ParentProxyError];
const OTHER_PAGE: &str = "Web Gateway shows another block page for it.";
const MADE: &str = "The page is the gateway's own: the site did not send it.";

pub(super) const SKYHIGH: &[Answer] = &[
    answer(
        "host-not-resolvable",
        "Host Not Resolvable",
        &[
            yes(&[phase::RESOLVE], "Shown when the DNS server cannot be reached or says No Such Name.", ARTICLE),
            out(&[phase::CONNECT, phase::SEND, phase::WAIT, &[ResponseInvalid]], OTHER_PAGE, ARTICLE),
            no(&[phase::SECURE, phase::RECEIVE, HTTP2], OTHER_PAGE, PRACTICE),
            out(&[&[OriginError]], MADE, ARTICLE),
            no(&[&[PolicyDenied]], "What a rule refuses has a page of its own.", PRACTICE),
        ],
    ),
    answer(
        "cannot-connect",
        "Cannot Connect",
        &[
            yes(
                &[phase::CONNECT],
                "Shown when the TCP handshake fails: SYNs without an answer, a RST after each, or an ICMP error.",
                ARTICLE,
            ),
            yes(
                &[LOCAL],
                "A connection that the gateway could not open, or not to its parent, ends in this page as well.",
                PRACTICE,
            ),
            out(&[phase::SEND, phase::WAIT, &[ResponseInvalid]], OTHER_PAGE, ARTICLE),
            no(&[phase::RESOLVE, phase::SECURE, phase::RECEIVE, HTTP2], OTHER_PAGE, PRACTICE),
            out(&[&[OriginError]], MADE, ARTICLE),
            no(&[&[PolicyDenied]], "What a rule refuses has a page of its own.", PRACTICE),
        ],
    ),
    answer(
        "bad-response",
        "Bad Response",
        &[
            yes(
                &[&[ResponseInvalid, ResponseTimeout]],
                "Shown when what came is no valid HTTP, or nothing came in two minutes.",
                ARTICLE,
            ),
            yes(
                &[phase::SEND, phase::WAIT, phase::RECEIVE, HTTP2],
                "The connection stood, and no valid response came.",
                PRACTICE,
            ),
            yes(&[&[TlsNotSpoken]], "Another protocol on the port is no valid response.", PRACTICE),
            out(&[phase::RESOLVE, phase::CONNECT], OTHER_PAGE, ARTICLE),
            no(&[phase::SECURE], OTHER_PAGE, PRACTICE),
            out(&[&[OriginError]], MADE, ARTICLE),
            no(&[&[PolicyDenied]], "What a rule refuses has a page of its own.", PRACTICE),
        ],
    ),
    answer(
        "handshake",
        "A page about the certificate or the TLS handshake",
        &[
            yes(&[phase::SECURE], "The page names TLS.", PRACTICE),
            out(&[phase::RESOLVE, phase::CONNECT], OTHER_PAGE, ARTICLE),
            no(&[phase::SEND, phase::WAIT, phase::RECEIVE, HTTP2, OWN], OTHER_PAGE, PRACTICE),
        ],
    ),
    answer(
        "blocked",
        "A block page that names a category, a virus or a rule",
        &[
            yes(&[&[PolicyDenied]], "A rule of the gateway refused it.", PRACTICE),
            no(
                &[phase::RESOLVE, phase::CONNECT, phase::SECURE, phase::SEND, phase::WAIT, phase::RECEIVE, HTTP2],
                OTHER_PAGE,
                ARTICLE,
            ),
        ],
    ),
];

pub(super) const CISCO_WSA: &[Answer] = &[
    answer(
        "dns-fail",
        "DNS_FAIL at the bottom of the page",
        &[yes(&[phase::RESOLVE], "The code tells DNS from the rest.", PRACTICE)],
    ),
    answer(
        "gateway-timeout",
        "GATEWAY_TIMEOUT at the bottom of the page",
        &[
            yes(
                &[phase::CONNECT, phase::SEND, phase::WAIT, &[TlsReset]],
                "The article's 502 and 504 are called so.",
                CISCO,
            ),
            no(&[phase::RESOLVE], "A failed lookup has the code DNS_FAIL.", PRACTICE),
        ],
    ),
    answer(
        "certificate",
        "A page about the server's certificate",
        &[yes(&[&[TlsCertificate]], "The appliance did not accept the certificate.", PRACTICE)],
    ),
    answer("forwards", "NO_MORE_FORWARDS", &[yes(&[&[ProxyLoop]], "The request came by too often.", PRACTICE)]),
    answer(
        "none",
        "NONE/502 or NONE/504 in the access log",
        &[no(
            &[&[OriginError, ParentProxyError]],
            "NONE says that the appliance made the answer; a status that was fetched stands beside TCP_MISS.",
            "AsyncOS user guides (result codes)",
        )],
    ),
    answer(
        "miss",
        "TCP_MISS/502 or TCP_MISS/504 in the access log",
        &[
            yes(
                &[&[OriginError, ParentProxyError]],
                "TCP_MISS says that the answer was fetched.",
                "AsyncOS user guides (result codes)",
            ),
            no(
                &[phase::RESOLVE, phase::CONNECT, phase::SECURE, phase::SEND, phase::WAIT],
                "A failed transaction stands beside NONE.",
                "AsyncOS user guides (result codes)",
            ),
        ],
    ),
];

const SQUID_CODE: &str = "Squid source, FwdState.cc, http.cc and errorpage.cc";

pub(super) const SQUID: &[Answer] = &[
    answer(
        "dns-fail",
        "ERR_DNS_FAIL: unable to determine IP address from host name",
        &[yes(&[phase::RESOLVE], "The name gave no address.", SQUID_CODE)],
    ),
    answer(
        "connect-fail",
        "ERR_CONNECT_FAIL: connection to … failed",
        &[
            yes(
                &[phase::CONNECT],
                "No connection came about; the system's error (110 silence, 111 refused, 113 no route) tells more.",
                SQUID_CODE,
            ),
            yes(
                &[&[LocalEgressDenied, EphemeralPortExhaustion]],
                "Errors 13 and 99 are the gateway's own.",
                SQUID_CODE,
            ),
            yes(&[&[ParentProxyError]], "The connection may have been one to a parent.", SQUID_CODE),
        ],
    ),
    answer(
        "secure-connect-fail",
        "ERR_SECURE_CONNECT_FAIL: failed to establish a secure connection",
        &[yes(&[phase::SECURE], "TLS with the server failed.", SQUID_CODE)],
    ),
    answer(
        "cannot-forward",
        "ERR_CANNOT_FORWARD: unable to forward this request",
        &[yes(
            &[&[NoHealthyUpstream, ParentProxyError, KeepaliveRace]],
            "No destination or parent was left, or the connection vanished.",
            SQUID_CODE,
        )],
    ),
    answer(
        "read-timeout",
        "ERR_READ_TIMEOUT",
        &[yes(
            &[&[ResponseTimeout, RequestUnacked, PmtuBlackhole, ResponseStalled]],
            "Nothing came for read_timeout.",
            SQUID_CODE,
        )],
    ),
    answer(
        "read-error",
        "ERR_READ_ERROR",
        &[yes(
            &[&[ResponseReset, ResponseTruncated, KeepaliveRace, ResponseBadChunk]],
            "Reading from the server failed.",
            SQUID_CODE,
        )],
    ),
    answer(
        "write-error",
        "ERR_WRITE_ERROR",
        &[yes(
            &[&[RequestUnacked, ZeroWindow, ResponseReset, KeepaliveRace]],
            "Sending the request failed.",
            SQUID_CODE,
        )],
    ),
    answer(
        "zero-size",
        "ERR_ZERO_SIZE_OBJECT: zero sized reply",
        &[yes(&[&[ResponseEmpty, KeepaliveRace]], "The server closed without a byte.", SQUID_CODE)],
    ),
    answer(
        "invalid",
        "ERR_INVALID_RESP: invalid response",
        &[yes(&[&[ResponseInvalid, ResponseTruncated]], "The header is bad, or ended half-way.", SQUID_CODE)],
    ),
    answer(
        "too-big",
        "ERR_TOO_BIG",
        &[yes(
            &[&[ResponseHeaderTooLarge, PolicyDenied]],
            "The header, or with 403 the body, is larger than allowed.",
            SQUID_CODE,
        )],
    ),
    answer("icap", "ERR_ICAP_FAILURE", &[yes(&[&[RequiredService]], "The scanner failed.", SQUID_CODE)]),
    answer(
        "socket",
        "ERR_SOCKET_FAILURE",
        &[yes(&[&[EphemeralPortExhaustion, ProxyOverload]], "Squid got no socket.", SQUID_CODE)],
    ),
    answer(
        "denied",
        "ERR_ACCESS_DENIED",
        &[yes(
            &[&[PolicyDenied, ProxyLoop]],
            "A rule refused it; a loop is refused so as well (cache.log: Forwarding loop detected).",
            SQUID_CODE,
        )],
    ),
];

const SGOS: &str = "SGOS access logs (x-exception-id); the codes: practice, no vendor document";

pub(super) const PROXYSG: &[Answer] = &[
    answer(
        "dns-unresolved",
        "dns_unresolved_hostname",
        &[yes(&[&[DnsNxdomain, DnsNodata]], "The name has no address.", SGOS)],
    ),
    answer(
        "dns-server",
        "dns_server_failure",
        &[yes(
            &[&[DnsServfail, DnsNoResponse, DnsRefused, DnsUnreachable, DnsTcpFallbackBlocked]],
            "The DNS server gave no answer of use.",
            SGOS,
        )],
    ),
    answer(
        "timed-out",
        "tcp_error: Operation timed out",
        &[yes(
            &[&[TcpSynUnanswered, ReturnPath, ResponseTimeout, RequestUnacked, PmtuBlackhole]],
            "Something was waited for in vain.",
            SGOS,
        )],
    ),
    answer(
        "refused",
        "tcp_error: Connection refused",
        &[yes(&[&[TcpSynReset, TcpIcmpUnreachable]], "The connection was refused.", SGOS)],
    ),
    answer(
        "tcp-error",
        "tcp_error, without a reason",
        &[yes(
            &[phase::CONNECT, &[ResponseReset, ResponseEmpty, KeepaliveRace, ResponseTruncated]],
            "A connection failed or broke.",
            SGOS,
        )],
    ),
    answer(
        "invalid",
        "invalid_response",
        &[yes(
            &[&[ResponseInvalid, ResponseHeaderTooLarge, ResponseBadChunk]],
            "What came is no valid response.",
            SGOS,
        )],
    ),
    answer("gateway", "gateway_error", &[yes(&[&[ParentProxyError]], "The parent gateway failed.", SGOS)]),
    answer(
        "icap",
        "icap_error or icap_communication_error",
        &[yes(&[&[RequiredService, PolicyDenied]], "The scanner failed or refused.", SGOS)],
    ),
    answer(
        "ssl",
        "ssl_failed, ssl_server_cert_… or ssl_domain_invalid",
        &[yes(&[phase::SECURE], "TLS with the server failed.", SGOS)],
    ),
    answer(
        "limit",
        "server_request_limit or client_failure_limit_exceeded",
        &[yes(&[&[ProxyOverload, PolicyDenied]], "A limit was reached.", SGOS)],
    ),
    answer("denied", "policy_denied", &[yes(&[&[PolicyDenied]], "A rule refused it.", SGOS)]),
];
