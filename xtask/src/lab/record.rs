//! Records: tcpdump or dumpcap, started before the traffic and stopped after it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use super::net::{Network, finish};
use super::path::Tap;
use super::truth::packets;
use super::watch::{Running, until};

/// A recording that runs.
pub struct Recorder {
    process: Running,
    file: PathBuf,
    words: PathBuf,
    tap: Tap,
}

impl Recorder {
    /// Starts recording into `folder` and returns when packets are seen.
    pub fn start(network: &Network, folder: &Path, tap: &Tap) -> Result<Self, String> {
        let file = folder.join(tap.file.trim_end_matches(".gz"));
        let program = if tap.dumpcap { "/usr/bin/dumpcap" } else { "/usr/bin/tcpdump" };
        let mut command = network.command(tap.host, Path::new(program));
        if tap.dumpcap {
            command.arg("-q");
        } else {
            // Root, since tcpdump would otherwise change to a user who may not write here. At full snap length a
            // frame takes 256 KiB of the ring: the default buffer holds eight.
            command.args(["-Z", "root", "-s", "0", "-U", "--immediate-mode", "-n", "-B", "65536"]);
        }
        let words = folder.join(format!("{}.txt", tap.file));
        let out = fs::File::create(&words).map_err(|why| why.to_string())?;
        command.arg("-w").arg(&file).args(&tap.arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(out);
        let child = command.spawn().map_err(|why| format!("{program}: {why}"))?;
        let process = Running::new(child);
        let listens = || {
            let said = fs::read_to_string(&words).unwrap_or_default();
            said.contains("listening on") || said.contains("File:")
        };
        if !until(Duration::from_secs(10), listens) {
            return Err(format!("{program} does not start: {}", fs::read_to_string(&words).unwrap_or_default()));
        }
        // Both say so a moment before the socket is ready.
        thread::sleep(Duration::from_millis(150));
        Ok(Self { process, file, words, tap: tap.clone() })
    }

    /// Stops and leaves the file as the case will hold it.
    pub fn stop(mut self) -> Result<(), String> {
        // dumpcap looks for packets, and for its end, in turns.
        thread::sleep(Duration::from_millis(400));
        self.process.stop("-INT", Duration::from_secs(10))?;
        let words = fs::read_to_string(&self.words).unwrap_or_default();
        if dropped(&words) {
            return Err(format!("packets are missing: {words}"));
        }
        self.edit()?;
        if self.tap.packed {
            finish(Command::new("gzip").args(["-9", "-n", "-f"]).arg(&self.file))?;
        }
        Ok(())
    }
}

impl Recorder {
    /// Keeps a part of it, moves its clock.
    fn edit(&self) -> Result<(), String> {
        let Tap { shift, span: (from, to), .. } = self.tap;
        if shift.is_none() && from.is_none() && to.is_none() {
            return Ok(());
        }
        let whole = self.file.with_extension("whole");
        fs::rename(&self.file, &whole).map_err(|why| why.to_string())?;
        let mut command = Command::new("editcap");
        command.args(["-F", if self.tap.file.contains(".pcapng") { "pcapng" } else { "pcap" }]);
        if let Some(seconds) = shift {
            command.args(["-t", seconds]);
        }
        let at = |filter: Option<&str>, last: bool| -> Result<String, String> {
            let Some(filter) = filter else { return Ok(if last { "0" } else { "1" }.to_owned()) };
            let found = packets(&whole, filter)?;
            let number = if last { found.last() } else { found.first() };
            number.map(u64::to_string).ok_or_else(|| format!("no packet for {filter}"))
        };
        let range = format!("{}-{}", at(from, false)?, at(to, true)?);
        finish(command.arg("-r").arg(&whole).arg(&self.file).arg(range))
    }
}

/// Whether the recorder says that packets were dropped: `N packets dropped by kernel` (tcpdump),
/// `… on interface 'lan': 20/0 (…)` (dumpcap).
fn dropped(words: &str) -> bool {
    words.lines().any(|line| {
        let count = match line.split_once(" packets dropped by ") {
            Some((count, _)) => count,
            None if line.starts_with("Packets received/dropped") => {
                line.rsplit_once("': ").and_then(|(_, counts)| counts.split(['/', ' ']).nth(1)).unwrap_or("0")
            }
            None => return false,
        };
        count.trim() != "0"
    })
}
