//! What the reader of the page has set of lists, and which request of which list is shown.
//!
//! The lists themselves are with the worker: see [`crate::query`].

use std::collections::BTreeMap;

use leptos::prelude::*;

use crate::focus;
use crate::protocol::{Ask, Listing};
use crate::query::{Answer, Between, Counts, Filter, List, Picked, Query, Sort, Source};
use crate::state::App;

/// What an open case shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// The verdicts, and one of them.
    #[default]
    Verdicts,
    /// All failed requests.
    Failures,
    /// All requests.
    Exchanges,
}

/// The request shown, by its place in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The list it is walked through.
    pub filter: Filter,
    /// And its order.
    pub sort: Sort,
    /// The list that it was opened from; without it, its verdict's requests are walked through.
    pub of_list: Option<View>,
    /// The request; none where the list is empty.
    pub picked: Option<Picked>,
}

impl Place {
    /// Whether it belongs to this verdict.
    #[must_use]
    pub fn is_of(&self, verdict: &str) -> bool {
        match &self.picked {
            Some(picked) => picked.verdict == verdict,
            None => self.filter.verdict.as_deref() == Some(verdict),
        }
    }
}

/// Every request, in order of time.
fn all_requests() -> List {
    List { filter: Filter { source: Source::Exchanges, ..Filter::default() }, ..List::default() }
}

/// Takes the answer to a [`Query`].
type Waiting = Box<dyn FnOnce(Answer)>;

/// Signals only, so it is copied freely.
#[derive(Clone, Copy, Default)]
pub struct Lists {
    /// What is shown.
    pub view: RwSignal<View>,
    /// The time picked in the timeline.
    pub between: RwSignal<Option<Between>>,
    /// The time that the timeline shows, where it is not all.
    pub window: RwSignal<Option<Between>>,
    /// What failed in the time picked.
    pub counts: RwSignal<Counts>,
    /// The list of failed requests; [`Lists::between`] is not in it.
    pub failures: RwSignal<List>,
    /// The row of it that the keyboard is at.
    pub row: RwSignal<u64>,
    /// The list of all requests.
    pub exchanges: RwSignal<List>,
    /// The row of it that the keyboard is at.
    pub exchange: RwSignal<u64>,
    /// Whether that list is there.
    pub listing: RwSignal<Listing>,
    /// The request that the verdict view shows.
    pub place: RwSignal<Option<Place>>,
    /// Counts the requests asked for: only the last one is wanted.
    steps: StoredValue<u32>,
    waiting: StoredValue<Queue, LocalStorage>,
}

/// Questions under way.
#[derive(Default)]
struct Queue {
    number: u32,
    waiting: BTreeMap<u32, Waiting>,
}

impl Lists {
    /// As a case begins.
    #[must_use]
    pub fn new() -> Self {
        let lists = Self::default();
        lists.reset();
        lists
    }

    /// For another case.
    pub fn reset(self) {
        self.view.set(View::default());
        self.between.set(None);
        self.window.set(None);
        self.counts.set(Counts::default());
        self.failures.set(List::default());
        self.row.set(0);
        self.exchanges.set(all_requests());
        self.exchange.set(0);
        self.place.set(None);
        self.forget();
    }

    /// No answer will come to what was asked so far.
    pub fn forget(self) {
        self.waiting.update_value(|queue| queue.waiting.clear());
    }

    /// The list of a source.
    #[must_use]
    pub const fn of(self, source: Source) -> (RwSignal<List>, RwSignal<u64>) {
        match source {
            Source::Failures => (self.failures, self.row),
            Source::Exchanges => (self.exchanges, self.exchange),
        }
    }

    /// The same, narrowed to the time picked.
    #[must_use]
    pub fn list(self, source: Source) -> List {
        let mut list = self.of(source).0.get();
        list.filter.between = self.between.get();
        list
    }

    /// An answer has come.
    pub fn hear(self, number: u32, answer: Answer) {
        let waiting = self.waiting.try_update_value(|queue| queue.waiting.remove(&number)).flatten();
        if let Some(waiting) = waiting {
            waiting(answer);
        }
    }
}

impl App {
    /// Asks the report something. Where it was lost with its worker, no answer comes.
    pub fn query(self, query: Query, answer: impl FnOnce(Answer) + 'static) {
        if self.lost.get_untracked() {
            return;
        }
        let number = self.lists.waiting.try_update_value(|queue| {
            queue.number += 1;
            queue.waiting.insert(queue.number, Box::new(answer));
            queue.number
        });
        if let Some(number) = number {
            self.ask(Ask::Query { number, query }, Vec::new());
        }
    }

    /// Shows the request at a place of a list, `then` does something more. What was asked for last is what is shown.
    pub fn go_to(self, (filter, sort): (Filter, Sort), of_list: Option<View>, at: u64, then: impl FnOnce() + 'static) {
        let query = Query::Pick { filter: filter.clone(), sort, at };
        self.show_one((filter, sort), of_list, query, then);
    }

    /// Shows a finding among all failed requests.
    pub fn go_to_finding(self, finding: u32, then: impl FnOnce() + 'static) {
        let (filter, sort) = (Filter::default(), Sort::default());
        let query = Query::Find { filter: filter.clone(), sort, finding };
        self.show_one((filter, sort), Some(View::Exchanges), query, then);
    }

    fn show_one(
        self,
        (filter, sort): (Filter, Sort),
        of_list: Option<View>,
        query: Query,
        then: impl FnOnce() + 'static,
    ) {
        let lists = self.lists;
        let Some(step) = lists.steps.try_update_value(|step| {
            *step += 1;
            *step
        }) else {
            return;
        };
        self.query(query, move |answer| {
            let Answer::Picked(picked) = answer else { return };
            if lists.steps.try_get_value() != Some(step) {
                return;
            }
            let verdict = picked.as_ref().map(|picked| picked.verdict.clone());
            lists.place.set(Some(Place { filter, sort, of_list, picked }));
            if let Some(verdict) = verdict.filter(|_| of_list.is_some())
                && self.selected.get_untracked().as_ref() != Some(&verdict)
            {
                focus::replace_fragment(&untrack(|| self.link_to(&verdict)));
                self.selected.set(Some(verdict));
            }
            then();
        });
    }

    /// Keeps the counts of a source in step with the report and the time picked.
    pub fn keep_counts(self, source: Source, kept: RwSignal<Counts>) {
        let lists = self.lists;
        Effect::new(move || {
            self.report.track();
            let between = lists.between.get();
            self.query(Query::Counts { source, between }, move |answer| {
                if let Answer::Counts(counts) = answer
                    && lists.between.get_untracked() == between
                {
                    let _ = kept.try_set(counts);
                }
            });
        });
    }

    /// Keeps the request shown in step with the verdict, the report and the time picked.
    pub fn keep_place(self, verdict: Memo<Option<String>>, several: Memo<bool>) {
        let lists = self.lists;
        Effect::new(move || {
            self.report.track();
            let between = lists.between.get();
            let several = several.get();
            let Some(verdict) = verdict.get() else { return };
            let place = lists.place.get_untracked().filter(|place| place.is_of(&verdict));
            match place {
                Some(Place { filter, sort, of_list, picked: Some(picked) })
                    if of_list.is_some() || filter.between == between =>
                {
                    self.go_to((filter, sort), of_list, picked.at, || {});
                }
                // The only one is in the excerpt.
                _ if !several => lists.place.set(None),
                _ => {
                    let filter = Filter { verdict: Some(verdict), between, ..Filter::default() };
                    self.go_to((filter, Sort::default()), None, 0, || {});
                }
            }
        });
    }
}
