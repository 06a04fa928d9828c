//! Whether the request gets through once TCP stands: typed by hand, varied, with more patience.

use super::{Answer, CISCO, HTTP, OWN, PRACTICE, Question, REFUSALS, SKYHIGH, TCP, answer, no, out, yes};
use crate::categories::Id::*;
use crate::categories::{Id, check};
use crate::logs::phase;

const STANDS: &str = "The request could be sent: TCP stands from the gateway to that address and port.";
/// What ends before a response, and in TLS what ends the handshake: one word of the tool covers both.
const UNANSWERED: &[Id] = &[ResponseTimeout, RequestUnacked, PmtuBlackhole];

const REQUEST_ANSWERS: &[Answer] = &[
    answer(
        "good",
        "A good answer, soon",
        &[
            out(&[REFUSALS], STANDS, TCP),
            no(
                &[&[ResponseTimeout, ResponseEmpty, OriginError]],
                "The server answers the same request well, from the same place.",
                PRACTICE,
            ),
            yes(
                &[OWN, &[KeepaliveRace, ReturnPath, ParentProxyError]],
                "What differs is the gateway's own request: its address, its fields, its kept connections, its way.",
                PRACTICE,
            ),
        ],
    ),
    answer(
        "late",
        "A good answer, but later than the gateway waits",
        &[
            out(&[REFUSALS], STANDS, TCP),
            yes(&[&[ResponseTimeout]], "The page needs longer than the gateway waits.", SKYHIGH),
            no(&[phase::SECURE, &[ResponseReset, ResponseEmpty, ResponseInvalid]], "The answer came, whole.", PRACTICE),
        ],
    ),
    answer(
        "silence",
        "Connected, then nothing",
        &[
            out(&[REFUSALS], STANDS, TCP),
            yes(
                &[UNANSWERED, &[TlsNoResponse]],
                "TCP passes and the content gets nowhere: the server is slow, or a device lets TCP connect and stops what is \
                             in it.",
                CISCO,
            ),
            no(&[&[ResponseReset, ResponseEmpty, ResponseInvalid, TlsAlert]], "Nothing came at all.", TCP),
        ],
    ),
    answer(
        "reset",
        "Connected, then reset",
        &[
            out(&[REFUSALS], STANDS, TCP),
            yes(&[&[ResponseReset, TlsReset]], "A RST in place of an answer is this failure.", CISCO),
            yes(&[&[H2RstStream]], "In HTTP/2 a stream can be reset by itself.", "RFC 9113, section 6.4"),
            no(&[UNANSWERED, &[TlsNoResponse]], "Something did come: a RST.", TCP),
        ],
    ),
    answer(
        "closed",
        "Connected, then closed without a byte",
        &[
            out(&[REFUSALS], STANDS, TCP),
            yes(&[&[ResponseEmpty, TlsClosed]], "A FIN in place of an answer is this failure.", TCP),
            no(&[UNANSWERED, &[TlsNoResponse]], "Something did come: a FIN.", TCP),
        ],
    ),
    answer(
        "garbage",
        "Something that does not begin with HTTP/, or with broken fields",
        &[
            out(&[REFUSALS], STANDS, TCP),
            yes(
                &[&[ResponseInvalid]],
                "Each response must begin with a status line, such as HTTP/1.0 200 OK.",
                SKYHIGH,
            ),
            yes(&[&[TlsNotSpoken]], "A port that speaks another protocol sends something else.", PRACTICE),
            no(&[UNANSWERED, &[ResponseEmpty]], "Something did come.", TCP),
        ],
    ),
    answer(
        "cut",
        "An answer that stops, or ends too early",
        &[
            out(&[REFUSALS], STANDS, TCP),
            yes(
                &[&[ResponseTruncated, ResponseStalled, ResponseBadChunk]],
                "The answer began and did not come whole.",
                HTTP,
            ),
            yes(
                &[&[PmtuBlackhole]],
                "The small packets pass, the full-sized ones vanish.",
                "RFC 2923 (path MTU black holes)",
            ),
            no(&[&[ResponseEmpty, ResponseTimeout]], "The answer began.", HTTP),
        ],
    ),
    answer(
        "large",
        "An answer with a very long header (cookies, tokens)",
        &[
            out(&[REFUSALS], STANDS, TCP),
            yes(
                &[&[ResponseHeaderTooLarge]],
                "Gateways take 4 to 64 KB of header; curl takes more.",
                "Documents of the products",
            ),
        ],
    ),
    answer(
        "error",
        "The same 5xx, from the server itself",
        &[
            out(&[REFUSALS], STANDS, TCP),
            yes(&[&[OriginError]], "The site sends the status itself.", "RFC 9209, received-status"),
            no(&[phase::SEND, phase::WAIT, &[ResponseInvalid]], "The server answered, and in HTTP.", HTTP),
        ],
    ),
];

pub(super) static REQUEST: Question = Question {
    id: "request",
    name: "Request by hand",
    ask: "What comes back for a request sent from the gateway by hand?",
    note: "After Connected, type the request and an empty line: without the empty line the server sends nothing. For https take \
        curl or openssl.",
    answers: |_| REQUEST_ANSWERS,
    how: &[check(
        "Send the request from the gateway's own shell, without the proxy.",
        "curl -sv --noproxy '*' --max-time 300 -o /dev/null {url}",
    )],
    own: &[(&[ResponseTimeout, RequestUnacked], &["GET http"])],
    ..Question::EMPTY
};

const VARY_ANSWERS: &[Answer] = &[
    answer(
        "content",
        "It depends on a path, a word or a field",
        &[
            yes(
                &[&[RequestUnacked, ResponseReset, ResponseTimeout]],
                "A device lets TCP connect and blocks the HTTP content that it does not like.",
                CISCO,
            ),
            yes(&[&[TlsReset, TlsNoResponse]], "In TLS the server's name (SNI) is what such a device reads.", PRACTICE),
            no(&[&[KeepaliveRace, ProxyOverload]], "It depends on what is asked.", PRACTICE),
        ],
    ),
    answer(
        "size",
        "It depends on the length",
        &[
            yes(&[&[PmtuBlackhole]], "What fits into one small packet passes.", "RFC 2923 (path MTU black holes)"),
            yes(&[&[RequestUnacked, ZeroWindow, ResponseHeaderTooLarge]], "It depends on the length.", PRACTICE),
        ],
    ),
    answer(
        "agent",
        "It depends on what the gateway adds (Via, X-Forwarded-For, User-Agent)",
        &[yes(
            &[&[ResponseReset, ResponseEmpty, OriginError]],
            "Some servers and their firewalls turn proxies away.",
            PRACTICE,
        )],
    ),
    answer(
        "never",
        "Nothing passes",
        &[no(&[&[ResponseHeaderTooLarge, PmtuBlackhole]], "A short request fails as well.", PRACTICE)],
    ),
];

pub(super) static VARY: Question = Question {
    id: "vary",
    name: "Varied request",
    ask: "Does a smaller or plainer request pass where the real one fails?",
    note: "Vary path, host, fields and length until it passes: so the test isolates which HTTP data is blocked.",
    answers: |_| VARY_ANSWERS,
    how: &[check(
        "Change one thing at a time: a short path, another User-Agent, no cookies, a Via field.",
        "curl -sv --noproxy '*' -A test -H 'Via: 1.1 test' -o /dev/null {site}",
    )],
    own: &[(&[ResponseTimeout, RequestUnacked], &["Vary"])],
    applies: |given| !given.is("request", "good"),
    ..Question::EMPTY
};

const PATIENCE_ANSWERS: &[Answer] = &[
    answer(
        "comes",
        "The page comes",
        &[
            yes(&[&[ResponseTimeout, ResponseStalled]], "It needed more time than it was given.", SKYHIGH),
            no(
                &[phase::RESOLVE, REFUSALS, &[ResponseReset, ResponseEmpty, ResponseInvalid]],
                "All it needed was time.",
                PRACTICE,
            ),
        ],
    ),
    answer(
        "later",
        "The same error, later: at the new limit",
        &[
            yes(&[UNANSWERED, &[ResponseStalled]], "That timer ends the wait, and nothing comes in it.", PRACTICE),
            no(
                &[&[ResponseReset, ResponseEmpty, OriginError]],
                "The gateway itself ended it, when its time was up.",
                PRACTICE,
            ),
        ],
    ),
    answer(
        "same",
        "The same error, at the same time as before",
        &[no(
            &[&[ResponseTimeout, ResponseStalled]],
            "Another timer ends it, of the gateway (Proxy HA of Web Gateway has 120 s of its own) or of another hop.",
            "Skyhigh documentation, Proxy HA timeout settings",
        )],
    ),
];

pub(super) static PATIENCE: Question = Question {
    id: "patience",
    name: "Longer wait",
    ask: "What changes when the gateway is told to wait longer for this host?",
    note: "Raise the time for one host, not for all: dead servers then hold connections longer.",
    answers: |_| PATIENCE_ANSWERS,
    how: &[check(
        "Raise the wait for a response, best for this host alone, and measure again.",
        "curl -so /dev/null{through} -w '%{http_code} %{time_total}\\n' {url}",
    )],
    own: &[(&[ResponseTimeout], &["PATIENCE"])],
    applies: |given| !given.is("time", "at-once"),
    ..Question::EMPTY
};
