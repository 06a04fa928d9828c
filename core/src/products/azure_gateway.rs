//! Azure Application Gateway, as far as Microsoft's documents say.

use super::groups::LATE;
use super::{Id, Part, Product, answered};
use crate::categories::Id::*;
use crate::categories::{Id as Category, check, fix};

const TROUBLE: &str = "Microsoft Learn, Troubleshooting bad gateway errors in Application Gateway";
const THROUGH: &str = "curl -sv -o /dev/null {url}";

/// See the module.
pub static PRODUCT: Product = Product {
    id: Id::AzureGateway,
    name: "Azure Application Gateway",
    also: &["AppGw", "Application Gateway WAF"],
    statuses: "502: no server of the pool is healthy or there is none, its probe is wrong, or the backend did not answer in time. \
             error_info in the access log says which; serverStatus is the backend's own status.",
    answers: &[answered(
        502,
        &[&[NoHealthyUpstream, ResponseTimeout, TcpSynUnanswered, TcpSynReset, ResponseEmpty, ResponseReset]],
        "Application Gateway says 502 where the pool is empty or no server of it answers its health probe, where the backend \
         cannot be connected to, and where a request timed out.",
        TROUBLE,
    )],
    timers: &[],
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
    recordings: &[],
    reverse: true,
    absent: &[],
};
