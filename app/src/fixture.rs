//! A report to work on the page with, and to test it by: `#sample` in a debug build. Not in a release.

use gateway_triage_core::report::Report;

/// Several verdicts of all sorts.
///
/// # Panics
/// When the file beside it does not fit the schema.
#[must_use]
pub fn report() -> Report {
    serde_json::from_str(include_str!("fixture.json")).expect("fixture.json is a report")
}
