//! What the gateway did upstream while a request waited: the lookup, and the connection that was opened for it.

use crate::sorting::Sorting as _;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::listed::Map;

use super::Row;
use crate::capture::connection::Connection;
use crate::capture::point::Point;
use crate::join::Roles;
use crate::time::{Span, Timestamp};

/// Addresses of one host whose connections are looked for.
const ADDRESSES: usize = 64;

/// One step upstream: a lookup, or the handshake of a connection that the gateway opened.
struct Step {
    begun: Timestamp,
    took: Span,
    /// The handshake of TLS on the connection.
    secure: Option<Span>,
}

/// Lookups for one host, in order of time, and the addresses that they gave, the first so many.
#[derive(Default)]
struct Host {
    lookups: Vec<Step>,
    addresses: Vec<IpAddr>,
}

/// Lookups by host, and connections by the address that they went to and the name that was asked for in them, in order
/// of time.
pub struct Upstream<'a> {
    hosts: Map<&'a str, Host>,
    connections: Map<(IpAddr, Option<&'a str>), Vec<Step>>,
}

impl<'a> Upstream<'a> {
    /// Those of one capture point; none where no gateway is known, because anybody may have made them.
    pub fn new(point: &'a Point, roles: &Roles) -> Self {
        let mut found = Self { hosts: Map::default(), connections: Map::default() };
        if roles.unknown() {
            return found;
        }
        for lookup in &point.lookups.list {
            let (Some(first), Some((answered, answer))) = (lookup.queries.first(), lookup.answers.last()) else {
                continue;
            };
            if !answer.addresses.is_empty() {
                let host = found.hosts.or_default(&lookup.name);
                host.lookups.push(Step { begun: first.time, took: answered.time.since(first.time), secure: None });
                for address in &answer.addresses {
                    if host.addresses.len() < ADDRESSES && !host.addresses.contains(address) {
                        host.addresses.push(*address);
                    }
                }
            }
        }
        let out =
            |connection: &&Connection| !roles.is_inbound(connection) && roles.egress.contains(&connection.client.ip());
        for connection in point.connections.iter().filter(out) {
            let Some(took) = connection.handshake_time() else { continue };
            let name = connection.handshake.as_deref().and_then(|tls| tls.server_name());
            let step = Step { begun: connection.first.time, took, secure: super::handshake(connection) };
            found.connections.or_default((connection.server.ip(), name)).push(step);
        }
        let lookups = found.hosts.values_mut().map(|host| &mut host.lookups);
        for steps in lookups.chain(found.connections.values_mut()) {
            steps.order_by_key(|step| step.begun);
        }
        found
    }

    /// Adds to a row what was done for it: the lookup of its host and the connection to it that began while it waited. A
    /// connection on which a handshake names another host is another request's.
    pub fn tell(&self, row: &mut Row) {
        let ended = row.total.map_or(row.time, |total| row.time.plus(total));
        let while_waiting = |steps: &[Step]| {
            let first = steps.get(steps.partition_point(|step| step.begun < row.time))?;
            (first.begun <= ended).then_some((first.begun, first.took, first.secure))
        };
        let host = self.hosts.get(row.host.as_str());
        let lookup = host.and_then(|host| while_waiting(&host.lookups));
        // The addresses of the host, by whichever lookup, or the host is one itself.
        let mut known = host.into_iter().flat_map(|host| host.addresses.iter().copied()).chain(row.host.parse().ok());
        let opened = known.find_map(|address| {
            let named = [None, Some(row.host.as_str())].map(|name| self.connections.get(&(address, name)));
            named.into_iter().flatten().filter_map(|steps| while_waiting(steps)).min_by_key(|(begun, ..)| *begun)
        });
        if let Some((_, took, _)) = lookup {
            row.dns = Some(took);
        }
        if let Some((_, took, secure)) = opened {
            (row.connect, row.tls) = (Some(took), secure.or(row.tls));
        }
    }
}
