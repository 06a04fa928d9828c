//! Symantec (Blue Coat) ProxySG, Edge SWG: the access log in ELFF, by its `#Fields:` line.
//!
//! `x-exception-id` names the page that the gateway sent; `s-action` says whether an answer was fetched. A failure may
//! have any status: by default dns_unresolved_hostname is 404. Non-goals: key=value over syslog, logs without `#Fields:`.

use super::elff::{self, Values};
use super::meaning::{Meaning, phase};
use super::{Clock, Layout, LogFormat, Parsed, Record, Tunnel, Vote};
use crate::categories::Id::*;
use crate::products::Id as Product;
use crate::protocols::http1::is_server_error;
use crate::report::{
    Confidence::*,
    GeneratedBy::{Gateway, Origin, Unknown},
};

/// See the module.
pub static FORMAT: LogFormat = LogFormat {
    id: "proxysg",
    title: "Symantec ProxySG / Edge SWG access log (ELFF)",
    product: Some(Product::Proxysg),
    docs: "Broadcom knowledge base 168187 and 280074; the file's own #Fields line",
    recognise,
    parse,
    clock: Clock::Known,
    missing: "One exception id of ProxySG stands for several failures: dnslookup-time, connect-time, rs-service-latency, \
              s-supplier-failures and x-rs-certificate-observed-errors in the log format would tell them apart.",
    samples: &[
        "#Fields: date time time-taken c-ip cs-username cs-auth-group x-exception-id sc-filter-result cs-categories cs(Referer) sc-status s-action cs-method rs(Content-Type) cs-uri-scheme cs-host cs-uri-port cs-uri-path cs-uri-query cs-uri-extension cs(User-Agent) s-ip sc-bytes cs-bytes x-virus-id\n2011-08-04 21:00:00 9311 0.0.0.0 - - - OBSERVED \"unavailable\" -  200 TCP_NC_MISS GET application/x-gzip http updates.example.com 80 /update/x.gz - gz \"Updater/10.0 (Windows 7; ; 0000149996)\" 192.0.2.42 875853 384 -",
        "#Software: SGOS 7.3.1.1\n#Version: 1.0\n#Date: 2026-03-10 08:00:00\n#Fields: date time time-taken c-ip x-exception-id sc-status s-action cs-method cs-uri-scheme cs-host cs-uri-port cs-uri-path\n#Remark: 2610140037 \"SG-42\" \"192.0.2.42\" \"main\"\n2026-03-10 08:00:01 504 10.20.0.50 tcp_error 503 TCP_ERR_MISS GET http www.example.com 80 /a",
    ],
};

fn recognise(line: &str) -> Vote {
    if line.starts_with('#') {
        let own =
            elff::has(line, "x-exception-id") || elff::has(line, "s-action") || line.starts_with("#Software: SGOS");
        return if own { Vote::Header } else { Vote::No };
    }
    if elff::dated(line) { Vote::Follows } else { Vote::No }
}

fn parse<'a>(line: &'a str, layout: &mut Layout) -> Parsed<'a> {
    if line.starts_with('#') {
        elff::learn(line, layout);
        return Parsed::Skip;
    }
    let values = match elff::read(line, &layout.columns) {
        Ok(values) => values,
        Err((at, field)) => return Parsed::Bad { at, field },
    };
    let record = values.record();
    let status = record.status;
    let connect = values.method == "CONNECT";
    let failure = meaning(&values, status);
    Parsed::Record(Record {
        tunnel: match failure {
            None if connect && status == Some(200) => Tunnel::Granted,
            _ if !connect && values.secure() => Tunnel::Inside,
            _ => Tunnel::Plain,
        },
        attempted: record.attempted || failure.is_some_and(|meaning| meaning.made_by == Origin),
        token: if matches!(values.exception, "-" | "") { values.action } else { values.exception },
        failure,
        ..record
    })
}

/// What the exception, else the action, says.
fn meaning(values: &Values<'_>, status: Option<u16>) -> Option<Meaning> {
    let failed = status.is_some_and(|status| is_server_error(status));
    Some(match values.exception {
        "tcp_error" => TCP_ERROR,
        "dns_unresolved_hostname" => UNRESOLVED,
        "dns_server_failure" => DNS_FAILED,
        "invalid_response" => INVALID,
        "gateway_error" => GATEWAY_ERROR,
        "icap_error" | "icap_communication_error" => ICAP,
        "ssl_failed" => TLS,
        "ssl_domain_invalid" => CERTIFICATE,
        id if id.starts_with("ssl_server_cert_") => CERTIFICATE,
        "server_request_limit" | "client_failure_limit_exceeded" => LIMIT,
        _ if !failed => return None,
        "internal_error" => INTERNAL,
        "" | "-" if values.action.contains("_ERR_") => FETCH_FAILED,
        "" | "-" if values.action.contains("DENIED") => DENIED,
        "" | "-" => FROM_SERVER,
        _ => DENIED,
    })
}

const TCP_ERROR: Meaning = Meaning::open(
    &[
        phase::CONNECT,
        &[ResponseReset, ResponseTimeout, ResponseEmpty, RequestUnacked, KeepaliveRace, LocalEgressDenied],
    ],
    Gateway,
    "a communication error: the connection could not be opened, or it broke or timed out; the page that the user saw ends in \
     the reason (“Operation timed out”, “Connection refused”)",
);
const UNRESOLVED: Meaning =
    Meaning::is(Likely, &[&[DnsNxdomain, DnsNodata]], Gateway, "the DNS server has no address for the name");
const DNS_FAILED: Meaning = Meaning::open(
    &[&[DnsNoResponse, DnsServfail, DnsRefused, DnsUnreachable, DnsTcpFallbackBlocked]],
    Gateway,
    "no DNS server answered, or it said that it failed",
);
const INVALID: Meaning =
    Meaning::is(Likely, &[&[ResponseInvalid]], Gateway, "what the server sent is no valid HTTP response");
const GATEWAY_ERROR: Meaning = Meaning::open(
    &[&[ParentProxyError], phase::CONNECT, phase::WAIT],
    Unknown,
    "the upstream proxy or gateway failed, or could not be reached",
);
const ICAP: Meaning = Meaning::is(Likely, &[&[RequiredService]], Gateway, "the ICAP service failed or did not answer");
const TLS: Meaning =
    Meaning::open(&[phase::SECURE], Gateway, "the TLS handshake with the server failed; the id does not say how");
const CERTIFICATE: Meaning =
    Meaning::is(Likely, &[&[TlsCertificate]], Gateway, "the gateway refused the server's certificate");
const LIMIT: Meaning = Meaning::is(Likely, &[&[ProxyOverload]], Gateway, "a limit of the gateway was reached");
const INTERNAL: Meaning = Meaning::open(
    &[&[ProxyOverload, RequiredService, NoAttempt], phase::CONNECT, phase::WAIT],
    Gateway,
    "the gateway met an error of its own; the id does not say which",
);
const FETCH_FAILED: Meaning = Meaning::open(
    &[phase::RESOLVE, phase::CONNECT, phase::SECURE, phase::SEND, phase::WAIT, phase::RECEIVE],
    Gateway,
    "fetching the answer failed (TCP_ERR_MISS); without x-exception-id the line does not say how",
);
const DENIED: Meaning = Meaning::is(
    Likely,
    &[&[PolicyDenied]],
    Gateway,
    "a rule of the gateway made this answer (its exception, or s-action)",
);
const FROM_SERVER: Meaning = Meaning::is(
    Likely,
    &[&[OriginError, ParentProxyError]],
    Origin,
    "no exception of the gateway's: the server, or a proxy behind the gateway, sent this status",
);
