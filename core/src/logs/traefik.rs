//! Traefik: the access log in its default layout, `combined` with a count of requests, router, server and duration.
//!
//! Of the server's own status only the JSON layout tells: what Traefik itself answers is 502, 504, 499 and, without a
//! server, 503 or 404.

use core::net::SocketAddr;

use super::common::{Common, token};
use super::fields::{Fields, host_port, is_dash, number, target};
use super::meaning::{Meaning, phase};
use super::{Clock, Layout, LogFormat, Parsed, Record, Vote};
use crate::categories::Id::*;
use crate::products::Id as Product;
use crate::report::{
    Confidence::*,
    GeneratedBy::{Gateway, Unknown},
};
use crate::time::Span;

/// See the module.
pub static FORMAT: LogFormat = LogFormat {
    id: "traefik",
    title: "Traefik access log",
    product: Some(Product::Traefik),
    docs: "Traefik documentation, Access Logs; pkg/proxy/httputil/proxy.go",
    recognise,
    parse,
    clock: Clock::Known,
    missing: "The default access log of Traefik does not hold the server's own status or its error: the JSON format with \
              OriginStatus, and the log at level DEBUG, do.",
    samples: &[
        r#"172.17.0.1 - - [08/Dec/2021:09:16:05 +0000] "GET /upload.asp?test=toto&tata=test HTTP/1.1" 200 405 "-" "-" 502 "test@docker" "http://172.17.0.3:80" 0ms"#,
        r#"172.17.0.1 - - [08/Dec/2021:09:16:05 +0000] "GET / HTTP/1.1" 504 15 "-" "-" 2 "test@docker" "http://172.17.0.3:80" 30001ms"#,
        r#"172.17.0.1 - - [08/Dec/2021:09:16:05 +0000] "GET / HTTP/1.1" 404 19 "-" "-" 3 "-" "-" 0ms"#,
    ],
};

struct Tail<'a> {
    server: &'a str,
    duration: Span,
}

/// `count "router" "server" 12ms`
fn tail(rest: &str) -> Option<Tail<'_>> {
    let mut fields = Fields::new(rest, 0);
    fields.bare().and_then(number)?;
    if !fields.rest().starts_with('"') {
        return None;
    }
    fields.quoted()?;
    let server = fields.quoted()?;
    let milliseconds = number(fields.bare()?.strip_suffix("ms")?)?;
    fields.rest().is_empty().then_some(Tail { server, duration: Span::milliseconds(i64::try_from(milliseconds).ok()?) })
}

fn recognise(line: &str) -> Vote {
    match Common::read(line) {
        Ok(common) if common.combined && tail(common.rest).is_some() => Vote::Own,
        _ => Vote::No,
    }
}

fn parse<'a>(line: &'a str, _: &mut Layout) -> Parsed<'a> {
    let common = match Common::read(line) {
        Ok(common) => common,
        Err((at, field)) => return Parsed::Bad { at, field },
    };
    let Some(Tail { server, duration }) = tail(common.rest) else {
        return common.parsed(super::combined::meaning(common.status));
    };
    let upstream = server_of(server);
    Parsed::Record(Record {
        begun: true,
        elapsed: Some(duration),
        attempted: upstream.is_some(),
        upstream,
        token: token(common.status),
        failure: if common.healthy() { None } else { meaning(common.status, is_dash(server), common.bytes) },
        ..common.record()
    })
}

fn server_of(url: &str) -> Option<SocketAddr> {
    let place = target(url)?;
    let (ip, _) = host_port(place.host)?;
    Some(SocketAddr::new(ip, place.port?))
}

/// What a status means; `nobody`: no server was asked; `bytes`: of the answer's body.
#[must_use]
pub fn meaning(status: Option<u16>, nobody: bool, bytes: Option<u64>) -> Option<Meaning> {
    // Traefik's own answers hold the status's name and nothing more, not even a line end.
    let own = |text: &str| bytes == Some(text.len() as u64);
    Some(match status {
        None | Some(499) => CLIENT_LEFT,
        Some(503) if nobody => NO_SERVER,
        Some(500..) if nobody => OWN,
        Some(502) if own("Bad Gateway") => OWN_502,
        Some(502) => S_502,
        Some(504) if own("Gateway Timeout") => OWN_504,
        Some(504) => S_504,
        Some(500) if own("Internal Server Error") => OWN_500,
        Some(500..) => OTHER,
        Some(_) => return None,
    })
}

const CLIENT_LEFT: Meaning =
    Meaning::is(Likely, &[&[ClientAbort]], Unknown, "the client left before the answer (Traefik writes 499)");
const NO_SERVER: Meaning =
    Meaning::is(Likely, &[&[NoHealthyUpstream]], Gateway, "Traefik had no server left to ask for this router");
const OWN: Meaning = Meaning::is(
    Possible,
    &[&[NoAttempt, PolicyDenied]],
    Gateway,
    "Traefik made this answer itself and asked no server",
);
const S_502: Meaning = Meaning::open(
    &[
        &[TcpSynReset, ResponseEmpty, ResponseReset, TcpIcmpUnreachable, KeepaliveRace, ResponseInvalid],
        phase::SECURE,
        phase::RESOLVE,
        &[OriginError],
    ],
    Unknown,
    "Traefik could not get an answer other than by a timeout, or the server itself sent 502: this layout does not say which",
);
const S_504: Meaning = Meaning::open(
    &[&[ResponseTimeout, TcpSynUnanswered, ReturnPath, TlsNoResponse, RequestUnacked, PmtuBlackhole, OriginError]],
    Unknown,
    "a timeout of Traefik ran out (dialTimeout 30 s, responseHeaderTimeout), or the server itself sent 504",
);
const OWN_502: Meaning = Meaning::open(
    &[
        &[TcpSynReset, ResponseEmpty, ResponseReset, TcpIcmpUnreachable, KeepaliveRace],
        &[TlsAlert, TlsReset, TlsClosed],
        phase::RESOLVE,
        &[EphemeralPortExhaustion, LocalEgressDenied],
    ],
    Gateway,
    "the answer is as long as Traefik's own 502: it got no response, other than by a timeout",
);
const OWN_504: Meaning = Meaning::open(
    &[&[ResponseTimeout, TcpSynUnanswered, ReturnPath, TlsNoResponse, DnsNoResponse, RequestUnacked, PmtuBlackhole]],
    Gateway,
    "the answer is as long as Traefik's own 504: a timeout ran out (dialTimeout 30 s, responseHeaderTimeout)",
);
const OWN_500: Meaning = Meaning::open(
    &[&[TlsCertificate, TlsNotSpoken, ResponseInvalid, ResponseHeaderTooLarge]],
    Gateway,
    "the answer is as long as Traefik's own 500: an error that is no network error, as a certificate it refused or a response \
     that is no HTTP",
);
const OTHER: Meaning = Meaning::open(
    &[&[OriginError, TlsCertificate, ResponseInvalid, NoAttempt]],
    Unknown,
    "the server sent this status, or Traefik met an error that is no network error",
);
