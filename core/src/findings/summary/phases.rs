//! What went wrong in a phase of the attempt, as a sentence.

use alloc::format;
use alloc::string::{String, ToString};
use core::fmt::Write;

use crate::categories::Id;
use crate::exchange::{
    Answer, Attempt, ConnectFailure, Exchange, ReceiveFailure, ResolveFailure, SecureFailure, WaitFailure, What,
};
use crate::protocols::http1::flaws::Weight;
use crate::protocols::tls;
use crate::time::Span;

/// The sentence; `None` where the attempt does not make it.
pub(super) fn of_attempt(exchange: &Exchange, attempt: &Attempt, id: Id, site: &str, name: &str) -> Option<String> {
    if let (Id::OriginError | Id::ParentProxyError, Some(status)) = (id, attempt.status) {
        let who = if id == Id::OriginError { "the origin" } else { "the parent proxy" };
        let given = match &exchange.answer {
            Answer::Whole(given) | Answer::Cut(Some(given)) if given.code != status => Some(given.code),
            _ => None,
        };
        return Some(match given {
            Some(given) => {
                format!("{site} answered {status} itself; the gateway made {given} of this error of {who}'s.")
            }
            None if exchange.answer == Answer::NotSeen => format!(
                "{site} answered {status} itself; {who} made this error. What the gateway's client got was not captured."
            ),
            None => format!("{site} answered {status} itself; {who} made this error and the gateway passed it on."),
        });
    }
    if matches!(id, Id::ClientAbort | Id::ClientTlsRejected | Id::ProxyLoop | Id::RequiredService) {
        return None;
    }
    if id == Id::ZeroWindow && exchange.signs.client_full.is_some() {
        return None;
    }
    if let Some(failure) = attempt.resolve.failure() {
        return Some(match failure {
            ResolveFailure::Rcode(3) => format!("DNS says that {name} does not exist (NXDOMAIN)."),
            ResolveFailure::Rcode(2) => format!("The DNS server could not find out about {name} (SERVFAIL)."),
            ResolveFailure::Rcode(5) => format!("The DNS server refuses to answer the gateway about {name} (REFUSED)."),
            ResolveFailure::Rcode(code) => {
                format!("The DNS server answers about {name} with {}.", crate::protocols::dns::rcode_name(*code))
            }
            ResolveFailure::NoData => format!("DNS knows {name} but gives no address for it."),
            ResolveFailure::NoResponse { tries, waited } if waited.0 == 0 => {
                format!("DNS never answered about {name}: {}.", times(*tries, "query", "queries"))
            }
            ResolveFailure::NoResponse { tries, waited } => {
                format!("DNS never answered about {name}: {}, nothing for {waited}.", times(*tries, "query", "queries"))
            }
            ResolveFailure::Unreachable(icmp) => {
                format!("The DNS server cannot be reached: ICMP error from {}.", crate::join::attempt::icmp_text(*icmp))
            }
            ResolveFailure::TcpFailed => {
                format!("The answer about {name} was truncated, and DNS over TCP failed.")
            }
        });
    }
    if let Some(failure) = attempt.connect.failure() {
        return Some(connect(exchange, attempt, failure, site));
    }
    if let Some(failure) = attempt.secure.failure() {
        return Some(secure(attempt, failure, site));
    }
    if attempt.send.failure().is_some() {
        return Some(match id {
            Id::KeepaliveRace => {
                format!("{site} closed a kept-alive connection just as the gateway sent a request on it.")
            }
            Id::PmtuBlackhole => {
                let told = too_big(attempt, "the gateway");
                format!("Full-sized segments to {site} vanish while small ones pass.{}{told}", large(attempt))
            }
            Id::ZeroWindow => format!("{site} stopped taking the request: its window stayed closed."),
            _ => format!("{site} never acknowledged the request that the gateway sent."),
        });
    }
    if let Some(failure) = attempt.wait.failure() {
        return Some(match failure {
            WaitFailure::Timeout(wait) if attempt.body_waits => format!(
                "{site} took the head of the request but said nothing in {wait}; the body waited for its 100 Continue."
            ),
            WaitFailure::Timeout(Span(0)) => format!("{site} took the request but sent no {}.", due(attempt)),
            WaitFailure::Timeout(wait) => {
                format!("{site} took the request but sent no {} in {wait}.", due(attempt))
            }
            WaitFailure::Reset if attempt.upload_cut && attempt.status.is_some() => format!(
                "{site} answered {} before it had the whole request, and then reset the connection; the gateway lost that answer.",
                attempt.status.unwrap_or_default()
            ),
            WaitFailure::Reset => format!("{site} answered the request with a RST instead of a response."),
            WaitFailure::Closed => format!("{site} closed the connection without a {}.", due(attempt)),
        });
    }
    let failure = attempt.receive.failure()?;
    Some(match failure {
        ReceiveFailure::NotHttp(text) => {
            format!("{site} answered with bytes that are no HTTP response; they begin “{text}”.")
        }
        ReceiveFailure::Flawed(text) => {
            let status = attempt.status.map(|status| format!(" {status}")).unwrap_or_default();
            let what = match attempt.flaw.as_ref().map(|flaw| flaw.weight) {
                Some(Weight::Fatal) => "A gateway has to refuse such an answer.",
                Some(Weight::Slight) => "Gateways differ in that, and this one did not pass the answer on.",
                _ => "HTTP does not allow that, and the gateway did not pass the answer on.",
            };
            format!("{site} answered{status} with {text}. {what}")
        }
        ReceiveFailure::HeaderTooLarge => format!("{site} sent more header than the gateway takes."),
        ReceiveFailure::BadChunk => format!("{site} sent a response with broken chunked coding."),
        ReceiveFailure::Closed => format!("{site} closed the connection in the middle of its response."),
        ReceiveFailure::Reset => format!("{site} reset the connection in the middle of its response."),
        ReceiveFailure::Stalled(Span(0)) => format!("The response of {site} stopped coming; the gateway gave up."),
        ReceiveFailure::Stalled(wait) => {
            format!("The response of {site} stopped coming; the gateway gave up after {wait}.")
        }
        ReceiveFailure::FullSizeLost => {
            let told = too_big(attempt, "the server");
            format!(
                "Full-sized segments of {site} never reach the gateway, while a smaller one behind them does.{told}"
            )
        }
        ReceiveFailure::WindowClosed => format!("The gateway took no more of the response of {site}."),
        ReceiveFailure::Goaway(code) => format!("{site} ended the HTTP/2 connection with GOAWAY, error {code}."),
        ReceiveFailure::RstStream(code) => format!("{site} ended the HTTP/2 stream with RST_STREAM, error {code}."),
    })
}

fn secure(attempt: &Attempt, failure: &SecureFailure, site: &str) -> String {
    let us = if attempt.tunnel { "The client" } else { "The gateway" };
    let facts = attempt.tls.as_deref();
    let heard = facts.is_some_and(|tls| tls.server.is_some());
    let mut sentence = match failure {
        SecureFailure::Alert { number, ours } => {
            let who = if *ours { us } else { site };
            format!("{who} ended the TLS handshake with the alert {} ({number}).", tls::alert_name(*number))
        }
        SecureFailure::Hidden { ours: true } => {
            format!(
                "{us} ended the TLS handshake with {site} by an encrypted alert, right after the server's certificate."
            )
        }
        SecureFailure::Hidden { ours: false } => {
            format!(
                "{site} ended the TLS handshake by an encrypted alert, right after the last word of {}.",
                us.to_lowercase()
            )
        }
        SecureFailure::Refused => {
            format!(
                "{us} closed the connection to {site} once the server had shown its certificate, and asked nothing."
            )
        }
        SecureFailure::NoResponse if heard => format!("{site} stopped answering in the middle of the TLS handshake."),
        SecureFailure::NoResponse => format!("{site} did not answer the ClientHello."),
        SecureFailure::Reset => format!("The TLS handshake with {site} was ended by RST."),
        SecureFailure::Closed => format!("{site} closed the connection during the TLS handshake."),
        SecureFailure::NotTls => format!("{site} answered the ClientHello with something that is not TLS."),
    };
    let ours = !matches!(failure, SecureFailure::Alert { ours: false, .. } | SecureFailure::Hidden { ours: false });
    let problems = facts.map_or(&[][..], |tls| &tls.problems);
    if let (Some(problem), true) = (problems.first(), ours) {
        let _ = write!(sentence, " The certificate: {problem}.");
    }
    sentence.push_str(&large(attempt));
    sentence
}

/// What it did not send.
fn due(attempt: &Attempt) -> &'static str {
    if attempt.interim > 0 { "final answer after its interim one (1xx)" } else { "byte of a response" }
}

/// What the path said of the size, and who did not heed it.
fn too_big(attempt: &Attempt, who: &str) -> String {
    let Some(icmp) = attempt.too_big else { return String::new() };
    let size = icmp.mtu.map_or_else(|| "smaller ones".to_string(), |mtu| format!("packets of {mtu} bytes at most"));
    format!(" {} asked for {size} by ICMP; {who} went on as before.", icmp.from)
}

/// What the size of the ClientHello says, where a smaller one was answered.
fn large(attempt: &Attempt) -> String {
    let Some((tls, small)) = attempt.tls.as_deref().and_then(|tls| Some((tls, tls.smaller_passed?))) else {
        return String::new();
    };
    format!(
        " Its ClientHello has {} bytes in {} segments; one of {small} bytes in one segment was answered.",
        tls.size, tls.segments
    )
}

fn connect(exchange: &Exchange, attempt: &Attempt, failure: &ConnectFailure, site: &str) -> String {
    match failure {
        ConnectFailure::Unanswered { .. } => {
            let (mut tries, mut first, mut last) = (0, None, None);
            for attempt in &exchange.attempts {
                if let Some(ConnectFailure::Unanswered { tries: more, .. }) = attempt.connect.failure() {
                    tries += more;
                    let Some((begun, ended)) = attempt.span else { continue };
                    first = Some(first.map_or(begun, |first: crate::time::Timestamp| first.min(begun)));
                    last = Some(last.map_or(ended, |last: crate::time::Timestamp| last.max(ended)));
                }
            }
            let span = first.zip(last).map(|(first, last)| last.since(first)).unwrap_or_default();
            let tries = times(tries, "try", "tries");
            if span.0 > 0 {
                format!("{site} never answered the gateway's SYN: {tries} in {span}.")
            } else {
                format!("{site} never answered the gateway's SYN: {tries}.")
            }
        }
        ConnectFailure::Reset => format!("{site} answered the gateway's SYN with RST: the connection was refused."),
        ConnectFailure::Icmp(icmp) => {
            let packets = attempt.events.iter().filter(|event| matches!(event.what, What::Icmp(_))).count();
            let packets = times(u32::try_from(packets).unwrap_or(0), "ICMP error", "ICMP errors");
            let text = crate::join::attempt::icmp_text(*icmp);
            format!("The connection to {site} was refused on the way: {packets} from {text}.")
        }
        ConnectFailure::NoReturn { spoofed: true, tries } => format!(
            "The gateway sends its SYNs to {site} with the client's address, and no SYN-ACK comes back to it: {}.",
            times(*tries, "try", "tries")
        ),
        ConnectFailure::NoReturn { spoofed: false, .. } => {
            format!("The SYN-ACK of {site} was seen, but the gateway did not take it and sent its SYN again.")
        }
    }
}

fn times(count: u32, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
