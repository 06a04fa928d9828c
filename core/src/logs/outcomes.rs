//! What becomes of a record: counted, kept as a failed exchange, or joined with the one that it belongs to.
//!
//! Of a healthy line nothing is kept but its place in the counts, and where the case has captures, what it takes to find
//! its request in them.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::detect::cut;
use super::lines::Line;
use super::meaning::Meaning;
use super::reader::{Beyond, LogReader};
use super::tunnels::{self, Failed, Within};
use super::{LogFormat, Record, Sent, Tunnel};
use crate::capture::transaction::Size;
use crate::categories::Id as Category;
use crate::exchange::{Answer, Attempt, Event, Exchange, Names, Phase, Signs, Source, Status, What};
use crate::patterns::{Server, Well};
use crate::report::{GeneratedBy, Leg};
use crate::time::{Span, Timestamp};
use crate::together::{Sight, Wanted, address_digest};
use crate::{exchanges, health_checks};

/// Failed exchanges kept; the counts go on.
pub const KEPT: usize = 100_000;
/// Healthy lines kept that may be of a request in the captures.
const HEALTHY: usize = 200_000;
/// Hosts that are told apart beyond that.
const HOSTS: usize = 10_000;
/// Characters of a line that evidence shows.
const SHOWN: usize = 300;
/// A line goes on with one of the last so many failures.
const NEAREST: usize = 256;

/// A record that does not come from a line.
pub(crate) struct Told {
    /// When.
    pub time: Timestamp,
    /// In little.
    pub sight: Sight,
    /// What failed; `None` for a request that went well.
    pub exchange: Option<Exchange>,
}

impl LogReader {
    /// A record that is an exchange.
    pub(crate) fn tell(&mut self, told: Told) {
        self.seen(told.time);
        self.total += 1;
        let Some(exchange) = told.exchange else {
            if self.sights.len() < KEPT + HEALTHY {
                self.sights.push(told.sight);
            } else {
                self.passed_over += 1;
            }
            return;
        };
        self.failed += 1;
        if self.exchanges.len() < KEPT {
            let index = u32::try_from(self.exchanges.len()).unwrap_or(u32::MAX);
            self.sights.push(Sight { exchange: Some(index), ..told.sight });
            self.exchanges.push(exchange);
        } else {
            self.count(Category::Undetermined, exchange.host.as_deref().unwrap_or_default(), told.time);
        }
    }

    /// A record that is no exchange with the gateway.
    pub(crate) fn passed_at(&mut self, time: Timestamp) {
        self.seen(time);
    }

    /// A record without a time, which cannot be placed.
    pub(crate) fn passed(&mut self, number: u64) {
        self.records += 1;
        self.troubles.bad(number, 0, "time", "");
    }

    pub(super) fn record(&mut self, format: &LogFormat, line: &Line<'_>, text: &str, record: &Record<'_>) {
        if health_checks::is_one(record.agent, record.method, record.target) {
            self.checks.add(line.number, record);
            // An error log may tell of it as well.
            let sight = Sight { check: true, counts: false, ..self.sight(format, line, record) };
            return self.keep_healthy(sight);
        }
        let place = self.place(line, record.time);
        if let Some(rows) = self.rows.as_mut().filter(|_| record.group.is_none() && record.aside.is_none()) {
            exchanges::add_line(rows, place, record);
        }
        if let Some(group) = record.group {
            if let Some(earlier) = self.groups.find(group, record.time, record.upstream) {
                return self.add(earlier, line, text, record);
            }
            self.total += 1;
            self.failed += 1;
            let kept = self.keep(format, line, text, record);
            return self.groups.begin(group, record.time, record.upstream, kept);
        }
        if record.aside.is_some() {
            if self.exchanges.len() < KEPT {
                self.keep(format, line, text, record);
            }
            return;
        }
        let failing = record.failure.is_some();
        let key = match record.tunnel {
            Tunnel::Plain => 0,
            _ => tunnels::key(record.client, record.host.unwrap_or_default()),
        };
        match record.tunnel {
            Tunnel::Plain => {}
            Tunnel::Granted if !failing => {
                self.tunnels.granted(key, record.time, false);
                self.unseen += 1;
            }
            Tunnel::Opened if !failing => self.tunnels.granted(key, record.time, true),
            Tunnel::Granted | Tunnel::Opened => {
                self.total += 1;
                self.failed += 1;
                let kept = self.keep(format, line, text, record);
                self.tunnels.failed(key, record.time, kept);
                return;
            }
            // A tunnel that Squid looked into and then let pass is logged twice.
            Tunnel::Sealed => {
                self.unseen += 1;
                if self.tunnels.within(key, record.time, false) == Within::Opened {
                    return;
                }
            }
            Tunnel::Inside => match self.tunnels.within(key, record.time, failing) {
                Within::Nothing => {}
                Within::Opened => return self.outcome(format, line, text, record, false),
                Within::Granted => {
                    self.unseen = self.unseen.saturating_sub(1);
                    return self.outcome(format, line, text, record, false);
                }
                Within::Failed(outer) => return self.join(outer, line, text, record),
            },
        }
        self.total += 1;
        self.outcome(format, line, text, record, true);
    }

    /// Counts and keeps a failure; of a healthy line what it takes to find it in a capture. `counts`: it is an exchange of
    /// its own.
    fn outcome(&mut self, format: &LogFormat, line: &Line<'_>, text: &str, record: &Record<'_>, counts: bool) {
        if record.failure.is_some() {
            self.failed += 1;
            self.keep(format, line, text, record);
            return;
        }
        self.went_well(record);
        if self.interest.is_some() {
            self.keep_healthy(Sight { counts, ..self.sight(format, line, record) });
        }
    }

    /// Keeps a line that is no failure, if it may be of a request that another input tells of.
    fn keep_healthy(&mut self, sight: Sight) {
        if !self.interest.as_ref().is_some_and(|interest| interest.wants(&sight)) {
            return;
        }
        if self.sights.len() < KEPT + HEALTHY {
            self.sights.push(sight);
        } else {
            self.passed_over += 1;
        }
    }

    fn went_well(&mut self, record: &Record<'_>) {
        if record.untimed {
            return;
        }
        let server = match record.upstream {
            Some(at) => Server::At(at),
            None if record.server.is_empty() => Server::Unsaid,
            None => Server::Named(record.pool, record.server),
        };
        let tunnel = matches!(record.tunnel, Tunnel::Granted | Tunnel::Sealed);
        let host = record.host.unwrap_or_default();
        let well = Well { time: record.time, client: record.client, host, server, tunnel };
        self.tally.add(record.node, &well, 1);
    }

    /// The line in little.
    fn sight(&self, format: &LogFormat, line: &Line<'_>, record: &Record<'_>) -> Sight {
        // Layouts that several products share hold the beginning in some and the end in others.
        let either = format.product.is_none() && !record.begun && record.elapsed.is_none();
        let other =
            record.elapsed.map(|elapsed| Span(if record.begun { elapsed.0 } else { elapsed.0.saturating_neg() }));
        let other = other.map(|span| record.time.plus(span)).or(either.then_some(record.time));
        let (begun, ended) = match record.begun {
            _ if record.untimed => (None, None),
            true => (Some(record.time), other),
            false => (other, Some(record.time)),
        };
        Sight {
            source: Some(self.place(line, record.time)),
            begun,
            ended,
            either,
            by_end: !record.begun,
            client: record.client.map_or(0, address_digest),
            upstream: record.upstream.map_or(0, |upstream| address_digest(upstream.ip())),
            wanted: Wanted::new(record.method, record.target, record.host),
            status: record.status.unwrap_or(0),
            size: size(record.sent),
            secure: record.tunnel == Tunnel::Inside || record.target.is_some_and(|target| target.starts_with("https:")),
            counts: true,
            ..Sight::default()
        }
    }

    fn keep(&mut self, format: &LogFormat, line: &Line<'_>, text: &str, record: &Record<'_>) -> Failed {
        if self.exchanges.len() < KEPT {
            let index = u32::try_from(self.exchanges.len()).unwrap_or(u32::MAX);
            let sight = self.sight(format, line, record);
            self.sights.push(Sight { exchange: Some(index), ..sight });
            self.exchanges.push(self.exchange(format, line, text, record));
            return Failed::Kept(index);
        }
        let category = record.failure.map_or(Category::Undetermined, |meaning| meaning.category());
        self.count(category, record.host.unwrap_or_default(), begun(record));
        Failed::Counted
    }

    /// A failure beyond those that are kept.
    fn count(&mut self, category: Category, host: &str, begun: Timestamp) {
        let hosts = self.beyond.entry(category).or_default();
        let new = Beyond { count: 0, first: begun, last: begun };
        if !hosts.contains_key(host) && hosts.len() < HOSTS {
            hosts.insert(host.into(), new);
        }
        let entry = match hosts.get_mut(host) {
            Some(entry) => entry,
            None => hosts.entry(String::new()).or_insert(new),
        };
        entry.count += 1;
        entry.first = entry.first.min(begun);
        entry.last = entry.last.max(begun);
    }

    fn exchange(&self, format: &LogFormat, line: &Line<'_>, text: &str, record: &Record<'_>) -> Exchange {
        let claim = record.failure.map(|meaning| meaning.claim(record.token, record.elapsed));
        let passed_on =
            matches!(claim.as_ref().and_then(|c| c.made_by), Some(GeneratedBy::Origin | GeneratedBy::ParentProxy));
        // Nobody else answered: the client left, the answer had begun, or no server was left to ask.
        let over = record.failure.is_some_and(|meaning| {
            meaning.client_left()
                || meaning.within_answer()
                || matches!(meaning.category(), Category::NoHealthyUpstream | Category::ProxyLoop)
        });
        let attempt = Attempt {
            upstream: record.upstream,
            parent: record.parent,
            status: record.status.filter(|_| passed_on),
            ..Attempt::default()
        };
        Exchange {
            client: record.client,
            gateway: None,
            begun: begun(record),
            host: record.host.map(str::to_ascii_lowercase),
            port: record.port,
            method: record.method.map(ToString::to_string),
            target: record.target.map(ToString::to_string),
            answer: answer(record),
            attempts: if record.attempted { [attempt].into() } else { Vec::new() },
            client_secure: Phase::NotSeen,
            doubts: {
                let open =
                    claim.as_ref().is_some_and(|claim| claim.candidates.len() > 1 || (record.group.is_some() && !over));
                let missing = (open && !record.named).then(|| format.missing.to_string());
                missing.into_iter().chain(record.untimed.then(|| NO_TIME.to_string())).collect()
            },
            claim,
            events: [self.event(line, text, record)].into(),
            outward: false,
            signs: Signs { names: names(record), aside: record.aside, ..Signs::default() },
        }
    }

    fn event(&self, line: &Line<'_>, text: &str, record: &Record<'_>) -> Event {
        Event {
            source: self.place(line, record.time),
            leg: Leg::Client,
            sent: true,
            what: What::Line(shown(text)),
            flow: None,
        }
    }

    pub(super) fn place(&self, line: &Line<'_>, time: Timestamp) -> Source {
        Source {
            time,
            input: self.input,
            number: line.number,
            line: true,
            offset: line.offset,
            length: u32::try_from(line.length).unwrap_or(u32::MAX),
        }
    }

    /// One more line of a request that an error log told of before: what it adds, and another attempt where it names
    /// another server. The last attempt decides, unless its line says less than the one before.
    fn add(&mut self, earlier: Failed, line: &Line<'_>, text: &str, record: &Record<'_>) {
        let event = self.event(line, text, record);
        let Failed::Kept(index) = earlier else { return };
        let Some(exchange) = usize::try_from(index).ok().and_then(|index| self.exchanges.get_mut(index)) else {
            return;
        };
        exchange.events.push(event);
        if let Some(sight) = self.sights.iter_mut().rev().take(NEAREST).find(|sight| sight.exchange == Some(index)) {
            sight.ended = Some(record.time);
            if sight.client == 0 {
                sight.client = record.client.map_or(0, address_digest);
            }
            let wanted = Wanted::new(record.method, record.target, record.host);
            if sight.wanted.path == 0 {
                sight.wanted =
                    Wanted { host: if wanted.host == 0 { sight.wanted.host } else { wanted.host }, ..wanted };
            } else if sight.wanted.host == 0 {
                sight.wanted.host = wanted.host;
            }
        }
        exchange.client = exchange.client.or(record.client);
        exchange.port = exchange.port.or(record.port);
        if exchange.answer == Answer::NotSeen {
            exchange.answer = answer(record);
        }
        if exchange.host.is_none() {
            exchange.host = record.host.map(str::to_ascii_lowercase);
        }
        if exchange.target.is_none() {
            exchange.method = record.method.map(ToString::to_string);
            exchange.target = record.target.map(ToString::to_string);
        }
        if record.attempted && record.upstream.is_some() {
            exchange.attempts.push(Attempt { upstream: record.upstream, ..Attempt::default() });
        }
        let weaker = |meaning: &Meaning| meaning.undetermined || meaning.category() == Category::NoHealthyUpstream;
        if let Some(meaning) = record.failure.filter(|meaning| exchange.claim.is_none() || !weaker(meaning)) {
            exchange.claim = Some(meaning.claim(record.token, record.elapsed));
        }
    }

    /// The answer inside a tunnel whose CONNECT had failed: one exchange, with the request and status from inside and the
    /// attempt from the CONNECT.
    fn join(&mut self, outer: Failed, line: &Line<'_>, text: &str, record: &Record<'_>) {
        let event = self.event(line, text, record);
        let Failed::Kept(index) = outer else { return };
        let Some(exchange) = usize::try_from(index).ok().and_then(|index| self.exchanges.get_mut(index)) else {
            return;
        };
        exchange.answer = answer(record);
        exchange.method = record.method.map(ToString::to_string);
        exchange.target = record.target.map(ToString::to_string);
        exchange.events.push(event);
        let inner = record.failure.map(|meaning| meaning.claim(record.token, None));
        if let (Some(claim), Some(inner)) = (&mut exchange.claim, inner) {
            // Both lines speak of one failure: what only one of them allows is out.
            if claim.candidates.iter().any(|candidate| inner.candidates.contains(candidate)) {
                claim.candidates.retain(|candidate| inner.candidates.contains(candidate));
            }
            claim.undetermined &= claim.candidates.len() > 1;
            claim.why = format!("{}; {}", claim.why, inner.why);
        }
    }
}

fn size(sent: Sent) -> Size {
    let kept = |bytes: u64| u32::try_from(bytes).unwrap_or(u32::MAX);
    match sent {
        Sent::Unsaid => Size::default(),
        Sent::Body(bytes) => Size { body: kept(bytes), whole: 0 },
        Sent::Whole(bytes) => Size { body: 0, whole: kept(bytes) },
    }
}

/// Where the request went, by the names of the log.
fn names(record: &Record<'_>) -> Names {
    Names { node: record.node.to_string(), pool: record.pool.to_string(), server: record.server.to_string() }
}

/// A line as evidence shows it; a block of lines in one.
pub(super) fn shown(text: &str) -> String {
    if !text.contains('\n') {
        return cut(text, SHOWN);
    }
    let words: Vec<&str> = text.split_ascii_whitespace().take(SHOWN).collect();
    cut(&words.join(" "), SHOWN)
}

/// Said of a line without a time.
const NO_TIME: &str = "The line says no whole time: it stands where the line before it stands, or in 1970 where none of the file says one.";

/// When the gateway received the request.
fn begun(record: &Record<'_>) -> Timestamp {
    match record.elapsed {
        Some(elapsed) if !record.begun && !record.untimed => record.time.plus(Span(elapsed.0.saturating_neg())),
        _ => record.time,
    }
}

fn answer(record: &Record<'_>) -> Answer {
    let status =
        record.status.map(|code| Status { code, first: None, unsure: false, time: record.time, own_word: None });
    match status {
        Some(status) if record.cut => Answer::Cut(Some(status)),
        Some(status) => Answer::Whole(status),
        None if record.failure.is_some_and(|meaning| meaning.client_left()) => Answer::ClientLeft(None),
        None => Answer::NotSeen,
    }
}
