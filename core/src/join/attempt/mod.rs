//! Connections and lookups → attempts: what each phase came to, and the packets that show it.

mod answer;
mod connect;
mod encrypted;
mod handshaken;
mod late;
mod messages;
mod secure;
mod story;
mod streams;
mod unread;
mod words;

use alloc::format;
use alloc::string::ToString;

use super::hellos::certificate_refused;
use crate::capture::connection::{Connection, Side, Speech};
use crate::capture::transaction::Transaction;
use crate::categories::Id;
use crate::exchange::{Attempt, ConnectFailure, Left, Phase, SendFailure, WaitFailure, What};
use crate::report::Leg;
use crate::time::Timestamp;
use answer::answer;
pub use answer::window_closed;
use connect::connect;
use story::Story;
pub use story::{client_story, gone_before};
pub use words::{host_of, icmp_text, written_host};

/// A SYN that is sent with so few hops to live is a traceroute's.
const LONGEST_PROBE: u8 = 32;

/// Whether a SYN with so many hops to live is a traceroute's.
pub fn is_probe(ttl: u8) -> bool {
    ttl <= LONGEST_PROBE
}

/// The attempt that a connection without any transaction was; `None` if nothing failed on it.
pub fn bare(connection: &Connection, seen_to: Timestamp) -> Option<Attempt> {
    let mut attempt = common(connection);
    let mut story = Story::new(connection, Leg::Upstream);
    attempt.connect = connect(connection, &mut story);
    let probe = connection.client_end.ttl.is_some_and(is_probe);
    if let Some(ConnectFailure::Icmp(icmp)) = attempt.connect.failure()
        && probe
        && matches!((icmp.v6, icmp.kind), (false, 11) | (true, 3))
    {
        // An engineer's TCP traceroute: its SYNs are made to expire.
        return None;
    }
    if attempt.connect.is_ok() {
        secure::judge(connection, &mut attempt, &mut story, seen_to);
        match &connection.speech {
            // In a tunnel that a parent proxy granted only the handshake can be judged.
            Speech::Http(http) if http.tunnel.is_some() => {
                let request = http.tunnel.as_ref()?.request.as_deref()?;
                attempt.secure.failure()?;
                attempt.parent = true;
                attempt.host = host_of(&request.target, request.host.as_deref(), &request.method).0;
                attempt.target = request.whole_target().map(ToString::to_string);
            }
            Speech::Http(_) | Speech::Silent => {
                unused(connection, &mut attempt, &mut story);
                unread::unsaid(connection, &mut attempt, &mut story);
            }
            _ => {
                encrypted::asked(connection, &mut attempt, &mut story);
                unused(connection, &mut attempt, &mut story);
            }
        }
    }
    if connection.only_quoted() {
        attempt
            .doubts
            .push("The SYN was not captured; the ICMP error that quotes it shows that it was sent.".to_string());
    } else if attempt.connect.failure().is_some() && connection.midstream() {
        attempt.doubts.push("The SYN was not captured; the RST shows that there was one.".to_string());
    } else if connection.midstream() && connection.conversation().is_none() {
        late::judge(connection, &mut attempt, &mut story);
    }
    let failed = attempt.connect.failure().is_some()
        || attempt.secure.failure().is_some()
        || attempt.send.failure().is_some()
        || attempt.wait.failure().is_some()
        || attempt.receive.failure().is_some();
    attempt.events = story.done();
    // A SYN that only an older connection answered got somewhere: an attempt that came to nothing known.
    let stuck = connection.challenged().is_some() && connection.syn_ack.is_none() && connection.syn_count > 1;
    if let (true, Some(ack)) = (stuck, connection.challenged()) {
        attempt.doubts.push(format!(
            "The SYN was not left unanswered: the host spoke of an older connection on the same ports (bare ACK, packet {}). The gateway's RST to it seems not to arrive.",
            ack.number
        ));
    }
    (failed || stuck || attempt.left.is_some()).then_some(attempt)
}

/// What became of the TLS handshake inside a granted tunnel; `None` if nothing failed in it.
pub fn inside(connection: &Connection, leg: Leg, seen_to: Timestamp) -> Option<Attempt> {
    begun(connection, leg, seen_to).filter(|attempt| !attempt.unused)
}

/// The same, also where the failure alone would say nothing.
fn begun(connection: &Connection, leg: Leg, seen_to: Timestamp) -> Option<Attempt> {
    let mut attempt = common(connection);
    let mut story = Story::new(connection, leg);
    secure::judge(connection, &mut attempt, &mut story, seen_to);
    let lost = attempt.send.failure().is_some() || attempt.receive.failure().is_some();
    if attempt.secure.failure().is_none() && !lost {
        return None;
    }
    attempt.tunnel = true;
    attempt.events = story.done();
    Some(attempt)
}

/// The attempt that a transaction on an upstream connection was, with all its phases.
pub fn transaction(connection: &Connection, transaction: &Transaction, seen_to: Timestamp) -> Attempt {
    let mut attempt = common(connection);
    let mut story = Story::new(connection, Leg::Upstream);
    attempt.reused = transaction.index > 0;
    attempt.idle = transaction.idle;
    attempt.connect = connect(connection, &mut story);
    if attempt.connect == Phase::NotSeen && transaction.request.is_some() {
        // It carries a request, so it was established before the capture began.
        attempt.connect = Phase::Ok(None);
    }
    if let Some(handshake) = &connection.handshake {
        attempt.secure = if handshake.went_through() { Phase::Ok(None) } else { Phase::NotSeen };
    }
    if let Some(request) = &transaction.request {
        attempt.parent = request.for_proxy();
        attempt.host = host_of(&request.target, request.host.as_deref(), &request.method).0;
        attempt.target = request.whole_target().map(ToString::to_string);
        story.add(request.first, Side::Client, What::Request(request.line()));
        let begun = request.first.time;
        attempt.span = Some((begun, connection.last.time));
    }
    if transaction.request.is_none() {
        let why = "The request that the gateway sent on this connection was not captured.";
        attempt.left = Left::new(&[Id::OriginError, Id::ParentProxyError], why);
    }
    attempt.head = transaction.head;
    attempt.interim = transaction.interim;
    attempt.body_waits = transaction.request.as_ref().is_some_and(|request| request.waits);
    attempt.flaw.clone_from(&transaction.flaw);
    answer(connection, transaction, &mut attempt, &mut story, seen_to);
    if let Some(failure) = attempt.send.failure() {
        // Of what was never acknowledged that was told.
        let told = matches!(failure, SendFailure::Unacknowledged | SendFailure::FullSizeLost);
        if let Some(again) = connection.client_end.retransmitted().filter(|_| !told) {
            story.add(again, Side::Client, What::Note("gateway → upstream: the same bytes again".into()));
        }
        if let Some(closed) = connection.server_end.window_closed() {
            story.add(closed, Side::Server, What::Note("upstream → gateway: window 0, it takes no more".into()));
        }
    }
    attempt.events = story.done();
    attempt
}

/// The TLS handshake of a client with the gateway itself, if the client refused the gateway's certificate: by an alert,
/// or by leaving as soon as it had seen it. `accepts`: it went on with this name on another connection.
pub fn at_gateway(connection: &Connection, accepts: bool, seen_to: Timestamp) -> Option<Attempt> {
    let refused = |attempt: &Attempt| certificate_refused(attempt) && (!attempt.unused || left(connection) && !accepts);
    begun(connection, Leg::Client, seen_to).filter(refused)
}

/// Whether a client left in the middle of the handshake, as soon as it had the certificate, and named the host that it
/// wanted: scanners and health checks go by address, and most of them finish the handshake.
pub fn left(connection: &Connection) -> bool {
    connection.handshake.as_ref().is_some_and(|handshake| !handshake.done && handshake.server_name().is_some())
}

/// The server ended a connection before anything was sent on it. By itself that is no failure: pools and health checks
/// do so all the time; a request that failed at that moment makes it one.
fn unused(connection: &Connection, attempt: &mut Attempt, story: &mut Story<'_>) {
    let (client, server) = (&connection.client_end, &connection.server_end);
    // Where what the client sent was not captured, the server's acknowledgements count it, its FIN included.
    if client.position + server.position > 0 || client.acked > 1 {
        return;
    }
    let by_server = [server.rst().map(|reset| (reset.source, true)), server.fin.map(|fin| (fin.source, false))];
    let ours = client.fin.map(|fin| fin.source);
    let first = by_server.into_iter().flatten().min().filter(|(theirs, _)| ours.is_none_or(|ours| *theirs < ours));
    if let Some((source, reset)) = first {
        let what = if reset { What::Reset("before any request was sent".into()) } else { What::Fin };
        story.add(source, Side::Server, what);
        attempt.unused = true;
        attempt.wait = Phase::Failed(if reset { WaitFailure::Reset } else { WaitFailure::Closed });
    }
}

fn common(connection: &Connection) -> Attempt {
    Attempt {
        local: Some(connection.client),
        upstream: Some(connection.server),
        span: Some((connection.first.time, connection.last.time)),
        host: connection.handshake.as_ref().and_then(|handshake| handshake.host().map(ToString::to_string)),
        ..Attempt::default()
    }
}
