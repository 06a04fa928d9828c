//! How to record what is missing.

use super::PRACTICE;
use crate::categories::check;
use crate::products::{Aim, Recording};

/// See the module.
pub(super) const RECORDINGS: &[Recording] = &[
    Recording {
        aim: Aim::Packets,
        check: check(
            "Capture on the appliance with a filter for client, server and DNS: a busy one fills the 100 MB in seconds. \
             Then pcap start, reproduce, pcap stop, and download.",
            "pcap filter expr \"ip host {client} or ip host {upstream} or port 53\"",
        )
        .path("Maintenance > Service Information > Packet Captures")
        .source("Broadcom KB 167176, common PCAP filters"),
    },
    Recording {
        aim: Aim::Log,
        check: check(
            "Add reason and times to the access log format: exception, DNS and connect time, latency, server address, \
             failed addresses, certificate faults.",
            "x-exception-id dnslookup-time connect-time rs-service-latency r-ip s-source-port s-supplier-failures \
             x-rs-certificate-observed-errors",
        )
        .path("Configuration > Access Logging > Formats")
        .source("Broadcom KB 280074 for the fields; the menu: practice, no vendor document"),
    },
    Recording {
        aim: Aim::Log,
        check: check("Keep a policy trace of the failing request: it lists each rule and what the server side did.", "")
            .path("https://{gateway}:8082/Policy/Trace")
            .source(PRACTICE),
    },
];
