//! Parent proxies.

use super::PRACTICE;
use crate::categories::{Fix, Id, check};
use crate::products::Part;

/// See the module.
pub(super) const PART: Part = Part {
    checks: &[(
        &[Id::ParentProxyError, Id::NoHealthyUpstream],
        check(
            "Read the access log: DEFAULT_PARENT and the parent's name stand where DIRECT stands \
             otherwise.",
            "grep -e DEFAULT_PARENT accesslogs",
        )
        .source("AsyncOS 8.6 user guide (access log fields)"),
    )],
    fixes: &[
        (
            &[Id::ParentProxyError, Id::NoHealthyUpstream],
            Fix {
                at: "",
                setting: "Parent proxy",
                path: "Network > Upstream Proxies (AsyncOS 9.2)",
                change: "Add a second parent to the group, or choose to connect directly when the group fails.",
                risk: "Going directly passes beside what the parent filters and logs.",
                verify: "grep -e {host} accesslogs",
                source: "AsyncOS 9.2 user guide",
            },
        ),
        (
            &[Id::ProxyLoop],
            Fix {
                at: "",
                setting: "Redirection of the appliance's own packets",
                path: "Network > Transparent Redirection; router: WCCP redirect list",
                change: "Exclude the appliance's own addresses from redirection.",
                risk: "Too wide an exemption lets clients pass beside the appliance.",
                verify: "grep -e {host} accesslogs",
                source: PRACTICE,
            },
        ),
    ],
    ..Part::EMPTY
};
