//! Load balancers and caches.

use crate::categories::Id::*;
use crate::guided::{Answer, PRACTICE, answer, yes};
use crate::logs::phase;

const HA: &str = "HAProxy configuration manual, 8.5; http_ana.c";

pub(super) const HAPROXY: &[Answer] = &[
    answer("sc-nosrv", "SC with <NOSRV>", &[yes(&[&[NoHealthyUpstream]], "No server was there to try.", HA)]),
    answer(
        "sc",
        "SC with a server",
        &[yes(
            &[
                &[TcpSynReset, TcpIcmpUnreachable, TcpIcmpProhibited, TcpRoutingLoop],
                phase::SECURE,
                &[LocalEgressDenied],
            ],
            "The server or a device on the way refused the connection.",
            HA,
        )],
    ),
    answer("s-c", "sC", &[yes(&[&[TcpSynUnanswered, ReturnPath, TlsNoResponse]], "timeout connect ran out.", HA)]),
    answer(
        "rc",
        "RC",
        &[yes(&[&[EphemeralPortExhaustion, ProxyOverload]], "A local resource was missing: ports, memory.", HA)],
    ),
    answer(
        "sh-upper",
        "SH",
        &[yes(
            &[&[ResponseEmpty, ResponseReset, KeepaliveRace, H2Goaway, H2RstStream]],
            "The server closed or reset before a whole header.",
            HA,
        )],
    ),
    answer(
        "s-h",
        "sH",
        &[yes(&[&[ResponseTimeout, RequestUnacked, PmtuBlackhole]], "timeout server ran out before a header.", HA)],
    ),
    answer("sd", "SD", &[yes(&[&[ResponseTruncated]], "The server broke off in the data.", HA)]),
    answer("s-d", "sD", &[yes(&[&[ResponseStalled, ZeroWindow]], "timeout server ran out in the data.", HA)]),
    answer(
        "ph",
        "PH",
        &[yes(&[&[ResponseInvalid, ResponseHeaderTooLarge]], "The response is invalid or too large.", HA)],
    ),
    answer("pd", "PD", &[yes(&[&[ResponseBadChunk]], "The chunked coding is broken.", HA)]),
    answer("pr", "PR, PT or LR", &[yes(&[&[PolicyDenied]], "A rule of HAProxy's own answered.", HA)]),
    answer(
        "sq",
        "sQ",
        &[yes(&[&[NoHealthyUpstream, ProxyOverload]], "timeout queue ran out: all servers were busy.", HA)],
    ),
    answer("pc", "PC", &[yes(&[&[ProxyOverload]], "The process had no sockets left.", HA)]),
    answer("client", "CC, CD, CH, cD, cH", &[yes(&[&[ClientAbort]], "The client left first, or sent nothing.", HA)]),
    answer(
        "passed",
        "-- (nothing)",
        &[yes(&[&[OriginError]], "The session went well: the status is the server's.", HA)],
    ),
];

const EN: &str = "Envoy documentation, access log response flags; router.cc";

pub(super) const ENVOY: &[Answer] = &[
    answer("uh", "UH no_healthy_upstream", &[yes(&[&[NoHealthyUpstream]], "No host was there to try.", EN)]),
    answer(
        "uf",
        "UF upstream connection failure",
        &[yes(
            &[phase::CONNECT, phase::SECURE, &[LocalEgressDenied]],
            "No connection came about; the transport failure reason tells more.",
            EN,
        )],
    ),
    answer(
        "uc",
        "UC upstream connection termination",
        &[yes(&[&[ResponseEmpty, KeepaliveRace, ResponseReset]], "The server ended the connection.", EN)],
    ),
    answer(
        "ur",
        "UR upstream remote reset",
        &[yes(&[&[ResponseReset, H2RstStream, H2Goaway]], "The server reset the stream or the connection.", EN)],
    ),
    answer(
        "ut",
        "UT upstream request timeout",
        &[yes(
            &[&[ResponseTimeout, RequestUnacked, PmtuBlackhole]],
            "The route's timeout (15 s by default) ran out.",
            EN,
        )],
    ),
    answer("uo", "UO upstream overflow", &[yes(&[&[ProxyOverload]], "A circuit breaker is open.", EN)]),
    answer(
        "upe",
        "UPE upstream protocol error",
        &[yes(
            &[&[ResponseInvalid, H2Goaway, H2RstStream, ResponseHeaderTooLarge]],
            "The server broke the protocol.",
            EN,
        )],
    ),
    answer("df", "DF DNS resolution failed", &[yes(&[phase::RESOLVE], "The name gave no address.", EN)]),
    answer(
        "si",
        "SI stream idle timeout",
        &[yes(&[&[ResponseStalled, ResponseTimeout]], "Nothing moved on the stream.", EN)],
    ),
    answer("om", "OM overload manager", &[yes(&[&[ProxyOverload]], "Envoy had no capacity left.", EN)]),
    answer(
        "rl",
        "RL, UAEX or IH",
        &[yes(&[&[PolicyDenied, RequiredService]], "Rate limit, external authorization or a strict check.", EN)],
    ),
    answer("dc", "DC downstream connection termination", &[yes(&[&[ClientAbort]], "The client left first.", EN)]),
    answer("via-upstream", "- and via_upstream", &[yes(&[&[OriginError]], "The status is the server's.", EN)]),
];

const VA: &str = "Varnish source (FetchError)";

pub(super) const VARNISH: &[Answer] = &[
    answer(
        "no-backend",
        "No backend, or backend … unhealthy",
        &[yes(&[&[NoHealthyUpstream]], "No backend was there to try.", VA)],
    ),
    answer(
        "busy",
        "backend … busy",
        &[yes(&[&[ProxyOverload]], "The backend's limit of connections was reached.", VA)],
    ),
    answer(
        "refused",
        "fail errno 111 (Connection refused)",
        &[yes(&[&[TcpSynReset, TcpIcmpUnreachable]], "The connection was refused.", VA)],
    ),
    answer(
        "connect",
        "fail errno 110, 113 or 101",
        &[yes(
            &[&[
                TcpSynUnanswered,
                ReturnPath,
                TcpIcmpUnreachable,
                TcpIcmpProhibited,
                TcpRoutingLoop,
                LocalEgressDenied,
            ]],
            "No connection came about.",
            VA,
        )],
    ),
    answer(
        "first-byte",
        "first byte timeout",
        &[yes(&[&[ResponseTimeout, RequestUnacked, PmtuBlackhole]], "No response came in time.", VA)],
    ),
    answer(
        "closed",
        "http first read error, or backend closed",
        &[yes(&[&[ResponseEmpty, ResponseReset, KeepaliveRace]], "The connection ended before a response.", VA)],
    ),
    answer(
        "format",
        "http format error, or Received junk",
        &[yes(&[&[ResponseInvalid]], "What came is no valid response.", VA)],
    ),
    answer(
        "overflow",
        "overflow",
        &[yes(&[&[ResponseHeaderTooLarge]], "The header is larger than http_resp_size.", VA)],
    ),
    answer(
        "between",
        "between bytes timeout, or eof",
        &[yes(
            &[&[ResponseStalled, ResponseTruncated, ResponseBadChunk]],
            "The response began, and stopped or broke off.",
            VA,
        )],
    ),
    answer(
        "write",
        "backend write error",
        &[yes(&[&[RequestUnacked, ResponseReset, KeepaliveRace]], "The request could not be sent.", VA)],
    ),
];

pub(super) const F5: &[Answer] = &[
    answer(
        "no-route",
        "RST cause: No route to host",
        &[yes(&[&[TcpIcmpUnreachable, LocalEgressDenied]], "No route, or nobody answers its ARP.", PRACTICE)],
    ),
    answer(
        "timeout",
        "RST cause: Connect timeout, or TCP retransmit timeout",
        &[yes(
            &[&[TcpSynUnanswered, ReturnPath, RequestUnacked, PmtuBlackhole]],
            "Segments were not answered.",
            PRACTICE,
        )],
    ),
    answer(
        "remote",
        "RST cause: TCP RST from remote system",
        &[yes(&[&[TcpSynReset, ResponseReset, TlsReset]], "The server, or somebody in its name, reset.", PRACTICE)],
    ),
    answer(
        "no-flow",
        "RST cause: No flow found for ACK, or Flow expired (sweeper)",
        &[yes(
            &[&[KeepaliveRace, ReturnPath, ResponseStalled]],
            "The connection was forgotten while idle, or its packets come by another way.",
            PRACTICE,
        )],
    ),
    answer(
        "no-port",
        "RST cause: Unable to obtain local port",
        &[yes(&[&[EphemeralPortExhaustion]], "No port of the SNAT addresses is left.", PRACTICE)],
    ),
    answer(
        "no-member",
        "RST cause: No available pool member, or No local listener",
        &[yes(&[&[NoHealthyUpstream]], "No server was there to try.", PRACTICE)],
    ),
    answer(
        "http",
        "RST cause: HTTP internal error, or Bad response",
        &[yes(&[&[ResponseInvalid, ResponseHeaderTooLarge]], "What came is no valid response.", PRACTICE)],
    ),
    answer(
        "tls",
        "RST cause: SSL handshake timeout exceeded",
        &[yes(&[&[TlsNoResponse]], "The handshake got no answer in time.", PRACTICE)],
    ),
    answer(
        "rule",
        "RST cause: iRule execution (reject command), or Port denied",
        &[yes(&[&[PolicyDenied]], "A rule of its own refused.", PRACTICE)],
    ),
];
