//! Format strings → parts: literal text and named fields in turn.

use alloc::string::String;
use alloc::vec::Vec;

use super::words::{self, Names, Word};
use super::{Kind, Part, wsa};

/// Longest format string that is read, bytes.
const LONGEST: usize = 16 * 1024;
/// Most fields of one.
const MOST: usize = 256;

/// Takes a format string apart, by whichever product's language names most of its fields. The whole directive may
/// stand there: `log_format main '…' '…';`.
pub fn parts(text: &str) -> Option<(Kind, Vec<Part>, String)> {
    let text = text.get(..text.len().min(LONGEST))?;
    let bare = directive(text.trim());
    let (mut best, mut most) = (None, 1);
    for (kind, split, names) in LANGUAGES {
        let (parts, tail, known) = take_apart(&bare, *split, names);
        if known > most {
            (best, most) = (Some((*kind, parts, tail)), known);
        }
    }
    // One timing field of a Cisco WSA is enough: nobody else writes them so.
    best.or_else(|| {
        let (parts, tail, known) = take_apart(&bare, wsa::split, words::WSA);
        (known > 0 && bare.contains("%:")).then_some((Kind::Wsa, parts, tail))
    })
}

/// One field at the beginning of a text: its name and length; `None` where literal text stands.
type Split = fn(&str) -> Option<(&str, usize)>;

const LANGUAGES: &[(Kind, Split, Names)] = &[
    (Kind::Nginx, nginx, words::NGINX),
    (Kind::Envoy, envoy, words::ENVOY),
    (Kind::Squid, squid, words::SQUID),
    (Kind::Haproxy, haproxy, words::HAPROXY),
    (Kind::Apache, apache, words::APACHE),
    (Kind::Wsa, wsa::split, words::WSA),
];

/// The format string of a directive, its quotes and line breaks undone.
fn directive(text: &str) -> String {
    let named = ["log_format", "logformat", "log-format", "LogFormat", "access_log_format"];
    let Some(rest) = named.iter().find_map(|name| text.strip_prefix(name).filter(|rest| rest.starts_with([' ', '\t'])))
    else {
        return unquoted(text.trim_end_matches(';'));
    };
    let rest = rest.trim().trim_end_matches(';').trim();
    if text.starts_with("logformat") {
        // Squid: a name, then everything.
        return rest.split_once([' ', '\t']).map_or(rest, |(_, format)| format.trim()).into();
    }
    if text.starts_with("log_format") {
        let rest = rest.split_once([' ', '\t', '\n']).map_or(rest, |(_, format)| format.trim());
        let rest = match rest.strip_prefix("escape=") {
            Some(escape) => escape.split_once([' ', '\t', '\n']).map_or("", |(_, format)| format.trim()),
            None => rest,
        };
        return unquoted(rest);
    }
    // Apache puts the name behind the quoted format.
    match (rest.starts_with('"'), rest.rfind('"')) {
        (true, Some(end)) if end > 0 => unquoted(rest.get(..=end).unwrap_or(rest)),
        _ => unquoted(rest),
    }
}

/// Joins the quoted pieces of a text, `'…' "…"`, and undoes `\"` and `\ `; a text without quotes around it stays.
fn unquoted(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text.trim();
    while let Some(quote) = rest.chars().next().filter(|first| matches!(first, '\'' | '"')) {
        let mut end = None;
        let mut escaped = false;
        for (at, letter) in rest.char_indices().skip(1) {
            if letter == quote && !escaped {
                end = Some(at);
                break;
            }
            escaped = letter == '\\' && !escaped;
        }
        let Some(end) = end else { break };
        // A layout that only begins with a quoted field is not a quoted layout.
        let behind = rest.get(end + 1..).unwrap_or_default().trim_start();
        if !(behind.is_empty() || behind.starts_with(['\'', '"'])) {
            break;
        }
        out.push_str(rest.get(1..end).unwrap_or_default());
        rest = behind;
    }
    if out.is_empty() {
        out.push_str(rest);
    }
    out.replace("\\\"", "\"").replace("\\'", "'").replace("\\ ", " ").replace("\\t", "\t")
}

fn take_apart(text: &str, split: Split, names: Names) -> (Vec<Part>, String, usize) {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let (mut at, mut known) = (0, 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        match split(rest).filter(|_| parts.len() < MOST) {
            Some((name, length)) => {
                let word = names.iter().find(|(known, _)| *known == name).map(|(_, word)| *word);
                known += usize::from(word.is_some());
                parts.push(Part { before: core::mem::take(&mut literal), word: word.unwrap_or(Word::Other) });
                at += length;
            }
            None => {
                let letter = rest.chars().next().unwrap_or(' ');
                let doubled = letter == '%' && rest.starts_with("%%");
                literal.push(letter);
                at += letter.len_utf8() + usize::from(doubled);
            }
        }
    }
    (parts, literal, known)
}

fn letters(text: &str, also: &[u8]) -> usize {
    text.bytes().position(|b| !(b.is_ascii_alphanumeric() || also.contains(&b))).unwrap_or(text.len())
}

/// `$name`, `${name}`
fn nginx(text: &str) -> Option<(&str, usize)> {
    let rest = text.strip_prefix('$')?;
    if let Some(inside) = rest.strip_prefix('{') {
        let end = inside.find('}')?;
        return Some((inside.get(..end)?, end + 3));
    }
    let length = letters(rest, b"_");
    (length > 0).then(|| (rest.get(..length).unwrap_or_default(), length + 1))
}

/// `%NAME%`, `%NAME(X?Y):Z%`; a time's own format and a length do not belong to the name.
fn envoy(text: &str) -> Option<(&str, usize)> {
    let rest = text.strip_prefix('%')?;
    rest.bytes().next().filter(u8::is_ascii_uppercase)?;
    let name = letters(rest, b"_");
    let (mut end, mut bare) = (name, name);
    if rest.get(name..)?.starts_with('(') {
        end = name + rest.get(name..)?.find(')')? + 1;
        bare = if rest.starts_with("START_TIME") { name } else { end };
    }
    let close = rest.get(end..)?.find('%')?;
    let limit = rest.get(end..end + close)?;
    (limit.is_empty() || limit.starts_with(':')).then(|| (rest.get(..bare).unwrap_or_default(), end + close + 2))
}

/// `%[encoding][-][[0]width][{argument}]code[{argument}]`
fn squid(text: &str) -> Option<(&str, usize)> {
    let rest = text.strip_prefix('%')?;
    let skip = rest.bytes().position(|b| !matches!(b, b'"' | b'[' | b'#' | b'\'' | b'/' | b'-' | b'0'..=b'9' | b'.'));
    let mut at = skip?;
    if rest.get(at..)?.starts_with('{') {
        at += rest.get(at..)?.find('}')? + 1;
    }
    let code = rest.get(at..)?;
    let arrow = usize::from(code.starts_with(['<', '>']));
    let length = arrow + letters(code.get(arrow..)?, b"_");
    // The longest code that is known: `%tst` is `%ts` and a letter.
    let length =
        (arrow + 1..=length).rev().find(|end| words::SQUID.iter().any(|(name, _)| Some(*name) == code.get(..*end)));
    let length = length?;
    let name = code.get(..length)?;
    let argument = code.get(length..)?;
    let braces = if argument.starts_with('{') { argument.find('}').map_or(0, |end| end + 1) } else { 0 };
    Some((name, 1 + at + length + braces))
}

/// `%name`, `%{+Q}name`, `%[expression]`
fn haproxy(text: &str) -> Option<(&str, usize)> {
    let rest = text.strip_prefix('%')?;
    let flags = if rest.starts_with('{') { rest.find('}')? + 1 } else { 0 };
    let name = rest.get(flags..)?;
    if name.starts_with('[') {
        return Some(("[]", 1 + flags + name.find(']')? + 1));
    }
    let length = letters(name, b"");
    (length > 0 && length <= 3).then(|| (name.get(..length).unwrap_or_default(), 1 + flags + length))
}

/// `%x`, `%>x`, `%!200x`, `%{argument}x`
fn apache(text: &str) -> Option<(&str, usize)> {
    let rest = text.strip_prefix('%')?;
    let at = rest.bytes().position(|b| !matches!(b, b'<' | b'>' | b'!' | b',' | b'0'..=b'9'))?;
    let name = rest.get(at..)?;
    let braces = if name.starts_with('{') { name.find('}')? + 1 } else { 0 };
    let letter = name.get(braces..)?.chars().next().filter(char::is_ascii_alphabetic)?;
    let whole = name.get(..braces + letter.len_utf8())?;
    // A time in a format of the site's own is not read; `%{c}a` is an address like `%a`.
    let name = match (whole, letter) {
        ("{c}a", _) => "a",
        _ => whole,
    };
    Some((name, 1 + at + whole.len()))
}
