//! Several formats in one file: `docker compose logs`, a syslog that several programs write to, access and error log in
//! one. A line that the file's own format does not understand is offered to the others; each that takes one has a reader
//! of its own, so that columns, tunnels and groups of lines stay apart, and error logs are joined with access logs as if
//! they were files of their own.
//!
//! The format that had the last such line is asked first. Non-goals: lines that several formats would understand.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use super::lines::Line;
use super::reader::LogReader;
use super::waiting::State;
use super::{LogFormat, TABLE, Vote};
use crate::together::Sight;

impl LogReader {
    /// A line that its format does not understand; false if no other does. `text` is the line without what its transport
    /// put before it.
    pub(super) fn stray(&mut self, format: &'static LogFormat, line: &Line<'_>, text: &str) -> bool {
        let (Some(mut others), latest) = (self.others.take(), self.latest) else { return false };
        if format.of_errors() {
            let errors = self.new_errors();
            others.iter_mut().for_each(|other| other.await_lines(&errors));
        }
        let taken = self.offer(&mut others, format, line, text, latest);
        if let Some(other) = taken.and_then(|at| others.get_mut(at)).filter(|other| other.tells_errors()) {
            let errors = other.new_errors();
            self.await_lines(&errors);
            others.iter_mut().for_each(|other| other.await_lines(&errors));
        }
        self.others = Some(others);
        if let Some(at) = taken {
            self.latest = at;
        }
        taken.is_some()
    }

    fn tells_errors(&self) -> bool {
        self.format().is_some_and(LogFormat::of_errors)
    }

    /// What this reader of an error log has met since it was asked last: the lines of the requests come after it.
    fn new_errors(&mut self) -> Vec<Sight> {
        let new = self.sights.get(self.shared..).unwrap_or_default().to_vec();
        // The last one may still be told more of.
        self.shared = self.sights.len().saturating_sub(1);
        new
    }

    /// Healthy lines that may be of these requests are kept.
    fn await_lines(&mut self, errors: &[Sight]) {
        if errors.is_empty() || self.tells_errors() {
            return;
        }
        self.erred = true;
        let interest = Rc::make_mut(self.awaited.get_or_insert_default());
        errors.iter().for_each(|sight| interest.add_error(sight));
    }

    /// Which of the other readers took the line.
    fn offer(
        &self,
        others: &mut Vec<Self>,
        own: &'static LogFormat,
        line: &Line<'_>,
        text: &str,
        latest: usize,
    ) -> Option<usize> {
        // The last one again, if the line is surely its.
        if let Some(other) = others.get_mut(latest)
            && let Some(format) = other.format()
            && other.vote(format, text) >= Vote::Likely
            && other.read(format, *line)
        {
            return Some(latest);
        }
        let vote = |format: &&'static LogFormat| {
            let other = others.iter().find(|other| other.format().is_some_and(|of| core::ptr::eq(of, *format)));
            let vote = other.map_or_else(|| (format.recognise)(text), |other| other.vote(format, text));
            (vote, self.preferred.is_some() && format.product == self.preferred)
        };
        let strangers = TABLE.iter().copied().filter(|format| !core::ptr::eq(*format, own));
        let votes = strangers.map(|format| (vote(&format), format)).filter(|((vote, _), _)| *vote > Vote::Follows);
        let (_, format) = votes.max_by_key(|(vote, _)| *vote)?;
        let at = others.iter().position(|other| other.format().is_some_and(|of| core::ptr::eq(of, format)));
        let at = at.unwrap_or_else(|| {
            others.push(self.stranger(format));
            others.len() - 1
        });
        others.get_mut(at).is_some_and(|other| other.read(format, *line)).then_some(at)
    }

    /// How sure the format of this reader is of a line, whose header, or others of whose kind, it may have read.
    fn vote(&self, format: &'static LogFormat, text: &str) -> Vote {
        match (format.recognise)(text) {
            Vote::Follows if !self.layout.columns.is_empty() || self.records > 0 => Vote::Likely,
            // More of a record that is told by several lines.
            Vote::No if self.layout.open.time.is_some() => Vote::Likely,
            vote => vote,
        }
    }

    /// A reader of lines of another format.
    fn stranger(&self, format: &'static LogFormat) -> Self {
        let mut other = Self::new(self.input, self.preferred);
        other.others = None;
        other.rows = self.rows.as_ref().map(|_| Vec::new());
        other.state = State::Known { format, warning: None };
        other.take_after(self);
        if self.tells_errors() {
            other.await_lines(&self.sights);
        }
        other
    }

    /// Says of which formats the lines are, where there are several.
    pub(super) fn tell_formats(&self, out: &mut Vec<String>) {
        let formats = self.formats();
        if formats.len() < 2 {
            return;
        }
        let list: Vec<String> = formats.iter().map(|(format, records)| format!("{records} of {}", format.id)).collect();
        out.push(format!("lines of several formats: {}", list.join(", ")));
    }

    /// Every format of which there were lines, and how many were records; the file's own first, if there are several.
    #[must_use]
    pub fn formats(&self) -> Vec<(&'static LogFormat, u64)> {
        let all = self.all().filter(|reader| reader.understood > 0);
        all.filter_map(|reader| Some((reader.format()?, reader.records))).collect()
    }
}
