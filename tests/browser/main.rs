//! The built page in a real browser: few tests, each of something that only a browser can show.
//!
//! `cargo xtask test` builds the page and sets `GATEWAY_TRIAGE_PAGE` to its folder, `CHROME` and `CHROMEDRIVER` to the
//! browser; without the first, these tests say that they are skipped. Every test also fails if the console shows an error
//! (a violated content security policy is one) or if anything at all is asked of another machine.

mod access;
mod articles;
mod cases;
mod deliveries;
mod embedding;
mod everyday;
mod exports;
mod guided;
mod handing_over;
mod harness;
mod hostile;
mod hosting;
mod ladder;
mod layout;
mod layouts;
mod lists;
mod offline;
mod opening;
mod privacy;
mod reading;
mod speed;
mod trouble;
