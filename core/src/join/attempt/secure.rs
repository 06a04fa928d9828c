//! What became of the TLS handshake of a connection; one that both sides went through is `handshaken`, what was asked
//! behind it `encrypted`.
//!
//! TLS 1.3 hides its alerts. A record of an alert's size tells one only where it is the last of its side and stands
//! where nothing else of that size can: see [`crate::capture::handshake`]. Such failures are likely, not proven.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};

use super::answer::{FULL_SIZED, HOLE, SHORTEST_WAIT, too_big};
use super::{Story, handshaken, messages};
use crate::capture::connection::{Connection, Side};
use crate::capture::handshake::{Handshake, TLS13};
use crate::categories::Id;
use crate::exchange::{Attempt, Left, Phase, ReceiveFailure, SecureFailure, SendFailure, Source, Tls, What};
use crate::logs::phase;
use crate::protocols::tls;
use crate::time::{Span, Timestamp};

/// Alerts that are also sent as warnings: close_notify, user_canceled, no_renegotiation, unrecognized_name.
const WARNINGS: [u8; 4] = [0, 90, 100, 112];
/// Without an end of the connection, a handshake is given up for unanswered after this long.
const PATIENCE: Span = Span::seconds(10);
/// Who closes later than this in the middle of a handshake had been waiting for the other side.
pub(super) const WAITED: Span = Span::seconds(2);
/// What was sent again so often without being acknowledged does not arrive.
pub(super) const SENT_AGAIN: u32 = 3;

pub(super) const HIDDEN: &str =
    "TLS encrypts this alert: that it is one is told by the record's size and place, its number cannot be read.";
pub(super) const UNSAID: &str =
    "No alert says why the connection was closed: there may be another reason than the certificate.";
const ANSWER_CUT: &str = "What the server answered in the handshake was not captured, or cut off by the snap length.";

/// What was offered and chosen, for causes and comparisons.
fn facts(handshake: &Handshake) -> Option<Box<Tls>> {
    handshake.client_hello?;
    let certificate = handshake.certificate.as_ref();
    Some(Box::new(Tls {
        hello: handshake.hello.as_deref().cloned(),
        size: handshake.size,
        segments: handshake.segments,
        server: handshake.server.as_deref().cloned().filter(|server| !server.retry),
        retried: handshake.retry.is_some(),
        problems: certificate.map_or_else(Default::default, |(source, certificate)| {
            messages::problems(certificate, handshake.host(), source.time)
        }),
        certificate: certificate.map(|(_, certificate)| (**certificate).clone()),
        asks_certificate: handshake.certificate_request.or(handshake.empty_certificate).is_some(),
        smaller_passed: None,
    }))
}

/// Judges the handshake of a connection, or inside its tunnel, and writes what shows it into the story.
pub(super) fn judge(connection: &Connection, attempt: &mut Attempt, story: &mut Story<'_>, seen_to: Timestamp) {
    let Some(handshake) = connection.handshake.as_deref() else { return };
    let Some(hello) = handshake.client_hello else { return };
    attempt.tls = facts(handshake);
    attempt.secure = if handshake.done {
        handshaken::finished(connection, handshake, hello, attempt, story)
    } else {
        unfinished(connection, handshake, hello, attempt, story, seen_to)
    };
    let failed = attempt.secure.failure().is_some() || attempt.send.failure().is_some();
    if failed || attempt.receive.failure().is_some() {
        tell(handshake, hello, story);
    }
}

/// The messages of the handshake.
fn tell(handshake: &Handshake, hello: Source, story: &mut Story<'_>) {
    let end = handshake.client_hello_end.filter(|end| *end != hello);
    if end.is_some() {
        story.add(hello, Side::Client, What::Tls("ClientHello begins".into()));
    }
    story.add(end.unwrap_or(hello), Side::Client, What::Tls(messages::client_hello(handshake)));
    if let Some(retry) = handshake.retry {
        story.add(retry, Side::Server, What::Tls("HelloRetryRequest: the server wants another key share".into()));
    }
    if let Some(source) = handshake.server_hello {
        story.add(source, Side::Server, What::Tls(messages::server_hello(handshake)));
    }
    if let Some((source, certificate)) = &handshake.certificate {
        let text = messages::certificate(certificate, handshake.host(), source.time);
        story.add(*source, Side::Server, What::Tls(text));
    }
    if let Some(source) = handshake.certificate_request {
        story.add(source, Side::Server, What::Tls("CertificateRequest: a client certificate is asked for".into()));
    }
}

/// When and how a side ended the connection.
#[derive(Clone, Copy)]
pub(super) struct End {
    pub(super) source: Source,
    pub(super) reset: bool,
}

pub(super) fn end(connection: &Connection, side: Side) -> Option<End> {
    let end = connection.end(side);
    let reset = end.rst().map(|reset| End { source: reset.source, reset: true });
    let fin = end.fin.map(|fin| End { source: fin.source, reset: false });
    reset.into_iter().chain(fin).min_by_key(|end| end.source)
}

pub(super) fn what(end: End, when: &str) -> What {
    if end.reset { What::Reset(when.into()) } else { What::Fin }
}

pub(super) fn alerted(connection: &Connection, handshake: &Handshake, story: &mut Story<'_>) -> Option<SecureFailure> {
    let alert = handshake.alert?;
    // What is said to somebody who has ended the connection before answers that end.
    if end(connection, alert.side.other()).is_some_and(|end| end.source < alert.source) {
        return None;
    }
    // A warning is only that: where nobody ended the connection, the handshake may have gone on (RFC 5246 section 7.2).
    let ended = end(connection, Side::Client).or(end(connection, Side::Server)).is_some();
    // What follows it was cut off by the snap length; that both sides went on shows that it was one all the same.
    let later = |side| connection.end(side).last_data.is_some_and(|data| data > alert.source);
    let went_on = later(Side::Client) && later(Side::Server);
    if (!ended || went_on) && WARNINGS.contains(&alert.number) {
        return None;
    }
    let (name, meaning) = (tls::alert_name(alert.number), tls::alert_meaning(alert.number));
    let meaning = if meaning.is_empty() { String::new() } else { format!(": {meaning}") };
    story.add(alert.source, alert.side, What::Tls(format!("alert {name} ({}){meaning}", alert.number)));
    Some(SecureFailure::Alert { number: alert.number, ours: alert.side == Side::Client })
}

/// A handshake of which not both ends were seen.
fn unfinished(
    connection: &Connection,
    handshake: &Handshake,
    hello: Source,
    attempt: &mut Attempt,
    story: &mut Story<'_>,
    seen_to: Timestamp,
) -> Phase<SecureFailure> {
    if let Some(failure) = alerted(connection, handshake, story) {
        let ours = matches!(failure, SecureFailure::Alert { ours: true, .. });
        if ours && (connection.server_end.packets == 0 || connection.server_end.cut > 0) {
            attempt.left = Left::new(&[Id::TlsAlert, Id::TlsCertificate, Id::TlsNotSpoken, Id::TlsClosed], ANSWER_CUT);
        }
        return Phase::Failed(failure);
    }
    if connection.server_end.packets == 0 {
        attempt.left = Left::new(phase::SECURE, ANSWER_CUT);
        return Phase::NotSeen;
    }
    if let Some((source, text)) = &handshake.not_tls {
        story.add(*source, Side::Server, What::Data(text.clone()));
        return Phase::Failed(SecureFailure::NotTls);
    }
    let (client, server) = (&connection.client_end, &connection.server_end);
    if handshake.lost || client.lost > 0 || server.lost > 0 {
        return Phase::NotSeen;
    }
    let (ours, theirs) = (end(connection, Side::Client), end(connection, Side::Server));
    // A record of an alert's size is the only one that the client encrypted: no Finished is that short.
    if let (Some(source), Some(_)) = (handshake.small[0], ours.or(theirs)) {
        let hidden = handshake.version() == Some(TLS13);
        story.add(source, Side::Client, What::Tls("encrypted record of an alert's size, in place of Finished".into()));
        if let (true, Some(ours)) = (hidden, ours) {
            story.add(ours.source, Side::Client, what(ours, "after it"));
        }
        if hidden {
            attempt.doubts.push(HIDDEN.to_string());
            return Phase::Failed(SecureFailure::Hidden { ours: true });
        }
    }
    let spoke = [client.last_data, server.last_data].into_iter().flatten().max().unwrap_or(hello);
    let quiet = |to: Timestamp| to.since(spoke.time);
    match (ours, theirs) {
        // Who says goodbye first has left; what the other does then follows from it.
        (_, Some(_)) if handshake.small[0].is_some_and(|left| left >= hello) => Phase::NotSeen,
        (ours, Some(theirs)) if ours.is_none_or(|ours| theirs.source < ours.source) => {
            story.add(theirs.source, Side::Server, what(theirs, "during the TLS handshake"));
            Phase::Failed(if theirs.reset { SecureFailure::Reset } else { SecureFailure::Closed })
        }
        (Some(ours), _) => {
            // After a wait that short, only a request that failed shows that it was one.
            let again = client.retransmissions > 0;
            let short = quiet(ours.source.time) < WAITED;
            let wait = if handshake.server_hello.is_some() { WAITED } else { SHORTEST_WAIT };
            story.add(ours.source, Side::Client, what(ours, "by the gateway"));
            if quiet(ours.source.time) >= wait || again && handshake.server_hello.is_none() {
                attempt.unused = short && !again;
                return silence(connection, handshake, attempt, story);
            }
            refused(handshake, attempt)
        }
        (None, None) if quiet(seen_to) > PATIENCE => silence(connection, handshake, attempt, story),
        // Its FIN waits behind what is not acknowledged: only a request that failed shows that it gave up.
        (None, None) if client.retransmissions >= SENT_AGAIN && client.acked < client.position => {
            attempt.unused = true;
            silence(connection, handshake, attempt, story)
        }
        _ => Phase::NotSeen,
    }
}

/// The server said no more. Where large segments of ours vanish and small ones pass, the path is at fault.
fn silence(
    connection: &Connection,
    handshake: &Handshake,
    attempt: &mut Attempt,
    story: &mut Story<'_>,
) -> Phase<SecureFailure> {
    let client = &connection.client_end;
    if let Some(again) = client.retransmitted() {
        story.add(again, Side::Client, What::Note("gateway → upstream: the same bytes again".into()));
    }
    let unacknowledged = client.retransmissions > 1 && client.acked < client.position;
    let told = too_big(connection, Side::Client, attempt, story).is_some();
    let small_pass = client.duplicate_acks > 0 || told;
    if unacknowledged && handshake.segments > 1 && client.largest_again >= FULL_SIZED && small_pass {
        attempt.send = Phase::Failed(SendFailure::FullSizeLost);
        return Phase::NotSeen;
    }
    // The small end of the server's part came, and the full-sized segments before it never did.
    if let Some(hole) = connection.server_end.hole() {
        too_big(connection, Side::Server, attempt, story);
        story.add(hole, Side::Server, What::Note(HOLE.into()));
        attempt.send = Phase::Ok(None);
        attempt.receive = Phase::Failed(ReceiveFailure::FullSizeLost);
        return Phase::NotSeen;
    }
    Phase::Failed(SecureFailure::NoResponse)
}

/// The client's side closed right after the server's part, without a word.
fn refused(handshake: &Handshake, attempt: &mut Attempt) -> Phase<SecureFailure> {
    if handshake.server_hello.is_none() {
        return Phase::NotSeen;
    }
    attempt.doubts.push(UNSAID.to_string());
    // Where the certificate is plainly bad, that is the reason; else only a request that failed tells that it was one.
    let bad = attempt.tls.as_ref().is_some_and(|tls| tls.problems.iter().any(|problem| problem.refused()));
    attempt.unused = !bad;
    Phase::Failed(SecureFailure::Refused)
}
