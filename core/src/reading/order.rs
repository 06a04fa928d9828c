//! In which order files are best read: captures that continue each other one after the other, what clients saw, then logs,
//! those of errors first.

use crate::sorting::Sorting as _;
use alloc::vec::Vec;

#[cfg(feature = "std")]
use super::{HEAD, is_binary};
#[cfg(feature = "std")]
use crate::capture::file::FileReader;
#[cfg(feature = "std")]
use crate::gunzip::Gunzip;
use crate::input;
use crate::time::Timestamp;

/// When a file's turn is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    /// A capture, by its first packet's time.
    Capture(Timestamp),
    /// What a client saw: a HAR file.
    Client,
    /// An error log: what it tells of is looked for in the access logs.
    Errors,
    /// Everything else.
    Other,
}

/// In which order to read files, given the first bytes of each (64 KiB are enough): captures by the time of their
/// first packet, then HAR files, then error logs, then everything else, as given.
#[must_use]
pub fn reading_order(heads: &[&[u8]]) -> Vec<usize> {
    let mut order: Vec<(Turn, usize)> = heads.iter().enumerate().map(|(at, head)| (turn(head), at)).collect();
    order.order();
    order.into_iter().map(|(_, at)| at).collect()
}

fn turn(head: &[u8]) -> Turn {
    #[cfg(feature = "std")]
    let mut unpacked = Vec::new();
    #[cfg(feature = "std")]
    let head = if head.starts_with(&[0x1F, 0x8B]) {
        let mut take =
            |bytes: &[u8]| unpacked.extend_from_slice(bytes.get(..HEAD.min(bytes.len())).unwrap_or_default());
        let mut gunzip = Gunzip::default();
        gunzip.push(head, &mut take);
        // That a head is cut off is no news.
        let _ = gunzip.end(&mut take);
        &unpacked
    } else {
        head
    };
    if let Some(time) = first_time(head) {
        return Turn::Capture(time);
    }
    match input::recognise(head) {
        input::Kind::Har => Turn::Client,
        input::Kind::Log(format) if format.of_errors() => Turn::Errors,
        _ => Turn::Other,
    }
}

#[cfg(feature = "std")]
fn first_time(head: &[u8]) -> Option<Timestamp> {
    if !is_binary(head) {
        return None;
    }
    let mut first = None;
    FileReader::default().push(head, &mut |frame| {
        first.get_or_insert(frame.time);
    });
    first
}

#[cfg(not(feature = "std"))]
fn first_time(_: &[u8]) -> Option<Timestamp> {
    None
}
