use super::*;
use crate::categories::Id;

fn compiled(text: &str) -> Custom {
    Custom::new(text).unwrap_or_else(|why| panic!("{why}"))
}

/// Category, status, client and upstream of a failed line; `None` for a healthy one.
fn read(custom: &Custom, line: &str) -> Option<(Id, Option<u16>, String, String)> {
    match custom.parse(line) {
        Parsed::Record(record) => record.failure.map(|meaning| {
            let text = |value: Option<String>| value.unwrap_or_default();
            (
                meaning.category(),
                record.status,
                text(record.client.map(|ip| ip.to_string())),
                text(record.upstream.map(|upstream| upstream.to_string())),
            )
        }),
        Parsed::Bad { at, field } => panic!("{line}: broke at {at}: {field}"),
        _ => panic!("{line}: no record"),
    }
}

#[test]
fn nginx_with_a_layout_of_the_sites_own() {
    let custom = compiled(
        r#"log_format timing '$remote_addr|$time_iso8601|"$request"|$status|'
                      '$upstream_addr|$upstream_status|$upstream_connect_time|$upstream_header_time|$request_time';"#,
    );
    assert_eq!(custom.kind, Kind::Nginx);
    let line = r#"192.0.2.7|2026-03-10T08:00:01+00:00|"GET /a HTTP/1.1"|504|10.0.0.1:80, 10.0.0.2:8080|504, 504|0.001, 0.002|-, -|120.004"#;
    assert_eq!(read(&custom, line), Some((Id::ResponseTimeout, Some(504), "192.0.2.7".into(), "10.0.0.2:8080".into())));
    let healthy = r#"192.0.2.7|2026-03-10T08:00:01+00:00|"GET /a HTTP/1.1"|200|10.0.0.1:80|200|0.001|0.002|0.004"#;
    assert_eq!(read(&custom, healthy), None);
    let bare = compiled(
        "$remote_addr [$time_local] \"$request\" $status $upstream_addr $upstream_status $upstream_connect_time",
    );
    let line = r#"192.0.2.7 [10/Mar/2026:08:00:01 +0000] "GET /a HTTP/1.1" 502 10.0.0.1:80, 10.0.0.2:80 : 10.0.0.3:80 502, 502 : 502 -, - : -"#;
    assert_eq!(read(&bare, line).map(|found| found.3), Some("10.0.0.3:80".into()));
}

#[test]
fn nginx_that_writes_json() {
    let custom = compiled(
        r#"log_format j escape=json '{"t":"$time_iso8601","c":"$remote_addr","r":"$request","s":$status,"u":"$upstream_addr","us":"$upstream_status","uh":"$upstream_header_time","ua":"$http_user_agent"}';"#,
    );
    let line = r#"{"t":"2026-03-10T08:00:01+00:00","c":"192.0.2.7","r":"GET /\"x\" HTTP/1.1","s":502,"u":"10.0.0.1:80","us":"502","uh":"0.010","ua":"curl"}"#;
    assert_eq!(read(&custom, line).map(|found| found.0), Some(Id::OriginError));
}

#[test]
fn squid_with_error_codes_and_the_server() {
    let custom = compiled(
        "logformat detail %ts.%03tu %6tr %>a %Ss/%03>Hs %<st %rm %ru %[un %Sh/%<a %mt %err_code/%err_detail \"%{User-Agent}>h\"",
    );
    assert_eq!(custom.kind, Kind::Squid);
    let line = r#"1795192341.582   2935 127.0.0.1 NONE_NONE/503 0 GET http://dead.test/ - HIER_DIRECT/10.99.0.1 text/html ERR_CONNECT_FAIL/errno=111 "curl/8""#;
    assert_eq!(read(&custom, line).map(|found| (found.0, found.1)), Some((Id::TcpSynReset, Some(503))));
    let combined =
        compiled(r#"%>a %[ui %[un [%tl] "%rm %ru HTTP/%rv" %>Hs %<st "%{Referer}>h" "%{User-Agent}>h" %Ss:%Sh"#);
    let line = r#"10.0.0.5 - - [10/Mar/2026:08:00:01 +0000] "GET http://www.example.com/ HTTP/1.1" 503 4011 "-" "curl" TCP_MISS:HIER_DIRECT"#;
    let found = read(&combined, line).expect("fails");
    assert_eq!((found.1, found.2.as_str()), (Some(503), "10.0.0.5"));
}

#[test]
fn haproxy_with_its_own_order() {
    let custom = compiled(
        r#"log-format "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r %si:%sp""#,
    );
    assert_eq!(custom.kind, Kind::Haproxy);
    let line = r#"192.0.2.1:33320 [15/Oct/2023:08:32:17.925] fe be/srv1 9/0/-1/-1/5002 503 217 - - sC-- 3/2/2/0/3 0/0 {a b} {} "GET /x HTTP/1.1" 10.0.0.9:8080"#;
    assert_eq!(
        read(&custom, line),
        Some((Id::TcpSynUnanswered, Some(503), "192.0.2.1".into(), "10.0.0.9:8080".into()))
    );
}

#[test]
fn apache_with_durations() {
    let custom = compiled(r#"LogFormat "%h %l %u %t \"%r\" %>s %b %D \"%{X-Forwarded-For}i\" %v" timed"#);
    assert_eq!(custom.kind, Kind::Apache);
    let line = r#"10.1.1.1 - - [10/Mar/2026:08:00:01 +0000] "GET /a HTTP/1.1" 504 247 60012345 "192.0.2.7, 10.1.1.9" www.example.com"#;
    let Parsed::Record(record) = custom.parse(line) else { panic!("no record") };
    assert_eq!(record.elapsed, Some(crate::time::Span(60_012_345_000)));
    assert_eq!(
        (record.host, record.client.map(|ip| ip.to_string())),
        (Some("www.example.com"), Some("192.0.2.7".into()))
    );
}

#[test]
fn envoy_with_fields_left_out() {
    let custom = compiled(
        r#"[%START_TIME(%Y-%m-%dT%H:%M:%S.%3fZ)%] "%REQ(:METHOD)% %REQ(:PATH)%" %RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %DURATION% %REQ(:AUTHORITY):64% %UPSTREAM_HOST%"#,
    );
    assert_eq!(custom.kind, Kind::Envoy);
    let line = r#"[2026-03-10T08:00:01.250Z] "GET /a" 503 UF upstream_reset_before_response_started{connection_timeout} 5001 www.example.com 10.0.0.7:8080"#;
    assert_eq!(
        read(&custom, line).map(|found| (found.0, found.3)),
        Some((Id::TcpSynUnanswered, "10.0.0.7:8080".into()))
    );
}

#[test]
fn what_cannot_be_read_is_said() {
    let why = |text: &str| Custom::new(text).err().unwrap_or_default();
    assert!(why("hello world").contains("no format string"));
    assert!(why("$remote_addr $request").contains("time"));
    assert!(why("$remote_addr $time_iso8601").contains("status"));
    assert!(why("$time_iso8601$status $remote_addr").contains("nothing between"));
    // Any bytes may be pasted.
    for text in ["%", "%%", "${", "%{", "%[", "log_format", "log_format x 'é", "%\"%\"", "$$$$ $status $msec", "%ts %é"]
    {
        let _ = Custom::new(text);
    }
    let custom = compiled("$remote_addr [$time_local] \"$request\" $status");
    for line in
        ["", " ", "é", "10.0.0.1 [", "10.0.0.1 [x] \"é", "10.0.0.1 [10/Mar/2026:08:00:01 +0000] \"GET / HTTP/1.1\" "]
    {
        let _ = custom.parse(line);
    }
}

#[test]
fn a_case_reads_a_log_by_the_format_string() {
    let log_format =
        Some("log_format own '$time_iso8601 $remote_addr $status $request_time $host $request_uri';".to_string());
    let lines = b"2026-03-10T08:00:01+00:00 192.0.2.7 200 0.004 www.example.com /\n\
                  2026-03-10T08:00:02+00:00 192.0.2.7 499 3.000 www.example.com /slow\nnot a line\n";
    let report = |log_format| {
        let mut case = crate::Case::new(crate::Options { log_format, ..crate::Options::default() });
        let log = case.input("own.log");
        case.read(log, lines);
        case.end(log);
        case.report()
    };
    let read = report(log_format);
    assert_eq!((read.inputs[0].format.as_str(), read.inputs[0].records), ("nginx", Some(2)));
    assert_eq!((read.exchanges.total, read.exchanges.failed), (2, 1));
    assert_eq!(read.findings[0].category, Id::ClientAbort);
    assert_eq!(report(None).inputs[0].records, None);
}

#[test]
fn apache_with_counters_between_slashes() {
    let custom =
        compiled(r#"%a/%{REMOTE_PORT}e %X %t %l "%u" "%r" %s/%>s %D %I/%O/%B "%{Referer}i" "%{User-Agent}i" %V/%p"#);
    assert_eq!(custom.kind, Kind::Apache);
    let line = |status: &str| {
        std::format!(
            r#"192.0.2.7/61801 - [18/Jan/2020:12:39:04 -0800] - "/C=USA/CN=Burn Frank (burn)" "POST /a HTTP/1.1" {status} 21221 2289/415/14 "https://www.example.com/" "Mozilla/5.0" www.example.com/443"#
        )
    };
    assert_eq!(read(&custom, &line("200/200")), None);
    assert_eq!(read(&custom, &line("502/502")).map(|found| (found.1, found.2)), Some((Some(502), "192.0.2.7".into())));
}

#[test]
fn fields_of_several_words_without_quotes_and_a_number_next_to_text() {
    let custom =
        compiled("$remote_addr $host $remote_user $msec $time_local $request $status $body_bytes_sent$http_user_agent");
    let line = "192.0.2.7 www.example.com - 1700140325.832 16/Nov/2023:16:42:05 +0330 GET /login/ HTTP/1.1 502 166Mozilla/5.0 (X11; Linux x86_64)";
    assert_eq!(read(&custom, line).map(|found| (found.1, found.2)), Some((Some(502), "192.0.2.7".into())));
    assert_eq!(read(&custom, &line.replace(" 502 166", " 200 502")), None);
    // Of two texts without anything between nobody knows where the first ends.
    assert!(Custom::new("$time_iso8601 $status $host$request").is_err());
}
