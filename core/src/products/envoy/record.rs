//! How to record what is missing.

use super::LOGS;
use crate::categories::check;
use crate::products::generic::ALL_INTERFACES;
use crate::products::{Aim, Recording};

/// See the module.
pub(super) const RECORDINGS: &[Recording] = &[
    ALL_INTERFACES,
    Recording {
        aim: Aim::Packets,
        check: check(
            "In Kubernetes: start a debug container in the pod (kubectl debug -it <pod> --image=<image with tcpdump> -c \
             dump), and record through it from a second terminal. A sidecar's other side is on the loopback interface.",
            "kubectl exec <pod> -c dump -- tcpdump -s 0 -i any -U -w - > gateway.pcap",
        )
        .source("Kubernetes documentation, Debug Running Pods"),
    },
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
