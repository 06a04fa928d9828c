//! Silence that was too short to be one. Nobody gives up before the first timer has run out that asks again: where the
//! gateway went on sooner, it had been told, and the capture lacks what told it.

use crate::sorting::Sorting as _;
use alloc::format;
use alloc::string::String;

use crate::exchange::{Answer, ConnectFailure, Exchange, Phase, ResolveFailure, WaitFailure, What};
use crate::report::Leg;
use crate::time::{Span, Timestamp};

/// A SYN is sent again after a second (RFC 6298 section 2), a DNS query after one at the earliest (`timeout` of
/// resolv.conf, in whole seconds); less by what clocks and captures blur.
const SHORTEST: Span = Span::milliseconds(950);

/// Takes back what was called unanswered where the gateway knew sooner than that.
pub(super) fn judge(exchange: &mut Exchange) {
    let Some(told) = told(exchange) else { return };
    let last = exchange.attempts.last().and_then(|attempt| attempt.span);
    let mut silent: alloc::vec::Vec<_> = (exchange.attempts.iter())
        .filter(|attempt| matches!(attempt.connect.failure(), Some(ConnectFailure::Unanswered { .. })))
        .filter_map(|attempt| Some((attempt.upstream?, attempt.span?.0)))
        .collect();
    silent.order();
    let mut doubt = None;
    for attempt in &mut exchange.attempts {
        let (Some(upstream), Some((begun, _))) = (attempt.upstream, attempt.span) else {
            if let Some(ResolveFailure::NoResponse { waited, .. }) = attempt.resolve.failure().cloned()
                && waited < SHORTEST
            {
                attempt.resolve = Phase::NotSeen;
                doubt = Some(missed("DNS query", waited));
            } else if let (Some(ResolveFailure::NoResponse { .. }), Some(asked)) =
                (attempt.resolve.failure(), attempt.events.iter().rfind(|event| matches!(event.what, What::Query(_))))
                && (0..SHORTEST.0).contains(&told.since(asked.source.time).0)
            {
                let waited = told.since(asked.source.time);
                attempt.doubts.push(format!("The last query was {waited} old when the gateway gave up: it may have had an answer that the capture lacks."));
            }
            continue;
        };
        // A connection whose answer a gateway waited for in vain it closes; one that it left open was told of.
        let sent = attempt.events.iter().rfind(|event| matches!(event.what, What::Request(_))).map(|e| e.source.time);
        if let (true, Some(WaitFailure::Timeout(_)), Some(sent)) = (attempt.open, attempt.wait.failure(), sent)
            && told >= sent
            && told.since(sent) < SHORTEST
        {
            attempt.wait = Phase::NotSeen;
            doubt = Some(missed("request", told.since(sent)));
        }
        // Others to the same address count as well: several tries in a row are one silence.
        let first = silent.get(silent.partition_point(|(other, _)| *other < upstream));
        let first = first.filter(|(other, _)| *other == upstream).map_or(begun, |(_, begun)| *begun);
        let waited = told.since(first);
        if matches!(attempt.connect.failure(), Some(ConnectFailure::Unanswered { tries: 1, .. })) && waited < SHORTEST {
            attempt.connect = Phase::NotSeen;
            if attempt.span == last {
                doubt = Some(missed("SYN", waited));
            }
        }
    }
    exchange.doubts.extend(doubt);
}

/// When the gateway knew: it answered, or it closed, or the client had got an answer that the capture lacks.
fn told(exchange: &Exchange) -> Option<Timestamp> {
    if matches!(exchange.answer, Answer::Pending | Answer::ClientLeft(_)) {
        return None;
    }
    let tells = |what: &What| matches!(what, What::Response(_) | What::Data(_) | What::Fin | What::Reset(_));
    let events = exchange.events.iter().filter(|event| event.leg == Leg::Client && event.source.time >= exchange.begun);
    let word = events.filter(|event| event.sent && tells(&event.what) || matches!(event.what, What::Ack(_)));
    // An error page may follow on a page of progress.
    let (first, last) = word.fold((None, None), |(first, last), event| {
        let response = matches!(event.what, What::Response(_)).then_some(event.source.time);
        (first.or(Some(event.source.time)), response.or(last))
    });
    last.or(first)
}

fn missed(what: &str, waited: Span) -> String {
    format!(
        "The gateway's {what} has no answer here, yet it went on after {waited}: nobody gives up so soon, so the capture lacks the answer. Capture again with a larger buffer (tcpdump -B 16384)."
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::{Attempt, Event, Source};
    use alloc::vec::Vec;
    use core::net::{IpAddr, Ipv4Addr, SocketAddr};

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp(milliseconds * 1_000_000)
    }

    fn syn(begun: i64, tries: u32) -> Attempt {
        let connect = Phase::Failed(ConnectFailure::Unanswered { tries, waited: Span(0) });
        let upstream = Some(SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 10)), 80));
        Attempt { upstream, span: Some((at(begun), at(begun))), connect, ..Attempt::default() }
    }

    fn answered(milliseconds: i64, attempts: Vec<Attempt>) -> Exchange {
        let source = Source { time: at(milliseconds), file: 0, number: 9, line: false, offset: 0, length: 0 };
        let what = What::Response("504".into());
        Exchange {
            client: None,
            gateway: None,
            begun: at(0),
            host: None,
            port: None,
            method: None,
            target: None,
            answer: Answer::Closed,
            attempts,
            claim: None,
            client_secure: Phase::NotSeen,
            events: alloc::vec![Event { source, leg: Leg::Client, sent: true, what, flow: None }],
            outward: false,
            doubts: Vec::new(),
            signs: Default::default(),
            names: Default::default(),
        }
    }

    #[test]
    fn nobody_gives_up_before_a_second() {
        let silent = |milliseconds, attempts| {
            let mut exchange = answered(milliseconds, attempts);
            judge(&mut exchange);
            let failing = exchange.attempts.iter().filter(|attempt| attempt.connect.failure().is_some()).count();
            (failing, exchange.doubts.len())
        };
        assert_eq!(silent(87, alloc::vec![syn(0, 1)]), (0, 1));
        assert_eq!(silent(1000, alloc::vec![syn(0, 1)]), (1, 0), "a timer of a second");
        assert_eq!(silent(1200, alloc::vec![syn(0, 2)]), (1, 0), "asked again");
        let several = alloc::vec![syn(0, 1), syn(400, 1), syn(800, 1)];
        assert_eq!(silent(1200, several), (3, 0), "several tries in a row are one silence");
    }
}
