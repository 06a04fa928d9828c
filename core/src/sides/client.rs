//! What the client's own capture shows of an exchange that the gateway's does not: an answer that the gateway never sent
//! or that did not arrive, an end that neither of them made, a request that did not come.

use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use crate::listed::Map;

use super::stand::Stand;
use super::tell;
use crate::capture::transaction::Transaction;
use crate::exchange::{Answer, Between, Exchange, Proof};
use crate::join;
use crate::protocols::http1::is_server_error;
use crate::report::Leg;
use crate::time::{SECOND, Span};

/// The same request is seen at both places within this time, beside what the clocks are unsure of.
const SAME: Span = Span(SECOND);

/// What tells most of a failure on the client's side, first.
const WEIGHT: [Between; 5] =
    [Between::ResetMade, Between::ResponseMade, Between::CloseMade, Between::ResponseDropped, Between::RequestDropped];

/// A failure that is in the client's capture.
pub struct Seen {
    /// The connection at home: client and gateway.
    ends: (SocketAddr, SocketAddr),
    /// By home's clock.
    exchange: Exchange,
    /// How far its time may be off.
    error: Span,
    /// Home does not hold its request.
    uncounted: bool,
}

impl Seen {
    /// What failed for the client on a connection, as `near`, the client's place, holds it, where what lies between it
    /// and home did so.
    pub fn of(near: Stand<'_>, home: Stand<'_>, proofs: &[Proof]) -> Vec<Self> {
        let (Some(proof), Some(conversation)) = (together(proofs), near.connection.conversation()) else {
            return Vec::new();
        };
        let counted = home.connection.conversation().map_or(0, |conversation| conversation.count);
        let all = conversation.kept.iter().chain(conversation.open()).filter(|of| of.request.is_some());
        let made = proofs.iter().any(|proof| proof.what == Between::ResponseMade);
        let failed = all.filter_map(|transaction| failed(near, home, transaction, &proof, made));
        let seen = failed.map(|exchange| Self {
            ends: (home.connection.client, home.connection.server),
            exchange,
            error: Span(near.place.clock.error.0.saturating_add(SAME.0)),
            uncounted: conversation.count > counted,
        });
        seen.collect()
    }

    /// Adds it to the failures, or its proof to the same one as home shows it; whether a request is to be counted that
    /// was not. `known` are the failures on each client's connection.
    pub fn add_to(&self, exchanges: &mut Vec<Exchange>, known: &Known, gateways: &[IpAddr]) -> bool {
        let its = |exchange: &Exchange| {
            exchange.target == self.exchange.target && exchange.begun.since(self.exchange.begun).0.abs() <= self.error.0
        };
        let here = known.get(&self.ends).into_iter().flatten().copied();
        if let Some(at) = here.into_iter().find(|at| exchanges.get(*at).is_some_and(its)) {
            if let (Some(proof), Some(same)) = (&self.exchange.signs.proof, exchanges.get_mut(at))
                && same.signs.proof.is_none()
            {
                tell::show(&mut same.events, proof, Leg::Client);
                same.signs.proof = Some(proof.clone());
            }
            return false;
        }
        let ours = gateways.contains(&self.ends.1.ip());
        if ours {
            exchanges.push(self.exchange.clone());
        }
        ours && self.uncounted
    }
}

/// Exchanges by the ends of the client's connection: their places in a list.
pub type Known = Map<(SocketAddr, SocketAddr), Vec<usize>>;

/// Finds them.
pub fn known(exchanges: &[Exchange]) -> Known {
    let mut known = Known::default();
    for (at, exchange) in exchanges.iter().enumerate() {
        if let Some(flow) = tell::client_flow(exchange) {
            known.or_default((flow.one, flow.other)).push(at);
        }
    }
    known
}

/// All proofs of what lies between as one, named by what tells most.
pub fn together(proofs: &[Proof]) -> Option<Proof> {
    let mut all = WEIGHT.iter().flat_map(|what| proofs.iter().filter(move |proof| proof.what == *what));
    let mut first = all.next()?.clone();
    for other in all {
        first.text.push(' ');
        first.text.push_str(&other.text);
        first.packets.extend(other.packets.iter().cloned());
    }
    Some(first)
}

/// A client's request as an exchange that failed on the way; `None` if it got an answer of the gateway's.
fn failed(near: Stand<'_>, home: Stand<'_>, transaction: &Transaction, proof: &Proof, made: bool) -> Option<Exchange> {
    let mut exchange = join::client_exchange(near.connection, transaction);
    match &exchange.answer {
        // Whoever made it: other answers are no failures.
        Answer::Whole(status) if is_server_error(status.code) && made => {}
        // It was the way between that left the client without an answer, whoever closed then.
        Answer::Cut(_) | Answer::Closed | Answer::NotHttp | Answer::ClientLeft(_) => {
            exchange.answer = Answer::ClientLeft(None);
        }
        // It closed its own half and heard no more of what had been sent to it.
        Answer::Pending if proof.what == Between::ResponseDropped && near.connection.client_end.fin.is_some() => {
            exchange.answer = Answer::ClientLeft(None);
        }
        _ => return None,
    }
    exchange.begun = near.place.home(exchange.begun);
    exchange.gateway = Some(home.connection.server.ip());
    // Nothing of what came in the gateway's name is known to be its.
    exchange.events.retain(|event| !event.sent);
    tell::show(&mut exchange.events, proof, Leg::Client);
    exchange.signs.proof = Some(proof.clone());
    Some(exchange)
}
