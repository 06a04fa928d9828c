//! Building the page: trunk, then wasm-opt.
//!
//! Trunk fetches what it does not find, so it gets the tools of [`setup`] on its PATH. It does not run wasm-opt
//! (`data-wasm-opt="0"` in app/index.html): with it, a machine without Node could not build the page at all.

use crate::process;
use crate::setup::{self, Tool, Toolbox};
use anyhow::{Context, Result, bail};
use std::ffi::OsString;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What building the page needs.
pub static NEEDS: &[&Tool] =
    &[&setup::WASM_TARGET, &setup::TRUNK, &setup::WASM_BINDGEN, &setup::WASM_OPT, &setup::ESBUILD];

/// What makes a module packed small: of the levels, the first gave the smallest, and functions packed better beside those of
/// like name, which are often alike.
const SMALL: &[&str] = &["-O2", "--dealign", "--reorder-functions-by-name"];

/// What makes a module fast.
const FAST: &[&str] = &["-O3"];

/// Every browser that can run the page knows SIMD (Chrome 91, Firefox 89, Safari 16.4): memchr uses it where it is compiled in.
const SIMD: &str = " -Ctarget-feature=+simd128";

/// The features that rustc uses on this target (binaryen assumes fewer), with SIMD for crates that ask for it. They are named
/// because a stripped module no longer says which it uses.
const FEATURES: &[&str] = &[
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-simd",
];

/// What trunk builds, always with the whole page around it.
pub struct Build {
    /// Its folder under `dist/`.
    folder: &'static str,
    /// The crate features of the module; its own, if none.
    feature: Option<&'static str>,
    profile: &'static str,
    /// Flags of rustc beside those of all builds.
    compiled: &'static str,
    /// Flags of wasm-opt.
    optimised: &'static [&'static str],
}

/// One module for everything: the page as it is served while working on it, and the one file.
pub static WHOLE: Build = Build { folder: "page", feature: None, profile: "web", compiled: "", optimised: SMALL };
/// The site's page, which reads nothing.
pub static PAGE: Build =
    Build { folder: "parts/page", feature: Some("page"), profile: "web", compiled: "", optimised: SMALL };
/// The site's engine, which shows nothing.
pub static ENGINE: Build =
    Build { folder: "parts/engine", feature: Some("engine"), profile: "engine", compiled: SIMD, optimised: FAST };

impl Build {
    /// The folder with what is built.
    pub fn folder(&self) -> PathBuf {
        process::workspace().join("dist").join(self.folder)
    }
}

/// Builds it and returns its folder.
pub fn build(tools: &Toolbox, what: &Build) -> Result<PathBuf> {
    let trunk = tools.program(&setup::TRUNK).context("the page is built by trunk, which was not set up")?;
    let folder = what.folder();
    let mut command = Command::new(trunk);
    command
        .args(["build", "--release", "--cargo-profile", what.profile, "--dist"])
        .arg(&folder)
        .args(what.feature.iter().flat_map(|feature| ["--no-default-features", "--features", feature]))
        .current_dir(process::workspace())
        .env("PATH", tools.path()?)
        .env("TRUNK_SKIP_VERSION_CHECK", "true")
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", rustc_flags()? + what.compiled)
        // Trunk knows this variable only as `true` or `false`, and refuses the usual `1`.
        .env_remove("NO_COLOR");
    if std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) {
        command.arg("--no-color");
    }
    process::run(&mut command).context("the page could not be built")?;

    let mut modules = 0;
    for entry in folder.read_dir()? {
        let path = entry?.path();
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("wasm") => {
                modules += 1;
                if let Some(wasm_opt) = tools.program(&setup::WASM_OPT) {
                    optimise(wasm_opt, &path, what.optimised)?;
                }
            }
            Some("js" | "css") => {
                if let Some(esbuild) = tools.program(&setup::ESBUILD) {
                    minify(esbuild, &path)?;
                }
            }
            _ => {}
        }
    }
    if modules == 0 {
        bail!("trunk built no WebAssembly into {}", folder.display());
    }
    Ok(folder)
}

/// Runs wasm-opt over a module in its place. The result is kept under target/, by what went in: it takes longer
/// than the rest of a build in which only the style changed.
fn optimise(wasm_opt: &Path, module: &Path, flags: &[&str]) -> Result<()> {
    let before = std::fs::read(module)?;
    let mut hasher = DefaultHasher::new();
    (&before, flags, FEATURES, wasm_opt).hash(&mut hasher);
    let kept = process::workspace().join("target").join("wasm-opt");
    let result = kept.join(format!("{:016x}.wasm", hasher.finish()));
    if !result.exists() {
        let partial = kept.join(format!("{}.partial", std::process::id()));
        std::fs::create_dir_all(&kept)?;
        process::run(Command::new(wasm_opt).args(flags).args(FEATURES).arg("-o").arg(&partial).arg(module))?;
        std::fs::rename(&partial, &result)?;
    }
    let size = std::fs::copy(&result, module)?;
    println!("wasm-opt: {} KB of {} KB", size / 1024, before.len() / 1024);
    Ok(())
}

/// Rewrites a script or a style shorter. Not by trunk's own minifier, which takes methods like `Promise.all` from their object.
fn minify(esbuild: &Path, file: &Path) -> Result<()> {
    let mut outfile = OsString::from("--outfile=");
    outfile.push(file);
    process::run(
        Command::new(esbuild)
            .args(["--minify", "--charset=utf8", "--log-level=warning", "--allow-overwrite"])
            .arg(outfile)
            .arg(file),
    )
}

/// Leptos compiles each element of each view as a type of its own unless it is told to erase them, which makes the module a
/// seventh smaller. Panic messages name source files: without the remapping, the built page would hold the paths of whoever
/// built it.
fn rustc_flags() -> Result<String> {
    let mut flags = String::from("--cfg erase_components");
    let home = std::env::home_dir().unwrap_or_default();
    let cargo = std::env::var_os("CARGO_HOME").map_or_else(|| home.join(".cargo"), PathBuf::from);
    let sysroot = process::output(Command::new("rustc").args(["--print", "sysroot"]))?;
    for (path, name) in [(process::workspace(), "."), (cargo, "cargo"), (PathBuf::from(sysroot.trim()), "rust")] {
        // A path with a space cannot stand in this variable; it then stays as it is.
        let path = path.display().to_string();
        if !path.contains(' ') {
            flags.push_str(&format!(" --remap-path-prefix={path}={name}"));
        }
    }
    Ok(flags)
}
