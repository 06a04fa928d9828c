//! Access log and error log of one gateway: two lines of one request are one exchange.
//!
//! The access log has the status, the error log the cause. They belong together by client, target and time; each line is
//! taken once. Non-goals: error logs that do not name the request (Apache's), clocks in different time zones.

use alloc::vec::Vec;
use core::net::IpAddr;

use hashbrown::HashMap;

use crate::exchange::{Answer, Exchange};
use crate::time::{SECOND, Timestamp};

/// Both lines are written when the request ends; nginx counts whole seconds.
const NEAR: i64 = 2 * SECOND;

type Key<'a> = (IpAddr, &'a str);

/// Adds what an error log tells to the exchanges of access logs; gives back which of its own were added.
pub fn pair(exchanges: &mut [Exchange], errors: &[Exchange]) -> Vec<bool> {
    let mut wanted: HashMap<Key<'_>, Vec<(Timestamp, usize)>> = HashMap::new();
    for (at, error) in errors.iter().enumerate() {
        if let Some(key) = key(error) {
            wanted.entry(key).or_default().push((written(error), at));
        }
    }
    for list in wanted.values_mut() {
        list.sort_unstable();
    }
    let mut order: Vec<usize> = (0..exchanges.len()).collect();
    order.sort_by_key(|at| exchanges.get(*at).map(written));
    let mut next: HashMap<Key<'_>, usize> = HashMap::new();
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for at in order {
        let Some(exchange) = exchanges.get(at) else { continue };
        let time = written(exchange);
        let by_log = exchange.claim.is_some() && matches!(exchange.answer, Answer::Whole(_) | Answer::ClientLeft);
        let Some((place, list)) = key(exchange).filter(|_| by_log).and_then(|key| wanted.get_key_value(&key)) else {
            continue;
        };
        let cursor = next.entry(*place).or_default();
        while let Some((earlier, _)) = list.get(*cursor)
            && time.since(*earlier).0 > NEAR
        {
            *cursor += 1;
        }
        let Some((found, error)) = list.get(*cursor) else { continue };
        if found.since(time).0 > NEAR {
            continue;
        }
        *cursor += 1;
        pairs.push((at, *error));
    }
    // Both borrow from the exchanges.
    drop((next, wanted));
    let mut taken = alloc::vec![false; errors.len()];
    for (at, from) in pairs {
        if let (Some(exchange), Some(error), Some(taken)) =
            (exchanges.get_mut(at), errors.get(from), taken.get_mut(from))
        {
            *taken = true;
            add(exchange, error);
        }
    }
    taken
}

fn key(exchange: &Exchange) -> Option<Key<'_>> {
    exchange.client.zip(exchange.target.as_deref())
}

/// When its last line was written.
fn written(exchange: &Exchange) -> Timestamp {
    exchange.events.iter().map(|event| event.source.time).max().unwrap_or(exchange.begun)
}

/// The error log knows the cause; who left, the access log knows as well.
fn add(exchange: &mut Exchange, error: &Exchange) {
    exchange.events.extend(error.events.iter().cloned());
    exchange.host = exchange.host.take().or_else(|| error.host.clone());
    exchange.port = exchange.port.or(error.port);
    if !error.attempts.is_empty() {
        exchange.attempts.clone_from(&error.attempts);
    }
    if error.claim.is_some() {
        exchange.claim.clone_from(&error.claim);
        exchange.doubts.clear();
    }
}
