//! What the built captures share: one client, one gateway with a DNS server and a site behind it, and
//! the small talk between them.

use gateway_triage_tests::build::dns::{A, AAAA, NOERROR, Question, Record};
use gateway_triage_tests::build::packet::{Link, v4};
use gateway_triage_tests::build::talk::{Capture, Flow, Side};

use super::super::recipe::Expect;

/// The browser.
pub const CLIENT: &str = "10.20.0.50";
/// The gateway's address for clients.
pub const GATEWAY: &str = "10.20.0.2";
/// The gateway's address towards the Internet.
pub const EGRESS: &str = "198.51.100.5";
/// The DNS server.
pub const DNS: &str = "10.30.0.53:53";
/// The site.
pub const SITE: &str = "192.0.2.10:80";
/// 2026-03-10 08:00:00 UTC.
pub const MORNING: u64 = 1_773_129_600;

/// A capture at the gateway, and what is needed to write on.
pub struct Scene {
    pub capture: Capture,
    /// The proxy's port.
    pub port: u16,
    egress: &'static str,
    next_port: u16,
    next_id: u16,
}

impl Scene {
    /// Begins in the morning.
    pub fn new(link: Link, port: u16) -> Self {
        let capture = Capture::new(link, MORNING, &[GATEWAY, EGRESS, "2001:db8:20::2", "2001:db8:100::5"]);
        Self { capture, port, egress: EGRESS, next_port: 50_100, next_id: 0x1a00 }
    }

    /// A gateway with one interface: clients and sites see the same address.
    pub fn one_armed(mut self) -> Self {
        self.egress = GATEWAY;
        self
    }

    fn fresh_port(&mut self) -> u16 {
        self.next_port += 7;
        self.next_port
    }

    /// A fresh socket of the gateway's upstream side.
    fn egress_socket(&mut self) -> String {
        let port = self.fresh_port();
        format!("{}:{port}", self.egress)
    }

    /// A connection of the client to the gateway, opened.
    pub fn client(&mut self) -> Flow {
        let mut flow = Flow::new(&format!("{CLIENT}:{}", self.fresh_port()), &format!("{GATEWAY}:{}", self.port));
        self.capture.open(&mut flow, 1);
        flow
    }

    /// The client asks; the gateway acknowledges. The request's number.
    pub fn request(&mut self, flow: &mut Flow, method: &str, target: &str) -> u64 {
        let host = host_of(target);
        let text =
            format!("{method} {target} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: Mozilla/5.0\r\nAccept: */*\r\n\r\n");
        let number = self.capture.send(flow, Side::Opener, text.as_bytes());
        self.capture.ack(flow, Side::Server);
        self.capture.wait_ms(1);
        number
    }

    /// The gateway answers and the client acknowledges. The number of the packet with the status line.
    pub fn answer(&mut self, flow: &mut Flow, status: &str, fields: &str, body: &str) -> u64 {
        let text = format!(
            "HTTP/1.1 {status}\r\nContent-Type: text/html\r\n{fields}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let number = self.capture.send_all(flow, Side::Server, text.as_bytes());
        self.capture.ack(flow, Side::Opener);
        self.capture.wait_ms(1);
        number
    }

    /// The gateway resolves the name; no AAAA. The numbers of query and answer for A.
    pub fn resolve(&mut self, name: &str, address: &str) -> (u64, u64) {
        let resolver = self.egress_socket();
        self.next_id += 0x101;
        let question = Question::new(self.next_id, name, A);
        let other = Question::new(self.next_id + 1, name, AAAA);
        let asked = self.capture.ask(&resolver, DNS, &question);
        self.capture.ask(&resolver, DNS, &other);
        self.capture.wait_ms(2);
        let told = self.capture.tell(&resolver, DNS, &question, NOERROR, &[Record::A(v4(address))]);
        self.capture.tell(&resolver, DNS, &other, NOERROR, &[]);
        self.capture.wait_ms(1);
        (asked, told)
    }

    /// The gateway asks for the name's IPv4 address and gets this. The numbers of query and answer.
    pub fn look_up(&mut self, server: &str, name: &str, rcode: u8, records: &[Record]) -> (u64, u64) {
        let resolver = self.egress_socket();
        self.next_id += 0x101;
        let question = Question::new(self.next_id, name, A);
        let asked = self.capture.ask(&resolver, server, &question);
        self.capture.wait_ms(2);
        let told = self.capture.tell(&resolver, server, &question, rcode, records);
        self.capture.wait_ms(1);
        (asked, told)
    }

    /// Both lookups of the name get this response code. The numbers of the answers.
    pub fn resolve_not(&mut self, name: &str, rcode: u8) -> (u64, u64) {
        let resolver = self.egress_socket();
        let mut numbers = [0, 0];
        for (number, kind) in numbers.iter_mut().zip([A, AAAA]) {
            self.next_id += 0x101;
            let question = Question::new(self.next_id, name, kind);
            self.capture.ask(&resolver, DNS, &question);
            self.capture.wait_ms(3);
            *number = self.capture.tell(&resolver, DNS, &question, rcode, &[]);
            self.capture.wait_ms(1);
        }
        (numbers[0], numbers[1])
    }

    /// A connection of the gateway to a site, not opened yet.
    pub fn upstream(&mut self, site: &str) -> Flow {
        Flow::new(&self.egress_socket(), site).server_ttl(52)
    }

    /// The gateway asks the site; the site acknowledges. The request's number.
    pub fn forward(&mut self, flow: &mut Flow, target: &str) -> u64 {
        let number = self.ask(flow, target);
        self.capture.wait_ms(20);
        self.capture.ack(flow, Side::Server);
        number
    }

    /// The gateway asks the site; nothing comes back. The request's number.
    pub fn ask(&mut self, flow: &mut Flow, target: &str) -> u64 {
        let host = host_of(target);
        let path = target.split_once("://").map_or(target, |(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
        let text = format!(
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: Mozilla/5.0\r\nVia: 1.1 gateway.example.net\r\nX-Forwarded-For: {CLIENT}\r\nConnection: keep-alive\r\n\r\n"
        );
        self.capture.send(flow, Side::Opener, text.as_bytes())
    }

    /// A good exchange from the client's connection to its end.
    pub fn good(&mut self, target: &str) {
        let mut client = self.client();
        self.request(&mut client, "GET", target);
        self.resolve(host_of(target), "192.0.2.10");
        let mut site = self.upstream(SITE);
        self.capture.open(&mut site, 18);
        self.forward(&mut site, target);
        self.answer(&mut site, "200 OK", "Server: nginx\r\n", "<html>All is well.</html>\n");
        self.answer(&mut client, "200 OK", "Via: 1.1 gateway.example.net\r\n", "<html>All is well.</html>\n");
        self.capture.close(&mut client, Side::Opener);
        self.capture.close(&mut site, Side::Opener);
        self.capture.wait_ms(40);
    }
}

/// The host of an absolute URI or of `host:port`.
pub fn host_of(target: &str) -> &str {
    target.trim_start_matches("http://").split('/').next().unwrap_or(target)
}

/// What findings of a capture at the gateway share, for a GET.
pub fn failure(category: &str, target: &str, status: u16) -> Expect {
    Expect::new(category, "proven")
        .text("client", CLIENT)
        .text("gateway", GATEWAY)
        .text("method", "GET")
        .text("target", target)
        .text("host", host_of(target))
        .number("status", status)
        .text("generated_by", "gateway")
}
