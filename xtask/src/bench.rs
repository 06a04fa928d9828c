//! `cargo xtask bench`: the native engine beside the tools that its users know, on one machine, in one run.
//!
//! Of captures the whole capture is measured, of logs the formats that products write by default ([`logs`]). The tables go to
//! `bench/results` as well, which is not kept in the repository.
//!
//! Seconds of one machine mean nothing on another; what counts is the ratio. Each program runs several times on a
//! file in the page cache, after all others have had their turn, and the median is taken.

mod logs;

use crate::process::{self, cargo};
use anyhow::{Context, Result, bail};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const PACKETS: u64 = 300_000;
const ROUNDS: usize = 5;

/// A program to compare with, and what it does in the meantime.
struct Peer {
    program: &'static str,
    args: &'static [&'static str],
    /// An argument that makes it print its version.
    version: &'static str,
    does: &'static str,
}

static PEERS: &[Peer] = &[
    Peer { program: "capinfos", args: &["-c"], version: "--version", does: "counts the packets" },
    Peer { program: "tcptrace", args: &["-n"], version: "-v", does: "follows the connections" },
    Peer {
        program: "tshark",
        args: &["-q", "-z", "conv,tcp", "-r"],
        version: "--version",
        does: "lists the connections",
    },
    Peer {
        program: "tshark",
        args: &["-n", "-Y", "http.response.code >= 500 || tcp.analysis.retransmission", "-r"],
        version: "--version",
        does: "filters for failures",
    },
];

/// One line of the table.
struct Contestant {
    name: String,
    version: String,
    command: Box<dyn Fn() -> Command>,
    times: Vec<Duration>,
    /// Resident memory at its peak, in bytes; 0 where the system does not tell.
    memory: u64,
}

/// Measures, and returns the table.
type Part = fn(&Path) -> Result<String>;

/// What can be measured, by the names that the command takes.
static PARTS: &[(&str, Part)] = &[("captures", captures), ("logs", logs::run)];

/// `cargo xtask bench [captures] [logs]`.
pub fn run(args: &[String]) -> Result<()> {
    if let Some(arg) = args.iter().find(|arg| PARTS.iter().all(|(name, _)| name != arg)) {
        bail!("`bench` measures `captures` or `logs`, not `{arg}`");
    }
    let program = triage()?;
    let folder = process::workspace().join("bench").join("results");
    std::fs::create_dir_all(&folder)?;
    for (name, measured) in PARTS.iter().filter(|(name, _)| args.is_empty() || args.iter().any(|arg| arg == name)) {
        let table = measured(&program)?;
        println!("\n{table}");
        let path = folder.join(format!("{name}.txt"));
        std::fs::write(&path, table).with_context(|| format!("{} could not be written", path.display()))?;
    }
    Ok(())
}

/// The engine on a capture, beside the readers of captures that are installed.
fn captures(program: &Path) -> Result<String> {
    let capture = capture()?;
    let mut contestants = vec![contestant("this", "the full report", String::new(), program.to_owned(), &[], &capture)];
    for peer in PEERS {
        let Some(path) = process::on_path(peer.program) else {
            println!("{} is not installed, and is left out", peer.program);
            continue;
        };
        let version = version(&path, peer.version);
        contestants.push(contestant(peer.program, peer.does, version, path, peer.args, &capture));
    }
    for round in 1..=ROUNDS {
        println!("round {round} of {ROUNDS} …");
        for contestant in &mut contestants {
            let (time, memory) = measure(&mut (contestant.command)())?;
            contestant.times.push(time);
            contestant.memory = contestant.memory.max(memory);
        }
    }
    table(&contestants)
}

fn contestant(
    name: &str,
    does: &str,
    version: String,
    program: PathBuf,
    args: &'static [&'static str],
    capture: &Path,
) -> Contestant {
    let capture = capture.to_path_buf();
    Contestant {
        name: format!("{name}: {does}"),
        version,
        command: Box::new(move || {
            let mut command = Command::new(&program);
            command.args(args).arg(&capture);
            command
        }),
        times: Vec::new(),
        memory: 0,
    }
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

/// Makes the capture anew: it takes a second, and leaves the file in the page cache for all.
fn capture() -> Result<PathBuf> {
    let folder = process::workspace().join("target").join("bench");
    let path = folder.join("http.pcap");
    std::fs::create_dir_all(&folder)?;
    let mut out = BufWriter::new(File::create(&path)?);
    let made = xtask::synthetic::http_capture(&mut out, PACKETS)
        .and_then(|made| out.flush().map(|()| made))
        .with_context(|| format!("{} could not be written", path.display()))?;
    println!(
        "{}: {} MB, {} packets, {} HTTP exchanges, {} of them failed",
        path.display(),
        made.bytes / 1_000_000,
        made.packets,
        made.exchanges,
        made.failed
    );
    Ok(path)
}

/// The first word that looks like a version in what a program says about itself.
fn version(program: &Path, arg: &str) -> String {
    let text = process::probe(Command::new(program).arg(arg)).unwrap_or_default();
    let mut words = text.split_whitespace();
    let found = words.find(|word| word.starts_with(|c: char| c.is_ascii_digit()) && word.contains('.'));
    found.unwrap_or_default().trim_end_matches(['.', ',']).to_owned()
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

fn table(contestants: &[Contestant]) -> Result<String> {
    let ours = contestants.first().map_or(0.0, |first| median(&first.times));
    let mut out = String::new();
    writeln!(out, "{:<34} {:>9} {:>12} {:>10}  version", "", "seconds", "times ours", "peak MB")?;
    for contestant in contestants {
        let time = median(&contestant.times);
        writeln!(
            out,
            "{:<34} {time:>9.3} {:>12.2} {:>10.0}  {}",
            contestant.name,
            time / ours,
            contestant.memory as f64 / 1e6,
            contestant.version
        )?;
    }
    writeln!(out, "\nmedian of {ROUNDS} rounds; a ratio over 1 means that the other one takes longer")?;
    Ok(out)
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
