//! Letters that are not seen, made visible, and names without end cut: before anything is shown or passed on.
//!
//! A name in a capture or log may hold letters that turn the order of what follows or have no width (Unicode TR 36,
//! sections 2.10 and 3.2), or that a terminal takes for orders: `moc.knab` behind U+202E reads `bank.com`. Whoever looks
//! for the cause has to see that they are there; so each stands as `\u202E`, everywhere the same.

use alloc::format;
use alloc::string::String;
use core::fmt::Write as _;

use crate::exchanges::Row;
use crate::report::{Advice, Finding, Report, Verdict};

/// Letters of a host name that are kept; DNS allows 253.
const HOST: usize = 300;
/// Letters of a target; gateways refuse longer ones.
const TARGET: usize = 8_192;

/// The same text with every letter that is not seen written out. Ends of lines and tabs stay.
pub fn make(text: &mut String) {
    if !text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\t')) && text.contains(hidden) {
        let mut seen = String::with_capacity(text.len() + 16);
        for letter in text.chars() {
            if hidden(letter) {
                let _ = write!(seen, "\\u{:04X}", u32::from(letter));
            } else {
                seen.push(letter);
            }
        }
        *text = seen;
    }
}

/// [`make`], of a text that is handed on.
#[must_use]
pub fn made(mut text: String) -> String {
    make(&mut text);
    text
}

/// Whether a letter is not seen, or changes how others are.
fn hidden(letter: char) -> bool {
    match letter {
        '\n' | '\t' => false,
        // Soft hyphen, joiners, fillers, marks and orders of direction, separators, selectors of forms, tags.
        '\u{AD}'
        | '\u{34F}'
        | '\u{61C}'
        | '\u{115F}'
        | '\u{1160}'
        | '\u{17B4}'
        | '\u{17B5}'
        | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}'
        | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}'
        | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}'
        | '\u{FFA0}'
        | '\u{FFF9}'..='\u{FFFB}'
        | '\u{E0000}'..='\u{E0FFF}' => true,
        letter => letter.is_control(),
    }
}

/// Cuts what is longer, and says by how much.
fn shorten(text: &mut String, letters: usize) {
    if text.len() > letters
        && let Some((at, _)) = text.char_indices().nth(letters)
    {
        let more = text.get(at..).map_or(0, |rest| rest.chars().count());
        text.truncate(at);
        text.push_str(&format!("… ({more} more letters)"));
    }
}

/// All texts of a report.
pub(crate) fn report(report: &mut Report) {
    for input in &mut report.inputs {
        input.warnings.iter_mut().chain(&mut input.place).for_each(make);
        make(&mut input.name);
    }
    report.findings.iter_mut().for_each(finding);
    report.verdicts.iter_mut().for_each(verdict);
}

fn finding(finding: &mut Finding) {
    finding.host.iter_mut().for_each(|host| shorten(host, HOST));
    finding.method.iter_mut().for_each(|method| shorten(method, HOST));
    finding.target.iter_mut().for_each(|target| shorten(target, TARGET));
    let words = finding.host.iter_mut().chain(&mut finding.method).chain(&mut finding.target);
    let lists = finding.doubts.iter_mut().chain(&mut finding.hints).chain(&mut finding.compared);
    let told = finding.evidence.iter_mut().map(|row| &mut row.text);
    let excluded = finding.ruled_out.iter_mut().map(|out| &mut out.why);
    words.chain(lists).chain(told).chain(excluded).chain(&mut finding.filter).for_each(make);
    make(&mut finding.summary);
}

fn verdict(verdict: &mut Verdict) {
    verdict.host.iter_mut().for_each(|host| shorten(host, HOST));
    verdict.host.iter_mut().chain(&mut verdict.status_meaning).for_each(make);
    make(&mut verdict.summary);
    for pattern in &mut verdict.patterns {
        make(&mut pattern.text);
        for share in &mut pattern.counts {
            shorten(&mut share.name, HOST);
            make(&mut share.name);
        }
    }
    advice(&mut verdict.advice);
}

fn advice(advice: &mut Advice) {
    for cause in &mut advice.causes {
        make(&mut cause.text);
        cause.favoured_by.iter_mut().for_each(make);
    }
    for check in advice.checks.iter_mut().chain(&mut advice.capture) {
        make(&mut check.text);
        check.command.iter_mut().for_each(make);
    }
    for fix in &mut advice.fixes {
        [&mut fix.path, &mut fix.change, &mut fix.risk, &mut fix.verify].into_iter().for_each(make);
    }
}

/// All texts of a row.
pub(crate) fn row(row: &mut Row) {
    shorten(&mut row.host, HOST);
    shorten(&mut row.method, HOST);
    [&mut row.host, &mut row.method, &mut row.target].into_iter().for_each(make);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made_of(text: &str) -> String {
        made(text.into())
    }

    #[test]
    fn what_is_not_seen_is_written_out_and_all_else_stays() {
        assert_eq!(made_of("a\u{202E}moc.knab"), "a\\u202Emoc.knab");
        assert_eq!(made_of("\u{1B}[31m\0\u{7F}\u{9B}\r"), "\\u001B[31m\\u0000\\u007F\\u009B\\u000D");
        assert_eq!(made_of("ba\u{200B}nk\u{FEFF}\u{AD}\u{E0041}"), "ba\\u200Bnk\\uFEFF\\u00AD\\uE0041");
        for text in ["GET /a\tb\n", "client → gateway … “é”", "пример.рф", "例え.jp", "עברית"] {
            assert_eq!(made_of(text), text);
        }
    }

    #[test]
    fn a_name_without_end_is_cut_and_says_so() {
        let mut name = "é".repeat(1_000);
        shorten(&mut name, HOST);
        assert_eq!(name, format!("{}… (700 more letters)", "é".repeat(300)));
        let mut name = "a".repeat(300);
        shorten(&mut name, HOST);
        assert_eq!(name.len(), 300);
    }
}
