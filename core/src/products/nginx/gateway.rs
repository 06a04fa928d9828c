//! nginx's own answers: no live server, rules, limits, authentication.

use super::{CODE, CORE, THROUGH, UPSTREAM, log};
use crate::categories::{Id, check, fix};
use crate::products::Part;

/// See the module.
pub(super) const PART: Part = Part {
    checks: &[
        (
            &[Id::NoHealthyUpstream],
            log(
                "error.log has: no live upstreams. The cause is an earlier line for the same server: one failure takes \
                 it out for 10 s.",
            ),
        ),
        (
            &[Id::OriginError],
            check(
                "$upstream_status with a number and no line in error.log: the server sent it. nginx also writes its \
                 own 502 and 504 there; then $upstream_header_time is -.",
                "",
            )
            .source(CODE),
        ),
        (
            &[Id::RequiredService],
            check("error.log has: auth request unexpected status. The client gets 500.", "")
                .source("nginx documentation, ngx_http_auth_request_module"),
        ),
        (
            &[Id::ClientAbort],
            log("Status 499; error.log (info) has: client prematurely closed connection. All after one time: a timer."),
        ),
    ],
    fixes: &[
        (
            &[Id::PolicyDenied],
            fix(
                "Exception",
                "nginx.conf: allow, deny (403); limit_req, limit_conn (503); auth_request",
                "Loosen the rule that error.log names (access forbidden by rule, limiting requests) for those who \
                 need it.",
                "The server behind loses that protection.",
                THROUGH,
            )
            .source("nginx documentation, ngx_http_access_module and ngx_http_limit_req_module"),
        ),
        (
            &[Id::RequiredService],
            fix(
                "The service, or what happens without it",
                "nginx.conf: auth_request, and proxy_pass of the location that it names",
                "Restore that service; only 2xx, 401 and 403 count as its answer, all else becomes 500.",
                "Without auth_request everybody gets in.",
                THROUGH,
            )
            .source("nginx documentation, ngx_http_auth_request_module"),
        ),
        (
            &[Id::ProxyOverload],
            fix(
                "Limits",
                "nginx.conf: worker_connections (512), worker_rlimit_nofile",
                "Raise both when error.log says worker_connections are not enough or too many open files; a proxied \
                 request takes two.",
                "More memory; the service's limit (LimitNOFILE) must follow.",
                "ss -s",
            )
            .source(CORE),
        ),
    ],
    ..Part::EMPTY
};

/// What lets requests fail sooner or go elsewhere.
pub(super) const EASE: Part = Part {
    fixes: &[(
        &[Id::NoHealthyUpstream],
        fix(
            "Health check and failure limits",
            "nginx.conf: upstream { server ... max_fails=1 fail_timeout=10s; }",
            "Raise max_fails, or 0 to never take a server out; add a server with backup.",
            "With 0 requests go on to a dead server.",
            THROUGH,
        )
        .source(UPSTREAM),
    )],
    eases: true,
    ..Part::EMPTY
};
