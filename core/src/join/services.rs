//! Services that the gateway needs before it answers: ICAP scanners, directories, reputation. One that failed while a
//! request waited for it explains the gateway's error, where nothing upstream does.

use crate::sorting::Sorting as _;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::pairing::window;
use super::{Loose, Names, Roles, attempt, failing};
use crate::capture::connection::{Connection, Speech};
use crate::capture::point::Point;
use crate::categories::Id;
use crate::exchange::{Answer, Attempt, ConnectFailure, Event, Exchange, Flow, Service, Source, WaitFailure, What};
use crate::protocols::http1::is_server_error;
use crate::report::Leg;
use crate::time::{Span, Timestamp};

/// Ports of services that gateways ask before the origin.
const PORTS: &[(u16, &str)] = &[
    (1344, "ICAP scanner"),
    (11344, "ICAP scanner"),
    (389, "directory (LDAP)"),
    (636, "directory (LDAPS)"),
    (3268, "directory (global catalog)"),
    (3269, "directory (global catalog)"),
    (88, "Kerberos server"),
    (445, "domain controller (SMB)"),
    (139, "domain controller (NetBIOS)"),
];

/// The gateway answers at most so long after the service failed, if that is why.
const PROMPT: Span = Span::seconds(2);
/// The same for a service that only its name tells apart.
const AT_ONCE: Span = Span::seconds(1);
/// A wait shorter than this is no failure.
const SHORTEST_WAIT: Span = Span::seconds(1);
/// Failures of services looked at for one request.
const NEAREST: usize = 64;

/// A service that failed once.
struct Failed {
    begun: Timestamp,
    ended: Timestamp,
    service: Service,
    events: Vec<Event>,
    /// What it is was told by its port or its protocol, not by its name alone.
    sure: bool,
    /// It had got a request.
    asked: bool,
}

/// What a connection to this port, or in this protocol, serves.
pub fn kind(connection: &Connection) -> Option<&'static str> {
    let icap = connection.conversation().is_some_and(|http| http.icap.is_some());
    let by_port = PORTS.iter().find(|(port, _)| *port == connection.server.port()).map(|(_, name)| *name);
    // Where the port serves the web after all, it is no such service.
    let web = matches!(&connection.speech, Speech::Http(http) if http.icap.is_none());
    if icap { Some("ICAP scanner") } else { by_port.filter(|_| !web) }
}

/// Names the service that failed, for each request that the gateway answered with an error and tried nothing for that
/// failed by itself.
pub(super) fn explain(
    exchanges: &mut [Exchange],
    points: &[Point],
    roles: &Roles,
    loose: &[Loose<'_>],
    names: &Names<'_>,
    seen_to: Timestamp,
) {
    let mut failures: Vec<Failed> = Vec::new();
    for connection in points.iter().flat_map(|point| &point.connections) {
        if roles.is_own(connection.client.ip())
            && !roles.is_inbound(connection)
            && let Some(name) = kind(connection)
        {
            failed(connection, name, seen_to, &mut failures);
        }
    }
    failures.extend(loose.iter().filter(|loose| !loose.taken).filter_map(|loose| by_name(loose, roles, names)));
    failures.order_by_key(|failed| failed.begun);
    for exchange in exchanges {
        let refused = match &exchange.answer {
            Answer::Whole(status) | Answer::Cut(Some(status)) => is_server_error(status.code),
            Answer::Closed => true,
            _ => false,
        };
        if !refused || exchange.signs.looped.is_some() || exchange.attempts.iter().any(failing) {
            continue;
        }
        // What fails upstream is a gateway's 502, 503 or 504 (RFC 9110 section 15.6); 500 is a fault of its own.
        let own_fault = matches!(&exchange.answer, Answer::Whole(status) if status.code == 500);
        let (from, to) = window(exchange);
        let upper = failures.partition_point(|failed| failed.begun <= to);
        let nearest = failures.get(..upper).unwrap_or_default().iter().rev().take(NEAREST);
        let its = nearest.take_while(|failed| failed.begun >= from).filter(|failed| {
            let patience = if failed.sure { PROMPT } else { AT_ONCE };
            // It failed before the answer, or was still silent then.
            let waited = failed.ended > to && to.since(failed.begun) >= SHORTEST_WAIT;
            let other = exchange.host.is_some() && exchange.host != host(failed);
            let unasked = failed.sure || exchange.attempts.is_empty() && other;
            unasked
                && (own_fault || !failed.asked)
                && (waited || failed.ended <= to && to.since(failed.ended) <= patience)
        });
        if let Some(found) = its.max_by_key(|failed| (failed.sure, failed.ended)) {
            exchange.signs.service = Some(found.service.clone());
            exchange.events.extend(found.events.iter().filter(|event| event.source.time <= to).cloned());
            exchange.events.order_by_key(|event| (event.source.time, event.source.number));
            if !found.sure {
                exchange.doubts.push(
                    "That the gateway needed this host for the request is told by the time alone: it failed just before the answer."
                        .to_string(),
                );
            }
        }
    }
}

fn host(failed: &Failed) -> Option<String> {
    failed.service.name.split_whitespace().next().map(ToString::to_string)
}

/// What failed on a connection to a service.
fn failed(connection: &Connection, name: &'static str, seen_to: Timestamp, failures: &mut Vec<Failed>) {
    let service = |failure: String| Service { name: name.to_string(), address: connection.server, failure };
    let flow = Flow { one: connection.client, other: connection.server, packets: connection.packets };
    let event = |source: Source, sent, text: String| Event {
        source,
        leg: Leg::Upstream,
        sent,
        what: What::Note(text),
        flow: Some(flow),
    };
    if connection.syn_ack.is_none() && connection.syn_count > 0 {
        let Some(attempt) = attempt::bare(connection, seen_to) else { return };
        let how = match attempt.connect.failure() {
            Some(ConnectFailure::Unanswered { tries, .. }) if *tries < 2 => return,
            Some(ConnectFailure::Unanswered { tries, .. }) => format!("did not answer the SYN, sent {tries} times"),
            Some(ConnectFailure::Reset) => "answered the SYN with RST".to_string(),
            Some(ConnectFailure::Icmp(icmp)) => {
                format!("cannot be reached: ICMP error from {}", attempt::icmp_text(*icmp))
            }
            _ => return,
        };
        // Unanswered SYNs go on until the gateway gives up.
        let ended = match attempt.connect.failure() {
            Some(ConnectFailure::Unanswered { .. }) => seen_to,
            _ => connection.last.time,
        };
        failures.push(Failed {
            begun: connection.first.time,
            ended,
            service: service(how),
            events: attempt.events,
            sure: true,
            asked: false,
        });
        return;
    }
    let (client, server) = (&connection.client_end, &connection.server_end);
    if server.packets == 0 && connection.acknowledged {
        return;
    }
    if client.lost + server.lost > 0 || server.unseen() {
        return;
    }
    let icap = connection.conversation().and_then(|http| http.icap.as_deref());
    for (asked, status, source) in icap.into_iter().flat_map(|icap| &icap.failed) {
        let asked = asked.unwrap_or(*source);
        failures.push(Failed {
            begun: asked.time,
            ended: source.time,
            service: service(format!("answered ICAP {status}")),
            events: alloc::vec![
                event(asked, true, "gateway → scanner: ICAP request".to_string()),
                event(*source, false, format!("scanner → gateway: ICAP {status}")),
            ],
            sure: true,
            asked: false,
        });
    }
    // Asked, and no answer.
    let asked = match icap {
        Some(icap) => icap.open,
        None => client.first_data.filter(|_| server.bytes == 0),
    };
    let Some(asked) = asked else { return };
    let ends = |end: &crate::capture::connection::End| {
        end.rst().map(|reset| (reset.source, true)).into_iter().chain(end.fin.map(|fin| (fin.source, false))).min()
    };
    let (ours, theirs) = (ends(client), ends(server));
    let (ended, how, last) = match (ours, theirs) {
        (ours, Some((source, reset))) if ours.is_none_or(|(ours, _)| source < ours) => {
            let how = if reset { "reset the connection in place of an answer" } else { "closed without an answer" };
            (source.time, how.to_string(), Some((source, false)))
        }
        (Some((source, _)), _) if source.time.since(asked.time) >= SHORTEST_WAIT => {
            (source.time, format!("did not answer in {}", source.time.since(asked.time)), Some((source, true)))
        }
        (None, None) => (seen_to, "did not answer".to_string(), None),
        _ => return,
    };
    let mut events = alloc::vec![event(asked, true, format!("gateway → {name}: question"))];
    events.extend(last.map(|(source, sent)| {
        let text = if sent { format!("gateway → {name}: gives up") } else { format!("{name} → gateway: {how}") };
        event(source, sent, text)
    }));
    failures.push(Failed { begun: asked.time, ended, service: service(how), events, sure: true, asked: false });
}

/// A connection of the gateway that failed and that was for a host of another name than any request's: reputation,
/// updates, licences.
fn by_name(loose: &Loose<'_>, roles: &Roles, names: &Names<'_>) -> Option<Failed> {
    let attempt = &loose.attempt;
    let address = attempt.upstream?;
    if !roles.is_own(attempt.local?.ip()) || attempt.unused || attempt.late || attempt.parent {
        return None;
    }
    let host = attempt
        .host
        .clone()
        .or_else(|| names.name_of(address.ip(), Timestamp(i64::MIN), loose.begun).map(ToString::to_string))?;
    let (failure, asked) = how(attempt)?;
    let ended = attempt.span.map_or(loose.begun, |(_, ended)| ended);
    let service = Service { name: format!("{host} (service)"), address, failure };
    Some(Failed { begun: loose.begun, ended, service, events: attempt.events.clone(), sure: false, asked })
}

/// How an attempt failed, as the end of a sentence, and whether it had sent a request.
fn how(attempt: &Attempt) -> Option<(String, bool)> {
    let early = match (attempt.connect.failure(), attempt.secure.failure()) {
        (Some(ConnectFailure::Unanswered { tries, .. }), _) if *tries > 1 => "did not answer the SYN".to_string(),
        (Some(ConnectFailure::Reset), _) => "answered the SYN with RST".to_string(),
        (Some(ConnectFailure::Icmp(icmp)), _) => {
            format!("cannot be reached: ICMP error from {}", attempt::icmp_text(*icmp))
        }
        (None, Some(_)) => "failed in the TLS handshake".to_string(),
        _ => String::new(),
    };
    if !early.is_empty() {
        return Some((early, false));
    }
    let late = match (attempt.wait.failure(), attempt.receive.failure(), attempt.status) {
        (Some(WaitFailure::Timeout(wait)), ..) => format!("did not answer in {wait}"),
        (Some(WaitFailure::Reset), ..) => "reset the connection in place of an answer".to_string(),
        (Some(WaitFailure::Closed), ..) => "closed without an answer".to_string(),
        (_, Some(_), _) => "broke off its answer, or gave none that HTTP allows".to_string(),
        (_, _, Some(status)) if is_server_error(status) => format!("answered {status}"),
        _ => return None,
    };
    Some((late, true))
}

/// An error log names the cause: for a service that the gateway asked before the site (`auth_request`) the attempt at its
/// address is no attempt at the site.
pub(crate) fn named(exchange: &mut Exchange, told: &Exchange) {
    exchange.doubts.retain(|doubt| doubt != OWN_FAULT);
    let service = told.claim.as_ref().is_some_and(|claim| claim.candidates == [Id::RequiredService]);
    let address = told.attempts.last().and_then(|attempt| attempt.upstream);
    let Some(address) = address.filter(|_| service && exchange.signs.service.is_none()) else { return };
    let mut tried = exchange.attempts.iter().rev().filter(|attempt| attempt.upstream == Some(address));
    if let Some((failure, _)) = tried.find_map(how) {
        let name = "service that it asks before the site".to_string();
        exchange.signs.service = Some(Service { name, address, failure });
    }
}

const OWN_FAULT: &str = "The gateway answered 500, and not 502, 503 or 504: what it tried to reach may be a service that it asks before the site (auth_request, forward authentication).";

/// The gateway's own 500 after a refused connection, without a word of what it wanted there.
pub(super) fn doubted(exchange: &mut Exchange) {
    let own_fault = matches!(&exchange.answer, Answer::Whole(status) if status.code == 500);
    let silent = |attempt: &Attempt| attempt.target.is_none() && attempt.connect.failure().is_some();
    let refused = !exchange.attempts.is_empty() && exchange.attempts.iter().all(silent);
    let explained = exchange.signs.service.is_some() || exchange.signs.word.is_some();
    if own_fault && refused && !explained {
        exchange.doubts.push(OWN_FAULT.to_string());
    }
}
