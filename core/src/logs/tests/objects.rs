//! What the words of JSON logs lead to, product by product, and what both lines of Caddy come to.

use alloc::format;
use alloc::string::{String, ToString};

use super::super::LogReader;
use super::words::{Expected, claims};
use super::{one, read};
use crate::categories::Id::*;
use crate::products::Id as Product;
use crate::report::GeneratedBy::{Gateway, Origin, Unknown};

#[test]
fn status_details_of_google() {
    let line = |status: u16, details: &str| {
        format!(
            "{{\"httpRequest\": {{\"latency\": \"0.502s\", \"remoteIp\": \"192.0.2.7:49194\", \"requestMethod\": \"GET\", \"requestUrl\": \"https://www.example.com/504\", \"responseSize\": \"503\", \"status\": {status}}}, \"jsonPayload\": {{{details}}}, \"receiveTimestamp\": \"2026-03-10T09:00:00Z\", \"timestamp\": \"2026-03-10T08:00:01.62577Z\"}}"
        )
    };
    let details = |name: &str| format!("\"statusDetails\": \"{name}\", \"cacheId\": \"502\"");
    let regional =
        |error: &str, details: &str| format!("\"proxyStatus\": \"error=\\\"{error}\\\"; details=\\\"{details}\\\"\"");
    let cases: &[(u16, String, Expected)] = &[
        (502, details("response_sent_by_backend"), Some((OriginError, &[OriginError], Origin))),
        (
            502,
            details("backend_connection_closed_before_data_sent_to_client"),
            Some((Undetermined, &[KeepaliveRace, ResponseEmpty], Gateway)),
        ),
        (
            200,
            details("backend_connection_closed_after_partial_response_sent"),
            Some((ResponseTruncated, &[ResponseTruncated], Origin)),
        ),
        (502, details("backend_timeout"), Some((ResponseTimeout, &[ResponseTimeout], Gateway))),
        (502, details("failed_to_connect_to_backend"), Some((Undetermined, &[TcpSynReset], Gateway))),
        (502, details("failed_to_pick_backend"), Some((NoHealthyUpstream, &[NoHealthyUpstream], Gateway))),
        (502, details("failed_to_negotiate_alpn"), Some((TlsAlert, &[TlsAlert], Gateway))),
        (502, details("ssl_certificate_san_verification_failed"), Some((TlsCertificate, &[TlsCertificate], Gateway))),
        (503, details("server_cert_invalid_rsa_key_size"), Some((TlsCertificate, &[TlsCertificate], Gateway))),
        (
            502,
            details("backend_response_headers_too_long"),
            Some((ResponseHeaderTooLarge, &[ResponseHeaderTooLarge], Gateway)),
        ),
        (502, details("backend_response_corrupted"), Some((ResponseBadChunk, &[ResponseBadChunk], Gateway))),
        (502, details("request_loop_detected"), Some((ProxyLoop, &[ProxyLoop], Gateway))),
        (502, details("internal_error"), Some((Undetermined, &[ProxyOverload], Gateway))),
        (502, details("a_word_of_tomorrow"), Some((Undetermined, &[OriginError], Unknown))),
        (0, details("client_disconnected_before_any_response"), Some((ClientAbort, &[ClientAbort], Unknown))),
        (200, details("client_disconnected_after_partial_response"), Some((ClientAbort, &[ClientAbort], Origin))),
        (0, details("client_timed_out"), Some((ClientAbort, &[ClientAbort], Unknown))),
        (0, details("client_cert_not_provided"), None),
        (101, details("client_disconnected_after_partial_response"), None),
        (403, details("denied_by_security_policy"), None),
        (200, details("response_sent_by_backend"), None),
        (
            503,
            regional("destination_unavailable", "failed_to_pick_backend"),
            Some((NoHealthyUpstream, &[NoHealthyUpstream], Gateway)),
        ),
        (
            504,
            regional("http_response_timeout", "a_word_of_tomorrow"),
            Some((ResponseTimeout, &[ResponseTimeout], Gateway)),
        ),
        (503, regional("connection_timeout", "-"), Some((TcpSynUnanswered, &[TcpSynUnanswered], Gateway))),
        (503, regional("connection_refused", "-"), Some((TcpSynReset, &[TcpSynReset], Gateway))),
        (503, regional("dns_error", "-"), Some((Undetermined, &[DnsNxdomain], Gateway))),
        (503, regional("tls_certificate_error", "-"), Some((TlsCertificate, &[TlsCertificate], Gateway))),
    ];
    for (status, payload, expected) in cases {
        claims(&[(&line(*status, payload), *expected)]);
    }
    let exchange = one(&line(502, &details("backend_timeout")));
    assert_eq!((exchange.host.as_deref(), exchange.port), (Some("www.example.com"), Some(443)));
    assert_eq!(exchange.begun.to_string(), "2026-03-10T08:00:01.625770Z");
    assert_eq!(exchange.client.map(|ip| ip.to_string()).as_deref(), Some("192.0.2.7"));
}

#[test]
fn error_info_of_azure() {
    let line = |status: u16, error: &str, by_server: &str| {
        format!(
            "{{\"timeStamp\":\"2026-03-10T08:00:01+00:00\",\"category\":\"ApplicationGatewayAccessLog\",\"properties\":{{\"clientIP\":\"192.0.2.24\",\"httpMethod\":\"GET\",\"requestUri\":\"/502\",\"httpStatus\":{status},\"sentBytes\":504,\"timeTaken\":20.034,\"serverRouted\":\"198.51.100.65:443\",\"serverStatus\":\"{by_server}\",\"originalHost\":\"www.example.com\",\"error_info\":\"{error}\"}}}}"
        )
    };
    claims(&[
        (&line(502, "ERRORINFO_UPSTREAM_NO_LIVE", ""), Some((NoHealthyUpstream, &[NoHealthyUpstream], Gateway))),
        (&line(502, "ERRORINFO_UPSTREAM_CLOSED_CONNECTION", ""), Some((Undetermined, &[ResponseEmpty], Gateway))),
        (&line(504, "ERRORINFO_UPSTREAM_TIMED_OUT", ""), Some((ResponseTimeout, &[ResponseTimeout], Gateway))),
        (&line(499, "ERRORINFO_CLIENT_CLOSED_REQUEST", ""), Some((ClientAbort, &[ClientAbort], Unknown))),
        (&line(408, "ERRORINFO_CLIENT_TIMED_OUT", ""), Some((ClientAbort, &[ClientAbort], Unknown))),
        (&line(502, "ERRORINFO_NO_ERROR", "502"), Some((OriginError, &[OriginError], Origin))),
        (&line(502, "", ""), Some((Undetermined, &[NoHealthyUpstream], Gateway))),
        (&line(504, "", ""), Some((Undetermined, &[ResponseTimeout], Gateway))),
        (&line(503, "", ""), Some((NoAttempt, &[NoAttempt], Gateway))),
        (&line(400, "ERRORINFO_INVALID_HOST", ""), None),
        (&line(200, "ERRORINFO_NO_ERROR", "200"), None),
    ]);
    let exchange = one(&line(504, "ERRORINFO_UPSTREAM_TIMED_OUT", ""));
    assert_eq!(exchange.attempts[0].upstream.map(|to| to.to_string()).as_deref(), Some("198.51.100.65:443"));
    assert_eq!(exchange.begun.to_string(), "2026-03-10T07:59:40.966000Z");
    // Version 1: milliseconds, and whom it asked in the query.
    let first = r#"{"operationName":"ApplicationGatewayAccess","time":"2026-03-10T08:00:01Z","category":"ApplicationGatewayAccessLog","properties":{"clientIP":"192.0.2.97","httpMethod":"GET","requestUri":"/a","requestQuery":"X-AzureApplicationGateway-CACHE-HIT=0&SERVER-ROUTED=10.4.0.4&SERVER-STATUS=502","httpStatus":502,"timeTaken":205,"host":"www.example.com"}}"#;
    let exchange = one(first);
    assert_eq!(exchange.claim.unwrap().candidates, [OriginError]);
    assert_eq!(exchange.begun.to_string(), "2026-03-10T08:00:00.795000Z");
    // Its other logs are no requests.
    assert!(read(&first.replace("AccessLog", "FirewallLog")).format().is_none());
}

#[test]
fn statuses_of_cloudflare() {
    let line = |edge: u16, origin: u16| {
        format!(
            "{{\"ClientIP\":\"192.0.2.9\",\"ClientRequestHost\":\"www.example.com\",\"ClientRequestMethod\":\"GET\",\"ClientRequestURI\":\"/502\",\"EdgeEndTimestamp\":\"2026-03-10T08:00:20Z\",\"EdgeResponseBytes\":504,\"EdgeResponseStatus\":{edge},\"EdgeStartTimestamp\":\"2026-03-10T08:00:01Z\",\"OriginIP\":\"198.51.100.8\",\"OriginResponseStatus\":{origin}}}"
        )
    };
    claims(&[
        (&line(520, 0), Some((Undetermined, &[ResponseEmpty], Gateway))),
        (&line(521, 0), Some((TcpSynReset, &[TcpSynReset], Gateway))),
        (&line(522, 0), Some((TcpSynUnanswered, &[TcpSynUnanswered, ReturnPath], Gateway))),
        (&line(523, 0), Some((Undetermined, &[TcpIcmpUnreachable], Gateway))),
        (&line(524, 0), Some((ResponseTimeout, &[ResponseTimeout], Gateway))),
        (&line(525, 0), Some((Undetermined, &[TlsAlert], Gateway))),
        (&line(526, 0), Some((TlsCertificate, &[TlsCertificate], Gateway))),
        (&line(530, 0), Some((Undetermined, &[DnsNxdomain], Gateway))),
        (&line(502, 502), Some((OriginError, &[OriginError], Origin))),
        (&line(502, 0), Some((Undetermined, &[ResponseTimeout], Gateway))),
        (&line(499, 0), Some((ClientAbort, &[ClientAbort], Unknown))),
        (&line(200, 200), None),
    ]);
    assert_eq!(one(&line(522, 0)).begun.to_string(), "2026-03-10T08:00:01.000000Z");
}

#[test]
fn variables_of_nginx() {
    let line = |rest: &str| {
        format!(
            "{{\"time_iso8601\":\"2026-03-10T08:01:01+01:00\",\"remote_addr\":\"192.0.2.7\",\"request\":\"GET /502 HTTP/1.1\",\"host\":\"www.example.com\",\"body_bytes_sent\":\"157\",\"request_time\":\"60.001\",{rest}}}"
        )
    };
    claims(&[
        (
            &line(
                r#""status":"504","upstream_addr":"192.0.2.10:8080","upstream_status":"504","upstream_connect_time":"-","upstream_header_time":"-""#,
            ),
            Some((TcpSynUnanswered, &[TcpSynUnanswered], Gateway)),
        ),
        (
            &line(
                r#""status":504,"upstream_addr":"192.0.2.10:8080, 192.0.2.11:8080","upstream_status":"502, 504","upstream_connect_time":"-, 0.001","upstream_header_time":"-, -""#,
            ),
            Some((ResponseTimeout, &[ResponseTimeout], Gateway)),
        ),
        (
            &line(
                r#""status":502,"upstream_addr":"192.0.2.10:8080","upstream_status":"502","upstream_response_length":"150""#,
            ),
            Some((OriginError, &[OriginError], Origin)),
        ),
        (
            &line(r#""status":502,"upstream_addr":"-","upstream_status":"-""#),
            Some((Undetermined, &[DnsNxdomain], Gateway)),
        ),
        (&line(r#""status":502"#), Some((Undetermined, &[TcpSynReset], Unknown))),
        (&line(r#""status":499,"upstream_addr":"192.0.2.10:8080""#), Some((ClientAbort, &[ClientAbort], Unknown))),
        (&line(r#""status":200,"upstream_addr":"192.0.2.10:8080","upstream_status":"502""#), None),
    ]);
    let exchange = one(&line(r#""status":"504","upstream_addr":"192.0.2.10:81, 192.0.2.11:82""#));
    assert_eq!(exchange.attempts[0].upstream.map(|to| to.to_string()).as_deref(), Some("192.0.2.11:82"));
    assert_eq!((exchange.method.as_deref(), exchange.target.as_deref()), (Some("GET"), Some("/502")));
    assert_eq!(exchange.begun.to_string(), "2026-03-10T07:00:00.999000Z");
    assert_eq!(read(&line(r#""status":200"#)).product(), Some(Product::Nginx));
}

#[test]
fn names_that_many_share() {
    let nested = |status: u16| {
        format!(
            "{{\"@timestamp\":\"2026-03-10T08:00:01.000Z\",\"http\":{{\"request\":{{\"method\":\"GET\"}},\"response\":{{\"status_code\":{status}}}}},\"url\":{{\"full\":\"https://www.example.com/502\"}},\"source\":{{\"ip\":\"192.0.2.7\"}},\"event\":{{\"duration\":60001000000}}}}"
        )
    };
    claims(&[
        (&nested(504), Some((Undetermined, &[ResponseTimeout], Unknown))),
        (&nested(200), None),
        (
            r#"{"@timestamp":"2026-03-10T08:00:01Z","http.request.method":"GET","http.response.status_code":502,"url.path":"/504","source.ip":"192.0.2.7"}"#,
            Some((Undetermined, &[TcpSynReset], Unknown)),
        ),
        (
            r#"{"clientip":"192.0.2.7","verb":"GET","request":"/504","response":"503","bytes":"502","timestamp":"10/Mar/2026:08:00:01 +0000","@timestamp":"2026-03-11T00:00:00Z"}"#,
            Some((Undetermined, &[NoHealthyUpstream], Unknown)),
        ),
    ]);
    let exchange = one(&nested(504));
    assert_eq!((exchange.host.as_deref(), exchange.port), (Some("www.example.com"), Some(443)));
    assert_eq!(exchange.client.map(|ip| ip.to_string()).as_deref(), Some("192.0.2.7"));
    assert_eq!(read(&nested(200)).product(), None);
    // No request: metrics, objects without a time.
    for none in [
        r#"{"@timestamp":"2026-03-10T08:00:01Z","status":502,"name":"x"}"#,
        r#"{"status":502,"method":"GET","path":"/"}"#,
    ] {
        assert!(read(none).format().is_none(), "{none}");
    }
}

#[test]
fn traefiks_own_answers_hold_the_statuss_name() {
    let line = |status: u16, bytes: u64| {
        format!(
            "{{\"DownstreamStatus\":{status},\"OriginStatus\":{status},\"Duration\":504000000,\"RequestHost\":\"a.test\",\"RequestMethod\":\"GET\",\"RequestPath\":\"/504\",\"ServiceAddr\":\"192.0.2.10:80\",\"DownstreamContentSize\":{bytes},\"StartUTC\":\"2026-03-10T08:00:01Z\"}}"
        )
    };
    claims(&[
        (&line(502, 11), Some((Undetermined, &[TcpSynReset], Gateway))),
        (&line(502, 502), Some((Undetermined, &[TcpSynReset], Unknown))),
        (&line(504, 15), Some((Undetermined, &[ResponseTimeout], Gateway))),
        (&line(500, 21), Some((Undetermined, &[TlsCertificate], Gateway))),
        (&line(500, 500), Some((Undetermined, &[OriginError], Unknown))),
    ]);
    assert!(!one(&line(502, 11)).claim.unwrap().candidates.contains(&OriginError));
}

/// What Caddy logs of one failed request.
fn caddy(seconds: u32, error: &str) -> [String; 2] {
    let request = r#""request":{"client_ip":"192.0.2.44","proto":"HTTP/2.0","method":"GET","host":"auth.example.net","uri":"/502"}"#;
    [
        format!(
            "{{\"level\":\"error\",\"ts\":17733119{seconds}.8568103,\"logger\":\"http.log.error\",\"msg\":\"{error}\",{request},\"duration\":0.016,\"status\":502}}"
        ),
        format!(
            "{{\"level\":\"error\",\"ts\":17733119{seconds}.8569103,\"logger\":\"http.log.access.log0\",\"msg\":\"handled request\",{request},\"duration\":0.016,\"size\":0,\"status\":502}}"
        ),
    ]
}

#[test]
fn errors_of_go_as_caddy_logs_them() {
    for (error, first) in [
        ("dial tcp 192.0.2.8:9000: connect: connection refused", TcpSynReset),
        ("dial tcp 192.0.2.8:9000: i/o timeout", TcpSynUnanswered),
        ("dial tcp 192.0.2.8:9000: connect: no route to host", TcpIcmpUnreachable),
        ("dial tcp 192.0.2.8:9000: connect: cannot assign requested address", EphemeralPortExhaustion),
        ("dial tcp: lookup app on 127.0.0.11:53: no such host", DnsNxdomain),
        ("dial tcp: lookup app on 127.0.0.11:53: server misbehaving", DnsServfail),
        ("dial tcp: lookup app on 192.0.2.53:53: read udp 192.0.2.1:40000->192.0.2.53:53: i/o timeout", DnsNoResponse),
        (
            "dial tcp: lookup app on 192.0.2.53:53: read udp 192.0.2.1:4->192.0.2.53:53: read: connection refused",
            DnsUnreachable,
        ),
        ("net/http: TLS handshake timeout", TlsNoResponse),
        ("tls: failed to verify certificate: x509: certificate signed by unknown authority", TlsCertificate),
        ("remote error: tls: handshake failure", TlsAlert),
        ("tls: first record does not look like a TLS handshake", TlsNotSpoken),
        ("net/http: timeout awaiting response headers", ResponseTimeout),
        ("http: server closed idle connection", KeepaliveRace),
        ("write tcp 192.0.2.1:4->192.0.2.8:9000: write: broken pipe", KeepaliveRace),
        ("read tcp 192.0.2.1:4->192.0.2.8:9000: read: connection reset by peer", ResponseReset),
        ("read tcp 192.0.2.1:4->192.0.2.8:9000: i/o timeout", ResponseTimeout),
        ("EOF", ResponseEmpty),
        ("unexpected EOF", ResponseTruncated),
        ("net/http: HTTP/1.x transport connection broken: malformed HTTP status code \\\"x\\\"", ResponseInvalid),
        (
            "net/http: HTTP/1.x transport connection broken: net/http: server response headers exceeded 10485760 bytes; aborted",
            ResponseHeaderTooLarge,
        ),
        ("http2: server sent GOAWAY and closed the connection", H2Goaway),
        ("stream error: stream ID 5; REFUSED_STREAM; received from peer", H2RstStream),
        ("no upstreams available", NoHealthyUpstream),
        ("context canceled", ClientAbort),
    ] {
        let [error, _] = caddy(70, error);
        assert_eq!(one(&error).claim.unwrap().candidates[0], first, "{error}");
    }
    assert_eq!(one(&caddy(70, "a word of tomorrow")[0]).claim.unwrap().candidates[0], TcpSynReset, "by its status");
    let server = one(&caddy(70, "read tcp 192.0.2.1:4->192.0.2.8:9000: i/o timeout")[0]).attempts[0].upstream;
    assert_eq!(server.map(|to| to.to_string()).as_deref(), Some("192.0.2.8:9000"));
}

#[test]
fn both_lines_of_caddy_are_one_exchange() {
    let refused = "dial tcp 192.0.2.8:9000: connect: connection refused";
    let count = |lines: &[String]| {
        let reader: LogReader = read(&lines.join("\n"));
        assert!(reader.exchanges.iter().all(|exchange| exchange.claim.as_ref().unwrap().candidates[0] == TcpSynReset));
        (reader.records, reader.total, reader.failed)
    };
    let [error, access] = caddy(70, refused);
    let [again, and_again] = caddy(71, refused);
    assert_eq!(count(&[error.clone(), access.clone()]), (2, 1, 1));
    assert_eq!(count(&[error.clone(), access.clone(), again, and_again.clone()]), (4, 2, 2));
    // Without the error log each line is a request.
    assert_eq!(count(&[access.clone(), and_again, access]), (3, 3, 3));
}
