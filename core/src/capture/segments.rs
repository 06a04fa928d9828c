//! Networks told apart by who speaks to whom on the link: two recordings put into one file have no other mark.

use crate::sorting::Sorting as _;
use alloc::vec::Vec;
use core::net::SocketAddr;

use crate::leads::Leads;
use crate::tables::HashMap;
use hashbrown::hash_map::Entry;

use super::link::Link;
use super::packet::{Packet, Transport};

/// Hardware addresses kept.
const MACHINES: usize = 4096;
/// Sides of connections whose sender is kept.
const CONNECTIONS: usize = 65_536;

/// Hardware addresses in groups: each spoke to another one of its group.
#[derive(Default)]
pub struct Segments {
    numbers: HashMap<u64, usize>,
    /// To the first member of the group that each was joined to.
    joined: Leads,
    /// Where the link layer names senders alone: who sent on each side of a connection, as [`Segments::answers`] has it.
    senders: HashMap<(SocketAddr, SocketAddr, bool), u64>,
    /// The groups that count, by their first member; all others belong to the first.
    chosen: Vec<usize>,
}

/// A machine's address, not everybody's.
fn machine(address: u64) -> bool {
    address != 0 && address >> 40 & 1 == 0
}

impl Segments {
    /// Takes a frame's two ends.
    pub fn take(&mut self, link: &Link<'_>) {
        self.join(link.source, link.target);
    }

    fn join(&mut self, one: u64, other: u64) {
        let (Some(one), Some(other)) = (self.number(one), self.number(other)) else { return };
        let (one, other) = (self.joined.end(one), self.joined.end(other));
        self.joined.lead(one.max(other), one.min(other));
    }

    /// Takes a packet of a recording of all interfaces that names its sender alone: what came in and what went out in
    /// answer to it were on one network.
    pub fn answers(&mut self, packet: &Packet<'_>) {
        let (Some(outgoing), 0, Transport::Tcp(segment)) = (packet.outgoing, packet.next_hop, &packet.transport) else {
            return;
        };
        let (from, to) = (SocketAddr::new(packet.from, segment.from), SocketAddr::new(packet.to, segment.to));
        let side = (from < to) != outgoing;
        let known = self.senders.len();
        match self.senders.entry((from.min(to), from.max(to), side)) {
            Entry::Occupied(sender) => {
                let sender = *sender.get();
                self.join(sender, packet.hardware);
            }
            Entry::Vacant(free) if known < CONNECTIONS => {
                free.insert(packet.hardware);
            }
            Entry::Vacant(_) => {}
        }
    }

    fn number(&mut self, address: u64) -> Option<usize> {
        if let Some(number) = self.numbers.get(&address) {
            return Some(*number);
        }
        if !machine(address) || self.joined.len() == MACHINES {
            return None;
        }
        self.joined.push();
        self.numbers.insert(address, self.joined.len() - 1);
        Some(self.joined.len() - 1)
    }

    fn group(&self, address: u64) -> Option<usize> {
        self.numbers.get(&address).map(|number| self.joined.end_of(*number))
    }

    /// Whether groups are told apart.
    pub fn matter(&self) -> bool {
        !self.chosen.is_empty()
    }

    /// Whether two machines are known to be in different groups.
    pub fn apart(&self, one: u64, other: u64) -> bool {
        matches!((self.group(one), self.group(other)), (Some(one), Some(other)) if one != other)
    }

    /// From here on the groups of these machines are told apart.
    pub fn choose(&mut self, machines: impl Iterator<Item = u64>) {
        let mut groups: Vec<usize> = machines.filter_map(|machine| self.group(machine)).collect();
        groups.order();
        groups.dedup();
        self.chosen = groups;
    }

    /// Which of the chosen groups a frame belongs to, from 1; 0 where none was chosen.
    pub fn of(&mut self, link: &Link<'_>) -> u32 {
        if self.chosen.is_empty() {
            return 0;
        }
        let known = self.group(link.source).or_else(|| self.group(link.target));
        if known.is_some() {
            self.take(link);
        }
        let at = known.and_then(|group| self.chosen.iter().position(|chosen| *chosen == group));
        u32::try_from(at.unwrap_or(0)).unwrap_or(0) + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(source: u64, target: u64) -> Link<'static> {
        Link { network: &[], outgoing: None, source, target }
    }

    #[test]
    fn networks_are_told_apart_by_who_speaks_to_whom() {
        let mut segments = Segments::default();
        let everybody = 0xFFFF_FFFF_FFFF;
        for (source, target) in [(1, 2), (2, everybody), (3, 4), (2, 5)] {
            segments.take(&link(source, target));
        }
        assert!(segments.apart(1, 3) && !segments.apart(1, 5) && !segments.apart(1, 9));
        assert_eq!(segments.of(&link(3, 4)), 0);
        segments.choose([1, 4].into_iter());
        assert_eq!(segments.of(&link(3, 4)), 2);
        // A new machine belongs to whom it speaks.
        assert_eq!(segments.of(&link(7, 4)), 2);
        assert_eq!(segments.of(&link(7, everybody)), 2);
        assert_eq!(segments.of(&link(8, 9)), 1);
    }
}
