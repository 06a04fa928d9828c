//! Reads one log: chunks → lines → records. What becomes of a record says `outcomes`.
//!
//! Until the format is decided the first lines wait; then each is read where it lies. Lines that the file's format does
//! not understand are offered to the others (`mixed`), each of which has a reader of its own.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::blocks::Blocks;
use super::checks::Checks;
use super::detect::{self, Votes};
use super::groups::Groups;
use super::lines::Line;
use super::notices::Notices;
use super::prefix::{Received, Stripped};
use super::troubles::Troubles;
use super::tunnels::Tunnels;
use super::{Clock, Custom, Layout, LogFormat, Parsed, Record, prefix, wrapped};
use crate::categories::Id as Category;
use crate::devices::Rulings;
use crate::exchange::Exchange;
use crate::exchanges;
use crate::patterns::Tally;
use crate::products::Id as Product;
use crate::time::{SECOND, Span, Timestamp};
use crate::together::{Interest, Sight};

/// Said of a log whose zone nothing tells.
pub const NO_ZONE: &str = "the lines say no time zone: their times are taken for UTC";

/// Reads one log.
pub struct LogReader {
    pub(super) input: u32,
    pub(super) preferred: Option<Product>,
    lines: Blocks,
    pub(super) state: State,
    pub(super) layout: Layout,
    /// Its records are told and not read by lines.
    told: bool,
    pub(super) tunnels: Tunnels,
    pub(super) groups: Groups,
    pub(super) troubles: Troubles,
    /// The requests in captures and in error logs, where there are any: healthy lines that may be one of them are kept in
    /// little.
    pub(super) interest: Option<Rc<Interest>>,
    /// Captures are among them.
    pub(super) captured: bool,
    /// Error logs are.
    pub(super) erred: bool,
    /// Of an error log among others in one file: so many of its sights are known to the others.
    pub(super) shared: usize,
    /// What went well.
    pub(crate) tally: Tally,
    /// Health checks.
    pub(crate) checks: Checks,
    /// Every line that is an exchange, where they are to be listed.
    pub(crate) rows: Option<Vec<exchanges::Row>>,
    /// What became of the gateway's servers.
    pub(crate) notices: Notices,
    /// Readers of the lines of other formats in the same file, and which of them had the last one. `None` for such a
    /// reader itself.
    pub(super) others: Option<Vec<LogReader>>,
    pub(super) latest: usize,
    /// A wrapped line, as it was before.
    inside: String,
    /// Lines understood, also those that are no record.
    pub(super) understood: u64,
    /// Some time had a fraction of a second.
    fine: bool,
    /// Minutes east of UTC of times that say no zone: by the time that the transport put before a line.
    zone_told: Option<i32>,
    /// The same, set by the reader.
    zone_set: Option<i32>,
    /// No line is newer than this.
    now: Option<Timestamp>,
    /// A time of a line below, for first lines whose time has no year.
    ahead: Option<Timestamp>,
    /// The last transport's time, what stood near to it, and what that came to.
    resolved: Option<(Received, Option<Timestamp>, Option<Timestamp>)>,
    /// Some line's year was told by `now` alone.
    year_guessed: bool,
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
    /// Earliest and latest time of a record, as the lines say it: see [`Self::offset`].
    pub(super) span: Option<(Timestamp, Timestamp)>,
    /// Minutes east of UTC that the first line writes its time in; `None` where lines carry no offset.
    zone: Option<i32>,
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

pub(super) enum State {
    /// The format is not decided yet: lines wait.
    Open { votes: Votes, waiting: Vec<u8>, ends: Vec<Waiting> },
    /// Decided.
    Known { format: &'static LogFormat, warning: Option<String> },
    /// No format fits: the rest is not read.
    Unknown { sentence: String },
}

pub(super) struct Waiting {
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
            lines: Blocks::default(),
            state: State::Open { votes: Votes::new(None), waiting: Vec::new(), ends: Vec::new() },
            layout: Layout::default(),
            told: false,
            tunnels: Tunnels::default(),
            groups: Groups::default(),
            troubles: Troubles::default(),
            interest: None,
            captured: false,
            erred: false,
            shared: 0,
            tally: Tally::default(),
            checks: Checks::default(),
            rows: None,
            notices: Notices::default(),
            others: Some(Vec::new()),
            latest: 0,
            inside: String::new(),
            understood: 0,
            fine: false,
            zone_told: None,
            zone_set: None,
            now: None,
            ahead: None,
            resolved: None,
            year_guessed: false,
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

    /// A log whose records do not come by lines, but through [`LogReader::tell`]. All of them are kept to be joined.
    pub(crate) fn known(input: u32, format: &'static LogFormat) -> Self {
        Self { state: State::Known { format, warning: None }, told: true, ..Self::new(input, None) }
    }

    /// Its records are what clients saw: HAR files and pages.
    #[must_use]
    pub fn of_clients(&self) -> bool {
        self.told
    }

    /// Before the first byte: the format string that its lines may follow.
    pub fn follow(&mut self, custom: Option<&Custom>) {
        if let Some(custom) = custom {
            self.state = State::Open { votes: Votes::new(Some(custom.clone())), waiting: Vec::new(), ends: Vec::new() };
            self.layout.custom = Some(custom.clone());
            self.layout.columns = custom.columns().to_vec();
        }
    }

    /// Before the first byte: captures of the same case were read, or error logs. Lines that may be a request in them are
    /// kept.
    pub(crate) fn beside(&mut self, captures: Option<Interest>, errors: Option<Interest>) {
        (self.captured, self.erred) = (captures.is_some(), errors.is_some());
        self.interest = match (captures, errors) {
            (Some(captures), Some(errors)) => Some(captures.and(errors)),
            (one, other) => one.or(other),
        }
        .map(Rc::new);
    }

    /// Before the first byte: no line is newer than this. It gives times without a year their year, where no other line
    /// of the file does.
    pub fn not_after(&mut self, now: Option<Timestamp>) {
        self.now = now;
    }

    /// Minutes east of UTC of times that say no zone, where nothing in the file tells it; `None`: UTC. At any time.
    pub fn set_zone(&mut self, zone: Option<i32>) {
        self.zone_set = zone;
        for other in self.others.iter_mut().flatten() {
            other.set_zone(zone);
        }
    }

    /// This reader, and those of lines of other formats in the same file.
    pub fn all(&self) -> impl Iterator<Item = &Self> {
        core::iter::once(self).chain(self.others.iter().flatten())
    }

    /// The product that writes such lines, where that is known.
    #[must_use]
    pub fn product(&self) -> Option<Product> {
        self.format()?.product.or(self.layout.product)
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

    /// Its lines say no zone, and nothing else tells it.
    #[must_use]
    pub fn local(&self) -> bool {
        self.zoneless() && self.zone_told.or(self.zone_set).is_none()
    }

    /// Its lines say no zone.
    pub(crate) fn zoneless(&self) -> bool {
        self.layout.zone.is_none() && self.format().is_some_and(|format| format.clock == Clock::Local)
    }

    /// Its lines say no zone, and their transport tells none: it is for the reader to set.
    #[must_use]
    pub fn untold(&self) -> bool {
        self.records > 0 && self.zoneless() && self.zone_told.is_none()
    }

    /// Minutes east of UTC that its times are written in: as the first line says, as its transport tells, or as it was
    /// set; `None` where nothing says.
    #[must_use]
    pub fn zone(&self) -> Option<i32> {
        if self.zoneless() { self.zone_told.or(self.zone_set) } else { self.zone }
    }

    /// To be added to its times to have them in UTC.
    #[must_use]
    pub fn offset(&self) -> Span {
        let zone = if self.zoneless() { self.zone() } else { None };
        Span::seconds(i64::from(zone.unwrap_or(0)) * -60)
    }

    /// Earliest and latest time of a record, UTC.
    #[must_use]
    pub fn span(&self) -> Option<(Timestamp, Timestamp)> {
        let offset = self.offset();
        self.span.map(|(from, to)| (from.plus(offset), to.plus(offset)))
    }

    /// Its healthy lines were held against the captures as well.
    #[must_use]
    pub fn whole(&self) -> bool {
        self.captured || self.told
    }

    /// Its healthy lines were held against error logs as well.
    #[must_use]
    pub fn beside_errors(&self) -> bool {
        self.erred
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
        let readers = || self.all().filter(|reader| reader.records > 0);
        if readers().any(Self::local) {
            out.push(NO_ZONE.to_string());
        }
        let name = |zone: i32| crate::together::utc(Span::seconds(i64::from(zone) * 60));
        if let Some(zone) = readers().filter(|reader| reader.untold()).find_map(|reader| reader.zone_set) {
            out.push(format!("the lines say no time zone: read as {}, as it was set", name(zone)));
        }
        if let Some(zone) = readers().find_map(|reader| reader.zone_told) {
            let zone = name(zone);
            out.push(format!("the lines say no time zone: {zone}, by the times that their transport put before them"));
        }
        if readers().any(|reader| reader.year_guessed) {
            out.push("the lines say no year: taken for the newest that does not put them after today".to_string());
        }
        self.tell_formats(&mut out);
        self.troubles.tell(&mut out);
        out.extend(self.checks.tell());
        if self.passed_over > 0 {
            out.push(format!(
                "{} more healthy lines may be of requests in the captures; they were not held against them and may count twice",
                self.passed_over
            ));
        }
        if self.rulings.over > 0 {
            out.push(format!("{} lines more than are kept were not held against the failures", self.rulings.over));
        }
        for reader in self.all().filter(|reader| reader.failed > reader.exchanges.len() as u64) {
            let (failed, kept) = (reader.failed, reader.exchanges.len());
            out.push(format!("{failed} requests failed; the first {kept} are kept, the others are counted"));
        }
        out
    }

    fn line(&mut self, line: Line<'_>) {
        let (votes, waiting, ends) = match &mut self.state {
            State::Open { votes, waiting, ends } => (votes, waiting, ends),
            State::Known { format, .. } => {
                let format = *format;
                self.read(format, line);
                return;
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
        self.ahead = self.first_time(format, &waiting, &ends);
        let mut from = 0;
        for Waiting { end, number, offset, length } in ends {
            let bytes = waiting.get(from..end).unwrap_or_default();
            from = end;
            self.read(format, Line { bytes, number, offset, length });
        }
    }

    /// The first whole time in these lines, where some say no year.
    fn first_time(&self, format: &'static LogFormat, waiting: &[u8], ends: &[Waiting]) -> Option<Timestamp> {
        let mut layout =
            Layout { columns: self.layout.columns.clone(), custom: self.layout.custom.clone(), ..Layout::default() };
        let (mut from, mut first, mut yearless) = (0, None, false);
        for Waiting { end, .. } in ends {
            let text = String::from_utf8_lossy(waiting.get(from..*end).unwrap_or_default());
            from = *end;
            let stripped = prefix::strip(&text);
            yearless |= matches!(stripped.received, Some(Received::Yearless(_)));
            if let Some(Received::At(time)) = stripped.received {
                first = first.or(Some(time));
            }
            match (format.parse)(stripped.line, &mut layout) {
                Parsed::Record(Record { time, untimed: false, .. }) | Parsed::NoRequest(time) => {
                    first = first.or(Some(time));
                }
                Parsed::Ruling(ruling) => first = first.or(Some(ruling.time)),
                Parsed::Record(_) | Parsed::Notice(_) | Parsed::Skip | Parsed::Bad { .. } => {}
            }
            if first.is_some() && yearless {
                return first;
            }
        }
        None
    }

    /// Reads a line by a format; false if that does not understand it.
    pub(super) fn read(&mut self, format: &'static LogFormat, line: Line<'_>) -> bool {
        if line.bytes.is_empty() {
            return true;
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
        let mut inside = core::mem::take(&mut self.inside);
        let wrapped = wrapped::open(&text, Some(format), &mut inside);
        let stripped = prefix::strip(wrapped.as_ref().map_or(&text, |wrapped| wrapped.line));
        let arrived = stripped.received.or(wrapped.as_ref().and_then(|wrapped| wrapped.received.map(Received::At)));
        let understood = self.stripped(format, &line, &text, stripped, arrived);
        self.inside = inside;
        understood
    }

    fn stripped(
        &mut self,
        format: &'static LogFormat,
        line: &Line<'_>,
        text: &str,
        stripped: Stripped<'_>,
        arrived: Option<Received>,
    ) -> bool {
        let near = self.span.map(|(_, last)| last).or(self.ahead);
        let near = near.or(self.interest.as_ref().and_then(|interest| interest.near));
        self.layout.received = arrived.and_then(|at| self.resolve(at, near));
        self.layout.latest = self.span.map(|(_, last)| last).unwrap_or_default();
        let guessed = near.is_none() && matches!(arrived, Some(Received::Yearless(_)));
        match (format.parse)(stripped.line, &mut self.layout) {
            Parsed::Record(mut record) => {
                record.node = stripped.node;
                if self.records == 0 {
                    self.begin(text, &stripped);
                }
                if format.clock == Clock::Local && self.zone_told.is_none() {
                    self.zone_told = arrived.and_then(|arrived| zone_of(&record, arrived));
                }
                self.year_guessed |= guessed && Some(record.time) == self.layout.received;
                if record.untimed {
                    self.records += 1;
                } else {
                    self.seen(record.time);
                }
                self.record(format, line, text, &record);
            }
            Parsed::NoRequest(time) => self.seen(time),
            Parsed::Notice(notice) => {
                let time = self.layout.received.or(self.span.map(|(_, last)| last)).unwrap_or_default();
                let source = self.place(line, time);
                self.notices.add(&notice, source, super::outcomes::shown(text));
            }
            Parsed::Ruling(mut ruling) => {
                if ruling.device.is_empty() && !ruling.own {
                    ruling.device = stripped.node;
                }
                let zone = self.layout.zone.and_then(|zone| i32::try_from(zone.0 / (60 * SECOND)).ok());
                self.zone = self.zone.or(zone);
                self.seen(ruling.time);
                let source = self.place(line, ruling.time);
                self.rulings.add(&ruling, source);
            }
            Parsed::Skip => {}
            Parsed::Bad { .. } if text.trim().is_empty() => {}
            Parsed::Bad { at, field } => {
                if self.others.is_none() {
                    return false;
                }
                if !self.stray(format, line, stripped.line) {
                    self.troubles.bad(line.number, at + stripped.bytes, field, text);
                }
                return true;
            }
        }
        self.understood += 1;
        true
    }

    /// When the transport had a line. Lines of one second follow each other, and a year is not looked for in each.
    fn resolve(&mut self, arrived: Received, near: Option<Timestamp>) -> Option<Timestamp> {
        let same = |last: Option<Timestamp>| match (last, near) {
            (Some(last), Some(near)) => near.since(last).0.saturating_abs() < SECOND,
            (last, near) => last == near,
        };
        match self.resolved {
            Some((known, last, time)) if known == arrived && same(last) => time,
            _ => {
                let time = arrived.resolve(near, self.now);
                self.resolved = Some((arrived, near, time));
                time
            }
        }
    }

    /// For a reader of lines of another format in the same file: what holds for all of it.
    pub(super) fn take_after(&mut self, file: &Self) {
        self.interest.clone_from(&file.interest);
        (self.captured, self.erred) = (file.captured, file.erred);
        self.zone_set = file.zone_set;
        self.now = file.now;
        self.ahead = file.span.map(|(_, last)| last).or(file.ahead);
    }

    /// The first record: the zone that its line writes.
    fn begin(&mut self, text: &str, stripped: &Stripped<'_>) {
        self.zone = super::fields::zone(stripped.line).or_else(|| super::fields::zone(text));
    }

    pub(super) fn seen(&mut self, time: Timestamp) {
        self.records += 1;
        self.fine |= time.0 % SECOND != 0;
        self.span = Some(self.span.map_or((time, time), |(first, last)| (first.min(time), last.max(time))));
    }
}

/// Minutes east of UTC of a record's own time, by the whole time at which the transport had the line: a log writes a line
/// when all is over, and zones differ by quarter hours.
fn zone_of(record: &Record<'_>, arrived: Received) -> Option<i32> {
    const STEP: i64 = 15 * 60 * SECOND;
    let Received::At(arrived) = arrived else { return None };
    // A line without a time of its own has the transport's.
    if record.time == arrived {
        return None;
    }
    let elapsed = record.elapsed.filter(|_| record.begun);
    let apart = record.time.plus(elapsed.unwrap_or_default()).since(arrived).0;
    let steps = (apart + STEP / 2).div_euclid(STEP);
    let exact = (apart - steps * STEP).abs() <= 5 * SECOND && (!record.begun || elapsed.is_some());
    i32::try_from(steps * 15).ok().filter(|minutes| exact && minutes.abs() <= 14 * 60)
}
