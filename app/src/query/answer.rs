//! Answers questions from the report, and remembers the order of the list asked about last: whoever scrolls asks for
//! the same list again and again.

use std::collections::BTreeMap;

use gateway_triage_core::report::Report;

use super::item::Item;
use super::order::Order;
use super::select::{owners, select, within};
use super::timeline::timeline;
use super::{Answer, Between, Counts, Filter, Group, Picked, Query, Rows, Sort};
use crate::verdicts;

/// Rows handed out at once.
const ROWS: u32 = 1_000;

/// What an order depends on.
type Wanted = (Filter, Sort, Option<Group>);

/// Answers about one report; another report needs another clerk.
#[derive(Default)]
pub struct Clerk {
    owners: Vec<u32>,
    last: Option<(Wanted, Order)>,
}

impl Clerk {
    /// For this report.
    #[must_use]
    pub fn new(report: &Report) -> Self {
        Self { owners: owners(report), last: None }
    }

    /// Answers a question.
    pub fn answer(&mut self, report: &Report, query: Query) -> Answer {
        match query {
            Query::Rows { list, from, count } => {
                let order = self.order(report, list.filter, list.sort, list.group);
                let place = usize::try_from(from).unwrap_or(usize::MAX);
                let (rows, total) = order.rows(report, &list.opened, place, count.min(ROWS) as usize);
                let (matching, all) = (order.len() as u64, report.findings.len() as u64);
                Answer::Rows(Rows { from, rows, total: total as u64, matching, all })
            }
            Query::Pick { filter, sort, at } => Answer::Picked(self.pick(report, filter, sort, at)),
            Query::Timeline { window, steps } => Answer::Timeline(timeline(report, window, steps)),
            Query::Counts { between } => Answer::Counts(self.counts(report, between)),
        }
    }

    fn order(&mut self, report: &Report, filter: Filter, sort: Sort, group: Option<Group>) -> &Order {
        let wanted = (filter, sort, group);
        if self.last.as_ref().is_some_and(|(known, _)| *known != wanted) {
            self.last = None;
        }
        let owners = &self.owners;
        let (_, order) = self.last.get_or_insert_with(|| {
            let order = Order::new(report, select(report, owners, &wanted.0), sort, group);
            (wanted, order)
        });
        order
    }

    fn pick(&mut self, report: &Report, filter: Filter, sort: Sort, at: u64) -> Option<Picked> {
        let order = self.order(report, filter, sort, None);
        let total = order.len();
        let at = usize::try_from(at).unwrap_or(usize::MAX).min(total.checked_sub(1)?);
        let index = order.get(at)? as usize;
        let verdict = report.verdicts.get(*self.owners.get(index)? as usize).map(verdicts::key)?;
        let finding = Box::new(report.findings.get(index)?.clone());
        Some(Picked { at: at as u64, total: total as u64, verdict, finding })
    }

    fn counts(&self, report: &Report, between: Option<Between>) -> Counts {
        let mut verdicts = vec![0; report.verdicts.len()];
        let (mut statuses, mut categories) = (BTreeMap::new(), BTreeMap::new());
        for (finding, owner) in report.findings.iter().zip(&self.owners) {
            if !within(&Item::from(finding), between) {
                continue;
            }
            if let Some(count) = verdicts.get_mut(*owner as usize) {
                *count += 1;
            }
            *statuses.entry(finding.status.unwrap_or(0)).or_insert(0) += 1;
            *categories.entry(finding.category).or_insert(0) += 1;
        }
        let mut categories: Vec<_> = categories.into_iter().collect();
        categories.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        Counts { verdicts, statuses: statuses.into_iter().collect(), categories }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{By, List, Row};
    use super::*;
    use crate::fixture;
    use gateway_triage_core::time::Span;

    fn rows(report: &Report, list: List, from: u64, count: u32) -> Rows {
        match Clerk::new(report).answer(report, Query::Rows { list, from, count }) {
            Answer::Rows(rows) => rows,
            other => panic!("{other:?}"),
        }
    }

    fn filtered(report: &Report, filter: Filter) -> u64 {
        rows(report, List { filter, ..List::default() }, 0, 0).matching
    }

    #[test]
    fn filters_hold_together() {
        let report = fixture::report();
        let all = report.findings.len() as u64;
        assert_eq!(filtered(&report, Filter::default()), all);
        for verdict in &report.verdicts {
            let key = Some(verdicts::key(verdict));
            let one = Filter { verdict: key.clone(), ..Filter::default() };
            assert_eq!(filtered(&report, one), verdict.findings.len() as u64);
            let other = Filter { verdict: key, text: "nowhere.invalid".to_owned(), ..Filter::default() };
            assert_eq!(filtered(&report, other), 0);
        }
        assert_eq!(filtered(&report, Filter { verdict: Some("none/such".to_owned()), ..Filter::default() }), 0);
        let host = report.findings[0].host.clone().expect("the first has a host");
        let found = filtered(&report, Filter { text: host.to_uppercase(), ..Filter::default() });
        let there = report.findings.iter().filter(|finding| finding.host.as_ref() == Some(&host)).count() as u64;
        assert!(found >= there && found < all, "{found} of {all}");
        let time = report.findings[0].time;
        let between = Some((time, time.plus(Span(1))));
        let now = report.findings.iter().filter(|finding| finding.time == time).count() as u64;
        assert_eq!(filtered(&report, Filter { between, ..Filter::default() }), now);
    }

    #[test]
    fn groups_count_what_stands_under_them() {
        let report = fixture::report();
        for group in Group::ALL {
            let closed = rows(&report, List { group: Some(group), ..List::default() }, 0, 1000);
            assert_eq!(closed.total, closed.rows.len() as u64);
            let mut opened = std::collections::BTreeSet::new();
            let mut sum = 0;
            for row in &closed.rows {
                let Row::Heading { value, count, open: false } = row else { panic!("{row:?}") };
                opened.insert(value.clone());
                sum += count;
                let one = Filter { group: Some((group, value.clone())), ..Filter::default() };
                assert_eq!(filtered(&report, one), *count, "{value}");
            }
            assert_eq!(sum, report.findings.len() as u64);
            let list = List { group: Some(group), opened, ..List::default() };
            let whole = rows(&report, list.clone(), 0, 1000);
            assert_eq!(whole.total, closed.total + sum);
            assert_eq!(whole.rows.len() as u64, whole.total);
            // Any window is a part of the whole.
            for from in 0..whole.total {
                let part = rows(&report, list.clone(), from, 3);
                let whole: Vec<_> = whole.rows.iter().skip(from as usize).take(3).collect();
                assert_eq!(part.rows.iter().collect::<Vec<_>>(), whole);
            }
        }
    }

    #[test]
    fn a_row_and_the_request_picked_at_its_place_are_the_same() {
        let report = fixture::report();
        for by in [By::Time, By::Host, By::Client, By::Status, By::Category, By::Took] {
            for descending in [false, true] {
                let sort = Sort { by, descending };
                let list = List { sort, ..List::default() };
                let mut clerk = Clerk::new(&report);
                for row in rows(&report, list, 0, 1000).rows {
                    let Row::Request(row) = row else { panic!("{row:?}") };
                    let query = Query::Pick { filter: Filter::default(), sort, at: row.at };
                    let Answer::Picked(Some(picked)) = clerk.answer(&report, query) else { panic!("nothing picked") };
                    let Picked { finding, verdict, total, .. } = picked;
                    assert_eq!((finding.time, Some(finding.category)), (row.time, row.category));
                    assert_eq!(finding.evidence.iter().find_map(|evidence| evidence.packet), row.packet);
                    assert!(verdict.starts_with(finding.category.as_str()));
                    assert_eq!(total, report.findings.len() as u64);
                }
            }
        }
    }

    #[test]
    fn what_is_not_known_stands_last_in_both_directions() {
        let mut report = fixture::report();
        report.findings[3].status = None;
        for descending in [false, true] {
            let list = List { sort: Sort { by: By::Status, descending }, ..List::default() };
            let statuses: Vec<Option<u16>> = rows(&report, list, 0, 1000)
                .rows
                .into_iter()
                .map(|row| if let Row::Request(row) = row { row.status } else { panic!("{row:?}") })
                .collect();
            let known = statuses.iter().position(Option::is_none).unwrap_or(statuses.len());
            assert!(statuses[known..].iter().all(Option::is_none), "{statuses:?}");
            assert!(statuses[..known].is_sorted_by(|a, b| if descending { a >= b } else { a <= b }), "{statuses:?}");
        }
    }

    #[test]
    fn counts_of_a_time_add_up() {
        let report = fixture::report();
        let clerk = Clerk::new(&report);
        let all = clerk.counts(&report, None);
        let lengths: Vec<u64> = report.verdicts.iter().map(|verdict| verdict.findings.len() as u64).collect();
        assert_eq!(all.verdicts, lengths);
        let first = report.findings[0].time;
        let early = clerk.counts(&report, Some((first, first.plus(Span(1)))));
        let now = report.findings.iter().filter(|finding| finding.time == first).count() as u64;
        assert_eq!(early.verdicts.iter().sum::<u64>(), now);
        assert_eq!(early.statuses.iter().map(|(_, count)| count).sum::<u64>(), now);
        assert_eq!(early.categories.iter().map(|(_, count)| count).sum::<u64>(), now);
    }
}
