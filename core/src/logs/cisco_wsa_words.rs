//! What the result code, the status and the timing fields of a Cisco WSA say of a failure, in whatever layout they stand.
//!
//! What 502 and 504 mean is said by Cisco's article on them: 502 for a SYN without SYN/ACK; 504 for a RST, for a
//! service needed first (DNS) that failed, and for a request without a response. The result code says who made the
//! status: NONE is a transaction that failed in the appliance, TCP_MISS one whose answer was fetched. The timing fields
//! (AsyncOS user guides, Log Fields and Format Specifiers) say where the time went; they are milliseconds.

use core::net::{IpAddr, SocketAddr};

use super::fields::{address, is_dash, number};
use super::meaning::{Meaning, phase};
use super::{Record, Tunnel};
use crate::categories::Id::*;
use crate::protocols::http1::is_server_error;
use crate::report::{Confidence::*, GeneratedBy};
use crate::time::{SECOND, Span};

/// One transaction, as any layout of the log holds it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Transaction<'a> {
    /// Result code, `%w`: `NONE`, `TCP_MISS_SSL`.
    pub code: &'a str,
    /// Status, `%h`; `None` for 000.
    pub status: Option<u16>,
    /// Method.
    pub method: &'a str,
    /// URL: `tunnel://host:443/` for an explicit CONNECT, `address:port` for a transparent one.
    pub url: &'a str,
    /// How the server was reached, `%H`.
    pub hierarchy: &'a str,
    /// Which server, `%d`.
    pub server: &'a str,
    /// The decision tag, `%D`, with whatever stands around it.
    pub tag: &'a str,
    /// How long it took.
    pub elapsed: Option<Span>,
    /// Where the time went.
    pub times: Times,
}

/// The timing fields; `None` where they are not logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// Until DNS gave its result: `%:>d`, `x-p2p-dns-svc-time`.
    pub dns: Option<Span>,
    /// Until the connection to the server could be written to, summed over several servers: `%:<1`,
    /// `x-p2s-first-byte-time`.
    pub connect: Option<Span>,
    /// The TLS handshake with the server: `%:>g`.
    pub secure: Option<Span>,
    /// The wait for the first byte of the response: `%:>1`, `x-s2p-first-byte-time`.
    pub answer: Option<Span>,
}

impl<'a> Transaction<'a> {
    /// A tunnel, asked for or intercepted.
    #[must_use]
    pub fn connect(&self) -> bool {
        matches!(self.method, "CONNECT" | "TCP_CONNECT")
    }

    /// A decrypted request.
    #[must_use]
    pub fn inside(&self) -> bool {
        !self.connect() && self.url.starts_with("https://")
    }

    /// The answer came through, or should have come through, another proxy.
    #[must_use]
    pub fn parent(&self) -> bool {
        self.hierarchy.contains("PARENT")
    }

    /// It did not fail and has no part in a tunnel.
    #[must_use]
    pub fn plain(&self) -> bool {
        !self.connect() && !self.inside() && self.status.is_some_and(|status| !is_server_error(status))
    }

    /// The record, with what is the appliance's own.
    #[must_use]
    pub fn record(&self, mut record: Record<'a>) -> Record<'a> {
        // `CONNECT tunnel://host:443/` is what the client wrote as `CONNECT host:443`.
        if let Some(authority) = self.url.strip_prefix("tunnel://") {
            record.target = Some(authority.strip_suffix('/').unwrap_or(authority));
        }
        // A transparent tunnel's target is an address; the name is the one that the appliance found in it.
        if self.method == "TCP_CONNECT" && record.attempted && !is_dash(self.server) {
            record.host = Some(self.server);
        }
        record.tunnel = match self.status {
            Some(200) if self.connect() => tunnel(self.tag),
            _ if self.inside() => Tunnel::Inside,
            _ => Tunnel::Plain,
        };
        record.failure = self.meaning();
        record
    }

    /// What it means; `None` for a request that did not fail.
    #[must_use]
    pub fn meaning(&self) -> Option<Meaning> {
        let code = self.code.strip_suffix("_SSL").unwrap_or(self.code);
        let status = self.status.unwrap_or(0);
        if status != 0 && !is_server_error(status) {
            return None;
        }
        Some(match (code, status) {
            (_, 0) => NO_STATUS,
            ("NONE", _) => match self.by_times() {
                Some(meaning) => meaning,
                None if status == 502 => NONE_502,
                None if status == 504 => NONE_504,
                None => NONE_OTHER,
            },
            ("TCP_DENIED" | "FTP_DENIED", _) => DENIED,
            _ if code.ends_with("_HIT") => FROM_CACHE,
            _ if self.parent() => FROM_PARENT,
            _ => FROM_ORIGIN,
        })
    }

    /// The phase that took at least half of the time, and a second at least.
    fn by_times(&self) -> Option<Meaning> {
        let elapsed = self.elapsed?;
        let Times { dns, connect, secure, answer } = self.times;
        let all = [dns, connect, secure, answer];
        // A line that was cut, or columns that are not what they are taken for.
        let sum = all.iter().flatten().map(|span| span.0).fold(0_i64, i64::saturating_add);
        if sum > elapsed.0.saturating_add(SECOND) {
            return None;
        }
        let long = |span: Option<Span>| span.is_some_and(|span| span.0 >= SECOND && span.0 >= elapsed.0 / 2);
        let nothing = |span: Option<Span>| span.is_none_or(|span| span.0 == 0);
        if long(dns) {
            return Some(SLOW_DNS);
        }
        if long(connect) && nothing(secure) && nothing(answer) {
            return Some(SLOW_CONNECT);
        }
        if long(secure) && nothing(answer) {
            return Some(SLOW_TLS);
        }
        long(answer).then_some(SLOW_ANSWER)
    }
}

/// The labels under which the timing fields and the server stand in a line's custom text: those of the string that Cisco's
/// support has engineers enter (`… 1st byte to server = %:<1 … DNS total = %:>d …`), W3C's names, and the specifiers.
/// They may be followed by `=` or `:`.
pub fn labelled(text: &str, times: &mut Times, server: &mut (Option<IpAddr>, Option<u16>)) {
    let milliseconds = |labels: &[&str]| {
        let digits = labels.iter().find_map(|label| value(text, label))?;
        number(digits).and_then(|n| i64::try_from(n).ok()).map(Span::milliseconds)
    };
    times.dns = times.dns.or(milliseconds(&["DNS total", "x-p2p-dns-svc-time", "%:>d"]));
    times.connect = times.connect.or(milliseconds(&["1st byte to server", "x-p2s-first-byte-time", "%:<1"]));
    times.answer = times.answer.or(milliseconds(&["1st response byte", "x-s2p-first-byte-time", "%:>1"]));
    times.secure = times.secure.or(milliseconds(&["%:>g"]));
    server.0 = server.0.or_else(|| address(value(text, "Server IP")?));
    server.1 = server.1.or_else(|| number(value(text, "Server Port")?).and_then(|port| u16::try_from(port).ok()));
}

/// `label = value`, up to a blank, comma, semicolon or bracket.
fn value<'a>(text: &'a str, label: &str) -> Option<&'a str> {
    let at = memchr::memmem::find(text.as_bytes(), label.as_bytes())? + label.len();
    let rest = text.get(at..)?.trim_start_matches(' ').strip_prefix(['=', ':'])?.trim_start_matches(' ');
    let end = rest.find([' ', ',', ';', ']', ')']).unwrap_or(rest.len());
    rest.get(..end).filter(|value| !value.is_empty())
}

/// The server's address with its port; a port that is not logged is that of the URL.
#[must_use]
pub fn upstream(server: (Option<IpAddr>, Option<u16>), port: Option<u16>) -> Option<SocketAddr> {
    server.0.zip(server.1.or(port)).map(|(ip, port)| SocketAddr::new(ip, port))
}

/// What the decision tag says of a tunnel: `DECRYPT_…`, `PASSTHRU_…`.
fn tunnel(text: &str) -> Tunnel {
    let mut words = text.split(' ').take(8);
    match words.find(|word| word.starts_with("DECRYPT_") || word.starts_with("PASSTHRU_")) {
        Some(tag) if tag.starts_with("DECRYPT_") => Tunnel::Opened,
        Some(_) => Tunnel::Sealed,
        None => Tunnel::Granted,
    }
}

const NONE_502: Meaning = Meaning::is(
    Likely,
    &[&[TcpSynUnanswered, ReturnPath]],
    GeneratedBy::Gateway,
    "the appliance made this answer itself (NONE); a Cisco WSA says 502 where its SYN got no SYN/ACK",
);

const NONE_504: Meaning = Meaning::open(
    &[&[TcpSynReset, ResponseReset, TlsReset], phase::RESOLVE, &[ResponseTimeout], phase::SEND, phase::WAIT],
    GeneratedBy::Gateway,
    "the appliance made this answer itself (NONE); a Cisco WSA says 504 for a RST on its upstream connection, for DNS or \
     another service that it needs first, and for a request without a response, and this line does not say which",
);

const NONE_OTHER: Meaning = Meaning::open(
    &[
        &[NoAttempt, RequiredService, ProxyOverload],
        phase::RESOLVE,
        phase::CONNECT,
        phase::SECURE,
        phase::SEND,
        phase::WAIT,
        phase::RECEIVE,
    ],
    GeneratedBy::Gateway,
    "the appliance made this answer itself (NONE); which failures it answers with this status is not documented",
);

const SLOW_DNS: Meaning = Meaning::open(
    &[&[DnsNoResponse, DnsServfail, DnsUnreachable, DnsTcpFallbackBlocked], phase::RESOLVE],
    GeneratedBy::Gateway,
    "the appliance made this answer itself (NONE), and most of the time went into DNS (%:>d)",
);

const SLOW_CONNECT: Meaning = Meaning::is(
    Likely,
    &[&[TcpSynUnanswered, ReturnPath]],
    GeneratedBy::Gateway,
    "the appliance made this answer itself (NONE), and the time went into opening the connection (%:<1), with nothing after it",
);

const SLOW_TLS: Meaning = Meaning::open(
    &[&[TlsNoResponse, PmtuBlackhole], phase::SECURE],
    GeneratedBy::Gateway,
    "the appliance made this answer itself (NONE), and the time went into the TLS handshake with the server (%:>g)",
);

const SLOW_ANSWER: Meaning = Meaning::is(
    Likely,
    &[&[ResponseTimeout, RequestUnacked, PmtuBlackhole]],
    GeneratedBy::Gateway,
    "the appliance made this answer itself (NONE), and most of the time went into the wait for the first byte of the response \
     (%:>1)",
);

const NO_STATUS: Meaning = Meaning::open(
    &[&[ClientAbort], phase::SEND, phase::WAIT, phase::RECEIVE],
    GeneratedBy::Unknown,
    "no status was sent to the client; the line does not say who gave up",
);

const DENIED: Meaning = Meaning::is(
    Likely,
    &[&[PolicyDenied, RequiredService]],
    GeneratedBy::Gateway,
    "the appliance refused the request (TCP_DENIED)",
);

const FROM_ORIGIN: Meaning = Meaning::is(
    Likely,
    &[&[OriginError]],
    GeneratedBy::Origin,
    "the answer was fetched, not made by the appliance (NONE would say that): the server itself sent this status",
);

const FROM_PARENT: Meaning = Meaning::is(
    Likely,
    &[&[ParentProxyError]],
    GeneratedBy::ParentProxy,
    "the answer was fetched through the upstream proxy that the line names: that proxy, or a server behind it, sent this \
     status",
);

const FROM_CACHE: Meaning = Meaning::is(
    Likely,
    &[&[OriginError]],
    GeneratedBy::Origin,
    "the answer came from the cache: a server sent this status earlier",
);
