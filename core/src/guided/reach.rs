//! Whether the gateway reaches the server: ping, telnet, traceroute, and the way back.

use super::{
    Answer, CISCO, HTTP2, ICMP, LATER, PRACTICE, Question, REFUSALS, SKYHIGH, Says, TCP as RFC, answer, no, out, yes,
};
use crate::categories::Id::*;
use crate::categories::check;
use crate::logs::phase;
use crate::products::Id as Product;

const PING_ANSWERS: &[Answer] = &[
    answer(
        "answers",
        "Yes",
        &[
            out(
                &[&[TcpRoutingLoop]],
                "The packets got there and back: the gateway has a layer 3 path to the server.",
                CISCO,
            ),
            no(&[&[TcpIcmpUnreachable]], "The network and the host can be reached; only a port might not.", ICMP),
        ],
    ),
    answer("silence", "No answer. It proves nothing: ICMP may be blocked, the server need not be down", &[]),
    answer(
        "unreachable",
        "Some address says: unreachable, or prohibited",
        &[yes(&[&[TcpIcmpProhibited, TcpIcmpUnreachable]], "A router or firewall refuses on the way.", ICMP)],
    ),
    answer(
        "ttl",
        "Time to live exceeded",
        &[
            yes(&[&[TcpRoutingLoop]], "Packets go round in circles until their time to live is used up.", ICMP),
            no(LATER, "The server is not reached.", ICMP),
        ],
    ),
    answer(
        "local",
        "The gateway itself says: network unreachable, or not permitted",
        &[yes(&[&[LocalEgressDenied]], "No packet leaves the gateway: no route, or a local rule.", PRACTICE)],
    ),
];

pub(super) static PING: Question = Question {
    id: "ping",
    name: "Ping",
    ask: "Does the server answer a ping from the gateway?",
    note: "",
    answers: |_| PING_ANSWERS,
    how: &[check(
        "Ping the server from the gateway. An answer proves a layer 3 path. No answer proves nothing: ICMP is often filtered.",
        "ping -c 3 {upstream}",
    )],
    own: &[(&[TcpSynUnanswered], &["ping ", "Ping and"])],
    ..Question::EMPTY
};

const STANDS: &str = "TCP stands from the gateway to that address and port.";

/// What a try to connect that failed says of all that comes after it.
const NO_TLS: Says = out(&[phase::SECURE], "TLS comes after TCP, and TCP does not come about.", RFC);
const NO_REQUEST: Says = no(
    &[phase::SEND, phase::WAIT, phase::RECEIVE, HTTP2, &[OriginError]],
    "TCP does not come about; only connections that stood before could get so far.",
    RFC,
);

const TCP_ANSWERS: &[Answer] = &[
    answer("connected", "Connected", &[out(&[REFUSALS], STANDS, RFC)]),
    answer(
        "silence",
        "Nothing, timed out",
        &[
            yes(&[&[TcpSynUnanswered]], "A SYN without any answer is this failure.", RFC),
            yes(&[&[ReturnPath]], "An answer that takes another way looks the same from here.", RFC),
            out(&[&[TcpSynReset]], "Nobody answered, not even with a RST.", RFC),
            no(
                &[REFUSALS],
                "Linux would say No route to host; only systems that take ICMP errors as advice wait on in silence.",
                "RFC 1122, section 4.2.3.9",
            ),
            NO_TLS,
            NO_REQUEST,
        ],
    ),
    answer(
        "refused",
        "Connection refused, at once",
        &[
            yes(&[&[TcpSynReset]], "A RST to the SYN is this failure.", RFC),
            yes(&[&[NoHealthyUpstream]], "A server that refuses is soon marked down.", PRACTICE),
            out(&[&[TcpSynUnanswered]], "The SYN was answered.", RFC),
            no(&[&[ReturnPath]], "The answer to the gateway's own address came back.", RFC),
            // Linux says Connection refused for an ICMP port unreachable as well: nothing is held against that one.
            no(&[&[TcpIcmpProhibited, TcpRoutingLoop]], "The SYN was answered by a RST.", RFC),
            NO_TLS,
            NO_REQUEST,
        ],
    ),
    answer(
        "unreachable",
        "No route to host, or unreachable",
        &[
            yes(
                &[&[TcpIcmpProhibited, TcpIcmpUnreachable, TcpRoutingLoop]],
                "That is what an ICMP error becomes.",
                "RFC 1122, section 4.2.3.9",
            ),
            yes(
                &[&[LocalEgressDenied]],
                "The same words come where the gateway has no route, or nobody answers its ARP.",
                PRACTICE,
            ),
            no(&[REFUSALS, &[ReturnPath]], "The try ended with another answer.", RFC),
            NO_TLS,
            NO_REQUEST,
        ],
    ),
    answer(
        "denied",
        "Permission denied, or not permitted",
        &[
            yes(&[&[LocalEgressDenied]], "The gateway's own system forbids it.", PRACTICE),
            yes(&[&[TcpIcmpProhibited]], "For IPv6 an administrative refusal reads so on Linux.", PRACTICE),
        ],
    ),
    answer(
        "no-port",
        "Cannot assign requested address",
        &[
            yes(&[&[EphemeralPortExhaustion]], "No local port is left for this server.", "Linux ip(7), connect(2)"),
            yes(&[&[LocalEgressDenied]], "The outgoing address that is set is not one of the gateway's.", PRACTICE),
        ],
    ),
];

pub(super) static TCP: Question = Question {
    id: "tcp",
    name: "TCP test",
    ask: "Does TCP from the gateway to the server's port come about?",
    note: "To the address and port, and from the interface, that the gateway itself uses (with a parent proxy: to the parent). \
        Test while it fails.",
    answers: |_| TCP_ANSWERS,
    how: &[check(
        "Open the port from the gateway itself. Connected: TCP to the server works.",
        "nc -vz -w 130 {upstream} {port}",
    )],
    own: &[(&[TcpSynUnanswered], &["telnet", "nc "])],
    ..Question::EMPTY
};

const TRACEROUTE_ANSWERS: &[Answer] = &[
    answer(
        "reaches",
        "To the server",
        &[out(&[&[TcpRoutingLoop]], "The server is reached: there is no loop on the way.", ICMP)],
    ),
    answer(
        "stops",
        "It ends before the server, always behind the same hop",
        &[
            yes(&[&[TcpSynUnanswered]], "Something behind that hop drops, or has no way on or back.", PRACTICE),
            yes(
                &[&[TcpIcmpUnreachable, ReturnPath]],
                "Routes to the server, or back from it, may be missing.",
                SKYHIGH,
            ),
        ],
    ),
    answer(
        "refused",
        "It ends with !N, !H, !X or !A",
        &[yes(&[&[TcpIcmpUnreachable, TcpIcmpProhibited]], "The last hop says that it refuses.", "traceroute(8)")],
    ),
    answer(
        "loops",
        "The same hops again and again",
        &[yes(&[&[TcpRoutingLoop]], "That is a routing loop.", ICMP), no(LATER, "The server is not reached.", ICMP)],
    ),
    answer(
        "wrong",
        "It leaves by the wrong interface or router",
        &[yes(
            &[&[TcpSynUnanswered, TcpIcmpUnreachable, ReturnPath, LocalEgressDenied]],
            "The gateway's own routes lead elsewhere.",
            SKYHIGH,
        )],
    ),
];

pub(super) static TRACEROUTE: Question = Question {
    id: "traceroute",
    name: "Traceroute",
    ask: "How far does a traceroute from the gateway get?",
    note: "Stars alone prove nothing: many routers do not answer.",
    answers: |_| TRACEROUTE_ANSWERS,
    how: &[check(
        "Follow the path from the gateway, best with TCP to the port itself.",
        "traceroute -T -p {port} {upstream}",
    )],
    own: &[(&[TcpSynUnanswered], &["traceroute", "tracert"])],
    ..Question::EMPTY
};

/// Products that can go out with their clients' addresses.
const SPOOFING_PRODUCTS: &[Product] = &[
    Product::CiscoWsa,
    Product::Skyhigh,
    Product::Squid,
    Product::Nginx,
    Product::Haproxy,
    Product::Envoy,
    Product::Proxysg,
    Product::F5,
    Product::Generic,
];

const SPOOFING_ANSWERS: &[Answer] = &[
    answer(
        "off",
        "No",
        &[no(&[&[ReturnPath]], "The gateway uses its own address; only an asymmetric route is left.", CISCO)],
    ),
    answer(
        "works",
        "Yes; and with the gateway's own address (telnet, explicit proxying) it works",
        &[
            yes(
                &[&[ReturnPath]],
                "The gateway itself reaches the server; with the client's address the way back does not lead to it.",
                CISCO,
            ),
            no(
                &[&[TcpSynUnanswered, TcpSynReset, TcpIcmpProhibited, TcpIcmpUnreachable]],
                "The gateway's own address is not stopped.",
                CISCO,
            ),
        ],
    ),
    answer(
        "fails",
        "Yes; and with the gateway's own address it fails as well",
        &[no(
            &[&[ReturnPath]],
            "Without the client's address it fails too, so the way back is not what breaks it.",
            CISCO,
        )],
    ),
];

pub(super) static SPOOFING: Question = Question {
    id: "spoofing",
    name: "IP spoofing",
    ask: "Does the gateway go out with the clients' addresses (IP spoofing, TPROXY)?",
    note: "Without spoofing the answer comes straight back to the gateway. With it, the SYN-ACK goes to the client unless the \
        network redirects the way back.",
    answers: |product| {
        if product.is_some_and(|product| !SPOOFING_PRODUCTS.contains(&product)) {
            return &[];
        }
        SPOOFING_ANSWERS
    },
    how: &[check(
        "Look where the gateway's SYNs come from: the gateway's address, or the client's. Then try once with the gateway's own.",
        "tcpdump -ni any 'tcp[tcpflags] & tcp-syn != 0 and host {upstream}'",
    )],
    own: &[(&[ReturnPath], &["poofing", "own address"])],
    ..Question::EMPTY
};
