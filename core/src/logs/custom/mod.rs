//! Layouts that a site wrote itself: the product's own format string, pasted by the reader, says how lines are read.
//!
//! Seven languages: nginx `log_format`, Squid `logformat`, HAProxy `log-format`, Apache `LogFormat`, Envoy's, the specifiers
//! of Cisco WSA (of a whole line, or of its custom fields alone), and the names of a `#Fields:` line, for files that have
//! lost theirs. What the fields mean for a failure is said by the product's own tables, as for its default layouts.

mod compile;
mod say;
#[cfg(test)]
mod tests;
mod words;
mod wsa;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::elff::{self, Names};
use super::{Clock, Column, Layout, LogFormat, Parsed, Vote, cisco_wsa, cisco_wsa_w3c, proxysg, w3c};
use crate::products::Id as Product;
use words::{WORDS, Word};

/// Whose language a format string is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `log_format`
    Nginx,
    /// `logformat`
    Squid,
    /// `log-format`
    Haproxy,
    /// `LogFormat`
    Apache,
    /// Access log format string.
    Envoy,
    /// Format specifiers of the access log.
    Wsa,
    /// `#Fields:`
    Elff,
}

/// Literal text and the field behind it.
#[derive(Clone, Debug)]
struct Part {
    before: String,
    word: Word,
}

/// A compiled format string.
#[derive(Clone, Debug)]
pub struct Custom {
    kind: Kind,
    parts: Vec<Part>,
    /// Literal text behind the last field.
    tail: String,
    /// Cisco WSA: the first of the custom fields.
    own: usize,
    /// The columns that a `#Fields:` line names, and whose they are.
    columns: Vec<Column>,
    names: Names,
}

/// What a line's fields hold, by [`Word`].
struct Values<'a>([Option<&'a str>; WORDS]);

impl<'a> Values<'a> {
    /// A field that is there and is no dash.
    fn get(&self, word: Word) -> Option<&'a str> {
        self.0.get(word as usize).copied().flatten().filter(|value| !value.is_empty() && !super::fields::is_dash(value))
    }

    /// A field as it stands, a dash included.
    fn raw(&self, word: Word) -> Option<&'a str> {
        self.0.get(word as usize).copied().flatten()
    }
}

impl Custom {
    /// Compiles a format string, or the whole directive that holds it.
    ///
    /// # Errors
    /// A sentence that says what is missing.
    pub fn new(text: &str) -> Result<Self, String> {
        if let Some((columns, names)) = fields(text) {
            return Self::of_columns(columns, names);
        }
        let (kind, mut parts, tail) = compile::parts(text).ok_or_else(|| {
            "no format string of nginx, Squid, HAProxy, Apache, Envoy or Cisco WSA, and no names of a #Fields line: fewer than \
             two of its fields are known"
                .to_string()
        })?;
        let own = if kind == Kind::Wsa { wsa::arrange(&mut parts) } else { 0 };
        let has = |words: &[Word]| parts.iter().any(|part| words.contains(&part.word));
        let title = kind.title();
        // Custom fields of a WSA alone stand behind the default ones.
        let whole = kind != Kind::Wsa || has(&[Word::Epoch]);
        if whole && !has(&[Word::Clf, Word::Iso, Word::Accepted, Word::Epoch]) {
            return Err(format!("{title}: no field of this format string holds the time"));
        }
        if whole && !has(&[Word::Status, Word::State, Word::Flags]) {
            return Err(format!("{title}: no field of this format string holds the status"));
        }
        // A number ends where no digit follows.
        let joined = |two: &[Part]| matches!(two, [first, next] if next.before.is_empty() && !first.word.number());
        if parts.windows(2).any(joined) {
            return Err(format!("{title}: two fields follow each other with nothing between"));
        }
        Ok(Self { kind, parts, tail, own, columns: Vec::new(), names: Names::Draft })
    }

    fn of_columns(columns: Vec<Column>, names: Names) -> Result<Self, String> {
        let has = |wanted: &[Column]| columns.iter().any(|column| wanted.contains(column));
        if !(has(&[Column::Time, Column::Bracketed, Column::Seconds])
            || has(&[Column::Date]) && has(&[Column::TimeOfDay]))
        {
            return Err("#Fields: no field of this list holds the time".to_string());
        }
        if !has(&[Column::Status, Column::ResultCode, Column::Exception]) {
            return Err("#Fields: no field of this list holds the status".to_string());
        }
        Ok(Self { kind: Kind::Elff, parts: Vec::new(), tail: String::new(), own: 0, columns, names })
    }

    /// The columns of its lines, where it is a list of them.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The format that its lines have.
    #[must_use]
    pub fn format(&self) -> &'static LogFormat {
        match (self.kind, self.names) {
            (Kind::Nginx, _) => &NGINX,
            (Kind::Squid, _) => &SQUID,
            (Kind::Haproxy, _) => &HAPROXY,
            (Kind::Apache, _) => &APACHE,
            (Kind::Envoy, _) => &ENVOY,
            (Kind::Wsa, _) => &cisco_wsa::FORMAT,
            (Kind::Elff, Names::ProxySg) => &proxysg::FORMAT,
            (Kind::Elff, Names::Wsa) => &cisco_wsa_w3c::FORMAT,
            (Kind::Elff, _) => &w3c::FORMAT,
        }
    }

    /// True for a line that has this layout.
    #[must_use]
    pub fn fits(&self, line: &str) -> bool {
        let parsed = match self.kind {
            Kind::Wsa | Kind::Elff => {
                let mut layout =
                    Layout { columns: self.columns.clone(), custom: Some(self.clone()), ..Layout::default() };
                let fits = matches!((self.format().parse)(line, &mut layout), Parsed::Record(_) | Parsed::NoRequest(_));
                return fits;
            }
            _ => self.parse(line),
        };
        matches!(parsed, Parsed::Record(_) | Parsed::NoRequest(_))
    }

    fn parse<'a>(&self, line: &'a str) -> Parsed<'a> {
        match self.values(line).and_then(|values| say::record(self.kind, &values)) {
            Ok(parsed) => parsed,
            Err((at, field)) => Parsed::Bad { at, field },
        }
    }

    fn values<'a>(&self, line: &'a str) -> Result<Values<'a>, (usize, &'static str)> {
        let first = self.parts.first().map_or("", |part| &part.before);
        let at = literal(line, 0, first).ok_or((0, "literal text of the format string"))?;
        self.values_from(line, at, 0)
    }

    /// The values of the fields from this one on, whose value begins at a byte of the line.
    fn values_from<'a>(&self, line: &'a str, mut at: usize, first: usize) -> Result<Values<'a>, (usize, &'static str)> {
        let mut values = Values([None; WORDS]);
        for (index, part) in self.parts.iter().enumerate().skip(first) {
            if index > first {
                at = literal(line, at, &part.before).ok_or((at, "literal text of the format string"))?;
            }
            let following = self.parts.get(index + 1);
            let next = following.map_or(&self.tail, |part| &part.before);
            let long = if self.kind == Kind::Wsa {
                line.get(at..).and_then(|rest| wsa::long(rest, part.word)).map(|length| at + length)
            } else {
                line.get(at..)
                    .and_then(|rest| words_of(rest, next, part.word, following.is_none()))
                    .map(|length| at + length)
            };
            let end = long.or_else(|| value(line, at, next, part.word)).ok_or((at, "field of the format string"))?;
            let text = line.get(at..end).unwrap_or_default().trim();
            // The first of two fields of one kind counts, unless it is empty: `%>a … %{X}i`.
            if let Some(slot) = values.0.get_mut(part.word as usize)
                && slot.is_none_or(|value| value.is_empty() || value == "-")
            {
                *slot = Some(text);
            }
            at = end;
        }
        Ok(values)
    }
}

/// Where literal text ends that must stand here; blanks may be more or fewer.
fn literal(line: &str, at: usize, text: &str) -> Option<usize> {
    let rest = line.get(at..)?;
    if rest.starts_with(text) {
        return Some(at + text.len());
    }
    let blank = |letter: char| matches!(letter, ' ' | '\t');
    let rest = rest.trim_start_matches(blank);
    rest.strip_prefix(text.trim_matches(blank)).map(|after| line.len() - after.trim_start_matches(blank).len())
}

/// The length of a value whose own shape says where it ends, because what follows it does not: a blank, which it holds as
/// well, or nothing.
fn words_of(rest: &str, next: &str, word: Word, last: bool) -> Option<usize> {
    match word {
        _ if next.is_empty() && !last => rest.bytes().position(|b| !(b.is_ascii_digit() || b == b'.')),
        // `16/Nov/2023:16:42:05 +0330`, in brackets or not.
        Word::Clf if next.starts_with(' ') => {
            let bracket = usize::from(rest.starts_with('['));
            let zone = rest.get(bracket + 20..bracket + 22);
            zone.filter(|zone| matches!(*zone, " +" | " -")).map(|_| 26 + 2 * bracket)
        }
        // `GET /a HTTP/1.1`
        Word::Request if next.starts_with(' ') => {
            let version = memchr::memmem::find(rest.as_bytes(), b" HTTP/")? + 1;
            Some(rest.get(version..)?.find(' ').map_or(rest.len(), |end| version + end))
        }
        _ => None,
    }
}

/// Where a value ends: before the literal text that follows it, or at the line's end, where a line was cut.
fn value(line: &str, at: usize, next: &str, word: Word) -> Option<usize> {
    let rest = line.get(at..)?;
    if next.is_empty() {
        return Some(line.len());
    }
    // Padding: `%6tr`.
    let mut from = rest.len() - rest.trim_start_matches(' ').len();
    let lists = matches!(
        word,
        Word::Server | Word::UpstreamStatus | Word::UpstreamConnect | Word::UpstreamHeader | Word::UpstreamLength
    );
    loop {
        let Some(found) = memchr::memmem::find(rest.get(from..)?.as_bytes(), next.as_bytes()) else {
            // A line that was cut ends in a field.
            return Some(line.len());
        };
        let end = from + found;
        let before = rest.get(..end)?;
        let escaped = next.starts_with('"') && before.bytes().rev().take_while(|b| *b == b'\\').count() % 2 == 1;
        // nginx lists the servers tried: `10.0.0.1:80, 10.0.0.2:80 : 10.0.0.3:80`.
        let goes_on = lists
            && next.starts_with(' ')
            && (before.ends_with(',') || before.ends_with(" :") || rest.get(end..)?.starts_with(" : "));
        if !(escaped || goes_on) {
            return Some(at + end);
        }
        from = end + 1;
    }
}

impl Kind {
    /// Whose language it is, for sentences.
    fn title(self) -> &'static str {
        match self {
            Self::Nginx => NGINX.title,
            Self::Squid => SQUID.title,
            Self::Haproxy => HAPROXY.title,
            Self::Apache => APACHE.title,
            Self::Envoy => ENVOY.title,
            Self::Wsa => cisco_wsa::FORMAT.title,
            Self::Elff => "#Fields",
        }
    }
}

/// The columns that a list of names stands for: a `#Fields:` line, or the names alone.
fn fields(text: &str) -> Option<(Vec<Column>, Names)> {
    let text = text.trim();
    let header = text.strip_prefix("#Fields:");
    // Other languages mark their fields.
    if header.is_none() && text.contains(['%', '$', '"', '{']) {
        return None;
    }
    let mut line = String::from("#Fields: ");
    line.push_str(header.unwrap_or(text).trim());
    let mut layout = Layout::default();
    elff::learn(&line, &mut layout);
    let known = layout.columns.iter().filter(|column| **column != Column::Other).count();
    (header.is_some() || known >= 4).then(|| (layout.columns, Names::of(&line)))
}

/// A format whose lines only a format string explains.
const fn custom(
    id: &'static str,
    title: &'static str,
    product: Product,
    docs: &'static str,
    clock: Clock,
) -> LogFormat {
    LogFormat {
        id,
        title,
        product: Some(product),
        docs,
        recognise: |_| Vote::No,
        parse,
        clock,
        missing: "The format string of this log holds too little to tell the failures apart: see what the product's page \
                  says of fields to add.",
        samples: &[],
    }
}

static NGINX: LogFormat =
    custom("nginx", "nginx access log, own layout", Product::Nginx, "ngx_http_log_module, log_format", Clock::Known);
static SQUID: LogFormat =
    custom("squid", "Squid access log, own layout", Product::Squid, "squid.conf.documented, logformat", Clock::Known);
static HAPROXY: LogFormat = custom(
    "haproxy",
    "HAProxy log, own layout",
    Product::Haproxy,
    "HAProxy Configuration Manual, 8.2.6 Custom log format",
    Clock::Local,
);
static APACHE: LogFormat =
    custom("apache", "Apache access log, own layout", Product::Apache, "mod_log_config, LogFormat", Clock::Known);
static ENVOY: LogFormat =
    custom("envoy", "Envoy access log, own layout", Product::Envoy, "Envoy, access log format strings", Clock::Known);

fn parse<'a>(line: &'a str, layout: &mut Layout) -> Parsed<'a> {
    match &layout.custom {
        Some(custom) => custom.parse(line),
        None => Parsed::Bad { at: 0, field: "format string" },
    }
}
