//! Two sources, one exchange: the packets say what happened on the wire, the line what the gateway decided.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Sight, words};
use crate::capture::point::Point;
use crate::categories::Id;
use crate::exchange::{Answer, Event, Exchange, Flow, Status, What};
use crate::join::silence::BUSY;
use crate::join::{refused, services};
use crate::report::Leg;
use crate::time::{Span, Timestamp};

/// The exchange of a log, with its times moved.
pub fn shifted(exchange: &Exchange, shift: Span) -> Exchange {
    let mut exchange = exchange.clone();
    if shift.0 == 0 {
        return exchange;
    }
    exchange.begun = exchange.begun.plus(shift);
    for event in &mut exchange.events {
        event.source.time = event.source.time.plus(shift);
    }
    if let Answer::Whole(status) | Answer::Cut(Some(status)) = &mut exchange.answer {
        status.time = status.time.plus(shift);
    }
    exchange
}

/// A request that was found nowhere else, on the captures' clock and with the exchange that it has become, if it failed.
pub fn apart(line: &Sight, ahead: Span, home: &[Option<usize>]) -> Sight {
    let back = Span(ahead.0.saturating_neg());
    let moved = moved(line, ahead, home);
    moved.unwrap_or(Sight {
        begun: line.begun.map(|time| time.plus(back)),
        ended: line.ended.map(|time| time.plus(back)),
        exchange: None,
        ..*line
    })
}

/// The line's sight on the captures' clock, and with the exchange that it has become.
pub fn moved(line: &Sight, ahead: Span, home: &[Option<usize>]) -> Option<Sight> {
    let at = home.get(line.exchange? as usize).copied().flatten()?;
    Some(Sight { exchange: u32::try_from(at).ok(), ..on_captures_clock(line, ahead) })
}

/// The line's sight on the captures' clock.
pub fn on_captures_clock(line: &Sight, ahead: Span) -> Sight {
    let back = Span(ahead.0.saturating_neg());
    let moved = |time: Option<Timestamp>| time.map(|time| time.plus(back));
    Sight { begun: moved(line.begun), ended: moved(line.ended), ..*line }
}

/// Adds a line to the exchange that it tells of, which packets or a client's archive show; `by_client`: the line is such an
/// archive's.
pub fn line(exchange: &mut Exchange, line: &Exchange, by_client: bool, notes: &mut Vec<String>) {
    let packets = exchange.attempts.iter().flat_map(|attempt| &attempt.events).chain(&exchange.events);
    let captured = packets.into_iter().any(|event| !event.source.line);
    exchange.events.extend(line.events.iter().cloned());
    if let (Some(one), Some(other)) = (code(&line.answer), code(&exchange.answer))
        && one != other
        && first(&exchange.answer) != Some(one)
    {
        notes.push(match (by_client, captured) {
            (false, true) => words::other_status(one, other),
            (true, true) => words::other_than_packets(one, other),
            (_, false) => words::other_than_client(one, other),
        });
    }
    if let (Some(one), Some(other)) = (line.client, exchange.client)
        && one != other
    {
        notes.push(words::other_client(one, other));
    }
    // What a client saw claims nothing, but shows the answer.
    if line.claim.is_some() {
        exchange.claim.clone_from(&line.claim);
        unconnected(exchange);
        // What a log leaves out counts where no packets fill it.
        if !captured {
            exchange.doubts.clone_from(&line.doubts);
        }
    }
    let signs = &mut exchange.signs;
    signs.word = signs.word.take().or_else(|| line.signs.word.clone());
    signs.told = signs.told.take().or_else(|| line.signs.told.clone());
    if signs.marks.list.is_empty() {
        signs.marks = line.signs.marks.clone();
    }
    refused::held_against(exchange);
    exchange.names.clone_from(&line.names);
    // What the packets do not show, the line may know.
    exchange.client = exchange.client.or(line.client);
    exchange.method = exchange.method.take().or_else(|| line.method.clone());
    exchange.target = exchange.target.take().or_else(|| line.target.clone());
    exchange.host = exchange.host.take().or_else(|| line.host.clone());
    exchange.port = exchange.port.or(line.port);
    // Whom the gateway asked, where the captures could not have shown it.
    if exchange.attempts.is_empty() && !exchange.outward {
        exchange.attempts.clone_from(&line.attempts);
    }
    if exchange.answer == Answer::NotSeen {
        exchange.answer = line.answer.clone();
    }
}

/// Lines of a request that came back that are kept.
pub const ROUNDS: usize = 8;

/// Adds the line of a request that came back (a loop): it tells of the same request.
pub fn round(exchange: &mut Exchange, line: &Exchange) {
    if exchange.events.iter().filter(|event| event.source.line).count() < ROUNDS {
        exchange.events.extend(line.events.iter().cloned());
    }
}

/// Adds an error log's line: it knows the cause. Who left, the access log knows as well; packets know better.
///
/// `first`: no other line of it was added before. Of several the first that decides has the word.
pub fn error(exchange: &mut Exchange, error: &Exchange, first: bool) {
    exchange.events.extend(error.events.iter().cloned());
    exchange.client = exchange.client.or(error.client);
    exchange.host = exchange.host.take().or_else(|| error.host.clone());
    exchange.port = exchange.port.or(error.port);
    let captured = exchange.attempts.iter().any(|attempt| !attempt.events.is_empty());
    if !error.attempts.is_empty() && !captured {
        exchange.attempts.clone_from(&error.attempts);
    }
    let decided = exchange.claim.as_ref().is_some_and(|claim| !claim.undetermined);
    if error.claim.is_some() && (first || !decided) {
        exchange.claim.clone_from(&error.claim);
        unconnected(exchange);
        services::named(exchange, error);
        refused::held_against(exchange);
        if !captured && !exchange.doubts.is_empty() && exchange.events.iter().all(|event| event.source.line) {
            exchange.doubts.clear();
        }
    }
}

/// Where the gateway says that it had no connection for a request, none of those that it had in use carried it.
fn unconnected(exchange: &mut Exchange) {
    let said = exchange.claim.as_ref().filter(|claim| !claim.undetermined).and_then(|claim| claim.candidates.first());
    let none = [Id::NoHealthyUpstream, Id::EphemeralPortExhaustion, Id::LocalEgressDenied];
    if said.is_some_and(|said| none.contains(said)) {
        exchange.doubts.retain(|doubt| doubt != BUSY);
    }
}

/// The status of a request that went well by its line, and broke off by the error log's.
pub fn broke_off(exchange: &mut Exchange, line: &Sight) {
    exchange.events.extend(healthy(line, Span(0)));
    let time = exchange.events.iter().map(|event| event.source.time).max().unwrap_or(exchange.begun);
    if exchange.answer == Answer::NotSeen && line.status != 0 {
        let status = Status { code: line.status, first: None, unsure: false, time, own_word: None };
        exchange.answer = Answer::Cut(Some(status));
    }
}

/// A line that tells of no failure, as an event of the request that failed.
pub fn healthy(line: &Sight, shift: Span) -> Option<Event> {
    let mut source = line.source?;
    source.time = source.time.plus(shift);
    let what = match line.status {
        0 => "access log: this request, without a status".to_string(),
        status => alloc::format!("access log: this request, status {status}"),
    };
    Some(Event { source, leg: Leg::Client, sent: true, what: What::Line(what), flow: None })
}

/// The first packet of a request that only the log calls a failure.
pub fn packet(request: &Sight, points: &[Point]) -> Option<Event> {
    let source = request.source?;
    let (point, connection) = request.place?;
    let connection = points.get(point as usize)?.connections.get(connection as usize)?;
    let flow = Flow { one: connection.client, other: connection.server, packets: connection.packets };
    let what = if request.tunnel {
        "the encrypted connection that this request was inside of".to_string()
    } else {
        "the packets of this request begin here".to_string()
    };
    Some(Event { source, leg: Leg::Client, sent: false, what: What::Note(what), flow: Some(flow) })
}

fn code(answer: &Answer) -> Option<u16> {
    match answer {
        Answer::Whole(status) | Answer::Cut(Some(status)) => Some(status.code),
        _ => None,
    }
}

fn first(answer: &Answer) -> Option<u16> {
    match answer {
        Answer::Whole(status) | Answer::Cut(Some(status)) => status.first,
        _ => None,
    }
}
