//! Tunnels whose CONNECT was logged a moment ago: a gateway that decrypts logs CONNECT and the request inside it as
//! two lines, and both are one exchange.
//!
//! A table of fixed size, addressed by client and host: no allocation per tunnel, and a collision at worst counts two
//! lines as two exchanges.

use alloc::vec;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::time::{SECOND, Timestamp};

const SLOTS: usize = 4096;
/// The first request inside a tunnel is logged within this time of its CONNECT.
const WINDOW: i64 = 600 * SECOND;

/// Failed CONNECTs to one host that wait for the answer inside.
const WAITING: usize = 4;

/// Open tunnels.
#[derive(Default)]
pub struct Tunnels {
    slots: Vec<Slot>,
}

#[derive(Clone, Copy, Default)]
struct Slot {
    key: u64,
    time: Timestamp,
    granted: u32,
    opened: u32,
    failed: [Failed; WAITING],
}

/// A CONNECT whose line says that it failed, although it was granted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Failed {
    /// No such CONNECT.
    #[default]
    None,
    /// Counted, but not kept.
    Counted,
    /// Kept at this index.
    Kept(u32),
}

/// What a request inside a tunnel belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Within {
    /// No CONNECT of this client to this host was seen: an exchange of its own.
    Nothing,
    /// A CONNECT that was counted as a tunnel whose inside is not seen.
    Granted,
    /// A CONNECT that was counted as one that the gateway decrypts.
    Opened,
    /// A CONNECT that failed.
    Failed(Failed),
}

/// Whose tunnel to where.
#[must_use]
pub fn key(client: Option<IpAddr>, host: &str) -> u64 {
    // FNV-1a: the same on every machine, so the same input gives the same report.
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut byte = |b: u8| hash = (hash ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3);
    match client {
        Some(IpAddr::V4(ip)) => ip.octets().into_iter().for_each(&mut byte),
        Some(IpAddr::V6(ip)) => ip.octets().into_iter().for_each(&mut byte),
        None => {}
    }
    host.bytes().for_each(|b| byte(b.to_ascii_lowercase()));
    // 0 marks a free slot.
    hash.max(1)
}

impl Tunnels {
    /// A CONNECT was granted; `opened` if the gateway is known to decrypt it.
    pub fn granted(&mut self, key: u64, time: Timestamp, opened: bool) {
        let slot = self.slot(key, time);
        if opened {
            slot.opened = slot.opened.saturating_add(1);
        } else {
            slot.granted = slot.granted.saturating_add(1);
        }
    }

    /// A CONNECT was granted and failed.
    pub fn failed(&mut self, key: u64, time: Timestamp, failed: Failed) {
        let slot = self.slot(key, time);
        if let Some(free) = slot.failed.iter_mut().find(|waiting| **waiting == Failed::None) {
            *free = failed;
        }
    }

    /// A request inside a tunnel; `failing` if it failed as well. Each tunnel is handed out once.
    pub fn within(&mut self, key: u64, time: Timestamp, failing: bool) -> Within {
        if self.slots.is_empty() {
            return Within::Nothing;
        }
        let slot = self.slot(key, time);
        if failing && let Some(waiting) = slot.failed.iter_mut().find(|waiting| **waiting != Failed::None) {
            return Within::Failed(core::mem::take(waiting));
        }
        if slot.opened > 0 {
            slot.opened -= 1;
            Within::Opened
        } else if slot.granted > 0 {
            slot.granted -= 1;
            Within::Granted
        } else {
            Within::Nothing
        }
    }

    fn slot(&mut self, key: u64, time: Timestamp) -> &mut Slot {
        if self.slots.is_empty() {
            self.slots = vec![Slot::default(); SLOTS];
        }
        let index = usize::try_from(key % SLOTS as u64).unwrap_or(0);
        // The index is below the length by construction.
        #[allow(clippy::indexing_slicing, reason = "reduced modulo the length")]
        let slot = &mut self.slots[index];
        if slot.key != key || time.since(slot.time).0.saturating_abs() > WINDOW {
            *slot = Slot { key, ..Slot::default() };
        }
        slot.time = time;
        slot
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tunnel_is_handed_out_once_and_not_for_ever() {
        let client = Some(IpAddr::from([10, 0, 0, 1]));
        let here = key(client, "WWW.example.com");
        assert_eq!(here, key(client, "www.example.com"));
        assert_ne!(here, key(None, "www.example.com"));
        let at = |seconds| Timestamp::from_parts(seconds, 0);
        let mut tunnels = Tunnels::default();
        assert_eq!(tunnels.within(here, at(0), false), Within::Nothing);
        tunnels.granted(here, at(0), false);
        tunnels.failed(here, at(1), Failed::Kept(7));
        assert_eq!(tunnels.within(here, at(2), false), Within::Granted);
        assert_eq!(tunnels.within(here, at(2), false), Within::Nothing);
        assert_eq!(tunnels.within(here, at(3), true), Within::Failed(Failed::Kept(7)));
        assert_eq!(tunnels.within(here, at(3), true), Within::Nothing);
        tunnels.granted(here, at(4), true);
        assert_eq!(tunnels.within(here, at(5000), false), Within::Nothing);
    }
}
