//! Faults of the network between gateway and site, most of them made by the cable.

use super::super::net::Host;
use super::super::path::Between;
use super::super::recipe::{Expect, Recipe, SENT, SYN, recipe};

/// Wires through the cable, with its rules.
pub fn cabled(wire: &'static str, rules: &[&'static str]) -> Between {
    Between { wires: vec![(wire, None)], rules: rules.to_vec(), ..Between::default() }
}

/// A failing exchange with `http://www.example.com/PATH`.
pub fn failing(
    (category, name): (&'static str, &'static str),
    about: &'static str,
    status: &'static str,
    action: &str,
    between: Between,
    refine: impl FnOnce(Expect) -> Expect,
) -> Recipe {
    let case = recipe(category, name, about).fails(status, category, |expect| {
        let url = action.rsplit_once("http").map_or(String::new(), |(_, rest)| format!("http{rest}"));
        let mut expect = expect.text("upstream", "192.0.2.10:80").text("target", &url);
        if action.starts_with("post") {
            // Of the upload, the first packet.
            expect = expect.text("method", "POST").see_nothing_yet().see(POSTED).see(ANSWERED);
        }
        refine(expect)
    });
    Recipe { client: vec![action.to_owned()], between, ..case }
}

/// The first packet of an upload, and of the gateway's answer.
const POSTED: &str = "ip.src==10.20.0.50 && tcp.payload[0:4]==\"POST\"";
const ANSWERED: &str = "ip.dst==10.20.0.50 && tcp.payload[0:5]==\"HTTP/\"";
const GET: &str = "get:http://www.example.com/";
const BIG_POST: &str = "post:6000:http://www.example.com/upload";
const BIG_GET: &str = "get:http://www.example.com/bytes/6000";
/// The site's packets with data.
const HEARD: &str = "ip.src==192.0.2.10 && tcp.srcport==80 && tcp.len>0 && !icmp";

pub fn all() -> Vec<Recipe> {
    [sending(), waiting(), resolving(), refused()].concat()
}

/// The request does not get through.
fn sending() -> Vec<Recipe> {
    vec![
        failing(
            ("pmtu-blackhole", "squid-answer"),
            "A tunnel on the path loses full-sized packets from the site and says nothing: only the answer's short last packet arrives.",
            "504",
            BIG_GET,
            cabled("wan", &["in tcp size>1400 drop"]),
            |expect| expect.see(SENT).see(HEARD),
        ),
        Recipe {
            gateway: vec!["icmp type destination-unreachable icmp code frag-needed drop"],
            ..failing(
                ("pmtu-blackhole", "squid-icmp-ignored"),
                "The link behind the firewall takes 1400 bytes. The firewall says so by ICMP, which reaches the gateway's interface and is thrown away there.",
                "504",
                BIG_POST,
                Between { mtu: vec![(Host::Firewall, "sites", "1400")], ..cabled("wan", &[]) },
                |expect| {
                    expect
                        .see_first("ip.dst==192.0.2.10 && tcp.len>1300 && (tcp.analysis.retransmission || tcp.analysis.out_of_order) && !icmp")
                        .see_last("icmp.type==3 && icmp.code==4")
                },
            )
        },
        failing(
            ("request-unacked", "squid-payload-dropped"),
            "The handshake passes; an inspecting device swallows the request, and all that follows on the connection, for a word in it.",
            "504",
            "get:http://www.example.com/forbidden",
            cabled("wan", &["both has=/forbidden sticky drop"]),
            |expect| expect.see_first(SENT).see_first("ip.dst==192.0.2.10 && tcp.len>0 && tcp.analysis.retransmission"),
        ),
        six(
            failing(
                ("request-unacked", "squid-ipv6-payload-dropped"),
                "IPv6 throughout: the handshake passes, packets with data towards the site do not.",
                "504",
                GET,
                cabled("wan", &["out tcp port=80 data drop"]),
                |expect| expect,
            ),
            &["ipv6.dst==2001:db8:2::10 && tcp.dstport==80 && tcp.len>0 && !tcp.analysis.retransmission"],
        ),
        Recipe {
            origins: vec!["192.0.2.10:80=impatient:1500"],
            settings: vec!["server_pconn_for_nonretriable allow all"],
            client: ["get:http://www.example.com/small", "sleep:1650", "post:90:http://www.example.com/order"]
                .map(str::to_owned)
                .to_vec(),
            answers: vec!["200", "502"],
            exchanges: (2, 1, 0),
            ..failing(
                ("keepalive-race", "squid-fin-crosses"),
                "The site closes the idle connection just as Squid sends the next request on it: FIN and request cross, the request gets RST.",
                "502",
                "post:90:http://www.example.com/order",
                cabled("wan", &["in port=80 fin wait=400"]),
                |expect| {
                    expect
                        .see_nothing_yet()
                        .see(POSTED)
                        .see("ip.dst==192.0.2.10 && tcp.payload[0:4]==\"POST\"")
                        .see("ip.src==192.0.2.10 && tcp.flags.fin==1")
                        .see("ip.dst==10.20.0.50 && tcp.payload[0:12]==\"HTTP/1.1 502\"")
                },
            )
        },
        Recipe {
            origins: vec!["192.0.2.10:80=deaf"],
            setup: vec![(Host::Origin, "sysctl -qw net.ipv4.tcp_rmem=4096\t8192\t8192")],
            ..failing(
                ("zero-window", "squid-site-does-not-read"),
                "The site's program takes the connection and reads nothing of the upload: its window closes and stays closed.",
                "504",
                "post:30000:http://www.example.com/upload",
                cabled("wan", &[]),
                |expect| expect.see_first("ip.src==192.0.2.10 && tcp.analysis.zero_window"),
            )
        },
    ]
}

/// The answer does not get through, or something else answers.
fn waiting() -> Vec<Recipe> {
    // As far away as sites are: 12 hops, 60 ms.
    let far = ["both tcp port=80 wait=30", "in tcp port=80 ttl=52"];
    let injected = |rules: &[&'static str]| cabled("wan", &[&far[..], rules].concat());
    let by = |who: &'static str| move |expect: Expect| expect.text("reset_by", who).see(SENT).see_last(RESET);
    let forbidden = "get:http://www.example.com/forbidden";
    vec![
        failing(
            ("response-timeout", "squid-answer-lost"),
            "A device on the path lets the request through and swallows the answer: the gateway sees the request acknowledged, and nothing more.",
            "504",
            GET,
            cabled("wan", &["in port=80 data drop"]),
            |expect| expect.see(SENT),
        ),
        failing(
            ("response-reset", "squid-device-resets"),
            "A device on the path resets the connection for a word in the request: its RST comes sooner than the site could answer, with another TTL.",
            "502",
            forbidden,
            injected(&["out has=/forbidden sticky drop reset=back made-ttl=126 made-id=4660"]),
            by("device-on-path"),
        ),
        failing(
            ("response-reset", "squid-device-resets-site-answers"),
            "A device on the path sends RST to the gateway and lets the request pass: the site's answer arrives after the RST.",
            "502",
            forbidden,
            injected(&["out has=/forbidden reset=back made-ttl=251"]),
            by("device-on-path"),
        ),
        Recipe {
            origins: vec!["192.0.2.10:80=reset"],
            ..failing(
                ("response-reset", "squid-site-resets"),
                "The site's own host resets the connection after the request: a round trip later, with its TTL.",
                "502",
                GET,
                injected(&[]),
                by("upstream-host"),
            )
        },
        failing(
            ("response-truncated", "squid-device-resets-in-body"),
            "A device on the path resets both sides in the middle of the answer.",
            "200 cut",
            "get:http://www.example.com/bytes/20000",
            injected(&["in port=80 size>1400 nth=5 sticky drop reset=both made-ttl=126 made-id=7 made-wait=30"]),
            |expect| {
                expect
                    .text("generated_by", "origin")
                    .number("status", 200)
                    .text("reset_by", "device-on-path")
                    .see_first(RESET)
            },
        ),
        Recipe {
            client: ["get:http://www.example.com/small", "close", "sleep:100", "get:http://www.example.com:8080/"]
                .map(str::to_owned)
                .to_vec(),
            answers: vec!["200", "503"],
            exchanges: (2, 1, 0),
            ..failing(
                ("tcp-syn-reset", "squid-device-resets-syn"),
                "Port 80 of the site works; for port 8080 a device on the path answers the SYN with RST, sooner than the site could and with another TTL.",
                "503",
                "get:http://www.example.com:8080/",
                cabled(
                    "wan",
                    &[
                        "both tcp host=192.0.2.10 wait=30",
                        "in tcp ttl=52",
                        "out syn port=8080 drop reset=back made-ttl=126 made-id=4660",
                    ],
                ),
                |expect| {
                    expect
                        .text("upstream", "192.0.2.10:8080")
                        .text("reset_by", "device-on-path")
                        .see_nothing_yet()
                        .see("tcp.dstport==8080 && tcp.flags.syn==1")
                        .see("tcp.srcport==8080 && tcp.flags.reset==1")
                        .see("ip.dst==10.20.0.50 && tcp.payload[0:12]==\"HTTP/1.1 503\"")
                },
            )
        },
    ]
}

/// A reset in the site's name.
const RESET: &str = "ip.src==192.0.2.10 && tcp.flags.reset==1";

/// DNS over TCP after a truncated answer.
fn resolving() -> Vec<Recipe> {
    let blocked = |name, about, rule| Recipe {
        dns: Some(vec!["www.example.com=truncated/192.0.2.10"]),
        firewall: vec![rule],
        ..recipe("dns-tcp-fallback-blocked", name, about).fails("502", "dns-tcp-fallback-blocked", |expect| {
            expect
                .null("upstream")
                .see("dns.flags.truncated==1 && dns.qry.name==\"www.example.com\" && dns.qry.type==1")
        })
    };
    vec![
        blocked(
            "squid-tcp-dropped",
            "The DNS answer over UDP is truncated; a firewall drops TCP to port 53.",
            "tcp dport 53 drop",
        ),
        blocked(
            "squid-tcp-reset",
            "The DNS answer over UDP is truncated; a firewall resets TCP to port 53.",
            "tcp dport 53 reject with tcp reset",
        ),
    ]
}

/// ICMP instead of a connection.
fn refused() -> Vec<Recipe> {
    let icmp = |category, name, about, between, firewall: &[&'static str], proof: &str| {
        let case = failing((category, name), about, "503", GET, between, |expect| expect.see(SYN).see(proof));
        Recipe { firewall: firewall.to_vec(), ..case }
    };
    let none = Between::default;
    let mut all = vec![
        icmp(
            "tcp-routing-loop",
            "squid-ttl-exceeded",
            "Routers send the SYN in a circle until its time to live is used up; the last one says so by ICMP.",
            cabled("wan", &["out syn port=80 ttl=1"]),
            &[],
            "icmp.type==11 && icmp.code==0",
        ),
        icmp(
            "tcp-icmp-prohibited",
            "squid-net-prohibited",
            "A router answers the SYN with ICMP network administratively prohibited (code 9).",
            none(),
            &["tcp dport 80 reject with icmp type net-prohibited"],
            "icmp.type==3 && icmp.code==9",
        ),
        icmp(
            "tcp-icmp-unreachable",
            "squid-port-unreachable",
            "A firewall answers the SYN with ICMP port unreachable (code 3), its default.",
            none(),
            &["tcp dport 80 reject with icmp type port-unreachable"],
            "icmp.type==3 && icmp.code==3",
        ),
        icmp(
            "tcp-icmp-unreachable",
            "squid-protocol-unreachable",
            "The site's host answers the SYN with ICMP protocol unreachable (code 2).",
            none(),
            &["tcp dport 80 reject with icmp type prot-unreachable"],
            "icmp.type==3 && icmp.code==2",
        ),
        icmp(
            "tcp-icmp-unreachable",
            "squid-host-unknown",
            "A router two hops away answers the SYN with ICMP host unknown (code 7).",
            cabled("wan", &["out syn port=80 drop icmp-error=3/7 by=203.0.113.254 made-ttl=254 made-id=99"]),
            &[],
            "icmp.type==3 && icmp.code==7 && ip.src==203.0.113.254",
        ),
        icmp(
            "tcp-icmp-unreachable",
            "squid-net-unreachable-for-service",
            "A router two hops away answers the SYN with ICMP network unreachable for this type of service (code 11).",
            cabled("wan", &["out syn port=80 drop icmp-error=3/11 by=203.0.113.254 made-ttl=254 made-id=99"]),
            &[],
            "icmp.type==3 && icmp.code==11",
        ),
    ];
    let codes: [(&str, &str, &str, &str, &str); 5] = [
        ("tcp-icmp-unreachable", "squid-ipv6-no-route", "no route (code 0)", "no-route", "icmpv6.code==0"),
        (
            "tcp-icmp-unreachable",
            "squid-ipv6-address-unreachable",
            "address unreachable (code 3)",
            "addr-unreachable",
            "icmpv6.code==3",
        ),
        (
            "tcp-icmp-unreachable",
            "squid-ipv6-port-unreachable",
            "port unreachable (code 4)",
            "port-unreachable",
            "icmpv6.code==4",
        ),
        (
            "tcp-icmp-prohibited",
            "squid-ipv6-policy",
            "source address failed ingress policy (code 5)",
            "policy-fail",
            "icmpv6.code==5",
        ),
        (
            "tcp-icmp-prohibited",
            "squid-ipv6-reject-route",
            "reject route to destination (code 6)",
            "reject-route",
            "icmpv6.code==6",
        ),
    ];
    let syn = "ipv6.dst==2001:db8:2::10 && tcp.flags.syn==1 && tcp.flags.ack==0 && !icmpv6";
    for (category, name, words, kind, proof) in codes {
        let rule: &'static str = match kind {
            "no-route" => "tcp dport 80 reject with icmpv6 type no-route",
            "addr-unreachable" => "tcp dport 80 reject with icmpv6 type addr-unreachable",
            "port-unreachable" => "tcp dport 80 reject with icmpv6 type port-unreachable",
            "policy-fail" => "tcp dport 80 reject with icmpv6 type policy-fail",
            _ => "tcp dport 80 reject with icmpv6 type reject-route",
        };
        let case = failing((category, name), "", "503", GET, none(), |expect| expect);
        let proof = format!("icmpv6.type==1 && {proof}");
        all.push(Recipe {
            about: format!("IPv6 throughout: a router answers the SYN with ICMPv6 {words}."),
            firewall: vec![rule],
            ..six(case, &[syn, &proof])
        });
    }
    let loops = failing(
        ("tcp-routing-loop", "squid-ipv6-hop-limit-exceeded"),
        "IPv6 throughout: routers send the SYN in a circle until its hop limit is used up; the last one says so by ICMPv6.",
        "503",
        GET,
        cabled("wan", &["out syn port=80 ttl=1"]),
        |expect| expect,
    );
    all.push(six(loops, &[syn, "icmpv6.type==3 && icmpv6.code==0"]));
    all
}

/// The same over IPv6 on both sides (DNS is asked over IPv4), with evidence of its own.
pub fn six(case: Recipe, evidence: &[&str]) -> Recipe {
    let mut case = Recipe {
        dns: Some(vec!["www.example.com=2001:db8:2::10"]),
        origins: vec!["[2001:db8:2::10]:80=ok"],
        address: "2001:db8:20::2",
        ..case
    };
    let (asked, answer) = (case.asked(), case.answer());
    if let Some(expect) = case.expect.first_mut() {
        *expect = std::mem::take(expect)
            .text("client", "2001:db8:20::50")
            .text("gateway", "2001:db8:20::2")
            .text("upstream", "[2001:db8:2::10]:80")
            .see_nothing_yet()
            .see(&asked)
            .see(&answer);
        for filter in evidence {
            *expect = std::mem::take(expect).see(filter);
        }
    }
    case
}
