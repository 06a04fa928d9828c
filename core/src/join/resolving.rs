//! Lookups → what name resolution came to, and the packets that show it.

use crate::sorting::Sorting as _;
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use super::attempt::icmp_text;
use crate::capture::connection::Connection;
use crate::capture::lookups::Lookup;
use crate::exchange::{Attempt, Event, Flow, Phase, ResolveFailure, What};
use crate::protocols::dns;
use crate::report::Leg;
use crate::time::{Span, Timestamp};

/// The answer to the client may be seen this much before the one that caused it: two interfaces, one clock.
const SLACK: Span = Span::milliseconds(20);

/// Events of lookups.
pub fn lookup_story<'a>(lookups: impl IntoIterator<Item = &'a Lookup>) -> Vec<Event> {
    let mut events = Vec::new();
    for lookup in lookups {
        let ends = (SocketAddr::new(lookup.asker, 0), SocketAddr::new(lookup.server, 53));
        let flow = Some(Flow { one: ends.0, other: ends.1, packets: u64::MAX });
        // A million may have failed, most of them with one query and its answer.
        let more = lookup.queries.len() + lookup.answers.len() + lookup.errors().len();
        if events.is_empty() {
            events.reserve_exact(more)
        } else {
            events.reserve(more)
        }
        let title = format!("{} {}", lookup.name, dns::kind_name(lookup.kind));
        let mut add = |source, sent, what| events.push(Event { source, leg: Leg::Dns, sent, what, flow });
        for query in &lookup.queries {
            add(*query, true, What::Query(title.clone()));
        }
        for (source, answer) in &lookup.answers {
            let says = match (answer.rcode, answer.addresses.first()) {
                (0, Some(address)) if answer.addresses.len() == 1 => address.to_string(),
                (0, Some(address)) => format!("{address} and {} more", answer.addresses.len() - 1),
                (0, None) if answer.truncated => "truncated".to_string(),
                (0, None) if answer.cut => "captured in part".to_string(),
                (0, None) => "no address".to_string(),
                (rcode, _) => dns::rcode_name(rcode).to_string(),
            };
            add(*source, false, What::Answer(format!("{title}: {says}")));
        }
        for (source, icmp) in lookup.errors() {
            add(*source, false, What::Icmp(icmp_text(*icmp)));
        }
    }
    events.order_by_key(|event| (event.source.time, event.source.number));
    events
}

/// How a connection to a DNS server went that came to nothing.
pub fn over_tcp(connection: &Connection) -> Vec<Event> {
    let flow = Some(Flow {
        one: SocketAddr::new(connection.client.ip(), 0),
        other: SocketAddr::new(connection.server.ip(), 53),
        packets: u64::MAX,
    });
    let mut events = Vec::new();
    let mut add = |source, sent, what| events.push(Event { source, leg: Leg::Dns, sent, what, flow });
    for (syn, number) in connection.syns().into_iter().zip(1..) {
        add(syn, true, What::Syn(number));
    }
    for reset in connection.server_end.rsts() {
        let to_syn = connection.syn_ack.is_none();
        add(reset.source, false, What::Reset(if to_syn { "in answer to the SYN" } else { "without an answer" }.into()));
    }
    for (source, icmp) in connection.icmp() {
        add(*source, false, What::Icmp(icmp_text(*icmp)));
    }
    events
}

/// Whether only the addresses of IPv6 were asked for, as far as the capture shows: who asks for AAAA alone has other ways,
/// and no A was refused.
pub fn half_asked(lookups: &[&Lookup], attempt: &Attempt) -> bool {
    let only_ipv6 = lookups.iter().all(|lookup| lookup.kind == dns::kind::AAAA);
    only_ipv6 && attempt.resolve.failure() == Some(&ResolveFailure::NoData)
}

/// The attempt that lookups of one name were, if none gave an address; `seen_to` is how long the gateway waited.
///
/// `tcp_failed` says whether TCP to a DNS server was tried and failed.
pub fn resolve(
    lookups: &[&Lookup],
    seen_to: Timestamp,
    tcp_failed: impl Fn(IpAddr, IpAddr) -> bool,
) -> Option<Attempt> {
    let asked: Vec<&Lookup> = lookups.iter().copied().filter(|lookup| lookup.for_address()).collect();
    let first = asked.iter().filter_map(|lookup| lookup.first()).min()?;
    // What came after the gateway had given up was no answer to it.
    let until = seen_to.plus(SLACK);
    if asked.iter().any(|lookup| lookup.succeeded_by(until)) {
        return None;
    }
    let tries = asked.iter().map(|lookup| lookup.tries).sum();
    let answers = || asked.iter().filter_map(|lookup| Some(&lookup.answers_by(until).last()?.1));
    let rcode = |code| answers().any(|answer| answer.rcode == code);
    let unanswered = asked.iter().any(|lookup| lookup.answers_by(until).is_empty() && lookup.errors().is_empty());
    let failure = if rcode(3) {
        ResolveFailure::Rcode(3)
    } else if answers().any(|answer| answer.truncated) {
        if !asked.iter().any(|lookup| tcp_failed(lookup.asker, lookup.server)) {
            // The question goes on over TCP.
            return None;
        }
        ResolveFailure::TcpFailed
    } else if let Some(code) = [2, 5, 9].into_iter().find(|code| rcode(*code)) {
        ResolveFailure::Rcode(code)
    } else if let Some((_, icmp)) = asked.iter().find_map(|lookup| lookup.errors().last()) {
        ResolveFailure::Unreachable(*icmp)
    } else if unanswered {
        ResolveFailure::NoResponse { tries, waited: seen_to.since(first.time) }
    } else if let Some(code) = answers().map(|answer| answer.rcode).find(|code| *code != 0) {
        ResolveFailure::Rcode(code)
    } else {
        ResolveFailure::NoData
    };
    let events = lookup_story(asked.iter().copied());
    let last = events.last().map_or(first.time, |event| event.source.time);
    Some(Attempt {
        local: asked.first().map(|lookup| SocketAddr::new(lookup.asker, 0)),
        span: Some((first.time, last)),
        host: asked.first().map(|lookup| lookup.name.clone()),
        resolve: Phase::Failed(failure),
        events,
        ..Attempt::default()
    })
}
