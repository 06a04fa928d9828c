//! What devices on the path say that they did: firewalls between gateway and servers, and a gateway's own traffic monitor.
//!
//! Their logs make no exchanges. A log format gives a [`Ruling`] for a line (`Parsed::Ruling`), the log's reader keeps them
//! ([`Rulings`]), and once captures and logs are joined [`join()`] holds them against the failed exchanges, by address,
//! port and time: a device that blocked is the cause, one that let pass is ruled out.
//!
//! Non-goals: failures that only a device tells of (nobody says that a request waited for them), rules and objects of a
//! configuration.

mod bearing;
mod clock;
mod join;
mod rulings;
#[cfg(test)]
mod tests;
mod words;

use core::net::{IpAddr, SocketAddr};

use crate::time::Timestamp;

pub use join::join;
pub use rulings::Rulings;

/// What a device says that it did with one connection, borrowed from its line.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ruling<'a> {
    /// When.
    pub time: Timestamp,
    /// What it did.
    pub action: Action,
    /// Transport protocol.
    pub protocol: Protocol,
    /// Who opens the connection.
    pub source: Option<IpAddr>,
    /// Its port.
    pub source_port: Option<u16>,
    /// Whom it is meant for.
    pub destination: Option<IpAddr>,
    /// Its port.
    pub destination_port: Option<u16>,
    /// The opener as the device sends it on, where it translates addresses.
    pub leaves_as: Option<SocketAddr>,
    /// The destination's name, where the device knows one.
    pub name: Option<&'a str>,
    /// The device's own name; empty where the line has none.
    pub device: &'a str,
    /// Rule, access list or reason; empty where the line has none.
    pub rule: &'a str,
    /// The device is a part of the gateway itself.
    pub own: bool,
}

/// What a device did with a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Action {
    /// It only told the name of an address.
    #[default]
    Named,
    /// It let it pass, as far as a line at its beginning can say.
    Passed,
    /// It dropped it without a word.
    Dropped,
    /// It refused it by RST or ICMP.
    Refused,
    /// It blocked it; the line does not say whether silently.
    Denied,
    /// It reset it: before or after it stood.
    Reset,
    /// It had let the SYN pass, and no answer came to it from beyond.
    NoAnswer,
    /// It had let it pass, and the destination sent a RST.
    DestinationReset,
    /// It had let it pass, and the opener sent a RST.
    SourceReset,
    /// It had let it pass, and forgot it because nothing more was sent.
    Idle,
    /// It had let it pass, and both sides closed it.
    Closed,
}

impl Action {
    /// The device did not let it pass.
    #[must_use]
    pub fn blocks(self) -> bool {
        matches!(self, Self::Dropped | Self::Refused | Self::Denied | Self::Reset)
    }
}

/// Transport protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "named like the protocols")]
pub enum Protocol {
    #[default]
    Tcp,
    Udp,
    Other,
}
