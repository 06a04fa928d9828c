//! HTTP/2 streams that were ended by a frame of their own: GOAWAY, RST_STREAM (RFC 9113 sections 6.4, 6.8).

use alloc::format;
use alloc::string::ToString;

use super::Story;
use super::answer::waited;
use crate::capture::connection::{Connection, Side};
use crate::capture::transaction::{StreamEnd, Transaction};
use crate::categories::h2_goaway::error_name;
use crate::exchange::{Attempt, Phase, ReceiveFailure, What};

/// An HTTP/2 stream that was ended by a frame.
pub(super) fn stream_end(
    connection: &Connection,
    transaction: &Transaction,
    end: StreamEnd,
    attempt: &mut Attempt,
    story: &mut Story<'_>,
) {
    let source = end.source();
    let request = transaction.request.as_deref();
    if let Some(acked) = request.and_then(|request| request.acked) {
        story.add(acked, Side::Server, What::Ack("the request".into()));
    }
    if let Some(response) = transaction.response.as_deref() {
        attempt.status = Some(response.status);
        attempt.wait = Phase::Ok(request.map(|request| response.first.time.since(request.last.time)));
        story.add(response.first, Side::Server, What::Response(response.status.to_string()));
    }
    attempt.send = Phase::Ok(None);
    match end {
        StreamEnd::Goaway { code, taken, .. } => {
            let which = if taken { "this stream was taken, and not answered" } else { "this stream is not taken" };
            let text = format!("upstream → gateway: GOAWAY, error {code} ({}): {which}", error_name(code));
            story.add(source, Side::Server, What::Note(text));
            attempt.receive = Phase::Failed(ReceiveFailure::Goaway(code));
        }
        StreamEnd::Reset { code, by_server: true, .. } => {
            let text = format!("upstream → gateway: RST_STREAM, error {code} ({})", error_name(code));
            story.add(source, Side::Server, What::Note(text));
            attempt.receive = Phase::Failed(ReceiveFailure::RstStream(code));
        }
        StreamEnd::Reset { code, by_server: false, .. } => {
            let text = format!("gateway → upstream: RST_STREAM, error {code} ({}): it gives up", error_name(code));
            story.add(source, Side::Client, What::Note(text));
            if let (None, Some(request)) = (transaction.response.as_deref(), request) {
                waited(connection, request, source.time, attempt, story);
            }
        }
    }
}
