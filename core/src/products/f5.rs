//! F5 BIG-IP LTM: practice only.

use super::{Aim, Handbook, Id, PRACTICE, Part, Product, Recording};
use crate::categories::{Id as Category, check, fix};

/// See the module.
pub static PRODUCT: Product = Product {
    id: Id::F5,
    name: "F5 BIG-IP LTM",
    also: &["BIG-IP", "LTM", "TMOS"],
    statuses: "BIG-IP mostly answers with no status at all: it resets the client's connection. A 502, 503 or 504 comes \
             from the server, an iRule or the HTTP profile's fallback. The cause of a RST can be logged.",
    answers: &[],
    timers: &[],
    reverse: true,
    absent: &[],
};

/// See the module.
pub static HANDBOOK: Handbook = Handbook {
    parts: &[Part {
        checks: &[(
            &[
                Category::TcpSynUnanswered,
                Category::TcpSynReset,
                Category::ResponseReset,
                Category::ResponseEmpty,
                Category::NoHealthyUpstream,
                Category::EphemeralPortExhaustion,
                Category::TlsReset,
            ],
            check(
                "Let BIG-IP log why it sends each RST, and read /var/log/ltm (01230140): Connect timeout, No available \
                 pool member, Unable to obtain local port, Flow expired. Disable it after.",
                "tmsh modify sys db tm.rstcause.log value enable",
            )
            .source(PRACTICE),
        )],
        fixes: &[
            (
                &[Category::NoHealthyUpstream],
                fix(
                    "Health check and failure limits",
                    "Local Traffic > Pools > pool: Health Monitors, Members",
                    "Mend what the monitor asks for, or ask for less; see which members are down and since when.",
                    "A monitor that asks too little keeps a broken member in use.",
                    "tmsh show ltm pool members",
                )
                .source(PRACTICE),
            ),
            (
                &[Category::EphemeralPortExhaustion],
                fix(
                    "Local ports and addresses",
                    "Local Traffic > Address Translation > SNAT Pool List; virtual server: Source Address Translation",
                    "Give the virtual server a SNAT pool with more addresses.",
                    "Firewalls and servers must know the new addresses.",
                    "tmsh show ltm snatpool",
                )
                .source(PRACTICE),
            ),
        ],
        ..Part::EMPTY
    }],
    recordings: &[Recording {
        aim: Aim::Packets,
        check: check(
            "Capture both sides of BIG-IP: interface 0.0, with :nnnp for its own details and the other half of each \
             connection.",
            "tcpdump -nni 0.0:nnnp -s0 -w /var/tmp/failure.pcap host {upstream}",
        )
        .source(PRACTICE),
    }],
};
