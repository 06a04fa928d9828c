//! Which line is which request: one to one, in the order of time.
//!
//! Lines and requests that want the same thing form a group. In a group they are aligned like two texts: both stay in
//! order, each is used once, and the sum of what does not fit is as small as can be. So two hundred failures of one URL
//! meet their two hundred lines, and a line that is missing does not shift the others.

use alloc::vec::Vec;

use super::clock::{self, Compared, Pair, WEIGHT};
use super::sight::Sight;
use super::wanted::Wanted;
use crate::time::{MILLISECOND, SECOND, Span, Timestamp};

/// What does not fit may sum up to this, once the clocks are known: an answer's last packet and its line lie close, but
/// a client that left, or one that reads slowly, may be logged later.
pub const REACH: i64 = 5 * SECOND;
/// Statuses that differ, both failures: the log knows what was decided, the packets what was sent.
const OTHER_FAILURE: i64 = SECOND;
/// Statuses that contradict each other: only lines and requests that agree in everything else.
const OTHER_STATUS: i64 = 4 * SECOND;
/// Clients that differ: address translation, or `X-Forwarded-For`.
const OTHER_CLIENT: i64 = SECOND;
/// Durations that differ cost what they differ by, up to this.
const OTHER_DURATION: i64 = 2 * SECOND;
/// Pairs that vote on a clock: more make it no surer.
const PAIRS: usize = 1 << 18;
/// Cells of one alignment; what is larger is aligned from left to right.
const CELLS: usize = 1 << 20;
/// Tunnels looked at for one line.
const NEAREST: usize = 64;

/// Lines and requests that want the same.
struct Group {
    lines: Vec<u32>,
    requests: Vec<u32>,
}

/// How lines find requests: what both must have in common.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// Host and path.
    Place,
    /// The path, where the line says no host.
    PathOfLine,
    /// The path, where the request says no host.
    PathOfRequest,
    /// The host: of requests that are known by their attempts alone.
    Host,
    /// The address asked: of the same.
    Upstream,
    /// The client, where an error log names nothing else.
    Client,
}

/// The ways of an access log, and those of an error log.
const ACCESS: &[By] = &[By::Place, By::PathOfLine, By::PathOfRequest, By::Host, By::Upstream];
const ERROR: &[By] = &[By::Place, By::PathOfLine, By::PathOfRequest, By::Host, By::Upstream, By::Client];

/// Lines of one log, to be held against requests.
#[derive(Clone, Debug)]
pub struct Lines {
    /// In little.
    pub sights: Vec<Sight>,
    /// Their times are cut to multiples of this, nanoseconds.
    pub resolution: i64,
    /// They say no zone.
    pub local: bool,
    /// They are of an error log.
    pub error: bool,
}

impl Lines {
    fn ways(&self) -> &'static [By] {
        if self.error { ERROR } else { ACCESS }
    }
}

impl By {
    fn key(self, sight: &Sight, is_line: bool) -> Option<u64> {
        let wanted = sight.wanted;
        let attempt = sight.attempt && !is_line || is_line && sight.exchange.is_some();
        let known = |digest: u32| (digest != 0).then_some(u64::from(digest));
        match self {
            Self::Place => wanted.place().filter(|_| wanted.host != 0),
            Self::PathOfLine if !is_line || wanted.host == 0 => known(wanted.path),
            Self::PathOfRequest if is_line || wanted.host == 0 => known(wanted.path),
            Self::Host if attempt => known(wanted.host),
            Self::Upstream if attempt => known(sight.upstream),
            Self::Client if sight.exchange.is_some() && (!is_line || wanted == Wanted::default()) => {
                known(sight.client)
            }
            _ => None,
        }
    }

    fn groups(self, lines: &[Sight], requests: &[Sight], free: impl Fn(bool, u32) -> bool) -> Vec<Group> {
        let keyed = |sights: &[Sight], is_line: bool| -> Vec<(u64, u32)> {
            let all = (0..).zip(sights).filter(|(at, _)| free(is_line, *at));
            let mut keyed: Vec<_> = all.filter_map(|(at, sight)| Some((self.key(sight, is_line)?, at))).collect();
            keyed.sort_unstable();
            keyed
        };
        let (lines, requests) = (keyed(lines, true), keyed(requests, false));
        let mut groups = Vec::new();
        let mut at = 0;
        for same in lines.chunk_by(|(one, _), (other, _)| one == other) {
            let Some((key, _)) = same.first() else { continue };
            at += requests.get(at..).unwrap_or_default().partition_point(|(other, _)| other < key);
            let rest = requests.get(at..).unwrap_or_default();
            let met = rest.get(..rest.partition_point(|(other, _)| other == key)).unwrap_or_default();
            if !met.is_empty() {
                let of = |list: &[(u64, u32)]| list.iter().map(|(_, at)| *at).collect();
                groups.push(Group { lines: of(same), requests: of(met) });
            }
        }
        groups
    }
}

/// Compares the clock of lines with that of requests. Lines that say one time, and not of what, are settled on the way.
pub fn compare(lines: &mut Lines, requests: &[Sight]) -> Compared {
    let vote = |lines: &Lines| clock::vote(&pairs(lines, requests), lines.local);
    if !lines.sights.iter().any(|line| line.either) {
        return vote(lines);
    }
    let settled = |by_end: bool| {
        let mut lines = lines.clone();
        lines.sights.iter_mut().filter(|line| line.either).for_each(|line| settle(line, by_end));
        lines
    };
    let (as_end, as_begin) = (settled(true), settled(false));
    let (end, begin) = (vote(&as_end), vote(&as_begin));
    let worth = |compared: &Compared| match compared {
        Compared::Clock(clock) => (true, clock.requests, core::cmp::Reverse(clock.ahead.0.saturating_abs())),
        _ => (false, 0, core::cmp::Reverse(0)),
    };
    let (better, by_end) = if worth(&begin) > worth(&end) { (begin, false) } else { (end, true) };
    *lines = if by_end { as_end } else { as_begin };
    better
}

fn settle(line: &mut Sight, by_end: bool) {
    line.either = false;
    line.by_end = by_end;
    if by_end {
        line.begun = None;
    } else {
        line.ended = None;
    }
}

/// Pairs that may be one request, with the weight of their word.
fn pairs(lines: &Lines, requests: &[Sight]) -> Vec<Pair> {
    let mut out = Vec::new();
    let (ways, resolution, lines) = (lines.ways(), lines.resolution, lines.sights.as_slice());
    let mut groups: Vec<Group> = ways.iter().flat_map(|by| by.groups(lines, requests, |_, _| true)).collect();
    groups.sort_by_key(|group| group.lines.len().saturating_mul(group.requests.len()));
    for group in groups {
        let of = |list: &[u32], all: &'_ [Sight]| {
            let mut kinds: Vec<(u16, u32)> =
                list.iter().filter_map(|at| all.get(*at as usize)).map(|sight| (sight.status, sight.client)).collect();
            kinds.sort_unstable();
            kinds
        };
        let (line_kinds, request_kinds) = (of(&group.lines, lines), of(&group.requests, requests));
        let many = |kinds: &[(u16, u32)], kind: (u16, u32)| {
            kinds.partition_point(|other| *other <= kind) - kinds.partition_point(|other| *other < kind)
        };
        let room = PAIRS.saturating_sub(out.len());
        let mut add = |line_at: u32, request_at: u32| {
            let (line, request) = lines.get(line_at as usize).zip(requests.get(request_at as usize))?;
            let (ahead, share) = ahead(line, request).zip(likeness(line, request))?;
            // As many as look like this one; a hundred requests of one kind have ten thousand pairs.
            let kind = (line.status, line.client);
            let alike = if kind == (request.status, request.client) {
                many(&line_kinds, kind).max(many(&request_kinds, kind))
            } else {
                group.lines.len().max(group.requests.len())
            };
            let weight = WEIGHT / share / u32::try_from(alike.max(1)).unwrap_or(u32::MAX);
            out.push(Pair { ahead, resolution, weight: weight.max(1), line: line_at, request: request_at });
            Some(())
        };
        if group.lines.len().saturating_mul(group.requests.len()) <= room {
            for line in &group.lines {
                for request in &group.requests {
                    let _ = add(*line, *request);
                }
            }
        } else {
            for (line, request) in nearby(&group, lines, requests) {
                let _ = add(line, request);
            }
        }
    }
    out
}

/// Of a group too large to try all: its first requests, each with the lines that a synchronised clock allows.
fn nearby(group: &Group, lines: &[Sight], requests: &[Sight]) -> Vec<(u32, u32)> {
    let time = |sight: &Sight| if sight.by_end { sight.ended } else { sight.begun };
    let mut by_time: Vec<(Timestamp, u32)> =
        group.lines.iter().filter_map(|at| Some((time(lines.get(*at as usize)?)?, *at))).collect();
    by_time.sort_unstable();
    let mut out = Vec::new();
    for at in group.requests.iter().take(NEAREST) {
        for time in requests.get(*at as usize).into_iter().flat_map(|request| [request.begun, request.ended]).flatten()
        {
            let from = by_time.partition_point(|(line, _)| line.0 < time.0 - clock::NEAR);
            let near =
                by_time.get(from..).unwrap_or_default().iter().take_while(|(line, _)| line.0 <= time.0 + clock::NEAR);
            out.extend(near.take(PAIRS / NEAREST / 4).map(|(_, line)| (*line, *at)));
        }
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// How far the line stands ahead if both are one: by the end where the line's time is that of the end.
fn ahead(line: &Sight, request: &Sight) -> Option<i64> {
    let ends = line.ended.zip(request.ended);
    let begins = line.begun.zip(request.begun);
    if request.tunnel {
        // Some gateways log a tunnel when it is granted, others when it ends.
        let (line, request) = begins.or(ends.filter(|_| request.took().is_some_and(|took| took < SECOND)))?;
        return Some(line.since(request).0);
    }
    let (line, request) = if line.by_end { ends.or(begins) } else { begins.or(ends) }?;
    Some(line.since(request).0)
}

/// Into how many parts the weight of a pair is divided; `None` for one that is none.
fn likeness(line: &Sight, request: &Sight) -> Option<u32> {
    if other_query(line, request)
        || line.wanted.is_tunnel() != request.wanted.is_tunnel() && line.wanted.path != 0 && !request.attempt
    {
        return None;
    }
    let status = match statuses(line, request) {
        Statuses::Same => 1,
        Statuses::Unsaid => 2,
        Statuses::Failures => 4,
        Statuses::Other => return None,
    };
    let client = match (line.client, request.client) {
        (one, other) if one == other && one != 0 => 2,
        (0, _) | (_, 0) => 3,
        _ => 4,
    };
    let duration = match (line.took(), request.took()) {
        (Some(one), Some(other)) if !same_duration(one, other) && !request.attempt => 4,
        _ => 1,
    };
    let vague = if request.attempt || line.wanted == Wanted::default() { 2 } else { 1 };
    Some(status * client * duration * vague / 2)
}

fn same_duration(one: i64, other: i64) -> bool {
    (one - other).saturating_abs() <= (250 * MILLISECOND).max(one.saturating_abs() / 20)
}

fn other_query(line: &Sight, request: &Sight) -> bool {
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
fn misfit(line: &Sight, request: &Sight, ahead: Span, resolution: i64) -> Option<i64> {
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
    let sum = time.saturating_add(status).saturating_add(client).saturating_add(duration);
    (sum < REACH).then_some(sum)
}

/// For each line the request that it is, once the clocks are known.
pub fn assign(lines: &Lines, requests: &[Sight], ahead: Span) -> Vec<Option<u32>> {
    let (ways, resolution, lines) = (lines.ways(), lines.resolution, lines.sights.as_slice());
    let mut of_line: Vec<Option<u32>> = alloc::vec![None; lines.len()];
    let mut taken = alloc::vec![false; requests.len()];
    for by in ways {
        let free = |is_line: bool, at: u32| {
            let at = at as usize;
            if is_line { of_line.get(at) == Some(&None) } else { taken.get(at) == Some(&false) }
        };
        let mut found = Vec::new();
        for group in by.groups(lines, requests, free) {
            align(
                &group,
                lines,
                requests,
                &|line, request| misfit(line, request, ahead, resolution),
                ahead,
                &mut found,
            );
        }
        for (line, request) in found {
            if let (Some(of_line), Some(taken)) = (of_line.get_mut(line as usize), taken.get_mut(request as usize)) {
                *of_line = Some(request);
                *taken = true;
            }
        }
    }
    of_line
}

type Fits<'a> = &'a dyn Fn(&Sight, &Sight) -> Option<i64>;

/// Aligns a group. Between times at which nothing happens for long its parts do not matter to each other.
fn align(group: &Group, lines: &[Sight], requests: &[Sight], fits: Fits<'_>, ahead: Span, found: &mut Vec<(u32, u32)>) {
    let by_end = group.lines.first().and_then(|at| lines.get(*at as usize)).is_some_and(|line| line.by_end);
    let time = |sight: &Sight| if by_end { sight.ended.or(sight.begun) } else { sight.begun.or(sight.ended) };
    let mut all: Vec<(i64, bool, u32)> = Vec::with_capacity(group.lines.len() + group.requests.len());
    for at in &group.lines {
        let line = lines.get(*at as usize).and_then(time).map(|time| time.plus(Span(ahead.0.saturating_neg())));
        all.extend(line.map(|time| (time.0, true, *at)));
    }
    for at in &group.requests {
        all.extend(requests.get(*at as usize).and_then(time).map(|time| (time.0, false, *at)));
    }
    all.sort_unstable();
    for part in all.chunk_by(|(one, ..), (next, ..)| next - one <= 2 * REACH) {
        let of = |wanted: bool| -> Vec<u32> {
            part.iter().filter(|(_, is_line, _)| *is_line == wanted).map(|(.., at)| *at).collect()
        };
        let (these, those) = (of(true), of(false));
        let fit = |line: u32, request: u32| fits(lines.get(line as usize)?, requests.get(request as usize)?);
        if these.len().saturating_mul(those.len()) <= CELLS {
            best(&these, &those, &fit, found);
        } else {
            in_order(&these, &those, &fit, found);
        }
    }
}

/// The alignment with the least misfit and the most pairs.
fn best(lines: &[u32], requests: &[u32], fit: &dyn Fn(u32, u32) -> Option<i64>, found: &mut Vec<(u32, u32)>) {
    #[derive(Clone, Copy)]
    enum Step {
        Line,
        Request,
        Both,
    }
    let width = requests.len();
    let mut steps: Vec<Step> = Vec::with_capacity(lines.len() * width);
    let mut before: Vec<i64> = alloc::vec![0; width + 1];
    for line in lines {
        let mut row: Vec<i64> = Vec::with_capacity(width + 1);
        row.push(0);
        for (at, request) in requests.iter().enumerate() {
            let value = |row: &[i64], at: usize| row.get(at).copied().unwrap_or_default();
            let (skip_line, skip_request) = (value(&before, at + 1), value(&row, at));
            let both = fit(*line, *request).map(|misfit| value(&before, at) + REACH - misfit);
            let (most, step) = match both {
                Some(both) if both >= skip_line && both >= skip_request => (both, Step::Both),
                _ if skip_line >= skip_request => (skip_line, Step::Line),
                _ => (skip_request, Step::Request),
            };
            row.push(most);
            steps.push(step);
        }
        before = row;
    }
    let (mut line, mut request) = (lines.len(), width);
    while line > 0 && request > 0 {
        match steps.get((line - 1) * width + request - 1) {
            Some(Step::Both) => {
                line -= 1;
                request -= 1;
                if let (Some(line), Some(request)) = (lines.get(line), requests.get(request)) {
                    found.push((*line, *request));
                }
            }
            Some(Step::Line) => line -= 1,
            _ => request -= 1,
        }
    }
}

/// From left to right: each line takes the next request that fits.
fn in_order(lines: &[u32], requests: &[u32], fit: &dyn Fn(u32, u32) -> Option<i64>, found: &mut Vec<(u32, u32)>) {
    let mut next = 0;
    for line in lines {
        let rest = requests.get(next..).unwrap_or_default();
        if let Some(at) = rest.iter().take(NEAREST).position(|request| fit(*line, *request).is_some())
            && let Some(request) = rest.get(at)
        {
            found.push((*line, *request));
            next += at + 1;
        }
    }
}

/// For lines without a request: the tunnel, or the connection in TLS, that they may be inside of.
pub fn inside(lines: &[Sight], of_line: &[Option<u32>], requests: &[Sight], ahead: Span) -> Vec<Option<u32>> {
    let mut tunnels: Vec<(u32, u32, Timestamp, u32)> = (0..)
        .zip(requests)
        .filter(|(_, request)| request.tunnel)
        .filter_map(|(at, request)| Some((request.client, request.wanted.host, request.begun?, at)))
        .collect();
    tunnels.sort_unstable();
    let mut found: Vec<Option<u32>> = alloc::vec![None; lines.len()];
    if tunnels.is_empty() {
        return found;
    }
    for ((line, matched), found) in lines.iter().zip(of_line).zip(&mut found) {
        let Some(time) = line.begun.or(line.ended).filter(|_| matched.is_none()) else { continue };
        let time = time.plus(Span(ahead.0.saturating_neg()));
        let holds = |request: &Sight| {
            let open = request.begun.is_some_and(|begun| begun.0 - SECOND <= time.0)
                && request.ended.is_some_and(|ended| time.0 <= ended.0.saturating_add(REACH));
            // A request in the clear does not pass a CONNECT of its own host.
            open && (line.secure || line.wanted.is_tunnel() || !request.wanted.is_tunnel())
        };
        for host in [line.wanted.host, 0] {
            let upper = tunnels.partition_point(|(client, name, begun, _)| {
                (*client, *name, *begun) <= (line.client, host, time.plus(Span(SECOND)))
            });
            let same = tunnels.get(..upper).unwrap_or_default().iter().rev();
            let same = same.take_while(|(client, name, ..)| *client == line.client && *name == host).take(NEAREST);
            let mut open =
                same.filter_map(|(.., at)| Some((*at, requests.get(*at as usize).filter(|one| holds(one))?)));
            // A line that failed belongs to the tunnel that failed.
            let failed = open.clone().find(|(_, request)| line.exchange.is_some() == request.exchange.is_some());
            *found = failed.or_else(|| open.next()).map(|(at, _)| at);
            if found.is_some() {
                break;
            }
        }
    }
    found
}

/// For lines of an error log that were left over: the failed request of their client in whose time they were written, if
/// they name no other. A gateway may write several of one request.
pub fn during(lines: &Lines, of_line: &[Option<u32>], requests: &[Sight], ahead: Span) -> Vec<Option<u32>> {
    let failed = (0..).zip(requests).filter(|(_, request)| request.exchange.is_some() && request.client != 0);
    let mut by_client: Vec<(u32, Timestamp, u32)> =
        failed.filter_map(|(at, request)| Some((request.client, request.begun.or(request.ended)?, at))).collect();
    by_client.sort_unstable();
    let of = |line: &Sight| {
        let time = line.ended.or(line.begun)?.plus(Span(ahead.0.saturating_neg()));
        let upper =
            by_client.partition_point(|(client, begun, _)| (*client, *begun) <= (line.client, time.plus(Span(SECOND))));
        let same = by_client.get(..upper)?.iter().rev().take_while(|(client, ..)| *client == line.client).take(NEAREST);
        let open = same.filter_map(|(.., at)| {
            let request = requests.get(*at as usize)?;
            let (one, other) = (line.wanted, request.wanted);
            let same = one.path == other.path && (one.host == other.host || one.host == 0 || other.host == 0);
            let ended = request.ended.filter(|_| same || one == Wanted::default())?;
            let late = time.since(ended).0;
            (late <= SECOND).then_some((late.saturating_abs(), *at))
        });
        open.min().map(|(_, at)| at)
    };
    let left = |(line, met): (&Sight, &Option<u32>)| {
        if met.is_none() && line.client != 0 { of(line) } else { None }
    };
    lines.sights.iter().zip(of_line).map(left).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: i64) -> Option<Timestamp> {
        Some(Timestamp(milliseconds * MILLISECOND))
    }

    /// A request that fails after 20 ms, or its line, on a clock of its own.
    fn sight(milliseconds: i64, target: &str, status: u16) -> Sight {
        Sight {
            begun: at(milliseconds),
            ended: at(milliseconds + 20),
            by_end: true,
            client: 7,
            wanted: Wanted::new(Some("GET"), Some(target), Some("www.example.com")),
            status,
            exchange: Some(0),
            counts: true,
            ..Sight::default()
        }
    }

    fn lines(sights: Vec<Sight>) -> Lines {
        Lines { sights, resolution: 0, local: false, error: false }
    }

    fn whole_seconds(mut sight: Sight) -> Sight {
        sight.begun = None;
        sight.ended = sight.ended.map(|time| Timestamp(time.0.div_euclid(SECOND) * SECOND));
        sight
    }

    #[test]
    fn two_hundred_identical_failures_meet_their_lines_in_order() {
        let requests: Vec<Sight> = (0..200).map(|n| sight(n * 37, "/a", 503)).collect();
        let coarse: Vec<Sight> = requests.iter().map(|request| whole_seconds(*request)).collect();
        let mut log = Lines { resolution: SECOND, ..lines(coarse) };
        let Compared::Clock(clock) = compare(&mut log, &requests) else { panic!() };
        let found = assign(&log, &requests, clock.ahead);
        let wanted: Vec<Option<u32>> = (0..200).map(Some).collect();
        assert_eq!(found, wanted);
    }

    #[test]
    fn a_missing_line_does_not_shift_the_others() {
        let requests: Vec<Sight> = (0..50).map(|n| sight(n * 700, "/a", 503)).collect();
        let mut sights = requests.clone();
        sights.remove(20);
        let found = assign(&lines(sights), &requests, Span(0));
        let wanted: Vec<Option<u32>> = (0..50).filter(|n| *n != 20).map(Some).collect();
        assert_eq!(found, wanted);
    }

    #[test]
    fn what_contradicts_is_not_joined() {
        let request = [sight(0, "/a?x=1", 503)];
        let met = |line: Sight| assign(&lines([line].into()), &request, Span(0));
        assert_eq!(met(sight(100, "/a?x=1", 503)), [Some(0)]);
        assert_eq!(met(sight(100, "/a", 503)), [Some(0)], "the log leaves the query out");
        assert_eq!(met(sight(100, "/a?x=1", 504)), [Some(0)], "both are failures");
        assert_eq!(met(Sight { client: 9, ..sight(100, "/a?x=1", 503) }), [Some(0)], "behind a load balancer");
        assert_eq!(met(sight(100, "/a?x=2", 503)), [None]);
        assert_eq!(met(sight(100, "/b", 503)), [None]);
        assert_eq!(met(sight(9000, "/a?x=1", 503)), [None]);
        assert_eq!(met(sight(3000, "/a?x=1", 200)), [None]);
    }

    #[test]
    fn a_log_too_large_to_try_all_pairs_is_still_compared() {
        let requests: Vec<Sight> = (0..100).map(|n| sight(n * 137 + 900_000, "/a", 200)).collect();
        let all: Vec<Sight> = (0..60_000).map(|n| sight(n * 137 - 4_000_000, "/a", 200)).collect();
        let found = compare(&mut lines(all), &requests);
        let Compared::Clock(clock) = found else { panic!("{found:?}") };
        assert!(!clock.apart(), "{clock:?}");
    }

    #[test]
    fn lines_of_a_tunnel_find_it_by_client_and_time() {
        let tunnel = Sight {
            tunnel: true,
            wanted: Wanted::new(Some("CONNECT"), Some("www.example.com:443"), Some("www.example.com")),
            ended: at(5000),
            ..sight(0, "/", 200)
        };
        let line = |milliseconds, secure| Sight { secure, ..sight(milliseconds, "/a", 502) };
        let of = |line| inside(&[line], &[None], &[tunnel], Span(0));
        assert_eq!(of(line(3000, true)), [Some(0)]);
        assert_eq!(of(line(3000, false)), [None], "in the clear");
        assert_eq!(of(line(30_000, true)), [None], "the tunnel was closed");
        assert_eq!(of(Sight { client: 9, ..line(3000, true) }), [None], "another client");
    }
}
