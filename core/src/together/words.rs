//! What is said of logs beside captures: of the clocks, and of what only one side shows.

use alloc::format;
use alloc::string::{String, ToString};

use super::clock::{Clock, Compared};
use crate::time::{MILLISECOND, SECOND, Span};

/// Of a log's clock, for the log.
pub fn of_clock(compared: &Compared, local: bool, against: &str) -> Option<String> {
    match compared {
        Compared::Clock(clock) => {
            let (zone, residual) = (clock.zone(), clock.residual());
            let from = source(clock);
            let rest = (residual.0.saturating_abs() > clock.least()).then(|| apart(residual));
            match (zone.0, rest) {
                (0, None) if local => {
                    Some(format!("the lines say no time zone; the {against} show that it is UTC ({from})"))
                }
                (0, None) => None,
                (0, Some(rest)) => {
                    Some(format!("its clock {rest} the {against}' ({from}); times in this report are the {against}'"))
                }
                (_, rest) => {
                    let rest =
                        rest.map(|rest| format!("; beyond that its clock {rest} the {against}'")).unwrap_or_default();
                    let what = match local {
                        true => format!("the lines say no time zone; the {against} show that it is {}", utc(zone)),
                        false => format!(
                            "its times stand {} the {against}': the zone that its lines say is not right",
                            side(zone)
                        ),
                    };
                    Some(format!("{what}{rest} ({from}); times in this report are the {against}'"))
                }
            }
        }
        Compared::Few => Some(format!(
            "too few requests are in this log and in the {against} to compare their clocks: its lines stay by themselves"
        )),
        Compared::Unclear => Some(format!(
            "its clock could not be compared with the {against}': requests that recur fit at several distances; its lines stay by themselves"
        )),
    }
}

/// The same for a finding whose line was placed by it.
pub fn apart_doubt(clock: &Clock, local: bool) -> String {
    let (zone, residual) = (clock.zone(), clock.residual());
    let from = source(clock);
    if local && residual.0.saturating_abs() <= clock.least() {
        return format!("The log writes its times as {}; its line is placed by that ({from}).", utc(zone));
    }
    let (zone, rest) = if local { (zone, residual) } else { (Span(0), clock.ahead) };
    let zone = if zone.0 == 0 { String::new() } else { format!(", beyond its time zone {},", utc(zone)) };
    format!("Clocks apart: the log's{zone} {} the capture's ({from}); its line is placed by that.", apart(rest))
}

fn source(clock: &Clock) -> String {
    let requests = if clock.requests == 1 { "1 request".to_string() } else { format!("{} requests", clock.requests) };
    format!("±{}, by {requests} in both", precise(clock.uncertainty))
}

/// `is 37.2 s ahead of`
fn apart(residual: Span) -> String {
    format!("is {}", side(residual))
}

/// `37.2 s ahead of`
fn side(residual: Span) -> String {
    let side = if residual.0 < 0 { "behind" } else { "ahead of" };
    format!("{} {side}", precise(Span(residual.0.saturating_abs())))
}

/// Spans below a minute with what a clock is compared by: `37.2 s`.
fn precise(span: Span) -> String {
    match span.0 {
        SECOND..60_000_000_000 => {
            let tenths = (span.0 + 50 * MILLISECOND) / (100 * MILLISECOND);
            format!("{}.{} s", tenths / 10, tenths % 10)
        }
        _ => span.to_string(),
    }
}

/// `UTC+5:30`
pub fn utc(zone: Span) -> String {
    let minutes = zone.0 / (60 * SECOND);
    let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
    let sign = if minutes < 0 { '-' } else { '+' };
    if rest == 0 { format!("UTC{sign}{hours}") } else { format!("UTC{sign}{hours}:{rest:02}") }
}

/// A line without packets, in the time of a capture.
pub const NO_PACKETS: &str = "The capture covers this time but holds no packets of this request: it went through another interface or node, or a \
                              capture filter left it out.";
/// A line without packets, in a time that a capture holds in part.
pub const PARTLY: &str = "The capture holds only a part of this request's time, and no packets of it.";
/// A line without packets, outside the captures.
pub const NOT_COVERED: &str = "No capture covers the time of this request.";
/// A line of a log whose clock could not be compared.
pub const NOT_COMPARED: &str =
    "The clocks of this log and of the captures could not be compared: whether they hold this request cannot be told.";
/// An entry of a browser that was placed without comparing clocks.
pub const BY_OWN_TIME: &str =
    "The browser's clock could not be compared with the others': its entry was found by host and time.";
/// A line whose packets are encrypted.
pub const ENCRYPTED: &str = "Its packets are inside an encrypted connection of this client, which is in the capture.";
/// A failure in packets without a line.
pub const NO_LINE: &str = "The access log covers this time but has no line for this request: another node served it, the log leaves such requests out, \
                           or the gateway never came to write it.";

/// A line of an error log without one of the access log.
pub const NO_ACCESS_LINE: &str = "The access log covers this time but has no line that fits this one: another node or virtual host served the request, or \
                                  the log leaves such requests out.";

/// Tries that failed while their requests went well: the numbers of their lines.
pub fn made_up_for(lines: &[u64]) -> Option<String> {
    let first = lines.first()?;
    Some(match lines.len() {
        1 => format!(
            "line {first} tells of a try that failed; its request went well all the same: another try or the cache made up for it"
        ),
        many => format!(
            "{many} lines tell of tries that failed while their requests went well: another try or the cache made up for them (the first: line {first})"
        ),
    })
}

/// Line and packets name different statuses.
pub fn other_status(line: u16, packets: u16) -> String {
    format!("The log says {line}, the packets show {packets}: what was sent is what the packets show.")
}

/// A client's archive or page and packets name different statuses.
pub fn other_than_packets(client: u16, packets: u16) -> String {
    format!(
        "What the client saved says {client}, the packets show {packets}: something between changed the answer, or these are two \
         requests."
    )
}

/// A line and a client's archive or page name different statuses.
pub fn other_than_client(line: u16, client: u16) -> String {
    format!(
        "The log says {line}, what the client saved says {client}: something between the gateway and the client changed the \
         answer, or these are two requests."
    )
}

/// Line and packets name different clients.
pub fn other_client(line: core::net::IpAddr, packets: core::net::IpAddr) -> String {
    format!(
        "The log names the client {line}, the packets {packets}: an address translation or a load balancer lies between them."
    )
}

/// A line that tells of a failure while the packets show none.
pub fn no_failure(packets: u16) -> String {
    format!(
        "The packets of this request show a whole answer with status {packets}; the failure is told by the log alone."
    )
}

/// A healthy line for a request that failed in packets.
pub fn healthy_line(line: u16, by_client: bool) -> String {
    match line {
        line if by_client => {
            format!("What the client saved holds this request with status {line}, and shows no failure.")
        }
        0 => "The log has a line for this request that tells of no failure.".to_string(),
        line => format!("The log has a line for this request with status {line}, which tells of no failure."),
    }
}
