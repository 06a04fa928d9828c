//! What is printed: the whole report as its exports tell it, and a list of the failed requests that has an end.
//!
//! The page itself is no paper: lists draw only the rows in sight, and one verdict is shown at a time. What is printed is
//! made where exports are made, so that it is redacted as they are, and shown as text by `components/print.rs`.

use gateway_triage_core::export::{self, Block};
use gateway_triage_core::report::{Finding, Report};
use serde::{Deserialize, Serialize};

use crate::{verdicts, words};

/// Failed requests that are listed on paper: some four pages.
const LISTED: usize = 200;

/// One part of what is printed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Part {
    /// A heading: 1 for the whole, 2 for a verdict, 3 for a part of it.
    Heading(u8, String),
    /// A paragraph; what it is may stand before it.
    Text(Option<String>, String),
    /// Items without an order.
    List(Vec<String>),
    /// Names and values.
    Facts(Vec<(String, String)>),
    /// A table: its head and its rows.
    Table(Vec<String>, Vec<Vec<String>>),
    /// A command or a filter.
    Code(String),
}

impl From<Block> for Part {
    fn from(block: Block) -> Self {
        match block {
            Block::Heading(level, text) => Self::Heading(level, text),
            Block::Text(what, text) => Self::Text(what.map(str::to_owned), text),
            Block::List(items) => Self::List(items),
            Block::Facts(facts) => {
                Self::Facts(facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
            }
            Block::Table(head, rows) => Self::Table(head.iter().map(|name| (*name).to_owned()).collect(), rows),
            Block::Code(text) => Self::Code(text),
        }
    }
}

/// Of a report what is printed: the first finding of each verdict, and behind these the requests that are listed.
#[must_use]
pub fn needed(report: &Report, verdict: Option<usize>) -> Report {
    let mut needed = export::needed(report);
    match verdict.and_then(|at| report.verdicts.get(at)) {
        Some(verdict) => {
            let of = verdict.findings.iter().filter_map(|at| report.findings.get(*at as usize));
            needed.findings.extend(of.take(LISTED).cloned());
        }
        None => needed.findings.extend(report.findings.iter().take(LISTED).cloned()),
    }
    needed
}

/// The parts, of what is [`needed`].
#[must_use]
pub fn parts(needed: &Report, verdict: Option<usize>) -> Vec<Part> {
    let mut parts: Vec<Part> = export::tell(needed, verdict).into_iter().map(Part::from).collect();
    let told: usize = needed.verdicts.iter().map(|verdict| verdict.findings.len()).sum();
    let listed = needed.findings.get(told..).unwrap_or_default();
    let all = match verdict.and_then(|at| needed.verdicts.get(at)) {
        Some(verdict) => verdict.count,
        None => needed.exchanges.failed,
    };
    if all > 1 && !listed.is_empty() {
        parts.push(Part::Heading(2, words::VIEW_FAILURES.to_owned()));
        let head = [words::PRINT_TIME, words::CLIENT, words::REQUEST, words::STATUS, words::CAUSE];
        parts.push(Part::Table(head.map(str::to_owned).to_vec(), listed.iter().map(row).collect()));
        let left = all.saturating_sub(listed.len() as u64);
        if left > 0 {
            parts.push(Part::Text(None, words::not_printed(left)));
        }
    }
    parts
}

fn row(finding: &Finding) -> Vec<String> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let target = if finding.target.is_some() { &finding.target } else { &finding.host };
    vec![
        finding.time.to_string().replace('T', " ").trim_end_matches('Z').to_owned(),
        finding.client.map(|address| address.to_string()).unwrap_or_default(),
        format!("{} {}", text(&finding.method), text(target)).trim().to_owned(),
        finding.status.map(|status| status.to_string()).unwrap_or_default(),
        verdicts::title(finding.category).to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    fn last(parts: &[Part]) -> &Part {
        parts.last().expect("something is printed")
    }

    #[test]
    fn the_list_of_requests_ends_and_says_how_many_it_leaves_out() {
        let mut report = fixture::report();
        let one = report.findings[0].clone();
        report.findings = vec![one; LISTED + 30];
        report.exchanges.failed = LISTED as u64 + 50;
        let parts = parts(&needed(&report, None), None);
        assert_eq!(last(&parts), &Part::Text(None, words::not_printed(50)));
        let Some(Part::Table(_, rows)) = parts.iter().rev().nth(1) else { panic!("no list") };
        assert_eq!(rows.len(), LISTED);
    }

    #[test]
    fn of_one_verdict_only_its_own_requests_are_listed() {
        let report = fixture::report();
        for (at, verdict) in report.verdicts.iter().enumerate().filter(|(_, verdict)| verdict.count > 1) {
            let parts = parts(&needed(&report, Some(at)), Some(at));
            let table = parts.iter().rev().find_map(|part| match part {
                Part::Table(_, rows) => Some(rows.len()),
                _ => None,
            });
            assert_eq!(table, Some(verdict.findings.len()));
        }
    }
}
