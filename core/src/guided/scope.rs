//! Whom and what it hits, and since when: what one knows without a test.

use super::{Answer, OWN, PRACTICE, Question, REFUSALS, SKYHIGH, Stage, answer, no, out, yes};
use crate::categories::Id::*;
use crate::categories::check;
use crate::logs::phase;

/// What one name, one server or one page has, and no other.
const OF_ONE: &[crate::categories::Id] = &[
    DnsNxdomain,
    DnsNodata,
    TlsAlert,
    TlsNotSpoken,
    ResponseInvalid,
    ResponseHeaderTooLarge,
    ResponseBadChunk,
    ResponseTruncated,
    OriginError,
];
/// What the gateway has for all sites.
const OF_ALL: &[crate::categories::Id] =
    &[DnsNoResponse, DnsUnreachable, DnsRefused, RequiredService, ProxyOverload, ParentProxyError];

const SITES_ANSWERS: &[Answer] = &[
    answer(
        "one",
        "One site, or a few that belong together",
        &[
            no(&[OF_ALL], "All sites would fail with it, unless only this one uses that server or parent.", PRACTICE),
            no(&[&[LocalEgressDenied]], "It usually stops every connection to that port.", PRACTICE),
            yes(&[OF_ONE], "This is a fault of one name or one server.", PRACTICE),
        ],
    ),
    answer(
        "many",
        "Many unrelated sites",
        &[
            yes(&[OF_ALL], "It hits whatever the gateway is asked for.", PRACTICE),
            yes(
                &[&[LocalEgressDenied, EphemeralPortExhaustion, TcpSynUnanswered, ReturnPath, PmtuBlackhole]],
                "The way out of the gateway is common to all sites.",
                PRACTICE,
            ),
            no(&[OF_ONE], "Unrelated sites seldom have the same fault at the same time.", PRACTICE),
        ],
    ),
];

pub(super) static SITES: Question = Question {
    id: "sites",
    name: "Sites",
    ask: "One site, or many?",
    note: "For a reverse proxy: one server (backend, virtual host), or many.",
    stage: Stage::Scope,
    answers: |_| SITES_ANSWERS,
    how: &[check(
        "Try three unrelated sites through the gateway, one of them http and one https.",
        "curl -sv{through} -o /dev/null https://www.example.com/",
    )],
    ..Question::EMPTY
};

const CLIENTS_ANSWERS: &[Answer] = &[
    answer(
        "one",
        "One client, one group or one subnet",
        &[
            yes(&[&[ClientAbort, ClientTlsRejected]], "It depends on the client.", PRACTICE),
            yes(&[&[PolicyDenied]], "Rules go by user, group and address.", PRACTICE),
            yes(&[&[ReturnPath]], "With IP spoofing the way back depends on the client's address.", super::CISCO),
            yes(
                &[&[ResponseHeaderTooLarge]],
                "Cookies and tokens, and what they make the server send, are the user's.",
                PRACTICE,
            ),
            no(
                &[phase::RESOLVE, REFUSALS, &[NoHealthyUpstream, LocalEgressDenied, ProxyOverload]],
                "The gateway makes the same lookup and the same connection for every client, unless it spoofs their \
                             addresses.",
                PRACTICE,
            ),
        ],
    ),
    answer(
        "all",
        "All, or clients that have nothing in common",
        &[no(&[&[ClientAbort]], "Clients seldom leave all alike.", PRACTICE)],
    ),
];

pub(super) static CLIENTS: Question = Question {
    id: "clients",
    name: "Clients",
    ask: "One client, or all?",
    note: "",
    stage: Stage::Scope,
    answers: |_| CLIENTS_ANSWERS,
    how: &[check(
        "Try the same page from another client, in another subnet and as another user, through the same gateway.",
        "curl -sv{through} -o /dev/null {url}",
    )],
    ..Question::EMPTY
};

const BESIDE: &str = "It fails without the gateway as well: what only a gateway can run into is not it.";

const DIRECT_ANSWERS: &[Answer] = &[
    answer(
        "works",
        "Yes",
        &[
            yes(
                &[REFUSALS, &[ReturnPath]],
                "The service is there, so the fault lies between the gateway and the destination.",
                SKYHIGH,
            ),
            yes(&[OWN, &[ParentProxyError]], "Only the gateway's request meets it.", PRACTICE),
            no(&[&[OriginError]], "The site answers well when it is asked directly.", SKYHIGH),
            no(&[&[ResponseEmpty]], "The server answers when it is asked directly.", PRACTICE),
        ],
    ),
    answer(
        "fails",
        "No, it fails in the same way",
        &[
            out(
                &[OWN, &[ParentProxyError, ClientTlsRejected]],
                BESIDE,
                "Follows from what these are: no gateway took part",
            ),
            no(
                &[&[ReturnPath]],
                "Without the gateway nobody spoofs an address; only an asymmetric route is left.",
                super::CISCO,
            ),
            yes(&[&[OriginError]], "The site fails by itself.", PRACTICE),
        ],
    ),
    answer(
        "elsewhere",
        "Only from another network (home, mobile)",
        &[
            yes(&[REFUSALS], "Something treats this network's packets or its public address differently.", PRACTICE),
            yes(&[&[DnsNxdomain, DnsNodata]], "Inner and outer DNS servers may know different names.", PRACTICE),
            no(&[&[OriginError]], "The site answers others well.", PRACTICE),
        ],
    ),
];

pub(super) static DIRECT: Question = Question {
    id: "direct",
    name: "Without the gateway",
    ask: "Does it work without the gateway, best from the gateway's own network?",
    note: "Test while it fails; a test at another time proves nothing.",
    stage: Stage::Scope,
    answers: |_| DIRECT_ANSWERS,
    how: &[check(
        "Ask for the page without the gateway, from a host in the gateway's own network. If it is there, the fault lies between \
         gateway and destination: capture on the next upstream device and on the gateway at the same time.",
        "curl -v --noproxy '*' --max-time 130 {url}",
    )
    .source(SKYHIGH)],
    ..Question::EMPTY
};

const OFTEN_ANSWERS: &[Answer] = &[
    answer(
        "always",
        "Every time",
        &[no(
            &[&[KeepaliveRace, EphemeralPortExhaustion]],
            "It needs a chance meeting or load; a try right after it works.",
            PRACTICE,
        )],
    ),
    answer(
        "sometimes",
        "Now and then; a reload helps",
        &[
            yes(
                &[&[KeepaliveRace]],
                "It needs a kept connection that the server closes just then; a new one works.",
                PRACTICE,
            ),
            yes(
                &[&[ResponseEmpty, ResponseReset, NoHealthyUpstream, H2Goaway]],
                "Restarts and one bad server of several come and go.",
                PRACTICE,
            ),
            no(
                &[&[
                    DnsNxdomain,
                    DnsNodata,
                    TlsCertificate,
                    TlsNotSpoken,
                    LocalEgressDenied,
                    ResponseHeaderTooLarge,
                    PolicyDenied,
                ]],
                "This does not change from one try to the next, unless one server of several differs.",
                PRACTICE,
            ),
        ],
    ),
    answer(
        "load",
        "When many work at once",
        &[
            yes(&[&[EphemeralPortExhaustion, ProxyOverload]], "It runs out of something under load.", PRACTICE),
            yes(
                &[&[ResponseTimeout, NoHealthyUpstream, TcpSynUnanswered]],
                "Servers answer late, or take no connection, under load.",
                PRACTICE,
            ),
            no(
                &[&[DnsNxdomain, DnsNodata, TlsCertificate, TlsNotSpoken, TcpIcmpProhibited]],
                "Load does not change this.",
                PRACTICE,
            ),
        ],
    ),
    answer(
        "large",
        "With large pages, uploads or cookies; small ones work",
        &[
            yes(
                &[&[PmtuBlackhole]],
                "Small packets pass and full-sized ones vanish.",
                "RFC 2923 (path MTU black holes)",
            ),
            yes(&[&[ResponseHeaderTooLarge, RequestUnacked, ZeroWindow]], "Size matters to it.", PRACTICE),
            no(&[phase::RESOLVE, REFUSALS], "The lookup and the handshake are the same for small ones.", super::TCP),
        ],
    ),
    answer(
        "slow",
        "With pages that take long (reports, searches)",
        &[
            yes(&[&[ResponseTimeout]], "The page needs longer than the gateway waits.", SKYHIGH),
            yes(
                &[&[ResponseStalled, ResponseReset]],
                "A device or load balancer on the way ends what is quiet for too long.",
                PRACTICE,
            ),
            no(
                &[phase::RESOLVE, REFUSALS, phase::SECURE],
                "Quick pages of the same site pass the same lookup and handshakes.",
                super::TCP,
            ),
        ],
    ),
];

pub(super) static OFTEN: Question = Question {
    id: "often",
    name: "How often",
    ask: "Does it fail every time?",
    note: "",
    stage: Stage::Scope,
    answers: |_| OFTEN_ANSWERS,
    how: &[check(
        "Ask for the same page ten times through the gateway, and count.",
        "for i in $(seq 10); do curl -so /dev/null{through} -w '%{http_code} %{time_total}\\n' {url}; done",
    )],
    ..Question::EMPTY
};

const SINCE_ANSWERS: &[Answer] = &[
    answer("never", "It never worked", &[]),
    answer(
        "firewall",
        "A change of firewall, routes, NAT, VPN or provider",
        &[yes(
            &[
                REFUSALS,
                &[
                    ReturnPath,
                    DnsNoResponse,
                    DnsUnreachable,
                    DnsTcpFallbackBlocked,
                    PmtuBlackhole,
                    RequestUnacked,
                    TlsReset,
                    TlsNoResponse,
                    ResponseReset,
                ],
            ],
            "A device on the way can make this.",
            PRACTICE,
        )],
    ),
    answer(
        "gateway",
        "A change or update of the gateway, or of its address",
        &[
            yes(&[OWN], "It lies on the gateway itself.", PRACTICE),
            yes(
                &[&[DnsRefused, TcpIcmpProhibited, TcpSynUnanswered]],
                "Others allow the gateway by its address.",
                PRACTICE,
            ),
            yes(
                &[&[TlsAlert, TlsCertificate, ClientTlsRejected]],
                "Versions, ciphers and issuers change with it.",
                PRACTICE,
            ),
            yes(&[&[ReturnPath]], "IP spoofing and redirection are set there.", super::CISCO),
        ],
    ),
    answer(
        "dns",
        "A change of DNS records or servers",
        &[
            yes(&[phase::RESOLVE], "It lies in DNS.", PRACTICE),
            yes(
                &[&[TcpSynUnanswered, TcpSynReset, TcpIcmpUnreachable, TlsCertificate]],
                "A wrong or old address leads to another host.",
                PRACTICE,
            ),
        ],
    ),
    answer(
        "site",
        "A change at the site (release, move, certificate)",
        &[
            yes(&[phase::SECURE, phase::WAIT, phase::RECEIVE, super::HTTP2], "It lies at the server.", PRACTICE),
            yes(&[&[OriginError, TcpSynReset, KeepaliveRace, NoHealthyUpstream]], "It lies at the server.", PRACTICE),
            no(&[&[LocalEgressDenied]], "The gateway did not change.", PRACTICE),
        ],
    ),
    answer("nothing", "Nothing known has changed", &[]),
];

pub(super) static SINCE: Question = Question {
    id: "since",
    name: "Since",
    ask: "Since when, or after what change?",
    note: "Ask also those who run the firewall, the DNS servers and the site.",
    stage: Stage::Scope,
    answers: |_| SINCE_ANSWERS,
    ..Question::EMPTY
};
