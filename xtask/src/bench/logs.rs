//! The logs: the engine beside mawk, which counts the statuses, and goaccess, which counts all else, on the same made files.

use super::{ROUNDS, make, measure, median, version};
use crate::process;
use anyhow::Result;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use xtask::synthetic::logs::LOGS;

/// Of each file.
const BYTES: u64 = 150_000_000;

/// Measures every log; the table, for printing and keeping.
pub fn run(program: &Path) -> Result<String> {
    let mawk = peer("mawk");
    let goaccess = peer("goaccess");
    let mut out = String::new();
    writeln!(
        out,
        "{:<28} {:>9} {:>8} {:>8} {:>9} {:>9} {:>8}",
        "", "lines", "failed", "MB/s", "mawk", "goaccess", "peak MB"
    )?;
    for log in LOGS {
        println!("{} …", log.name);
        let name = format!("{}.log", log.name.to_lowercase().replace(' ', "-"));
        let (path, (lines, failed)) = make(&name, |out| log.write(out, BYTES))?;
        let (ours, memory) = timed(ROUNDS, || {
            let mut command = Command::new(program);
            command.arg(&path);
            command
        })?;
        let count = format!("{{ n[{}]++ }} END {{ for (s in n) print s, n[s] }}", log.status);
        let mawk = ratio(mawk.as_deref(), ours, ROUNDS, |command| {
            command.arg(&count).arg(&path);
        })?;
        // It takes the longest by far: once is enough for a ratio of this size.
        let goaccess = ratio(goaccess.as_deref(), ours, 1, |command| {
            command.args(log.goaccess).args(["--no-global-config", "--output=json", "--no-progress"]).arg(&path);
        })?;
        let speed = std::fs::metadata(&path)?.len() as f64 / 1e6 / ours;
        writeln!(
            out,
            "{:<28} {lines:>9} {failed:>8} {speed:>8.0} {mawk:>9} {goaccess:>9} {:>8.0}",
            log.name,
            memory as f64 / 1e6
        )?;
    }
    writeln!(out, "\nthe peers' time as a multiple of ours; median of {ROUNDS} rounds, of goaccess one")?;
    for (name, program, arg) in [("mawk", &mawk, "-Wversion"), ("goaccess", &goaccess, "--version")] {
        if let Some(program) = program {
            writeln!(out, "{name} {}", version(program, arg))?;
        }
    }
    Ok(out)
}

fn peer(name: &str) -> Option<PathBuf> {
    let path = process::on_path(name);
    if path.is_none() {
        println!("{name} is not installed, and is left out");
    }
    path
}

/// Median time in seconds, and the most memory.
fn timed(rounds: usize, command: impl Fn() -> Command) -> Result<(f64, u64)> {
    let (mut times, mut memory): (Vec<Duration>, u64) = (Vec::new(), 0);
    for _ in 0..rounds {
        let (time, peak) = measure(&mut command())?;
        times.push(time);
        memory = memory.max(peak);
    }
    Ok((median(&times), memory))
}

/// How many times as long as we a peer takes; a dash where it is not installed.
fn ratio(program: Option<&Path>, ours: f64, rounds: usize, with: impl Fn(&mut Command)) -> Result<String> {
    let Some(program) = program else { return Ok("-".to_owned()) };
    let (time, _) = timed(rounds, || {
        let mut command = Command::new(program);
        with(&mut command);
        command
    })?;
    Ok(format!("{:.2}", time / ours))
}
