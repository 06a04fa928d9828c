//! nginx: error.log. What its sentences mean stands in [`super::nginx_sentences`].
//!
//! Only lines that tell of a failed request upstream, or of a client that left, are records; the others (files not
//! found, rate limits, start and stop) are passed over. The lines of one request are joined: the same connection,
//! client and request line, each naming another server, within five minutes.
//!
//! The log does not say what the client received: after an attempt that failed nginx may have had an answer from
//! another server. So there is no status here, and a doubt says why.

use core::net::SocketAddr;

use super::fields::{address, host_port, number, target};
use super::groups::{Group, key};
use super::nginx_sentences::{SUBREQUEST, meaning};
use super::{Clock, Layout, LogFormat, Parsed, Record, Vote, times};
use crate::products::Id as Product;
use crate::time::{Span, Timestamp};

/// See the module.
pub static FORMAT: LogFormat = LogFormat {
    id: "nginx-error",
    title: "nginx error log",
    product: Some(Product::Nginx),
    docs: "nginx sources, src/http/ngx_http_upstream.c, src/core/ngx_resolver.c, src/event/ngx_event_connect.c",
    recognise,
    parse,
    clock: Clock::Local,
    missing: "The error log of nginx tells of each attempt, not of the status that the client received: where another \
              server answered (proxy_next_upstream), the request succeeded. The access log of the same time with \
              $upstream_addr and $upstream_status shows it.",
    samples: &[
        r#"2020/11/25 16:02:45 [error] 7952#7952: *5645 connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.148, server: www.example.org, request: "GET /admin/config HTTP/2.0", upstream: "http://127.0.0.1:3000/admin/config", host: "www.example.org""#,
        r#"2015/07/14 08:42:57 [error] 28386#28386: *38698 upstream timed out (110: Connection timed out) while reading response header from upstream, client: 127.0.0.1, server: localhost, request: "GET /1.0/ HTTP/1.0", upstream: "uwsgi://127.0.0.1:3131", host: "localhost:5000""#,
        r#"nginx-lb         | 2025/09/16 02:10:01 [error] 1260#0: *178 upstream timed out (110: Connection timed out) while connecting to upstream, client: 172.24.0.1, server: kong, request: "POST /api/auth/sso/login HTTP/1.1", upstream: "http://172.17.0.1:9588/api/auth/sso/login", host: "services.example.com""#,
        r#"2019/11/20 23:04:29 [error] 236399#0: *51 no live upstreams while connecting to upstream, client: 10.0.20.67, server: dca.example.com, request: "GET /favicon.ico HTTP/2.0", upstream: "http://localhost/favicon.ico", host: "dca.example.com""#,
        r#"2023/09/23 09:58:51 [error] 298#298: *1093 FastCGI sent in stderr: "PHP message: Failed login for user@example.com" while reading response header from upstream, client: 1.2.3.4, server: _, request: "POST /login HTTP/1.1", upstream: "fastcgi://127.0.0.1:9000", host: "bookstack.example.com", referrer: "https://bookstack.example.com/login""#,
        r#"2021/02/23 21:18:09 [error] 21#21: *34 no resolver defined to resolve app.backend, client: 192.0.2.90, server: localhost, request: "GET / HTTP/1.1", host: "www.example.com""#,
        r#"2024/11/15 17:47:28 [error] 27325#0: *6000 kevent() reported that connect() failed (61: Connection refused) while connecting to upstream, client: 127.0.0.1, server: localhost, request: "GET /api/homes HTTP/1.0", upstream: "http://[::1]:8000/api/homes", host: "127.0.0.1:8081""#,
        "2023/09/23 09:58:51 [notice] 298#298: signal 1 (SIGHUP) received from 1, reconfiguring",
    ],
};

/// `time [level] pid#tid: ` and what follows.
struct Begin<'a> {
    time: Timestamp,
    /// `5645` of `*5645`.
    connection: Option<&'a str>,
    message: &'a str,
}

const LEVELS: &[&str] = &["debug", "info", "notice", "warn", "error", "crit", "alert", "emerg"];

fn begin(line: &str) -> Result<Begin<'_>, (usize, &'static str)> {
    let time = line.get(..19).and_then(|text| times::civil(text, b'/')).ok_or((0, "time"))?;
    let (level, rest) =
        line.get(19..).and_then(|rest| rest.strip_prefix(" [")?.split_once("] ")).ok_or((20, "level"))?;
    let at = line.len() - rest.len();
    let (process, message) = rest.split_once(": ").filter(|_| LEVELS.contains(&level)).ok_or((at, "process"))?;
    let numbers = process.split_once('#').is_some_and(|(pid, tid)| number(pid).is_some() && number(tid).is_some());
    if !numbers {
        return Err((at, "process"));
    }
    let own = message.strip_prefix('*').and_then(|rest| rest.split_once(' '));
    match own.filter(|(connection, _)| number(connection).is_some()) {
        Some((connection, message)) => Ok(Begin { time, connection: Some(connection), message }),
        None => Ok(Begin { time, connection: None, message }),
    }
}

fn recognise(line: &str) -> Vote {
    if begin(line).is_ok() { Vote::Own } else { Vote::No }
}

fn parse<'a>(line: &'a str, _: &mut Layout) -> Parsed<'a> {
    let Begin { time, connection, message } = match begin(line) {
        Ok(begin) => begin,
        Err((at, field)) => return Parsed::Bad { at, field },
    };
    // Without a client it is no request: resolvers, OCSP, health checks, start and stop. Where a connection failed, the line
    // was cut before its client.
    let Some(at) = memchr::memmem::find(message.as_bytes(), b", client: ") else {
        let cut = connection.is_some() && meaning(message).is_some();
        return if cut { Parsed::Bad { at: line.len(), field: "client" } } else { Parsed::Skip };
    };
    let (sentence, details) = message.split_at(at);
    let Some(failure) = meaning(sentence) else { return Parsed::Skip };
    let own = !failure.client_left() && detail(details, ", subrequest: \"", "\"").is_some();
    let failure = if own { SUBREQUEST } else { failure };
    let request = detail(details, ", request: \"", "\"");
    // A line that was cut has no closing quote.
    let mut words = request.unwrap_or_default().split(' ').filter(|word| !word.is_empty());
    let (method, wanted) = (words.next(), words.next());
    let client = detail(details, ", client: ", ",");
    let (host, port) = detail(details, ", host: \"", "\"").map_or((None, None), |host| {
        let place = target(host).unwrap_or_default();
        (Some(place.host).filter(|host| !host.is_empty()), place.port)
    });
    let upstream = detail(details, ", upstream: \"", "\"").and_then(server);
    Parsed::Record(Record {
        time,
        client: client.and_then(|client| address(client.strip_prefix("unix:").unwrap_or(client))),
        method,
        target: wanted,
        host,
        port,
        attempted: upstream.is_some() && !failure.client_left(),
        upstream,
        token: sentence_name(sentence),
        failure: Some(failure),
        group: connection.map(|connection| Group {
            key: key(&[connection, client.unwrap_or_default(), request.unwrap_or_default()]),
            within: Span::seconds(300),
            follows: false,
            ends: false,
        }),
        ..Record::default()
    })
}

/// The text between two marks; to the end of a line that was cut.
fn detail<'a>(details: &'a str, from: &str, to: &str) -> Option<&'a str> {
    let at = memchr::memmem::find(details.as_bytes(), from.as_bytes())?;
    let rest = details.get(at + from.len()..)?;
    // Requests may hold escaped quotes; the next field tells where they end.
    let mut end = memchr::memmem::find(rest.as_bytes(), to.as_bytes());
    if to == "\"" {
        let next = memchr::memmem::find(rest.as_bytes(), b"\", ");
        end = next.or_else(|| rest.strip_suffix('"').map(str::len)).or(end);
    }
    Some(end.and_then(|end| rest.get(..end)).unwrap_or(rest))
}

/// The address in `http://127.0.0.1:3000/admin`; `None` for a name (of an upstream group) or a socket file.
fn server(url: &str) -> Option<SocketAddr> {
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.get(..memchr::memchr(b'/', rest.as_bytes()).unwrap_or(rest.len()))?;
    let (ip, port) = host_port(authority)?;
    let usual = match scheme {
        "https" | "grpcs" => 443,
        _ => 80,
    };
    Some(SocketAddr::new(ip, port.unwrap_or(usual)))
}

/// What stands before `(` or ` while `, for texts.
fn sentence_name(sentence: &str) -> &str {
    let bytes = sentence.as_bytes();
    let end = [memchr::memmem::find(bytes, b" while "), memchr::memmem::find(bytes, b" ("), Some(60)];
    let end = end.into_iter().flatten().filter(|at| *at > 8).min().unwrap_or(sentence.len());
    let end = (0..=end.min(sentence.len())).rev().find(|at| sentence.is_char_boundary(*at)).unwrap_or(0);
    sentence.get(..end).unwrap_or_default()
}
