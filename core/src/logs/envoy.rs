//! Envoy: the access log in its default layout and in Istio's. What flags and details mean stands in
//! [`super::envoy_flags`].
//!
//! Non-goals: layouts that a site builds itself; JSON (see `json-lines`).

use super::envoy_flags::{Said, meaning};
use super::fields::{Fields, address, host_port, is_dash, number, status, target};
use super::{Clock, Layout, LogFormat, Parsed, Record, Sent, Tunnel, Vote};
use crate::products::Id as Product;
use crate::time::{Span, Timestamp};

/// See the module.
pub static FORMAT: LogFormat = LogFormat {
    id: "envoy",
    title: "Envoy access log (default and Istio)",
    product: Some(Product::Envoy),
    docs: "Envoy documentation, Access logging and Response code details; envoy/stream_info/stream_info.h",
    recognise,
    parse,
    clock: Clock::Known,
    missing: "Envoy's default access log holds response flags only: %RESPONSE_CODE_DETAILS% and \
              %UPSTREAM_TRANSPORT_FAILURE_REASON% would name the failure.",
    samples: &[
        r#"[2016-04-15T20:17:00.310Z] "POST /api/v1/locations HTTP/2" 204 - 154 0 226 100 "10.0.35.28" "nsq2http" "cc21d9b0-cf5c-432b-8c7e-98aeb7988cd2" "locations" "tcp://10.0.2.1:80""#,
        r#"[2026-03-10T08:00:01.310Z] "GET /v1/status HTTP/1.1" 503 UC upstream_reset_before_response_started{connection_termination} - "-" 0 95 0 - "10.90.16.220" "Apache-HttpClient/4.5.1" "3a7cbcc1-af72-47fb-bbac-a7672951f50f" "health.example.com" "10.80.47.192:8181" outbound|80||health-api.production.svc.cluster.local 10.80.45.233:37132 10.80.45.233:80 10.80.46.220:59375 - -"#,
        r#"2025-12-31T19:00:00.31+01:00 stdout F [2025-12-31T18:00:00.310Z] "GET / HTTP/1.1" 503 UF 0 91 504 - "-" "curl/8.5" "-" "www.example.com" "172.19.0.2:8000""#,
        r#"[2019-04-08T16:50:12.533Z] "- - -" 0 - 87 254 4 - "-" "-" "-" "-" "172.27.0.2:80""#,
        r#"[2019-04-11T00:31:55.439Z] "GET /elastic HTTP/1.1" 404 NR 0 0 0 - "172.17.0.3" "curl/7.59.0" "58436667-bf70-4fd0-9fe9-cdadadecfd55" "192.168.99.107:30901" "-""#,
    ],
};

/// A line's fields.
struct Found<'a> {
    time: Option<Timestamp>,
    request: &'a str,
    said: Said<'a>,
    elapsed: Option<Span>,
    sent: u64,
    forwarded: &'a str,
    agent: &'a str,
    authority: &'a str,
    upstream: &'a str,
    downstream: Option<&'a str>,
}

fn read(line: &str) -> Result<Found<'_>, (usize, &'static str)> {
    // Ambassador says what follows.
    let begin = if line.starts_with("ACCESS [") { 7 } else { 0 };
    let mut fields = Fields::new(line, begin);
    let mut time = None;
    if line.as_bytes().get(begin) == Some(&b'[') {
        time = Some(fields.quoted().and_then(Timestamp::parse_rfc3339).ok_or((0, "start time"))?);
    }
    let at = fields.at();
    let quoted = line.as_bytes().get(at) == Some(&b'"');
    let request = fields.quoted().filter(|_| quoted).ok_or((at, "request"))?;
    if request.bytes().filter(|b| *b == b' ').count() < 2 {
        return Err((at, "request"));
    }
    let at = fields.at();
    let code = match fields.bare() {
        Some("0") => None,
        token => token.and_then(status).ok_or((at, "response code"))?,
    };
    let at = fields.at();
    let flags = fields.bare().filter(|flags| flags_like(flags)).ok_or((at, "response flags"))?;
    let at = fields.at();
    let mut token = fields.bare().ok_or((at, "bytes received"))?;
    let (mut details, mut reason) = ("", "");
    let istio = number(token).is_none();
    if istio {
        details = token;
        fields.bare().ok_or((at, "connection termination details"))?;
        let at = fields.at();
        reason = fields.quoted().ok_or((at, "transport failure reason"))?;
        token = fields.bare().unwrap_or_default();
    }
    number(token).ok_or((at, "bytes received"))?;
    let at = fields.at();
    let sent = fields.bare().and_then(number).ok_or((at, "bytes sent"))?;
    let at = fields.at();
    let elapsed = fields.bare().ok_or((at, "duration"))?;
    // From here on a line that was cut still says enough.
    let mut next = || fields.quoted().unwrap_or_default();
    let (service_time, forwarded, agent, _id, authority, upstream) = (next(), next(), next(), next(), next(), next());
    let downstream = istio.then(|| (next(), next(), next(), next()).3);
    let milliseconds = number(elapsed).and_then(|n| i64::try_from(n).ok());
    Ok(Found {
        time,
        request,
        said: Said {
            status: code,
            flags,
            details,
            reason,
            answered: number(service_time).is_some(),
            server: !is_dash(upstream) && !upstream.is_empty(),
        },
        elapsed: milliseconds.map(Span::milliseconds),
        sent,
        forwarded,
        agent,
        authority,
        upstream,
        downstream,
    })
}

/// `-`, `UF,URX`, or the long names of newer releases.
fn flags_like(flags: &str) -> bool {
    is_dash(flags)
        || flags.split(',').all(|flag| {
            flag.len() >= 2
                && flag.starts_with(|c: char| c.is_ascii_uppercase())
                && flag.bytes().all(|b| b.is_ascii_alphanumeric())
        })
}

fn recognise(line: &str) -> Vote {
    if read(line).is_ok() { Vote::Own } else { Vote::No }
}

fn parse<'a>(line: &'a str, layout: &mut Layout) -> Parsed<'a> {
    let found = match read(line) {
        Ok(found) => found,
        Err((at, field)) => return Parsed::Bad { at, field },
    };
    let known = found.time.or(layout.received);
    let time = known.unwrap_or(layout.latest);
    let tcp = found.request == "- - -";
    let failure = meaning(&found.said);
    let connect = found.request.starts_with("CONNECT ");
    let mut words = Fields::new(found.request, 0);
    let mut word = || words.bare().filter(|word| !is_dash(word));
    let (method, wanted) = (word(), word());
    let place = target(found.authority).unwrap_or_default();
    let upstream = found.upstream.strip_prefix("tcp://").unwrap_or(found.upstream);
    let upstream = host_port(upstream).and_then(|(ip, port)| Some(core::net::SocketAddr::new(ip, port?)));
    let client = found.forwarded.split(',').next().and_then(address);
    Parsed::Record(Record {
        time,
        untimed: known.is_none(),
        begun: true,
        elapsed: found.elapsed,
        client: client.or_else(|| found.downstream.and_then(host_port).map(|(ip, _)| ip)),
        method,
        target: wanted,
        host: Some(place.host).filter(|host| !host.is_empty() && !is_dash(host)),
        port: place.port,
        status: found.said.status,
        attempted: upstream.is_some(),
        upstream,
        agent: if is_dash(found.agent) { "" } else { found.agent },
        sent: Sent::Body(found.sent),
        tunnel: match failure {
            None if tcp || connect => Tunnel::Sealed,
            _ => Tunnel::Plain,
        },
        cut: failure.is_some() && found.said.status.is_some_and(|status| status < 500),
        token: if is_dash(found.said.flags) { super::common::token(found.said.status) } else { found.said.flags },
        failure,
        ..Record::default()
    })
}
