//! How time and memory grow with the file, with what is open in it, and with what is found in it.

use super::{make, measure, path};
use anyhow::Result;
use std::fmt::Write as _;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;
use xtask::synthetic::http_capture;
use xtask::synthetic::small::{FAILED, FAILING, FLOOD};

/// Bytes of a packet in the capture of whole exchanges, about.
const PACKET: u64 = 1_138;

/// Writes the file for a number of what grows.
type Make = fn(&mut BufWriter<std::fs::File>, u64) -> std::io::Result<()>;

/// What grows.
struct Axis {
    name: &'static str,
    /// What is counted.
    of: &'static str,
    steps: &'static [u64],
    make: Make,
}

static AXES: &[Axis] = &[
    Axis {
        name: "size of a capture",
        of: "MB",
        steps: &[10, 30, 100, 300, 1_000, 4_000],
        make: |out, megabytes| http_capture(out, megabytes * 1_000_000 / PACKET).map(drop),
    },
    Axis {
        name: "connections that stay open",
        of: "connections",
        steps: &[1, 1_000, 10_000, 100_000, 300_000, 1_000_000],
        make: |out, connections| FLOOD.write(out, connections).map(drop),
    },
    Axis {
        name: "failures in a capture",
        of: "failures",
        steps: &[1, 1_000, 10_000, 30_000, 100_000],
        make: |out, failures| FAILING.write(out, failures * FAILED).map(drop),
    },
    Axis { name: "failures in a log", of: "failures", steps: &[1, 1_000, 10_000, 30_000, 100_000], make: failures },
];

/// A Squid log in which every request failed, of five hundred clients at two hundred hosts.
fn failures(out: &mut BufWriter<std::fs::File>, lines: u64) -> std::io::Result<()> {
    for line in 0..lines {
        let (seconds, client, host) = (1_767_225_600 + line / 50, line % 500, line % 200);
        writeln!(
            out,
            "{seconds}.{:03}  60000 10.1.{}.{} TCP_MISS/504 4032 GET http://www{host}.example.com/{line} - \
             HIER_DIRECT/198.51.100.{host} text/html",
            line % 50 * 20,
            client / 250,
            client % 250 + 1
        )?;
    }
    Ok(())
}

/// Measures every step of every axis once: what counts is how they stand to each other.
pub fn run(program: &Path) -> Result<String> {
    let mut out = String::new();
    for axis in AXES {
        writeln!(out, "{:<28} {:>9} {:>9} {:>9} {:>12}", axis.name, "file MB", "seconds", "peak MB", "KB for each")?;
        let mut least = None;
        for step in axis.steps {
            println!("{}: {step} …", axis.name);
            let (file, ()) = make("growth", |out| (axis.make)(out, *step))?;
            let (time, peak) = measure(Command::new(program).arg(&file))?;
            let before = *least.get_or_insert(peak);
            writeln!(
                out,
                "{:<28} {:>9.1} {:>9.3} {:>9.1} {:>12.2}",
                format!("{step} {}", axis.of),
                std::fs::metadata(&file)?.len() as f64 / 1e6,
                time.as_secs_f64(),
                peak as f64 / 1e6,
                peak.saturating_sub(before) as f64 / 1e3 / *step as f64
            )?;
        }
        writeln!(out)?;
    }
    // Gigabytes that nobody needs again.
    std::fs::remove_file(path("growth")?)?;
    Ok(out)
}
