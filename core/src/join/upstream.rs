//! The gateway's way out: its attempts, and what it means where none was seen.

use crate::sorting::Sorting as _;
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::tables::HashSet;

use super::clients::asked_or_failed;
use super::directions::Unheard;
use super::reset::{self, Hosts};
use super::{Loose, Names, Roles, attempt, pairing, services};
use crate::capture::connection::{Connection, Speech};
use crate::capture::lookups::Lookup;
use crate::capture::point::Point;
use crate::categories::{Id, Phase as Stage};
use crate::exchange::{Attempt, ConnectFailure, Event, Exchange, Flow, Left, Phase, What};
use crate::report::Leg;
use crate::time::Timestamp;

/// Ports of services that are no web: a failure there is not the gateway's upstream.
pub(super) const NEVER_WEB: &[u16] = &[
    22, 23, 25, 53, 88, 110, 123, 135, 139, 143, 161, 389, 445, 465, 514, 587, 636, 993, 995, 1433, 1521, 3268, 3269,
    3306, 3389, 5060, 5061, 5222, 5432, 5671, 5672, 6379, 9100, 11211, 27017,
];

/// Said of a request without an attempt of its own, as long as no log says that it got no connection.
pub(crate) const BUSY: &str =
    "The gateway had other connections in use at that time; which of them carried this request cannot be told.";

const DOWN: &str = "That the answers find no way back is told by the client's address in the SYNs alone: a server that is down, or a firewall that drops the SYNs, looks the same here.";

/// Attempts of the gateway that failed, or that got an answer worth a look.
pub(super) fn upstream_side<'a>(
    points: &'a [Point],
    roles: &Roles,
    hosts: &Hosts<'_>,
    unheard: &Unheard,
    wanted: Option<&HashSet<u16>>,
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
    let each = points.iter().flat_map(|point| point.connections.iter().map(move |connection| (point, connection)));
    for (point, connection) in each {
        let (client, server) = (connection.client.ip(), connection.server);
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
        let mut add = |mut attempt: Attempt| {
            if spoofed
                && !returns
                && !attempt.connect.is_ok()
                && let Phase::Failed(ConnectFailure::Unanswered { tries, .. }) = attempt.connect
            {
                attempt.connect = Phase::Failed(ConnectFailure::NoReturn { spoofed: true, tries });
                let here = |other: &Connection| other.server == server && other.established.is_some();
                let answers = points.iter().flat_map(|point| &point.connections).any(here);
                attempt.left = Left::new(&[Id::ReturnPath, Id::TcpSynUnanswered], DOWN).filter(|_| !answers);
            }
            reset::judge(connection, hosts, &mut attempt);
            unheard.connecting(&mut attempt);
            attempt.parent |= !roles.gateways.is_empty() && roles.parents.contains(&server);
            let begun = attempt.span.map_or(connection.first.time, |(begun, _)| begun);
            let shown_from = point.started.unwrap_or_default();
            loose.push(Loose { attempt, connection, begun, shown_from, taken: false });
        };
        match connection.conversation() {
            Some(conversation) if conversation.count > 0 => {
                let told = conversation.kept.iter().chain(conversation.open());
                for transaction in told.filter(|transaction| asked_or_failed(transaction)) {
                    add(attempt::transaction(connection, transaction, seen_to));
                }
                if conversation.tunnel.is_some()
                    && let Some(attempt) = attempt::bare(connection, seen_to)
                {
                    add(attempt);
                }
            }
            _ => {
                if let Some(attempt) = attempt::bare(connection, seen_to) {
                    add(attempt);
                }
            }
        }
    }
    loose.order_by_key(|loose| loose.begun);
    loose
}

/// Who sends SYNs to whom that are made to expire on their way: an engineer's TCP traceroute, of which not every SYN was
/// captured.
fn probed(points: &[Point]) -> HashSet<(IpAddr, IpAddr)> {
    let probes = points.iter().flat_map(|point| &point.connections);
    let probes = probes.filter(|probe| probe.syn_count > 0 && probe.client_end.ttl.is_some_and(attempt::is_probe));
    probes.map(|probe| (probe.client.ip(), probe.server.ip())).collect()
}

/// Whether a connection to this port may be the gateway's upstream. Without a client's side nothing else tells a
/// gateway's connections from others', so only ports that the web is usually served on count there.
fn web(port: u16, connection: &Connection, wanted: Option<&HashSet<u16>>) -> bool {
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

/// Whether a file of a capture shows the gateway going out.
fn goes_out_in(point: &Point, roles: &Roles, input: u32) -> bool {
    let outward = |connection: &Connection| {
        let own = roles.egress.contains(&connection.client.ip()) && !roles.is_inbound(connection);
        own && [connection.first.input(), connection.last.input()].contains(&input)
    };
    let asked = |lookup: &Lookup| {
        roles.egress.contains(&lookup.asker) && lookup.queries.iter().any(|query| query.input() == input)
    };
    point.connections.iter().any(outward) || point.lookups.list.iter().any(asked)
}

/// Whether the gateway's way out is in the capture that shows this request, or in one whose clock agrees: an attempt there
/// belongs to a request of the same capture. By another clock it would be seen at another time.
fn shown_beside(exchange: &Exchange, points: &[Point], roles: &Roles, agreed: &HashSet<u32>) -> bool {
    let Some(first) = exchange.events.first().map(|event| event.source.input()) else { return true };
    let mut own = points.iter().filter(|point| point.inputs.contains(&first)).peekable();
    // Files of the two sides that do not overlap look like one capture in parts; a part of one shows both sides.
    if own.peek().is_some_and(|point| point.inputs.len() > 1 && !goes_out_in(point, roles, first)) {
        return false;
    }
    let alone = own.peek().is_none() || points.len() < 2;
    alone || agreed.contains(&first) || own.any(|point| upstream_visible(core::slice::from_ref(point), roles))
}

/// Captures of requests with which a capture of attempts agreed in time: one of another place had the attempt.
pub(super) fn agreed(exchanges: &[Exchange]) -> HashSet<u32> {
    let input = |events: &[Event]| events.first().map(|event| event.source.input());
    let told = exchanges.iter().filter_map(|exchange| {
        let own = input(&exchange.events)?;
        let tied = |attempt: &Attempt| attempt.host.is_some() && attempt.host == exchange.host;
        let elsewhere = |attempt: &Attempt| input(&attempt.events).is_some_and(|other| other != own);
        exchange.attempts.iter().any(|attempt| tied(attempt) && elsewhere(attempt)).then_some(own)
    });
    told.collect()
}

/// Whether a host that is neither the client nor known as the gateway looked up the host of a request while that waited.
fn asked_by_another(exchange: &Exchange, points: &[Point], roles: &Roles, (from, to): (Timestamp, Timestamp)) -> bool {
    let Some(host) = exchange.host.as_deref() else { return false };
    let lookups = points.iter().flat_map(|point| &point.lookups.list);
    let own =
        |asker| roles.egress.contains(&asker) || roles.gateways.contains(&asker) || Some(asker) == exchange.client;
    lookups
        .filter(|lookup| lookup.name == host && !own(lookup.asker))
        .any(|lookup| lookup.queries.first().is_some_and(|query| from <= query.time && query.time <= to))
}

/// A connection that the gateway opened to itself in this time, and said nothing on: it left it out, as Squid does with a
/// parent that is itself.
fn to_itself(points: &[Point], roles: &Roles, (from, to): (Timestamp, Timestamp)) -> Option<Event> {
    let own = |connection: &&Connection| {
        let (client, server) = (connection.client.ip(), connection.server.ip());
        let mute = connection.client_end.position == 0 && connection.server_end.position == 0;
        client == server && roles.gateways.contains(&server) && mute && connection.opening().is_some()
    };
    let during = |connection: &&Connection| from <= connection.first.time && connection.first.time <= to;
    let connection = points.iter().flat_map(|point| &point.connections).filter(own).find(during)?;
    let flow = Flow { one: connection.client, other: connection.server, packets: connection.packets };
    let what =
        What::Note(format!("gateway → itself: SYN to {}; nothing is sent on that connection", connection.server));
    Some(Event { source: connection.first, leg: Leg::Upstream, sent: true, what, flow: Some(flow) })
}

/// What it says of a request that no attempt was seen for: that none was made, only where one would have been seen.
pub(super) fn silence(
    exchange: &mut Exchange,
    points: &[Point],
    roles: &Roles,
    names: &Names<'_>,
    (visible, agreed): (bool, &HashSet<u32>),
) {
    let (from, to) = pairing::window(exchange);
    let addresses = exchange.host.as_deref().map_or_else(Vec::new, |host| names.addresses(host));
    let busy = points.iter().flat_map(|point| &point.connections).any(|connection| {
        let during = connection.first.time <= to && connection.last.time >= from;
        let outward = roles.egress.contains(&connection.client.ip()) && !roles.is_inbound(connection);
        // What was said on it may have been missed.
        let (own, theirs) = (&connection.client_end, &connection.server_end);
        let used = own.position > 0 || own.unseen() || theirs.position > 0;
        // What is there in part only: a RST answers what was sent, and the site's address was known for this request alone.
        let refused = connection.midstream() && theirs.rst().is_some();
        let site = connection.established.is_none()
            && !used
            && !roles.is_inbound(connection)
            && [connection.client, connection.server].iter().any(|end| addresses.contains(&end.ip()));
        during && (outward && connection.server.port() != 53 && (used || refused) || site)
    });
    let doubt = if !visible || roles.guessed && !busy {
        "These captures show only the client's side of the gateway: what it did upstream cannot be seen."
    } else if !shown_beside(exchange, points, roles, agreed) {
        "The gateway's way out is in another capture than this request, and nothing in both says that their clocks agree: what it tried may be there at another time."
    } else if exchange.signs.late {
        // Said of every such exchange.
        return;
    } else if busy {
        BUSY
    } else if exchange.signs.head_cut {
        "The snap length cut the head of the answer off: a reason that the gateway gives there was not captured."
    } else if asked_by_another(exchange, points, roles, (from, to)) {
        "Another host in these captures asked DNS for this very name meanwhile: it may be the gateway, under another address."
    } else if names.left_open(exchange.host.as_deref().unwrap_or_default(), from, to) {
        "DNS gave no address for this host meanwhile, nor a reason that ends the lookup: what came of it is not in the capture."
    } else if exchange.host.is_none() && names.asked_between(from, to) {
        "The snap length cut off which host was wanted, and the gateway asked DNS meanwhile."
    } else {
        exchange.outward = true;
        exchange.events.extend(to_itself(points, roles, (from, to)));
        let first = exchange.signs.word.as_ref().and_then(|word| word.candidates.first()?.category());
        // An answer of DNS that it kept, or a reason of its own, needs no attempt.
        if !first.is_some_and(|first| !matches!(first.phase, Stage::Resolve | Stage::Gateway | Stage::Upstream)) {
            return;
        }
        "No attempt of the gateway for this request is in the capture: its own word alone says what failed."
    };
    exchange.doubts.push(doubt.to_string());
}
