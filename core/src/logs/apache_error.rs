//! Apache HTTP Server: error.log of mod_proxy and its modules. What the messages mean stands in
//! [`super::apache_messages`].
//!
//! Lines of one request are joined: the same process and thread, within two seconds. Other modules' lines are passed
//! over. The log does not hold the status that the client received; it is told beside the message, in the advice.

use core::net::SocketAddr;

use super::apache_messages::{Line, meaning};
use super::fields::{address, host_port, target};
use super::groups::{Group, key};
use super::{Clock, Layout, LogFormat, Parsed, Record, Vote, times};
use crate::products::Id as Product;
use crate::time::{Span, Timestamp};

/// See the module.
pub static FORMAT: LogFormat = LogFormat {
    id: "apache-error",
    title: "Apache HTTP Server error log",
    product: Some(Product::Apache),
    docs: "Apache HTTP Server, ErrorLogFormat; modules/proxy/proxy_util.c, mod_proxy_http.c and others (AH numbers)",
    recognise,
    parse,
    clock: Clock::Local,
    missing: "Apache's error log names the step that failed, not the status that the client received: where another worker of a \
              balancer answered, the request succeeded. The access log of the same time shows it, and `LogLevel proxy:debug` tells each step.",
    samples: &[
        "[Tue Oct 26 17:27:20.477742 2021] [proxy:error] [pid 29484:tid 140230740928256] (111)Connection refused: AH00957: HTTP: attempt to connect to 127.0.0.1:8981 (localhost) failed",
        "[Tue Oct 26 17:27:20.477790 2021] [proxy:error] [pid 300] AH00959: ap_proxy_connect_backend disabling worker for (localhost) for 60s",
        "[Tue Oct 26 17:27:20.477798 2021] [proxy_http:error] [pid 304] [client 192.168.178.52:1037] AH01114: HTTP: failed to make connection to backend: localhost",
        "[Mon Aug 09 11:02:23.229609 2021] [proxy_http:error] [pid 749] (20014)Internal error: [client 10.72.44.126:47920] AH01102: error reading status line from remote server yyy",
        "[Wed May 18 21:03:29 2011] [error] [client 172.20.10.10] (70007)The timeout specified has expired: proxy: error reading status line from remote server backend1.example.com, referer: https://www.example.com/inside",
        "[Mon Dec 26 16:22:08 2016] [error] [client 192.168.33.1] File does not exist: /var/www/favicon.ico",
        "[Mon Dec 26 16:15:55.103786 2016] [core:notice] [pid 11379] AH00094: Command line: '/usr/sbin/httpd'",
        "2026-03-10T08:00:01.5+01:00 edge httpd[304]: [proxy_http:error] [pid 304] [client 192.168.178.52:1037] AH01114: HTTP: failed to make connection to backend: localhost",
    ],
};

const LEVELS: &[&str] = &[
    "emerg", "alert", "crit", "error", "warn", "notice", "info", "debug", "trace1", "trace2", "trace3", "trace4",
    "trace5", "trace6", "trace7", "trace8",
];

/// What stands before the message.
struct Begin<'a> {
    time: Option<Timestamp>,
    module: &'a str,
    /// `300` or `29484:tid 140230740928256`.
    thread: &'a str,
    line: Line<'a>,
    client: Option<&'a str>,
}

fn begin(line: &str) -> Result<Begin<'_>, (usize, &'static str)> {
    let mut rest = line;
    let first = bracket(&mut rest).ok_or((0, "time"))?;
    let time = times::apache(first);
    let kind = if time.is_some() { bracket(&mut rest).ok_or((first.len() + 3, "level"))? } else { first };
    let (module, level) = kind.split_once(':').unwrap_or(("", kind));
    let letters = module.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if !LEVELS.contains(&level) || !letters || (time.is_none() && module.is_empty()) {
        return Err((line.len() - rest.len(), "level"));
    }
    let (mut thread, mut client, mut cause, mut outgoing) = ("", None, "", false);
    loop {
        // `(111)Connection refused: ` or `(EAI 5)No address associated with hostname: `, before or after the client.
        if let Some((number, after)) = rest.strip_prefix('(').and_then(|rest| rest.split_once(')'))
            && number.strip_prefix("EAI ").unwrap_or(number).bytes().all(|b| b.is_ascii_digit())
            && let Some((_, after)) = after.split_once(": ")
        {
            (cause, rest) = (number, after);
            continue;
        }
        let mut after = rest;
        match bracket(&mut after) {
            Some(inside) if inside.starts_with("pid ") => thread = inside.get(4..).unwrap_or_default(),
            Some(inside) if inside.starts_with("client ") => client = inside.get(7..),
            Some(inside) if inside.starts_with("remote ") => outgoing = true,
            _ => break,
        }
        rest = after;
    }
    let (number, text) = split_number(rest);
    // `, referer: …` is the client's word.
    let text = memchr::memmem::rfind(text.as_bytes(), b", referer: ").and_then(|at| text.get(..at)).unwrap_or(text);
    Ok(Begin { time, module, thread, client, line: Line { number, cause, text, outgoing } })
}

/// `AH01102: ` off the message; old releases have none.
fn split_number(text: &str) -> (&str, &str) {
    match text.split_once(": ") {
        Some((number, rest))
            if number.len() == 7 && number.starts_with("AH") && number.bytes().skip(2).all(|b| b.is_ascii_digit()) =>
        {
            (number, rest)
        }
        _ => ("", text.strip_prefix("proxy: ").unwrap_or(text)),
    }
}

/// The text in the next brackets, and the line after them.
fn bracket<'a>(rest: &mut &'a str) -> Option<&'a str> {
    let (inside, after) = rest.strip_prefix('[')?.split_once(']')?;
    *rest = after.strip_prefix(' ').unwrap_or(after);
    Some(inside)
}

fn recognise(line: &str) -> Vote {
    if begin(line).is_ok() { Vote::Own } else { Vote::No }
}

fn parse<'a>(line: &'a str, layout: &mut Layout) -> Parsed<'a> {
    let begin = match begin(line) {
        Ok(begin) => begin,
        Err(_) if line.starts_with('#') => return Parsed::Skip,
        Err((at, field)) => return Parsed::Bad { at, field },
    };
    let Some((failure, follows)) = meaning(begin.module, &begin.line) else { return Parsed::Skip };
    let known = begin.time.or(layout.received);
    let time = known.unwrap_or(layout.latest);
    let upstream = server(begin.line.text);
    let wanted = returned_by(begin.line.text);
    let place = wanted.and_then(target).unwrap_or_default();
    let client = begin.client.and_then(|client| host_port(client).map(|(ip, _)| ip).or_else(|| address(client)));
    Parsed::Record(Record {
        time,
        untimed: known.is_none(),
        client,
        target: wanted,
        host: Some(place.host).filter(|host| !host.is_empty()),
        port: place.port,
        attempted: upstream.is_some(),
        upstream,
        token: begin.line.number,
        failure: Some(failure),
        group: Some(Group { key: key(&[begin.thread, by(&begin)]), within: Span::seconds(2), follows, ends: false }),
        ..Record::default()
    })
}

/// Where no process is logged (2.2) the client has to do.
fn by<'a>(begin: &Begin<'a>) -> &'a str {
    if begin.thread.is_empty() { begin.client.unwrap_or_default() } else { "" }
}

/// The target in `Error reading from remote server returned by http://www.example.com/a`; without its query.
fn returned_by(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once(" returned by ")?;
    let wanted = rest.split(' ').next()?;
    (wanted.starts_with('/') || wanted.contains("://")).then_some(wanted)
}

/// The address in `attempt to connect to 127.0.0.1:8981 (localhost) failed`.
fn server(text: &str) -> Option<SocketAddr> {
    let (_, rest) = text.split_once("attempt to connect to ")?;
    let (ip, port) = host_port(rest.split(' ').next()?)?;
    Some(SocketAddr::new(ip, port?))
}
