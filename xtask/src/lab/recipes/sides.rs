//! Two recordings of one event: on both sides of the firewall, with and without address translation, with clocks that
//! agree and clocks that do not; at the gateway and at the client.

use super::super::net::Host;
use super::super::path::{Between, Tap};
use super::super::recipe::{Expect, Recipe, recipe};

/// The firewall gives connections its own address and another port.
const NAT: &[&str] = &["oifname \"sites\" meta l4proto tcp masquerade to :20000-20999"];
/// In the inside file.
const ASKED: &str = "ip.src==198.51.100.5 && ip.dst==203.0.113.21 && tcp.len>0";
const SYN: &str = "ip.src==198.51.100.5 && ip.dst==203.0.113.21 && tcp.flags.syn==1 && !icmp";
/// In either file: the site's packets.
const RESET: &str = "ip.src==203.0.113.21 && tcp.flags.reset==1";
const SYN_ACK: &str = "ip.src==203.0.113.21 && tcp.flags.syn==1 && tcp.flags.ack==1";
/// In the outside file, whatever the source's address.
const SYN_OUTSIDE: &str = "ip.dst==203.0.113.21 && tcp.flags.syn==1 && !icmp";

/// How the two recordings differ beside their place.
#[derive(Clone, Copy)]
enum With {
    Nothing,
    Nat,
    /// The outside's clock is ahead by this many seconds.
    Clock(&'static str),
    NatAndClock(&'static str),
    /// One recording of both interfaces by dumpcap, and translated addresses.
    OneFile,
    /// One recording of all interfaces by tcpdump, and translated addresses.
    Any,
}

fn both_sides(with: With) -> Between {
    let one = match with {
        With::OneFile => {
            let tap = Tap::new("firewall.pcapng", Host::Firewall, "inside").with(&["-i", "sites"]);
            Some(Tap { dumpcap: true, ..tap })
        }
        With::Any => Some(Tap::new("firewall.pcap", Host::Firewall, "any")),
        _ => None,
    };
    if let Some(tap) = one {
        return Between { nat: NAT.to_vec(), taps: vec![tap], ..Between::default() };
    }
    let outside = Tap::new("outside.pcap", Host::Firewall, "sites");
    let (nat, outside) = match with {
        With::Nothing => (Vec::new(), outside),
        With::Nat => (NAT.to_vec(), outside),
        With::Clock(seconds) => (Vec::new(), outside.ahead(seconds)),
        With::NatAndClock(seconds) => (NAT.to_vec(), outside.ahead(seconds)),
        With::OneFile | With::Any => (NAT.to_vec(), outside),
    };
    Between { nat, taps: vec![Tap::new("inside.pcap", Host::Firewall, "inside"), outside], ..Between::default() }
}

/// Between two good exchanges one with shop.example.net, which fails.
fn failing(
    (category, name): (&'static str, &'static str),
    about: &'static str,
    (status, rule, behaviour): (&'static str, &'static str, &'static str),
    with: With,
    refine: impl FnOnce(Expect) -> Expect,
) -> Recipe {
    let good = "get:http://www.example.com/small";
    let expect = Expect::new(category, "proven")
        .null("client")
        .null("status")
        .text("gateway", "198.51.100.5")
        .text("upstream", "203.0.113.21:80");
    Recipe {
        dns: Some(vec!["www.example.com=192.0.2.10", "shop.example.net=203.0.113.21"]),
        origins: [&["192.0.2.10:80=ok"][..], if behaviour.is_empty() { &[] } else { std::slice::from_ref(&behaviour) }]
            .concat(),
        firewall: if rule.is_empty() { Vec::new() } else { vec![rule] },
        client: [good, "get:http://shop.example.net/basket", good].map(str::to_owned).to_vec(),
        answers: vec!["200", status, "200"],
        // Two good ones; the connection to www.example.com is kept.
        exchanges: (3, 1, 0),
        logs: Vec::new(),
        between: both_sides(with),
        expect: vec![refine(expect)],
        ..recipe(category, name, about)
    }
}

const OK: &str = "203.0.113.21:80=ok";

pub fn all() -> Vec<Recipe> {
    let mut all = vec![
        failing(
            ("tcp-syn-unanswered", "sides-firewall-drops-syn"),
            "Recorded on both sides of a firewall that translates addresses and drops the SYNs to one site: inside they are there, outside they are not. The outside's clock is 7.5 s ahead.",
            ("503", "ip daddr 203.0.113.21 tcp dport 80 drop", OK),
            With::NatAndClock("7.5"),
            |expect| expect.see(SYN),
        ),
        failing(
            ("return-path", "sides-firewall-drops-syn-ack"),
            "Recorded on both sides of a firewall that drops one site's SYN-ACKs: outside they are there, inside they are not.",
            ("503", "ip saddr 203.0.113.21 tcp sport 80 tcp flags & (syn | ack) == syn | ack drop", OK),
            With::Nothing,
            |expect| expect.see_first(SYN).in_file(1).see_first(SYN_OUTSIDE).see_first(SYN_ACK),
        ),
        failing(
            ("tcp-syn-reset", "sides-firewall-resets"),
            "Recorded on both sides of a firewall that answers the SYNs to one site with RST itself, in the site's name: outside there is nothing of it. It translates addresses.",
            ("503", "ip daddr 203.0.113.21 tcp dport 80 reject with tcp reset", OK),
            With::Nat,
            |expect| expect.text("reset_by", "device-on-path").see(SYN).see(RESET),
        ),
        failing(
            ("tcp-syn-reset", "sides-port-closed"),
            "Recorded on both sides of a firewall: nothing listens on one site's port, and its RST is there on both sides. The outside's clock is 90 s behind.",
            ("503", "", ""),
            With::Clock("-90"),
            |expect| expect.text("reset_by", "upstream-host").see(SYN).see(RESET).in_file(1).see(RESET),
        ),
        failing(
            ("response-reset", "sides-site-resets"),
            "Recorded on both sides of a firewall that translates addresses: one site resets after the request, which is there on both sides. The outside's clock is 3 s ahead.",
            ("502", "", "203.0.113.21:80=reset"),
            With::NatAndClock("3.25"),
            |expect| expect.text("reset_by", "upstream-host").see(ASKED).see(RESET).in_file(1).see(RESET),
        ),
        failing(
            ("response-reset", "sides-firewall-resets-request"),
            "Recorded on both sides of a firewall that answers a request with RST in the site's name, and keeps it: outside there is neither.",
            ("502", "ip daddr 203.0.113.21 tcp dport 80 meta length > 120 reject with tcp reset", OK),
            With::Nothing,
            |expect| expect.text("reset_by", "device-on-path").see(ASKED).see(RESET),
        ),
        failing(
            ("request-unacked", "sides-firewall-drops-request"),
            "Recorded on both sides of a firewall that translates addresses, lets the handshake with one site pass and drops the request.",
            ("504", "ip daddr 203.0.113.21 tcp dport 80 meta length > 120 drop", OK),
            With::Nat,
            |expect| expect.see_first(ASKED).in_file(1).see(SYN_ACK),
        ),
        failing(
            ("response-timeout", "sides-firewall-drops-answer"),
            "Recorded on both sides of a firewall that drops one site's answer: outside it is there, again and again, inside it is not.",
            ("504", "ip saddr 203.0.113.21 tcp sport 80 meta length > 120 drop", OK),
            With::Nothing,
            |expect| expect.see_first(ASKED).in_file(1).see_first("ip.src==203.0.113.21 && tcp.len>0"),
        ),
        failing(
            ("tcp-icmp-prohibited", "sides-firewall-rejects"),
            "Recorded on both sides of a firewall that rejects the SYN to one site with ICMP: outside there is nothing of it. It translates addresses.",
            ("503", "ip daddr 203.0.113.21 tcp dport 80 reject with icmp type admin-prohibited", OK),
            With::Nat,
            |expect| expect.see(SYN).see("icmp.type==3 && icmp.code==13"),
        ),
        failing(
            ("response-timeout", "sides-firewall-drops-answer-one-file"),
            "Recorded on both interfaces of a firewall into one file; it translates addresses and drops one site's answer: outside it is there, again and again, inside it is not.",
            ("504", "ip saddr 203.0.113.21 tcp sport 80 meta length > 120 drop", OK),
            With::OneFile,
            |expect| {
                let expect = expect.list("says", &["firewall.pcapng (sites)", "swallowed"]);
                expect.see_first(ASKED).see_first("ip.src==203.0.113.21 && tcp.len>0")
            },
        ),
        failing(
            ("tcp-syn-reset", "sides-firewall-resets-any"),
            "Recorded on all interfaces of a firewall, which translates addresses and answers the SYNs to one site with RST itself, in the site's name.",
            ("503", "ip daddr 203.0.113.21 tcp dport 80 reject with tcp reset", OK),
            With::Any,
            |expect| expect.text("reset_by", "device-on-path").list("says", &["answered in"]).see(SYN).see(RESET),
        ),
    ];
    for (name, about, with) in [
        (
            "sides-any-translated",
            "Recorded on all interfaces of a firewall that translates addresses: all is well, and counts once.",
            With::Any,
        ),
        ("sides-plain", "Recorded on both sides of a firewall: all is well.", With::Nothing),
        (
            "sides-translated",
            "Recorded on both sides of a firewall that translates addresses and ports, with clocks 12 s apart: all is well.",
            With::NatAndClock("12"),
        ),
    ] {
        all.push(Recipe {
            client: [
                "get:http://www.example.com/",
                "get:http://www.example.com/bytes/5000",
                "close",
                "get:http://www.example.com/chunked",
            ]
            .map(str::to_owned)
            .to_vec(),
            answers: vec!["200"; 3],
            exchanges: (3, 0, 0),
            logs: Vec::new(),
            between: both_sides(with),
            ..recipe("healthy", name, about)
        });
    }
    all.extend(with_client());
    all
}

/// Recorded at the gateway and at the client.
fn with_client() -> Vec<Recipe> {
    let taps = |ahead: Option<&'static str>| {
        let client = Tap { shift: ahead, ..Tap::new("client.pcap", Host::Client, "eth0") };
        Between { taps: vec![Tap::new("gateway.pcap", Host::Gateway, "any"), client], ..Between::default() }
    };
    vec![
        Recipe {
            client: ["get:http://www.example.com/", "get:http://www.example.com/bytes/5000"]
                .map(str::to_owned)
                .to_vec(),
            answers: vec!["200"; 2],
            exchanges: (2, 0, 0),
            between: taps(Some("2.5")),
            ..recipe(
                "healthy",
                "sides-gateway-and-client",
                "Recorded at the gateway and at the client, with clocks 2.5 s apart: all is well.",
            )
        },
        Recipe {
            origins: vec!["192.0.2.10:80=reset"],
            between: taps(None),
            ..recipe(
                "response-reset",
                "sides-gateway-and-client",
                "Recorded at the gateway and at the client: the site resets after the request.",
            )
            .fails("502", "response-reset", |expect| {
                expect
                    .text("upstream", "192.0.2.10:80")
                    .see("ip.dst==192.0.2.10 && tcp.len>0")
                    .see("ip.src==192.0.2.10 && tcp.flags.reset==1")
            })
        },
    ]
}
