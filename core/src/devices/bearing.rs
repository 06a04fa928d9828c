//! How what a device did bears on a failure: is it how the connection failed?

use super::Action;
use super::rulings::Kept;
use crate::categories::Id;
use crate::exchange::{
    Attempt, Bearing, ConnectFailure, Exchange, ReceiveFailure, ResolveFailure, SecureFailure, WaitFailure,
};

/// What a ruling means for the failure; `None` where it does not explain it.
pub fn bearing(kept: &Kept, exchange: &Exchange, attempt: Option<&Attempt>) -> Option<Bearing> {
    let bearing = match kept.action {
        Action::Named => return None,
        Action::Dropped | Action::Refused | Action::Denied | Action::Reset if kept.own => Bearing::OwnBlock,
        Action::Dropped | Action::Refused | Action::Denied | Action::Reset => Bearing::Block,
        Action::NoAnswer | Action::DestinationReset => Bearing::Beyond,
        Action::Passed | Action::SourceReset | Action::Idle | Action::Closed => Bearing::Pass,
    };
    let fits = match attempt.filter(|attempt| !attempt.events.is_empty()) {
        Some(attempt) => explains(attempt, kept.action),
        None => exchange.claim.as_ref().is_some_and(|claim| {
            let wanted = failures(kept.action);
            claim.candidates.iter().any(|id| wanted.contains(id))
        }),
    };
    fits.then_some(bearing)
}

/// Whether what a device did is how a captured attempt failed.
fn explains(attempt: &Attempt, action: Action) -> bool {
    let connect = attempt.connect.failure();
    let silent = matches!(connect, Some(ConnectFailure::Unanswered { .. } | ConnectFailure::NoReturn { .. }))
        || matches!(attempt.resolve.failure(), Some(ResolveFailure::NoResponse { .. }))
        || attempt.secure.failure() == Some(&SecureFailure::NoResponse)
        || matches!(attempt.wait.failure(), Some(WaitFailure::Timeout(_)))
        || matches!(attempt.receive.failure(), Some(ReceiveFailure::Stalled(_)))
        || attempt.send.failure().is_some();
    let reset = connect == Some(&ConnectFailure::Reset)
        || attempt.secure.failure() == Some(&SecureFailure::Reset)
        || attempt.wait.failure() == Some(&WaitFailure::Reset)
        || attempt.receive.failure() == Some(&ReceiveFailure::Reset);
    let refused = matches!(connect, Some(ConnectFailure::Reset | ConnectFailure::Icmp(_)))
        || matches!(attempt.resolve.failure(), Some(ResolveFailure::Unreachable(_)));
    match action {
        Action::Named => false,
        Action::Dropped | Action::NoAnswer => silent,
        Action::Refused => refused,
        Action::Reset | Action::DestinationReset => reset,
        Action::Denied | Action::Passed | Action::SourceReset | Action::Idle | Action::Closed => {
            silent || reset || refused
        }
    }
}

/// The failures that a ruling can be, for an exchange that only a log tells of.
pub fn failures(action: Action) -> &'static [Id] {
    const RESET: &[Id] = &[Id::TcpSynReset, Id::TlsReset, Id::ResponseReset];
    match action {
        Action::Named => &[],
        Action::Dropped => &[Id::TcpSynUnanswered],
        Action::NoAnswer => &[Id::TcpSynUnanswered, Id::ReturnPath],
        Action::Refused => &[Id::TcpSynReset, Id::TcpIcmpProhibited, Id::TcpIcmpUnreachable],
        Action::Denied => &[Id::TcpSynUnanswered, Id::TcpSynReset, Id::TcpIcmpProhibited],
        Action::Reset | Action::DestinationReset => RESET,
        Action::Passed | Action::SourceReset | Action::Idle | Action::Closed => &[
            Id::TcpSynUnanswered,
            Id::ReturnPath,
            Id::TcpSynReset,
            Id::TcpIcmpProhibited,
            Id::TcpIcmpUnreachable,
            Id::TlsReset,
            Id::ResponseReset,
        ],
    }
}
