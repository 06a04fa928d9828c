//! Answers questions from the report, and remembers the order of the list asked about last: whoever scrolls asks for
//! the same list again and again.

use gateway_triage_core::sorting::Sorting as _;
use std::collections::BTreeMap;

use gateway_triage_core::exchanges::Row as Exchange;
use gateway_triage_core::report::Report;

use super::book::Book;
use super::order::Order;
use super::select::{owners, within};
use super::timeline::timeline;
use super::{Answer, Between, Counts, Filter, Group, Picked, Query, Rows, Sort, Source};
use crate::verdicts;

/// Rows handed out at once.
const ROWS: u32 = 1_000;

/// What an order depends on.
type Wanted = (Filter, Sort, Option<Group>);

/// Answers about one report; another report needs another clerk.
#[derive(Default)]
pub struct Clerk {
    owners: Vec<u32>,
    exchanges: Vec<Exchange>,
    last: Option<(Wanted, Order)>,
}

impl Clerk {
    /// For this report, and all exchanges if they were listed.
    #[must_use]
    pub fn new(report: &Report, exchanges: Vec<Exchange>) -> Self {
        Self { owners: owners(report), exchanges, last: None }
    }

    /// Answers a question.
    pub fn answer(&mut self, report: &Report, query: Query) -> Answer {
        match query {
            Query::Rows { list, from, count } => {
                let all = self.book(report).len(list.filter.source) as u64;
                let (order, book) = self.order(report, list.filter, list.sort, list.group);
                let place = usize::try_from(from).unwrap_or(usize::MAX);
                let (rows, total) = order.rows(book, &list.opened, place, count.min(ROWS) as usize);
                Answer::Rows(Rows { from, rows, total: total as u64, matching: order.len() as u64, all })
            }
            Query::Pick { filter, sort, at } => Answer::Picked(self.pick(report, filter, sort, |order| {
                Some(usize::try_from(at).unwrap_or(usize::MAX).min(order.len().checked_sub(1)?))
            })),
            Query::Find { filter, sort, finding } => {
                Answer::Picked(self.pick(report, filter, sort, |order| order.find(finding)))
            }
            Query::Timeline { window, steps } => Answer::Timeline(timeline(report, window, steps)),
            Query::Counts { source, between } => Answer::Counts(self.counts(report, source, between)),
        }
    }

    fn book<'a>(&'a self, report: &'a Report) -> Book<'a> {
        Book { report, exchanges: &self.exchanges, owners: &self.owners }
    }

    fn order<'a>(
        &'a mut self,
        report: &'a Report,
        filter: Filter,
        sort: Sort,
        group: Option<Group>,
    ) -> (&'a Order, Book<'a>) {
        let wanted = (filter, sort, group);
        if self.last.as_ref().is_some_and(|(known, _)| *known != wanted) {
            self.last = None;
        }
        let book = Book { report, exchanges: &self.exchanges, owners: &self.owners };
        let (_, order) = self.last.get_or_insert_with(|| {
            let order = Order::new(book, &wanted.0, sort, group);
            (wanted, order)
        });
        (order, book)
    }

    /// A failed request of a list; of the others there is no more to tell.
    fn pick(
        &mut self,
        report: &Report,
        filter: Filter,
        sort: Sort,
        place: impl Fn(&Order) -> Option<usize>,
    ) -> Option<Picked> {
        let source = filter.source;
        let (order, book) = self.order(report, filter, sort, None);
        let at = place(order)?;
        let item = book.item(source, order.get(at)?)?;
        let verdict = report.verdicts.get(book.owner(&item)? as usize).map(verdicts::key)?;
        let finding = Box::new(report.findings.get(item.finding? as usize)?.clone());
        Some(Picked { at: at as u64, total: order.len() as u64, verdict, finding })
    }

    fn counts(&self, report: &Report, source: Source, between: Option<Between>) -> Counts {
        let book = self.book(report);
        let mut verdicts = vec![0; report.verdicts.len()];
        let (mut statuses, mut categories) = (BTreeMap::new(), BTreeMap::new());
        let all = 0..u32::try_from(book.len(source)).unwrap_or(u32::MAX);
        for item in all.filter_map(|index| book.item(source, index)).filter(|item| within(item, between)) {
            if let Some(count) = book.owner(&item).and_then(|owner| verdicts.get_mut(owner as usize)) {
                *count += 1;
            }
            *statuses.entry(item.status.unwrap_or(0)).or_insert(0) += 1;
            if let Some(category) = item.category {
                *categories.entry(category).or_insert(0) += 1;
            }
        }
        let mut categories: Vec<_> = categories.into_iter().collect();
        categories.order_by_key(|(_, count)| std::cmp::Reverse(*count));
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
        match Clerk::new(report, Vec::new()).answer(report, Query::Rows { list, from, count }) {
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
                let mut clerk = Clerk::new(&report, Vec::new());
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
        let clerk = Clerk::new(&report, Vec::new());
        let all = clerk.counts(&report, Source::Failures, None);
        let lengths: Vec<u64> = report.verdicts.iter().map(|verdict| verdict.findings.len() as u64).collect();
        assert_eq!(all.verdicts, lengths);
        let first = report.findings[0].time;
        let early = clerk.counts(&report, Source::Failures, Some((first, first.plus(Span(1)))));
        let now = report.findings.iter().filter(|finding| finding.time == first).count() as u64;
        assert_eq!(early.verdicts.iter().sum::<u64>(), now);
        assert_eq!(early.statuses.iter().map(|(_, count)| count).sum::<u64>(), now);
        assert_eq!(early.categories.iter().map(|(_, count)| count).sum::<u64>(), now);
    }

    /// The second finding among two requests that went well.
    fn exchanges(report: &Report) -> Vec<Exchange> {
        let row = |packet, total: i64, finding| Exchange {
            input: 0,
            packet: Some(packet),
            line: None,
            offset: packet * 100,
            length: 60,
            time: report.findings[1].time,
            client: None,
            host: "www.example.com".to_owned(),
            method: "GET".to_owned(),
            target: "/".to_owned(),
            status: Some(200),
            dns: (packet == 7).then_some(Span::milliseconds(3)),
            connect: None,
            tls: None,
            first_byte: Some(Span::milliseconds(total - 1)),
            total: Some(Span::milliseconds(total)),
            finding,
        };
        vec![row(4, 20, None), row(7, 900, None), row(9, 50, Some(1))]
    }

    #[test]
    fn all_requests_are_one_more_source() {
        let report = fixture::report();
        let mut clerk = Clerk::new(&report, exchanges(&report));
        let whole = Filter { source: Source::Exchanges, ..Filter::default() };
        let mut packets = |filter: &Filter, by: By| -> Vec<u64> {
            let sort = Sort { by, descending: true };
            let list = List { filter: filter.clone(), sort, ..List::default() };
            let Answer::Rows(rows) = clerk.answer(&report, Query::Rows { list, from: 0, count: 10 }) else {
                panic!("no rows");
            };
            assert_eq!(rows.all, 3);
            rows.rows
                .iter()
                .filter_map(|row| if let Row::Request(request) = row { request.packet } else { None })
                .collect()
        };
        assert_eq!(packets(&whole, By::Took), [7, 9, 4]);
        assert_eq!(packets(&whole, By::FirstByte), [7, 9, 4]);
        // What was not seen stands last.
        assert_eq!(packets(&whole, By::Dns), [7, 4, 9]);
        assert_eq!(packets(&Filter { failed: Some(true), ..whole.clone() }, By::Time), [9]);
        assert_eq!(packets(&Filter { failed: Some(false), ..whole.clone() }, By::Time), [4, 7]);
        let owner = report.verdicts.iter().find(|verdict| verdict.findings.contains(&1)).map(verdicts::key);
        assert_eq!(packets(&Filter { verdict: owner, ..whole.clone() }, By::Time), [9]);
        // A request that went well has no verdict to go to; of one that failed the finding is picked.
        let pick = |at| Query::Pick { filter: whole.clone(), sort: Sort::default(), at };
        assert_eq!(clerk.answer(&report, pick(0)), Answer::Picked(None));
        let Answer::Picked(Some(picked)) = clerk.answer(&report, pick(2)) else { panic!("nothing picked") };
        assert_eq!(*picked.finding, report.findings[1]);
        let find = Query::Find { filter: Filter::default(), sort: Sort::default(), finding: 1 };
        let Answer::Picked(Some(picked)) = clerk.answer(&report, find) else { panic!("nothing found") };
        assert_eq!((picked.at, &*picked.finding), (1, &report.findings[1]));
    }
}
