//! How long until the error, held against the timers of the product and of operating systems.

use alloc::format;
use alloc::vec::Vec;

use super::{Answer, Bearing, PRACTICE, Question, Stage, Told, answer, no, yes};
use crate::categories::Id::*;
use crate::categories::{Id, check};
use crate::logs::phase;
use crate::products::{Id as Product, TABLE};
use crate::time::{SECOND, Span};

/// What ends a wait.
const WAITING: &[Id] = &[
    DnsNoResponse,
    TcpSynUnanswered,
    ReturnPath,
    TlsNoResponse,
    RequestUnacked,
    PmtuBlackhole,
    ResponseTimeout,
    ResponseStalled,
    ZeroWindow,
];
/// What is told as soon as it happens.
const PROMPT: &[Id] = &[
    DnsNxdomain,
    DnsNodata,
    DnsRefused,
    DnsUnreachable,
    TcpSynReset,
    TcpIcmpProhibited,
    TlsAlert,
    TlsCertificate,
    TlsNotSpoken,
    KeepaliveRace,
    ResponseInvalid,
    ResponseHeaderTooLarge,
    NoHealthyUpstream,
    PolicyDenied,
    EphemeralPortExhaustion,
    LocalEgressDenied,
];

const AT_ONCE: &str = "Nobody has waited in vain by then: a SYN or a query is asked again only after a second or more (RFC 6298), \
    and gateways wait longer by default.";
const TOLD_SOON: &str = "This comes back within a round trip; only retries on several servers would make it last.";

const TIME_ANSWERS: &[Answer] = &[
    answer(
        "at-once",
        "At once, under 1 s",
        &[
            yes(&[PROMPT], "An answer at once is how a refusal looks.", PRACTICE),
            yes(
                &[&[ResponseReset, ResponseEmpty, TlsReset, TlsClosed]],
                "An end at once is how a refusal looks.",
                PRACTICE,
            ),
            no(&[WAITING], AT_ONCE, "RFC 6298 and the products' defaults"),
        ],
    ),
    answer("1-10", "1 to 10 s", &[]),
    answer("10-20", "10 to 20 s", &[no(&[PROMPT], TOLD_SOON, PRACTICE)]),
    answer("20-75", "20 to 75 s", &[no(&[PROMPT], TOLD_SOON, PRACTICE)]),
    answer("75-300", "75 s to 5 minutes", &[no(&[PROMPT], TOLD_SOON, PRACTICE)]),
    answer(
        "longer",
        "Longer than 5 minutes",
        &[no(&[PROMPT], TOLD_SOON, PRACTICE), no(&[phase::RESOLVE], "No resolver waits so long.", PRACTICE)],
    ),
    answer("varies", "It varies", &[]),
];

pub(super) static TIME: Question = Question {
    id: "time",
    name: "Time until the error",
    ask: "How long does it take until the error comes?",
    note: "A wait that equals a timer is a hint at who gave up, no proof.",
    stage: Stage::Scope,
    answers: |_| TIME_ANSWERS,
    also: timers,
    how: &[check(
        "Let curl measure: each figure is seconds from the start until the name was known, TCP stood, TLS stood, the first byte \
         came, and the end.",
        "curl -so /dev/null{through} -w '%{time_namelookup} %{time_connect} %{time_appconnect} %{time_starttransfer} \
         %{time_total}\\n' {url}",
    )],
    ..Question::EMPTY
};

/// From and to, in seconds.
fn range(id: &str) -> Option<(i64, i64)> {
    Some(match id {
        "1-10" => (1, 10),
        "10-20" => (10, 20),
        "20-75" => (20, 75),
        "75-300" => (75, 300),
        "longer" => (300, 3_600),
        _ => return None,
    })
}

/// What the product's own timers, and those of operating systems, end within the time.
fn timers(product: Option<Product>, answer: &'static Answer) -> Vec<Told> {
    let Some((from, to)) = range(answer.id) else { return Vec::new() };
    let within = |wait: Span| wait.0 >= from * SECOND && wait.0 <= to * SECOND;
    let whose = [product.unwrap_or(Product::Generic), Product::Generic];
    let mut all: Vec<Told> = Vec::new();
    for product in TABLE.iter().filter(|entry| whose.contains(&entry.id)) {
        for timer in product.timers.iter().filter(|timer| within(timer.wait)) {
            for id in timer.categories.iter().filter(|id| **id != KeepaliveRace) {
                let name = if product.id == Product::Generic { "" } else { product.name };
                let space = if name.is_empty() { "" } else { ": " };
                let why =
                    format!("{name}{space}{} is {} by default: that fits, and proves nothing.", timer.name, timer.wait);
                if all.iter().all(|known| known.category != *id) {
                    all.push(Told {
                        category: *id,
                        bearing: Bearing::Supports,
                        why: why.into(),
                        source: timer.source.into(),
                    });
                }
            }
        }
    }
    all
}
