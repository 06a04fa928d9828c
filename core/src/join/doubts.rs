//! What a capture without a client's side leaves open: why the gateway gave up, and whose connection it was.

use alloc::format;
use alloc::string::{String, ToString};
use core::net::IpAddr;

use crate::listed::Map;

use super::retries::{HostNames, went_well};
use super::spans::Spans;
use super::usage::{in_trouble, in_use};
use super::{Loose, Roles};
use crate::capture::connection::Connection;
use crate::capture::point::Point;
use crate::categories::Id;
use crate::exchange::{Answer, ConnectFailure, Exchange, Left, ReceiveFailure, WaitFailure};
use crate::time::{Span, Timestamp};

const GONE: &str = "The client's side was not captured: the gateway may have closed because its client had left.";

const FEW: &str =
    "The client's side was not captured: the gateway stopped after so few SYNs that its client may have left.";

/// After a refusal the next address of a name is tried at once.
const AT_ONCE: Span = Span::milliseconds(100);
/// An answer that is under way when the capture ends comes within this time.
const UNDER_WAY: Span = Span::seconds(1);
/// After silence, when the gateway's timer says so.
const BY_TIMER: Span = Span::seconds(64);

const WHICH_SIDE: &str = "Only one side was captured, and no request on it was marked by a gateway: if this is a client's side, the gateway broke off for what came from upstream.";
const DATA_OVER: &str = "All chunks came, the last one as well; only the end of the trailer lacks.";
const BORNE: &str =
    "The client's side was not captured: whether the gateway took this answer all the same is not seen.";

/// What each host opened.
#[derive(Default)]
struct Opened<'a> {
    /// But for DNS over TCP, by when it began.
    all: Spans<&'a Connection>,
    /// Where a request was in trouble, by when it was in use.
    troubled: Spans<&'a Connection>,
}

/// What hosts opened beside a failure.
pub(super) struct Beside<'a>(Map<IpAddr, Opened<'a>>);

impl<'a> Beside<'a> {
    pub(super) fn new(points: &'a [Point]) -> Self {
        let mut hosts: Map<IpAddr, Opened<'a>> = Map::default();
        for connection in points.iter().flat_map(|point| &point.connections) {
            let opened = hosts.or_default(connection.client.ip());
            if connection.server.port() != 53 {
                opened.all.push(connection.first.time, connection.first.time, connection);
            }
            if in_trouble(connection) {
                let (from, to) = in_use(connection);
                opened.troubled.push(from, to, connection);
            }
        }
        for opened in hosts.values_mut() {
            opened.all.order();
            opened.troubled.order();
        }
        Self(hosts)
    }
}

/// Says of an upstream failure that stands alone what else it may be.
pub(super) fn say(
    exchange: &mut Exchange,
    loose: &Loose<'_>,
    beside: &Beside<'_>,
    names: &HostNames<'_>,
    roles: &Roles,
    seen_to: Timestamp,
) {
    if exchange.client.is_some() || exchange.answer != Answer::NotSeen {
        return;
    }
    let connection = loose.connection;
    exchange.doubts.extend(went_on(loose, beside, names, seen_to));
    let Some(attempt) = exchange.attempts.last_mut() else { return };
    // Many take bytes without a status line for HTTP/0.9, pass on what HTTP does not allow, and want no more than the data.
    let answer = loose.transaction.and_then(|transaction| transaction.response.as_deref());
    let forwarded = roles.forwarders.contains(&connection.client.ip());
    let data_over = answer.is_some_and(|answer| answer.data_over);
    match attempt.receive.failure() {
        Some(ReceiveFailure::NotHttp(_) | ReceiveFailure::Flawed(_)) => exchange.doubts.push(BORNE.to_string()),
        Some(ReceiveFailure::Closed | ReceiveFailure::Reset) if data_over => {
            exchange.doubts.push(format!("{DATA_OVER} {BORNE}"));
        }
        // Without a mark of a gateway in the request this may be its client's side, and what it broke off a consequence.
        Some(ReceiveFailure::Closed | ReceiveFailure::Reset) if !forwarded => {
            attempt.left = Left::new(
                &[Id::ResponseTruncated, Id::ResponseStalled, Id::ResponseBadChunk, Id::ZeroWindow],
                WHICH_SIDE,
            );
        }
        _ => {}
    }
    let left_by_gateway = connection.client_end.fin.is_some() || connection.client_end.rst().is_some();
    let gave_up = match (attempt.wait.failure(), attempt.receive.failure()) {
        (Some(WaitFailure::Timeout(_)), _) => Some(Id::ResponseTimeout),
        (_, Some(ReceiveFailure::Stalled(_))) => Some(Id::ResponseStalled),
        (_, Some(ReceiveFailure::HeaderTooLarge)) => Some(Id::ResponseHeaderTooLarge),
        _ => None,
    };
    if let Some(id) = gave_up.filter(|_| left_by_gateway) {
        attempt.left = Left::new(&[id, Id::ClientAbort], GONE);
    }
    let unanswered = matches!(attempt.connect.failure(), Some(ConnectFailure::Unanswered { .. }));
    if matches!(attempt.connect.failure(), Some(ConnectFailure::Unanswered { tries: ..3, .. })) {
        attempt.left = Left::new(&[Id::TcpSynUnanswered, Id::ClientAbort], FEW);
    }
    let opened = beside.0.get(&connection.client.ip()).filter(|_| unanswered);
    let mut served = opened.into_iter().flat_map(|opened| opened.troubled.touching(loose.begun, loose.begun));
    if let Some(other) = served.find(|other| other.server.ip() != connection.server.ip()) {
        let why = format!(
            "{} was being served by {} at that time: if that is a gateway which uses its clients' addresses, the answer goes astray instead.",
            connection.client.ip(),
            other.server
        );
        attempt.left = Left::new(&[Id::TcpSynUnanswered, Id::ReturnPath], &why);
    }
}

/// What the gateway opened next may be another try of the same request: without a lookup nothing says which addresses are
/// one name's, and a capture that ends then does not show what came of it.
fn went_on(loose: &Loose<'_>, beside: &Beside<'_>, names: &HostNames<'_>, seen_to: Timestamp) -> Option<String> {
    let (attempt, dead) = (&loose.attempt, loose.connection.server);
    let connecting = attempt.connect.failure();
    let client = loose.connection.client.ip();
    let ended = attempt.events.iter().map(|event| event.source.time).max().unwrap_or(loose.begun);
    let from = if connecting.is_some() { loose.begun } else { ended };
    let mut after = beside.0.get(&client)?.all.beginning(from, Timestamp(i64::MAX));
    let next = after.find(|other| !core::ptr::eq(**other, loose.connection))?;
    let patience = if matches!(connecting, Some(ConnectFailure::Unanswered { .. })) { BY_TIMER } else { AT_ONCE };
    if next.server.port() != dead.port() || next.first.time.since(ended) > patience {
        return None;
    }
    let (one, other) = (names.of(dead.ip()), names.of(next.server.ip()));
    if one.is_some() && other.is_some() && one != other {
        return None;
    }
    let request = loose.transaction.and_then(|transaction| transaction.request.as_deref());
    let server = &next.server_end;
    // Of what a snap length cut off, how it went cannot be read.
    if went_well(next) || server.cut > 0 {
        // Where the request can be read, only the same one is another try, and that was looked for.
        let open = next.server.ip() != dead.ip() && (one.is_none() || other.is_none()) && request.is_none();
        return open.then(|| {
            format!(
                "Next {client} connected to {}, and that worked: if both addresses are one name's, the request went well after all.",
                next.server
            )
        });
    }
    let asked = next.conversation().and_then(|http| http.open().find_map(|open| open.request.as_deref()));
    let same = request.zip(asked).is_none_or(|(one, other)| {
        (one.whole_target(), one.host.as_deref()) == (other.whole_target(), other.host.as_deref())
    });
    let silent = server.bytes == 0 && server.fin.is_none() && server.rst().is_none();
    let under_way = silent && seen_to.since(next.last.time) <= UNDER_WAY;
    (same && under_way).then(|| {
        format!(
            "Next {client} turned to {} (packet {}), and the capture ends before an answer: the request may still have got through.",
            next.server, next.first.number
        )
    })
}
