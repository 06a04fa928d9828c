//! What is worth knowing of how a capture was read.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{CONNECTIONS, Point, WAITING};
use crate::capture::conversation::{PIPELINE, STREAMS};
use crate::capture::link;
use crate::capture::lookups::LOOKUPS;

impl Point {
    /// What of its frames could not be read.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        for (link, count) in &self.unknown_links {
            warnings.push(format!(
                "{count} packets have link-layer type {link}, {}: they were not looked into",
                link::name(*link)
            ));
        }
        if self.unknown_more > 0 {
            warnings.push(format!(
                "{} packets have further link-layer types that are not read: they were not looked into",
                self.unknown_more
            ));
        }
        if self.unfollowed > 0 {
            warnings.push(format!(
                "{} packets belong to connections beyond the first {CONNECTIONS}, which is the limit: they were not looked into",
                self.unfollowed
            ));
        }
        if self.unread_dns > 0 {
            warnings.push(format!(
                "{} packets at port 53 hold no DNS message that can be read: cut off, malformed or another protocol",
                self.unread_dns
            ));
        }
        if self.given_up > 0 {
            warnings.push(format!(
                "{} requests were not followed to their end: more waited on one connection than the limit of {PIPELINE}, \
                 or of {STREAMS} in HTTP/2",
                self.given_up
            ));
        }
        if self.unsorted > 0 {
            warnings.push(format!(
                "{} segments came before others, or held a part of a message's head, and could not wait for them: {} MiB that do \
                 so in all connections together are the limit; the missing bytes count as lost",
                self.unsorted,
                WAITING >> 20
            ));
        }
        if self.lookups.over > 0 {
            warnings.push(format!(
                "{} DNS messages belong to questions beyond the first {LOOKUPS}, which is the limit: they were not looked into",
                self.lookups.over
            ));
        }
        if self.malformed > 0 {
            warnings.push(format!("{} packets have malformed or cut-off headers and were passed over", self.malformed));
        }
        let incomplete = self.fragments.incomplete();
        if incomplete > 0 {
            warnings.push(format!("{incomplete} fragmented IP packets lack fragments"));
        }
        if self.passed_over > 0 {
            warnings.push(format!(
                "{} more requests went well than are kept to be found in logs; they may count twice",
                self.passed_over
            ));
        }
        if self.seam.repeated > 0 {
            warnings.push(format!("{} packets are in two of the files; they count once", self.seam.repeated));
        }
        warnings
    }
}
