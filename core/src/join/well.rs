//! What went well in captures, counted by client, host and server: failures are compared with it.

use alloc::string::ToString;

use crate::listed::Set;

use super::Roles;
use crate::capture::point::Point;
use crate::patterns::{Server, Tally, Well};

/// Requests at the gateway, and what servers answered to it. Without a gateway nothing is counted: whose requests these
/// are is not known.
pub fn tally(points: &[Point], roles: &Roles) -> Tally {
    let mut tally = Tally::default();
    if roles.unknown() {
        return tally;
    }
    let mut met = Set::default();
    for connection in points.iter().flat_map(|point| &point.connections) {
        let Some(conversation) = connection.conversation().filter(|http| !http.checks_health()) else { continue };
        let inbound = roles.is_inbound(connection);
        let outbound = !inbound && roles.egress.contains(&connection.client.ip());
        if !(inbound || outbound) || !met.insert((connection.client, connection.server, connection.opening())) {
            continue;
        }
        let node = if inbound { connection.server.ip() } else { connection.client.ip() };
        let node = Some(&node).filter(|node| roles.is_gateway(**node)).or(roles.gateways.first());
        let node = node.map(ToString::to_string).unwrap_or_default();
        for good in &conversation.good {
            let mut well = Well { time: good.last, client: None, host: "", server: Server::Unsaid, tunnel: false };
            if inbound {
                well.client = Some(connection.real_client().ip());
                well.host = good.host.as_deref().unwrap_or_default();
            } else {
                well.server = Server::At(connection.server);
            }
            tally.add(&node, &well, good.count);
        }
    }
    tally
}
