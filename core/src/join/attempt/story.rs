//! Events of one connection, put together.

use crate::sorting::Sorting as _;
use crate::sparing;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::capture::connection::{Connection, Side};
use crate::capture::transaction::{Response, Transaction};
use crate::exchange::{Event, Flow, Source, What};
use crate::report::Leg;

/// Puts events of one connection together.
pub(super) struct Story<'a> {
    connection: &'a Connection,
    leg: Leg,
    /// The gateway is the connection's client (true) or server.
    opener: bool,
    events: Vec<Event>,
}

impl<'a> Story<'a> {
    pub(super) fn new(connection: &'a Connection, leg: Leg) -> Self {
        Self { connection, leg, opener: leg != Leg::Client, events: Vec::new() }
    }

    pub(super) fn add(&mut self, source: Source, side: Side, what: What) {
        let connection = self.connection;
        let flow = Flow { one: connection.client, other: connection.server, packets: connection.packets };
        let sent = (side == Side::Client) == self.opener;
        sparing::push(&mut self.events, Event { source, leg: self.leg, sent, what, flow: Some(flow) });
    }

    pub(super) fn done(mut self) -> Vec<Event> {
        self.events.order_by_key(|event| (event.source.time, event.source.number));
        self.events.dedup_by(|later, earlier| later.source == earlier.source && later.what == earlier.what);
        self.events
    }
}

/// Whether the client had closed before this answer came, and its host refused the answer: then it had left, and not only
/// closed its own direction.
pub fn gone_before(connection: &Connection, response: &Response) -> bool {
    let (client, server) = (&connection.client_end, &connection.server_end);
    client.fin.is_some_and(|fin| fin.source < response.first)
        && client.rst().is_some_and(|reset| reset.source > response.first)
        && server.acked < server.position
}

/// The events of a client's request at the gateway.
pub fn client_story(connection: &Connection, transaction: &Transaction) -> Vec<Event> {
    let mut story = Story::new(connection, Leg::Client);
    if let Some(request) = &transaction.request {
        story.add(request.first, Side::Client, What::Request(request.line()));
    }
    if let Some(response) = &transaction.response {
        if let Some((status, source)) = response.odd.earlier {
            story.add(source, Side::Server, What::Response(status.to_string()));
        }
        let text = format!("{} {}", response.status, response.reason);
        story.add(response.first, Side::Server, What::Response(text.trim_end().into()));
    }
    if let Some((source, text)) = transaction.junk.as_deref() {
        story.add(*source, Side::Server, What::Data(text.clone()));
    }
    let taken = |response: &Response| response.complete && !gone_before(connection, response);
    let answered = transaction.response.as_deref().is_some_and(taken);
    if let Some(source) = connection.server_end.unseen_by().filter(|_| transaction.response.is_none()) {
        story.add(source, Side::Client, What::Ack("bytes of an answer that the capture lacks".into()));
    }
    if !answered {
        if let Some(closed) = connection.client_end.window_closed() {
            story.add(closed, Side::Client, What::Note("client → gateway: window 0, it takes no more".into()));
        }
        for side in [Side::Client, Side::Server] {
            let end = connection.end(side);
            if let Some(fin) = end.fin {
                story.add(fin.source, side, What::Fin);
            }
            if let Some(reset) = end.rst() {
                story.add(reset.source, side, What::Reset(String::new()));
            }
        }
    }
    story.done()
}
