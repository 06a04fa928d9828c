//! Logs and captures as one case: which line is which request, and what only one of them shows.
//!
//! Captures come first, then what clients saw (HAR files, pages), of which the requests that no capture holds become
//! requests as well. Each access log is compared with these (`clock`), its lines are given to their requests
//! (`matching`), and what failed in both becomes one exchange (`merge`). Error logs come last: they add to what the
//! captures and the access logs have told. A line without packets and a failure without a line are both said.
//!
//! Non-goals: two captures of one event, two logs of one request other than access log and error log.

mod asides;
mod circles;
mod clock;
mod errors;
mod made_up;
mod matching;
mod merge;
mod roots;
mod sight;
mod wanted;
mod words;

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::capture::point::Point;
use crate::exchange::{Exchange, Source};
use crate::join::Joined;
use crate::listed::Set;
use crate::logs::{LogFormat, LogReader, NO_ZONE};
use crate::report::Input;
use crate::time::{SECOND, Span, Timestamp};
pub use clock::{Clock, Compared};
use matching::{Lines, Requests};
pub use sight::{Interest, Sight};
pub use wanted::{Wanted, address_digest};
pub use words::utc;

/// Packets of a request may begin or end this much outside of what its line says.
const MARGIN: Span = Span::seconds(2);

/// What a case came to.
#[derive(Default)]
pub struct Together {
    /// Failed exchanges.
    pub exchanges: Vec<Exchange>,
    /// Beside each of them: sentences that lower no confidence.
    pub notes: Vec<Vec<String>>,
    /// Requests in captures and logs, each once.
    pub total: u64,
    /// Tunnels whose inside neither shows.
    pub unseen: u64,
    /// Requests that did not fail, as far as is known, and whose answer neither shows.
    pub unanswered: u64,
    /// What became of the clock of each log, by input.
    pub clocks: Vec<Told>,
    /// Lines that are of a request which another input shows as well.
    pub same: Vec<Same>,
}

/// One request at two places: input, and number of packet or line there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Same {
    /// The line.
    pub line: (u32, u64),
    /// Where the other input has it.
    pub request: (u32, u64),
    /// The other one is a tunnel, and the line tells of something inside it.
    pub inside: bool,
}

/// What became of a log's clock.
#[derive(Clone, Debug)]
pub struct Told {
    /// The log's input.
    pub input: u32,
    /// The format of these lines of it.
    pub format: Option<&'static str>,
    /// How it was compared.
    pub compared: Compared,
    /// Its lines say no zone.
    pub local: bool,
    /// The sentence for its warnings.
    pub sentence: Option<String>,
    /// What else is said of it.
    pub more: Option<String>,
}

impl Told {
    /// The clock, where it could be compared.
    pub fn clock(&self) -> Option<&Clock> {
        match &self.compared {
            Compared::Clock(clock) => Some(clock),
            _ => None,
        }
    }

    /// Says it in the report.
    pub fn tell(&self, input: &mut Input) {
        input.warnings.extend(self.sentence.iter().chain(&self.more).cloned());
        let Some(clock) = self.clock() else { return };
        let seconds = |span: Span| (span.0 / 1_000_000) as f64 / 1000.0;
        input.clock_offset = Some(seconds(clock.residual()));
        input.clock_uncertainty = Some(seconds(clock.uncertainty));
        if self.local && input.zone.is_none() {
            let zone = clock.zone();
            input.warnings.retain(|warning| warning != NO_ZONE);
            input.zone = i32::try_from(zone.0 / (60 * SECOND)).ok();
            let utc = |time: Timestamp| time.plus(Span(zone.0.saturating_neg()));
            input.started = input.started.map(utc);
            input.ended = input.ended.map(utc);
        }
    }

    /// By how much the log's times are moved so that they are the captures'.
    pub fn shift(&self) -> Span {
        let clock = self.clock().filter(|clock| clock.apart());
        clock.map_or(Span(0), |clock| Span(clock.ahead.0.saturating_neg()))
    }
}

/// Joins what the captures came to with the logs.
pub fn join(joined: Joined, points: &[Point], logs: &[&LogReader]) -> Together {
    let mut all = Together {
        notes: alloc::vec![Vec::new(); joined.exchanges.len()],
        exchanges: joined.exchanges,
        total: joined.total,
        unseen: joined.unseen,
        ..Together::default()
    };
    let mut requests = if points.is_empty() { Vec::new() } else { sight::captured(points, |c| joined.roles.counts(c)) };
    if requests.is_empty() && logs.is_empty() {
        return all;
    }
    sight::link(&mut requests, &all.exchanges);
    if logs.is_empty() {
        all.unanswered = unanswered(&requests, &all.same);
        return all;
    }
    let (clients, others): (Vec<&LogReader>, Vec<&LogReader>) = logs.iter().copied().partition(|log| log.of_clients());
    let packets = all.exchanges.len();
    if !clients.is_empty() {
        let captured = requests.iter().filter(|request| request.place.is_some() || request.attempt);
        let captured = Requests::new(captured.copied().collect());
        for log in &clients {
            // A further file of clients adds to what is captured alone.
            let mut known = Known::new(points, &captured, packets);
            requests.extend(access(&mut all, log, &mut known));
        }
    }
    let requests = Requests::new(requests);
    let mut known = Known::new(points, &requests, all.exchanges.len());
    known.logged = alloc::vec![false; requests.len()];
    let is_error = |log: &&LogReader| log.format().is_some_and(LogFormat::of_errors);
    let (errors, others): (Vec<&LogReader>, Vec<&LogReader>) = others.into_iter().partition(is_error);
    for log in &others {
        access(&mut all, log, &mut known);
    }
    let covered = covered(&all, &others);
    without_line(&mut all, &covered, &known);
    known.add_served();
    if !errors.is_empty() {
        let against = errors::Against::new(&known);
        errors.iter().for_each(|log| errors::add(&mut all, log, &known, &against, &covered));
    }
    circles::fold(&mut all);
    roots::tell(&mut all.exchanges, logs);
    all.unanswered = unanswered(known.requests, &all.same);
    all
}

/// Captured requests without an answer, of which no line tells what came of them either.
fn unanswered(requests: &[Sight], same: &[Same]) -> u64 {
    let told: Set<(u32, u64)> = same.iter().filter(|same| !same.inside).map(|same| same.request).collect();
    let open = |request: &&Sight| {
        let known = |source: Source| told.contains(&(source.input(), source.number));
        request.unanswered && !request.tunnel && request.exchange.is_none() && !request.source.is_some_and(known)
    };
    requests.iter().filter(open).count() as u64
}

/// What is known of a case's requests while its logs are added, one after the other.
struct Known<'a> {
    points: &'a [Point],
    /// The requests in the captures, and those that only clients saw.
    requests: &'a Requests,
    /// So many failures were known before the logs.
    failures: usize,
    /// Those of them that have their line.
    lined: Set<usize>,
    /// Beside each request: a healthy line is of it. Empty where nobody asks.
    logged: Vec<bool>,
    /// Failing lines of access logs, with the exchanges that they became: error logs are held against them.
    lines: Vec<Sight>,
    /// Requests that went well, as lines of access logs tell them.
    fine: Vec<Sight>,
}

impl<'a> Known<'a> {
    fn new(points: &'a [Point], requests: &'a Requests, failures: usize) -> Self {
        let (lined, logged, lines, fine) = (Set::default(), Vec::new(), Vec::new(), Vec::new());
        Self { points, requests, failures, lined, logged, lines, fine }
    }

    /// Captured requests that went well join those that only lines tell of.
    fn add_served(&mut self) {
        let well =
            |request: &Sight| request.exchange.is_none() && !request.tunnel && (1..500).contains(&request.status);
        let alone = self.requests.iter().zip(&self.logged).filter(|(request, logged)| !**logged && well(request));
        self.fine.extend(alone.map(|(request, _)| *request));
    }
}

/// Adds an access log. Returns its requests that were not found, on the captures' clock.
fn access(all: &mut Together, log: &LogReader, known: &mut Known<'_>) -> Vec<Sight> {
    let Known { points, requests, failures, lined, logged, lines, fine } = known;
    let (points, requests) = (*points, *requests);
    let mut of_log = lines_of(log, false);
    let compared = matching::compare(&mut of_log, requests);
    let against = match (points.is_empty(), requests.is_empty()) {
        (false, _) => "captures",
        (true, false) => "HAR files",
        (true, true) => "",
    };
    let mut told = tell(log, compared, against);
    let clock = told.clock().copied();
    let ahead = clock.map_or(Span(0), |clock| clock.ahead);
    let shift = Span(told.shift().0.saturating_add(log.offset().0));
    // A browser's entries say their zone and name whole URLs: they are found by these where no two clocks can be compared.
    let by_own_time = log.of_clients() && clock.is_none();
    if by_own_time {
        told.sentence = None;
    }
    let usable = clock.is_some() || by_own_time;
    let nothing = || alloc::vec![None; of_log.sights.len()];
    let of_line = if usable { matching::assign(&of_log, requests, ahead) } else { nothing() };
    let tunnel_of = if usable { matching::inside(&of_log.sights, &of_line, requests, ahead) } else { nothing() };
    let sights = of_log.sights;
    // Where each failed exchange of the log has gone.
    let mut home: Vec<Option<usize>> = alloc::vec![None; log.exchanges.len()];
    // Requests that both count, and those whose inside was not seen and is told.
    let mut counted: Set<u32> = Set::default();
    let mut looked_into: Set<u32> = Set::default();
    for (at, line) in sights.iter().enumerate() {
        let same = of_line.get(at).copied().flatten();
        let Some(met) = same.or_else(|| tunnel_of.get(at).copied().flatten()) else { continue };
        let Some(request) = requests.get(met as usize) else { continue };
        if let Some((line, other)) = line.source.zip(request.source) {
            let at = |source: Source| (source.input(), source.number);
            all.same.push(Same { line: at(line), request: at(other), inside: same.is_none() });
        }
        if line.counts && request.counts {
            counted.insert(met);
        }
        if request.unseen {
            looked_into.insert(met);
        }
        if let (None, None, Some(logged)) = (line.exchange, request.exchange, logged.get_mut(met as usize)) {
            *logged = same.is_some();
        }
        let of_log = line.exchange.and_then(|at| log.exchanges.get(at as usize));
        let of_capture = request.exchange.map(|at| at as usize).filter(|at| *at < *failures && !lined.contains(at));
        match (of_log, of_capture) {
            (Some(told_by_log), _) if request.round => {
                let at = request.exchange.map(|at| at as usize);
                if let Some(exchange) = at.and_then(|at| all.exchanges.get_mut(at)) {
                    merge::round(exchange, &merge::shifted(told_by_log, shift));
                }
                if let Some(home) = line.exchange.and_then(|index| home.get_mut(index as usize)) {
                    *home = at;
                }
            }
            (Some(told_by_log), Some(at)) => {
                let Some((exchange, notes)) = all.exchanges.get_mut(at).zip(all.notes.get_mut(at)) else { continue };
                merge::line(exchange, &merge::shifted(told_by_log, shift), log.of_clients(), notes);
                if by_own_time {
                    notes.push(words::BY_OWN_TIME.to_string());
                }
                notes.extend(clock.filter(Clock::apart).map(|clock| words::apart_doubt(&clock, log.local())));
                lined.insert(at);
                if let Some(home) = line.exchange.and_then(|index| home.get_mut(index as usize)) {
                    *home = Some(at);
                }
            }
            (None, Some(at)) if same.is_some() => {
                let Some((exchange, notes)) = all.exchanges.get_mut(at).zip(all.notes.get_mut(at)) else { continue };
                exchange.events.extend(merge::healthy(line, told.shift()));
                if matching::statuses(line, request) == matching::Statuses::Other {
                    notes.push(words::healthy_line(line.status, log.of_clients()));
                }
                lined.insert(at);
            }
            (Some(told_by_log), None) => {
                let mut exchange = merge::shifted(told_by_log, shift);
                let mut notes = Vec::new();
                exchange.events.extend(merge::packet(request, points));
                if same.is_none() || request.tunnel {
                    notes.push(words::ENCRYPTED.to_string());
                } else if request.exchange.is_none() && request.status != 0 && request.place.is_some() {
                    notes.push(words::no_failure(request.status));
                }
                if let Some(home) = line.exchange.and_then(|index| home.get_mut(index as usize)) {
                    *home = Some(all.exchanges.len());
                }
                all.exchanges.push(exchange);
                all.notes.push(notes);
            }
            (None, _) => {}
        }
    }
    let covered = (!points.is_empty()).then_some((points, clock.is_some()));
    all.exchanges.reserve(log.exchanges.len());
    all.notes.reserve(log.exchanges.len());
    for (at, exchange) in log.exchanges.iter().enumerate() {
        if home.get(at).is_some_and(Option::is_none) {
            let exchange = merge::shifted(exchange, shift);
            let note = covered.and_then(|(points, compared)| without_packets(&exchange, points, compared));
            if let Some(home) = home.get_mut(at) {
                *home = Some(all.exchanges.len());
            }
            all.exchanges.push(exchange);
            all.notes.push(note.into_iter().map(ToString::to_string).collect());
        }
    }
    lines.extend(sights.iter().filter_map(|line| merge::moved(line, ahead, &home)));
    if log.beside_errors() {
        // As they were read: what their one time means is told by the error log's product.
        let well = log.sights.iter().zip(&of_line).filter(|(line, met)| {
            let failed =
                met.and_then(|met| requests.get(met as usize)).is_some_and(|request| request.exchange.is_some());
            line.exchange.is_none() && !failed
        });
        fine.extend(well.map(|(line, _)| merge::on_captures_clock(line, ahead)));
    }
    let both = counted.len() as u64;
    if log.whole() || points.is_empty() {
        all.total += log.total.saturating_sub(both);
    } else {
        // It was read before the captures: its healthy lines were not kept to compare.
        all.total = all.total.max(log.total).max(all.total + log.failed - both.min(log.failed));
    }
    all.unseen = (all.unseen + log.unseen).saturating_sub(looked_into.len() as u64);
    all.clocks.push(told);
    let alone = sights.iter().enumerate().filter(|(at, _)| {
        let found = |of: &[Option<u32>]| of.get(*at).copied().flatten().is_some();
        !found(&of_line) && !found(&tunnel_of)
    });
    alone.map(|(_, line)| merge::apart(line, ahead, &home)).collect()
}

/// A log's lines, to be held against requests.
fn lines_of(log: &LogReader, error: bool) -> Lines {
    let offset = log.offset();
    let mut sights = log.sights.clone();
    if offset.0 != 0 {
        sights.iter_mut().for_each(|sight| sight.shift(offset));
    }
    Lines { sights, resolution: log.resolution(), local: log.local(), error }
}

/// What is said of a log's clock; `against` names what it was held against, if anything.
fn tell(log: &LogReader, compared: Compared, against: &str) -> Told {
    let held = !against.is_empty() && !log.sights.is_empty();
    let sentence = if held { words::of_clock(&compared, log.local(), against) } else { None };
    let format = log.format().map(|format| format.id);
    Told { input: log.input(), format, compared, local: log.local(), sentence, more: None }
}

/// Says of a failure that only a log tells whether the captures cover its time.
fn without_packets(exchange: &Exchange, points: &[Point], compared: bool) -> Option<&'static str> {
    if !compared {
        return Some(words::NOT_COMPARED);
    }
    let last = exchange.events.iter().map(|event| event.source.time).max().unwrap_or(exchange.begun);
    let (from, to) = (exchange.begun, last.max(exchange.begun));
    let spans = points.iter().filter_map(|point| point.started.zip(point.ended));
    let (mut whole, mut part) = (false, false);
    for (started, ended) in spans {
        whole |= started <= from && to <= ended;
        part |= started <= to && from <= ended;
    }
    Some(match (whole, part) {
        (true, _) => words::NO_PACKETS,
        (_, true) => words::PARTLY,
        _ => words::NOT_COVERED,
    })
}

/// The times, on the captures' clock, that access logs cover line by line.
fn covered(all: &Together, logs: &[&LogReader]) -> Vec<(Timestamp, Timestamp)> {
    logs.iter()
        .filter_map(|log| {
            let format = log.format().map(|format| format.id);
            let of = |told: &&Told| told.input == log.input() && told.format == format;
            let clock = all.clocks.iter().find(of)?.clock()?;
            let back = Span(clock.ahead.0.saturating_neg());
            // Lines beyond those that are kept were not held against packets.
            let whole = log.failed <= log.exchanges.len() as u64;
            log.span().filter(|_| whole).map(|(from, to)| (from.plus(back), to.plus(back)))
        })
        .collect()
}

/// Says of captured failures whether an access log should have a line for them.
fn without_line(all: &mut Together, covered: &[(Timestamp, Timestamp)], known: &Known<'_>) {
    for (at, (exchange, notes)) in all.exchanges.iter().zip(&mut all.notes).take(known.failures).enumerate() {
        if known.lined.contains(&at) || exchange.answer == crate::exchange::Answer::Pending {
            continue;
        }
        let attempts = exchange.attempts.iter().filter_map(|attempt| attempt.span.map(|(_, ended)| ended));
        let ended = exchange.events.iter().map(|event| event.source.time).chain(attempts).max();
        let ended = ended.unwrap_or(exchange.begun).plus(MARGIN);
        let begun = Timestamp(exchange.begun.0.saturating_sub(SECOND));
        if covered.iter().any(|(from, to)| *from <= begun && ended <= *to) {
            notes.push(words::NO_LINE.to_string());
        }
    }
}
