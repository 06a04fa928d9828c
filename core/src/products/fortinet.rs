//! Fortinet: FortiGate and FortiProxy as a gateway. As a firewall between others they are in `elsewhere/firewall.rs`.

use super::groups::{FIREWALLED, RESOLVE};
use super::{Aim, Handbook, Id, PRACTICE, Part, Product, Recording};
use crate::categories::{Id as Category, check, fix};

const TRAFFIC: &str = "FortiOS Log Message Reference, Traffic";
const DNS: &str = "FortiOS CLI Reference, config system dns";

/// See the module.
pub static PRODUCT: Product = Product {
    id: Id::Fortinet,
    name: "Fortinet FortiGate, FortiProxy",
    also: &["FortiOS", "FortiGate explicit proxy"],
    statuses: "As a proxy it shows replacement messages of its own; as a firewall it only drops and resets. The traffic log's \
             action says how each session ended: close, client-rst, server-rst, timeout, or deny by a policy.",
    answers: &[],
    timers: &[],
    reverse: false,
    absent: &[],
};

/// See the module.
pub static HANDBOOK: Handbook = Handbook {
    parts: &[Part {
        checks: &[
            (
                FIREWALLED,
                check(
                    "Read action in the traffic log of the session: deny is a policy, server-rst the server, client-rst the \
                     client; timeout with rcvdbyte=0 had no answer.",
                    "",
                )
                .path("Log & Report > Forward Traffic, column Action")
                .source(TRAFFIC),
            ),
            (
                &[Category::DnsNxdomain, Category::TcpSynUnanswered, Category::ResponseTimeout, Category::TlsAlert],
                check(
                    "Watch the proxy at work on one request (then diagnose debug enable); turn it off after with diagnose debug \
                     reset.",
                    "diagnose wad debug enable category http",
                )
                .source(PRACTICE),
            ),
        ],
        fixes: &[(
            RESOLVE,
            fix(
                "DNS servers",
                "config system dns: set primary, set secondary, set timeout, set retry",
                "Name DNS servers that answer for the name, or give the present ones more time.",
                "All names that the device looks up go there.",
                "execute ping {host}",
            )
            .source(DNS),
        )],
        ..Part::EMPTY
    }],
    recordings: &[Recording {
        aim: Aim::Packets,
        check: check(
            "Capture at the FortiGate, all interfaces, with the packets' bytes; a script turns the text into pcap.",
            "diagnose sniffer packet any 'host {upstream}' 6 0 l",
        )
        .source(PRACTICE),
    }],
};
