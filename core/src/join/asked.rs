//! Which request a lookup is for: the one for that name that waits at that time, made last. Healthy requests count as well,
//! the first of each connection; others on it are known only where they failed.

use crate::sorting::Sorting as _;
use alloc::string::String;
use alloc::vec::Vec;

use crate::listed::{Map, Set};

use super::{Roles, attempt};
use crate::capture::connection::Connection;
use crate::capture::point::Point;
use crate::exchange::Exchange;
use crate::time::{Span, Timestamp};

/// A lookup may be seen this much before its request: two interfaces, one clock.
const SLACK: Span = Span::milliseconds(20);
/// Requests for one host that are looked at for a lookup, the latest first.
const NEAR: usize = 256;

/// Requests at the gateway, by the host that they want.
pub(super) struct Asked {
    /// When each was made and answered, in order of the first.
    by_host: Map<String, Vec<(Timestamp, Timestamp)>>,
}

impl Asked {
    /// Of the hosts that failed requests want, and those of tunnels.
    pub(super) fn new(points: &[Point], roles: &Roles, exchanges: &[Exchange]) -> Self {
        let wanted: Set<&str> = exchanges.iter().filter_map(|exchange| exchange.host.as_deref()).collect();
        let connections = || points.iter().flat_map(|point| &point.connections).filter(|c| roles.is_inbound(c));
        let tunnels: Set<String> = connections().filter_map(tunnel).map(|(host, ..)| host).collect();
        let mut by_host: Map<String, Vec<(Timestamp, Timestamp)>> = Map::default();
        let all = connections().flat_map(|connection| first(connection).into_iter().chain(tunnel(connection)));
        let failed = exchanges.iter().filter_map(|exchange| {
            let (host, to) = (exchange.host.clone()?, super::pairing::window(exchange).1);
            Some((host, exchange.begun, to))
        });
        for (host, made, answered) in all.chain(failed) {
            if wanted.contains(host.as_str()) || tunnels.contains(&host) {
                by_host.or_default(host).push((made, answered));
            }
        }
        for requests in by_host.values_mut() {
            requests.order();
        }
        Self { by_host }
    }

    /// When the request was made that waits for this host at this time, the last of several.
    pub(super) fn latest(&self, host: &str, at: Timestamp) -> Option<Timestamp> {
        let requests = self.by_host.get(host)?;
        let upper = requests.partition_point(|(made, _)| *made <= at.plus(SLACK));
        let earlier = requests.get(..upper)?.iter().rev().take(NEAR);
        earlier.copied().find(|(_, answered)| *answered >= at).map(|(made, _)| made)
    }
}

/// A connection's first request: host, when it was made, when its answer began.
fn first(connection: &Connection) -> Option<(String, Timestamp, Timestamp)> {
    let sample = connection.conversation()?.sample.as_deref()?;
    let host = attempt::host_of("/", sample.host.as_deref(), "GET").0?;
    let answered = sample.answered.map_or(connection.last.time, |(_, first)| first.time);
    Some((host, sample.asked.time, answered))
}

/// A tunnel's CONNECT, until it was granted.
fn tunnel(connection: &Connection) -> Option<(String, Timestamp, Timestamp)> {
    let tunnel = connection.conversation()?.tunnel.as_ref()?;
    let request = tunnel.request.as_deref()?;
    let host = attempt::host_of(&request.target, request.host.as_deref(), &request.method).0?;
    let granted = tunnel.response.as_ref().map_or(connection.last.time, |response| response.first.time);
    Some((host, request.first.time, granted))
}
