//! What many failures have in common, and what went well beside them.
//!
//! While logs are read, [`Tally`] counts what went well. From both, sentences are made for each verdict: only this host,
//! only this client, every so many seconds, always after the same time.

#![allow(dead_code, unused_imports, reason = "the sentences that read the tally come next")]

mod tally;

pub use tally::{By, Count, Counts, Server, Tally, Well};
