//! Error logs: what they tell more of what is known already, what only they tell, and what was made up for.

use alloc::string::ToString;
use alloc::vec::Vec;

use crate::listed::Set;

use super::made_up::Fine;
use super::matching::Requests;
use super::merge::ROUNDS;
use super::wanted::Wanted;
use super::{Compared, Known, Sight, Together, Told, asides, made_up, matching, merge, words};
use crate::categories::Id as Category;
use crate::exchange::{Answer, Exchange, Status};
use crate::logs::LogReader;
use crate::products::Id as Product;
use crate::report::Confidence;
use crate::time::{SECOND, Span, Timestamp};

/// What error logs are held against.
pub struct Against<'a> {
    failures: Requests,
    /// With those that went well: where nothing failed in the end, they share the clock.
    whole: Requests,
    fine: Fine<'a>,
}

impl<'a> Against<'a> {
    pub fn new(known: &'a Known<'_>) -> Self {
        let failed = |sight: &&Sight| sight.exchange.is_some();
        // Each exchange once: as the packets show it, else as the access log does.
        let captured: Set<u32> = known.requests.iter().filter_map(|sight| sight.exchange).collect();
        let alone = known.lines.iter().filter(|line| line.exchange.is_some_and(|at| !captured.contains(&at)));
        let failures: Vec<Sight> = known.requests.iter().filter(failed).chain(alone).copied().collect();
        let whole = failures.iter().chain(&known.fine).copied().collect();
        Self { failures: Requests::new(failures), whole: Requests::new(whole), fine: Fine::new(&known.fine) }
    }
}

/// Adds an error log. `covered`: the times that access logs tell of line by line.
pub fn add(
    all: &mut Together,
    log: &LogReader,
    known: &Known<'_>,
    against: &Against<'_>,
    covered: &[(Timestamp, Timestamp)],
) {
    let Against { failures, whole, fine } = against;
    let mut of_log = super::lines_of(log, true);
    let expected = expected(&all.clocks, log);
    let ways = [(expected, failures), (expected, whole), (Span(0), failures), (Span(0), whole)];
    let from = if expected == Span(0) { 2 } else { 0 };
    let mut compared = Compared::Few;
    for (expected, requests) in ways.into_iter().skip(from) {
        compared = compare(&mut of_log, requests, expected);
        if matches!(compared, Compared::Clock(_)) {
            break;
        }
    }
    let against = match (known.points.is_empty(), failures.is_empty() && known.fine.is_empty()) {
        (false, _) => "captures",
        (true, false) => "access logs",
        (true, true) => "",
    };
    let mut told = super::tell(log, compared, against);
    let clock = told.clock().copied();
    let shift = Span(told.shift().0.saturating_add(log.offset().0));
    let nothing = || alloc::vec![None; of_log.sights.len()];
    let of_line = clock.map_or_else(nothing, |clock| matching::assign(&of_log, failures, clock.ahead));
    let more = clock.map_or_else(nothing, |clock| matching::during(&of_log, &of_line, failures, clock.ahead));
    let taken = |at: usize| [&of_line, &more].iter().any(|list| list.get(at).is_some_and(Option::is_some));
    // Apache writes the time of the request, others that of the answer.
    let by_begin = log.format().is_some_and(|format| format.product == Some(Product::Apache));
    let of_fine =
        clock.map_or_else(nothing, |clock| made_up::find(&of_log, |at| !taken(at), fine, clock.ahead, by_begin));
    let mut places: Vec<Place> = alloc::vec![Place::Nowhere; log.exchanges.len()];
    let mut wanted: Vec<Option<Wanted>> = alloc::vec![None; log.exchanges.len()];
    for (at, line) in of_log.sights.iter().enumerate() {
        if let Some(slot) = line.exchange.and_then(|index| wanted.get_mut(index as usize)) {
            *slot = slot.or(Some(line.wanted));
        }
        let of = |list: &[Option<u32>]| list.get(at).copied().flatten();
        let failure = of(&of_line).or(of(&more)).and_then(|met| failures.get(met as usize)?.exchange);
        let place = match (failure, of(&of_fine)) {
            (Some(exchange), _) => Place::Failure(exchange as usize),
            (None, Some(fine)) => Place::Fine(fine as usize),
            (None, None) => continue,
        };
        if let Some(slot) = line.exchange.and_then(|index| places.get_mut(index as usize)) {
            *slot = place;
        }
    }
    let mut both = 0;
    let mut made_up_for: Vec<u64> = Vec::new();
    let before = all.exchanges.len();
    let mut added: Set<usize> = Set::default();
    let mut asides = Vec::new();
    for ((exchange, place), wanted) in log.exchanges.iter().zip(&places).zip(&wanted) {
        let mut exchange = merge::shifted(exchange, shift);
        if exchange.signs.aside.is_some() {
            match *place {
                Place::Failure(at) => {
                    if let Some(known) = all.exchanges.get_mut(at) {
                        asides::narrow(known, &exchange, Confidence::Likely);
                    }
                }
                Place::Fine(_) => {}
                Place::Nowhere => asides.push(exchange),
            }
            continue;
        }
        match *place {
            Place::Failure(at) => {
                if let Some(known) = all.exchanges.get_mut(at).filter(|_| at < before) {
                    merge::error(known, &exchange, added.insert(at));
                }
                both += 1;
            }
            Place::Fine(at) => {
                both += 1;
                if known.fine.get(at).is_some_and(|line| line.check) {
                    continue;
                }
                if made_up::may_be(exchange.claim.as_ref()) {
                    made_up_for.extend(exchange.events.first().map(|event| event.source.number));
                    continue;
                }
                if let Some(line) = known.fine.get(at) {
                    merge::broke_off(&mut exchange, line);
                }
                all.exchanges.push(exchange);
                all.notes.push(Vec::new());
            }
            Place::Nowhere if came_back(&exchange) && refused(&mut exchange, *wanted, fine, &mut both) => {
                all.notes.push(Vec::new());
                all.exchanges.push(exchange);
            }
            Place::Nowhere => {
                let without = (!known.points.is_empty())
                    .then(|| super::without_packets(&exchange, known.points, clock.is_some()))
                    .flatten();
                let unlogged = clock.is_some() && covers(covered, exchange.begun);
                let notes = without.into_iter().chain(unlogged.then_some(words::NO_ACCESS_LINE));
                all.notes.push(notes.map(ToString::to_string).collect());
                all.exchanges.push(exchange);
            }
        }
    }
    if clock.is_some() || !log.local() {
        asides::tell(&mut all.exchanges, &asides);
    }
    told.more = words::made_up_for(&made_up_for);
    // A loop takes the lines of all its rounds.
    all.total = (all.total + log.total).saturating_sub(both);
    all.unseen += log.unseen;
    all.clocks.push(told);
}

/// A request that came back by the error log's own word.
fn came_back(exchange: &Exchange) -> bool {
    exchange.claim.as_ref().and_then(|claim| claim.candidates.first()) == Some(&Category::ProxyLoop)
}

/// Adds the access log's lines of a request that came back, if there are any: Squid refuses it with 403, which is no
/// failure by itself, and each round has a line. All of them are one exchange.
fn refused(exchange: &mut Exchange, wanted: Option<Wanted>, fine: &Fine<'_>, both: &mut u64) -> bool {
    let Some(wanted) = wanted else { return false };
    let begun = exchange.begun;
    let near = (begun.plus(Span(-2 * SECOND)), begun.plus(Span(2 * SECOND)));
    let rounds: Vec<&Sight> = fine.refused(wanted, near, ROUNDS).collect();
    for line in &rounds {
        exchange.events.extend(merge::healthy(line, Span(0)));
    }
    if let Some(last) = rounds.last().filter(|_| exchange.answer == Answer::NotSeen) {
        let time = last.ended.unwrap_or(begun);
        let status = Status { code: last.status, first: None, unsure: false, time, own_word: None };
        exchange.answer = Answer::Whole(status);
    }
    *both += rounds.len() as u64;
    !rounds.is_empty()
}

/// How far ahead this log's clock is to be expected: as far as that of the same gateway's access log, which the same
/// machine wrote. The zone is each log's own.
fn expected(clocks: &[Told], log: &LogReader) -> Span {
    let base = log.format().map(|format| format.id.strip_suffix("-error").unwrap_or(format.id));
    let of_same = |told: &&Told| told.format == base || told.format.is_some_and(|id| SHARED.contains(&id));
    let clock = clocks.iter().filter(of_same).filter_map(Told::clock).find(|clock| clock.apart());
    clock.map_or(Span(0), |clock| clock.residual())
}

/// Layouts of access logs that several products write.
const SHARED: [&str; 3] = ["combined", "clf", "json-lines"];

/// Compares the log's clock as if it had been put right by `expected`: near that, one request is enough.
fn compare(lines: &mut matching::Lines, requests: &Requests, expected: Span) -> Compared {
    let back = Span(expected.0.saturating_neg());
    lines.sights.iter_mut().for_each(|line| line.shift(back));
    let compared = matching::compare(lines, requests);
    lines.sights.iter_mut().for_each(|line| line.shift(expected));
    match compared {
        Compared::Clock(clock) => {
            let ahead = Span(clock.ahead.0.saturating_add(expected.0));
            Compared::Clock(super::Clock { ahead, ..clock })
        }
        other => other,
    }
}

/// Where what an error log tells belongs.
#[derive(Clone, Copy)]
enum Place {
    /// To nothing that is known.
    Nowhere,
    /// To this failed exchange.
    Failure(usize),
    /// To this request that went well.
    Fine(usize),
}

fn covers(covered: &[(Timestamp, Timestamp)], time: Timestamp) -> bool {
    covered.iter().any(|(from, to)| from.0 + SECOND <= time.0 && time.0 + SECOND <= to.0)
}
