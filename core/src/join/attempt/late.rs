//! Connections that were open before the capture began, and on which it shows no request: how they ended is all there is.
//!
//! By itself that is no failure, an idle connection ends in the same way. A request that was answered with an error at
//! that moment makes it one.

use crate::sorting::Sorting as _;
use alloc::vec::Vec;

use super::Story;
use super::secure::{end, what};
use crate::capture::connection::{Connection, Side, Speech};
use crate::categories::Id;
use crate::exchange::{Attempt, Left, Phase, WaitFailure};

const DOUBT: &str =
    "This connection was open before the capture began: what the gateway had asked on it by then was not captured.";

/// The server ended it by RST, or by FIN, and had sent nothing since the capture began.
const RESET: &[Id] = &[
    Id::ResponseReset,
    Id::ResponseEmpty,
    Id::KeepaliveRace,
    Id::ResponseTruncated,
    Id::ResponseInvalid,
    Id::H2Goaway,
    Id::H2RstStream,
    Id::OriginError,
    Id::ParentProxyError,
];
const CLOSED: &[Id] = &[
    Id::ResponseEmpty,
    Id::KeepaliveRace,
    Id::ResponseTruncated,
    Id::ResponseInvalid,
    Id::H2Goaway,
    Id::H2RstStream,
    Id::OriginError,
    Id::ParentProxyError,
];
/// The same where TLS may have been spoken.
const RESET_TLS: &[Id] = &[Id::ResponseReset, Id::TlsReset, Id::TlsAlert, Id::KeepaliveRace, Id::ResponseTruncated];
const CLOSED_TLS: &[Id] = &[Id::ResponseEmpty, Id::TlsClosed, Id::TlsAlert, Id::KeepaliveRace, Id::ResponseTruncated];
/// The gateway ended it, and the server had sent nothing.
const SILENT: &[Id] = &[Id::ResponseTimeout, Id::ResponseStalled, Id::RequestUnacked, Id::ZeroWindow];
const SILENT_TLS: &[Id] = &[Id::ResponseTimeout, Id::TlsNoResponse, Id::TlsCertificate, Id::ResponseStalled];
/// The server had sent something that cannot be followed.
const ANSWERED: &[Id] = &[Id::ResponseTruncated, Id::ResponseInvalid, Id::ResponseBadChunk, Id::ResponseStalled];
const ANSWERED_TLS: &[Id] = &[Id::TlsAlert, Id::TlsCertificate, Id::ResponseEmpty, Id::ResponseTruncated];

/// Says how the connection ended, and what that may have been.
pub(super) fn judge(connection: &Connection, attempt: &mut Attempt, story: &mut Story<'_>) {
    let (ours, theirs) = (end(connection, Side::Client), end(connection, Side::Server));
    let server = &connection.server_end;
    let answered = server.position > 0 || server.unseen();
    let tls = matches!(connection.speech, Speech::Tls) || matches!(connection.server.port(), 443 | 8443);
    let pick = |plain: &'static [Id], secure: &'static [Id]| if tls { secure } else { plain };
    let fits = match (ours, theirs) {
        (None, None) => return,
        _ if answered => pick(ANSWERED, ANSWERED_TLS),
        (ours, Some(theirs)) if ours.is_none_or(|ours| theirs.source < ours.source) => {
            if !tls {
                let failure = if theirs.reset { WaitFailure::Reset } else { WaitFailure::Closed };
                attempt.wait = Phase::Failed(failure);
            }
            if theirs.reset { pick(RESET, RESET_TLS) } else { pick(CLOSED, CLOSED_TLS) }
        }
        _ => pick(SILENT, SILENT_TLS),
    };
    attempt.late = true;
    attempt.left = Left::new(fits, DOUBT);
    let mut ends: Vec<_> = ours.map(|end| (end, Side::Client)).into_iter().collect();
    ends.extend(theirs.map(|end| (end, Side::Server)));
    ends.order_by_key(|(end, _)| end.source);
    if let Some((first, side)) = ends.first() {
        story.add(first.source, *side, what(*first, "on a connection from before the capture"));
    }
}
