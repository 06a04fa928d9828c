//! Lines of an error log that tell of no request by themselves: a parent that could not be reached, a scanner that was down,
//! file descriptors that ran out. They make no exchange; they narrow what an access log leaves open at that time.

use crate::sorting::Sorting as _;
use alloc::format;
use alloc::vec::Vec;

use crate::exchange::Exchange;
use crate::report::Confidence;
use crate::time::{SECOND, Timestamp};

/// No request that such a line may tell of takes longer.
const LONGEST: i64 = 300 * SECOND;
/// Failures that are looked at for one line.
const NEAREST: usize = 256;

/// Adds lines that name neither host nor server of a failure to those of their time.
pub fn tell(exchanges: &mut [Exchange], asides: &[Exchange]) {
    if asides.is_empty() {
        return;
    }
    let open = |exchange: &Exchange| exchange.claim.as_ref().is_some_and(|claim| claim.undetermined);
    let mut failures: Vec<(Timestamp, Timestamp, usize)> = exchanges
        .iter()
        .enumerate()
        .filter(|(_, exchange)| open(exchange))
        .map(|(at, exchange)| {
            let last = exchange.events.iter().map(|event| event.source.time).max().unwrap_or(exchange.begun);
            (exchange.begun, last.max(exchange.begun), at)
        })
        .collect();
    failures.order();
    for aside in asides {
        let time = aside.begun;
        let lasting = aside.signs.aside.unwrap_or_default().0;
        let first = failures.partition_point(|(begun, ..)| begun.0 < time.0.saturating_sub(LONGEST));
        let near = failures.get(first..).unwrap_or_default();
        let near = near.iter().take_while(|(begun, ..)| begun.0 - lasting <= time.0);
        let met = near.filter(|(_, ended, _)| time.0 <= ended.0 + SECOND).map(|(.., at)| *at);
        // The last of them began nearest to the line.
        let met: Vec<usize> = met.collect();
        for at in met.into_iter().rev().take(NEAREST) {
            if let Some(exchange) = exchanges.get_mut(at) {
                narrow(exchange, aside, Confidence::Possible);
            }
        }
    }
}

/// Takes out of what a failure can have been all that the line does not speak of; nothing, where that leaves nothing.
pub fn narrow(exchange: &mut Exchange, aside: &Exchange, confidence: Confidence) {
    let captured = exchange.attempts.iter().any(|attempt| !attempt.events.is_empty());
    let (Some(claim), Some(said)) = (&mut exchange.claim, &aside.claim) else { return };
    if captured || !claim.candidates.iter().any(|id| said.candidates.contains(id)) {
        return;
    }
    exchange.events.extend(aside.events.iter().cloned());
    if !claim.undetermined {
        return;
    }
    claim.candidates.retain(|id| said.candidates.contains(id));
    if !said.undetermined {
        // Its likeliest first; one that leaves several open has no order of its own.
        claim.candidates.order_by_key(|id| said.candidates.iter().position(|other| other == id));
    }
    claim.undetermined = claim.candidates.len() > 1;
    claim.why = format!("{}; {}", claim.why, said.why);
    if !claim.undetermined {
        claim.confidence = confidence;
    }
    if exchange.attempts.is_empty() {
        exchange.attempts.clone_from(&aside.attempts);
    }
}
