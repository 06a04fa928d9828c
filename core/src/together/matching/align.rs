//! Once the clocks are known: each line gets the request that it is, one to one, in the order of time.

use crate::sorting::Sorting as _;
use alloc::vec::Vec;

use super::super::sight::Sight;
use super::groups::{Group, Lines, Requests};
use super::likeness::misfit;
use super::{NEAREST, REACH};
use crate::listed::Set;
use crate::time::Span;

/// Cells of one alignment; what is larger is aligned from left to right.
const CELLS: usize = 1 << 20;

/// For each line the request that it is, once the clocks are known.
pub fn assign(lines: &Lines, requests: &Requests, ahead: Span) -> Vec<Option<u32>> {
    let (ways, resolution, lines) = (lines.ways(), lines.resolution, lines.sights.as_slice());
    let mut of_line: Vec<Option<u32>> = alloc::vec![None; lines.len()];
    let mut taken: Set<u32> = Set::default();
    for by in ways {
        let free = |is_line: bool, at: u32| {
            if is_line { of_line.get(at as usize) == Some(&None) } else { !taken.contains(&at) }
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
            if let Some(of_line) = of_line.get_mut(line as usize) {
                *of_line = Some(request);
                taken.insert(request);
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
    all.order();
    for part in all.chunk_by(|(one, ..), (next, ..)| next.saturating_sub(*one) <= 2 * REACH) {
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
