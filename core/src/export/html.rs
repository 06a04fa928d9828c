//! One HTML file that needs nothing else: no script, no picture, no link that loads; it prints.
//!
//! All text is escaped, and the file's own policy forbids everything but its style, so that even a mistake here could run
//! nothing.

use alloc::string::String;
use alloc::vec::Vec;

use super::telling::{Block, headline, tell};
use super::{no_formula, plain};
use crate::report::Report;

const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1b1d22; --soft: #565b66; --line: #c9cdd6; --paper: #fff; --raised: #f5f6f8; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8ec; --soft: #a6adba; --line: #414754; --paper: #16181d; --raised: #1f2229; } }
body { font: 100%/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 60rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
h1, h2, h3 { line-height: 1.3; }
h2 { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: 1rem; }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
p, li, dd { max-width: 72ch; margin: .5rem 0; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .25rem 1rem; margin: .5rem 0; }
dt { color: var(--soft); } dd { margin: 0; }
pre, td { font: .875rem/1.6 ui-monospace, monospace; font-variant-numeric: tabular-nums; }
pre { background: var(--raised); border: 1px solid var(--line); border-radius: 4px; padding: .5rem .75rem; white-space: pre-wrap; }
table { border-collapse: collapse; width: 100%; }
th { text-align: start; font-size: .875rem; font-weight: 400; color: var(--soft); }
th, td { border-bottom: 1px solid var(--line); padding: .375rem 1rem .375rem 0; vertical-align: top; }
td:not(:last-child) { white-space: nowrap; }
@media (max-width: 40rem) { dl { grid-template-columns: minmax(0, 1fr); } table, tbody, tr, td { display: block; } thead { display: none; } td { border: 0; padding: 0; } tr { border-bottom: 1px solid var(--line); padding: .5rem 0; } }
@media print { :root { --ink: #000; --soft: #333; --line: #999; --paper: #fff; --raised: #fff; } body { margin: 0; max-width: none; } h2, h3 { break-after: avoid; } tr, pre, dl { break-inside: avoid; } }
";

/// The report, or one of its verdicts by its index.
#[must_use]
pub fn html(report: &Report, verdict: Option<usize>) -> String {
    let mut text = String::from(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n<meta \
         name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" \
         content=\"no-referrer\">\n<title>",
    );
    text.push_str(&escape(&headline(report)));
    text.push_str(if report.redacted { " (redacted)" } else { "" });
    text.push_str(" – Gateway Triage</title>\n<style>");
    text.push_str(STYLE);
    text.push_str("</style>\n</head>\n<body>\n<main>\n");
    for block in tell(report, verdict) {
        write(&mut text, &block);
    }
    text.push_str("</main>\n</body>\n</html>\n");
    text
}

fn write(text: &mut String, block: &Block) {
    match block {
        Block::Heading(level, heading) => {
            let name = match level {
                1 => "h1",
                2 => "h2",
                _ => "h3",
            };
            element(text, name, &first(heading));
            text.push('\n');
        }
        Block::Text(what, told) => {
            let mut inside = String::new();
            if let Some(what) = what {
                element(&mut inside, "strong", &[what, ":"].concat());
                inside.push(' ');
                inside.push_str(&escape(told));
            } else {
                inside.push_str(&first(told));
            }
            element(text, "p", &inside);
            text.push('\n');
        }
        Block::List(items) => {
            let mut inside = String::from("\n");
            for item in items {
                element(&mut inside, "li", &first(item));
                inside.push('\n');
            }
            element(text, "ul", &inside);
            text.push('\n');
        }
        Block::Facts(facts) => {
            let mut inside = String::from("\n");
            for (name, value) in facts {
                element(&mut inside, "dt", &escape(name));
                element(&mut inside, "dd", &first(value));
                inside.push('\n');
            }
            element(text, "dl", &inside);
            text.push('\n');
        }
        Block::Table(head, rows) => table(text, head, rows),
        Block::Code(code) => {
            let lines: Vec<String> = code.lines().map(escape).collect();
            element(text, "pre", &lines.join("\n"));
            text.push('\n');
        }
    }
}

fn table(text: &mut String, head: &[&str], rows: &[Vec<String>]) {
    text.push_str("<table>\n<thead><tr>");
    for cell in head {
        text.push_str("<th scope=\"col\">");
        text.push_str(&escape(cell));
        text.push_str("</th>");
    }
    text.push_str("</tr></thead>\n<tbody>\n");
    for row in rows {
        text.push_str("<tr>");
        for cell in row {
            element(text, "td", &first(cell));
        }
        text.push_str("</tr>\n");
    }
    text.push_str("</tbody>\n</table>\n");
}

fn element(text: &mut String, name: &str, inside: &str) {
    for part in ["<", name, ">", inside, "</", name, ">"] {
        text.push_str(part);
    }
}

/// Text that stands first in its element, which pasted into a spreadsheet becomes a cell.
fn first(text: &str) -> String {
    escape(&no_formula(text))
}

/// Text that is nothing but text, in content and in attributes.
fn escape(text: &str) -> String {
    let text = plain(text);
    let mut escaped = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        assert_eq!(escape("<b onload=\"x\">&'\n\u{202E}"), "&lt;b onload=&quot;x&quot;&gt;&amp;&#39; ");
    }
}
