//! Both sides of the gateway → exchanges.
//!
//! A client's request and the attempts that it caused have different addresses: they are joined by time, by the
//! host name and target, and by the addresses that DNS gave for that name.

mod alone;
mod asked;
pub mod attempt;
mod by_name;
mod clients;
mod compare;
mod directions;
mod doings;
mod doubts;
mod hellos;
mod hidden;
mod host;
mod intercept;
mod inward;
mod listener;
mod loops;
mod machines;
mod names;
mod open;
mod outcome;
mod own;
pub mod own_word;
mod pairing;
mod patience;
mod questions;
pub(crate) mod refused;
mod reset;
mod resolving;
mod retries;
mod roles;
pub(crate) mod services;
pub(crate) mod silence;
mod sites;
mod spans;
mod spoofed;
pub mod steps;
mod two_legs;
mod unread;
mod unresolved;
mod untaken;
pub(crate) mod upstream;
mod usage;
pub(crate) mod well;

use crate::sorting::Sorting as _;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::listed::Set;

use crate::capture::connection::Connection;
use crate::capture::lookups::Lookup;
use crate::capture::point::Point;
use crate::capture::transaction::Transaction;
use crate::exchange::{Attempt, Exchange};
use crate::time::Timestamp;
use asked::Asked;
pub(crate) use clients::{client_exchange, hello};
use directions::Unheard;
use hellos::Hellos;
use names::{Names, plain_name};
pub(crate) use outcome::failing;
pub use roles::Roles;

/// What the captures of a case came to.
#[derive(Default)]
pub struct Joined {
    /// Failed exchanges.
    pub exchanges: Vec<Exchange>,
    /// Requests seen.
    pub total: u64,
    /// Tunnels whose inside was not seen.
    pub unseen: u64,
    /// Health checks, and those of them that failed.
    pub checks: (u64, u64),
    /// The gateway's addresses.
    pub gateways: Vec<IpAddr>,
    /// Who is what.
    pub roles: Roles,
}

/// An attempt that waits for its exchange.
struct Loose<'a> {
    attempt: Attempt,
    connection: &'a Connection,
    /// The request that it was, or an answer without one.
    transaction: Option<&'a Transaction>,
    begun: Timestamp,
    /// When its capture began.
    shown_from: Timestamp,
    taken: bool,
    /// It may be another one's.
    unsure: bool,
}

/// Joins everything that was captured.
pub fn join(points: &[Point], preset: Option<IpAddr>) -> Joined {
    let roles = roles::find(points, preset);
    let mut joined = Joined { gateways: roles.gateways.clone(), ..Joined::default() };
    let seen_to = points.iter().filter_map(|point| point.ended).max().unwrap_or_default();
    let hellos = Hellos::new(points, &roles);
    // What answers in a host's name says nothing of that host.
    let theirs = points.iter().flat_map(|point| &point.connections).filter(|c| !roles.intercepted.has(c));
    let hosts = reset::Hosts::new(theirs);
    let mut clients = clients::client_side(points, &roles, &hellos, &hosts, seen_to, &mut joined);
    loops::fold(&mut clients, points, &roles, &mut joined);
    let wanted: Set<u16> = clients.iter().filter_map(|exchange| exchange.port).collect();
    let wanted = (!roles.unknown()).then_some(&wanted);
    let unheard = Unheard::new(points, &roles);
    let mut loose = upstream::upstream_side(points, &roles, &hosts, &unheard, wanted, seen_to);
    hellos::compare_sizes(points, loose.iter_mut().map(|loose| &mut loose.attempt));
    let lookups: Vec<&Lookup> = points.iter().flat_map(|point| &point.lookups.list).collect();
    let names = Names::new(points, &lookups, &roles, &unheard);
    if roles.unknown() {
        alone::exchanges(points, &roles, loose, &lookups, &names, seen_to, &mut joined);
        joined.roles = roles;
        return joined;
    }
    let asked = Asked::new(points, &roles, &clients);
    pairing::assign(&mut clients, &mut loose, &names, (&roles, &hellos, &asked));
    services::explain(&mut clients, points, &roles, &loose, &names, seen_to);
    let borne = refused::Borne::new(&loose, points, &roles);
    let answered = unread::Answered::new(points, &roles, &names);
    let good = refused::Good::new(points, &roles);
    let silence = silence::Silence::new(points, &roles, &clients, &loose);
    for mut exchange in clients {
        outcome::decrypted(&mut exchange);
        inward::pass_on(&mut exchange, &roles);
        refused::judge(&mut exchange, &borne);
        names::resolve(&mut exchange, &names, &asked, seen_to);
        exchange.attempts.order_by_key(|attempt| attempt.span);
        patience::judge(&mut exchange);
        services::doubted(&mut exchange);
        if !outcome::failed(&exchange, &answered, seen_to) {
            continue;
        }
        let explained = exchange.signs.looped.is_some()
            || exchange.signs.service.is_some()
            || exchange.signs.client_full.is_some()
            || exchange.client_secure.failure().is_some();
        if exchange.signs.late {
            // Others that lie as near have not failed, as far as they were captured.
            if exchange.attempts.iter().any(failing) {
                exchange.attempts.retain(failing);
            }
            exchange.doubts.push(LATE.to_string());
        }
        if exchange.attempts.is_empty() && !explained {
            good.despite(&mut exchange, seen_to);
        }
        if exchange.attempts.is_empty() && !explained {
            silence.tell(&mut exchange, &names);
        }
        joined.exchanges.push(exchange);
    }
    hidden::add(points, (&roles, &hellos, &names, &asked), seen_to, &mut loose, &mut joined);
    intercept::hidden(points, &roles, &mut loose, &mut joined);
    listener::hidden(points, &roles, &hellos, &mut loose, &mut joined);
    compare::tests(&mut joined.exchanges, points, &roles, &names);
    joined.roles = roles;
    joined
}

/// Whether these captures by themselves show a gateway that is asked and goes out.
pub(crate) fn shows_gateway(points: &[Point]) -> bool {
    let roles = roles::find(points, None);
    !roles.gateways.is_empty() && upstream::upstream_visible(points, &roles)
}

/// What the captures lack of an exchange whose answer alone they show.
const LATE: &str = "The request was not captured, only its answer: what was asked, and what the gateway had tried by then, is not seen.";

/// Text for a doubt that several places need.
pub(crate) fn one_leg() -> String {
    "Only one side was captured: whether a gateway or the origin made this answer cannot be told.".to_string()
}
