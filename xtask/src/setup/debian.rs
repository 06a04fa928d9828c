//! Programs from the distribution: the browser, its driver, Wireshark's command line.
//!
//! They are installed only where that asks nobody anything: with apt, as root or with a sudo that wants
//! no password. Everywhere else the error says what to install.

use super::{Source, Tool};
use crate::process;
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Installs, in one call, the packages of all `wanted` tools that are missing; failing is no error here, since
/// [`get`] finds out what is still missing and says it better.
pub fn install_missing(wanted: &[&Tool]) {
    let packages: Vec<&str> = wanted
        .iter()
        .filter_map(|tool| match &tool.source {
            Source::Debian { package, programs, env } => find(programs, *env).is_none().then_some(*package),
            _ => None,
        })
        .collect();
    if packages.is_empty() {
        return;
    }
    let Some(privileges) = privileges() else {
        return;
    };
    println!("Installing with apt: {} …", packages.join(" "));
    let install = || {
        apt(privileges, &["install", "-y", "--no-install-recommends"])
            .args(&packages)
            .status()
            .is_ok_and(|status| status.success())
    };
    if !install() {
        println!("Reading the package lists again …");
        let _ = apt(privileges, &["update"]).status();
        install();
    }
}

/// The program that the variable `env` names, or the first of `programs` on PATH.
pub fn get(package: &str, programs: &[&str], env: Option<&str>) -> Result<PathBuf> {
    if let Some(path) = find(programs, env) {
        return Ok(path);
    }
    let name = programs.first().unwrap_or(&package);
    if let Some((env, path)) = env.and_then(|env| Some((env, std::env::var_os(env)?))) {
        bail!("{env} is set to {}, which is no program", path.display());
    }
    let or_set = env.map_or_else(String::new, |env| format!(", or set {env} to the path of the program"));
    bail!("{name} is not installed: install it (on Debian: apt-get install {package}){or_set}")
}

fn find(programs: &[&str], env: Option<&str>) -> Option<PathBuf> {
    if let Some(path) = env.and_then(std::env::var_os) {
        return Some(PathBuf::from(path)).filter(|path| process::is_program(path));
    }
    programs.iter().find_map(|program| process::on_path(program))
}

/// What has to stand before `apt-get`, where it may be called: nothing for root, sudo for others.
fn privileges() -> Option<&'static [&'static str]> {
    if !Path::new("/etc/debian_version").exists() || process::on_path("apt-get").is_none() {
        return None;
    }
    let user = process::probe(Command::new("id").arg("-u"))?;
    if user.trim() == "0" {
        return Some(&[]);
    }
    process::probe(Command::new("sudo").args(["-n", "true"]))?;
    Some(&["sudo", "-n"])
}

fn apt(privileges: &[&str], args: &[&str]) -> Command {
    // `env`, because sudo passes no variables on.
    let mut words = privileges.iter().chain(&["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]).chain(args);
    let mut command = Command::new(words.next().copied().unwrap_or("env"));
    command.args(words);
    command
}
