//! Captures: the engine's full report beside what readers of captures do in the meantime.

use super::{ROUNDS, make, measure, median, version};
use crate::process;
use anyhow::Result;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use xtask::synthetic::small::SMALL;

/// Of the capture of whole exchanges, about 1,100 bytes each.
const PACKETS: u64 = 300_000;
/// Of each capture of small packets.
const SMALL_PACKETS: u64 = 1_000_000;

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

/// Whole exchanges, 340 MB.
pub fn run(program: &Path) -> Result<String> {
    let (capture, made) = make("http.pcap", |out| xtask::synthetic::http_capture(out, PACKETS))?;
    println!(
        "{}: {} MB, {} packets, {} HTTP exchanges, {} of them failed",
        capture.display(),
        made.bytes / 1_000_000,
        made.packets,
        made.exchanges,
        made.failed
    );
    table(&compete(program, PEERS, &capture)?, PACKETS)
}

/// Small packets, each kind of them by itself. tshark takes minutes for them and is left out.
pub fn small(program: &Path) -> Result<String> {
    let mut out = String::new();
    for kind in SMALL {
        let name = format!("{}.pcap", kind.name.to_lowercase().replace(' ', "-"));
        let (capture, (packets, bytes)) = make(&name, |out| kind.write(out, SMALL_PACKETS))?;
        let peers = PEERS.iter().filter(|peer| peer.program != "tshark");
        let contestants = compete(program, peers, &capture)?;
        writeln!(out, "{}: {packets} packets, {} bytes each", kind.name, bytes / packets)?;
        writeln!(out, "{}", table(&contestants, packets)?)?;
    }
    Ok(out)
}

/// Each program on the capture, one after the other, several times.
fn compete<'a>(program: &Path, peers: impl IntoIterator<Item = &'a Peer>, capture: &Path) -> Result<Vec<Contestant>> {
    let mut contestants = vec![contestant("this", "the full report", String::new(), program.to_owned(), &[], capture)];
    for peer in peers {
        let Some(path) = process::on_path(peer.program) else {
            println!("{} is not installed, and is left out", peer.program);
            continue;
        };
        let version = version(&path, peer.version);
        contestants.push(contestant(peer.program, peer.does, version, path, peer.args, capture));
    }
    for round in 1..=ROUNDS {
        println!("round {round} of {ROUNDS} …");
        for contestant in &mut contestants {
            let (time, memory) = measure(&mut (contestant.command)())?;
            contestant.times.push(time);
            contestant.memory = contestant.memory.max(memory);
        }
    }
    Ok(contestants)
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

fn table(contestants: &[Contestant], packets: u64) -> Result<String> {
    let ours = contestants.first().map_or(0.0, |first| median(&first.times));
    let mut out = String::new();
    writeln!(out, "{:<34} {:>9} {:>12} {:>10} {:>10}  version", "", "seconds", "times ours", "M packets/s", "peak MB")?;
    for contestant in contestants {
        let time = median(&contestant.times);
        writeln!(
            out,
            "{:<34} {time:>9.3} {:>12.2} {:>11.2} {:>10.0}  {}",
            contestant.name,
            time / ours,
            packets as f64 / time / 1e6,
            contestant.memory as f64 / 1e6,
            contestant.version
        )?;
    }
    writeln!(out, "\nmedian of {ROUNDS} rounds; a ratio over 1 means that the other one takes longer")?;
    Ok(out)
}
