//! The messages of Squid's cache.log that tell of failures: what each means, and what it names.
//!
//! From the sources (src/client_side_request.cc, src/http.cc, src/neighbors.cc, src/comm.cc, src/comm/TcpAcceptor.cc,
//! src/adaptation/icap/ServiceRep.cc, src/helper.cc, src/ipcache.cc, src/forward.cc), and written by Squid 5.7 when these
//! failures were provoked. A message that names the request is one; the others tell of the gateway's state, and only narrow
//! what failed at that time.

use core::net::SocketAddr;

use super::fields::{address, number};
use super::meaning::{Meaning, phase};
use crate::categories::Id::*;
use crate::report::{
    Confidence::*,
    GeneratedBy::{Gateway, Unknown},
};
use crate::time::Span;

/// A state that lasts: Squid repeats such a warning every 15 s at most.
const LASTING: Span = Span::seconds(15);
/// Something that happened to a request: times are cut to seconds.
const AT_ONCE: Span = Span::seconds(1);
const NO_RECORDS: &str = "No Address records";

/// What a message says.
#[derive(Clone, Copy, Debug, Default)]
pub struct Said<'a> {
    /// The message as texts name it.
    pub token: &'static str,
    /// What it means.
    pub meaning: Option<Meaning>,
    /// The URL that it names.
    pub url: Option<&'a str>,
    /// The host that it names.
    pub host: Option<&'a str>,
    /// The parent that it names.
    pub parent: Option<SocketAddr>,
    /// It names no request: it only adds to what others tell, which began so long after it at most.
    pub aside: Option<Span>,
    /// The request follows on lines without a time.
    pub goes_on: bool,
}

/// What a message says; `None` for one that tells of no failure.
#[must_use]
pub fn said(text: &str) -> Option<Said<'_>> {
    let says = |words: &str| text.contains(words);
    let after = |words: &str| text.find(words).and_then(|at| text.get(at + words.len()..));
    let during = |token, meaning| Some(Said { token, meaning: Some(meaning), aside: Some(AT_ONCE), ..Said::default() });
    let state = |token, meaning| Some(Said { token, meaning: Some(meaning), aside: Some(LASTING), ..Said::default() });
    if says("Forwarding loop detected for") {
        let token = "Forwarding loop detected";
        return Some(Said { token, meaning: Some(LOOP), goes_on: true, ..Said::default() });
    }
    if let Some(rest) = after("WARNING: HTTP: Invalid Response: ") {
        let meaning = match rest {
            _ if rest.starts_with("No object data received") => EMPTY,
            _ if rest.starts_with("No reply at all") => NO_REPLY,
            _ => INVALID,
        };
        let url = rest.split(" AKA ").next().and_then(|rest| rest.rsplit(' ').next()).filter(|url| url.contains(':'));
        return Some(Said { token: "Invalid Response", meaning: Some(meaning), url, ..Said::default() });
    }
    if let Some(rest) = after("No Address records in response to '") {
        let host = rest.split('\'').next().filter(|host| !host.is_empty());
        return Some(Said { host, ..during(NO_RECORDS, NO_ADDRESS)? });
    }
    if let Some(rest) = text.strip_prefix("TCP connection to ") {
        let (place, _) = rest.split_once(" failed")?;
        let (ip, port) = place.rsplit_once('/')?;
        let port = number(port).and_then(|port| u16::try_from(port).ok())?;
        let parent = address(ip).map(|ip| SocketAddr::new(ip, port));
        return Some(Said { parent, ..during("TCP connection failed", PARENT_FAILED)? });
    }
    if says("Detected DEAD ") {
        return state("Detected DEAD", PARENT_DEAD);
    }
    if says("running out of filedescriptors") {
        return state("running out of filedescriptors", NO_FILES);
    }
    if says("essential ICAP service is down") || says("essential ICAP service is suspended") {
        return state("essential ICAP service is down", ICAP_DOWN);
    }
    if says(" processes are busy") {
        return state("processes are busy", HELPERS_BUSY);
    }
    if says("Cannot bind socket FD ") && says("(99)") {
        return during("Cannot bind socket", NO_ADDRESS_LEFT);
    }
    // The same sentence with “connection” and without `fwdNegotiateSSL` is of the client's handshake.
    let server = says("fwdNegotiateSSL") || says("negotiating SSL on FD") || says("negotiating TLS on FD");
    if server && says("rror negotiating") {
        return during("Error negotiating TLS", tls(text));
    }
    None
}

/// OpenSSL's words, and the system's error at the end: `(5/-1/104)`.
fn tls(text: &str) -> Meaning {
    let ends = |with: &str| text.trim_end().ends_with(with);
    if text.contains("certificate verify failed") {
        CERTIFICATE
    } else if text.contains(" alert ") {
        ALERT
    } else if text.contains("unknown protocol") || text.contains("wrong version number") {
        NOT_TLS
    } else if ends("/104)") {
        TLS_RESET
    } else {
        TLS
    }
}

const LOOP: Meaning = Meaning::is(
    Proven,
    &[&[ProxyLoop]],
    Gateway,
    "Squid found its own name in the Via of the request: it came back to it",
);
const INVALID: Meaning = Meaning::is(
    Likely,
    &[&[ResponseInvalid, ResponseTruncated]],
    Gateway,
    "the header that the server sent is broken, or broke off",
);
const NO_REPLY: Meaning = Meaning::is(
    Likely,
    &[&[ResponseInvalid]],
    Gateway,
    "what the server sent holds no response that Squid understands",
);
const EMPTY: Meaning =
    Meaning::is(Likely, &[&[ResponseEmpty, KeepaliveRace]], Gateway, "the server closed without sending a byte");
const NO_ADDRESS: Meaning =
    Meaning::is(Likely, &[&[DnsNodata]], Gateway, "DNS knows the name and gave no address for it");
const PARENT_FAILED: Meaning = Meaning::open(
    &[&[NoHealthyUpstream], phase::CONNECT, phase::SECURE],
    Gateway,
    "Squid could not connect to this parent proxy; the line does not say how that ended",
);
const PARENT_DEAD: Meaning = Meaning::is(
    Likely,
    &[&[NoHealthyUpstream]],
    Gateway,
    "Squid took a parent proxy for dead: connecting to it failed ten times",
);
const NO_FILES: Meaning = Meaning::is(
    Likely,
    &[&[ProxyOverload, EphemeralPortExhaustion]],
    Gateway,
    "Squid had no file descriptors left for further connections",
);
const ICAP_DOWN: Meaning =
    Meaning::is(Likely, &[&[RequiredService]], Gateway, "an ICAP service that Squid may not go without was down");
const HELPERS_BUSY: Meaning = Meaning::is(
    Likely,
    &[&[ProxyOverload, RequiredService]],
    Gateway,
    "all processes of a helper (authentication, redirector, certificates) were busy",
);
const NO_ADDRESS_LEFT: Meaning = Meaning::is(
    Likely,
    &[&[EphemeralPortExhaustion, LocalEgressDenied]],
    Gateway,
    "Squid could not take a local address and port (errno 99)",
);
const CERTIFICATE: Meaning =
    Meaning::is(Likely, &[&[TlsCertificate]], Gateway, "Squid refused the server's certificate");
const ALERT: Meaning = Meaning::is(Likely, &[&[TlsAlert]], Unknown, "the server ended the TLS handshake by an alert");
const NOT_TLS: Meaning = Meaning::is(
    Likely,
    &[&[TlsNotSpoken]],
    Gateway,
    "the server answered the ClientHello with something that is not TLS",
);
const TLS_RESET: Meaning =
    Meaning::is(Likely, &[&[TlsReset]], Gateway, "a RST ended the TLS handshake with the server (errno 104)");
const TLS: Meaning =
    Meaning::open(&[phase::SECURE], Gateway, "the TLS handshake with the server failed; the line does not say how");
