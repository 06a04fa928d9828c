//! What the captures could not have shown of one exchange: an absence proves nothing where it could not have been seen.
//!
//! Each limit counts where and when it applies: bytes that the capture lacks for the connection that lacks them and for
//! its time, a gap between files for what overlaps it, a filter for what it keeps out.

use crate::sorting::Sorting as _;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use crate::listed::{Map, Set};

use crate::capture::connection::End;
use crate::capture::filter::{self, Place, Probe, Protocol};
use crate::capture::point::Point;
use crate::categories::Id;
use crate::exchange::{Answer, Attempt, Event, Exchange, Source};
use crate::time::{Span, Timestamp};

/// What is missed this close to an exchange may have been of it.
const NEAR: Span = Span::seconds(1);
/// What ends this close to the end of a full capture may have gone on behind it.
const NEAR_END: Span = Span::seconds(120);

/// A port of the gateway's own that no filter names.
const EPHEMERAL: u16 = 50_000;

/// Limits of all captures of a case.
#[derive(Default)]
pub struct Limits<'a> {
    points: Vec<Of<'a>>,
    /// Inputs, sorted, each with the place of a capture point among those above; interfaces of one recording share theirs.
    read_by: Vec<(u32, usize)>,
    /// How far each input's clock is ahead of the one that findings are told by; missing: not at all.
    clocks: Vec<Span>,
}

/// Limits of one capture point.
struct Of<'a> {
    point: &'a Point,
    /// It ends where the appliance's own capture page stops.
    full: bool,
    one_way: bool,
    /// Connections that the capture lacks acknowledged bytes of: first and last packet that shows so.
    missed: Map<(SocketAddr, SocketAddr), (Source, Source)>,
    /// The same in order of time.
    when: Times,
    /// What the capturing host says that it missed.
    losses: Times,
    /// Pauses between the files of the capture.
    gaps: Times,
    /// Those whose opener said at its end how much it had received, and the capture has all of that.
    confirmed: Set<(SocketAddr, SocketAddr)>,
    /// Hosts that talk with somebody whose packets are not there.
    half: Set<IpAddr>,
}

/// What was not to be seen of one exchange.
#[derive(Default)]
pub struct Unseen {
    /// Sentences about silence that proves less here; where there is one, an absence is not proven.
    pub absence: Vec<String>,
    /// Sentences that speak for themselves and lower nothing.
    pub notes: Vec<String>,
    /// What it would have been, if a capture filter kept out what shows it.
    pub kept_out: &'static [Id],
    /// The clock stepped within the exchange: how long an absence lasted is not known.
    pub stepped: bool,
}

impl<'a> Limits<'a> {
    /// Gathers them. `full`: inputs that end at the limit of the appliance's own capture page; `clocks`: how far each
    /// input's clock is ahead of the one that findings are told by. Captures that explain another one limit nothing.
    pub fn new(points: &'a [Point], full: &[u32], clocks: Vec<Span>) -> Self {
        let telling = points.iter().filter(|point| !point.aside.explains);
        let points: Vec<Of<'_>> = telling.map(|point| Of::new(point, full)).collect();
        let inputs =
            points.iter().enumerate().flat_map(|(at, of)| of.point.clock.inputs().map(move |input| (input, at)));
        let mut read_by: Vec<(u32, usize)> = inputs.collect();
        read_by.order();
        Self { points, read_by, clocks }
    }

    /// When something was seen, by the clock that findings are told by.
    pub fn time(&self, source: Source) -> Timestamp {
        let ahead = self.clocks.get(source.input() as usize).copied().unwrap_or_default();
        Timestamp(source.time.0.saturating_sub(ahead.0))
    }

    /// What of an exchange these captures could not have shown.
    pub fn of(&self, exchange: &Exchange, decisive: Option<&Attempt>, id: Id) -> Unseen {
        let mut unseen = Unseen::default();
        let events = || exchange.attempts.iter().flat_map(|attempt| &attempt.events).chain(&exchange.events);
        let packets: Vec<&Event> = events().filter(|event| !event.source.line).collect();
        let mut of: Vec<usize> = match packets.as_slice() {
            [] => (0..self.points.len()).collect(),
            some => some.iter().flat_map(|event| self.read_by(event.source.input())).collect(),
        };
        of.order();
        of.dedup();
        for of in of.into_iter().filter_map(|at| self.points.get(at)) {
            let its = |event: &&Event| of.point.clock.reads(event.source.input());
            let own: Vec<&Event> = packets.iter().copied().filter(its).collect();
            of.tell(exchange, &own, decisive, id, &mut unseen);
        }
        unseen.absence.dedup();
        unseen.notes.dedup();
        unseen
    }
}

impl Limits<'_> {
    /// The capture points that an input was read by.
    fn read_by(&self, input: u32) -> impl Iterator<Item = usize> {
        let from = self.read_by.partition_point(|(other, _)| *other < input);
        let its = self.read_by.get(from..).unwrap_or_default().iter().take_while(move |(other, _)| *other == input);
        its.map(|(_, at)| *at)
    }
}

/// Spans of time in order of their begin; each ends with the latest end so far, so that those before a time are found at once.
struct Times(Vec<(Timestamp, Timestamp)>);

impl Times {
    /// `spans`: in that order.
    fn new(mut spans: Vec<(Timestamp, Timestamp)>) -> Self {
        let mut latest = Timestamp(i64::MIN);
        for (_, ended) in &mut spans {
            latest = latest.max(*ended);
            *ended = latest;
        }
        Self(spans)
    }

    /// Places of those that overlap this time: of the first surely, of the others if none lies within another.
    fn overlapping(&self, from: Timestamp, to: Timestamp) -> core::ops::Range<usize> {
        self.0.partition_point(|(_, ended)| *ended < from)..self.0.partition_point(|(begun, _)| *begun <= to)
    }

    /// When the first of those ends.
    fn first(&self, from: Timestamp, to: Timestamp) -> Option<Timestamp> {
        let found = self.0.get(self.overlapping(from, to))?;
        found.first().map(|(_, ended)| *ended)
    }
}

impl<'a> Of<'a> {
    fn new(point: &'a Point, full: &[u32]) -> Self {
        let (mut missed, mut confirmed) = (Map::default(), Set::default());
        let (mut half, mut whole) = (Set::default(), Set::default());
        for connection in &point.connections {
            let ends = [&connection.client_end, &connection.server_end];
            let flow = (connection.client, connection.server);
            let lacks = |end: &&End| end.missed().or_else(|| end.unseen_by().map(|source| (source, source)));
            let of_both = ends.iter().filter_map(lacks);
            if let Some(range) = of_both.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1))) {
                missed.insert(flow, range);
            }
            if point.drops > 0 && connection.client_end.fin.is_some() && !connection.server_end.unseen() {
                confirmed.insert(flow);
            }
            if connection.server_end.packets > 0 && connection.client_end.packets > 0 {
                whole.insert(connection.client.ip());
            } else if connection.acknowledged {
                half.insert(connection.client.ip());
            }
        }
        half.retain(|host| !whole.contains(host));
        let mut when: Vec<_> =
            missed.values().map(|(first, last): &(Source, Source)| (first.time, last.time)).collect();
        when.order();
        // A point meets its losses and gaps one after the other.
        let (when, losses) = (Times::new(when), Times::new(point.losses.clone()));
        let gaps = Times::new(point.gaps.iter().map(|(begun, ended, _)| (*begun, *ended)).collect());
        // It is sorted.
        let full = point.clock.inputs().any(|input| full.binary_search(&input).is_ok());
        Self { point, full, one_way: point.one_way(), missed, when, losses, gaps, confirmed, half }
    }

    fn tell(&self, exchange: &Exchange, packets: &[&Event], decisive: Option<&Attempt>, id: Id, unseen: &mut Unseen) {
        let point = self.point;
        let last = packets.iter().map(|event| event.source.time).max().unwrap_or(exchange.begun);
        let (from, to) = (Timestamp(exchange.begun.0.saturating_sub(NEAR.0)), last.plus(NEAR));
        let flow = decisive.and_then(|attempt| Some((attempt.local?, attempt.upstream?)));
        let absence = &mut unseen.absence;
        if point.drops > 0 && !flow.is_some_and(|flow| self.confirmed.contains(&flow)) {
            match self.losses.first(from, to) {
                Some(_) => absence.push("The capturing host says that it missed packets at that time.".to_string()),
                None if !point.losses.is_empty() => {}
                None => absence.push(format!("The capturing host says that it missed {} packets.", point.drops)),
            }
        }
        let gaps = point.gaps.get(self.gaps.overlapping(from, to)).unwrap_or_default().iter();
        let gaps = gaps.filter(|(_, ended, _)| *ended >= from);
        absence.extend(gaps.map(|(.., text)| text.clone()));
        if self.one_way {
            let text = "Only one direction was captured: no packet at all came back, for any connection.";
            absence.push(text.to_string());
        } else if let Some(host) = flow.map(|flow| flow.0.ip()).filter(|host| self.half.contains(host)) {
            absence.push(format!("Only one direction was captured of what {host} opens: no packet came back to it."));
        }
        if let Some((first, _)) = flow.and_then(|flow| self.missed.get(&flow)) {
            absence.push(format!(
                "The capture lacks bytes of this very connection that their receiver acknowledged (packet {}).",
                first.number
            ));
        } else if let Some(ended) = self.when.first(from, to) {
            absence.push(format!(
                "The capture lacks packets of another connection at that time ({ended}): it may lack some of this one too."
            ));
        }
        if point.malformed > 0 {
            absence.push(format!("{} packets could not be read and may have held what is missed.", point.malformed));
        }
        let near_end = point.ended.is_some_and(|ended| ended.since(last) < NEAR_END);
        if self.full && (near_end || matches!(exchange.answer, Answer::Pending | Answer::NotSeen)) {
            let text = "The capture ends at 200,000 packets, the limit of the appliance's own capture page.";
            absence.push(text.to_string());
        }
        for filter in &point.filters {
            match kept_out(filter, decisive, packets, id) {
                Some(what) => {
                    unseen.kept_out = instead(id, what);
                    absence.push(format!("The capture has a filter, “{filter}”: {what} would not have been captured."));
                }
                None => unseen.notes.push(format!("The capture has a filter, “{filter}”; nothing else was captured.")),
            }
        }
        let range = (packets.iter().map(|event| event.source).min(), packets.iter().map(|event| event.source).max());
        if let (Some(first), Some(last)) = range
            && let Some(step) = point.clock.between(first, last)
        {
            unseen.stepped = true;
            unseen.notes.push(format!("Within this exchange {}.", step.sentence()));
        }
        if point.cut > 0 {
            unseen.notes.push(format!(
                "{} packets were captured only in part (snap length); capture with -s 0 to see them whole.",
                point.cut
            ));
        }
    }
}

const ICMP: &str = "an ICMP error";

/// What an absence was, if what a filter kept out had come.
fn instead(id: Id, kept_out: &str) -> &'static [Id] {
    match id {
        Id::TcpSynUnanswered if kept_out == ICMP => {
            &[Id::TcpIcmpProhibited, Id::TcpIcmpUnreachable, Id::TcpRoutingLoop]
        }
        Id::DnsNoResponse if kept_out == ICMP => &[Id::DnsUnreachable],
        _ => &[],
    }
}

/// What a filter keeps out of that which the absence is about.
fn kept_out(filter: &str, decisive: Option<&Attempt>, packets: &[&Event], id: Id) -> Option<&'static str> {
    let place = |socket: Option<SocketAddr>| Place { host: socket.map(|s| s.ip()), port: socket.map(|s| s.port()) };
    let (local, upstream) = decisive.map_or((None, None), |attempt| (attempt.local, attempt.upstream));
    let host = local.map(|local| local.ip()).or_else(|| {
        let dns = packets.iter().filter_map(|event| event.flow).find(|flow| flow.other.port() == 53)?;
        Some(dns.one.ip())
    });
    let probe = |protocol, from, to| Probe { protocol, from, to };
    let out = |probe: Probe| filter::passes(filter, &probe) == Some(false);
    let icmp = || out(probe(Protocol::Icmp, Place::default(), Place { host, port: None })).then_some(ICMP);
    let answer = || {
        let back = probe(Protocol::Tcp, place(upstream), place(local));
        (upstream.is_some() && out(back)).then_some("an answer")
    };
    let (own, server) = (Place { host, port: Some(EPHEMERAL) }, Place { host: None, port: Some(53) });
    let dns = || out(probe(Protocol::Udp, own, server));
    let told = || out(probe(Protocol::Udp, server, own));
    let elsewhere = || {
        let to = |port| Place { host: None, port: Some(port) };
        let tried = |port| filter::passes(filter, &probe(Protocol::Tcp, own, to(port)));
        [80, 443, 8443].into_iter().any(|port| tried(port) != Some(true))
    };
    if filter.starts_with('(') && filter.ends_with("code)") {
        return Some("what it keeps out, which its byte code does not tell,");
    }
    match id {
        Id::NoAttempt => {
            if dns() {
                Some("a DNS lookup")
            } else {
                elsewhere().then_some("an attempt at another host or port")
            }
        }
        Id::DnsNoResponse => told().then_some("an answer").or_else(icmp),
        Id::TcpSynUnanswered | Id::ReturnPath | Id::RequestUnacked | Id::PmtuBlackhole => answer().or_else(icmp),
        _ => answer(),
    }
}
