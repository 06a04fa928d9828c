//! How to find an answer out, and what to collect: from the products' own tests and recordings.

use alloc::vec::Vec;

use super::{Given, Question};
use crate::categories::Id;
use crate::products::{self, Facts, Id as Product, Seen};
use crate::report::Check;

/// Tests of a product shown for one question.
const OWN: usize = 4;

/// How to find out at this gateway: its own tests where it has such, else what holds for any.
#[must_use]
pub fn how(question: &Question, product: Option<Product>, facts: &Facts) -> Vec<Check> {
    if question.id == super::content::PATIENCE.id {
        let changes = products::changes(product, Id::ResponseTimeout, facts);
        if !changes.is_empty() {
            return changes;
        }
    }
    if question.id == super::names::HOSTS.id {
        let changes = products::changes(product, Id::DnsNxdomain, facts);
        let hosts: Vec<Check> = changes.into_iter().filter(|change| mentions(change, "hosts")).collect();
        if !hosts.is_empty() {
            return hosts;
        }
    }
    let mut own: Vec<Check> = Vec::new();
    for (ids, words) in question.own {
        for test in products::tests_of(product, ids, facts)
            .into_iter()
            .filter(|test| words.iter().any(|word| mentions(test, word)))
        {
            if !own.contains(&test) {
                own.push(test);
            }
        }
    }
    own.truncate(OWN);
    if own.is_empty() {
        return question.how.iter().map(|test| products::filled(test, product, facts)).collect();
    }
    own
}

fn mentions(test: &Check, word: &str) -> bool {
    let in_it = |text: &Option<alloc::string::String>| text.as_deref().is_some_and(|text| text.contains(word));
    test.text.contains(word) || in_it(&test.command) || in_it(&test.path)
}

/// What to record next, for what is left.
#[must_use]
pub fn collect(given: &Given, facts: &Facts) -> Vec<Check> {
    let list = given.list();
    let left: Vec<Id> = Given::left(&list).iter().map(|standing| standing.category).collect();
    let seen = Seen { candidates: &left, ..Seen::default() };
    products::advise(Id::Undetermined, given.product, &seen, facts).capture
}
