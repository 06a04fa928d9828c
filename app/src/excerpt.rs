//! What the page needs of a large report.
//!
//! A report may hold 100,000 findings. The page shows one at a time, so it gets every verdict and input but only the
//! first findings of each verdict; counts stay exact. For the others it asks ([`crate::query`]); the whole report goes into
//! the download.

use gateway_triage_core::report::{Finding, Report};

/// Findings of one verdict that the page can leaf through.
const PER_VERDICT: usize = 200;
/// Findings altogether: what a page takes in without a pause.
const ALTOGETHER: usize = 4_000;

/// The report with at most [`PER_VERDICT`] findings per verdict; verdicts point to what is left. The whole one stays as
/// it is.
#[must_use]
pub fn excerpt(report: &mut Report) -> Report {
    cut(report, PER_VERDICT, ALTOGETHER)
}

fn cut(whole: &mut Report, per_verdict: usize, altogether: usize) -> Report {
    if whole.findings.len() <= per_verdict {
        return whole.clone();
    }
    // Set aside, so that they are not cloned with the rest.
    let findings = std::mem::take(&mut whole.findings);
    let mut short = whole.clone();
    // Every verdict keeps at least one finding, however many verdicts there are.
    let share = (altogether / short.verdicts.len().max(1)).clamp(1, per_verdict);
    for verdict in &mut short.verdicts {
        let first = verdict.findings.iter().take(share);
        let first: Vec<Finding> = first.filter_map(|index| findings.get(*index as usize).cloned()).collect();
        let begin = u32::try_from(short.findings.len()).unwrap_or(u32::MAX);
        verdict.findings = (begin..).take(first.len()).collect();
        short.findings.extend(first);
    }
    whole.findings = findings;
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn keeps_the_first_of_each_verdict_and_exact_counts() {
        let mut whole = fixture::report();
        let before = whole.clone();
        let counts: Vec<u64> = whole.verdicts.iter().map(|verdict| verdict.count).collect();
        let short = cut(&mut whole, 1, 100);
        assert_eq!(whole, before);
        assert_eq!(short.findings.len(), whole.verdicts.len());
        for (verdict, whole_verdict) in short.verdicts.iter().zip(&whole.verdicts) {
            assert_eq!(verdict.findings.len(), 1);
            assert_eq!(
                short.findings[verdict.findings[0] as usize],
                whole.findings[whole_verdict.findings[0] as usize]
            );
        }
        assert_eq!(short.verdicts.iter().map(|verdict| verdict.count).collect::<Vec<_>>(), counts);
    }

    #[test]
    fn leaves_a_small_report_alone() {
        assert_eq!(excerpt(&mut fixture::report()), fixture::report());
    }
}
