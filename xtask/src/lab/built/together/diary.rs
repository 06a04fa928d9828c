//! A gateway's morning, captured and logged: the same requests as packets and as lines, in any format and on any clock.

use gateway_triage_tests::build::packet::Link;
use gateway_triage_tests::build::talk::{Flow, Side};

use super::super::scene::{CLIENT, SITE, Scene, host_of};

pub const PAGE: &str =
    "<html><head><title>503</title></head><body>The gateway could not reach the site.</body></html>\n";

/// A request as its gateway knows it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Microseconds since 1970, by the capture's clock.
    pub began: u64,
    /// When the answer was sent.
    pub ended: u64,
    pub client: String,
    pub status: u16,
    pub method: &'static str,
    pub target: String,
    /// `HIER_DIRECT/192.0.2.10`
    pub server: String,
    /// Squid's result code.
    pub code: &'static str,
    /// `ERR_CONNECT_FAIL/errno=111`, or `-/-`.
    pub error: &'static str,
    /// The packets that show the failure; none of a good one.
    pub packets: Vec<u64>,
}

/// The scene, and what its gateway has to log.
pub struct Diary {
    pub scene: Scene,
    pub entries: Vec<Entry>,
}

impl Diary {
    pub fn new() -> Self {
        Self { scene: Scene::new(Link::Ethernet, 3128), entries: Vec::new() }
    }

    pub fn now(&self) -> u64 {
        self.scene.capture.now()
    }

    /// Time passes.
    pub fn wait(&mut self, milliseconds: u64) {
        self.scene.capture.wait_ms(milliseconds);
    }

    /// A line for what happened since `began`.
    pub fn note(&mut self, began: u64, status: u16, target: &str, error: &'static str, packets: &[u64]) {
        self.entries.push(Entry {
            began,
            ended: self.now(),
            client: CLIENT.to_owned(),
            status,
            method: "GET",
            target: target.to_owned(),
            server: "HIER_DIRECT/192.0.2.10".to_owned(),
            code: "TCP_MISS",
            error,
            packets: packets.to_vec(),
        });
    }

    /// A request that is served.
    pub fn good(&mut self, target: &str) {
        let began = self.now() + 1100;
        self.scene.good(target);
        self.note(began, 200, target, "-/-", &[]);
        // The line was written before the connections were closed.
        if let Some(entry) = self.entries.last_mut() {
            entry.ended -= 41_000;
        }
    }

    /// A request whose site refuses the connection.
    pub fn refused(&mut self, target: &str) {
        self.refused_as(target, "503 Service Unavailable");
    }

    pub fn refused_as(&mut self, target: &str, status: &str) {
        let mut client = self.scene.client();
        let began = self.now();
        let asked = self.scene.request(&mut client, "GET", target);
        self.scene.resolve(host_of(target), "192.0.2.10");
        let (syn, reset) = self.refuse();
        let told = self.scene.answer(&mut client, status, "", PAGE);
        let code = status.get(..3).and_then(|code| code.parse().ok()).unwrap_or(503);
        self.note(began, code, target, "ERR_CONNECT_FAIL/errno=111", &[asked, syn, reset, told]);
        self.scene.capture.close(&mut client, Side::Opener);
        self.wait(40);
    }

    /// The gateway's SYN and the site's RST.
    pub fn refuse(&mut self) -> (u64, u64) {
        let mut site = self.scene.upstream(SITE);
        let syn = self.scene.capture.syn(&mut site);
        self.wait(19);
        (syn, self.scene.capture.refuse(&mut site))
    }

    /// A request that the site takes and answers with a RST.
    pub fn reset_after_request(&mut self, target: &str) -> (Flow, [u64; 4]) {
        let mut client = self.scene.client();
        let asked = self.scene.request(&mut client, "GET", target);
        self.scene.resolve(host_of(target), "192.0.2.10");
        let mut site = self.scene.upstream(SITE);
        self.scene.capture.open(&mut site, 18);
        let sent = self.scene.forward(&mut site, target);
        self.wait(30);
        let reset = self.scene.capture.reset(&mut site, Side::Server);
        let told = self.scene.answer(&mut client, "502 Bad Gateway", "", PAGE);
        (client, [asked, sent, reset, told])
    }

    /// Squid's native log, with its clock ahead by milliseconds.
    pub fn squid(&self, ahead_ms: i64) -> String {
        self.entries.iter().map(|entry| entry.squid(ahead_ms)).collect()
    }

    /// The combined log of a server that stamps the end, whole seconds, its clock ahead by milliseconds.
    pub fn combined(&self, ahead_ms: i64) -> String {
        self.entries.iter().map(|entry| entry.combined(ahead_ms)).collect()
    }

    /// HAProxy's log: the beginning, in the machine's own time, without a zone.
    pub fn haproxy(&self, ahead_ms: i64) -> String {
        self.entries.iter().map(|entry| entry.haproxy(ahead_ms)).collect()
    }
}

impl Entry {
    pub fn squid(&self, ahead_ms: i64) -> String {
        let ended = moved(self.ended, ahead_ms);
        let Self { client, status, method, target, server, code, error, .. } = self;
        format!(
            "{}.{:03} {:6} {client} {code}/{status} 1729 {method} {target} - {server} text/html {error}\n",
            ended / 1_000_000,
            ended / 1000 % 1000,
            (self.ended - self.began) / 1000,
        )
    }

    pub fn combined(&self, ahead_ms: i64) -> String {
        let (date, clock) = civil(moved(self.ended, ahead_ms), "/");
        let Self { client, status, method, target, .. } = self;
        format!(
            "{client} - - [{date}:{clock} +0000] \"{method} {target} HTTP/1.1\" {status} 157 \"-\" \"Mozilla/5.0\"\n"
        )
    }

    pub fn haproxy(&self, ahead_ms: i64) -> String {
        let began = moved(self.began, ahead_ms);
        let (date, clock) = civil(began, "/");
        let took = (self.ended - self.began) / 1000;
        let Self { client, status, method, target, .. } = self;
        let (timers, state) =
            if *status < 500 { (format!("0/0/18/20/{took}"), "----") } else { (format!("0/0/-1/-1/{took}"), "SC--") };
        format!(
            "haproxy[674]: {client}:50100 [{date}:{clock}.{:03}] proxy sites/one {timers} {status} 243 - - {state} 3/2/2/0/0 0/0 \"{method} {target} HTTP/1.1\"\n",
            began / 1000 % 1000
        )
    }
}

/// Microseconds on a clock that stands ahead.
pub fn moved(micros: u64, ahead_ms: i64) -> u64 {
    micros.saturating_add_signed(ahead_ms * 1000)
}

/// `10/Mar/2026` and `08:00:01`; `-` gives `2026/03/10`. The scene plays on one day, and its neighbours.
pub fn civil(micros: u64, style: &str) -> (String, String) {
    let seconds = micros / 1_000_000;
    let first = super::super::scene::MORNING / 86_400;
    let day = 10 + i64::try_from(seconds / 86_400).unwrap_or(0) - i64::try_from(first).unwrap_or(0);
    let of_day = seconds % 86_400;
    let clock = format!("{:02}:{:02}:{:02}", of_day / 3600, of_day / 60 % 60, of_day % 60);
    let date = if style == "/" { format!("{day:02}/Mar/2026") } else { format!("2026/03/{day:02}") };
    (date, clock)
}
