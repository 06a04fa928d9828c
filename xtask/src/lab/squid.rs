//! Squid as the lab's forward proxy: its configuration, its start, its end.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use super::net::{Host, Network};
use super::watch::{Running, until};

/// A running Squid with its files in a folder of its own.
pub struct Squid {
    folder: PathBuf,
    process: Running,
}

/// What a case may change, and case.toml tells. Shorter timers than Squid's own, so that a recording takes seconds.
pub const SETTINGS: [&str; 5] = [
    "dns_nameservers 10.30.0.53",
    "connect_timeout 8 seconds",
    "read_timeout 5 seconds",
    "dns_timeout 8 seconds",
    "dns_retransmit_interval 3 seconds",
];

impl Squid {
    /// Starts Squid on the gateway, waits until it listens.
    pub fn start(network: &Network, folder: &Path, settings: &[&str]) -> Result<Self, String> {
        let folder = folder.join("squid");
        fs::create_dir_all(&folder).map_err(|why| why.to_string())?;
        // Squid gives up its privileges and must still be able to write here.
        super::net::finish(std::process::Command::new("chown").arg("proxy").arg(&folder))?;
        let configuration = folder.join("squid.conf");
        fs::write(&configuration, configure(&folder, settings)).map_err(|why| why.to_string())?;
        let child: Child = network
            .command(Host::Gateway, Path::new("/usr/sbin/squid"))
            .args(["-N", "-f"])
            .arg(&configuration)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|why| format!("squid: {why}"))?;
        let squid = Self { folder, process: Running::new(child) };
        let ready = || squid.read("cache.log").contains("Accepting HTTP Socket connections");
        if !until(Duration::from_secs(20), ready) {
            return Err(format!("squid does not start:\n{}", squid.read("cache.log")));
        }
        Ok(squid)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join(name)).unwrap_or_default()
    }

    /// Ends Squid and gives its access log.
    pub fn stop(mut self) -> Result<String, String> {
        self.process.stop("-TERM", Duration::from_secs(10))?;
        Ok(self.read("access.log"))
    }
}

fn configure(folder: &Path, settings: &[&str]) -> String {
    let folder = folder.display();
    let own = format!(
        "http_port 3128
visible_hostname gateway.example.net
cache deny all
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
"
    );
    // The first word is the setting's name: a case's own value replaces the lab's.
    let named = |line: &str| line.split(' ').next().map(str::to_owned);
    let usual = SETTINGS.iter().filter(|usual| !settings.iter().any(|own| named(own) == named(usual)));
    let lines: Vec<&str> = usual.chain(settings).copied().collect();
    format!("{own}{}\nhttp_access allow all\n", lines.join("\n"))
}
