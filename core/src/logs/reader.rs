//! Reads one log: chunks → lines → records → the exchanges that failed.
//!
//! Until the format is decided the first lines wait; then each is read where it lies. Nothing is kept of a healthy line
//! but its place in the counts.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::detect::{self, Votes, cut};
use super::groups::Groups;
use super::lines::{Line, Lines};
use super::meaning::Meaning;
use super::troubles::Troubles;
use super::tunnels::{self, Failed, Tunnels, Within};
use super::{Clock, Layout, LogFormat, Parsed, Record, Tunnel, prefix};
use crate::categories::Id as Category;
use crate::exchange::{Answer, Attempt, Event, Exchange, Phase, Source, Status, What};
use crate::products::Id as Product;
use crate::report::{GeneratedBy, Leg};
use crate::time::{Span, Timestamp};

/// Failed exchanges kept; the counts go on.
pub const KEPT: usize = 100_000;
/// Hosts that are told apart beyond that.
const HOSTS: usize = 10_000;
/// Characters of a line that evidence shows.
const SHOWN: usize = 300;

/// Reads one log.
pub struct LogReader {
    input: u32,
    preferred: Option<Product>,
    lines: Lines,
    state: State,
    layout: Layout,
    tunnels: Tunnels,
    groups: Groups,
    troubles: Troubles,
    /// Lines understood as records, also those that are no exchange.
    pub records: u64,
    /// Exchanges.
    pub total: u64,
    /// Those that failed.
    pub failed: u64,
    /// Tunnels whose inside was not seen.
    pub unseen: u64,
    /// Earliest and latest time of a record.
    pub span: Option<(Timestamp, Timestamp)>,
    /// Minutes east of UTC that the first line writes its time in; `None` where lines carry no offset.
    pub zone: Option<i32>,
    /// The failed exchanges, in the order of their lines; at most [`KEPT`].
    pub exchanges: Vec<Exchange>,
    /// Failed exchanges that are not kept, by category and host (empty: no host, or beyond the hosts told apart).
    pub beyond: BTreeMap<Category, BTreeMap<String, Beyond>>,
}

/// Failed exchanges that are counted only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beyond {
    /// How many.
    pub count: u64,
    /// The earliest.
    pub first: Timestamp,
    /// The latest.
    pub last: Timestamp,
}

enum State {
    /// The format is not decided yet: lines wait.
    Open { votes: Votes, waiting: Vec<u8>, ends: Vec<Waiting> },
    /// Decided.
    Known { format: &'static LogFormat, warning: Option<String> },
    /// No format fits: the rest is not read.
    Unknown { sentence: String },
}

struct Waiting {
    end: usize,
    number: u64,
    offset: u64,
    length: u64,
}

impl LogReader {
    /// A log that is the given input of its case. The preferred product decides between layouts that products share.
    #[must_use]
    pub fn new(input: u32, preferred: Option<Product>) -> Self {
        Self {
            input,
            preferred,
            lines: Lines::default(),
            state: State::Open { votes: Votes::new(), waiting: Vec::new(), ends: Vec::new() },
            layout: Layout::default(),
            tunnels: Tunnels::default(),
            groups: Groups::default(),
            troubles: Troubles::default(),
            records: 0,
            total: 0,
            failed: 0,
            unseen: 0,
            span: None,
            zone: None,
            exchanges: Vec::new(),
            beyond: BTreeMap::new(),
        }
    }

    /// The next bytes, decompressed, in chunks of any size.
    pub fn push(&mut self, chunk: &[u8]) {
        if matches!(self.state, State::Unknown { .. }) {
            return;
        }
        let mut lines = core::mem::take(&mut self.lines);
        lines.push(chunk, |line| self.line(line));
        self.lines = lines;
    }

    /// The end of the file.
    pub fn end(&mut self) {
        let mut lines = core::mem::take(&mut self.lines);
        lines.end(|line| self.line(line));
        self.decide();
    }

    /// The format; `None` while it is not decided, and where none fits.
    #[must_use]
    pub fn format(&self) -> Option<&'static LogFormat> {
        match &self.state {
            State::Known { format, .. } => Some(format),
            _ => None,
        }
    }

    /// Why nothing was read: a sentence.
    #[must_use]
    pub fn unknown(&self) -> Option<&str> {
        match &self.state {
            State::Unknown { sentence } => Some(sentence),
            _ => None,
        }
    }

    /// What is wrong or worth knowing, so far.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let mut out = Vec::new();
        if let State::Known { warning: Some(warning), .. } = &self.state {
            out.push(warning.clone());
        }
        if self.records > 0 && self.format().is_some_and(|format| format.clock == Clock::Local) {
            out.push("the lines say no time zone: their times are taken for UTC".to_string());
        }
        self.troubles.tell(&mut out);
        if self.failed > self.exchanges.len() as u64 {
            out.push(format!(
                "{} requests failed; the first {} are kept, the others are counted",
                self.failed,
                self.exchanges.len()
            ));
        }
        out
    }

    fn line(&mut self, line: Line<'_>) {
        let (votes, waiting, ends) = match &mut self.state {
            State::Open { votes, waiting, ends } => (votes, waiting, ends),
            State::Known { format, .. } => {
                let format = *format;
                return self.read(format, line);
            }
            State::Unknown { .. } => return,
        };
        votes.add(&String::from_utf8_lossy(line.bytes));
        waiting.extend_from_slice(line.bytes);
        ends.push(Waiting { end: waiting.len(), number: line.number, offset: line.offset, length: line.length });
        if votes.lines() >= detect::LINES || waiting.len() >= detect::BYTES {
            self.decide();
        }
    }

    /// Ends the wait: chooses the format and reads what waited.
    fn decide(&mut self) {
        let State::Open { votes, waiting, ends } = &mut self.state else { return };
        let verdict = votes.verdict(self.preferred);
        let (waiting, ends) = (core::mem::take(waiting), core::mem::take(ends));
        let format = match verdict {
            Ok((format, warning)) => {
                self.state = State::Known { format, warning };
                format
            }
            Err(sentence) => {
                self.state = State::Unknown { sentence };
                return;
            }
        };
        let mut from = 0;
        for Waiting { end, number, offset, length } in ends {
            let bytes = waiting.get(from..end).unwrap_or_default();
            from = end;
            self.read(format, Line { bytes, number, offset, length });
        }
    }

    fn read(&mut self, format: &'static LogFormat, line: Line<'_>) {
        if line.bytes.is_empty() {
            return;
        }
        if line.cut() {
            self.troubles.long(line.number);
        }
        let text = match core::str::from_utf8(line.bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => {
                self.troubles.garbled(line.number);
                String::from_utf8_lossy(line.bytes)
            }
        };
        let stripped = prefix::strip(&text);
        self.layout.received = stripped.received.and_then(|at| at.resolve(self.span.map(|(_, last)| last)));
        match (format.parse)(stripped.line, &mut self.layout) {
            Parsed::Record(record) => {
                if self.records == 0 {
                    self.zone = super::fields::zone(&text);
                }
                self.seen(record.time);
                self.record(format, &line, &text, &record);
            }
            Parsed::Healthy(time) => {
                if self.records == 0 {
                    self.zone = super::fields::zone(&text);
                }
                self.seen(time);
                self.total += 1;
            }
            Parsed::NoRequest(time) => self.seen(time),
            Parsed::Skip => {}
            Parsed::Bad { .. } if text.trim().is_empty() => {}
            Parsed::Bad { at, field } => self.troubles.bad(line.number, at + stripped.bytes, field),
        }
    }

    fn seen(&mut self, time: Timestamp) {
        self.records += 1;
        self.span = Some(self.span.map_or((time, time), |(first, last)| (first.min(time), last.max(time))));
    }

    fn record(&mut self, format: &LogFormat, line: &Line<'_>, text: &str, record: &Record<'_>) {
        if let Some(group) = record.group {
            if let Some(earlier) = self.groups.find(group, record.time, record.upstream) {
                return self.add(earlier, line, text, record);
            }
            self.total += 1;
            self.failed += 1;
            let kept = self.keep(format, line, text, record);
            return self.groups.begin(group, record.time, record.upstream, kept);
        }
        let failing = record.failure.is_some();
        let key = match record.tunnel {
            Tunnel::Plain => 0,
            _ => tunnels::key(record.client, record.host.unwrap_or_default()),
        };
        match record.tunnel {
            Tunnel::Plain => {}
            Tunnel::Granted if !failing => {
                self.tunnels.granted(key, record.time, false);
                self.unseen += 1;
            }
            Tunnel::Opened if !failing => self.tunnels.granted(key, record.time, true),
            Tunnel::Granted | Tunnel::Opened => {
                self.total += 1;
                self.failed += 1;
                let kept = self.keep(format, line, text, record);
                self.tunnels.failed(key, record.time, kept);
                return;
            }
            // A tunnel that Squid looked into and then let pass is logged twice.
            Tunnel::Sealed => {
                self.unseen += 1;
                if self.tunnels.within(key, record.time, false) == Within::Opened {
                    return;
                }
            }
            Tunnel::Inside => match self.tunnels.within(key, record.time, failing) {
                Within::Nothing => {}
                Within::Opened => return self.outcome(format, line, text, record),
                Within::Granted => {
                    self.unseen = self.unseen.saturating_sub(1);
                    return self.outcome(format, line, text, record);
                }
                Within::Failed(outer) => return self.join(outer, line, text, record),
            },
        }
        self.total += 1;
        self.outcome(format, line, text, record);
    }

    /// Counts and keeps a failure.
    fn outcome(&mut self, format: &LogFormat, line: &Line<'_>, text: &str, record: &Record<'_>) {
        if record.failure.is_some() {
            self.failed += 1;
            self.keep(format, line, text, record);
        }
    }

    fn keep(&mut self, format: &LogFormat, line: &Line<'_>, text: &str, record: &Record<'_>) -> Failed {
        if self.exchanges.len() < KEPT {
            self.exchanges.push(self.exchange(format, line, text, record));
            return u32::try_from(self.exchanges.len() - 1).map_or(Failed::Counted, Failed::Kept);
        }
        let category = record.failure.map_or(Category::Undetermined, |meaning| meaning.category());
        let hosts = self.beyond.entry(category).or_default();
        let begun = begun(record);
        let new = Beyond { count: 0, first: begun, last: begun };
        let host = record.host.unwrap_or_default();
        if !hosts.contains_key(host) && hosts.len() < HOSTS {
            hosts.insert(host.into(), new);
        }
        let entry = match hosts.get_mut(host) {
            Some(entry) => entry,
            None => hosts.entry(String::new()).or_insert(new),
        };
        entry.count += 1;
        entry.first = entry.first.min(begun);
        entry.last = entry.last.max(begun);
        Failed::Counted
    }

    fn exchange(&self, format: &LogFormat, line: &Line<'_>, text: &str, record: &Record<'_>) -> Exchange {
        let claim = record.failure.map(|meaning| meaning.claim(record.token, record.elapsed));
        let passed_on =
            matches!(claim.as_ref().and_then(|c| c.made_by), Some(GeneratedBy::Origin | GeneratedBy::ParentProxy));
        let left = record.failure.is_some_and(|meaning| meaning.client_left());
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
            doubts: match &claim {
                Some(claim) if claim.candidates.len() > 1 || (record.group.is_some() && !left) => {
                    [format.missing.to_string()].into()
                }
                _ => Vec::new(),
            },
            claim,
            events: [self.event(line, text, record)].into(),
            outward: false,
        }
    }

    fn event(&self, line: &Line<'_>, text: &str, record: &Record<'_>) -> Event {
        Event {
            source: Source {
                time: record.time,
                input: self.input,
                number: line.number,
                line: true,
                offset: line.offset,
                length: u32::try_from(line.length).unwrap_or(u32::MAX),
            },
            leg: Leg::Client,
            sent: true,
            what: What::Line(cut(text, SHOWN)),
            flow: None,
        }
    }

    /// One more line of a request that an error log told of before: what it adds, and another attempt where it names
    /// another server. The last attempt decides, unless its line says less than the one before.
    fn add(&mut self, earlier: Failed, line: &Line<'_>, text: &str, record: &Record<'_>) {
        let event = self.event(line, text, record);
        let Failed::Kept(index) = earlier else { return };
        let Some(exchange) = usize::try_from(index).ok().and_then(|index| self.exchanges.get_mut(index)) else {
            return;
        };
        exchange.events.push(event);
        exchange.client = exchange.client.or(record.client);
        exchange.port = exchange.port.or(record.port);
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
    fn join(&mut self, outer: Failed, line: &Line<'_>, text: &str, record: &Record<'_>) {
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

/// When the gateway received the request.
fn begun(record: &Record<'_>) -> Timestamp {
    match record.elapsed {
        Some(elapsed) if !record.begun => record.time.plus(Span(elapsed.0.saturating_neg())),
        _ => record.time,
    }
}

fn answer(record: &Record<'_>) -> Answer {
    let status = record.status.map(|code| Status { code, first: None, time: record.time, own_word: None });
    match status {
        Some(status) if record.cut => Answer::Cut(Some(status)),
        Some(status) => Answer::Whole(status),
        None if record.failure.is_some_and(|meaning| meaning.client_left()) => Answer::ClientLeft,
        None => Answer::NotSeen,
    }
}
