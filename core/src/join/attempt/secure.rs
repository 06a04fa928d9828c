//! What became of TLS on a connection: the handshake, and what was asked behind it.
//!
//! TLS 1.3 hides its alerts. A record of an alert's size tells one only where it is the last of its side and stands
//! where nothing else of that size can: see [`crate::capture::handshake`]. Such failures are likely, not proven.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};

use super::answer::{FULL_SIZED, HOLE, SHORTEST_WAIT, too_big, unacknowledged};
use super::{Story, messages};
use crate::capture::connection::{Connection, Side};
use crate::capture::handshake::{Handshake, TLS13};
use crate::categories::Id;
use crate::exchange::{
    Attempt, Left, Phase, ReceiveFailure, SecureFailure, SendFailure, Source, Tls, WaitFailure, What,
};
use crate::logs::phase;
use crate::protocols::tls;
use crate::time::{Span, Timestamp};

/// Alerts that are also sent as warnings: close_notify, user_canceled, no_renegotiation, unrecognized_name.
const WARNINGS: [u8; 4] = [0, 90, 100, 112];
/// Without an end of the connection, a handshake is given up for unanswered after this long.
const PATIENCE: Span = Span::seconds(10);
/// Who closes later than this in the middle of a handshake had been waiting for the other side.
const WAITED: Span = Span::seconds(2);
/// What a server does to a connection within this time of the client's Finished, or one round trip more, is its answer
/// to the handshake; later it is tired of waiting.
const PROMPT: Span = Span::milliseconds(500);
/// A question has at least this many encrypted bytes; an acknowledgement of HTTP/2 or a ping has fewer.
const QUESTION: usize = 80;
/// Bytes of a close_notify with its record, and of a FIN.
const GOODBYE: u64 = 64;
/// What was sent again so often without being acknowledged does not arrive.
const SENT_AGAIN: u32 = 3;
/// Without a request of a client to go by, only a silence of this length counts.
const LONG: Span = Span::seconds(30);

/// The record may be a close_notify as well, where the server sent no ticket and no answer.
const CLOSING: &str =
    "The record may as well be close_notify: then the server closed without an answer to the request.";
const HIDDEN: &str =
    "TLS encrypts this alert: that it is one is told by the record's size and place, its number cannot be read.";
const UNSAID: &str = "No alert says why the connection was closed: there may be another reason than the certificate.";
const ANSWER_CUT: &str = "What the server answered in the handshake was not captured, or cut off by the snap length.";
const UNREAD: &str = "The connection is encrypted: request and answer are told apart by direction and size alone.";

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
        finished(connection, handshake, hello, attempt, story)
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
    let reset = end.rst.map(|reset| End { source: reset.source, reset: true });
    let fin = end.fin.map(|fin| End { source: fin.source, reset: false });
    reset.into_iter().chain(fin).min_by_key(|end| end.source)
}

pub(super) fn what(end: End, when: &str) -> What {
    if end.reset { What::Reset(when.into()) } else { What::Fin }
}

fn alerted(connection: &Connection, handshake: &Handshake, story: &mut Story<'_>) -> Option<SecureFailure> {
    let alert = handshake.alert?;
    // What is said to somebody who has ended the connection before answers that end.
    if end(connection, alert.side.other()).is_some_and(|end| end.source < alert.source) {
        return None;
    }
    // A warning is only that: where nobody ended the connection, the handshake may have gone on (RFC 5246 section 7.2).
    let ended = end(connection, Side::Client).or(end(connection, Side::Server)).is_some();
    if !ended && WARNINGS.contains(&alert.number) {
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
    if let Some(again) = client.retransmitted {
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

/// A handshake that both sides went through, as far as can be told.
fn finished(
    connection: &Connection,
    handshake: &Handshake,
    hello: Source,
    attempt: &mut Attempt,
    story: &mut Story<'_>,
) -> Phase<SecureFailure> {
    let took = handshake.finished.map(|finished| finished.time.since(hello.time));
    let well = Phase::Ok(took);
    let (client, server) = (&connection.client_end, &connection.server_end);
    if handshake.lost || client.lost > 0 || server.lost > 0 || handshake.answered() {
        return well;
    }
    if let Some(failure) = alerted(connection, handshake, story) {
        return Phase::Failed(failure);
    }
    let (ours, theirs) = (end(connection, Side::Client), end(connection, Side::Server));
    let first = theirs.filter(|theirs| ours.is_none_or(|ours| theirs.source <= ours.source));
    let said = client.last_data.unwrap_or(hello);
    let round_trip = connection.handshake_time().unwrap_or_default();
    let prompt = |at: Source| at.time.since(said.time).0 <= PROMPT.0.saturating_add(round_trip.0);
    if let (Some(small), Some(theirs)) = (handshake.small[1], theirs)
        && handshake.small[0].is_none_or(|ours| small < ours)
        && (tls13(handshake) && handshake.silent_since_finished() && prompt(small)
            || handshake.renegotiated && handshake.unanswered().is_some())
    {
        if let Some(finished) = handshake.finished {
            story.add(finished, Side::Client, What::Tls("Finished".into()));
        }
        if let Some(empty) = handshake.empty_certificate {
            let text = "encrypted record of the size of a Certificate message without a certificate";
            story.add(empty, Side::Client, What::Tls(text.into()));
        } else if handshake.asked.is_some() && !theirs.reset {
            attempt.doubts.push(CLOSING.to_string());
        }
        let text = "encrypted record of an alert's size, in place of an answer";
        story.add(small, Side::Server, What::Tls(text.into()));
        story.add(theirs.source, Side::Server, what(theirs, "after it"));
        attempt.doubts.push(HIDDEN.to_string());
        return Phase::Failed(SecureFailure::Hidden { ours: false });
    }
    // Who says goodbye first leaves: an idle connection.
    let left = |end: End| handshake.small[0].is_some_and(|goodbye| goodbye < end.source);
    if handshake.asked.is_some() {
        return well;
    }
    match (first, ours) {
        // TLS 1.3: the server has heard the Finished and ends it; it never said that it took it.
        (Some(theirs), _)
            if handshake.silent_since_finished() && tls13(handshake) && prompt(theirs.source) && !left(theirs) =>
        {
            story.add(theirs.source, Side::Server, what(theirs, "right after the client's Finished"));
            Phase::Failed(if theirs.reset { SecureFailure::Reset } else { SecureFailure::Closed })
        }
        // Both are ready, and the gateway leaves without a question: pools and checks do so, and who checks the
        // certificate only now. A request that failed at that moment makes the difference.
        (_, ours) if leaves(handshake, ours, first) => {
            match handshake.small[0] {
                Some(goodbye) => {
                    let text = "encrypted record of an alert's size, right after the handshake";
                    story.add(goodbye, Side::Client, What::Tls(text.into()));
                }
                None => {
                    if let Some(ours) = ours {
                        story.add(ours.source, Side::Client, what(ours, "right after the handshake"));
                    }
                }
            }
            attempt.unused = true;
            attempt.doubts.push(UNSAID.to_string());
            Phase::Failed(SecureFailure::Refused)
        }
        _ => well,
    }
}

/// Whether the gateway's side is the first to leave, as soon as the handshake is over.
fn leaves(handshake: &Handshake, ours: Option<End>, theirs: Option<End>) -> bool {
    let left = handshake.small[0].into_iter().chain(ours.map(|ours| ours.source)).min();
    let Some((left, finished)) = left.zip(handshake.finished) else { return false };
    let first = theirs.map(|theirs| theirs.source).into_iter().chain(handshake.small[1]).all(|theirs| left < theirs);
    first && left.time.since(finished.time).0 <= PROMPT.0
}

fn tls13(handshake: &Handshake) -> bool {
    handshake.version() == Some(TLS13)
}

/// What became of the last question on an encrypted connection, by direction and size: RST, FIN or silence in place of
/// an answer. A connection that was asked before counts only for a request that is known to have failed.
pub(super) fn asked(connection: &Connection, attempt: &mut Attempt, story: &mut Story<'_>) {
    let Some(handshake) = connection.handshake.as_deref().filter(|_| attempt.secure.is_ok()) else { return };
    // A record that began is an answer that began.
    let begun = |last: Source| handshake.torn(Side::Server) && connection.server_end.last_data > Some(last);
    let unanswered = handshake.unanswered().filter(|asked| asked.bytes >= QUESTION && !begun(asked.last));
    let Some(asked) = unanswered else {
        return broken_off(connection, handshake, attempt, story);
    };
    let (client, server) = (&connection.client_end, &connection.server_end);
    if client.lost > 0 || server.lost > 0 || server.unseen() {
        return;
    }
    let (ours, theirs) = (end(connection, Side::Client), end(connection, Side::Server));
    // close_notify, a record of an alert's size, comes before the end.
    let leaves = |side: usize, end: Option<End>| {
        let goodbye = handshake.small.get(side).copied().flatten().filter(|goodbye| *goodbye > asked.last);
        goodbye.into_iter().chain(end.map(|end| end.source)).min()
    };
    // What was asked was sent again and again.
    let again = client.retransmissions > 1 && client.sent_again.is_some_and(|again| again > asked.first);
    // The goodbye itself may go unacknowledged.
    let acknowledged = client.acked + GOODBYE >= client.position;
    let (failure, side, end) = match (leaves(0, ours), leaves(1, theirs), theirs, ours) {
        (left, Some(first), Some(theirs), _) if left.is_none_or(|left| first <= left) => {
            let reset = theirs.reset && first == theirs.source;
            (if reset { WaitFailure::Reset } else { WaitFailure::Closed }, Side::Server, theirs)
        }
        (Some(left), _, _, Some(ours)) if acknowledged && left.time.since(asked.last.time) >= WAITED => {
            let wait = left.time.since(asked.last.time);
            attempt.unused = wait < LONG;
            (WaitFailure::Timeout(wait), Side::Client, ours)
        }
        (_, None, None, _) if !acknowledged && again && (ours.is_some() || client.retransmissions >= SENT_AGAIN) => {
            attempt.reused = asked.again;
            attempt.unused |= asked.again;
            attempt.span = Some((asked.first.time, connection.last.time));
            tell_asked(handshake, asked.first, story);
            if let Some(ours) = ours {
                story.add(ours.source, Side::Client, what(ours, "by the gateway"));
            }
            return unacknowledged(connection, attempt, story);
        }
        _ => return,
    };
    attempt.reused = asked.again;
    if asked.again {
        attempt.span = Some((asked.first.time, connection.last.time));
    }
    // Whether a later question wanted an answer cannot be told: only a failed request says so.
    attempt.unused |= asked.again;
    attempt.send = Phase::Ok(None);
    attempt.wait = Phase::Failed(failure);
    attempt.doubts.push(UNREAD.to_string());
    tell_asked(handshake, asked.first, story);
    let when = if side == Side::Client { "by the gateway" } else { "in place of an answer" };
    story.add(end.source, side, what(end, when));
}

/// An encrypted answer that had begun, and was ended without close_notify or never went on. Whether it was whole cannot
/// be read, unless it ended, or stopped, in the middle of a record: else it counts only where the gateway's own answer
/// broke off as well.
fn broken_off(connection: &Connection, handshake: &Handshake, attempt: &mut Attempt, story: &mut Story<'_>) {
    let (client, server) = (&connection.client_end, &connection.server_end);
    let Some(asked) = handshake.asked.filter(|asked| asked.bytes >= QUESTION) else { return };
    let Some(last) = server.last_data.filter(|last| *last > asked.last) else { return };
    if handshake.lost || client.lost > 0 || server.lost > 0 || server.unseen() || handshake.small[1].is_some() {
        return;
    }
    let (ours, theirs) = (end(connection, Side::Client), end(connection, Side::Server));
    let left = handshake.small[0].into_iter().chain(ours.map(|ours| ours.source)).min();
    let (failure, by, side) = match (left, theirs, ours) {
        (left, Some(theirs), _) if left.is_none_or(|left| theirs.source < left) => {
            let how = if theirs.reset { ReceiveFailure::Reset } else { ReceiveFailure::Closed };
            (how, theirs, Side::Server)
        }
        (Some(left), _, Some(ours)) if left.time.since(last.time) >= WAITED => {
            (ReceiveFailure::Stalled(left.time.since(last.time)), ours, Side::Client)
        }
        _ => return,
    };
    // Where the gateway's own window is closed, its client may be the one that does not read.
    attempt.unused = !handshake.torn(Side::Server) || side == Side::Client && client.window_closed.is_some();
    attempt.reused = asked.again;
    attempt.span = Some((asked.first.time, by.source.time));
    attempt.send = Phase::Ok(None);
    attempt.wait = Phase::Ok(None);
    attempt.receive = Phase::Failed(failure);
    attempt.doubts.push(UNREAD.to_string());
    tell_asked(handshake, asked.first, story);
    story.add(by.source, side, what(by, "in the middle of the response, as far as can be told"));
}

fn tell_asked(handshake: &Handshake, first: Source, story: &mut Story<'_>) {
    if let Some(finished) = handshake.finished {
        story.add(finished, Side::Client, What::Tls("Finished: the handshake is over".into()));
    }
    story.add(first, Side::Client, What::Tls("encrypted data, the request as far as can be told".into()));
}
