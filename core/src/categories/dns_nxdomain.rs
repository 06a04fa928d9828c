//! The DNS server says the name does not exist: RFC 1035 section 4.1.1, response code 3.

use super::{Category, Check, Fix, Id, Owner, Phase, cause};
use crate::exchange::ResolveFailure;

/// See the module.
pub static CATEGORY: Category = Category {
    id: Id::DnsNxdomain,
    phase: Phase::Resolve,
    title: "Name does not exist",
    meaning: "The gateway asked DNS for {host} and was told that there is no such name.",
    owner: Owner::Dns,
    causes: &[cause("The name is mistyped or no longer exists.")],
    checks: &[Check {
        text: "Ask the same server from the gateway: NXDOMAIN again confirms it.",
        command: "dig @{dns} {host} A",
        path: "",
        source: "",
    }],
    fixes: &[Fix {
        at: "dns",
        setting: "Address record",
        path: "The zone that holds {host}",
        change: "Add an A record for {host}.",
        risk: "None beyond the name itself.",
        verify: "dig @{dns} {host} A",
        source: "",
    }],
    absence: false,
    detect: |_, attempt| attempt.is_some_and(|attempt| attempt.resolve.failure() == Some(&ResolveFailure::Rcode(3))),
};
