//! The format specifiers of AsyncOS's access log: a whole line's, as it may stand at the top of a log, or those of the
//! custom fields alone, which stand behind the default ones.
//!
//! The default fields are read without a format string (`native`), so that of these only the custom ones are taken from it;
//! a line in another style is read by the whole of it.

use core::net::IpAddr;

use super::words::Word;
use super::{Custom, Kind, Part, Values};
use crate::logs::cisco_wsa_words::{Times, Transaction, upstream};
use crate::logs::fields::{Fields, address, is_dash, number};
use crate::logs::{Parsed, Record, Tunnel};
use crate::time::Span;

/// Suspect user agent, and what later releases put behind it: so many values stand between the verdicts and the custom
/// fields at most.
const BETWEEN: usize = 2;

/// One specifier at the beginning of a text: its name and length. `%t`, `%1r`, `%Xr`, `%X#5#`, `%:<1`, `%:h>`, a header
/// (`%<Referer:`), or a choice (`%?BLOCK_…?…%.`).
pub fn split(text: &str) -> Option<(&str, usize)> {
    let rest = text.strip_prefix('%')?;
    let length = match rest.as_bytes().first()? {
        b':' => rest.char_indices().nth(3).map_or(rest.len(), |(at, _)| at),
        b'?' => rest.find("%.")? + 2,
        b'<' | b'>' => rest.find(':').filter(|at| !rest.get(..*at).unwrap_or_default().contains(' '))? + 1,
        b'X' => match rest.strip_prefix("X#") {
            Some(after) => after.find('#')? + 3,
            None => 2,
        },
        b'1' | b'2' if rest.as_bytes().get(1) == Some(&b'r') => 2,
        letter if letter.is_ascii_alphabetic() => 1,
        _ => return None,
    };
    rest.get(..length).map(|name| (name, length + 1))
}

/// Settles what stands in place, and says which field is the first custom one.
pub fn arrange(parts: &mut [Part]) -> usize {
    // `%1r %2r` are method and URL; `%2r` alone is both.
    if parts.iter().any(|part| part.word == Word::Method)
        && let Some(part) = parts.iter_mut().find(|part| part.word == Word::Request)
    {
        part.word = Word::Target;
    }
    match parts.iter().position(|part| part.word == Word::Verdict) {
        // The suspect user agent follows.
        Some(verdict) => (verdict + 2).min(parts.len()),
        None => 0,
    }
}

/// Where a value ends that holds blanks of its own: a quoted one, the block of verdicts, a request of two words.
pub fn long(text: &str, word: Word) -> Option<usize> {
    let bytes = text.as_bytes();
    let ends = |at: usize| matches!(bytes.get(at), None | Some(b' ' | b']' | b',' | b';' | b')'));
    match bytes.first()? {
        b'"' => memchr::memchr_iter(b'"', bytes).skip(1).map(|at| at + 1).find(|at| ends(*at)),
        b'<' | b'&' if word == Word::Verdict => verdicts(text),
        _ if word == Word::Request => {
            let method = memchr::memchr(b' ', bytes)?;
            let url = text.get(method + 1..)?;
            Some(method + 1 + url.find(' ').unwrap_or(url.len()))
        }
        _ => None,
    }
}

impl Custom {
    /// The format string that a line at the top of a log holds, if it does.
    #[must_use]
    pub fn announced(line: &str) -> Option<Self> {
        let at = memchr::memmem::find(line.as_bytes(), b"%t %e ")?;
        Self::new(line.get(at..)?).ok().filter(|custom| custom.kind == Kind::Wsa)
    }

    /// It names the fields of a whole line, not the custom ones alone.
    #[must_use]
    pub fn whole(&self) -> bool {
        self.kind == Kind::Wsa && self.parts.iter().any(|part| part.word == Word::Epoch)
    }

    /// Reads a whole line.
    #[must_use]
    pub fn line<'a>(&self, line: &'a str) -> Parsed<'a> {
        self.parse(line)
    }

    fn custom_fields(&self) -> &[Part] {
        if self.kind == Kind::Wsa { self.parts.get(self.own..).unwrap_or_default() } else { &[] }
    }

    /// How many values stand between the verdicts and the custom fields of a line in the default layout; `rest` is what
    /// stands behind its server. `None` where the custom fields cannot be found.
    #[must_use]
    pub fn between(&self, rest: &str) -> Option<usize> {
        let fields = self.custom_fields().len();
        // One at least is the suspect user agent's.
        let text = behind_verdicts(rest).filter(|_| fields > 0)?;
        starts(text).0.checked_sub(fields).filter(|between| (1..=BETWEEN).contains(between))
    }

    /// Reads the custom fields of a line in the default layout. `between`: as other lines of the file have it; a line that
    /// differs was cut.
    pub fn behind(
        &self,
        rest: &str,
        between: Option<usize>,
        times: &mut Times,
        server: &mut (Option<IpAddr>, Option<u16>),
    ) {
        let Some((first, text)) = self.custom_fields().first().zip(behind_verdicts(rest)) else { return };
        // Text of its own says where the custom fields begin; else they are the last values of the line.
        let from = match first.before.trim() {
            "" if between.is_some() && self.between(rest) == between => {
                between.and_then(|between| starts(text).1.get(between).copied())
            }
            "" => None,
            label => text.find(label).map(|at| at + first.before.trim_start().len()),
        };
        let values = from.and_then(|from| self.values_from(text, from, self.own).ok());
        if let Some(values) = values {
            timing(&values, times);
            server.0 = server.0.or_else(|| address(values.get(Word::Server)?));
            server.1 = server.1.or_else(|| port(&values));
        }
    }
}

/// What stands behind the block of verdicts.
fn behind_verdicts(rest: &str) -> Option<&str> {
    let begin = rest.find('<').or_else(|| rest.find("&lt;"))?;
    rest.get(begin + verdicts(rest.get(begin..)?)?..)
}

/// The length of the block of verdicts at the beginning of a text: `<…>`, or with its brackets escaped.
fn verdicts(text: &str) -> Option<usize> {
    if !text.starts_with('<') {
        return text.find("&gt;").map(|at| at + 4);
    }
    let mut quoted = false;
    let end = text.bytes().position(|byte| {
        quoted ^= byte == b'"';
        byte == b'>' && !quoted
    });
    end.map(|at| at + 1)
}

/// How many values a text holds, and where the first of them begin.
fn starts(text: &str) -> (usize, [usize; BETWEEN + 1]) {
    let mut fields = Fields::new(text, 0);
    let (mut count, mut starts) = (0, [0; BETWEEN + 1]);
    loop {
        let at = fields.at();
        if fields.quoted().is_none() {
            return (count, starts);
        }
        if let Some(start) = starts.get_mut(count) {
            *start = at;
        }
        count += 1;
    }
}

fn timing(values: &Values<'_>, times: &mut Times) {
    let span = |word| number(values.get(word)?).and_then(|n| i64::try_from(n).ok()).map(Span::milliseconds);
    times.dns = span(Word::DnsTime).or(times.dns);
    times.connect = span(Word::ConnectTime).or(times.connect);
    times.secure = span(Word::SecureTime).or(times.secure);
    times.answer = span(Word::ResponseTime).or(times.answer);
}

fn port(values: &Values<'_>) -> Option<u16> {
    number(values.get(Word::ServerPort)?).and_then(|port| u16::try_from(port).ok())
}

/// The record of a whole line.
pub fn record<'a>(values: &Values<'a>, record: Record<'a>) -> Record<'a> {
    let raw = |word| values.raw(word).unwrap_or_default();
    let mut transaction = Transaction {
        code: raw(Word::ResultCode),
        status: record.status,
        method: record.method.unwrap_or_default(),
        url: record.target.unwrap_or_default(),
        hierarchy: raw(Word::Hierarchy),
        server: raw(Word::ServerName),
        tag: raw(Word::Tag),
        elapsed: record.elapsed,
        times: Times::default(),
    };
    let server = transaction.server;
    let attempted = !(server.is_empty() || is_dash(server) || transaction.hierarchy.ends_with("NONE"));
    let parent = attempted && transaction.parent();
    let at = (values.get(Word::Server).and_then(address).or(address(server)), port(values));
    timing(values, &mut transaction.times);
    transaction.record(Record {
        attempted,
        parent,
        upstream: upstream(at, record.port).filter(|_| attempted && !parent),
        token: transaction.code,
        tunnel: Tunnel::Plain,
        ..record
    })
}
