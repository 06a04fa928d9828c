//! Exchanges → findings: the category, how sure it is, what shows it, what it is not.

mod evidence;
mod filter;
mod hints;
mod left;
mod limits;
mod ruled_out;
mod summary;

use crate::sorting::Sorting as _;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::SocketAddr;

use crate::categories::{self, Category, Id};
use crate::exchange::{Answer, Attempt, Between, Claim, Event, Exchange, Phase, Proof, Source};
use crate::products;
use crate::protocols::http1::is_server_error;
use crate::report::{Confidence, Finding, GeneratedBy, Leg, ResetBy};
use crate::time::Timestamp;
pub use limits::Limits;

/// What was not seen of an exchange whose attempts alone tell of it.
const UNREAD: &str =
    "What the gateway answered was not captured: that the request failed is told by what happened upstream.";

/// Names the failure of an exchange. `notes` are said beside its doubts and lower nothing.
pub fn find(exchange: &Exchange, limits: &Limits<'_>, notes: &[String], product: Option<products::Id>) -> Finding {
    let decisive = decisive(exchange);
    let category = category(exchange, decisive);
    let mut evidence = evidence::pick(exchange, decisive, limits);
    let counted = counted_as(exchange, decisive, category, &evidence, limits);
    let id = counted.category;
    let claim = claim(exchange);
    // What a second capture shows leaves nothing open.
    let left = decisive.filter(|attempt| attempt.proof.is_none()).and_then(|attempt| attempt.left.as_deref());
    let (mut confidence, mut candidates) = match (category, claim) {
        (Some(_), _) => (Confidence::Proven, left::beside(id, left)),
        (None, Some(claim)) => (claim.confidence, claim.candidates.clone()),
        (None, None) => (Confidence::Possible, Vec::new()),
    };
    // The gateway's word about an attempt that the captures would have shown.
    if category.is_none() && exchange.outward && !exchange.doubts.is_empty() && confidence == Confidence::Proven {
        confidence = Confidence::Likely;
    }
    let unseen = limits.of(exchange, decisive, id);
    // Of packets: a page that decides nothing only orders what is left.
    let captured = exchange.claim.is_none() && exchange.events.iter().any(|event| !event.source.line);
    if id == Id::Undetermined && (claim.is_none() || captured) {
        let all = left::all(exchange, decisive, product, unseen.stepped);
        let more: Vec<Id> = all.into_iter().filter(|id| !candidates.contains(id)).collect();
        candidates.extend(more);
    }
    let mut doubts = exchange.doubts.clone();
    let of_attempt = decisive.map_or(&[][..], |attempt| &attempt.doubts);
    doubts.extend_from_slice(of_attempt);
    doubts.extend(left.map(|left| left.why.clone()));
    // What a second capture shows is no mere absence in the first.
    let of_client = on_client_side(exchange, id);
    let proof = of_client.or_else(|| decisive?.proof.as_deref());
    // Neither is what the device says that dropped it.
    let device = exchange.signs.devices.iter().max_by_key(|word| (word.bearing.blames(), word.exact));
    let told = proof.is_some() || device.is_some_and(|word| word.exact && word.bearing.blames());
    if let Some(category) = category {
        let log_alone = exchange.attempts.iter().all(|attempt| attempt.events.is_empty()) && exchange.claim.is_some();
        if log_alone {
            confidence = exchange.claim.as_ref().map_or(Confidence::Likely, |claim| claim.confidence);
        } else if category.absence && !told && (unseen.stepped || !unseen.absence.is_empty())
            || !exchange.doubts.is_empty()
            || !of_attempt.is_empty()
            || left.is_some()
        {
            confidence = Confidence::Likely;
        }
        // How a connection ended of which no request was captured is one of many things.
        if left.is_some() && decisive.is_some_and(|attempt| attempt.late) {
            confidence = Confidence::Possible;
        }
        if matches!(exchange.answer, Answer::Pending) {
            confidence = confidence.max(Confidence::Likely);
            doubts.push("The capture ends before the gateway answered: it may still have got through.".to_string());
        }
        if exchange.signs.unread && proof.is_none() {
            confidence = Confidence::Possible;
            doubts.push(UNREAD.to_string());
        }
        if category.absence && !told {
            if candidates.is_empty() && !unseen.kept_out.is_empty() {
                candidates.push(id);
                candidates.extend(unseen.kept_out);
            }
            doubts.extend(unseen.absence);
        }
    }
    doubts.extend(notes.iter().cloned());
    doubts.extend(category.and_then(|category| disagreement(exchange, category.id)));
    doubts.extend(unseen.notes);
    doubts.dedup();
    evidence.extend(&exchange.signs.test);
    evidence.order_by_key(|event| place_in_time(event, limits));
    Finding {
        confidence,
        candidates,
        method: exchange.method.clone(),
        target: exchange.target.clone(),
        reset_by: reset_by(exchange, decisive, id),
        summary: match proof {
            Some(proof) if of_client.is_some() => {
                alloc::format!("{} {}", summary::on_client_side(proof.what), proof.text)
            }
            Some(proof) => alloc::format!("{} {}", summary::write(exchange, decisive, id), proof.text),
            None => {
                let root = exchange.signs.root.as_ref().map(|root| &*root.text);
                let written = summary::with(summary::write(exchange, decisive, id), root);
                summary::with(written, device.map(|word| &*word.text))
            }
        },
        filter: filter::write(&evidence),
        flows: filter::flows(&evidence),
        ruled_out: ruled_out::list(exchange, decisive, id),
        evidence: evidence.iter().map(evidence::write).collect(),
        doubts,
        hints: hints::list(exchange, decisive, id, product),
        compared: exchange.signs.compared.clone(),
        ..counted
    }
}

/// What a failure counts as, and nothing that is told of it: for those beyond what a report lists.
pub fn counted(exchange: &Exchange, limits: &Limits<'_>) -> Finding {
    let decisive = decisive(exchange);
    let evidence = evidence::pick(exchange, decisive, limits);
    counted_as(exchange, decisive, category(exchange, decisive), &evidence, limits)
}

fn counted_as(
    exchange: &Exchange,
    decisive: Option<&Attempt>,
    category: Option<&Category>,
    evidence: &[&Event],
    limits: &Limits<'_>,
) -> Finding {
    let claimed = || claim(exchange).filter(|claim| !claim.undetermined)?.candidates.first().copied();
    let id = category.map(|category| category.id).or_else(claimed).unwrap_or(Id::Undetermined);
    let status = match &exchange.answer {
        Answer::Whole(status) => Some(status),
        Answer::Cut(status) | Answer::ClientLeft(status) => status.as_ref(),
        _ => None,
    };
    let code = status.map(|status| status.code);
    Finding {
        category: id,
        confidence: Confidence::Possible,
        candidates: Vec::new(),
        time: exchange.begun,
        ended: evidence.iter().map(|event| limits.time(event.source)).max().unwrap_or(exchange.begun),
        client: exchange.client,
        gateway: exchange.gateway,
        upstream: upstream(exchange, decisive),
        host: exchange.host.clone(),
        method: None,
        target: None,
        status: code,
        first_status: status.and_then(|status| status.first),
        generated_by: generated_by(exchange, id, code, category.is_none()),
        reset_by: None,
        summary: String::new(),
        evidence: Vec::new(),
        ruled_out: Vec::new(),
        doubts: Vec::new(),
        hints: Vec::new(),
        compared: Vec::new(),
        filter: None,
        flows: Vec::new(),
    }
}

/// The first of the table that an exchange is.
fn category(exchange: &Exchange, decisive: Option<&Attempt>) -> Option<&'static Category> {
    categories::TABLE.iter().find(|category| (category.detect)(exchange, decisive)).copied()
}

/// The log reads the failure as something else than the packets show.
fn disagreement(exchange: &Exchange, shown: Id) -> Option<String> {
    // A line that decides nothing does not disagree; and in a loop every other failure follows from it.
    let claim = exchange.claim.as_ref().filter(|claim| !claim.undetermined && shown != Id::ProxyLoop)?;
    let first = claim.candidates.first().filter(|_| !claim.candidates.contains(&shown))?;
    let packet = |events: &[crate::exchange::Event]| events.iter().any(|event| !event.source.line);
    let captured = packet(&exchange.events) || exchange.attempts.iter().any(|attempt| packet(&attempt.events));
    let title = |id: Id| id.category().map_or("undetermined", |category| category.title);
    captured.then(|| {
        alloc::format!(
            "The log reads this failure as “{}” ({}); the packets show “{}”, and what happened on the wire is what they show.",
            title(*first),
            claim.why,
            title(shown)
        )
    })
}

/// What the gateway says: in its answer, in its log, by its page. A word that decides goes before one that does not; of
/// those that do not, the one that leaves the least.
pub(crate) fn claim(exchange: &Exchange) -> Option<&Claim> {
    let signs = &exchange.signs;
    let decided = signs.word.iter().chain(&exchange.claim).chain(&signs.told).find(|claim| !claim.undetermined);
    let left = |claim: &&Claim| if claim.candidates.is_empty() { usize::MAX } else { claim.candidates.len() };
    decided.or_else(|| exchange.claim.iter().chain(&signs.word).chain(&signs.told).min_by_key(left))
}

/// The status of an upstream's answer that went well, though the exchange failed.
fn answered_well(decisive: Option<&Attempt>) -> Option<u16> {
    let good = decisive.filter(|attempt| attempt.receive.is_ok() && !crate::join::failing(attempt));
    good?.status.filter(|status| !is_server_error(*status))
}

/// The attempt that decided: the last one, unless its own end only follows from the client's leaving.
pub fn decisive(exchange: &Exchange) -> Option<&Attempt> {
    let with_answer = exchange.attempts.iter().rev().find(|attempt| {
        let code = match &exchange.answer {
            Answer::Whole(status) => Some(status.code),
            _ => None,
        };
        attempt.status.is_some() && attempt.status == code
    });
    let failing = || exchange.attempts.iter().rev().filter(|attempt| crate::join::failing(attempt));
    // What ended before it was used counts only where nothing else failed.
    with_answer
        .or_else(|| failing().find(|attempt| !attempt.unused && !attempt.late))
        .or_else(|| failing().next())
        .or_else(|| exchange.attempts.last())
}

/// The address that the failure is about, else the one tried last; a client that refused the gateway's certificate had it
/// connected to the one that its own ClientHello went to.
fn upstream(exchange: &Exchange, decisive: Option<&Attempt>) -> Option<SocketAddr> {
    let last = || exchange.attempts.iter().rev().find_map(|attempt| attempt.upstream);
    let beside = || {
        let mut out = exchange.events.iter().filter(|event| event.leg == Leg::Upstream && event.sent);
        out.find_map(|event| event.flow).map(|flow| flow.other)
    };
    let refused = exchange.client_secure.failure().is_some();
    decisive.and_then(|attempt| attempt.upstream).or_else(last).or_else(|| if refused { beside() } else { None })
}

fn generated_by(exchange: &Exchange, id: Id, status: Option<u16>, by_log: bool) -> GeneratedBy {
    // Who spoofs has no address of its own here; both its sides show what came from where.
    let sided = exchange.gateway.is_some() || exchange.client.is_some() && !exchange.attempts.is_empty();
    match id {
        Id::OriginError => GeneratedBy::Origin,
        Id::ParentProxyError => GeneratedBy::ParentProxy,
        Id::ProxyLoop if exchange.signs.looped.is_some() && status.is_some() => GeneratedBy::Gateway,
        _ if status.is_none() || !sided && claim(exchange).is_none() => GeneratedBy::Unknown,
        _ if signed(exchange) => GeneratedBy::Gateway,
        // Whoever grants a tunnel makes that answer (RFC 9110 section 9.3.6).
        _ if status.is_some_and(|status| status < 300) && exchange.method.as_deref() == Some("CONNECT") => {
            GeneratedBy::Gateway
        }
        _ if status.is_some_and(is_server_error) && answered_well(decisive(exchange)).is_some() => GeneratedBy::Gateway,
        Id::Undetermined if claim(exchange).is_none() || exchange.signs.proof.is_some() => GeneratedBy::Unknown,
        Id::ClientAbort if status.is_some_and(|status| status >= 400) => GeneratedBy::Unknown,
        // The client was already getting the origin's own answer when it broke off.
        _ if status.is_some_and(|status| status < 400) => GeneratedBy::Origin,
        _ => {
            let claimed = claim(exchange).filter(|_| by_log).and_then(|claim| claim.made_by);
            claimed.unwrap_or(GeneratedBy::Gateway)
        }
    }
}

/// The answer names the gateway's own error.
fn signed(exchange: &Exchange) -> bool {
    matches!(&exchange.answer, Answer::Whole(status) if status.own_word.is_some())
}

/// What a capture of the client's proves, where the failure is there.
fn on_client_side(exchange: &Exchange, id: Id) -> Option<&Proof> {
    exchange.signs.proof.as_ref().filter(|_| matches!(id, Id::ClientAbort | Id::Undetermined))
}

fn reset_by(exchange: &Exchange, decisive: Option<&Attempt>, id: Id) -> Option<ResetBy> {
    if on_client_side(exchange, id).is_some_and(|proof| proof.what == Between::ResetMade) {
        return Some(ResetBy::DeviceOnPath);
    }
    let client_reset = matches!(exchange.answer, Answer::ClientLeft(_))
        && exchange.events.iter().any(|event| !event.sent && matches!(event.what, crate::exchange::What::Reset(_)));
    decisive.and_then(|attempt| attempt.reset_by).or(client_reset.then_some(ResetBy::Client))
}

/// The order of findings: by time, then input, then packet or line.
pub fn order(exchange: &Exchange, limits: &Limits<'_>) -> (Timestamp, u32, u64) {
    let evidence = evidence::pick(exchange, decisive(exchange), limits);
    let places = evidence.into_iter().chain(&exchange.signs.test).map(|event| place_in_time(event, limits));
    let (_, input, number) = places.min().unwrap_or_default();
    (exchange.begun, input, number)
}

fn place_in_time(event: &Event, limits: &Limits<'_>) -> (Timestamp, u32, u64) {
    (limits.time(event.source), event.source.input(), event.source.number)
}

/// The source of a phase's end, for texts that name a packet.
fn place(source: Source) -> String {
    alloc::format!("{} {}", if source.line { "line" } else { "packet" }, source.number)
}

/// Whether a phase was seen to succeed.
fn went_well<F>(phase: &Phase<F>) -> bool {
    phase.is_ok()
}
