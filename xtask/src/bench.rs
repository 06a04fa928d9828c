//! `cargo xtask bench`: the engine beside the tools that its users know, on one machine, in one run.
//!
//! Each part makes its own files and prints a table ([`PARTS`]); docs/performance.md says what they came to. The tables go to
//! `bench/results` as well, which is not kept in the repository.
//!
//! Seconds of one machine mean nothing on another; what counts is the ratio. Each program runs several times on a
//! file in the page cache, after all others have had their turn, and the median is taken.

mod captures;
mod growth;
mod logs;
mod page;

use crate::process::{self, cargo};
use anyhow::{Context, Result, bail};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const ROUNDS: usize = 5;

/// Measures, and returns the table.
type Part = fn(&Path) -> Result<String>;

/// What can be measured, by the names that the command takes.
static PARTS: &[(&str, Part)] = &[
    ("captures", captures::run),
    ("small", captures::small),
    ("logs", logs::run),
    ("growth", growth::run),
    ("page", page::run),
];

/// `cargo xtask bench [PART…]`.
pub fn run(args: &[String]) -> Result<()> {
    if let Some(arg) = args.iter().find(|arg| PARTS.iter().all(|(name, _)| name != arg)) {
        let parts: Vec<&str> = PARTS.iter().map(|(name, _)| *name).collect();
        bail!("`bench` measures {}, not `{arg}`", parts.join(", "));
    }
    let program = triage()?;
    let folder = process::workspace().join("bench").join("results");
    std::fs::create_dir_all(&folder)?;
    for (name, measured) in PARTS.iter().filter(|(name, _)| args.is_empty() || args.iter().any(|arg| arg == name)) {
        let table = format!("{}\n{}", measured(&program)?, machine());
        println!("\n{table}");
        let path = folder.join(format!("{name}.txt"));
        std::fs::write(&path, table).with_context(|| format!("{} could not be written", path.display()))?;
    }
    Ok(())
}

/// The engine's command-line example, built as its users build it.
fn triage() -> Result<PathBuf> {
    let mut build = cargo();
    build.args(["build", "--release", "--package=gateway-triage-core", "--example=triage", "--message-format=json"]);
    let messages = process::output(&mut build)?;
    // One string of one message is not worth a JSON parser that every command would have to wait for.
    let path = messages
        .lines()
        .filter(|line| line.contains("\"name\":\"triage\""))
        .find_map(|line| line.split_once("\"executable\":\"")?.1.split_once('"'))
        .context("cargo does not say where the example `triage` lies")?;
    Ok(PathBuf::from(path.0.replace("\\\\", "\\")))
}

/// The first word that looks like a version in what a program says about itself.
fn version(program: &Path, arg: &str) -> String {
    let text = process::probe(Command::new(program).arg(arg)).unwrap_or_default();
    let mut words = text.split_whitespace();
    let found = words.find(|word| word.starts_with(|c: char| c.is_ascii_digit()) && word.contains('.'));
    found.unwrap_or_default().trim_end_matches(['.', ',']).to_owned()
}

/// What it ran on: processor, cores, compiler.
fn machine() -> String {
    let told = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = told.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let rustc = process::probe(Command::new("rustc").arg("--version")).unwrap_or_default();
    format!("{}, {cores} cores; {}\n", model.map_or("a processor without a name", |(_, model)| model), rustc.trim())
}

/// A file that a part makes for its programs.
fn path(name: &str) -> Result<PathBuf> {
    let folder = process::workspace().join("target").join("bench");
    std::fs::create_dir_all(&folder)?;
    Ok(folder.join(name))
}

/// Makes a file anew: it takes a second, and leaves the file in the page cache for all.
fn make<T>(name: &str, write: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<T>) -> Result<(PathBuf, T)> {
    let path = path(name)?;
    let mut out = BufWriter::with_capacity(1 << 20, File::create(&path)?);
    let made = write(&mut out).and_then(|made| out.flush().map(|()| made));
    Ok((path.clone(), made.with_context(|| format!("{} could not be written", path.display()))?))
}

/// How long a program runs, and how much memory it holds at its peak.
fn measure(command: &mut Command) -> Result<(Duration, u64)> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let name = command.get_program().to_string_lossy().into_owned();
    let start = Instant::now();
    let mut child = command.spawn().with_context(|| format!("{name} does not start"))?;
    let watch = watch_memory(&child);
    let status = child.wait()?;
    let time = start.elapsed();
    let memory = watch.join().unwrap_or_default();
    if !status.success() {
        bail!("{name} failed ({status}) on a made file");
    }
    Ok((time, memory))
}

/// Follows the peak that Linux keeps for a process; a thread of its own, so that the waiting is not slowed down.
fn watch_memory(child: &Child) -> std::thread::JoinHandle<u64> {
    let status = format!("/proc/{}/status", child.id());
    std::thread::spawn(move || {
        let mut peak = 0;
        // A process that has ended but was not waited for yet has no such line any more.
        while let Some(kilobytes) = std::fs::read_to_string(&status).ok().and_then(|text| high_water_mark(&text)) {
            peak = kilobytes * 1024;
            std::thread::sleep(Duration::from_millis(5));
        }
        peak
    })
}

fn high_water_mark(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

fn median(times: &[Duration]) -> f64 {
    let mut times: Vec<f64> = times.iter().map(Duration::as_secs_f64).collect();
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_one() {
        assert_eq!(median(&[3, 1, 2].map(Duration::from_secs)), 2.0);
        assert_eq!(median(&[]), 0.0);
    }

    #[test]
    fn the_kernel_tells_the_peak() {
        assert_eq!(high_water_mark("Name:\tx\nVmHWM:\t    2048 kB\n"), Some(2048));
        assert_eq!(high_water_mark("Name:\tx\n"), None);
    }
}
