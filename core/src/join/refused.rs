//! Good answers of the upstream that did not get through the gateway: it failed the exchange all the same.
//!
//! Nothing but the answer itself explains that: its head is large, HTTP does not allow something in it, or a RST took it
//! away. It is blamed only where nothing else failed, and where the gateway does not say another reason.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::listed::{Map, Set};

use super::attempt::{self, host_of};
use super::pairing::window;
use super::spans::Spans;
use super::{Loose, Roles, failing};
use crate::capture::connection::Connection;
use crate::capture::conversation::{LARGE_HEAD, path_digest};
use crate::capture::point::Point;
use crate::capture::transaction::Transaction;
use crate::categories::Id;
use crate::exchange::{Answer, Attempt, Claim, Exchange, Flaw, Phase, ReceiveFailure, WaitFailure, What};
use crate::protocols::http1::flaws::Weight;
use crate::protocols::http1::is_server_error;
use crate::time::{Span, Timestamp};

/// A gateway that refuses an answer for its head says so within this time.
const AT_ONCE: Span = Span::seconds(1);

/// What HTTP does not allow, but this gateway passed on: server, and what it is.
pub(super) struct Borne(Set<(IpAddr, &'static str)>);

impl Borne {
    /// Attempts that no failed exchange caused, though a client was asking at the time.
    pub(super) fn new(loose: &[Loose<'_>], points: &[Point], roles: &Roles) -> Self {
        let good = loose.iter().filter(|loose| !loose.taken && !failing(&loose.attempt));
        let flawed: Vec<(&Flaw, &Loose<'_>)> =
            good.filter_map(|loose| Some((loose.attempt.flaw.as_deref()?, loose))).collect();
        if flawed.is_empty() {
            return Self(Set::default());
        }
        let mut asked = Spans::default();
        for connection in points.iter().flat_map(|point| &point.connections).filter(|c| roles.is_inbound(c)) {
            asked.push(connection.first.time, connection.last.time, ());
        }
        asked.order();
        let during = |at: Timestamp| asked.touch(at, at);
        let caused = flawed.into_iter().filter(|(_, loose)| during(loose.begun));
        Self(caused.filter_map(|(flaw, loose)| Some((loose.attempt.upstream?.ip(), flaw.what))).collect())
    }

    fn has(&self, attempt: &Attempt) -> bool {
        let key = attempt.upstream.map(|upstream| upstream.ip()).zip(attempt.flaw.as_ref().map(|flaw| flaw.what));
        key.is_some_and(|key| self.0.contains(&key))
    }
}

/// Blames the answer for the failure, where nothing else is to blame.
pub(super) fn judge(exchange: &mut Exchange, borne: &Borne) {
    flawed(exchange, borne);
    too_large(exchange);
    early(exchange);
}

/// Whether the gateway answered with an error, or with nothing.
fn failed(exchange: &Exchange) -> bool {
    match &exchange.answer {
        Answer::Whole(status) => is_server_error(status.code),
        Answer::Closed => true,
        _ => false,
    }
}

/// Whether the gateway's own word names another reason.
fn denies(word: Option<&Claim>, id: Id) -> bool {
    word.is_some_and(|word| !word.undetermined && !word.candidates.contains(&id))
}

fn answered(attempt: &Attempt) -> Option<Timestamp> {
    attempt.events.iter().find(|event| matches!(event.what, What::Response(_))).map(|event| event.source.time)
}

/// A gateway that fails an exchange whose answer holds what HTTP does not allow has most likely refused that answer.
fn flawed(exchange: &mut Exchange, borne: &Borne) {
    let (_, to) = window(exchange);
    let other = exchange.signs.service.is_some() || denies(exchange.signs.word.as_ref(), Id::ResponseInvalid);
    let refused = failed(exchange) && !other;
    let status = match &exchange.answer {
        Answer::Whole(status) | Answer::Cut(Some(status)) => Some(status.code),
        _ => None,
    };
    let suspect =
        |attempt: &Attempt| attempt.flaw.is_some() && !failing(attempt) && answered(attempt).is_some_and(|at| at <= to);
    let last = exchange.attempts.iter().filter(|attempt| suspect(attempt)).filter_map(answered).max();
    // What failed after it, the gateway tried instead.
    let later = exchange.attempts.iter().any(|attempt| {
        failing(attempt) && attempt.span.is_some_and(|(_, ended)| last.is_some_and(|last| ended > last))
    });
    for attempt in &mut exchange.attempts {
        if !refused || later || last.is_none() || answered(attempt) != last || !suspect(attempt) || borne.has(attempt) {
            continue;
        }
        let Some(flaw) = attempt.flaw.clone() else { continue };
        attempt.receive = Phase::Failed(ReceiveFailure::Flawed(flaw.to_string()));
        let at_once = last.is_some_and(|last| to.since(last) <= AT_ONCE);
        if flaw.weight < Weight::Grave || !at_once {
            attempt.doubts.push(UNSAID.to_string());
        }
    }
    // A good answer of another request tells nothing of this one.
    exchange.attempts.retain(|attempt| attempt.flaw.is_none() || failing(attempt) || attempt.status == status);
}

const UNSAID: &str =
    "The gateway does not say why it did not take this answer; what is odd about it is the likeliest reason.";

/// A gateway that answers 5xx to a good response with a large head has most likely refused that head.
fn too_large(exchange: &mut Exchange) {
    let refused = matches!(&exchange.answer, Answer::Whole(status) if is_server_error(status.code))
        && exchange.signs.service.is_none();
    let Some(attempt) = exchange.attempts.last_mut().filter(|attempt| refused && attempt.head >= LARGE_HEAD) else {
        return;
    };
    let good = attempt.status.is_none_or(|status| !is_server_error(status)) && !failing(attempt);
    if good {
        attempt.receive = Phase::Failed(ReceiveFailure::HeaderTooLarge);
        attempt.doubts.push(format!(
            "The head of the response has at least {} bytes; that the gateway refused it for that is the likeliest reason.",
            attempt.head
        ));
    }
}

/// A server that answers before it has the whole request and then resets takes its own answer away: the RST makes the
/// gateway drop what it has not read (RFC 9112 section 9.6).
fn early(exchange: &mut Exchange) {
    let lost = failed(exchange);
    let Some(attempt) = exchange.attempts.last_mut().filter(|attempt| lost && attempt.upload_cut) else { return };
    if attempt.status.is_none_or(is_server_error) || failing(attempt) {
        return;
    }
    attempt.wait = Phase::Failed(WaitFailure::Reset);
    attempt.doubts.push(
        "That the RST took the answer away before the gateway had read it is the likeliest reason; the gateway does not say so."
            .to_string(),
    );
}

/// Good answers that the gateway got: by host and by the last part of what it asked for.
pub(super) struct Good<'a>(Map<(Option<String>, u32), Spans<Answered<'a>>>);

/// A request that went well, and its connection.
type Answered<'a> = (&'a Connection, &'a Transaction);

impl<'a> Good<'a> {
    pub(super) fn new(points: &'a [Point], roles: &Roles) -> Self {
        let mut good = Self(Map::default());
        let outward = points
            .iter()
            .flat_map(|point| &point.connections)
            .filter(|connection| roles.egress.contains(&connection.client.ip()) && !roles.is_inbound(connection));
        for (connection, http) in outward.filter_map(|connection| Some((connection, connection.conversation()?))) {
            for transaction in http.last_good().into_iter().chain(http.tunnel.as_deref()) {
                let asked = transaction.request.as_deref().zip(transaction.response.as_deref());
                let Some((request, response)) = asked.filter(|(_, response)| !is_server_error(response.status)) else {
                    continue;
                };
                let (host, _) = host_of(&request.target, request.host.as_deref(), &request.method);
                let of = good.0.or_default((host, last_part(&request.target)));
                of.push(request.first.time, response.last.time, (connection, transaction));
            }
        }
        good.0.values_mut().for_each(Spans::order);
        good
    }

    /// The upstream's answer was good, and the gateway made an error of it: tells of that answer, where only one can be it.
    pub(super) fn despite(&self, exchange: &mut Exchange, seen_to: Timestamp) {
        let Some(wanted) = exchange.target.as_deref().filter(|_| failed(exchange)) else { return };
        let (from, to) = window(exchange);
        let Some(good) = self.0.get(&(exchange.host.clone(), last_part(wanted))) else { return };
        let its = good.touching(from, to).filter(|(connection, transaction)| {
            let Some((request, response)) = transaction.request.as_deref().zip(transaction.response.as_deref()) else {
                return false;
            };
            let same = wanted == request.target || wanted.ends_with(request.target.as_str());
            connection.last.time >= from && same && request.first.time >= from && response.last.time <= to
        });
        let mut its = its;
        let Some((connection, transaction)) = its.next() else { return };
        // A connection counts once.
        if its.all(|(other, _)| core::ptr::eq(*other, *connection)) {
            exchange.attempts.push(attempt::transaction(connection, transaction, seen_to));
        }
    }
}

/// What a path that the gateway wrote anew still ends in.
fn last_part(target: &str) -> u32 {
    path_digest(target.rsplit('/').next().unwrap_or_default())
}

/// A log's line decided: it confirms that the gateway refused an answer for what that is, or names another reason.
pub(crate) fn held_against(exchange: &mut Exchange) {
    let Some(claim) = exchange.claim.as_ref().filter(|claim| !claim.undetermined) else { return };
    for attempt in &mut exchange.attempts {
        let id = match attempt.receive.failure() {
            Some(ReceiveFailure::Flawed(_)) if attempt.flaw.as_ref().is_some_and(|f| f.weight < Weight::Fatal) => {
                Id::ResponseInvalid
            }
            Some(ReceiveFailure::HeaderTooLarge) => Id::ResponseHeaderTooLarge,
            _ => continue,
        };
        if claim.candidates.first() == Some(&id) {
            attempt.doubts.clear();
        } else if !claim.candidates.contains(&id) {
            attempt.receive = Phase::Ok(None);
            attempt.doubts.clear();
        }
    }
}
