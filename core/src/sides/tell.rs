//! What the comparison says in a report: on each failure, and on each input.

use crate::sorting::Sorting as _;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::SocketAddr;

use super::client;
use super::clock::Clock;
use super::relation::Relation;
use crate::capture::point::Point;
use crate::exchange::{
    Answer, Attempt, Between, ConnectFailure, Event, Exchange, Flow, Phase, Proof, ReceiveFailure, SecureFailure,
    SendFailure, WaitFailure, What,
};
use crate::report::{Leg, ResetBy};
use crate::time::Timestamp;

/// Addresses named in a sentence.
const NAMED: usize = 3;

/// How a capture stands to its home.
#[derive(Default)]
pub struct Standing {
    /// Its name, and that of its interface where its recording has several places.
    pub title: String,
    /// Its recording, as a capture point: itself, unless it is an interface.
    pub recording: usize,
    /// The interface's name.
    pub label: Option<String>,
    /// The home's capture point.
    pub home: usize,
    /// Its clock against the home's; `None` where no packet is in both.
    pub clock: Option<Clock>,
    /// What is between, as a phrase; empty for the home itself.
    pub between: String,
}

impl Standing {
    /// The home itself.
    pub fn home(home: usize) -> Self {
        Self { home, clock: Some(Clock::default()), ..Self::default() }
    }

    /// How a capture stands to it.
    pub fn of(home: &Point, other: &Point, at: usize, relation: &Relation) -> Self {
        if relation.same {
            let between = "the same place, recorded twice".into();
            return Self { home: at, clock: relation.clock, between, ..Self::default() };
        }
        let mut hops: Vec<i32> = Vec::new();
        let mut translated: Vec<(SocketAddr, SocketAddr)> = Vec::new();
        let (mut beyond, mut before, mut rewritten) = (0_usize, 0_usize, false);
        for pair in &relation.pairs {
            let (Some(ours), Some(theirs)) = (home.connections.get(pair.a), other.connections.get(pair.b)) else {
                continue;
            };
            match pair.client_at_a {
                Some(true) => beyond += 1,
                Some(false) => before += 1,
                None => {}
            }
            let ttls = [(ours.client_end.ttl, theirs.client_end.ttl), (ours.server_end.ttl, theirs.server_end.ttl)];
            hops.extend(ttls.into_iter().filter_map(|(one, other)| Some((i32::from(one?) - i32::from(other?)).abs())));
            for (one, other) in [(ours.client, theirs.client), (ours.server, theirs.server)] {
                if one.ip() != other.ip() && translated.iter().all(|(known, _)| known.ip() != one.ip()) {
                    translated.push((one, other));
                }
            }
            rewritten |= ours.opening().zip(theirs.opening()).is_some_and(|(one, other)| one != other);
        }
        hops.order();
        let mut parts: Vec<String> = Vec::new();
        let way = match (beyond > 0, before > 0) {
            (true, false) => " towards the servers",
            (false, true) => " towards the clients",
            _ => "",
        };
        parts.push(match hops.get(hops.len() / 2) {
            Some(1) => format!("1 hop further{way}"),
            Some(0) | None => format!("further{way}, no hop counted between"),
            Some(hops) => format!("{hops} hops further{way}"),
        });
        for (one, other) in translated.iter().take(NAMED) {
            parts.push(format!("{} appears as {}", one.ip(), other.ip()));
        }
        if rewritten {
            parts.push("sequence numbers are rewritten".into());
        }
        Self { home: at, clock: relation.clock, between: parts.join(", "), ..Self::default() }
    }
}

/// Adds what is proven to the failures of an exchange.
pub fn apply<'b>(
    exchange: &mut Exchange,
    find: impl Fn(SocketAddr, SocketAddr, (Timestamp, Timestamp)) -> &'b [Proof],
) {
    for attempt in &mut exchange.attempts {
        let (Some(local), Some(upstream)) = (attempt.local, attempt.upstream) else { continue };
        let span = attempt.span.unwrap_or_default();
        for proof in find(local, upstream, span) {
            // What the gateway's own machine made never had to pass.
            let own = proof.what == Between::ResetMade && attempt.reset_by == Some(ResetBy::Gateway);
            if !own && explains(attempt, proof.what) {
                add(attempt, proof);
            }
        }
    }
    let flow = client_flow(exchange);
    let Some(flow) = flow.filter(|_| exchange.signs.proof.is_none()) else { return };
    let last = exchange.events.iter().map(|event| event.source.time).max().unwrap_or(exchange.begun);
    let any = |what: fn(&What) -> bool| exchange.events.iter().any(|event| what(&event.what));
    let reset = any(|what| matches!(what, What::Reset(_)));
    let closed = any(|what| *what == What::Fin) && matches!(exchange.answer, Answer::ClientLeft(_));
    let its = |what: Between| what == Between::ResetMade && reset || what == Between::CloseMade && closed;
    let proofs = find(flow.one, flow.other, (exchange.begun, last)).iter().filter(|proof| its(proof.what)).cloned();
    if let Some(proof) = client::together(&proofs.collect::<Vec<Proof>>()) {
        show(&mut exchange.events, &proof, Leg::Client);
        exchange.signs.proof = Some(proof);
    }
}

/// The client's connection.
pub fn client_flow(exchange: &Exchange) -> Option<Flow> {
    exchange.events.iter().find_map(|event| event.flow.filter(|_| event.leg == Leg::Client))
}

/// Whether a proof is about the way in which an attempt failed.
fn explains(attempt: &Attempt, what: Between) -> bool {
    let connect = attempt.connect.failure();
    let silent = matches!(connect, Some(ConnectFailure::Unanswered { .. } | ConnectFailure::NoReturn { .. }));
    let reset = connect == Some(&ConnectFailure::Reset)
        || attempt.secure.failure() == Some(&SecureFailure::Reset)
        || attempt.wait.failure() == Some(&WaitFailure::Reset)
        || attempt.receive.failure() == Some(&ReceiveFailure::Reset);
    let closed = attempt.secure.failure() == Some(&SecureFailure::Closed)
        || attempt.wait.failure() == Some(&WaitFailure::Closed)
        || attempt.receive.failure() == Some(&ReceiveFailure::Closed);
    let waiting = attempt.secure.failure() == Some(&SecureFailure::NoResponse)
        || matches!(attempt.wait.failure(), Some(WaitFailure::Timeout(_)))
        || matches!(attempt.receive.failure(), Some(ReceiveFailure::Stalled(_)));
    let unacked = matches!(attempt.send.failure(), Some(SendFailure::Unacknowledged | SendFailure::FullSizeLost));
    match what {
        Between::SynDropped | Between::NoAnswerBeyond | Between::SynAckDropped | Between::SynAckElsewhere => silent,
        Between::ResetMade | Between::ResetByHost | Between::ResetFromBeyond => reset,
        Between::CloseMade => closed,
        Between::RequestDropped | Between::ResponseDropped | Between::SilentBeyond => waiting || unacked,
        Between::ResponseMade => attempt.status.is_some() || attempt.receive.failure().is_some(),
        Between::IcmpMade | Between::IcmpFromBeyond => matches!(connect, Some(ConnectFailure::Icmp(_))),
    }
}

fn add(attempt: &mut Attempt, proof: &Proof) {
    let elsewhere = matches!(proof.what, Between::SynAckDropped | Between::SynAckElsewhere);
    if let (true, Some(ConnectFailure::Unanswered { tries, .. })) = (elsewhere, attempt.connect.failure()) {
        // The SYN-ACK exists and does not come back: no longer an absence of which nothing more is known.
        attempt.connect = Phase::Failed(ConnectFailure::NoReturn { spoofed: false, tries: *tries });
    }
    let told = match proof.what {
        Between::ResetMade => Some(ResetBy::DeviceOnPath),
        // Signs that it was injected beyond the further capture stand.
        Between::ResetByHost if attempt.reset_by != Some(ResetBy::DeviceOnPath) => Some(ResetBy::UpstreamHost),
        _ => None,
    };
    if told.is_some() && attempt.reset_by != told {
        attempt.reset_by = told;
        attempt.signs.clear();
    }
    show(&mut attempt.events, proof, Leg::Upstream);
    // What blames says more than what clears.
    match &mut attempt.proof {
        Some(known) if known.what.blames_device() || !proof.what.blames_device() => {}
        known => *known = Some(Box::new(proof.clone())),
    }
}

/// Adds the packets that show it, but for those that are told already.
pub fn show(events: &mut Vec<Event>, proof: &Proof, leg: Leg) {
    for packet in &proof.packets {
        if events.iter().all(|event| event.source != packet.source) {
            events.push(Event {
                source: packet.source,
                leg,
                sent: packet.by_client == (leg != Leg::Client),
                what: What::Note(packet.text.clone()),
                flow: Some(packet.flow),
            });
        }
    }
}
