//! Whether an exchange failed, as far as both sides show.

use super::unread::Answered;
use crate::categories::Id;
use crate::exchange::{
    Answer, Attempt, ConnectFailure, Exchange, Phase, ReceiveFailure, ResolveFailure, SendFailure, Status, WaitFailure,
};
use crate::protocols::http1::is_server_error;
use crate::time::{Span, Timestamp};

/// A tunnel whose gateway failed upstream: what the client received inside of it cannot be seen.
pub(super) fn decrypted(exchange: &mut Exchange) {
    if exchange.client_secure.failure().is_some() {
        // What the gateway had opened for a client that then refused it was never used.
        exchange.attempts.retain(|attempt| !attempt.unused && !attempt.late);
    }
    // An encrypted answer that may have been cut explains only an answer that was cut; one that may have been whole, none.
    if !matches!(exchange.answer, Answer::Cut(_)) {
        exchange.attempts.retain(|attempt| !(attempt.unused && attempt.receive.failure().is_some()));
    }
    let random = |attempt: &Attempt| attempt.tls.as_ref()?.random();
    let Some(inside) = exchange.attempts.iter().find(|attempt| attempt.tunnel).map(random) else { return };
    for attempt in exchange.attempts.iter_mut().filter(|attempt| inside.is_some() && random(attempt) == inside) {
        attempt.tunnel = true;
    }
    // What the client saw of a tunnel follows from what became of its other leg.
    let broken = |attempt: &Attempt| attempt.secure.failure().is_some() || attempt.send.failure().is_some();
    let other_leg = |attempt: &Attempt| attempt.tunnel && attempt.upstream.is_some() && broken(attempt);
    if exchange.attempts.iter().any(other_leg) {
        exchange.attempts.retain(|attempt| !attempt.tunnel || attempt.upstream.is_some());
        for attempt in exchange.attempts.iter_mut().filter(|attempt| other_leg(attempt)) {
            attempt.unused = false;
        }
    }
    // With the client's own ClientHello it is the tunnel's other leg; with another one the gateway decrypts.
    let own =
        |attempt: &Attempt| attempt.secure.failure().is_some() && random(attempt).is_some_and(|r| Some(r) != inside);
    let failed = |attempt: &Attempt| !attempt.tunnel && (attempt.connect.failure().is_some() || own(attempt));
    if exchange.attempts.iter().any(failed) {
        exchange.answer = Answer::NotSeen;
        exchange.attempts.retain(|attempt| !attempt.tunnel);
    }
}

/// Whether this exchange failed, as far as its sides show.
pub(super) fn failed(exchange: &Exchange, answered: &Answered<'_, '_>, seen_to: Timestamp) -> bool {
    let quoted = |status: &Status| {
        status.first.is_some() && exchange.attempts.iter().any(|attempt| attempt.quoted_status == Some(status.code))
    };
    let broken = exchange.client_secure.failure().is_some()
        || exchange
            .attempts
            .iter()
            .any(|attempt| attempt.tunnel && (attempt.secure.failure().is_some() || attempt.send.failure().is_some()));
    match &exchange.answer {
        // What the client received as a second status had come from upstream: text in a body.
        Answer::Whole(status) if quoted(status) => broken,
        // It may be text of a body, unless the gateway had something to complain of.
        Answer::Whole(status) if status.unsure && !exchange.attempts.iter().any(failing) => broken,
        Answer::Whole(status) => {
            let looped = exchange.signs.looped.is_some() && status.code >= 400;
            is_server_error(status.code) || broken || looped || own_failure(exchange, status)
        }
        Answer::Cut(_) | Answer::Closed | Answer::NotHttp | Answer::ClientLeft(_) => true,
        Answer::NotSeen if exchange.signs.unread => broken || answered.failed(exchange),
        Answer::NotSeen => {
            let refused = |attempt: &Attempt| attempt.connect.failure().is_some() || attempt.secure.failure().is_some();
            broken || exchange.attempts.iter().any(|attempt| refused(attempt) && !attempt.unused)
        }
        // The capture ends before the answer: only an attempt that has plainly failed makes it a failure.
        Answer::Pending => {
            exchange.attempts.last().is_some_and(|attempt| hopeless(attempt, seen_to)) && !answered.elsewhere(exchange)
        }
    }
}

/// An error page of the gateway under another status, unless it is an answer of its policy.
fn own_failure(exchange: &Exchange, status: &Status) -> bool {
    let said = exchange.signs.word.as_ref().and_then(|word| word.candidates.first());
    if status.code >= 400 && said.is_some_and(|id| !matches!(id, Id::PolicyDenied | Id::OriginError)) {
        return true;
    }
    if status.code >= 400 && exchange.signs.marks.own_failure() {
        return true;
    }
    let word = status.own_word.as_deref().unwrap_or_default();
    let policy = ["ACCESS_DENIED", "AUTH", "FORWARDING_DENIED", "INVALID_REQ", "INVALID_URL", "TOO_BIG"];
    word.starts_with("ERR_") && !policy.iter().any(|part| word.contains(part)) && status.code >= 400
}

/// An answer that is under way when the capture ends comes within this time.
const AT_ONCE: Span = Span::seconds(1);

/// An attempt that will not succeed any more, though the gateway has not given up yet.
fn hopeless(attempt: &Attempt, seen_to: Timestamp) -> bool {
    let quiet = |span: Span| attempt.span.is_some_and(|(_, ended)| seen_to.since(ended) > span);
    let refused = match attempt.connect.failure() {
        Some(ConnectFailure::Unanswered { tries: 4.., .. }) => true,
        // The answer to the last SYN, or who takes the SYN-ACK, comes at once.
        Some(ConnectFailure::Unanswered { tries: 3, .. } | ConnectFailure::NoReturn { tries: 3.., .. }) => {
            quiet(AT_ONCE)
        }
        _ => false,
    };
    let long = Span::seconds(60);
    let waiting = matches!(attempt.wait.failure(), Some(WaitFailure::Timeout(wait)) if *wait > long);
    // Ended for good, and nothing was tried or answered for a while.
    let ended = failing(attempt)
        && !attempt.open
        && !matches!(attempt.connect.failure(), Some(ConnectFailure::Unanswered { .. }));
    refused || waiting || ended && quiet(Span::seconds(5))
}

/// A failure that is only the capture's end, or a wait too short to be one.
pub(super) fn unfinished(attempt: &Attempt, seen_to: Timestamp) -> bool {
    let quiet = attempt.span.map_or(Span(0), |(_, ended)| seen_to.since(ended));
    // One query at the end of a capture: its answer may have come later.
    if let Some(ResolveFailure::NoResponse { tries, .. }) = attempt.resolve.failure() {
        return *tries < 2 || *tries < 3 && quiet < Span::seconds(5);
    }
    match (&attempt.connect, &attempt.wait, &attempt.receive) {
        // The next SYN of a series comes within twice the last pause: a file that ends before it shows no end.
        (Phase::Failed(ConnectFailure::Unanswered { tries, .. }), ..) => {
            *tries < 2 || *tries < 3 && quiet < Span::seconds(10) || *tries < 4 && quiet < AT_ONCE
        }
        (Phase::Failed(ConnectFailure::NoReturn { .. }), ..) => quiet < AT_ONCE,
        _ if attempt.open
            && matches!(attempt.send.failure(), Some(SendFailure::WindowClosed | SendFailure::FullSizeLost)) =>
        {
            attempt.span.is_none_or(|(begun, _)| seen_to.since(begun) < Span::seconds(60))
        }
        (_, Phase::Failed(WaitFailure::Timeout(wait)), _) => {
            *wait < if attempt.open { Span::seconds(60) } else { Span::seconds(3) }
        }
        (_, _, Phase::Failed(ReceiveFailure::Stalled(wait))) => *wait < Span::seconds(3),
        _ => false,
    }
}

/// Whether a phase of an attempt failed, or the upstream answered 5xx.
pub(crate) fn failing(attempt: &Attempt) -> bool {
    attempt.resolve.failure().is_some()
        || attempt.connect.failure().is_some()
        || attempt.secure.failure().is_some()
        || attempt.send.failure().is_some()
        || attempt.wait.failure().is_some()
        || attempt.receive.failure().is_some()
        || attempt.status.is_some_and(is_server_error)
}
