//! How it is recorded: tags, snap length, direction, beginning and end, capture filters, one leg only. Each shape once
//! for a failure and once for traffic that is well.

use super::super::net::Host;
use super::super::path::{Between, Tap};
use super::super::recipe::{ANY, Expect, Recipe, recipe};

/// Three good exchanges on two connections of the client.
fn good(name: &'static str, about: &'static str, between: Between) -> Recipe {
    Recipe {
        client: [
            "get:http://www.example.com/",
            "get:http://www.example.com/bytes/9000",
            "close",
            "get:http://www.example.com/304",
        ]
        .map(str::to_owned)
        .to_vec(),
        answers: vec!["200", "200", "304"],
        exchanges: (3, 0, 0),
        between,
        ..recipe("healthy", name, about)
    }
}

/// Between two good exchanges one with a site that fails.
fn bad(
    (category, name): (&'static str, &'static str),
    about: &'static str,
    (status, behaviour): (&'static str, &'static str),
    between: Between,
    refine: impl FnOnce(Expect) -> Expect,
) -> Recipe {
    let good = "get:http://www.example.com/small";
    let case = recipe(category, name, about).fails(status, category, |expect| {
        refine(
            expect
                .text("host", "shop.example.net")
                .text("target", "http://shop.example.net/basket")
                .text("upstream", "203.0.113.21:80")
                .see_nothing_yet(),
        )
    });
    Recipe {
        dns: Some(vec!["www.example.com=192.0.2.10", "shop.example.net=203.0.113.21"]),
        origins: if behaviour.is_empty() { vec!["192.0.2.10:80=ok"] } else { vec!["192.0.2.10:80=ok", behaviour] },
        client: [good, "get:http://shop.example.net/basket", good].map(str::to_owned).to_vec(),
        answers: vec!["200", status, "200"],
        exchanges: (3, 1, 0),
        between,
        ..case
    }
}

const ASKED: &str = "ip.src==10.20.0.50 && http.request.uri contains \"basket\"";
const PASSED_ON: &str = "ip.dst==203.0.113.21 && tcp.dstport==80 && tcp.len>0";
const RESET: &str = "ip.src==203.0.113.21 && tcp.flags.reset==1";
const FAILED: &str = "ip.dst==10.20.0.50 && tcp.payload[0:10]==\"HTTP/1.1 5\"";

/// The port of a switch that copies both of the gateway's wires, each with its VLAN.
fn mirror() -> Between {
    Between {
        wires: vec![("lan", Some(20)), ("wan", Some(100))],
        taps: vec![Tap::new("capture.pcap", Host::Cable, "listen")],
        ..Between::default()
    }
}

fn tapped(tap: Tap) -> Between {
    Between { taps: vec![tap], ..Between::default() }
}

fn any() -> Tap {
    Tap::new("capture.pcap", Host::Gateway, "any")
}

pub fn all() -> Vec<Recipe> {
    let reset = ("502", "203.0.113.21:80=reset");
    let closed = ("502", "203.0.113.21:80=close:20");
    let refused = ("503", "");
    vec![
        good(
            "squid-mirror-port",
            "Recorded at the mirror port of a switch: both legs, each with its VLAN tag.",
            mirror(),
        )
        .tagged(),
        bad(
            ("response-reset", "squid-mirror-port"),
            "Recorded at the mirror port of a switch, each leg with its VLAN tag: one site resets after the request.",
            reset,
            mirror(),
            |expect| expect.see(ASKED).see(PASSED_ON).see(RESET).see(FAILED),
        )
        .tagged(),
        good("squid-snap-96", "Recorded with a snap length of 96 bytes.", tapped(any().with(&["-s", "96"]))).part(),
        bad(
            ("response-empty", "squid-snap-96"),
            "Recorded with a snap length of 96 bytes: one site closes without an answer.",
            closed,
            tapped(any().with(&["-s", "96"])),
            // The head is cut: its host and target are not all there.
            |expect| {
                expect
                    .unset("host")
                    .unset("target")
                    .see("ip.src==203.0.113.21 && tcp.flags.fin==1")
                    .see("ip.dst==203.0.113.21 && tcp.len>0")
            },
        ),
        good(
            "squid-dumpcap-filtered",
            "dumpcap with a capture filter for TCP: pcapng that names its filter; DNS was not recorded.",
            tapped(filtered()),
        ),
        bad(
            ("tcp-syn-reset", "squid-dumpcap-filtered"),
            "dumpcap with a capture filter for TCP: pcapng that names its filter. Nothing listens on one site's port.",
            refused,
            tapped(filtered()),
            |expect| expect.see(ASKED).see("ip.dst==203.0.113.21 && tcp.flags.syn==1").see(RESET).see(FAILED),
        ),
        good(
            "squid-begins-late-and-ends-early",
            "The recording begins in the middle of the first exchange and ends in the middle of the last.",
            tapped(any().from("ip.dst==192.0.2.10 && tcp.len>0").to("ip.src==192.0.2.10 && tcp.len>0")),
        )
        .part(),
        bad(
            ("response-reset", "squid-begins-late"),
            "The recording begins with the client's second request, on a connection made before: one site resets then.",
            reset,
            tapped(any().from(ASKED)),
            |expect| expect.see(ASKED).see(PASSED_ON).see(RESET).see(FAILED),
        )
        .part(),
        bad(
            ("response-reset", "squid-begins-with-the-request-to-the-site"),
            "The recording begins with the gateway's request to the site, which resets then; the client's request is missing.",
            reset,
            tapped(any().from(PASSED_ON)),
            // The client's request is not there: the attempt is its by time alone.
            |expect| {
                let expect = expect.unset("host").unset("target").unset("method").text("confidence", "likely");
                expect.see(PASSED_ON).see(RESET).see(FAILED)
            },
        )
        .part(),
        bad(
            ("response-reset", "squid-begins-after-the-request"),
            "The recording begins when the gateway has already sent the request: one site resets then.",
            reset,
            tapped(any().from("ip.src==203.0.113.21 && tcp.flags.reset==0 && tcp.flags.syn==0")),
            |expect| expect.unset("confidence").unset("host").unset("target").unset("method").see(RESET).see(FAILED),
        )
        .part(),
        good(
            "squid-client-leg-only",
            "Recorded on the clients' interface only.",
            tapped(Tap::new("capture.pcap", Host::Gateway, "lan")),
        ),
        good(
            "squid-upstream-leg-only",
            "Recorded on the upstream interface only.",
            tapped(Tap::new("capture.pcap", Host::Gateway, "wan")),
        )
        .part(),
        good(
            "squid-incoming-only",
            "Recorded with tcpdump -Q in: only what reaches the gateway, nothing that it sends.",
            tapped(any().with(&["-Q", "in"])),
        )
        .part(),
        bad(
            ("response-reset", "squid-incoming-only"),
            "Recorded with tcpdump -Q in: one site resets after a request that is not in the recording.",
            reset,
            tapped(any().with(&["-Q", "in"])),
            |expect| expect.unset("confidence").unset("status").unset("generated_by").see(ASKED).see(RESET),
        )
        .part(),
        bad(
            ("response-empty", "squid-outgoing-only"),
            "Recorded with tcpdump -Q out: one site closes without an answer, which only the gateway's acknowledgements show.",
            closed,
            tapped(any().with(&["-Q", "out"])),
            |expect| {
                let expect = expect.unset("confidence").unset("host").unset("target").unset("method");
                expect.see("ip.dst==203.0.113.21 && http.request").see("ip.dst==203.0.113.21 && tcp.flags.fin==1").see(FAILED)
            },
        )
        .part(),
        good(
            "squid-outgoing-only",
            "Recorded with tcpdump -Q out: only what the gateway sends, nothing that reaches it.",
            tapped(any().with(&["-Q", "out"])),
        )
        .part(),
    ]
}

fn filtered() -> Tap {
    Tap { dumpcap: true, ..Tap::new("capture.pcapng", Host::Gateway, "lan").with(&["-i", "wan"]) }.with(&["-f", "tcp"])
}

impl Recipe {
    /// Both tags are there.
    fn tagged(mut self) -> Self {
        self.shows.extend(["vlan.id==20 && tcp.port==3128", "vlan.id==100 && tcp.port==80"]);
        self
    }

    /// Exchanges are there in part: how many is not to be said.
    fn part(mut self) -> Self {
        self.exchanges.0 = ANY;
        self
    }
}
