//! What each product's words lead to.

use alloc::format;
use alloc::vec::Vec;

use super::super::meaning;
use super::read;
use crate::categories::Id::{self, *};
use crate::report::GeneratedBy;

/// Category, the first candidates, and who made the status; `None` for no failure.
pub(super) type Expected = Option<(Id, &'static [Id], GeneratedBy)>;

pub(super) fn claims(cases: &[(&str, Expected)]) {
    for (line, expected) in cases {
        let reader = read(line);
        let Some((category, candidates, made_by)) = expected else {
            let warnings: Vec<_> = reader.warnings().into_iter().filter(|why| !why.contains("time zone")).collect();
            assert_eq!((reader.failed, warnings), (0, Vec::new()), "{line}");
            continue;
        };
        assert_eq!(reader.failed, 1, "{line} {:?}", reader.warnings());
        let claim = reader.exchanges[0].claim.clone().unwrap();
        let named = if claim.undetermined { Undetermined } else { claim.candidates[0] };
        assert_eq!(named, *category, "{line}");
        assert_eq!(&claim.candidates[..candidates.len().min(claim.candidates.len())], *candidates, "{line}");
        assert_eq!(claim.made_by, Some(*made_by), "{line}");
    }
}

#[test]
fn words_of_cisco() {
    use GeneratedBy::{Gateway, Origin, ParentProxy};
    let with = |token: &str, how: &str| {
        format!(
            "1420230550.000 252 10.0.0.2 {token} 3040 GET http://a.test/ - {how}/a.test - DEFAULT_CASE_11-A-B-C-D-E-F <nc,6.5,-,\"-\",-,-,-,21,\"-\"> -"
        )
    };
    let cases: &[(&str, &str, Expected)] = &[
        ("TCP_MISS/502", "DIRECT", Some((OriginError, &[OriginError], Origin))),
        ("TCP_MISS/504", "DEFAULT_PARENT", Some((ParentProxyError, &[ParentProxyError], ParentProxy))),
        ("TCP_MISS_SSL/503", "DIRECT", Some((OriginError, &[OriginError], Origin))),
        ("NONE_SSL/502", "DIRECT", Some((TcpSynUnanswered, &[TcpSynUnanswered, ReturnPath], Gateway))),
        ("NONE_SSL/504", "DIRECT", Some((Undetermined, &[TcpSynReset, ResponseReset, TlsReset], Gateway))),
        ("NONE/503", "DIRECT", Some((Undetermined, &[NoAttempt], Gateway))),
        ("TCP_DENIED/503", "NONE", Some((PolicyDenied, &[PolicyDenied], Gateway))),
        ("TCP_DENIED/403", "NONE", None),
        ("TCP_DENIED_SSL/407", "NONE", None),
        ("TCP_MISS/404", "DIRECT", None),
        ("TCP_REFRESH_HIT/304", "DIRECT", None),
    ];
    for (token, how, expected) in cases {
        claims(&[(&with(token, how), *expected)]);
    }
}

/// Lines that Squid 5.7 wrote when these failures were provoked.
#[test]
fn words_of_squid() {
    use GeneratedBy::{Gateway, Origin, Unknown};
    let resolve = meaning::phase::RESOLVE;
    let cases: &[(&str, Expected)] = &[
        (
            "     27 1.2.3.4 TCP_MISS/502 3391 GET http://nx.test/ - HIER_NONE/- text/html",
            Some((Undetermined, resolve, Gateway)),
        ),
        (
            "   7952 1.2.3.4 TCP_MISS/502 3399 GET http://silent.test/ - HIER_NONE/- text/html",
            Some((Undetermined, &[DnsNoResponse], Gateway)),
        ),
        ("      0 1.2.3.4 NONE_NONE/500 0 CONNECT nx.test:443 - HIER_NONE/- -", Some((Undetermined, resolve, Gateway))),
        (
            "      0 1.2.3.4 TCP_MISS/503 3449 GET http://good.test:9999/ - HIER_DIRECT/127.0.0.2 text/html",
            Some((Undetermined, &[TcpSynReset], Unknown)),
        ),
        (
            "   2976 1.2.3.4 TCP_MISS/503 3433 GET http://dead.test/syn - HIER_DIRECT/10.99.0.1 text/html",
            Some((Undetermined, &[TcpSynUnanswered], Unknown)),
        ),
        (
            "  60976 1.2.3.4 TCP_MISS/503 3433 GET http://dead.test/syn - HIER_DIRECT/10.99.0.1 text/html",
            Some((Undetermined, &[TcpSynUnanswered, ReturnPath], Unknown)),
        ),
        (
            "  59976 1.2.3.4 NONE_NONE/503 0 CONNECT dead.test:443 - HIER_DIRECT/10.99.0.1 -",
            Some((TcpSynUnanswered, &[TcpSynUnanswered, ReturnPath], Gateway)),
        ),
        (
            "      0 1.2.3.4 NONE_NONE/503 0 CONNECT good.test:9999 - HIER_DIRECT/127.0.0.2 -",
            Some((Undetermined, &[TcpSynReset], Gateway)),
        ),
        (
            "      7 1.2.3.4 TCP_MISS/502 3331 GET http://good.test:8001/ - HIER_DIRECT/127.0.0.2 text/html",
            Some((Undetermined, &[ResponseReset, ResponseEmpty], Unknown)),
        ),
        (
            "   3841 1.2.3.4 TCP_MISS/504 3478 GET http://good.test:8004/ - HIER_DIRECT/127.0.0.2 text/html",
            Some((Undetermined, &[ResponseTimeout], Unknown)),
        ),
        (
            "     15 1.2.3.4 TCP_MISS/504 228 GET http://good.test:8013/ - HIER_DIRECT/127.0.0.2 application/json",
            Some((OriginError, &[OriginError], Origin)),
        ),
        (
            "      8 1.2.3.4 TCP_MISS/504 3582 GET http://good.test:8012/ - HIER_NONE/- text/html",
            Some((Undetermined, &[NoAttempt], Gateway)),
        ),
        (
            "    910 1.2.3.4 TCP_MISS_ABORTED/000 0 GET http://good.test:8004/ - HIER_DIRECT/127.0.0.2 -",
            Some((ClientAbort, &[ClientAbort], Unknown)),
        ),
        (
            "    940 1.2.3.4 TCP_MISS_ABORTED/200 5190 GET http://good.test:8011/ - HIER_DIRECT/127.0.0.2 -",
            Some((ClientAbort, &[ClientAbort, ResponseTruncated], Unknown)),
        ),
        // Healthy, or nothing that the log could show.
        ("   1929 1.2.3.4 TCP_TUNNEL/200 39 CONNECT good.test:8004 - HIER_DIRECT/127.0.0.2 -", None),
        ("   1929 1.2.3.4 TCP_TUNNEL_ABORTED/200 390 CONNECT good.test:8004 - HIER_DIRECT/127.0.0.2 -", None),
        ("      0 1.2.3.4 TCP_DENIED/403 3420 GET http://denied.test/ - HIER_NONE/- text/html", None),
        ("      0 1.2.3.4 NONE_NONE/400 3567 GET /loop - HIER_NONE/- text/html", None),
        ("      0 1.2.3.4 NONE_NONE/000 0 - error:transaction-end-before-headers - HIER_NONE/- -", None),
        ("      0 1.2.3.4 UDP_MISS/000 76 ICP_QUERY http://a.test/ - HIER_NONE/- -", None),
        // With `%err_code/%err_detail`.
        (
            "     27 1.2.3.4 TCP_MISS/502 3391 GET http://nx.test/ - HIER_NONE/- text/html ERR_READ_ERROR/WITH_SERVER",
            Some((Undetermined, resolve, Gateway)),
        ),
        (
            "      0 1.2.3.4 NONE_NONE/503 0 CONNECT good.test:9999 - HIER_DIRECT/127.0.0.2 - ERR_CONNECT_FAIL/errno=111",
            Some((TcpSynReset, &[TcpSynReset, TcpIcmpUnreachable], Gateway)),
        ),
        (
            "   2935 1.2.3.4 NONE_NONE/503 0 CONNECT dead.test:443 - HIER_DIRECT/10.99.0.1 - ERR_CONNECT_FAIL/errno=110",
            Some((TcpSynUnanswered, &[TcpSynUnanswered, ReturnPath], Gateway)),
        ),
        (
            "     18 1.2.3.4 TCP_MISS/502 3431 GET http://good.test:8002/ - HIER_DIRECT/127.0.0.2 text/html ERR_READ_ERROR/WITH_SERVER",
            Some((ResponseReset, &[ResponseReset], Gateway)),
        ),
        (
            "      7 1.2.3.4 TCP_MISS/502 3331 GET http://good.test:8001/ - HIER_DIRECT/127.0.0.2 text/html ERR_ZERO_SIZE_OBJECT/WITH_SERVER",
            Some((ResponseEmpty, &[ResponseEmpty, KeepaliveRace], Gateway)),
        ),
        (
            "      7 1.2.3.4 TCP_MISS/502 3623 GET http://good.test:8010/ - HIER_DIRECT/127.0.0.2 text/html ERR_TOO_BIG/WITH_SERVER",
            Some((ResponseHeaderTooLarge, &[ResponseHeaderTooLarge], Gateway)),
        ),
        (
            "    220 1.2.3.4 TCP_MISS/502 3583 GET http://good.test:8007/ - HIER_DIRECT/127.0.0.2 text/html ERR_INVALID_RESP/WITH_SERVER",
            Some((ResponseInvalid, &[ResponseInvalid, ResponseTruncated], Gateway)),
        ),
        (
            "   3841 1.2.3.4 TCP_MISS/504 3478 GET http://good.test:8004/ - HIER_DIRECT/127.0.0.2 text/html ERR_READ_TIMEOUT/WITH_SERVER",
            Some((ResponseTimeout, &[ResponseTimeout], Gateway)),
        ),
        (
            "   3817 1.2.3.4 TCP_MISS/200 5190 GET http://good.test:8011/ - HIER_DIRECT/127.0.0.2 - ERR_READ_TIMEOUT/WITH_SERVER",
            Some((ResponseStalled, &[ResponseStalled], Origin)),
        ),
        (
            "    313 1.2.3.4 TCP_MISS/200 5190 GET http://good.test:8006/ - HIER_DIRECT/127.0.0.2 - ERR_READ_ERROR/WITH_SERVER",
            Some((ResponseTruncated, &[ResponseTruncated], Unknown)),
        ),
        (
            "     14 1.2.3.4 TCP_MISS/503 232 GET http://good.test:8008/ - HIER_DIRECT/127.0.0.2 text/html -/-",
            Some((OriginError, &[OriginError], Origin)),
        ),
        (
            "    910 1.2.3.4 TCP_MISS_ABORTED/000 0 GET http://good.test:8004/ - HIER_DIRECT/127.0.0.2 - ERR_CLIENT_GONE/WITH_CLIENT",
            Some((ClientAbort, &[ClientAbort], Unknown)),
        ),
        (
            "      0 1.2.3.4 TCP_DENIED/403 3420 GET http://denied.test/ - HIER_NONE/- text/html ERR_ACCESS_DENIED/-",
            None,
        ),
        ("     24 1.2.3.4 TCP_MISS/200 190 GET http://good.test:8012/ - HIER_DIRECT/127.0.0.2 - -/-", None),
        (
            "   1929 1.2.3.4 TCP_TUNNEL/200 39 CONNECT good.test:8004 - HIER_DIRECT/127.0.0.2 - ERR_CLIENT_GONE/WITH_CLIENT",
            None,
        ),
    ];
    for (line, expected) in cases {
        // Squid writes the first field and the blanks after it.
        claims(&[(&format!("1795192335.451 {line}"), *expected)]);
    }
}

/// The same outcome in every layout that Squid has for it.
#[test]
fn layouts_of_squid() {
    use GeneratedBy::{Gateway, Unknown};
    let native = |token: &str, hierarchy: &str, more: &str| {
        format!(
            "1795192335.451     27 1.2.3.4 {token} 3391 GET http://www.example.com/502 - {hierarchy}/- text/html {more}"
        )
    };
    let common = |status: &str, tail: &str| {
        format!(
            "1.2.3.4 - - [10/Mar/2026:08:00:01 +0000] \"GET http://www.example.com/502 HTTP/1.1\" {status} 504 {tail}"
        )
    };
    let combined =
        |status: &str, tail: &str| common(status, &format!("\"-\" \"Mozilla/5.0 (x) 502 TCP_MISS:NONE\" {tail}"));
    let headers = "[User-Agent: curl/8\\r\\nHost: www.example.com\\r\\n] [HTTP/1.1 503 Service Unavailable\\r\\nX-Squid-Error: ERR_CONNECT_FAIL 111\\r\\n\\r]";
    let resolve = meaning::phase::RESOLVE;
    let connect = Some((Undetermined, &[TcpSynReset][..], Unknown));
    for direct in ["HIER_DIRECT", "DIRECT", "TIMEOUT_DIRECT", "TIMEOUT_HIER_DIRECT"] {
        let at = format!("{direct}/192.0.2.10");
        claims(&[
            (&native("TCP_MISS/503", direct, "").replace(&format!("{direct}/-"), &at), connect),
            (&native("TCP_CF_MISS/503", direct, "").replace(&format!("{direct}/-"), &at), connect),
            (&common("503", &format!("TCP_MISS:{direct}")), connect),
            (&combined("503", &format!("TCP_MISS:{direct}")), connect),
        ]);
    }
    claims(&[
        (&native("TCP_MISS/502", "NONE", ""), Some((Undetermined, resolve, Gateway))),
        (&common("502", "TCP_MISS:HIER_NONE"), Some((Undetermined, resolve, Gateway))),
        (&common("502", "TCP_MISS:NO_DIRECT_FAIL"), Some((Undetermined, resolve, Gateway))),
        (&combined("503", "TCP_MISS:FIRSTUP_PARENT"), Some((Undetermined, &[ParentProxyError], Unknown))),
        (&combined("504", "TCP_MISS_TIMEDOUT:HIER_DIRECT"), Some((ResponseTimeout, &[ResponseTimeout], Gateway))),
        (
            &combined("503", "TCP_MISS:HIER_DIRECT ERR_CONNECT_FAIL/errno=110"),
            Some((TcpSynUnanswered, &[TcpSynUnanswered, ReturnPath], Gateway)),
        ),
        (&combined("000", "TCP_MISS_ABORTED:HIER_DIRECT"), Some((ClientAbort, &[ClientAbort], Unknown))),
        (&common("403", "TCP_DENIED:HIER_NONE"), None),
        (
            &common("200", "TCP_TUNNEL:HIER_DIRECT")
                .replace("GET http://www.example.com/502", "CONNECT www.example.com:443"),
            None,
        ),
        // With log_mime_hdrs: the answer that Squid made itself names its error; a server's answer may be another Squid's.
        (&native("TCP_MISS/503", "HIER_NONE", headers), Some((Undetermined, &[TcpSynReset], Gateway))),
        (&native("TCP_MISS/503", "HIER_DIRECT", headers).replace("HIER_DIRECT/-", "HIER_DIRECT/192.0.2.10"), connect),
        (&native("TCP_MISS/200", "HIER_NONE", "[X: ERR_DNS_FAIL] []"), None),
    ]);
}
