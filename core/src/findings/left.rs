//! What a failure can have been where these inputs do not tell: every category that fits, likeliest first.

use alloc::vec::Vec;

use super::{answered_well, signed};
use crate::categories::{self, Id, Phase};
use crate::exchange::{Answer, Attempt, Exchange, Phase as Came};
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

/// Everything that fits: the phase in which the captures lose sight of the attempt first; then the status orders, and how
/// soon it came.
pub(super) fn all(exchange: &Exchange, decisive: Option<&Attempt>) -> Vec<Id> {
    let status = match &exchange.answer {
        Answer::Whole(status) => Some(status),
        Answer::Cut(_) => return CUT.to_vec(),
        _ => None,
    };
    let code = status.map_or(0, |status| status.code);
    let asked = exchange.method.is_some();
    let at_once = asked && status.is_some_and(|status| (0..WAITED.0).contains(&status.time.since(exchange.begun).0));
    let (first, then) = if code == 504 { (SLOW, QUICK) } else { (QUICK, SLOW) };
    let lost = decisive.and_then(lost_in);
    let in_phase = categories::TABLE.iter().filter(|category| lost == Some(category.phase));
    let lost: Vec<Id> = in_phase.map(|category| category.id).collect();
    if answered_well(decisive).is_some() {
        return alloc::vec![Id::ResponseInvalid, Id::PolicyDenied, Id::RequiredService, Id::ProxyOverload];
    }
    let made = if is_server_error(code) && !signed(exchange) { &[Id::OriginError][..] } else { &[] };
    let rest: Vec<Id> = categories::TABLE.iter().map(|category| category.id).collect();
    let mut left = Vec::new();
    for id in [&lost[..], made, first, then, &rest].into_iter().flatten().copied() {
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
