//! Addresses that nobody has, in place of the real ones.
//!
//! Two addresses of the same /8, /16 or /24 (IPv6: /32, /48, /64) get pseudonyms that share as much. IPv4 goes into
//! 240.0.0.0/4, which is assigned to nobody (RFC 1112 section 4, RFC 6890): 240 to 244 stand for the ranges that are not
//! public, 245 to 254 for public ones. IPv6 goes into 3fff::/20 (RFC 9637, documentation). Loopback, unspecified,
//! broadcast and multicast addresses stay: they name nobody.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::tables::{HashMap, HashSet};

use super::key::Key;

/// Addresses whose pseudonyms are remembered, so that no two share one.
const REMEMBERED: usize = 262_144;
/// How often another pseudonym is tried.
const TURNS: u32 = 512;

/// What a hash is for, so that equal bytes of another kind give another one.
mod kind {
    pub const V4: u8 = 1;
    pub const V6: u8 = 2;
    pub const HARDWARE: u8 = 3;
}

/// The table of addresses of a case.
#[derive(Default)]
pub struct Addresses {
    /// Prefix of the original → next part of the pseudonym, below the pseudonyms of the parts before.
    parts: HashMap<Prefix, u16>,
    /// Pseudonymous prefixes that are in use.
    used: HashSet<Prefix>,
    whole: HashMap<IpAddr, IpAddr>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Prefix {
    six: bool,
    level: u8,
    bits: u128,
}

impl Addresses {
    /// The pseudonym of an address.
    pub fn ip(&mut self, key: Key, original: IpAddr) -> IpAddr {
        if special(original) {
            return unnamed(original);
        }
        if let Some(known) = self.whole.get(&original) {
            return *known;
        }
        let told = match original {
            IpAddr::V4(address) => self.four(key, address).into(),
            IpAddr::V6(address) => self.six(key, address).into(),
        };
        if self.whole.len() < REMEMBERED {
            self.whole.insert(original, told);
        }
        told
    }

    /// Everything replaced so far.
    pub fn all(&self) -> impl Iterator<Item = (IpAddr, IpAddr)> + '_ {
        self.whole.iter().map(|(original, told)| (*original, *told))
    }

    fn four(&mut self, key: Key, address: Ipv4Addr) -> Ipv4Addr {
        let octets = address.octets();
        let mut told = [0_u8; 4];
        let mut before = 0_u128;
        let mut pseudonym = 0_u128;
        for (level, octet) in octets.into_iter().enumerate() {
            before = before << 8 | u128::from(octet);
            let range = match level {
                0 => first_octet(address),
                1 | 2 => (0, 255),
                // Neither the network's nor its broadcast address.
                _ => (1, 254),
            };
            let prefix = Prefix { six: false, level: level as u8, bits: before };
            let part = self.part(key, kind::V4, prefix, pseudonym, 8, range);
            pseudonym = pseudonym << 8 | u128::from(part);
            if let Some(place) = told.get_mut(level) {
                *place = part as u8;
            }
        }
        told.into()
    }

    fn six(&mut self, key: Key, address: Ipv6Addr) -> Ipv6Addr {
        let bits = u128::from(address);
        // An IPv4 address inside (RFC 4291 section 2.5.5.2, RFC 6052).
        if bits >> 32 == 0xFFFF || bits >> 32 == 0x0064_FF9B_u128 << 64 {
            let IpAddr::V4(inner) = self.ip(key, Ipv4Addr::from(bits as u32).into()) else { return address };
            return (bits >> 32 << 32 | u128::from(u32::from(inner))).into();
        }
        // Link-local prefixes are everybody's; unique local ones (RFC 4193) are made of random bits.
        let local = bits >> 118 == 0x3FA;
        let mut pseudonym = if local { bits >> 64 } else { 0x3FFF };
        if !local {
            for (level, (shift, range)) in
                [(96, (0, 0xFFF)), (80, (0, 0xFFFF)), (64, (0, 0xFFFF))].into_iter().enumerate()
            {
                let prefix = Prefix { six: true, level: level as u8, bits: bits >> shift };
                let part = self.part(key, kind::V6, prefix, pseudonym, 16, range);
                pseudonym = pseudonym << 16 | u128::from(part);
            }
        }
        let prefix = Prefix { six: true, level: 3, bits };
        let host = self.part(key, kind::V6, prefix, pseudonym, 16, (1, 0xFFFF));
        (pseudonym << 64 | u128::from(host)).into()
    }

    /// The next part of a pseudonym: the same for the same prefix, another for another one as far as there are any.
    fn part(&mut self, key: Key, kind: u8, prefix: Prefix, above: u128, bits: u8, range: (u16, u16)) -> u16 {
        if let Some(known) = self.parts.get(&prefix) {
            return *known;
        }
        let (from, to) = range;
        let count = u64::from(to.saturating_sub(from)) + 1;
        let start = key.hash(kind, prefix.level.into(), &[&prefix.bits.to_be_bytes()]) % count;
        let told = |turn: u64| from + u16::try_from((start + turn) % count).unwrap_or(0);
        let below = |part: u16| Prefix { bits: above << bits | u128::from(part), ..prefix };
        let turns = count.min(u64::from(TURNS));
        let free = (0..turns).map(told).find(|part| !self.used.contains(&below(*part)));
        let part = free.unwrap_or(told(0));
        if self.parts.len() < REMEMBERED * 4 {
            self.used.insert(below(part));
            self.parts.insert(prefix, part);
        }
        part
    }
}

/// Ranges of first octets: private ones keep saying that they are.
fn first_octet(address: Ipv4Addr) -> (u16, u16) {
    match address.octets() {
        [10, ..] => (240, 240),
        [172, second, ..] if second & 0xF0 == 16 => (241, 241),
        [192, 168, ..] => (242, 242),
        // Carriers' NAT (RFC 6598) and link-local addresses (RFC 3927).
        [100, second, ..] if second & 0xC0 == 64 => (243, 243),
        [169, 254, ..] => (244, 244),
        _ => (245, 254),
    }
}

/// Addresses that name nobody.
fn special(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            address.is_loopback() || address.is_unspecified() || address.is_multicast() || address.is_broadcast()
        }
        IpAddr::V6(address) => address.is_loopback() || address.is_unspecified() || address.is_multicast(),
    }
}

/// Solicited-node multicast (RFC 4291 section 2.7.1) holds the end of an address.
fn unnamed(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(six) if u128::from(six) >> 24 == 0x00FF_0200_0000_0000_0000_0000_01FF => {
            Ipv6Addr::from(u128::from(six) >> 24 << 24).into()
        }
        other => other,
    }
}

/// A hardware address: cards of one maker stay of one maker, and the pseudonym says that it is no maker's (the local bit
/// of IEEE 802). Group addresses stay, without what they hold of an IPv6 address (RFC 2464 section 7).
pub fn hardware(key: Key, original: [u8; 6]) -> [u8; 6] {
    match original {
        [0x33, 0x33, 0xFF, ..] => [0x33, 0x33, 0xFF, 0, 0, 0],
        [first, ..] if first & 1 == 1 => original,
        [0, 0, 0, 0, 0, 0] => original,
        [one, two, three, ..] => {
            let maker = key.hash(kind::HARDWARE, 0, &[&[one, two, three]]).to_le_bytes();
            let card = key.hash(kind::HARDWARE, 1, &[&original]).to_le_bytes();
            [2, maker[1], maker[2], card[0], card[1], card[2]]
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    fn table(originals: &[&str]) -> alloc::vec::Vec<IpAddr> {
        let mut addresses = Addresses::default();
        let of = |text: &&str| addresses.ip(Key::new([5; 16]), text.parse().expect("an address"));
        originals.iter().map(of).collect()
    }

    fn shared(one: IpAddr, other: IpAddr) -> u32 {
        match (one, other) {
            (IpAddr::V4(one), IpAddr::V4(other)) => (u32::from(one) ^ u32::from(other)).leading_zeros(),
            (IpAddr::V6(one), IpAddr::V6(other)) => (u128::from(one) ^ u128::from(other)).leading_zeros(),
            _ => 0,
        }
    }

    #[test]
    fn prefixes_stay_common_and_hosts_apart() {
        let told = table(&["192.0.2.10", "192.0.2.11", "192.0.77.1", "192.55.0.1", "198.51.100.1"]);
        assert!((24..32).contains(&shared(told[0], told[1])));
        assert!((16..24).contains(&shared(told[0], told[2])));
        assert!((8..16).contains(&shared(told[0], told[3])));
        assert!(shared(told[0], told[4]) < 8);
        let told = table(&["2001:db8:1:2::10", "2001:db8:1:2::11", "2001:db8:1:3::1", "2001:db8:9::1", "2a00::1"]);
        for (other, prefix) in [(1, 64), (2, 48), (3, 32), (4, 20)] {
            assert!(shared(told[0], told[other]) >= prefix, "{told:?}");
        }
        assert_ne!(told[0], told[1]);
    }

    #[test]
    fn what_is_private_stays_so() {
        let told = table(&["10.1.2.3", "172.16.9.9", "192.168.0.1", "100.64.0.1", "169.254.1.1", "203.0.113.9"]);
        let firsts: alloc::vec::Vec<u8> =
            told.iter().map(|address| if let IpAddr::V4(four) = address { four.octets()[0] } else { 0 }).collect();
        assert_eq!(firsts[..5], [240, 241, 242, 243, 244]);
        assert!((245..255).contains(&firsts[5]));
    }

    #[test]
    fn what_names_nobody_stays() {
        for text in ["127.0.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.251", "::", "::1", "ff02::1"] {
            assert_eq!(table(&[text])[0].to_string(), text);
        }
        assert_eq!(table(&["ff02::1:ff12:3456"])[0].to_string(), "ff02::1:ff00:0");
    }

    #[test]
    fn an_address_inside_another_is_replaced_as_it_is_alone() {
        let told = table(&["192.0.2.10", "::ffff:192.0.2.10", "64:ff9b::192.0.2.10"]);
        let IpAddr::V4(four) = told[0] else { panic!() };
        assert_eq!(told[1], IpAddr::from(four.to_ipv6_mapped()));
        let IpAddr::V6(six) = told[2] else { panic!() };
        assert_eq!(u128::from(six) as u32, u32::from(four));
    }

    #[test]
    fn no_two_hosts_of_a_crowded_network_share_a_pseudonym() {
        let mut addresses = Addresses::default();
        let told: HashSet<IpAddr> = (1..=254_u8)
            .flat_map(|host| [[10, 0, 0, host], [203, 0, 113, host]])
            .map(|octets| addresses.ip(Key::new([1; 16]), octets.into()))
            .collect();
        assert_eq!(told.len(), 508);
    }

    #[test]
    fn hardware_of_one_maker_stays_together() {
        let key = Key::new([3; 16]);
        let (one, other) = (hardware(key, [0, 0x50, 0x56, 1, 2, 3]), hardware(key, [0, 0x50, 0x56, 1, 2, 4]));
        assert_eq!((one[..3] == other[..3], one[0]), (true, 2));
        assert_ne!(one, other);
        assert_eq!(hardware(key, [0xFF; 6]), [0xFF; 6]);
        assert_eq!(hardware(key, [0x33, 0x33, 0xFF, 1, 2, 3]), [0x33, 0x33, 0xFF, 0, 0, 0]);
    }
}
