//! How to record what is missing.

use super::{ARTICLE, PRACTICE};
use crate::categories::check;
use crate::products::{Aim, Recording};

/// See the module.
pub(super) const RECORDINGS: &[Recording] = &[
    Recording {
        aim: Aim::Packets,
        check: check(
            "Capture on the gateway while you reproduce it: -s 0 keeps packets whole, -i any takes all \
             interfaces, -w writes a file for Wireshark. Stop with CTRL+C.",
            "tcpdump -s 0 -i any -w filename.pcap",
        )
        .source(ARTICLE),
    },
    Recording {
        aim: Aim::Packets,
        check: check(
            "Or in the GUI, where the parameters are only these and the file is written by itself. It \
             stops by itself at 200,000 packets (about 150 MB); end it with the button tcpdump stop.",
            "-s 0 -i any",
        )
        .path("Troubleshooting > Packet tracing (Web Gateway 7.x)")
        .source(ARTICLE),
    },
    Recording {
        aim: Aim::Packets,
        check: check(
            "Let it run just long enough to catch the failure: captures grow fast, and past the limit \
             the failure is missing from the file.",
            "",
        )
        .source(ARTICLE),
    },
    Recording {
        aim: Aim::Path,
        check: check(
            "Capture on the next upstream device (firewall, router, proxy) and on the gateway at the \
             same time, while it fails; drop both files here.",
            "tcpdump -s 0 -ni <interface> -w next.pcap host {upstream}",
        )
        .source(ARTICLE),
    },
    Recording {
        aim: Aim::Log,
        check: check(
            "The default access log has neither the server's address nor the reason. Add to its rule: \
             Error.ID, Error.Message, Block.Reason, URL.Destination.IP and the Timer properties of DNS, \
             connect and first byte.",
            "",
        )
        .path(
            "Policy > Rule Sets > Log Handler > Default > Access Log, rule Write access.log (Web Gateway \
             7.x)",
        )
        .source("product guide 7.1.5 for the rule; the property names: practice, no vendor document"),
    },
    Recording {
        aim: Aim::Read,
        check: check(
            "Find the client's request and its 502. The request usually stands right above the 502; else \
             right-click the 502 and choose Follow TCP Stream. The cause lies between the two.",
            "{client_is} && (http.response.code == 502 || http.request)",
        )
        .source(ARTICLE),
    },
    Recording {
        aim: Aim::Read,
        check: check(
            "To read the client's side, let Wireshark decode the proxy port (9090 by default) as HTTP: \
             add it to the list.",
            "",
        )
        .path("Wireshark: Edit > Preferences > Protocols > HTTP > TCP Ports")
        .source(ARTICLE),
    },
    Recording {
        aim: Aim::Read,
        check: check(
            "Make large captures handy: save only the packets between request and 502, by their numbers \
             in the field Range.",
            "",
        )
        .path("Wireshark: File > Export Specified Packets")
        .source(ARTICLE),
    },
    Recording {
        aim: Aim::Log,
        check: check("Attach a feedback file for the vendor if the log does not explain it.", "")
            .path("Troubleshooting > Feedback")
            .source(PRACTICE),
    },
];
