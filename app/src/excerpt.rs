//! What the page needs of a large report.
//!
//! A report may hold 100,000 findings. The page shows one at a time, so it gets every verdict and input but only the
//! first findings of each verdict; counts stay exact. The whole report goes into the download.

use gateway_triage_core::report::{Finding, Report};

/// Findings of one verdict that the page can leaf through.
const PER_VERDICT: usize = 200;
/// Findings altogether: what a page takes in without a pause.
const ALTOGETHER: usize = 4_000;

/// The report with at most [`PER_VERDICT`] findings per verdict; verdicts point to what is left.
#[must_use]
pub fn excerpt(report: Report) -> Report {
    cut(report, PER_VERDICT, ALTOGETHER)
}

fn cut(mut report: Report, per_verdict: usize, altogether: usize) -> Report {
    if report.findings.len() <= per_verdict {
        return report;
    }
    // Every verdict keeps at least one finding, however many verdicts there are.
    let share = (altogether / report.verdicts.len().max(1)).clamp(1, per_verdict);
    let mut source: Vec<Option<Finding>> = report.findings.into_iter().map(Some).collect();
    let mut kept = Vec::new();
    for verdict in &mut report.verdicts {
        let mut indices = Vec::new();
        for index in verdict.findings.iter().take(share) {
            let finding = usize::try_from(*index).ok().and_then(|index| source.get_mut(index)).and_then(Option::take);
            if let Some(finding) = finding {
                indices.push(u32::try_from(kept.len()).unwrap_or(u32::MAX));
                kept.push(finding);
            }
        }
        verdict.findings = indices;
    }
    report.findings = kept;
    report
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn keeps_the_first_of_each_verdict_and_exact_counts() {
        let whole = fixture::report();
        let counts: Vec<u64> = whole.verdicts.iter().map(|verdict| verdict.count).collect();
        let short = cut(whole.clone(), 1, 100);
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
        assert_eq!(excerpt(fixture::report()), fixture::report());
    }
}
