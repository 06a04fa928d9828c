//! The answers of one reader: set, changed, taken back, and written into a link.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Answer, Question, TABLE, Told, told};
use crate::products;

/// In a link: the reader does not know.
pub const UNKNOWN: &str = "-";

/// Answers in the order in which they were given, each question once.
#[derive(Clone, Default)]
pub struct Given {
    /// The gateway's product; the answer to the question `product`.
    pub product: Option<products::Id>,
    answers: Vec<(&'static Question, Option<&'static Answer>)>,
}

impl Given {
    /// Reads `status:504,time:at-once,dns:-`. What is not known here is left out: links may be older or newer than the page.
    #[must_use]
    pub fn parse(product: Option<products::Id>, text: &str) -> Self {
        let mut given = Self { product, answers: Vec::new() };
        for (question, answer) in text.split(',').filter_map(|pair| pair.split_once(':')) {
            given.set(question, answer);
        }
        given
    }

    /// As [`Self::parse`] reads it; the product stands elsewhere in a link.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (question, answer) in &self.answers {
            if !text.is_empty() {
                text.push(',');
            }
            text.push_str(question.id);
            text.push(':');
            text.push_str(answer.map_or(UNKNOWN, |answer| answer.id));
        }
        text
    }

    /// Gives an answer, in place of an earlier one to the same question. Another product keeps the answers that it has too.
    pub fn set(&mut self, question: &str, answer: &str) {
        let Some(question) = Question::find(question) else { return };
        if question.id == super::seen::PRODUCT.id {
            self.product = products::Id::parse(answer);
            let product = self.product;
            self.answers.retain_mut(|(question, answer)| match answer {
                Some(known) => {
                    *answer = question.answer(product, known.id);
                    answer.is_some()
                }
                None => true,
            });
            return;
        }
        let answer = match answer {
            UNKNOWN => None,
            id => match question.answer(self.product, id) {
                Some(answer) => Some(answer),
                None => return,
            },
        };
        match self.answers.iter_mut().find(|(known, _)| known.id == question.id) {
            Some(known) => known.1 = answer,
            None => self.answers.push((question, answer)),
        }
    }

    /// With one more answer, or another one.
    #[must_use]
    pub fn with(&self, question: &str, answer: &str) -> Self {
        let mut given = self.clone();
        given.set(question, answer);
        given
    }

    /// Without the answer to this question.
    #[must_use]
    pub fn without(&self, question: &str) -> Self {
        let mut given = self.clone();
        given.answers.retain(|(known, _)| known.id != question);
        if question == super::seen::PRODUCT.id {
            given.product = None;
        }
        given
    }

    /// The answer to a question; the inner `None` is "not known".
    #[must_use]
    pub fn answer(&self, question: &str) -> Option<Option<&'static Answer>> {
        self.all().find(|(known, _)| known.id == question).map(|(_, answer)| answer)
    }

    /// Whether this question has this answer.
    #[must_use]
    pub fn is(&self, question: &str, answer: &str) -> bool {
        self.answer(question).flatten().is_some_and(|given| given.id == answer)
    }

    /// Every answer, the product first, then as given.
    pub fn all(&self) -> impl Iterator<Item = (&'static Question, Option<&'static Answer>)> + '_ {
        let product = &super::seen::PRODUCT;
        let of = self.product.and_then(|id| product.answer(None, id.as_str()));
        of.map(|answer| (product, Some(answer))).into_iter().chain(self.answers.iter().copied())
    }

    /// Questions that can be asked: they have an answer at this product, make sense now, and have not been answered.
    pub fn open(&self) -> impl Iterator<Item = &'static Question> + '_ {
        TABLE.iter().copied().filter(|question| {
            self.answer(question.id).is_none()
                && !(question.answers)(self.product).is_empty()
                && (question.applies)(self)
        })
    }

    /// What each answer says, in the order of [`Self::all`].
    pub(super) fn told(&self) -> impl Iterator<Item = (&'static Question, &'static Answer, Vec<Told>)> + '_ {
        self.all().filter_map(|(question, answer)| {
            let answer = answer?;
            Some((question, answer, told(question, self.product, answer)))
        })
    }
}
