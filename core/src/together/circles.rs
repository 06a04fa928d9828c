//! Requests that came back to the gateway, by its logs alone: it is its own client, and its own server.
//!
//! Each round has a line; they become one exchange with the line of the client that began it. Where packets show the loop,
//! they have told it already.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::tables::{HashMap, HashSet};

use super::{Together, merge};
use crate::exchange::Exchange;
use crate::time::SECOND;

/// Lines of one loop lie this near to each other: logs have seconds.
const APART: i64 = 2 * SECOND;

/// What came back: path, and the address that asked itself.
type Key = (String, IpAddr);

/// Makes one exchange of each loop.
pub(super) fn fold(all: &mut Together) {
    let mut turned: HashMap<Key, usize> = HashMap::default();
    for exchange in all.exchanges.iter().filter(|exchange| logged(exchange)) {
        if let (Some(client), Some(asked)) = (exchange.client, asked(exchange))
            && client == asked
        {
            *turned.entry((path(exchange), client)).or_default() += 1;
        }
    }
    // Once may be a test on the gateway's own host.
    turned.retain(|_, times| *times > 1);
    if turned.is_empty() {
        return;
    }
    let mut roots: HashMap<Key, usize> = HashMap::default();
    for (at, exchange) in all.exchanges.iter().enumerate().filter(|(_, exchange)| logged(exchange)) {
        let Some(address) = asked(exchange).filter(|asked| exchange.client.is_some_and(|client| client != *asked))
        else {
            continue;
        };
        let key = (path(exchange), address);
        if turned.contains_key(&key) {
            roots.entry(key).or_insert(at);
        }
    }
    let mut gone: HashSet<usize> = HashSet::default();
    for (key, root) in &roots {
        let Some(begun) = all.exchanges.get(*root).map(|root| root.begun) else { continue };
        let near = |exchange: &Exchange| exchange.begun.since(begun).0.saturating_abs() <= APART;
        let its = |exchange: &Exchange| {
            exchange.client == Some(key.1)
                && asked(exchange).is_none_or(|asked| asked == key.1)
                && path(exchange) == key.0
        };
        let rounds = all.exchanges.iter().enumerate();
        let rounds = rounds.filter(|(_, round)| logged(round) && its(round) && near(round));
        let rounds: Vec<(usize, Exchange)> = rounds.map(|(at, round)| (at, round.clone())).collect();
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

fn leave_out<T>(list: &mut Vec<T>, gone: &HashSet<usize>) {
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
