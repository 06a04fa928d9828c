//! Parts of the guide: the question, the answers given, what is left, and the advice of a category.

mod answers;
mod left;
mod lesson;
mod question;
mod strip;
mod verdict;

pub use answers::Answers;
pub use left::{Left, found};
pub use lesson::learn;
pub use question::{Chosen, Question};
pub use strip::Strip;
pub use verdict::Verdict;
