//! HTTP/2 in the clear between gateway and site: gRPC behind nginx, and HAProxy.

use super::super::proxies::{HAPROXY, NGINX, Program};
use super::super::recipe::{Expect, Recipe, Recording, recipe};

/// A program, its settings for HTTP/2 towards the site, its logs.
type Way = (&'static Program, &'static [&'static str], &'static [&'static str]);

const GRPC: Way = (
    &NGINX,
    &["!location: proxy_pass", "location: grpc_pass grpc://$host:50051;", "http: grpc_read_timeout 4s;"],
    &["error.log"],
);
const H2: Way = (&HAPROXY, &["backend: server origin 192.0.2.10:50051 proto h2"], &["haproxy.log"]);

const GOAWAY: &str = "ip.src==192.0.2.10 && http2.type==7";
const RST_STREAM: &str = "ip.src==192.0.2.10 && http2.type==3";
const ASKED: &str = "ip.dst==192.0.2.10 && http2.type==1";
const CLOSED: &str = "ip.src==192.0.2.10 && tcp.flags.fin==1";

fn one(way: Way, folder: &'static str, name: String, about: &str, origin: &'static str) -> Recipe {
    let (program, settings, logs) = way;
    Recipe {
        origins: vec![origin],
        client: vec!["get:http://www.example.com/lab.Greeter/Hello".to_owned()],
        // One of them as pcapng, with two interfaces.
        recording: if program.name == HAPROXY.name { Recording::Both } else { Recording::Any },
        ..recipe(folder, name, about).via(program, settings, logs)
    }
}

/// What a site does to a request, how nginx and HAProxy answer their clients, and the packet that shows it.
struct Fault {
    name: &'static str,
    category: &'static str,
    about: &'static str,
    origin: &'static str,
    statuses: [&'static str; 2],
    proof: &'static str,
}

const FAULTS: [Fault; 12] = [
    Fault {
        name: "goaway-error",
        category: "h2-goaway",
        about: "The site answers the request with GOAWAY, INTERNAL_ERROR, last stream 0, and closes.",
        origin: "192.0.2.10:50051=h2:goaway=2",
        statuses: ["502", "502"],
        proof: GOAWAY,
    },
    Fault {
        name: "goaway-calm",
        category: "h2-goaway",
        about: "The site answers the request with GOAWAY, ENHANCE_YOUR_CALM, and closes.",
        origin: "192.0.2.10:50051=h2:goaway-within=11",
        statuses: ["502", "502"],
        proof: GOAWAY,
    },
    Fault {
        name: "goaway-below",
        category: "h2-goaway",
        about: "The site goes away without an error (GOAWAY, NO_ERROR), but the last stream that it names is below the request's.",
        origin: "192.0.2.10:50051=h2:goaway=0",
        statuses: ["502", "502"],
        proof: GOAWAY,
    },
    Fault {
        name: "refused-stream",
        category: "h2-rst-stream",
        about: "The site refuses the stream: RST_STREAM, REFUSED_STREAM.",
        origin: "192.0.2.10:50051=h2:rst=7",
        statuses: ["502", "502"],
        proof: RST_STREAM,
    },
    Fault {
        name: "internal-error",
        category: "h2-rst-stream",
        about: "The site ends the stream: RST_STREAM, INTERNAL_ERROR.",
        origin: "192.0.2.10:50051=h2:rst=2",
        statuses: ["502", "502"],
        proof: RST_STREAM,
    },
    Fault {
        name: "calm",
        category: "h2-rst-stream",
        about: "The site limits the rate: RST_STREAM, ENHANCE_YOUR_CALM.",
        origin: "192.0.2.10:50051=h2:rst=11",
        statuses: ["502", "502"],
        proof: RST_STREAM,
    },
    Fault {
        name: "http11-required",
        category: "h2-rst-stream",
        about: "The site wants HTTP/1.1: RST_STREAM, HTTP_1_1_REQUIRED.",
        origin: "192.0.2.10:50051=h2:rst=13",
        statuses: ["502", "502"],
        proof: RST_STREAM,
    },
    Fault {
        name: "rst-in-answer",
        category: "h2-rst-stream",
        about: "The site has answered with HEADERS and some DATA when it ends the stream: RST_STREAM, INTERNAL_ERROR.",
        origin: "192.0.2.10:50051=h2:rst-within=2",
        statuses: ["200 cut", "200 cut"],
        proof: RST_STREAM,
    },
    Fault {
        name: "closed",
        category: "response-empty",
        about: "HTTP/2: the site closes the connection when it has the request, without a frame.",
        origin: "192.0.2.10:50051=h2:close",
        statuses: ["502", "502"],
        proof: CLOSED,
    },
    Fault {
        name: "closed-in-answer",
        category: "response-truncated",
        about: "HTTP/2: the site closes the connection after HEADERS and some DATA.",
        origin: "192.0.2.10:50051=h2:close-within",
        statuses: ["200 cut", "200 cut"],
        proof: CLOSED,
    },
    Fault {
        name: "reset",
        category: "response-reset",
        about: "HTTP/2: the site resets the connection when it has the request.",
        origin: "192.0.2.10:50051=h2:reset",
        statuses: ["502", "502"],
        proof: "ip.src==192.0.2.10 && tcp.flags.reset==1",
    },
    Fault {
        name: "no-answer",
        category: "response-timeout",
        about: "HTTP/2: the site takes the request and says nothing more.",
        origin: "192.0.2.10:50051=h2:hold",
        statuses: ["504", "504"],
        proof: ASKED,
    },
];

fn failing() -> Vec<Recipe> {
    let mut out = Vec::new();
    for fault in &FAULTS {
        for ((way, label), status) in [(GRPC, "nginx-grpc"), (H2, "haproxy-h2")].into_iter().zip(fault.statuses) {
            let case = one(way, fault.category, format!("{label}-{}", fault.name), fault.about, fault.origin);
            out.push(case.fails(status, fault.category, |expect: Expect| {
                let expect = expect.text("target", "/lab.Greeter/Hello").text("upstream", "192.0.2.10:50051");
                let expect = if status.ends_with("cut") { expect.text("generated_by", "origin") } else { expect };
                expect.see(ASKED).see(fault.proof)
            }));
        }
    }
    out
}

/// HAProxy takes an open connection for all that comes.
const SHARED: Way = (
    &HAPROXY,
    &["backend: server origin 192.0.2.10:50051 proto h2", "backend: http-reuse always", "global: nbthread 1"],
    &["haproxy.log"],
);

/// One request, then three at the same time on the connection that it has opened.
fn together(folder: &'static str, name: &str, about: &str, origin: &'static str) -> Recipe {
    let three = ["A", "B", "C"].map(|page| format!("http://10.20.0.2/lab.Greeter/{page}")).join(" ");
    Recipe {
        client: vec!["get:http://www.example.com/lab.Greeter/Hello".to_owned(), format!("together:{three}")],
        shows: vec!["http2.streamid==7"],
        recording: Recording::Any,
        ..one(SHARED, folder, format!("haproxy-h2-{name}"), about, origin)
    }
}

/// Three streams on one connection, of which the last fails.
fn one_of_three() -> Vec<Recipe> {
    let case = together(
        "h2-rst-stream",
        "one-of-three",
        "Three requests at the same time share a connection to the site; it answers two and ends the third's stream with INTERNAL_ERROR.",
        "192.0.2.10:50051=h2:together-but-one=2",
    );
    let case = case.fails("502", "h2-rst-stream", |expect| {
        // Which of the three came last is chance.
        let expect = expect.text("upstream", "192.0.2.10:50051").text("host", "10.20.0.2").see_nothing_yet();
        expect.see(RST_STREAM).see("tcp.srcport==80 && tcp.payload[0:12]==\"HTTP/1.1 502\"")
    });
    vec![Recipe { answers: vec!["200", "200 200 502"], exchanges: (4, 1, 0), ..case }]
}

fn healthy() -> Vec<Recipe> {
    let mut out = Vec::new();
    for (way, label) in [(GRPC, "nginx-grpc"), (H2, "haproxy-h2")] {
        // nginx has no error to log.
        let logs = if way.0.name == NGINX.name { vec!["upstream.log"] } else { way.2.to_vec() };
        let good = |name: &str, about: &str, origin| Recipe {
            logs: logs.clone(),
            ..one(way, "healthy", format!("{label}-{name}"), about, origin)
        };
        out.extend([
            good("good", "HTTP/2: an answer with trailers, grpc-status 0.", "192.0.2.10:50051=h2:ok"),
            good("plain", "HTTP/2: an answer whose DATA ends the stream.", "192.0.2.10:50051=h2:plain"),
            Recipe {
                shows: vec![GOAWAY],
                ..good(
                    "goodbye",
                    "HTTP/2: a whole answer, then GOAWAY with NO_ERROR that names the stream as done, and FIN.",
                    "192.0.2.10:50051=h2:ok-goaway",
                )
            },
            Recipe {
                shows: vec![GOAWAY],
                ..good(
                    "goodbye-first",
                    "HTTP/2: GOAWAY with NO_ERROR that names the stream as taken on, then its whole answer, and FIN.",
                    "192.0.2.10:50051=h2:goaway-then-ok",
                )
            },
            Recipe {
                shows: vec![RST_STREAM],
                client: vec!["post:2000:http://www.example.com/lab.Greeter/Hello".to_owned()],
                ..good(
                    "answer-before-body",
                    "HTTP/2: a whole answer before the request's body has come, then RST_STREAM with NO_ERROR: the rest is not wanted.",
                    "192.0.2.10:50051=h2:early",
                )
            },
            Recipe {
                client: vec!["get:http://www.example.com/lab.Greeter/Hello".to_owned(); 3],
                answers: vec!["200"; 3],
                exchanges: (3, 0, 0),
                ..good("three", "HTTP/2: three requests one after the other.", "192.0.2.10:50051=h2:ok")
            },
        ]);
    }
    out.push(Recipe {
        answers: vec!["200", "200 200 200"],
        exchanges: (4, 0, 0),
        ..together(
            "healthy",
            "multiplexed",
            "Three requests at the same time share a connection to the site, which answers the last first.",
            "192.0.2.10:50051=h2:together",
        )
    });
    out.push(Recipe {
        client: vec!["h2:http://10.20.0.2/lab.Greeter/Hello".to_owned()],
        ..one(
            H2,
            "healthy",
            "haproxy-h2-both-sides".to_owned(),
            "HTTP/2 in the clear on both sides.",
            "192.0.2.10:50051=h2:ok",
        )
    });
    out
}

pub fn all() -> Vec<Recipe> {
    [failing(), one_of_three(), healthy()].concat()
}
