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
        (&line("502", "0"), open(&[TcpSynReset, TcpSynUnanswered])),
        (&line("502", "0").replace("502 3", "502 4"), Some((NoHealthyUpstream, &[NoHealthyUpstream], Gateway))),
        (&line("503", "0").replace("503 3", "503 0"), Some((Undetermined, &[NoHealthyUpstream], Unknown))),
        (&line("200", "12002"), None),
        (&line("404", "0"), None),
    ]);
    assert_eq!(read(&line("200", "0")).product(), Some(crate::products::Id::IisArr));
    // IIS writes a query as it came.
    let odd = line("502", "12029").replace("GET /a", "GET [a]=1&b").replace("443 10", "[443 10");
    assert_eq!(one(&odd).client.map(|ip| ip.to_string()).as_deref(), Some("10.20.0.50"));
}

#[test]
fn reasons_of_http_sys() {
    let line = |status: &str, reason: &str, method: &str| {
        format!(
            "#Fields: date time c-ip c-port s-ip s-port cs-version cs-method cs-uri sc-status s-siteid s-reason s-queuename\n2026-03-10 08:00:01 10.20.0.50 50200 192.0.2.5 80 HTTP/1.1 {method} /502 {status} 1 {reason} pool"
        )
    };
    claims(&[
        (&line("503", "ConnLimit", "GET"), Some((ProxyOverload, &[ProxyOverload], Gateway))),
        (&line("503", "QueueFull", "GET"), Some((ProxyOverload, &[ProxyOverload], Gateway))),
        (&line("503", "AppOffline", "GET"), Some((NoHealthyUpstream, &[NoHealthyUpstream], Gateway))),
        (&line("503", "Disabled", "GET"), Some((NoHealthyUpstream, &[NoHealthyUpstream], Gateway))),
        (&line("-", "Connection_Abandoned_By_ReqQueue", "GET"), Some((Undetermined, &[ProxyOverload], Gateway))),
        (&line("-", "Connection_Dropped", "GET"), Some((ClientAbort, &[ClientAbort], Unknown))),
        (&line("-", "Timer_EntityBody", "POST"), Some((ClientAbort, &[ClientAbort], Unknown))),
        (&line("505", "Version_N/S", "GET"), Some((NoAttempt, &[NoAttempt], Gateway))),
        (&line("400", "Hostname", "GET"), None),
        (&line("-", "Timer_ConnectionIdle", "-"), None),
        (&line("-", "Timer_MinBytesPerSecond", "-"), None),
        (&line("-", "Timer_HeaderWait", "-"), None),
        (&line("-", "Connection_Dropped", "-"), None),
    ]);
    let idle = read(&line("-", "Timer_ConnectionIdle", "-"));
    assert_eq!((idle.records, idle.total), (1, 0), "a connection without a request");
}

#[test]
fn result_types_of_cloudfront() {
    let line = |status: &str, result: &str, detailed: &str| {
        format!(
            "#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status x-edge-result-type x-host-header cs-protocol time-taken x-edge-detailed-result-type\n2026-03-10\t08:00:11\tLAX1\t504\t192.0.2.7\tGET\td1.cloudfront.example\t/502\t{status}\t{result}\twww.example.com\thttps\t10.001\t{detailed}"
        )
    };
    let open = |first: &'static [crate::categories::Id]| Some((Undetermined, first, Gateway));
    claims(&[
        (&line("502", "Error", "OriginDnsError"), open(&[DnsNxdomain])),
        (&line("502", "Error", "OriginConnectError"), open(&[TcpSynReset])),
        (&line("504", "Error", "OriginCommError"), open(&[ResponseTimeout, TcpSynUnanswered])),
        (&line("502", "Error", "OriginReadError"), open(&[ResponseReset])),
        (&line("502", "Error", "OriginWriteError"), open(&[KeepaliveRace])),
        (&line("502", "Error", "AbortedOrigin"), open(&[ResponseTruncated])),
        (&line("502", "Error", "OriginError"), Some((Undetermined, &[OriginError, ResponseInvalid], Unknown))),
        (
            &line("502", "Error", "OriginHeaderTooBigError"),
            Some((ResponseHeaderTooLarge, &[ResponseHeaderTooLarge], Gateway)),
        ),
        (&line("502", "Error", "OriginInvalidResponseError"), Some((ResponseInvalid, &[ResponseInvalid], Gateway))),
        (&line("502", "Error", "OriginContentRangeLengthError"), Some((ResponseInvalid, &[ResponseInvalid], Gateway))),
        (&line("502", "Error", "OriginZeroSizeObjectError"), Some((Undetermined, &[ResponseInvalid], Gateway))),
        (&line("503", "CapacityExceeded", "CapacityExceeded"), Some((ProxyOverload, &[ProxyOverload], Gateway))),
        (&line("503", "LimitExceeded", "LimitExceeded"), Some((ProxyOverload, &[ProxyOverload], Gateway))),
        (&line("000", "Error", "ClientCommError"), Some((ClientAbort, &[ClientAbort], Unknown))),
        (&line("200", "Error", "ClientHungUpRequest"), Some((ClientAbort, &[ClientAbort], Unknown))),
        (&line("503", "Error", "Error"), Some((Undetermined, &[OriginError], Unknown))),
        (&line("403", "Error", "ClientGeoBlocked"), None),
        (&line("404", "Error", "Error"), None),
        (&line("200", "Miss", "Miss"), None),
    ]);
    let exchange = one(&line("502", "Error", "OriginConnectError"));
    assert_eq!(exchange.host.as_deref(), Some("www.example.com"));
    assert_eq!(exchange.begun.to_string(), "2026-03-10T08:00:00.999000Z");
}

#[test]
fn classic_load_balancers_and_lambda() {
    let classic = |middle: &str, request: &str| {
        format!("2026-03-10T08:00:01.945958Z my-lb 192.0.2.39:2817 {middle} 0 29 \"{request}\" \"curl/7.38.0\" - -")
    };
    claims(&[
        (
            &classic("10.0.0.1:80 0.000073 0.001048 0.000057 502 502", "GET http://www.example.com:80/ HTTP/1.1"),
            Some((OriginError, &[OriginError], Origin)),
        ),
        (
            &classic("- -1 -1 -1 503 0", "GET http://www.example.com:80/ HTTP/1.1"),
            Some((NoHealthyUpstream, &[NoHealthyUpstream], Gateway)),
        ),
        (
            &classic("10.0.0.1:80 0.000073 60.001048 -1 504 0", "GET http://www.example.com:80/ HTTP/1.1"),
            Some((Undetermined, &[ResponseTimeout], Gateway)),
        ),
        (&classic("- -1 -1 -1 - -", "- - - "), Some((Undetermined, &[NoHealthyUpstream], Gateway))),
    ]);
    let tcp = read(&classic("10.0.0.1:80 0.001069 0.000028 0.000041 - -", "- - - "));
    assert_eq!((tcp.total, tcp.failed, tcp.unseen), (1, 0, 1));
    let exchange = one(&classic("10.0.0.1:80 0.1 2.2 0.3 502 502", "GET http://www.example.com:80/ HTTP/1.1"));
    assert_eq!(exchange.begun.to_string(), "2026-03-10T08:00:01.945958Z", "when the request came");
    let lambda = |reason: &str| {
        format!(
            "https 2026-03-10T08:00:01.679895Z app/lb/49 192.0.2.7:502 - 0.000 0.010 0.000 502 - 504 503 \"GET https://api.example.com:443/502 HTTP/1.1\" \"x\" - - - \"Root=1\" \"-\" \"-\" 0 2026-03-10T08:00:00.670000Z \"forward\" \"-\" \"{reason}\" \"-\" \"-\" \"-\" \"-\""
        )
    };
    claims(&[
        (&lambda("LambdaInvalidResponse"), Some((ResponseInvalid, &[ResponseInvalid], Gateway))),
        (&lambda("LambdaUnhandled"), Some((OriginError, &[OriginError], Origin))),
        (&lambda("LambdaThrottling"), Some((ProxyOverload, &[ProxyOverload], Gateway))),
        (&lambda("-"), Some((Undetermined, &[ResponseReset], Gateway))),
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
