//! What went well in all inputs together.

use alloc::string::String;
use alloc::vec::Vec;

use crate::tables::HashMap;

use super::counts::Counts;
use super::tally::{By, Count};
use crate::time::{Span, Timestamp};

/// What went well on one node, by one input.
pub struct Part<'a> {
    /// The node's name, else the input's.
    pub node: String,
    /// The log's format; empty for a capture. Nodes of one gateway write the same.
    pub format: &'static str,
    /// The counts.
    pub counts: &'a Counts,
    /// Its times are those of the case after this is added.
    pub shift: Span,
}

/// What went well in all inputs together.
#[derive(Default)]
pub struct Beside<'a> {
    /// By node and input.
    pub parts: Vec<Part<'a>>,
    /// Clients that also sent health checks as load balancers do: they stand before the gateway. Sorted.
    pub hops: Vec<core::net::IpAddr>,
}

/// One name among others of its kind, in a stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// What went well under this name.
    pub own: Count,
    /// What went well under others.
    pub others: Count,
    /// How many others had anything go well.
    pub names: u64,
    /// There may be more of them.
    pub more: bool,
    /// Whether this name is told apart: if not, its own count is not known.
    pub known: bool,
}

impl Part<'_> {
    fn at(&self, time: Timestamp) -> Timestamp {
        time.plus(Span(self.shift.0.saturating_neg()))
    }

    /// What went well here under a name.
    pub fn of(&self, by: By, name: &str, from: Timestamp, to: Timestamp) -> Count {
        let mut sum = Count::default();
        self.counts.each(by, self.at(from), self.at(to), |other, count| {
            if other == name {
                sum = sum.plus(count);
            }
        });
        sum
    }

    /// All that went well here and has a name of this kind.
    pub fn named(&self, by: By, from: Timestamp, to: Timestamp) -> Count {
        self.counts.named(by, self.at(from), self.at(to))
    }
}

impl Beside<'_> {
    /// A name's share in what went well.
    pub fn share(&self, by: By, name: &str, from: Timestamp, to: Timestamp) -> Share {
        let mut share = Share { known: true, ..Share::default() };
        let mut names: HashMap<String, Count> = HashMap::default();
        let mut all = Count::default();
        for part in &self.parts {
            all = all.plus(part.named(by, from, to));
            let mut met = false;
            part.counts.each(by, part.at(from), part.at(to), |other, count| {
                met |= other == name;
                let sum = names.entry(other.into()).or_default();
                *sum = sum.plus(count);
            });
            share.more |= part.counts.full(by);
            share.known &= met || !part.counts.full(by);
        }
        share.own = names.remove(name).unwrap_or_default();
        share.others = all.minus(share.own);
        share.names = names.len() as u64;
        share
    }

    /// All that went well and has a name of this kind.
    pub fn named(&self, by: By, from: Timestamp, to: Timestamp) -> Count {
        self.parts.iter().fold(Count::default(), |sum, part| sum.plus(part.named(by, from, to)))
    }

    /// The widest stretch of time that some input cannot divide.
    pub fn width(&self) -> Span {
        self.parts.iter().map(|part| part.counts.width()).max().unwrap_or_default()
    }
}
