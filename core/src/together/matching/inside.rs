//! Lines that have no request of their own: inside a tunnel, or one more of a request that has its line.

use crate::sorting::Sorting as _;
use alloc::vec::Vec;

use super::super::sight::Sight;
use super::super::wanted::Wanted;
use super::groups::{Lines, Requests, Tunnels};
use super::{NEAREST, REACH};
use crate::time::{SECOND, Span, Timestamp};

/// For lines without a request: the tunnel, or the connection in TLS, that they may be inside of.
pub fn inside(lines: &[Sight], of_line: &[Option<u32>], requests: &Requests, ahead: Span) -> Vec<Option<u32>> {
    let (tunnels, by_host) = requests.tunnels.get_or_init(|| tunnels(requests));
    let mut found: Vec<Option<u32>> = alloc::vec![None; lines.len()];
    if tunnels.is_empty() {
        return found;
    }
    for ((line, matched), found) in lines.iter().zip(of_line).zip(&mut found) {
        let Some(time) = line.begun.or(line.ended).filter(|_| matched.is_none()) else { continue };
        let time = time.plus(Span(ahead.0.saturating_neg()));
        let holds = |request: &Sight| {
            let open = request.begun.is_some_and(|begun| begun.0 - SECOND <= time.0)
                && request.ended.is_some_and(|ended| time.0 <= ended.0.saturating_add(REACH));
            // A request in the clear does not pass a CONNECT of its own host.
            open && (line.secure || line.wanted.is_tunnel() || !request.wanted.is_tunnel())
        };
        if line.client == 0 && line.wanted.host != 0 {
            let host = line.wanted.host;
            let upper = by_host.partition_point(|(name, begun, _)| (*name, *begun) <= (host, time.plus(Span(SECOND))));
            let same = by_host.get(..upper).unwrap_or_default().iter().rev();
            let same = same.take_while(|(name, ..)| *name == host).take(NEAREST);
            let mut open =
                same.filter_map(|(.., at)| Some((*at, requests.get(*at as usize).filter(|one| holds(one))?)));
            let failed = open.clone().find(|(_, request)| line.exchange.is_some() == request.exchange.is_some());
            *found = failed.or_else(|| open.next()).map(|(at, _)| at);
            continue;
        }
        for host in [line.wanted.host, 0] {
            let upper = tunnels.partition_point(|(client, name, begun, _)| {
                (*client, *name, *begun) <= (line.client, host, time.plus(Span(SECOND)))
            });
            let same = tunnels.get(..upper).unwrap_or_default().iter().rev();
            let same = same.take_while(|(client, name, ..)| *client == line.client && *name == host).take(NEAREST);
            let mut open =
                same.filter_map(|(.., at)| Some((*at, requests.get(*at as usize).filter(|one| holds(one))?)));
            // A line that failed belongs to the tunnel that failed.
            let failed = open.clone().find(|(_, request)| line.exchange.is_some() == request.exchange.is_some());
            *found = failed.or_else(|| open.next()).map(|(at, _)| at);
            if found.is_some() {
                break;
            }
        }
    }
    found
}

fn tunnels(requests: &[Sight]) -> Tunnels {
    let mut tunnels: Vec<(u32, u32, Timestamp, u32)> = (0..)
        .zip(requests)
        .filter(|(_, request)| request.tunnel)
        .filter_map(|(at, request)| Some((request.client, request.wanted.host, request.begun?, at)))
        .collect();
    tunnels.order();
    // What a client saw does not say who that was.
    let mut by_host: Vec<(u32, Timestamp, u32)> =
        tunnels.iter().map(|(_, host, begun, at)| (*host, *begun, *at)).collect();
    by_host.order();
    (tunnels, by_host)
}

/// For lines of an error log that were left over: the failed request of their client in whose time they were written, if
/// they name no other. A gateway may write several of one request.
pub fn during(lines: &Lines, of_line: &[Option<u32>], requests: &Requests, ahead: Span) -> Vec<Option<u32>> {
    let by_client = requests.by_client.get_or_init(|| {
        let failed = (0..).zip(&**requests).filter(|(_, request)| request.exchange.is_some() && request.client != 0);
        let mut by_client: Vec<(u32, Timestamp, u32)> =
            failed.filter_map(|(at, request)| Some((request.client, request.begun.or(request.ended)?, at))).collect();
        by_client.order();
        by_client
    });
    let of = |line: &Sight| {
        let time = line.ended.or(line.begun)?.plus(Span(ahead.0.saturating_neg()));
        let upper =
            by_client.partition_point(|(client, begun, _)| (*client, *begun) <= (line.client, time.plus(Span(SECOND))));
        let same = by_client.get(..upper)?.iter().rev().take_while(|(client, ..)| *client == line.client).take(NEAREST);
        let open = same.filter_map(|(.., at)| {
            let request = requests.get(*at as usize)?;
            let (one, other) = (line.wanted, request.wanted);
            let same = one.path == other.path && (one.host == other.host || one.host == 0 || other.host == 0);
            let ended = request.ended.filter(|_| same || one == Wanted::default())?;
            let late = time.since(ended).0;
            (late <= SECOND).then_some((late.saturating_abs(), *at))
        });
        open.min().map(|(_, at)| at)
    };
    let left = |(line, met): (&Sight, &Option<u32>)| {
        if met.is_none() && line.client != 0 { of(line) } else { None }
    };
    lines.sights.iter().zip(of_line).map(left).collect()
}
