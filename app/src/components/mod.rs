//! Parts of the page.

mod advice;
mod copy;
mod evidence;
mod exchanges;
mod export;
mod failures;
pub mod guide;
mod help;
mod inputs;
mod ladder;
mod leaf;
mod mark;
mod names;
mod packet;
mod past;
mod path_picture;
mod progress;
mod section;
mod settings;
mod timeline;
mod tools;
mod verdict;
mod verdict_list;
mod virtual_list;

pub use exchanges::Exchanges;
pub use export::Export;
pub use failures::Failures;
pub use help::Help;
pub use inputs::Inputs;
pub use names::{NamesFields, Recordings};
pub use past::{KeepCase, PastCases};
pub use progress::Reading;
pub use settings::{LogFormatField, ProductPicker, Settings};
pub use timeline::TimelineView;
pub use verdict::VerdictView;
pub use verdict_list::VerdictList;
