//! In which order files are best read: captures that continue each other one after the other, logs last.

use alloc::vec::Vec;

#[cfg(feature = "std")]
use super::{HEAD, is_binary};
#[cfg(feature = "std")]
use crate::capture::file::FileReader;
#[cfg(feature = "std")]
use crate::gunzip::Gunzip;
use crate::time::Timestamp;

/// In which order to read files, given the first bytes of each (64 KiB are enough): captures by the time of their
/// first packet, everything else after them as given.
#[must_use]
pub fn reading_order(heads: &[&[u8]]) -> Vec<usize> {
    let mut order: Vec<(Option<Timestamp>, usize)> =
        heads.iter().enumerate().map(|(at, head)| (first_time(head), at)).collect();
    order.sort_by_key(|(time, at)| (time.is_none(), *time, *at));
    order.into_iter().map(|(_, at)| at).collect()
}

#[cfg(feature = "std")]
fn first_time(head: &[u8]) -> Option<Timestamp> {
    let mut unpacked = Vec::new();
    let head = if head.starts_with(&[0x1F, 0x8B]) {
        Gunzip::default()
            .push(head, |bytes| unpacked.extend_from_slice(bytes.get(..HEAD.min(bytes.len())).unwrap_or_default()));
        &unpacked
    } else {
        head
    };
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
