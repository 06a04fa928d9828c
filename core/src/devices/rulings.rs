//! The rulings of one log, in little: a firewall's hour has millions.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use crate::tables::HashMap;

use super::{Action, Protocol, Ruling};
use crate::exchange::Source;

/// Blocked connections kept of one log, and as many that passed. About 150 bytes each.
pub const KEPT: usize = 100_000;
/// Different names of devices, rules and hosts kept.
const NAMES: usize = 10_000;
/// Characters kept of a name.
const LONGEST: usize = 120;

/// What is kept of a ruling; texts are places in the list of names.
#[derive(Clone, Copy, Debug)]
pub struct Kept {
    /// Where it stands.
    pub source: Source,
    /// What the device did.
    pub action: Action,
    /// Transport protocol.
    pub protocol: Protocol,
    /// Opener.
    pub from: (Option<IpAddr>, Option<u16>),
    /// Destination.
    pub to: (Option<IpAddr>, Option<u16>),
    /// The opener as the device sends it on.
    pub leaves_as: Option<SocketAddr>,
    name: u32,
    device: u32,
    rule: u32,
    /// The device is a part of the gateway itself.
    pub own: bool,
}

/// The rulings of one log.
#[derive(Debug, Default)]
pub struct Rulings {
    /// In the order of their lines.
    pub kept: Vec<Kept>,
    blocked: usize,
    /// More lines than are kept.
    pub over: u64,
    names: Vec<String>,
    places: HashMap<String, u32>,
}

impl Rulings {
    /// Keeps a line's ruling.
    pub fn add(&mut self, ruling: &Ruling<'_>, source: Source) {
        let blocks = ruling.action.blocks();
        let full = if blocks { self.blocked } else { self.kept.len() - self.blocked } >= KEPT;
        if full {
            self.over += 1;
            return;
        }
        self.blocked += usize::from(blocks);
        let (name, device, rule) =
            (self.place(ruling.name.unwrap_or_default()), self.place(ruling.device), self.place(ruling.rule));
        self.kept.push(Kept {
            source,
            action: ruling.action,
            protocol: ruling.protocol,
            from: (ruling.source, ruling.source_port),
            to: (ruling.destination, ruling.destination_port),
            leaves_as: ruling.leaves_as,
            name,
            device,
            rule,
            own: ruling.own,
        });
    }

    /// The destination's name, lower case; empty where none is known.
    pub fn name(&self, kept: &Kept) -> &str {
        self.text(kept.name)
    }

    /// The device's name.
    pub fn device(&self, kept: &Kept) -> &str {
        self.text(kept.device)
    }

    /// Rule or reason.
    pub fn rule(&self, kept: &Kept) -> &str {
        self.text(kept.rule)
    }

    fn text(&self, place: u32) -> &str {
        (place as usize).checked_sub(1).and_then(|at| self.names.get(at)).map_or("", String::as_str)
    }

    /// The place of a text, from 1; 0 for none, and for those beyond the names that are kept.
    fn place(&mut self, text: &str) -> u32 {
        let end = text.char_indices().nth(LONGEST).map_or(text.len(), |(at, _)| at);
        let Some(text) = text.get(..end).filter(|text| !text.is_empty()) else { return 0 };
        if let Some(place) = self.places.get(text) {
            return *place;
        }
        if self.names.len() >= NAMES {
            return 0;
        }
        self.names.push(text.to_string());
        let place = u32::try_from(self.names.len()).unwrap_or(0);
        self.places.insert(text.to_string(), place);
        place
    }
}
