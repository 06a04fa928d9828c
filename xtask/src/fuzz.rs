//! `cargo xtask fuzz [TARGET] [SECONDS]`: libFuzzer on one target, or on all in turn.
//!
//! No nightly toolchain: the pinned one is asked for its coverage instrumentation with `RUSTC_BOOTSTRAP`. No address sanitizer
//! either, because the engine has no `unsafe`: what is looked for are panics, overflows, hangs and inputs that cost memory
//! (`fuzz/src/lib.rs`), twice as fast.

use crate::process::{self, cargo};
use crate::setup::{self, Toolbox};
use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use std::process::Command;

/// For each target, where nothing else is said: ten minutes, half an hour for the whole engine.
const SECONDS: u32 = 600;
const SECONDS_ENGINE: u32 = 1800;
/// An input that takes longer is a hang.
const SLOWEST: u32 = 10;
/// Megabytes of the whole process, beside the bound on each input.
const MEMORY: u32 = 2048;

/// `cargo xtask fuzz`.
pub fn run(args: &[String]) -> Result<()> {
    let tools = setup::ensure(&[&setup::CARGO_FUZZ])?;
    let all = targets(&tools)?;
    let (names, seconds): (Vec<&String>, Option<u32>) = match args {
        [] => (all.iter().collect(), None),
        [one] => match one.parse() {
            Ok(seconds) => (all.iter().collect(), Some(seconds)),
            Err(_) => (vec![one], None),
        },
        [name, seconds] => (vec![name], Some(seconds.parse().context("SECONDS is a whole number")?)),
        _ => bail!("`fuzz` takes a target and seconds"),
    };
    if let Some(unknown) = names.iter().find(|name| !all.contains(name)) {
        bail!("there is no target `{unknown}`; the targets are {}", all.join(", "));
    }
    for name in names {
        let usual = if name == "engine" { SECONDS_ENGINE } else { SECONDS };
        target(&tools, name, seconds.unwrap_or(usual))?;
    }
    Ok(())
}

fn folder() -> PathBuf {
    process::workspace().join("fuzz")
}

/// The names of all targets.
fn targets(tools: &Toolbox) -> Result<Vec<String>> {
    let list = process::output(cargo_fuzz(tools)?.arg("list"))?;
    Ok(list.lines().map(str::to_owned).collect())
}

fn cargo_fuzz(tools: &Toolbox) -> Result<Command> {
    let program = tools.program(&setup::CARGO_FUZZ).context("cargo-fuzz is missing")?;
    let mut command = Command::new(program);
    command.current_dir(folder()).env("RUSTC_BOOTSTRAP", "1").env_remove("CARGO_TARGET_DIR");
    Ok(command)
}

fn target(tools: &Toolbox, name: &str, seconds: u32) -> Result<()> {
    println!("\n== {name}: {seconds} s");
    let corpus = folder().join("corpus").join(name);
    let mut seeds = cargo();
    seeds.args(["run", "--quiet", "--package=gateway-triage-fuzz-targets", "--example=seeds", "--", name]).arg(&corpus);
    let longest = process::output(&mut seeds)?;
    let longest: u32 = longest.trim().parse().context("the seeds do not say how long an input may be")?;
    let result = process::run(cargo_fuzz(tools)?.args(["run", "--sanitizer=none", name]).arg(&corpus).args([
        "--".to_owned(),
        format!("-max_total_time={seconds}"),
        format!("-max_len={longest}"),
        format!("-timeout={SLOWEST}"),
        format!("-rss_limit_mb={MEMORY}"),
        "-use_value_profile=1".to_owned(),
    ]));
    result.with_context(|| {
        format!("{name} failed: put the input from fuzz/artifacts/{name}/ into fuzz/found/{name}/, where the tests replay it")
    })
}
