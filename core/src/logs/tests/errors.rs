//! What the sentences of error logs lead to, and which lines are one request.

use alloc::format;

use super::words::Expected;
use super::{one, read};
use crate::categories::Id::{self, *};
use crate::report::{Confidence, GeneratedBy};

use GeneratedBy::{Gateway, Unknown};

fn nginx(sentence: &str) -> alloc::string::String {
    format!(
        "2024/11/15 17:47:28 [error] 27325#0: *60 {sentence}, client: 192.0.2.7, server: a.test, request: \"GET /a HTTP/1.1\", upstream: \"http://192.0.2.10:8080/a\", host: \"A.test\""
    )
}

#[test]
fn sentences_of_nginx() {
    let is = |id: &'static [Id]| -> Expected { Some((id[0], id, Gateway)) };
    let header = "while reading response header from upstream";
    let tls = "while SSL handshaking to upstream";
    for (sentence, expected) in [
        ("connect() failed (111: Connection refused) while connecting to upstream", is(&[TcpSynReset])),
        ("connect() failed (113: No route to host) while connecting to upstream", is(&[TcpIcmpUnreachable])),
        ("connect() failed (101: Network is unreachable) while connecting to upstream", is(&[TcpIcmpUnreachable])),
        ("connect() failed (110: Connection timed out) while connecting to upstream", is(&[TcpSynUnanswered])),
        (
            "connect() to 192.0.2.10:8080 failed (13: Permission denied) while connecting to upstream",
            is(&[LocalEgressDenied]),
        ),
        (
            "connect() to 192.0.2.10:8080 failed (99: Cannot assign requested address) while connecting to upstream",
            is(&[EphemeralPortExhaustion]),
        ),
        (
            "upstream timed out (110: Connection timed out) while connecting to upstream",
            is(&[TcpSynUnanswered, ReturnPath]),
        ),
        (&*format!("upstream timed out (110: Connection timed out) {tls}"), is(&[TlsNoResponse])),
        (
            &*format!(
                "SSL_do_handshake() failed (SSL: error:0A000410:SSL routines::sslv3 alert handshake failure:SSL alert number 40) {tls}"
            ),
            is(&[TlsAlert]),
        ),
        (
            &*format!("SSL_do_handshake() failed (SSL: error:0A00010B:SSL routines::wrong version number) {tls}"),
            is(&[TlsNotSpoken]),
        ),
        (
            &*format!(
                "SSL_do_handshake() failed (SSL: error:0A000126:SSL routines::unexpected eof while reading) {tls}"
            ),
            is(&[TlsClosed]),
        ),
        (
            &*format!("SSL_do_handshake() failed (SSL: error:0A000438:SSL routines::internal error) {tls}"),
            Some((Undetermined, &[TlsAlert], Gateway)),
        ),
        (&*format!("peer closed connection in SSL handshake (104: Connection reset by peer) {tls}"), is(&[TlsReset])),
        (&*format!("peer closed connection in SSL handshake {tls}"), is(&[TlsClosed, TlsReset])),
        (&*format!("upstream SSL certificate verify error: (10:certificate has expired) {tls}"), is(&[TlsCertificate])),
        ("writev() failed (32: Broken pipe) while sending request to upstream", is(&[KeepaliveRace])),
        (&*format!("upstream timed out (110: Connection timed out) {header}"), is(&[ResponseTimeout])),
        (&*format!("upstream prematurely closed connection {header}"), is(&[ResponseEmpty, KeepaliveRace])),
        (&*format!("recv() failed (104: Connection reset by peer) {header}"), is(&[ResponseReset])),
        (&*format!("upstream sent too big header {header}"), is(&[ResponseHeaderTooLarge])),
        (&*format!("upstream sent invalid header: \"x\" {header}"), is(&[ResponseInvalid])),
        (&*format!("upstream sent no valid HTTP/1.0 header {header}"), is(&[ResponseInvalid])),
        ("upstream timed out (110: Connection timed out) while reading upstream", is(&[ResponseStalled])),
        ("upstream sent invalid chunked response while reading upstream", is(&[ResponseBadChunk])),
        ("upstream prematurely closed connection while reading upstream", is(&[ResponseTruncated])),
        ("no live upstreams while connecting to upstream", is(&[NoHealthyUpstream])),
        ("auth request unexpected status: 502 while sending to client", is(&[RequiredService])),
        ("api.test could not be resolved (3: Host not found)", is(&[DnsNxdomain])),
        ("api.test could not be resolved (2: Server failure)", is(&[DnsServfail])),
        ("api.test could not be resolved (5: Operation refused)", is(&[DnsRefused])),
        ("api.test could not be resolved (110: Operation timed out)", is(&[DnsNoResponse])),
        ("no resolver defined to resolve api.test", is(&[NoAttempt])),
        ("client prematurely closed connection", Some((ClientAbort, &[ClientAbort], Unknown))),
        (
            "epoll_wait() reported that client prematurely closed connection, so upstream connection is closed too while reading response header from upstream",
            Some((ClientAbort, &[ClientAbort], Unknown)),
        ),
        // No failure of a request.
        ("open() \"/srv/502\" failed (2: No such file or directory)", None),
        ("limiting requests, excess: 0.504 by zone \"a\"", None),
        (
            "FastCGI sent in stderr: \"PHP: connect() failed (111: Connection refused) while connecting to upstream\" while reading response header from upstream",
            None,
        ),
        ("upstream server temporarily disabled while connecting to upstream", None),
        ("a client request body is buffered to a temporary file /tmp/1", None),
    ] {
        let line = nginx(sentence);
        if expected.is_none() {
            assert_eq!(read(&line).failed, 0, "{line}");
            continue;
        }
        let exchange = one(&line);
        assert_eq!(exchange.host.as_deref(), Some("a.test"));
        assert_eq!(exchange.target.as_deref(), Some("/a"));
        assert_eq!(exchange.client.map(|ip| format!("{ip}")).as_deref(), Some("192.0.2.7"));
        let claim = exchange.claim.unwrap();
        let (category, first, made_by) = expected.unwrap();
        let named = if claim.undetermined { Undetermined } else { claim.candidates[0] };
        assert_eq!(
            (named, &claim.candidates[..first.len()], claim.made_by),
            (category, first, Some(made_by)),
            "{line}"
        );
    }
    let proven = one(&nginx("upstream sent too big header while reading response header from upstream"));
    assert_eq!(proven.claim.unwrap().confidence, Confidence::Proven);
    assert_eq!(proven.attempts[0].upstream.map(|to| format!("{to}")).as_deref(), Some("192.0.2.10:8080"));
}

#[test]
fn several_servers_tried_for_one_request_are_one_exchange() {
    let refused = nginx("connect() failed (111: Connection refused) while connecting to upstream");
    let other = refused.replace("192.0.2.10:", "192.0.2.11:").replace("17:47:28", "17:48:28");
    let timed =
        other.replace("connect() failed (111: Connection refused)", "upstream timed out (110: Connection timed out)");
    let nobody = nginx("no live upstreams while connecting to upstream").replace("192.0.2.10:8080", "pool");
    let reader = read(&[&*refused, &*timed, &*nobody].join("\n"));
    assert_eq!((reader.records, reader.total, reader.failed), (3, 1, 1));
    let exchange = &reader.exchanges[0];
    assert_eq!((exchange.events.len(), exchange.attempts.len()), (3, 2));
    // The last attempt decides; that then no server was left follows from it.
    assert_eq!(exchange.claim.as_ref().unwrap().candidates[0], TcpSynUnanswered);
    assert!(exchange.doubts.iter().any(|doubt| doubt.contains("proxy_next_upstream")));
    // The same server again is another request; so is another connection.
    assert_eq!(read(&[&*refused, &*refused].join("\n")).failed, 2);
    assert_eq!(read(&[&*refused, &*timed.replace("*60", "*61")].join("\n")).failed, 2);
}

#[test]
fn a_request_that_nginx_makes_itself_is_a_service_that_it_needs() {
    let refused = nginx("connect() failed (111: Connection refused) while connecting to upstream")
        .replace(", upstream:", ", subrequest: \"/auth\", upstream:");
    let permission = nginx("auth request unexpected status: 502 while sending to client")
        .replace(", upstream: \"http://192.0.2.10:8080/a\"", "");
    let reader = read(&[&*refused, &*permission].join("\n"));
    assert_eq!((reader.records, reader.total, reader.failed), (2, 1, 1));
    let claim = reader.exchanges[0].claim.clone().unwrap();
    assert_eq!((claim.candidates, claim.confidence), (alloc::vec![RequiredService], Confidence::Proven));
    assert_eq!(one(&refused).claim.unwrap().candidates, [RequiredService]);
}

#[test]
fn a_cut_line_still_tells() {
    let line = nginx("connect() failed (111: Connection refused) while connecting to upstream");
    for end in (0..line.len()).filter(|end| line.is_char_boundary(*end)) {
        let _ = read(&line[..end]);
    }
    let exchange = one(&line[..line.find("GET /a").unwrap() + 6]);
    assert_eq!(exchange.target.as_deref(), Some("/a"));
}

#[test]
fn a_line_that_ends_before_its_client_is_told_as_not_understood() {
    let whole = nginx("connect() failed (111: Connection refused) while connecting to upstream");
    let (cut, _) = whole.split_once(", client").unwrap();
    let reader = read(&format!("{whole}\n{cut}\n"));
    assert_eq!((reader.records, reader.failed), (1, 1));
    let warnings = reader.warnings();
    assert!(warnings.iter().any(|text| text.contains("line 2, no client at byte")), "{warnings:?}");
    // What nginx says of itself has none.
    let own = "2024/11/15 17:47:28 [alert] 27325#0: *60 open socket #3 left in connection 5\n";
    let reader = read(&format!("{whole}\n{own}"));
    assert!(reader.warnings().iter().all(|text| !text.contains("not understood")), "{:?}", reader.warnings());
}

#[test]
fn messages_of_apache() {
    let is = |id: &'static [Id]| -> Expected { Some((id[0], id, Gateway)) };
    let open = |id: &'static [Id]| -> Expected { Some((Undetermined, id, Gateway)) };
    let to = "AH00957: HTTP: attempt to connect to 192.0.2.10:8080 (a.test) failed";
    for (message, expected) in [
        (format!("(111)Connection refused: {to}"), is(&[TcpSynReset])),
        (format!("(110)Connection timed out: {to}"), is(&[TcpSynUnanswered])),
        (format!("(70007)The timeout specified has expired: {to}"), is(&[TcpSynUnanswered])),
        (format!("(113)No route to host: {to}"), is(&[TcpIcmpUnreachable])),
        (format!("(13)Permission denied: {to}"), is(&[LocalEgressDenied])),
        ("[client 192.0.2.7:502] AH01114: HTTP: failed to make connection to backend: a.test".into(), open(&[TcpSynUnanswered])),
        ("AH00940: HTTP: disabled connection for (a.test)".into(), is(&[NoHealthyUpstream])),
        ("[client 192.0.2.7:502] AH01167: balancer://x: All workers are in error state for route (a)".into(), is(&[NoHealthyUpstream])),
        ("(70007)The timeout specified has expired: [client 192.0.2.7:502] AH01102: error reading status line from remote server a.test:80".into(), is(&[ResponseTimeout])),
        ("(104)Connection reset by peer: [client 192.0.2.7:502] AH01102: error reading status line from remote server a.test:80".into(), is(&[ResponseReset])),
        ("(20014)Internal error: [client 192.0.2.7:502] AH01102: error reading status line from remote server a.test:80".into(), is(&[ResponseEmpty])),
        ("[client 192.0.2.7:502] (70014)End of file found: AH01102: error reading status line from remote server a.test:80".into(), is(&[ResponseEmpty])),
        ("[client 192.0.2.7:502] AH00898: DNS lookup failure for: a.test returned by /".into(), open(&[DnsNxdomain])),
        ("[client 192.0.2.7:502] AH00898: Error during SSL Handshake with remote server returned by /".into(), open(&[TlsAlert])),
        ("[client 192.0.2.7:502] AH00898: Error reading from remote server returned by /504".into(), open(&[ResponseTimeout])),
        ("(32)Broken pipe: [client 192.0.2.7:502] AH01084: pass request body failed to 192.0.2.10:80 (a.test)".into(), is(&[KeepaliveRace])),
        ("(70007)The timeout specified has expired: [client 192.0.2.7:502] AH01075: Error dispatching request to : (reading input brigade)".into(), is(&[ResponseTimeout])),
        ("(111)Connection refused: [client 192.0.2.7:502] AH01079: failed to make connection to backend: localhost".into(), is(&[TcpSynReset])),
        ("[client 192.0.2.7:502] AH01144: No protocol handler was valid for the URL /a (scheme 'http')".into(), is(&[NoAttempt])),
        ("[client 192.0.2.7:502] AH01104: Closing connection to client because reading from backend server a.test:80 failed. Number of keepalives 1".into(), open(&[ResponseTimeout])),
        ("(104)Connection reset by peer: [client 192.0.2.7:502] AH10293: error reading trailers".into(), is(&[ResponseTruncated])),
        ("AH00959: ap_proxy_connect_backend disabling worker for (a.test) for 60s".into(), None),
        ("[client 192.0.2.7:502] AH01630: client denied by server configuration: /srv/502".into(), None),
    ] {
        let line = format!("[Tue Oct 26 17:27:20.477742 2021] [proxy:error] [pid 7:tid 9] {message}");
        let Some((category, first, made_by)) = expected else {
            assert_eq!(read(&line).failed, 0, "{line}");
            continue;
        };
        let claim = one(&line).claim.unwrap();
        let named = if claim.undetermined { Undetermined } else { claim.candidates[0] };
        assert_eq!((named, claim.candidates[0], claim.made_by), (category, first[0], Some(made_by)), "{line}");
    }
}

#[test]
fn the_lines_of_one_request_to_apache_are_one_exchange() {
    let text = concat!(
        "[Fri Oct 12 08:42:00.068989 2018] [proxy:error] [pid 300] (111)Connection refused: AH00957: HTTP: attempt to connect to 192.0.2.10:80 (a) failed\n",
        "[Fri Oct 12 08:42:00.069089 2018] [proxy:error] [pid 300] (110)Connection timed out: AH00957: HTTP: attempt to connect to 192.0.2.11:80 (a) failed\n",
        "[Fri Oct 12 08:42:00.069139 2018] [proxy:error] [pid 300] AH00959: ap_proxy_connect_backend disabling worker for (a) for 60s\n",
        "[Fri Oct 12 08:42:00.069150 2018] [proxy_http:error] [pid 300] [client 192.0.2.7:1037] AH01114: HTTP: failed to make connection to backend: a\n",
        "[Fri Oct 12 08:42:01.000000 2018] [proxy_http:error] [pid 301] (70007)The timeout specified has expired: [client 192.0.2.8:1037] AH01102: error reading status line from remote server a:80\n",
        "[Fri Oct 12 08:42:01.000010 2018] [proxy:error] [pid 301] [client 192.0.2.8:1037] AH00898: Error reading from remote server returned by /\n",
    );
    let reader = read(text);
    assert_eq!((reader.records, reader.total, reader.failed), (5, 2, 2));
    let (first, second) = (&reader.exchanges[0], &reader.exchanges[1]);
    assert_eq!(first.claim.as_ref().unwrap().candidates[0], TcpSynUnanswered);
    assert_eq!((first.attempts.len(), first.events.len()), (2, 3));
    assert_eq!(first.client.map(|ip| format!("{ip}")).as_deref(), Some("192.0.2.7"));
    assert_eq!(second.claim.as_ref().unwrap().candidates[0], ResponseTimeout);
    // Apache 2.2 writes no process.
    let old = "[Wed May 18 21:03:29 2011] [error] [client 192.0.2.7] (70007)The timeout specified has expired: proxy: error reading status line from remote server b.test, referer: http://x/ AH01102";
    assert_eq!(one(old).claim.unwrap().candidates[0], ResponseTimeout);
}

#[test]
fn messages_of_squids_cache_log() {
    use super::super::squid_sentences::said;
    let of = |text: &str| {
        let said = said(text)?;
        let meaning = said.meaning?;
        let first = meaning.candidates.iter().flat_map(|group| group.iter()).next().copied();
        Some((meaning.category(), first, said.aside.is_some()))
    };
    let is = |id, aside| Some((id, Some(id), aside));
    for (text, expected) in [
        ("WARNING: Forwarding loop detected for:", is(ProxyLoop, false)),
        (
            "WARNING: HTTP: Invalid Response: Bad header encountered from http://a.test/ AKA a.test/",
            is(ResponseInvalid, false),
        ),
        (
            "WARNING: HTTP: Invalid Response: Headers did not parse at all for http://a.test/ AKA a.test/",
            is(ResponseInvalid, false),
        ),
        ("WARNING: HTTP: Invalid Response: No reply at all for http://a.test/ AKA a.test/", is(ResponseInvalid, false)),
        (
            "WARNING: HTTP: Invalid Response: No object data received for http://a.test/ AKA a.test/",
            is(ResponseEmpty, false),
        ),
        ("ipcacheParse: No Address records in response to 'www.example.com'", is(DnsNodata, true)),
        ("TCP connection to 192.0.2.8/3128 failed", Some((Undetermined, Some(NoHealthyUpstream), true))),
        ("Detected DEAD Parent: parent.example.com", is(NoHealthyUpstream, true)),
        ("WARNING! Your cache is running out of filedescriptors", is(ProxyOverload, true)),
        (
            "essential ICAP service is down after an options fetch failure: icap://127.0.0.1:1344/req [down,!opt]",
            is(RequiredService, true),
        ),
        ("optional ICAP service is down after an options fetch failure: icap://127.0.0.1:1344/req [down,!opt]", None),
        ("WARNING: All 5/5 negotiateauthenticator processes are busy.", is(ProxyOverload, true)),
        (
            "commBind: Cannot bind socket FD 12 to 192.0.2.2: (99) Cannot assign requested address",
            is(EphemeralPortExhaustion, true),
        ),
        (
            "fwdNegotiateSSL: Error negotiating SSL connection on FD 15: error:00000000:lib(0):func(0):reason(0) (5/-1/104)",
            is(TlsReset, true),
        ),
        (
            "Error negotiating SSL on FD 15: error:14090086:SSL routines:ssl3_get_server_certificate:certificate verify failed (1/-1/0)",
            is(TlsCertificate, true),
        ),
        (
            "fwdNegotiateSSL: Error negotiating SSL connection on FD 15: error:14077410:SSL routines:SSL23_GET_SERVER_HELLO:sslv3 alert handshake failure (1/-1/0)",
            is(TlsAlert, true),
        ),
        (
            "fwdNegotiateSSL: Error negotiating SSL connection on FD 15: error:140770FC:SSL routines:SSL23_GET_SERVER_HELLO:unknown protocol (1/-1/0)",
            is(TlsNotSpoken, true),
        ),
        // The client's handshake, and what is no failure.
        (
            "Error negotiating SSL connection on FD 12: error:14094416:SSL routines:ssl3_read_bytes:sslv3 alert certificate unknown (1/-1)",
            None,
        ),
        ("Starting Squid Cache version 5.7 for x86_64-pc-linux-gnu...", None),
        ("Detected REVIVED Parent: parent.example.com", None),
        ("httpReadReply: Excess data from \"GET http://a.test/\"", None),
    ] {
        assert_eq!(of(text), expected, "{text}");
    }
}

#[test]
fn a_request_that_came_back_is_one_record_of_several_lines() {
    let text = "2026/11/28 02:56:47 kid1| WARNING: Forwarding loop detected for:\nGET /x HTTP/1.1\nUser-Agent: curl/7.88.1\nVia: 1.1 proxy.example.com (squid/5.7)\nHost: loop.example.com:8080\n\n\n    current master transaction: master82\n2026/11/28 02:56:47 kid1| WARNING: Forwarding loop detected for:\nGET /y HTTP/1.1\nHost: other.example.com\n2026/11/28 02:56:48 kid1| Beginning Validation Procedure\nGET /z HTTP/1.1\n";
    let reader = read(text);
    assert_eq!((reader.total, reader.failed), (2, 2));
    let of = |at: usize| {
        let exchange = &reader.exchanges[at];
        (exchange.method.as_deref(), exchange.target.as_deref(), exchange.host.as_deref(), exchange.port)
    };
    assert_eq!(of(0), (Some("GET"), Some("/x"), Some("loop.example.com"), Some(8080)));
    assert_eq!(of(1), (Some("GET"), Some("/y"), Some("other.example.com"), None));
    let claim = reader.exchanges[0].claim.as_ref().unwrap();
    assert_eq!((claim.candidates[0], claim.confidence), (ProxyLoop, crate::report::Confidence::Proven));
    // What no time precedes is nobody's.
    assert_eq!(reader.warnings().iter().filter(|text| text.contains("not understood")).count(), 1);
}
