//! Logs of a layout of the site's own: the product's format string, pasted, says how their lines are read.

use crate::harness::{scratch, wait, with_page};

/// Format string, a line by it, the report's format, category and status.
const LAYOUTS: [(&str, &str, &str, &str, u16); 5] = [
    (
        "log_format timing '$remote_addr|$time_iso8601|\"$request\"|$status|$upstream_addr|$upstream_status|$upstream_connect_time|$upstream_header_time|$request_time';",
        "192.0.2.7|2026-03-10T08:00:01+00:00|\"GET /a HTTP/1.1\"|504|198.51.100.1:80|504|0.001|-|60.004",
        "nginx",
        "response-timeout",
        504,
    ),
    (
        "logformat detail %ts.%03tu|%6tr|%>a|%Ss/%03>Hs|%<st|%rm %ru|%Sh/%<a|%err_code/%err_detail",
        "1795192341.582|     2|192.0.2.7|NONE_NONE/503|3900|GET http://www.example.com/|HIER_DIRECT/198.51.100.1|ERR_CONNECT_FAIL/errno=111",
        "squid",
        "tcp-syn-reset",
        503,
    ),
    (
        "log-format \"%ci:%cp [%tr] %b/%s %ts %ST %TR/%Tw/%Tc/%Tr/%Ta %{+Q}r\"",
        "192.0.2.1:33320 [15/Oct/2023:08:32:17.925] be/srv1 sC 503 9/0/-1/-1/5002 \"GET /x HTTP/1.1\"",
        "haproxy",
        "tcp-syn-unanswered",
        503,
    ),
    (
        "LogFormat \"%h %t \\\"%r\\\" %>s %b %D %v\" timed",
        "192.0.2.7 [10/Mar/2026:08:00:01 +0000] \"GET /a HTTP/1.1\" 502 247 60012345 www.example.com",
        "apache",
        "",
        502,
    ),
    (
        "[%START_TIME%] \"%REQ(:METHOD)% %REQ(:PATH)%\" %RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %DURATION% %UPSTREAM_HOST%",
        "[2026-03-10T08:00:01.250Z] \"GET /a\" 503 UF upstream_reset_before_response_started{connection_timeout} 5001 198.51.100.7:8080",
        "envoy",
        "tcp-syn-unanswered",
        503,
    ),
];

#[test]
fn a_pasted_format_string_says_how_lines_are_read() {
    with_page("layouts", |page| {
        for (layout, line, format, category, status) in LAYOUTS {
            let file = scratch("made-layouts").join(format!("{format}.log"));
            std::fs::write(&file, format!("{line}\n").repeat(3)).expect("target/ is writable");
            page.drop_files(&[file]);
            page.wait_read();
            page.fill("#log-format", layout);
            page.press_to_read("Read the logs by it");
            assert_eq!(page.wait_read(), "done", "{format}");
            let report = page.download_json();
            assert_eq!(report["inputs"][0]["format"], format);
            assert_eq!(report["inputs"][0]["records"], 3, "{format}");
            let finding = &report["findings"][0];
            assert_eq!(finding["status"], status, "{format}");
            if !category.is_empty() {
                assert_eq!(finding["category"], category, "{format}");
            }
        }
    });
}

#[test]
fn a_text_that_is_no_format_string_is_refused_with_a_reason() {
    with_page("no-layout", |page| {
        let file = scratch("made-no-layout").join("own.log");
        std::fs::write(&file, "own words, no log\n").expect("target/ is writable");
        page.drop_files(&[file]);
        assert_eq!(page.wait_read(), "failed");
        page.fill("#log-format", "$remote_addr $time_iso8601");
        page.click("Read the logs by it");
        // The engine reads it, in the worker.
        wait("the reason", || page.text().contains("no field of this format string holds the status"));
        assert_eq!(page.state(), "failed");
    });
}

#[test]
fn the_zone_of_times_that_say_none_can_be_set() {
    with_page("log-zone", |page| {
        let file = scratch("made-log-zone").join("haproxy.log");
        let line = "192.0.2.1:33320 [15/Oct/2023:08:32:17.925] fe be/srv1 9/0/-1/-1/5002 503 217 - - \
                    sC-- 3/2/2/0/3 0/0 \"GET /x HTTP/1.1\"";
        std::fs::write(&file, format!("{line}\n").repeat(3)).expect("target/ is writable");
        page.drop_files(&[file]);
        assert_eq!(page.wait_read(), "done");
        assert_eq!(page.download_json()["findings"][0]["time"], "2023-10-15T08:32:17.925000Z");
        page.choose("Log times without a zone are in", "120");
        let moved = "2023-10-15T06:32:17.925000Z";
        let time = || page.download_json()["findings"][0]["time"].as_str().unwrap_or_default().to_owned();
        assert!((0..20).any(|_| time() == moved), "{} instead of {moved}", time());
    });
}
