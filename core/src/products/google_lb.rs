//! Google Cloud's Application Load Balancers, as far as their documents say.

use super::{Aim, Handbook, Id, PRACTICE, Part, Product, Recording, Timer, answered};
use crate::categories::Id::*;
use crate::categories::{Id as Category, check, fix};
use crate::logs::phase;
use crate::time::Span;

const CONNECTIONS: &str = "Google Cloud documentation, Request distribution for external Application Load Balancers";
const LOGGING: &str = "Google Cloud documentation, Application Load Balancer logging and monitoring, statusDetails";
const THROUGH: &str = "curl -sv -o /dev/null {url}";

/// What statusDetails names with the statuses 502 and 503 alike.
const FAILURES: &[&[Category]] = &[
    &[ResponseTimeout, KeepaliveRace, ResponseEmpty, ResponseReset, NoHealthyUpstream, TcpSynUnanswered, TcpSynReset],
    phase::CONNECT,
    &[TlsCertificate, TlsAlert, TlsNotSpoken, ResponseInvalid, ResponseBadChunk, ResponseHeaderTooLarge, ProxyLoop],
];

/// See the module.
pub static PRODUCT: Product = Product {
    id: Id::GoogleLb,
    name: "Google Cloud Application Load Balancer",
    also: &["GCLB", "Google Cloud Load Balancing", "GFE"],
    statuses: "Read statusDetails (global, classic) or proxyStatus (regional) before the status: \
             response_sent_by_backend means that the backend sent it, all else is the load balancer's own word, such as \
             failed_to_connect_to_backend or backend_timeout.",
    answers: &[
        answered(
            502,
            FAILURES,
            "A global or classic load balancer of Google Cloud says 502 or 503 for each of its failures, backend_timeout included: \
             the status does not tell them apart, statusDetails does. response_sent_by_backend there means that the backend sent \
             it.",
            LOGGING,
        ),
        answered(
            503,
            FAILURES,
            "A global or classic load balancer of Google Cloud says 502 or 503 for each of its failures: 503 alone does not mean \
             that the backend is overloaded or missing. statusDetails tells, and response_sent_by_backend there means that the \
             backend sent it.",
            LOGGING,
        ),
    ],
    timers: &[
        Timer {
            name: "backend service timeout",
            wait: Span::seconds(30),
            categories: &[ResponseTimeout, ResponseStalled],
            path: "Backend service: Timeout",
            source: CONNECTIONS,
        },
        Timer {
            name: "backend keep-alive timeout",
            wait: Span::seconds(600),
            categories: &[KeepaliveRace],
            path: "fixed",
            source: CONNECTIONS,
        },
    ],
    reverse: true,
    absent: &[],
};

/// See the module.
pub static HANDBOOK: Handbook = Handbook {
    parts: &[Part {
        checks: &[(
            &[
                Category::OriginError,
                Category::ResponseTimeout,
                Category::ResponseReset,
                Category::ResponseEmpty,
                Category::TcpSynUnanswered,
                Category::TcpSynReset,
                Category::NoHealthyUpstream,
            ],
            check(
                "Read jsonPayload.statusDetails, or proxyStatus of a regional load balancer, of the failed requests in Cloud \
                 Logging.",
                "gcloud logging read 'resource.type=\"http_load_balancer\" AND httpRequest.status>=500' --limit 20",
            )
            .source(LOGGING),
        )],
        fixes: &[
            (
                &[Category::KeepaliveRace, Category::ResponseReset, Category::ResponseEmpty],
                fix(
                    "Keep-alive time of the server",
                    "Web server on the backend: keep-alive timeout",
                    "Set it longer than 600 s: so long the load balancer keeps idle connections, and that cannot be changed.",
                    "The backend holds more idle connections.",
                    THROUGH,
                )
                .at("origin")
                .source(CONNECTIONS),
            ),
            (
                &[Category::ResponseTimeout, Category::ResponseStalled],
                fix(
                    "Response timeout",
                    "Network services > Load balancing > backend service: Timeout; gcloud compute backend-services update --timeout",
                    "Raise it above the time that the page needs.",
                    "Dead backends hold requests longer.",
                    "curl -sS -o /dev/null -w '%{time_starttransfer}\\n' {url}",
                )
                .source(CONNECTIONS),
            ),
        ],
        ..Part::EMPTY
    }],
    recordings: &[
        Recording {
            aim: Aim::Packets,
            check: check(
                "Capture on the backend, whole packets, from before the request until after the error: the load balancer cannot be captured itself. What the backend never gets failed on the way.",
                "tcpdump -s 0 -ni any -w server.pcap tcp port {port}",
            )
            .source(PRACTICE),
        },
        Recording {
            aim: Aim::Log,
            check: check(
                "Log every request of the backend service: without it, or at a lower sample rate, the failed ones may be missing.",
                "gcloud compute backend-services update <backend-service> --global --enable-logging --logging-sample-rate=1.0",
            )
            .source(LOGGING),
        },
    ],
};
