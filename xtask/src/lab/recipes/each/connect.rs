//! Connections that are not made, and requests that do not arrive.

use super::super::super::net::Host;
use super::super::super::proxies::{HAPROXY, NGINX};
use super::super::super::recipe::{Expect, Recipe, SENT, SYN, recipe};
use super::Fault;

/// The answer of a closed port, or of a firewall that plays one.
const RESET: &str = "ip.src==192.0.2.10 && tcp.flags.reset==1";

/// Bytes of the request, sent again.
const AGAIN: &str = "ip.dst==192.0.2.10 && tcp.len>0 && tcp.analysis.retransmission";

/// A rule of the firewall for what goes to the site.
fn refused(
    category: &'static str,
    name: &'static str,
    about: &'static str,
    statuses: [&'static str; 4],
    rule: &'static str,
    proof: &'static str,
) -> Vec<Recipe> {
    Fault { category, name, about, statuses }.through(
        |expect| if proof.is_empty() { expect.see(SYN) } else { expect.see(SYN).see(proof) },
        |case| Recipe { firewall: vec![rule], ..case }.set(&HAPROXY, &["defaults: retries 1"]),
    )
}

/// nginx with connections that it keeps.
const KEPT: [&str; 4] = [
    "http: upstream site { server 192.0.2.10:80; keepalive 4; }",
    "http: proxy_http_version 1.1;",
    "location: proxy_set_header Connection \"\";",
    "location: proxy_pass http://site;",
];

/// The site closes a connection that rests for a second. The second request is sent 100 ms before that and held up on its
/// way (the firewall drops it, and its repetitions): so the site's FIN crosses it.
fn race(case: Recipe) -> Recipe {
    Recipe {
        origins: vec!["192.0.2.10:80=impatient:1000"],
        client: ["get:http://www.example.com/small", "sleep:880", "post:300:http://www.example.com/second"]
            .map(str::to_owned)
            .to_vec(),
        firewall: vec!["ip daddr 192.0.2.10 tcp dport 80 @ih,0,32 0x504f5354 drop"],
        exchanges: (2, 1, 0),
        ..case
    }
}

fn races() -> Vec<Recipe> {
    let about = "The site closes a kept connection just as the next request is sent on it: its FIN does not acknowledge that request.";
    let expect = |expect: Expect| {
        expect
            .text("method", "POST")
            .text("target", "/second")
            .text("upstream", "192.0.2.10:80")
            .see_first("ip.dst==192.0.2.10 && tcp.len>300")
            .see_first("ip.src==192.0.2.10 && tcp.flags.fin==1")
    };
    let nginx = recipe("keepalive-race", "nginx-fin-crosses-request", about)
        .via(&NGINX, &KEPT, &["upstream.log", "error.log"])
        .fails("502", "keepalive-race", expect);
    let haproxy = recipe("keepalive-race", "haproxy-fin-crosses-request", about)
        .via(&HAPROXY, &[], &["haproxy.log"])
        .fails("none: closed after 0 bytes", "keepalive-race", expect);
    [nginx, haproxy]
        .into_iter()
        .map(|case| {
            let mut case = race(case).with(|mut expect| {
                // Of the client's requests only the second one failed.
                expect.evidence.retain(|sought| {
                    !sought.filter.starts_with("ip.src==10.20.0.50") && !sought.filter.starts_with("ip.dst==10.20.0.50")
                });
                expect.see("ip.src==10.20.0.50 && tcp.payload contains \"POST \"")
            });
            case.answers.insert(0, "200");
            case
        })
        .collect()
}

pub fn all() -> Vec<Recipe> {
    [
        races(),
        Fault {
            category: "tcp-syn-reset",
            name: "port-closed",
            about: "Nothing listens on the site's port 80: its host answers the SYN with RST.",
            statuses: ["", "502", "503", "503"],
        }
        .through(|expect| expect.see(SYN).see(RESET), |case| Recipe { origins: Vec::new(), ..case }),
        refused(
            "tcp-syn-unanswered",
            "firewall-drops-syn",
            "A firewall drops the SYNs.",
            ["", "504", "503", "503"],
            "ip daddr 192.0.2.10 tcp dport 80 drop",
            "",
        ),
        refused(
            "tcp-icmp-prohibited",
            "admin-prohibited",
            "A router's access list rejects the SYN with ICMP communication administratively prohibited (code 13).",
            ["", "502", "503", "503"],
            "ip daddr 192.0.2.10 tcp dport 80 reject with icmp type admin-prohibited",
            "icmp.type==3 && icmp.code==13 && ip.dst==192.0.2.10",
        ),
        refused(
            "tcp-icmp-unreachable",
            "host-unreachable",
            "A router answers the SYN with ICMP host unreachable (code 1).",
            ["", "502", "503", "503"],
            "ip daddr 192.0.2.10 tcp dport 80 reject with icmp type host-unreachable",
            "icmp.type==3 && icmp.code==1 && ip.dst==192.0.2.10",
        ),
        Fault {
            category: "tcp-routing-loop",
            name: "two-routers",
            about: "Two routers send the packets for the site to each other, until the time to live is up.",
            statuses: ["503", "502", "503", "503"],
        }
        .through(
            |expect| {
                expect
                    .text("upstream", "203.0.113.99:80")
                    .see("ip.dst==203.0.113.99 && tcp.flags.syn==1 && !icmp")
                    .see("icmp.type==11 && ip.dst==203.0.113.99")
            },
            |case| {
                Recipe {
                    dns: Some(vec!["www.example.com=203.0.113.99"]),
                    setup: vec![
                        (Host::Firewall, "ip route add 203.0.113.99/32 via 192.0.2.10"),
                        (Host::Origin, "sysctl -qw net.ipv4.ip_forward=1 net.ipv4.icmp_ratelimit=0"),
                        (Host::Origin, "ip route add 203.0.113.99/32 via 192.0.2.1"),
                    ],
                    ..case
                }
                .set(&HAPROXY, &["defaults: retries 1", "backend: server origin 203.0.113.99:80"])
            },
        ),
        Fault {
            category: "request-unacked",
            name: "request-dropped",
            about: "The handshake passes the firewall, the request does not: packets of more than 70 bytes are dropped.",
            statuses: ["504", "504", "504", "502"],
        }
        .through(
            |expect| expect.see_first(SENT).see_first(AGAIN),
            |case| Recipe { firewall: vec!["ip daddr 192.0.2.10 tcp dport 80 ip length > 70 drop"], ..case },
        ),
        Fault {
            category: "pmtu-blackhole",
            name: "upload",
            about: "Behind a tunnel packets of more than 1400 bytes are lost and no ICMP says so; the request's body is larger.",
            statuses: ["504", "504", "504", "502"],
        }
        .through(
            |expect| expect.text("method", "POST").see_last("ip.dst==192.0.2.10 && tcp.len>=1400 && tcp.analysis.retransmission"),
            |case| Recipe {
                client: vec!["post:9000:http://www.example.com/".to_owned()],
                firewall: vec!["ip daddr 192.0.2.10 tcp dport 80 ip length > 1400 drop"],
                ..case
            },
        ),
    ]
    .concat()
}
