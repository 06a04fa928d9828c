//! Which packets and lines show a failure, and what each of them says.

use crate::sorting::Sorting as _;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::Limits;
use crate::exchange::{Attempt, Event, Exchange, What};
use crate::report::{Evidence, Leg};

/// Most packets and lines of one finding: more would be a listing, not evidence.
const MOST: usize = 40;

/// The events that an expert would point at, in time order.
pub fn pick<'a>(exchange: &'a Exchange, decisive: Option<&'a Attempt>, limits: &Limits<'_>) -> Vec<&'a Event> {
    let client_end = |event: &Event| event.leg == Leg::Client && matches!(event.what, What::Fin | What::Reset(_));
    // In a tunnel the end is part of the story, though the CONNECT was answered.
    let tunnel = exchange.client_secure.failure().is_some() || exchange.attempts.iter().any(|attempt| attempt.tunnel);
    let answered = !tunnel && exchange.events.iter().any(|event| matches!(event.what, What::Response(_)));
    let mut picked: Vec<&Event> = Vec::new();
    picked.extend(exchange.events.iter().filter(|event| !answered || !client_end(event) || exchange_was_cut(exchange)));
    if let Some(attempt) = decisive {
        picked.extend(&attempt.events);
    }
    for attempt in &exchange.attempts {
        if picked.len() >= MOST {
            break;
        }
        picked.extend(attempt.events.iter().filter(|event| !picked_has(&picked, event)).collect::<Vec<_>>());
    }
    picked.order_by_key(|event| (limits.time(event.source), event.source.input(), event.source.number));
    picked.dedup_by(|later, earlier| later.source == earlier.source && later.what == earlier.what);
    picked.truncate(MOST);
    picked
}

fn picked_has(picked: &[&Event], event: &Event) -> bool {
    picked.iter().any(|one| one.source == event.source && one.what == event.what)
}

fn exchange_was_cut(exchange: &Exchange) -> bool {
    !matches!(exchange.answer, crate::exchange::Answer::Whole(_))
}

/// An event for the report.
pub fn write(event: &&Event) -> Evidence {
    let source = event.source;
    Evidence {
        input: source.input(),
        packet: (!source.line).then_some(source.number),
        line: source.line.then_some(source.number),
        time: Some(source.time).filter(|time| !(source.line && time.0 == 0)),
        text: sentence(event),
        leg: Some(event.leg),
        sent: (!source.line).then_some(event.sent),
        offset: source.offset,
        length: source.length,
    }
}

/// What an event shows, in one sentence without its subject's number.
#[must_use]
pub fn sentence(event: &Event) -> String {
    let from_gateway = event.sent;
    let peer = match event.leg {
        Leg::Client => "client",
        Leg::Dns => "DNS server",
        Leg::Upstream => "upstream",
    };
    let (from, to) = if from_gateway { ("gateway", peer) } else { (peer, "gateway") };
    let arrow = format!("{from} → {to}");
    match &event.what {
        What::Request(text) => format!("{arrow}: request {text}"),
        What::Response(text) => format!("{arrow}: response {text}"),
        What::Query(text) => format!("{arrow}: query {text}"),
        What::Answer(text) => format!("{arrow}: answer {text}"),
        What::Syn(1) => format!("{arrow}: SYN to {}", other(event)),
        What::Syn(n) => format!("{arrow}: SYN to {}, try {n}", other(event)),
        What::SynAck => format!("{arrow}: SYN-ACK"),
        What::Reset(text) if text.is_empty() => format!("{arrow}: RST"),
        What::Reset(text) => format!("{arrow}: RST {text}"),
        What::Fin => format!("{arrow}: FIN, closes its side"),
        What::Ack(text) => format!("{arrow}: ACK of {text}"),
        What::Icmp(text) => format!("ICMP error from {text}"),
        What::Tls(text) => format!("{arrow}: TLS {text}"),
        What::Data(text) => format!("{arrow}: bytes that are no HTTP, beginning “{text}”"),
        What::Line(text) | What::Note(text) => text.clone(),
    }
}

fn other(event: &Event) -> String {
    event.flow.map_or_else(|| "the upstream".to_string(), |flow| flow.other.to_string())
}
