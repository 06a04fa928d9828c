//! Connections that are not made.

use super::super::recipe::{Expect, Recipe, Recording, SYN, recipe};

/// The answer of a closed port, or of a firewall that plays one.
const RESET: &str = "ip.src==192.0.2.10 && tcp.flags.reset==1";

fn failing(
    category: &'static str,
    name: &'static str,
    about: &'static str,
    rule: &'static str,
    proof: &'static str,
) -> Recipe {
    let case = recipe(category, name, about).fails("503", category, |expect| {
        let expect = expect.text("upstream", "192.0.2.10:80").text("target", "http://www.example.com/").see(SYN);
        if proof.is_empty() { expect } else { expect.see(proof) }
    });
    Recipe { firewall: if rule.is_empty() { Vec::new() } else { vec![rule] }, ..case }
}

pub fn all() -> Vec<Recipe> {
    let dropped = "ip daddr 192.0.2.10 tcp dport 80 drop";
    vec![
        failing(
            "tcp-syn-unanswered",
            "squid-firewall-drops-syn",
            "A firewall drops the SYNs; they are repeated after 1, 2 and 4 s until Squid's connect_timeout of 8 s.",
            dropped,
            "",
        ),
        Recipe {
            recording: Recording::Wan,
            logs: Vec::new(),
            expect: vec![
                Expect::new("tcp-syn-unanswered", "proven")
                    .text("gateway", "198.51.100.5")
                    .text("upstream", "192.0.2.10:80")
                    .null("client")
                    .null("status")
                    .see(SYN),
            ],
            ..failing(
                "tcp-syn-unanswered",
                "squid-upstream-side-only",
                "A firewall drops the SYNs. Recorded on the upstream interface only: the client's side is not in the capture.",
                dropped,
                "",
            )
        },
        Recipe {
            dns: Some(vec!["www.example.com=192.0.2.10,192.0.2.11"]),
            firewall: vec!["ip daddr { 192.0.2.10, 192.0.2.11 } tcp dport 80 drop"],
            settings: vec!["connect_timeout 4 seconds"],
            recording: Recording::Both,
            ..recipe(
                "tcp-syn-unanswered",
                "squid-two-addresses",
                "The name has two addresses and a firewall drops the SYNs to both; Squid tries one after the other.",
            )
            .fails("503", "tcp-syn-unanswered", |expect| {
                expect.text("upstream", "192.0.2.11:80").see("ip.dst==192.0.2.0/24 && tcp.flags.syn==1 && !icmp")
            })
        },
        failing(
            "tcp-syn-reset",
            "squid-port-closed",
            "Nothing listens on the site's port 80: its host answers the SYN with RST.",
            "",
            RESET,
        )
        .without_origin(),
        failing(
            "tcp-syn-reset",
            "squid-firewall-resets",
            "A firewall answers the SYN with RST in the site's name.",
            "ip daddr 192.0.2.10 tcp dport 80 reject with tcp reset",
            RESET,
        ),
        Recipe {
            client: vec!["connect:www.example.com:8443".to_owned()],
            recording: Recording::AnySll1,
            ..recipe(
                "tcp-syn-reset",
                "squid-connect-port-closed",
                "CONNECT to a port on which nothing listens: Squid answers the CONNECT itself with an error.",
            )
            .fails("503", "tcp-syn-reset", |expect| {
                expect
                    .text("method", "CONNECT")
                    .text("target", "www.example.com:8443")
                    .text("upstream", "192.0.2.10:8443")
                    .see(SYN)
                    .see(RESET)
            })
        },
        failing(
            "tcp-icmp-prohibited",
            "squid-host-prohibited",
            "A firewall rejects the SYN with ICMP host administratively prohibited (type 3, code 10).",
            "ip daddr 192.0.2.10 tcp dport 80 reject with icmp type host-prohibited",
            "icmp.type==3 && icmp.code==10 && ip.dst==192.0.2.10",
        ),
        failing(
            "tcp-icmp-prohibited",
            "squid-admin-prohibited",
            "A router's access list rejects the SYN with ICMP communication administratively prohibited (code 13).",
            "ip daddr 192.0.2.10 tcp dport 80 reject with icmp type admin-prohibited",
            "icmp.type==3 && icmp.code==13 && ip.dst==192.0.2.10",
        ),
        failing(
            "tcp-icmp-unreachable",
            "squid-host-unreachable",
            "A router answers the SYN with ICMP host unreachable (code 1).",
            "ip daddr 192.0.2.10 tcp dport 80 reject with icmp type host-unreachable",
            "icmp.type==3 && icmp.code==1 && ip.dst==192.0.2.10",
        ),
        failing(
            "tcp-icmp-unreachable",
            "squid-net-unreachable",
            "A router answers the SYN with ICMP network unreachable (code 0).",
            "ip daddr 192.0.2.10 tcp dport 80 reject with icmp type net-unreachable",
            "icmp.type==3 && icmp.code==0 && ip.dst==192.0.2.10",
        ),
        Recipe {
            gateway: vec!["ip saddr 192.0.2.10 tcp sport 80 tcp flags & (syn | ack) == syn | ack drop"],
            ..failing(
                "return-path",
                "squid-syn-ack-not-accepted",
                "The SYN-ACK reaches the gateway's interface and is thrown away there, as a reverse-path filter would: both sides repeat themselves.",
                "",
                "",
            )
        }
        .with(|expect| {
            expect.see("ip.src==192.0.2.10 && tcp.flags.syn==1 && tcp.flags.ack==1 && !tcp.analysis.retransmission")
        })
        .unsure(),
        Recipe {
            bridged: true,
            ..failing(
                "tcp-syn-reset",
                "squid-any-above-bridge",
                "Nothing listens on the site's port. The gateway's interfaces are ports of bridges, so that -i any records each packet twice.",
                "",
                RESET,
            )
            .without_origin()
        }
        .seen_twice(),
        Recipe {
            client: ["get:http://www.example.com/a", "get:http://shop.example.net/basket", "get:http://www.example.com/b"]
                .map(str::to_owned)
                .to_vec(),
            dns: Some(vec!["www.example.com=192.0.2.10", "shop.example.net=203.0.113.21"]),
            answers: vec!["200", "503", "200"],
            exchanges: (3, 1, 0),
            expect: vec![
                Expect::new("tcp-syn-reset", "proven")
                    .text("client", "10.20.0.50")
                    .text("gateway", "10.20.0.2")
                    .text("host", "shop.example.net")
                    .text("target", "http://shop.example.net/basket")
                    .text("upstream", "203.0.113.21:80")
                    .number("status", 503)
                    .text("generated_by", "gateway")
                    .see("ip.src==10.20.0.50 && http.request.uri contains \"basket\"")
                    .see("ip.dst==203.0.113.21 && tcp.flags.syn==1")
                    .see("ip.src==203.0.113.21 && tcp.flags.reset==1")
                    .see("ip.dst==10.20.0.50 && tcp.srcport==3128 && tcp.payload[0:12]==\"HTTP/1.1 503\""),
            ],
            ..recipe(
                "tcp-syn-reset",
                "squid-second-of-three",
                "Three requests on one connection of the client; the second is for a site that refuses.",
            )
        },
        six(
            "tcp-syn-unanswered",
            "squid-ipv6-dropped",
            "IPv6 throughout: a firewall drops the SYNs to the site's only address.",
            "ip6 daddr 2001:db8:2::10 tcp dport 80 drop",
            "",
        ),
        six(
            "tcp-icmp-prohibited",
            "squid-ipv6-prohibited",
            "IPv6 throughout: a firewall rejects the SYN with ICMPv6 administratively prohibited (type 1, code 1).",
            "ip6 daddr 2001:db8:2::10 tcp dport 80 reject with icmpv6 type admin-prohibited",
            "icmpv6.type==1 && icmpv6.code==1",
        ),
        six(
            "tcp-syn-reset",
            "squid-ipv6-port-closed",
            "IPv6 throughout: nothing listens on the site's port.",
            "",
            "ipv6.src==2001:db8:2::10 && tcp.flags.reset==1",
        )
        .without_origin(),
    ]
}

/// The same over IPv6 on both sides (DNS is asked over IPv4).
fn six(
    category: &'static str,
    name: &'static str,
    about: &'static str,
    rule: &'static str,
    proof: &'static str,
) -> Recipe {
    let case = Recipe { address: "2001:db8:20::2", ..failing(category, name, about, rule, "") };
    let mut expect = case.expect[0]
        .clone()
        .text("client", "2001:db8:20::50")
        .text("gateway", "2001:db8:20::2")
        .text("upstream", "[2001:db8:2::10]:80")
        .see_nothing_yet()
        .see(&case.asked())
        .see(&case.answer())
        .see("ipv6.dst==2001:db8:2::10 && tcp.flags.syn==1 && tcp.flags.ack==0 && !icmpv6");
    if !proof.is_empty() {
        expect = expect.see(proof);
    }
    Recipe {
        dns: Some(vec!["www.example.com=2001:db8:2::10"]),
        origins: vec!["[2001:db8:2::10]:80=ok"],
        expect: vec![expect],
        ..case
    }
}

impl Recipe {
    /// Each packet is there twice; one of the two is evidence enough.
    fn seen_twice(self) -> Self {
        self.with(|expect| Expect { paired: true, ..expect })
    }

    /// Nothing listens at the site.
    fn without_origin(mut self) -> Self {
        self.origins.clear();
        self
    }
}
