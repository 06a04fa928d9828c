//! Traffic that works, some of it in ways that look bad.

use super::super::recipe::{Recipe, Recording, recipe};

fn script(actions: &[&str]) -> Vec<String> {
    actions.iter().map(|action| (*action).to_owned()).collect()
}

fn good(name: &'static str, about: &'static str) -> Recipe {
    recipe("healthy", name, about)
}

pub fn all() -> Vec<Recipe> {
    let get = "get:http://www.example.com/";
    vec![
        good("squid-get", "One GET, answered."),
        Recipe {
            client: script(&[
                get,
                "get:http://www.example.com/missing",
                "get:http://www.example.com/small",
                "close",
                get,
            ]),
            answers: vec!["200", "404", "200", "200"],
            exchanges: (4, 0, 0),
            recording: Recording::Both,
            ..good(
                "squid-keep-alive",
                "Three requests on one connection and one on another; Squid keeps its own connection to the site.",
            )
        },
        Recipe {
            client: script(&[
                "head:http://www.example.com/",
                "get:http://www.example.com/204",
                "get:http://www.example.com/304",
                "get:http://www.example.com/chunked",
                "post:300:http://www.example.com/",
            ]),
            answers: vec!["200", "204", "304", "200", "200"],
            exchanges: (5, 0, 0),
            ..good(
                "squid-without-body",
                "HEAD, 204, 304, chunks with an extension and a trailer, POST: answers whose length needs care.",
            )
        },
        Recipe {
            origins: vec!["192.0.2.10:80=slow:3500"],
            ..good("squid-slow-answer", "The site needs 3.5 s; the timeout is 5 s.")
        },
        Recipe {
            origins: vec!["192.0.2.10:80=halting:3000"],
            ..good("squid-halting-answer", "The site rests for 3 s in the middle of its answer, and goes on.")
        },
        Recipe {
            origins: vec!["192.0.2.10:80=ok-reset"],
            shows: vec!["ip.src==192.0.2.10 && tcp.flags.reset==1"],
            ..good(
                "squid-reset-after-answer",
                "The site answers in full and then ends the connection with RST instead of FIN.",
            )
        },
        Recipe {
            origins: vec!["192.0.2.10:80=until-close"],
            ..good("squid-until-close", "The answer has no length: it ends where the site closes the connection.")
        },
        Recipe {
            dns: Some(vec!["www.example.com=203.0.113.20,192.0.2.10"]),
            firewall: vec!["ip daddr 203.0.113.20 tcp dport 80 drop"],
            settings: vec!["connect_timeout 4 seconds"],
            shows: vec!["ip.dst==203.0.113.20 && tcp.flags.syn==1"],
            ..good(
                "squid-first-address-dead",
                "The first of two addresses never answers; after connect_timeout Squid takes the second, and the client is served.",
            )
        },
        Recipe {
            dns: Some(vec!["www.example.com=203.0.113.20,192.0.2.10"]),
            shows: vec!["ip.src==203.0.113.20 && tcp.flags.reset==1"],
            ..good(
                "squid-first-address-refuses",
                "The first of two addresses answers with RST, the second serves the client.",
            )
        },
        Recipe {
            dns: Some(vec!["www.example.com/A=wait:400/192.0.2.10", "www.example.com/AAAA=2001:db8:2::10"]),
            firewall: vec!["ip6 daddr 2001:db8:2::10 tcp dport 80 drop"],
            shows: vec!["ipv6.dst==2001:db8:2::10 && tcp.flags.syn==1"],
            ..good(
                "squid-happy-eyeballs",
                "The IPv6 address is dead and its record comes first; Squid starts an IPv4 connection beside it, which wins.",
            )
        },
        Recipe {
            dns: Some(vec!["www.example.com=>cdn.example.net,192.0.2.10"]),
            shows: vec!["dns.flags.rcode==3 && dns.qry.type==12"],
            ..good(
                "squid-alias",
                "The name is an alias; AAAA has no data and the reverse lookup of the client fails, which harms nobody.",
            )
        },
        Recipe {
            client: script(&["open", "sleep:200", "close", "open", "sleep:200", "close", get]),
            exchanges: (1, 0, 0),
            ..good(
                "squid-health-checks",
                "Two connections without a request, as a load balancer makes them, beside a good exchange.",
            )
        },
        Recipe {
            dns: Some(vec!["www.example.com=2001:db8:2::10"]),
            origins: vec!["[2001:db8:2::10]:80=ok"],
            address: "2001:db8:20::2",
            ..good("squid-ipv6", "One GET over IPv6 on both sides.")
        },
        Recipe {
            bridged: true,
            client: script(&[get, "close", get]),
            answers: vec!["200", "200"],
            exchanges: (2, 0, 0),
            ..good(
                "squid-any-above-bridge",
                "The gateway's interfaces are ports of bridges: -i any records each packet twice.",
            )
        },
        Recipe {
            dns: Some(vec!["www.example.com/A=192.0.2.10", "www.example.com/AAAA=nxdomain"]),
            shows: vec!["dns.flags.rcode==3 && dns.qry.type==28"],
            ..good(
                "squid-no-aaaa",
                "The lookup for IPv6 gets No such name, the one for IPv4 an address: all that is needed.",
            )
        },
        Recipe {
            settings: vec!["dns_nameservers 10.30.0.99 10.30.0.53", "dns_retransmit_interval 2 seconds"],
            shows: vec!["dns.flags.response==0 && ip.dst==10.30.0.99"],
            ..good(
                "squid-second-dns-server",
                "The first DNS server does not exist; the second answers, and the client is served.",
            )
        },
        Recipe {
            settings: vec!["acl games dstdomain games.example.org", "http_access deny games"],
            client: script(&["get:http://games.example.org/", get]),
            answers: vec!["403", "200"],
            exchanges: (2, 0, 0),
            ..good(
                "squid-policy-refusal",
                "Squid's policy forbids one site (403), which is no failure, and serves another.",
            )
        },
        Recipe {
            origins: vec!["192.0.2.10:443=tls"],
            client: script(&["tls:www.example.com:443"]),
            answers: vec!["200"],
            shows: vec!["tls.handshake.type==1 && tcp.dstport==3128", "tls.handshake.type==2 && ip.src==192.0.2.10"],
            exchanges: (1, 0, 1),
            ..good(
                "squid-tunnel-tls",
                "CONNECT, a TLS handshake that succeeds, and a page inside that nobody else can read.",
            )
        },
        Recipe {
            origins: vec!["192.0.2.10:22=echo"],
            client: script(&[
                "connect:www.example.com:22",
                "raw:SSH-2.0-lab\\r\\n",
                "hear:13",
                "sleep:100",
                "raw:more of the same",
                "hear:16",
                "close",
            ]),
            exchanges: (1, 0, 1),
            ..good(
                "squid-tunnel",
                "CONNECT, and bytes in both directions that are neither TLS nor HTTP: the inside is not understood.",
            )
        },
        Recipe {
            client: (0..100)
                .map(|number| if number % 20 == 19 { "close" } else { "get:http://www.example.com/small" })
                .chain(["get:http://www.example.com/small"; 5])
                .map(str::to_owned)
                .collect(),
            answers: vec!["200"; 100],
            exchanges: (100, 0, 0),
            recording: Recording::AnyGzip,
            ..good("squid-hundred", "A hundred good exchanges on six connections; the capture is gzipped.")
        },
    ]
}
