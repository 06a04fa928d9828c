//! How to record what is missing.

use super::{ARTICLE, PRACTICE};
use crate::categories::check;
use crate::products::{Aim, Recording};

/// See the module.
pub(super) const RECORDINGS: &[Recording] = &[
    Recording {
        aim: Aim::Packets,
        check: check(
            "Capture on the appliance while it fails: SETUP (interfaces, filter), START, reproduce, \
             STOP. The filter must keep client, server and DNS.",
            "packetcapture",
        )
        .path("GUI: Support and Help > Packet Capture (AsyncOS 7.7)")
        .source("AsyncOS 7.7 user guide; the sub-commands: practice, no vendor document"),
    },
    Recording {
        aim: Aim::Path,
        check: check(
            "Capture ingress and egress of the firewall, IDS or IPS at the same time, while it fails, \
             next to its block logs.",
            "tcpdump -s 0 -ni <interface> -w <side>.pcap host {upstream}",
        )
        .source(ARTICLE),
    },
    Recording {
        aim: Aim::Path,
        check: check(
            "How to read it: a RST goes out on the ingress side and nothing went through on the egress \
             side: that device is the cause, for certain.",
            "",
        )
        .source(ARTICLE),
    },
    Recording {
        aim: Aim::Log,
        check: check(
            "Add timing fields to a second access log: %:>d DNS, %:<1 connect, %:>g TLS, %:>1 first byte \
             of the response, %k server, %I transaction.",
            "%:<d %:>d %:<1 %:>g %:>1 %k %I",
        )
        .path("System Administration > Log Subscriptions > accesslogs > Custom Fields")
        .source("Cisco tech note 220456, AsyncOS 10.1 user guide; %k: practice, no vendor document"),
    },
    Recording {
        aim: Aim::Log,
        check: check(
            "How to read them: large %:>d is DNS; large %:<1 and nothing later is a SYN without answer; \
             small %:<1 and large %:>1 is a response that did not come.",
            "",
        )
        .source(PRACTICE),
    },
];
