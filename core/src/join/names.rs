//! What DNS said of names, for the gateway.

use crate::sorting::Sorting as _;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cell::{OnceCell, RefCell};
use core::net::IpAddr;

use crate::listed::{Map, Set};

use super::by_name::ByName;
use super::directions::Unheard;
use super::host::Host;
use super::spans::{self, Spans};
use super::{Asked, Roles, pairing, resolving};
use crate::capture::connection::Connection;
use crate::capture::lookups::Lookup;
use crate::capture::point::Point;
use crate::exchange::{Attempt, Event, Exchange, Phase, ResolveFailure, Source};
use crate::time::{Span, Timestamp};

/// Failed name resolution explains answers this long after it: common negative caches keep a minute or more.
const NEGATIVE_CACHE: Span = Span::seconds(300);
/// A and AAAA are asked for within this time.
const TOGETHER: Span = Span::milliseconds(20);
/// A gateway answers this soon after DNS has, where that is why.
const PROMPT: Span = Span::seconds(1);
/// A resolver that gets no answer gives up within this time.
const GIVES_UP: Span = Span::seconds(60);

/// Packets kept of tries over TCP by one host at one DNS server.
const TCP_EVENTS: usize = 64;

/// What DNS said of names, for the gateway; what not every capture asks for is made when it is asked for.
pub(super) struct Names<'a> {
    /// The gateway's own.
    lookups: Vec<&'a Lookup>,
    by_name: OnceCell<ByName<'a>>,
    /// The names in order, for those that begin with a text.
    sorted: OnceCell<Vec<&'a str>>,
    /// Hosts that were asked for.
    hosts: RefCell<Map<String, Rc<Host<'a>>>>,
    /// Names that may be a parent's or a backend's, by when their lookups may be why the gateway answered.
    briefs: OnceCell<Spans<Brief>>,
    /// When an address was given, and for which name.
    by_address: OnceCell<Map<IpAddr, Vec<(Timestamp, &'a str)>>>,
    /// Who tried a DNS server over TCP in vain, and how that went.
    tcp_failed: Map<(IpAddr, IpAddr), Vec<Event>>,
    /// Addresses that clients called for a host, where the gateway was not addressed itself.
    called: Map<String, Vec<IpAddr>>,
    /// When a host that had asked for a name, and got no answer that was captured, turned to a server under that name.
    reached: Map<(IpAddr, String), Vec<Timestamp>>,
    /// When it asked for any name.
    asked: OnceCell<Spans<()>>,
    unheard: &'a Unheard,
    /// When the captures began.
    began: Timestamp,
}

/// One name in short.
struct Brief {
    /// When it was last asked for.
    last: Timestamp,
    number: usize,
}

impl<'a> Names<'a> {
    pub(super) fn new(points: &[Point], lookups: &[&'a Lookup], roles: &Roles, unheard: &'a Unheard) -> Self {
        let refused = |connection: &&Connection| {
            let tried =
                connection.server_end.rst().is_some() || connection.syn_count > 1 || !connection.icmp().is_empty();
            connection.server.port() == 53 && connection.syn_ack.is_none() && tried
        };
        // Or it was asked, and the connection ended without a byte of an answer.
        let silent = |connection: &&Connection| {
            let (asked, answered) = (connection.client_end.position > 0, connection.server_end.position > 0);
            let ended = [&connection.client_end, &connection.server_end]
                .iter()
                .any(|end| end.fin.is_some() || end.rst().is_some());
            connection.server.port() == 53 && connection.syn_ack.is_some() && asked && !answered && ended
        };
        let began = points.iter().filter_map(|point| point.started).min().unwrap_or_default();
        let connections = points.iter().flat_map(|point| &point.connections);
        let mut tcp_failed: Map<(IpAddr, IpAddr), Vec<Event>> = Map::default();
        for connection in connections.filter(|c| refused(c) || silent(c)) {
            let events = tcp_failed.or_default((connection.client.ip(), connection.server.ip()));
            if events.len() < TCP_EVENTS {
                events.extend(resolving::over_tcp(connection));
            }
        }
        let mut called: Map<String, Vec<IpAddr>> = Map::default();
        let redirected = points.iter().flat_map(|point| &point.connections).filter(|c| roles.intercepted.has(c));
        for (connection, http) in redirected.filter_map(|c| Some((c, c.conversation()?))) {
            for request in http.kept.iter().chain(http.open()).filter_map(|transaction| transaction.request.as_deref())
            {
                let host = super::attempt::host_of(&request.target, request.host.as_deref(), &request.method).0;
                called.or_default(host.unwrap_or_default()).push(connection.server.ip());
            }
        }
        let mut reached: Map<(IpAddr, String), Vec<Timestamp>> = Map::default();
        if points.iter().any(|point| !point.connections.is_empty()) {
            let silent = lookups.iter().filter(|lookup| lookup.answers.is_empty());
            let silent: Set<(IpAddr, &str)> = silent.map(|lookup| (lookup.asker, lookup.name.as_str())).collect();
            let connections = points.iter().flat_map(|point| &point.connections).filter(|_| !silent.is_empty());
            for (connection, name) in
                connections.flat_map(|connection| wanted(connection).map(move |name| (connection, name)))
            {
                let client = connection.client.ip();
                if silent.contains(&(client, name.as_str())) {
                    reached.or_default((client, name)).push(connection.first.time);
                }
            }
        }
        reached.values_mut().for_each(|times| times.order());
        let own = lookups.iter().copied().filter(|lookup| roles.egress.contains(&lookup.asker));
        Self {
            lookups: own.collect(),
            by_name: OnceCell::new(),
            sorted: OnceCell::new(),
            hosts: RefCell::default(),
            briefs: OnceCell::new(),
            by_address: OnceCell::new(),
            tcp_failed,
            called,
            reached,
            asked: OnceCell::new(),
            unheard,
            began,
        }
    }

    fn by_name(&self) -> &ByName<'a> {
        self.by_name.get_or_init(|| ByName::new(&self.lookups))
    }

    /// The attempt that lookups of one name were, if none gave an address; `waited` is how long the gateway waited.
    pub(super) fn failed(&self, lookups: &[&Lookup], waited: Timestamp) -> Option<Attempt> {
        let tried = |asker, server| self.tcp_failed.contains_key(&(asker, server));
        let mut attempt = resolving::resolve(lookups, waited, tried)?;
        if let (Some(ResolveFailure::NoResponse { .. }), Some(one)) = (attempt.resolve.failure(), lookups.first()) {
            let (begun, _) = attempt.span.unwrap_or_default();
            let times = self.reached.get(&(one.asker, one.name.clone()));
            let times = times.map_or(&[][..], Vec::as_slice);
            // It had its answer, which was not captured.
            if times.get(times.partition_point(|time| *time < begun)).is_some_and(|time| *time <= waited) {
                return None;
            }
        }
        if attempt.resolve.failure() == Some(&ResolveFailure::TcpFailed) {
            let (begun, _) = attempt.span.unwrap_or_default();
            let servers: Set<_> = lookups.iter().map(|lookup| (lookup.asker, lookup.server)).collect();
            let tries = servers.iter().filter_map(|pair| self.tcp_failed.get(pair)).flatten();
            attempt
                .events
                .extend(tries.filter(|event| begun <= event.source.time && event.source.time <= waited).cloned());
            attempt.events.order_by_key(|event| (event.source.time, event.source.number));
        }
        // Where the questions were not captured, which others there were is not known.
        let unasked = lookups.iter().all(|lookup| lookup.tries == 0);
        self.unheard.resolving(attempt, lookups).filter(|attempt| !(unasked && one_kind(lookups, attempt)))
    }

    /// Whether a name without an address may have one of the other kind, whose question lies before the capture: both are
    /// asked together.
    pub(super) fn half_captured(&self, lookups: &[&Lookup], attempt: &Attempt) -> bool {
        let first = lookups.iter().filter_map(|lookup| lookup.first()).min();
        let early = first.is_some_and(|first| first.time.since(self.began) < TOGETHER);
        one_kind(lookups, attempt) && early
    }

    /// Whether a host was looked up in this time, and no answer in the capture gave an address.
    pub(super) fn left_open(&self, host: &str, from: Timestamp, to: Timestamp) -> bool {
        let its = self.host(host).asked(from, to, false);
        !its.is_empty() && !its.iter().any(|lookup| lookup.succeeded())
    }

    /// Whether the gateway asked for any name in this time.
    pub(super) fn asked_between(&self, from: Timestamp, to: Timestamp) -> bool {
        let asked = || {
            let mut asked = Spans::default();
            let first = self.lookups.iter().filter_map(|lookup| lookup.first());
            first.for_each(|first| asked.push(first.time, first.time, ()));
            asked.order();
            asked
        };
        self.asked.get_or_init(asked).touch(from, to)
    }

    /// Lookups of a host, or of it with a search suffix where it is a single label.
    pub(super) fn of(&self, host: &str) -> impl Iterator<Item = &'a Lookup> {
        let by_name = self.by_name();
        let exact = by_name.of(host);
        let from = format!("{host}.");
        let suffixed = (exact.is_empty() && !host.contains('.')).then(|| {
            let names = || {
                let mut names: Vec<&str> =
                    by_name.groups().filter_map(|its| Some(its.first()?.name.as_str())).collect();
                names.order();
                names
            };
            let names = self.sorted.get_or_init(names);
            names.get(names.partition_point(|name| *name < from.as_str())..).unwrap_or_default().iter()
        });
        let suffixed = suffixed.into_iter().flatten().take_while(move |name| name.starts_with(&from));
        exact.iter().chain(suffixed.flat_map(|name| by_name.of(name))).copied()
    }

    /// The name that an address was given for last, within this time.
    pub(super) fn name_of(&self, address: IpAddr, from: Timestamp, to: Timestamp) -> Option<&'a str> {
        self.given(address, to).filter(|(time, _)| *time >= from).map(|(_, name)| name)
    }

    /// When an address was given last until then, and for which name.
    pub(super) fn given(&self, address: IpAddr, to: Timestamp) -> Option<(Timestamp, &'a str)> {
        let by_address = || {
            let mut by_address: Map<IpAddr, Vec<(Timestamp, &str)>> = Map::default();
            for lookup in &self.lookups {
                for (source, answer) in &lookup.answers {
                    for address in &answer.addresses {
                        by_address.or_default(*address).push((source.time, lookup.name.as_str()));
                    }
                }
            }
            by_address.values_mut().for_each(|given| given.order());
            by_address
        };
        let given = self.by_address.get_or_init(by_address).get(&address)?;
        let upper = given.partition_point(|(time, _)| *time <= to);
        given.get(..upper)?.last().copied()
    }

    /// The addresses that DNS gave for a host, none where no host is known.
    pub(super) fn addresses(&self, host: Option<&str>) -> Rc<Host<'a>> {
        host.map_or_else(Rc::default, |host| self.host(host))
    }

    /// What DNS said of a host. Where it was not needed for an address, that was known from the beginning.
    pub(super) fn host(&self, host: &str) -> Rc<Host<'a>> {
        if let Some(known) = self.hosts.borrow().get(host) {
            return Rc::clone(known);
        }
        let mut addresses: Vec<(IpAddr, Timestamp)> = Vec::new();
        let lookups: Vec<&Lookup> = self.of(host).collect();
        for (source, answer) in lookups.iter().flat_map(|lookup| &lookup.answers) {
            addresses.extend(answer.addresses.iter().map(|address| (*address, source.time)));
        }
        let always = Timestamp(i64::MIN);
        addresses.extend(host.parse().ok().map(|address| (address, always)));
        addresses.extend(self.called.get(host).into_iter().flatten().map(|address| (*address, always)));
        addresses.order();
        addresses.dedup_by_key(|(address, _)| *address);
        let addresses = addresses.into_iter().map(|(address, given)| (given, address)).collect();
        let found = Rc::new(Host::new(addresses, &lookups));
        self.hosts.borrow_mut().insert(host.to_string(), Rc::clone(&found));
        found
    }

    /// Names in short. Who waits for an answer gives up by a timer; else the gateway answers as soon as it knows.
    fn briefs(&self) -> &Spans<Brief> {
        let briefs = || {
            let mut briefs = Spans::default();
            for (number, its) in self.by_name().groups().enumerate() {
                if !its.first().is_some_and(|lookup| plain_name(&lookup.name)) {
                    continue;
                }
                let (mut first, mut last) = (Timestamp(i64::MAX), Timestamp(i64::MIN));
                // The last answer, where every lookup of it had one.
                let mut answered = Some(Timestamp(i64::MIN));
                for lookup in its.iter().filter(|lookup| lookup.for_address()) {
                    let Some(Source { time: began, .. }) = lookup.first() else { continue };
                    (first, last) = (first.min(began), last.max(began));
                    let its = lookup.answers.iter().map(|(source, _)| source.time).max();
                    answered = answered.zip(its).map(|(before, its)| before.max(its));
                }
                let until = last.plus(GIVES_UP);
                let until = answered.map_or(until, |answered| until.min(answered.plus(PROMPT)));
                briefs.push(first, until, Brief { last, number });
            }
            briefs.order();
            briefs
        };
        self.briefs.get_or_init(briefs)
    }
}

/// No address, and only those of one kind were asked for.
fn one_kind(lookups: &[&Lookup], attempt: &Attempt) -> bool {
    let first = lookups.first().map(|lookup| lookup.kind);
    let alike = lookups.iter().all(|lookup| Some(lookup.kind) == first);
    alike && attempt.resolve.failure() == Some(&ResolveFailure::NoData)
}

/// Adds failed name resolution as the first attempt, or what DNS said to the story of the others.
pub(super) fn resolve(exchange: &mut Exchange, names: &Names<'_>, requests: &Asked, seen_to: Timestamp) {
    let Some(host) = exchange.host.as_deref() else {
        if exchange.attempts.is_empty() {
            exchange.attempts.extend(failed_before(exchange, names));
        }
        return;
    };
    if host.parse::<IpAddr>().is_ok() {
        return;
    }
    let (from, to) = pairing::window(exchange);
    let of_host = names.host(host);
    // What another request for the same name looks up meanwhile says nothing of this one, unless it shares that.
    let mut asked = of_host.asked_for((host, requests), Some(exchange.begun), from, to);
    if asked.is_empty() {
        asked = of_host.asked(from, to, false);
    }
    let mut cached = false;
    if asked.is_empty() && exchange.attempts.is_empty() {
        // Nothing was asked for this request: the answer of an earlier one may have been kept.
        let since = Timestamp(from.0.saturating_sub(NEGATIVE_CACHE.0 - 1));
        asked = of_host.asked(since, Timestamp(from.0.saturating_sub(1)), true);
        cached = !asked.is_empty();
    }
    let waited = to.min(seen_to);
    let before = |lookup: &&Lookup| lookup.first().is_some_and(|first| first.time < exchange.begun);
    match names.failed(&asked, waited) {
        // The lookup of the other kind may lie before the capture.
        Some(attempt) if asked.iter().all(before) && resolving::half_asked(&asked, &attempt) => {}
        Some(attempt) if exchange.attempts.is_empty() => {
            if cached {
                exchange.doubts.push(
                    "The name was not looked up for this request; the gateway seems to have kept the answer to an earlier one."
                        .to_string(),
                );
            }
            exchange.attempts.push(attempt);
        }
        Some(_) => {}
        None if asked.is_empty() && exchange.attempts.is_empty() => other_name(exchange, names),
        None => {
            let took = asked
                .iter()
                .filter_map(|lookup| Some(lookup.answers.first()?.0.time.since(lookup.first()?.time)))
                .max();
            let good = asked.iter().copied().filter(|lookup| lookup.succeeded() && served(lookup, &exchange.attempts));
            let story = resolving::lookup_story(good);
            if let (Some(first), false) = (exchange.attempts.first_mut(), story.is_empty()) {
                let mut events = story;
                events.append(&mut first.events);
                first.events = events;
                for attempt in &mut exchange.attempts {
                    attempt.resolve = Phase::Ok(took);
                }
            }
        }
    }
}

/// The names under which a connection's server was asked.
fn wanted(connection: &Connection) -> impl Iterator<Item = String> {
    let http = connection.conversation();
    let requests = http.into_iter().flat_map(|http| http.kept.iter().chain(http.open()));
    let of = |request: &crate::capture::transaction::Request| {
        super::attempt::host_of(&request.target, request.host.as_deref(), &request.method).0
    };
    let hosts = requests.filter_map(move |transaction| of(transaction.request.as_deref()?));
    let sample = http.and_then(|http| super::attempt::host_of("/", http.sample.as_deref()?.host.as_deref(), "GET").0);
    let sni = connection.handshake.as_ref().and_then(|handshake| handshake.server_name()).map(ToString::to_string);
    hosts.chain(sample).chain(sni)
}

/// Whether a lookup was of use to these attempts: DNS gave an address that was tried, or had answered before the first try.
fn served(lookup: &Lookup, attempts: &[Attempt]) -> bool {
    let begun = attempts.iter().filter_map(|attempt| Some(attempt.span?.0)).min();
    let tried = |address: &IpAddr| attempts.iter().any(|attempt| attempt.upstream.map(|up| up.ip()) == Some(*address));
    lookup
        .answers
        .iter()
        .any(|(source, answer)| begun.is_none_or(|begun| source.time <= begun) || answer.addresses.iter().any(tried))
}

/// The name of a parent or of a backend: the gateway looked up no other, and answered as for a failure upstream.
fn other_name(exchange: &mut Exchange, names: &Names<'_>) {
    let upstream = exchange.answer.status().is_some_and(|status| matches!(status.code, 502..=504));
    let Some(attempt) = upstream.then(|| failed_before(exchange, names)).flatten() else { return };
    let name = attempt.host.clone().unwrap_or_default();
    exchange.doubts.push(format!(
        "The gateway looked up {name}, which is not the host of the request: a parent's or a backend's name, as far as can be told."
    ));
    exchange.attempts.push(attempt);
}

/// The failed lookup that an answer followed at once, where the host that was wanted was not captured; none where several
/// may be it.
fn failed_before(exchange: &Exchange, names: &Names<'_>) -> Option<Attempt> {
    let answered = exchange.events.iter().map(|event| event.source.time).max()?;
    let from = Timestamp(answered.0.saturating_sub(GIVES_UP.0)).max(pairing::window(exchange).0);
    let mut found = None;
    let near: Vec<&Brief> = names.briefs().touching(answered, answered).collect();
    // Others may be it as well.
    if near.len() == spans::NEAREST {
        return None;
    }
    for brief in near.into_iter().filter(|brief| brief.last >= from) {
        let Some(name) = names.by_name().group(brief.number).first().map(|lookup| &lookup.name) else { continue };
        let asked = names.host(name).asked(from, answered, true);
        let Some(mut attempt) = names.failed(&asked, answered) else {
            continue;
        };
        let silent = matches!(attempt.resolve.failure(), Some(ResolveFailure::NoResponse { .. }));
        let last = asked.iter().flat_map(|lookup| &lookup.answers).map(|(source, _)| source.time).max();
        if !silent && last.is_some_and(|last| answered.since(last) > PROMPT)
            || resolving::half_asked(&asked, &attempt)
            || names.half_captured(&asked, &attempt)
        {
            continue;
        }
        if found.is_some() {
            return None;
        }
        attempt.host = Some(name.clone());
        found = Some(attempt);
    }
    found
}

/// A name as it may be looked up by itself, for captures without a client's side.
pub(crate) fn plain_name(name: &str) -> bool {
    let local = ["wpad", "isatap", "_", "local", "localdomain", "arpa", "lan", "home"];
    let labels = || name.split('.');
    let (first, last) = (labels().next().unwrap_or_default(), labels().next_back().unwrap_or_default());
    let odd = |label: &str| label.is_empty() || label.starts_with('_');
    name.contains('.')
        && !labels().any(odd)
        && !local.contains(&first)
        && !local.contains(&last)
        && !time_server(first, labels())
}

/// Names that hosts look up to set their clocks: `0.debian.pool.ntp.org`, `ntp.example.net`, `time.example.com`.
fn time_server<'a>(first: &str, mut labels: impl Iterator<Item = &'a str> + Clone) -> bool {
    let first = first.trim_end_matches(|digit: char| digit.is_ascii_digit());
    let more = labels.clone().nth(2).is_some();
    labels.any(|label| label == "ntp") || first == "ntp" || more && matches!(first, "time" | "time-")
}
