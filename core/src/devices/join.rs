//! Rulings and failed exchanges: which line of a device tells of which connection, and what that changes.

use crate::sorting::Sorting as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use crate::listed::{Map, Set};

use super::bearing::{bearing, failures};
use super::clock::{self, Pair};
use super::rulings::{Kept, Rulings};
use super::{Action, words};
use crate::categories::Id;
use crate::exchange::{Attempt, Bearing, DeviceWord, Event, Exchange, What};
use crate::logs::LogReader;
use crate::report::{Confidence, GeneratedBy, Leg, ResetBy};
use crate::time::{Span, Timestamp};

/// A device's line may stand this much outside of its connection's time.
pub const SLACK: Span = Span::seconds(2);
/// Lines of one destination looked at for a try.
const NEAREST: usize = 64;
/// Lines looked at for all tries, to find those that tell how the clocks stand.
const LOOKED_AT: usize = 1 << 20;

/// A try of a failed exchange to reach somebody.
#[derive(Clone, Copy)]
pub struct Try<'a> {
    exchange: usize,
    attempt: Option<usize>,
    local: Option<SocketAddr>,
    to: (Option<IpAddr>, Option<u16>),
    host: Option<&'a str>,
    client: Option<IpAddr>,
    gateway: Option<IpAddr>,
    /// When it began.
    pub from: Timestamp,
    /// Its last sign.
    pub until: Timestamp,
}

/// How well a ruling fits a try; the greater the better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// The destination fits; whether the gateway was the opener, these inputs cannot say.
    Destination,
    /// Both addresses fit.
    Addresses,
    /// Both addresses and ports fit.
    Exact,
}

/// Holds the rulings of all logs against the failed exchanges. `gateways`: the gateway's addresses, as far as known.
pub fn join(exchanges: &mut [Exchange], logs: &[&LogReader], gateways: &[IpAddr]) {
    let mut telling = logs.iter().filter(|log| !log.rulings.kept.is_empty()).peekable();
    if telling.peek().is_none() {
        return;
    }
    let wanted = Wanted::of(exchanges);
    for log in telling {
        for told in of_log(exchanges, &wanted, log, gateways) {
            if let Some(exchange) = exchanges.get_mut(told.exchange) {
                apply(exchange, told);
            }
        }
    }
}

/// What a log tells of an exchange.
struct Told {
    exchange: usize,
    attempt: Option<usize>,
    word: DeviceWord,
    action: Action,
    /// The line, behind the one that says whose address it names.
    events: Vec<Event>,
    /// That only destination and time tie them together.
    doubt: Option<String>,
}

fn of_log(exchanges: &[Exchange], wanted: &Wanted, log: &LogReader, gateways: &[IpAddr]) -> Vec<Told> {
    let rulings = &log.rulings;
    let index = Index::new(rulings);
    let its = wanted.by(exchanges, &index);
    let tries = its.into_iter().filter_map(|at| Some(tries(at, exchanges.get(at)?)));
    let tries: Vec<Try<'_>> = tries.flatten().collect();
    let near = tries.iter().flat_map(|tried| index.of(rulings, tried).into_iter().map(move |kept| (kept, tried)));
    let pairs = near.take(LOOKED_AT).filter_map(|(kept, tried)| {
        let fit = fit(kept, tried, gateways)?;
        Some(Pair { kept, tried, exact: fit == Fit::Exact })
    });
    // A zone that was set holds where the failures tell no better.
    let ahead = match clock::ahead(pairs, log.zoneless()) {
        Span(0) => Span(log.offset().0.saturating_neg()),
        ahead => ahead,
    };
    let (id, title) = log.format().map_or(("", ""), |format| (format.id, format.title));
    let mut told: Vec<Told> = Vec::new();
    for tried in &tries {
        let Some(exchange) = exchanges.get(tried.exchange) else { continue };
        let attempt = tried.attempt.and_then(|at| exchange.attempts.get(at));
        let near = index.during(rulings, tried, ahead).take(NEAREST);
        let fitting =
            near.filter_map(|kept| Some((fit(kept, tried, gateways)?, bearing(kept, exchange, attempt)?, kept)));
        let best = fitting.max_by_key(|(fit, bearing, kept)| {
            let apart = kept.source.time.0.saturating_sub(ahead.0).saturating_sub(tried.from.0).saturating_abs();
            (*fit, bearing.blames(), *bearing == Bearing::Beyond, core::cmp::Reverse(apart))
        });
        let Some((fit, bearing, kept)) = best else { continue };
        let text = words::sentence(rulings, kept, title);
        let mut source = kept.source;
        source.time = source.time.plus(Span(ahead.0.saturating_neg()));
        let doubt = kept.from.0.filter(|_| fit == Fit::Destination).map(|source| {
            format!(
                "These files do not tell the gateway's own address: that {source} is it, and this its connection, follows \
                 from destination and time alone."
            )
        });
        let line = |source, text| Event { source, leg: Leg::Upstream, sent: true, what: What::Line(text), flow: None };
        let naming = index.naming(tried, kept).and_then(|at| rulings.kept.get(at as usize)).filter(|_| {
            // A line that says the name itself needs no other.
            rulings.name(kept).is_empty()
        });
        let mut events = Vec::new();
        if let (Some(naming), Some(address), Some(host)) = (naming, kept.to.0, tried.host) {
            let mut source = naming.source;
            source.time = source.time.plus(Span(ahead.0.saturating_neg()));
            events.push(line(source, format!("{title} had found {address} to be {host}.")));
        }
        events.push(line(source, text.clone()));
        let new = Told {
            exchange: tried.exchange,
            attempt: tried.attempt,
            word: DeviceWord { text, log: id, bearing, exact: fit == Fit::Exact },
            action: kept.action,
            events,
            doubt,
        };
        // One word of a log for each exchange, whose tries follow each other: the one that blames.
        match told.last_mut().filter(|known| known.exchange == tried.exchange) {
            Some(known) if bearing.blames() && !known.word.bearing.blames() => *known = new,
            Some(_) => {}
            None => told.push(new),
        }
    }
    told
}

/// What the exchange tried: each connection and each DNS server, else the host wanted.
fn tries(at: usize, exchange: &Exchange) -> Vec<Try<'_>> {
    let last = exchange.events.iter().map(|event| event.source.time).max().unwrap_or(exchange.begun);
    let whole = Try {
        exchange: at,
        attempt: None,
        local: None,
        to: (None, exchange.port),
        host: exchange.host.as_deref(),
        client: exchange.client,
        gateway: exchange.gateway,
        from: exchange.begun,
        until: last.max(exchange.begun),
    };
    let mut tries = Vec::new();
    let mut locals: Set<SocketAddr> = Set::default();
    for (number, attempt) in exchange.attempts.iter().enumerate() {
        let (from, until) = attempt.span.unwrap_or((whole.from, whole.until));
        let one = |local, to: SocketAddr| Try {
            attempt: Some(number),
            local,
            to: (Some(to.ip()), Some(to.port())),
            from,
            until,
            ..whole
        };
        if let Some(upstream) = attempt.upstream {
            locals.extend(attempt.local);
            tries.push(one(attempt.local, upstream));
        }
        let asked = attempt.events.iter().filter(|event| event.leg == Leg::Dns).filter_map(|event| event.flow);
        tries.extend(asked.filter(|flow| locals.insert(flow.one)).map(|flow| one(Some(flow.one), flow.other)));
    }
    if tries.is_empty() {
        let literal = exchange.host.as_deref().and_then(|host| host.parse().ok());
        tries.push(Try { to: (literal, exchange.port), ..whole });
    }
    tries
}

/// Failures by whom they tried: a log is held against those alone that it may tell of.
struct Wanted {
    /// Addresses, each with the place of the failure.
    addresses: Vec<(IpAddr, usize)>,
    /// Places of those of which only the host is known, by that.
    hosts: Vec<usize>,
}

impl Wanted {
    fn of(exchanges: &[Exchange]) -> Self {
        let (mut addresses, mut hosts) = (Vec::new(), Vec::new());
        for tried in exchanges.iter().enumerate().flat_map(|(at, exchange)| tries(at, exchange)) {
            match tried.to.0 {
                Some(address) => addresses.push((address, tried.exchange)),
                None => hosts.push(tried.exchange),
            }
        }
        addresses.order();
        hosts.order_by(|one, other| host(exchanges, *one).cmp(&host(exchanges, *other)));
        Self { addresses, hosts }
    }

    /// Places of the failures that these rulings may tell of, in order.
    fn by(&self, exchanges: &[Exchange], index: &Index<'_>) -> Vec<usize> {
        let mut found = Vec::new();
        for address in index.of_address.keys() {
            let first = self.addresses.partition_point(|(other, _)| other < address);
            let rest = self.addresses.get(first..).unwrap_or_default();
            found.extend(rest.iter().take_while(|(other, _)| other == address).map(|(_, at)| *at));
        }
        for name in index.of_name.keys() {
            let first = self.hosts.partition_point(|at| host(exchanges, *at) < Some(*name));
            let rest = self.hosts.get(first..).unwrap_or_default();
            found.extend(rest.iter().copied().take_while(|at| host(exchanges, *at) == Some(*name)));
        }
        found.order();
        found.dedup();
        found
    }
}

fn host(exchanges: &[Exchange], at: usize) -> Option<&str> {
    exchanges.get(at)?.host.as_deref()
}

/// Destination with its port, and the opener's port.
type Ports = (IpAddr, Option<u16>, Option<u16>);

/// Rulings by destination, each list in time order, and what addresses a name has by the device's own word.
struct Index<'a> {
    of_address: Map<IpAddr, Vec<u32>>,
    /// By ports as well, in order; one that sends the opener on from another port twice.
    of_ports: Vec<(Ports, u32)>,
    /// With the line that says so.
    of_name: Map<&'a str, Vec<(IpAddr, u32)>>,
}

impl<'a> Index<'a> {
    fn new(rulings: &'a Rulings) -> Self {
        let mut index = Self { of_address: Map::default(), of_ports: Vec::new(), of_name: Map::default() };
        for (kept, at) in rulings.kept.iter().zip(0_u32..) {
            let Some(address) = kept.to.0 else { continue };
            if kept.action != Action::Named {
                index.of_address.or_default(address).push(at);
                index.of_ports.push(((address, kept.to.1, kept.from.1), at));
                let leaves = kept.leaves_as.map(|leaves| leaves.port()).filter(|_| kept.from.1.is_some());
                if leaves.is_some() && leaves != kept.from.1 {
                    index.of_ports.push(((address, kept.to.1, leaves), at));
                }
            }
            let name = rulings.name(kept);
            if !name.is_empty() {
                let known = index.of_name.or_default(name);
                if known.iter().all(|(one, _)| *one != address) && known.len() < NEAREST {
                    known.push((address, at));
                }
            }
        }
        for list in index.of_address.values_mut() {
            list.order_by_key(|at| rulings.kept.get(*at as usize).map(|kept| kept.source.time));
        }
        index.of_ports.order();
        index
    }

    fn addresses(&self, tried: &Try<'_>) -> Vec<IpAddr> {
        match (tried.to.0, tried.host) {
            (Some(address), _) => [address].into(),
            (None, Some(_)) => self.named(tried).iter().map(|(address, _)| *address).collect(),
            (None, None) => Vec::new(),
        }
    }

    fn named(&self, tried: &Try<'_>) -> &[(IpAddr, u32)] {
        tried.host.and_then(|host| self.of_name.get(host)).map_or(&[], Vec::as_slice)
    }

    /// The line by which a ruling's address is the host's that was wanted, where only a name was known.
    fn naming(&self, tried: &Try<'_>, kept: &Kept) -> Option<u32> {
        let only_name = tried.to.0.is_none();
        let by = self.named(tried).iter().find(|(address, _)| only_name && kept.to.0 == Some(*address));
        by.map(|(_, at)| *at)
    }

    /// Those that may be of a try by address and port. What says no port may be of any.
    fn of<'b>(&self, rulings: &'b Rulings, tried: &Try<'_>) -> Vec<&'b Kept> {
        let mut found = Vec::new();
        let mut add = |first: Ports, last: Ports| {
            let from = self.of_ports.partition_point(|(ports, _)| *ports < first);
            let rest = self.of_ports.get(from..).unwrap_or_default();
            let its = rest.iter().take_while(|(ports, _)| *ports <= last);
            let its = its.filter_map(|((.., port), at)| Some((*port, rulings.kept.get(*at as usize)?)));
            // Of those that stand there twice one.
            let its = its.filter(|(port, kept)| tried.local.is_some() || *port == kept.from.1);
            found.extend(its.map(|(_, kept)| kept).take(LOOKED_AT));
        };
        const MOST: Option<u16> = Some(u16::MAX);
        for address in self.addresses(tried) {
            match (tried.to.1, tried.local.map(|local| local.port())) {
                (None, _) => add((address, None, None), (address, MOST, MOST)),
                (to, None) => [to, None].into_iter().for_each(|to| add((address, to, None), (address, to, MOST))),
                (to, from) => {
                    let ports = [(to, from), (to, None), (None, from), (None, None)];
                    ports.into_iter().for_each(|(to, from)| add((address, to, from), (address, to, from)));
                }
            }
        }
        found
    }

    fn during<'b>(
        &'b self,
        rulings: &'b Rulings,
        tried: &Try<'_>,
        ahead: Span,
    ) -> impl Iterator<Item = &'b Kept> + use<'b, 'a> {
        let from = tried.from.0.saturating_sub(SLACK.0).saturating_add(ahead.0);
        let until = tried.until.0.saturating_add(SLACK.0).saturating_add(ahead.0);
        let time = move |at: &u32| rulings.kept.get(*at as usize).map_or(0, |kept| kept.source.time.0);
        let lists = self.addresses(tried).into_iter().filter_map(|address| self.of_address.get(&address));
        lists.flat_map(move |list| {
            let first = list.partition_point(|at| time(at) < from);
            let near = list.get(first..).unwrap_or_default().iter().take_while(move |at| time(at) <= until);
            near.filter_map(|at| rulings.kept.get(*at as usize))
        })
    }
}

/// How well a ruling fits a try; `None`: it tells of another connection.
fn fit(kept: &Kept, tried: &Try<'_>, gateways: &[IpAddr]) -> Option<Fit> {
    if kept.to.1.zip(tried.to.1).is_some_and(|(one, other)| one != other) {
        return None;
    }
    let Some(source) = kept.from.0 else { return Some(Fit::Destination) };
    if let Some(local) = tried.local {
        let same = source == local.ip() || kept.leaves_as.is_some_and(|leaves| leaves == local);
        return match kept.from.1 {
            Some(port) if port == local.port() => Some(Fit::Exact),
            Some(_) if kept.leaves_as == Some(local) => Some(Fit::Exact),
            None if same => Some(Fit::Addresses),
            _ => None,
        };
    }
    if tried.gateway == Some(source) || gateways.contains(&source) {
        return Some(Fit::Addresses);
    }
    if tried.gateway.is_some() || !gateways.is_empty() {
        return None;
    }
    // The monitor blocks by destination: whom it names as opener tells nothing. Elsewhere the client's own connection is
    // not the gateway's.
    (kept.own || tried.client != Some(source)).then_some(Fit::Destination)
}

/// Who reset a captured connection, by the word of the one who did. Signs that the server itself did stand.
fn reset_by(attempt: &mut Attempt, bearing: Bearing, action: Action) {
    let by = match bearing {
        Bearing::OwnBlock => ResetBy::Gateway,
        Bearing::Block if matches!(action, Action::Reset | Action::Refused | Action::Denied) => ResetBy::DeviceOnPath,
        _ => return,
    };
    let reset = attempt.events.iter().any(|event| matches!(event.what, What::Reset(_)));
    if reset && attempt.reset_by != Some(ResetBy::UpstreamHost) && attempt.reset_by != Some(by) {
        attempt.reset_by = Some(by);
        attempt.signs.clear();
    }
}

fn apply(exchange: &mut Exchange, told: Told) {
    let Told { attempt, word, action, events, doubt, .. } = told;
    let captured = attempt.and_then(|at| exchange.attempts.get(at)).is_some_and(|attempt| !attempt.events.is_empty());
    let claim = exchange.claim.as_mut().filter(|_| !captured && word.bearing != Bearing::Pass);
    if let Some(claim) = claim {
        let decided = claim.candidates.first().copied().filter(|_| !claim.undetermined);
        if word.bearing == Bearing::OwnBlock {
            claim.candidates = [Id::PolicyDenied].into();
            claim.made_by = Some(GeneratedBy::Gateway);
        } else {
            claim.candidates.retain(|id| failures(action).contains(id));
        }
        // What the log had decided already stands, where the device's word fits it.
        let stands = decided.is_some() && claim.candidates.first().copied() == decided;
        claim.undetermined = claim.candidates.len() > 1 && !stands;
        if !claim.undetermined && !stands {
            claim.confidence = if doubt.is_none() || word.bearing == Bearing::OwnBlock {
                Confidence::Likely
            } else {
                Confidence::Possible
            };
        }
    }
    if let Some(attempt) = attempt.and_then(|at| exchange.attempts.get_mut(at)).filter(|_| word.exact) {
        reset_by(attempt, word.bearing, action);
    }
    exchange.doubts.extend(doubt);
    exchange.events.extend(events);
    exchange.signs.devices.push(word);
}
