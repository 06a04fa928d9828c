//! More real lines than the formats' own samples: the layouts that sites and releases were seen to write, with names and
//! addresses of documentation.

use super::*;

/// A line or a header with lines, its format, and how many records it is.
const SAMPLES: &[(&str, &str, u64)] = &[
    // Cisco: custom fields before and after the decision tag.
    (
        "Info: 1737539565.563 481 192.0.2.4 TCP_CLIENT_REFRESH_MISS/200 6916 CONNECT tunnel://events.example.com:443/ - DIRECT/events.example.com - CMF:44 DCF:200020 ERR:15 PASSTHRU_CUSTOMCAT_7-DefaultGroup-No_authentication-DefaultGroup-NONE-NONE-DefaultGroup-NONE <\"C_MS_0\",-,-,\"-\",-,-,-,-,\"-\",-,-,-,\"-\",-,-,\"-\",\"-\",-,-,\"-\",-,\"-\",\"-\",\"-\",\"-\",\"-\",\"-\",\"-\",115.03,0,-,\"-\",\"-\",-,\"-\",-,-,\"-\",\"-\",-,-,\"-\",-,-> - 1 events.example.com 198.51.100.8",
        "cisco-wsa",
        1,
    ),
    // Skyhigh: the default header with lines of CONNECT.
    (
        "#time_stamp \"auth_user\" src_ip status_code \"req_line\" \"categories\" \"rep_level\" \"media_type\" bytes_to_client bytes_from_client \"user_agent\" \"virus_name\" \"block_res\" \"application_name\"\n\
         [14/Oct/2018:23:59:42 -0300] \"maria\" 192.0.2.186 200 \"CONNECT docs.example.com:443 HTTP/1.1\" \"\" \"-\" \"\" 1409 502 \"Mozilla/5.0 (Windows NT 10.0; Win64; x64)\" \"\" \"0\" \"\"",
        "skyhigh",
        1,
    ),
    (
        "[14/Oct/2018:23:59:42 -0300] \"maria\" 192.0.2.186 200 \"CONNECT docs.example.com:443 HTTP/1.1\" \"\" \"-\" \"\" 1409 \"Mozilla/5.0 (Windows NT 10.0; Win64; x64)\" \"\" \"0\"",
        "skyhigh",
        1,
    ),
    // Squid: the pair of a decrypted tunnel, kept by a shipper that squeezes blanks.
    (
        "1795192335.451 60012 192.0.2.50 NONE_NONE_TIMEDOUT/200 0 CONNECT proxy.example.com:443 - HIER_DIRECT/198.51.100.141 -\n\
         1795192335.452 0 192.0.2.50 NONE_NONE/503 1635 GET https://proxy.example.com/a.zip - HIER_NONE/- text/html",
        "squid",
        2,
    ),
    // nginx: HTTP/2, IPv6 and another protocol upstream.
    (
        "2020/11/25 16:02:45 [error] 76952#76952: *5645766 connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.148, server: www.example.com, request: \"GET /admin/config HTTP/2.0\", upstream: \"http://127.0.0.1:3000/admin/config\", host: \"www.example.com\"",
        "nginx-error",
        1,
    ),
    (
        "2015/07/14 08:42:57 [error] 28386#28386: *38698 upstream timed out (110: Connection timed out) while reading response header from upstream, client: 127.0.0.1, server: localhost, request: \"GET /1.0/ HTTP/1.0\", upstream: \"uwsgi://127.0.0.1:3131\", host: \"localhost:5000\"",
        "nginx-error",
        1,
    ),
    (
        "nginx-lb         | 2018/08/28 22:52:49 [error] 13213#0: *8 no live upstreams while connecting to upstream, client: 192.0.2.1, server: app.example.com, request: \"GET / HTTP/1.1\", upstream: \"http://localhost/\", host: \"app.example.com\"",
        "nginx-error",
        1,
    ),
    // HAProxy: the manual's lines, before 1.5 and after.
    (
        "haproxy[674]: 127.0.0.1:33320 [15/Oct/2003:08:32:17.925] px-http px-http/srv1 9/0/7/14/30 502 243 - - PH-- 3/2/2/0/0 0/0 \"GET /cgi-bin/bug.cgi? HTTP/1.0\"",
        "haproxy",
        1,
    ),
    (
        "haproxy[18989]: 192.0.2.1:34552 [15/Oct/2003:15:26:31.462] px-http px-http/srv1 3183/-1/-1/-1/11215 503 0 - - SC-- 205/202/202/115/3 0/0 \"HEAD / HTTP/1.0\"",
        "haproxy",
        1,
    ),
    (
        "haproxy[18113]: 127.0.0.1:34549 [15/Oct/2003:15:19:06.103] px-http px-http/<NOSRV> -1/-1/-1/-1/50001 408 0 - - cR-- 2/2/2/0/0 0/0 \"\"",
        "haproxy",
        1,
    ),
    (
        "haproxy[18989]: 127.0.0.1:34550 [15/Oct/2003:15:24:28.312] px-tcp px-tcp/srv1 0/0/5007 0 cD 0/0/0/0/0 0/0",
        "haproxy",
        1,
    ),
    (
        "Dec 10 15:46:49 lb1 haproxy[29785]: 127.0.0.1:43738 [10/Dec/2018:15:46:49.497] http-webservices http-webservices/<NOSRV> 0/-1/-1/-1/0 503 213 - - SC-- 1/1/0/0/0 0/0 {localhost:8888||} \"GET /foo HTTP/1.1\"",
        "haproxy",
        1,
    ),
    // Envoy's JSON by names of a site's own.
    (
        r#"{"duration":475,"response_flags":"UF","bytes_received":0,"remote_addr":"192.0.2.9","method":"GET","path":"/service03","user_agent":"curl/7.68.0","upstream":{"duration":null,"service":"service03","host":"198.51.100.2:8000"},"protocol":"HTTP/1.1","id":"bdc55196","response_code_details":"upstream_reset_before_response_started{connection_failure}","bytes_sent":91,"response_code":503,"source":"envoy","listener":"service","start_time":"2022-03-11T09:58:37.960+0000"}"#,
        "json-lines",
        1,
    ),
    // A container runtime before Envoy's default.
    (
        "2025-12-31T19:00:00.310000000+01:00 stdout F [2016-04-15T20:17:00.310Z] \"POST /api/v1/locations HTTP/2\" 204 - 154 0 226 100 \"192.0.2.28\" \"nsq2http\" \"cc21d9b0-cf5c-432b-8c7e-98aeb7988cd2\" \"locations\" \"tcp://198.51.100.1:80\"",
        "envoy",
        1,
    ),
    // Apache: SELinux, whose second line names no request.
    (
        "[Fri Oct 12 08:42:00.068989 2018] [proxy:error] [pid 300] (13)Permission denied: AH00957: HTTP: attempt to connect to 127.0.0.1:10200 (localhost) failed\n\
         [Fri Oct 12 08:42:00.069139 2018] [proxy:error] [pid 300] AH00959: ap_proxy_connect_backend disabling worker for (localhost) for 60s",
        "apache-error",
        1,
    ),
    // ProxySG: key=value with the device's name joined to the time; the header of the cloud service.
    (
        "2025-07-11T12:45:10TEST-test.example.org bluecoat - splunk_format - c-ip=192.0.2.4 rs-Content-Type=\"-\"  cs-auth-groups=- cs-bytes=0 cs-categories=\"Phishing\" cs-host=site.example.com cs-ip=198.51.100.8 cs-method=unknown cs-uri-port=443 cs-uri-scheme=\"ssl\" cs-User-Agent=\"-\" cs-username=testUser dnslookup-time=0 duration=300 rs-status=0 rs-version=- s-action=TCP_ERR_MISS s-ip=192.0.2.6 service.name=\"Explicit HTTP\" s-supplier-ip=- s-supplier-name=- sc-bytes=0 sc-filter-result=DENIED sc-status=0 time-taken=300105 x-exception-id=my_exception_categorisation",
        "proxysg-kv",
        1,
    ),
    (
        "#Software: EAR 2.6\n\
         #Fields: x-bluecoat-request-tenant-id date time x-bluecoat-appliance-name time-taken c-ip cs-userdn cs-auth-groups x-exception-id sc-filter-result cs-categories sc-status s-action cs-method cs-uri-scheme cs-host cs-uri-port\n\
         1 2026-03-10 08:00:01 \"DP1\" 502 192.0.2.50 \"jo\" - tcp_error OBSERVED \"Business\" 503 TCP_ERR_MISS GET http www.example.com 80",
        "proxysg",
        1,
    ),
    // AWS: no target was chosen.
    (
        "https 2023-04-26T19:53:46.679895Z app/web/490d68edf04676fe 192.0.2.13:44740 - -1 -1 -1 404 - 204 167 \"GET https://api.example.com:443/%%32%65%%32%65/ HTTP/1.1\" \"Mozilla/5.0 (Windows NT 10.0; Win64; x64)\" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 - \"Root=1-6449814a-01d4cd3e280010e00ac46641\" \"api.example.com\" \"arn:aws:acm:us-east-2:123456789012:certificate/12345678\" 0",
        "aws-alb",
        1,
    ),
    // Zscaler: tabs, as NSS sends it.
    (
        "2026-03-10 08:00:01\treason=Allowed\tevent_id=7\tprotocol=HTTPS\taction=Allowed\ttransactionsize=504\thostname=www.example.com\tserverip=198.51.100.168\tclienttranstime=0\trequestmethod=CONNECT\tstatus=200\turl=www.example.com:443\tClientIP=192.0.2.50\tservertranstime=0\tvendor=Zscaler",
        "zscaler",
        1,
    ),
    // Olfeo: Squid's common with a date of its own.
    (
        "192.0.2.4 - johndoe [05/02/2025 11:30:29] \"GET https://www.example.com/1.png HTTP/1.1\" 200 - - 1000 Business Services",
        "olfeo",
        1,
    ),
];

#[test]
fn real_lines_of_every_layout_are_their_formats_and_no_others() {
    for (text, id, records) in SAMPLES {
        let reader = read(text);
        assert_eq!(reader.format().map(|format| format.id), Some(*id), "{text}");
        assert_eq!(reader.records, *records, "{text} {:?}", reader.warnings());
        let header = text.starts_with('#');
        for line in text.lines().filter(|line| !header || line.starts_with('#')) {
            for other in TABLE.iter().filter(|other| other.id != *id) {
                assert!((other.recognise)(prefix::strip(line).line) < Vote::Likely, "{} takes {line}", other.id);
            }
        }
    }
}
