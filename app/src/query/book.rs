//! All requests that there are to ask about: the report's findings, and the exchanges if they were listed.

use gateway_triage_core::exchanges::Row;
use gateway_triage_core::report::Report;

use super::Source;
use super::item::Item;

/// What the worker keeps, borrowed.
#[derive(Clone, Copy)]
pub struct Book<'a> {
    /// The whole report.
    pub report: &'a Report,
    /// All exchanges; empty until they were asked for.
    pub exchanges: &'a [Row],
    /// For each finding the position of its verdict: see [`super::select::owners`].
    pub owners: &'a [u32],
}

impl<'a> Book<'a> {
    /// How many requests a source has.
    #[must_use]
    pub const fn len(&self, source: Source) -> usize {
        match source {
            Source::Failures => self.report.findings.len(),
            Source::Exchanges => self.exchanges.len(),
        }
    }

    /// The request of this index.
    #[must_use]
    pub fn item(&self, source: Source, index: u32) -> Option<Item<'a>> {
        match source {
            Source::Failures => {
                let finding = self.report.findings.get(index as usize)?;
                Some(Item { finding: Some(index), ..Item::from(finding) })
            }
            Source::Exchanges => {
                let row = self.exchanges.get(index as usize)?;
                let finding = row.finding.and_then(|finding| self.report.findings.get(finding as usize));
                Some(Item::new(row, finding))
            }
        }
    }

    /// The position of the verdict that a request belongs to.
    #[must_use]
    pub fn owner(&self, item: &Item<'_>) -> Option<u32> {
        self.owners.get(item.finding? as usize).copied()
    }
}
