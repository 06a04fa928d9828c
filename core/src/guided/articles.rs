//! Every step of the vendors' articles has its place among the questions: so that none is deleted unseen.

use alloc::string::String;

use super::{TABLE, how};
use crate::products::{Facts, Id as Product};

/// What a reader of one question sees at a product, in one text.
fn read(product: Product, id: &str) -> String {
    let facts = Facts {
        host: Some("www.example.com".into()),
        upstream: Some([198, 51, 100, 80].into()),
        port: Some(80),
        ..Facts::default()
    };
    let mut text = String::new();
    for question in TABLE.iter().filter(|question| question.id == id) {
        text += &alloc::format!("{}\n{}\n", question.ask, question.note);
        for answer in (question.answers)(Some(product)) {
            text += &alloc::format!("{}\n", answer.text);
            for told in super::told(question, Some(product), answer) {
                text += &alloc::format!("{}: {} ({})\n", told.category, told.why, told.source);
            }
        }
        for check in how(question, Some(product), &facts) {
            let given = |text: Option<String>| text.unwrap_or_default();
            text += &alloc::format!("{}\n{}\n{}\n", check.text, given(check.command), given(check.path));
        }
    }
    text
}

/// Question, and words that must stand in it.
type Step = (&'static str, &'static [&'static str]);

const CISCO_WSA: &[Step] = &[
    ("status", &["502", "504", "tcp-syn-unanswered", "Cisco article"]),
    ("said", &["NONE/502 or NONE/504", "access log"]),
    ("ping", &["ping www.example.com", "does not mean that the server is down", "layer 3"]),
    ("dns", &["nslookup www.example.com", "504"]),
    ("tcp", &["telnet", "Auto, Management, P1", "Connected", "Ping works and telnet does not"]),
    (
        "spoofing",
        &["Explicit proxying or telnet from the appliance", "SYN-ACK goes to the client", "redirects the way back"],
    ),
    ("l4tm", &["Monitor > L4 Traffic Monitor", "Listed there", "another device"]),
    ("firewall", &["block logs", "Some block without"]),
    (
        "both-sides",
        &["RST leaves on the inside", "nothing crossed on the outside", "definitely the cause", "ingress", "egress"],
    ),
    (
        "request",
        &["GET http://www.example.com/ HTTP/1.1", "HOST: www.example.com", "empty line", "lets TCP connect and stops"],
    ),
    ("vary", &["isolates which HTTP data is blocked"]),
    ("services", &["DNS is not the only required service"]),
];

const SKYHIGH: &[Step] = &[
    ("status", &["502"]),
    ("said", &["Host Not Resolvable", "Cannot Connect", "Bad Response", "No Such Name", "two minutes"]),
    ("hosts", &["Configuration > File Editor > hosts", "workaround", "needs no query"]),
    ("request", &["must begin with a status line", "HTTP/1.0 200 OK"]),
    ("patience", &["Policy > Settings > Engines > Proxy Control", "480 s instead of 120 s", "URL.Host"]),
    ("ping", &["Troubleshooting > Network Tools"]),
    ("traceroute", &["Troubleshooting > Network Tools", "traceroute 198.51.100.80"]),
    (
        "direct",
        &[
            "without the gateway",
            "own network",
            "between gateway and destination",
            "next upstream device",
            "at the same time",
        ],
    ),
    ("both-sides", &["Drop both files here"]),
    ("since", &["routes"]),
];

#[test]
fn every_step_of_the_articles_has_its_place() {
    let mut missing = String::new();
    for (product, steps) in [(Product::CiscoWsa, CISCO_WSA), (Product::Skyhigh, SKYHIGH)] {
        for (question, words) in steps {
            let text = read(product, question);
            for word in words.iter().filter(|word| !text.contains(**word)) {
                missing += &alloc::format!("\n{} {question}: {word}", product.as_str());
            }
        }
    }
    assert!(missing.is_empty(), "no longer said:{missing}");
}

/// The tests come in the order in which an expert takes them.
#[test]
fn the_steps_come_in_the_order_of_an_expert() {
    let order = [
        "ping",
        "dns",
        "tcp",
        "request",
        "l4tm",
        "firewall",
        "both-sides",
        "spoofing",
        "hosts",
        "patience",
        "traceroute",
        "through",
        "handshake",
    ];
    let place = |id: &str| TABLE.iter().position(|question| question.id == id);
    assert!(order.iter().all(|id| place(id).is_some()));
    assert!(order.is_sorted_by_key(|id| place(id)));
}
