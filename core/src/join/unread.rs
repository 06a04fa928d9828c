//! Exchanges whose answer was not captured, or cut off by a snap length: that they failed is told by their attempts alone,
//! where nothing upstream was answered after them.

use core::net::{IpAddr, SocketAddr};

use crate::listed::Map;

use super::spans::Spans;
use super::{Names, Roles, services};
use crate::capture::point::Point;
use crate::exchange::{Attempt, ConnectFailure, Exchange, WaitFailure};
use crate::time::{Span, Timestamp};

/// A gateway goes on to the next address by its own timer.
const BY_TIMER: Span = Span::seconds(64);

/// When servers that the gateway asked said something: from the first byte to the last packet.
pub(super) struct Answered<'a, 'n> {
    said: Spans<()>,
    /// The same by their addresses.
    by_address: Map<IpAddr, Spans<SocketAddr>>,
    names: &'a Names<'n>,
}

impl<'a, 'n> Answered<'a, 'n> {
    pub(super) fn new(points: &[Point], roles: &Roles, names: &'a Names<'n>) -> Self {
        let connections = points.iter().flat_map(|point| &point.connections);
        let own = connections.filter(|connection| {
            let out = roles.egress.contains(&connection.client.ip()) && !roles.is_inbound(connection);
            out && connection.server.port() != 53 && services::kind(connection).is_none()
        });
        let said = own.filter_map(|connection| {
            let server = &connection.server_end;
            let begun = server.first_data.map(|first| first.time);
            let begun = begun.or_else(|| server.unseen().then_some(connection.first.time))?;
            Some((begun, connection.last.time, connection.server))
        });
        let mut all = Self { said: Spans::default(), by_address: Map::default(), names };
        for (begun, ended, server) in said {
            all.said.push(begun, ended, ());
            all.by_address.or_default(server.ip()).push(begun, ended, server);
        }
        all.said.order();
        all.by_address.values_mut().for_each(Spans::order);
        all
    }

    /// Whether an exchange failed, as far as its attempts show: the last one ended without an answer, and no other
    /// connection brought one meanwhile.
    pub(super) fn failed(&self, exchange: &Exchange) -> bool {
        let Some(last) = exchange.attempts.iter().filter(|attempt| ended(attempt)).max_by_key(|attempt| attempt.span)
        else {
            return false;
        };
        let Some((_, over)) = last.span else { return false };
        let end = exchange.events.iter().map(|event| event.source.time).max().unwrap_or(over).max(over);
        let all_failed = exchange.attempts.iter().all(super::failing);
        // Where DNS gave addresses for the host, an answer from elsewhere is another request's.
        let host = self.names.addresses(exchange.host.as_deref());
        let begun = exchange.begun;
        let there = |address: IpAddr| self.by_address.get(&address).is_some_and(|said| said.touch(begun, end));
        let asked = |server: SocketAddr| {
            let said = self.by_address.get(&server.ip());
            said.is_some_and(|said| said.touching(begun, end).any(|other| *other == server))
        };
        let answered = match host.addresses.is_empty() {
            true => self.said.touch(begun, end),
            false => {
                host.has_more()
                    || host.each().any(there)
                    || exchange.attempts.iter().filter_map(|a| a.upstream).any(asked)
            }
        };
        all_failed && !answered
    }

    /// Whether another address of the host answered after the last attempt that failed: the request went on there.
    pub(super) fn elsewhere(&self, exchange: &Exchange) -> bool {
        let Some((last, (_, over))) = exchange.attempts.last().and_then(|last| Some((last, last.span?))) else {
            return false;
        };
        let host = self.names.addresses(exchange.host.as_deref());
        let said = host.each().filter_map(|address| self.by_address.get(&address));
        let mut after = said.flat_map(|said| said.beginning(Timestamp(over.0.saturating_add(1)), over.plus(BY_TIMER)));
        after.any(|server| last.upstream != Some(*server))
    }
}

/// It will bring no answer any more.
fn ended(attempt: &Attempt) -> bool {
    let waits = matches!(attempt.wait.failure(), Some(WaitFailure::Timeout(_)));
    // One SYN is sent again after a second (RFC 6298): its answer may come, or was not captured.
    let one = matches!(
        attempt.connect.failure(),
        Some(ConnectFailure::Unanswered { tries: ..2, .. } | ConnectFailure::NoReturn { tries: ..2, .. })
    );
    super::failing(attempt) && !attempt.unused && !attempt.late && !attempt.open && !waits && !one
}
