//! How to record what is missing.

use super::MANUAL;
use crate::categories::check;
use crate::products::{Aim, Recording};

/// See the module.
pub(super) const RECORDINGS: &[Recording] = &[
    Recording {
        aim: Aim::Log,
        check: check(
            "Log whole HTTP lines: timers, termination state, queue. Newer versions add why the connection to the \
             server failed.",
            "log-format \"${HAPROXY_HTTP_LOG_FMT} bc_err=%[bc_err_str] dst=%[bc_dst]:%[bc_dst_port]\"",
        )
        .path("haproxy.cfg: option httplog, or log-format in its place")
        .source(MANUAL),
    },
    Recording {
        aim: Aim::Log,
        check: check(
            "Keep the lines about servers and checks (UP, DOWN, the reason) of the same time: they go to the same \
             log, at level alert or notice.",
            "",
        )
        .path("haproxy.cfg: log, option log-health-checks")
        .source(MANUAL),
    },
];
