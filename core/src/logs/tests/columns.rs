//! What the words of logs with fixed or named columns lead to.

use alloc::format;
use alloc::string::ToString;

use super::words::{Expected, claims};
use super::{one, read};
use crate::categories::Id::*;
use crate::report::GeneratedBy::{Gateway, Origin, Unknown};

const SG: &str = "#Fields: date time time-taken c-ip x-exception-id sc-status s-action cs-method cs-uri-scheme cs-host cs-uri-port cs-uri-path s-supplier-ip\n";

#[test]
fn exceptions_of_proxysg() {
    let cases: &[(&str, Expected)] = &[
        ("tcp_error 503 TCP_ERR_MISS", Some((Undetermined, &[TcpSynUnanswered, TcpSynReset], Gateway))),
        ("dns_unresolved_hostname 404 TCP_ERR_MISS", Some((DnsNxdomain, &[DnsNxdomain, DnsNodata], Gateway))),
        ("dns_server_failure 503 TCP_ERR_MISS", Some((Undetermined, &[DnsNoResponse, DnsServfail], Gateway))),
        ("invalid_response 502 TCP_ERR_MISS", Some((ResponseInvalid, &[ResponseInvalid], Gateway))),
        ("gateway_error 504 TCP_ERR_MISS", Some((Undetermined, &[ParentProxyError], Unknown))),
        ("icap_communication_error 504 TCP_ERR_MISS", Some((RequiredService, &[RequiredService], Gateway))),
        ("ssl_failed 503 TCP_ERR_MISS", Some((Undetermined, &[TlsAlert], Gateway))),
        ("ssl_server_cert_expired 503 TCP_ERR_MISS", Some((TlsCertificate, &[TlsCertificate], Gateway))),
        ("ssl_domain_invalid 409 TCP_ERR_MISS", Some((TlsCertificate, &[TlsCertificate], Gateway))),
        ("server_request_limit 503 TCP_DENIED", Some((ProxyOverload, &[ProxyOverload], Gateway))),
        ("- 502 TCP_NC_MISS", Some((OriginError, &[OriginError], Origin))),
        ("- 503 TCP_ERR_MISS", Some((Undetermined, &[DnsNxdomain], Gateway))),
        ("policy_denied 403 TCP_DENIED", None),
        ("authentication_failed 407 TCP_DENIED", None),
        ("- 200 TCP_NC_MISS", None),
        ("- 404 TCP_NC_MISS", None),
    ];
    for (middle, expected) in cases {
        let text =
            format!("{SG}2026-03-10 08:00:01 502 10.20.0.50 {middle} GET http www.example.com 80 /504 192.0.2.10");
        claims(&[(&text, *expected)]);
    }
    let text = format!(
        "{SG}2026-03-10 08:00:01 502 10.20.0.50 tcp_error  503 TCP_ERR_MISS GET http www.example.com 80 /504 192.0.2.10"
    );
    let exchange = one(&text);
    assert_eq!((exchange.host.as_deref(), exchange.target.as_deref()), (Some("www.example.com"), Some("/504")));
    assert_eq!(exchange.begun.civil().5, 0, "502 ms before");
    assert_eq!(exchange.attempts[0].upstream.map(|to| format!("{to}")).as_deref(), Some("192.0.2.10:80"));
}

#[test]
fn columns_follow_the_last_header() {
    let text = concat!(
        "#Fields: date time c-ip sc-status cs-method cs-uri-stem\n",
        "2026-03-10 08:00:01 10.20.0.50 502 GET /a\n",
        "#Fields: date time cs-method cs-uri-stem sc-status c-ip\n",
        "2026-03-10 08:00:02 GET /502 504 10.20.0.51\n",
        "2026-03-10 08:00:03 GET /502 200\n",
    );
    let reader = read(text);
    assert_eq!(reader.format().map(|format| format.id), Some("w3c"));
    assert_eq!((reader.records, reader.failed), (2, 2));
    assert_eq!(reader.exchanges[1].client.map(|ip| format!("{ip}")).as_deref(), Some("10.20.0.51"));
    assert_eq!(reader.warnings().len(), 1, "a line with too few columns");
    // Without a header nobody knows the columns.
    assert!(read("2026-03-10 08:00:01 10.20.0.50 502 GET /a\n").format().is_none());
}

#[test]
fn errors_of_arr() {
    let line = |status: &str, win32: &str| {
        format!(
            "#Fields: date time cs-method cs-uri-stem s-port c-ip cs-host sc-status sc-substatus sc-win32-status time-taken\n2026-03-10 08:00:01 GET /a 443 10.20.0.50 www.example.com {status} 3 {win32} 30012"
        )
    };
    let open = |first: &'static [crate::categories::Id]| Some((Undetermined, first, Gateway));
    claims(&[
        (&line("502", "12002"), open(&[ResponseTimeout, TcpSynUnanswered])),
        (&line("502", "2147954402"), open(&[ResponseTimeout])),
        (&line("502", "-2147012894"), open(&[ResponseTimeout])),
        (&line("502", "12029"), open(&[TcpSynReset])),
        (&line("502", "12007"), open(&[DnsNxdomain])),
        (&line("502", "12030"), open(&[ResponseReset])),
        (&line("502", "12152"), open(&[ResponseInvalid])),
        (&line("502", "12175"), open(&[TlsAlert])),
        (&line("503", "0"), Some((Undetermined, &[NoHealthyUpstream], Unknown))),
        (&line("200", "12002"), None),
        (&line("404", "0"), None),
    ]);
}

#[test]
fn status_pairs_of_aws() {
    let line = |middle: &str, action: &str| {
        format!(
            "https 2026-03-10T08:00:01.679895Z app/lb/490d68edf04676fe 10.20.0.50:502 {middle} 504 503 \"GET https://api.example.com:443/502 HTTP/1.1\" \"Mozilla/5.0 \\\"x\" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 - \"Root=1\" \"api.example.com\" \"arn:aws:acm:x\" 0 2026-03-10T08:00:00.670000Z \"{action}\" \"-\" \"-\" \"-\" \"-\" \"-\" \"-\""
        )
    };
    claims(&[
        (&line("192.0.2.10:80 0.001 0.502 0.000 502 502", "forward"), Some((OriginError, &[OriginError], Origin))),
        (&line("192.0.2.10:80 0.001 -1 -1 502 -", "forward"), Some((Undetermined, &[ResponseReset], Gateway))),
        (
            &line("192.0.2.10:80 0.001 -1 -1 504 -", "forward"),
            Some((Undetermined, &[ResponseTimeout, TcpSynUnanswered], Gateway)),
        ),
        (&line("- -1 -1 -1 503 -", "forward"), Some((NoHealthyUpstream, &[NoHealthyUpstream], Gateway))),
        (&line("- -1 -1 -1 503 -", "fixed-response"), Some((PolicyDenied, &[PolicyDenied], Gateway))),
        (&line("192.0.2.10:80 0.001 -1 -1 460 -", "forward"), Some((ClientAbort, &[ClientAbort], Unknown))),
        (&line("- -1 -1 -1 561 -", "authenticate"), Some((RequiredService, &[RequiredService], Gateway))),
        (&line("192.0.2.10:80 0.502 0.504 0.503 200 200", "forward"), None),
        (&line("- -1 -1 -1 404 -", "forward"), None),
    ]);
    let exchange = one(&line("192.0.2.10:80 0.001 0.502 0.000 502 502", "forward"));
    assert_eq!(exchange.begun.to_string(), "2026-03-10T08:00:01.176895Z");
    assert_eq!((exchange.host.as_deref(), exchange.port), (Some("api.example.com"), Some(443)));
}

#[test]
fn cisco_in_columns_of_its_own() {
    let line = |token: &str, how: &str| {
        format!(
            "#Software: AsyncOS for Web 12.5\n#Fields: timestamp x-elapsed-time cs-username c-ip x-resultcode-httpstatus sc-bytes cs-method cs-url x-hierarchy-origin x-suspect-user-agent\n1278096903.150 153185 \"A B\" 172.10.11.22 {token} 502 GET http://my.site.com/504 {how} -"
        )
    };
    claims(&[
        (&line("NONE/504", "DIRECT/my.site.com"), Some((Undetermined, &[TcpSynReset, ResponseReset], Gateway))),
        (&line("NONE/502", "DIRECT/my.site.com"), Some((TcpSynUnanswered, &[TcpSynUnanswered, ReturnPath], Gateway))),
        (&line("TCP_MISS/502", "DIRECT/my.site.com"), Some((OriginError, &[OriginError], Origin))),
        (&line("TCP_MISS/200", "DIRECT/my.site.com"), None),
    ]);
    let exchange = one(&line("NONE/504", "DIRECT/my.site.com"));
    assert_eq!(exchange.begun.to_string(), "2010-07-02T18:52:29.965000Z");
    assert_eq!(exchange.client.map(|ip| format!("{ip}")).as_deref(), Some("172.10.11.22"));
}
