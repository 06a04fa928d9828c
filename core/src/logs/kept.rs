//! What is kept of a failed request: its exchange, from one line or from several that tell of it.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::detect::cut;
use super::lines::Line;
use super::meaning::Meaning;
use super::reader::LogReader;
use super::tunnels::Failed;
use super::{LogFormat, Record};
use crate::categories::Id as Category;
use crate::exchange::{Answer, Attempt, Event, Exchange, Names, Phase, Signs, Source, Status, What};
use crate::report::{GeneratedBy, Leg};
use crate::time::{Span, Timestamp};
use crate::together::{Wanted, address_digest};

/// Where the request went, by the names of the log.
fn names(record: &Record<'_>) -> Names {
    Names { node: record.node.to_string(), pool: record.pool.to_string(), server: record.server.to_string() }
}

/// A line as evidence shows it; a block of lines in one.
pub(super) fn shown(text: &str) -> String {
    if !text.contains('\n') {
        return cut(text, SHOWN);
    }
    let words: Vec<&str> = text.split_ascii_whitespace().take(SHOWN).collect();
    cut(&words.join(" "), SHOWN)
}

/// Said of a line without a time.
const NO_TIME: &str = "The line says no whole time: it stands where the line before it stands, or in 1970 where none of the file says one.";

/// When the gateway received the request.
pub(super) fn begun(record: &Record<'_>) -> Timestamp {
    match record.elapsed {
        Some(elapsed) if !record.begun && !record.untimed => record.time.plus(Span(elapsed.0.saturating_neg())),
        _ => record.time,
    }
}

fn answer(record: &Record<'_>) -> Answer {
    let status =
        record.status.map(|code| Status { code, first: None, unsure: false, time: record.time, own_word: None });
    match status {
        Some(status) if record.cut => Answer::Cut(Some(status)),
        Some(status) => Answer::Whole(status),
        None if record.failure.is_some_and(|meaning| meaning.client_left()) => Answer::ClientLeft(None),
        None => Answer::NotSeen,
    }
}

/// Characters of a line that evidence shows.
const SHOWN: usize = 300;

/// A line goes on with one of the last so many failures.
const NEAREST: usize = 256;

impl LogReader {
    pub(super) fn exchange(&self, format: &LogFormat, line: &Line<'_>, text: &str, record: &Record<'_>) -> Exchange {
        let claim = record.failure.map(|meaning| meaning.claim(record.token, record.elapsed));
        let passed_on =
            matches!(claim.as_ref().and_then(|c| c.made_by), Some(GeneratedBy::Origin | GeneratedBy::ParentProxy));
        // Nobody else answered: the client left, the answer had begun, or no server was left to ask.
        let over = record.failure.is_some_and(|meaning| {
            meaning.client_left()
                || meaning.within_answer()
                || matches!(meaning.category(), Category::NoHealthyUpstream | Category::ProxyLoop)
        });
        let attempt = Attempt {
            upstream: record.upstream,
            parent: record.parent,
            status: record.status.filter(|_| passed_on),
            ..Attempt::default()
        };
        Exchange {
            client: record.client,
            gateway: None,
            begun: begun(record),
            host: record.host.map(str::to_ascii_lowercase),
            port: record.port,
            method: record.method.map(ToString::to_string),
            target: record.target.map(ToString::to_string),
            answer: answer(record),
            attempts: if record.attempted { [attempt].into() } else { Vec::new() },
            client_secure: Phase::NotSeen,
            doubts: {
                let open =
                    claim.as_ref().is_some_and(|claim| claim.candidates.len() > 1 || (record.group.is_some() && !over));
                let missing = (open && !record.named).then(|| format.missing.to_string());
                missing.into_iter().chain(record.untimed.then(|| NO_TIME.to_string())).collect()
            },
            claim,
            events: [self.event(line, text, record)].into(),
            outward: false,
            signs: record
                .aside
                .map(|aside| Signs { aside: Some(aside), ..Signs::default() }.into())
                .unwrap_or_default(),
            names: names(record),
        }
    }

    fn event(&self, line: &Line<'_>, text: &str, record: &Record<'_>) -> Event {
        Event {
            source: self.place(line, record.time),
            leg: Leg::Client,
            sent: true,
            what: What::Line(shown(text)),
            flow: None,
        }
    }

    pub(super) fn place(&self, line: &Line<'_>, time: Timestamp) -> Source {
        Source {
            time,
            file: Source::file(self.input),
            number: line.number,
            line: true,
            offset: line.offset,
            length: u32::try_from(line.length).unwrap_or(u32::MAX),
        }
    }

    /// One more line of a request that an error log told of before: what it adds, and another attempt where it names
    /// another server. The last attempt decides, unless its line says less than the one before.
    pub(super) fn add(&mut self, earlier: Failed, line: &Line<'_>, text: &str, record: &Record<'_>) {
        let event = self.event(line, text, record);
        let Failed::Kept(index) = earlier else { return };
        let Some(exchange) = usize::try_from(index).ok().and_then(|index| self.exchanges.get_mut(index)) else {
            return;
        };
        exchange.events.push(event);
        if let Some(sight) = self.sights.iter_mut().rev().take(NEAREST).find(|sight| sight.exchange == Some(index)) {
            sight.ended = Some(record.time);
            if sight.client == 0 {
                sight.client = record.client.map_or(0, address_digest);
            }
            let wanted = Wanted::new(record.method, record.target, record.host);
            if sight.wanted.path == 0 {
                sight.wanted =
                    Wanted { host: if wanted.host == 0 { sight.wanted.host } else { wanted.host }, ..wanted };
            } else if sight.wanted.host == 0 {
                sight.wanted.host = wanted.host;
            }
        }
        exchange.client = exchange.client.or(record.client);
        exchange.port = exchange.port.or(record.port);
        if exchange.answer == Answer::NotSeen {
            exchange.answer = answer(record);
        }
        if exchange.host.is_none() {
            exchange.host = record.host.map(str::to_ascii_lowercase);
        }
        if exchange.target.is_none() {
            exchange.method = record.method.map(ToString::to_string);
            exchange.target = record.target.map(ToString::to_string);
        }
        if record.attempted && record.upstream.is_some() {
            exchange.attempts.push(Attempt { upstream: record.upstream, ..Attempt::default() });
        }
        let weaker = |meaning: &Meaning| meaning.undetermined || meaning.category() == Category::NoHealthyUpstream;
        if let Some(meaning) = record.failure.filter(|meaning| exchange.claim.is_none() || !weaker(meaning)) {
            exchange.claim = Some(meaning.claim(record.token, record.elapsed));
        }
    }

    /// The answer inside a tunnel whose CONNECT had failed: one exchange, with the request and status from inside and the
    /// attempt from the CONNECT.
    pub(super) fn join(&mut self, outer: Failed, line: &Line<'_>, text: &str, record: &Record<'_>) {
        let event = self.event(line, text, record);
        let Failed::Kept(index) = outer else { return };
        let Some(exchange) = usize::try_from(index).ok().and_then(|index| self.exchanges.get_mut(index)) else {
            return;
        };
        exchange.answer = answer(record);
        exchange.method = record.method.map(ToString::to_string);
        exchange.target = record.target.map(ToString::to_string);
        exchange.events.push(event);
        let inner = record.failure.map(|meaning| meaning.claim(record.token, None));
        if let (Some(claim), Some(inner)) = (&mut exchange.claim, inner) {
            // Both lines speak of one failure: what only one of them allows is out.
            if claim.candidates.iter().any(|candidate| inner.candidates.contains(candidate)) {
                claim.candidates.retain(|candidate| inner.candidates.contains(candidate));
            }
            claim.undetermined &= claim.candidates.len() > 1;
            claim.why = format!("{}; {}", claim.why, inner.why);
        }
    }
}
