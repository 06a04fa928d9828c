//! What a capture without a client's side leaves open: why the gateway gave up, and whose connection it was.

use alloc::format;

use super::Loose;
use super::usage::{in_trouble, in_use};
use crate::capture::connection::Connection;
use crate::capture::point::Point;
use crate::categories::Id;
use crate::exchange::{Answer, ConnectFailure, Exchange, Left, ReceiveFailure, WaitFailure};

const GONE: &str = "The client's side was not captured: the gateway may have closed because its client had left.";

/// Says of an upstream failure that stands alone what else it may be.
pub(super) fn say(exchange: &mut Exchange, loose: &Loose<'_>, points: &[Point]) {
    if exchange.client.is_some() || exchange.answer != Answer::NotSeen {
        return;
    }
    let connection = loose.connection;
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
