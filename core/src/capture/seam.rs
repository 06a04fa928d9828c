//! Where files of one capture point meet: pieces of a ring buffer, or of a file that was cut with an overlap.

use core::hash::BuildHasher;

use crate::tables::{HashSet, Seeded};
use alloc::collections::VecDeque;

use super::Frame;

/// Packets remembered of the file before: an overlap longer than that is not recognised.
const REMEMBERED: usize = 200_000;

/// Fingerprints of a file's last packets, to recognise them at the beginning of the next file.
#[derive(Default)]
pub struct Seam {
    hasher: Seeded,
    /// Packets of the present file, oldest first.
    order: VecDeque<u64>,
    /// Packets of the file before.
    before: HashSet<u64>,
    /// Only recorded when there may be a next file.
    pub recording: bool,
    /// Packets that were in the file before as well.
    pub repeated: u64,
}

impl Seam {
    /// A fingerprint of a frame: its time and its bytes.
    fn fingerprint(&self, frame: &Frame<'_>) -> u64 {
        self.hasher.hash_one((frame.time.0, frame.data, frame.original))
    }

    /// Whether the file before holds this frame in its remembered part.
    pub fn before_contains(&self, frame: &Frame<'_>) -> bool {
        self.before.contains(&self.fingerprint(frame))
    }

    /// The next file begins.
    pub fn next_file(&mut self) {
        self.before = self.order.drain(..).collect();
    }

    /// Whether this frame was in the file before; remembers it otherwise.
    pub fn seen_before(&mut self, frame: &Frame<'_>) -> bool {
        if !self.recording {
            return false;
        }
        let fingerprint = self.fingerprint(frame);
        if self.before.contains(&fingerprint) {
            self.repeated += 1;
            self.order.push_back(fingerprint);
            return true;
        }
        if self.order.len() == REMEMBERED {
            self.order.pop_front();
        }
        self.order.push_back(fingerprint);
        false
    }
}
