//! Parent proxies, loops, and the appliance's own answers.

use super::PRACTICE;
use crate::categories::{Fix, Id, check};
use crate::products::Part;

/// See the module.
pub(super) const PART: Part = Part {
    checks: &[
        (
            &[Id::PolicyDenied, Id::NoAttempt],
            check(
                "Enter the URL and the client's address in the policy trace: it names the policy that the request \
             meets and what it does.",
                "",
            )
            .path("System Administration > Policy Trace")
            .source("AsyncOS user guides (Policy Trace)"),
        ),
        (
            &[Id::ParentProxyError, Id::NoHealthyUpstream],
            check(
                "Read the access log: DEFAULT_PARENT and the parent's name stand where DIRECT stands \
             otherwise.",
                "grep -e DEFAULT_PARENT accesslogs",
            )
            .source("AsyncOS 8.6 user guide (access log fields)"),
        ),
    ],
    fixes: &[
        (
            &[Id::PolicyDenied],
            Fix {
                at: "",
                setting: "Exception",
                path: "Web Security Manager > Access Policies: custom URL category with {host}",
                change: "Allow the category in the policy that refused, for those who need {host}.",
                risk: "Allow also passes by the malware scan; Monitor keeps it.",
                verify: "grep -e {host} accesslogs",
                source: PRACTICE,
            },
        ),
        (
            &[Id::LocalEgressDenied],
            Fix {
                at: "",
                setting: "Route, output rule, outgoing address",
                path: "Network > Routes; CLI: routeconfig",
                change: "Give the table that proxy traffic uses (Data, if P1 or P2 carry it) a route to {upstream}.",
                risk: "A wrong default route takes the proxy off the network; keep a console at hand.",
                verify: "traceroute {host}",
                source: PRACTICE,
            },
        ),
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
