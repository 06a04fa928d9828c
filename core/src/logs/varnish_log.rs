//! Varnish: varnishlog, grouped by request or not (`-g vxid`, the default). `blocks` has made one text of a request and its
//! fetches.
//!
//! What the client got stands in the request (`RespStatus`), why in its last fetch (`FetchError`). A fetch whose request is
//! not in the log (`varnishlog -b`) is an exchange of its own; a background fetch is nobody's. Non-goals: `-g raw`.

use core::net::{IpAddr, SocketAddr};

use super::fields::{address, epoch, host_port, number, target};
use super::varnish_errors::{self, fetch_error};
use super::{Clock, Layout, LogFormat, Meaning, Parsed, Record, Vote};
use crate::products::Id as Product;
use crate::time::{Span, Timestamp};

/// See the module.
pub static FORMAT: LogFormat = LogFormat {
    id: "varnish-log",
    title: "varnishlog",
    product: Some(Product::Varnish),
    docs: "Varnish Cache, varnishlog(1), vsl(7); bin/varnishd/http1/cache_http1_fetch.c, cache_backend.c",
    recognise,
    parse,
    clock: Clock::Known,
    missing: "varnishlog names the error of a fetch in FetchError: record requests with their fetches \
              (`varnishlog -g request -q 'RespStatus >= 500'`).",
    samples: &[
        "*   << BeReq    >> 65542     \n-   Begin          bereq 65541 pass\n-   Timestamp      Start: 1495619970.980688 0.000000 0.000000\n-   BereqMethod    POST\n-   BereqURL       /\n-   BereqHeader    Host: www.example.com\n-   VCL_return     fetch\n-   FetchError     no backend connection\n-   Timestamp      Beresp: 1495619970.980796 0.000108 0.000108\n-   Timestamp      Error: 1495619970.980810 0.000123 0.000015\n-   BerespStatus   503\n-   BerespReason   Backend fetch failed\n-   End            \n\n*   << Request  >> 65541     \n-   Begin          req 32769 rxreq\n-   Timestamp      Start: 1495619970.980600 0.000000 0.000000\n-   ReqStart       192.0.2.1 42524\n-   ReqMethod      POST\n-   ReqURL         /\n-   ReqHeader      Host: www.example.com\n-   VCL_return     pass\n-   Link           bereq 65542 pass\n-   RespStatus     503\n-   RespReason     Backend fetch failed\n-   Timestamp      Resp: 1495619970.980999 0.000399 0.000055\n-   End            ",
        "*   << Request  >> 32770     \n-   Begin          req 32769 rxreq\n-   Timestamp      Start: 1495619965.744531 0.000000 0.000000\n-   ReqStart       192.0.2.1 42524\n-   ReqMethod      GET\n-   ReqURL         /\n-   ReqHeader      Host: www.example.com\n-   Link           bereq 32771 pass\n-   RespStatus     200\n-   RespReason     OK\n-   Timestamp      Resp: 1495619965.746604 0.002074 0.000055\n-   End            \n**  << BeReq    >> 32771     \n--  Begin          bereq 32770 pass\n--  Timestamp      Start: 1495619965.744635 0.000000 0.000000\n--  BereqMethod    GET\n--  BereqURL       /\n--  BackendOpen    21 boot.node1 192.0.2.10 80 192.0.2.4 49104\n--  Timestamp      Beresp: 1495619965.746414 0.001779 0.001341\n--  BerespStatus   200\n--  BackendClose   21 boot.node1\n--  End            ",
        "*   << Session  >> 1         \n-   Begin          sess 0 HTTP/1\n-   SessOpen       192.0.2.1 42522 0.0.0.0:8010 192.0.2.4 8010 1495619841.578349 16\n-   SessClose      RX_TIMEOUT 5.002\n-   End            ",
    ],
};

/// What a block says.
#[derive(Default)]
struct Found<'a> {
    request: Option<Request<'a>>,
    /// The last fetch that is not in the background.
    fetch: Option<Fetch<'a>>,
}

#[derive(Default)]
struct Request<'a> {
    begun: Option<Timestamp>,
    took: Option<Span>,
    client: Option<IpAddr>,
    method: &'a str,
    url: &'a str,
    host: &'a str,
    status: Option<u16>,
    /// A request inside another one (ESI).
    inner: bool,
    /// VCL answered without asking a backend.
    synthetic: bool,
    /// VCL started it again: another transaction goes on with it.
    restarted: bool,
}

#[derive(Default)]
struct Fetch<'a> {
    begun: Option<Timestamp>,
    method: &'a str,
    url: &'a str,
    host: &'a str,
    background: bool,
    server: &'a str,
    upstream: Option<SocketAddr>,
    reused: bool,
    /// The status that came from the backend, before any error.
    status: Option<u16>,
    error: &'a str,
}

fn read(block: &str) -> Found<'_> {
    let mut found = Found::default();
    let mut in_fetch = false;
    let mut fetch = Fetch::default();
    for line in block.lines() {
        if let Some(head) = line.strip_prefix('*') {
            in_fetch = head.contains("<< BeReq");
            if in_fetch {
                keep(&mut found, core::mem::take(&mut fetch));
            } else if head.contains("<< Request") {
                found.request = Some(Request::default());
            }
            continue;
        }
        let line = line.trim_start_matches('-').trim();
        let (tag, value) = line.split_once(' ').map_or((line, ""), |(tag, value)| (tag, value.trim()));
        match (&mut found.request, in_fetch) {
            (_, true) => fetch.take(tag, value),
            (Some(request), false) => request.take(tag, value),
            (None, false) => {}
        }
    }
    keep(&mut found, fetch);
    found
}

/// Of several tries the last one counts.
fn keep<'a>(found: &mut Found<'a>, fetch: Fetch<'a>) {
    if fetch.begun.is_some() && !fetch.background {
        found.fetch = Some(fetch);
    }
}

impl<'a> Request<'a> {
    fn take(&mut self, tag: &str, value: &'a str) {
        let mut words = value.split(' ');
        match tag {
            "Begin" => self.inner = words.nth(2) == Some("esi"),
            "Timestamp" => {
                let (name, begun, took) = stamp(value);
                match name {
                    "Start" => self.begun = begun,
                    _ => self.took = took.or(self.took),
                }
            }
            "ReqStart" => self.client = words.next().and_then(address),
            // VCL may change both: the first are the client's.
            "ReqMethod" if self.method.is_empty() => self.method = value,
            "ReqURL" if self.url.is_empty() => self.url = value,
            "ReqHeader" if self.host.is_empty() => self.host = host(value),
            "RespStatus" => self.status = number(value).and_then(|code| u16::try_from(code).ok()),
            "VCL_return" => {
                self.synthetic |= matches!(value, "synth" | "fail");
                self.restarted |= value == "restart";
            }
            _ => {}
        }
    }
}

impl<'a> Fetch<'a> {
    fn take(&mut self, tag: &str, value: &'a str) {
        let mut words = value.split(' ');
        match tag {
            "Begin" => self.background = words.nth(2) == Some("bgfetch"),
            "Timestamp" => {
                if let ("Start", begun, _) = stamp(value) {
                    self.begun = begun;
                }
            }
            "BereqMethod" if self.method.is_empty() => self.method = value,
            "BereqURL" if self.url.is_empty() => self.url = value,
            "BereqHeader" if self.host.is_empty() => self.host = host(value),
            "BackendOpen" => {
                self.server = words.nth(1).unwrap_or_default();
                let ip = words.next().and_then(address);
                self.upstream = ip.zip(words.next().and_then(port)).map(SocketAddr::from);
            }
            "BackendStart" => {
                let ip = words.next().and_then(address);
                self.upstream = ip.zip(words.next().and_then(port)).map(SocketAddr::from).or(self.upstream);
            }
            "BackendReuse" => {
                self.reused = true;
                self.server = words.nth(1).unwrap_or_default();
            }
            "BerespStatus" if self.error.is_empty() => {
                self.status = number(value).and_then(|code| u16::try_from(code).ok());
            }
            "FetchError" if self.error.is_empty() => self.error = value,
            _ => {}
        }
    }

    fn failure(&self) -> Option<Meaning> {
        (!self.error.is_empty()).then(|| fetch_error(self.error, self.status.is_some(), self.reused))
    }
}

/// `Resp: 1495619965.746604 0.002074 0.000055`: name, when, how long after the start.
fn stamp(value: &str) -> (&str, Option<Timestamp>, Option<Span>) {
    let (name, rest) = value.split_once(": ").unwrap_or((value, ""));
    let mut words = rest.split(' ');
    let at = words.next().and_then(epoch);
    let (seconds, fraction) = words.next().and_then(|text| text.split_once('.')).unwrap_or_default();
    let micros = |fraction: &str| number(fraction.get(..6)?);
    let took = number(seconds).zip(micros(fraction)).and_then(|(seconds, micros)| {
        let nanoseconds = seconds.checked_mul(1_000_000_000)?.checked_add(micros * 1000)?;
        i64::try_from(nanoseconds).ok().map(Span)
    });
    (name, at, took)
}

/// The value of a `Host:` line; no other header is in the block.
fn host(value: &str) -> &str {
    value.split_once(':').map_or("", |(_, host)| host.trim())
}

fn port(text: &str) -> Option<u16> {
    number(text).and_then(|port| u16::try_from(port).ok())
}

fn recognise(line: &str) -> Vote {
    let head = line.trim_start_matches('*').trim_start();
    let known = ["<< Request ", "<< BeReq ", "<< Session "].iter().any(|kind| head.starts_with(kind));
    if line.starts_with('*') && known { Vote::Own } else { Vote::No }
}

fn parse<'a>(line: &'a str, _: &mut Layout) -> Parsed<'a> {
    if recognise(line) == Vote::No {
        return Parsed::Bad { at: 0, field: "transaction" };
    }
    let found = read(line);
    match (found.request, found.fetch) {
        (Some(request), fetch) => of_request(&request, fetch.as_ref()),
        (None, Some(fetch)) => of_fetch(&fetch),
        // A session, a background fetch.
        (None, None) => Parsed::Skip,
    }
}

fn of_request<'a>(request: &Request<'a>, fetch: Option<&Fetch<'a>>) -> Parsed<'a> {
    let Some(time) = request.begun else { return Parsed::Bad { at: 0, field: "Timestamp Start" } };
    if request.inner || request.restarted {
        return Parsed::Skip;
    }
    let Some(status) = request.status else { return Parsed::NoRequest(time) };
    let by_fetch = fetch.and_then(Fetch::failure);
    let broke = fetch.is_some_and(|fetch| fetch.status.is_some() && !fetch.error.is_empty());
    let failure = match status {
        // The answer was under way when the fetch broke off.
        ..500 => by_fetch.filter(|_| broke),
        _ if by_fetch.is_some() => by_fetch,
        _ => Some(match fetch.map(|fetch| fetch.status) {
            Some(Some(code)) if code == status => varnish_errors::FROM_SERVER,
            Some(_) => varnish_errors::OTHER,
            None if request.synthetic => varnish_errors::SYNTHETIC,
            None => varnish_errors::NO_FETCH,
        }),
    };
    let place = target(request.host).unwrap_or_default();
    let upstream = fetch.and_then(|fetch| fetch.upstream);
    Parsed::Record(Record {
        time,
        begun: true,
        elapsed: request.took,
        client: request.client,
        method: Some(request.method).filter(|method| !method.is_empty()),
        target: Some(request.url).filter(|url| !url.is_empty()),
        host: Some(place.host).filter(|host| !host.is_empty()),
        port: place.port,
        status: Some(status),
        cut: broke && status < 500,
        attempted: upstream.is_some(),
        upstream,
        server: fetch.filter(|_| upstream.is_none()).map_or("", |fetch| fetch.server),
        token: fetch.map_or("", |fetch| fetch.error),
        failure,
        ..Record::default()
    })
}

/// A fetch without its request: the failure is known, what the client got is not.
fn of_fetch<'a>(fetch: &Fetch<'a>) -> Parsed<'a> {
    let Some(time) = fetch.begun else { return Parsed::Bad { at: 0, field: "Timestamp Start" } };
    let Some(failure) = fetch.failure() else { return Parsed::NoRequest(time) };
    let place = host_port(fetch.host).map(|_| fetch.host).or(target(fetch.host).map(|place| place.host));
    Parsed::Record(Record {
        time,
        begun: true,
        method: Some(fetch.method).filter(|method| !method.is_empty()),
        target: Some(fetch.url).filter(|url| !url.is_empty()),
        host: place.filter(|host| !host.is_empty()),
        attempted: fetch.upstream.is_some(),
        upstream: fetch.upstream,
        server: if fetch.upstream.is_none() { fetch.server } else { "" },
        token: fetch.error,
        failure: Some(failure),
        ..Record::default()
    })
}
