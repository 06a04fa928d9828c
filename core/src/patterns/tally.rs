//! Requests that went well, counted by client, host and server, and by time: what failures are compared with.
//!
//! One pass, bounded memory: only the first thousand names of a kind are told apart, and time is cut into rows, which
//! grow as the log does (`counts`). A request costs three look-ups; what is allocated is kept.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use super::counts::Counts;
use crate::time::Timestamp;

/// Gateway nodes that are told apart.
const NODES: usize = 8;

/// What requests are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Who asked.
    Client,
    /// The host wanted.
    Host,
    /// The server that the gateway asked: its address, or its name with the gateway.
    Server,
}

/// The server that answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server<'a> {
    /// Not said.
    Unsaid,
    /// By its address.
    At(SocketAddr),
    /// By the gateway's names for its group, which may be empty, and for the server.
    Named(&'a str, &'a str),
}

/// A request that went well.
#[derive(Clone, Copy, Debug)]
pub struct Well<'a> {
    /// When.
    pub time: Timestamp,
    /// Who asked.
    pub client: Option<IpAddr>,
    /// Host wanted; empty where that is not said.
    pub host: &'a str,
    /// Who answered.
    pub server: Server<'a>,
    /// A tunnel was granted; its inside is not seen.
    pub tunnel: bool,
}

/// Requests and granted tunnels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Requests that went well.
    pub requests: u64,
    /// Tunnels that were granted.
    pub tunnels: u64,
}

impl Count {
    /// Both.
    #[must_use]
    pub fn all(self) -> u64 {
        self.requests + self.tunnels
    }

    /// The sum of two.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { requests: self.requests + other.requests, tunnels: self.tunnels + other.tunnels }
    }

    /// What is left without these.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self {
            requests: self.requests.saturating_sub(other.requests),
            tunnels: self.tunnels.saturating_sub(other.tunnels),
        }
    }
}

/// What went well on each node of a gateway.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    nodes: Vec<(String, Counts)>,
    last: usize,
}

impl Tally {
    /// Counts requests that are alike; `node` is the machine that served it, empty where that is not said.
    pub fn add(&mut self, node: &str, well: &Well<'_>, times: u32) {
        // Two empty texts are compared without looking at them: some C libraries take long to compare nothing.
        let same = |name: &str| name.len() == node.len() && (node.is_empty() || name == node);
        if self.nodes.get(self.last).is_none_or(|(name, _)| !same(name)) {
            self.last = match self.nodes.iter().position(|(name, _)| same(name)) {
                Some(at) => at,
                None if self.nodes.len() < NODES => {
                    self.nodes.push((node.to_string(), Counts::default()));
                    self.nodes.len() - 1
                }
                // It is of none of the nodes that are told apart.
                None => return,
            };
        }
        if let Some((_, counts)) = self.nodes.get_mut(self.last) {
            counts.add(well, times);
        }
    }

    /// The nodes by name, and what went well there.
    pub fn nodes(&self) -> impl Iterator<Item = (&str, &Counts)> {
        self.nodes.iter().map(|(name, counts)| (name.as_str(), counts))
    }
}

/// `be/s1`, or the server alone where it has no group.
#[must_use]
pub fn server_name(group: &str, name: &str) -> String {
    if group.is_empty() { name.to_string() } else { alloc::format!("{group}/{name}") }
}

/// Of an address; the same on every machine.
pub fn digest_of_address(ip: IpAddr) -> u64 {
    match ip {
        IpAddr::V4(ip) => mix(u64::from(u32::from(ip)) | 1 << 32),
        IpAddr::V6(ip) => {
            let bits = u128::from(ip);
            mix(mix(bits as u64) ^ (bits >> 64) as u64)
        }
    }
}

/// Eight bytes at a time; the same on every machine. Two names with one digest count as one: with 64 bits and so few
/// names that does not happen.
pub fn digest(seed: u64, text: &str) -> u64 {
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    let whole = words.iter().fold(seed ^ text.len() as u64, |hash, word| mix(hash ^ u64::from_le_bytes(*word)));
    let last = rest.iter().fold(0, |last, byte| last << 8 | u64::from(*byte));
    mix(whole ^ last)
}

fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9E37_79B9_7F4A_7C15).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    value ^ value >> 29
}
