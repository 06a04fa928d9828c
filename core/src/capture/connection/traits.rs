//! What the packets of one side have in common.

use crate::capture::packet::{Packet, Segment};

/// What the network layer and the options of one side's packets have in common; RSTs left out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Traits {
    /// Time to live of the last packet that is no SYN-ACK: that one may be a SYN proxy's.
    pub ttl: Option<u8>,
    /// Packets that are no SYN-ACK.
    pub count: u32,
    /// Of all its packets, those with "do not fragment".
    pub whole: u32,
    /// Of all its packets, those with an identification other than 0.
    pub numbered: u32,
    /// All its packets.
    pub all: u32,
    /// The last identification.
    pub id: u16,
    /// The largest step from one identification to the next.
    pub step: u16,
    /// Data packets with TCP timestamps.
    pub stamped: u32,
    /// Smallest and largest window, unscaled, SYNs left out.
    pub windows: Option<(u16, u16)>,
}

impl Traits {
    /// Takes the next packet.
    pub(super) fn take(&mut self, packet: &Packet<'_>, segment: &Segment<'_>) {
        if self.all > 0 {
            self.step = self.step.max(packet.id.wrapping_sub(self.id));
        }
        self.id = packet.id;
        self.all += 1;
        self.whole += u32::from(packet.whole);
        self.numbered += u32::from(packet.id != 0);
        if segment.has(Segment::SYN) {
            return;
        }
        self.ttl = Some(packet.ttl);
        self.count += 1;
        self.stamped += u32::from(segment.stamp.is_some());
        let (low, high) = self.windows.unwrap_or((u16::MAX, 0));
        self.windows = Some((low.min(segment.window), high.max(segment.window)));
    }
}
