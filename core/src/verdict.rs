//! Findings → verdicts: one per cause, the most important first.

use crate::sorting::Sorting as _;
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::tables::{HashMap, HashSet};

use crate::categories::Id;
use crate::exchange::{ConnectFailure, Exchange, ResolveFailure};
use crate::findings;
use crate::logs::Beyond;
use crate::products;
use crate::report::{Advice, Cause, Finding, GeneratedBy, Leg, Pattern, PatternKind, Verdict};

/// From so many hosts on, a failure is told once for all of them.
const MANY_HOSTS: usize = 20;

/// Groups findings by category and host; the order is by how many failed, what the gateway can do nothing about last.
///
/// `beyond` are failures that are counted only: category, host and how many.
pub fn group<'a>(findings: &'a [Finding], beyond: impl Iterator<Item = (Id, Option<String>, Beyond)>) -> Vec<Verdict> {
    let of = |finding: &'a Finding| {
        let named = finding.host.as_deref().map(Cow::Borrowed);
        named.or_else(|| finding.upstream.map(|upstream| Cow::Owned(format!("{upstream}"))))
    };
    let beyond: Vec<(Id, Option<Cow<'_, str>>, Beyond)> =
        beyond.map(|(category, host, more)| (category, host.map(Cow::Owned), more)).collect();
    // One failure at many hosts is one cause: an outage, not a list of sites.
    let mut known: HashSet<(Id, Option<Cow<'_, str>>)> = HashSet::default();
    let mut hosts: HashMap<Id, usize> = HashMap::default();
    let listed = findings.iter().map(|finding| (finding.category, of(finding)));
    for (category, host) in listed.chain(beyond.iter().map(|(category, host, _)| (*category, host.clone()))) {
        let hosts = hosts.entry(category).or_default();
        *hosts += usize::from(*hosts <= MANY_HOSTS && known.insert((category, host)));
    }
    let mut places: HashMap<(Id, Option<Cow<'_, str>>), usize> = HashMap::default();
    let mut verdicts: Vec<Verdict> = Vec::new();
    let mut add = |category: Id, host: Option<Cow<'a, str>>, more: Beyond, index: Option<u32>| {
        let host = host.filter(|_| hosts.get(&category).is_none_or(|hosts| *hosts <= MANY_HOSTS));
        let at = *places.entry((category, host)).or_insert_with_key(|(_, host)| {
            verdicts.push(Verdict {
                category,
                host: host.as_deref().map(Into::into),
                count: 0,
                first: more.first,
                last: more.last,
                findings: Vec::new(),
                summary: String::new(),
                status_meaning: None,
                patterns: Vec::new(),
                advice: Advice::default(),
            });
            verdicts.len() - 1
        });
        let Some(verdict) = verdicts.get_mut(at) else { return };
        verdict.count += more.count;
        verdict.first = verdict.first.min(more.first);
        verdict.last = verdict.last.max(more.last);
        verdict.findings.extend(index);
    };
    for (finding, index) in findings.iter().zip(0..) {
        let more = Beyond { count: 1, first: finding.time, last: finding.time };
        add(finding.category, of(finding), more, Some(index));
    }
    for (category, host, more) in beyond {
        add(category, host, more, None);
    }
    sort(&mut verdicts);
    verdicts
}

/// By how much a verdict tells, then by how many failed; the patterns of a verdict may change the first.
pub fn sort(verdicts: &mut [Verdict]) {
    verdicts.order_by_key(|verdict| (rank(verdict), core::cmp::Reverse(verdict.count), verdict.first));
}

/// Failures that tell least, and those of the client's own making, come last.
fn rank(verdict: &Verdict) -> u8 {
    match verdict.category {
        // A hop before the gateway gave up: a slow upstream, not a client.
        Id::ClientAbort if hop_timer(verdict).is_some() => 0,
        Id::ClientAbort | Id::ClientTlsRejected => 2,
        Id::Undetermined => 1,
        _ => 0,
    }
}

/// That the clients are hops before the gateway whose timer ran out.
fn hop_timer(verdict: &Verdict) -> Option<&Pattern> {
    verdict.patterns.iter().find(|pattern| pattern.kind == PatternKind::HopTimer)
}

/// What a verdict says, by its first finding.
pub fn summary(verdict: &Verdict, findings: &[Finding]) -> String {
    let of = |index: &u32| findings.get(*index as usize);
    let Some(first) = verdict.findings.first().and_then(of) else {
        return format!("{} requests failed; they are counted but not listed.", verdict.count);
    };
    if verdict.count <= 1 {
        return first.summary.clone();
    }
    let mut statuses: Vec<u16> = verdict.findings.iter().filter_map(of).filter_map(|finding| finding.status).collect();
    statuses.order();
    statuses.dedup();
    let with = match statuses.as_slice() {
        [] => String::new(),
        [one] => format!(" with {one}"),
        many => format!(" with {}", many.iter().map(|code| format!("{code}")).collect::<Vec<_>>().join(" or ")),
    };
    let span = verdict.last.since(verdict.first);
    let hosts: HashSet<&str> = verdict.findings.iter().filter_map(of).filter_map(|f| f.host.as_deref()).collect();
    let to = if hosts.len() > 1 { format!(" to {} hosts", hosts.len()) } else { String::new() };
    format!("{} requests{to} failed{with} within {span}. The first: {}", verdict.count, first.summary)
}

/// What the statuses of a verdict mean at the gateway's product; nothing where the gateway did not make them.
pub fn meaning(verdict: &Verdict, findings: &[Finding], product: Option<products::Id>) -> Option<String> {
    let product = product.and_then(products::Id::product)?;
    let of = |index: &u32| findings.get(*index as usize);
    let own = |finding: &&Finding| matches!(finding.generated_by, GeneratedBy::Gateway | GeneratedBy::Unknown);
    let mut statuses: Vec<u16> =
        verdict.findings.iter().filter_map(of).filter(own).filter_map(|finding| finding.status).collect();
    statuses.order();
    statuses.dedup();
    let rows: Vec<&str> = statuses.iter().filter_map(|code| product.answer(*code)).map(|row| row.means).collect();
    (!rows.is_empty()).then(|| rows.join(" "))
}

/// What to do about a verdict, with the real names and numbers of its first finding.
pub fn advise(verdict: &Verdict, finding: &Finding, exchange: &Exchange, product: Option<products::Id>) -> Advice {
    let attempt = findings::decisive(exchange);
    let events = || exchange.attempts.iter().flat_map(|attempt| &attempt.events);
    let dns = events().find(|event| event.leg == Leg::Dns).and_then(|event| event.flow).map(|flow| flow.other.ip());
    let icmp_from = attempt.and_then(|attempt| match (attempt.connect.failure(), attempt.resolve.failure()) {
        (Some(ConnectFailure::Icmp(icmp)), _) | (_, Some(ResolveFailure::Unreachable(icmp))) => Some(icmp.from),
        _ => None,
    });
    let proxy = exchange.events.iter().filter(|event| event.leg == Leg::Client).find_map(|event| event.flow);
    let facts = products::Facts {
        host: match attempt.and_then(|attempt| attempt.other_name(finding.host.as_deref())) {
            Some(name) => Some(name.into()),
            None => verdict.host.clone().filter(|_| finding.host.is_some()),
        },
        upstream: finding.upstream.map(|upstream| upstream.ip()),
        port: finding.upstream.map(|upstream| upstream.port()).or(exchange.port),
        client: finding.client,
        gateway: attempt.and_then(|attempt| attempt.local).map(|local| local.ip()).or(finding.gateway),
        dns,
        icmp_from,
        url: url(exchange),
        proxy_port: proxy.filter(|_| finding.gateway.is_some()).map(|flow| flow.other.port()),
        reverse: exchange.target.as_deref().is_some_and(|target| target.starts_with('/')),
    };
    let seen = products::Seen {
        exchange: Some(exchange),
        attempt,
        candidates: &finding.candidates,
        packets: finding.evidence.iter().any(|evidence| evidence.packet.is_some()),
        doubts: !finding.doubts.is_empty(),
    };
    let mut advice = products::advise(verdict.category, product, &seen, &facts);
    if let Some(pattern) = hop_timer(verdict) {
        let text = "The upstream is slower than a proxy, load balancer or CDN before this gateway waits.".into();
        advice.causes.insert(0, Cause { text, favoured_by: Some(pattern.text.clone()) });
    }
    advice
}

/// The URL wanted, as far as the request tells it.
fn url(exchange: &Exchange) -> Option<String> {
    let (host, port) = (exchange.host.as_deref()?, exchange.port);
    let target = exchange.target.as_deref()?;
    if target.contains("://") {
        return Some(target.into());
    }
    if exchange.method.as_deref() == Some("CONNECT") {
        let port = port.filter(|port| *port != 443).map(|port| format!(":{port}")).unwrap_or_default();
        return Some(format!("https://{host}{port}/"));
    }
    let port = port.filter(|port| *port != 80).map(|port| format!(":{port}")).unwrap_or_default();
    target.starts_with('/').then(|| format!("http://{host}{port}{target}"))
}
