//! Further probes: curl through the gateway, a TLS handshake, packets of a size.

use super::{Answer, CLIENT, PRACTICE, Question, REFUSALS, TCP, TLS, answer, no, out, yes};
use crate::categories::Id::*;
use crate::categories::check;
use crate::logs::phase;
use crate::products::Id as Product;

const STANDS: &str = "TCP stands from the gateway to that address and port.";

const THROUGH_ANSWERS: &[Answer] = &[
    answer("same", "The same", &[no(&[CLIENT], "It does not depend on the browser.", PRACTICE)]),
    answer(
        "works",
        "curl gets the page",
        &[
            yes(&[CLIENT], "It depends on the client.", PRACTICE),
            yes(
                &[&[PolicyDenied, ResponseHeaderTooLarge]],
                "The browser sends more: cookies, a login, another User-Agent.",
                PRACTICE,
            ),
            no(
                &[phase::RESOLVE, REFUSALS],
                "The gateway does the same lookup and opens the same connection for both.",
                PRACTICE,
            ),
        ],
    ),
    answer(
        "certificate",
        "curl refuses the gateway's certificate",
        &[yes(&[&[ClientTlsRejected]], "The client does not trust the issuer that the gateway signs with.", TLS)],
    ),
];

pub(super) static THROUGH: Question = Question {
    id: "through",
    name: "curl through it",
    ask: "Does curl through the gateway get the same error as the browser?",
    note: "",
    answers: |_| THROUGH_ANSWERS,
    how: &[
        check("Ask through the gateway.", "curl -v{through} -o /dev/null {url}"),
        check("And without it, from the same client.", "curl -v --noproxy '*' -o /dev/null {url}"),
    ],
    ..Question::EMPTY
};

const HANDSHAKE_ANSWERS: &[Answer] = &[
    answer(
        "ok",
        "It succeeds, the certificate verifies",
        &[
            out(&[REFUSALS], STANDS, TCP),
            no(
                &[phase::SECURE],
                "The handshake works from the gateway's shell; the gateway's own may still offer other versions, ciphers or \
                             issuers, or no SNI.",
                TLS,
            ),
        ],
    ),
    answer(
        "verify",
        "It succeeds, the certificate does not verify",
        &[
            out(&[REFUSALS], STANDS, TCP),
            yes(&[&[TlsCertificate]], "Expired, another name, or an issuer that is missing or not trusted.", TLS),
            no(&[phase::SECURE], "The handshake itself works.", TLS),
        ],
    ),
    answer(
        "alert",
        "The server ends it with an alert",
        &[
            out(&[REFUSALS], STANDS, TCP),
            yes(&[&[TlsAlert]], "An alert is this failure.", TLS),
            no(&[phase::SECURE], "It ended with an alert.", TLS),
        ],
    ),
    answer(
        "silence",
        "No answer to the ClientHello",
        &[
            out(&[REFUSALS], STANDS, TCP),
            yes(&[&[TlsNoResponse]], "A ClientHello without an answer is this failure.", TLS),
            yes(&[&[PmtuBlackhole, RequestUnacked]], "A large ClientHello may be what does not get through.", PRACTICE),
            no(&[phase::SECURE], "Nothing came at all.", TLS),
        ],
    ),
    answer(
        "reset",
        "Reset",
        &[
            out(&[REFUSALS], STANDS, TCP),
            yes(&[&[TlsReset]], "A RST in the handshake is this failure.", TLS),
            no(&[phase::SECURE], "It ended with a RST.", TLS),
        ],
    ),
    answer(
        "closed",
        "Closed without an alert",
        &[
            out(&[REFUSALS], STANDS, TCP),
            yes(&[&[TlsClosed]], "A FIN in the handshake is this failure.", TLS),
            no(&[phase::SECURE], "It ended with a FIN.", TLS),
        ],
    ),
    answer(
        "no-tls",
        "wrong version number, or plain text",
        &[
            out(&[REFUSALS], STANDS, TCP),
            yes(&[&[TlsNotSpoken]], "What came is no TLS.", TLS),
            no(&[phase::SECURE], "What came is no TLS.", TLS),
        ],
    ),
    answer(
        "depends",
        "Only with one version, cipher or SNI",
        &[
            out(&[REFUSALS], STANDS, TCP),
            yes(
                &[&[TlsAlert, TlsReset, TlsClosed, TlsNoResponse]],
                "The gateway's own handshake may lack just that.",
                PRACTICE,
            ),
        ],
    ),
];

pub(super) static HANDSHAKE: Question = Question {
    id: "handshake",
    name: "TLS test",
    ask: "What does a TLS handshake from the gateway to the server do?",
    note: "With the site's name as SNI; once more with an older version and without SNI.",
    answers: |_| HANDSHAKE_ANSWERS,
    how: &[check(
        "Shake hands from the gateway, and look at the certificates and at the line Verify return code.",
        "openssl s_client -connect {target} -servername {host} -showcerts </dev/null",
    )],
    own: &[(&[TlsAlert], &["openssl s_client"])],
    applies: |given| !given.is("tls", "no"),
    ..Question::EMPTY
};

const SIZE_ANSWERS: &[Answer] = &[
    answer(
        "both",
        "Both get through",
        &[no(
            &[&[PmtuBlackhole]],
            "Full-sized packets pass, at least on the way out and back of ICMP.",
            "RFC 1191 (path MTU)",
        )],
    ),
    answer(
        "small",
        "Only small ones",
        &[yes(&[&[PmtuBlackhole]], "Full-sized packets vanish on the way.", "RFC 2923 (path MTU black holes)")],
    ),
    answer("neither", "Neither", &[]),
];

pub(super) static SIZE: Question = Question {
    id: "size",
    name: "Packet size",
    ask: "Do large pings with Don't Fragment get through where small ones do?",
    note: "Needs a server that answers ping at all.",
    answers: |product| {
        // Its hosts cannot be logged into.
        if product == Some(Product::AwsAlb) {
            return &[];
        }
        SIZE_ANSWERS
    },
    how: &[check(
        "Send full-sized packets that no router may cut, then smaller ones.",
        "ping -M do -c 3 -s 1472 {upstream}",
    )],
    own: &[(&[PmtuBlackhole], &["ping -"])],
    applies: |given| given.is("ping", "answers"),
    ..Question::EMPTY
};
