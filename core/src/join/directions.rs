//! Captures of one direction alone: hosts whose own packets were captured and nothing that came back to them. That they
//! were not answered then proves nothing.

use crate::sorting::Sorting as _;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::listed::{Map, Set};

use super::Roles;
use crate::capture::connection::Connection;
use crate::capture::lookups::Lookup;
use crate::capture::point::Point;
use crate::categories::Id;
use crate::exchange::{Attempt, ConnectFailure, Left, Phase, ResolveFailure, SendFailure};
use crate::logs::phase;
use crate::time::{Span, Timestamp};

/// What became of a SYN where the answer would not have been seen; the first one as well where it was sent again.
const CONNECT: &[Id] = &[
    Id::TcpSynReset,
    Id::TcpSynUnanswered,
    Id::TcpIcmpUnreachable,
    Id::TcpIcmpProhibited,
    Id::TcpRoutingLoop,
    Id::ReturnPath,
];

/// An ICMP error may come this long after the last SYN: a router looks for the next hop for three seconds first.
const LATE_ERROR: Span = Span::seconds(5);
const CUT_ERROR: &str =
    "An ICMP error came to the gateway at that time whose quote the snap length cut off: it may be about this.";

/// Hosts that nothing came back to, as far as these captures show.
#[derive(Default)]
pub(super) struct Unheard {
    hosts: Set<IpAddr>,
    /// When each host opened its last connection.
    opened: Map<IpAddr, Timestamp>,
    /// ICMP errors whose quote was cut off: to whom, and when; in order.
    cut_icmp: Vec<(IpAddr, Timestamp)>,
}

impl Unheard {
    pub(super) fn new(points: &[Point], roles: &Roles) -> Self {
        let (mut half, mut whole) = (Set::default(), Set::default());
        for point in points {
            let one_way = point.one_way();
            // As for attempts, where no gateway is known.
            let alone = |connection: &&Connection| roles.unknown() && connection.single_syn();
            for connection in point.connections.iter().filter(|connection| !alone(connection)) {
                let (client, server) = (&connection.client_end, &connection.server_end);
                for (ip, own, theirs) in [
                    (connection.client.ip(), client.packets, server.packets),
                    (connection.server.ip(), server.packets, client.packets),
                ] {
                    if own > 0 && theirs > 0 {
                        whole.insert(ip);
                    } else if own > 0 && (one_way || connection.acknowledged) {
                        half.insert(ip);
                    }
                }
            }
            for lookup in &point.lookups.list {
                if !lookup.answers.is_empty() {
                    whole.insert(lookup.asker);
                } else if one_way {
                    half.insert(lookup.asker);
                }
            }
        }
        half.retain(|host| !whole.contains(host));
        let mut opened = Map::default();
        for connection in points.iter().flat_map(|point| &point.connections) {
            if connection.syn_count > 0 && connection.server.port() != 53 && half.contains(&connection.client.ip()) {
                let last = opened.or_insert_with(connection.client.ip(), || connection.first.time);
                *last = connection.first.time.max(*last);
            }
        }
        let cut_icmp = points.iter().flat_map(|point| point.cut_icmp.iter().map(|(at, to)| (*to, *at)));
        let mut cut_icmp: Vec<_> = cut_icmp.collect();
        cut_icmp.order();
        Self { hosts: half, opened, cut_icmp }
    }

    /// Whether nothing that came back to this host was captured.
    pub(super) fn has(&self, host: IpAddr) -> bool {
        self.hosts.contains(&host)
    }

    /// An unanswered SYN of such a host may have been answered; and any silence may be due to an ICMP error that cannot be
    /// read.
    pub(super) fn connecting(&self, attempt: &mut Attempt) {
        let Some(host) = attempt.local.map(|local| local.ip()) else { return };
        let (begun, ended) = attempt.span.unwrap_or_default();
        let cut = || {
            let first = self.cut_icmp.partition_point(|error| *error < (host, begun));
            self.cut_icmp.get(first).is_some_and(|error| *error <= (host, ended.plus(LATE_ERROR)))
        };
        if attempt.send.failure() == Some(&SendFailure::Unacknowledged) && cut() {
            attempt.left = Left::new(&[Id::RequestUnacked, Id::PmtuBlackhole], CUT_ERROR);
        }
        let Some(ConnectFailure::Unanswered { tries, .. }) = attempt.connect.failure() else { return };
        if cut() {
            attempt.left = Left::new(CONNECT, CUT_ERROR);
            return;
        }
        if !self.has(host) {
            return;
        }
        // A refusal ends the tries of most systems.
        if *tries < 2 {
            attempt.connect = Phase::NotSeen;
        }
        attempt.left = Left::new(CONNECT, &why(host));
    }

    /// A question of such a host may have been answered, unless it was asked again.
    pub(super) fn resolving(&self, attempt: Attempt, asked: &[&Lookup]) -> Option<Attempt> {
        let silent = matches!(attempt.resolve.failure(), Some(ResolveFailure::NoResponse { .. }));
        let Some(host) = asked.first().map(|lookup| lookup.asker).filter(|host| silent && self.has(*host)) else {
            return Some(attempt);
        };
        let again = asked.iter().any(|lookup| lookup.tries > 1);
        // Who connects had an address.
        let last = asked.iter().filter_map(|lookup| lookup.queries.last()).map(|query| query.time).max();
        let went_on = self.opened.get(&host).is_some_and(|opened| last.is_some_and(|last| *opened >= last));
        (again && !went_on).then(|| Attempt { left: Left::new(phase::RESOLVE, &why(host)), ..attempt })
    }
}

fn why(host: IpAddr) -> alloc::string::String {
    alloc::format!("Only what {host} sent was captured: an answer would not have been seen.")
}
