//! Azure Application Gateway, as far as Microsoft's documents say.

use super::groups::LATE;
use super::{Aim, Handbook, Id, PRACTICE, Part, Product, Recording, Timer, answered};
use crate::categories::Id::*;
use crate::categories::{Id as Category, check, fix};
use crate::logs::phase;
use crate::time::Span;

const TROUBLE: &str = "Microsoft Learn, Troubleshooting bad gateway errors in Application Gateway";
const CODES: &str = "Microsoft Learn, HTTP response codes in Application Gateway";
const THROUGH: &str = "curl -sv -o /dev/null {url}";

/// See the module.
pub static PRODUCT: Product = Product {
    id: Id::AzureGateway,
    name: "Azure Application Gateway",
    also: &["AppGw", "Application Gateway WAF"],
    statuses: "502: no server of the pool is healthy or there is none, its probe is wrong, it cannot be reached, or its \
             certificate does not fit. 504 (version 2) or 502 (version 1): it did not answer in time. error_info in the access \
             log says which; serverStatus is the backend's own status.",
    answers: &[
        answered(
            502,
            &[
                &[NoHealthyUpstream, TcpSynUnanswered, TcpSynReset, TlsCertificate, ResponseTimeout],
                &[ResponseEmpty, ResponseReset, ReturnPath, TcpIcmpUnreachable, TcpIcmpProhibited],
                phase::RESOLVE,
            ],
            "Application Gateway says 502 where the pool is empty or no server of it answers its health probe, where a rule, a \
             route or DNS keeps it from the backend, and where the backend's certificate does not fit. Only version 1 says 502 \
             for a backend that did not answer in time.",
            TROUBLE,
        ),
        answered(
            504,
            &[&[ResponseTimeout, ResponseStalled]],
            "Application Gateway version 2 says 504 where the backend, and a second one of the pool after it, did not answer \
             within the request time-out (20 s each by default). Version 1 says 502.",
            CODES,
        ),
        answered(499, &[&[ClientAbort]], "499: the client closed before the answer was whole.", CODES),
    ],
    timers: &[
        Timer {
            name: "request time-out",
            wait: Span::seconds(20),
            categories: LATE,
            path: "Backend settings: Request time-out",
            source: TROUBLE,
        },
        Timer {
            name: "request time-out at two servers, 20 s each",
            wait: Span::seconds(40),
            categories: LATE,
            path: "Backend settings: Request time-out",
            source: TROUBLE,
        },
    ],
    reverse: true,
    absent: &[],
};

/// See the module.
pub static HANDBOOK: Handbook = Handbook {
    parts: &[Part {
        checks: &[(
            &[Category::NoHealthyUpstream, Category::TcpSynUnanswered, Category::TcpSynReset, Category::TlsCertificate],
            check(
                "Read the health of each server, and why its probe fails: Application Gateway > Monitoring > Backend health.",
                "az network application-gateway show-backend-health",
            )
            .source(TROUBLE),
        )],
        fixes: &[
            (
                LATE,
                fix(
                    "Response timeout",
                    "Application Gateway > Backend settings: Request time-out (seconds)",
                    "Raise it above the time that the page needs.",
                    "Dead servers hold requests longer.",
                    "curl -sS -o /dev/null -w '%{time_starttransfer}\\n' {url}",
                )
                .source(TROUBLE),
            ),
            (
                &[Category::NoHealthyUpstream],
                fix(
                    "Health check and failure limits",
                    "Application Gateway > Health probes; Backend pools",
                    "Put servers into the pool; let the probe ask for a path that answers 200 to 399 without a login.",
                    "A probe that asks too little keeps a broken server in use.",
                    THROUGH,
                )
                .source(TROUBLE),
            ),
        ],
        ..Part::EMPTY
    }],
    recordings: &[
        Recording {
            aim: Aim::Packets,
            check: check(
                "Capture on the backend, whole packets, from before the request until after the error: the gateway cannot be captured itself. What the backend never gets failed on the way.",
                "tcpdump -s 0 -ni any -w server.pcap tcp port {port}",
            )
            .source(PRACTICE),
        },
        Recording {
            aim: Aim::Log,
            check: check(
                "Send the access log somewhere: its error_info and serverStatus name the failure and whose the status is.",
                "",
            )
            .path("Application Gateway > Monitoring > Diagnostic settings: Application Gateway Access Log")
            .source(CODES),
        },
    ],
};
