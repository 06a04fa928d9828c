//! The lab's network: five namespaces joined by veth pairs, and nothing outside them.
//!
//! ```text
//! client ── lan ── gateway ── wan ── firewall ── sites ── origin
//!  10.20.0.50   .2       198.51.100.5  .1   └── names ── dns 10.30.0.53
//! ```
//! Documentation addresses (RFC 5737, RFC 3849) beside private ones. Faults are nftables rules in the
//! firewall's forward chain; or a wire leads through one more namespace, the cable, whose agent copies its frames from
//! end to end as its rules say ([`super::path`]).

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use super::agent;
use super::path::Between;

/// One of the machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    Client,
    Gateway,
    Firewall,
    Dns,
    Origin,
    /// Where the wires through the cable meet.
    Cable,
}

const HOSTS: [(Host, &str); 6] = [
    (Host::Client, "client"),
    (Host::Gateway, "gateway"),
    (Host::Firewall, "firewall"),
    (Host::Dns, "dns"),
    (Host::Origin, "origin"),
    (Host::Cable, "cable"),
];

/// Namespace, interface, its peer's namespace, the peer's interface.
const CABLES: [(&str, &str, &str, &str); 4] = [
    ("client", "eth0", "gateway", "lan"),
    ("gateway", "wan", "firewall", "inside"),
    ("firewall", "names", "dns", "eth0"),
    ("firewall", "sites", "origin", "eth0"),
];

const ADDRESSES: [(&str, &str, &str); 22] = [
    ("client", "eth0", "10.20.0.50/24"),
    ("client", "eth0", "2001:db8:20::50/64"),
    ("gateway", "lan", "10.20.0.2/24"),
    ("gateway", "lan", "2001:db8:20::2/64"),
    ("gateway", "wan", "198.51.100.5/24"),
    ("gateway", "wan", "2001:db8:100::5/64"),
    ("firewall", "inside", "198.51.100.1/24"),
    ("firewall", "inside", "2001:db8:100::1/64"),
    ("firewall", "names", "10.30.0.1/24"),
    ("firewall", "names", "2001:db8:30::1/64"),
    ("dns", "eth0", "10.30.0.53/24"),
    ("dns", "eth0", "2001:db8:30::53/64"),
    ("firewall", "sites", "192.0.2.1/24"),
    ("firewall", "sites", "203.0.113.1/24"),
    ("firewall", "sites", "2001:db8:2::1/64"),
    ("origin", "eth0", "192.0.2.10/24"),
    ("origin", "eth0", "192.0.2.11/24"),
    ("origin", "eth0", "192.0.2.12/24"),
    ("origin", "eth0", "203.0.113.20/24"),
    ("origin", "eth0", "203.0.113.21/24"),
    ("origin", "eth0", "2001:db8:2::10/64"),
    ("origin", "eth0", "2001:db8:2::11/64"),
];

/// What a wire is called in recipes: its port's name at the gateway or at the firewall.
fn wire_name(port: &'static str, peer: &'static str) -> &'static str {
    if port == "eth0" { peer } else { port }
}

/// Bridge and port, on the gateway.
const BRIDGES: [(&str, &str); 2] = [("br-lan", "lan"), ("br-wan", "wan")];

const ROUTES: [(&str, &str); 8] = [
    ("client", "10.20.0.2"),
    ("client", "2001:db8:20::2"),
    ("gateway", "198.51.100.1"),
    ("gateway", "2001:db8:100::1"),
    ("dns", "10.30.0.1"),
    ("dns", "2001:db8:30::1"),
    ("origin", "192.0.2.1"),
    ("origin", "2001:db8:2::1"),
];

/// For programs on the gateway, and parent proxies, that ask as the C library does. Its own timers: 5 s, two tries.
const RESOLVER: &str = "nameserver 10.30.0.53\noptions timeout:2 attempts:2\n";

/// The folder whose files a namespace sees in `/etc`.
fn etc(namespace: &str) -> PathBuf {
    Path::new("/etc/netns").join(namespace)
}

/// A built network. Dropping it takes everything down again: see [`sweep_when_orphaned`].
pub struct Network {
    prefix: String,
    sweeper: Child,
}

impl Network {
    /// Builds the namespaces. The sweeper starts first, so nothing can be left behind. `bridged`: the gateway's
    /// interfaces become ports of bridges, which then have its addresses.
    pub fn build(bridged: bool, between: &Between) -> Result<Self, String> {
        let prefix = format!("gtlab{}", std::process::id());
        let program = std::env::current_exe().map_err(|why| why.to_string())?;
        let sweeper = {
            use std::os::unix::process::CommandExt;
            Command::new(program)
                .args([agent::COMMAND, "sweep", &prefix])
                .stdin(Stdio::piped())
                .process_group(0)
                .spawn()
                .map_err(|why| format!("sweeper: {why}"))?
        };
        let network = Self { prefix, sweeper };
        network.wire(bridged, between)?;
        network.alter(between)?;
        Ok(network)
    }

    fn wire(&self, bridged: bool, between: &Between) -> Result<(), String> {
        let ns = |name: &str| format!("{}-{name}", self.prefix);
        // `ip netns exec` lays the files of this folder over /etc.
        for host in ["gateway", "origin"] {
            let etc = etc(&ns(host));
            fs::create_dir_all(&etc).map_err(|why| why.to_string())?;
            fs::write(etc.join("resolv.conf"), RESOLVER).map_err(|why| why.to_string())?;
            fs::write(etc.join("hosts"), "127.0.0.1 localhost\n").map_err(|why| why.to_string())?;
        }
        for (_, name) in HOSTS {
            ip(&["netns", "add", &ns(name)])?;
            ip(&["-n", &ns(name), "link", "set", "lo", "up"])?;
        }
        for (_, name) in HOSTS {
            // Before there are interfaces, since they copy their settings: no wait for duplicate addresses.
            // The old series of SYN retransmissions (1, 2, 4 s …), as all but the newest kernels send it.
            let mut settings = vec!["net.ipv4.tcp_syn_linear_timeouts=0", "net.ipv6.conf.default.accept_dad=0"];
            if name == "cable" {
                // It has no address and must not speak of its own.
                settings.push("net.ipv6.conf.default.disable_ipv6=1");
            }
            if name == "firewall" {
                settings.extend(["net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"]);
                // ICMP is limited in rate by default: every SYN is to get its own answer here.
                settings.extend(["net.ipv4.icmp_ratelimit=0", "net.ipv6.icmp.ratelimit=0"]);
            }
            finish(Command::new("ip").args(["netns", "exec", &ns(name), "sysctl", "-qw"]).args(settings))?;
        }
        for (left, port, right, peer) in CABLES {
            let name = wire_name(port, peer);
            let (left, right, cable) = (ns(left), ns(right), ns("cable"));
            let join = |left: &str, port: &str, right: &str, peer: &str| {
                ip(&["link", "add", port, "netns", left, "type", "veth", "peer", "name", peer, "netns", right])
            };
            if !between.wires.iter().any(|(wire, _)| *wire == name) {
                join(&left, port, &right, peer)?;
                continue;
            }
            let (near, far) = (format!("{name}0"), format!("{name}1"));
            join(&left, port, &cable, &near)?;
            join(&cable, &far, &right, peer)?;
            for (host, port) in [(&left, port), (&right, peer), (&cable, &near), (&cable, &far)] {
                // The cable takes no segments larger than a frame.
                ip(&["-n", host, "link", "set", port, "gso_max_segs", "1"])?;
                ip(&["-n", host, "link", "set", port, "up"])?;
            }
        }
        if !between.wires.is_empty() {
            let cable = ns("cable");
            ip(&["-n", &cable, "link", "add", "mirror", "type", "veth", "peer", "name", "listen"])?;
            for port in ["mirror", "listen"] {
                ip(&["-n", &cable, "link", "set", port, "mtu", "1600"])?;
                ip(&["-n", &cable, "link", "set", port, "up"])?;
            }
        }
        if bridged {
            for (bridge, port) in BRIDGES {
                ip(&["-n", &ns("gateway"), "link", "add", bridge, "type", "bridge"])?;
                ip(&["-n", &ns("gateway"), "link", "set", port, "master", bridge])?;
                ip(&["-n", &ns("gateway"), "link", "set", bridge, "up"])?;
            }
        }
        for (host, port, address) in ADDRESSES {
            let above = BRIDGES.iter().find(|(_, below)| bridged && host == "gateway" && *below == port);
            let port = above.map_or(port, |(bridge, _)| *bridge);
            let mut arguments = vec!["-n", "", "address", "add", address, "dev", port];
            let host = ns(host);
            arguments[1] = &host;
            if address.contains("::") {
                arguments.push("nodad");
            }
            ip(&arguments)?;
        }
        for (left, port, right, peer) in CABLES {
            ip(&["-n", &ns(left), "link", "set", port, "up"])?;
            ip(&["-n", &ns(right), "link", "set", peer, "up"])?;
        }
        for (host, via) in ROUTES {
            ip(&["-n", &ns(host), "route", "add", "default", "via", via])?;
        }
        Ok(())
    }

    /// What the recipe wants otherwise on the path.
    fn alter(&self, between: &Between) -> Result<(), String> {
        for (host, port, size) in &between.mtu {
            ip(&["-n", &self.namespace(*host), "link", "set", port, "mtu", size])?;
        }
        if !between.silence.is_empty() {
            self.filter(Host::Firewall, "output", &between.silence)?;
        }
        if between.nat.is_empty() {
            return Ok(());
        }
        let rules = between.nat.join("\n");
        let script =
            format!("table ip nat {{\nchain leaving {{\ntype nat hook postrouting priority srcnat\n{rules}\n}}\n}}\n");
        finish(self.command(Host::Firewall, Path::new("nft")).arg(&script))
    }

    fn namespace(&self, host: Host) -> String {
        let name = HOSTS.iter().find(|(each, _)| *each == host).map_or("", |(_, name)| name);
        format!("{}-{name}", self.prefix)
    }

    /// A command that runs on `host`.
    pub fn command(&self, host: Host, program: &Path) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.namespace(host)]).arg(program);
        command
    }

    /// One of the lab's own agents on `host`.
    pub fn agent(&self, host: Host, role: &str, arguments: &[String]) -> Result<Command, String> {
        let program = std::env::current_exe().map_err(|why| why.to_string())?;
        let mut command = self.command(host, &program);
        command.arg(agent::COMMAND).arg(role).args(arguments).env(super::pki::VARIABLE, super::certificates());
        Ok(command)
    }

    /// Puts rules into a chain of `host`: `forward` of the firewall, `input` or `output` elsewhere.
    pub fn filter(&self, host: Host, chain: &str, rules: &[&str]) -> Result<(), String> {
        let rules = rules.join("\n");
        let script =
            format!("table inet lab {{\nchain {chain} {{\ntype filter hook {chain} priority 0\n{rules}\n}}\n}}\n");
        finish(self.command(host, Path::new("nft")).arg(&script))
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        drop(self.sweeper.stdin.take());
        let _ = self.sweeper.wait();
    }
}

fn ip(arguments: &[&str]) -> Result<(), String> {
    finish(Command::new("ip").args(arguments))
}

/// Runs a short command to its end and turns failure into its own words.
pub fn finish(command: &mut Command) -> Result<(), String> {
    let output = command.stdin(Stdio::null()).output().map_err(|why| format!("{command:?}: {why}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr).trim()))
}

/// The agent that clears up. It waits until the lab closes its standard input, by ending well or
/// badly or by being killed, then ends what runs in the lab's namespaces and removes them: one way
/// out for every way of ending. It runs in a process group of its own, out of Ctrl-C's reach.
pub fn sweep_when_orphaned(arguments: &[String]) -> ExitCode {
    let Some(prefix) = arguments.first().filter(|prefix| prefix.starts_with("gtlab")) else {
        return ExitCode::from(2);
    };
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
    for (_, name) in HOSTS {
        let namespace = format!("{prefix}-{name}");
        let give_up = Instant::now() + Duration::from_secs(5);
        while Instant::now() < give_up {
            let Ok(output) = Command::new("ip").args(["netns", "pids", &namespace]).stderr(Stdio::null()).output()
            else {
                break;
            };
            let pids = String::from_utf8_lossy(&output.stdout).into_owned();
            if pids.trim().is_empty() {
                break;
            }
            let _ = Command::new("kill").arg("-9").args(pids.split_whitespace()).stderr(Stdio::null()).status();
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = Command::new("ip").args(["netns", "delete", &namespace]).stderr(Stdio::null()).status();
        let _ = fs::remove_dir_all(etc(&namespace));
    }
    ExitCode::SUCCESS
}
