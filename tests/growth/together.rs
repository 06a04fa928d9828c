//! Logs together with captures and with each other: each line could be of any request.

use crate::{Files, Input};
use gateway_triage_tests::build::file;
use gateway_triage_tests::build::packet::Link;
use gateway_triage_tests::build::talk::{Capture, Flow, Side};
use std::fmt::Write as _;

pub static INPUTS: &[Input] = &[
    Input { name: "failures in a capture and in a log", make: logged, size: 500 },
    Input { name: "failures of one URL in a capture and in a log", make: of_one_url, size: 1_200 },
    Input { name: "connections that a firewall blocked, its clock ahead", make: firewall, size: 1_000 },
    Input { name: "connections of others that a firewall blocked", make: firewall_of_others, size: 1_000 },
    Input { name: "failures in a log, and a firewall's lines of another port", make: firewall_and_log, size: 1_000 },
    Input { name: "servers that HAProxy marked down", make: balancer, size: 500 },
    Input { name: "groups of servers that HAProxy marked down", make: balancers, size: 50 },
    Input { name: "loops in a log", make: loops, size: 300 },
    Input { name: "loops in an error log, refused", make: refused_loops, size: 2_000 },
    Input { name: "lines that tell of no request, beside failures", make: asides, size: 400 },
    Input { name: "connections at two places", make: two_places, size: 300 },
];

/// The beginning of 2026.
pub const BEGIN: u64 = 1_767_225_600;

/// A request that the proxy 10.0.0.2 is asked for, and refused by its server.
fn refused(capture: &mut Capture, client: &str, path: &str, port: u64) {
    let mut down = Flow::new(client, "10.0.0.2:3128");
    capture.open(&mut down, 1);
    let head = format!("GET http://www.example.com{path} HTTP/1.1\r\nHost: www.example.com\r\n\r\n");
    capture.send(&mut down, Side::Opener, head.as_bytes());
    let mut up = Flow::new(&format!("10.0.0.2:{port}"), "198.51.100.9:80");
    capture.syn(&mut up);
    capture.refuse(&mut up);
    capture.send(&mut down, Side::Server, b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
    capture.close(&mut down, Side::Opener);
}

pub fn client(at: u64) -> String {
    format!("10.1.{}.{}", at / 200 % 200, at % 200 + 1)
}

/// Milliseconds from one request to the next.
pub const STEP: u64 = 10;

pub fn capture(requests: u64, path: fn(u64) -> String) -> (String, Vec<u8>) {
    let mut capture = Capture::new(Link::Ethernet, BEGIN, &["10.0.0.2"]);
    let begin = capture.now();
    for at in 0..requests {
        refused(&mut capture, &format!("{}:{}", client(at), 10_000 + at % 50_000), &path(at), 10_000 + at % 50_000);
        let passed = (capture.now() - begin) / 1000;
        capture.wait_ms(((at + 1) * STEP).saturating_sub(passed));
    }
    ("a.pcap".into(), file::pcap(&capture))
}

pub fn squid(at: u64, path: &str) -> String {
    let (time, client) = (BEGIN * 1000 + at * STEP + 5, client(at));
    format!(
        "{}.{:03}      3 {client} TCP_MISS/503 4032 GET http://www.example.com{path} - HIER_DIRECT/198.51.100.9 text/html\n",
        time / 1000,
        time % 1000
    )
}

pub fn date(seconds: u64) -> String {
    format!("{:02}:{:02}:{:02}", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60)
}

pub fn own_path(at: u64) -> String {
    format!("/{at}")
}

fn logged(requests: u64) -> Files {
    let log: String = (0..requests).map(|at| squid(at, &own_path(at))).collect();
    vec![capture(requests, own_path), ("access.log".into(), log.into())]
}

fn of_one_url(requests: u64) -> Files {
    let log: String = (0..requests).map(|at| squid(at, "/")).collect();
    vec![capture(requests, |_| "/".into()), ("access.log".into(), log.into())]
}

/// A line of a firewall for each try, `ahead` seconds later, of ports from the first one on to the second one.
fn blocked(tries: u64, ahead: u64, (from, to): (u64, u64)) -> (String, Vec<u8>) {
    let mut log = String::new();
    for at in 0..tries {
        let time = at * STEP + ahead * 1000;
        let _ = writeln!(
            log,
            "2026-01-01T{}.{:06}+00:00 fw1 kernel: [UFW BLOCK] IN=eth0 OUT=eth1 SRC=10.0.0.2 DST=198.51.100.9 LEN=60 TOS=0x00 \
             PREC=0x00 TTL=63 ID=4711 DF PROTO=TCP SPT={} DPT={to} WINDOW=64240 RES=0x00 SYN URGP=0",
            date(time / 1000),
            time % 1000 * 1000,
            from + at % 20_000
        );
    }
    ("firewall.log".into(), log.into())
}

fn firewall(tries: u64) -> Files {
    vec![capture(tries, own_path), blocked(tries, 100, (10_000, 80))]
}

fn firewall_of_others(tries: u64) -> Files {
    vec![capture(tries, own_path), blocked(tries, 0, (40_000, 80))]
}

fn firewall_and_log(tries: u64) -> Files {
    let log: String = (0..tries).map(|at| squid(at, &own_path(at))).collect();
    vec![("access.log".into(), log.into()), blocked(tries, 100, (10_000, 443))]
}

/// One server after the other goes down, and requests find none.
fn balancer(servers: u64) -> Files {
    balanced(servers, |_| 0)
}

/// Groups of five servers.
fn balancers(groups: u64) -> Files {
    balanced(groups * 5, |at| at / 5)
}

fn balanced(servers: u64, group: fn(u64) -> u64) -> Files {
    let mut log = String::new();
    for at in 0..servers {
        let (time, group) = (date(at), group(at));
        let _ = writeln!(
            log,
            "Jan  1 {time} lb haproxy[1]: Server be{group}/s{at} is DOWN, reason: Layer4 connection problem, info: \"Connection \
             refused\", check duration: 0ms. 1 active and 0 backup servers left."
        );
        let _ = writeln!(
            log,
            "Jan  1 {time} lb haproxy[1]: {}:40000 [01/Jan/2026:{time}.000] fe be{group}/<NOSRV> 0/-1/-1/-1/0 503 213 - - SC-- \
             1/1/0/0/0 0/0 \"GET /{at} HTTP/1.1\"",
            client(at)
        );
        let _ = writeln!(
            log,
            "Jan  1 {time} lb haproxy[1]: {}:40001 [01/Jan/2026:{time}.000] fe be{group}/s{at} 0/0/-1/-1/0 503 213 - - SC-- \
             1/1/0/0/0 0/0 \"GET /{at} HTTP/1.1\"",
            client(at)
        );
    }
    vec![("haproxy.log".into(), log.into())]
}

/// Requests that each come back to the proxy twice.
fn loops(requests: u64) -> Files {
    let mut log = String::new();
    for at in 0..requests {
        for client in [client(at).as_str(), "10.0.0.2", "10.0.0.2"] {
            let _ = writeln!(
                log,
                "{}.000      3 {client} TCP_MISS/503 4032 GET http://www.example.com/{at} - HIER_DIRECT/10.0.0.2 text/html",
                BEGIN + at * 10
            );
        }
    }
    vec![("access.log".into(), log.into())]
}

fn refused_loops(requests: u64) -> Files {
    let (mut error, mut access) = (String::new(), String::new());
    for at in 0..requests {
        let _ = writeln!(
            error,
            "2026/01/01 {}| WARNING: Forwarding loop detected for:\nGET /{at} HTTP/1.1\nVia: 1.1 proxy (squid/5.7)\nHost: \
             www.example.com\n\n\n    current master transaction: master{at}",
            date(at * 10)
        );
        let _ = writeln!(
            access,
            "{}.000      3 10.0.0.2 TCP_DENIED/403 4032 GET http://www.example.com/{at} - HIER_NONE/- text/html",
            BEGIN + at * 10
        );
    }
    vec![("cache.log".into(), error.into()), ("access.log".into(), access.into())]
}

/// Each request waits for a minute.
fn asides(lines: u64) -> Files {
    // One that names its request tells how the clocks stand.
    let mut error = format!(
        "2026/01/01 {}| WARNING: HTTP: Invalid Response: Bad header encountered from http://www.example.com/0\n",
        date(0)
    );
    let mut access = String::new();
    for at in 0..lines {
        let _ = writeln!(error, "2026/01/01 {}| TCP connection to 192.0.2.8/3128 failed", date(at / 25));
        access.push_str(&squid(at * 4, &own_path(at)).replace("      3 ", "  60000 "));
    }
    vec![("access.log".into(), access.into()), ("cache.log".into(), error.into())]
}

/// Before and behind a translator of addresses: as many connections pass as do not.
fn two_places(connections: u64) -> Files {
    let inside = |at: u64| format!("{}:{}", client(at), 10_000 + at);
    let server = |at: u64| format!("203.{}.{}.9:443", at / 200, at % 200);
    let place = |behind: bool| {
        let mut capture = Capture::new(Link::Ethernet, BEGIN, &[]);
        for at in 0..connections {
            let begin = capture.now();
            let opener = if behind { format!("198.18.{}.{}:{}", at / 200, at % 200, 10_000 + at) } else { inside(at) };
            let mut flow = Flow::new(&opener, &server(at));
            flow = if behind { flow.opener_ttl(63) } else { flow.server_ttl(63) };
            capture.open(&mut flow, 1);
            capture.reset(&mut flow, Side::Server);
            if !behind {
                let other = server(at + 1).replace(":443", ":444");
                capture.syn(&mut Flow::new(&format!("{}:{}", client(at), 40_000 + at), &other));
            }
            let passed = (capture.now() - begin) / 1000;
            capture.wait_ms(20_u64.saturating_sub(passed));
        }
        capture.wait_ms(5_000);
        let mut last = Flow::new("10.9.9.9:1", "203.0.113.1:443");
        capture.open(&mut last, 1);
        file::pcap(&capture)
    };
    vec![("inside.pcap".into(), place(false)), ("outside.pcap".into(), place(true))]
}
