//! One request as one input shows it, in little: a line of a log, or a request in a capture.

use crate::sorting::Sorting as _;
use alloc::rc::Rc;
use alloc::vec::Vec;

use crate::tables::{HashMap, HashSet};

use super::wanted::{Wanted, address_digest, host_digest};
use crate::capture::connection::{Connection, Speech};
use crate::capture::point::Point;
use crate::capture::transaction::{Size, Transaction};
use crate::exchange::{Answer, Exchange, Source};
use crate::join::attempt::host_of;
use crate::join::hello;
use crate::logs::LogReader;
use crate::time::{SECOND, Timestamp};

/// One request as one input shows it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sight {
    /// Its line, or its first packet.
    pub source: Option<Source>,
    /// When the request came; `None` where that is not said.
    pub begun: Option<Timestamp>,
    /// When the answer was sent, or given up.
    pub ended: Option<Timestamp>,
    /// The source tells one time, and whether that is the beginning or the end is not known: both hold it.
    pub either: bool,
    /// The line's time is the end.
    pub by_end: bool,
    /// Who asked, as a digest; 0 where that is not said.
    pub client: u32,
    /// The address asked upstream, as a digest; 0 where that is not said.
    pub upstream: u32,
    /// What was asked for.
    pub wanted: Wanted,
    /// What the client got; 0 where that is not said.
    pub status: u16,
    /// Bytes that the client got; of a line only what its format counts.
    pub size: Size,
    /// The status before it in the same stream, where there is one.
    pub first_status: u16,
    /// Index of the failed exchange, among those of its source.
    pub exchange: Option<u32>,
    /// Requests may be inside of it that are not seen: a tunnel, or a connection in TLS.
    pub tunnel: bool,
    /// A request that came out of a tunnel, or may have.
    pub secure: bool,
    /// Counted as an exchange by its source.
    pub counts: bool,
    /// Counted as a tunnel whose inside is not seen.
    pub unseen: bool,
    /// The capture shows no answer, and could have missed it: it ends before, or lacks bytes of the answering side.
    pub unanswered: bool,
    /// Capture point and connection of a request.
    pub place: Option<(u32, u32)>,
    /// It is known by its attempts upstream alone.
    pub attempt: bool,
    /// A health check, whatever came of it.
    pub check: bool,
    /// It is another one come back (a loop), and belongs to that one's exchange.
    pub round: bool,
    /// The capture shows neither host nor path: it began after the request, or a snap length cut both off.
    pub vague: bool,
}

impl Sight {
    /// Moves all of its times.
    pub fn shift(&mut self, by: crate::time::Span) {
        for time in [&mut self.begun, &mut self.ended].into_iter().flatten() {
            *time = time.plus(by);
        }
        if let Some(source) = &mut self.source {
            source.time = source.time.plus(by);
        }
    }

    /// How long it took, where both ends are told.
    #[must_use]
    pub fn took(&self) -> Option<i64> {
        let (begun, ended) = self.begun.zip(self.ended)?;
        (!self.either).then(|| ended.since(begun).0)
    }
}

/// Which requests captures hold, for a log reader: of healthy lines only those that may be one of them are kept.
#[derive(Clone, Debug, Default)]
pub struct Interest {
    places: HashSet<u64>,
    paths: HashSet<u32>,
    hosts: HashSet<u32>,
    clients: HashSet<u32>,
    /// Clients of error logs that name no request, and the minutes of a quarter of an hour in which they had one.
    callers: HashSet<(u32, i64)>,
    /// A time in the captures.
    pub near: Option<Timestamp>,
}

impl Interest {
    /// Of these captures, and of what clients saw; `None` where there is neither.
    #[must_use]
    pub fn new(points: &[Point], seen: &[Sight]) -> Option<Self> {
        let captured_from = points.iter().filter_map(|point| point.started).min();
        let near = captured_from.or_else(|| seen.iter().filter_map(|sight| sight.begun).min())?;
        let mut interest = Self { near: Some(near), ..Self::default() };
        for sight in captured(points, |_| true).iter().chain(seen) {
            if sight.wanted.place().is_some() {
                interest.add(sight.wanted);
            }
            if sight.tunnel || sight.vague {
                interest.hosts.insert(sight.wanted.host);
                interest.clients.insert(sight.client);
            }
        }
        Some(interest)
    }

    /// Of what an error log tells.
    #[must_use]
    pub fn of_errors(log: &LogReader) -> Self {
        let mut interest = Self { near: log.span().map(|(from, _)| from), ..Self::default() };
        log.sights.iter().for_each(|sight| interest.add_error(sight));
        interest
    }

    /// One more line of an error log.
    pub fn add_error(&mut self, sight: &Sight) {
        if sight.wanted.place().is_some() {
            self.add(sight.wanted);
        } else if let Some(time) = sight.ended.or(sight.begun) {
            self.callers.extend([-1, 0, 1].map(|more| (sight.client, minute_of_quarter(time, more))));
        }
    }

    fn add(&mut self, wanted: Wanted) {
        self.places.extend(wanted.place());
        self.paths.insert(wanted.path);
    }

    /// How much it holds.
    fn size(&self) -> usize {
        self.places.len() + self.paths.len() + self.hosts.len() + self.clients.len() + self.callers.len()
    }

    /// Adds one to a list of which each holds more than the next: so the list is short, and little is copied where others
    /// hold parts of it.
    pub fn join(mut self, list: &mut Vec<Rc<Self>>) {
        while let Some(last) = list.pop_if(|last| last.size() <= self.size()) {
            self = Rc::unwrap_or_clone(last).and(self);
        }
        list.push(Rc::new(self));
    }

    /// Both.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.places.extend(other.places);
        self.paths.extend(other.paths);
        self.hosts.extend(other.hosts);
        self.clients.extend(other.clients);
        self.callers.extend(other.callers);
        self.near = self.near.or(other.near);
        self
    }

    fn called(&self, sight: &Sight) -> bool {
        let mut times = [sight.begun, sight.ended].into_iter().flatten();
        !self.callers.is_empty() && times.any(|time| self.callers.contains(&(sight.client, minute_of_quarter(time, 0))))
    }

    /// Whether a line may be one of the captured requests, or of those that errors were logged of.
    #[must_use]
    pub fn wants(&self, sight: &Sight) -> bool {
        let Wanted { host, path, .. } = sight.wanted;
        let known = sight.wanted.place().is_some_and(|place| self.places.contains(&place))
            || self.paths.contains(&path) && (host == 0 || self.places.contains(&u64::from(path)));
        known
            || self.clients.contains(&sight.client)
                && (host == 0 || self.hosts.contains(&host) || self.hosts.contains(&0))
            || self.called(sight)
    }
}

/// Whatever the zone, zones differ by quarters of an hour.
fn minute_of_quarter(time: Timestamp, more: i64) -> i64 {
    (time.0.div_euclid(60 * SECOND) + more).rem_euclid(15)
}

/// The requests on the connections that count, in order of their beginning. A connection that was captured at two places
/// counts once.
pub fn captured(points: &[Point], counts: impl Fn(&Connection) -> bool) -> Vec<Sight> {
    let mut sights = Vec::new();
    let mut met = HashSet::default();
    for (index, point) in points.iter().enumerate() {
        let taken: Vec<bool> = point
            .connections
            .iter()
            .map(|connection| {
                let speaks = connection.conversation().is_some() || hello(connection);
                speaks && counts(connection) && met.insert((connection.client, connection.server, connection.opening()))
            })
            .collect();
        let place = u32::try_from(index).unwrap_or(u32::MAX);
        for ((at, connection), _) in (0..).zip(&point.connections).zip(&taken).filter(|(_, taken)| **taken) {
            of_connection(connection, (place, at), &mut sights);
        }
        for (at, served) in &point.served {
            let found = taken.get(*at as usize).zip(point.connections.get(*at as usize));
            if let Some((true, connection)) = found {
                sights.push(Sight {
                    source: Some(served.first),
                    begun: Some(served.first.time),
                    ended: Some(served.ended),
                    client: address_digest(connection.client.ip()),
                    wanted: served.wanted,
                    status: served.status,
                    size: served.size,
                    counts: true,
                    vague: served.wanted == Wanted::default(),
                    place: Some((place, *at)),
                    ..Sight::default()
                });
            }
        }
    }
    sights.order_by_key(|sight| (sight.begun, sight.source));
    sights
}

/// What a connection holds besides the requests that went well.
fn of_connection(connection: &Connection, place: (u32, u32), sights: &mut Vec<Sight>) {
    let client = address_digest(connection.client.ip());
    if matches!(connection.speech, Speech::Tls) && hello(connection) {
        let name = connection.handshake.as_ref().and_then(|handshake| handshake.server_name());
        sights.push(Sight {
            source: Some(connection.first),
            begun: Some(connection.first.time),
            ended: Some(connection.last.time),
            client,
            wanted: Wanted { host: name.map_or(0, host_digest), path: 0, query: 0 },
            tunnel: true,
            counts: true,
            unseen: true,
            place: Some(place),
            ..Sight::default()
        });
    }
    let Some(conversation) = connection.conversation() else { return };
    let server = &connection.server_end;
    let missed = server.packets == 0 || server.cut > 0 || server.unseen() || connection_end(connection).is_none();
    let missed = missed && !conversation.checks_health();
    let of = |transaction: &Transaction| {
        let request = transaction.request.as_deref()?;
        let (host, _) = host_of(&request.target, request.host.as_deref(), &request.method);
        let response = transaction.response.as_deref();
        // An answer that broke off was over when somebody closed.
        let whole = response.filter(|response| response.complete).map(|response| response.last.time);
        let end = whole.or_else(|| connection_end(connection)).or(response.map(|response| response.last.time));
        let wanted = Wanted::new(Some(&request.method), Some(&request.target), host.as_deref());
        Some(Sight {
            source: Some(request.first),
            begun: Some(request.first.time),
            ended: end,
            client,
            wanted,
            vague: wanted == Wanted::default(),
            status: response.map_or(0, |response| response.status),
            size: Size::of(transaction),
            first_status: response.and_then(|response| response.odd.earlier).map_or(0, |(status, _)| status),
            counts: true,
            unanswered: missed && response.is_none(),
            place: Some(place),
            ..Sight::default()
        })
    };
    sights.extend(conversation.kept.iter().chain(conversation.open()).filter_map(of));
    let lost = conversation.missed().filter_map(of);
    sights.extend(lost.map(|sight| Sight { unanswered: !conversation.checks_health(), ..sight }));
    if let Some(sight) = conversation.tunnel.as_deref().and_then(of) {
        // A tunnel is logged when it ends.
        let unseen = conversation.tunnel_bytes > 0 && sight.wanted.is_tunnel();
        sights.push(Sight { ended: Some(connection.last.time), tunnel: true, vague: false, unseen, ..sight });
    }
}

/// When a connection was closed or reset.
fn connection_end(connection: &Connection) -> Option<Timestamp> {
    let ends = [&connection.client_end, &connection.server_end];
    let fins = ends.into_iter().filter_map(|end| end.fin.map(|fin| fin.source.time));
    let resets = ends.into_iter().filter_map(|end| end.rst().map(|reset| reset.source.time));
    fins.chain(resets).min()
}

/// Says which sights are failed exchanges, and adds sights of exchanges that are known by their attempts alone.
pub fn link(sights: &mut Vec<Sight>, exchanges: &[Exchange]) {
    let mut by_packet: HashMap<(u32, u64), u32> = HashMap::default();
    let mut rounds: HashSet<(u32, u64)> = HashSet::default();
    for (at, exchange) in (0..).zip(exchanges) {
        for source in &exchange.signs.rounds {
            by_packet.entry((source.input(), source.number)).or_insert(at);
            rounds.insert((source.input(), source.number));
        }
        for event in exchange.events.iter().chain(exchange.attempts.iter().flat_map(|attempt| &attempt.events)) {
            if matches!(event.what, crate::exchange::What::Request(_)) {
                by_packet.entry((event.source.input(), event.source.number)).or_insert(at);
            }
        }
    }
    let mut met = alloc::vec![false; exchanges.len()];
    for sight in sights.iter_mut() {
        let key = sight.source.map(|source| (source.input(), source.number));
        sight.exchange = key.and_then(|key| by_packet.get(&key)).copied();
        sight.round = key.is_some_and(|key| rounds.contains(&key));
        if let Some(met) = sight.exchange.and_then(|at| met.get_mut(at as usize)) {
            *met = true;
            // A failed tunnel is an exchange and counted as one.
            sight.unseen = false;
        }
    }
    let alone =
        (0..).zip(exchanges).zip(met).filter(|(_, met)| !met).map(|((at, exchange), _)| of_exchange(exchange, at));
    sights.extend(alone);
}

/// An exchange as its attempts, or its lines, show it.
pub fn of_exchange(exchange: &Exchange, at: u32) -> Sight {
    let attempts = exchange.attempts.iter().filter_map(|attempt| attempt.span);
    let last = exchange.events.iter().map(|event| event.source.time).max();
    let ended = attempts.map(|(_, ended)| ended).chain(last).max();
    let status = match &exchange.answer {
        Answer::Whole(status) | Answer::Cut(Some(status)) => status.code,
        _ => 0,
    };
    let upstream = exchange.attempts.iter().rev().find_map(|attempt| attempt.upstream);
    let events = exchange.events.iter().chain(exchange.attempts.iter().flat_map(|attempt| &attempt.events));
    let wanted = Wanted::new(exchange.method.as_deref(), exchange.target.as_deref(), exchange.host.as_deref());
    let attempt = exchange.events.is_empty();
    Sight {
        source: events.map(|event| event.source).min(),
        begun: Some(exchange.begun).filter(|_| !exchange.signs.late),
        ended,
        client: exchange.client.map_or(0, address_digest),
        upstream: upstream.map_or(0, |upstream| address_digest(upstream.ip())),
        wanted,
        status,
        exchange: Some(at),
        counts: true,
        attempt,
        vague: !attempt && wanted == Wanted::default(),
        ..Sight::default()
    }
}
