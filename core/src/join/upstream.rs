//! The gateway's way out: its attempts, and what it means where none was seen.

use crate::sorting::Sorting as _;
use alloc::vec::Vec;
use core::cell::OnceCell;
use core::net::{IpAddr, SocketAddr};

use crate::listed::Set;

use super::clients::asked_or_failed;
use super::directions::Unheard;
use super::reset::{self, Hosts};
use super::{Loose, Roles, attempt, services};
use crate::capture::connection::{Connection, Speech};
use crate::capture::lookups::Lookup;
use crate::capture::point::Point;
use crate::categories::Id;
use crate::exchange::{Attempt, ConnectFailure, Left, Phase};
use crate::time::Timestamp;

/// Ports of services that are no web: a failure there is not the gateway's upstream.
pub(super) const NEVER_WEB: &[u16] = &[
    22, 23, 25, 53, 88, 110, 123, 135, 139, 143, 161, 389, 445, 465, 514, 587, 636, 993, 995, 1433, 1521, 3268, 3269,
    3306, 3389, 5060, 5061, 5222, 5432, 5671, 5672, 6379, 9100, 11211, 27017,
];

const DOWN: &str = "That the answers find no way back is told by the client's address in the SYNs alone: a server that is down, or a firewall that drops the SYNs, looks the same here.";

/// Attempts of the gateway that failed, or that got an answer worth a look.
pub(super) fn upstream_side<'a>(
    points: &'a [Point],
    roles: &Roles,
    hosts: &Hosts<'_>,
    unheard: &Unheard,
    wanted: Option<&Set<u16>>,
    seen_to: Timestamp,
) -> Vec<Loose<'a>> {
    let mut loose = Vec::new();
    let spoofs = |connection: &Connection| {
        let client = connection.client.ip();
        roles.clients.contains(&client) && !roles.egress.contains(&client) && !roles.is_inbound(connection)
    };
    // Where others under a client's address are answered, the way back is there: a silent host is just that.
    let mut all = points.iter().flat_map(|point| &point.connections);
    let returns = all.any(|connection| spoofs(connection) && connection.established.is_some());
    let probed = probed(points);
    let answering = OnceCell::new();
    let each = points.iter().flat_map(|point| point.connections.iter().map(move |connection| (point, connection)));
    for (point, connection) in each {
        let (client, server) = (connection.client.ip(), connection.server);
        // Where no gateway is known a single SYN is never told of: the capture may end before the next one. Of a flood there
        // are a million.
        if roles.unknown() && connection.single_syn() {
            continue;
        }
        if services::kind(connection).is_some() || connection.only_quoted() && probed.contains(&(client, server.ip())) {
            continue;
        }
        if roles.is_inbound(connection) || server.port() == 53 || !web(server.port(), connection, wanted) {
            continue;
        }
        // With a known gateway only it, or a client's address in its packets, goes upstream.
        let spoofed = roles.clients.contains(&client) && !roles.egress.contains(&client);
        if !roles.unknown() && !roles.egress.contains(&client) && !spoofed {
            continue;
        }
        let mut add = |mut attempt: Attempt, transaction| {
            if spoofed
                && !returns
                && !attempt.connect.is_ok()
                && let Phase::Failed(ConnectFailure::Unanswered { tries, .. }) = attempt.connect
            {
                attempt.connect = Phase::Failed(ConnectFailure::NoReturn { spoofed: true, tries });
                let answers = answering.get_or_init(|| answering_servers(points)).contains(&server);
                attempt.left = Left::new(&[Id::ReturnPath, Id::TcpSynUnanswered], DOWN).filter(|_| !answers);
            }
            reset::judge(connection, hosts, &mut attempt);
            unheard.connecting(&mut attempt);
            attempt.parent |= !roles.gateways.is_empty() && roles.parents.contains(&server);
            let begun = attempt.span.map_or(connection.first.time, |(begun, _)| begun);
            let shown_from = point.started.unwrap_or_default();
            loose.push(Loose { attempt, connection, transaction, begun, shown_from, taken: false, unsure: false });
        };
        let unasked = || {
            let http = connection.conversation()?;
            http.kept.iter().chain(http.open()).find(|transaction| transaction.request.is_none())
        };
        match connection.conversation() {
            Some(conversation) if conversation.count > 0 => {
                let told = conversation.kept.iter().chain(conversation.open());
                for transaction in told.filter(|transaction| asked_or_failed(transaction)) {
                    add(attempt::transaction(connection, transaction, seen_to), Some(transaction));
                }
                if conversation.tunnel.is_some()
                    && let Some(attempt) = attempt::bare(connection, seen_to)
                {
                    add(attempt, unasked());
                }
            }
            _ => {
                if let Some(attempt) = attempt::bare(connection, seen_to) {
                    add(attempt, unasked());
                }
            }
        }
    }
    loose.order_by_key(|loose| loose.begun);
    loose
}

/// Where connections are accepted.
fn answering_servers(points: &[Point]) -> Set<SocketAddr> {
    let connections = points.iter().flat_map(|point| &point.connections);
    connections.filter(|connection| connection.established.is_some()).map(|connection| connection.server).collect()
}

/// Who sends SYNs to whom that are made to expire on their way: an engineer's TCP traceroute, of which not every SYN was
/// captured.
fn probed(points: &[Point]) -> Set<(IpAddr, IpAddr)> {
    let probes = points.iter().flat_map(|point| &point.connections);
    let probes = probes.filter(|probe| probe.syn_count > 0 && probe.client_end.ttl.is_some_and(attempt::is_probe));
    probes.map(|probe| (probe.client.ip(), probe.server.ip())).collect()
}

/// Whether a connection to this port may be the gateway's upstream. Without a client's side nothing else tells a
/// gateway's connections from others', so only ports that the web is usually served on count there.
fn web(port: u16, connection: &Connection, wanted: Option<&Set<u16>>) -> bool {
    let speaks = matches!(connection.speech, Speech::Http(_) | Speech::Tls);
    if let Some(wanted) = wanted {
        return speaks || wanted.contains(&port) || !NEVER_WEB.contains(&port);
    }
    let usual = matches!(port, 80..=90 | 443 | 444 | 591 | 593 | 3000 | 3128 | 4443 | 5000 | 7443 | 8000..=8999 | 9080 | 9090 | 9443 | 10443);
    speaks || usual
}

/// Whether these captures show how the gateway goes out at all: what it sends, and not only what comes back.
pub(super) fn upstream_visible(points: &[Point], roles: &Roles) -> bool {
    let outward = |connection: &Connection| {
        let own = roles.egress.contains(&connection.client.ip()) && !roles.is_inbound(connection);
        own && connection.client_end.packets > 0
    };
    !roles.intercepted.is_empty()
        || points.iter().any(|point| {
            let asked = |lookup: &Lookup| roles.egress.contains(&lookup.asker) && lookup.tries > 0;
            point.connections.iter().any(outward) || point.lookups.list.iter().any(asked)
        })
}
