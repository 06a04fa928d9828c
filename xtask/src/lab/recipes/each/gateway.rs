//! Failures that the gateway itself makes, its parent, or the client.

use super::super::super::net::Host;
use super::super::super::proxies::{APACHE, APACHE_REVERSE, HAPROXY, NGINX, Program, SQUID};
use super::super::super::recipe::{Expect, Recipe, SYN, recipe};
use super::{Fault, script};

/// One gateway, whose log decides.
fn by_log(
    category: &'static str,
    name: &'static str,
    about: &'static str,
    (program, settings, logs): (&'static Program, &[&'static str], &[&'static str]),
    status: &'static str,
    refine: impl Fn(Expect) -> Expect,
) -> Recipe {
    let case = recipe(category, name, about).via(program, settings, logs);
    Recipe { log_decides: true, ..case.fails(status, category, refine).unsure() }
}

const SQUID_LOG: &[&str] = &["access.log"];
const NGINX_LOGS: &[&str] = &["upstream.log", "error.log"];
const HAPROXY_LOG: &[&str] = &["haproxy.log"];
const APACHE_LOGS: &[&str] = &["access.log", "error.log"];

/// Two ports for connections to the outside.
const TWO_PORTS: (Host, &str) = (Host::Gateway, "sysctl -qw net.ipv4.ip_local_port_range=40000\t40001");
/// The gateway's own table of routes forbids the way to the site.
const FORBIDDEN: (Host, &str) = (Host::Gateway, "ip route add prohibit 192.0.2.10/32");

/// Two slow requests that succeed in the end, and a third one meanwhile.
fn third_of_three(case: Recipe) -> Recipe {
    let ask = "ask:http://www.example.com/report";
    Recipe {
        client: script(&[ask, "another", ask, "another", "sleep:300", "get:http://www.example.com/", "sleep:3500"]),
        origins: vec!["192.0.2.10:80=slow:3000"],
        exchanges: (3, 1, 0),
        ..case
    }
    .with(|mut expect| {
        expect.evidence.clear();
        expect
    })
}

fn overloaded() -> Vec<Recipe> {
    let no_port = "Every local port for connections to the site is in use: the third of three requests gets none.";
    let exhausted = |name, parts, status| {
        let case = by_log("ephemeral-port-exhaustion", name, no_port, parts, status, |expect| expect);
        Recipe { setup: vec![TWO_PORTS], ..third_of_three(case) }
    };
    vec![
        exhausted("nginx-two-ports", (&NGINX, &[], NGINX_LOGS), "502"),
        exhausted("haproxy-two-ports", (&HAPROXY, &["defaults: retries 0"], HAPROXY_LOG), "503"),
        exhausted("apache-two-ports", (&APACHE, &[], APACHE_LOGS), "503"),
        exhausted("squid-two-ports", (&SQUID, &[], SQUID_LOG), "503"),
        third_of_three(by_log(
            "proxy-overload",
            "haproxy-queue-timeout",
            "The server may have two connections, and both are busy: the third request waits in the queue until timeout queue.",
            (&HAPROXY, &["backend: server origin 192.0.2.10:80 maxconn 2", "defaults: timeout queue 2s"], HAPROXY_LOG),
            "503",
            |expect| expect,
        )),
        third_of_three(by_log(
            "proxy-overload",
            "nginx-worker-connections",
            "worker_connections are used up by two slow requests: the third one finds no connection to the site.",
            (&NGINX, &["events: worker_connections 9;"], NGINX_LOGS),
            "500",
            |expect| expect,
        )),
    ]
}

fn forbidden() -> Vec<Recipe> {
    let about = "A route of the gateway's own host prohibits the way to the site: connect() fails with Permission denied, and no SYN leaves.";
    let case = |name, parts, status| Recipe {
        setup: vec![FORBIDDEN],
        ..by_log("local-egress-denied", name, about, parts, status, |expect| expect)
    };
    vec![
        case("nginx-route-prohibits", (&NGINX, &[], NGINX_LOGS), "502"),
        case("apache-route-prohibits", (&APACHE, &[], APACHE_LOGS), "503"),
        case("squid-route-prohibits", (&SQUID, &[], SQUID_LOG), "503"),
    ]
}

fn none_left() -> Vec<Recipe> {
    let twice = script(&["get:http://www.example.com/a", "close", "get:http://www.example.com/b"]);
    let second = |case: Recipe, first: Expect| {
        let mut expect = case.expect.clone();
        for one in &mut expect {
            one.evidence.clear();
            *one = one.clone().text("target", "/b");
        }
        expect.insert(0, first);
        let status = case.answers[0];
        Recipe {
            client: twice.clone(),
            origins: Vec::new(),
            answers: vec![status, status],
            exchanges: (2, 2, 0),
            expect,
            ..case
        }
    };
    let refused = || Expect::default().text("category", "tcp-syn-reset").text("target", "/a").see(SYN);
    vec![
        second(
            by_log(
                "no-healthy-upstream",
                "nginx-no-live",
                "Both servers of a group refuse the first request and are taken out: the second request finds none.",
                (
                    &NGINX,
                    &[
                        "http: upstream site { server 192.0.2.11:80; server 192.0.2.10:80; }",
                        "location: proxy_pass http://site;",
                    ],
                    NGINX_LOGS,
                ),
                "502",
                |expect| expect,
            ),
            refused(),
        ),
        second(
            by_log(
                "no-healthy-upstream",
                "apache-reverse-workers-down",
                "Both workers of a balancer refuse the first request and are in error state: the second request finds none.",
                (
                    &APACHE_REVERSE,
                    &[
                        "ProxyPass / balancer://site/ maxattempts=2",
                        "<Proxy balancer://site>\nBalancerMember http://192.0.2.11\nBalancerMember http://192.0.2.10\nProxySet forcerecovery=Off\n</Proxy>",
                    ],
                    APACHE_LOGS,
                ),
                "503",
                |expect| expect,
            ),
            refused(),
        ),
        Recipe {
            client: script(&["sleep:2500", "get:http://www.example.com/"]),
            origins: Vec::new(),
            ..by_log(
                "no-healthy-upstream",
                "haproxy-checks-fail",
                "The only server fails its health checks before the request comes: HAProxy has no server left.",
                (&HAPROXY, &["backend: server origin 192.0.2.10:80 check inter 500 fall 2"], HAPROXY_LOG),
                "503",
                |expect| expect,
            )
        },
    ]
}

fn services() -> Vec<Recipe> {
    let icap = [
        "icap_enable on",
        "icap_service scan reqmod_precache bypass=off icap://203.0.113.20:1344/scan",
        "adaptation_access scan allow all",
        "icap_connect_timeout 3 seconds",
    ];
    let squid = |name, about| recipe("required-service", name, about).via(&SQUID, &icap, SQUID_LOG);
    vec![
        squid(
            "squid-icap-refused",
            "Nothing listens on the port of the ICAP server that has to see each request first.",
        )
        .fails("500", "required-service", |expect| {
            expect
                .see("ip.dst==203.0.113.20 && tcp.flags.syn==1 && tcp.dstport==1344")
                .see("ip.src==203.0.113.20 && tcp.flags.reset==1")
        })
        .unsure(),
        Recipe {
            firewall: vec!["tcp dport 1344 drop"],
            ..squid(
                "squid-icap-unanswered",
                "A firewall drops the SYNs to the ICAP server that has to see each request first.",
            )
            .fails("500", "required-service", |expect| {
                expect.see_first("ip.dst==203.0.113.20 && tcp.flags.syn==1 && tcp.dstport==1344")
            })
            .unsure()
        },
        Recipe {
            origins: vec!["192.0.2.10:80=ok", "203.0.113.20:1344=hold"],
            settings: [&icap[..], &["icap_io_timeout 3 seconds"]].concat(),
            ..squid("squid-icap-silent", "The ICAP server accepts the connection and never answers.")
                .fails("500", "required-service", |expect| {
                    expect.see_first("ip.dst==203.0.113.20 && tcp.dstport==1344 && tcp.len>0")
                })
                .unsure()
        },
        by_log(
            "required-service",
            "nginx-auth-request-refused",
            "auth_request asks a server on which nothing listens: nginx answers 500 and never asks the site.",
            (
                &NGINX,
                &[
                    "location: auth_request /auth;",
                    "server: location = /auth { internal; proxy_pass http://203.0.113.20:80; proxy_pass_request_body off; proxy_set_header Content-Length \"\"; }",
                ],
                NGINX_LOGS,
            ),
            "500",
            |expect| expect.see("ip.dst==203.0.113.20 && tcp.flags.syn==1"),
        ),
        by_log(
            "policy-denied",
            "haproxy-deny-503",
            "A rule of HAProxy denies the request, with 503.",
            (&HAPROXY, &["frontend: http-request deny deny_status 503 if { path / }"], HAPROXY_LOG),
            "503",
            |expect| expect,
        )
        .without("gateway"),
    ]
}

fn parents() -> Vec<Recipe> {
    let parent = "192.0.2.12:3128";
    let case =
        |name, about, (program, settings, logs): (&'static Program, &[&'static str], _), other: &'static Program| {
            let case = recipe("parent-proxy-error", name, about).via(program, settings, logs);
            Recipe {
                origins: Vec::new(),
                others: vec![(
                    Host::Origin,
                    other,
                    if other.name == SQUID.name { vec!["visible_hostname parent.example.net"] } else { Vec::new() },
                )],
                ..case.fails("503", "parent-proxy-error", |expect| {
                    expect
                        .text("generated_by", "parent-proxy")
                        .text("upstream", parent)
                        .see("ip.src==192.0.2.12 && tcp.payload[0:12]==\"HTTP/1.1 503\"")
                })
            }
        };
    let child = ["cache_peer 192.0.2.12 parent 3128 0 no-query no-digest default", "never_direct allow all"];
    vec![
        case(
            "squid-parent-squid",
            "The parent, another Squid, cannot reach the site and answers 503; the gateway passes it on.",
            (&SQUID, &child, SQUID_LOG),
            &SQUID,
        ),
        case(
            "squid-parent-apache",
            "The parent, an Apache, cannot reach the site and answers 503; the gateway passes it on.",
            (&SQUID, &child, SQUID_LOG),
            &APACHE,
        ),
        case(
            "apache-parent-squid",
            "The parent, a Squid, cannot reach the site and answers 503; Apache passes it on.",
            (&APACHE, &["ProxyRemote * http://192.0.2.12:3128"], APACHE_LOGS),
            &SQUID,
        ),
    ]
}

fn loops() -> Vec<Recipe> {
    vec![
        recipe(
            "no-attempt",
            "squid-own-parent",
            "Squid's only parent is its own address: it leaves that out, and answers without trying anything.",
        )
        .via(&SQUID, &["cache_peer 10.20.0.2 parent 3128 0 no-query no-digest default", "never_direct allow all"], &[])
        .fails("502", "no-attempt", |expect| expect)
        .unsure(),
        recipe(
            "proxy-loop",
            "nginx-to-itself",
            "The site's name leads back to nginx: the request comes back until nothing is left.",
        )
        .via(&NGINX, &["events: worker_connections 20;", "location: proxy_pass http://10.20.0.2:80;"], NGINX_LOGS)
        .fails("500", "proxy-loop", |expect| expect.see_first("tcp.dstport==80 && ip.src==10.20.0.2 && tcp.len>0"))
        .unsure(),
        recipe(
            "proxy-loop",
            "nginx-to-itself-by-loopback",
            "nginx passes requests to its own port on 127.0.0.1, under that name: they come back until nothing is left.",
        )
        .via(
            &NGINX,
            &[
                "events: worker_connections 20;",
                "location: proxy_pass http://127.0.0.1;",
                "location: proxy_set_header Host $proxy_host;",
            ],
            NGINX_LOGS,
        )
        .fails("500", "proxy-loop", |expect| expect.see_first("tcp.dstport==80 && ip.src==127.0.0.1 && tcp.len>0"))
        .unsure(),
    ]
}

fn return_paths() -> Vec<Recipe> {
    let about =
        "The gateway uses the client's address towards the site, but nothing leads the site's answers back to it.";
    let case = |name, parts: (&'static Program, &[&'static str], &[&'static str]), status| {
        recipe("return-path", name, about).via(parts.0, parts.1, parts.2).fails(status, "return-path", |expect| {
            expect.text("upstream", "192.0.2.10:80").see("ip.src==10.20.0.50 && ip.dst==192.0.2.10 && tcp.flags.syn==1")
        })
    };
    [
        case(
            "haproxy-spoofs-client",
            (
                &HAPROXY,
                &["frontend: bind :80", "backend: source 0.0.0.0 usesrc clientip", "defaults: retries 0"],
                HAPROXY_LOG,
            ),
            "503",
        ),
        case("nginx-spoofs-client", (&NGINX, &["location: proxy_bind $remote_addr transparent;"], NGINX_LOGS), "504"),
    ]
    .into_iter()
    .map(|case| case.unsure())
    .collect()
}

pub fn all() -> Vec<Recipe> {
    let left = Fault {
        category: "client-abort",
        name: "client-leaves",
        about: "The site needs 4 s; the client closes its connection after 2 s.",
        statuses: ["", "none", "none", "none"],
    }
    .through(
        |expect| expect.null("status").see("ip.src==10.20.0.50 && tcp.flags.fin==1"),
        |case| {
            Recipe {
                origins: vec!["192.0.2.10:80=slow:4000"],
                client: script(&["ask:http://www.example.com/", "sleep:2000", "close", "sleep:3000"]),
                answers: Vec::new(),
                ..case
            }
            .set(&HAPROXY, &["defaults: option abortonclose"])
            .unsure()
            .without("upstream")
        },
    );
    let no_resolver = by_log(
        "no-attempt",
        "nginx-no-resolver",
        "proxy_pass holds a name in a variable and no resolver is configured: nginx answers at once and tries nothing.",
        (&NGINX, &["!http: resolver"], NGINX_LOGS),
        "502",
        |expect| expect.null("upstream"),
    )
    // No packet says that this host is a gateway.
    .without("gateway");
    [left, vec![no_resolver], overloaded(), forbidden(), none_left(), services(), parents(), loops(), return_paths()]
        .concat()
}
