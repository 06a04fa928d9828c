//! One line: taken out of what transports put around it, and read by a format. What it says goes where it belongs:
//! a record to `outcomes`, notices, rulings; one that is not understood to the other formats (`mixed`).

use alloc::borrow::Cow;
use alloc::string::String;

use super::clock::zone_of;
use super::lines::Line;
use super::prefix::{Received, Stripped};
use super::reader::LogReader;
use super::{Clock, LogFormat, Parsed, kept, prefix, wrapped};
use crate::time::SECOND;

impl LogReader {
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
        let near = near.or_else(|| self.interests().find_map(|interest| interest.near));
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
                self.notices.add(&notice, source, kept::shown(text));
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
}
