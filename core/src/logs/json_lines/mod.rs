//! Access logs of JSON objects, one per line or printed over several, by the names that products give their fields: Envoy
//! and Istio, Traefik, Caddy, nginx's `log_format … escape=json`, HAProxy's, the load balancers of Google Cloud and Azure,
//! Cloudflare's Logpush; and names that many share: ECS (flat or nested) and logstash.
//!
//! `names` says which field is what and whose it is; each product's words have a file here or beside its text format.
//! Caddy logs a failed request twice, with its error and with its status: both lines are one exchange.
//!
//! Non-goals: objects that wrap a line of text (`wrapped`), lists of objects on one line.

pub(crate) mod azure;
pub(crate) mod cloudflare;
pub(crate) mod google;
mod names;

use core::net::SocketAddr;

use super::common::{last_of, last_server, token};
use super::envoy_flags::{self, Said};
use super::fields::{address, clf_time, host_port, number, target};
use super::groups::{Group, key};
use super::haproxy_states::{self, Session};
use super::nginx_upstream::{self, Upstream};
use super::{Clock, Layout, LogFormat, Meaning, Parsed, Record, Sent, Tunnel, Vote, go_errors, json, traefik};
use crate::products::Id as Product;
use crate::time::{MILLISECOND, SECOND, Span, Timestamp};
use names::{SLOTS, Shape, Slot};

/// See the module.
pub static FORMAT: LogFormat = LogFormat {
    id: "json-lines",
    title: "JSON access log",
    product: None,
    docs: "Envoy, JSON format dictionaries; Traefik, Access Logs; Caddy, log directive; nginx, log_format; Google Cloud Load \
           Balancing, Logging; Azure Application Gateway, Access log; Cloudflare, HTTP requests dataset; Elastic Common Schema",
    recognise,
    parse,
    clock: Clock::Known,
    missing: "These fields do not name the cause: with Envoy response_code_details and upstream_transport_failure_reason do, \
              with nginx the $upstream_* variables; Traefik and Caddy write it to their error log of the same time.",
    samples: &[
        r#"{"duration":475,"response_flags":"UF","bytes_received":0,"method":"GET","path":"/service03","user_agent":"curl/7.68.0","upstream":{"duration":null,"host":"172.19.0.2:8000"},"protocol":"HTTP/1.1","response_code_details":"upstream_reset_before_response_started{connection_failure}","bytes_sent":502,"response_code":503,"start_time":"2022-03-11T09:58:37.960+0000"}"#,
        r#"{"ClientAddr":"172.17.0.1:39496","ClientHost":"172.17.0.1","DownstreamContentSize":502,"DownstreamStatus":200,"Duration":357313,"OriginDuration":324669,"OriginStatus":200,"RequestCount":504,"RequestHost":"test.example.com","RequestMethod":"GET","RequestPath":"/502","ServiceAddr":"172.17.0.3:80","StartUTC":"2022-01-01T10:00:00.123456789Z","level":"info","msg":"","time":"2022-01-01T10:00:00Z"}"#,
        r#"{"level":"error","ts":1693840791.7564995,"logger":"http.log.access.log0","msg":"handled request","request":{"remote_ip":"172.17.0.1","client_ip":"172.17.0.1","proto":"HTTP/1.1","method":"GET","host":"www.example.com:8080","uri":"/a","headers":{"Accept":["*/*"]}},"duration":0.502,"size":0,"status":502,"resp_headers":{"Server":["Caddy"]}}"#,
        r#"{"level":"error","ts":1773311970.8568103,"logger":"http.log.error","msg":"dial tcp 192.0.2.8:9000: connect: connection refused","request":{"remote_ip":"192.0.2.44","remote_port":"34428","client_ip":"192.0.2.44","proto":"HTTP/2.0","method":"GET","host":"auth.example.net","uri":"/robots.txt"},"duration":0.016449013,"status":502,"err_id":"ifjt2ys6d","err_trace":"reverseproxy.statusError (reverseproxy.go:1525)"}"#,
        r#"{ "timestamp": "2020-06-04T11:17:10+02:00", "remote_addr": "192.0.2.4", "body_bytes_sent": 36, "request_time": 0.003, "response_status": 404, "request": "GET /rest/media/plugin-icon HTTP/1.1", "request_method": "GET", "host": "rdp.example.com", "http_scheme": "https", "upstream_cache_status": "-", "upstream_addr": "198.51.100.6:38080", "http_x_forwarded_for": "-", "http_user_agent": "Mozilla/5.0", "nginx_access": true }"#,
        r#"{"server_name":"rdp.example.com","remote_addr":"192.0.2.4","time_local":"02/Jun/2020:13:07:18 +0200","request":"DELETE /blobstore/document.tgz HTTP/1.1","status":"204","body_bytes_sent":"0","http_user_agent":"Mozilla/5.0","request_time":"0.007"}"#,
        r#"{"httpRequest": {"latency": "0.001115s", "remoteIp": "192.0.2.4:49194", "requestMethod": "GET", "requestUrl": "http://198.51.100.8:80/cgi-bin/luci", "responseSize": "155", "status": 503, "userAgent": "Go-http-client/1.1"}, "jsonPayload": {"@type": "type.googleapis.com/google.cloud.loadbalancing.type.LoadBalancerLogEntry", "proxyStatus": "error=\"destination_unavailable\"; details=\"failed_to_pick_backend\""}, "severity": "WARNING", "timestamp": "2024-08-26T15:30:27.62577Z"}"#,
        "{\n    \"timeStamp\": \"2021-10-14T22:17:11+00:00\",\n    \"operationName\": \"ApplicationGatewayAccess\",\n    \"category\": \"ApplicationGatewayAccessLog\",\n    \"properties\": {\n        \"clientIP\": \"192.0.2.24\",\n        \"httpMethod\": \"GET\",\n        \"originalRequestUriWithArgs\": \"\\/\",\n        \"requestUri\": \"\\/\",\n        \"httpStatus\": 502,\n        \"sentBytes\": 466,\n        \"timeTaken\": 0.034,\n        \"serverRouted\": \"198.51.100.65:443\",\n        \"serverStatus\": \"\",\n        \"originalHost\": \"www.example.com\",\n        \"error_info\":\"ERRORINFO_UPSTREAM_NO_LIVE\"\n    }\n}",
        r#"{"ClientIP":"192.0.2.9","ClientRequestHost":"www.example.com","ClientRequestMethod":"GET","ClientRequestURI":"/a","EdgeEndTimestamp":1637336610671000000,"EdgeResponseBytes":14878,"EdgeResponseStatus":522,"EdgeStartTimestamp":1637336595517000000,"OriginIP":"198.51.100.8","OriginResponseStatus":0,"OriginResponseTime":0,"RayID":"6b0a"}"#,
        r#"hapee-lb[16320]: [ACCESS] 2022 {"code":200,"tc":0,"backend":"backoffice.example.com","meth":"GET","date":1570173201.114,"tw":0,"port":47623,"status":"ip-safe","path":"\/session.php","ip":"192.0.2.126","tr":31,"fqdn":"backoffice.example.com","bytes":363,"state":"----","tt":2022}"#,
        r#"{"@timestamp":"2026-03-10T08:00:01.000Z","http":{"request":{"method":"GET"},"response":{"status_code":504,"body":{"bytes":160}}},"url":{"path":"/a","domain":"www.example.com"},"source":{"ip":"192.0.2.7"},"event":{"duration":60001000000},"user_agent":{"original":"curl/8.5"}}"#,
        r#"{"@timestamp":"2026-03-10T08:00:01.000Z","http.request.method":"GET","http.response.status_code":200,"url.full":"https://www.example.com/a","source.ip":"192.0.2.7","event.duration":502000000}"#,
        r#"{"clientip":"192.0.2.7","verb":"GET","request":"/a","httpversion":"1.1","response":"502","bytes":"157","@timestamp":"2026-03-10T08:00:01.000Z"}"#,
    ],
};

/// What an object says.
struct Found<'a> {
    values: [&'a str; SLOTS],
    shape: Shape,
}

impl<'a> Found<'a> {
    fn get(&self, slot: Slot) -> &'a str {
        self.values.get(slot as usize).copied().unwrap_or_default()
    }

    /// A value that is there and is no dash.
    fn known(&self, slot: Slot) -> Option<&'a str> {
        Some(self.get(slot)).filter(|text| !matches!(*text, "" | "-"))
    }

    fn status(&self) -> Option<u16> {
        let text = self.get(if self.shape == Shape::Haproxy { Slot::Code } else { Slot::Status });
        number(text).and_then(|code| u16::try_from(code).ok()).filter(|code| (100..=999).contains(code))
    }
}

fn read(line: &str) -> Option<Found<'_>> {
    let mut found = Found { values: [""; SLOTS], shape: Shape::Common };
    let whole = json::scan(object(line)?, &mut |around, name, value| {
        let Some((slot, shape)) = names::of(around, name) else { return };
        // nginx's names are the most widespread: they give way.
        if shape != Shape::Common && matches!(found.shape, Shape::Common | Shape::Nginx) {
            found.shape = shape;
        }
        if matches!(value, "null" | "") {
            return;
        }
        if slot == Slot::Status && number(value).is_none() {
            return;
        }
        if let Some(place) = found.values.get_mut(slot as usize)
            && (place.is_empty() || (slot == Slot::Time && name == "timestamp"))
        {
            *place = value;
        }
    });
    if found.get(Slot::Logger).starts_with("http.log.") {
        found.shape = Shape::Caddy;
    } else if haproxy_states::letters(found.get(Slot::State)).is_some() && number(found.get(Slot::Code)).is_some() {
        found.shape = Shape::Haproxy;
    }
    let status = match found.shape {
        Shape::Haproxy => true,
        _ => number(found.get(Slot::Status)).is_some(),
    };
    let asked = match found.shape {
        Shape::Common | Shape::Nginx => {
            let what = [Slot::Path, Slot::Url, Slot::Request].into_iter().any(|slot| found.known(slot).is_some());
            what && found.status().is_some()
        }
        Shape::Azure => found.get(Slot::Category) == "ApplicationGatewayAccessLog",
        _ => true,
    };
    (whole && status && asked && time(&found).is_some()).then_some(found)
}

/// The object on a line, which a word or two may stand before: `[ACCESS] 2022 {…}`.
fn object(line: &str) -> Option<&str> {
    let at = memchr::memchr(b'{', line.as_bytes().get(..64.min(line.len()))?)?;
    let before = line.get(..at)?;
    let words =
        before.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'\t' | b'[' | b']' | b':' | b'-'));
    line.get(at..).filter(|_| words)
}

fn recognise(line: &str) -> Vote {
    match read(line) {
        Some(Found { shape: Shape::Common, .. }) => Vote::Likely,
        Some(_) => Vote::Own,
        None => Vote::No,
    }
}

fn parse<'a>(line: &'a str, layout: &mut Layout) -> Parsed<'a> {
    let Some(found) = read(line) else {
        // What the program itself has to say; the brackets of a list of objects.
        let whole = json::scan(line, &mut |_, _, _| {}) || matches!(line.trim(), "[" | "]" | ",");
        return if whole { Parsed::Skip } else { Parsed::Bad { at: 0, field: "whole JSON object" } };
    };
    let Some(time) = time(&found) else { return Parsed::Bad { at: 0, field: "time" } };
    layout.product = layout.product.or(product(found.shape));
    let status = found.status();
    let error = found.shape == Shape::Caddy && found.get(Slot::Logger).starts_with("http.log.error");
    let cause = go_errors::meaning(found.get(Slot::Message)).filter(|_| error);
    let failure = cause.or_else(|| meaning(&found, status));
    let mut words = found.get(Slot::Request).split(' ').filter(|word| !word.is_empty());
    let (method, wanted) = match (words.next(), words.next()) {
        (one, None) => (None, one),
        both => both,
    };
    let method = found.known(Slot::Method).or(method);
    let url = found.known(Slot::Url);
    let wanted = url.or(found.known(Slot::Path)).or(wanted);
    let place = url.and_then(target).or_else(|| found.known(Slot::Host).and_then(target)).unwrap_or_default();
    let upstream = match found.shape {
        Shape::Nginx => last_server(found.get(Slot::Upstream)),
        _ if error => go_errors::server(found.get(Slot::Message)),
        _ => host_port(found.get(Slot::Upstream)).and_then(|(ip, port)| Some(SocketAddr::new(ip, port?))),
    };
    let client = found.known(Slot::Client).or(found.known(Slot::Peer)).unwrap_or_default();
    let connect = method == Some("CONNECT");
    let tcp = found.shape == Shape::Envoy && method.is_none() && status.is_none();
    let part = |text: Option<&'a str>| text.unwrap_or_default();
    let group = (found.shape == Shape::Caddy && failure.is_some()).then(|| Group {
        key: key(&[client, part(method), place.host, part(wanted)]),
        within: Span::seconds(5),
        follows: !error,
        ends: !error,
    });
    Parsed::Record(Record {
        time,
        named: cause.is_some(),
        begun: found.shape == Shape::Google || !found.get(Slot::Begun).is_empty(),
        elapsed: elapsed(&found),
        client: host_port(client).map(|(ip, _)| ip).or_else(|| address(client)),
        method,
        target: wanted,
        host: Some(place.host).filter(|host| !matches!(*host, "" | "-")),
        port: place.port,
        status,
        attempted: upstream.is_some() || found.shape != Shape::Nginx && found.known(Slot::Upstream).is_some(),
        upstream,
        server: if upstream.is_none() { part(found.known(Slot::Upstream)) } else { "" },
        agent: part(found.known(Slot::Agent)),
        sent: number(found.get(Slot::Sent)).map_or(Sent::Unsaid, Sent::Body),
        tunnel: if failure.is_none() && (connect || tcp) { Tunnel::Sealed } else { Tunnel::Plain },
        cut: failure.is_some() && status.is_some_and(|code| code < 499),
        token: name(&found, status),
        failure,
        group,
        ..Record::default()
    })
}

fn product(shape: Shape) -> Option<Product> {
    match shape {
        Shape::Envoy => Some(Product::Envoy),
        Shape::Traefik => Some(Product::Traefik),
        Shape::Caddy => Some(Product::Caddy),
        Shape::Nginx => Some(Product::Nginx),
        Shape::Haproxy => Some(Product::Haproxy),
        Shape::Google => Some(Product::GoogleLb),
        Shape::Azure => Some(Product::AzureGateway),
        Shape::Cloudflare => Some(Product::Cloudflare),
        Shape::Common => None,
    }
}

/// The word that names the outcome, for texts.
fn name<'a>(found: &Found<'a>, status: Option<u16>) -> &'a str {
    let slot = match found.shape {
        Shape::Envoy => Slot::Flags,
        Shape::Google => Slot::StatusDetails,
        Shape::Azure => Slot::ErrorInfo,
        Shape::Haproxy => Slot::State,
        _ => return token(status),
    };
    found.known(slot).unwrap_or_else(|| token(status))
}

fn meaning(found: &Found<'_>, status: Option<u16>) -> Option<Meaning> {
    match found.shape {
        Shape::Envoy => envoy_flags::meaning(&Said {
            status,
            flags: found.known(Slot::Flags).unwrap_or("-"),
            details: found.get(Slot::Details),
            reason: found.get(Slot::Reason),
            answered: number(found.get(Slot::ServiceTime)).is_some(),
            server: host_port(found.get(Slot::Upstream)).is_some(),
        }),
        Shape::Traefik => {
            let nobody = found.get(Slot::Upstream).is_empty() && matches!(found.get(Slot::Origin), "" | "0");
            traefik::meaning(status, nobody, number(found.get(Slot::Sent)))
        }
        Shape::Nginx if !found.get(Slot::Upstream).is_empty() => nginx_upstream::meaning(status, &upstream(found)),
        Shape::Google => google::meaning(status, found.get(Slot::StatusDetails), found.get(Slot::ProxyStatus)),
        Shape::Azure => {
            let query = found.get(Slot::Query);
            let by_server = found.known(Slot::Origin).unwrap_or_else(|| azure::of_query(query, "SERVER-STATUS"));
            azure::meaning(status, found.get(Slot::ErrorInfo), by_server)
        }
        Shape::Cloudflare => cloudflare::meaning(status, found.get(Slot::Origin)),
        Shape::Haproxy => haproxy_states::meaning(&Session {
            state: haproxy_states::letters(found.get(Slot::State))?,
            status,
            server: true,
            connect: signed(found.get(Slot::Connect)),
            response: signed(found.get(Slot::Response)),
            no_port: false,
        }),
        // 0 of Caddy's: the handler wrote nothing, and Go sent 200.
        Shape::Caddy | Shape::Nginx | Shape::Common => super::combined::meaning(Some(status?)),
    }
}

/// nginx's variables; one that is not in the object says nothing, one without a value that it did not come so far.
fn upstream<'a>(found: &Found<'a>) -> Upstream<'a> {
    let reached =
        |slot| Some(found.get(slot)).filter(|text| !text.is_empty()).map(|text| seconds(last_of(text)).is_some());
    Upstream {
        addr: found.get(Slot::Upstream),
        status: number(last_of(found.get(Slot::Origin))).and_then(|code| u16::try_from(code).ok()),
        connected: reached(Slot::UpstreamConnect),
        answered: reached(Slot::UpstreamHeader),
        length: number(last_of(found.get(Slot::UpstreamLength))),
        elapsed: None,
    }
}

fn signed(text: &str) -> i64 {
    text.parse().unwrap_or(-1)
}

fn time(found: &Found<'_>) -> Option<Timestamp> {
    let text = found.known(Slot::Begun).unwrap_or_else(|| found.get(Slot::Time));
    Timestamp::parse_rfc3339(text).or_else(|| clf_time(text)).or_else(|| epoch(text))
}

/// Seconds since the epoch with or without a fraction; milli-, micro- or nanoseconds, by their digits.
fn epoch(text: &str) -> Option<Timestamp> {
    let whole = text.split('.').next().unwrap_or_default();
    let scale = match whole.len() {
        9 | 10 => return seconds(text).map(Timestamp),
        13 => MILLISECOND,
        16 => 1000,
        19 => 1,
        _ => return None,
    };
    i64::try_from(number(whole)?).ok()?.checked_mul(scale).map(Timestamp)
}

/// Each product counts its own way.
fn elapsed(found: &Found<'_>) -> Option<Span> {
    let whole = |slot| i64::try_from(number(found.get(slot))?).ok();
    let nanoseconds = match found.shape {
        Shape::Envoy | Shape::Haproxy => whole(Slot::Duration)?.checked_mul(MILLISECOND),
        Shape::Traefik => whole(Slot::Duration),
        Shape::Caddy => seconds(found.get(Slot::Duration)),
        Shape::Google => seconds(found.get(Slot::Duration).strip_suffix('s')?),
        Shape::Azure => azure::taken(found.get(Slot::Seconds)),
        Shape::Cloudflare => {
            let ended = found.get(Slot::Ended);
            let ended = Timestamp::parse_rfc3339(ended).or_else(|| epoch(ended))?;
            Some(ended.since(time(found)?).0)
        }
        Shape::Nginx => seconds(found.get(Slot::Seconds)),
        Shape::Common => whole(Slot::Nanoseconds).or_else(|| seconds(found.get(Slot::Seconds))),
    };
    nanoseconds.filter(|span| *span >= 0).map(Span)
}

/// `1693840791.7564995` seconds, as nanoseconds.
fn seconds(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = fraction.get(..fraction.len().min(9))?;
    let scale = 10_i64.pow(9_u32.checked_sub(u32::try_from(digits.len()).ok()?)?);
    let part = i64::try_from(number(digits)?).ok()?.checked_mul(scale)?;
    i64::try_from(number(whole)?).ok()?.checked_mul(SECOND)?.checked_add(part)
}
