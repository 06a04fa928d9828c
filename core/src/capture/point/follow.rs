//! Segments → connections: which of those on the same addresses and ports a segment belongs to.

use core::net::SocketAddr;

use super::{CONNECTIONS, Point, WAITING};
use crate::capture::clock::REORDERED_BETWEEN;
use crate::capture::connection::{Connection, Side, Speech};
use crate::capture::marks::Mark;
use crate::capture::packet::{Packet, Segment};
use crate::protocols::http1;
use crate::time::{Span, Timestamp};

/// Requests that went well and are kept to find their lines in logs.
const SERVED: usize = 200_000;

/// For so long after its end a connection may still see copies and late packets: other interfaces' may lie so far behind.
const LINGER: Span = Span(REORDERED_BETWEEN.0 + Span::milliseconds(100).0);

/// Connections on the same addresses and ports that a segment is held against, the latest first: both legs of a gateway
/// that keeps both addresses, and an earlier use of the port on each.
const LEGS: usize = 4;

/// Where the latest connection on two ports may be, without a look into the table: the packets of one follow each other.
pub(super) struct Hints([u32; 64]);

impl Default for Hints {
    fn default() -> Self {
        Self([u32::MAX; 64])
    }
}

impl Hints {
    /// The same for both directions.
    fn of(&mut self, one: SocketAddr, other: SocketAddr) -> &mut u32 {
        &mut self.0[usize::from(one.port() ^ other.port()) % 64]
    }
}

/// A connection's two ends in one order, so that both directions find it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key(SocketAddr, SocketAddr);

impl Key {
    pub(super) fn of(one: SocketAddr, other: SocketAddr) -> Self {
        if one <= other { Self(one, other) } else { Self(other, one) }
    }
}

impl Point {
    /// The latest connection on two addresses and ports.
    pub(super) fn latest(&self, key: Key) -> Option<usize> {
        self.open
            .get(key, |at| self.connections.get(at).is_some_and(|known| Key::of(known.client, known.server) == key))
    }

    /// The latest connection between these two.
    fn between(&mut self, from: SocketAddr, to: SocketAddr) -> Option<usize> {
        let at = *self.hints.of(from, to) as usize;
        let known = self.connections.get(at).map(|known| (known.client, known.server));
        if known == Some((from, to)) || known == Some((to, from)) {
            return Some(at);
        }
        let latest = self.latest(Key::of(from, to))?;
        *self.hints.of(from, to) = u32::try_from(latest).unwrap_or(u32::MAX);
        Some(latest)
    }

    /// A new connection, which is now the latest on its addresses and ports; its place.
    pub(super) fn follow(&mut self, key: Key, connection: Connection) -> usize {
        let at = self.connections.len();
        self.connections.push(connection);
        let connections = &self.connections;
        let is = |at| connections.get(at).is_some_and(|known| Key::of(known.client, known.server) == key);
        self.open.set(key, at, is);
        *self.hints.of(key.0, key.1) = u32::try_from(at).unwrap_or(u32::MAX);
        at
    }

    /// Connections on the same addresses and ports, the latest first.
    pub(super) fn chain(&self, latest: usize) -> impl Iterator<Item = (usize, &Connection)> {
        let each = core::iter::successors(Some(latest), |at| Some(self.connections.get(*at)?.before? as usize));
        each.take(LEGS).filter_map(|at| Some((at, self.connections.get(at)?)))
    }

    /// Which of the connections on these addresses and ports a segment belongs to; `None`: a new one.
    fn choose(&self, latest: usize, from: SocketAddr, segment: &Segment<'_>) -> Option<usize> {
        let connection = self.connections.get(latest)?;
        let side = |connection: &Connection| if connection.client == from { Side::Client } else { Side::Server };
        if segment.has(Segment::SYN) && !segment.has(Segment::ACK) {
            let same = |connection: &Connection| !connection.superseded_by(segment, side(connection));
            return self.chain(latest).find(|(_, connection)| same(connection)).map(|(at, _)| at);
        }
        if connection.before.is_none() {
            return Some(latest).filter(|_| !connection.foreign(side(connection), segment));
        }
        let near = self.chain(latest).min_by_key(|(_, connection)| connection.distance(side(connection), segment));
        near.filter(|(_, connection)| !connection.foreign(side(connection), segment)).map(|(at, _)| at)
    }

    /// Connections that have been over for a while let go what only their next packets would need.
    fn settle(&mut self, now: Timestamp) {
        // Where time goes back, as from one section of a file to the next, nothing more of before is to come.
        while let Some((at, _)) = self.over.pop_front_if(|(_, over)| now.since(*over).0.abs() > LINGER.0) {
            if let Some(connection) = self.connections.get_mut(at) {
                let waited = connection.waiting();
                connection.settle();
                self.waiting = self.waiting.saturating_sub(waited - connection.waiting());
            }
        }
    }

    pub(super) fn segment(&mut self, packet: &Packet<'_>, segment: &Segment<'_>) {
        self.settle(packet.source.time);
        let from = SocketAddr::new(packet.from, segment.from);
        let to = SocketAddr::new(packet.to, segment.to);
        let latest = self.between(from, to);
        let known = latest.and_then(|latest| self.choose(latest, from, segment));
        if known.is_none() && self.connections.len() >= CONNECTIONS {
            self.unfollowed += 1;
            return;
        }
        let at = known.unwrap_or_else(|| {
            let (client, server, sure) = roles(from, to, segment);
            let mut connection = Connection::new(client, server, sure, packet.source);
            connection.remember = self.keep;
            connection.before = latest.and_then(|latest| u32::try_from(latest).ok());
            self.follow(Key::of(from, to), connection)
        });
        let Some(connection) = self.connections.get_mut(at) else { return };
        let side = if connection.client == from { Side::Client } else { Side::Server };
        connection.interfaces |= self.interface;
        if self.clock.in_doubt(packet.source.time) {
            if let (Some(stamp), Some(before)) = (segment.stamp, connection.end(side).stamps) {
                self.clock.stamped(packet.source.time, before, stamp);
            }
            if let Some(sent) = connection.under_way(side, segment) {
                self.clock.in_flight(sent.time);
            }
        }
        if self.seam.recording
            && let Some(mark) = Mark::of(side, packet, segment)
        {
            mark.add_to(&mut connection.marks);
        }
        let (waited, given_up) = (connection.waiting(), connection.speech.given_up());
        connection.segment(side, packet, segment);
        if connection.over() && !core::mem::replace(&mut connection.lingers, true) {
            self.over.push_back((at, packet.source.time));
        }
        if connection.waiting() > waited && (self.waiting + connection.waiting()).saturating_sub(waited) > WAITING {
            connection.wait_no_more(packet.source);
            self.unsorted += 1;
        }
        self.waiting = (self.waiting + connection.waiting()).saturating_sub(waited);
        self.given_up += connection.speech.given_up().saturating_sub(given_up);
        if let Speech::Http(conversation) = &mut connection.speech
            && !conversation.served.is_empty()
        {
            for served in conversation.served.drain(..) {
                if self.served.len() < SERVED {
                    self.served.push((u32::try_from(at).unwrap_or(u32::MAX), served));
                } else {
                    self.passed_over += 1;
                }
            }
        }
        let (client, server) = (connection.client, connection.server);
        for (side, source, message) in connection.take_dns() {
            let (from, to) = if side == Side::Client { (client, server) } else { (server, client) };
            self.lookups.message(from, to, message, source, packet.id);
        }
    }
}

/// Who opened a connection: known from SYN and SYN-ACK, else guessed from its first bytes and its ports.
fn roles(from: SocketAddr, to: SocketAddr, segment: &Segment<'_>) -> (SocketAddr, SocketAddr, bool) {
    if segment.has(Segment::SYN) {
        return if segment.has(Segment::ACK) { (to, from, true) } else { (from, to, true) };
    }
    let data = segment.payload;
    if http1::looks_like_response(data) == Some(true) {
        return (to, from, false);
    }
    if http1::looks_like_request(data) == Some(true) {
        return (from, to, false);
    }
    // Ephemeral ports are the higher ones.
    if from.port() < to.port() { (to, from, false) } else { (from, to, false) }
}
