//! What the words of Varnish, Traefik's own log and F5 lead to.

use alloc::format;
use alloc::string::{String, ToString};

use super::words::{Expected, claims};
use super::{one, read};
use crate::categories::Id::{self, *};
use crate::exchange::Answer;
use crate::report::GeneratedBy::{Gateway, Origin, Unknown};
use crate::time::Timestamp;
use crate::{Case, Options};

/// A request of varnishlog: what the client got, and the lines of its fetch.
fn varnish(status: u16, fetch: &[&str]) -> String {
    let fetch: String = fetch.iter().map(|line| format!("--  {line}\n")).collect();
    format!(
        "*   << Request  >> 32770     \n-   Begin          req 32769 rxreq\n-   Timestamp      Start: 1773129601.744531 0.000000 0.000000\n-   ReqStart       192.0.2.7 42524 a0\n-   ReqMethod      GET\n-   ReqURL         /502\n-   ReqHeader      Host: www.example.com\n-   ReqHeader      X-Status: 503\n-   Link           bereq 32771 fetch\n-   RespStatus     {status}\n-   Timestamp      Resp: 1773129605.244604 3.500073 0.000055\n-   End            \n**  << BeReq    >> 32771     \n--  Begin          bereq 32770 fetch\n--  Timestamp      Start: 1773129601.744635 0.000000 0.000000\n{fetch}--  End            \n\n"
    )
}

const OPEN: &str = "BackendOpen    21 boot.node1 192.0.2.10 80 192.0.2.4 49104 connect";
const ANSWER: &str = "BerespStatus   200";

#[test]
fn errors_of_varnishs_fetches() {
    let is = |id: &'static [Id]| -> Expected { Some((id[0], id, Gateway)) };
    let open = |first: &'static [Id]| -> Expected { Some((Undetermined, first, Gateway)) };
    for (lines, expected) in [
        (&["FetchError     No backend"][..], is(&[NoHealthyUpstream])),
        (&["FetchError     backend node1: unhealthy"], is(&[NoHealthyUpstream])),
        (&["FetchError     backend node1: busy"], is(&[ProxyOverload])),
        (&["FetchError     no backend connection"], open(&[NoHealthyUpstream, TcpSynUnanswered])),
        (&["FetchError     backend node1: fail errno 111 (Connection refused)"], is(&[TcpSynReset])),
        (&["FetchError     backend node1: fail errno 110 (Connection timed out)"], is(&[TcpSynUnanswered])),
        (&["FetchError     backend node1: fail errno 113 (No route to host)"], is(&[TcpIcmpUnreachable])),
        (
            &["FetchError     backend node1: fail errno 99 (Cannot assign requested address)"],
            is(&[EphemeralPortExhaustion]),
        ),
        (&[OPEN, "FetchError     first byte timeout"], is(&[ResponseTimeout])),
        (&[OPEN, "FetchError     first byte timeout (reused connection)"], is(&[ResponseTimeout])),
        (
            &["BackendReuse   21 boot.node1", "FetchError     first byte timeout (reused connection)"],
            is(&[ResponseTimeout, KeepaliveRace]),
        ),
        (&[OPEN, "FetchError     http first read error: EOF"], open(&[ResponseTimeout, ResponseEmpty])),
        (&[OPEN, "FetchError     backend closed"], open(&[ResponseEmpty, ResponseReset])),
        (&["BackendReuse   21 boot.node1", "FetchError     HTC eof (Unexpected end of input)"], open(&[KeepaliveRace])),
        (&[OPEN, "FetchError     HTC timeout (Timed out)"], is(&[ResponseTimeout])),
        (&[OPEN, "FetchError     HTC overflow (Buffer/workspace too small)"], is(&[ResponseHeaderTooLarge])),
        (&[OPEN, "FetchError     HTC junk (Received unexpected data)"], is(&[ResponseInvalid])),
        (&[OPEN, "FetchError     Received junk"], is(&[ResponseInvalid])),
        (&[OPEN, "FetchError     http format error"], is(&[ResponseInvalid])),
        (&[OPEN, "FetchError     overflow"], is(&[ResponseHeaderTooLarge])),
        (&[OPEN, "FetchError     backend write error: 32 (Broken pipe) (tx error)"], open(&[KeepaliveRace])),
        (&[OPEN, "FetchError     req.body read error: 0 (Success)"], Some((ClientAbort, &[ClientAbort], Unknown))),
        (&[OPEN, "FetchError     a word of tomorrow"], open(&[TcpSynUnanswered])),
        // The backend's own.
        (&[OPEN, "BerespStatus   503"], Some((OriginError, &[OriginError], Origin))),
        (&[OPEN, ANSWER], Some((Undetermined, &[OriginError], Unknown))),
    ] {
        claims(&[(&varnish(503, lines), expected)]);
    }
    let exchange = one(&varnish(503, &[OPEN, "FetchError     first byte timeout"]));
    assert_eq!((exchange.host.as_deref(), exchange.target.as_deref()), (Some("www.example.com"), Some("/502")));
    assert_eq!(exchange.client.map(|ip| ip.to_string()).as_deref(), Some("192.0.2.7"));
    assert_eq!(exchange.attempts[0].upstream.map(|to| to.to_string()).as_deref(), Some("192.0.2.10:80"));
    assert_eq!(exchange.begun.to_string(), "2026-03-10T08:00:01.744531Z");
    assert!(exchange.claim.unwrap().why.starts_with("first byte timeout after 3.5 s"));
}

#[test]
fn what_varnishs_clients_did_not_notice_is_no_failure() {
    let refused = "FetchError     backend node1: fail errno 111 (Connection refused)";
    // A stale object was delivered; another try went well; the fetch was in the background.
    claims(&[(&varnish(200, &[refused]), None), (&varnish(404, &[OPEN, "BerespStatus   404"]), None)]);
    let background = varnish(503, &[refused]).replace("bereq 32770 fetch", "bereq 32770 bgfetch");
    assert_eq!(one(&background).claim.unwrap().candidates[0], NoHealthyUpstream, "nothing tells of its own fetch");
    let alone = format!(
        "*   << BeReq    >> 7\n-   Begin          bereq 6 bgfetch\n-   Timestamp      Start: 1773129601.7 0.0 0.0\n-   {refused}\n\n"
    );
    assert_eq!(read(&alone).failed, 0);
    // What broke off while it was delivered did reach the client.
    let cut = varnish(200, &[OPEN, ANSWER, "FetchError     straight insufficient bytes"]);
    let exchange = one(&cut);
    assert!(matches!(&exchange.answer, Answer::Cut(Some(status)) if status.code == 200));
    assert_eq!(exchange.claim.unwrap().candidates, [ResponseTruncated]);
    let chunk = varnish(200, &[OPEN, ANSWER, "FetchError     chunked header non-hex"]);
    assert_eq!(one(&chunk).claim.unwrap().candidates, [ResponseBadChunk]);
    let stalled = varnish(200, &[OPEN, ANSWER, "FetchError     between bytes timeout"]);
    assert_eq!(one(&stalled).claim.unwrap().candidates, [ResponseStalled]);
    // VCL's own answer, a request inside a page, one that VCL began again.
    let synth = varnish(503, &[])
        .split("**")
        .next()
        .unwrap()
        .replace("Link           bereq 32771 fetch", "VCL_return     synth");
    assert_eq!(one(&synth).claim.unwrap().candidates[0], PolicyDenied);
    for (was, is) in
        [("req 32769 rxreq", "req 32769 esi"), ("Link           bereq 32771 fetch", "VCL_return     restart")]
    {
        assert_eq!(read(&varnish(503, &[refused]).replace(was, is)).total, 0, "{is}");
    }
}

#[test]
fn varnishlog_in_either_order_and_of_fetches_alone() {
    let refused = "FetchError     backend node1: fail errno 111 (Connection refused)";
    let grouped = varnish(503, &[refused]);
    let (request, fetch) = grouped.split_once("**  <<").unwrap();
    let ungrouped = format!("*   <<{}{request}\n", fetch.replace("--  ", "-   "));
    for text in [&grouped, &ungrouped] {
        let reader = read(text);
        assert_eq!((reader.records, reader.failed), (1, 1));
        assert_eq!(reader.exchanges[0].claim.as_ref().unwrap().candidates[0], TcpSynReset);
    }
    // `varnishlog -b`: what the client got is not told.
    let alone = format!(
        "*   <<{}",
        fetch.replace("--  ", "-   ").replace(refused, &format!("BereqURL       /a\n-   {refused}"))
    );
    let exchange = one(&alone);
    assert_eq!((&exchange.answer, exchange.target.as_deref()), (&Answer::NotSeen, Some("/a")));
}

#[test]
fn handlings_of_varnishncsa() {
    let line = |status: u16, rest: &str| {
        format!(
            "192.0.2.7 - - [10/Mar/2026:08:00:01 +0000] \"GET http://www.example.com/504 HTTP/1.1\" {status} 502 \"-\" \"x\" {rest}"
        )
    };
    claims(&[
        (&line(503, "miss"), Some((Undetermined, &[NoHealthyUpstream], Unknown))),
        (&line(503, "pass 0.502"), Some((Undetermined, &[NoHealthyUpstream], Unknown))),
        (&line(503, "synth"), Some((PolicyDenied, &[PolicyDenied], Gateway))),
        (&line(503, "hit"), Some((Undetermined, &[OriginError], Unknown))),
        (&line(200, "hit 0.000504"), None),
    ]);
    assert_eq!(read(&line(503, "miss")).format().map(|format| format.id), Some("varnish"));
    assert_eq!(read(&line(503, "missed")).format().map(|format| format.id), Some("combined"));
    assert_eq!(one(&line(503, "miss")).host.as_deref(), Some("www.example.com"));
}

#[test]
fn traefiks_own_log() {
    let console = |text: &str| {
        format!("2026-03-10T08:00:01Z DBG github.com/traefik/traefik/v3/pkg/proxy/httputil/proxy.go:121 > {text}")
    };
    let is = |id: &'static [Id]| -> Expected { Some((id[0], id, Gateway)) };
    claims(&[
        (
            &console("502 Bad Gateway error=\"dial tcp 192.0.2.36:8080: connect: connection refused\""),
            is(&[TcpSynReset]),
        ),
        (&console("504 Gateway Timeout error=\"dial tcp 192.0.2.36:8080: i/o timeout\""), is(&[TcpSynUnanswered])),
        (&console("502 Bad Gateway error=EOF"), is(&[ResponseEmpty])),
        (&console("504 Gateway Timeout error=\"net/http: timeout awaiting response headers\""), is(&[ResponseTimeout])),
        (
            &console(
                "500 Internal Server Error error=\"tls: failed to verify certificate: x509: certificate signed by unknown authority\"",
            ),
            is(&[TlsCertificate]),
        ),
        (
            &console("499 Client Closed Request error=\"context canceled\""),
            Some((ClientAbort, &[ClientAbort], Unknown)),
        ),
        (
            "time=\"2026-03-10T08:00:01Z\" level=debug msg=\"'502 Bad Gateway' caused by: dial tcp 192.0.2.36:8080: connect: no route to host\"",
            is(&[TcpIcmpUnreachable]),
        ),
        (
            r#"{"level":"debug","error":"read tcp 192.0.2.1:4->192.0.2.36:8080: read: connection reset by peer","time":"2026-03-10T08:00:01Z","message":"502 Bad Gateway"}"#,
            is(&[ResponseReset]),
        ),
    ]);
    let exchange = one(&console("502 Bad Gateway error=\"dial tcp 192.0.2.36:8080: connect: connection refused\""));
    assert_eq!(exchange.attempts[0].upstream.map(|to| to.to_string()).as_deref(), Some("192.0.2.36:8080"));
    // What else Traefik says.
    let other = read(
        &[console("Service selected by WRR: http://192.0.2.24:8081"), console("502 Bad Gateway error=EOF")].join("\n"),
    );
    assert_eq!((other.total, other.failed), (1, 1));
}

#[test]
fn resets_of_f5() {
    let line = |cause: &str| {
        format!(
            "Mar 10 08:00:01 bigip1 err tmm1[18397]: 01230140:3: RST sent from 203.0.113.5:443 to 192.0.2.7:51234, [0x273e3e9:1126] {cause}\n"
        )
    };
    let report = |text: &str| {
        let now = Timestamp::parse_rfc3339("2026-06-01T00:00:00Z");
        let mut case = Case::new(Options { now, ..Options::default() });
        let input = case.input("ltm");
        case.read(input, text.as_bytes());
        case.end(input);
        case.report()
    };
    for (cause, expected) in [
        ("No available pool member", NoHealthyUpstream),
        ("Unable to obtain local port", EphemeralPortExhaustion),
        ("No route to host", TcpIcmpUnreachable),
        ("Connect timeout", TcpSynUnanswered),
        ("TCP retransmit timeout", Undetermined),
        ("HTTP internal error (bad state transition)", Undetermined),
        ("Bad response", Undetermined),
    ] {
        let found = report(&line(cause)).findings;
        assert_eq!(found.iter().map(|found| found.category).collect::<alloc::vec::Vec<_>>(), [expected], "{cause}");
        assert_eq!(found[0].client.map(|ip| ip.to_string()).as_deref(), Some("192.0.2.7"));
        assert_eq!(found[0].time.to_string(), "2026-03-10T08:00:01.000000Z");
    }
    // Nobody waited, the other end was first, or a rule does it.
    for cause in [
        "Flow expired (sweeper)",
        "No flow found for ACK",
        "No local listener",
        "Port denied",
        "RST from BIG-IP internal Linux host",
        "TCP RST from remote system",
        "SSL handshake timeout exceeded",
        "iRule execution (reject command)",
    ] {
        assert_eq!(report(&line(cause)).exchanges.failed, 0, "{cause}");
    }
    // The other side of the same failure.
    let server =
        line("Connect timeout").replace("203.0.113.5:443 to 192.0.2.7:51234", "10.0.0.1:40000 to 10.0.0.10:80");
    assert_eq!(report(&[line("Connect timeout"), server].concat()).exchanges.failed, 1);
}

#[test]
fn requests_of_f5() {
    let line = |status: u16, server: &str| {
        format!(
            "event_source=\"request_logging\",client_ip=\"192.0.2.7\",server_ip=\"{server}\",server_port=\"80\",http_method=\"GET\",http_uri=\"/502\",http_statcode=\"{status}\",http_host=\"www.example.com\",response_ms=\"504\",virtual_name=\"/Common/vs\",virtual_pool_name=\"/Common/pool\",date_ncsa=\"10/Mar/2026:08:00:01 +0000\""
        )
    };
    claims(&[
        (&line(503, "192.0.2.10"), Some((OriginError, &[OriginError], Origin))),
        (&line(503, ""), Some((Undetermined, &[NoHealthyUpstream], Unknown))),
        (&line(200, "192.0.2.10"), None),
    ]);
    let exchange = one(&line(503, "192.0.2.10"));
    assert_eq!((exchange.host.as_deref(), exchange.attempts.len()), (Some("www.example.com"), 1));
}

#[test]
fn a_log_that_only_says_who_came_is_haproxys_and_says_so() {
    let reader =
        read(&"Dec 10 12:01:46 lb haproxy[1]: Connect from 192.0.2.1:49780 to 192.0.2.5:443 (web/HTTP)\n".repeat(3));
    assert_eq!(reader.format().map(|format| format.id), Some("haproxy"));
    assert_eq!(reader.records, 0);
    assert_eq!(reader.warnings(), ["none of its lines tells of a request"]);
    let other = read("Connect from the office to the lab (by cable)\n");
    assert!(other.format().is_none());
}
