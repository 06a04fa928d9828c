//! What is passed on: a report as Markdown for a ticket, as one HTML file, as a few lines to send.
//!
//! `telling.rs` says what is told and in which order; the writers only know how their format writes it, and how text
//! from a file is kept from being anything else than text in it. Each says whether the report is redacted
//! ([`crate::redact`]). The report's own JSON needs no writer.

mod html;
mod markdown;
#[cfg(feature = "std")]
mod pcapng;
mod short;
mod telling;

pub use html::html;
pub use markdown::markdown;
#[cfg(feature = "std")]
pub use pcapng::Evidence;
pub use short::short;
pub use telling::{Block, needed, tell};

/// A text as one line of plain letters: no control characters, and none that change the direction of what follows
/// (Unicode TR 36, section 3.2), by which a name can be made to look like another one.
fn plain(text: &str) -> alloc::string::String {
    let shown = |letter: char| match letter {
        '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{61C}' => None,
        '\u{2028}' | '\u{2029}' | '\u{85}' => Some(' '),
        letter if letter.is_control() => Some(' '),
        letter => Some(letter),
    };
    text.chars().filter_map(shown).collect()
}

/// A text that begins a cell or a line: a spreadsheet that it is pasted into takes it for no formula.
fn no_formula(text: &str) -> alloc::string::String {
    let text = plain(text);
    let text = text.trim();
    if text.starts_with(['=', '+', '-', '@']) { alloc::format!("'{text}") } else { text.into() }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;
    use crate::report::Report;
    use crate::{Case, Options};

    const HOSTILE: &str = "<img/src=x/onerror=alert(1)>[x](http://evil.example)|=cmd|'`b`";

    /// One failure; host, path and the line's text hold what they please.
    fn report() -> Report {
        let mut case = Case::new(Options::default());
        let log = case.input("=access.log");
        let line = alloc::format!(
            "1233658928.496 153185 10.10.70.50 NONE/504 1729 GET http://{HOSTILE}/{HOSTILE} - DIRECT/{HOSTILE} - ...\n"
        );
        case.read(log, line.as_bytes());
        case.end(log);
        let mut report = case.report();
        let finding = &mut report.findings[0];
        finding.host = Some(HOSTILE.into());
        finding.evidence[0].text = alloc::format!("=HYPERLINK(1)\n\u{202E}{HOSTILE}");
        report.verdicts[0].host = Some(HOSTILE.into());
        report.verdicts[0].summary = alloc::format!("+1\n# {HOSTILE}\n- @all");
        report
    }

    #[test]
    fn no_export_says_that_a_request_went_well_whose_answer_is_not_there() {
        let mut report = report();
        report.findings.clear();
        report.verdicts.clear();
        report.exchanges = crate::report::Exchanges { total: 7, unanswered: 3, ..Default::default() };
        for text in [html(&report, None), markdown(&report, None), short(&report, None)] {
            assert!(text.contains("the answer to 3 of 7 is not in them"), "{text}");
        }
        assert!(markdown(&report, None).contains("7 requests seen, 0 failed, 3 without an answer in these files."));
    }

    #[test]
    fn text_from_a_file_is_no_markup_in_html() {
        let html = html(&report(), None);
        assert!(!html.contains("<img") && !html.contains('\u{202E}'));
        // Every tag is one of the writer's own.
        for tag in html.split('<').skip(1) {
            let name: String =
                tag.chars().take_while(|letter| letter.is_alphanumeric() || "!/".contains(*letter)).collect();
            let own = "!doctype html head meta title style body main h1 h2 h3 p strong ul li dl dt dd pre table thead tbody \
                       tr th td";
            assert!(own.split(' ').any(|own| own == name.trim_start_matches('/')), "<{name}");
        }
        assert!(html.contains("<td>&#39;=HYPERLINK(1) "));
        assert!(!html.contains("<script") && html.contains("default-src 'none'"));
    }

    #[test]
    fn text_from_a_file_is_no_markup_in_markdown() {
        let markdown = markdown(&report(), None);
        let prose = markdown.split("```").step_by(2);
        for part in prose {
            assert!(
                !part.replace("\\<", "").contains('<') && !part.contains("[x]") && !part.contains("\n- @"),
                "{part}"
            );
        }
        assert!(markdown.contains("\n\\+1 \\# \\<img"), "{markdown}");
        // Four bars of the row's own; those of the text are escaped.
        let row = markdown.lines().find(|line| line.contains("HYPERLINK")).expect("the evidence");
        assert_eq!(row.replace("\\|", "").matches('|').count(), 4);
        assert!(row.contains("| '=HYPERLINK"), "{row}");
    }

    #[test]
    fn no_line_of_the_short_text_is_a_formula() {
        let short = short(&report(), Some(0));
        assert!(short.starts_with("'+1 # <img"), "{short}");
        assert!(short.lines().all(|line| !line.starts_with(['=', '+', '-', '@'])));
        assert!(short.lines().count() <= 8, "{short}");
    }

    #[test]
    fn the_first_finding_of_each_verdict_is_all_that_is_told() {
        let mut report = report();
        let more = report.findings[0].clone();
        report.findings.extend([more.clone(), more]);
        report.verdicts[0].findings = alloc::vec![0, 1, 2];
        let short_of = needed(&report);
        assert_eq!(short_of.findings.len(), 1);
        assert_eq!(markdown(&short_of, None), markdown(&report, None));
        assert_eq!(html(&short_of, Some(0)), html(&report, Some(0)));
        assert_eq!(short(&short_of, None), short(&report, None));
    }

    #[test]
    fn each_says_whether_it_is_redacted() {
        let mut report = report();
        let all = |report: &Report| [markdown(report, None), html(report, None), short(report, None)];
        assert!(all(&report).iter().all(|text| text.contains("Not redacted")));
        crate::redact::Redactor::new([1; 16]).report(&mut report);
        assert!(all(&report).iter().all(|text| text.contains("Redacted:") && !text.contains("evil")));
    }
}
