//! Large access logs, made instead of kept, in the layouts that products write by default.
//!
//! An hour of a busy gateway: 97 hosts, 400 clients, one line in 200 fails, in one of the ways that the product has a word
//! for. The same number of bytes gives the same file, on every machine.

use std::fmt::Write as _;
use std::io::{Result, Write};

/// 2026-01-01T00:00:00Z, in seconds.
const BEGIN: u64 = 1_767_225_600;
/// Lines of one second.
const RATE: u64 = 1_000;
/// Lines written at once.
const BATCH: u64 = 1_024;

/// A log to make.
pub struct Log {
    /// As the table names it.
    pub name: &'static str,
    /// Which of a line's fields holds the status, for awk.
    pub status: &'static str,
    /// goaccess's name of the layout, or its own format string with the formats of date and time; empty where it has none.
    pub goaccess: &'static [&'static str],
    /// Writes a line.
    line: fn(&Line, &mut String),
}

/// The logs of the default formats.
pub static LOGS: &[Log] = &[
    Log { name: "combined", status: "$9", goaccess: &["--log-format=COMBINED"], line: combined },
    Log {
        name: "nginx with upstream fields",
        status: "$9",
        goaccess: &[
            r#"--log-format=%h - %^ [%d:%t %^] "%r" %s %b "%R" "%u" %^ %^ %^ %^ %T"#,
            "--date-format=%d/%b/%Y",
            "--time-format=%H:%M:%S",
        ],
        line: nginx,
    },
    Log {
        name: "Squid native",
        status: "$4",
        goaccess: &["--log-format=%x.%^ %~%L %h %^/%s %b %m %U %^", "--datetime-format=%s"],
        line: squid,
    },
    Log {
        name: "HAProxy httplog",
        status: "$11",
        goaccess: &[
            // syslog puts two blanks before a day of one digit.
            r#"--log-format=%^  %^ %^ %^ %^ %h:%^ [%d:%t.%^] %^ %v %^/%^/%^/%^/%L %s %b %^ %^ %^ %^ %^ "%r""#,
            "--date-format=%d/%b/%Y",
            "--time-format=%H:%M:%S",
        ],
        line: haproxy,
    },
    Log {
        name: "Cisco WSA",
        status: "$4",
        goaccess: &["--log-format=%x.%^ %L %h %^/%s %b %m %U %^", "--datetime-format=%s"],
        line: wsa,
    },
    Log {
        name: "Envoy default",
        status: "$5",
        goaccess: &[
            r#"--log-format=[%dT%t.%^] "%r" %s %^ %^ %b %L %^ "%h" "%u" "%^" "%v" "%^""#,
            "--date-format=%Y-%m-%d",
            "--time-format=%H:%M:%S",
        ],
        line: envoy,
    },
];

/// What a line tells.
struct Line {
    number: u64,
    /// Seconds since 1970, and milliseconds.
    second: u64,
    millisecond: u64,
    client: [u64; 2],
    host: u64,
    bytes: u64,
    took: u64,
    /// Which of its failures; `None`: it went well.
    failed: Option<usize>,
}

impl Log {
    /// Writes so many bytes of whole lines; how many lines, and how many of them failed.
    pub fn write(&self, out: &mut impl Write, bytes: u64) -> Result<(u64, u64)> {
        let (mut text, mut written, mut number, mut failed) = (String::new(), 0, 0, 0);
        while written < bytes {
            text.clear();
            for _ in 0..BATCH {
                let line = Line::of(number);
                failed += u64::from(line.failed.is_some());
                (self.line)(&line, &mut text);
                text.push('\n');
                number += 1;
            }
            written += text.len() as u64;
            out.write_all(text.as_bytes())?;
        }
        Ok((number, failed))
    }
}

impl Line {
    fn of(number: u64) -> Self {
        // Spread evenly, without a pattern.
        let spread = number.wrapping_mul(2_654_435_761) >> 8;
        Self {
            number,
            second: BEGIN + number / RATE,
            millisecond: number % RATE,
            client: [spread % 8, spread % 50 + 1],
            host: spread % 97,
            bytes: 200 + spread % 80_000,
            took: 3 + spread % 180,
            failed: (number % 200 == 199).then_some((number / 200 % 3) as usize),
        }
    }

    /// `01/Jan/2026:08:00:01`
    fn clf(&self) -> String {
        let (day, hour, minute, second) = self.clock();
        format!("{day:02}/Jan/2026:{hour:02}:{minute:02}:{second:02}")
    }

    /// Day of January and time of day: no file is so large that it is February.
    fn clock(&self) -> (u64, u64, u64, u64) {
        let since = self.second - BEGIN;
        (since / 86_400 + 1, since / 3_600 % 24, since / 60 % 60, since % 60)
    }
}

const AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36";

fn combined(line: &Line, out: &mut String) {
    let [net, client] = line.client;
    let status = line.failed.map_or(200, |way| [502, 503, 504][way]);
    let _ = write!(
        out,
        "10.1.{net}.{client} - - [{} +0000] \"GET /item/{}?page=1 HTTP/1.1\" {status} {} \"https://www{}.example.com/\" \"{AGENT}\"",
        line.clf(),
        line.number,
        line.bytes,
        line.host
    );
}

fn nginx(line: &Line, out: &mut String) {
    combined(line, out);
    let (host, took) = (line.host + 1, line.took);
    let _ = match line.failed {
        None => write!(out, " 198.51.100.{host}:8080 200 0.001 0.{took:03} 0.{took:03}"),
        Some(0) => write!(out, " 198.51.100.{host}:8080 502 - - 0.{took:03}"),
        Some(1) => write!(out, " 198.51.100.{host}:8080 503 0.001 0.{took:03} 0.{took:03}"),
        Some(_) => write!(out, " 198.51.100.{host}:8080 504 0.001 - 60.{took:03}"),
    };
}

fn squid(line: &Line, out: &mut String) {
    let [net, client] = line.client;
    let (token, took) = match line.failed {
        None => ("TCP_MISS/200", line.took),
        Some(0) => ("TCP_MISS/502", line.took),
        Some(1) => ("TCP_MISS/503", line.took),
        Some(_) => ("TCP_MISS_TIMEDOUT/504", 60_000 + line.took),
    };
    let _ = write!(
        out,
        "{}.{:03} {took:>6} 10.1.{net}.{client} {token} {} GET http://www{}.example.com/item/{}?page=1 - HIER_DIRECT/198.51.100.{} text/html",
        line.second,
        line.millisecond,
        line.bytes,
        line.host,
        line.number,
        line.host + 1
    );
}

fn haproxy(line: &Line, out: &mut String) {
    let [net, client] = line.client;
    let (day, hour, minute, second) = line.clock();
    let (took, server) = (line.took, line.host % 8 + 1);
    let (timers, status, state) = match line.failed {
        None => (format!("0/0/1/{took}/{}", took + 2), 200, "----"),
        Some(0) => ("0/0/1/-1/3".to_owned(), 502, "SH--"),
        Some(1) => (format!("0/0/-1/-1/{}", 3_000 + took), 503, "SC--"),
        Some(_) => (format!("0/0/1/-1/{}", 50_000 + took), 504, "sH--"),
    };
    let _ = write!(
        out,
        "Jan {day:>2} {hour:02}:{minute:02}:{second:02} lb1 haproxy[2101]: 10.1.{net}.{client}:{} [{}.{:03}] https~ app{}/s{server} {timers} {status} {} - - {state} 312/310/22/5/0 0/0 \"GET /item/{}?page=1 HTTP/1.1\"",
        20_000 + line.number % 40_000,
        line.clf(),
        line.millisecond,
        line.host,
        line.bytes,
        line.number
    );
}

fn wsa(line: &Line, out: &mut String) {
    let [net, client] = line.client;
    let (token, took) = match line.failed {
        None => ("TCP_MISS/200", line.took),
        Some(0) => ("NONE/502", 75_000 + line.took),
        Some(1) => ("TCP_MISS/503", line.took),
        Some(_) => ("NONE/504", line.took),
    };
    let _ = write!(
        out,
        "{}.{:03} {took} 10.1.{net}.{client} {token} {} GET http://www{}.example.com/item/{}?page=1 - DIRECT/www{}.example.com text/html DEFAULT_CASE_12-DefaultGroup-DefaultGroup-NONE-NONE-NONE-DefaultGroup-NONE <\"IW_busi\",6.9,1,\"-\",0,0,0,1,\"-\",-,-,-,\"-\",0,0,\"-\",\"-\",-,-,\"IW_busi\",-,\"Unknown\",\"Business and Industry\",\"-\",\"Unknown\",\"Unknown\",\"-\",\"-\",197.47,0,-,\"Unknown\",\"-\",-,\"-\",-,-,\"-\",\"-\",-,-,\"-\",-,-> - -",
        line.second, line.millisecond, line.bytes, line.host, line.number, line.host
    );
}

fn envoy(line: &Line, out: &mut String) {
    let [net, client] = line.client;
    let (day, hour, minute, second) = line.clock();
    let took = line.took;
    let (status, flags, took, service) = match line.failed {
        None => (200, "-", took, took.to_string()),
        Some(0) => (502, "UPE", took, "-".to_owned()),
        Some(1) => (503, "UF,URX", took, "-".to_owned()),
        Some(_) => (504, "UT", 15_000 + took, "-".to_owned()),
    };
    let _ = write!(
        out,
        "[2026-01-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z] \"GET /item/{}?page=1 HTTP/1.1\" {status} {flags} 0 {} {took} {service} \"10.1.{net}.{client}\" \"{AGENT}\" \"{:08x}-c5cf-432b-8c7e-98aeb7988cd2\" \"www{}.example.com\" \"198.51.100.{}:8080\"",
        line.millisecond,
        line.number,
        line.bytes,
        line.number,
        line.host,
        line.host + 1
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_log_has_its_statuses_where_it_says() {
        for log in LOGS {
            let mut out = Vec::new();
            let (lines, failed) = log.write(&mut out, 100_000).unwrap();
            let text = String::from_utf8(out).unwrap();
            assert_eq!(text.lines().count() as u64, lines, "{}", log.name);
            let at = log.status[1..].parse::<usize>().unwrap() - 1;
            let server_error = |line: &&str| {
                let field = line.split_ascii_whitespace().nth(at).unwrap();
                let status: u16 = field.rsplit('/').next().unwrap().parse().unwrap();
                status >= 500
            };
            assert_eq!(text.lines().filter(server_error).count() as u64, failed, "{}", log.name);
            assert!(failed > 0 && failed < lines / 100, "{}", log.name);
        }
    }
}
