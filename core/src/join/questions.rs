//! What clients asked inside TLS, and what upstream happened meanwhile: what is said is encrypted, when it is said is not.
//!
//! An attempt was made for a question if it began as soon as that was asked, and the client was told something, or was left,
//! as soon as it had failed; unless another answer from upstream lies nearer. Health checks fail as well, at any time.

use crate::sorting::Sorting as _;
use alloc::vec::Vec;

use super::untaken::Untaken;
use super::{Loose, Roles, failing, services};
use crate::capture::connection::Connection;
use crate::capture::point::Point;
use crate::exchange::{Attempt, ConnectFailure, Source};
use crate::time::{Span, Timestamp};

/// A gateway asks on, and says of a failure, within this time.
const AT_ONCE: Span = Span::seconds(1);
/// Two interfaces, one clock.
const SLACK: Span = Span::milliseconds(20);
/// Answers looked at for one question, the earliest first.
const NEAR: usize = 4096;

/// A question that got the answer of a failure.
pub(super) struct Failed {
    /// Its first packet.
    pub asked: Source,
    /// Where in the list its attempts are.
    pub attempts: Vec<usize>,
}

/// Answers that went well upstream: asked, from when, to when; in order of the last.
pub(super) struct Answers(Vec<[Timestamp; 3]>);

impl Answers {
    pub(super) fn new(points: &[Point], roles: &Roles) -> Self {
        let mut answers = Vec::new();
        let connections = points.iter().flat_map(|point| &point.connections);
        for connection in connections.filter(|connection| {
            let out = roles.egress.contains(&connection.client.ip()) && !roles.is_inbound(connection);
            out && connection.server.port() != 53 && services::kind(connection).is_none()
        }) {
            let mut more = false;
            if let Some(http) = connection.conversation() {
                answers.extend(&http.answers);
                more = http.healthy as usize > http.answers.len();
            }
            if let Some(handshake) = &connection.handshake {
                let told = handshake
                    .questions
                    .iter()
                    .filter_map(|question| Some([question.asked.time, question.told()?, question.over()?]));
                answers.extend(told);
                more |= handshake.asked_more;
            }
            if more {
                // Of the rest nothing is known but that it may lie anywhere here.
                let from = answers.last().map_or(connection.first.time, |[.., over]| *over);
                answers.push([connection.last.time, from, connection.last.time]);
            }
        }
        answers.order_by_key(|[.., over]| *over);
        Self(answers)
    }

    /// Whether an answer that was asked for behind a question explains what the client was told better than a failure.
    fn explain(&self, asked: Timestamp, failed: Timestamp, told: Timestamp) -> bool {
        let from = self.0.partition_point(|[.., over]| *over < failed);
        let near = self.0.get(from..).unwrap_or_default().iter().take(NEAR);
        let mut its = near.filter(|[theirs, first, _]| theirs.plus(SLACK) >= asked && *first <= told);
        its.next().is_some()
    }
}

/// Attempts that failed and that no request has.
pub(super) fn open(loose: &[Loose<'_>]) -> Untaken {
    let open = |loose: &Loose<'_>| !loose.taken && !loose.attempt.late && failing(&loose.attempt);
    loose.iter().enumerate().filter(|(_, loose)| open(loose)).map(|(at, _)| at).collect()
}

/// The questions on a connection that were answered because attempts for them had failed, of those that were [`open`].
/// `counts` says which of those begun in its time may be its.
pub(super) fn failed(
    connection: &Connection,
    (loose, open): (&[Loose<'_>], &mut Untaken),
    answers: &Answers,
    counts: impl Fn(&Loose<'_>) -> bool,
) -> Vec<Failed> {
    let Some(handshake) = connection.handshake.as_deref().filter(|handshake| handshake.done) else { return Vec::new() };
    let server = &connection.server_end;
    let left = server.fin.map(|fin| fin.source).into_iter().chain(server.rst().map(|reset| reset.source));
    let left = left.map(|source| source.time).min();
    let its = handshake.questions.iter().filter_map(|question| {
        let asked = question.asked.time;
        let told = question.told().or(left.filter(|left| *left >= asked))?;
        let attempts = open.within(loose, (Timestamp(asked.0.saturating_sub(SLACK.0)), told), &counts);
        let (first, last) = (loose.get(*attempts.first()?)?, loose.get(*attempts.last()?)?);
        let over = over(&last.attempt)?;
        let silent = matches!(last.attempt.connect.failure(), Some(ConnectFailure::Unanswered { .. }));
        // A SYN is given up by a timer.
        let at_once = over <= told.plus(SLACK) && (silent || told.since(over) <= AT_ONCE);
        let caused = first.begun.since(asked) <= AT_ONCE && at_once && !answers.explain(asked, over, told);
        caused.then_some(Failed { asked: question.asked, attempts })
    });
    its.collect()
}

/// When an attempt had failed.
fn over(attempt: &Attempt) -> Option<Timestamp> {
    let events = attempt.events.iter().map(|event| event.source.time);
    events.max().or_else(|| attempt.span.map(|(_, ended)| ended))
}
