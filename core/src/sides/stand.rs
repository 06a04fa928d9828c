//! A capture place, and a connection as it is there: what it shows, and what it would have shown.
//!
//! Only what a capture would have shown counts as missing in it: it was running, lost nothing, and saw that direction.

use alloc::format;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::listed::Set;

use super::clock::Clock;
use crate::capture::connection::{Connection, Side};
use crate::capture::marks::{Kind, Mark};
use crate::capture::point::Point;
use crate::exchange::{Flow, Sighting, Source};
use crate::time::{Span, Timestamp};

/// A capture must go on at least this long after a packet should have come by.
pub const GRACE: Span = Span::milliseconds(200);
/// Packets of one kind that are shown of each capture.
const SHOWN: usize = 4;

/// What is known of a capture place as a whole.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The file's name.
    pub name: &'a str,
    /// First and last packet, by the clock of the home capture.
    pub span: (Timestamp, Timestamp),
    /// Its clock against the home capture's.
    pub clock: Clock,
    /// Its host says that it missed packets, or receivers acknowledged some that it lacks.
    pub lossy: bool,
    /// Servers whose packets are among its packets.
    pub answered: &'a Set<IpAddr>,
    /// Packets of openers are.
    pub requests: bool,
}

impl Place<'_> {
    /// A time of its own by the home capture's clock.
    pub fn home(&self, time: Timestamp) -> Timestamp {
        self.clock.theirs(time)
    }

    /// Whether it was running when a packet passed, by the home capture's clock, give or take `error`.
    pub fn covers(&self, time: Timestamp, error: Span) -> bool {
        let error = Span(error.0.saturating_add(self.clock.error.0));
        self.span.0.plus(error) <= time && time.plus(error).plus(GRACE) <= self.span.1
    }

    /// Whether it was running until then, by the home capture's clock: for what must have come by here before.
    pub fn ran_until(&self, time: Timestamp, error: Span) -> bool {
        let error = Span(error.0.saturating_add(self.clock.error.0));
        self.span.0.plus(error) <= time && time.plus(error) <= self.span.1
    }
}

/// A connection at a place.
#[derive(Clone, Copy)]
pub struct Stand<'a> {
    /// The place.
    pub place: &'a Place<'a>,
    /// The connection as it is there.
    pub connection: &'a Connection,
}

impl<'a> Stand<'a> {
    pub fn marks(&self, kind: Kind, side: Side) -> impl Iterator<Item = &'a Mark> + use<'a> {
        self.connection.marks.iter().filter(move |mark| (mark.kind, mark.side) == (kind, side))
    }

    pub fn first(&self, kind: Kind, side: Side) -> Option<&'a Mark> {
        self.marks(kind, side).next()
    }

    /// Nothing of the connection is missing here.
    pub fn sound(&self) -> bool {
        let whole = |side: Side| {
            let end = self.connection.end(side);
            !end.skipped() && !end.lacks()
        };
        !self.place.lossy && whole(Side::Client) && whole(Side::Server)
    }

    /// A packet that another place holds should have come here next: the capture was running, is sound, and has its
    /// direction.
    pub fn should_have(&self, source: Source, at: &Place<'_>, side: Side) -> bool {
        let direction = side == Side::Server && !self.place.answered.is_empty();
        (self.hears(side) || direction) && self.sound() && self.place.covers(at.home(source.time), at.clock.error)
    }

    /// A packet that another place holds should have come by here before. It may have taken another way than the
    /// connection's first packets: others of that host must have come this way.
    pub fn should_have_had(&self, source: Source, at: &Place<'_>, side: Side) -> bool {
        let by_here = side == Side::Server && self.place.answered.contains(&self.connection.server.ip());
        (self.hears(side) || by_here) && self.sound() && self.place.ran_until(at.home(source.time), at.clock.error)
    }

    fn hears(&self, side: Side) -> bool {
        self.connection.end(side).packets > 0
    }

    pub fn sighting(&self, source: Source, side: Side, what: &str) -> Sighting {
        let connection = self.connection;
        let (from, to) = match side {
            Side::Client => (connection.client, connection.server),
            Side::Server => (connection.server, connection.client),
        };
        Sighting {
            source,
            by_client: side == Side::Client,
            text: format!("{}: {what}, {from} → {to}", self.place.name),
            flow: Flow { one: connection.client, other: connection.server, packets: connection.packets },
        }
    }

    pub fn sightings(&self, kind: Kind, side: Side, what: &str) -> Vec<Sighting> {
        self.marks(kind, side).take(SHOWN).map(|mark| self.sighting(mark.source, side, what)).collect()
    }

    /// How the handshake went here, for those who look at both captures side by side.
    pub fn handshake(&self) -> Vec<Sighting> {
        let syn = self.first(Kind::Syn, Side::Client).map(|mark| self.sighting(mark.source, Side::Client, "SYN"));
        let answer = self.first(Kind::SynAck, Side::Server);
        let answer = answer.map(|mark| self.sighting(mark.source, Side::Server, "SYN-ACK"));
        syn.into_iter().chain(answer).collect()
    }
}

/// Servers whose packets came by.
pub fn answered(point: &Point) -> Set<IpAddr> {
    let connections = point.connections.iter().filter(|connection| connection.server_end.packets > 0);
    let lookups = point.lookups.list.iter().filter(|lookup| !lookup.answers.is_empty());
    connections.map(|connection| connection.server.ip()).chain(lookups.map(|lookup| lookup.server)).collect()
}

/// A point as a place, by the clock of its home.
pub fn place<'a>(point: &Point, name: &'a str, answered: &'a Set<IpAddr>, clock: Clock) -> Place<'a> {
    let gap = |connection: &Connection| {
        let (client, server) = (&connection.client_end, &connection.server_end);
        client.skipped() || server.skipped() || client.lacks() || server.lacks()
    };
    let asked = |connection: &Connection| connection.client_end.packets > 0;
    let span = (point.started.unwrap_or_default(), point.ended.unwrap_or_default());
    Place {
        name,
        span: (clock.theirs(span.0), clock.theirs(span.1)),
        clock,
        lossy: point.drops > 0 || !point.gaps.is_empty() || point.connections.iter().any(gap),
        answered,
        requests: point.connections.iter().any(asked),
    }
}
