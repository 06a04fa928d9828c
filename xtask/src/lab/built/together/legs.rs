//! Captures of one leg, and of an encrypted one, beside a log.

use gateway_triage_tests::build::file::pcap;
use gateway_triage_tests::build::talk::Side;

use super::super::Built;
use super::super::scene::{CLIENT, SITE, failure};
use super::diary::{Diary, Entry, PAGE};
use super::{AFTER, CAPTURE, LOG};

const TARGET: &str = "http://www.example.com/login";

pub fn all() -> Vec<Built> {
    vec![upstream_alone(), client_alone(), decrypted(), healthy_decrypted()]
}

/// The capture holds the gateway's way out alone: the line knows who asked and what was answered.
fn upstream_alone() -> Built {
    let mut diary = Diary::new();
    let mut expected = Vec::new();
    for (line, page) in (1..).zip(["a", "b", "c"]) {
        let began = diary.now();
        let (syn, reset) = diary.refuse();
        diary.wait(3);
        let target = format!("http://www.example.com/{page}");
        diary.note(began - 2_000, 503, &target, "ERR_CONNECT_FAIL/errno=111", &[syn, reset]);
        diary.wait(7300);
        expected.push(
            failure("tcp-syn-reset", &target, 503)
                .text("upstream", SITE)
                .text("gateway", super::super::scene::EGRESS)
                .at(CAPTURE, &[syn, reset])
                .at(LOG, &[line]),
        );
    }
    let log = diary.squid(0);
    let built = Built::new(
        "tcp-syn-reset",
        "log-and-upstream-leg",
        "Only the gateway's way out was captured; the log says who asked for what, and what they got.",
        AFTER,
    )
    .file(CAPTURE, pcap(&diary.scene.capture))
    .file(LOG, log.into_bytes());
    expected.into_iter().fold(built, Built::expects).counts(3, 0)
}

/// The capture holds the clients' side alone: the line knows the cause.
fn client_alone() -> Built {
    let mut diary = Diary::new();
    let mut client = diary.scene.client();
    let began = diary.now();
    let asked = diary.scene.request(&mut client, "GET", TARGET);
    diary.wait(25);
    let told = diary.scene.answer(&mut client, "503 Service Unavailable", "", PAGE);
    diary.note(began, 503, TARGET, "ERR_CONNECT_FAIL/errno=111", &[asked, told]);
    diary.scene.capture.close(&mut client, Side::Opener);
    let log = diary.squid(0);
    Built::new(
        "tcp-syn-reset",
        "log-and-client-leg",
        "Only the clients' side was captured: it shows the answer, the log names the cause.",
        AFTER,
    )
    .file(CAPTURE, pcap(&diary.scene.capture))
    .file(LOG, log.into_bytes())
    .expects(
        failure("tcp-syn-reset", TARGET, 503)
            .text("upstream", SITE)
            .text("confidence", "likely")
            .at(CAPTURE, &[asked, told])
            .at(LOG, &[1]),
    )
}

/// A CONNECT whose tunnel the gateway decrypts: handshake, then records, with the clients' side alone. Its entry is the
/// CONNECT's.
fn tunnel(diary: &mut Diary) -> (u64, Entry) {
    let mut client = diary.scene.client();
    let began = diary.now();
    let asked = diary.scene.request(&mut client, "CONNECT", "www.example.com:443");
    diary.scene.capture.send(&mut client, Side::Server, b"HTTP/1.1 200 Connection established\r\n\r\n");
    diary.scene.capture.send(&mut client, Side::Opener, &client_hello("www.example.com"));
    diary.wait(2);
    diary.scene.capture.send(&mut client, Side::Server, &server_hello());
    for _ in 0..2 {
        diary.scene.capture.send(&mut client, Side::Opener, &record(23, &[0x5A; 180]));
        diary.wait(40);
        diary.scene.capture.send(&mut client, Side::Server, &record(23, &[0xA5; 900]));
    }
    diary.note(began, 200, "www.example.com:443", "-/-", &[asked]);
    diary.wait(1500);
    diary.scene.capture.close(&mut client, Side::Opener);
    let entry = diary.entries.pop().unwrap_or_else(|| unreachable!("it was just noted"));
    let entry = Entry { method: "CONNECT", code: "NONE_NONE", server: "HIER_NONE/-".to_owned(), ..entry };
    (asked, entry)
}

/// Two requests out of the tunnel; the second has this status.
fn requests(connect: &Entry, status: u16) -> [Entry; 2] {
    let of = |path: &str, status, error, late| Entry {
        method: "GET",
        code: "TCP_MISS",
        target: format!("https://www.example.com/{path}"),
        server: "HIER_DIRECT/192.0.2.10".to_owned(),
        status,
        error,
        began: connect.began + 10_000 + late,
        ended: connect.began + 50_000 + late,
        ..connect.clone()
    };
    let error = if status < 500 { "-/-" } else { "ERR_CONNECT_FAIL/errno=111" };
    [of("", 200, "-/-", 0), of("login", status, error, 40_000)]
}

/// The failure is inside a tunnel that the gateway decrypts.
fn decrypted() -> Built {
    let mut diary = Diary::new();
    let (asked, connect) = tunnel(&mut diary);
    let [first, second] = requests(&connect, 503);
    let log = [&connect, &first, &second].map(|entry| entry.squid(0)).concat();
    Built::new(
        "tcp-syn-reset",
        "log-of-decrypted-tunnel",
        "The client's tunnel is encrypted in the capture; the log has the two requests inside, and the second failed.",
        AFTER,
    )
    .file(CAPTURE, pcap(&diary.scene.capture))
    .file(LOG, log.into_bytes())
    .expects(
        super::logged(&second, 3)
            .text("client", CLIENT)
            .at(CAPTURE, &[asked])
            .list("doubts", &["inside an encrypted connection"]),
    )
    .counts(2, 0)
    .tells(LOG, "clock_offset", "0.0")
}

/// The same, and all went well: the tunnel's inside is told by the log.
fn healthy_decrypted() -> Built {
    let mut diary = Diary::new();
    let (_, connect) = tunnel(&mut diary);
    let [first, second] = requests(&connect, 200);
    let log = [&connect, &first, &second].map(|entry| entry.squid(0)).concat();
    Built::new(
        "healthy",
        "log-of-decrypted-tunnel",
        "The client's tunnel is encrypted in the capture; the log has the two requests inside, and both went well.",
        AFTER,
    )
    .file(CAPTURE, pcap(&diary.scene.capture))
    .file(LOG, log.into_bytes())
    .counts(2, 0)
    .tells(LOG, "clock_offset", "0.0")
}

/// A TLS record.
fn record(kind: u8, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap_or(u16::MAX).to_be_bytes();
    [&[kind, 3, 3], &length[..], data].concat()
}

fn handshake(kind: u8, data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap_or(0).to_be_bytes();
    record(22, &[&[kind], &length[1..], data].concat())
}

/// Version, random, session, ciphers, and the server's name (RFC 6066).
fn client_hello(name: &str) -> Vec<u8> {
    let short = |length: usize| u16::try_from(length).unwrap_or(0).to_be_bytes();
    let name = name.as_bytes();
    let entry = [&[0], &short(name.len())[..], name].concat();
    let list = [&short(entry.len())[..], &entry].concat();
    let extension = [&[0, 0], &short(list.len())[..], &list].concat();
    let body =
        [&[3, 3], &[7; 32][..], &[0], &[0, 2, 0x13, 0x01], &[1, 0], &short(extension.len()), &extension].concat();
    handshake(1, &body)
}

/// ServerHello, ChangeCipherSpec and the first encrypted record.
fn server_hello() -> Vec<u8> {
    let body = [&[3, 3], &[9; 32][..], &[0], &[0x13, 0x01], &[0], &[0, 6], &[0, 0x2B, 0, 2, 3, 4]].concat();
    [handshake(2, &body), record(20, &[1]), record(23, &[0xEE; 700])].concat()
}
