//! Captures and logs of the same requests: clocks that differ, lines without packets and packets without lines.

mod clocks;
mod diary;
mod legs;
mod sides;

use super::Built;
use super::scene::{SITE, failure};
use crate::lab::recipe::Expect;
use diary::Entry;

const AFTER: &str = "house: logs and captures are one case";
const CAPTURE: &str = "capture.pcap";
const LOG: &str = "access.log";

pub fn all() -> Vec<Built> {
    [clocks::all(), sides::all(), legs::all()].into_iter().flatten().collect()
}

/// A refused connection, seen in the capture and in this line of the log.
fn refused(entry: &Entry, line: u64) -> Expect {
    failure("tcp-syn-reset", &entry.target, entry.status)
        .text("upstream", SITE)
        .at(CAPTURE, &entry.packets)
        .at(LOG, &[line])
}

/// The same, without a line.
fn unlogged(entry: &Entry) -> Expect {
    failure("tcp-syn-reset", &entry.target, entry.status).text("upstream", SITE).at(CAPTURE, &entry.packets)
}

/// A failure that only this line of the log tells, with the cause that it names.
fn logged(entry: &Entry, line: u64) -> Expect {
    Expect::default()
        .text("client", &entry.client)
        .text("target", &entry.target)
        .number("status", entry.status)
        .at(LOG, &[line])
}
