//! HAProxy as a reverse proxy. Settings say the section that they belong to: `global:`, `defaults:`, `resolvers:` (lab),
//! `frontend:` (web) or `backend:` (site); `more:` are sections of their own.
//!
//! The usual server has an address. To resolve names when a request comes, replace it: see [`RESOLVING`].

use super::{Program, section};

/// HAProxy.
pub static HAPROXY: Program = Program {
    name: "haproxy",
    path: "/usr/sbin/haproxy",
    arguments: &["-db", "-f"],
    user: "haproxy",
    port: 80,
    forward: false,
    usual: &[
        ("defaults: timeout connect", "4s"),
        ("defaults: timeout client", "30s"),
        ("defaults: timeout server", "5s"),
        ("defaults: timeout queue", "3s"),
        ("resolvers: nameserver", "dns 10.30.0.53:53"),
        ("resolvers: timeout retry", "1s"),
        ("resolvers: timeout resolve", "1s"),
        ("frontend: bind", ":::80 v4v6"),
        ("backend: server", "origin 192.0.2.10:80"),
    ],
    configure,
    logs: &[("haproxy.log", "stdout")],
    version: ("-v", "HAProxy version "),
};

/// Settings that look the host up for each request, as HAProxy's manual shows for `do-resolve`; 503 without an address.
pub const RESOLVING: [&str; 4] = [
    "frontend: http-request do-resolve(txn.address,lab,ipv4) hdr(Host),host_only",
    "frontend: http-request return status 503 default-errorfiles unless { var(txn.address) -m found }",
    "backend: http-request set-dst var(txn.address)",
    "backend: server origin 0.0.0.0:80",
];

fn configure(folder: &str, settings: &[String]) -> String {
    let (global, defaults) = (section(settings, "global"), section(settings, "defaults"));
    let (resolvers, frontend) = (section(settings, "resolvers"), section(settings, "frontend"));
    let (backend, more) = (section(settings, "backend"), section(settings, "more"));
    format!(
        "global
    log stdout format raw local0
    pidfile {folder}/haproxy.pid
{global}
defaults
    mode http
    log global
    option httplog
{defaults}
resolvers lab
{resolvers}
frontend web
    default_backend site
{frontend}
backend site
{backend}
{more}
"
    )
}
