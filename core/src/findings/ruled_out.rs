//! What the failure is not: likely alternatives that the same evidence excludes.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{place, went_well};
use crate::categories::Id;
use crate::exchange::{Attempt, Event, Exchange, What};
use crate::protocols::http1::is_server_error;
use crate::report::RuledOut;

/// The alternatives, nearest to the failure first; at most a handful.
pub fn list(exchange: &Exchange, decisive: Option<&Attempt>, id: Id) -> Vec<RuledOut> {
    let mut list = Vec::new();
    let Some(attempt) = decisive else { return list };
    let mut add = |category: Id, why: String| {
        if category != id {
            list.push(RuledOut { category, why });
        }
    };
    let seen = |test: fn(&What) -> bool| attempt.events.iter().find(|event| test(&event.what));
    let at = |event: &Event| place(event.source);
    if let Some(response) = seen(|what| matches!(what, What::Response(_))) {
        add(Id::ResponseTimeout, format!("The upstream did answer: {}.", at(response)));
    }
    let refused = attempt.connect.failure().is_some();
    if let (Some(ack), true) = (seen(|what| matches!(what, What::Ack(_))), went_well(&attempt.send)) {
        add(Id::RequestUnacked, format!("The upstream's TCP acknowledged the request in {}.", at(ack)));
    }
    if let Some(syn_ack) = seen(|what| matches!(what, What::SynAck)).filter(|_| !refused) {
        add(Id::TcpSynUnanswered, format!("The SYN was answered by SYN-ACK in {}.", at(syn_ack)));
    }
    if refused {
        if let Some(reset) = seen(|what| matches!(what, What::Reset(_))) {
            add(Id::TcpSynUnanswered, format!("The SYN was answered, by RST in {}.", at(reset)));
        }
        if let Some(icmp) = seen(|what| matches!(what, What::Icmp(_))) {
            add(Id::TcpSynUnanswered, format!("The SYN was answered, by an ICMP error in {}.", at(icmp)));
        } else if !attempt.events.iter().any(|event| matches!(event.what, What::Reset(_))) {
            add(Id::TcpSynReset, "No RST came back for any SYN.".into());
            add(Id::TcpIcmpUnreachable, "No ICMP error quotes any SYN.".into());
        }
    }
    let answers = |event: &&Event| matches!(event.what, What::Answer(_));
    let resolved = went_well(&attempt.resolve);
    if let (true, Some(answer)) = (resolved, attempt.events.iter().find(answers)) {
        add(Id::DnsNxdomain, format!("DNS gave an address in {}.", at(answer)));
    }
    if exchange.events.iter().any(|event| matches!(event.what, What::Response(_))) && id != Id::OriginError {
        let upstream_5xx = attempt.status.is_some_and(is_server_error);
        if !upstream_5xx && attempt.upstream.is_some() {
            add(Id::OriginError, "No upstream response with this status was seen: the gateway made it.".into());
        }
    }
    list.truncate(5);
    list
}
