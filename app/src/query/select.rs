//! Which requests a filter lets through.

use std::fmt::Write;

use gateway_triage_core::report::Report;

use super::book::Book;
use super::item::Item;
use super::{Between, Filter, Group};
use crate::verdicts;

/// The position of the verdict that each finding belongs to; `u32::MAX` where there is none.
#[must_use]
pub fn owners(report: &Report) -> Vec<u32> {
    let mut owners = vec![u32::MAX; report.findings.len()];
    for (position, verdict) in (0..).zip(&report.verdicts) {
        for index in &verdict.findings {
            if let Some(owner) = owners.get_mut(*index as usize) {
                *owner = position;
            }
        }
    }
    owners
}

/// Whether a time lies in a span.
#[must_use]
pub fn within(item: &Item<'_>, between: Option<Between>) -> bool {
    between.is_none_or(|(from, to)| from <= item.time && item.time < to)
}

/// Indices of the requests that a filter lets through, in their own order.
#[must_use]
pub fn select(book: Book<'_>, filter: &Filter) -> Vec<u32> {
    let words: Vec<String> = filter.text.split_whitespace().map(str::to_ascii_lowercase).collect();
    let owner = match filter.verdict.as_deref().map(|key| verdicts::find(book.report, key)) {
        None => None,
        Some(Some(position)) => u32::try_from(position).ok(),
        // A verdict that is no longer there has no requests.
        Some(None) => return Vec::new(),
    };
    let mut room = String::new();
    let mut passes = |item: &Item<'_>| {
        within(item, filter.between)
            && owner.is_none_or(|owner| book.owner(item) == Some(owner))
            && filter.failed.is_none_or(|failed| item.category.is_some() == failed)
            && filter.category.is_none_or(|category| item.category == Some(category))
            && filter.status.is_none_or(|status| item.status.unwrap_or(0) == status)
            && filter.group.as_ref().is_none_or(|(by, value)| is_of(item, *by, value, &mut room))
            && words.iter().all(|word| item.says(word, &mut room))
    };
    let all = 0..u32::try_from(book.len(filter.source)).unwrap_or(u32::MAX);
    all.filter(|index| book.item(filter.source, *index).is_some_and(|item| passes(&item))).collect()
}

/// As [`Item::group`], without a new text for each.
fn is_of(item: &Item<'_>, by: Group, value: &str, room: &mut String) -> bool {
    room.clear();
    match by {
        Group::Category => return item.category.map(|category| category.as_str()).unwrap_or_default() == value,
        Group::Host if !item.host.is_empty() => return item.host == value,
        Group::Host => _ = item.upstream.map(|upstream| write!(room, "{upstream}")),
        Group::Client => _ = item.client.map(|client| write!(room, "{client}")),
        Group::Status => _ = item.status.map(|status| write!(room, "{status}")),
    }
    room == value
}
