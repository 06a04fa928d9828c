//! Which attempt belongs to which request: by time, host, target, and the addresses that DNS gave.

use alloc::rc::Rc;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use super::names::Host;
use super::{Asked, Hellos, Loose, Names, Roles, failing};
use crate::exchange::{Answer, Attempt, Exchange};
use crate::time::{Span, Timestamp};

/// An attempt may begin this much before its request is seen: two interfaces, one clock.
const SLACK: Span = Span::milliseconds(20);
/// Where a request was not seen, an attempt is its only if the gateway answered this soon after it had failed.
const PROMPT: Span = Span::seconds(1);
/// Requests looked at for one attempt, and attempts for one request, the nearest in time first: more are not open
/// at a time, and the work stays proportional to the number of failures.
const NEAREST: usize = 2048;
/// From here on a fit rests on more than time: on the host, the target or an address that DNS gave.
const LINKED: u32 = 3;

const REWRITTEN: &str = "The gateway asked this server for another host and path than the client had asked for: that it did so for this request is told by the time alone.";

/// The failed requests in order of their beginning, so that those open at a time are found without looking at all.
struct Open {
    windows: Vec<(Timestamp, Timestamp)>,
    /// The latest end of any window up to this one, those without an end left out.
    latest: Vec<Timestamp>,
    /// Windows without an end: nothing was answered before the capture ended.
    endless: Vec<usize>,
}

impl Open {
    fn new(exchanges: &[Exchange]) -> Self {
        let windows: Vec<_> = exchanges.iter().map(window).collect();
        let ends = |to: Timestamp| to.0 != i64::MAX;
        let mut latest = Vec::with_capacity(windows.len());
        let mut so_far = Timestamp(i64::MIN);
        for (_, to) in &windows {
            if ends(*to) {
                so_far = so_far.max(*to);
            }
            latest.push(so_far);
        }
        let endless = (0..windows.len()).filter(|at| windows.get(*at).is_some_and(|(_, to)| !ends(*to))).collect();
        Self { windows, latest, endless }
    }

    /// Requests in whose time this attempt lies, or ends.
    fn around(&self, begun: Timestamp, ended: Timestamp) -> impl Iterator<Item = usize> {
        let upper = self.windows.partition_point(|(from, _)| *from <= begun);
        let last = self.windows.partition_point(|(from, _)| *from <= ended);
        let open = (0..upper).rev().take_while(move |at| self.latest.get(*at).is_some_and(|to| *to >= begun));
        let endless = self.endless.iter().rev().copied().filter(move |at| *at < upper);
        open.take(NEAREST).chain(endless.take(NEAREST)).chain((upper..last).take(NEAREST))
    }
}

/// Gives each attempt to the exchange that caused it. Exchanges and attempts come in order of their beginning.
pub(super) fn assign(
    exchanges: &mut [Exchange],
    loose: &mut [Loose<'_>],
    names: &Names<'_>,
    (roles, hellos, asked): (&Roles, &Hellos<'_>, &Asked),
) {
    let sought: Vec<Sought<'_>> = exchanges.iter().map(|exchange| Sought::new(exchange, names, asked)).collect();
    let by = By { names, roles, hellos };
    let open = Open::new(exchanges);
    for loose in loose.iter_mut() {
        let ended = loose.attempt.span.map_or(loose.begun, |(_, ended)| ended);
        let fits = open.around(loose.begun, ended).filter_map(|at| {
            let (exchange, sought) = (exchanges.get(at)?, sought.get(at)?);
            let fit = fit(exchange, sought, loose, &by)?;
            // What failed after the answer cannot explain it; one request has one try at a time; and the attempt begins
            // right after its request, or the answer comes right after its end.
            let explains = ended <= window(exchange).1.plus(SLACK);
            let taken = exchange.attempts.iter().any(|other| other.span.is_some_and(|(_, ended)| ended > loose.begun));
            // What began before the request was seen is its only where no other one can have caused it.
            let caused = exchange.signs.late || loose.begun >= exchange.begun;
            Some(((fit, explains, !taken, caused), core::cmp::Reverse(apart(exchange, loose)), at))
        });
        let (mut best, mut rivals) = (None, 0);
        for found in fits {
            rivals += u32::from(found.0.0 > 0);
            best = best.max(Some(found));
        }
        if let Some(((fit, ..), _, at)) = best
            && let Some(exchange) = exchanges.get_mut(at)
        {
            exchange.attempts.push(loose.attempt.clone());
            loose.taken = true;
            if fit < LINKED && rivals > 1 {
                loose.unsure = true;
                let doubt = "Nothing but the time says that this attempt is this request's: others were open as well.";
                if !exchange.doubts.iter().any(|known| known == doubt) {
                    exchange.doubts.push(doubt.to_string());
                }
            }
        }
    }
    assign_rewritten(exchanges, &sought, loose, &open);
    // Requests that waited on one connection together share what became of it.
    for (exchange, sought) in exchanges.iter_mut().zip(&sought) {
        if exchange.attempts.is_empty() {
            let (from, to) = window(exchange);
            let range =
                loose.partition_point(|loose| loose.begun < from)..loose.partition_point(|loose| loose.begun <= to);
            let nearest = loose.get(range).unwrap_or_default().iter().rev().take(NEAREST);
            let shared = nearest.filter(|loose| fit(exchange, sought, loose, &by).is_some_and(|fit| fit > LINKED));
            if let Some(loose) = shared.max_by_key(|loose| loose.begun) {
                exchange.attempts.push(loose.attempt.clone());
            }
        }
    }
}

/// A reverse proxy may write another host and another path into what it asks for: such an attempt that failed goes to a
/// request that has no other, by time alone.
fn assign_rewritten(exchanges: &mut [Exchange], sought: &[Sought<'_>], loose: &mut [Loose<'_>], open: &Open) {
    for loose in loose.iter_mut().filter(|loose| !loose.taken) {
        let ended = loose.attempt.span.map_or(loose.begun, |(_, ended)| ended);
        let mut fits = open.around(loose.begun, ended).filter_map(|at| {
            let exchange = exchanges.get(at)?;
            let (from, to) = window(exchange);
            let within = loose.begun >= from && ended <= to.plus(SLACK);
            let alone =
                exchange.attempts.is_empty() && sought.get(at).is_some_and(|sought| sought.addresses().is_empty());
            (within && alone && rewritten(exchange, loose)).then(|| (core::cmp::Reverse(apart(exchange, loose)), at))
        });
        let Some(first) = fits.next() else { continue };
        let (_, at) = fits.fold(first, core::cmp::Ord::max);
        if let Some(exchange) = exchanges.get_mut(at) {
            exchange.attempts.push(loose.attempt.clone());
            exchange.doubts.push(REWRITTEN.to_string());
            loose.taken = true;
        }
    }
}

/// What the captures say of the host that a request wants.
struct Sought<'a> {
    /// `None` where it is not known which host that is.
    host: Option<Rc<Host<'a>>>,
    /// The gateway looked it up for this very request.
    looked_up: bool,
}

impl<'a> Sought<'a> {
    fn new(exchange: &Exchange, names: &Names<'a>, asked: &Asked) -> Self {
        let Some(name) = exchange.host.as_deref() else { return Self { host: None, looked_up: false } };
        let host = names.host(name);
        let (from, to) = asked.waits(name, exchange.begun).unwrap_or((Timestamp(i64::MAX), Timestamp(i64::MIN)));
        let looked_up =
            host.began(from, to).iter().any(|(began, ..)| asked.latest(name, *began) == Some(exchange.begun));
        Self { host: Some(host), looked_up }
    }

    /// Its addresses, and since when DNS had given them.
    fn addresses(&self) -> &[(Timestamp, IpAddr)] {
        self.host.as_ref().map_or(&[], |host| &host.addresses)
    }

    /// Whether the gateway knew its address at that time, as far as the captures show.
    fn known(&self, at: Timestamp) -> bool {
        self.looked_up && !self.addresses().is_empty() || self.addresses().iter().any(|(given, _)| *given <= at)
    }
}

/// What attempts are judged by.
struct By<'a, 'n> {
    names: &'a Names<'n>,
    roles: &'a Roles,
    hellos: &'a Hellos<'a>,
}

/// How well an attempt fits an exchange; `None` if it cannot be its.
fn fit(exchange: &Exchange, sought: &Sought<'_>, loose: &Loose<'_>, by: &By<'_, '_>) -> Option<u32> {
    let By { names, roles, hellos } = by;
    let attempt = &loose.attempt;
    let upstream = attempt.upstream?;
    let local = attempt.local?.ip();
    let known = sought.known(loose.begun);
    let same_address = sought.addresses().iter().any(|(_, address)| *address == upstream.ip());
    let spoofed = !roles.egress.contains(&local);
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
    // The other leg of a tunnel carries the client's own ClientHello.
    let random = |attempt: &Attempt| attempt.tls.as_ref()?.random();
    let same_hello =
        random(attempt).is_some_and(|one| exchange.attempts.iter().any(|other| random(other) == Some(one)));
    match (same_host, same_address) {
        _ if same_hello => Some(10),
        // The other leg of somebody else's tunnel.
        _ if hellos.of_tunnel(attempt) => None,
        _ if same_target && (same_host || same_address || attempt.host.is_none()) => Some(8),
        (true, true) => Some(6),
        (true, false) => Some(5),
        (false, true) if attempt.host.is_none() || attempt.parent => Some(4 + u32::from(same_port)),
        (false, true) => None,
        // A forward proxy that looks up another name and goes to the web for it does so for itself: reputation, updates.
        (false, false) if !attempt.parent && own_errand(exchange, upstream, loose.begun, names) => None,
        // The name was not looked up in this capture (cached, or a reverse proxy), or a parent is asked: by time
        // alone an attempt is its exchange's only where nothing contradicts.
        (false, false) if attempt.host.is_none() && (!known || attempt.parent) => Some(1 + u32::from(same_port)),
        (false, false) if !known && same_target => Some(LINKED),
        _ => None,
    }
}

/// Whether an attempt that failed with another host and path may be what a reverse proxy made of a request: by the status
/// that stands for a failure upstream (RFC 9110 section 15.6).
fn rewritten(exchange: &Exchange, loose: &Loose<'_>) -> bool {
    let status = matches!(&exchange.answer, Answer::Whole(status) if (502..=504).contains(&status.code));
    let attempt = &loose.attempt;
    !for_proxy(exchange) && status && failing(attempt) && attempt.target.is_some() && attempt.host.is_some()
}

/// How well an attempt fits where the capture does not show the client's request, or not the one that was sent on: the
/// gateway answers as soon as an attempt has failed. A connection that carried a request before its capture began cannot
/// have carried one that came later.
fn half_seen(exchange: &Exchange, loose: &Loose<'_>) -> Option<u32> {
    let attempt = &loose.attempt;
    let before = exchange.signs.late || exchange.begun <= loose.shown_from;
    let answered = exchange.events.iter().map(|event| event.source.time).max()?;
    let ended = attempt.events.iter().map(|event| event.source.time).max()?;
    let prompt = ended <= answered.plus(SLACK) && answered.since(ended) <= PROMPT;
    let same_host = attempt.host.is_some() && attempt.host == exchange.host;
    (prompt && (before || !attempt.late)).then_some(if same_host { LINKED } else { 1 })
}

/// Whether an address was looked up, during a request, under another name than the proxy's client asked for. Behind a reverse proxy, and for
/// parents, names differ as a matter of course.
fn own_errand(exchange: &Exchange, upstream: SocketAddr, begun: Timestamp, names: &Names<'_>) -> bool {
    let other = names
        .name_of(upstream.ip(), window(exchange).0, begun)
        .is_some_and(|name| exchange.host.as_deref() != Some(name));
    for_proxy(exchange) && other && matches!(upstream.port(), 80 | 443)
}

/// Whether a request was written for a proxy.
fn for_proxy(exchange: &Exchange) -> bool {
    exchange.method.as_deref() == Some("CONNECT")
        || exchange.target.as_deref().is_some_and(|target| target.contains("://"))
}

/// How far an attempt's ends lie from those of an exchange, whichever is nearer.
fn apart(exchange: &Exchange, loose: &Loose<'_>) -> i64 {
    let after_request = loose.begun.since(exchange.begun).0.abs();
    let answered = exchange.events.iter().map(|event| event.source.time).max();
    let ended = loose.attempt.span.map_or(loose.begun, |(_, ended)| ended);
    let before_answer = answered.map_or(i64::MAX, |answered| answered.since(ended).0.abs());
    after_request.min(before_answer)
}

/// The time in which the attempts of an exchange begin.
pub fn window(exchange: &Exchange) -> (Timestamp, Timestamp) {
    let from = if exchange.signs.late { i64::MIN } else { exchange.begun.0.saturating_sub(SLACK.0) };
    let from = Timestamp(from);
    let last = exchange.events.iter().map(|event| event.source.time).max();
    let to = match &exchange.answer {
        Answer::Pending | Answer::NotSeen => Timestamp(i64::MAX),
        _ => last.unwrap_or(Timestamp(i64::MAX)),
    };
    (from, to)
}
