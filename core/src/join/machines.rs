//! Addresses of one machine, by what the capture says of them: all that sent from the capturing host are its own; others share a
//! hardware address, or each is its own on one of its interfaces.

use crate::sorting::Sorting as _;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cell::OnceCell;
use core::net::IpAddr;

use crate::listed::{Map, Set};
use crate::sparing;

use super::doings::{Doings, during};
use crate::time::Timestamp;

/// Addresses behind one hardware address that are taken for one machine's; behind a router there are more.
const ADDRESSES_OF_ONE: usize = 4;

/// Connections, and lookups, of the capturing host that are looked at for one time in which it was asked: the first that is not to
/// or from its clients counts.
const LOOKED_AT: usize = 4096;

/// Addresses of one machine. The capturing host may have tens of thousands: what is asked of those is looked up by time.
pub(super) struct Machines<'a> {
    hosts: &'a Map<IpAddr, Box<Doings>>,
    /// By interfaces, a list for each capturing machine.
    own: Vec<Vec<IpAddr>>,
    /// Those of the capturing host.
    local: Vec<IpAddr>,
    by_hardware: Map<u64, Vec<IpAddr>>,
    went_out: OnceCell<WentOut>,
}

/// When the capturing host went out, in order.
#[derive(Default)]
struct WentOut {
    /// It opened connections: under which address, and to whom.
    opened: Vec<(Timestamp, IpAddr, IpAddr)>,
    /// It looked names up that a client wanted, and any: under which address.
    asked: [Vec<(Timestamp, IpAddr)>; 2],
}

impl<'a> Machines<'a> {
    /// `own`: by interfaces, a list for each capturing machine.
    pub(super) fn new(hosts: &'a Map<IpAddr, Box<Doings>>, own: Vec<Vec<IpAddr>>) -> Self {
        let mut machines =
            Self { hosts, own, local: Vec::new(), by_hardware: Map::default(), went_out: OnceCell::new() };
        for (ip, doings) in hosts {
            if doings.local {
                machines.local.push(*ip);
            }
            for hardware in &doings.hardware {
                let sharing = machines.by_hardware.or_default(*hardware);
                if sharing.len() <= ADDRESSES_OF_ONE {
                    sparing::push(sharing, *ip);
                }
            }
        }
        machines
    }

    fn gather(&self) -> WentOut {
        let mut all = WentOut::default();
        for (ip, doings) in self.local.iter().filter_map(|ip| self.hosts.get_key_value(ip)) {
            all.opened.extend(doings.opened_at.iter().map(|(at, to)| (*at, *ip, *to)));
            for (asked, names) in all.asked.iter_mut().zip([&doings.asked_for_client, &doings.asked_at]) {
                asked.extend(names.iter().map(|at| (*at, *ip)));
            }
        }
        all.opened.order();
        all.asked.iter_mut().for_each(|asked| asked.order());
        all
    }

    /// The addresses of the capturing host of which this holds, for [`Self::any`].
    pub(super) fn local_where(&self, holds: impl Fn(&IpAddr) -> bool) -> Vec<IpAddr> {
        self.local.iter().copied().filter(holds).collect()
    }

    /// Whether this holds of any address that is known of the machine that has this one; of the capturing host's only those of
    /// which it may hold are looked at.
    pub(super) fn any(&self, ip: &IpAddr, local: &[IpAddr], holds: &mut dyn FnMut(&IpAddr) -> bool) -> bool {
        let Some(doings) = self.hosts.get(ip) else { return false };
        if doings.local && local.iter().any(&mut *holds) {
            return true;
        }
        for hardware in doings.hardware.iter().filter(|_| !doings.local) {
            let sharing = self.by_hardware.get(hardware).filter(|sharing| sharing.len() <= ADDRESSES_OF_ONE);
            if sharing.is_some_and(|sharing| sharing.iter().any(&mut *holds)) {
                return true;
            }
        }
        self.own.iter().any(|own| own.contains(ip) && own.iter().any(&mut *holds))
    }

    /// Whether the machine that was asked under this address opens connections, or looks up the name that it was asked for,
    /// while it has a request to answer, as a gateway does; a host that serves and browses does so by chance.
    pub(super) fn goes_out(&self, ip: &IpAddr, doings: &Doings) -> bool {
        let callers = &*doings.callers;
        let other = |ip: &IpAddr| !callers.asked_by.contains(ip);
        // Which name a request wanted that was not captured is not known: any may be it.
        let blind = usize::from(doings.blind > 0);
        let out = |one: &Doings| {
            let names = [&one.asked_for_client, &one.asked_at];
            // To its own clients a gateway opens nothing.
            one.opened_at.iter().any(|(at, to)| other(to) && during(*at, &callers.busy))
                || names.get(blind).is_some_and(|names| names.iter().any(|at| during(*at, &callers.busy)))
        };
        let by_capturing_host = || {
            let all = self.went_out.get_or_init(|| self.gather());
            let asked = all.asked.get(blind).map_or(&[][..], Vec::as_slice);
            callers.busy.iter().any(|span| {
                let mut opened = within(&all.opened, *span, |(at, ..)| *at).iter().take(LOOKED_AT);
                let mut asked = within(asked, *span, |(at, _)| *at).iter().take(LOOKED_AT);
                opened.any(|(_, own, to)| other(own) && other(to)) || asked.any(|(_, own)| other(own))
            })
        };
        let mut its = |own: &IpAddr| other(own) && self.hosts.get(own).is_some_and(|own| out(own));
        out(doings) || doings.local && by_capturing_host() || self.any(ip, &[], &mut its)
    }

    /// All addresses of the machines that have these.
    pub(super) fn all(&self, ips: &[IpAddr]) -> Set<IpAddr> {
        let mut all = Set::default();
        let local = ips.iter().any(|ip| self.hosts.get(ip).is_some_and(|doings| doings.local));
        all.extend(self.local.iter().filter(|_| local));
        for ip in ips {
            self.any(ip, &[], &mut |own| {
                all.insert(*own);
                false
            });
        }
        all
    }
}

/// Those of a list in order of time that lie in a span.
fn within<T>(list: &[T], (from, to): (Timestamp, Timestamp), at: impl Fn(&T) -> Timestamp) -> &[T] {
    let start = list.partition_point(|one| at(one) < from);
    let end = list.partition_point(|one| at(one) <= to);
    list.get(start..end).unwrap_or_default()
}
