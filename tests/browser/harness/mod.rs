//! What the tests share: a browser with the built page in it, and the native engine beside it.

mod article;
mod browser;
mod builds;
mod delivery;
mod files;
mod hands;
mod json;
mod native;
mod net_log;
mod outside;
mod page;
mod picture;
mod webdriver;
mod window;

pub use article::examples;
pub use browser::Kind;
pub use builds::next_build;
pub use delivery::{Delivery, UNDER, with_delivery, with_net_log, with_page};
pub use files::{big_capture, case, cases, made, scratch};
pub use json::difference;
pub use native::report as native_report;
pub use net_log::NetLog;
pub use outside::of_the_browser;
pub use page::{Page, wait};
