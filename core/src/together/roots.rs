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

use crate::tables::HashMap;

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
    for log in logs.iter().filter(|log| !log.notices.all().is_empty()) {
        by_notices(exchanges, log);
    }
    by_failures(exchanges, logs);
}

/// Which line of this input an exchange has, and when it was written.
fn line_in(exchange: &Exchange, input: u32) -> Option<u64> {
    exchange.events.iter().find(|event| event.source.line && event.source.input() == input).map(|e| e.source.number)
}

fn by_notices(exchanges: &mut [Exchange], log: &LogReader) {
    let mut of_pool: HashMap<&str, Vec<&Notice>> = HashMap::default();
    for notice in log.notices.all() {
        of_pool.entry(&notice.pool).or_default().push(notice);
    }
    for exchange in exchanges {
        let Some(notices) = of_pool.get(exchange.names.pool.as_str()) else { continue };
        let Some(line) = line_in(exchange, log.input()) else { continue };
        let before = notices.partition_point(|notice| notice.source.number < line);
        let (earlier, later) = notices.split_at(before);
        let first = exchange.claim.as_ref().and_then(|claim| claim.candidates.first().copied());
        let told = match first {
            Some(Id::NoHealthyUpstream) => marked_down(earlier, exchange.begun),
            Some(Id::EphemeralPortExhaustion) => no_port(earlier),
            Some(id) if CONNECTING.contains(&id) && !exchange.names.server.is_empty() => {
                same_server(earlier, later, &exchange.names.server, exchange.begun)
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
fn marked_down<'a>(earlier: &[&'a Notice], begun: Timestamp) -> Option<Told<'a>> {
    let mut met: Vec<&str> = Vec::new();
    let mut down: Vec<&'a Notice> = Vec::new();
    let mut none_left = None;
    for notice in earlier.iter().rev() {
        match notice.state {
            State::Stopped if down.is_empty() => {
                let text = format!("The proxy {} had been stopped{}.", notice.pool, ago(notice, begun));
                return Some((Some(Root { text, cause: STOPPED }), [*notice].into()));
            }
            State::NoneLeft => none_left = none_left.or(Some(*notice)),
            State::NoPort | State::Stopped => {}
            _ if met.contains(&notice.server.as_str()) => {}
            state => {
                met.push(&notice.server);
                if matches!(state, State::Down | State::Maintenance) {
                    down.push(notice);
                }
            }
        }
    }
    let last = *down.first()?;
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
    let shown = down.into_iter().take(SHOWN).chain(none_left).collect();
    Some((Some(Root { text, cause }), shown))
}

/// The line that says so stands right before it.
fn no_port<'a>(earlier: &[&'a Notice]) -> Option<Told<'a>> {
    let notice = earlier.iter().rev().find(|notice| notice.state == State::NoPort)?;
    Some((None, [*notice].into()))
}

/// The server's own health check failed near a request that failed there, and no other word came between.
fn same_server<'a>(earlier: &[&'a Notice], later: &[&'a Notice], server: &str, begun: Timestamp) -> Option<Told<'a>> {
    let of_server = |notice: &&&Notice| notice.server == server;
    let near = |notice: &&&Notice| {
        matches!(notice.state, State::Down) && notice.source.time.since(begun).0.saturating_abs() <= NEAR
    };
    let before = earlier.iter().rev().find(of_server).filter(near);
    let notice = before.or_else(|| later.iter().find(of_server).filter(near))?;
    let why = if notice.reason.is_empty() { String::new() } else { format!(": {}", notice.reason) };
    let when = if before.is_some() { ago(notice, begun) } else { " after it".into() };
    let text = format!("HAProxy's own health check of {}/{server} failed as well{when}{why}.", notice.pool);
    Some((Some(Root { text, cause: AS_THE_CHECK }), [*notice].into()))
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
    let products: HashMap<u32, Product> =
        logs.iter().filter_map(|log| Some((log.input(), log.format()?.product?))).collect();
    let product = |exchange: &Exchange| {
        exchange.events.iter().filter(|event| event.source.line).find_map(|event| products.get(&event.source.input()))
    };
    let none_left = |exchange: &Exchange| {
        let claim = exchange.claim.as_ref().filter(|claim| !claim.undetermined);
        claim.is_some_and(|claim| claim.candidates.first() == Some(&Id::NoHealthyUpstream))
    };
    // By host, in the order of time: who failed on which server.
    let mut failures: HashMap<Option<String>, Vec<(Timestamp, usize)>> = HashMap::default();
    for (at, exchange) in exchanges.iter().enumerate() {
        let on_server = exchange.attempts.iter().any(|attempt| attempt.upstream.is_some());
        if on_server && !none_left(exchange) && product(exchange).is_some() {
            failures.entry(exchange.host.clone()).or_default().push((exchange.begun, at));
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
