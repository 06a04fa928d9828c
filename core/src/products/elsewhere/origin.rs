//! Servers behind the gateway: web servers and what runs applications.

use super::{Party, made, place};
use crate::categories::{Fix, Id, Owner, check};

/// A worker that was stopped takes its answer along.
const STOPPED: &[Id] = &[Id::ResponseReset, Id::ResponseEmpty, Id::ResponseTruncated];
/// Nobody takes up the work.
const QUEUED: &[Id] = &[Id::ResponseTimeout, Id::TlsNoResponse];

/// See the module.
pub static PARTY: Party = Party {
    owner: Owner::Origin,
    checks: &[
        (
            &[Id::TcpSynUnanswered],
            made(
                "",
                check(
                    "On a Linux server: if SYNs arrive and these counters grow, its accept queue is full: too few \
                     workers. SYNs that arrive without that: its own firewall.",
                    "nstat -az TcpExtListenOverflows TcpExtListenDrops",
                )
                .source("Linux, Documentation/networking/snmp_counter.rst"),
            ),
        ),
        (
            QUEUED,
            made(
                "",
                check(
                    "On a Linux server: Recv-Q as high as Send-Q on the listening socket means that connections wait \
                     for a free worker.",
                    "ss -lnt 'sport = :{port}'",
                )
                .source("ss(8)"),
            ),
        ),
        (
            STOPPED,
            made(
                "",
                check(
                    "On the server: was a worker stopped at that second? gunicorn writes WORKER TIMEOUT, php-fpm \
                     execution timed out, Linux Killed process.",
                    "journalctl --since -1h | grep -Ei 'worker timeout|execution timed out|killed process'",
                )
                .source("Source of gunicorn (arbiter), php-fpm and Linux (oom_kill)"),
            ),
        ),
    ],
    places: &[
        (
            &[Id::KeepaliveRace],
            place(
                "Keep-alive time of the server",
                "nginx: keepalive_timeout (75 s by default); Apache: KeepAliveTimeout (5 s); IIS: connectionTimeout \
                 (120 s); Tomcat: keepAliveTimeout (20 s in the server.xml that it comes with); Node.js: \
                 server.keepAliveTimeout (5 s in most versions); gunicorn: keepalive (2 s)",
                "The servers' manuals",
            ),
        ),
        (
            &[Id::ResponseTimeout],
            place(
                "Response time",
                "php-fpm: pm.max_children, slowlog with request_slowlog_timeout; Apache: MaxRequestWorkers; gunicorn: \
                 workers, threads",
                "PHP manual (FPM configuration), Apache httpd 2.4 (mpm_common), gunicorn settings",
            ),
        ),
        (
            &[Id::TlsCertificate],
            place(
                "Certificate chain",
                "nginx: ssl_certificate, the server's own first, then the intermediates; Apache 2.4.8 and later: \
                 SSLCertificateFile likewise",
                "nginx ngx_http_ssl_module, Apache mod_ssl",
            ),
        ),
        (
            &[Id::TlsNotSpoken],
            place(
                "TLS on the port",
                "nginx: listen {port} ssl; Apache: SSLEngine on in the virtual host",
                "nginx ngx_http_ssl_module, Apache mod_ssl",
            ),
        ),
        (
            &[Id::TlsAlert],
            place(
                "TLS of the server",
                "nginx: ssl_protocols, ssl_ciphers, server_name; Apache: SSLProtocol, SSLCipherSuite, \
                 SSLStrictSNIVHostCheck",
                "nginx ngx_http_ssl_module, Apache mod_ssl",
            ),
        ),
    ],
    fixes: &[(
        STOPPED,
        Fix {
            at: "origin",
            setting: "Time limit of a request",
            path: "gunicorn: timeout (30 s by default); php-fpm: request_terminate_timeout (off); uWSGI: harakiri (off)",
            change: "If failures come after this time, raise it above what the request needs, or make the request shorter.",
            risk: "A worker that hangs is kept longer.",
            verify: "curl -sS -o /dev/null -w '%{time_total}\\n' --connect-to ::{target} {url}",
            source: "gunicorn settings, PHP manual (FPM configuration), uWSGI options",
        },
    )],
    recordings: &[],
};
