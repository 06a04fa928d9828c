//! A few lines to send: what happened, where, how we know, what to do first.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::no_formula;
use super::telling::{counted, headline, made_by, place, position, span};
use crate::report::{Confidence, Report, Verdict};

/// Verdicts that are told.
const TOLD: usize = 3;
/// Packets and lines that are named.
const NAMED: usize = 4;

/// The report, or one of its verdicts by its index, in plain text.
#[must_use]
pub fn short(report: &Report, verdict: Option<usize>) -> String {
    let mut lines: Vec<String> = Vec::new();
    match verdict.and_then(|at| report.verdicts.get(at)) {
        Some(verdict) => tell(report, verdict, &mut lines),
        None => {
            lines.push(format!("{}.", headline(report)));
            for verdict in report.verdicts.iter().take(TOLD) {
                lines.push(String::new());
                tell(report, verdict, &mut lines);
            }
            if let Some(left @ 1..) = report.verdicts.len().checked_sub(TOLD) {
                lines.push(String::new());
                lines.push(format!("And {left} more."));
            }
        }
    }
    lines.push(String::new());
    lines.push(made_by(report));
    let mut text = String::new();
    for line in lines {
        text.push_str(&no_formula(&line));
        text.push('\n');
    }
    text
}

fn tell(report: &Report, verdict: &Verdict, lines: &mut Vec<String>) {
    lines.push(verdict.summary.clone());
    lines.push(format!("{}, {}.", counted(verdict.count, "request"), span(verdict.first, verdict.last)));
    if let Some(finding) = verdict.findings.first().and_then(|at| report.findings.get(*at as usize)) {
        lines.push(format!("Where: {}", place(finding, verdict.category)));
        let named: Vec<String> =
            finding.evidence.iter().rev().take(NAMED).rev().map(|row| position(report, row)).collect();
        let sure = match finding.confidence {
            Confidence::Proven => "proven",
            Confidence::Likely => "likely",
            Confidence::Possible => "possible",
        };
        if !named.is_empty() {
            lines.push(format!("Evidence ({sure}): {}.", named.join(", ")));
        }
    }
    if let Some(fix) = verdict.advice.fixes.first() {
        lines.push(format!("Do first: {}: {}", fix.setting, fix.change));
    }
}
