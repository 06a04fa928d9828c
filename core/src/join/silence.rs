//! What it means where no attempt was seen for a request: that none was made, only where one would have been seen.

use alloc::format;
use alloc::string::ToString;
use core::net::IpAddr;

use crate::listed::{Map, Set};

use super::spans::Spans;
use super::upstream::upstream_visible;
use super::{Loose, Names, Roles, pairing};
use crate::capture::connection::Connection;
use crate::capture::point::Point;
use crate::categories::Phase as Stage;
use crate::exchange::{Attempt, Event, Exchange, Flow, What};
use crate::report::Leg;
use crate::time::Timestamp;

/// Said of a request without an attempt of its own, as long as no log says that it got no connection.
pub(crate) const BUSY: &str =
    "The gateway had other connections in use at that time; which of them carried this request cannot be told.";

const UNSURE: &str =
    "The gateway tried a server at that time, and nothing but the time says that it did so for another request.";

/// What the captures show of the gateway's way out, as far as a request without an attempt asks for it.
pub(super) struct Silence<'a> {
    /// Whether the captures show the way out at all.
    visible: bool,
    /// Files: whether they are one capture with others, and whether what they are of shows it.
    files: Map<u32, (bool, bool)>,
    /// There are captures of several places.
    several: bool,
    /// Files of them that show it.
    out: Set<u32>,
    /// Captures of requests with which a capture of attempts agreed in time.
    agreed: Set<u32>,
    guessed: bool,
    /// Connections of the gateway that were in use.
    busy: Spans<()>,
    /// Connections that came to nothing, by the addresses of both ends: to a site that is wanted they are an attempt of somebody.
    sites: Map<IpAddr, Spans<()>>,
    /// Connections of the gateway to itself, on which nothing was said.
    itself: Spans<&'a Connection>,
    /// Names that hosts looked up that are not known as the gateway.
    asked: Map<&'a str, Spans<IpAddr>>,
    /// Whom attempts went to that were taken for another request's by time alone.
    unsure: Spans<IpAddr>,
}

impl<'a> Silence<'a> {
    pub(super) fn new(points: &'a [Point], roles: &Roles, exchanges: &[Exchange], loose: &[Loose<'_>]) -> Self {
        let mut silence = Self {
            visible: upstream_visible(points, roles),
            files: Map::default(),
            several: points.len() > 1,
            out: Set::default(),
            agreed: agreed(exchanges),
            guessed: roles.guessed,
            busy: Spans::default(),
            sites: Map::default(),
            itself: Spans::default(),
            asked: Map::default(),
            unsure: Spans::default(),
        };
        for point in points {
            let visible = upstream_visible(core::slice::from_ref(point), roles);
            for file in &point.inputs {
                silence.files.or_insert_with(*file, || (point.inputs.len() > 1, false)).1 |= visible;
            }
        }
        for connection in points.iter().flat_map(|point| &point.connections) {
            silence.note(connection, roles);
        }
        for lookup in points.iter().flat_map(|point| &point.lookups.list) {
            let egress = roles.egress.contains(&lookup.asker);
            if egress {
                silence.out.extend(lookup.queries.iter().map(|query| query.input()));
            }
            if let Some(query) = lookup.queries.first().filter(|_| !egress && !roles.is_gateway(lookup.asker)) {
                silence.asked.or_default(&lookup.name).push(query.time, query.time, lookup.asker);
            }
        }
        for loose in loose.iter().filter(|loose| loose.unsure) {
            if let Some(upstream) = loose.attempt.upstream {
                silence.unsure.push(loose.begun, loose.begun, upstream.ip());
            }
        }
        silence.unsure.order();
        silence.busy.order();
        silence.itself.order();
        silence.sites.values_mut().for_each(Spans::order);
        silence.asked.values_mut().for_each(Spans::order);
        silence
    }

    fn note(&mut self, connection: &'a Connection, roles: &Roles) {
        let (from, to) = (connection.first.time, connection.last.time);
        let (client, server) = (connection.client.ip(), connection.server.ip());
        let (own, theirs) = (&connection.client_end, &connection.server_end);
        let inbound = roles.is_inbound(connection);
        let outward = roles.egress.contains(&client) && !inbound;
        if outward {
            self.out.extend([connection.first.input(), connection.last.input()]);
        }
        // What was said on it may have been missed.
        let used = own.position > 0 || own.unseen() || theirs.position > 0;
        // What is there in part only: a RST answers what was sent, and the site's address was known for this request alone.
        let refused = connection.midstream() && theirs.rst().is_some();
        if outward && connection.server.port() != 53 && (used || refused) {
            self.busy.push(from, to, ());
        }
        if connection.established.is_none() && !used && !inbound {
            for end in [client, server] {
                self.sites.or_default(end).push(from, to, ());
            }
        }
        let mute = own.position == 0 && theirs.position == 0;
        if client == server && roles.is_gateway(server) && mute && connection.opening().is_some() {
            self.itself.push(from, from, connection);
        }
    }

    /// Whether the gateway's way out is in the capture that shows this request, or in one whose clock agrees: an attempt there
    /// belongs to a request of the same capture. By another clock it would be seen at another time.
    fn shown_beside(&self, exchange: &Exchange) -> bool {
        let Some(first) = exchange.events.first().map(|event| event.source.input()) else { return true };
        let own = self.files.get(&first).copied();
        // Files of the two sides that do not overlap look like one capture in parts; a part of one shows both sides.
        if own.is_some_and(|(parts, _)| parts) && !self.out.contains(&first) {
            return false;
        }
        !self.several || self.agreed.contains(&first) || own.is_none_or(|(_, visible)| visible)
    }

    /// Whether a host that is neither the client nor known as the gateway looked up the host of a request while that waited.
    fn asked_by_another(&self, exchange: &Exchange, (from, to): (Timestamp, Timestamp)) -> bool {
        let asked = exchange.host.as_deref().and_then(|host| self.asked.get(host));
        asked.is_some_and(|asked| asked.touching(from, to).any(|asker| Some(*asker) != exchange.client))
    }

    /// A connection that the gateway opened to itself in this time, and said nothing on: it left it out, as Squid does with a
    /// parent that is itself.
    fn to_itself(&self, (from, to): (Timestamp, Timestamp)) -> Option<Event> {
        let connection = self.itself.beginning(from, to).next()?;
        let flow = Flow { one: connection.client, other: connection.server, packets: connection.packets };
        let what =
            What::Note(format!("gateway → itself: SYN to {}; nothing is sent on that connection", connection.server));
        Some(Event { source: connection.first, leg: Leg::Upstream, sent: true, what, flow: Some(flow) })
    }

    /// Says it of a request that no attempt was seen for.
    pub(super) fn tell(&self, exchange: &mut Exchange, names: &Names<'_>) {
        let (from, to) = pairing::window(exchange);
        let host = names.addresses(exchange.host.as_deref());
        let site = |address: IpAddr| self.sites.get(&address).is_some_and(|spans| spans.touch(from, to));
        let busy = self.busy.touch(from, to) || host.each().any(site) || host.has_more();
        let may = |upstream: &IpAddr| host.addresses.is_empty() || host.has(*upstream);
        let doubt = if !self.visible || self.guessed && !busy {
            "These captures show only the client's side of the gateway: what it did upstream cannot be seen."
        } else if !self.shown_beside(exchange) {
            "The gateway's way out is in another capture than this request, and nothing in both says that their clocks agree: what it tried may be there at another time."
        } else if exchange.signs.late {
            // Said of every such exchange.
            return;
        } else if busy {
            BUSY
        } else if self.unsure.touching(from.max(exchange.begun), to).any(may) {
            UNSURE
        } else if exchange.signs.head_cut {
            "The snap length cut the head of the answer off: a reason that the gateway gives there was not captured."
        } else if self.asked_by_another(exchange, (from, to)) {
            "Another host in these captures asked DNS for this very name meanwhile: it may be the gateway, under another address."
        } else if names.left_open(exchange.host.as_deref().unwrap_or_default(), from, to) {
            "DNS gave no address for this host meanwhile, nor a reason that ends the lookup: what came of it is not in the capture."
        } else if exchange.host.is_none() && names.asked_between(from, to) {
            "The snap length cut off which host was wanted, and the gateway asked DNS meanwhile."
        } else {
            exchange.outward = true;
            exchange.events.extend(self.to_itself((from, to)));
            let first = exchange.signs.word.as_ref().and_then(|word| word.candidates.first()?.category());
            // An answer of DNS that it kept, or a reason of its own, needs no attempt.
            if !first.is_some_and(|first| !matches!(first.phase, Stage::Resolve | Stage::Gateway | Stage::Upstream)) {
                return;
            }
            "No attempt of the gateway for this request is in the capture: its own word alone says what failed."
        };
        exchange.doubts.push(doubt.to_string());
    }
}

/// Captures of requests with which a capture of attempts agreed in time: one of another place had the attempt.
fn agreed(exchanges: &[Exchange]) -> Set<u32> {
    let input = |events: &[Event]| events.first().map(|event| event.source.input());
    let told = exchanges.iter().filter_map(|exchange| {
        let own = input(&exchange.events)?;
        let tied = |attempt: &Attempt| attempt.host.is_some() && attempt.host == exchange.host;
        let elsewhere = |attempt: &Attempt| input(&attempt.events).is_some_and(|other| other != own);
        exchange.attempts.iter().any(|attempt| tied(attempt) && elsewhere(attempt)).then_some(own)
    });
    told.collect()
}
