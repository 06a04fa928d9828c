//! What the flags and details of Envoy lead to, as text and as JSON.

use alloc::format;

use super::words::{Expected, claims};
use super::{one, read};
use crate::categories::Id::*;
use crate::report::GeneratedBy::{Gateway, Origin, Unknown};

#[test]
fn flags_of_envoy() {
    let cases: &[(&str, &str, &str, Expected)] = &[
        ("503 UH", "no_healthy_upstream", "-", Some((NoHealthyUpstream, &[NoHealthyUpstream], Gateway))),
        (
            "503 UF",
            "upstream_reset_before_response_started{connection_failure}",
            "-",
            Some((Undetermined, &[TcpSynReset, TcpSynUnanswered], Gateway)),
        ),
        (
            "503 UF,URX",
            "upstream_reset_before_response_started{remote_connection_failure,delayed_connect_error:_111}",
            "delayed_connect_error:_111",
            Some((TcpSynReset, &[TcpSynReset, TcpIcmpUnreachable], Gateway)),
        ),
        (
            "503 UF",
            "upstream_reset_before_response_started{remote_connection_failure|immediate_connect_error:_Network_is_unreachable|remote_address:[2001:db8::2]:37791}",
            "immediate_connect_error:_Network_is_unreachable",
            Some((TcpIcmpUnreachable, &[TcpIcmpUnreachable], Gateway)),
        ),
        (
            "503 UF",
            "upstream_reset_before_response_started{connection_timeout}",
            "-",
            Some((TcpSynUnanswered, &[TcpSynUnanswered, ReturnPath], Gateway)),
        ),
        (
            "503 UF",
            "upstream_reset_before_response_started{remote_connection_failure,TLS_error}",
            "TLS_error:|268435581:SSL_routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED",
            Some((TlsCertificate, &[TlsCertificate], Gateway)),
        ),
        (
            "503 UF",
            "upstream_reset_before_response_started{remote_connection_failure,TLS_error}",
            "TLS_error:|268435703:SSL_routines:OPENSSL_internal:WRONG_VERSION_NUMBER",
            Some((TlsNotSpoken, &[TlsNotSpoken], Gateway)),
        ),
        (
            "503 UF",
            "upstream_reset_before_response_started{remote_connection_failure,TLS_error}",
            "TLS_error:|268436496:SSL_routines:OPENSSL_internal:SSLV3_ALERT_HANDSHAKE_FAILURE",
            Some((TlsAlert, &[TlsAlert], Gateway)),
        ),
        (
            "503 UC",
            "upstream_reset_before_response_started{connection_termination}",
            "-",
            Some((Undetermined, &[ResponseReset, ResponseEmpty, KeepaliveRace], Gateway)),
        ),
        (
            "200 UC",
            "upstream_reset_after_response_started{connection_termination}",
            "-",
            Some((ResponseTruncated, &[ResponseTruncated], Origin)),
        ),
        (
            "503 UR",
            "upstream_reset_before_response_started{remote_reset}",
            "-",
            Some((H2RstStream, &[H2RstStream], Gateway)),
        ),
        ("504 UT", "upstream_response_timeout", "-", Some((ResponseTimeout, &[ResponseTimeout], Gateway))),
        ("504 UT", "response_timeout", "-", Some((ResponseTimeout, &[ResponseTimeout], Gateway))),
        (
            "502 UPE",
            "upstream_reset_before_response_started{protocol_error}",
            "-",
            Some((ResponseInvalid, &[ResponseInvalid], Gateway)),
        ),
        (
            "503 UO",
            "upstream_reset_before_response_started{overflow}",
            "-",
            Some((ProxyOverload, &[ProxyOverload], Gateway)),
        ),
        ("503 DF", "dns_resolution_failure", "-", Some((Undetermined, &[DnsNxdomain], Gateway))),
        ("503 NC", "cluster_not_found", "-", Some((NoAttempt, &[NoAttempt], Gateway))),
        ("0 DC", "downstream_remote_disconnect", "-", Some((ClientAbort, &[ClientAbort], Unknown))),
        ("503 -", "via_upstream", "-", Some((OriginError, &[OriginError], Origin))),
        ("504 -", "via_upstream", "-", Some((OriginError, &[OriginError], Origin))),
        ("200 -", "via_upstream", "-", None),
        ("404 NR", "route_not_found", "-", None),
        ("403 UAEX", "ext_authz_denied", "-", None),
        ("403 UAEX", "ext_authz_error", "-", Some((RequiredService, &[RequiredService], Gateway))),
        ("500 -", "ext_proc_error_gRPC_error_14", "-", Some((RequiredService, &[RequiredService], Gateway))),
        ("429 RL", "request_rate_limited", "-", None),
    ];
    for (status, details, reason, expected) in cases {
        let line = format!(
            "[2026-03-10T08:00:01.310Z] \"GET /502 HTTP/1.1\" {status} {details} - \"{reason}\" 502 504 503 - \"192.0.2.7, 10.0.0.1\" \"curl/8.5\" \"3a7cbcc1\" \"a.test:8080\" \"192.0.2.10:8181\" outbound|80||x 10.80.45.233:37132 10.80.45.233:80 192.0.2.7:59375 - -"
        );
        claims(&[(&line, *expected)]);
    }
    let exchange = one(super::envoy::FORMAT.samples[1]);
    assert_eq!(
        (exchange.host.as_deref(), exchange.target.as_deref()),
        (Some("health.example.com"), Some("/v1/status"))
    );
    assert_eq!(exchange.attempts[0].upstream.map(|to| format!("{to}")).as_deref(), Some("10.80.47.192:8181"));
}

#[test]
fn envoys_default_layout_without_details() {
    let line = |rest: &str| {
        format!(
            "[2026-03-10T08:00:01.310Z] \"GET / HTTP/1.1\" {rest} \"-\" \"curl\" \"-\" \"a.test\" \"192.0.2.10:80\""
        )
    };
    claims(&[
        (&line("503 - 0 504 502 502"), Some((OriginError, &[OriginError], Origin))),
        (&line("503 - 0 504 502 -"), Some((Undetermined, &[OriginError], Unknown))),
        (&line("503 UF 0 504 502 -"), Some((Undetermined, &[TcpSynReset], Gateway))),
        (&line("200 - 503 504 502 502"), None),
    ]);
    let tcp = |rest: &str| {
        format!("[2026-03-10T08:00:01.310Z] \"- - -\" 0 {rest} 502 504 503 - \"-\" \"-\" \"-\" \"-\" \"192.0.2.10:80\"")
    };
    let healthy = read(&tcp("-"));
    assert_eq!((healthy.total, healthy.failed, healthy.unseen), (1, 0, 1));
    let closed = read(&tcp("DC"));
    assert_eq!((closed.total, closed.failed, closed.unseen), (1, 0, 1), "how a TCP connection ends");
    assert_eq!(read(&tcp("UF,URX")).failed, 1);
}

#[test]
fn names_in_json() {
    let envoy = |rest: &str| {
        format!(
            "{{\"start_time\":\"2026-03-10T08:00:01.310Z\",\"method\":\"GET\",\"path\":\"/502\",\"authority\":\"a.test\",\"duration\":504,\"upstream_host\":\"192.0.2.10:80\",\"bytes_sent\":502,{rest}}}"
        )
    };
    let traefik = |status: u16, service: &str| {
        format!(
            "{{\"DownstreamStatus\":{status},\"OriginStatus\":0,\"Duration\":504000000,\"RequestCount\":502,\"RequestHost\":\"a.test\",\"RequestMethod\":\"GET\",\"RequestPath\":\"/504\",\"ServiceAddr\":\"{service}\",\"time\":\"2026-03-10T08:00:01Z\"}}"
        )
    };
    let caddy = |status: u16| {
        format!(
            "{{\"logger\":\"http.log.access\",\"ts\":1693840791.75,\"request\":{{\"remote_ip\":\"192.0.2.7\",\"method\":\"GET\",\"host\":\"a.test\",\"uri\":\"/503\",\"headers\":{{\"status\":[\"502\"]}}}},\"size\":504,\"duration\":0.502,\"status\":{status}}}"
        )
    };
    claims(&[
        (
            &envoy("\"response_code\":503,\"response_flags\":\"UH\""),
            Some((NoHealthyUpstream, &[NoHealthyUpstream], Gateway)),
        ),
        (
            &envoy("\"response_code\":503,\"response_flags\":\"-\",\"response_code_details\":\"via_upstream\""),
            Some((OriginError, &[OriginError], Origin)),
        ),
        (
            &envoy("\"response_code\":504,\"response_flags\":\"UT\",\"response_code_details\":null"),
            Some((ResponseTimeout, &[ResponseTimeout], Gateway)),
        ),
        (&envoy("\"response_code\":200,\"response_flags\":null"), None),
        (&traefik(502, "192.0.2.10:80"), Some((Undetermined, &[TcpSynReset], Unknown))),
        (&traefik(503, ""), Some((NoHealthyUpstream, &[NoHealthyUpstream], Gateway))),
        (&traefik(200, "192.0.2.10:80"), None),
        (&caddy(504), Some((Undetermined, &[ResponseTimeout], Unknown))),
        (&caddy(200), None),
        (&caddy(0), None),
    ]);
    let exchange = one(&caddy(502));
    assert_eq!((exchange.host.as_deref(), exchange.target.as_deref()), (Some("a.test"), Some("/503")));
    assert_eq!(exchange.client.map(|ip| format!("{ip}")).as_deref(), Some("192.0.2.7"));
    let exchange = one(&traefik(502, "192.0.2.10:80"));
    assert_eq!(exchange.attempts[0].upstream.map(|to| to.port()), Some(80));
    // Objects of other names are nobody's.
    assert!(read("{\"a\":{\"b\":502},\"status\":502}").format().is_none());
}
