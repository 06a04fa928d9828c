//! A TLS handshake that both sides went through, as far as can be told: whether an alert hides behind it, or somebody left
//! at once.

use alloc::string::ToString;

use super::Story;
use super::secure::{End, HIDDEN, UNSAID, alerted, end, what};
use crate::capture::connection::{Connection, Side};
use crate::capture::handshake::{Handshake, TLS13};
use crate::exchange::{Attempt, Phase, SecureFailure, Source, What};
use crate::time::Span;

/// What a server does to a connection within this time of the client's Finished, or one round trip more, is its answer
/// to the handshake; later it is tired of waiting.
const PROMPT: Span = Span::milliseconds(500);

/// The record may be a close_notify as well, where the server sent no ticket and no answer.
const CLOSING: &str =
    "The record may as well be close_notify: then the server closed without an answer to the request.";

/// A handshake that both sides went through, as far as can be told.
pub(super) fn finished(
    connection: &Connection,
    handshake: &Handshake,
    hello: Source,
    attempt: &mut Attempt,
    story: &mut Story<'_>,
) -> Phase<SecureFailure> {
    let took = handshake.finished.map(|finished| finished.time.since(hello.time));
    let well = Phase::Ok(took);
    let (client, server) = (&connection.client_end, &connection.server_end);
    if handshake.lost || client.lost > 0 || server.lost > 0 || handshake.answered() {
        return well;
    }
    if let Some(failure) = alerted(connection, handshake, story) {
        return Phase::Failed(failure);
    }
    let (ours, theirs) = (end(connection, Side::Client), end(connection, Side::Server));
    let first = theirs.filter(|theirs| ours.is_none_or(|ours| theirs.source <= ours.source));
    let said = client.last_data.unwrap_or(hello);
    let round_trip = connection.handshake_time().unwrap_or_default();
    let prompt = |at: Source| at.time.since(said.time).0 <= PROMPT.0.saturating_add(round_trip.0);
    if let (Some(small), Some(theirs)) = (handshake.small[1], theirs)
        && handshake.small[0].is_none_or(|ours| small < ours)
        && (tls13(handshake) && handshake.silent_since_finished() && prompt(small)
            || handshake.renegotiated && handshake.unanswered().is_some())
    {
        if let Some(finished) = handshake.finished {
            story.add(finished, Side::Client, What::Tls("Finished".into()));
        }
        if let Some(empty) = handshake.empty_certificate {
            let text = "encrypted record of the size of a Certificate message without a certificate";
            story.add(empty, Side::Client, What::Tls(text.into()));
        } else if handshake.asked.is_some() && !theirs.reset {
            attempt.doubts.push(CLOSING.to_string());
        }
        let text = "encrypted record of an alert's size, in place of an answer";
        story.add(small, Side::Server, What::Tls(text.into()));
        story.add(theirs.source, Side::Server, what(theirs, "after it"));
        attempt.doubts.push(HIDDEN.to_string());
        return Phase::Failed(SecureFailure::Hidden { ours: false });
    }
    // Who says goodbye first leaves: an idle connection.
    let left = |end: End| handshake.small[0].is_some_and(|goodbye| goodbye < end.source);
    if handshake.asked.is_some() {
        return well;
    }
    match (first, ours) {
        // TLS 1.3: the server has heard the Finished and ends it; it never said that it took it.
        (Some(theirs), _)
            if handshake.silent_since_finished() && tls13(handshake) && prompt(theirs.source) && !left(theirs) =>
        {
            story.add(theirs.source, Side::Server, what(theirs, "right after the client's Finished"));
            Phase::Failed(if theirs.reset { SecureFailure::Reset } else { SecureFailure::Closed })
        }
        // Both are ready, and the gateway leaves without a question: pools and checks do so, and who checks the
        // certificate only now. A request that failed at that moment makes the difference.
        (_, ours) if leaves(handshake, ours, first) => {
            match handshake.small[0] {
                Some(goodbye) => {
                    let text = "encrypted record of an alert's size, right after the handshake";
                    story.add(goodbye, Side::Client, What::Tls(text.into()));
                }
                None => {
                    if let Some(ours) = ours {
                        story.add(ours.source, Side::Client, what(ours, "right after the handshake"));
                    }
                }
            }
            attempt.unused = true;
            attempt.doubts.push(UNSAID.to_string());
            Phase::Failed(SecureFailure::Refused)
        }
        _ => well,
    }
}

/// Whether the gateway's side is the first to leave, as soon as the handshake is over.
fn leaves(handshake: &Handshake, ours: Option<End>, theirs: Option<End>) -> bool {
    let left = handshake.small[0].into_iter().chain(ours.map(|ours| ours.source)).min();
    let Some((left, finished)) = left.zip(handshake.finished) else { return false };
    let first = theirs.map(|theirs| theirs.source).into_iter().chain(handshake.small[1]).all(|theirs| left < theirs);
    first && left.time.since(finished.time).0 <= PROMPT.0
}

fn tls13(handshake: &Handshake) -> bool {
    handshake.version() == Some(TLS13)
}
