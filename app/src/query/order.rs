//! The order of a list: sorted, and put under headings.

use gateway_triage_core::sorting::Sorting as _;
use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};

use gateway_triage_core::time::Span;

use super::book::Book;
use super::item::Item;
use super::select::select;
use super::{By, Exchange, Filter, Group, Row, Sort, Source};

/// A list in its order.
#[derive(Default)]
pub struct Order {
    source: Source,
    /// Indices of the requests; those of one group beside each other.
    requests: Vec<u32>,
    /// The headings, in order: value, and how many requests stand under it.
    headings: Option<Vec<(String, usize)>>,
}

impl Order {
    /// Sorts and groups what was selected.
    #[must_use]
    pub fn new(book: Book<'_>, filter: &Filter, sort: Sort, group: Option<Group>) -> Self {
        let source = filter.source;
        let mut selected = select(book, filter);
        sorted(book, source, &mut selected, sort);
        let Some(group) = group else { return Self { source, requests: selected, headings: None } };
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut groups: Vec<(String, Vec<u32>)> = Vec::new();
        for index in selected {
            let Some(item) = book.item(source, index) else { continue };
            let place = *places.entry(item.group(group)).or_insert_with_key(|value| {
                groups.push((value.clone(), Vec::new()));
                groups.len() - 1
            });
            if let Some((_, members)) = groups.get_mut(place) {
                members.push(index);
            }
        }
        groups.order_by(|(a, one), (b, other)| other.len().cmp(&one.len()).then_with(|| a.cmp(b)));
        let headings = groups.iter().map(|(value, members)| (value.clone(), members.len())).collect();
        let requests = groups.into_iter().flat_map(|(_, members)| members).collect();
        Self { source, requests, headings: Some(headings) }
    }

    /// How many requests it holds.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.requests.len()
    }

    /// The place of a request.
    #[must_use]
    pub fn find(&self, index: u32) -> Option<usize> {
        self.requests.iter().position(|known| *known == index)
    }

    /// The request at a place.
    #[must_use]
    pub fn get(&self, at: usize) -> Option<u32> {
        self.requests.get(at).copied()
    }

    /// Some rows, headings included, and how many there are.
    #[must_use]
    pub fn rows(&self, book: Book<'_>, opened: &BTreeSet<String>, from: usize, count: usize) -> (Vec<Row>, usize) {
        let Some(headings) = &self.headings else {
            return (self.requests(book, None, 0, from, count).collect(), self.requests.len());
        };
        let (mut rows, mut row, mut before) = (Vec::new(), 0_usize, 0);
        let end = from.saturating_add(count);
        for (value, members) in headings {
            let open = opened.contains(value);
            if (from..end).contains(&row) {
                rows.push(Row::Heading { value: value.clone(), count: *members as u64, open });
            }
            row += 1;
            if open {
                let begin = from.max(row);
                let stop = end.min(row + members);
                if begin < stop {
                    rows.extend(self.requests(book, Some(value), before, begin - row, stop - begin));
                }
                row += members;
            }
            before += members;
        }
        (rows, row)
    }

    /// Requests of the group that begins at `first`.
    fn requests<'a>(
        &'a self,
        book: Book<'a>,
        group: Option<&'a String>,
        first: usize,
        from: usize,
        count: usize,
    ) -> impl Iterator<Item = Row> + 'a {
        let indices = self.requests.iter().skip(first.saturating_add(from)).take(count);
        (from as u64..).zip(indices).filter_map(move |(at, index)| {
            Some(Row::Request(Box::new(book.item(self.source, *index)?.request(at, group.cloned()))))
        })
    }
}

/// Sorts indices; equals stay as they are.
fn sorted(book: Book<'_>, source: Source, indices: &mut [u32], sort: Sort) {
    let key = |compare: fn(&Item<'_>, &Item<'_>, bool) -> Ordering| {
        move |a: &u32, b: &u32| match (book.item(source, *a), book.item(source, *b)) {
            (Some(a), Some(b)) => compare(&a, &b, sort.descending),
            _ => Ordering::Equal,
        }
    };
    match sort.by {
        By::Time => indices.order_by(key(|a, b, down| known_first(Some(a.time), Some(b.time), down))),
        By::Host => indices.order_by(key(|a, b, down| known_first(named(a.host), named(b.host), down))),
        By::Client => indices.order_by(key(|a, b, down| known_first(a.client, b.client, down))),
        By::Status => indices.order_by(key(|a, b, down| known_first(a.status, b.status, down))),
        By::Category => indices.order_by(key(|a, b, down| known_first(a.category, b.category, down))),
        By::Dns => indices.order_by(key(|a, b, down| known_first(phase(a, |e| e.dns), phase(b, |e| e.dns), down))),
        By::Connect => {
            indices.order_by(key(|a, b, down| known_first(phase(a, |e| e.connect), phase(b, |e| e.connect), down)));
        }
        By::Tls => indices.order_by(key(|a, b, down| known_first(phase(a, |e| e.tls), phase(b, |e| e.tls), down))),
        By::FirstByte => {
            indices
                .order_by(key(|a, b, down| known_first(phase(a, |e| e.first_byte), phase(b, |e| e.first_byte), down)));
        }
        By::Took => indices.order_by(key(|a, b, down| known_first(a.took, b.took, down))),
    }
}

fn phase(item: &Item<'_>, which: fn(Exchange) -> Option<Span>) -> Option<Span> {
    item.exchange.and_then(which)
}

fn named(host: &str) -> Option<&str> {
    (!host.is_empty()).then_some(host)
}

/// What is not known stands last, in either direction.
fn known_first<T: Ord>(a: Option<T>, b: Option<T>, descending: bool) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) if descending => b.cmp(&a),
        (Some(a), Some(b)) => a.cmp(&b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}
