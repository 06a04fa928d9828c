//! Parts of the page.

mod advice;
mod copy;
mod evidence;
mod help;
mod inputs;
mod ladder;
mod mark;
mod packet;
mod past;
mod path_picture;
mod progress;
mod section;
mod settings;
mod verdict;
mod verdict_list;

pub use help::Help;
pub use inputs::Inputs;
pub use past::{KeepCase, PastCases};
pub use progress::Reading;
pub use settings::{LogFormatField, ProductPicker, Settings};
pub use verdict::VerdictView;
pub use verdict_list::VerdictList;
