//! What went well, from wherever it was counted.

use crate::sorting::Sorting as _;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::beside::{Beside, Part};
use super::failure::Failure;
use super::tally::Tally;
use crate::exchange::Exchange;
use crate::logs::{LogFormat, LogReader};
use crate::report::Finding;
use crate::time::Span;

/// A log, with what is to be added to its times so that they are the case's, and whether it tells of the captured
/// requests.
pub struct Read<'a> {
    /// The log.
    pub log: &'a LogReader,
    /// See [`Part::shift`].
    pub shift: Span,
    /// Its requests are those of the captures.
    pub captured: bool,
}

/// Everything that went well. Captures are left out where a log tells of the same requests: each counts once.
pub fn beside<'a>(logs: impl Iterator<Item = Read<'a>>, captures: &'a Tally, names: &[&str]) -> Beside<'a> {
    let mut beside = Beside::default();
    let mut both = false;
    for Read { log, shift, captured } in logs {
        both |= captured;
        beside.hops.extend(&log.checks.hops);
        let Some(format) = log.format().filter(|format| !LogFormat::of_errors(format)) else { continue };
        beside.parts.extend(log.tally.nodes().map(|(node, counts)| Part {
            node: if node.is_empty() { named(names, log.input()) } else { node.to_string() },
            format: format.id,
            counts,
            shift,
        }));
    }
    beside.hops.order();
    if !both {
        let parts =
            captures.nodes().map(|(node, counts)| Part { node: node.to_string(), format: "", counts, shift: Span(0) });
        beside.parts.extend(parts);
    }
    beside
}

/// The failures, in the order given. Logs are nodes by their `names`, where nothing else tells nodes apart; none are given
/// where captures name the gateway.
pub fn failures<'a>(found: impl Iterator<Item = (&'a Finding, &'a Exchange)>, names: &[&str]) -> Vec<Failure<'a>> {
    found.map(|(finding, exchange)| Failure::new(finding, exchange, |input| named(names, input))).collect()
}

fn named(names: &[&str], input: u32) -> String {
    names.get(input as usize).map(ToString::to_string).unwrap_or_default()
}
