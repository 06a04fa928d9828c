//! Records at the gateway: tcpdump or dumpcap, started before the traffic and stopped after it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use super::net::{Host, Network, finish};
use super::recipe::Recording;
use super::watch::{Running, until};

/// A recording that runs.
pub struct Recorder {
    process: Running,
    file: PathBuf,
    words: PathBuf,
    recording: Recording,
}

impl Recorder {
    /// Starts recording into `folder` and returns when packets are seen.
    pub fn start(network: &Network, folder: &Path, recording: Recording) -> Result<Self, String> {
        let file = folder.join(if recording == Recording::Both { "capture.pcapng" } else { "capture.pcap" });
        let (program, arguments): (&str, &[&str]) = match recording {
            Recording::Any | Recording::AnyGzip => ("/usr/bin/tcpdump", &["-i", "any"]),
            Recording::AnySll1 => ("/usr/bin/tcpdump", &["-i", "any", "-y", "LINUX_SLL"]),
            Recording::Wan => ("/usr/bin/tcpdump", &["-i", "wan"]),
            Recording::Lan => ("/usr/bin/tcpdump", &["-i", "lan"]),
            Recording::Both => ("/usr/bin/dumpcap", &["-q", "-i", "lan", "-i", "wan"]),
        };
        let mut command = network.command(Host::Gateway, Path::new(program));
        if recording != Recording::Both {
            // Root, since tcpdump would otherwise change to a user who may not write here. At full snap length a
            // frame takes 256 KiB of the ring: the default buffer holds eight.
            command.args(["-Z", "root", "-s", "0", "-U", "--immediate-mode", "-n", "-B", "65536"]);
        }
        let words = folder.join("recorder.txt");
        let out = fs::File::create(&words).map_err(|why| why.to_string())?;
        command.args(arguments).arg("-w").arg(&file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(out);
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
        Ok(Self { process, file, words, recording })
    }

    /// Stops and gives the file as the case will hold it.
    pub fn stop(mut self) -> Result<PathBuf, String> {
        // dumpcap looks for packets, and for its end, in turns.
        thread::sleep(Duration::from_millis(400));
        self.process.stop("-INT", Duration::from_secs(10))?;
        let words = fs::read_to_string(&self.words).unwrap_or_default();
        if dropped(&words) {
            return Err(format!("packets are missing: {words}"));
        }
        if self.recording == Recording::AnyGzip {
            finish(Command::new("gzip").args(["-9", "-n", "-f"]).arg(&self.file))?;
            return Ok(self.file.with_extension("pcap.gz"));
        }
        Ok(self.file)
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
