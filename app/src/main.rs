//! The page: drop captures and logs, read the cause and the fix.
//!
//! The page parses nothing and decides nothing: it shows the engine's report. One module holds both, for page and worker
//! alike; a site has one for each, so that the page is there before the engine is (features `page` and `engine`).
//!
//! ```text
//! intake → state ─ link ═ worker → reader → engine
//!            ↓      ↑         (protocol: what they say to each other)
//!   pages, components ← report
//! ```

#![cfg_attr(
    not(all(feature = "page", feature = "engine")),
    allow(dead_code, unused_imports, reason = "the other half is in another module")
)]

mod boot;
mod cases;
mod components;
mod crash;
mod download;
mod embed;
mod excerpt;
mod exporting;
#[cfg(any(test, debug_assertions))]
mod fixture;
mod focus;
mod fragment;
mod glossary;
mod guide;
mod intake;
mod json;
mod keep;
mod keys;
mod ladder;
mod link;
mod lists;
mod looking;
mod pages;
mod path;
mod preferences;
mod printing;
mod protocol;
mod query;
mod reader;
mod samples;
mod snippet;
mod state;
mod timeline;
mod times;
mod verdicts;
mod words;
mod worker;

fn main() {
    // Before the first table is made: what a file holds shall flood none of them.
    if let Some([a, b, c, d, e, f, g, h, ..]) = exporting::seed() {
        gateway_triage_core::tables::seed(u64::from_le_bytes([a, b, c, d, e, f, g, h]));
    }
    if cfg!(feature = "page") && web_sys::window().is_some() {
        pages::open();
    } else if cfg!(feature = "engine") {
        worker::start();
    }
}
