//! What became of the questions on an encrypted connection, by direction and size.

use alloc::string::ToString;

use super::Story;
use super::answer::unacknowledged;
use super::secure::{End, SENT_AGAIN, WAITED, end, what};
use crate::capture::connection::{Connection, Side};
use crate::capture::handshake::Handshake;
use crate::exchange::{Attempt, Phase, ReceiveFailure, Source, WaitFailure, What};
use crate::time::Span;

/// A question has at least this many encrypted bytes; an acknowledgement of HTTP/2 or a ping has fewer.
const QUESTION: usize = 80;
/// Bytes of a close_notify with its record, and of a FIN.
const GOODBYE: u64 = 64;
/// Without a request of a client to go by, only a silence of this length counts.
const LONG: Span = Span::seconds(30);

const UNREAD: &str = "The connection is encrypted: request and answer are told apart by direction and size alone.";

/// What became of the last question on an encrypted connection, by direction and size: RST, FIN or silence in place of
/// an answer. A connection that was asked before counts only for a request that is known to have failed.
pub(super) fn asked(connection: &Connection, attempt: &mut Attempt, story: &mut Story<'_>) {
    let Some(handshake) = connection.handshake.as_deref().filter(|_| attempt.secure.is_ok()) else { return };
    // A record that began is an answer that began.
    let begun = |last: Source| handshake.torn(Side::Server) && connection.server_end.last_data > Some(last);
    let unanswered = handshake.unanswered().filter(|asked| asked.bytes >= QUESTION && !begun(asked.last));
    let Some(asked) = unanswered else {
        return broken_off(connection, handshake, attempt, story);
    };
    let (client, server) = (&connection.client_end, &connection.server_end);
    if client.lost > 0 || server.lost > 0 || server.unseen() {
        return;
    }
    let (ours, theirs) = (end(connection, Side::Client), end(connection, Side::Server));
    // close_notify, a record of an alert's size, comes before the end.
    let leaves = |side: usize, end: Option<End>| {
        let goodbye = handshake.small.get(side).copied().flatten().filter(|goodbye| *goodbye > asked.last);
        goodbye.into_iter().chain(end.map(|end| end.source)).min()
    };
    // What was asked was sent again and again.
    let again = client.retransmissions > 1 && client.sent_again().is_some_and(|again| again > asked.first);
    // The goodbye itself may go unacknowledged.
    let acknowledged = client.acked + GOODBYE >= client.position;
    let (failure, side, end) = match (leaves(0, ours), leaves(1, theirs), theirs, ours) {
        (left, Some(first), Some(theirs), _) if left.is_none_or(|left| first <= left) => {
            let reset = theirs.reset && first == theirs.source;
            (if reset { WaitFailure::Reset } else { WaitFailure::Closed }, Side::Server, theirs)
        }
        (Some(left), _, _, Some(ours)) if acknowledged && left.time.since(asked.last.time) >= WAITED => {
            let wait = left.time.since(asked.last.time);
            attempt.unused = wait < LONG;
            (WaitFailure::Timeout(wait), Side::Client, ours)
        }
        (_, None, None, _) if !acknowledged && again && (ours.is_some() || client.retransmissions >= SENT_AGAIN) => {
            attempt.reused = asked.again;
            attempt.unused |= asked.again;
            attempt.span = Some((asked.first.time, connection.last.time));
            tell_asked(handshake, asked.first, story);
            if let Some(ours) = ours {
                story.add(ours.source, Side::Client, what(ours, "by the gateway"));
            }
            return unacknowledged(connection, attempt, story);
        }
        _ => return,
    };
    attempt.reused = asked.again;
    if asked.again {
        attempt.span = Some((asked.first.time, connection.last.time));
    }
    // Whether a later question wanted an answer cannot be told: only a failed request says so.
    attempt.unused |= asked.again;
    attempt.send = Phase::Ok(None);
    attempt.wait = Phase::Failed(failure);
    attempt.doubts.push(UNREAD.to_string());
    tell_asked(handshake, asked.first, story);
    let when = if side == Side::Client { "by the gateway" } else { "in place of an answer" };
    story.add(end.source, side, what(end, when));
}

/// An encrypted answer that had begun, and was ended without close_notify or never went on. Whether it was whole cannot
/// be read, unless it ended, or stopped, in the middle of a record: else it counts only where the gateway's own answer
/// broke off as well.
fn broken_off(connection: &Connection, handshake: &Handshake, attempt: &mut Attempt, story: &mut Story<'_>) {
    let (client, server) = (&connection.client_end, &connection.server_end);
    let Some(asked) = handshake.asked.filter(|asked| asked.bytes >= QUESTION) else { return };
    let Some(last) = server.last_data.filter(|last| *last > asked.last) else { return };
    if handshake.lost || client.lost > 0 || server.lost > 0 || server.unseen() || handshake.small[1].is_some() {
        return;
    }
    let (ours, theirs) = (end(connection, Side::Client), end(connection, Side::Server));
    let left = handshake.small[0].into_iter().chain(ours.map(|ours| ours.source)).min();
    let (failure, by, side) = match (left, theirs, ours) {
        (left, Some(theirs), _) if left.is_none_or(|left| theirs.source < left) => {
            let how = if theirs.reset { ReceiveFailure::Reset } else { ReceiveFailure::Closed };
            (how, theirs, Side::Server)
        }
        (Some(left), _, Some(ours)) if left.time.since(last.time) >= WAITED => {
            (ReceiveFailure::Stalled(left.time.since(last.time)), ours, Side::Client)
        }
        _ => return,
    };
    // Where the gateway's own window is closed, its client may be the one that does not read.
    attempt.unused = !handshake.torn(Side::Server) || side == Side::Client && client.window_closed().is_some();
    attempt.reused = asked.again;
    attempt.span = Some((asked.first.time, by.source.time));
    attempt.send = Phase::Ok(None);
    attempt.wait = Phase::Ok(None);
    attempt.receive = Phase::Failed(failure);
    attempt.doubts.push(UNREAD.to_string());
    tell_asked(handshake, asked.first, story);
    story.add(by.source, side, what(by, "in the middle of the response, as far as can be told"));
}

fn tell_asked(handshake: &Handshake, first: Source, story: &mut Story<'_>) {
    if let Some(finished) = handshake.finished {
        story.add(finished, Side::Client, What::Tls("Finished: the handshake is over".into()));
    }
    story.add(first, Side::Client, What::Tls("encrypted data, the request as far as can be told".into()));
}
