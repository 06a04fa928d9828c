//! Parents, loops, ICAP, limits, and clients that leave.

use super::{CODE, THROUGH, directive, token};
use crate::categories::{Id, check};
use crate::products::Part;

/// See the module.
pub(super) const PART: Part = Part {
    checks: &[
        (
            &[Id::ProxyLoop],
            token("cache.log has WARNING: Forwarding loop detected; the client gets 403 with ERR_ACCESS_DENIED."),
        ),
        (
            &[Id::NoHealthyUpstream, Id::ParentProxyError],
            token(
                "%err_code says ERR_CANNOT_FORWARD when no path is left: 503, 502 or 500. Squid itself tries other \
                 paths after a parent's 502 or 504.",
            ),
        ),
        (
            &[Id::NoHealthyUpstream, Id::ParentProxyError],
            check("See which parents Squid holds for dead.", "curl -s http://{proxy}/squid-internal-mgr/server_list")
                .source(CODE),
        ),
        (&[Id::RequiredService], token("%err_code says ERR_ICAP_FAILURE, with status 500.")),
        (
            &[Id::ClientAbort],
            token("TCP_MISS_ABORTED/000: the client left before a header. With another status the server may have."),
        ),
    ],
    fixes: &[
        (
            &[Id::ParentProxyError, Id::NoHealthyUpstream],
            directive(
                "Parent proxy",
                "squid.conf: cache_peer (connect-timeout=, connect-fail-limit=), never_direct, always_direct",
                "Add a second parent, or allow {host} to go directly.",
                "Going directly passes beside what the parent filters and logs.",
                THROUGH,
            ),
        ),
        (
            &[Id::ProxyLoop],
            directive(
                "Parent proxy, name in Via",
                "squid.conf: visible_hostname, unique_hostname, via",
                "Give each proxy a unique name, keep via on, and exempt Squid's own packets from interception.",
                "Scripts and logs may expect the old name.",
                THROUGH,
            ),
        ),
        (
            &[Id::RequiredService],
            directive(
                "The service, or what happens without it",
                "squid.conf: icap_service ... bypass=on, adaptation_service_set, icap_service_failure_limit (10)",
                "Add a second service to a set; bypass=on lets requests pass while the service is down.",
                "With bypass=on they pass without a scan.",
                THROUGH,
            ),
        ),
        (
            &[Id::PolicyDenied],
            directive(
                "Exception",
                "squid.conf: http_access allow, before the rule that denies",
                "Allow {host} by an acl dstdomain for those who need it; ERR_ACCESS_DENIED names no rule, \
                 debug_options 28,3 does.",
                "Rules are read from the top: what is allowed early is not denied later.",
                THROUGH,
            ),
        ),
        (
            &[Id::ProxyOverload],
            directive(
                "Limits",
                "squid.conf: max_filedescriptors; limit of the service (LimitNOFILE)",
                "Raise both when cache.log says that it runs out of file descriptors.",
                "More memory.",
                "curl -s http://{proxy}/squid-internal-mgr/info",
            ),
        ),
    ],
    ..Part::EMPTY
};
