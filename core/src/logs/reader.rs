//! Reads one log: chunks → lines → records. What becomes of a record says `outcomes`.
//!
//! Until the format is decided the first lines wait; then each is read where it lies.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::detect::{self, Votes};
use super::groups::Groups;
use super::lines::{Line, Lines};
use super::troubles::Troubles;
use super::tunnels::Tunnels;
use super::{Clock, Custom, Layout, LogFormat, Parsed, prefix};
use crate::categories::Id as Category;
use crate::devices::Rulings;
use crate::exchange::Exchange;
use crate::patterns::Tally;
use crate::products::Id as Product;
use crate::time::{SECOND, Timestamp};
use crate::together::{Interest, Sight};

/// Said of a log whose zone nothing tells.
pub const NO_ZONE: &str = "the lines say no time zone: their times are taken for UTC";

/// Reads one log.
pub struct LogReader {
    pub(super) input: u32,
    preferred: Option<Product>,
    lines: Lines,
    state: State,
    layout: Layout,
    pub(super) tunnels: Tunnels,
    pub(super) groups: Groups,
    troubles: Troubles,
    /// The requests in captures, where there are any: healthy lines that may be one of them are kept in little.
    pub(super) interest: Option<Interest>,
    /// What went well.
    pub(crate) tally: Tally,
    /// Some time had a fraction of a second.
    fine: bool,
    /// Healthy lines that may be in the captures, and were not kept.
    pub(super) passed_over: u64,
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
    /// The failed exchanges, in the order of their lines; at most `KEPT` of them.
    pub exchanges: Vec<Exchange>,
    /// The same in little, and healthy lines that may be in the captures.
    pub(crate) sights: Vec<Sight>,
    /// Failed exchanges that are not kept, by category and host (empty: no host, or beyond the hosts told apart).
    pub beyond: BTreeMap<Category, BTreeMap<String, Beyond>>,
    /// What a device says that it did.
    pub(crate) rulings: Rulings,
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
            state: State::Open { votes: Votes::new(None), waiting: Vec::new(), ends: Vec::new() },
            layout: Layout::default(),
            tunnels: Tunnels::default(),
            groups: Groups::default(),
            troubles: Troubles::default(),
            interest: None,
            tally: Tally::default(),
            fine: false,
            passed_over: 0,
            records: 0,
            total: 0,
            failed: 0,
            unseen: 0,
            span: None,
            zone: None,
            exchanges: Vec::new(),
            sights: Vec::new(),
            beyond: BTreeMap::new(),
            rulings: Rulings::default(),
        }
    }

    /// Before the first byte: the format string that its lines may follow.
    pub fn follow(&mut self, custom: Option<&Custom>) {
        if let Some(custom) = custom {
            self.state = State::Open { votes: Votes::new(Some(custom.clone())), waiting: Vec::new(), ends: Vec::new() };
            self.layout.custom = Some(custom.clone());
        }
    }

    /// Before the first byte: captures of the same case were read. Lines that may be a request in them are kept.
    pub(crate) fn beside(&mut self, interest: Option<Interest>) {
        self.interest = interest;
    }

    /// Which input of the case it is.
    #[must_use]
    pub fn input(&self) -> u32 {
        self.input
    }

    /// Its times are cut to multiples of this, nanoseconds.
    #[must_use]
    pub fn resolution(&self) -> i64 {
        if self.fine { 0 } else { SECOND }
    }

    /// Its lines say no zone.
    #[must_use]
    pub fn local(&self) -> bool {
        self.layout.zone.is_none() && self.format().is_some_and(|format| format.clock == Clock::Local)
    }

    /// Its healthy lines were held against the captures as well.
    #[must_use]
    pub fn whole(&self) -> bool {
        self.interest.is_some()
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
        if self.records > 0 && self.local() {
            out.push(NO_ZONE.to_string());
        }
        self.troubles.tell(&mut out);
        if self.passed_over > 0 {
            out.push(format!(
                "{} more healthy lines may be of requests in the captures; they were not held against them and may count twice",
                self.passed_over
            ));
        }
        if self.rulings.over > 0 {
            out.push(format!("{} lines more than are kept were not held against the failures", self.rulings.over));
        }
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
        let near = self.span.map(|(_, last)| last).or(self.interest.as_ref().and_then(|interest| interest.near));
        self.layout.received = stripped.received.and_then(|at| at.resolve(near));
        match (format.parse)(stripped.line, &mut self.layout) {
            Parsed::Record(mut record) => {
                record.node = stripped.node;
                if self.records == 0 {
                    self.zone = super::fields::zone(&text);
                }
                self.seen(record.time);
                self.record(format, &line, &text, &record);
            }
            Parsed::NoRequest(time) => self.seen(time),
            Parsed::Ruling(ruling) => {
                let zone = self.layout.zone.and_then(|zone| i32::try_from(zone.0 / (60 * SECOND)).ok());
                self.zone = self.zone.or(zone);
                self.seen(ruling.time);
                let source = self.place(&line, ruling.time);
                self.rulings.add(&ruling, source);
            }
            Parsed::Skip => {}
            Parsed::Bad { .. } if text.trim().is_empty() => {}
            Parsed::Bad { at, field } => self.troubles.bad(line.number, at + stripped.bytes, field),
        }
    }

    fn seen(&mut self, time: Timestamp) {
        self.records += 1;
        self.fine |= time.0 % SECOND != 0;
        self.span = Some(self.span.map_or((time, time), |(first, last)| (first.min(time), last.max(time))));
    }
}
