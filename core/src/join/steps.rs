//! Where the clock stepped within an exchange: the file's own times again, and nothing measured across the step.

use crate::capture::clock::{Clock, Step};
use crate::capture::point::Point;
use crate::exchange::{
    Attempt, ConnectFailure, Event, Exchange, Phase, ReceiveFailure, ResolveFailure, Source, WaitFailure,
};
use crate::time::Span;

/// Gives the exchanges of a capture whose clock stepped the times that its file says, and takes out every duration
/// that spans a step.
pub fn settle(exchanges: &mut [Exchange], points: &[Point]) {
    for point in points.iter().filter(|point| !point.clock.steps.is_empty()) {
        for exchange in exchanges.iter_mut() {
            settle_one(exchange, &point.clock);
        }
    }
}

fn settle_one(exchange: &mut Exchange, clock: &Clock) {
    for attempt in &mut exchange.attempts {
        if step(attempt.events.iter(), clock).is_some() {
            blur(attempt);
        }
    }
    let begun = exchange.begun;
    for event in exchange.attempts.iter_mut().flat_map(|attempt| &mut attempt.events).chain(&mut exchange.events) {
        let told = clock.told(event.source);
        if event.source.time == begun {
            exchange.begun = told;
        }
        event.source.time = told;
    }
}

/// The step between the first and the last of these packets.
fn step<'a>(events: impl Iterator<Item = &'a Event>, clock: &Clock) -> Option<Step> {
    let its = |event: &&Event| clock.reads(event.source.input());
    let sources = events.filter(its).map(|event| event.source);
    let (low, high) = sources.fold((None, None), |(low, high): (Option<Source>, Option<Source>), source| {
        (Some(low.map_or(source, |low| low.min(source))), Some(high.map_or(source, |high| high.max(source))))
    });
    clock.between(low?, high?).copied()
}

/// Durations of an attempt that spans a step are not known.
fn blur(attempt: &mut Attempt) {
    fn unknown<F>(phase: &mut Phase<F>) {
        if let Phase::Ok(took) = phase {
            *took = None;
        }
    }
    unknown(&mut attempt.resolve);
    unknown(&mut attempt.connect);
    unknown(&mut attempt.secure);
    unknown(&mut attempt.send);
    unknown(&mut attempt.wait);
    unknown(&mut attempt.receive);
    let waited = [
        match &mut attempt.resolve {
            Phase::Failed(ResolveFailure::NoResponse { waited, .. }) => Some(waited),
            _ => None,
        },
        match &mut attempt.connect {
            Phase::Failed(ConnectFailure::Unanswered { waited, .. }) => Some(waited),
            _ => None,
        },
        match &mut attempt.wait {
            Phase::Failed(WaitFailure::Timeout(waited)) => Some(waited),
            _ => None,
        },
        match &mut attempt.receive {
            Phase::Failed(ReceiveFailure::Stalled(waited)) => Some(waited),
            _ => None,
        },
    ];
    for waited in waited.into_iter().flatten() {
        // Zero is told as no duration at all.
        *waited = Span(0);
    }
    attempt.span = None;
}
