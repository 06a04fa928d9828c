//! Which lines may be which requests while the clocks are not known yet: their pairs vote on the clock.

use crate::sorting::Sorting as _;
use alloc::vec::Vec;

use super::super::clock::{self, Compared, Pair, WEIGHT};
use super::super::sight::Sight;
use super::super::wanted::Wanted;
use super::NEAREST;
use super::groups::{Group, Lines, Requests};
use super::likeness::{Statuses, other_query, same_duration, statuses};
use crate::time::{SECOND, Timestamp};

/// Pairs that vote on a clock: more make it no surer.
const PAIRS: usize = 1 << 18;

/// Compares the clock of lines with that of requests. Lines that say one time, and not of what, are settled on the way.
pub fn compare(lines: &mut Lines, requests: &Requests) -> Compared {
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
fn pairs(lines: &Lines, requests: &Requests) -> Vec<Pair> {
    let mut out = Vec::new();
    let (ways, resolution, lines) = (lines.ways(), lines.resolution, lines.sights.as_slice());
    let mut groups: Vec<Group> = ways.iter().flat_map(|by| by.groups(lines, requests, |_, _| true)).collect();
    groups.order_by_key(|group| group.lines.len().saturating_mul(group.requests.len()));
    for group in groups {
        let of = |list: &[u32], all: &'_ [Sight]| {
            let mut kinds: Vec<(u16, u32)> =
                list.iter().filter_map(|at| all.get(*at as usize)).map(|sight| (sight.status, sight.client)).collect();
            kinds.order();
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
    by_time.order();
    let mut out = Vec::new();
    for at in group.requests.iter().take(NEAREST) {
        for time in requests.get(*at as usize).into_iter().flat_map(|request| [request.begun, request.ended]).flatten()
        {
            let from = by_time.partition_point(|(line, _)| line.0 < time.0.saturating_sub(clock::NEAR));
            let near =
                by_time.get(from..).unwrap_or_default().iter().take_while(|(line, _)| line.0 <= time.0 + clock::NEAR);
            out.extend(near.take(PAIRS / NEAREST / 4).map(|(_, line)| (*line, *at)));
        }
    }
    out.order();
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
    let vague = if request.attempt || request.vague || line.wanted == Wanted::default() { 2 } else { 1 };
    Some(status * client * duration * vague / 2)
}
