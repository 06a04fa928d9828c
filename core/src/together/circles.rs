//! Requests that came back to the gateway, by its logs alone: it is its own client, and its own server.
//!
//! Each round has a line; they become one exchange with the line of the client that began it. Where packets show the loop,
//! they have told it already.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::listed::{Map, Set};

use super::{Together, merge};
use crate::exchange::Exchange;
use crate::time::SECOND;

/// Lines of one loop lie this near to each other: logs have seconds.
const APART: i64 = 2 * SECOND;

/// What came back: path, and the address that asked itself.
type Key = (String, IpAddr);

/// Makes one exchange of each loop.
pub(super) fn fold(all: &mut Together) {
    let mut turned: Map<Key, usize> = Map::default();
    for exchange in all.exchanges.iter().filter(|exchange| logged(exchange)) {
        if let (Some(client), Some(asked)) = (exchange.client, asked(exchange))
            && client == asked
        {
            *turned.or_default((path(exchange), client)) += 1;
        }
    }
    // Once may be a test on the gateway's own host.
    turned.retain(|_, times| *times > 1);
    if turned.is_empty() {
        return;
    }
    // Of each the line of the client that began it, and those of its rounds.
    let mut loops: Map<Key, (usize, Vec<usize>)> = Map::default();
    for (at, exchange) in all.exchanges.iter().enumerate().filter(|(_, exchange)| logged(exchange)) {
        let Some(address) = asked(exchange).filter(|asked| exchange.client.is_some_and(|client| client != *asked))
        else {
            continue;
        };
        let key = (path(exchange), address);
        if turned.contains_key(&key) {
            loops.or_insert_with(key, || (at, Vec::new()));
        }
    }
    for (at, exchange) in all.exchanges.iter().enumerate().filter(|(_, exchange)| logged(exchange)) {
        let Some(client) = exchange.client.filter(|client| asked(exchange).is_none_or(|asked| asked == *client)) else {
            continue;
        };
        if let Some((_, rounds)) = loops.get_mut(&(path(exchange), client)) {
            rounds.push(at);
        }
    }
    let mut gone: Set<usize> = Set::default();
    for (key, (root, rounds)) in &loops {
        let Some(begun) = all.exchanges.get(*root).map(|root| root.begun) else { continue };
        let near = |exchange: &&Exchange| exchange.begun.since(begun).0.saturating_abs() <= APART;
        let rounds = rounds.iter().filter_map(|at| Some((*at, all.exchanges.get(*at).filter(near)?.clone())));
        let rounds: Vec<(usize, Exchange)> = rounds.collect();
        if rounds.len() < 2 {
            continue;
        }
        let Some(exchange) = all.exchanges.get_mut(*root) else { continue };
        for (_, round) in &rounds {
            merge::round(exchange, round);
        }
        exchange.signs.looped =
            Some(format!("The request came back to the gateway {} times, from {}: a loop.", rounds.len(), key.1));
        gone.extend(rounds.iter().map(|(at, _)| *at));
    }
    all.total = all.total.saturating_sub(gone.len() as u64);
    leave_out(&mut all.exchanges, &gone);
    leave_out(&mut all.notes, &gone);
}

fn leave_out<T>(list: &mut Vec<T>, gone: &Set<usize>) {
    let mut places = 0..;
    list.retain(|_| places.next().is_some_and(|at: usize| !gone.contains(&at)));
}

/// Only lines tell of it.
fn logged(exchange: &Exchange) -> bool {
    exchange.events.iter().all(|event| event.source.line)
        && exchange.attempts.iter().all(|attempt| attempt.events.is_empty())
}

/// The address that the gateway asked.
fn asked(exchange: &Exchange) -> Option<IpAddr> {
    exchange.attempts.iter().find_map(|attempt| attempt.upstream).map(|upstream| upstream.ip())
}

fn path(exchange: &Exchange) -> String {
    exchange.target.as_deref().unwrap_or_default().to_string()
}
