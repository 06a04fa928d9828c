//! What the gateway did upstream while a request waited: the lookup, and the connection that was opened for it.

use alloc::vec::Vec;
use core::net::IpAddr;

use crate::tables::HashMap;

use super::Row;
use crate::capture::connection::Connection;
use crate::capture::point::Point;
use crate::join::Roles;
use crate::time::{Span, Timestamp};

/// One step upstream for a host: when it began, and how long it took.
struct Step {
    begun: Timestamp,
    took: Span,
}

/// A connection that the gateway opened.
struct Opened<'a> {
    /// Its handshake.
    step: Step,
    /// That of TLS on it.
    secure: Option<Span>,
    /// The name that was asked for in it.
    name: Option<&'a str>,
}

/// Lookups, and connections by the address that they went to.
pub struct Upstream<'a> {
    lookups: HashMap<&'a str, Vec<(Step, &'a [IpAddr])>>,
    /// By address.
    connections: HashMap<IpAddr, Vec<Opened<'a>>>,
}

impl<'a> Upstream<'a> {
    /// Of what the gateway did at a capture point; nothing where no gateway is known.
    pub fn new(point: &'a Point, roles: &Roles) -> Self {
        let mut found = Self { lookups: HashMap::default(), connections: HashMap::default() };
        if roles.unknown() {
            return found;
        }
        for lookup in &point.lookups.list {
            let (Some(first), Some((answered, answer))) = (lookup.queries.first(), lookup.answers.last()) else {
                continue;
            };
            let step = Step { begun: first.time, took: answered.time.since(first.time) };
            if !answer.addresses.is_empty() {
                found.lookups.entry(&lookup.name).or_default().push((step, &answer.addresses));
            }
        }
        let out =
            |connection: &&Connection| !roles.is_inbound(connection) && roles.egress.contains(&connection.client.ip());
        for connection in point.connections.iter().filter(out) {
            let Some(took) = connection.handshake_time() else { continue };
            let tls = connection.handshake.as_deref();
            let secure = super::handshake(connection);
            let step = Step { begun: connection.first.time, took };
            let name = tls.and_then(|tls| tls.server_name());
            found.connections.entry(connection.server.ip()).or_default().push(Opened { step, secure, name });
        }
        found
    }

    /// Tells a row what was done for it: steps for its host that began while it waited.
    pub fn tell(&self, row: &mut Row) {
        let ended = row.total.map_or(row.time, |total| row.time.plus(total));
        let while_waiting = |step: &Step| step.begun >= row.time && step.begun <= ended;
        let looked_up = self.lookups.get(row.host.as_str()).into_iter().flatten();
        let lookup = looked_up.clone().find(|(step, _)| while_waiting(step));
        if let Some((step, _)) = lookup {
            row.dns = Some(step.took);
        }
        // The addresses of the host, by whichever lookup, or the host is one itself.
        let known = looked_up.flat_map(|(_, addresses)| addresses.iter().copied()).chain(row.host.parse().ok());
        let connections = known.filter_map(|address| self.connections.get(&address)).flatten();
        let fits =
            |opened: &&Opened<'_>| while_waiting(&opened.step) && opened.name.is_none_or(|name| name == row.host);
        if let Some(opened) = connections.into_iter().find(fits) {
            (row.connect, row.tls) = (Some(opened.step.took), opened.secure.or(row.tls));
        }
    }
}
