//! The times of one log: which zone and year they are in, and when its transport had its lines.

use alloc::string::String;

use super::prefix::{Received, Stripped};
use super::reader::LogReader;
use super::waiting::Waiting;
use super::{Clock, Layout, LogFormat, Parsed, Record, prefix};
use crate::time::{SECOND, Span, Timestamp};

impl LogReader {
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

    /// When the transport had a line. Lines of one second follow each other, and a year is not looked for in each.
    pub(super) fn resolve(&mut self, arrived: Received, near: Option<Timestamp>) -> Option<Timestamp> {
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

    pub(super) fn seen(&mut self, time: Timestamp) {
        self.records += 1;
        self.fine |= time.0 % SECOND != 0;
        self.span = Some(self.span.map_or((time, time), |(first, last)| (first.min(time), last.max(time))));
    }

    /// The first whole time in these lines, where some say no year.
    pub(super) fn first_time(&self, format: &'static LogFormat, waiting: &[u8], ends: &[Waiting]) -> Option<Timestamp> {
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

    /// The first record: the zone that its line writes.
    pub(super) fn begin(&mut self, text: &str, stripped: &Stripped<'_>) {
        self.zone = super::fields::zone(stripped.line).or_else(|| super::fields::zone(text));
    }
}

/// Minutes east of UTC of a record's own time, by the whole time at which the transport had the line: a log writes a line
/// when all is over, and zones differ by quarter hours.
pub(super) fn zone_of(record: &Record<'_>, arrived: Received) -> Option<i32> {
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
