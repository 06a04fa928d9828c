//! The hosts that failed requests want, and their addresses.

use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

use super::host::Host;
use super::{Asked, Names};
use crate::exchange::Exchange;
use crate::leads::Leads;
use crate::listed::Map;
use crate::sorting::Sorting as _;
use crate::time::Timestamp;

/// What the captures say of the host that a request wants.
pub(super) struct Sought {
    /// Its number; `None` where it is not known which host that is.
    pub(super) site: Option<u32>,
    /// Since when the gateway knew its address, as far as the captures show.
    pub(super) known: Timestamp,
}

/// A host that requests want.
struct Site<'a> {
    host: Rc<Host<'a>>,
    /// When DNS gave an address first.
    known: Timestamp,
    /// When the requests were made for which the gateway looked it up.
    looked_up: Vec<Timestamp>,
}

/// The hosts that requests want.
pub(super) struct Sites<'a> {
    numbers: Map<String, u32>,
    list: Vec<Site<'a>>,
    /// Addresses and whose they are, in order.
    addresses: Vec<(IpAddr, u32)>,
    /// Hosts that have addresses in common, or have some in common with a third one, are one group.
    groups: Leads,
}

impl<'a> Sites<'a> {
    pub(super) fn new(exchanges: &[Exchange], names: &Names<'a>, asked: &Asked) -> Self {
        let mut sites =
            Self { numbers: Map::default(), list: Vec::new(), addresses: Vec::new(), groups: Leads::default() };
        for name in exchanges.iter().filter_map(|exchange| exchange.host.as_deref()) {
            if sites.numbers.contains_key(name) {
                continue;
            }
            let (number, host) = (sites.list.len() as u32, names.host(name));
            let mut looked_up: Vec<Timestamp> = host.began().filter_map(|began| asked.latest(name, began)).collect();
            looked_up.order();
            looked_up.dedup();
            let known = host.addresses.iter().map(|(given, _)| *given).min().unwrap_or(Timestamp(i64::MAX));
            sites.addresses.extend(host.addresses.iter().map(|(_, address)| (*address, number)));
            sites.list.push(Site { host, known, looked_up });
            sites.numbers.insert(name.to_string(), number);
        }
        sites.addresses.order();
        sites.list.iter().for_each(|_| sites.groups.push());
        for at in 1..sites.addresses.len() {
            if let Some([(address, one), (same, other)]) = sites.addresses.get(at - 1..=at)
                && address == same
            {
                let (one, other) = (sites.groups.end(*one as usize), sites.groups.end(*other as usize));
                sites.groups.lead(one.max(other), one.min(other));
            }
        }
        // Each way has one step from here on.
        for site in 0..sites.list.len() {
            let group = sites.groups.end(site);
            sites.groups.lead(site, group);
        }
        sites
    }

    pub(super) fn number(&self, host: &str) -> Option<u32> {
        self.numbers.get(host).copied()
    }

    /// The group of a host.
    pub(super) fn group(&self, site: u32) -> u32 {
        self.groups.end_of(site as usize) as u32
    }

    /// The group of the hosts that have this address.
    pub(super) fn at(&self, address: IpAddr) -> Option<u32> {
        let first = self.addresses.partition_point(|(other, _)| *other < address);
        self.addresses.get(first).filter(|(other, _)| *other == address).map(|(_, site)| self.group(*site))
    }

    /// Whether a host has an address.
    pub(super) fn has(&self, site: u32, address: IpAddr) -> bool {
        self.addresses.binary_search(&(address, site)).is_ok()
    }

    fn site(&self, sought: &Sought) -> Option<&Site<'a>> {
        self.list.get(sought.site? as usize)
    }

    pub(super) fn has_addresses(&self, sought: &Sought) -> bool {
        self.site(sought).is_some_and(|site| !site.host.addresses.is_empty())
    }

    pub(super) fn sought(&self, exchange: &Exchange) -> Sought {
        let number = exchange.host.as_deref().and_then(|host| self.number(host));
        let mut sought = Sought { site: number, known: Timestamp(i64::MAX) };
        if let Some(site) = self.site(&sought) {
            let own = site.looked_up.binary_search(&exchange.begun).is_ok() && !site.host.addresses.is_empty();
            sought.known = if own { Timestamp(i64::MIN) } else { site.known };
        }
        sought
    }
}
