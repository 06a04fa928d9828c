//! The guide's own words; questions, answers and reasons are the engine's.

use gateway_triage_core::categories::Phase;
use gateway_triage_core::guided::{Bearing, Place};

use super::count;

pub const NO_FILES_YET: &str = "No files?";
pub const GUIDE: &str = "Start from the symptom";
pub const HOW_TO_FIND_OUT: &str = "How to find out";
pub const NOT_KNOWN: &str = "Not known, skip";
pub const YOUR_ANSWERS: &str = "Your answers";
pub const NOT_KNOWN_SHORT: &str = "not known";
pub const CHANGE_ANSWER: &str = "Change";
pub const START_OVER: &str = "Start over";
pub const ASK_ANOTHER: &str = "Ask something else";
pub const NO_MORE_QUESTIONS: &str = "No further question tells more";
pub const NO_MORE_HINT: &str = "What is left now needs packets or a log: see below what to record.";
pub const WHAT_IT_CAN_BE: &str = "What it can be";
pub const FITS_BEST: &str = "This fits best";
pub const WHERE_ON_THE_PATH: &str = "Where on the path it can lie: how many causes are left at each place";
pub const WHY: &str = "Why";
pub const WHAT_TO_DO: &str = "What to do";
pub const FILES_TELL: &str = "Or let files tell";
pub const FILES_TELL_HINT: &str =
    "Record this while it fails, and drop it anywhere on this page: it is read here and not sent.";
pub const BACK_TO_QUESTIONS: &str = "Back to the questions";
pub const BACK_TO_START: &str = "To the start";
pub const BACK_TO_FILES: &str = "Back to the files";
pub const SEE_LIST: &str = "See the list";
pub const FILL_IN: &str = "Names for the commands";
pub const FILL_IN_HINT: &str = "Optional. They become part of this page's link, and go nowhere else.";
pub const HOST_FIELD: &str = "Site, such as www.example.com";
pub const GATEWAY_FIELD: &str = "Gateway, address or address:port";
pub const SERVER_FIELD: &str = "Server, address or address:port";
pub const ADDRESS_WRONG: &str = "This is not an IP address.";
pub const YOUR_ANSWERS_SAY: &str = "What your answers say";
pub const NOT_SEEN_YET: &str = "No packets or log lines were read: this is what usually holds, not what was seen.";

/// Heading of a group of the list.
#[must_use]
pub const fn place(place: Place) -> &'static str {
    match place {
        Place::Fits => "Fits your answers",
        Place::Open => "Still open",
        Place::Unlikely => "Less likely, still possible",
        Place::Out => "Ruled out",
    }
}

/// Where on the path a phase is, in a word.
#[must_use]
pub const fn stop(phase: Phase) -> &'static str {
    match phase {
        Phase::Client => "client",
        Phase::Gateway => "gateway",
        Phase::Resolve => "DNS",
        Phase::Connect => "TCP",
        Phase::Secure => "TLS",
        Phase::Send => "request",
        Phase::Wait => "wait",
        Phase::Receive => "response",
        Phase::Upstream => "server",
    }
}

/// What an answer says, and its sign.
#[must_use]
pub const fn bearing(bearing: Bearing) -> (&'static str, &'static str) {
    match bearing {
        Bearing::Supports => ("+", "speaks for it"),
        Bearing::Against => ("−", "speaks against it"),
        Bearing::RulesOut => ("×", "rules it out"),
    }
}

/// How many are left, for eye and ear.
#[must_use]
pub fn left(left: usize, best: usize) -> String {
    let causes = count(left as u64, "possible cause", "possible causes");
    let verb = if left == 1 { "is" } else { "are" };
    match best {
        0 => format!("{causes} {verb} left."),
        1 if left > 1 => format!("{causes} {verb} left; one fits best."),
        best if best < left => format!("{causes} {verb} left; {best} fit best."),
        _ => format!("{causes} {verb} left."),
    }
}

/// Answers that cannot all be true.
#[must_use]
pub fn contradiction(answer: &str, by: &[&str]) -> String {
    format!("These answers cannot all be true: all that “{answer}” speaks for is ruled out by “{}”.", by.join("”, “"))
}

/// `2 answers for it`, `2 for, 1 against`
#[must_use]
pub fn said(for_it: usize, against: usize) -> String {
    match (for_it, against) {
        (0, 0) => String::new(),
        (some, 0) => count(some as u64, "answer for it", "answers for it"),
        (0, some) => count(some as u64, "answer against it", "answers against it"),
        (some, other) => format!("{some} for, {other} against"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_reads_well() {
        assert_eq!(left(44, 0), "44 possible causes are left.");
        assert_eq!(left(12, 3), "12 possible causes are left; 3 fit best.");
        assert_eq!(left(2, 1), "2 possible causes are left; one fits best.");
        assert_eq!(left(1, 1), "1 possible cause is left.");
        assert_eq!(left(3, 3), "3 possible causes are left.");
    }
}
