//! Many files: each could be of any other, and each is held against what all others tell.

use crate::together::{BEGIN, STEP, capture, client, date, own_path, squid};
use crate::{Files, Input};
use gateway_triage_tests::build::file;
use gateway_triage_tests::build::packet::Link;
use gateway_triage_tests::build::talk::{Capture, Flow, Side};

pub static INPUTS: &[Input] = &[
    Input { name: "logs of one line beside a capture", make: small_logs, size: 100 },
    Input { name: "access logs and error logs of one line", make: error_logs, size: 100 },
    Input { name: "archives of one entry beside a capture", make: archives, size: 100 },
    Input { name: "captures of one connection", make: captures, size: 50 },
    Input { name: "captures of one connection beside a log", make: captures_and_log, size: 50 },
];

/// So many requests, and a log for each.
fn small_logs(requests: u64) -> Files {
    let mut files = vec![capture(requests, own_path)];
    files.extend((0..requests).map(|at| (format!("access{at}.log"), squid(at, &own_path(at)).into())));
    files
}

fn error_logs(requests: u64) -> Files {
    let error = |at: u64| {
        format!(
            "2026/01/01 {} [error] 7#7: *{at} connect() failed (111: Connection refused) while connecting to upstream, client: {}, \
             server: www.example.com, request: \"GET /{at} HTTP/1.1\", upstream: \"http://198.51.100.9:80/{at}\", host: \
             \"www.example.com\"\n",
            date(at),
            client(at)
        )
    };
    let access = |at: u64| {
        format!(
            "{} - - [01/Jan/2026:{} +0000] \"GET /{at} HTTP/1.1\" 502 150 \"-\" \"curl/8.5\"\n",
            client(at),
            date(at)
        )
    };
    let mut files: Files = (0..requests).map(|at| (format!("error{at}.log"), error(at).into())).collect();
    files.extend((0..requests).map(|at| (format!("access{at}.log"), access(at).into())));
    files
}

fn archives(requests: u64) -> Files {
    let archive = |at: u64| {
        let time = at * STEP;
        format!(
            "{{\"log\": {{\"entries\": [{{\"startedDateTime\": \"2026-01-01T{}.{:03}Z\", \"time\": 4, \"request\": {{\"method\": \
             \"GET\", \"url\": \"http://www.example.com/{at}\"}}, \"response\": {{\"status\": 503, \"headers\": []}}, \"timings\": \
             {{\"wait\": 3}}}}]}}}}",
            date(time / 1000),
            time % 1000
        )
    };
    let mut files = vec![capture(requests, own_path)];
    files.extend((0..requests).map(|at| (format!("{at}.har"), archive(at).into())));
    files
}

/// One after the other, each of another machine.
fn captures(count: u64) -> Files {
    let one = |at: u64| {
        let mut capture = Capture::new(Link::Ethernet, BEGIN + at * 2, &[]);
        let mut flow = Flow::new(&format!("10.2.{}.{}:1000", at / 200, at % 200 + 1), &format!("{}:80", client(at)));
        capture.open(&mut flow, 1);
        for _ in 0..20 {
            capture.send(&mut flow, Side::Opener, b"x");
            capture.send(&mut flow, Side::Server, b"x");
        }
        capture.close(&mut flow, Side::Opener);
        (format!("{at}.pcap"), file::pcap(&capture))
    };
    (0..count).map(one).collect()
}

fn captures_and_log(count: u64) -> Files {
    let mut files = captures(count);
    let log: String = (0..count * 20).map(|at| squid(at, &own_path(at))).collect();
    files.insert(0, capture(10, own_path));
    files.push(("access.log".into(), log.into()));
    files
}
