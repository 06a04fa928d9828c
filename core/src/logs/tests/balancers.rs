//! What the words of load balancers' and reverse proxies' access logs lead to.

use alloc::format;

use super::words::{Expected, claims};
use super::{one, read};
use crate::categories::Id::*;
use crate::report::GeneratedBy::{Gateway, Origin, Unknown};

#[test]
fn states_of_haproxy() {
    let cases: &[(&str, Expected)] = &[
        (
            "be/s1 9/0/7/14/30 502 243 - - PH--",
            Some((ResponseInvalid, &[ResponseInvalid, ResponseHeaderTooLarge], Gateway)),
        ),
        ("be/s1 3183/-1/-1/-1/11215 503 0 - - SC--", Some((TcpSynReset, &[TcpSynReset, TcpIcmpUnreachable], Gateway))),
        ("be/<NOSRV> 0/-1/-1/-1/0 503 213 - - SC--", Some((NoHealthyUpstream, &[NoHealthyUpstream], Gateway))),
        ("be/ -1/-1/-1/-1/0 503 216 - - SC--", Some((NoHealthyUpstream, &[NoHealthyUpstream], Gateway))),
        ("be/s1 0/0/-1/-1/20004 503 0 - - sC--", Some((TcpSynUnanswered, &[TcpSynUnanswered, ReturnPath], Gateway))),
        ("be/s1 0/0/-1/-1/4 503 0 - - RC--", Some((EphemeralPortExhaustion, &[EphemeralPortExhaustion], Gateway))),
        ("be/s1 0/0/1/-1/16 502 204 - - SH--", Some((Undetermined, &[ResponseEmpty, ResponseReset], Gateway))),
        ("be/s1 0/0/0/-1/16 -1 0 - - SH--", Some((Undetermined, &[KeepaliveRace], Gateway))),
        ("be/s1 0/0/1/-1/50002 504 194 - - sH--", Some((ResponseTimeout, &[ResponseTimeout], Gateway))),
        ("be/s1 0/0/1/5/90 200 502 - - SD--", Some((ResponseTruncated, &[ResponseTruncated], Origin))),
        ("be/s1 0/0/1/5/90000 200 504 - - sD--", Some((ResponseStalled, &[ResponseStalled], Origin))),
        ("be/s1 0/0/1/5/90 200 504 - - PD--", Some((ResponseBadChunk, &[ResponseBadChunk], Origin))),
        ("be/s1 0/502/-1/-1/504 503 212 - - sQ--", Some((ProxyOverload, &[ProxyOverload], Gateway))),
        ("be/s1 0/0/1/5/9 502 243 - - ----", Some((OriginError, &[OriginError], Origin))),
        ("be/s1 0/0/1/5/9 504 243 - - --VN", Some((OriginError, &[OriginError], Origin))),
        ("fe/<NOSRV> 0/-1/-1/-1/0 503 212 - - LR--", Some((PolicyDenied, &[PolicyDenied, NoAttempt], Gateway))),
        ("be/s1 0/0/1/-1/900 -1 0 - - CH--", Some((ClientAbort, &[ClientAbort], Unknown))),
        ("be/s1 0/0/1/5/900 200 17 - - CD--", Some((ClientAbort, &[ClientAbort], Origin))),
        ("be/s1 0/0/1/5/90000 101 17 - - CD--", None),
        ("be/s1 0/0/1/5/90000 101 17 - - sD--", None),
        ("be/s1 502/0/504/5/504 200 502 - - ----", None),
        ("be/<NOSRV> 0/-1/-1/-1/0 403 212 - - PR--", None),
        ("be/s1 0/0/0/-1/504 408 212 - - cR--", None),
    ];
    for (middle, expected) in cases {
        let line = format!(
            "192.0.2.1:33320 [15/Oct/2023:08:32:17.925] fe~ {middle} 3/2/2/0/0 0/0 {{a.test|Mozilla \"5.0\" (502)}} \"GET /502 HTTP/1.1\""
        );
        claims(&[(&line, *expected)]);
    }
}

#[test]
fn haproxy_in_tcp_mode_and_without_a_request() {
    let tcp = |middle: &str| format!("192.0.2.1:34550 [15/Oct/2023:15:24:28.312] px px/{middle} 0/0/0/0/0 0/0");
    for healthy in ["s1 0/0/5007 0 cD", "s1 0/0/5007 504 CD", "s1 0/0/5007 504 --", "s1 0/0/5007 502 SD"] {
        let reader = read(&tcp(healthy));
        assert_eq!((reader.total, reader.failed, reader.unseen), (1, 0, 1), "{healthy}");
    }
    for (failed, id) in [
        ("s1 0/-1/5007 0 sC", TcpSynUnanswered),
        ("s1 0/-1/0 0 SC", TcpSynReset),
        ("<NOSRV> -1/-1/0 0 SC", NoHealthyUpstream),
    ] {
        let reader = read(&tcp(failed));
        assert_eq!((reader.failed, reader.unseen), (1, 0), "{failed}");
        assert_eq!(reader.exchanges[0].claim.as_ref().unwrap().candidates[0], id);
    }
    let refused = "192.0.2.4:53994 [25/Jan/2023:04:05:30.143] ft/1: SSL handshake failure (error:0A000418:SSL routines::tlsv1 alert unknown ca)";
    assert_eq!(one(refused).claim.unwrap().candidates, [ClientTlsRejected]);
    let silent = read("192.0.2.4:53994 [25/Jan/2023:04:05:30.143] ft/1: SSL handshake failure");
    assert_eq!((silent.records, silent.total, silent.failed), (1, 0, 0));
}

#[test]
fn haproxy_says_before_a_session_that_no_port_was_left() {
    let session = |backend: &str| {
        format!(
            "192.0.2.1:33320 [15/Oct/2023:08:32:17.925] fe {backend}/s1 0/0/-1/-1/0 503 217 - - SC-- 3/3/2/2/0 0/0 \"GET / HTTP/1.1\""
        )
    };
    let said = "Connect() failed for backend site: no free ports.";
    let lines = [said, &session("other"), &session("site"), &session("site")].map(alloc::string::ToString::to_string);
    let reader = read(&lines.join("\n"));
    let ids: alloc::vec::Vec<_> = reader.exchanges.iter().map(|e| e.claim.as_ref().unwrap().candidates[0]).collect();
    assert_eq!(ids, [TcpSynReset, EphemeralPortExhaustion, TcpSynReset]);
    assert!(!reader.warnings().iter().any(|warning| warning.contains("understood")), "{:?}", reader.warnings());
}

#[test]
fn haproxy_names_the_host_where_the_line_has_it() {
    let line = r#"[::1]:34549 [28/Feb/2025:02:43:10.123] fe~ be/s1 0/0/1/-1/5 502 209 - - SH-- 1/1/0/0/0 0/0 "GET https://www.Example.com/a HTTP/2.0" 0/0/0/0/0 other.example/TLSv1.3/TLS_AES_128_GCM_SHA256"#;
    let exchange = one(line);
    assert_eq!((exchange.host.as_deref(), exchange.port), (Some("www.example.com"), Some(443)));
    assert_eq!(exchange.begun.civil().0, 2025);
    let path = one(&line.replace("https://www.Example.com", ""));
    assert_eq!(path.host.as_deref(), Some("other.example"));
    // Cut by syslog's length in the middle of the request.
    let cut = one(&line[..line.find("xample.com/a").unwrap()]);
    assert_eq!(cut.method.as_deref(), Some("GET"));
}

#[test]
fn upstream_fields_of_nginx() {
    let cases: &[(&str, &str, Expected)] = &[
        (
            "504",
            "192.0.2.10:8080 504 - - 60.001 60.001",
            Some((TcpSynUnanswered, &[TcpSynUnanswered, ReturnPath], Gateway)),
        ),
        ("504", "192.0.2.10:8080 504 0.001 - 60.001 60.001", Some((ResponseTimeout, &[ResponseTimeout], Gateway))),
        ("504", "192.0.2.10:8080 504 0.001 0.504 0.504 0.504", Some((OriginError, &[OriginError], Origin))),
        (
            "502",
            "192.0.2.10:8080 502 - - 0.001 0.001",
            Some((Undetermined, &[TcpSynReset, TcpIcmpUnreachable], Gateway)),
        ),
        (
            "502",
            "192.0.2.10:8080 502 0.000 - 0.001 0.001",
            Some((Undetermined, &[ResponseEmpty, ResponseReset], Gateway)),
        ),
        (
            "502",
            "\"192.0.2.10:8080, 192.0.2.11:8080\" \"504, 502\" \"-, 0.001\" \"-, 0.002\" \"60.000, 0.004\" \"60.004\"",
            Some((OriginError, &[OriginError], Origin)),
        ),
        (
            "502",
            "192.0.2.10:8080, 192.0.2.11:8080 504, 502 -, 0.001 -, 0.002 60.000, 0.004 60.004",
            Some((OriginError, &[OriginError], Origin)),
        ),
        ("502", "backend 502 - - 0.000 0.000", Some((NoHealthyUpstream, &[NoHealthyUpstream], Gateway))),
        ("502", "- - - - - 0.000", Some((Undetermined, &[DnsNxdomain], Gateway))),
        ("503", "- - - - - 0.000", Some((PolicyDenied, &[PolicyDenied, NoAttempt], Gateway))),
        ("499", "192.0.2.10:8080 - 0.001 - 5.000 5.000", Some((ClientAbort, &[ClientAbort], Unknown))),
        (
            "502",
            "rt=0.001 uct=\"-\" uht=\"-\" urt=\"0.001\" ua=\"192.0.2.10:8080\" us=\"502\"",
            Some((Undetermined, &[TcpSynReset], Gateway)),
        ),
        (
            "504",
            "rt=60.001 upstream_addr=192.0.2.10:8080, 192.0.2.11:8080 upstream_status=502, 504 upstream_connect_time=0.001, 0.002 upstream_header_time=-, -",
            Some((ResponseTimeout, &[ResponseTimeout], Gateway)),
        ),
        (
            "504",
            "89 15.002 [ns-web-80] [] 192.0.2.10:80, 192.0.2.11:80 0, 0 5.001, 5.000 504, 504 0123456789abcdef",
            Some((Undetermined, &[ResponseTimeout, TcpSynUnanswered], Unknown)),
        ),
        (
            "502",
            "89 0.002 [ns-web-80] [] 192.0.2.10:80 150 0.001 502 0123456789abcdef",
            Some((OriginError, &[OriginError], Origin)),
        ),
        ("200", "192.0.2.10:8080, 192.0.2.11:8080 504, 200 -, 0.001 -, 0.002 60.000, 0.004 60.004", None),
        // Behind $http_x_forwarded_for.
        (
            "504",
            "\"198.51.100.4, 192.0.2.1\" 192.0.2.10:8080 504 - - 60.001 60.001",
            Some((TcpSynUnanswered, &[TcpSynUnanswered, ReturnPath], Gateway)),
        ),
        // Side by side, in other orders.
        ("502", "0.001 0.001 192.0.2.10:8080 502", Some((Undetermined, &[TcpSynReset], Unknown))),
        ("504", "\"192.0.2.10:8080\" \"504\" \"60.001\"", Some((Undetermined, &[ResponseTimeout], Unknown))),
        (
            "502",
            "60.004 504, 502 192.0.2.10:8080, 192.0.2.11:8080 www.example.com",
            Some((Undetermined, &[TcpSynReset], Unknown)),
        ),
    ];
    for (status, tail, expected) in cases {
        let line = format!(
            "192.0.2.7 - - [10/Mar/2026:08:00:01 +0000] \"GET /502 HTTP/1.1\" {status} 504 \"-\" \"curl/8.5\" {tail}"
        );
        assert_eq!(read(&line).format().map(|format| format.id), Some("nginx"), "{line}");
        claims(&[(&line, *expected)]);
    }
    let line = "192.0.2.7 - - [10/Mar/2026:08:00:01 +0000] \"GET / HTTP/1.1\" 502 5 \"-\" \"x\" 192.0.2.10:81, 192.0.2.11:82 504, 502 -, - -, - 60.000, 0.004 60.004";
    let exchange = one(line);
    assert_eq!(exchange.attempts[0].upstream.map(|to| format!("{to}")).as_deref(), Some("192.0.2.11:82"));
    assert_eq!(exchange.begun.civil().4, 59, "nginx logs the end");
}

#[test]
fn layouts_without_a_product_decide_nothing() {
    let line = |status: &str, tail: &str| {
        format!("192.0.2.7 - - [10/Mar/2026:08:00:01 +0000] \"GET /502 HTTP/1.1\" {status} 502{tail}")
    };
    for tail in
        ["", " \"-\" \"curl/8.5\"", " \"-\" \"curl/8.5\" 0.502 0.504 .", " \"http://x/504\" \"a \\\"b\\\" 504\""]
    {
        for (status, first) in
            [("502", TcpSynReset), ("503", NoHealthyUpstream), ("504", ResponseTimeout), ("500", OriginError)]
        {
            let exchange = one(&line(status, tail));
            let claim = exchange.claim.unwrap();
            assert!(claim.undetermined && claim.candidates.contains(&OriginError));
            assert_eq!((claim.candidates[0], claim.made_by), (first, Some(Unknown)), "{tail}");
        }
        assert_eq!(one(&line("499", tail)).claim.unwrap().candidates, [ClientAbort]);
        assert_eq!(read(&line("200", tail)).failed, 0);
    }
    let proxy = read("192.0.2.7 - - [10/Mar/2026:08:00:01 +0000] \"CONNECT a.test:443 HTTP/1.1\" 200 502 \"-\" \"x\"");
    assert_eq!((proxy.total, proxy.failed, proxy.unseen), (1, 0, 1));
}

#[test]
fn traefik_counts_requests_where_others_have_a_status() {
    let line = |status: &str, server: &str| {
        format!(
            "192.0.2.7 - - [10/Mar/2026:08:00:01 +0000] \"GET / HTTP/1.1\" {status} 15 \"-\" \"-\" 502 \"r@docker\" \"{server}\" 504ms"
        )
    };
    claims(&[
        (&line("200", "http://192.0.2.10:80"), None),
        (&line("502", "http://192.0.2.10:80"), Some((Undetermined, &[TcpSynReset], Unknown))),
        (&line("504", "http://192.0.2.10:80"), Some((Undetermined, &[ResponseTimeout], Gateway))),
        (&line("503", "-"), Some((NoHealthyUpstream, &[NoHealthyUpstream], Gateway))),
        (&line("499", "http://192.0.2.10:80"), Some((ClientAbort, &[ClientAbort], Unknown))),
    ]);
    assert_eq!(one(&line("504", "http://[::1]:8080")).attempts[0].upstream.map(|to| to.port()), Some(8080));
}

#[test]
fn times_behind_the_agent_are_read_where_their_unit_is_sure() {
    let begun = |tail: &str| {
        one(&format!("192.0.2.7 - - [10/Mar/2026:08:01:00 +0000] \"GET /502 HTTP/1.1\" 502 341 \"-\" \"x\" {tail}"))
            .claim
            .unwrap()
            .elapsed
            .map(|span| format!("{span}"))
    };
    for (tail, expected) in [
        ("60060219", Some("60 s")),
        ("\"www.example.com\" 60060219", Some("60 s")),
        ("60.060 60.059 .", Some("60 s")),
        // Seconds, milliseconds or microseconds: nobody knows.
        ("60", None),
        ("60060", None),
        ("502", None),
        ("\"60.060\"", None),
    ] {
        assert_eq!(begun(tail).as_deref(), expected, "{tail}");
    }
}
