//! Hints beside a finding: known timers that fit its wait, and the gateway's own word. They prove nothing and change
//! nothing.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::categories::Id;
use crate::exchange::{
    Answer, Attempt, ConnectFailure, Exchange, ReceiveFailure, ResolveFailure, SecureFailure, WaitFailure,
};
use crate::products;
use crate::time::Span;

/// The hints.
pub fn list(exchange: &Exchange, decisive: Option<&Attempt>, id: Id, product: Option<products::Id>) -> Vec<String> {
    let mut hints = Vec::new();
    let wait = waited(exchange, decisive, id).filter(|wait| wait.0 > 0);
    hints.extend(wait.and_then(|wait| products::timer_hint(product, id, wait)));
    if let Some(word) = exchange.signs.word.as_ref().filter(|word| !word.why.is_empty()) {
        hints.push(format!("The gateway's own word: {}.", word.why));
    }
    // Where it decided, the summary says it.
    let page = exchange.signs.told.as_ref();
    if let Some(page) = page.filter(|page| super::claim(exchange).is_none_or(|claim| !core::ptr::eq(claim, *page))) {
        hints.push(format!("The answer itself: {}.", page.why));
    }
    hints
}

/// How long the gateway waited before it gave up, where giving up is what ended it.
fn waited(exchange: &Exchange, decisive: Option<&Attempt>, id: Id) -> Option<Span> {
    let Some(attempt) = decisive.filter(|attempt| crate::join::failing(attempt)) else {
        return super::claim(exchange).filter(|_| id != Id::Undetermined)?.elapsed;
    };
    let answered = match &exchange.answer {
        Answer::Whole(status) => Some(status.time),
        _ => None,
    };
    let since_begun = || Some(answered?.since(attempt.span?.0));
    if let Some(ResolveFailure::NoResponse { waited, .. }) = attempt.resolve.failure() {
        return since_begun().or(Some(*waited));
    }
    match (attempt.connect.failure(), attempt.secure.failure(), attempt.wait.failure(), attempt.receive.failure()) {
        (Some(ConnectFailure::Unanswered { .. } | ConnectFailure::NoReturn { .. }), ..) => since_begun(),
        (_, Some(SecureFailure::NoResponse), ..) => since_begun(),
        (.., Some(WaitFailure::Timeout(wait)), _) => Some(*wait),
        (.., Some(ReceiveFailure::Stalled(wait))) => Some(*wait),
        _ if id == Id::KeepaliveRace => attempt.idle,
        _ if attempt.send.failure().is_some() => since_begun(),
        _ => None,
    }
}
