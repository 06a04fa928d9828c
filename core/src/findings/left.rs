//! What a failure can have been where these inputs do not tell: every category that fits, likeliest first.

use alloc::vec::Vec;

use super::{answered_well, signed};
use crate::categories::{self, Id, Phase};
use crate::exchange::{Answer, Attempt, Exchange, Left, Phase as Came, Status, What};
use crate::products;
use crate::protocols::http1::is_server_error;
use crate::time::Span;

/// A gateway that answers sooner was not waiting for anything.
const WAITED: Span = Span::milliseconds(200);

/// Failures that take a while.
const SLOW: &[Id] = &[
    Id::ResponseTimeout,
    Id::TcpSynUnanswered,
    Id::DnsNoResponse,
    Id::RequestUnacked,
    Id::TlsNoResponse,
    Id::ReturnPath,
    Id::PmtuBlackhole,
    Id::ZeroWindow,
    Id::ResponseStalled,
];
/// Failures that may come at once.
const QUICK: &[Id] = &[Id::TcpSynReset, Id::ResponseReset, Id::ResponseEmpty, Id::ResponseInvalid, Id::DnsNxdomain];
/// What only the client does.
const CLIENTS: &[Id] = &[Id::ClientAbort, Id::ClientTlsRejected];
/// The gateway made an error of an answer that went well.
const REFUSED: &[Id] = &[Id::ResponseInvalid, Id::PolicyDenied, Id::RequiredService, Id::ProxyOverload];
/// An answer that broke off.
const CUT: &[Id] = &[
    Id::ResponseTruncated,
    Id::ResponseStalled,
    Id::ResponseBadChunk,
    Id::ResponseInvalid,
    Id::H2RstStream,
    Id::H2Goaway,
    Id::ZeroWindow,
    Id::PmtuBlackhole,
];

/// Everything that fits: what the nearest attempt says of itself, and the phase in which the captures lose sight of it; then
/// the status orders, by what the gateway's product answers so where that is documented, and how soon it came, unless the
/// clock stepped meanwhile.
pub(super) fn all(
    exchange: &Exchange,
    decisive: Option<&Attempt>,
    product: Option<products::Id>,
    stepped: bool,
) -> Vec<Id> {
    let status = match &exchange.answer {
        Answer::Whole(status) => Some(status),
        Answer::Cut(_) => return CUT.to_vec(),
        _ => None,
    };
    if exchange.signs.proof.is_some() {
        return Vec::new();
    }
    let taken = decisive.filter(|attempt| in_time(attempt, status));
    if answered_well(taken).is_some() {
        return REFUSED.to_vec();
    }
    let code = status.map_or(0, |status| status.code);
    let asked = !stepped && !exchange.signs.late && exchange.method.is_some();
    let at_once = asked && status.is_some_and(|status| (0..WAITED.0).contains(&status.time.since(exchange.begun).0));
    let (first, then) = if code == 504 { (SLOW, QUICK) } else { (QUICK, SLOW) };
    let own = decisive.and_then(|attempt| attempt.left.as_deref()).map_or(&[][..], |own| &own.fits);
    let lost = decisive.and_then(lost_in);
    let in_phase = categories::TABLE.iter().filter(|category| lost == Some(category.phase));
    let lost: Vec<Id> = in_phase.map(|category| category.id).collect();
    let made = if is_server_error(code) && !signed(exchange) { &[Id::OriginError][..] } else { &[] };
    let rest: Vec<Id> = categories::TABLE.iter().map(|category| category.id).collect();
    let row = product.and_then(products::Id::product).and_then(|product| product.answer(code));
    let documented: Vec<Id> =
        row.into_iter().flat_map(|row| row.candidates).flat_map(|group| group.iter()).copied().collect();
    let mut left = Vec::new();
    for id in [own, &lost, &documented, made, first, then, &rest].into_iter().flatten().copied() {
        let excluded =
            CLIENTS.contains(&id) || signed(exchange) && id == Id::OriginError || at_once && SLOW.contains(&id);
        if !left.contains(&id) && !excluded {
            left.push(id);
        }
    }
    left
}

/// The phase whose end the captures lack.
fn lost_in(attempt: &Attempt) -> Option<Phase> {
    match (attempt.upstream, &attempt.connect) {
        (None, _) if attempt.resolve == Came::NotSeen && attempt.host.is_some() => Some(Phase::Resolve),
        (Some(_), Came::NotSeen) => Some(Phase::Connect),
        _ => None,
    }
}

/// What fits beside the category that was found, where not all of the attempt was captured; with the category itself.
pub(super) fn beside(id: Id, left: Option<&Left>) -> Vec<Id> {
    let Some(left) = left else { return Vec::new() };
    let others = left.fits.iter().copied().filter(|other| *other != id);
    [id].into_iter().chain(others).collect()
}

/// Whether an upstream's answer came before the gateway's own.
fn in_time(attempt: &Attempt, status: Option<&Status>) -> bool {
    let answered = attempt.events.iter().find(|event| matches!(event.what, What::Response(_)));
    answered.zip(status).is_none_or(|(answered, status)| answered.source.time <= status.time)
}
