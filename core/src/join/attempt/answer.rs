//! Sending, waiting and receiving.

use alloc::format;
use alloc::string::ToString;

use super::streams::stream_end;
use super::{Story, icmp_text, unread};
use crate::capture::connection::{Connection, Side};
use crate::capture::conversation::LARGE_HEAD;
use crate::capture::transaction::{Request, Response, Transaction};
use crate::categories::Id;
use crate::exchange::{Attempt, Left, Phase, ReceiveFailure, SendFailure, Source, WaitFailure, What};
use crate::protocols::http1::flaws::Weight;
use crate::time::{Span, Timestamp};

/// The connection may have been an old one.
const BEFORE: &str = "The connection was open before the capture began, and the server had not acknowledged the request: it may have forgotten the connection, or have been about to close it.";

const OPEN_BEFORE: &str = "The connection was open before the capture began: what had passed on it is not known.";

/// A gateway that waits shorter than this before it closes was not waiting for an answer.
pub(super) const SHORTEST_WAIT: Span = Span::milliseconds(500);
/// A window that stays closed this long is no momentary pause.
const CLOSED_WINDOW: Span = Span::seconds(5);
/// A connection that was idle for less is not one that the server, or a firewall, has forgotten.
const IDLE: Span = Span::seconds(1);
/// Segments from this size on are those that a smaller path MTU stops.
pub(super) const FULL_SIZED: u32 = 1200;

/// Sending, waiting and receiving.
pub(super) fn answer(
    connection: &Connection,
    transaction: &Transaction,
    attempt: &mut Attempt,
    story: &mut Story<'_>,
    seen_to: Timestamp,
) {
    let (client, server) = (&connection.client_end, &connection.server_end);
    let request = transaction.request.as_deref();
    let request_end = request.map(|request| request.last);
    let acked = request.and_then(|request| request.acked);
    if let Some(end) = transaction.ended.as_deref().copied()
        && transaction.response.as_ref().is_none_or(|response| !response.complete)
    {
        return stream_end(connection, transaction, end, attempt, story);
    }
    // A response that the gateway answered with RST, after it had closed: it came too late.
    let refused = |response: &Response| client.rst().is_some_and(|reset| reset.source >= response.first);
    let late = transaction.response.as_deref().filter(|response| transaction.late && refused(response));
    if let (Some(response), Some(request), Some(fin)) = (late, request, client.fin) {
        attempt.send = Phase::Ok(acked.map(|acked| acked.time.since(request.first.time)));
        attempt.wait = Phase::Failed(WaitFailure::Timeout(fin.source.time.since(request.last.time)));
        story.add(fin.source, Side::Client, What::Fin);
        story.add(response.first, Side::Server, What::Note(format!("{} came too late", response.status)));
        if let Some(acked) = acked {
            story.add(acked, Side::Server, What::Ack("the request".into()));
        }
        return;
    }
    // A RST ends it for the gateway, whatever the server still sends.
    let cut_short = |response: &Response| server.rst().filter(|reset| reset.source < response.first);
    if let Some(reset) = transaction.response.as_deref().and_then(cut_short) {
        attempt.send = Phase::Ok(None);
        attempt.wait = Phase::Failed(WaitFailure::Reset);
        story.add(reset.source, Side::Server, What::Reset("before any byte of a response".into()));
        if let Some(response) = transaction.response.as_deref() {
            story.add(response.first, Side::Server, What::Note("data of the server after its own RST".into()));
        }
        return;
    }
    if let Some(response) = transaction.response.as_deref() {
        attempt.send = Phase::Ok(None);
        attempt.wait = Phase::Ok(request_end.map(|end| response.first.time.since(end.time)));
        // A second status line in one stream is a gateway's doing, not an origin's.
        attempt.status = Some(response.odd.earlier.map_or(response.status, |(status, _)| status));
        let partly = request.is_some_and(|request| !request.complete && !request.gap);
        attempt.upload_cut = partly && server.rst().is_some_and(|reset| reset.source >= response.first);
        if let Some(reset) = server.rst().filter(|_| attempt.upload_cut) {
            story.add(reset.source, Side::Server, What::Reset("while the request was still being sent".into()));
        }
        attempt.quoted_status = response.odd.earlier.map(|_| response.status);
        let text = format!("{} {}", response.status, response.reason);
        let flaw = transaction.flaw.as_deref();
        let flawed = flaw.map(|flaw| format!(", with {flaw}")).unwrap_or_default();
        story.add(response.first, Side::Server, What::Response(format!("{}{flawed}", text.trim_end())));
        attempt.receive = match flaw.filter(|flaw| flaw.weight == Weight::Fatal) {
            Some(flaw) => Phase::Failed(ReceiveFailure::Flawed(flaw.to_string())),
            None => receive(connection, transaction, story),
        };
        if attempt.receive.failure() == Some(&ReceiveFailure::FullSizeLost) {
            too_big(connection, Side::Server, attempt, story);
        }
        return;
    }
    if let Some((source, text)) = transaction.junk.as_deref() {
        attempt.send = Phase::Ok(None);
        attempt.wait = Phase::Ok(request_end.map(|end| source.time.since(end.time)));
        attempt.receive = Phase::Failed(ReceiveFailure::NotHttp(text.clone()));
        story.add(*source, Side::Server, What::Data(text.clone()));
        return;
    }
    let Some(request) = request else { return };
    let given_up = given_up(connection);
    let until = given_up.map_or(seen_to, |source| source.time);
    if let Some(hole) = server.hole().filter(|hole| until.since(hole.time) >= CLOSED_WINDOW) {
        return large_lost(connection, transaction, hole, attempt, story);
    }
    // Acknowledged bytes of the server that the capture lacks may have held the whole answer.
    let spoke = server.last_data.is_some_and(|data| data > request.first);
    if server.packets == 0 {
        return unread::unheard(connection, attempt, story);
    }
    if server.unseen() || server.cut > 0 && spoke {
        return;
    }
    if let Some(source) = transaction.partial {
        attempt.send = Phase::Ok(None);
        attempt.wait = Phase::Ok(Some(source.time.since(request.last.time)));
        story.add(source, Side::Server, What::Note("upstream → gateway: the head of a response begins".into()));
        let over = [server.rst().map(|reset| (reset.source, true)), server.fin.map(|fin| (fin.source, false))];
        let over = over.into_iter().flatten().min();
        if let Some((source, reset)) = over.filter(|(theirs, _)| given_up.is_none_or(|ours| *theirs < ours)) {
            let what = if reset { What::Reset("in the middle of the header".into()) } else { What::Fin };
            story.add(source, Side::Server, what);
            attempt.receive = Phase::Failed(if reset { ReceiveFailure::Reset } else { ReceiveFailure::Closed });
        } else if let Some(ours) = given_up {
            head_without_end(connection, transaction, ours, attempt, story);
        }
        return;
    }
    if let Some(acked) = acked {
        attempt.send = Phase::Ok(Some(acked.time.since(request.first.time)));
        story.add(acked, Side::Server, What::Ack("the request".into()));
    }
    let by_server = [server.rst().map(|reset| (reset.source, true)), server.fin.map(|fin| (fin.source, false))];
    let by_server = by_server.into_iter().flatten().min();
    let first = match (by_server, given_up) {
        (Some(theirs), Some(ours)) if ours < theirs.0 || unseen_fin(connection) == Some(theirs.0) => Err(ours),
        (Some(theirs), _) => Ok(theirs),
        (None, Some(ours)) if acknowledges_fin(connection, ours) => {
            story.add(ours, Side::Client, What::Note(FIN_MISSED.into()));
            attempt.doubts.push(
                "The server's FIN was not captured; that it came is told by what the gateway acknowledges.".into(),
            );
            attempt.wait = Phase::Failed(WaitFailure::Closed);
            return;
        }
        (None, Some(ours)) => Err(ours),
        (None, None) => {
            attempt.open = true;
            waited(connection, request, seen_to, attempt, story);
            return;
        }
    };
    match first {
        Ok((source, reset)) => {
            // A FIN that was sent before the request arrived does not acknowledge it.
            let crossed = server.fin.is_some_and(|fin| fin.received < request.end);
            let what = if reset { What::Reset("before any byte of a response".into()) } else { What::Fin };
            story.add(source, Side::Server, what);
            // A host that does not know the connection any more says so by a RST without ACK; who ends one that it knows
            // acknowledges (RFC 9293 section 3.10.7.1).
            let unknown = reset && server.rst().is_some_and(|reset| reset.ack.is_none()) && acked.is_none();
            let idle = attempt.idle.is_some_and(|idle| idle >= IDLE);
            let forgotten = unknown && idle;
            // What had passed on it before the capture is not known.
            let before = connection.midstream() && transaction.index == 0;
            if before && reset && acked.is_none() {
                let fits: &[Id] = match unknown {
                    true => &[Id::KeepaliveRace, Id::ResponseReset],
                    false => &[Id::ResponseReset, Id::KeepaliveRace],
                };
                attempt.left = Left::new(fits, BEFORE);
            }
            if (crossed || forgotten) && attempt.reused || (crossed || unknown) && before {
                attempt.send = Phase::Failed(SendFailure::ClosedAsSent);
                if let Some(fin) = server.fin {
                    story.add(fin.source, Side::Server, What::Fin);
                }
                if let Some(reset) = server.rst().filter(|reset| reset.source > source) {
                    story.add(reset.source, Side::Server, What::Reset("in answer to what came after its FIN".into()));
                }
            } else {
                attempt.wait = Phase::Failed(if reset { WaitFailure::Reset } else { WaitFailure::Closed });
            }
        }
        Err(source) => {
            story_end(connection, source, story);
            waited(connection, request, source.time, attempt, story);
        }
    }
}

const FIN_MISSED: &str = "gateway → upstream: FIN, which acknowledges a FIN of the server that was not captured";

/// Whether the gateway's FIN acknowledges one number more than the server sent bytes: the server had closed before (RFC 9293
/// section 3.6), and the capture lacks its FIN.
fn acknowledges_fin(connection: &Connection, ours: Source) -> bool {
    let (client, server) = (&connection.client_end, &connection.server_end);
    client.fin.is_some_and(|fin| fin.source == ours && server.packets > 0 && fin.received == server.position + 1)
}

/// Where the gateway ended the connection: by FIN or RST, or by a FIN that was not captured and that the server's answers.
fn given_up(connection: &Connection) -> Option<Source> {
    let client = &connection.client_end;
    let seen = client.fin.map(|fin| fin.source).into_iter().chain(client.rst().map(|reset| reset.source)).min();
    seen.or_else(|| unseen_fin(connection))
}

/// The server's FIN, if it acknowledges one number more than the gateway sent bytes: the gateway had closed before
/// (RFC 9293 section 3.6), and the capture lacks its FIN.
fn unseen_fin(connection: &Connection) -> Option<Source> {
    let (client, server) = (&connection.client_end, &connection.server_end);
    let fin = server.fin.filter(|fin| client.fin.is_none() && fin.received == client.position + 1)?;
    // A byte that the capture lacks looks the same; who saw the connection from its beginning counts right.
    (client.position > 0 && client.packets > 0).then_some(fin.source)
}

/// Tells how the gateway ended it.
fn story_end(connection: &Connection, ours: Source, story: &mut Story<'_>) {
    let reset = connection.client_end.rst().is_some_and(|reset| reset.source == ours);
    if unseen_fin(connection) == Some(ours) {
        let text = "upstream → gateway: FIN, which acknowledges a FIN of the gateway that was not captured";
        return story.add(ours, Side::Server, What::Note(text.into()));
    }
    story.add(ours, Side::Client, if reset { What::Reset("by the gateway".into()) } else { What::Fin });
}

/// The gateway waited until `to`: for an acknowledgement, or for a response.
pub(super) fn waited(
    connection: &Connection,
    request: &Request,
    to: Timestamp,
    attempt: &mut Attempt,
    story: &mut Story<'_>,
) {
    let wait = to.since(request.last.time);
    let (client, server) = (&connection.client_end, &connection.server_end);
    // While a part of the request is still to be sent, a closed window is what keeps it.
    let pause = if request.complete && !request.gap { CLOSED_WINDOW } else { SHORTEST_WAIT };
    if server.window_closed().is_some_and(|closed| to.since(closed.time) >= pause) {
        attempt.send = Phase::Failed(SendFailure::WindowClosed);
    } else if attempt.send.is_ok() && cut_short(connection, request) {
        attempt.doubts.push(
            "The gateway had sent only a part of the request when it gave up: the server waited for the rest of the body, and so did the gateway, or it was held up itself."
                .to_string(),
        );
    } else if attempt.send.is_ok() {
        attempt.wait = Phase::Failed(WaitFailure::Timeout(wait));
    } else if client.retransmissions > 1 && server.lost == 0 {
        unacknowledged(connection, attempt, story);
    }
}

/// What the gateway sent, again and again, the server never acknowledged.
pub(super) fn unacknowledged(connection: &Connection, attempt: &mut Attempt, story: &mut Story<'_>) {
    let client = &connection.client_end;
    // Smaller segments behind it arrived: the server asks again and again for the full-sized one.
    let small_pass = client.duplicate_acks > 0 || client.acked > 0;
    let told = too_big(connection, Side::Client, attempt, story);
    let full_sized = client.largest_again >= FULL_SIZED && small_pass
        || told.is_some_and(|mtu| client.largest_again.saturating_add(HEADERS) > mtu);
    if let Some(first) = client.retransmitted() {
        story.add(first, Side::Client, What::Note("bytes of the request, sent again".into()));
    }
    if let Some(last) = client.sent_again().filter(|last| client.retransmitted() != Some(*last)) {
        let text = format!("bytes of the request, sent again, {} times in all", client.retransmissions);
        story.add(last, Side::Client, What::Note(text));
    }
    if !full_sized && connection.midstream() && client.largest_again >= FULL_SIZED {
        // Smaller ones may have passed before.
        attempt.left = Left::new(&[Id::RequestUnacked, Id::PmtuBlackhole], OPEN_BEFORE);
    }
    attempt.send = Phase::Failed(if full_sized { SendFailure::FullSizeLost } else { SendFailure::Unacknowledged });
}

/// Whether a request of HTTP/1.x stopped in its body: no answer is due to it yet.
fn cut_short(connection: &Connection, request: &Request) -> bool {
    let http1 = connection.conversation().is_some_and(|conversation| !conversation.multiplexed());
    let (client, server) = (&connection.client_end, &connection.server_end);
    let unseen = request.gap || client.lost + client.cut > 0 || server.lost > 0;
    http1 && !request.complete && !request.waits && !unseen
}

/// Bytes of the smallest IP and TCP headers.
const HEADERS: u32 = 40;

/// What the path said of the size of one side's segments: the messages for the story, and the MTU that they state last.
pub(super) fn too_big(
    connection: &Connection,
    side: Side,
    attempt: &mut Attempt,
    story: &mut Story<'_>,
) -> Option<u32> {
    for (source, icmp, _) in connection.too_big().iter().filter(|(.., client)| *client == (side == Side::Client)) {
        story.add(*source, side.other(), What::Icmp(icmp_text(*icmp)));
        attempt.too_big = Some(*icmp);
    }
    attempt.too_big?.mtu
}

/// What a hole before a small segment is.
pub(super) const HOLE: &str = "upstream → gateway: a small segment; the full-sized bytes before it never arrive";

/// The response's full-sized segments never came, only a smaller one behind them.
fn large_lost(
    connection: &Connection,
    transaction: &Transaction,
    hole: Source,
    attempt: &mut Attempt,
    story: &mut Story<'_>,
) {
    let sent = transaction.request.as_deref().and_then(|request| request.acked);
    if let Some(acked) = sent {
        story.add(acked, Side::Server, What::Ack("the request".into()));
    }
    attempt.send = Phase::Ok(None);
    attempt.wait = Phase::Ok(None);
    attempt.receive = Phase::Failed(ReceiveFailure::FullSizeLost);
    too_big(connection, Side::Server, attempt, story);
    story.add(hole, Side::Server, What::Note(HOLE.into()));
}

/// The gateway ended it while the head of the response was still coming: it had waited, or it takes no more of it.
fn head_without_end(
    connection: &Connection,
    transaction: &Transaction,
    ours: Source,
    attempt: &mut Attempt,
    story: &mut Story<'_>,
) {
    let server = &connection.server_end;
    let silence = server.last_data.map(|last| ours.time.since(last.time)).unwrap_or_default();
    if let Some(closed) = window_closed(connection, ours) {
        story.add(closed, Side::Client, What::Note(NO_MORE.into()));
        attempt.receive = Phase::Failed(ReceiveFailure::WindowClosed);
    } else if silence >= STALLED {
        attempt.receive = Phase::Failed(ReceiveFailure::Stalled(silence));
    } else if transaction.head >= LARGE_HEAD && server.lost == 0 {
        attempt.receive = Phase::Failed(ReceiveFailure::HeaderTooLarge);
        attempt.doubts.push(format!(
            "The gateway broke off after {} bytes of header without an end; that this is more than it takes is the likeliest reason.",
            transaction.head
        ));
    } else {
        return;
    }
    story_end(connection, ours, story);
}

/// Where the requester's window closed, if it stayed so for long, until the end.
pub fn window_closed(connection: &Connection, end: Source) -> Option<Source> {
    connection.client_end.window_closed().filter(|closed| end.time.since(closed.time) >= CLOSED_WINDOW)
}

/// What a closed window of the requester is.
const NO_MORE: &str = "gateway → upstream: window 0, it takes no more";
/// A response that pauses for less before the gateway closes had not stopped.
const STALLED: Span = Span::seconds(2);

fn receive(connection: &Connection, transaction: &Transaction, story: &mut Story<'_>) -> Phase<ReceiveFailure> {
    let Some(response) = transaction.response.as_deref() else { return Phase::NotSeen };
    if let Some(source) = response.odd.bad_chunk {
        story.add(source, Side::Server, What::Data("broken chunked coding".into()));
        return Phase::Failed(ReceiveFailure::BadChunk);
    }
    if response.complete && response.gap && connection.server_end.cut > 0 {
        // How long it was to be is in what was cut off.
        return Phase::NotSeen;
    }
    if response.complete {
        return Phase::Ok(Some(response.last.time.since(response.first.time)));
    }
    let server = &connection.server_end;
    let by_client = given_up(connection);
    if let (Some(hole), Some(given_up)) = (server.hole(), by_client)
        && given_up.time.since(hole.time) >= CLOSED_WINDOW
    {
        story.add(hole, Side::Server, What::Note(HOLE.into()));
        story.add(given_up, Side::Client, What::Fin);
        return Phase::Failed(ReceiveFailure::FullSizeLost);
    }
    if server.cut > 0 || server.awaited() {
        // Where the body ends was in what was cut off, or in what the capture lacks.
        return Phase::NotSeen;
    }
    let unseen = unseen_fin(connection);
    let ours_first = |theirs: Source| by_client.is_some_and(|ours| ours < theirs) || unseen == Some(theirs);
    let theirs = server.fin.map(|fin| fin.source).into_iter().chain(server.rst().map(|reset| reset.source)).min();
    if let Some(end) = by_client.into_iter().chain(theirs).min()
        && let Some(closed) = window_closed(connection, end)
    {
        story.add(closed, Side::Client, What::Note(NO_MORE.into()));
        let side = if Some(end) == by_client { Side::Client } else { Side::Server };
        let reset = connection.end(side).rst().is_some_and(|reset| reset.source == end);
        story.add(end, side, if reset { What::Reset("in the middle of the response".into()) } else { What::Fin });
        return Phase::Failed(ReceiveFailure::WindowClosed);
    }
    if let Some(reset) = server.rst().filter(|reset| !ours_first(reset.source)) {
        story.add(reset.source, Side::Server, What::Reset("in the middle of the response".into()));
        return Phase::Failed(ReceiveFailure::Reset);
    }
    if let Some(fin) = server.fin.filter(|fin| !ours_first(fin.source)) {
        story.add(fin.source, Side::Server, What::Fin);
        return Phase::Failed(ReceiveFailure::Closed);
    }
    match by_client {
        Some(ours) => {
            let silence = ours.time.since(response.last.time);
            story_end(connection, ours, story);
            // A gateway that closes at once did not wait: its client left, or it wanted no more.
            if silence >= STALLED { Phase::Failed(ReceiveFailure::Stalled(silence)) } else { Phase::NotSeen }
        }
        None => Phase::NotSeen,
    }
}
