//! Rough paths on which all goes well in the end: loss, reordering, repetition, delay, and worse.

use super::super::net::Host;
use super::super::path::Between;
use super::super::recipe::{Recipe, Recording, recipe};
use super::wire::{cabled, six};

fn good(name: &'static str, about: &'static str, client: &[&str], between: Between, shows: &[&'static str]) -> Recipe {
    let count = client.iter().filter(|action| action.contains("://")).count();
    Recipe {
        client: client.iter().map(|action| (*action).to_owned()).collect(),
        answers: vec!["200"; count],
        exchanges: (count, 0, 0),
        between,
        shows: shows.to_vec(),
        ..recipe("healthy", name, about)
    }
}

pub fn all() -> Vec<Recipe> {
    let page = "get:http://www.example.com/";
    let big = "get:http://www.example.com/bytes/20000";
    let upload = "post:20000:http://www.example.com/upload";
    let mut mtu = cabled("wan", &[]);
    mtu.mtu = vec![(Host::Firewall, "sites", "1400")];
    vec![
        good(
            "squid-loss",
            "Every sixth packet between gateway and site is lost, in both directions; TCP mends it.",
            &[page, big, upload],
            cabled("wan", &["both tcp port=80 wait=5", "out tcp port=80 every=6 drop", "in tcp port=80 every=6 drop"]),
            &["tcp.analysis.retransmission"],
        ),
        good(
            "squid-syn-lost-twice",
            "The first two SYNs to the site are lost, then the first SYN-ACK; the fourth SYN succeeds.",
            &[page],
            cabled("wan", &["out syn port=80 first=2 drop", "in synack port=80 first=1 drop"]),
            &["tcp.flags.syn==1 && tcp.analysis.retransmission && ip.dst==192.0.2.10"],
        ),
        good(
            "squid-reordered",
            "Every third packet from the site arrives behind the next one.",
            &[page, big],
            cabled("wan", &["in tcp port=80 data every=3 behind"]),
            &["tcp.analysis.out_of_order || tcp.analysis.duplicate_ack"],
        ),
        good(
            "squid-repeated",
            "Every packet between gateway and site arrives twice.",
            &[page, big],
            cabled("wan", &["both tcp port=80 twice"]),
            &["tcp.analysis.retransmission || tcp.analysis.spurious_retransmission || tcp.analysis.duplicate_ack"],
        ),
        good(
            "squid-long-way",
            "The site is 600 ms away and back; SYNs are sent again before the answer can be there.",
            &[page, page],
            cabled("wan", &["both tcp port=80 wait=600"]),
            &["tcp.flags.syn==1 && tcp.analysis.retransmission"],
        ),
        Recipe {
            setup: vec![(Host::Origin, "sysctl -qw net.ipv4.tcp_rmem=4096\t8192\t8192")],
            origins: vec!["192.0.2.10:80=deaf:2500"],
            ..good(
                "squid-window-opens-again",
                "The site does not read the upload for 2.5 s, its window closes; then it reads on and answers.",
                &[upload],
                cabled("wan", &[]),
                &["ip.src==192.0.2.10 && tcp.analysis.zero_window", "ip.src==192.0.2.10 && tcp.analysis.window_update"],
            )
        },
        Recipe {
            setup: vec![(Host::Client, "sysctl -qw net.ipv4.tcp_rmem=4096\t8192\t8192")],
            client: ["ask:http://www.example.com/bytes/40000", "sleep:2500", "read"].map(str::to_owned).to_vec(),
            ..good(
                "squid-client-reads-late",
                "The client does not read the answer for 2.5 s: its window closes, opens again, and all of it arrives.",
                &[big],
                cabled("lan", &[]),
                &["ip.src==10.20.0.50 && tcp.analysis.zero_window"],
            )
        },
        good(
            "squid-path-mtu-learned",
            "The link behind the firewall takes 1400 bytes; the firewall says so by ICMP, and the gateway sends smaller packets.",
            &[upload],
            mtu,
            &["icmp.type==3 && icmp.code==4"],
        ),
        good(
            "squid-forged-reset-ignored",
            "Somebody sends the gateway a RST in the site's name with a wrong sequence number; the gateway takes no notice.",
            &[page, page],
            cabled("wan", &["in port=80 data nth=1 reset=on made-ttl=120 made-id=77 made-shift=9000"]),
            &["ip.src==192.0.2.10 && tcp.flags.reset==1"],
        ),
        good(
            "squid-icmp-in-passing",
            "A router says once that the site is unreachable, in the middle of a connection that goes on well.",
            &[page, big],
            cabled("wan", &["out port=80 data nth=1 icmp-error=3/1 by=203.0.113.254 made-ttl=250"]),
            &["icmp.type==3 && icmp.code==1"],
        ),
        Recipe {
            dns: Some(vec!["www.example.com=truncated/192.0.2.10"]),
            ..good(
                "squid-dns-over-tcp",
                "The DNS answer over UDP is truncated; over TCP it comes in full.",
                &[page],
                Between::default(),
                &["dns.flags.truncated==1", "tcp.srcport==53 && dns.a==192.0.2.10"],
            )
        },
        Recipe {
            recording: Recording::Both,
            ..six(
                good(
                    "squid-ipv6-rough",
                    "IPv6 throughout, with loss, reordering and repetition between gateway and site.",
                    &[page, big],
                    cabled(
                        "wan",
                        &[
                            "both tcp port=80 every=7 drop",
                            "in tcp port=80 data every=4 behind",
                            "out tcp port=80 every=5 twice",
                        ],
                    ),
                    &["tcp.analysis.retransmission"],
                ),
                &[],
            )
        },
    ]
}
