//! Logs and other text.

use crate::{Files, Input, one};
use std::fmt::Write as _;

pub static INPUTS: &[Input] = &[Input { name: "failures in a log", make: failures, size: 1_000 }];

fn failures(lines: u64) -> Files {
    let mut text = String::new();
    for line in 0..lines {
        let (seconds, client, host) = (1_767_225_600 + line, line % 50, line % 200);
        let _ = writeln!(
            text,
            "{seconds}.000  60000 10.1.0.{client} TCP_MISS/504 4032 GET http://www{host}.example.com/{line} - \
             HIER_DIRECT/198.51.100.{host} text/html"
        );
    }
    one("access.log", text)
}
