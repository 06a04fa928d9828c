//! Apache HTTP Server 2.4 with mod_proxy.

mod answers;
mod connect;
mod gateway;
mod record;
mod resolve;
mod respond;
mod secure;

use super::groups::{LATE, SILENT};
use super::{Absent, Handbook, Id, PRACTICE, Product, Timer};
use crate::categories::{Check, Fix, Id as Category, check, fix};
use crate::time::Span;

/// Directives and parameters of mod_proxy.
const MANUAL: &str = "Apache httpd 2.4 documentation, mod_proxy";
/// Directives of mod_ssl.
const SSL: &str = "Apache httpd 2.4 documentation, mod_ssl";
/// What no manual says but the program does.
const CODE: &str = "Apache httpd source, 2.4 (proxy_util.c, mod_proxy_http.c)";
/// A request through it.
const THROUGH: &str = "curl -sv -o /dev/null {url}";

/// What the error log says.
const fn log(text: &'static str) -> Check {
    check(text, "").source(CODE)
}

/// A directive or a parameter of ProxyPass.
const fn directive(
    setting: &'static str,
    path: &'static str,
    change: &'static str,
    risk: &'static str,
    verify: &'static str,
) -> Fix {
    fix(setting, path, change, risk, verify).source(MANUAL)
}

const fn timer(name: &'static str, categories: &'static [Category], path: &'static str) -> Timer {
    Timer { name, wait: Span::seconds(60), categories, path, source: MANUAL }
}

/// See the module.
pub static PRODUCT: Product = Product {
    id: Id::Apache,
    name: "Apache HTTP Server",
    also: &["httpd", "apache2", "mod_proxy", "IBM HTTP Server"],
    statuses: "503 when no connection came about or all workers are in error state, 502 for a response that was reset, \
             empty, invalid or late, 500 for DNS and for TLS towards the server. Often confused: a response \
             timeout is 502 here (mod_proxy_http, Error reading from remote server), although many guides say 504; \
             mod_proxy_fcgi sends 504 for it. TimeOut is 60 s, in older guides 300 s.",
    answers: answers::ANSWERS,
    timers: &[
        timer("connectiontimeout (else timeout, ProxyTimeout, TimeOut)", SILENT, "ProxyPass ... connectiontimeout="),
        timer("timeout (else ProxyTimeout, TimeOut)", LATE, "ProxyPass ... timeout=; ProxyTimeout"),
        timer(
            "timeout (else ProxyTimeout, TimeOut)",
            &[Category::RequestUnacked, Category::ZeroWindow, Category::PmtuBlackhole, Category::TlsNoResponse],
            "ProxyPass ... timeout=; ProxyTimeout",
        ),
        timer("retry of a worker in error state", &[Category::NoHealthyUpstream], "ProxyPass ... retry="),
    ],
    reverse: true,
    absent: &[(
        &[Category::PmtuBlackhole, Category::ZeroWindow, Category::ResponseTruncated, Category::ClientAbort],
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
        gateway::EASE,
    ],
    recordings: record::RECORDINGS,
};
