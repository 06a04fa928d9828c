//! When a connection was in use, and what it shows of requests, also where the capture began in its middle or does not
//! hold the requests.

use alloc::string::String;

use super::upstream::NEVER_WEB;
use crate::capture::connection::Connection;
use crate::capture::conversation::Conversation;
use crate::capture::transaction::{Request, Transaction};
use crate::protocols::http1::is_server_error;
use crate::time::{Span, Timestamp};

/// A request that the capture shows no answer to may be waited for this long.
const WAITING: Span = Span::seconds(120);

/// When a connection may have been in use: before the capture as well, where it was open then, and behind its last packet,
/// where a request on it waits for its answer.
pub(super) fn in_use(connection: &Connection) -> (Timestamp, Timestamp) {
    let from = if connection.midstream() { Timestamp(i64::MIN) } else { connection.first.time };
    let to = connection.last.time;
    (from, if waits(connection) { to.plus(WAITING) } else { to })
}

/// Whether a request on a connection waits for its answer when the capture ends.
pub(super) fn waits(connection: &Connection) -> bool {
    let ends = [&connection.client_end, &connection.server_end];
    let over = ends.iter().any(|end| end.fin.is_some() || end.rst().is_some());
    !over && connection.conversation().is_some_and(|http| http.open().any(|transaction| transaction.response.is_none()))
}

/// Whether a request on a connection was answered with an error, or not yet.
pub(super) fn in_trouble(connection: &Connection) -> bool {
    let error = |t: &Transaction| t.response.as_ref().is_some_and(|response| is_server_error(response.status));
    connection.conversation().is_some_and(|http| http.kept.iter().any(error)) || waits(connection)
}

/// When the first answer on a connection came that is worth a look.
pub(super) fn answered(connection: &Connection) -> Option<Timestamp> {
    let http = connection.conversation()?;
    let responses = http.kept.iter().chain(http.open()).filter_map(|transaction| transaction.response.as_deref());
    responses.map(|response| response.first.time).min()
}

/// Answers to requests that the capture does not show, or not with the host that they want.
pub(super) fn blind(http: &Conversation) -> u64 {
    let unknown = |transaction: &&Transaction| transaction.request.as_deref().is_none_or(|r| host(r).is_none());
    http.kept.iter().chain(http.open()).filter(unknown).count() as u64
}

/// Whether a connection shows answers without their requests.
pub(super) fn unasked(connection: &Connection) -> bool {
    let http = connection.conversation();
    http.is_some_and(|http| http.kept.iter().chain(http.open()).any(|transaction| transaction.request.is_none()))
}

/// The host that a request wants.
pub(super) fn host(request: &Request) -> Option<String> {
    super::attempt::host_of(&request.target, request.host.as_deref(), &request.method).0
}

/// When a host went out on a connection that was open before the capture began: when something first passed on it, or it
/// was ended. Which end opened it is told by the ports.
pub(super) fn went_out(connection: &Connection) -> Option<Timestamp> {
    if !connection.midstream() || NEVER_WEB.contains(&connection.server.port()) {
        return None;
    }
    let (client, server) = (&connection.client_end, &connection.server_end);
    let data = client.first_data.into_iter().chain(server.first_data);
    let fins = client.fin.into_iter().chain(server.fin).map(|fin| fin.source);
    let resets = client.rst().into_iter().chain(server.rst()).map(|reset| reset.source);
    data.chain(fins).chain(resets).map(|source| source.time).min()
}
