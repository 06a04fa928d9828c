//! Connections and lookups → attempts: what each phase came to, and the packets that show it.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::capture::connection::{Connection, Side, Speech};
use crate::capture::transaction::{Response, Transaction};
use crate::exchange::{
    Attempt, ConnectFailure, Event, Flow, Icmp, Phase, ReceiveFailure, SecureFailure, SendFailure, Source, WaitFailure,
    What,
};
use crate::protocols::{http1, tls};
use crate::report::{Leg, ResetBy};
use crate::time::{Span, Timestamp};

/// A gateway that waits shorter than this before it closes was not waiting for an answer.
const SHORTEST_WAIT: Span = Span::milliseconds(500);

/// A SYN that is sent with so few hops to live is a traceroute's.
const LONGEST_PROBE: u8 = 32;

/// A window that stays closed this long is no momentary pause.
const CLOSED_WINDOW: Span = Span::seconds(5);
/// Segments from this size on are those that a smaller path MTU stops.
const FULL_SIZED: u32 = 1200;

/// Puts events of one connection together.
struct Story<'a> {
    connection: &'a Connection,
    leg: Leg,
    /// The gateway is the connection's client (true) or server.
    opener: bool,
    events: Vec<Event>,
}

impl<'a> Story<'a> {
    fn new(connection: &'a Connection, leg: Leg) -> Self {
        Self { connection, leg, opener: leg != Leg::Client, events: Vec::new() }
    }

    fn add(&mut self, source: Source, side: Side, what: What) {
        let connection = self.connection;
        let flow = Flow { one: connection.client, other: connection.server, packets: connection.packets };
        let sent = (side == Side::Client) == self.opener;
        self.events.push(Event { source, leg: self.leg, sent, what, flow: Some(flow) });
    }

    fn done(mut self) -> Vec<Event> {
        self.events.sort_by_key(|event| (event.source.time, event.source.number));
        self.events.dedup_by(|later, earlier| later.source == earlier.source && later.what == earlier.what);
        self.events
    }
}

/// The events of a client's request at the gateway.
pub fn client_story(connection: &Connection, transaction: &Transaction) -> Vec<Event> {
    let mut story = Story::new(connection, Leg::Client);
    if let Some(request) = &transaction.request {
        story.add(request.first, Side::Client, What::Request(format!("{} {}", request.method, request.target)));
    }
    if let Some(response) = &transaction.response {
        if let Some((status, source)) = response.earlier {
            story.add(source, Side::Server, What::Response(status.to_string()));
        }
        let text = format!("{} {}", response.status, response.reason);
        story.add(response.first, Side::Server, What::Response(text.trim_end().into()));
    }
    if let Some((source, text)) = &transaction.junk {
        story.add(*source, Side::Server, What::Data(text.clone()));
    }
    let answered = transaction.response.as_ref().is_some_and(|response| response.complete);
    if !answered {
        for side in [Side::Client, Side::Server] {
            let end = connection.end(side);
            if let Some(fin) = end.fin {
                story.add(fin.source, side, What::Fin);
            }
            if let Some(reset) = end.rst {
                story.add(reset.source, side, What::Reset(String::new()));
            }
        }
    }
    story.done()
}

/// The attempt that a connection without any transaction was; `None` if nothing failed on it.
pub fn bare(connection: &Connection, seen_to: Timestamp) -> Option<Attempt> {
    let mut attempt = common(connection);
    let mut story = Story::new(connection, Leg::Upstream);
    attempt.connect = connect(connection, &mut story);
    let probe = connection.client_end.ttl.is_some_and(|ttl| ttl <= LONGEST_PROBE);
    if let Some(ConnectFailure::Icmp(icmp)) = attempt.connect.failure()
        && probe
        && matches!((icmp.v6, icmp.kind), (false, 11) | (true, 3))
    {
        // An engineer's TCP traceroute: its SYNs are made to expire.
        return None;
    }
    if attempt.connect.is_ok() {
        attempt.secure = secure(connection, &mut story, seen_to);
        if matches!(connection.speech, Speech::Http(_)) {
            // A request whose head never got whole: nothing more can be said of it.
            return None;
        }
        unused(connection, &mut attempt, &mut story);
    }
    let failed =
        attempt.connect.failure().is_some() || attempt.secure.failure().is_some() || attempt.wait.failure().is_some();
    attempt.events = story.done();
    reset_sender(connection, &mut attempt);
    failed.then_some(attempt)
}

/// What became of the TLS handshake inside a granted tunnel; `None` if nothing failed in it.
pub fn inside(connection: &Connection, leg: Leg, seen_to: Timestamp) -> Option<Attempt> {
    let mut attempt = common(connection);
    let mut story = Story::new(connection, leg);
    attempt.secure = secure(connection, &mut story, seen_to);
    attempt.secure.failure()?;
    attempt.tunnel = true;
    attempt.events = story.done();
    reset_sender(connection, &mut attempt);
    Some(attempt)
}

/// The attempt that a transaction on an upstream connection was, with all its phases.
pub fn transaction(connection: &Connection, transaction: &Transaction, seen_to: Timestamp) -> Attempt {
    let mut attempt = common(connection);
    let mut story = Story::new(connection, Leg::Upstream);
    attempt.reused = transaction.index > 0;
    attempt.connect = connect(connection, &mut story);
    if attempt.connect == Phase::NotSeen && transaction.request.is_some() {
        // It carries a request, so it was established before the capture began.
        attempt.connect = Phase::Ok(None);
    }
    if let Some(handshake) = &connection.handshake {
        attempt.secure = if handshake.done { Phase::Ok(None) } else { Phase::NotSeen };
    }
    if let Some(request) = &transaction.request {
        attempt.parent = request.for_proxy();
        attempt.host = host_of(&request.target, request.host.as_deref(), &request.method).0;
        attempt.target = Some(request.target.clone());
        story.add(request.first, Side::Client, What::Request(format!("{} {}", request.method, request.target)));
        let begun = request.first.time;
        attempt.span = Some((begun, connection.last.time));
    }
    attempt.head = transaction.head;
    answer(connection, transaction, &mut attempt, &mut story, seen_to);
    if attempt.send.failure().is_some() {
        if let Some(again) = connection.client_end.retransmitted {
            story.add(again, Side::Client, What::Note("gateway → upstream: the same bytes again".into()));
        }
        if let Some(closed) = connection.server_end.window_closed {
            story.add(closed, Side::Server, What::Note("upstream → gateway: window 0, it takes no more".into()));
        }
    }
    attempt.events = story.done();
    reset_sender(connection, &mut attempt);
    attempt
}

/// The server ended a connection before anything was sent on it. By itself that is no failure: pools and health checks
/// do so all the time; a request that failed at that moment makes it one.
fn unused(connection: &Connection, attempt: &mut Attempt, story: &mut Story<'_>) {
    let (client, server) = (&connection.client_end, &connection.server_end);
    if client.bytes + server.bytes > 0 || client.lost + server.lost > 0 {
        return;
    }
    let by_server = [server.rst.map(|reset| (reset.source, true)), server.fin.map(|fin| (fin.source, false))];
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
        host: connection.handshake.as_ref().and_then(|handshake| handshake.server_name.clone()),
        ..Attempt::default()
    }
}

fn connect(connection: &Connection, story: &mut Story<'_>) -> Phase<ConnectFailure> {
    for (n, syn) in connection.syns.iter().enumerate() {
        story.add(*syn, Side::Client, What::Syn(u32::try_from(n).unwrap_or(0) + 1));
    }
    if let Some(syn_ack) = connection.syn_ack {
        // The client's end went on: the handshake is done.
        if connection.established.is_some() || connection.client_end.first_data.is_some() || connection.syn_count == 0 {
            story.add(syn_ack, Side::Server, What::SynAck);
            return Phase::Ok(connection.handshake_time());
        }
        for syn_ack in &connection.syn_ack_list {
            story.add(*syn_ack, Side::Server, What::SynAck);
        }
        if connection.syn_count > 1 || connection.syn_acks > 1 {
            return Phase::Failed(ConnectFailure::NoReturn { spoofed: false, tries: connection.syn_count });
        }
        return Phase::NotSeen;
    }
    if connection.syn_count == 0 {
        return Phase::NotSeen;
    }
    let server = &connection.server_end;
    for (source, icmp) in &connection.icmp {
        story.add(*source, Side::Server, What::Icmp(icmp_text(*icmp)));
    }
    for reset in &server.rsts {
        story.add(*reset, Side::Server, What::Reset("in answer to the SYN".into()));
    }
    match (connection.icmp.last(), server.rst) {
        // Data in spite of it all, or an ACK of ours: the capture lacks the SYN-ACK.
        _ if server.bytes > 0 || connection.client_end.first_data.is_some() || connection.acknowledged => {
            Phase::Ok(None)
        }
        (_, Some(_)) => Phase::Failed(ConnectFailure::Reset),
        (Some((_, icmp)), None) => Phase::Failed(ConnectFailure::Icmp(*icmp)),
        _ if connection.challenged.is_some() => Phase::NotSeen,
        _ => {
            let waited = connection.last.time.since(connection.first.time);
            Phase::Failed(ConnectFailure::Unanswered { tries: connection.syn_count, waited })
        }
    }
}

fn secure(connection: &Connection, story: &mut Story<'_>, seen_to: Timestamp) -> Phase<SecureFailure> {
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

/// Sending, waiting and receiving.
fn answer(
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
    // A response that the gateway answered with RST, after it had closed: it came too late.
    let refused = |response: &Response| client.rst.is_some_and(|reset| reset.source >= response.first);
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
    let cut_short = |response: &Response| server.rst.filter(|reset| reset.source < response.first);
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
        attempt.status = Some(response.earlier.map_or(response.status, |(status, _)| status));
        attempt.quoted_status = response.earlier.map(|_| response.status);
        let text = format!("{} {}", response.status, response.reason);
        story.add(response.first, Side::Server, What::Response(text.trim_end().into()));
        attempt.receive = receive(connection, transaction, story);
        return;
    }
    if let Some((source, text)) = &transaction.junk {
        attempt.send = Phase::Ok(None);
        attempt.wait = Phase::Ok(request_end.map(|end| source.time.since(end.time)));
        attempt.receive = Phase::Failed(ReceiveFailure::NotHttp(text.clone()));
        story.add(*source, Side::Server, What::Data(text.clone()));
        return;
    }
    let Some(request) = request else { return };
    // Acknowledged bytes of the server that the capture lacks may have held the whole answer.
    if server.packets == 0 || server.unseen() || server.cut > 0 {
        return;
    }
    if let Some(source) = transaction.partial {
        attempt.send = Phase::Ok(None);
        attempt.wait = Phase::Ok(Some(source.time.since(request.last.time)));
        story.add(source, Side::Server, What::Data("HTTP/".into()));
        let over = [server.rst.map(|reset| (reset.source, true)), server.fin.map(|fin| (fin.source, false))];
        if let Some((source, reset)) = over.into_iter().flatten().min() {
            let what = if reset { What::Reset("in the middle of the header".into()) } else { What::Fin };
            story.add(source, Side::Server, what);
            attempt.receive = Phase::Failed(if reset { ReceiveFailure::Reset } else { ReceiveFailure::Closed });
        }
        return;
    }
    if let Some(acked) = acked {
        attempt.send = Phase::Ok(Some(acked.time.since(request.first.time)));
        story.add(acked, Side::Server, What::Ack("the request".into()));
    }
    let by_server = [server.rst.map(|reset| (reset.source, true)), server.fin.map(|fin| (fin.source, false))];
    let by_server = by_server.into_iter().flatten().min();
    let by_client = client.fin.map(|fin| fin.source).into_iter().chain(client.rst.map(|reset| reset.source)).min();
    let first = match (by_server, by_client) {
        (Some(theirs), Some(ours)) if ours < theirs.0 => Err(ours),
        (Some(theirs), _) => Ok(theirs),
        (None, Some(ours)) => Err(ours),
        (None, None) => {
            attempt.open = true;
            waited(connection, request.last, seen_to, attempt);
            return;
        }
    };
    match first {
        Ok((source, reset)) => {
            // A FIN that was sent before the request arrived does not acknowledge it.
            let crossed = server.fin.is_some_and(|fin| fin.received < request.end);
            let what = if reset { What::Reset("before any byte of a response".into()) } else { What::Fin };
            story.add(source, Side::Server, what);
            if crossed && attempt.reused {
                attempt.send = Phase::Failed(SendFailure::ClosedAsSent);
                if let Some(fin) = server.fin {
                    story.add(fin.source, Side::Server, What::Fin);
                }
            } else {
                attempt.wait = Phase::Failed(if reset { WaitFailure::Reset } else { WaitFailure::Closed });
            }
        }
        Err(source) => {
            let reset = client.rst.is_some_and(|reset| reset.source == source);
            story.add(source, Side::Client, if reset { What::Reset("by the gateway".into()) } else { What::Fin });
            waited(connection, request.last, source.time, attempt);
        }
    }
}

/// The gateway waited until `to`: for an acknowledgement, or for a response.
fn waited(connection: &Connection, sent: Source, to: Timestamp, attempt: &mut Attempt) {
    let wait = to.since(sent.time);
    let (client, server) = (&connection.client_end, &connection.server_end);
    if server.window_closed.is_some_and(|closed| to.since(closed.time) >= CLOSED_WINDOW) {
        attempt.send = Phase::Failed(SendFailure::WindowClosed);
    } else if attempt.send.is_ok() {
        attempt.wait = Phase::Failed(WaitFailure::Timeout(wait));
    } else if client.retransmissions > 1 && server.lost == 0 {
        // Smaller segments behind it arrived: the server asks again and again for the full-sized one.
        let small_pass = client.duplicate_acks > 0 || client.acked > 0;
        let full_sized = client.largest_again >= FULL_SIZED && small_pass;
        attempt.send = Phase::Failed(if full_sized { SendFailure::FullSizeLost } else { SendFailure::Unacknowledged });
    }
}

fn receive(connection: &Connection, transaction: &Transaction, story: &mut Story<'_>) -> Phase<ReceiveFailure> {
    let Some(response) = transaction.response.as_deref() else { return Phase::NotSeen };
    if let Some(source) = response.bad_chunk {
        story.add(source, Side::Server, What::Data("broken chunked coding".into()));
        return Phase::Failed(ReceiveFailure::BadChunk);
    }
    if response.complete {
        return Phase::Ok(Some(response.last.time.since(response.first.time)));
    }
    let (client, server) = (&connection.client_end, &connection.server_end);
    if server.cut > 0 {
        // Snapped: where the body ends was in what was cut off.
        return Phase::NotSeen;
    }
    let by_client = client.fin.map(|fin| fin.source).into_iter().chain(client.rst.map(|reset| reset.source)).min();
    let ours_first = |theirs: Source| by_client.is_some_and(|ours| ours < theirs);
    if let Some(reset) = server.rst.filter(|reset| !ours_first(reset.source)) {
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
            story.add(ours, Side::Client, What::Fin);
            // A gateway that closes at once did not wait: its client left, or it wanted no more.
            if silence >= Span::seconds(2) { Phase::Failed(ReceiveFailure::Stalled(silence)) } else { Phase::NotSeen }
        }
        None => Phase::NotSeen,
    }
}

/// Who sent the RST that ended an attempt, as far as the packets tell.
fn reset_sender(connection: &Connection, attempt: &mut Attempt) {
    let by_reset = attempt.connect.failure() == Some(&ConnectFailure::Reset)
        || attempt.secure.failure() == Some(&SecureFailure::Reset)
        || attempt.wait.failure() == Some(&WaitFailure::Reset)
        || attempt.receive.failure() == Some(&ReceiveFailure::Reset);
    if !by_reset {
        return;
    }
    let server = &connection.server_end;
    let Some(reset) = server.rst else { return };
    let other_distance = server.ttl.is_some_and(|ttl| ttl.abs_diff(reset.ttl) > 2);
    let same_distance = server.ttl.is_some_and(|ttl| ttl.abs_diff(reset.ttl) <= 1);
    let data_after = server.data_after_rst;
    let round_trip = connection.handshake_time();
    let cause = connection.client_end.last_data.map(|data| data.time);
    let too_fast = match (round_trip, cause) {
        (Some(round_trip), Some(cause)) if round_trip.0 > 2_000_000 => {
            let after = reset.source.time.since(cause).0;
            after >= 0 && after * 2 < round_trip.0
        }
        _ => false,
    };
    // One sign may be chance; two that agree are not.
    let signs = u8::from(other_distance) + u8::from(data_after) + u8::from(too_fast);
    attempt.reset_by = Some(match signs {
        2.. => ResetBy::DeviceOnPath,
        0 if same_distance && connection.syn_ack.is_some() => ResetBy::UpstreamHost,
        _ => ResetBy::Unknown,
    });
}

/// ICMP in words, with its sender: `192.0.2.1: host administratively prohibited (type 3, code 10)`.
pub fn icmp_text(icmp: Icmp) -> String {
    let meaning = match (icmp.v6, icmp.kind, icmp.code) {
        (false, 3, 0) => "network unreachable",
        (false, 3, 1) => "host unreachable",
        (false, 3, 2) => "protocol unreachable",
        (false, 3, 3) => "port unreachable",
        (false, 3, 6) => "destination network unknown",
        (false, 3, 7) => "destination host unknown",
        (false, 3, 9) => "network administratively prohibited",
        (false, 3, 10) => "host administratively prohibited",
        (false, 3, 13) => "communication administratively prohibited",
        (false, 11, _) | (true, 3, _) => "time to live exceeded",
        (true, 1, 0) => "no route to destination",
        (true, 1, 1) => "communication administratively prohibited",
        (true, 1, 3) => "address unreachable",
        (true, 1, 4) => "port unreachable",
        (true, 1, 5) => "source address failed policy",
        (true, 1, 6) => "route rejected",
        _ => "destination unreachable",
    };
    format!("{}: {meaning} (type {}, code {})", icmp.from, icmp.kind, icmp.code)
}

/// Host and port that a request wants: from its target, else from its Host field.
pub fn host_of(target: &str, host: Option<&str>, method: &str) -> (Option<String>, Option<u16>) {
    let (scheme, authority) = match http1::absolute(target) {
        Some((scheme, rest)) => (scheme, rest.split(['/', '?', '#']).next()),
        None if method == "CONNECT" => ("https", Some(target)),
        None => ("http", host),
    };
    let Some(authority) = authority else { return (None, None) };
    let authority = authority.rsplit_once('@').map_or(authority, |(_, after)| after);
    let default = match scheme {
        "https" | "wss" => Some(443),
        "ftp" => Some(21),
        _ => Some(80),
    };
    let (name, port) = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((name, port)) => (name, port.strip_prefix(':')),
        None => authority.split_once(':').map_or((authority, None), |(name, port)| (name, Some(port))),
    };
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let port = port.and_then(|port| port.parse().ok()).or(default);
    ((!name.is_empty()).then_some(name), port)
}
