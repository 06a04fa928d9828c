//! How to record what is missing.

use super::LOGS;
use crate::categories::check;
use crate::products::{Aim, Recording};

/// See the module.
pub(super) const RECORDINGS: &[Recording] = &[
    Recording {
        aim: Aim::Log,
        check: check(
            "The default log has the flag but not the reason. Add details, transport failure and the host's address.",
            "%RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% \
             %UPSTREAM_TRANSPORT_FAILURE_REASON% %UPSTREAM_HOST% %UPSTREAM_CLUSTER% %DURATION% %RESPONSE_DURATION%",
        )
        .path("HttpConnectionManager: access_log; Istio: MeshConfig accessLogFormat")
        .source(LOGS),
    },
    Recording {
        aim: Aim::Log,
        check: check(
            "For a short time, let it tell about connections (Istio: istioctl proxy-config log POD --level \
             connection:debug). Set it back to warning after.",
            "curl -s -X POST 'http://localhost:9901/logging?connection=debug'",
        )
        .source("Envoy documentation, administration interface"),
    },
];
