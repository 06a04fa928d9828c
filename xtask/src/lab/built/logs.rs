//! Cases that are logs alone: lines of the documented shapes, with names and addresses of our own.

use super::super::recipe::Expect;
use super::Built;

/// How the contract's list of what fits a WSA's NONE/504 begins.
const WSA_504: [&str; 11] = [
    "tcp-syn-reset",
    "response-reset",
    "tls-reset",
    "dns-nxdomain",
    "dns-nodata",
    "dns-servfail",
    "dns-refused",
    "dns-no-response",
    "dns-unreachable",
    "dns-tcp-fallback-blocked",
    "response-timeout",
];

const WSA: &str = "Cisco AsyncOS access log; article on 502 / 504 GATEWAY_TIMEOUT";
const SKYHIGH: &str = "Skyhigh Web Gateway access log, header variants A and B";
const SQUID: &str = "Squid native access log";
/// A verdict block of AsyncOS 11.7 and later with nothing found.
const TAG: &str = "DEFAULT_CASE_12-DefaultGroup-DefaultGroup-NONE-NONE-NONE-DefaultGroup-NONE <\"nc\",ns,-,\"-\",-,-,-,-,\"-\",-,-,-,\"-\",-,-,\"-\",\"-\",-,-,\"nc\",-,\"-\",\"-\",\"-\",\"-\",\"-\",\"-\",\"-\",0.10,0,-,\"-\",\"-\",-,\"-\",-,-,\"-\",\"-\",-,-,\"-\",-,-> - -";

fn wsa_line(seconds: u64, elapsed: u64, result: &str, bytes: u64, request: &str, server: &str) -> String {
    format!("{seconds}.496 {elapsed} 10.20.0.50 {result} {bytes} {request} - {server} - {TAG}\n")
}

pub fn all() -> Vec<Built> {
    vec![
        wsa_502(),
        wsa_504(),
        wsa_article(),
        skyhigh_a(),
        skyhigh_b(),
        squid(),
        squid_old(),
        healthy_wsa(),
        healthy_squid(),
    ]
}

/// What findings of a log alone share. How sure one may be is said by the cases that know.
fn from_log(host: &str, status: u16, file: &'static str, line: u64) -> Expect {
    Expect::default()
        .text("client", "10.20.0.50")
        .text("host", host)
        .text("method", "GET")
        .number("status", status)
        .at(file, &[line])
}

/// NONE/504: several categories fit, in this order to begin with.
fn undetermined_504(file: &'static str, line: u64) -> Expect {
    from_log("www.example.com", 504, file, line)
        .text("category", "undetermined")
        .text("generated_by", "gateway")
        .list("candidates_begin", &WSA_504)
}

fn wsa_502() -> Built {
    let text = [
        wsa_line(1_773_129_600, 41, "TCP_MISS/200", 8187, "GET http://news.example.net/", "DIRECT/news.example.net"),
        wsa_line(1_773_129_690, 75_412, "NONE/502", 1729, "GET http://www.example.com/", "DIRECT/www.example.com"),
        wsa_line(1_773_129_702, 12, "TCP_DENIED/403", 0, "GET http://games.example.org/", "NONE/-"),
    ]
    .concat();
    Built::new("tcp-syn-unanswered", "wsa-log-502", "NONE/502 in a WSA access log: the article gives it to a missing SYN-ACK, with IP spoofing as one of the causes.", WSA)
        .file("aclog.txt", text.into_bytes())
        .expects(
            from_log("www.example.com", 502, "aclog.txt", 2)
.text("category", "tcp-syn-unanswered")
                .text("confidence", "likely")
                .list("candidates", &["tcp-syn-unanswered", "return-path"]),
        )
        .counts(3, 0)
}

fn wsa_504() -> Built {
    let text = [
        wsa_line(1_773_129_600, 41, "TCP_MISS/200", 8187, "GET http://news.example.net/", "DIRECT/news.example.net"),
        wsa_line(
            1_773_129_690,
            152_185,
            "NONE/504",
            1729,
            "GET http://www.example.com/report",
            "DIRECT/www.example.com",
        ),
    ]
    .concat();
    Built::new("undetermined", "wsa-log-504", "NONE/504 in a WSA access log: RST, a service such as DNS that fails, or no response; the log does not say which.", WSA)
        .file("aclog.txt", text.into_bytes())
        .expects(undetermined_504("aclog.txt", 2))
        .counts(2, 0)
}

/// The article's own shape: nothing behind the server.
fn wsa_article() -> Built {
    let text = "1233658928.496 153185 10.20.0.50 NONE/504 1729 GET http://www.example.com/ - DIRECT/www.example.com - .......\n";
    Built::new(
        "undetermined",
        "wsa-log-504-short",
        "One line as the article prints it: cut off behind the server.",
        WSA,
    )
    .file("line.txt", text.as_bytes().to_vec())
    .expects(undetermined_504("line.txt", 1))
}

fn skyhigh_a() -> Built {
    let text = "#time_stamp \"auth_user\" src_ip status_code \"req_line\" \"categories\" \"rep_level\" \"media_type\" bytes_to_client \"user_agent\" \"virus_name\" \"block_res\"
[10/Mar/2026:09:12:01 +0100] \"anna\" 10.20.0.50 200 \"GET http://news.example.net/ HTTP/1.1\" \"General News\" \"Minimal Risk\" \"text/html\" 40922 \"Mozilla/5.0 (Windows NT 10.0; Win64; x64)\" \"\" \"0\"
[10/Mar/2026:09:12:07 +0100] \"anna\" 10.20.0.50 502 \"GET http://example.local/ HTTP/1.1\" \"\" \"-\" \"\" 3126 \"Mozilla/5.0 (Windows NT 10.0; Win64; x64)\" \"\" \"0\"
";
    Built::new(
        "undetermined",
        "skyhigh-log-502-variant-a",
        "502 in the twelve-column access log: resolve, connect or response, the log does not say.",
        SKYHIGH,
    )
    .file("access.log", text.as_bytes().to_vec())
    .expects(
        from_log("example.local", 502, "access.log", 3)
            .text("category", "undetermined")
            .text("time", "2026-03-10T08:12:07.000000Z"),
    )
    .counts(2, 0)
}

fn skyhigh_b() -> Built {
    let text = "#time_stamp \"auth_user\" src_ip status_code \"req_line\" \"categories\" \"rep_level\" \"media_type\" bytes_to_client bytes_from_client \"user_agent\" \"virus_name\" \"block_res\" \"application_name\"
[10/Mar/2026:09:12:07 +0100] \"\" 10.20.0.50 502 \"GET http://www.example.com/a HTTP/1.1\" \"Business\" \"Minimal Risk\" \"\" 3126 502 \"Mozilla/5.0 (Windows NT 10.0; Win64; x64)\" \"\" \"0\" \"\"
[10/Mar/2026:09:12:09 +0100] \"\" 10.20.0.50 200 \"GET http://www.example.com/b HTTP/1.1\" \"Business\" \"Minimal Risk\" \"text/html\" 502 504 \"Mozilla/5.0 (Windows NT 10.0; Win64; x64)\" \"\" \"0\" \"\"
[10/Mar/2026:09:12:11 +0100] \"\" 10.20.0.50 403 \"GET http://games.example.org/ HTTP/1.1\" \"Games\" \"Minimal Risk\" \"\" 2980 340 \"Mozilla/5.0 (Windows NT 10.0; Win64; x64)\" \"\" \"10\" \"\"
";
    Built::new("undetermined", "skyhigh-log-502-variant-b", "502 in the fourteen-column access log; byte counts of 502 and 504 are no statuses, and a policy block is no failure.", SKYHIGH)
        .file("access.log", text.as_bytes().to_vec())
        .expects(from_log("www.example.com", 502, "access.log", 2).text("category", "undetermined"))
        .counts(3, 0)
}

fn squid() -> Built {
    let text = "1773129600.102     85 10.20.0.50 TCP_MISS/200 5120 GET http://news.example.net/ - HIER_DIRECT/192.0.2.44 text/html
1773129661.230  60021 10.20.0.50 TCP_MISS/503 4012 GET http://www.example.com/ - HIER_DIRECT/192.0.2.10 text/html
1773130601.871 900034 10.20.0.50 TCP_MISS/504 3980 GET http://app.example.org/report - HIER_DIRECT/203.0.113.20 text/html
1773130602.004   2504 10.20.0.50 TCP_MISS_ABORTED/000 0 GET http://app.example.org/slow - HIER_DIRECT/203.0.113.20 -
1773130603.500    504 10.20.0.50 TCP_MISS/200 502 GET http://news.example.net/b - HIER_DIRECT/192.0.2.44 text/html
";
    Built::new("undetermined", "squid-log-503-504", "Squid's log: 503 after a minute, 504 after a quarter of an hour, a client that left; elapsed 504 and 502 bytes are no statuses.", SQUID)
        .file("access.log", text.as_bytes().to_vec())
        .expects(from_log("www.example.com", 503, "access.log", 2))
    .expects(from_log("app.example.org", 504, "access.log", 3))
    .expects(from_log("app.example.org", 0, "access.log", 4).null("status").text("category", "client-abort"))
    .counts(5, 0)
}

fn squid_old() -> Built {
    let text =
        "1773129600.352    132 10.20.0.50 TCP_MISS/504 1293 GET http://www.example.com/image/93101912/xyz - NONE/- -\n";
    Built::new(
        "undetermined",
        "squid-log-504-old",
        "504 with hierarchy NONE, in the old style without HIER_: nothing says which server was tried.",
        SQUID,
    )
    .file("access.log", text.as_bytes().to_vec())
    .expects(from_log("www.example.com", 504, "access.log", 1).null("upstream"))
}

fn healthy_wsa() -> Built {
    let text = [
        wsa_line(1_773_129_600, 504, "TCP_MISS/200", 502, "GET http://www.example.com/", "DIRECT/www.example.com"),
        wsa_line(1_773_129_601, 35, "TCP_DENIED/407", 0, "GET http://www.example.com/", "NONE/-"),
        wsa_line(1_773_129_602, 9, "TCP_HIT/304", 310, "GET http://www.example.com/logo", "NONE/-"),
    ]
    .concat();
    Built::new(
        "healthy",
        "wsa-log",
        "Good answers and an authentication challenge; durations and sizes of 502 and 504 are no statuses.",
        WSA,
    )
    .file("aclog.txt", text.into_bytes())
    .counts(3, 0)
}

fn healthy_squid() -> Built {
    let text = "1773129600.102    504 10.20.0.50 TCP_MISS/200 502 GET http://www.example.com/ - HIER_DIRECT/192.0.2.10 text/html
1773129601.900      0 10.20.0.50 TCP_DENIED/403 3868 CONNECT 192.0.2.99:25 - HIER_NONE/- text/html
1773129602.000      0 10.20.0.9 NONE_NONE/000 0 - error:transaction-end-before-headers - HIER_NONE/- -
1773129604.321   3387 10.20.0.50 TCP_TUNNEL/200 19131 CONNECT www.example.com:443 - HIER_DIRECT/192.0.2.10 -
";
    Built::new(
        "healthy",
        "squid-log",
        "A good answer, a policy refusal, a health check without a request, and a tunnel.",
        SQUID,
    )
    .file("access.log", text.as_bytes().to_vec())
    .counts(3, 1)
}
