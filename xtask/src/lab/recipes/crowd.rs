//! Needles in haystacks: many good exchanges of every kind, and a few that fail, each otherwise.

use super::super::path::Between;
use super::super::proxies::NGINX;
use super::super::recipe::{Expect, Recipe, recipe};

/// Sites, with what each does. The last seven fail.
const NAMES: [&str; 13] = [
    "www.example.com=192.0.2.10",
    "news.example.com=192.0.2.11,192.0.2.10",
    "img.example.net=>cdn.example.net,192.0.2.12",
    "api.example.org=192.0.2.12",
    "slow.example.org=203.0.113.20",
    "big.example.net=truncated/192.0.2.11",
    "gone.example.com=nxdomain",
    "down.example.com=192.0.2.12",
    "refuses.example.net=203.0.113.21",
    "resets.example.org=192.0.2.10",
    "mute.example.net=203.0.113.21",
    "cut.example.com=192.0.2.11",
    "sick.example.org=203.0.113.20",
];

const ORIGINS: [&str; 11] = [
    "192.0.2.10:80=ok",
    "192.0.2.11:80=ok",
    "192.0.2.12:80=ok",
    "203.0.113.20:80=slow:700",
    "192.0.2.10:443=tls",
    "192.0.2.10:8010=reset",
    "203.0.113.21:8020=hold",
    "192.0.2.11:8030=short",
    "203.0.113.20:8040=status:503",
    "192.0.2.12:8060=halting:900",
    "192.0.2.11:8070=until-close",
];

/// Good requests, taken in turn.
const GOOD: [&str; 20] = [
    "get:http://www.example.com/",
    "get:http://news.example.com/small",
    "get:http://img.example.net/304",
    "get:http://api.example.org/chunked",
    "head:http://www.example.com/",
    "get:http://www.example.com/small",
    "post:120:http://api.example.org/order",
    "get:http://news.example.com/204",
    "get:http://img.example.net/bytes/2500",
    "get:http://www.example.com/missing",
    "get:http://big.example.net/small",
    "get:http://api.example.org/small",
    "get:http://news.example.com/",
    "get:http://www.example.com/304",
    "get:http://img.example.net/small",
    "get:http://api.example.org/204",
    "get:http://news.example.com/small",
    "get:http://www.example.com/chunked",
    "head:http://img.example.net/",
    "post:40:http://www.example.com/form",
];

/// What fails: after how many good ones, the action, what the client sees, category, host, upstream, made by.
type Bad = (usize, &'static str, &'static str, &'static str, &'static str, Option<&'static str>, &'static str);
const BAD: [Bad; 7] = [
    (31, "get:http://gone.example.com/", "502", "dns-nxdomain", "gone.example.com", None, "gateway"),
    (
        77,
        "get:http://refuses.example.net/",
        "503",
        "tcp-syn-reset",
        "refuses.example.net",
        Some("203.0.113.21:80"),
        "gateway",
    ),
    (
        118,
        "get:http://resets.example.org:8010/",
        "502",
        "response-reset",
        "resets.example.org",
        Some("192.0.2.10:8010"),
        "gateway",
    ),
    (
        160,
        "get:http://cut.example.com:8030/",
        "200 cut",
        "response-truncated",
        "cut.example.com",
        Some("192.0.2.11:8030"),
        "origin",
    ),
    (
        203,
        "get:http://down.example.com:8050/",
        "503",
        "tcp-syn-unanswered",
        "down.example.com",
        Some("192.0.2.12:8050"),
        "gateway",
    ),
    (
        240,
        "get:http://sick.example.org:8040/",
        "503",
        "origin-error",
        "sick.example.org",
        Some("203.0.113.20:8040"),
        "origin",
    ),
    (
        281,
        "get:http://mute.example.net:8020/",
        "504",
        "response-timeout",
        "mute.example.net",
        Some("203.0.113.21:8020"),
        "gateway",
    ),
];

/// The script of the client, and what it sees.
fn script() -> (Vec<String>, Vec<&'static str>) {
    let (mut client, mut answers) = (Vec::new(), Vec::new());
    for number in 0..300 {
        if let Some((_, action, status, ..)) = BAD.iter().find(|(after, ..)| *after == number) {
            client.push((*action).to_owned());
            answers.push(*status);
            // Squid closes after a cut answer.
            client.push("close".to_owned());
        }
        if number % 37 == 36 {
            client.push("close".to_owned());
        }
        let special = match number {
            15 | 142 => Some(("tls:www.example.com:443", "200")),
            40 | 188 => Some(("get:http://slow.example.org/", "200")),
            64 => Some(("get:http://img.example.net:8060/", "200")),
            101 => Some(("get:http://news.example.com:8070/", "200")),
            _ => None,
        };
        let (action, status) = special.unwrap_or_else(|| {
            let action = GOOD[number % GOOD.len()];
            let status = match action.rsplit('/').next() {
                Some("304") => "304",
                Some("204") => "204",
                Some("missing") => "404",
                _ => "200",
            };
            (action, status)
        });
        client.push(action.to_owned());
        answers.push(status);
    }
    (client, answers)
}

pub fn all() -> Vec<Recipe> {
    let (client, answers) = script();
    let expect = BAD.iter().map(|(_, action, status, category, host, upstream, made_by)| {
        let url = action.trim_start_matches("get:");
        let expect = Expect::new(category, "proven")
            .text("client", "10.20.0.50")
            .text("gateway", "10.20.0.2")
            .text("method", "GET")
            .text("host", host)
            .text("target", url)
            .text("generated_by", made_by)
            .number("status", status.split(' ').next().and_then(|code| code.parse().ok()).unwrap_or(0))
            .see(&format!("ip.src==10.20.0.50 && http.request.full_uri==\"{url}\""));
        let Some(upstream) = upstream else {
            return expect
                .null("upstream")
                .see(&format!("dns.flags.rcode==3 && dns.qry.name==\"{host}\" && dns.qry.type==1"));
        };
        let (address, port) = upstream.split_once(':').unwrap_or_default();
        let syn = format!("ip.dst=={address} && tcp.dstport=={port} && tcp.flags.syn==1");
        let expect = expect.text("upstream", upstream);
        match *category {
            "tcp-syn-unanswered" => expect.see_first(&syn),
            "tcp-syn-reset" => {
                expect.see(&syn).see(&format!("ip.src=={address} && tcp.srcport=={port} && tcp.flags.reset==1"))
            }
            "response-reset" => expect.see(&format!("ip.src=={address} && tcp.srcport=={port} && tcp.flags.reset==1")),
            "response-truncated" => {
                expect.see(&format!("ip.src=={address} && tcp.srcport=={port} && tcp.flags.fin==1"))
            }
            "origin-error" => {
                expect.see(&format!("ip.src=={address} && tcp.srcport=={port} && tcp.payload[0:12]==\"HTTP/1.1 503\""))
            }
            _ => expect.see(&format!("ip.dst=={address} && tcp.dstport=={port} && tcp.len>0")),
        }
    });
    vec![
        Recipe {
            dns: Some(NAMES.to_vec()),
            origins: ORIGINS.to_vec(),
            firewall: vec!["ip daddr 192.0.2.12 tcp dport 8050 drop"],
            client,
            answers,
            expect: expect.collect(),
            // The two tunnels count, and are not seen inside.
            exchanges: (307, 7, 2),
            between: Between {
                wires: vec![("wan", None)],
                rules: vec![
                    "in tcp port=80 every=41 drop",
                    "out tcp port=80 data every=67 drop",
                    "in tcp port=80 data every=29 behind",
                    "both tcp port=80 every=53 twice",
                    "both tcp port=80 every=97 wait=40",
                ],
                ..Between::default()
            },
            shows: vec!["tcp.analysis.retransmission", "tcp.analysis.duplicate_ack", "dns.flags.truncated==1"],
            ..recipe(
                "mixed",
                "squid-seven-among-three-hundred",
                "Three hundred good exchanges of every kind (keep-alive, HEAD, 204, 304, 404, chunks, POST, tunnels, slow sites, DNS over TCP, packets lost, repeated and out of order), and seven that fail, each for another reason.",
            )
        },
        nginx(),
    ]
}

/// Thirty good ones and three that fail, through a reverse proxy.
fn nginx() -> Recipe {
    let bad = [
        (7, "shop.example.net", "tcp-syn-reset", Some("203.0.113.21:80"), "tcp.flags.reset==1 && ip.src==203.0.113.21"),
        (
            15,
            "gone.example.com",
            "dns-nxdomain",
            None,
            "dns.flags.rcode==3 && dns.qry.name==\"gone.example.com\" && dns.qry.type==1",
        ),
        (24, "app.example.org", "response-empty", Some("203.0.113.20:80"), "tcp.flags.fin==1 && ip.src==203.0.113.20"),
    ];
    let paths = ["/", "/small", "/304", "/chunked", "/bytes/3000", "/missing", "/204", "/small"];
    let (mut client, mut answers, mut expects) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..30 {
        if let Some((_, host, category, upstream, proof)) = bad.iter().find(|(after, ..)| *after == number) {
            client.push(format!("get:http://{host}/basket"));
            answers.push("502");
            let expect = Expect::new(category, "proven")
                .text("client", "10.20.0.50")
                .text("gateway", "10.20.0.2")
                .text("method", "GET")
                .text("host", host)
                .text("target", "/basket")
                .text("generated_by", "gateway")
                .number("status", 502)
                .see(&format!("ip.src==10.20.0.50 && http.host==\"{host}\""));
            let expect = match upstream {
                Some(upstream) => expect.text("upstream", upstream),
                None => expect.null("upstream"),
            };
            expects.push(expect.see(proof));
        }
        if number % 9 == 8 {
            client.push("close".to_owned());
        }
        let path = paths[number % paths.len()];
        client.push(format!("get:http://www.example.com{path}"));
        answers.push(match path {
            "/304" => "304",
            "/204" => "204",
            "/missing" => "404",
            _ => "200",
        });
    }
    Recipe {
        dns: Some(vec!["www.example.com=192.0.2.10", "shop.example.net=203.0.113.21", "app.example.org=203.0.113.20"]),
        origins: vec!["192.0.2.10:80=ok", "203.0.113.20:80=close:20"],
        client,
        answers,
        expect: expects,
        exchanges: (33, 3, 0),
        ..recipe(
            "mixed",
            "nginx-three-among-thirty",
            "Thirty good exchanges through nginx, and three that fail, each for another reason.",
        )
    }
    .via(&NGINX, &[], &["upstream.log"])
}
