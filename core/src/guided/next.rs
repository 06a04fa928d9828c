//! Which question comes next.

use super::{Bearing, Given, Place, Question, Stage, Standing, UNKNOWN, told};

impl Given {
    /// What to ask next; `None` when no question would change anything.
    ///
    /// What the users see comes first, in its order. Then, of what one knows without a test, the question after whose
    /// answers the least is left on average. Then the tests, in the order of an expert. A question whose answers all leave
    /// the list as it is, is not asked.
    #[must_use]
    pub fn next(&self) -> Option<&'static Question> {
        let list = self.list();
        let mut best: Option<(Stage, u32, &'static Question)> = None;
        for question in self.open() {
            if best.is_some_and(|(stage, ..)| stage < question.stage) {
                break;
            }
            let Some(weight) = self.weight(question, &list) else { continue };
            let better = match best {
                None => true,
                Some((stage, lightest, _)) => stage == Stage::Scope && weight < lightest,
            };
            if better {
                best = Some((question.stage, weight, question));
            }
            if question.stage != Stage::Scope {
                break;
            }
        }
        best.map(|(_, _, question)| question)
    }

    /// A thousand times what is left on average after an answer to it; `None` where no answer moves anything that is left.
    fn weight(&self, question: &Question, list: &[Standing]) -> Option<u32> {
        let answers = (question.answers)(self.product);
        let left = Self::left(list);
        let mut sum = 0;
        // The product moves little by itself, and everything after it.
        let mut moves = question.id == super::seen::PRODUCT.id;
        for answer in answers {
            let told = told(question, self.product, answer);
            let bearing = |standing: &Standing| {
                told.iter().find(|told| told.category == standing.category).map(|told| told.bearing)
            };
            moves |= left.iter().any(|standing| bearing(standing).is_some());
            sum += list.iter().filter(|standing| stays(standing, bearing(standing))).count();
        }
        u32::try_from(sum * 1_000 / answers.len().max(1)).ok().filter(|_| moves)
    }

    /// Skips a question.
    #[must_use]
    pub fn skip(&self, question: &str) -> Self {
        self.with(question, UNKNOWN)
    }
}

/// Whether it is still left after one more answer that says this of it.
fn stays(standing: &Standing, bearing: Option<Bearing>) -> bool {
    let points = match bearing {
        Some(Bearing::RulesOut) => return false,
        Some(Bearing::Against) => standing.points - 1,
        Some(Bearing::Supports) => standing.points + 1,
        None => standing.points,
    };
    standing.place != Place::Out && points >= 0
}
