//! One sentence of what happened, with the real names and numbers.

mod phases;

use alloc::format;
use alloc::string::{String, ToString};

use crate::categories::Id;
use crate::exchange::{Attempt, Between, Exchange, SecureFailure};
use crate::protocols::tls;
use crate::report::{Leg, ResetBy};
use phases::of_attempt;

/// The sentence.
pub fn write(exchange: &Exchange, decisive: Option<&Attempt>, id: Id) -> String {
    let host = exchange.host.clone().or_else(|| decisive.and_then(|attempt| attempt.host.clone()));
    let upstream = decisive.and_then(|attempt| attempt.upstream).map(|upstream| upstream.to_string());
    let parent = decisive.is_some_and(|attempt| attempt.parent) && id != Id::ParentProxyError;
    let site = match (&host, &upstream) {
        (_, Some(upstream)) if parent => format!("the parent proxy {upstream}"),
        (Some(host), Some(upstream)) if !upstream.starts_with(host.as_str()) => format!("{host} ({upstream})"),
        (Some(host), _) => host.clone(),
        (None, Some(upstream)) => upstream.clone(),
        (None, None) => "the upstream".to_string(),
    };
    let other = decisive.and_then(|attempt| attempt.other_name(host.as_deref())).map(ToString::to_string);
    let name = other.or_else(|| host.clone()).unwrap_or_else(|| "the name".to_string());
    let sentence = decisive.and_then(|attempt| of_attempt(exchange, attempt, id, &site, &name));
    let mut sentence = sentence.unwrap_or_else(|| of_exchange(exchange, decisive, id, &site));
    if let Some(rest) = sentence.strip_prefix("the ") {
        sentence = format!("The {rest}");
    }
    if let Some(sender) = decisive.filter(|_| id != Id::ClientAbort).and_then(reset_sender) {
        sentence.push(' ');
        sentence.push_str(&sender);
    }
    sentence
}

/// The sentence and another one behind it.
pub fn with(mut sentence: String, more: Option<&str>) -> String {
    if let Some(more) = more {
        sentence.push_str(if sentence.ends_with('.') { " " } else { ". " });
        sentence.push_str(more);
    }
    sentence
}

/// What happened between the client and the gateway, where captures of both show it.
pub fn on_client_side(what: Between) -> &'static str {
    match what {
        Between::ResetMade => {
            "The connection between client and gateway was reset on the way; neither of them ended it."
        }
        Between::CloseMade => {
            "The connection between client and gateway was closed on the way; neither of them ended it."
        }
        Between::ResponseMade => "The client got an answer that the gateway did not send.",
        Between::ResponseDropped => "The gateway's answer did not reach the client.",
        _ => "The client's request did not reach the gateway.",
    }
}

/// Who sent the RST, and by which signs.
fn reset_sender(attempt: &Attempt) -> Option<String> {
    let who = match attempt.reset_by? {
        ResetBy::UpstreamHost => "The RST is the host's own",
        ResetBy::DeviceOnPath => "A device on the path sent the RST in the host's name",
        ResetBy::Gateway => "The gateway's own machine made the RST",
        ResetBy::Client => return None,
        ResetBy::Unknown => "Who sent the RST cannot be told",
    };
    if attempt.signs.is_empty() {
        return (attempt.reset_by != Some(ResetBy::Unknown)).then(|| format!("{who}."));
    }
    Some(format!("{who}: {}.", attempt.signs.join("; ")))
}

fn of_exchange(exchange: &Exchange, decisive: Option<&Attempt>, id: Id, site: &str) -> String {
    if let (Id::ClientTlsRejected, Some(failure)) = (id, exchange.client_secure.failure()) {
        return match failure {
            SecureFailure::Alert { number, .. } => format!(
                "The client refuses the certificate that the gateway shows for {site}: alert {} ({number}).",
                tls::alert_name(*number)
            ),
            SecureFailure::Hidden { .. } => {
                format!("The client ended the TLS handshake with the gateway for {site} by an encrypted alert.")
            }
            _ => format!("The client closed once the gateway had shown its certificate for {site}."),
        };
    }
    let status = match &exchange.answer {
        crate::exchange::Answer::Whole(status) | crate::exchange::Answer::Cut(Some(status)) => Some(status.code),
        _ => None,
    };
    match (id, status, super::claim(exchange)) {
        (Id::ZeroWindow, ..) if exchange.signs.client_full.is_some() => {
            let last = exchange.events.iter().map(|event| event.source.time).max();
            let closed = exchange.signs.client_full.zip(last).map(|(closed, last)| last.since(closed.time));
            let closed = closed.unwrap_or_default();
            format!(
                "The client stopped taking the response of {site}: its window stayed closed for {closed}, then the gateway gave up."
            )
        }
        (Id::ClientAbort, ..) => {
            let of_attempt = decisive.map_or(&[][..], |attempt| &attempt.events);
            let of_attempt = of_attempt.iter().filter(|_| exchange.events.is_empty());
            let left = exchange.events.iter().chain(of_attempt).map(|event| event.source.time).max();
            let logged = exchange.events.iter().all(|event| event.source.line);
            let told = exchange.claim.as_ref().and_then(|claim| claim.elapsed).filter(|_| logged);
            let after = told.or(left.map(|left| left.since(exchange.begun))).unwrap_or_default();
            let begun = match &exchange.answer {
                crate::exchange::Answer::ClientLeft(begun) => begun.as_ref(),
                _ => None,
            };
            let upstream = decisive.filter(|attempt| attempt.upstream.is_some());
            match (upstream, begun.map(|begun| begun.code), upstream.and_then(|attempt| attempt.status)) {
                (_, Some(code), _) => {
                    format!("The client left after {after}, in the middle of the response {code} of {site}.")
                }
                (_, None, Some(code)) if exchange.client.is_none() => {
                    format!("The client left after {after}, in the middle of the response {code} of {site}.")
                }
                (_, None, Some(code)) => {
                    format!("The client left after {after}; nothing of the response {code} of {site} had reached it.")
                }
                (Some(_), ..) => format!("The client left after {after}; {site} had not answered until then."),
                (None, ..) => format!("The client left {after} after its request, before an answer."),
            }
        }
        // What a log alone says is told by its claim.
        (Id::NoAttempt, Some(status), claim) if exchange.outward || claim.is_none() => {
            // All that is told of a way out where there was no attempt.
            let itself = exchange.events.iter().any(|event| event.leg == Leg::Upstream && !event.source.line);
            let tried = if itself { "connecting to anybody but itself" } else { "trying to connect" };
            format!("The gateway answered {status} for {site} without asking DNS and without {tried}.")
        }
        (Id::RequiredService, status, _) if exchange.signs.service.is_some() => {
            let service = exchange.signs.service.as_ref();
            let told = service.map(|s| format!("The gateway's {} at {} {}", s.name, s.address, s.failure));
            let site = exchange.host.as_deref().unwrap_or(site);
            let answer = status.map(|code| format!(", so it answered {code} for {site}")).unwrap_or_default();
            format!("{}{answer}.", told.unwrap_or_default())
        }
        (Id::ProxyLoop, ..) if exchange.signs.looped.is_some() => exchange.signs.looped.clone().unwrap_or_default(),
        (_, _, Some(claim)) if !claim.why.is_empty() => claim.why.clone(),
        (_, Some(status), _) if exchange.gateway.is_none() => {
            format!("{site} answered {status}; whether a gateway or the origin made this error cannot be seen here.")
        }
        (_, Some(status), _) if super::answered_well(decisive).is_some() => {
            let good = super::answered_well(decisive).unwrap_or_default();
            format!(
                "{site} answered {good}, and the gateway answered {status} all the same; why cannot be seen in these files."
            )
        }
        (_, Some(status), _) => {
            format!("The gateway answered {status} for {site}; why cannot be seen in these files.")
        }
        (_, None, _) => format!("The request for {site} got no whole answer; why cannot be seen in these files."),
    }
}
