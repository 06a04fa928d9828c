//! HAProxy, HTTP mode. Figures and keywords are those of its configuration manual.

mod answers;
mod connect;
mod gateway;
mod record;
mod resolve;
mod respond;
mod secure;

use super::groups::{LATE, SILENT};
use super::{Absent, Handbook, Id, Product, Timer};
use crate::categories::{Check, Fix, Id as Category, check, fix};
use crate::time::Span;

/// The configuration manual.
const MANUAL: &str = "HAProxy configuration manual";
/// The manual's chapter on logs.
const LOGS: &str = "HAProxy configuration manual, 8.5 Session state at disconnection";
/// Timeouts that distributions ship.
const SHIPPED: &str = "haproxy.cfg as Debian and Red Hat ship it";
/// A request through it.
const THROUGH: &str = "curl -sv -o /dev/null {url}";

/// What the log says.
const fn state(text: &'static str) -> Check {
    check(text, "").source(LOGS)
}

/// A keyword of the configuration.
const fn keyword(
    setting: &'static str,
    path: &'static str,
    change: &'static str,
    risk: &'static str,
    verify: &'static str,
) -> Fix {
    fix(setting, path, change, risk, verify).source(MANUAL)
}

const fn shipped(name: &'static str, seconds: i64, categories: &'static [Category]) -> Timer {
    Timer { name, wait: Span::seconds(seconds), categories, path: "haproxy.cfg: defaults", source: SHIPPED }
}

/// See the module.
pub static PRODUCT: Product = Product {
    id: Id::Haproxy,
    name: "HAProxy",
    also: &["HAProxy Enterprise", "ALOHA"],
    statuses: "503 when no connection came about (SC, sC, RC) or no server was left, 502 when the server closed, reset \
             or sent something invalid before a whole header (SH, PH), 504 when timeout server ended the wait (sH). \
             Often confused: the manual allows 502 or 504 for SC and sC, the program sends 503; and a kept \
             connection that breaks gives no status at all: the client's connection is closed, so that it tries \
             again.",
    answers: answers::ANSWERS,
    timers: &[
        shipped("timeout connect (Debian)", 5, SILENT),
        shipped("timeout connect (Red Hat)", 10, SILENT),
        shipped("timeout server (Debian)", 50, LATE),
        shipped("timeout server (Red Hat)", 60, LATE),
    ],
    reverse: true,
    absent: &[(
        &[
            Category::PmtuBlackhole,
            Category::ZeroWindow,
            Category::ResponseBadChunk,
            Category::ResponseTruncated,
            Category::ParentProxyError,
            Category::ProxyLoop,
            Category::RequiredService,
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
        resolve::EASE,
        respond::EASE,
        gateway::EASE,
    ],
    recordings: record::RECORDINGS,
};
