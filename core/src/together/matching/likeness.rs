//! How well a line and a request go together.

use super::super::sight::Sight;
use super::REACH;
use crate::capture::transaction::Size;
use crate::time::{MILLISECOND, SECOND, Span, Timestamp};

/// Statuses that differ, both failures: the log knows what was decided, the packets what was sent.
const OTHER_FAILURE: i64 = SECOND;
/// Statuses that contradict each other: only lines and requests that agree in everything else.
const OTHER_STATUS: i64 = 4 * SECOND;
/// Clients that differ: address translation, or `X-Forwarded-For`.
const OTHER_CLIENT: i64 = SECOND;
/// Durations that differ cost what they differ by, up to this.
const OTHER_DURATION: i64 = 2 * SECOND;
/// Bytes that differ: they decide only where times do not, as where a log counts whole seconds.
const OTHER_SIZE: i64 = 10 * MILLISECOND;

/// Whether two counts of an answer's bytes are one: products count a little more or less of its coding. What only one of
/// them says says nothing.
fn other_size(line: Size, request: Size) -> bool {
    let apart = |one: u32, other: u32| one != 0 && other != 0 && one.abs_diff(other) > 64.max(one.max(other) / 50);
    apart(line.body, request.body) || apart(line.whole, request.whole)
}

/// Whether two durations are one, measured at two ends of a wire.
pub fn same_duration(one: i64, other: i64) -> bool {
    (one - other).saturating_abs() <= (250 * MILLISECOND).max(one.saturating_abs() / 20)
}

/// Both say a query, and not the same.
pub fn other_query(line: &Sight, request: &Sight) -> bool {
    let (one, other) = (line.wanted.query, request.wanted.query);
    one != 0 && other != 0 && one != other
}

/// How two statuses go together.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Statuses {
    /// They are the same.
    Same,
    /// One side says none, or that the client left.
    Unsaid,
    /// Both are failures, but not the same.
    Failures,
    /// One is a failure and the other is none, or they are of other kinds.
    Other,
}

/// See [`Statuses`]. 499 and 460 are marks of logs, not of the wire.
pub fn statuses(line: &Sight, request: &Sight) -> Statuses {
    match (line.status, request.status) {
        (0 | 460 | 499, _) | (_, 0) => Statuses::Unsaid,
        (one, other) if one == other || one == request.first_status => Statuses::Same,
        (500.., 500..) => Statuses::Failures,
        _ => Statuses::Other,
    }
}

/// What does not fit between a line and a request, in nanoseconds; `None` if they cannot be one.
pub fn misfit(line: &Sight, request: &Sight, ahead: Span, resolution: i64) -> Option<i64> {
    if other_query(line, request) {
        return None;
    }
    let apart = |line: Option<Timestamp>, request: Option<Timestamp>| {
        let late = line?.plus(Span(ahead.0.saturating_neg())).since(request?).0;
        // The line's time is cut off: it is this, or up to a resolution later.
        Some(if late > 0 { late } else { (late.saturating_neg() - resolution).max(0) })
    };
    let (begins, ends) = (apart(line.begun, request.begun), apart(line.ended, request.ended));
    let time = if request.attempt { ends.or(begins) } else { [begins, ends].into_iter().flatten().min() }?;
    let status = match statuses(line, request) {
        Statuses::Same | Statuses::Unsaid => 0,
        Statuses::Failures => OTHER_FAILURE,
        Statuses::Other if request.tunnel => 0,
        Statuses::Other => OTHER_STATUS,
    };
    let client =
        if line.client != 0 && request.client != 0 && line.client != request.client { OTHER_CLIENT } else { 0 };
    let duration = match (line.took(), request.took()) {
        (Some(one), Some(other)) if !same_duration(one, other) && !request.attempt && !request.tunnel => {
            (one - other).saturating_abs().min(OTHER_DURATION)
        }
        _ => 0,
    };
    let size = if other_size(line.size, request.size) { OTHER_SIZE } else { 0 };
    let sum = time.saturating_add(status).saturating_add(client).saturating_add(duration).saturating_add(size);
    (sum < REACH).then_some(sum)
}
