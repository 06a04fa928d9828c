//! nginx as a reverse proxy. Settings say the block that they belong to: `main:`, `events:`, `http:`, `server:`
//! or `location:`, which is `location /` of the only server.
//!
//! The usual `proxy_pass` holds variables, so that the name is resolved when a request comes, and a DNS fault is the
//! request's.

use super::{Program, section};

/// nginx.
pub static NGINX: Program = Program {
    name: "nginx",
    path: "/usr/sbin/nginx",
    arguments: &["-e", "stderr", "-c"],
    user: "www-data",
    port: 80,
    forward: false,
    usual: &[
        ("events: worker_connections", "64;"),
        ("http: resolver", "10.30.0.53;"),
        ("http: resolver_timeout", "6s;"),
        ("http: proxy_connect_timeout", "8s;"),
        ("http: proxy_send_timeout", "5s;"),
        ("http: proxy_read_timeout", "5s;"),
        ("server: listen", "80; listen [::]:80;"),
        ("location: proxy_set_header Host", "$host;"),
        ("location: proxy_pass", "http://$host$request_uri;"),
    ],
    configure,
    logs: &[("access.log", "access.log"), ("upstream.log", "upstream.log"), ("error.log", "error.log")],
    version: ("-v", "nginx/"),
};

/// What `upstream.log` holds: the layout that nginx's admin guide proposes, with all upstream times.
const LAYOUT: &str = r#"'$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" rt=$request_time uaddr="$upstream_addr" ustat="$upstream_status" uct="$upstream_connect_time" uht="$upstream_header_time" urt="$upstream_response_time"'"#;

fn configure(folder: &str, settings: &[String]) -> String {
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .iter()
        .map(|kind| format!("    {kind}_temp_path {folder}/{kind};\n"))
        .collect();
    let (main, events, http) = (section(settings, "main"), section(settings, "events"), section(settings, "http"));
    let (server, location) = (section(settings, "server"), section(settings, "location"));
    format!(
        "daemon off;
user www-data;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
{main}
events {{
{events}}}
http {{
    log_format upstream {LAYOUT};
    access_log {folder}/access.log;
    access_log {folder}/upstream.log upstream;
{temporary}{http}
    server {{
{server}
    location / {{
{location}    }}
    }}
}}
"
    )
}
