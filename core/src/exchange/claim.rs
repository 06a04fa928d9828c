//! What a log says.

use alloc::string::String;
use alloc::vec::Vec;

use crate::categories::Id as Category;
use crate::report::Confidence;
use crate::time::Span;

/// What a log line says of a failure.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    /// Every category that fits, likeliest first; one alone if the line decides.
    pub candidates: Vec<Category>,
    /// How much the line's word is worth.
    pub confidence: Confidence,
    /// The line decides nothing: report `undetermined` with these candidates.
    pub undetermined: bool,
    /// What the token means, e.g. `NONE/504: the appliance made this answer itself`.
    pub why: String,
    /// Who made the status, as far as the line tells.
    pub made_by: Option<crate::report::GeneratedBy>,
    /// How long the request took, by the log.
    pub elapsed: Option<Span>,
}
