//! Name resolution: the lookup on the gateway, and its hosts file.

use super::{Answer, HTTP2, PRACTICE, Question, SKYHIGH, answer, no, yes};
use crate::categories::Id::*;
use crate::categories::{Id, check};
use crate::logs::phase::{self, RESOLVE};

const DNS: &str = "RFC 1035 and RFC 2308 (DNS)";
/// What comes after the lookup.
const AFTER: &[&[Id]] =
    &[phase::CONNECT, phase::SECURE, phase::SEND, phase::WAIT, phase::RECEIVE, HTTP2, &[OriginError]];
const NO_ADDRESS: &str = "Without an address there is nothing to connect to; only a parent proxy, which resolves by itself, could \
    still be.";
const OTHERWISE: &str = "The DNS server answered otherwise.";

const LOOKUP_ANSWERS: &[Answer] = &[
    answer(
        "address",
        "The right address",
        &[no(
            &[RESOLVE],
            "The name resolves now. Only a failure kept in the gateway's cache, or other servers than those you \
                         asked, would still fail.",
            DNS,
        )],
    ),
    answer(
        "wrong",
        "A wrong address: private, old, or of a block page",
        &[
            yes(
                &[&[TcpSynUnanswered, TcpSynReset, TcpIcmpUnreachable, TcpIcmpProhibited, TlsCertificate]],
                "The gateway connects to another host than it should.",
                PRACTICE,
            ),
            yes(&[&[ProxyLoop]], "If the name leads to the gateway itself, it asks itself.", PRACTICE),
            no(&[RESOLVE], "The server did give an address.", DNS),
        ],
    ),
    answer(
        "nxdomain",
        "No such name (NXDOMAIN)",
        &[
            yes(&[&[DnsNxdomain]], "NXDOMAIN is this failure.", DNS),
            no(&[RESOLVE], OTHERWISE, DNS),
            no(AFTER, NO_ADDRESS, DNS),
        ],
    ),
    answer(
        "nodata",
        "The name exists, without an address (no A or AAAA)",
        &[
            yes(&[&[DnsNodata]], "An empty answer is this failure.", DNS),
            no(&[RESOLVE], OTHERWISE, DNS),
            no(AFTER, NO_ADDRESS, DNS),
        ],
    ),
    answer(
        "servfail",
        "The server failed (SERVFAIL)",
        &[
            yes(&[&[DnsServfail]], "SERVFAIL is this failure.", DNS),
            no(&[RESOLVE], OTHERWISE, DNS),
            no(AFTER, NO_ADDRESS, DNS),
        ],
    ),
    answer(
        "refused",
        "The server refused (REFUSED)",
        &[
            yes(&[&[DnsRefused]], "REFUSED is this failure.", DNS),
            no(&[RESOLVE], OTHERWISE, DNS),
            no(AFTER, NO_ADDRESS, DNS),
        ],
    ),
    answer(
        "silence",
        "No answer, timed out",
        &[
            yes(&[&[DnsNoResponse]], "A query without an answer is this failure.", DNS),
            yes(&[&[DnsUnreachable]], "Some tools say timed out where an ICMP error came.", PRACTICE),
            no(&[RESOLVE], "The server did not answer at all.", DNS),
            no(AFTER, NO_ADDRESS, DNS),
        ],
    ),
    answer(
        "unreachable",
        "The server cannot be reached (unreachable, refused by its host)",
        &[
            yes(&[&[DnsUnreachable]], "ICMP says that the server or its port is not there.", super::ICMP),
            no(&[RESOLVE], "The query did not get to the server.", super::ICMP),
            no(AFTER, NO_ADDRESS, DNS),
        ],
    ),
    answer(
        "truncated",
        "A truncated answer, and then no TCP",
        &[
            yes(
                &[&[DnsTcpFallbackBlocked]],
                "The answer needs TCP, and TCP to the server fails.",
                "RFC 7766 (DNS over TCP)",
            ),
            no(&[RESOLVE], OTHERWISE, DNS),
            no(AFTER, NO_ADDRESS, DNS),
        ],
    ),
];

pub(super) static LOOKUP: Question = Question {
    id: "dns",
    name: "Lookup",
    ask: "What does a DNS lookup on the gateway say?",
    note: "On the gateway, of each server that it uses, while it fails: clients often ask other servers.",
    answers: |_| LOOKUP_ANSWERS,
    how: &[check("Resolve the name on the gateway, at each DNS server that it is set to use.", "dig @{dns} {host} A")],
    own: &[(&[DnsNxdomain, DnsNoResponse], &["nslookup", "dig ", "test dns", "Resolve", "resolve", "drill", "host "])],
    ..Question::EMPTY
};

const HOSTS_ANSWERS: &[Answer] = &[
    answer(
        "helps",
        "With an entry for the name it works",
        &[
            yes(&[RESOLVE], "Without a query it works: the failure was in DNS.", SKYHIGH),
            no(AFTER, "With the right address the rest works.", PRACTICE),
        ],
    ),
    answer(
        "same",
        "With an entry it fails in the same way",
        &[no(&[RESOLVE], "The gateway needs no query then, and fails all the same.", SKYHIGH)],
    ),
    answer(
        "old",
        "There is an old or wrong entry",
        &[
            yes(
                &[&[TcpSynUnanswered, TcpSynReset, TcpIcmpUnreachable, TlsCertificate]],
                "The gateway connects to what the entry says.",
                PRACTICE,
            ),
            no(&[RESOLVE], "No query is made for a name that the file has.", PRACTICE),
        ],
    ),
    answer("none", "There is no entry, and none was tried", &[]),
];

pub(super) static HOSTS: Question = Question {
    id: "hosts",
    name: "Hosts file",
    ask: "What does the gateway's hosts file say of the name, or change?",
    note: "An entry is a workaround, and a test of DNS: with it the gateway needs no query. Take it out again.",
    answers: |_| HOSTS_ANSWERS,
    how: &[check(
        "Look for the name in the hosts file of the gateway; for a test, enter it with the right address.",
        "grep {host} /etc/hosts",
    )],
    own: &[],
    ..Question::EMPTY
};
