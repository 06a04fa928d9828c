//! How to record what is missing.

use super::MANUAL;
use crate::categories::check;
use crate::products::{Aim, Recording};

/// See the module.
pub(super) const RECORDINGS: &[Recording] = &[
    Recording {
        aim: Aim::Log,
        check: check(
            "Let the error log tell each step towards the server, for a short time; the reason of a 502 or 503 is \
             only there.",
            "LogLevel warn proxy:debug proxy_http:debug ssl:info",
        )
        .path("httpd.conf: LogLevel")
        .source("Apache httpd 2.4 documentation, core"),
    },
    Recording {
        aim: Aim::Log,
        check: check(
            "common and combined have nothing of the server. Add duration, balancer member, status of the server and \
             an id that joins both logs.",
            "LogFormat \"%h %t \\\"%r\\\" %>s %b %D %{BALANCER_WORKER_NAME}e %{proxy-status}n %{proxy-source-port}n \
             %{UNIQUE_ID}e\" triage",
        )
        .path("httpd.conf: LogFormat, CustomLog")
        .source(MANUAL),
    },
];
