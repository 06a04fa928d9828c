//! The programs that play the gateway: one file each, as a table of how it is configured, started and stopped, and which
//! logs it leaves ([`Program`]).
//!
//! Another program: a file with a `pub static`, a `mod` line here, its package in `lab::NEEDED`. A recipe chooses it by
//! [`super::recipe::Recipe::via`] and gives its own settings; `{folder}` in a setting is the program's folder, into
//! which a recipe's `prepare` can put certificates and other files before the start.

pub mod apache;
pub mod haproxy;
pub mod nginx;
pub mod squid;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

pub use apache::{APACHE, APACHE_REVERSE};
pub use haproxy::HAPROXY;
pub use nginx::NGINX;
pub use squid::SQUID;

use super::net::{Host, Network, finish};
use super::watch::{Running, until};

/// One program that can be the gateway.
#[derive(Debug)]
pub struct Program {
    /// How cases and texts call it; the first part of its cases' names.
    pub name: &'static str,
    /// Where its executable is.
    pub path: &'static str,
    /// Arguments before the path of its configuration.
    pub arguments: &'static [&'static str],
    /// The user that it becomes and that must be able to write in its folder.
    pub user: &'static str,
    /// The TCP port on which it serves clients.
    pub port: u16,
    /// A forward proxy is asked in absolute form, a reverse proxy in origin form.
    pub forward: bool,
    /// What is set unless a recipe sets it otherwise: name and value. Timers are shorter than the program's own, so
    /// that a recording takes seconds.
    pub usual: &'static [(&'static str, &'static str)],
    /// The text of its configuration, from its folder and the settings.
    pub configure: fn(&str, &[String]) -> String,
    /// Logs: the name in the case, the name in the program's folder.
    pub logs: &'static [(&'static str, &'static str)],
    /// The argument that makes it say its version, and what it says before it.
    pub version: (&'static str, &'static str),
}

impl Program {
    /// The usual settings and a recipe's own, as `name value`. Its own take the place of usual ones of that name.
    pub fn settings(&self, own: &[&str]) -> Vec<String> {
        let replaced = |name: &str| {
            own.iter().any(|own| own.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')))
        };
        let usual = self.usual.iter().filter(|(name, _)| !replaced(name));
        // A lone `!name` takes a usual setting away.
        let own_lines = own.iter().filter(|own| !own.starts_with('!')).map(|own| (*own).to_owned());
        let gone = |name: &str| own.iter().any(|own| own.strip_prefix('!') == Some(name));
        usual
            .filter(|(name, _)| !gone(name))
            .map(|(name, value)| format!("{name} {value}").trim_end().to_owned())
            .chain(own_lines)
            .collect()
    }

    /// Its name and version, as it says itself.
    pub fn version(&self) -> String {
        let (argument, before) = self.version;
        let text = Command::new(self.path).arg(argument).output().map_or_else(
            |_| String::new(),
            |output| [output.stdout, output.stderr].concat().iter().map(|byte| char::from(*byte)).collect(),
        );
        let rest = text.split_once(before).map_or("", |(_, rest)| rest);
        let version = rest.split([' ', '\n', '-']).next().filter(|version| !version.is_empty()).unwrap_or("unknown");
        format!("{} {version} (Debian)", self.name)
    }
}

/// A program that runs, with its files in a folder of its own.
pub struct Proxy {
    program: &'static Program,
    folder: PathBuf,
    process: Running,
}

impl Proxy {
    /// Writes the configuration into `folder`, starts the program on `host` and waits until it listens.
    pub fn start(
        network: &Network,
        host: Host,
        folder: &Path,
        program: &'static Program,
        own: &[&str],
    ) -> Result<Self, String> {
        fs::create_dir_all(folder).map_err(|why| why.to_string())?;
        let text = folder.display().to_string();
        let settings: Vec<String> = program.settings(own).iter().map(|line| line.replace("{folder}", &text)).collect();
        let configuration = folder.join(format!("{}.conf", program.name));
        fs::write(&configuration, (program.configure)(&text, &settings)).map_err(|why| why.to_string())?;
        // Programs give up their privileges and must still be able to write here.
        finish(Command::new("chown").args(["-R", program.user]).arg(folder))?;
        let file = |name: &str| fs::File::create(folder.join(name)).map_err(|why| why.to_string());
        let child = network
            .command(host, Path::new(program.path))
            .args(program.arguments)
            .arg(&configuration)
            .stdin(Stdio::null())
            .stdout(file("stdout")?)
            .stderr(file("stderr")?)
            .spawn()
            .map_err(|why| format!("{}: {why}", program.name))?;
        let pid = child.id();
        let proxy = Self { program, folder: folder.to_owned(), process: Running::new(child) };
        if !until(Duration::from_secs(20), || listens(pid, program.port)) {
            let words: Vec<String> =
                ["stderr", "stdout", "error.log", "cache.log"].iter().map(|name| proxy.read(name)).collect();
            return Err(format!("{} does not start:\n{}", program.name, words.join("\n")));
        }
        Ok(proxy)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join(name)).unwrap_or_default()
    }

    /// Ends the program and gives its logs by the names that they have in a case.
    pub fn stop(mut self) -> Result<Vec<(&'static str, String)>, String> {
        self.process.stop("-TERM", Duration::from_secs(10))?;
        Ok(self.program.logs.iter().map(|(name, file)| (*name, self.read(file))).collect())
    }
}

/// Whether a socket listens on this port in the process's network namespace.
fn listens(pid: u32, port: u16) -> bool {
    let ending = format!(":{port:04X}");
    ["tcp", "tcp6"].iter().any(|table| {
        let sockets = fs::read_to_string(format!("/proc/{pid}/net/{table}")).unwrap_or_default();
        sockets.lines().any(|line| {
            let mut words = line.split_whitespace().skip(1);
            // Local address, remote address, state: 0A is LISTEN.
            words.next().is_some_and(|local| local.ends_with(&ending)) && words.nth(1) == Some("0A")
        })
    })
}

/// The settings of one section, `SECTION: line`, without that word, indented.
fn section(settings: &[String], name: &str) -> String {
    settings
        .iter()
        .filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
        .map(|line| format!("    {line}\n"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_settings_take_the_place_of_usual_ones() {
        let settings = NGINX.settings(&["http: proxy_read_timeout 9s;", "!http: resolver", "http: gzip on;"]);
        assert!(settings.contains(&"http: proxy_read_timeout 9s;".to_owned()));
        assert!(!settings.contains(&"http: proxy_read_timeout 5s;".to_owned()));
        assert!(!settings.iter().any(|line| line.starts_with("http: resolver ")));
        assert!(settings.contains(&"http: resolver_timeout 6s;".to_owned()));
        assert_eq!(section(&settings, "events"), "    worker_connections 64;\n");
    }
}
