//! How each category stands after the answers, and whether the answers can all be true.

use crate::sorting::Sorting as _;
use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::{Answer, Bearing, Given, Question, Told};
use crate::categories::Id;

/// Where a category stands. The order is that of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// More answers speak for it than against it.
    Fits,
    /// Nothing is said either way, or as much for it as against it.
    Open,
    /// More answers speak against it than for it; it stays possible.
    Unlikely,
    /// An answer rules it out.
    Out,
}

/// Why it stands there: one answer.
#[derive(Clone)]
pub struct Reason {
    /// To this question.
    pub question: &'static Question,
    /// This answer.
    pub answer: &'static Answer,
    /// Speaks which way.
    pub bearing: Bearing,
    /// Because of this.
    pub why: Cow<'static, str>,
    /// By this document, or practice.
    pub source: Cow<'static, str>,
}

/// A category after the answers.
#[derive(Clone)]
pub struct Standing {
    /// Which.
    pub category: Id,
    /// Where it stands.
    pub place: Place,
    /// Answers for it less those against it.
    pub points: i32,
    /// Why, in the order of the answers.
    pub reasons: Vec<Reason>,
}

/// Answers that cannot all be true.
pub struct Contradiction {
    /// What the answer to this question speaks for …
    pub answer: &'static Question,
    /// … the answers to these rule out: no more than it takes.
    pub by: Vec<&'static Question>,
}

impl Given {
    /// Every category but `undetermined`: what fits best first, then in the order of the contract.
    #[must_use]
    pub fn list(&self) -> Vec<Standing> {
        let told: Vec<_> = self.told().collect();
        let mut list: Vec<Standing> = Id::ALL
            .iter()
            .filter(|id| id.category().is_some())
            .map(|id| {
                let reasons = told.iter().filter_map(|(question, answer, told)| {
                    let told = told.iter().find(|told| told.category == *id)?;
                    Some(Reason {
                        question,
                        answer,
                        bearing: told.bearing,
                        why: told.why.clone(),
                        source: told.source.clone(),
                    })
                });
                standing(*id, reasons.collect())
            })
            .collect();
        list.order_by_key(|standing| (standing.place, -standing.points));
        list
    }

    /// What is left: all that fits or is open; if there is none, what is merely unlikely.
    #[must_use]
    pub fn left(list: &[Standing]) -> &[Standing] {
        let many = |place| list.iter().take_while(|standing| standing.place <= place).count();
        match many(Place::Open) {
            0 => list.get(..many(Place::Unlikely)),
            some => list.get(..some),
        }
        .unwrap_or_default()
    }

    /// Those of a list that fit best: the most answers speak for them.
    #[must_use]
    pub fn best(list: &[Standing]) -> &[Standing] {
        let Some(most) = list.first().filter(|first| first.place == Place::Fits).map(|first| first.points) else {
            return &[];
        };
        let many = list.iter().take_while(|one| one.place == Place::Fits && one.points == most).count();
        list.get(..many).unwrap_or_default()
    }

    /// An answer of which nothing is left, because others rule out all that it speaks for; `None` while the answers can
    /// all be true.
    #[must_use]
    pub fn contradiction(&self) -> Option<Contradiction> {
        let told: Vec<_> = self.told().collect();
        let of = |told: &[Told], bearing| -> Vec<Id> {
            told.iter().filter(|told| told.bearing == bearing).map(|told| told.category).collect()
        };
        let ruled: Vec<_> = told.iter().map(|(question, _, told)| (*question, of(told, Bearing::RulesOut))).collect();
        told.iter().find_map(|(answer, _, told)| {
            let supported = of(told, Bearing::Supports);
            let mut by: Vec<_> = ruled.iter().filter(|(question, _)| question.id != answer.id).collect();
            if supported.is_empty() || !rule_out(&by, &supported) {
                return None;
            }
            // Whatever the others do without goes.
            let mut at = 0;
            while at < by.len() {
                let one = by.remove(at);
                if !rule_out(&by, &supported) {
                    by.insert(at, one);
                    at += 1;
                }
            }
            Some(Contradiction { answer, by: by.into_iter().map(|(question, _)| *question).collect() })
        })
    }
}

/// Whether these answers rule out all of these.
fn rule_out(answers: &[&(&'static Question, Vec<Id>)], all: &[Id]) -> bool {
    all.iter().all(|id| answers.iter().any(|(_, out)| out.contains(id)))
}

fn standing(category: Id, reasons: Vec<Reason>) -> Standing {
    let mut points = 0;
    let mut out = false;
    for reason in &reasons {
        match reason.bearing {
            Bearing::Supports => points += 1,
            Bearing::Against => points -= 1,
            Bearing::RulesOut => out = true,
        }
    }
    let place = match points {
        _ if out => Place::Out,
        1.. => Place::Fits,
        0 => Place::Open,
        _ => Place::Unlikely,
    };
    Standing { category, place, points, reasons }
}
