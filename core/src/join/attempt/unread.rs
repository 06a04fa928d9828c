//! Connections of which one direction was not captured, or whose bytes a snap length cut off: acknowledgements and sequence
//! numbers still tell how much was sent, and who ended them.

use super::Story;
use super::answer::SHORTEST_WAIT;
use super::secure::{end, what};
use crate::capture::connection::{Connection, Side};
use crate::categories::Id;
use crate::exchange::{Attempt, Left, Phase, WaitFailure, What};

const UNSAID: &str =
    "What the gateway sent on this connection was not captured; that it asked is told by what the server acknowledged.";
const CUT: &str = "The snap length cut off what was sent on this connection.";
const UNHEARD: &str =
    "What came back on this connection was not captured; how much it was is told by what the gateway acknowledged.";

/// The ports of TLS: what was asked there may have been a ClientHello.
fn secure_port(connection: &Connection) -> bool {
    matches!(connection.server.port(), 443 | 8443)
}

/// A connection whose question was not captured or cannot be read: what ended it in place of an answer.
pub(super) fn unsaid(connection: &Connection, attempt: &mut Attempt, story: &mut Story<'_>) {
    let (client, server) = (&connection.client_end, &connection.server_end);
    let unseen = client.packets == 0;
    // A FIN takes one number as well.
    let asked = client.position > 0 || client.acked > 1;
    if !asked || server.position > 0 || server.unseen() || !unseen && client.cut == 0 {
        return;
    }
    let tls = secure_port(connection);
    let (ours, theirs) = (end(connection, Side::Client), end(connection, Side::Server));
    let (failure, fits): (_, &[Id]) = match (ours, theirs) {
        (ours, Some(theirs)) if ours.is_none_or(|ours| theirs.source < ours.source) => {
            // Unseen, the gateway may have closed first: a FIN that answers its own acknowledges one number more.
            if unseen && !theirs.reset && client.acked_by_one {
                return;
            }
            story.add(theirs.source, Side::Server, what(theirs, "before any byte of an answer"));
            match (theirs.reset, tls) {
                (true, false) => (WaitFailure::Reset, &[Id::ResponseReset, Id::KeepaliveRace]),
                (true, true) => (WaitFailure::Reset, &[Id::TlsReset, Id::ResponseReset]),
                (false, false) => (WaitFailure::Closed, &[Id::ResponseEmpty, Id::KeepaliveRace]),
                (false, true) => (WaitFailure::Closed, &[Id::TlsClosed, Id::ResponseEmpty]),
            }
        }
        (Some(ours), _) if client.acked >= client.position => {
            let Some(last) = client.last_data else { return };
            let wait = ours.source.time.since(last.time);
            if wait < SHORTEST_WAIT {
                return;
            }
            story.add(ours.source, Side::Client, what(ours, "by the gateway"));
            match tls {
                false => (WaitFailure::Timeout(wait), &[Id::ResponseTimeout]),
                true => (WaitFailure::Timeout(wait), &[Id::TlsNoResponse, Id::ResponseTimeout]),
            }
        }
        _ => return,
    };
    attempt.left = Left::new(fits, if unseen { UNSAID } else { CUT });
    if !tls {
        attempt.send = Phase::Ok(None);
        attempt.wait = Phase::Failed(failure);
    }
}

/// A request of which nothing that came back was captured: the gateway's own acknowledgements say how much it was.
pub(super) fn unheard(connection: &Connection, attempt: &mut Attempt, story: &mut Story<'_>) {
    let (client, server) = (&connection.client_end, &connection.server_end);
    let ours = end(connection, Side::Client);
    let fits: &[Id] = match (server.acked, ours) {
        // Nothing, and no FIN.
        (0, None) => &[Id::ResponseReset, Id::ResponseTimeout, Id::RequestUnacked],
        (0, Some(_)) => {
            &[Id::ResponseTimeout, Id::RequestUnacked, Id::ZeroWindow, Id::PmtuBlackhole, Id::ResponseReset]
        }
        // Its FIN did not acknowledge the server's yet: the gateway was the first to close.
        (1, Some(ours)) if !ours.reset && client.fin.is_some_and(|fin| fin.received == 0) => {
            let wait = client.last_data.map(|last| ours.source.time.since(last.time)).unwrap_or_default();
            story.add(ours.source, Side::Client, what(ours, "by the gateway"));
            if wait >= SHORTEST_WAIT {
                attempt.send = Phase::Ok(None);
                attempt.wait = Phase::Failed(WaitFailure::Timeout(wait));
            }
            &[Id::ResponseTimeout, Id::ClientAbort]
        }
        (1, Some(ours)) => {
            story.add(ours.source, Side::Client, What::Ack("a FIN, and of no byte before it".into()));
            attempt.send = Phase::Ok(None);
            attempt.wait = Phase::Failed(WaitFailure::Closed);
            &[Id::ResponseEmpty, Id::KeepaliveRace]
        }
        _ => &[
            Id::ResponseTruncated,
            Id::ResponseInvalid,
            Id::ResponseStalled,
            Id::ResponseBadChunk,
            Id::ResponseHeaderTooLarge,
            Id::OriginError,
        ],
    };
    if client.packets > 0 {
        attempt.left = Left::new(fits, UNHEARD);
    }
}
