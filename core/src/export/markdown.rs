//! Markdown (CommonMark with GFM tables) for a ticket.
//!
//! Whatever a text holds comes out as text: signs that mean something in Markdown or HTML are escaped, addresses make no
//! links, names call nobody.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::telling::{Block, tell};
use super::{no_formula, plain};
use crate::report::Report;

/// The report, or one of its verdicts by its index.
#[must_use]
pub fn markdown(report: &Report, verdict: Option<usize>) -> String {
    let mut text = String::new();
    for block in tell(report, verdict) {
        match block {
            Block::Heading(level, heading) => {
                text.extend(core::iter::repeat_n('#', level.into()));
                text.push(' ');
                text.push_str(&escape(&heading));
            }
            Block::Text(None, told) => text.push_str(&begin(&escape(&told))),
            Block::Text(Some(what), told) => text.push_str(format!("**{what}:** {}", escape(&told)).trim_end()),
            Block::List(items) => items.iter().for_each(|item| text.push_str(&format!("- {}\n", begin(&escape(item))))),
            Block::Facts(facts) => {
                facts.iter().for_each(|(name, value)| text.push_str(&format!("- **{name}:** {}\n", escape(value))));
            }
            Block::Table(head, rows) => {
                row(&mut text, head.iter().map(|cell| String::from(*cell)));
                row(&mut text, head.iter().map(|_| String::from("---")));
                rows.iter().for_each(|cells| row(&mut text, cells.iter().map(|cell| escape(&no_formula(cell)))));
            }
            Block::Code(code) => text.push_str(&fenced(&code)),
        }
        let end = text.trim_end_matches('\n').len();
        text.truncate(end);
        text.push_str("\n\n");
    }
    let end = text.trim_end_matches('\n').len();
    text.truncate(end);
    text.push('\n');
    text
}

fn row(text: &mut String, cells: impl Iterator<Item = String>) {
    for cell in cells {
        text.push_str("| ");
        text.push_str(&cell);
        text.push(' ');
    }
    text.push_str("|\n");
}

/// Text that is nothing but text.
fn escape(text: &str) -> String {
    let text = plain(text);
    let mut escaped = String::with_capacity(text.len() + 16);
    let mut rest = text.as_str();
    while let Some(letter) = rest.chars().next() {
        match letter {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '$' | '{' | '}' | '#' | '!' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            // What looks like an address becomes a link, and a name behind @ calls somebody (GFM section 6.9).
            ':' if rest.starts_with("://") => escaped.push_str("\\:"),
            '@' => escaped.push_str("@\u{2060}"),
            '.' if escaped.as_bytes().last_chunk::<3>().is_some_and(|end| end.eq_ignore_ascii_case(b"www")) => {
                escaped.push_str("\\.")
            }
            letter => escaped.push(letter),
        }
        rest = rest.get(letter.len_utf8()..).unwrap_or_default();
    }
    escaped
}

/// The begin of a line: no list, heading or rule, and nothing that a spreadsheet takes for a formula.
fn begin(text: &str) -> String {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    match text.as_bytes().get(digits) {
        Some(b'.' | b')') if digits > 0 && digits < 10 => {
            let (number, rest) = text.split_at(digits);
            format!("{number}\\{rest}")
        }
        _ if text.starts_with(['-', '+', '=']) => format!("\\{text}"),
        _ => text.into(),
    }
}

/// A block of code whose fence is longer than any row of the same sign in it (CommonMark section 4.5).
fn fenced(code: &str) -> String {
    // Commands may have several lines; they hold only letters that mean nothing to a shell.
    let lines: Vec<String> = code.lines().map(plain).collect();
    let code = lines.join("\n");
    let mut longest = 0;
    let mut run = 0;
    for letter in code.chars() {
        run = if letter == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence: String = core::iter::repeat_n('`', longest.max(2) + 1).collect();
    format!("{fence}text\n{code}\n{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        for (text, escaped) in [
            ("<script>alert(1)</script>", "\\<script\\>alert(1)\\</script\\>"),
            ("[x](javascript:y)", "\\[x\\](javascript:y)"),
            ("a|b `c` *d* _e_", "a\\|b \\`c\\` \\*d\\* \\_e\\_"),
            ("http://www.example.com/", "http\\://www\\.example.com/"),
            ("one\ntwo\u{202E}", "one two"),
            ("ask @all", "ask @\u{2060}all"),
            ("&lt;", "\\&lt;"),
        ] {
            assert_eq!(escape(text), escaped);
        }
    }

    #[test]
    fn lines_begin_nothing_else() {
        for (text, begun) in
            [("1. one", "1\\. one"), ("- a", "\\- a"), ("=1+1", "\\=1+1"), ("502 of 3", "502 of 3"), ("+1", "\\+1")]
        {
            assert_eq!(begin(text), begun);
        }
    }

    #[test]
    fn code_cannot_close_its_fence() {
        assert_eq!(fenced("a ``` b"), "````text\na ``` b\n````");
        assert_eq!(fenced("a\n```\nb"), "````text\na\n```\nb\n````");
    }
}
