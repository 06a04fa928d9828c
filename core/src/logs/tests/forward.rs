//! Secure web gateways in layouts of key=value and JSON.

use alloc::format;
use alloc::string::ToString;

use super::words::claims;
use super::{one, read};
use crate::categories::Id::*;
use crate::report::GeneratedBy::{Gateway, Origin, ParentProxy, Unknown};

#[test]
fn fields_of_proxysg_in_both_layouts() {
    let pairs = |exception: &str, status: &str, action: &str, more: &str| {
        format!(
            "2026-03-10T08:00:01sg1 bluecoat - splunk_format - c-ip=10.20.0.50 cs-host=www.example.com cs-method=GET cs-uri-port=80 cs-uri-scheme=http cs-User-Agent=\"A 503 B\" s-action={action} s-ip=192.0.2.2 sc-status={status} time-taken=502 x-exception-id={exception} c-url=\"http://www.example.com/504\" {more}"
        )
    };
    let columns = |exception: &str, status: &str, action: &str, more: &str| {
        // The same names as columns.
        let all = super::super::kv::Pairs::new(more);
        let (names, values): (alloc::vec::Vec<_>, alloc::vec::Vec<_>) =
            all.map(|(name, value)| (name, format!("\"{value}\""))).unzip();
        format!(
            "#Software: SGOS 7.3.1.1\n#Fields: date time time-taken c-ip x-exception-id sc-status s-action cs-method cs-uri-stem {}\n2026-03-10 08:00:01 502 10.20.0.50 {exception} {status} {action} GET http://www.example.com/504 {}",
            names.join(" "),
            values.join(" ")
        )
    };
    let refused = "x-exception-last-error=\"Connection refused\" rs-status=0";
    let timed_out = "x-exception-last-error=\"Operation timed out\" r-ip=192.0.2.10";
    let open = |first: &'static [crate::categories::Id]| Some((Undetermined, first, Gateway));
    let cases: &[(&str, &str, &str, &str, super::words::Expected)] = &[
        ("tcp_error", "503", "TCP_ERR_MISS", "rs-status=0", open(&[TcpSynUnanswered])),
        ("tcp_error", "503", "TCP_ERR_MISS", refused, Some((TcpSynReset, &[TcpSynReset, TcpIcmpUnreachable], Gateway))),
        ("tcp_error", "503", "TCP_ERR_MISS", timed_out, open(&[TcpSynUnanswered, ReturnPath, ResponseTimeout])),
        (
            "tcp_error",
            "503",
            "TCP_ERR_MISS",
            "x-exception-last-error=\"Connection reset by peer\"",
            Some((ResponseReset, &[ResponseReset, TlsReset], Gateway)),
        ),
        (
            "tcp_error",
            "503",
            "TCP_ERR_MISS",
            "x-exception-last-error=\"No route to host\"",
            Some((TcpIcmpUnreachable, &[TcpIcmpUnreachable, TcpIcmpProhibited], Gateway)),
        ),
        ("ssl_failed", "503", "TCP_ERR_MISS", "x-rs-certificate-observed-errors=-", open(&[TlsAlert])),
        (
            "ssl_failed",
            "503",
            "TCP_ERR_MISS",
            "x-rs-certificate-observed-errors=expired",
            Some((TlsCertificate, &[TlsCertificate], Gateway)),
        ),
        ("-", "502", "TCP_NC_MISS", "rs-status=502", Some((OriginError, &[OriginError], Origin))),
        (
            "-",
            "502",
            "TCP_NC_MISS",
            "rs-status=502 s-hierarchy=DEFAULT_PARENT",
            Some((ParentProxyError, &[ParentProxyError], ParentProxy)),
        ),
        ("-", "502", "TCP_NC_MISS", "rs-status=200", open(&[ResponseInvalid])),
        ("-", "503", "TCP_NC_MISS", "rs-status=0", open(&[DnsNxdomain])),
        ("-", "503", "TCP_NC_MISS", refused, Some((TcpSynReset, &[TcpSynReset], Gateway))),
        (
            "-",
            "503",
            "TCP_ERR_MISS",
            "x-icap-error-code=connection_failure",
            Some((RequiredService, &[RequiredService], Gateway)),
        ),
        ("-", "503", "TCP_NC_MISS", "sc-filter-result=DENIED", Some((PolicyDenied, &[PolicyDenied], Gateway))),
        (
            "my_exception",
            "503",
            "TCP_DENIED",
            "sc-filter-result=DENIED",
            Some((PolicyDenied, &[PolicyDenied], Gateway)),
        ),
        ("unsupported_protocol", "501", "TCP_ERR_MISS", "rs-status=0", Some((NoAttempt, &[NoAttempt], Gateway))),
        ("gateway_error", "504", "TCP_ERR_MISS", "rs-status=0", Some((Undetermined, &[ParentProxyError], Unknown))),
        // A policy's own page and its old errno are no failure.
        (
            "my_exception_categorisation",
            "0",
            "TCP_ERR_MISS",
            "sc-filter-result=DENIED x-exception-last-error=\"Operation timed out\"",
            None,
        ),
        ("policy_denied", "403", "TCP_DENIED", "sc-filter-result=DENIED", None),
        ("-", "200", "TCP_NC_MISS", "rs-status=200", None),
    ];
    for (exception, status, action, more, expected) in cases {
        claims(&[(&pairs(exception, status, action, more), *expected)]);
        claims(&[(&columns(exception, status, action, more), *expected)]);
    }
    let exchange = one(&pairs("tcp_error", "503", "TCP_ERR_MISS", timed_out));
    assert_eq!(exchange.begun.to_string(), "2026-03-10T08:00:00.498000Z");
    assert_eq!(exchange.attempts[0].upstream.map(|at| at.to_string()).as_deref(), Some("192.0.2.10:80"));
    // The cookie's date is UTC, the header's time the log host's.
    let cookie = pairs("tcp_error", "503", "TCP_ERR_MISS", "x-cookie-date=Tue,%2010-Mar-26%2006:00:01%20GMT");
    assert_eq!(one(&cookie).begun.to_string(), "2026-03-10T06:00:00.498000Z");
}

#[test]
fn a_connect_of_proxysg_as_the_client_wrote_it() {
    let line = "2026-03-10T08:00:01sg1 bluecoat - a - c-ip=10.20.0.50 cs-method=CONNECT cs-uri-scheme=tcp s-action=TCP_ERR_MISS sc-status=503 x-exception-id=dns_server_failure c-url=\"tcp://www.example.com:443/\"";
    let exchange = one(line);
    assert_eq!((exchange.target.as_deref(), exchange.port), (Some("www.example.com:443"), Some(443)));
    let granted = line.replace("503", "200").replace("dns_server_failure", "-").replace("_ERR_MISS", "_TUNNELED");
    assert_eq!((read(&granted).failed, read(&granted).unseen), (0, 1));
}

#[test]
fn blocks_and_reasons_of_skyhigh() {
    let appliance = |status: &str, id: &str, reason: &str| {
        format!(
            "date=\"2022-03-11T10:39:16.390Z\" hostname=\"mwgproxy\" username=\"\" source_ip=10.20.0.50 destination_ip=192.0.2.41 destination_host=\"www.example.com\" http_status_code={status} media_type=\"\" source_bytes=131 destination_bytes=502 http_request_first_line=\"GET http://www.example.com/504 HTTP/1.1\" url_categories=\"Business, Software\" rule_name=\"Some rule = 502\" block_id={id} block_reason=\"{reason}\" user_agent=\"x\""
        )
    };
    let cloud = |status: &str, reason: &str| {
        format!(
            "user_id=-1 username=foo bar source_ip=198.51.100.7 http_action=GET server_to_client_bytes=502 client_to_server_bytes=0 requested_host=www.example.com requested_path=/504?a=b&c=d result=OBSERVED virus= request_timestamp_epoch=1661260270 request_timestamp=2022-08-23 13:11:10 uri_scheme=https category=Business, Software/Hardware last_rule=Allow http_status_code={status} client_ip=10.20.0.50 location= block_reason={reason} user_agent_comment=Mozilla/5.0 (Windows NT 10.0; Win64) destination_ip=192.0.2.41 destination_port=443 filename= proxy_port=8080"
        )
    };
    let splunk = |status: &str| {
        format!(
            "<134>1 2020-12-15T14:20:29Z mwg1 mwg: status=\"{status}\" srcip=\"10.20.0.50\" user=\"-\" dhost=\"www.example.com\" urlp=\"80\" proto=\"HTTP/http\" mtd=\"GET\" urlc=\"Internet Services\" bytes=\"458/509/2813889/3001\" lat=\"0/0/165/2638\" rule=\"x\" url=\"http://www.example.com/504\" destip=\"192.0.2.41\""
        )
    };
    let open = Some((Undetermined, &[TcpSynUnanswered, TcpSynReset][..], Unknown));
    let resolve = Some((Undetermined, &[DnsNxdomain, DnsNodata][..], Gateway));
    let connect = Some((Undetermined, &[TcpSynUnanswered, TcpSynReset][..], Gateway));
    let response = Some((Undetermined, &[ResponseTimeout, ResponseReset][..], Gateway));
    let denied = Some((PolicyDenied, &[PolicyDenied][..], Gateway));
    let origin = Some((OriginError, &[OriginError, ParentProxyError][..], Origin));
    claims(&[
        (&appliance("502", "0", ""), open),
        (
            &appliance("502", "0", "").replace("destination_ip=192.0.2.41", "destination_ip=255.255.255.255"),
            Some((Undetermined, &[DnsNxdomain], Unknown)),
        ),
        (&appliance("502", "1", "Host Not Resolvable"), resolve),
        (&appliance("502", "1", "Cannot Connect"), connect),
        (&appliance("502", "1", "Bad Response"), response),
        (&appliance("502", "10", "Blocked by URL filtering"), denied),
        (&appliance("503", "0", ""), origin),
        (&appliance("403", "10", "Blocked by URL filtering"), None),
        (&appliance("407", "81", "Authentication Required"), None),
        (&appliance("200", "0", ""), None),
        (&cloud("502", ""), open),
        (&cloud("502", "cannotconnect"), connect),
        (&cloud("403", "Authentication Required"), None),
        (&cloud("200", ""), None),
        (&splunk("502/0"), open),
        (&splunk("502/502"), origin),
        (&splunk("502/80"), denied),
        (&splunk("403/80"), None),
    ]);
    for line in [appliance("502", "0", ""), cloud("502", ""), splunk("502/0")] {
        let exchange = one(&line);
        assert_eq!(exchange.host.as_deref(), Some("www.example.com"));
        assert_eq!(exchange.client.map(|ip| ip.to_string()).as_deref(), Some("10.20.0.50"));
        let port = if line.contains("uri_scheme=https") { 443 } else { 80 };
        assert_eq!(exchange.attempts[0].upstream.map(|at| at.to_string()), Some(format!("192.0.2.41:{port}")));
    }
    // By syslog alone such a line has a time; without it the failure is told all the same.
    let bare = splunk("502/0");
    let bare = bare.split_once("mwg1 ").map(|(_, line)| line).unwrap();
    let reader = read(bare);
    assert_eq!((reader.records, reader.failed, reader.span(), reader.warnings().len()), (1, 1, None, 0));
    assert!(reader.exchanges[0].doubts.iter().any(|doubt| doubt.contains("no whole time")));
}

#[test]
fn a_header_of_the_sites_own_may_name_the_reason() {
    let text = |reason: &str| {
        format!(
            "#time_stamp \"auth_user\" src_ip status_code \"req_line\" \"block_reason\" \"block_res\"\n[14/Oct/2018:23:59:42 \u{2212}0300] \"\" 10.1.32.186 502 \"GET http://a.test/ HTTP/1.1\" \"{reason}\" \"0\""
        )
    };
    claims(&[(&text("Cannot Connect"), Some((Undetermined, &[TcpSynUnanswered, TcpSynReset], Gateway)))]);
    assert_eq!(one(&text("-")).begun.to_string(), "2018-10-15T02:59:42.000000Z");
}

#[test]
fn reasons_of_zscaler() {
    let pairs = |status: &str, action: &str, reason: &str| {
        format!(
            "2019-10-16 15:44:36\treason={reason}\tevent_id=6748427317914894361\tprotocol=HTTP\taction={action}\ttransactionsize=663\tresponsesize=502\tserverip=192.0.2.168\trequestmethod=GET\tuseragent=Windows = 502\tClientIP=192.168.0.38\tstatus={status}\turl=\"www.example.com/504\"\tvendor=Zscaler\thostname=www.example.com\ttz=\"GMT\""
        )
    };
    let json = |status: &str, action: &str, reason: &str| {
        format!(
            r#"{{ "sourcetype" : "zscalernss-web", "event" :{{"time":"Fri Dec 31 07:07:07 2021","proto":"HTTP","eurl":"www.example.com/504","action":"{action}","reason":"{reason}","cip":"192.168.0.38","sip":"192.0.2.168","reqmethod":"GET","respcode":"{status}","eua":"x"}}}}"#
        )
    };
    let resolve = Some((Undetermined, &[DnsNxdomain][..], Gateway));
    let late = Some((Undetermined, &[TcpSynUnanswered, ReturnPath, ResponseTimeout][..], Unknown));
    let open = Some((Undetermined, &[NoHealthyUpstream][..], Unknown));
    for of in [&pairs as &dyn Fn(&str, &str, &str) -> alloc::string::String, &json] {
        claims(&[
            (&of("502", "Allowed", "Server could not be resolved"), resolve),
            (&of("504", "Allowed", "Connection to server timed out"), late),
            (&of("503", "Allowed", "Allowed"), open),
            (&of("503", "Blocked", "Not allowed"), Some((PolicyDenied, &[PolicyDenied], Gateway))),
            (&of("403", "Blocked", "Not allowed"), None),
            (&of("200", "Allowed", "Allowed"), None),
            (&of("NA", "Blocked", "Not allowed"), None),
        ]);
        let exchange = one(&of("503", "Allowed", "Allowed"));
        assert_eq!(exchange.attempts[0].upstream.map(|at| at.to_string()).as_deref(), Some("192.0.2.168:80"));
        assert_eq!(
            (exchange.host.as_deref(), exchange.target.as_deref()),
            (Some("www.example.com"), Some("www.example.com/504"))
        );
    }
    assert!(!read(&pairs("200", "Allowed", "")).local(), "tz=GMT");
    assert!(read(&json("200", "Allowed", "")).local());
}

#[test]
fn two_statuses_of_forcepoint() {
    let line = |answered: &str, sent: &str, action: &str| {
        format!(
            "<134>1 2019-10-16T12:13:06Z proxy1 websense - - - vendor=Websense 9f product=Security product_version=7.7.0 action={action} severity=7 user=LDAP://user7 OU=Users,DC=com/TEST\\, NAME src_host=10.0.0.4 src_port=61435 dst_host=www.example.com dst_ip=192.0.2.19 dst_port=80 bytes_in=502 http_response={answered} http_method=GET http_user_agent=Mozilla/3.0 (Windows; U) x http_proxy_status_code={sent} reason=- duration=504 url=http://www.example.com/504"
        )
    };
    claims(&[
        (&line("503", "503", "permitted"), Some((OriginError, &[OriginError], Origin))),
        (&line("0", "502", "permitted"), Some((Undetermined, &[DnsNxdomain], Gateway))),
        (&line("0", "503", "blocked"), Some((PolicyDenied, &[PolicyDenied], Gateway))),
        (&line("200", "200", "permitted"), None),
        (&line("0", "403", "blocked"), None),
    ]);
    let syslog = line("0", "502", "permitted")
        .replace("1 2019-10-16T12:13:06Z proxy1 websense - - - ", "Oct 16 12:13:06 proxy1 ");
    let mut reader = super::LogReader::new(0, None);
    reader.not_after(crate::time::Timestamp::parse_rfc3339("2019-11-01T00:00:00Z"));
    reader.push(syslog.as_bytes());
    reader.end();
    assert_eq!(reader.exchanges[0].begun.to_string(), "2019-10-16T12:13:06.000000Z");
}
