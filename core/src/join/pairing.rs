//! Which attempt belongs to which request: by time, host, target, and the addresses that DNS gave.

use alloc::string::ToString;
use alloc::vec::Vec;
use core::hash::BuildHasher;
use core::net::{IpAddr, SocketAddr};

use super::open::{Ask, By, Offer, Open, Score, Way, port_bit};
use super::sites::{Sites, Sought};
use super::{Asked, Hellos, Loose, Names, Roles, failing};
use crate::exchange::{Answer, Attempt, Event, Exchange};
use crate::sorting::Sorting as _;
use crate::tables::Seeded;
use crate::time::{Span, Timestamp};

/// An attempt may begin this much before its request is seen: two interfaces, one clock.
pub(super) const SLACK: Span = Span::milliseconds(20);
/// Where a request was not seen, an attempt is its only if the gateway answered this soon after it had failed.
const PROMPT: Span = Span::seconds(1);
/// Attempts looked at for one request that has none, of those that one link offers; the latest first.
const NEAREST: usize = 2048;
/// Slashes of a target from which on a gateway may ask for the rest of it.
const SLASHES: usize = 16;
/// Requests looked at that have the same ClientHello: each client makes its own.
const SAME: usize = 64;
/// From here on a fit rests on more than time: on the host, the target or an address that DNS gave.
const LINKED: u32 = 3;
/// The attempt carries the client's own ClientHello.
const SAME_HELLO: u32 = 10;
/// It asks for the same, and nothing contradicts.
const SAME_TARGET: u32 = 8;
/// It is for the same host, by name.
const SAME_HOST: u32 = 5;
/// It goes to an address of the host.
const SAME_ADDRESS: u32 = 4;
/// The time is right.
const SAME_TIME: u32 = 1;

const REWRITTEN: &str = "The gateway asked this server for another host and path than the client had asked for: that it did so for this request is told by the time alone.";

/// Gives each attempt to the exchange that caused it. Exchanges and attempts come in order of their beginning.
pub(super) fn assign(
    exchanges: &mut [Exchange],
    loose: &mut [Loose<'_>],
    names: &Names<'_>,
    (roles, hellos, asked): (&Roles, &Hellos<'_>, &Asked),
) {
    let sites = Sites::new(exchanges, names, asked);
    let spoofing = loose.iter().any(|loose| spoofed(loose, roles).is_some());
    let pairing = Pairing { names, roles, hellos, sites, spoofing, seeded: Seeded::default() };
    let sought: Vec<Sought> = exchanges.iter().map(|exchange| pairing.sites.sought(exchange)).collect();
    let mut open = pairing.open(exchanges, &sought);
    let mut same = SameHello::new(exchanges, loose);
    for loose in loose.iter_mut() {
        let Some(upstream) = loose.attempt.upstream else { continue };
        let named = pairing.names.given(upstream.ip(), loose.begun);
        let ask = ask(loose, named.map(|(given, _)| given));
        let by_hello = Way { link: 0, by: By::Link, fit: SAME_HELLO, port: false };
        let mut best: Option<Score> = None;
        for at in same.of(&loose.attempt) {
            let score = || {
                let fit = pairing.fit(exchanges.get(at)?, sought.get(at)?, loose, named, true)?;
                Some(open.score(&ask, &by_hello, at)?.with(fit))
            };
            best = best.max(score());
        }
        let ways = pairing.ways(loose, upstream);
        let best_but = |but: Option<usize>, best| {
            let fit = |at| {
                let other = exchanges.get(at).filter(|_| but != Some(at))?;
                pairing.fit(other, sought.get(at)?, loose, named, false)
            };
            ways.iter().fold(best, |best, way| open.best(&ask, way, &fit, best))
        };
        best = best_but(None, best);
        let Some(Score { fit, at, .. }) = best else { continue };
        loose.unsure = fit > 0 && fit < LINKED && best_but(Some(at), Some(Score::UNFIT)) > Some(Score::UNFIT);
        if let Some(exchange) = exchanges.get_mut(at) {
            exchange.attempts.push(loose.attempt.clone());
            open.taken(at, until(&loose.attempt));
            same.give(&loose.attempt, at);
            loose.taken = true;
            if loose.unsure {
                let doubt = "Nothing but the time says that this attempt is this request's: others were open as well.";
                if !exchange.doubts.iter().any(|known| known == doubt) {
                    exchange.doubts.push(doubt.to_string());
                }
            }
        }
    }
    pairing.assign_rewritten(exchanges, &sought, loose, &mut open);
    pairing.share(exchanges, &sought, loose);
}

/// When an attempt ended.
fn until(attempt: &Attempt) -> Timestamp {
    attempt.span.map_or(Timestamp(i64::MIN), |(_, ended)| ended)
}

/// What is asked of requests for an attempt, whose address was given for a name then.
fn ask(loose: &Loose<'_>, given: Option<Timestamp>) -> Ask {
    let attempt = &loose.attempt;
    let port = attempt.upstream.map_or(0, |upstream| upstream.port());
    let over = last(&attempt.events).unwrap_or_default();
    let errand = matches!(port, 80 | 443) && !attempt.parent;
    Ask {
        begun: loose.begun,
        ended: attempt.span.map_or(loose.begun, |(_, ended)| ended),
        prompt: (Timestamp(over.0.saturating_sub(SLACK.0)), over.plus(PROMPT)),
        named: given.filter(|_| errand).unwrap_or(Timestamp(i64::MIN)),
        port,
    }
}

/// Whose address an attempt carries where it is not the gateway's own.
fn spoofed(loose: &Loose<'_>, roles: &Roles) -> Option<IpAddr> {
    loose.attempt.local.map(|local| local.ip()).filter(|local| !roles.egress.contains(local))
}

/// What links attempts to requests. What only time links stands under [`Link::Unknown`] as long as it did not know the address
/// of its host, else under [`Link::Known`].
#[derive(Hash)]
enum Link<'a> {
    Unknown,
    Known,
    /// The request itself was not captured.
    Late,
    /// A reverse proxy may have written another one of it.
    Rewritable,
    Host(&'a str),
    /// Hosts with common addresses.
    Group(u32),
    /// A target, or what one ends with, at any host or at those.
    Target(Option<u32>, &'a str),
}

/// What a gateway may ask for in place of a target: that, or what it ends with from one of its first slashes on.
fn ends(target: &str) -> impl Iterator<Item = &str> {
    let parts = target.match_indices('/').take(SLASHES).filter_map(|(at, _)| target.get(at..));
    [target].into_iter().chain(parts.filter(move |part| part.len() > 1 && part.len() < target.len()))
}

/// What attempts are judged by.
struct Pairing<'a, 'n> {
    names: &'a Names<'n>,
    roles: &'a Roles,
    hellos: &'a Hellos<'a>,
    sites: Sites<'n>,
    /// The gateway goes out under its clients' addresses.
    spoofing: bool,
    seeded: Seeded,
}

impl Pairing<'_, '_> {
    /// Links as numbers: of this client's requests, or of all. Two may have the same number; what has one is always judged by
    /// itself.
    fn number(&self, client: Option<IpAddr>, link: &Link<'_>) -> u32 {
        self.seeded.hash_one((client, link)) as u32
    }

    /// The links of all requests.
    fn open(&self, exchanges: &[Exchange], sought: &[Sought]) -> Open {
        let mut entries = Vec::new();
        let mut offers = Vec::with_capacity(exchanges.len());
        for ((exchange, sought), at) in exchanges.iter().zip(sought).zip(0..) {
            let offer = offer(exchange, sought);
            let mut links = self.links(exchange, sought);
            if exchange.signs.late {
                links = alloc::vec![Link::Late];
            } else {
                let known = sought.known <= offer.window.0;
                links.push(if known { Link::Known } else { Link::Unknown });
            }
            if self.may_be_rewritten(exchange, sought) {
                links.push(Link::Rewritable);
            }
            for link in links {
                entries.push((self.number(None, &link), at));
                if self.spoofing {
                    entries.push((self.number(exchange.client, &link), at));
                }
            }
            offers.push(offer);
        }
        Open::new(offers, entries)
    }

    /// Whether another host and path may have been asked for it.
    fn may_be_rewritten(&self, exchange: &Exchange, sought: &Sought) -> bool {
        rewritable(exchange) && !self.sites.has_addresses(sought)
    }

    /// What links attempts to a request beside the time.
    fn links<'e>(&self, exchange: &'e Exchange, sought: &Sought) -> Vec<Link<'e>> {
        let group = sought.site.map(|site| self.sites.group(site));
        let mut links: Vec<Link<'e>> = exchange.host.as_deref().map(Link::Host).into_iter().collect();
        links.extend(group.map(Link::Group));
        if let Some(target) = &exchange.target {
            for end in ends(target) {
                links.push(Link::Target(None, end));
                links.extend(group.map(|group| Link::Target(Some(group), end)));
            }
        }
        links
    }

    /// By which links requests are looked for, those that say most first.
    fn ways(&self, loose: &Loose<'_>, upstream: SocketAddr) -> Vec<Way> {
        let attempt = &loose.attempt;
        let client = spoofed(loose, self.roles);
        let mut ways = Vec::new();
        let mut way = |link, by, fit, port| ways.push(Way { link: self.number(client, &link), by, fit, port });
        let (host, path) = (attempt.host.as_deref(), attempt.target.as_deref());
        let by_time = if attempt.parent { By::Link } else { By::Time };
        let late = if host.is_some() { LINKED } else { SAME_TIME };
        if !attempt.late && !self.hellos.of_tunnel(attempt) {
            let own = host.and_then(|host| self.sites.number(host));
            let there = self.sites.at(upstream.ip());
            let groups = [own.map(|site| self.sites.group(site)), there];
            if let Some(path) = path {
                groups
                    .iter()
                    .flatten()
                    .for_each(|group| way(Link::Target(Some(*group), path), By::Link, SAME_TARGET, false));
                if host.is_none() {
                    way(Link::Target(None, path), By::Link, SAME_TARGET, false);
                }
            }
            if let (Some(host), Some(site)) = (host, own) {
                let same_address = self.sites.has(site, upstream.ip());
                way(Link::Host(host), By::Link, SAME_HOST + u32::from(same_address), false);
            }
            let waits = attempt.connect.failure().is_some();
            if let Some(group) = there.filter(|_| host.is_none() || attempt.parent || waits) {
                let by = if waits { By::Address } else { By::Link };
                way(Link::Group(group), by, SAME_ADDRESS, true);
            }
            if let Some(path) = path.filter(|_| host.is_some()) {
                way(Link::Target(None, path), by_time, LINKED, false);
            }
        }
        way(Link::Late, By::Answer, late, false);
        if attempt.late {
            host.into_iter().for_each(|host| way(Link::Host(host), By::Answer, LINKED, false));
            way(Link::Unknown, By::Answer, SAME_TIME, false);
            way(Link::Known, By::Answer, SAME_TIME, false);
        } else if host.is_none() && !self.hellos.of_tunnel(attempt) {
            way(Link::Unknown, by_time, SAME_TIME, true);
            if attempt.parent {
                way(Link::Known, By::Link, SAME_TIME, true);
            }
        }
        ways
    }

    /// A reverse proxy may write another host and another path into what it asks for: such an attempt that failed goes to a
    /// request that has no other, by time alone.
    fn assign_rewritten(
        &self,
        exchanges: &mut [Exchange],
        sought: &[Sought],
        loose: &mut [Loose<'_>],
        open: &mut Open,
    ) {
        let way = Way { link: self.number(None, &Link::Rewritable), by: By::Rewriting, fit: 0, port: false };
        let rewritten = |loose: &&mut Loose<'_>| {
            let attempt = &loose.attempt;
            !loose.taken && failing(attempt) && attempt.target.is_some() && attempt.host.is_some()
        };
        for loose in loose.iter_mut().filter(rewritten) {
            let ask = ask(loose, None);
            let fit = |at| {
                let exchange: &Exchange = exchanges.get(at)?;
                let its = exchange.attempts.is_empty() && self.may_be_rewritten(exchange, sought.get(at)?);
                its.then_some(0)
            };
            let Some(Score { at, .. }) = open.best(&ask, &way, &fit, None) else { continue };
            if let Some(exchange) = exchanges.get_mut(at) {
                exchange.attempts.push(loose.attempt.clone());
                exchange.doubts.push(REWRITTEN.to_string());
                open.taken(at, until(&loose.attempt));
                loose.taken = true;
            }
        }
    }

    /// Requests that waited on one connection together share what became of it.
    fn share(&self, exchanges: &mut [Exchange], sought: &[Sought], loose: &[Loose<'_>]) {
        let mut entries: Vec<(u32, u32)> = Vec::new();
        for (loose, at) in loose.iter().zip(0..) {
            // Those of a tunnel, and those of which not all was captured, are nobody else's.
            let Some(upstream) = loose.attempt.upstream.filter(|_| !loose.attempt.late) else { continue };
            let ways = self.ways(loose, upstream);
            entries.extend(ways.iter().filter(|way| way.fit > LINKED).map(|way| (way.link, at)));
        }
        entries.order();
        entries.dedup();
        for (exchange, sought) in exchanges.iter_mut().zip(sought).filter(|(exchange, _)| exchange.attempts.is_empty())
        {
            let (from, to) = window(exchange);
            let first = loose.partition_point(|loose| loose.begun < from) as u32;
            let after = loose.partition_point(|loose| loose.begun <= to) as u32;
            let mut best = None;
            for link in self.links(exchange, sought) {
                for client in [None, exchange.client].into_iter().take(1 + usize::from(self.spoofing)) {
                    let link = self.number(client, &link);
                    let start = entries.partition_point(|entry| *entry < (link, first));
                    let end = entries.partition_point(|entry| *entry < (link, after));
                    for (_, at) in entries.get(start..end).unwrap_or_default().iter().rev().take(NEAREST) {
                        let Some(loose) = loose.get(*at as usize) else { break };
                        // Of those that began at the same time the first.
                        let this = Some((loose.begun, core::cmp::Reverse(*at)));
                        if best.is_some_and(|(begun, _)| loose.begun < begun) {
                            break;
                        }
                        let fits = || self.fit(exchange, sought, loose, None, false).is_some_and(|fit| fit > LINKED);
                        if this > best && fits() {
                            best = this;
                        }
                    }
                }
            }
            let its = best.and_then(|(_, core::cmp::Reverse(at))| loose.get(at as usize));
            exchange.attempts.extend(its.map(|loose| loose.attempt.clone()));
        }
    }

    /// How well an attempt fits an exchange; `None` if it cannot be its. `named` is when its address was given last before
    /// it, and for which name.
    fn fit(
        &self,
        exchange: &Exchange,
        sought: &Sought,
        loose: &Loose<'_>,
        named: Option<(Timestamp, &str)>,
        same_hello: bool,
    ) -> Option<u32> {
        let attempt = &loose.attempt;
        let upstream = attempt.upstream?;
        let local = attempt.local?.ip();
        let known = sought.known <= loose.begun;
        let same_address = sought.site.is_some_and(|site| self.sites.has(site, upstream.ip()));
        let spoofed = !self.roles.egress.contains(&local);
        if spoofed && (exchange.client != Some(local) || !same_address && known) {
            return None;
        }
        if attempt.late || exchange.signs.late {
            return half_seen(exchange, loose);
        }
        let (from, to) = window(exchange);
        if loose.begun < from || loose.begun > to {
            // A connection that was opened for an earlier request but failed in this one's time: only if it is for the
            // same host.
            let ended = attempt.span.map_or(loose.begun, |(_, ended)| ended);
            let waiting = attempt.connect.failure().is_some() && loose.begun < from && ended >= from && ended <= to;
            return (waiting && same_address).then_some(0);
        }
        let same_target = match (&exchange.target, &attempt.target) {
            (Some(wanted), Some(asked)) => wanted == asked || wanted.ends_with(asked.as_str()) && asked.len() > 1,
            _ => false,
        };
        let same_host = attempt.host.is_some() && attempt.host == exchange.host;
        let same_port = exchange.port == Some(upstream.port());
        match (same_host, same_address) {
            // The other leg of a tunnel carries the client's own ClientHello.
            _ if same_hello => Some(SAME_HELLO),
            // The other leg of somebody else's tunnel.
            _ if self.hellos.of_tunnel(attempt) => None,
            _ if same_target && (same_host || same_address || attempt.host.is_none()) => Some(SAME_TARGET),
            (true, _) => Some(SAME_HOST + u32::from(same_address)),
            (false, true) if attempt.host.is_none() || attempt.parent => Some(SAME_ADDRESS + u32::from(same_port)),
            (false, true) => None,
            // A forward proxy that looks up another name and goes to the web for it does so for itself: reputation, updates.
            (false, false) if !attempt.parent && own_errand(exchange, upstream, named) => None,
            // The name was not looked up in this capture (cached, or a reverse proxy), or a parent is asked: by time
            // alone an attempt is its exchange's only where nothing contradicts.
            (false, false) if attempt.host.is_none() && (!known || attempt.parent) => {
                Some(SAME_TIME + u32::from(same_port))
            }
            (false, false) if !known && same_target => Some(LINKED),
            _ => None,
        }
    }
}

/// Requests by the ClientHellos of their attempts.
struct SameHello(Vec<(u64, u32)>);

impl SameHello {
    /// Stands for the request of an attempt that has none yet.
    const NONE: u32 = u32::MAX;

    fn new(exchanges: &[Exchange], loose: &[Loose<'_>]) -> Self {
        let theirs = exchanges.iter().zip(0..).flat_map(|(exchange, at)| {
            exchange.attempts.iter().filter_map(move |attempt| Some((random(attempt)?, at)))
        });
        let own = loose.iter().filter_map(|loose| Some((random(&loose.attempt)?, Self::NONE)));
        let mut list: Vec<(u64, u32)> = theirs.chain(own).collect();
        list.order();
        Self(list)
    }

    /// Those with the ClientHello of this attempt.
    fn of(&self, attempt: &Attempt) -> impl Iterator<Item = usize> {
        let its = random(attempt).map(|random| self.0.partition_point(move |(other, _)| *other < random));
        let its = its.and_then(|first| self.0.get(first..)).unwrap_or_default().iter().take(SAME);
        let random = random(attempt);
        its.filter(move |(other, at)| Some(*other) == random && *at != Self::NONE).map(|(_, at)| *at as usize)
    }

    /// A request got this attempt.
    fn give(&mut self, attempt: &Attempt, to: usize) {
        let Some(random) = random(attempt) else { return };
        let first = self.0.partition_point(|known| *known < (random, Self::NONE));
        if let Some(known) = self.0.get_mut(first).filter(|known| **known == (random, Self::NONE)) {
            known.1 = to as u32;
        }
    }
}

fn random(attempt: &Attempt) -> Option<u64> {
    attempt.tls.as_ref()?.random()
}

/// What a request offers attempts.
fn offer(exchange: &Exchange, sought: &Sought) -> Offer {
    let window = window(exchange);
    let answered = last(&exchange.events).unwrap_or(Timestamp(i64::MAX));
    let free = exchange.attempts.iter().map(until).max();
    Offer {
        window,
        begun: (exchange.begun, exchange.begun),
        answered: (answered, answered),
        free: free.unwrap_or(Timestamp(i64::MIN)),
        unknown_until: sought.known,
        errands_until: if for_proxy(exchange) { window.0 } else { Timestamp(i64::MAX) },
        ports: exchange.port.map_or(0, port_bit),
    }
}

/// Whether what a reverse proxy made of a request may have failed with another host and path: by the status that stands for
/// a failure upstream (RFC 9110 section 15.6).
fn rewritable(exchange: &Exchange) -> bool {
    let status = matches!(&exchange.answer, Answer::Whole(status) if (502..=504).contains(&status.code));
    status && !for_proxy(exchange)
}

/// The last of these.
fn last(events: &[Event]) -> Option<Timestamp> {
    events.iter().map(|event| event.source.time).max()
}

/// How well an attempt fits where the capture does not show the client's request, or not the one that was sent on: the
/// gateway answers as soon as an attempt has failed. A connection that carried a request before its capture began cannot
/// have carried one that came later.
fn half_seen(exchange: &Exchange, loose: &Loose<'_>) -> Option<u32> {
    let attempt = &loose.attempt;
    let before = exchange.signs.late || exchange.begun <= loose.shown_from;
    let answered = last(&exchange.events)?;
    let ended = last(&attempt.events)?;
    let prompt = ended <= answered.plus(SLACK) && answered.since(ended) <= PROMPT;
    let same_host = attempt.host.is_some() && attempt.host == exchange.host;
    (prompt && (before || !attempt.late)).then_some(if same_host { LINKED } else { 1 })
}

/// Whether an address was looked up, during a request, under another name than the proxy's client asked for. Behind a reverse proxy, and for
/// parents, names differ as a matter of course.
fn own_errand(exchange: &Exchange, upstream: SocketAddr, named: Option<(Timestamp, &str)>) -> bool {
    let other =
        named.is_some_and(|(given, name)| given >= window(exchange).0 && exchange.host.as_deref() != Some(name));
    other && matches!(upstream.port(), 80 | 443) && for_proxy(exchange)
}

/// Whether a request was written for a proxy.
fn for_proxy(exchange: &Exchange) -> bool {
    exchange.method.as_deref() == Some("CONNECT")
        || exchange.target.as_deref().is_some_and(|target| target.contains("://"))
}

/// The time in which the attempts of an exchange begin.
pub fn window(exchange: &Exchange) -> (Timestamp, Timestamp) {
    let from = if exchange.signs.late { i64::MIN } else { exchange.begun.0.saturating_sub(SLACK.0) };
    let from = Timestamp(from);
    let last = last(&exchange.events);
    let to = match &exchange.answer {
        Answer::Pending | Answer::NotSeen => Timestamp(i64::MAX),
        _ => last.unwrap_or(Timestamp(i64::MAX)),
    };
    (from, to)
}
