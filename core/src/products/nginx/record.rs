//! How to record what is missing.

use super::CORE;
use crate::categories::check;
use crate::products::{Aim, Recording};

/// See the module.
pub(super) const RECORDINGS: &[Recording] = &[
    Recording {
        aim: Aim::Log,
        check: check(
            "The default access log has nothing of the server. Add its address, status and times; several tries stand \
             side by side with commas.",
            "log_format triage '$remote_addr [$time_local] \"$request\" $status $body_bytes_sent $host $upstream_addr \
             $upstream_status $upstream_connect_time $upstream_header_time $upstream_response_time $request_time';",
        )
        .path("nginx.conf: log_format, access_log")
        .source("nginx documentation, ngx_http_log_module and ngx_http_upstream_module"),
    },
    Recording {
        aim: Aim::Log,
        check: check(
            "Keep the error log of the same time: at level error it has one line for each failure, with its stage and \
             the server's address. info adds clients that left.",
            "error_log /var/log/nginx/error.log info;",
        )
        .path("nginx.conf: error_log")
        .source(CORE),
    },
];
