//! What captures consist of, much of one kind each.

use crate::{Files, Input, one};
use xtask::synthetic::small::SMALL;

pub static INPUTS: &[Input] = &[
    Input { name: "open connections", make: |size| small("SYN flood", size), size: 4_000 },
    Input { name: "lookups answered", make: |size| small("DNS", size), size: 4_000 },
    Input { name: "lookups that failed", make: |size| small("DNS without such a name", size), size: 4_000 },
    Input { name: "requests answered", make: |size| small("short requests", size), size: 8_000 },
    Input { name: "exchanges of a proxy", make: exchanges, size: 16_000 },
    Input { name: "failures in a capture", make: |size| small("requests that fail", size), size: 12_000 },
];

fn small(name: &str, packets: u64) -> Files {
    let mut bytes = Vec::new();
    let kind = SMALL.iter().find(|kind| kind.name == name).expect("this kind is made");
    kind.write(&mut bytes, packets).expect("memory can be written");
    one("a.pcap", bytes)
}

fn exchanges(packets: u64) -> Files {
    let mut bytes = Vec::new();
    xtask::synthetic::http_capture(&mut bytes, packets).expect("memory can be written");
    one("a.pcap", bytes)
}
