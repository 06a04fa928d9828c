//! Traffic that works, some of it in ways that look bad.

use super::super::super::net::Host;
use super::super::super::proxies::{APACHE, APACHE_REVERSE, HAPROXY, NGINX, Program, SQUID};
use super::super::super::recipe::{Recipe, recipe};
use super::{EACH, script};

const GET: &str = "get:http://www.example.com/";
const NGINX_LOG: &[&str] = &["upstream.log"];
const HAPROXY_LOG: &[&str] = &["haproxy.log"];

/// Through nginx, HAProxy and Apache. Only a log that knows of failures is kept: error logs have nothing to say.
fn each(name: &str, about: &str, change: impl Fn(Recipe) -> Recipe) -> Vec<Recipe> {
    let others = EACH.iter().skip(1);
    others
        .map(|(program, logs)| {
            let case = recipe("healthy", format!("{}-{name}", program.name), about);
            change(case.via(program, &[], logs.get(..1).unwrap_or_default()))
        })
        .collect()
}

fn one(name: &str, about: &str, program: &'static Program, settings: &[&'static str], log: &[&'static str]) -> Recipe {
    recipe("healthy", name, about).via(program, settings, log)
}

/// nginx's logs, that of errors too: what it tells was made up for.
const NGINX_LOGS: &[&str] = &["upstream.log", "error.log"];

/// Answers with what HTTP does not allow, through the gateways that take them all the same.
fn untidy() -> Vec<Recipe> {
    let both = "The site's answer is chunked and has a length as well: the gateway goes by the chunks.";
    let squid = |name, about, behaviour| Recipe {
        origins: vec![behaviour],
        ..recipe("healthy", name, about).via(&SQUID, &[], &["access.log"])
    };
    let mut all =
        each("length-and-chunks", both, |case| Recipe { origins: vec!["192.0.2.10:80=length-and-chunks"], ..case });
    let refused = "The site refuses an upload with 413 before it has read it, and resets the connection soon after; the gateway has read the answer by then.";
    let uploads = |case: Recipe| Recipe {
        origins: vec!["192.0.2.10:80=refuses-upload:300"],
        client: script(&["post:30000:http://www.example.com/"]),
        answers: vec!["413"],
        shows: vec!["ip.src==192.0.2.10 && tcp.flags.reset==1"],
        ..case
    };
    // HAProxy closes before the RST can be sent.
    let others = each("upload-refused-in-time", refused, uploads);
    all.extend(others.into_iter().filter(|case| case.program.name != HAPROXY.name));
    all.push(uploads(squid("squid-upload-refused-in-time", refused, "")));
    all.extend([
        squid("squid-length-and-chunks", both, "192.0.2.10:80=length-and-chunks"),
        squid(
            "squid-folded",
            "Right after the site's status line comes a line that begins with a blank; Squid passes over it.",
            "192.0.2.10:80=folded",
        ),
        squid(
            "squid-blank-before-colon",
            "A blank stands between a name and its colon in the site's header; Squid passes over the line.",
            "192.0.2.10:80=blank-before-colon",
        ),
        Recipe {
            origins: vec!["192.0.2.10:80=nul"],
            ..one(
                "haproxy-nul",
                "A field of the site's header holds a NUL; HAProxy bears it.",
                &HAPROXY,
                &[],
                HAPROXY_LOG,
            )
        },
        Recipe {
            origins: vec!["192.0.2.10:80=two-lengths"],
            ..one(
                "apache-two-lengths",
                "The site's answer has two lengths that contradict each other; Apache takes one of them.",
                &APACHE,
                &[],
                &["access.log"],
            )
        },
        Recipe {
            origins: vec!["192.0.2.10:80=switches"],
            answers: vec!["101"],
            ..one(
                "nginx-switches",
                "The site answers 101 to a request that asks for no change of protocol; nginx passes it on.",
                &NGINX,
                &[],
                NGINX_LOG,
            )
        },
    ]);
    all
}

/// Every group here has a server that fails and one that serves.
fn another_server() -> Vec<Recipe> {
    vec![
        Recipe {
            shows: vec!["ip.src==192.0.2.11 && tcp.flags.reset==1"],
            ..one(
                "nginx-next-server",
                "The first server of a group refuses, nginx asks the second one.",
                &NGINX,
                &[
                    "http: upstream site { server 192.0.2.11:80; server 192.0.2.10:80; }",
                    "location: proxy_pass http://site;",
                ],
                NGINX_LOGS,
            )
        },
        Recipe {
            origins: vec!["192.0.2.11:80=reset", "192.0.2.10:80=ok"],
            shows: vec!["ip.src==192.0.2.11 && tcp.flags.reset==1"],
            ..one(
                "nginx-next-server-after-reset",
                "The first server of a group resets the connection after the request, nginx asks the second one.",
                &NGINX,
                &[
                    "http: upstream site { server 192.0.2.11:80; server 192.0.2.10:80; }",
                    "location: proxy_pass http://site;",
                ],
                NGINX_LOGS,
            )
        },
        Recipe {
            dns: Some(vec!["www.example.com=203.0.113.20,192.0.2.10"]),
            firewall: vec!["ip daddr 203.0.113.20 tcp dport 80 drop"],
            settings: vec!["http: proxy_connect_timeout 3s;"],
            client: script(&[GET, "close", GET]),
            answers: vec!["200", "200"],
            exchanges: (2, 0, 0),
            shows: vec!["ip.dst==203.0.113.20 && tcp.flags.syn==1"],
            ..one(
                "nginx-first-address-dead",
                "The first of two addresses never answers; nginx takes the other one.",
                &NGINX,
                &[],
                NGINX_LOGS,
            )
        },
        Recipe {
            shows: vec!["ip.src==192.0.2.11 && tcp.flags.reset==1"],
            ..one(
                "haproxy-redispatch",
                "The first server refuses again and again; HAProxy gives the request to the second one.",
                &HAPROXY,
                &[
                    "backend: server one 192.0.2.11:80",
                    "backend: server two 192.0.2.10:80",
                    "backend: option redispatch 1",
                ],
                HAPROXY_LOG,
            )
        },
        Recipe {
            origins: vec!["192.0.2.10:80=close:20|ok"],
            shows: vec!["ip.src==192.0.2.10 && tcp.flags.fin==1"],
            ..one(
                "haproxy-retry-on",
                "The site closes the first connection without an answer; HAProxy asks again and is served.",
                &HAPROXY,
                &["backend: retry-on empty-response conn-failure"],
                HAPROXY_LOG,
            )
        },
        Recipe {
            shows: vec!["ip.src==192.0.2.11 && tcp.flags.reset==1"],
            client: script(&["sleep:1500", GET, "close", GET, "close", GET]),
            answers: vec!["200", "200", "200"],
            exchanges: (3, 0, 0),
            ..one(
                "haproxy-one-server-down",
                "The health checks of one server fail all the time; the other one serves.",
                &HAPROXY,
                &[
                    "backend: option httpchk GET /small",
                    "backend: server one 192.0.2.11:80 check inter 400",
                    "backend: server two 192.0.2.10:80 check inter 400",
                ],
                HAPROXY_LOG,
            )
        },
        Recipe {
            shows: vec!["ip.src==192.0.2.11 && tcp.flags.reset==1"],
            ..one(
                "apache-reverse-next-worker",
                "The first worker of a balancer refuses, Apache asks the second one.",
                &APACHE_REVERSE,
                &[
                    "ProxyPass / balancer://site/",
                    "<Proxy balancer://site>\nBalancerMember http://192.0.2.11\nBalancerMember http://192.0.2.10\n</Proxy>",
                ],
                &["access.log", "error.log"],
            )
        },
        Recipe {
            origins: Vec::new(),
            shows: vec!["ip.src==192.0.2.10 && tcp.flags.reset==1"],
            ..one(
                "nginx-error-page",
                "The site refuses; nginx serves a page of its own with 200.",
                &NGINX,
                &[
                    "location: error_page 502 504 =200 @instead;",
                    "server: location @instead { return 200 \"a page instead\"; }",
                ],
                NGINX_LOGS,
            )
        },
        Recipe {
            origins: vec!["192.0.2.10:80=ok|reset"],
            client: script(&[GET, "close", "sleep:3000", GET]),
            answers: vec!["200", "200"],
            exchanges: (2, 0, 0),
            shows: vec!["ip.src==192.0.2.10 && tcp.flags.reset==1"],
            ..one(
                "nginx-stale",
                "The page in nginx's cache is too old, the site resets the connection, and nginx serves the old page.",
                &NGINX,
                &[
                    "http: proxy_cache_path {folder}/cache keys_zone=pages:1m;",
                    "location: proxy_cache pages;",
                    "location: proxy_cache_valid 200 1s;",
                    "location: proxy_cache_use_stale error timeout;",
                ],
                NGINX_LOGS,
            )
        },
    ]
}

fn forms() -> Vec<Recipe> {
    let upgrade = "raw:GET /ws HTTP/1.1\\r\\nHost: www.example.com\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Version: 13\\r\\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\n\\r\\n";
    let websocket = |name, program, settings: &[&'static str], log| Recipe {
        client: script(&[
            upgrade,
            "read",
            "raw:hello there",
            "hear:11",
            "sleep:300",
            "raw:and again",
            "hear:9",
            "close",
        ]),
        answers: vec!["101"],
        ..one(name, "A WebSocket: an upgrade, and bytes in both directions.", program, settings, log)
    };
    let expect =
        "raw:POST / HTTP/1.1\\r\\nHost: www.example.com\\r\\nContent-Length: 11\\r\\nExpect: 100-continue\\r\\n\\r\\n";
    let continued = |name, program, log| Recipe {
        client: script(&[expect, "hear:25", "raw:hello world", "read"]),
        ..one(name, "The client waits for 100 Continue before it sends its body.", program, &[], log)
    };
    vec![
        websocket(
            "nginx-websocket",
            &NGINX,
            &[
                "http: proxy_http_version 1.1;",
                "location: proxy_set_header Upgrade $http_upgrade;",
                "location: proxy_set_header Connection upgrade;",
            ],
            NGINX_LOG,
        ),
        websocket("haproxy-websocket", &HAPROXY, &[], HAPROXY_LOG),
        continued("nginx-100-continue", &NGINX, NGINX_LOG),
        continued("haproxy-100-continue", &HAPROXY, HAPROXY_LOG),
        Recipe {
            client: script(&[
                "raw:GET / HTTP/1.1\\r\\nHost: www.example.com\\r\\nAccept-Encoding: gzip\\r\\n\\r\\n",
                "read",
            ]),
            shows: vec!["ip.src==10.20.0.2 && tcp.payload contains \"Content-Encoding: gzip\""],
            ..one(
                "nginx-gzip",
                "nginx compresses the answer and sends it in chunks: what the client gets is not what the site sent.",
                &NGINX,
                &["http: gzip on;", "http: gzip_min_length 20;", "http: gzip_proxied any;"],
                NGINX_LOG,
            )
        },
        Recipe {
            client: script(&["post:20000:http://www.example.com/upload"]),
            answers: vec!["413"],
            ..one(
                "nginx-too-large",
                "The client's upload is larger than nginx takes: 413, while the client still sends.",
                &NGINX,
                &["http: client_max_body_size 1k;"],
                NGINX_LOG,
            )
        },
        Recipe {
            client: script(&["get:http://www.example.com/private", "close", GET]),
            answers: vec!["403", "200"],
            exchanges: (2, 0, 0),
            ..one(
                "haproxy-denies",
                "A rule of HAProxy denies one path with 403, which is no failure.",
                &HAPROXY,
                &["frontend: http-request deny if { path /private }"],
                HAPROXY_LOG,
            )
        },
        Recipe {
            origins: vec!["192.0.2.10:443=echo"],
            client: script(&[
                "connect:www.example.com:443",
                "raw:hello",
                "hear:5",
                "sleep:200",
                "raw:more",
                "hear:4",
                "close",
            ]),
            exchanges: (1, 0, 1),
            ..one(
                "apache-tunnel",
                "CONNECT through Apache, and bytes that nobody understands.",
                &APACHE,
                &[],
                &["access.log"],
            )
        },
        Recipe {
            client: script(&["ask:http://www.example.com/", "finish", "read"]),
            ..one(
                "haproxy-half-close",
                "The client closes its direction after the request and waits for the answer.",
                &HAPROXY,
                &[],
                HAPROXY_LOG,
            )
        },
        Recipe {
            client: script(&["ask:http://www.example.com/", "finish", "read"]),
            ..one(
                "apache-half-close",
                "The client closes its direction after the request and waits for the answer.",
                &APACHE,
                &[],
                &["access.log"],
            )
        },
        Recipe {
            client: (0..40)
                .map(|number| match number % 10 {
                    9 => "close",
                    4 => "get:http://www.example.com/chunked",
                    _ => "get:http://www.example.com/small",
                })
                .map(str::to_owned)
                .collect(),
            answers: vec!["200"; 36],
            exchanges: (36, 0, 0),
            ..one(
                "nginx-kept-upstream",
                "Thirty-six requests on four connections; nginx keeps its own connection to the server.",
                &NGINX,
                &[
                    "http: upstream site { server 192.0.2.10:80; keepalive 4; }",
                    "http: proxy_http_version 1.1;",
                    "location: proxy_set_header Connection \"\";",
                    "location: proxy_pass http://site;",
                ],
                NGINX_LOG,
            )
        },
        Recipe {
            setup: vec![
                (Host::Firewall, "ip route add 10.20.0.0/24 via 198.51.100.5"),
                (Host::Gateway, "ip rule add fwmark 1 lookup 100"),
                (Host::Gateway, "ip route add local 0.0.0.0/0 dev lo table 100"),
                (Host::Gateway, "nft add table ip divert"),
                (Host::Gateway, "nft add chain ip divert pre { type filter hook prerouting priority -150 ; }"),
                (Host::Gateway, "nft add rule ip divert pre meta l4proto tcp socket transparent 1 meta mark set 1"),
            ],
            shows: vec!["ip.src==10.20.0.50 && ip.dst==192.0.2.10 && tcp.flags.syn==1"],
            ..one(
                "haproxy-spoofs-client",
                "HAProxy uses the client's address towards the site, and the answers find back to it.",
                &HAPROXY,
                &["frontend: bind :80", "backend: source 0.0.0.0 usesrc clientip"],
                HAPROXY_LOG,
            )
        },
    ]
}

pub fn all() -> Vec<Recipe> {
    [
        each("get", "One GET, answered.", |case| case),
        each("without-body", "HEAD, 204, 304, chunks with a trailer, POST: answers whose length needs care.", |case| {
            Recipe {
                client: script(&[
                    "head:http://www.example.com/",
                    "get:http://www.example.com/204",
                    "get:http://www.example.com/304",
                    "get:http://www.example.com/chunked",
                    "post:300:http://www.example.com/",
                    "get:http://www.example.com/missing",
                ]),
                answers: vec!["200", "204", "304", "200", "200", "404"],
                exchanges: (6, 0, 0),
                ..case
            }
        }),
        each("upload", "An upload of 20,000 bytes.", |case| Recipe {
            client: script(&["post:20000:http://www.example.com/"]),
            ..case
        }),
        each("slow-answer", "The site needs 3.5 s; the timeout is 5 s.", |case| Recipe {
            origins: vec!["192.0.2.10:80=slow:3500"],
            ..case
        }),
        each("halting-answer", "The site rests for 3 s in the middle of its answer, and goes on.", |case| Recipe {
            origins: vec!["192.0.2.10:80=halting:3000"],
            ..case
        }),
        each(
            "reset-after-answer",
            "The site answers in full and then ends the connection with RST instead of FIN.",
            |case| Recipe {
                origins: vec!["192.0.2.10:80=ok-reset"],
                shows: vec!["ip.src==192.0.2.10 && tcp.flags.reset==1"],
                ..case
            },
        )
        .into_iter()
        // HAProxy closes before the RST can be sent.
        .filter(|case| !case.name.starts_with("haproxy"))
        .collect(),
        each("until-close", "The answer has no length: it ends where the site closes the connection.", |case| Recipe {
            origins: vec!["192.0.2.10:80=until-close"],
            ..case
        }),
        untidy(),
        another_server(),
        forms(),
        vec![one(
            "apache-reverse-get",
            "One GET through Apache as a reverse proxy, answered.",
            &APACHE_REVERSE,
            &[],
            &["access.log"],
        )],
    ]
    .concat()
}
