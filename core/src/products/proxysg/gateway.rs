//! The appliance's own answers: policy, ICAP, forwarding hosts.

use super::{PRACTICE, THROUGH, exception};
use crate::categories::{Id, check, fix};
use crate::products::Part;

/// See the module.
pub(super) const PART: Part = Part {
    checks: &[
        (
            &[Id::PolicyDenied, Id::NoAttempt, Id::RequiredService],
            check(
                "See which rule the request meets: set Track > Trace in a Web Access layer for one client, reproduce, \
                 read the trace.",
                "",
            )
            .path("https://{gateway}:8082/Policy/Trace")
            .source(PRACTICE),
        ),
        (
            &[Id::RequiredService],
            exception("x-exception-id icap_error or icap_communication_error: the scanner failed."),
        ),
        (
            &[Id::NoHealthyUpstream, Id::ParentProxyError],
            check("See the state of forwarding hosts, ICAP, DNS and authentication.", "show health-checks")
                .path("Statistics > Health Checks")
                .source(PRACTICE),
        ),
        (
            &[Id::ProxyOverload],
            exception("x-exception-id server_request_limit or client_failure_limit_exceeded: a limit was reached."),
        ),
    ],
    fixes: &[
        (
            &[Id::PolicyDenied],
            fix(
                "Exception",
                "VPM: the Web Access layer and rule that the policy trace names",
                "Put a rule that allows {host} for those who need it above the one that refused.",
                "Within a layer the first rule that matches decides.",
                THROUGH,
            )
            .source(PRACTICE),
        ),
        (
            &[Id::RequiredService],
            fix(
                "The service, or what happens without it",
                "VPM, Web Content layer: ICAP response service, if an error occurs; CPL: fail_open",
                "Mend the scanner or add a second one in a service group; fail open lets responses pass.",
                "With fail open they pass without a scan.",
                THROUGH,
            )
            .source(PRACTICE),
        ),
        (
            &[Id::NoHealthyUpstream, Id::ParentProxyError],
            fix(
                "Parent proxy",
                "Configuration > Forwarding: hosts, groups, default sequence; Health Checks",
                "Add a second host to the group; fail open in the sequence lets requests go directly.",
                "Going directly passes beside what the parent filters and logs.",
                THROUGH,
            )
            .source(PRACTICE),
        ),
    ],
    ..Part::EMPTY
};
