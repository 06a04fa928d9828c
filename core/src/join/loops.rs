//! Requests that came back to the gateway: one exchange, however often they went round.
//!
//! The gateway's name in `Via` (RFC 9110 section 7.6.3) on a request that it receives says that it has sent that request
//! on before. A gateway that writes no `Via` is told by its address: it asks itself for what it was just asked.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use hashbrown::{HashMap, HashSet};

use super::pairing::window;
use super::{Joined, Roles};
use crate::capture::connection::Connection;
use crate::capture::point::Point;
use crate::exchange::{Event, Exchange};
use crate::protocols::via;
use crate::time::Timestamp;

/// Rounds of one request whose packets are kept as evidence.
const ROUNDS: usize = 4;

/// What was asked for: host, and target without scheme and host.
type Wanted = (Option<String>, String);

/// A request that may come back, and those that were it again.
struct Root {
    at: usize,
    ends: Timestamp,
    rounds: Vec<usize>,
    sure: bool,
}

/// Takes requests that came back out of the list: they belong to the request that first caused them.
pub fn fold(exchanges: &mut Vec<Exchange>, points: &[Point], roles: &Roles, joined: &mut Joined) {
    let names = own_names(points, roles);
    let mut roots: HashMap<Wanted, Root> = HashMap::new();
    let mut gone: HashSet<usize> = HashSet::new();
    for at in 0..exchanges.len() {
        let Some(exchange) = exchanges.get(at) else { continue };
        let wanted = wanted(exchange);
        let ends = window(exchange).1;
        let via = &exchange.signs.via;
        let named = via.iter().find(|name| names.iter().any(|own| via::same(own, name))).cloned();
        let itself = exchange.client.is_some_and(|client| roles.is_own(client));
        let marked = named.is_some() || itself && !via.is_empty();
        let root = roots.get_mut(&wanted).filter(|root| (marked || itself) && root.ends >= exchange.begun);
        let Some(root) = root else {
            if let (Some(name), Some(exchange)) = (named, exchanges.get_mut(at)) {
                exchange.signs.looped = Some(format!(
                    "The request came back to the gateway: its Via already names {name}, which is the gateway itself."
                ));
            }
            roots.insert(wanted, Root { at, ends, rounds: Vec::new(), sure: false });
            continue;
        };
        root.rounds.push(at);
        // Asked once by itself, without a mark: that may be an engineer on the gateway, while the page is under way.
        root.sure |= marked || root.rounds.len() > 1;
        if !root.sure {
            continue;
        }
        let times = match root.rounds.len() {
            1 => String::from("once"),
            rounds => format!("{rounds} times"),
        };
        let from = exchange.client.map(|client| client.to_string()).unwrap_or_default();
        let name = named.map(|name| format!(", with the gateway's own name {name} in Via")).unwrap_or_default();
        let told = format!("The request came back to the gateway {times}, from {from}{name}: a loop.");
        let back: Vec<Event> = (root.rounds.iter().take(ROUNDS))
            .filter(|round| !gone.contains(*round))
            .filter_map(|round| exchanges.get(*round))
            .flat_map(|round| round.events.iter().cloned())
            .collect();
        gone.extend(&root.rounds);
        if let Some(outer) = exchanges.get_mut(root.at) {
            outer.events.extend(back);
            outer.events.sort_by_key(|event| (event.source.time, event.source.number));
            outer.signs.looped = Some(told);
        }
    }
    joined.total = joined.total.saturating_sub(gone.len() as u64);
    let mut at = 0;
    exchanges.retain(|_| {
        at += 1;
        !gone.contains(&(at - 1))
    });
}

fn wanted(exchange: &Exchange) -> Wanted {
    let target = exchange.target.as_deref().unwrap_or_default();
    let path = match target.split_once("://") {
        Some((_, rest)) => rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/"),
        None => target,
    };
    (exchange.host.clone(), path.to_string())
}

/// The names that the gateway writes into `Via`: the last one of a request that it sends, where the request that it
/// received for the same at that time does not have it. A gateway that writes none may pass on another's.
fn own_names(points: &[Point], roles: &Roles) -> Vec<String> {
    let connections = || points.iter().flat_map(|point| &point.connections);
    let mut received: HashMap<u32, Vec<&Connection>> = HashMap::new();
    for connection in connections().filter(|connection| roles.is_inbound(connection)) {
        for path in connection.conversation().into_iter().flat_map(|http| &http.paths) {
            let same = received.entry(*path).or_default();
            if same.len() < super::roles::NEAR {
                same.push(connection);
            }
        }
    }
    let mut names: Vec<String> = Vec::new();
    for sent in connections().filter(|connection| roles.is_own(connection.client.ip())) {
        let Some(http) = sent.conversation() else { continue };
        let Some(name) = http.via.as_deref().and_then(|list| via::names(list).last()) else { continue };
        if names.iter().any(|known| via::same(known, name)) {
            continue;
        }
        let without = |inbound: &&Connection| {
            let list = inbound.conversation().and_then(|http| http.via.as_deref()).unwrap_or_default();
            let during = inbound.first.time <= sent.first.time && sent.first.time <= inbound.last.time;
            during && !core::ptr::eq(*inbound, sent) && !via::names(list).any(|other| via::same(other, name))
        };
        let caused = http.paths.iter().filter_map(|path| received.get(path)).flatten().any(without);
        if caused {
            names.push(name.to_string());
        }
    }
    names
}
