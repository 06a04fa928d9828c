//! What becomes of a record: counted, kept as a failed exchange (`kept`), or joined with the one that it belongs to.
//!
//! Of a healthy line nothing is kept but its place in the counts, and where the case has captures, what it takes to find
//! its request in them.

use alloc::string::String;

use super::kept::begun;
use super::lines::Line;
use super::reader::{Beyond, LogReader};
use super::tunnels::{self, Failed, Within};
use super::{LogFormat, Record, Sent, Tunnel};
use crate::capture::transaction::Size;
use crate::categories::Id as Category;
use crate::exchange::Exchange;
use crate::patterns::{Server, Well};
use crate::time::{Span, Timestamp};
use crate::together::{Sight, Wanted, address_digest};
use crate::{exchanges, health_checks};

/// Failed exchanges kept; the counts go on.
pub const KEPT: usize = 100_000;
/// Healthy lines kept that may be of a request in the captures.
const HEALTHY: usize = 200_000;
/// Hosts that are told apart beyond that.
const HOSTS: usize = 10_000;
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
        if self.interests().next().is_some() {
            self.keep_healthy(Sight { counts, ..self.sight(format, line, record) });
        }
    }

    /// Keeps a line that is no failure, if it may be of a request that another input tells of.
    fn keep_healthy(&mut self, sight: Sight) {
        if !self.interests().any(|interest| interest.wants(&sight)) {
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
}

fn size(sent: Sent) -> Size {
    let kept = |bytes: u64| u32::try_from(bytes).unwrap_or(u32::MAX);
    match sent {
        Sent::Unsaid => Size::default(),
        Sent::Body(bytes) => Size { body: kept(bytes), whole: 0 },
        Sent::Whole(bytes) => Size { body: 0, whole: kept(bytes) },
    }
}
