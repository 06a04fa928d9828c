//! Lines of an error log whose request went well all the same: another try, another server or the cache made up for
//! the one that failed. The access log has that request with a good status, or the captures show a whole answer.
//!
//! Only what happened before the answer began can be made up for; and only lines that no failed request has taken are
//! looked at here. What cannot be told is left a failure with its doubt.

use crate::sorting::Sorting as _;
use alloc::vec::Vec;
use core::cell::OnceCell;

use crate::listed::{Map, Set};

use super::matching::{Lines, other_query};
use super::sight::Sight;
use super::wanted::Wanted;
use crate::categories::Id;
use crate::exchange::Claim;
use crate::time::{SECOND, Span, Timestamp};

/// After a try that failed the next one takes this long at most, where the access log does not say how long the request
/// took: the default of nginx's and Apache's timeouts.
const NEXT_TRY: i64 = 60 * SECOND;
/// Lines are cut to whole seconds.
const SLACK: i64 = SECOND;
/// Requests of one client and target that are looked at for a line.
const NEAREST: usize = 64;

/// Whether what the line tells may have been made up for: nothing of an answer had been sent to the client.
pub fn may_be(claim: Option<&Claim>) -> bool {
    let first = claim.and_then(|claim| claim.candidates.first());
    !first.is_some_and(|id| {
        matches!(
            id,
            Id::ResponseStalled
                | Id::ResponseTruncated
                | Id::ResponseBadChunk
                | Id::ZeroWindow
                | Id::H2Goaway
                | Id::H2RstStream
                | Id::ClientAbort
                | Id::ClientTlsRejected
        )
    })
}

/// What lines and requests must have in common: client and path, or where the line names no request, the client alone.
type Key = (u32, u32);

/// Requests by key, each list in the order of the latest time of a line.
type ByKey = Map<Key, Vec<(Timestamp, u32)>>;

/// Requests that went well, with what finds them: gathered once, however many error logs there are.
pub struct Fine<'a> {
    all: &'a [Sight],
    /// By key; whether the latest time of a line is told by the beginning makes two.
    by_key: [OnceCell<ByKey>; 2],
    /// Those that were refused: host, path, time and place.
    refused: OnceCell<Vec<(u32, u32, Timestamp, u32)>>,
}

impl<'a> Fine<'a> {
    pub fn new(all: &'a [Sight]) -> Self {
        Self { all, by_key: Default::default(), refused: OnceCell::new() }
    }

    /// The first lines with status 403 and this request, near to a time.
    pub fn refused(
        &self,
        wanted: Wanted,
        near: (Timestamp, Timestamp),
        most: usize,
    ) -> impl Iterator<Item = &'a Sight> {
        let all = self.refused.get_or_init(|| {
            let refused = (0..).zip(self.all).filter(|(_, line)| line.status == 403 && line.counts);
            let mut refused: Vec<_> =
                refused.filter_map(|(at, line)| Some((line.wanted.host, line.wanted.path, line.ended?, at))).collect();
            refused.order();
            refused
        });
        let of = |time: Timestamp| (wanted.host, wanted.path, time);
        let from = all.partition_point(|(host, path, time, _)| (*host, *path, *time) < of(near.0));
        let rest = all.get(from..).unwrap_or_default().iter();
        let near = rest.take_while(|(host, path, time, _)| (*host, *path, *time) <= of(near.1)).take(most);
        let mut places: Vec<u32> = near.map(|(.., at)| *at).collect();
        places.order();
        places.into_iter().filter_map(|at| self.all.get(at as usize))
    }

    fn by_key(&self, by_begin: bool) -> Option<&ByKey> {
        let known = self.by_key.get(usize::from(by_begin))?;
        Some(known.get_or_init(|| {
            let mut requests = ByKey::default();
            for (at, request) in (0..).zip(self.all).filter(|(_, request)| request.client != 0) {
                let Some(last) = latest(request, by_begin) else { continue };
                for key in [(request.client, request.wanted.path), (request.client, 0)] {
                    requests.or_default(key).push((last, at));
                }
            }
            for list in requests.values_mut() {
                list.order();
            }
            requests
        }))
    }
}

/// For each line that is still `free` the request that went well, if it is of one. `by_begin`: a request whose line tells
/// one time, and not of what, was logged with its beginning.
pub fn find(
    lines: &Lines,
    free: impl Fn(usize) -> bool,
    known: &Fine<'_>,
    ahead: Span,
    by_begin: bool,
) -> Vec<Option<u32>> {
    let mut found: Vec<Option<u32>> = alloc::vec![None; lines.sights.len()];
    let Some(requests) = known.by_key(by_begin) else { return found };
    let fine = known.all;
    let mut order: Vec<(Timestamp, usize)> = lines
        .sights
        .iter()
        .enumerate()
        .filter(|(at, line)| free(*at) && line.client != 0)
        .filter_map(|(at, line)| Some((line.ended?.plus(Span(ahead.0.saturating_neg())), at)))
        .collect();
    order.order();
    let mut taken: Set<u32> = Set::default();
    for (time, at) in order {
        let Some(line) = lines.sights.get(at) else { continue };
        let Some(list) = requests.get(&(line.client, line.wanted.path)) else { continue };
        // Requests that were over before the line was written are not its request.
        let from = list.partition_point(|(last, _)| last.0 < time.0.saturating_sub(SLACK));
        let near = list.get(from..).unwrap_or_default().iter().take(NEAREST);
        let mut fitting = near
            .filter_map(|(_, at)| Some((*at, fine.get(*at as usize)?)))
            .filter(|(_, request)| same(line, request) && open(request, time, by_begin));
        // One line each; what is left over is one more of a request that has one.
        let is_free = |at: u32| !taken.contains(&at);
        let met = fitting.clone().find(|(at, _)| is_free(*at)).or_else(|| fitting.next()).map(|(at, _)| at);
        if let (Some(slot), Some(met)) = (found.get_mut(at), met) {
            *slot = Some(met);
            taken.insert(met);
        }
    }
    found
}

/// Until when lines about a request can have been written.
fn latest(request: &Sight, by_begin: bool) -> Option<Timestamp> {
    let begun = if request.either && !by_begin { None } else { request.begun };
    let ended = if request.either && by_begin { None } else { request.ended };
    ended.or(begun.map(|begun| begun.plus(Span(NEXT_TRY))))
}

fn same(line: &Sight, request: &Sight) -> bool {
    let (one, other) = (line.wanted, request.wanted);
    let host = one.host == other.host || one.host == 0 || other.host == 0;
    host && !other_query(line, request)
}

/// Whether the request was under way at this time.
fn open(request: &Sight, time: Timestamp, by_begin: bool) -> bool {
    let begun = if request.either && !by_begin { None } else { request.begun };
    let ended = if request.either && by_begin { None } else { request.ended };
    match (begun, ended) {
        (Some(begun), _) if time.0 < begun.0 - SLACK => false,
        (Some(begun), None) => time.0 <= begun.0 + NEXT_TRY,
        (_, Some(ended)) if time.0 > ended.0 + SLACK => false,
        (None, Some(ended)) => time.0 >= ended.0 - NEXT_TRY,
        (Some(_), Some(_)) => true,
        (None, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Option<Timestamp> {
        Some(Timestamp(seconds * SECOND))
    }

    fn request(begun: Option<Timestamp>, ended: Option<Timestamp>, target: &str) -> Sight {
        Sight {
            begun,
            ended,
            client: 7,
            wanted: Wanted::new(Some("GET"), Some(target), None),
            status: 200,
            ..Sight::default()
        }
    }

    fn line(time: i64, target: &str) -> Sight {
        let wanted = if target.is_empty() { None } else { Some(target) };
        Sight {
            ended: at(time),
            client: 7,
            wanted: Wanted::new(Some("GET"), wanted, Some("www.example.com")),
            exchange: Some(0),
            ..Sight::default()
        }
    }

    fn met(lines: &[Sight], fine: &[Sight]) -> Vec<Option<u32>> {
        let lines = Lines { sights: lines.to_vec(), resolution: SECOND, local: false, error: true };
        find(&lines, |_| true, &Fine::new(fine), Span(0), false)
    }

    #[test]
    fn the_request_was_under_way_when_the_line_was_written() {
        let timed = request(at(100), at(110), "/a");
        for (time, wanted) in [(98, None), (99, Some(0)), (105, Some(0)), (111, Some(0)), (112, None)] {
            assert_eq!(met(&[line(time, "/a")], &[timed]), [wanted], "{time}");
        }
        assert_eq!(met(&[line(105, "/b")], &[timed]), [None]);
        assert_eq!(met(&[Sight { client: 8, ..line(105, "/a") }], &[timed]), [None]);
        // Without its duration: the next try has its timeout.
        let ended = request(None, at(200), "/a");
        for (time, wanted) in [(139, None), (140, Some(0)), (201, Some(0)), (202, None)] {
            assert_eq!(met(&[line(time, "/a")], &[ended]), [wanted], "{time}");
        }
    }

    #[test]
    fn each_line_has_a_request_of_its_own_where_there_are_enough() {
        let fine = [request(None, at(100), "/a"), request(None, at(101), "/a")];
        assert_eq!(met(&[line(100, "/a"), line(100, "/a")], &fine), [Some(0), Some(1)]);
        assert_eq!(met(&[line(100, "/a"), line(100, "/a"), line(100, "/a")], &fine), [Some(0), Some(1), Some(0)]);
    }

    #[test]
    fn a_line_that_names_no_request_goes_by_its_client() {
        let fine = [request(at(100), at(101), "/a?x=1")];
        assert_eq!(met(&[line(100, "")], &fine), [Some(0)]);
        assert_eq!(met(&[line(90, "")], &fine), [None]);
        assert_eq!(met(&[line(100, "/a?x=2")], &fine), [None]);
        assert_eq!(met(&[line(100, "/a")], &fine), [Some(0)], "the log leaves the query out");
    }
}
