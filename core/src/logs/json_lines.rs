//! Access logs of one JSON object per line, by the names that products give their fields: Envoy and Istio
//! (`response_code`, `response_flags`), Traefik (`DownstreamStatus`) and Caddy (`http.log.access`).
//!
//! Non-goals: objects that wrap a line of text, objects over several lines, Caddy's error log (its access log tells of the
//! same requests).

use core::net::SocketAddr;

use super::common::token;
use super::envoy_flags::{self, Said};
use super::fields::{address, host_port, number, target};
use super::{Clock, Layout, LogFormat, Meaning, Parsed, Record, Sent, Tunnel, Vote, json, traefik};
use crate::time::{MILLISECOND, SECOND, Span, Timestamp};

/// See the module.
pub static FORMAT: LogFormat = LogFormat {
    id: "json-lines",
    title: "JSON access log (Envoy, Istio, Traefik, Caddy)",
    product: None,
    docs: "Envoy, JSON format dictionaries; Traefik documentation, Access Logs; Caddy documentation, log directive",
    recognise,
    parse,
    clock: Clock::Known,
    missing: "These fields do not name the cause: with Envoy response_code_details and upstream_transport_failure_reason do; \
              Traefik and Caddy write it to their error log of the same time.",
    samples: &[
        r#"{"duration":475,"response_flags":"UF","bytes_received":0,"method":"GET","path":"/service03","user_agent":"curl/7.68.0","upstream":{"duration":null,"host":"172.19.0.2:8000"},"protocol":"HTTP/1.1","response_code_details":"upstream_reset_before_response_started{connection_failure}","bytes_sent":502,"response_code":503,"start_time":"2022-03-11T09:58:37.960+0000"}"#,
        r#"{"ClientAddr":"172.17.0.1:39496","ClientHost":"172.17.0.1","DownstreamContentSize":502,"DownstreamStatus":200,"Duration":357313,"OriginDuration":324669,"OriginStatus":200,"RequestCount":504,"RequestHost":"test.example.com","RequestMethod":"GET","RequestPath":"/502","ServiceAddr":"172.17.0.3:80","StartUTC":"2022-01-01T10:00:00.123456789Z","level":"info","msg":"","time":"2022-01-01T10:00:00Z"}"#,
        r#"{"level":"error","ts":1693840791.7564995,"logger":"http.log.access.log0","msg":"handled request","request":{"remote_ip":"172.17.0.1","client_ip":"172.17.0.1","proto":"HTTP/1.1","method":"GET","host":"www.example.com:8080","uri":"/a","headers":{"Accept":["*/*"]}},"duration":0.502,"size":0,"status":502,"resp_headers":{"Server":["Caddy"]}}"#,
    ],
};

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Shape {
    #[default]
    None,
    Envoy,
    Traefik,
    Caddy,
}

#[derive(Default)]
struct Found<'a> {
    shape: Shape,
    time: &'a str,
    begun: &'a str,
    status: &'a str,
    flags: &'a str,
    details: &'a str,
    reason: &'a str,
    method: &'a str,
    path: &'a str,
    host: &'a str,
    client: &'a str,
    upstream: &'a str,
    duration: &'a str,
    service_time: &'a str,
    origin: &'a str,
    agent: &'a str,
    sent: &'a str,
}

fn read(line: &str) -> Option<Found<'_>> {
    if !line.trim_start().starts_with('{') {
        return None;
    }
    let mut found = Found::default();
    let (mut envoy, mut caddy) = (false, false);
    let whole = json::scan(line, &mut |around, name, value| {
        let value = if value == "null" { "" } else { value };
        match (around, name) {
            ("", "response_code") => found.status = value,
            ("", "response_flags") => (envoy, found.flags) = (true, value),
            ("", "response_code_details") => (envoy, found.details) = (true, value),
            ("", "upstream_transport_failure_reason") => found.reason = value,
            ("", "start_time" | "StartUTC") => found.begun = value,
            ("", "time" | "ts") => found.time = value,
            ("", "method" | ":method" | "RequestMethod") | ("request", "method") => found.method = value,
            ("", "path" | "x-envoy-origin-path" | "RequestPath") | ("request", "uri") => found.path = value,
            ("", "authority" | ":authority" | "RequestHost") | ("request", "host") => found.host = value,
            ("", "downstream_remote_address" | "ClientHost") | ("request", "client_ip") => found.client = value,
            ("request", "remote_ip") if found.client.is_empty() => found.client = value,
            ("", "upstream_host" | "ServiceAddr") => found.upstream = value,
            ("", "upstream_service_time") => found.service_time = value,
            ("", "duration" | "Duration") => found.duration = value,
            ("", "DownstreamStatus") => (found.shape, found.status) = (Shape::Traefik, value),
            ("", "OriginStatus") => found.origin = value,
            ("", "user_agent" | "request_User-Agent") => found.agent = value,
            ("", "bytes_sent" | "DownstreamContentSize" | "size") => found.sent = value,
            ("", "logger") => caddy = value.starts_with("http.log.access"),
            ("", "status") if found.status.is_empty() => found.status = value,
            _ => {}
        }
    });
    if envoy && found.shape == Shape::None && !found.begun.is_empty() {
        found.shape = Shape::Envoy;
    } else if caddy {
        found.shape = Shape::Caddy;
    }
    (whole && found.shape != Shape::None && number(found.status).is_some()).then_some(found)
}

fn recognise(line: &str) -> Vote {
    if read(line).is_some() { Vote::Own } else { Vote::No }
}

fn parse<'a>(line: &'a str, _: &mut Layout) -> Parsed<'a> {
    let Some(found) = read(line) else {
        // What the program itself has to say.
        let whole = json::scan(line, &mut |_, _, _| {});
        return if whole { Parsed::Skip } else { Parsed::Bad { at: 0, field: "whole JSON object" } };
    };
    let Some(time) = time(&found) else { return Parsed::Bad { at: 0, field: "time" } };
    let status = number(found.status).and_then(|n| u16::try_from(n).ok()).filter(|code| (100..=999).contains(code));
    let failure = match found.shape {
        Shape::Envoy => envoy_flags::meaning(&said(&found, status)),
        Shape::Traefik => of_traefik(status, &found),
        // 0: the handler wrote nothing, and Go sent 200.
        _ => status.and_then(|code| super::combined::meaning(Some(code))),
    };
    let connect = found.method == "CONNECT";
    let tcp = found.shape == Shape::Envoy && found.method.is_empty() && status.is_none();
    let place = target(found.host).unwrap_or_default();
    let upstream = host_port(found.upstream).and_then(|(ip, port)| Some(SocketAddr::new(ip, port?)));
    let known = |text: &&'a str| !text.is_empty() && *text != "-";
    Parsed::Record(Record {
        time,
        begun: !found.begun.is_empty(),
        elapsed: elapsed(&found),
        client: host_port(found.client).map(|(ip, _)| ip).or_else(|| address(found.client)),
        method: Some(found.method).filter(known),
        target: Some(found.path).filter(known),
        host: Some(place.host).filter(known),
        port: place.port,
        status,
        attempted: upstream.is_some(),
        upstream,
        agent: Some(found.agent).filter(known).unwrap_or_default(),
        sent: number(found.sent).map_or(Sent::Unsaid, Sent::Body),
        tunnel: if failure.is_none() && (connect || tcp) { Tunnel::Sealed } else { Tunnel::Plain },
        cut: failure.is_some() && status.is_some_and(|code| code < 499),
        token: if matches!(found.flags, "" | "-") { token(status) } else { found.flags },
        failure,
        ..Record::default()
    })
}

fn said<'a>(found: &Found<'a>, status: Option<u16>) -> Said<'a> {
    Said {
        status,
        flags: if found.flags.is_empty() { "-" } else { found.flags },
        details: found.details,
        reason: found.reason,
        answered: number(found.service_time).is_some(),
        server: host_port(found.upstream).is_some(),
    }
}

fn of_traefik(status: Option<u16>, found: &Found<'_>) -> Option<Meaning> {
    traefik::meaning(status, found.upstream.is_empty() && matches!(found.origin, "" | "0"))
}

fn time(found: &Found<'_>) -> Option<Timestamp> {
    let text = if found.begun.is_empty() { found.time } else { found.begun };
    Timestamp::parse_rfc3339(text).or_else(|| {
        let seconds = nanoseconds(text)?;
        (seconds > SECOND).then_some(Timestamp(seconds))
    })
}

/// Milliseconds, nanoseconds, seconds: each product counts its own.
fn elapsed(found: &Found<'_>) -> Option<Span> {
    let whole = || i64::try_from(number(found.duration)?).ok();
    match found.shape {
        Shape::Envoy => whole()?.checked_mul(MILLISECOND).map(Span),
        Shape::Traefik => whole().map(Span),
        _ => nanoseconds(found.duration).map(Span),
    }
}

/// `1693840791.7564995` seconds.
fn nanoseconds(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = fraction.get(..fraction.len().min(9))?;
    let scale = 10_i64.pow(9_u32.checked_sub(u32::try_from(digits.len()).ok()?)?);
    let part = i64::try_from(number(digits)?).ok()?.checked_mul(scale)?;
    i64::try_from(number(whole)?).ok()?.checked_mul(SECOND)?.checked_add(part)
}
