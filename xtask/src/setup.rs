//! What has to be on the machine, in which version, and where it comes from.
//!
//! [`ALL`] is the only place with a pin. Programs that we build or unpack ourselves go to a cache of the
//! user, one folder per name and version, so that a second clone builds nothing again and an old clone
//! keeps its own versions; the system's package manager is asked only for browsers and Wireshark.

mod cargo_install;
mod debian;
mod npm;
mod rustup;

use crate::process;
use anyhow::{Context, Result, bail};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Something that commands need and that is not part of the repository.
pub struct Tool {
    /// The program's name, or rustup's name of the target or component.
    pub name: &'static str,
    /// Where it comes from.
    pub source: Source,
    /// What is lost without it, if one can do without it.
    pub without: Option<&'static str>,
}

/// Where a tool comes from.
pub enum Source {
    /// crates.io, built here.
    Cargo {
        package: &'static str,
        version: Version,
        flags: &'static [&'static str],
        takes: &'static str,
    },
    /// npm's registry.
    Npm {
        package: &'static str,
        version: &'static str,
    },
    /// A file of a package of npm's registry.
    NpmFile {
        package: &'static str,
        version: &'static str,
        path: &'static str,
    },
    /// A Debian package; elsewhere any of the `programs`, or the file that the variable `env` names.
    Debian {
        package: &'static str,
        programs: &'static [&'static str],
        env: Option<&'static str>,
    },
    /// A target or a component of the pinned Rust toolchain.
    Target,
    Component,
}

/// A pinned version.
pub enum Version {
    Exactly(&'static str),
    /// The version that Cargo.lock has for this package: the two must be equal to work together.
    AsLocked(&'static str),
}

pub static WASM_TARGET: Tool = Tool { name: "wasm32-unknown-unknown", source: Source::Target, without: None };

/// A target without an operating system: what builds for it needs no `std`.
pub static BARE_TARGET: Tool = Tool { name: "thumbv7em-none-eabihf", source: Source::Target, without: None };

pub static RUSTFMT: Tool = Tool { name: "rustfmt", source: Source::Component, without: None };

pub static CLIPPY: Tool = Tool { name: "clippy", source: Source::Component, without: None };

/// Built without its default features: those are TLS and downloads, and what it would download is pinned here.
pub static TRUNK: Tool = Tool {
    name: "trunk",
    source: Source::Cargo {
        package: "trunk",
        version: Version::Exactly("0.21.14"),
        flags: &["--locked", "--no-default-features"],
        takes: "3 to 6 minutes",
    },
    without: None,
};

/// Without `--locked`: its lock file names versions that not every registry still has.
pub static WASM_BINDGEN: Tool = Tool {
    name: "wasm-bindgen",
    source: Source::Cargo {
        package: "wasm-bindgen-cli",
        version: Version::AsLocked("wasm-bindgen"),
        flags: &[],
        takes: "2 to 3 minutes",
    },
    without: None,
};

pub static CARGO_FUZZ: Tool = Tool {
    name: "cargo-fuzz",
    source: Source::Cargo {
        package: "cargo-fuzz",
        version: Version::Exactly("0.13.2"),
        flags: &["--locked"],
        takes: "about a minute",
    },
    without: Some("nothing can be fuzzed"),
};

/// It adds the toolchain's `llvm-tools` by itself.
pub static LLVM_COV: Tool = Tool {
    name: "cargo-llvm-cov",
    source: Source::Cargo {
        package: "cargo-llvm-cov",
        version: Version::Exactly("0.9.1"),
        flags: &["--locked"],
        takes: "about a minute",
    },
    without: None,
};

pub static CARGO_MUTANTS: Tool = Tool {
    name: "cargo-mutants",
    source: Source::Cargo {
        package: "cargo-mutants",
        version: Version::Exactly("27.1.0"),
        flags: &["--locked"],
        takes: "2 minutes",
    },
    without: None,
};

pub static CARGO_DENY: Tool = Tool {
    name: "cargo-deny",
    source: Source::Cargo {
        package: "cargo-deny",
        version: Version::Exactly("0.20.2"),
        flags: &["--locked"],
        takes: "5 to 10 minutes",
    },
    without: None,
};

pub static WASM_OPT: Tool = Tool {
    name: "wasm-opt",
    source: Source::Npm { package: "binaryen", version: "132.0.0" },
    without: Some("the page is built without it, and is larger and slower than it could be"),
};

pub static ESBUILD: Tool = Tool {
    name: "esbuild",
    source: Source::Npm { package: "esbuild", version: "0.28.2" },
    without: Some("scripts and style of the page are larger than they could be"),
};

pub static CHROMIUM: Tool = Tool {
    name: "chromium",
    source: Source::Debian {
        package: "chromium",
        programs: &["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"],
        env: Some("CHROME"),
    },
    without: None,
};

pub static CHROMEDRIVER: Tool = Tool {
    name: "chromedriver",
    source: Source::Debian { package: "chromium-driver", programs: &["chromedriver"], env: Some("CHROMEDRIVER") },
    without: None,
};

pub static FIREFOX: Tool = Tool {
    name: "firefox",
    source: Source::Debian { package: "firefox-esr", programs: &["firefox-esr", "firefox"], env: Some("FIREFOX") },
    without: Some("the browser tests run in Chromium alone"),
};

pub static GECKODRIVER: Tool = Tool {
    name: "geckodriver",
    source: Source::Cargo {
        package: "geckodriver",
        version: Version::Exactly("0.36.0"),
        flags: &[],
        takes: "2 to 4 minutes",
    },
    without: Some("the browser tests run in Chromium alone"),
};

/// Only the tests use it; nothing of it is delivered.
pub static AXE: Tool = Tool {
    name: "axe-core",
    source: Source::NpmFile { package: "axe-core", version: "4.14.1", path: "axe.min.js" },
    without: Some("the tests of accessibility are skipped"),
};

pub static TSHARK: Tool = Tool {
    name: "tshark",
    source: Source::Debian { package: "tshark", programs: &["tshark"], env: None },
    without: Some("the tests that compare with it are skipped"),
};

static ALL: &[&Tool] = &[
    &WASM_TARGET,
    &BARE_TARGET,
    &RUSTFMT,
    &CLIPPY,
    &TRUNK,
    &WASM_BINDGEN,
    &WASM_OPT,
    &ESBUILD,
    &CARGO_FUZZ,
    &CHROMIUM,
    &CHROMEDRIVER,
    &FIREFOX,
    &GECKODRIVER,
    &AXE,
    &TSHARK,
];

/// The tools that were found, and where.
pub struct Toolbox {
    found: Vec<(&'static str, PathBuf)>,
}

impl Toolbox {
    /// The program, if it is there; always, if it is not optional.
    pub fn program(&self, tool: &Tool) -> Option<&Path> {
        let (_, path) = self.found.iter().find(|(name, _)| *name == tool.name)?;
        Some(path)
    }

    /// PATH with our own programs before the system's.
    pub fn path(&self) -> Result<OsString> {
        let ours = self
            .found
            .iter()
            .filter_map(|(_, path)| path.parent().filter(|folder| folder.starts_with(cache())))
            .map(Path::to_path_buf);
        let theirs = std::env::var_os("PATH").unwrap_or_default();
        std::env::join_paths(ours.chain(std::env::split_paths(&theirs)))
            .context("a folder of PATH holds a character that PATH cannot hold")
    }
}

/// `cargo xtask setup`.
pub fn run(args: &[String]) -> Result<()> {
    if let Some(arg) = args.first() {
        bail!("`setup` takes no arguments, but got `{arg}`");
    }
    let tools = ensure(ALL)?;
    for tool in ALL {
        match tools.program(tool) {
            Some(path) => println!("  {:<24} {}", tool.name, path.display()),
            None => println!("  {:<24} missing", tool.name),
        }
    }
    Ok(())
}

/// Sees to it that `wanted` is there: installs what is missing, says so, and fails with one sentence for each
/// thing that is needed and cannot be had.
pub fn ensure(wanted: &[&Tool]) -> Result<Toolbox> {
    debian::install_missing(wanted);
    let mut found = Vec::new();
    let mut missing = Vec::new();
    for tool in wanted {
        match (get(tool), tool.without) {
            (Ok(path), _) => found.push((tool.name, path)),
            (Err(why), Some(without)) => println!("  {why:#}; {without}."),
            (Err(why), None) => missing.push(format!("{why:#}.")),
        }
    }
    if !missing.is_empty() {
        bail!("{}", missing.join("\n       "));
    }
    Ok(Toolbox { found })
}

fn get(tool: &Tool) -> Result<PathBuf> {
    match &tool.source {
        Source::Cargo { package, version, flags, takes } => {
            cargo_install::get(tool.name, package, &version.number()?, flags, takes)
        }
        Source::Npm { package, version } => npm::get(tool.name, package, version),
        Source::NpmFile { package, version, path } => npm::file(package, version, path),
        Source::Debian { package, programs, env } => debian::get(package, programs, *env),
        Source::Target => rustup::target(tool.name),
        Source::Component => rustup::component(tool.name),
    }
}

impl Version {
    fn number(&self) -> Result<String> {
        match self {
            Self::Exactly(number) => Ok((*number).to_owned()),
            Self::AsLocked(package) => {
                let path = process::workspace().join("Cargo.lock");
                let lock =
                    std::fs::read_to_string(&path).with_context(|| format!("{} could not be read", path.display()))?;
                locked_version(&lock, package)
                    .map(str::to_owned)
                    .with_context(|| format!("Cargo.lock does not hold the package {package}"))
            }
        }
    }
}

/// The version of `package` in the text of a Cargo.lock: the line after its name.
fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines.nth(1)?.strip_prefix("version = \"")?.strip_suffix('"')
}

/// The folder of the user in which our tools lie, over all clones.
fn cache() -> PathBuf {
    let base = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| std::env::home_dir().map(|home| home.join(".cache")))
        .unwrap_or_else(std::env::temp_dir);
    base.join("gateway-triage").join("tools")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_file_pins_wasm_bindgen() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"1.0.0\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\nsource = \"x\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked_version(lock, "leptos"), None);
    }

    #[test]
    fn every_tool_is_named_once() {
        let mut names: Vec<_> = ALL.iter().map(|tool| tool.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
    }
}
