//! Which format a file has: votes of every format over the first lines.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::blocks::Blocks;
use super::{Custom, LogFormat, TABLE, Vote, prefix, wrapped};
use crate::products::Id as Product;

/// So many lines decide …
pub const LINES: u32 = 200;
/// … or so many bytes of them, whichever comes first.
pub const BYTES: usize = 64 << 10;

/// Votes so far.
pub struct Votes {
    tallies: Vec<Tally>,
    /// Lines that say something: not blank, no comment.
    lines: u32,
    /// Those that some format has recognised.
    recognised: u32,
    /// The first of them, cut, for the sentence about an unknown file.
    first: Option<String>,
    /// The format string that the reader gave, and the lines that follow it.
    custom: Option<(Custom, u32)>,
}

#[derive(Clone, Copy, Default)]
struct Tally {
    score: u32,
    own: u32,
}

/// The format, and what to tell about the choice; else a sentence that says what the file is instead.
pub type Verdict = Result<(&'static LogFormat, Option<String>), String>;

impl Votes {
    /// None yet.
    pub fn new(custom: Option<Custom>) -> Self {
        let custom = custom.map(|custom| (custom, 0));
        Self { tallies: vec![Tally::default(); TABLE.len()], lines: 0, recognised: 0, first: None, custom }
    }

    /// Lets every format see a line.
    pub fn add(&mut self, line: &str) {
        if line.trim().is_empty() {
            return;
        }
        let mut buffer = String::new();
        let line = wrapped::open(line, None, &mut buffer).map_or(line, |inside| inside.line);
        let line = prefix::strip(line).line;
        let mut known = false;
        if let Some((custom, fitting)) = &mut self.custom
            && custom.fits(line)
        {
            *fitting += 1;
            known = true;
        }
        for (tally, format) in self.tallies.iter_mut().zip(TABLE) {
            let vote = (format.recognise)(line);
            tally.score += match vote {
                Vote::No => 0,
                Vote::Follows if tally.own == 0 => 0,
                Vote::Follows | Vote::Shared => 1,
                Vote::Likely => 4,
                Vote::Own => 16,
                Vote::Header => 1 << 16,
            };
            tally.own += u32::from(vote >= Vote::Own);
            known |= vote != Vote::No && (vote != Vote::Follows || tally.own > 0);
        }
        self.recognised += u32::from(known);
        if known || !line.starts_with('#') {
            self.lines += 1;
        }
        if self.first.is_none() {
            self.first = Some(cut(line, 120));
        }
    }

    /// Lines seen.
    pub fn lines(&self) -> u32 {
        self.lines
    }

    /// The format with the most votes, or the preferred product's if any line can be its own. A text that quotes a log
    /// line is no log: a tenth of the lines must be recognised.
    pub fn verdict(&self, preferred: Option<Product>) -> Verdict {
        // A format string that was given counts before every default, where it fits half the lines.
        if let Some((custom, fitting)) = &self.custom
            && *fitting > 0
            && fitting.saturating_mul(2) >= self.lines
        {
            return Ok((custom.format(), None));
        }
        let enough = self.recognised > 0 && self.recognised.saturating_mul(10) >= self.lines;
        // Of equals the last of the table: Squid before Cisco, whose whole lines always show their own marks.
        let best =
            self.tallies.iter().zip(TABLE).filter(|(tally, _)| tally.score > 0).max_by_key(|(tally, _)| tally.score);
        let Some((tally, format)) = best.filter(|_| enough) else {
            return Err(self.unknown());
        };
        let mut others = self.tallies.iter().zip(TABLE).filter(|(other, f)| other.score > 0 && f.id != format.id);
        let wanted = others.clone().find(|(_, other)| preferred.is_some() && other.product == preferred);
        if let Some((_, wanted)) = wanted {
            return Ok((wanted, None));
        }
        let set = preferred.is_some() && format.product == preferred;
        let warning = others.next().filter(|_| tally.own == 0 && !set).map(|(_, other)| {
            format!(
                "these lines have a layout that {} and {} share, and nothing that only one of them writes; taken for {}: set \
                 the product if it is the other",
                format.title, other.title, format.title
            )
        });
        Ok((format, warning))
    }

    fn unknown(&self) -> String {
        match &self.first {
            Some(first) => format!("text, but no log format that is known: first line reads “{first}”"),
            None => "no line with text in it".into(),
        }
    }
}

/// The format that a text beginning so has, as far as its beginning shows; the last line may be cut.
///
/// # Errors
/// A sentence that says what the text is instead.
pub fn recognise(
    head: &[u8],
    preferred: Option<Product>,
    custom: Option<&Custom>,
) -> Result<&'static LogFormat, String> {
    let mut votes = Votes::new(custom.cloned());
    let mut lines = Blocks::default();
    let mut bytes = 0;
    let mut add = |line: super::lines::Line<'_>| {
        if votes.lines() < LINES && bytes < BYTES {
            bytes += line.bytes.len();
            votes.add(&String::from_utf8_lossy(line.bytes));
        }
    };
    lines.push(head, &mut add);
    lines.end(&mut add);
    votes.verdict(preferred).map(|(format, _)| format)
}

/// The first characters of a text, with a mark where more follow.
pub fn cut(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.into(),
    }
}
