//! Envoy, alone or in Istio and other meshes and gateways. Settings are named as in its v3 configuration.

mod answers;
mod connect;
mod gateway;
mod record;
mod resolve;
mod respond;
mod secure;

use super::groups::SILENT;
use super::{Absent, Handbook, Id, Product, Timer};
use crate::categories::{Check, Fix, Id as Category, check, fix};
use crate::time::Span;

/// The v3 configuration.
const MANUAL: &str = "Envoy documentation, v3 configuration reference";
/// Timeouts and their defaults.
const TIMEOUTS: &str = "Envoy documentation, FAQ on timeouts";
/// Flags and details.
const LOGS: &str = "Envoy documentation, access logs and response code details";
/// A request through it.
const THROUGH: &str = "curl -sv -o /dev/null {url}";
/// What the admin page says of clusters and their hosts; 9901 is the port of the examples, 15000 that of Istio.
const CLUSTERS: &str = "curl -s http://localhost:9901/clusters";

/// What flags and details say.
const fn flag(text: &'static str) -> Check {
    check(text, "").source(LOGS)
}

/// A field of the configuration.
const fn field(
    setting: &'static str,
    path: &'static str,
    change: &'static str,
    risk: &'static str,
    verify: &'static str,
) -> Fix {
    fix(setting, path, change, risk, verify).source(MANUAL)
}

const fn timer(name: &'static str, seconds: i64, categories: &'static [Category], path: &'static str) -> Timer {
    Timer { name, wait: Span::seconds(seconds), categories, path, source: TIMEOUTS }
}

/// See the module.
pub static PRODUCT: Product = Product {
    id: Id::Envoy,
    name: "Envoy",
    also: &["Istio", "Istio ingress gateway", "Contour", "Envoy Gateway", "App Mesh"],
    statuses: "503 for nearly every failure towards the server: no healthy host (UH), connect (UF), reset (UC, UR), \
             overflow (UO); 504 for the route timeout (UT), 404 without a route (NR), 0 when the client left (DC). \
             Often confused: a bad response (UPE) is 502 in newer releases and 503 in older ones; and \
             response_timeout in the log is what the documents call upstream_response_timeout. The flag says more \
             than the status.",
    answers: answers::ANSWERS,
    timers: &[
        timer(
            "cluster connect_timeout",
            5,
            SILENT,
            "clusters: connect_timeout; Istio: connectionPool.tcp.connectTimeout",
        ),
        timer("cluster connect_timeout (TLS included)", 5, &[Category::TlsNoResponse], "clusters: connect_timeout"),
        timer("route timeout", 15, &[Category::ResponseTimeout], "route: timeout; Istio: VirtualService timeout"),
        timer(
            "stream_idle_timeout",
            300,
            &[Category::ResponseStalled, Category::ResponseTimeout],
            "HttpConnectionManager: stream_idle_timeout",
        ),
        timer(
            "idle_timeout of the connection",
            3600,
            &[Category::KeepaliveRace],
            "clusters: HttpProtocolOptions.common_http_protocol_options.idle_timeout",
        ),
    ],
    reverse: true,
    absent: &[(
        &[
            Category::PmtuBlackhole,
            Category::ResponseBadChunk,
            Category::ResponseTruncated,
            Category::ParentProxyError,
            Category::ProxyLoop,
            Category::ClientAbort,
        ],
        Absent::Undocumented,
    )],
};

/// See the module.
pub static HANDBOOK: Handbook = Handbook {
    parts: &[
        resolve::PART,
        connect::PART,
        secure::PART,
        respond::KEPT,
        respond::PART,
        gateway::PART,
        connect::EASE,
        respond::EASE,
    ],
    recordings: record::RECORDINGS,
};
