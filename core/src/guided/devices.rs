//! What devices on the path and the gateway's own services say.

use super::{Answer, CISCO, PRACTICE, Question, REFUSALS, TCP, answer, no, out, yes};
use crate::categories::Id::*;
use crate::categories::{Id, check};
use crate::products::Id as Product;

/// A device that resets.
const RESETS: &[Id] = &[TcpSynReset, ResponseReset, TlsReset];
/// A device that drops.
const DROPS: &[Id] = &[TcpSynUnanswered, RequestUnacked, TlsNoResponse, PmtuBlackhole, DnsNoResponse];

const MONITOR_ANSWERS: &[Answer] = &[
    answer(
        "listed",
        "Yes, as blocked",
        &[
            yes(&[RESETS], "The L4 Traffic Monitor blocks the address and resets the connection.", CISCO),
            yes(&[&[PolicyDenied]], "The monitor is the appliance's own policy.", CISCO),
        ],
    ),
    answer(
        "not-listed",
        "No: a RST then comes from another device",
        &[no(&[&[PolicyDenied]], "The monitor does not block it.", CISCO)],
    ),
    answer("off", "The monitor is not in use", &[no(&[&[PolicyDenied]], "The monitor does not block it.", CISCO)]),
];

pub(super) static MONITOR: Question = Question {
    id: "l4tm",
    name: "L4 Traffic Monitor",
    ask: "Does the appliance's own L4 Traffic Monitor list the server?",
    note: "It resets the proxy's connections to addresses on its list, and leaves no other trace.",
    answers: |product| {
        if product != Some(Product::CiscoWsa) {
            return &[];
        }
        MONITOR_ANSWERS
    },
    how: &[],
    own: &[(&[TcpSynReset], &["L4 Traffic Monitor"])],
    ..Question::EMPTY
};

const LOGS_ANSWERS: &[Answer] = &[
    answer(
        "denied",
        "They deny or drop it",
        &[
            yes(&[&[TcpIcmpProhibited], RESETS, DROPS], "A device on the way says that it blocks.", CISCO),
            no(&[&[OriginError, ResponseInvalid]], "The device stops it before the server.", PRACTICE),
        ],
    ),
    answer(
        "content",
        "They allow the connection and block what is in it",
        &[
            yes(
                &[&[RequestUnacked, ResponseReset, ResponseTimeout, TlsReset, TlsNoResponse]],
                "TCP may connect and the content is blocked.",
                CISCO,
            ),
            no(&[REFUSALS], "The connection is allowed.", PRACTICE),
        ],
    ),
    answer(
        "allowed",
        "They allow it, with bytes in both directions",
        &[no(
            &[&[TcpIcmpProhibited, TcpSynUnanswered, DnsNoResponse]],
            "The device let it pass, and the answers too.",
            PRACTICE,
        )],
    ),
    answer("nothing", "Nothing about it", &[]),
];

pub(super) static LOGS: Question = Question {
    id: "firewall",
    name: "Firewall logs",
    ask: "What do the block logs of firewall, IDS and IPS say of the gateway's address?",
    note: "Some block without logging: silence in the log proves nothing.",
    answers: |_| LOGS_ANSWERS,
    how: &[check(
        "Search the logs of the devices between gateway and server for the gateway's address at the time of the error.",
        "",
    )],
    own: &[(&[TcpSynUnanswered, TcpSynReset, ResponseReset], &["block logs", "firewall", "Firewall"])],
    ..Question::EMPTY
};

const BOTH_SIDES_ANSWERS: &[Answer] = &[
    answer(
        "made",
        "A RST leaves on the inside, and nothing crossed on the outside",
        &[
            yes(&[RESETS], "The device made the RST: it is definitely the cause.", CISCO),
            out(&[&[TcpSynUnanswered]], "The gateway did get an answer: a RST.", TCP),
        ],
    ),
    answer(
        "swallowed",
        "A packet enters on the inside and does not leave on the outside",
        &[yes(&[DROPS], "The device drops it.", CISCO), no(&[&[OriginError]], "It never got to the server.", PRACTICE)],
    ),
    answer(
        "back",
        "The answer enters on the outside and does not leave on the inside",
        &[
            yes(
                &[&[TcpSynUnanswered, ReturnPath, DnsNoResponse, ResponseTimeout, PmtuBlackhole]],
                "The device drops the answer, or sends it elsewhere.",
                PRACTICE,
            ),
            no(&[RESETS], "The answer was lost, not reset.", PRACTICE),
        ],
    ),
    answer(
        "beyond",
        "It leaves on the outside, and no answer comes",
        &[
            yes(&[DROPS, &[ResponseTimeout]], "The device lets it pass: the fault lies beyond it.", PRACTICE),
            no(&[RESETS], "Nothing came back.", TCP),
        ],
    ),
    answer(
        "reset-beyond",
        "The RST enters on the outside",
        &[
            yes(&[RESETS], "The server, or a device before it, sent the RST.", CISCO),
            out(&[&[TcpSynUnanswered]], "The SYN was answered by a RST.", TCP),
        ],
    ),
];

pub(super) static BOTH_SIDES: Question = Question {
    id: "both-sides",
    name: "Double capture",
    ask: "What do captures on both sides of the firewall show?",
    note: "At the same time, inside (ingress) and outside (egress), while it fails. Drop both files here together with the \
        gateway's: they are then compared for you.",
    answers: |_| BOTH_SIDES_ANSWERS,
    how: &[check(
        "Capture on both sides of the device at the same time, while it fails.",
        "tcpdump -s 0 -ni <interface> -w <side>.pcap host {upstream}",
    )],
    own: &[],
    ..Question::EMPTY
};

/// Products that keep a list of servers with their health.
const BALANCERS: &[Product] = &[
    Product::Nginx,
    Product::Haproxy,
    Product::Apache,
    Product::Envoy,
    Product::AwsAlb,
    Product::Varnish,
    Product::Traefik,
    Product::IisArr,
    Product::Caddy,
    Product::F5,
    Product::GoogleLb,
    Product::AzureGateway,
    Product::Squid,
    Product::Proxysg,
];

const HEALTH_ANSWERS: &[Answer] = &[
    answer("up", "Up", &[no(&[&[NoHealthyUpstream]], "A server is there to try.", PRACTICE)]),
    answer(
        "down",
        "All down",
        &[
            yes(&[&[NoHealthyUpstream]], "With all servers down none is tried.", PRACTICE),
            yes(&[REFUSALS], "What marked them down is the cause: often a connection that failed.", PRACTICE),
        ],
    ),
    answer(
        "flaps",
        "It changes",
        &[yes(
            &[&[NoHealthyUpstream, ResponseTimeout, TcpSynReset]],
            "Checks fail now and then, and take servers out.",
            PRACTICE,
        )],
    ),
];

pub(super) static HEALTH: Question = Question {
    id: "health",
    name: "Server health",
    ask: "Does the gateway count its servers, or its parent proxy, as up?",
    note: "",
    answers: |product| {
        if !product.is_some_and(|product| BALANCERS.contains(&product)) {
            return &[];
        }
        HEALTH_ANSWERS
    },
    how: &[check("Look at the state of the servers in the gateway's status page, command or log.", "")],
    own: &[(&[NoHealthyUpstream], &["", ""])],
    ..Question::EMPTY
};

const POLICY_ANSWERS: &[Answer] = &[
    answer(
        "blocked",
        "A rule refuses the request",
        &[yes(&[&[PolicyDenied]], "The gateway refuses by its own rule.", PRACTICE)],
    ),
    answer("allowed", "It is allowed", &[no(&[&[PolicyDenied]], "No rule refuses it.", PRACTICE)]),
];

pub(super) static POLICY: Question = Question {
    id: "policy",
    name: "Policy trace",
    ask: "What does the gateway's own trace of its rules say?",
    note: "",
    answers: |product| {
        let traced = [Product::CiscoWsa, Product::Skyhigh, Product::Proxysg];
        if !product.is_some_and(|product| traced.contains(&product)) {
            return &[];
        }
        POLICY_ANSWERS
    },
    how: &[],
    own: &[(&[PolicyDenied], &["trace", "Trac"])],
    ..Question::EMPTY
};

const SERVICES_ANSWERS: &[Answer] = &[
    answer("yes", "Yes", &[no(&[&[RequiredService]], "What it needs does answer.", PRACTICE)]),
    answer(
        "no",
        "One fails or does not answer",
        &[yes(&[&[RequiredService]], "A service that it needs before it can speak to the server failed.", CISCO)],
    ),
];

pub(super) static SERVICES: Question = Question {
    id: "services",
    name: "Services",
    ask: "Do the services that the gateway needs first answer it (login, scanner, reputation)?",
    note: "DNS is one of several.",
    answers: |_| SERVICES_ANSWERS,
    how: &[check(
        "See which of the gateway's connections to directory, scanner and reputation service fail just before the error.",
        "",
    )],
    own: &[(&[RequiredService], &["", ""])],
    ..Question::EMPTY
};

const LIMITS_ANSWERS: &[Answer] = &[
    answer("no", "No", &[no(&[&[ProxyOverload, EphemeralPortExhaustion]], "It was not at a limit.", PRACTICE)]),
    answer(
        "ports",
        "Local ports: thousands of connections to one server in TIME-WAIT",
        &[yes(&[&[EphemeralPortExhaustion]], "Ports for one server are used up.", "RFC 9293, TIME-WAIT")],
    ),
    answer(
        "yes",
        "Connections, files, memory or CPU",
        &[
            yes(&[&[ProxyOverload]], "It had no capacity left.", PRACTICE),
            yes(&[&[NoAttempt]], "A gateway at its limit may answer without trying.", PRACTICE),
        ],
    ),
];

pub(super) static LIMITS: Question = Question {
    id: "limits",
    name: "Limits",
    ask: "Was the gateway at a limit when it failed (connections, ports, files, memory, CPU)?",
    note: "",
    answers: |product| {
        if product == Some(Product::AwsAlb) {
            return &[];
        }
        LIMITS_ANSWERS
    },
    how: &[check("Count the connections of the gateway by state.", "ss -s; ss -tan state time-wait | wc -l")],
    own: &[],
    ..Question::EMPTY
};
