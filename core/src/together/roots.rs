//! What went before a failure in the gateway's own log and explains it: servers that were marked down, ports that were
//! used up, a proxy that was stopped.
//!
//! HAProxy says so in lines of its own (`Notices`), by the names of backend and server, and in the order of its file.
//! nginx and Apache mark a server down after a request failed on it: there the earlier failure is the root. Said are the
//! facts and how long before they were; the category stays what happened to the request.

use crate::sorting::Sorting as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::listed::Map;

use crate::categories::Id;
use crate::exchange::{Event, Exchange, Root, What};
use crate::logs::{LogReader, Notice, NoticeState as State};
use crate::products::Id as Product;
use crate::report::Leg;
use crate::time::{SECOND, Span, Timestamp};

/// A server that a product marks down by itself, and for how long by default.
struct Marks {
    product: Product,
    /// No longer ago than this; longer than the default, since sites set longer ones.
    within: Span,
    cause: &'static str,
}

const MARKS: &[Marks] = &[
    Marks {
        product: Product::Nginx,
        within: Span::seconds(60),
        cause: "nginx marks a server down for fail_timeout (10 s by default) after max_fails failures (1 by default): mend \
                what failed there.",
    },
    Marks {
        product: Product::Apache,
        within: Span::seconds(60),
        cause: "Apache does not use a worker for `retry` seconds (60 by default) after a connection to it failed: mend what \
                failed there.",
    },
];

const MARKED: &str =
    "The gateway's own health check had marked the server down: mend what the check met, or the check.";
const MAINTENANCE: &str = "An operator had taken the server out for maintenance.";
const STOPPED: &str = "The proxy had been stopped, or was being restarted.";
const AS_THE_CHECK: &str =
    "The gateway's own health check of this server fails as well: what it met is the likeliest cause.";

/// What a check that only connects meets as well.
const CONNECTING: &[Id] = &[
    Id::TcpSynReset,
    Id::TcpSynUnanswered,
    Id::TcpIcmpUnreachable,
    Id::TcpIcmpProhibited,
    Id::TlsAlert,
    Id::TlsCertificate,
    Id::TlsNoResponse,
    Id::TlsReset,
    Id::TlsClosed,
    Id::TlsNotSpoken,
];

/// The line of a server's state belongs to a failure on that server within this time.
const NEAR: i64 = 60 * SECOND;
/// Lines about servers that join the evidence of one failure.
const SHOWN: usize = 4;

/// Says of failures what went before them.
pub fn tell(exchanges: &mut [Exchange], logs: &[&LogReader]) {
    for (log, lines) in told_by(exchanges, logs) {
        by_notices(exchanges, log, &lines);
    }
    by_failures(exchanges, logs);
}

/// The logs that say something of servers, each with the failures that have a line in it: that line's number, and the failure's
/// place in the list, in the order of the lines.
fn told_by<'a>(exchanges: &[Exchange], logs: &[&'a LogReader]) -> Vec<(&'a LogReader, Vec<(u64, usize)>)> {
    let telling = logs.iter().filter(|log| !log.notices.all().is_empty());
    let mut telling: Vec<(&LogReader, Vec<(u64, usize)>)> = telling.map(|log| (*log, Vec::new())).collect();
    telling.order_by_key(|(log, _)| log.input());
    if telling.is_empty() {
        return telling;
    }
    for (at, exchange) in exchanges.iter().enumerate() {
        let lines = exchange.events.iter().map(|event| event.source).filter(|source| source.line);
        let mut lines: Vec<(u32, u64)> = lines.map(|source| (source.input(), source.number)).collect();
        // The first in each input.
        lines.order_by_key(|(input, _)| *input);
        lines.dedup_by_key(|(input, _)| *input);
        for (input, line) in lines {
            let first = telling.partition_point(|(log, _)| log.input() < input);
            let its = telling.iter_mut().skip(first).take_while(|(log, _)| log.input() == input);
            its.for_each(|(_, lines)| lines.push((line, at)));
        }
    }
    telling.iter_mut().for_each(|(_, lines)| lines.order());
    telling
}

/// What a group of servers had come to at a line.
#[derive(Default)]
struct Pool<'a> {
    /// All that is said of it, in the order of lines.
    notices: Vec<&'a Notice>,
    /// How many of them stand before the line.
    before: usize,
    /// Of these the last word on each server that was down by it.
    down: Vec<&'a Notice>,
    /// And the last ones of other kinds.
    none_left: Option<&'a Notice>,
    no_port: Option<&'a Notice>,
    stopped: Option<&'a Notice>,
}

impl<'a> Pool<'a> {
    /// Goes on to a line. `words`: what is said of servers, by group, server and line.
    fn go_to(&mut self, line: u64, words: &[&'a Notice]) {
        while let Some(notice) = self.notices.get(self.before).copied().filter(|next| next.source.number < line) {
            self.before += 1;
            match notice.state {
                State::NoneLeft => self.none_left = Some(notice),
                State::NoPort => self.no_port = Some(notice),
                State::Stopped => self.stopped = Some(notice),
                State::Down | State::Maintenance | State::Up => {
                    let (known, _) = around(words, &notice.pool, &notice.server, notice.source.number);
                    let place = |known: &Notice| {
                        self.down.binary_search_by_key(&known.source.number, |other| other.source.number).ok()
                    };
                    if let Some(at) = known.and_then(place) {
                        self.down.remove(at);
                    }
                    if notice.state != State::Up {
                        self.down.push(notice);
                    }
                }
            }
        }
    }
}

/// The last word on a server before a line, and the next one after it.
fn around<'a>(words: &[&'a Notice], pool: &str, server: &str, line: u64) -> (Option<&'a Notice>, Option<&'a Notice>) {
    let place = |word: &&Notice| (word.pool.as_str(), word.server.as_str(), word.source.number) < (pool, server, line);
    let next = words.partition_point(place);
    let its = |at: usize| words.get(at).copied().filter(|word| word.pool == pool && word.server == server);
    (next.checked_sub(1).and_then(its), its(next))
}

/// `lines`: the failures with a line in the log, in the order of these.
fn by_notices(exchanges: &mut [Exchange], log: &LogReader, lines: &[(u64, usize)]) {
    let mut pools: Map<&str, Pool<'_>> = Map::default();
    for notice in log.notices.all() {
        pools.or_default(&notice.pool).notices.push(notice);
    }
    let of_servers = |notice: &&Notice| matches!(notice.state, State::Down | State::Maintenance | State::Up);
    let mut words: Vec<&Notice> = log.notices.all().iter().filter(of_servers).collect();
    words.order_by(|one, other| {
        (&one.pool, &one.server, one.source.number).cmp(&(&other.pool, &other.server, other.source.number))
    });
    for (line, at) in lines {
        let Some(exchange) = exchanges.get_mut(*at) else { continue };
        let Some(pool) = pools.get_mut(exchange.names.pool.as_str()) else { continue };
        pool.go_to(*line, &words);
        let first = exchange.claim.as_ref().and_then(|claim| claim.candidates.first().copied());
        let told = match first {
            Some(Id::NoHealthyUpstream) => marked_down(pool, exchange.begun),
            // The line that says so stands right before it.
            Some(Id::EphemeralPortExhaustion) => pool.no_port.map(|notice| (None, [notice].into())),
            Some(id) if CONNECTING.contains(&id) && !exchange.names.server.is_empty() => {
                let (before, after) = around(&words, &exchange.names.pool, &exchange.names.server, *line);
                same_server(before, after, exchange.begun)
            }
            _ => None,
        };
        let Some((root, shown)) = told else { continue };
        exchange.events.extend(shown.into_iter().map(event));
        if root.is_some() {
            exchange.signs.root = root;
        }
    }
}

fn event(notice: &Notice) -> Event {
    let what = What::Line(notice.text.clone());
    Event { source: notice.source, leg: Leg::Upstream, sent: true, what, flow: None }
}

type Told<'a> = (Option<Root>, Vec<&'a Notice>);

/// The servers of the group that were down when a request found none, the last one first.
fn marked_down<'a>(pool: &Pool<'a>, begun: Timestamp) -> Option<Told<'a>> {
    let down = &pool.down;
    let later = |stopped: &&Notice| down.last().is_none_or(|last| last.source.number < stopped.source.number);
    if let Some(notice) = pool.stopped.filter(later) {
        let text = format!("The proxy {} had been stopped{}.", notice.pool, ago(notice, begun));
        return Some((Some(Root { text, cause: STOPPED }), [notice].into()));
    }
    let last = *down.last()?;
    let more = match down.len() - 1 {
        0 => String::new(),
        1 => format!(" Another server of {} was down as well.", last.pool),
        more => format!(" {more} more servers of {} were down as well.", last.pool),
    };
    let (text, cause) = if last.state == State::Maintenance {
        (
            format!("{}/{} had been taken out for maintenance{}.{more}", last.pool, last.server, ago(last, begun)),
            MAINTENANCE,
        )
    } else {
        let why = if last.reason.is_empty() { String::new() } else { format!(": {}", last.reason) };
        (format!("HAProxy had marked {}/{} down{}{why}.{more}", last.pool, last.server, ago(last, begun)), MARKED)
    };
    let shown = down.iter().rev().take(SHOWN).copied().chain(pool.none_left).collect();
    Some((Some(Root { text, cause }), shown))
}

/// The server's own health check failed near a request that failed there, and no other word came between.
fn same_server<'a>(before: Option<&'a Notice>, after: Option<&'a Notice>, begun: Timestamp) -> Option<Told<'a>> {
    let near = |notice: &&Notice| {
        matches!(notice.state, State::Down) && notice.source.time.since(begun).0.saturating_abs() <= NEAR
    };
    let before = before.filter(near);
    let notice = before.or_else(|| after.filter(near))?;
    let why = if notice.reason.is_empty() { String::new() } else { format!(": {}", notice.reason) };
    let when = if before.is_some() { ago(notice, begun) } else { " after it".into() };
    let text = format!("HAProxy's own health check of {}/{} failed as well{when}{why}.", notice.pool, notice.server);
    Some((Some(Root { text, cause: AS_THE_CHECK }), [notice].into()))
}

/// ` 3 s before`; nothing where no time is known.
fn ago(notice: &Notice, begun: Timestamp) -> String {
    before(begun.since(notice.source.time), notice.source.time.0 != 0)
}

fn before(span: Span, known: bool) -> String {
    match known {
        true if span.0 >= SECOND => format!(" {span} before"),
        _ => " before".into(),
    }
}

/// nginx and Apache: the last failure on a server of the same host before one that found no server.
fn by_failures(exchanges: &mut [Exchange], logs: &[&LogReader]) {
    let products: Map<u32, Product> =
        logs.iter().filter_map(|log| Some((log.input(), log.format()?.product?))).collect();
    let product = |exchange: &Exchange| {
        exchange.events.iter().filter(|event| event.source.line).find_map(|event| products.get(&event.source.input()))
    };
    let none_left = |exchange: &Exchange| {
        let claim = exchange.claim.as_ref().filter(|claim| !claim.undetermined);
        claim.is_some_and(|claim| claim.candidates.first() == Some(&Id::NoHealthyUpstream))
    };
    // By host, in the order of time: who failed on which server.
    let mut failures: Map<Option<String>, Vec<(Timestamp, usize)>> = Map::default();
    for (at, exchange) in exchanges.iter().enumerate() {
        let on_server = exchange.attempts.iter().any(|attempt| attempt.upstream.is_some());
        if on_server && !none_left(exchange) && product(exchange).is_some() {
            failures.or_default(exchange.host.clone()).push((exchange.begun, at));
        }
    }
    failures.values_mut().for_each(|list| list.order());
    let mut found = Vec::new();
    for (at, exchange) in exchanges.iter().enumerate().filter(|(_, exchange)| none_left(exchange)) {
        let Some(marks) = product(exchange).and_then(|of| MARKS.iter().find(|marks| marks.product == *of)) else {
            continue;
        };
        if exchange.signs.root.is_some() {
            continue;
        }
        let Some(list) = failures.get(&exchange.host) else { continue };
        let upper = list.partition_point(|(time, _)| *time <= exchange.begun);
        let last = list.get(..upper).and_then(<[_]>::last).copied();
        let Some((time, root)) = last.filter(|(time, _)| exchange.begun.since(*time) <= marks.within) else { continue };
        found.push((at, root, exchange.begun.since(time), marks.cause));
    }
    for (at, root, span, cause) in found {
        let Some((text, events)) = exchanges.get(root).map(|root| (failed_on(root, span), lines_of(root))) else {
            continue;
        };
        if let Some(exchange) = exchanges.get_mut(at) {
            exchange.events.extend(events);
            exchange.signs.root = Some(Root { text, cause });
        }
    }
}

fn lines_of(exchange: &Exchange) -> Vec<Event> {
    exchange.events.iter().filter(|event| event.source.line).take(SHOWN).cloned().collect()
}

/// `192.0.2.10:80 had failed 3 s before: connect() failed: the connection was refused …`
fn failed_on(exchange: &Exchange, span: Span) -> String {
    let servers: Vec<String> =
        exchange.attempts.iter().filter_map(|attempt| attempt.upstream).map(|server| format!("{server}")).collect();
    let why = exchange.claim.as_ref().map(|claim| format!(": {}", claim.why)).unwrap_or_default();
    format!("{} had failed{}{why}.", servers.join(" and "), before(span, true))
}
