//! Apache httpd, as a forward and as a reverse proxy. Settings are directives of `httpd.conf`.
//!
//! It resolves names as every program on its host does: `Network::build` gives the gateway a resolv.conf.

use super::Program;

/// Apache as a forward proxy, with CONNECT.
pub static APACHE: Program = Program {
    name: "apache",
    port: 3128,
    forward: true,
    usual: &[
        ("Listen", "3128"),
        ("ServerName", "gateway.example.net"),
        ("Timeout", "30"),
        ("ProxyTimeout", "5"),
        ("ProxyVia", "On"),
        ("ProxyRequests", "On"),
        ("AllowCONNECT", "443 8443"),
    ],
    ..HTTPD
};

/// Apache as a reverse proxy for www.example.com, resolved when a request comes.
pub static APACHE_REVERSE: Program = Program {
    name: "apache-reverse",
    port: 80,
    forward: false,
    usual: &[
        ("Listen", "80"),
        ("ServerName", "gateway.example.net"),
        ("Timeout", "30"),
        ("ProxyTimeout", "5"),
        ("ProxyPreserveHost", "On"),
        ("ProxyPass", "/ http://www.example.com/"),
    ],
    ..HTTPD
};

/// What both share: a `static` cannot be copied from.
const HTTPD: Program = Program {
    name: "",
    path: "/usr/sbin/apache2",
    arguments: &["-D", "FOREGROUND", "-f"],
    user: "www-data",
    port: 0,
    forward: true,
    usual: &[],
    configure,
    logs: &[("access.log", "access.log"), ("error.log", "error.log")],
    version: ("-v", "Apache/"),
};

const MODULES: [&str; 12] = [
    "mpm_event",
    "authz_core",
    "proxy",
    "proxy_http",
    "proxy_connect",
    "proxy_wstunnel",
    "proxy_balancer",
    "slotmem_shm",
    "lbmethod_byrequests",
    "headers",
    "socache_shmcb",
    "ssl",
];

fn configure(folder: &str, settings: &[String]) -> String {
    let modules: String = MODULES
        .iter()
        .map(|module| format!("LoadModule {module}_module /usr/lib/apache2/modules/mod_{module}.so\n"))
        .collect();
    format!(
        "{modules}ServerRoot {folder}
PidFile {folder}/apache.pid
DefaultRuntimeDir {folder}
User www-data
Group www-data
StartServers 1
ThreadsPerChild 16
MaxRequestWorkers 16
MinSpareThreads 1
MaxSpareThreads 16
LogLevel warn
ErrorLog {folder}/error.log
LogFormat \"%h %l %u %t \\\"%r\\\" %>s %O \\\"%{{Referer}}i\\\" \\\"%{{User-Agent}}i\\\"\" combined
CustomLog {folder}/access.log combined
<Proxy *>
    Require all granted
</Proxy>
{}
",
        settings.join("\n")
    )
}
