//! What a capture without a client's side leaves open: why the gateway gave up, and whose connection it was.

use alloc::format;
use alloc::string::String;

use super::Loose;
use super::alone::went_well;
use super::usage::{in_trouble, in_use};
use crate::capture::connection::Connection;
use crate::capture::point::Point;
use crate::categories::Id;
use crate::exchange::{Answer, ConnectFailure, Exchange, Left, ReceiveFailure, WaitFailure};
use crate::time::Span;

const GONE: &str = "The client's side was not captured: the gateway may have closed because its client had left.";

/// After a refusal the next address of a name is tried at once.
const AT_ONCE: Span = Span::milliseconds(100);
/// After silence, when the gateway's timer says so.
const BY_TIMER: Span = Span::seconds(64);

/// Says of an upstream failure that stands alone what else it may be.
pub(super) fn say(exchange: &mut Exchange, loose: &Loose<'_>, points: &[Point]) {
    if exchange.client.is_some() || exchange.answer != Answer::NotSeen {
        return;
    }
    let connection = loose.connection;
    if exchange.host.is_none() {
        exchange.doubts.extend(took_over(loose, points));
    }
    let Some(attempt) = exchange.attempts.last_mut() else { return };
    let left_by_gateway = connection.client_end.fin.is_some() || connection.client_end.rst.is_some();
    let gave_up = match (attempt.wait.failure(), attempt.receive.failure()) {
        (Some(WaitFailure::Timeout(_)), _) => Some(Id::ResponseTimeout),
        (_, Some(ReceiveFailure::Stalled(_))) => Some(Id::ResponseStalled),
        (_, Some(ReceiveFailure::HeaderTooLarge)) => Some(Id::ResponseHeaderTooLarge),
        _ => None,
    };
    if let Some(id) = gave_up.filter(|_| left_by_gateway) {
        attempt.left = Left::new(&[id, Id::ClientAbort], GONE);
    }
    let unanswered = matches!(attempt.connect.failure(), Some(ConnectFailure::Unanswered { .. }));
    let client_of = |other: &&Connection| {
        let (from, to) = in_use(other);
        let during = from <= loose.begun && loose.begun <= to;
        let same = other.client.ip() == connection.client.ip() && other.server.ip() != connection.server.ip();
        same && during && in_trouble(other)
    };
    let mut all = points.iter().flat_map(|point| &point.connections);
    if unanswered && let Some(other) = all.find(client_of) {
        let why = format!(
            "{} was being served by {} at that time: if that is a gateway which uses its clients' addresses, the answer goes astray instead.",
            connection.client.ip(),
            other.server
        );
        attempt.left = Left::new(&[Id::TcpSynUnanswered, Id::ReturnPath], &why);
    }
}

/// Without a lookup nothing says which addresses are one name's: what the gateway opened next, and what worked, may be the
/// next try of the same request.
fn took_over(loose: &Loose<'_>, points: &[Point]) -> Option<String> {
    let (attempt, dead) = (&loose.attempt, loose.connection.server);
    let silent = matches!(attempt.connect.failure()?, ConnectFailure::Unanswered { .. });
    let client = loose.connection.client.ip();
    let ended = attempt.events.iter().map(|event| event.source.time).max().unwrap_or(loose.begun);
    let opened = points.iter().flat_map(|point| &point.connections);
    let after = opened
        .filter(|other| other.client.ip() == client && other.server.port() != 53 && other.first.time >= loose.begun);
    let next = after.filter(|other| !core::ptr::eq(*other, loose.connection)).min_by_key(|other| other.first.time)?;
    let patience = if silent { BY_TIMER } else { AT_ONCE };
    let another = next.server.ip() != dead.ip() && next.server.port() == dead.port() && went_well(next);
    (another && next.first.time.since(ended) <= patience).then(|| {
        format!(
            "Next {client} connected to {}, and that worked: if both addresses are one name's, the request went well after all.",
            next.server
        )
    })
}
