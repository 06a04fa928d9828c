//! What was wrong with the lines of a log: counted, and the first ones placed.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::detect::cut;
use super::lines::LONGEST;

/// Lines that are told one by one.
const TOLD: usize = 3;
/// Characters of each that are shown.
const SHOWN: usize = 60;

/// Counts of what was wrong.
#[derive(Default)]
pub struct Troubles {
    bad: u64,
    first_bad: Vec<(u64, usize, &'static str, String)>,
    long: u64,
    first_long: u64,
    garbled: u64,
    first_garbled: u64,
}

impl Troubles {
    /// A line was not understood: the field that was not there, its byte, from 0, and the line; empty where
    /// it is no text.
    pub fn bad(&mut self, line: u64, at: usize, field: &'static str, text: &str) {
        self.bad += 1;
        if self.first_bad.len() < TOLD {
            self.first_bad.push((line, at + 1, field, cut(text.trim(), SHOWN)));
        }
    }

    /// A line was cut.
    pub fn long(&mut self, line: u64) {
        note(&mut self.long, &mut self.first_long, line);
    }

    /// A line is no UTF-8.
    pub fn garbled(&mut self, line: u64) {
        note(&mut self.garbled, &mut self.first_garbled, line);
    }

    /// Adds a sentence for each kind.
    pub fn tell(&self, out: &mut Vec<String>) {
        if self.bad > 0 {
            let places: Vec<String> = self
                .first_bad
                .iter()
                .map(|(line, at, field, text)| match text.as_str() {
                    "" => format!("line {line}, no {field} at byte {at}"),
                    text => format!("line {line}, no {field} at byte {at} (“{text}”)"),
                })
                .collect();
            let more = if self.bad > places.len() as u64 { " …" } else { "" };
            let lines = count(self.bad, "line was", "lines were");
            out.push(format!("{lines} not understood and left out: {}{more}", places.join("; ")));
        }
        if self.long > 0 {
            let lines = count(self.long, "line is", "lines are");
            let (kib, first) = (LONGEST >> 10, self.first_long);
            out.push(format!("{lines} longer than {kib} KiB and read only so far; the first is line {first}"));
        }
        if self.garbled > 0 {
            let lines = count(self.garbled, "line holds", "lines hold");
            let first = self.first_garbled;
            out.push(format!("{lines} bytes that are no UTF-8, read with � in their place; the first is line {first}"));
        }
    }
}

fn note(number: &mut u64, first: &mut u64, line: u64) {
    if *number == 0 {
        *first = line;
    }
    *number += 1;
}

fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
