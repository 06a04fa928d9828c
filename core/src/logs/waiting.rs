//! The first lines of a log wait until its format is decided.

use alloc::string::String;
use alloc::vec::Vec;

use super::LogFormat;
use super::detect::{self, Votes};
use super::lines::Line;
use super::reader::LogReader;

pub(super) enum State {
    /// The format is not decided yet: lines wait.
    Open { votes: Votes, waiting: Vec<u8>, ends: Vec<Waiting> },
    /// Decided.
    Known { format: &'static LogFormat, warning: Option<String> },
    /// No format fits: the rest is not read.
    Unknown { sentence: String },
}

pub(super) struct Waiting {
    pub(super) end: usize,
    pub(super) number: u64,
    pub(super) offset: u64,
    pub(super) length: u64,
}

impl LogReader {
    pub(super) fn line(&mut self, line: Line<'_>) {
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
    pub(super) fn decide(&mut self) {
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
}
