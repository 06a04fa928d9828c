//! The TLS handshake of an attempt.

use alloc::format;

use super::Story;
use super::answer::SHORTEST_WAIT;
use crate::capture::connection::{Connection, Side};
use crate::exchange::{Phase, SecureFailure, What};
use crate::protocols::tls;
use crate::time::{Span, Timestamp};

pub(super) fn secure(connection: &Connection, story: &mut Story<'_>, seen_to: Timestamp) -> Phase<SecureFailure> {
    let Some(handshake) = &connection.handshake else { return Phase::NotSeen };
    let Some(hello) = handshake.client_hello else { return Phase::NotSeen };
    if handshake.done {
        return Phase::Ok(None);
    }
    story.add(hello, Side::Client, What::Tls("ClientHello".into()));
    if let Some(hello) = handshake.server_hello {
        story.add(hello, Side::Server, What::Tls("ServerHello".into()));
    }
    if let Some((side, number, source)) = handshake.alert {
        story.add(source, side, What::Tls(format!("alert {} ({number})", tls::alert_name(number))));
        return Phase::Failed(SecureFailure::Alert { number, ours: side == Side::Client });
    }
    if let Some((source, text)) = &handshake.not_tls {
        story.add(*source, Side::Server, What::Data(text.clone()));
        return Phase::Failed(SecureFailure::NotTls);
    }
    let (client, server) = (&connection.client_end, &connection.server_end);
    if client.lost > 0 || server.lost > 0 {
        return Phase::NotSeen;
    }
    let over = |side: Side| {
        let end = connection.end(side);
        end.rst.map(|reset| reset.source).into_iter().chain(end.fin.map(|fin| fin.source)).min()
    };
    match (over(Side::Client), over(Side::Server)) {
        (ours, Some(theirs)) if ours.is_none_or(|ours| theirs < ours) => {
            let reset = server.rst.is_some_and(|reset| reset.source == theirs);
            let what = if reset { What::Reset("during the TLS handshake".into()) } else { What::Fin };
            story.add(theirs, Side::Server, what);
            Phase::Failed(if reset { SecureFailure::Reset } else { SecureFailure::Closed })
        }
        (Some(ours), _) if handshake.server_hello.is_none() && ours.time.since(hello.time) >= SHORTEST_WAIT => {
            story.add(ours, Side::Client, What::Fin);
            Phase::Failed(SecureFailure::NoResponse)
        }
        (None, None) if handshake.server_hello.is_none() && seen_to.since(hello.time) > Span::seconds(10) => {
            Phase::Failed(SecureFailure::NoResponse)
        }
        _ => Phase::NotSeen,
    }
}
