//! Palo Alto Networks PAN-OS in the place of the gateway: what its traffic log tells. As a firewall between others it is in
//! `elsewhere/firewall.rs`.

use super::groups::FIREWALLED;
use super::{Aim, Handbook, Id, Part, Product, Recording};
use crate::categories::check;

const FIELDS: &str = "PAN-OS Administrator's Guide, Traffic Log Fields";

const CAPTURE: &str = "PAN-OS Administrator's Guide, Take a Custom Packet Capture";

/// See the module.
pub static PRODUCT: Product = Product {
    id: Id::PaloAlto,
    name: "Palo Alto Networks PAN-OS",
    also: &["PAN-OS", "Palo Alto"],
    statuses: "A firewall drops and resets; a status that users see mostly comes from the server or from a proxy behind it. The \
             traffic log's action and session end reason say what it did: policy-deny, threat, aged-out, tcp-rst-from-server.",
    answers: &[],
    timers: &[],
    reverse: false,
    absent: &[],
};

/// See the module.
pub static HANDBOOK: Handbook = Handbook {
    parts: &[Part {
        checks: &[(
            FIREWALLED,
            check(
                "Read action and session end reason in the traffic log: drop, deny, policy-deny and threat are the firewall's own \
                 doing, tcp-rst-from-server the server's; aged-out without a byte received had no answer.",
                "",
            )
            .path("Monitor > Logs > Traffic, column Session End Reason")
            .source(FIELDS),
        )],
        ..Part::EMPTY
    }],
    recordings: &[
        Recording {
            aim: Aim::Packets,
            check: check(
                "Capture on the firewall at all stages at once: what is received and not transmitted was dropped by it.",
                "",
            )
            .path("Monitor > Packet Capture: stages receive, firewall, transmit, drop")
            .source(CAPTURE),
        },
    ],
};
