//! Squid as a forward proxy. Settings are lines of `squid.conf`.

use super::Program;

/// Squid.
pub static SQUID: Program = Program {
    name: "squid",
    path: "/usr/sbin/squid",
    arguments: &["-N", "-f"],
    user: "proxy",
    port: 3128,
    forward: true,
    usual: &[
        ("http_port", "3128"),
        ("visible_hostname", "gateway.example.net"),
        ("dns_nameservers", "10.30.0.53"),
        ("connect_timeout", "8 seconds"),
        ("read_timeout", "5 seconds"),
        ("dns_timeout", "8 seconds"),
        ("dns_retransmit_interval", "3 seconds"),
    ],
    configure,
    logs: &[("access.log", "access.log"), ("cache.log", "cache.log")],
    version: ("-v", "Version "),
};

fn configure(folder: &str, settings: &[String]) -> String {
    format!(
        "cache deny all
cache_mem 8 MB
access_log stdio:{folder}/access.log
cache_log {folder}/cache.log
pid_filename {folder}/squid.pid
coredump_dir {folder}
hosts_file none
pinger_enable off
max_filedescriptors 1024
shutdown_lifetime 0 seconds
buffered_logs off
{}
http_access allow all
",
        settings.join("\n")
    )
}
