//! What is opened and how a test begins and ends: the page from a server, the site, the one file.

use super::browser::Kind;
use super::files::scratch;
use super::net_log::NetLog;
use super::page::Page;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::sync::Once;

/// What is opened, and from where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The page as trunk builds it, at the top of a server.
    Page,
    /// The site, below [`UNDER`].
    Site,
    /// The one file, from disk. The server still runs, and must not be asked for anything.
    File,
}

/// Where the site lies on its server: deep, as in somebody's knowledge base.
pub const UNDER: &str = "/kb/tools/triage";

impl Delivery {
    /// The variable that names the folder in which it lies.
    const fn variable(self) -> &'static str {
        match self {
            Self::Page => "GATEWAY_TRIAGE_PAGE",
            Self::Site | Self::File => "GATEWAY_TRIAGE_DIST",
        }
    }
}

/// Opens the page, runs the test, and sees to what holds for every test: nothing in the console, nothing asked of
/// another machine. Says that it is skipped where no page has been built.
pub fn with_page(name: &str, test: impl FnOnce(&Page)) {
    with_delivery(name, Delivery::Page, test);
}

/// The same for the page as it is delivered.
pub fn with_delivery(name: &str, delivery: Delivery, test: impl FnOnce(&Page)) {
    opened(name, delivery, None, test);
}

/// The same, and what Chromium did with the network from its start to its end, beside what the test gives back. `None` where
/// the test is skipped, and instead of a log in Firefox.
pub fn with_net_log<T>(name: &str, delivery: Delivery, test: impl FnOnce(&Page) -> T) -> Option<(T, Option<NetLog>)> {
    let folder = scratch(&format!("made-{name}-log"));
    let path = folder.join("net.json");
    let given = opened(name, delivery, Some(&path), test)?;
    let log = (Kind::chosen() == Kind::Chromium).then(|| NetLog::read(&path));
    let _ = std::fs::remove_dir_all(folder);
    Some((given, log))
}

fn opened<T>(name: &str, delivery: Delivery, log: Option<&Path>, test: impl FnOnce(&Page) -> T) -> Option<T> {
    let variable = delivery.variable();
    let Some(built) = std::env::var_os(variable) else {
        static SAID: Once = Once::new();
        // Past the test harness, which swallows what passing tests print.
        SAID.call_once(|| {
            let _ = writeln!(
                std::io::stderr(),
                "browser tests are skipped: {variable} names no folder (`cargo xtask test page dist browser` does)"
            );
        });
        return None;
    };
    let page = Page::open(name, Path::new(&built), delivery, log);
    let result = catch_unwind(AssertUnwindSafe(|| {
        page.wait_state("idle");
        let given = test(&page);
        let errors = page.console();
        assert!(errors.is_empty(), "the console shows errors: {errors:#?}");
        let asked = page.asked_elsewhere();
        assert!(asked.is_empty(), "other machines were asked: {asked:#?}");
        given
    }));
    match result {
        Ok(given) => Some(given),
        Err(panic) => {
            eprintln!("{}", page.describe(name));
            resume_unwind(panic);
        }
    }
}
