//! The evidence of a case as a pcapng file, from a second reading of its captures.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use gateway_triage_core::again::Packets;
use gateway_triage_core::export::Evidence;
use gateway_triage_core::redact::Redactor;
use gateway_triage_core::report::Report;

/// The file; `None` where no packet is evidence.
pub fn file(folder: &Path, names: &[String], report: &Report, mut redactor: Option<&mut Redactor>) -> Option<Vec<u8>> {
    let mut evidence = Evidence::of(report, None);
    if evidence.is_empty() {
        return None;
    }
    let wanted: Vec<u32> = evidence.wanted().map(|(input, _)| input).collect();
    for input in wanted {
        let bytes = fs::read(folder.join(&names[input as usize])).expect("the case's file");
        let mut packets = Packets::default();
        let mut take = |seen: gateway_triage_core::again::Seen<'_>| {
            evidence.take(input, &seen, redactor.as_deref_mut());
        };
        packets.push(&bytes, &mut take);
        packets.end(&mut take);
    }
    Some(evidence.file())
}

/// The packets of a file that [`file`] wrote: interface and bytes. By hand, and not by what the engine reads with.
pub fn packets(file: &[u8]) -> Vec<(u32, Vec<u8>)> {
    let word = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().expect("four bytes"));
    let (mut at, mut found) = (0, Vec::new());
    while at < file.len() {
        if word(at) == 6 {
            found.push((word(at + 8), file[at + 28..at + 28 + word(at + 20) as usize].to_vec()));
        }
        at += word(at + 4) as usize;
    }
    found
}

/// Hardware addresses of Ethernet packets, without those of groups.
pub fn cards(file: &[u8]) -> BTreeSet<[u8; 6]> {
    let packets = packets(file).into_iter().map(|(_, packet)| packet);
    let ethernet =
        packets.filter(|packet| packet.get(12..14).is_some_and(|kind| kind == [8, 0] || kind == [0x86, 0xDD]));
    let cards = ethernet.flat_map(|packet| [packet[..6].to_vec(), packet[6..12].to_vec()]);
    cards
        .filter_map(|card| card.try_into().ok())
        .filter(|card: &[u8; 6]| card[0] & 1 == 0 && card[..5] != [0; 5])
        .collect()
}

/// Whether there is a tshark.
pub fn tshark_is_there() -> bool {
    Command::new("tshark").arg("--version").output().is_ok()
}

/// One packet as tshark reads it.
#[derive(Debug)]
pub struct Read {
    /// Of the wire.
    pub length: String,
    /// Our notes.
    pub comment: String,
    /// The receiver by its name, or its address.
    pub host: String,
    /// Wireshark could not read it to its end.
    pub malformed: bool,
    /// A checksum is wrong.
    pub bad_checksum: bool,
    /// What it is.
    pub protocols: String,
}

/// The packets of a file as tshark reads them.
pub fn as_tshark_reads(file: &[u8]) -> Vec<Read> {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("evidence-{}.pcapng", std::process::id()));
    fs::write(&path, file).expect("the build folder can be written to");
    let fields = [
        "frame.len",
        "frame.comment",
        "ip.dst_host",
        "ipv6.dst_host",
        "_ws.malformed",
        "frame.protocols",
        "ip.checksum.status",
        "tcp.checksum.status",
        "udp.checksum.status",
        "icmp.checksum.status",
        "icmpv6.checksum.status",
    ];
    let mut tshark = Command::new("tshark");
    tshark.args(["-N", "n", "-T", "fields", "-E", "separator=/t", "-E", "occurrence=a", "-r"]).arg(&path);
    for field in fields {
        tshark.args(["-e", field]);
    }
    for protocol in ["ip", "tcp", "udp"] {
        tshark.args(["-o", &format!("{protocol}.check_checksum:TRUE")]);
    }
    let output = tshark.output().expect("tshark runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("tshark writes UTF-8");
    let read = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        Read {
            length: cells[0].to_owned(),
            comment: cells[1].to_owned(),
            host: [cells[2], cells[3]].concat(),
            malformed: !cells[4].is_empty(),
            protocols: cells[5].to_owned(),
            bad_checksum: cells[6..].iter().any(|cell| cell.split(',').any(|status| status == "0")),
        }
    };
    text.lines().map(read).collect()
}
