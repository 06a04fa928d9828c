//! Which kind of file is this? Said by its first bytes, never by its name.
//!
//! What is not read is named, with the command that converts it. Non-goals: reading anything beyond the head, and the
//! inside of gzip (its first decompressed bytes come here again).

use alloc::format;
use alloc::string::String;

use crate::fingerprints;
use crate::logs::{self, LogFormat};
use crate::products::Id as Product;

/// A head of this many bytes decides every kind.
pub const HEAD: usize = 64 << 10;

/// A kind of file.
#[derive(Clone)]
pub enum Kind {
    /// No byte.
    Empty,
    /// Packets, libpcap's own format.
    Pcap(Pcap),
    /// Packets, pcapng.
    Pcapng,
    /// Compressed by gzip: what is inside is recognised again.
    Gzip,
    /// A browser's HTTP archive.
    Har,
    /// A page that a gateway made, or an answer with its head, as text.
    Page,
    /// A log.
    Log(&'static LogFormat),
    /// Text; by its first lines no log format that is known. `LogReader` says more.
    Text(String),
    /// A format that is named and not read.
    Foreign(&'static Foreign),
    /// Bytes that are none of the above.
    Unknown(String),
}

/// How a pcap file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pcap {
    /// Most significant byte first.
    pub big_endian: bool,
    /// Times in nanoseconds, else microseconds.
    pub nanoseconds: bool,
    /// Alexey Kuznetzov's variant, whose packet headers are eight bytes longer.
    pub modified: bool,
}

/// A format that is named and not read.
pub struct Foreign {
    /// For `format` in the report.
    pub id: &'static str,
    /// What it is.
    pub name: &'static str,
    /// How to make it readable.
    pub remedy: &'static str,
    /// Its first bytes, and where they stand.
    magic: &'static [(usize, &'static [u8])],
}

impl Kind {
    /// As `format` says it in the report.
    #[must_use]
    pub fn format(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Pcap(_) => "pcap",
            Self::Pcapng => "pcapng",
            Self::Gzip => "gzip",
            Self::Har => "har",
            Self::Page => "block-page",
            Self::Log(format) => format.id,
            Self::Text(_) => "text",
            Self::Foreign(foreign) => foreign.id,
            Self::Unknown(_) => "unknown",
        }
    }

    /// What to tell about a file that cannot be read; `None` for one that can.
    #[must_use]
    pub fn sentence(&self) -> Option<String> {
        match self {
            Self::Empty => Some("the file is empty".into()),
            Self::Text(sentence) | Self::Unknown(sentence) => Some(sentence.clone()),
            Self::Foreign(foreign) => Some(format!("{}: {}", foreign.name, foreign.remedy)),
            Self::Pcap(_) | Self::Pcapng | Self::Gzip | Self::Har | Self::Page | Self::Log(_) => None,
        }
    }
}

/// What a file that begins so is.
#[must_use]
pub fn recognise(head: &[u8]) -> Kind {
    recognise_for(head, None, None)
}

/// The same, where the reader has set the product: it decides between log layouts that products share.
#[must_use]
pub fn recognise_for(head: &[u8], product: Option<Product>, custom: Option<&logs::Custom>) -> Kind {
    if head.is_empty() {
        return Kind::Empty;
    }
    if let Some(pcap) = pcap(head) {
        return Kind::Pcap(pcap);
    }
    if head.starts_with(&[0x0A, 0x0D, 0x0D, 0x0A]) {
        return Kind::Pcapng;
    }
    if head.starts_with(&[0x1F, 0x8B]) {
        return Kind::Gzip;
    }
    if let Some(foreign) = FOREIGN.iter().find(|foreign| foreign.fits(head)) {
        return Kind::Foreign(foreign);
    }
    if erf(head) {
        return Kind::Foreign(&ERF);
    }
    if !texty(head) {
        return Kind::Unknown(format!("neither a capture nor a log: it begins with the bytes {}", hex(head)));
    }
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    if har(head) {
        return Kind::Har;
    }
    match logs::recognise(head, product, custom) {
        Ok(format) => Kind::Log(format),
        Err(_) if fingerprints::is_page(head) => Kind::Page,
        Err(sentence) => Kind::Text(sentence),
    }
}

fn pcap(head: &[u8]) -> Option<Pcap> {
    let magic: [u8; 4] = head.get(..4)?.try_into().ok()?;
    [(false, u32::from_le_bytes(magic)), (true, u32::from_be_bytes(magic))].into_iter().find_map(
        |(big_endian, number)| {
            let (nanoseconds, modified) = match number {
                0xA1B2_C3D4 => (false, false),
                0xA1B2_3C4D => (true, false),
                0xA1B2_CD34 => (false, true),
                _ => return None,
            };
            Some(Pcap { big_endian, nanoseconds, modified })
        },
    )
}

impl Foreign {
    const fn new(
        id: &'static str,
        name: &'static str,
        remedy: &'static str,
        magic: &'static [(usize, &'static [u8])],
    ) -> Self {
        Self { id, name, remedy, magic }
    }

    fn fits(&self, head: &[u8]) -> bool {
        self.magic.iter().all(|(at, bytes)| head.get(*at..).is_some_and(|rest| rest.starts_with(bytes)))
    }
}

const BY_EDITCAP: &str = "convert it with `editcap -F pcapng IN OUT.pcapng` (part of Wireshark)";
const UNPACK: &str = "unpack it and drop the files inside";
const NOT_THIS: &str = "a capture (pcap, pcapng) or a log as text is needed";

/// Real-world captures, archives and documents that end up in a drop zone.
static FOREIGN: &[Foreign] = &[
    Foreign::new(
        "etl",
        "a Windows event trace (ETL, written by pktmon or netsh trace)",
        "convert it with `pktmon etl2pcap IN.etl --out OUT.pcapng` on Windows, or with `etl2pcapng IN.etl OUT.pcapng`",
        // The first event follows the buffer header of 72 bytes: version 2, 64-bit system header.
        &[(0x48, b"\x02\x00\x02\xC0")],
    ),
    Foreign::new(
        "etl",
        "a Windows event trace (ETL, written by pktmon or netsh trace)",
        "convert it with `pktmon etl2pcap IN.etl --out OUT.pcapng` on Windows, or with `etl2pcapng IN.etl OUT.pcapng`",
        &[(0x48, b"\x02\x00\x01\xC0")],
    ),
    Foreign::new(
        "snoop",
        "a capture by snoop (Solaris)",
        "convert it with `tshark -F pcap -r IN -w OUT.pcap` or `editcap -F pcap IN OUT.pcap`",
        &[(0, b"snoop\0\0\0")],
    ),
    Foreign::new("zstd", "compressed by zstd", "unpack it with `zstd -d FILE`", &[(0, b"\x28\xB5\x2F\xFD")]),
    Foreign::new("xz", "compressed by xz", "unpack it with `xz -d FILE`", &[(0, b"\xFD7zXZ\0")]),
    Foreign::new("bzip2", "compressed by bzip2", "unpack it with `bzip2 -d FILE`", &[(0, b"BZh"), (4, b"1AY&SY")]),
    Foreign::new("lz4", "compressed by lz4", "unpack it with `lz4 -d FILE`", &[(0, b"\x04\x22\x4D\x18")]),
    Foreign::new("compress", "compressed by compress", "unpack it with `uncompress FILE`", &[(0, b"\x1F\x9D")]),
    Foreign::new("zip", "a ZIP archive", UNPACK, &[(0, b"PK\x03\x04")]),
    Foreign::new("zip", "an empty ZIP archive", UNPACK, &[(0, b"PK\x05\x06")]),
    Foreign::new("7z", "a 7-Zip archive", UNPACK, &[(0, b"7z\xBC\xAF\x27\x1C")]),
    Foreign::new("rar", "a RAR archive", UNPACK, &[(0, b"Rar!\x1A\x07")]),
    Foreign::new("tar", "a tar archive", "unpack it with `tar -xf FILE` and drop the files inside", &[(257, b"ustar")]),
    Foreign::new("netmon", "a capture by Microsoft Network Monitor", BY_EDITCAP, &[(0, b"GMBU")]),
    Foreign::new("netmon", "a capture by Microsoft Network Monitor 1", BY_EDITCAP, &[(0, b"RTSS")]),
    Foreign::new("sniffer", "a capture by Sniffer", BY_EDITCAP, &[(0, b"TRSNIFF data    \x1A")]),
    Foreign::new("netxray", "a capture by NetXRay or Sniffer Basic", BY_EDITCAP, &[(0, b"XCP\0")]),
    Foreign::new("observer", "a capture by Network Instruments Observer", BY_EDITCAP, &[(0, b"ObserverPktBuffe")]),
    Foreign::new("evtx", "a Windows event log (EVTX)", NOT_THIS, &[(0, b"ElfFile\0")]),
    Foreign::new("pdf", "a PDF document", NOT_THIS, &[(0, b"%PDF-")]),
    Foreign::new("png", "a PNG picture", NOT_THIS, &[(0, b"\x89PNG")]),
    Foreign::new("jpeg", "a JPEG picture", NOT_THIS, &[(0, b"\xFF\xD8\xFF")]),
    Foreign::new("office", "an old Office document", NOT_THIS, &[(0, b"\xD0\xCF\x11\xE0")]),
    Foreign::new("utf-32", "text in UTF-32", UTF, &[(0, b"\xFF\xFE\0\0")]),
    Foreign::new("utf-16", "text in UTF-16", UTF, &[(0, b"\xFF\xFE")]),
    Foreign::new("utf-16", "text in UTF-16", UTF, &[(0, b"\xFE\xFF")]),
];

const UTF: &str = "save it as UTF-8, e.g. with `iconv -f UTF-16 -t UTF-8 IN > OUT`";

static ERF: Foreign = Foreign::new("erf", "a capture by a DAG card (ERF)", BY_EDITCAP, &[]);

/// ERF has no magic number: records of plausible type, length and time that follow each other to the end of the head.
fn erf(head: &[u8]) -> bool {
    let (mut at, mut records, mut before) = (0, 0, 0);
    while let Some(record) = head.get(at..at + 16) {
        let seconds = record.get(4..8).and_then(|b| b.try_into().ok()).map_or(0, u32::from_le_bytes);
        let kind = record.get(8).copied().unwrap_or(0) & 0x7F;
        let length = record.get(10..12).and_then(|b| b.try_into().ok()).map_or(0, u16::from_be_bytes);
        let wire = record.get(14..16).and_then(|b| b.try_into().ok()).map_or(0, u16::from_be_bytes);
        // 0x3000_0000 is July 1995.
        let plausible = (1..=48).contains(&kind) && length >= 16 && wire > 0 && seconds > 0x3000_0000;
        if !plausible || seconds.abs_diff(before) > 7 * 86_400 && before > 0 {
            return false;
        }
        (before, records) = (seconds, records + 1);
        at += usize::from(length);
        if records >= 8 {
            return true;
        }
    }
    records >= 2 && at == head.len() || records >= 3
}

/// Hardly any byte is a control character.
fn texty(head: &[u8]) -> bool {
    let head = head.get(..4096).unwrap_or(head);
    let odd = head.iter().filter(|b| matches!(b, 0..=8 | 11 | 14..=26 | 28..=31 | 127)).count();
    odd * 20 <= head.len()
}

/// `{"log":{` with any blanks.
fn har(head: &[u8]) -> bool {
    let mut rest = head;
    ["{", "\"log\"", ":", "{"].iter().all(|token| {
        let blank = rest.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(rest.len());
        let after = rest.get(blank..).and_then(|rest| rest.strip_prefix(token.as_bytes()));
        rest = after.unwrap_or_default();
        after.is_some()
    })
}

fn hex(head: &[u8]) -> String {
    let mut out = String::new();
    for byte in head.iter().take(8) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&format!("{byte:02x}"));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use alloc::vec::Vec;

    #[test]
    fn captures_by_magic() {
        for (head, big_endian, nanoseconds, modified) in [
            (b"\xD4\xC3\xB2\xA1", false, false, false),
            (b"\xA1\xB2\xC3\xD4", true, false, false),
            (b"\x4D\x3C\xB2\xA1", false, true, false),
            (b"\xA1\xB2\x3C\x4D", true, true, false),
            (b"\x34\xCD\xB2\xA1", false, false, true),
        ] {
            let Kind::Pcap(pcap) = recognise(head) else { panic!("{head:x?}") };
            assert_eq!(pcap, Pcap { big_endian, nanoseconds, modified });
        }
        assert_eq!(recognise(b"\x0A\x0D\x0D\x0A....").format(), "pcapng");
        assert_eq!(recognise(b"\x1F\x8B\x08").format(), "gzip");
    }

    #[test]
    fn foreign_files_are_named_with_a_command() {
        let mut etl = vec![0; 0x60];
        etl[2] = 1;
        etl[0x48..0x4C].copy_from_slice(b"\x02\x00\x02\xC0");
        let mut tar = vec![0; 512];
        tar[..9].copy_from_slice(b"some/file");
        tar[257..262].copy_from_slice(b"ustar");
        for (head, id, says) in [
            (&*etl, "etl", "pktmon etl2pcap"),
            (&*tar, "tar", "tar -xf"),
            (b"snoop\0\0\0\0\0\0\x02", "snoop", "tshark -F pcap"),
            (b"\x28\xB5\x2F\xFD\x04", "zstd", "zstd -d"),
            (b"\xFD7zXZ\0", "xz", "xz -d"),
            (b"BZh91AY&SY", "bzip2", "bzip2 -d"),
            (b"PK\x03\x04\x14", "zip", "unpack"),
            (b"\xFF\xFE1\x002\x00", "utf-16", "iconv"),
        ] {
            let kind = recognise(head);
            assert_eq!(kind.format(), id);
            assert!(kind.sentence().is_some_and(|sentence| sentence.contains(says)), "{id}");
        }
    }

    #[test]
    fn text_says_what_it_is() {
        assert_eq!(recognise(b"").sentence().as_deref(), Some("the file is empty"));
        assert_eq!(recognise(b" {\n \"log\" : {\"version\"").format(), "har");
        assert_eq!(
            recognise(b"\xEF\xBB\xBFDear colleague,\nit does not work.").sentence().as_deref(),
            Some("text, but no log format that is known: first line reads “Dear colleague,”")
        );
        assert_eq!(recognise(b"\n \n").sentence().as_deref(), Some("no line with text in it"));
        assert_eq!(recognise(&[0; 20]).format(), "unknown");
        let line = b"\xEF\xBB\xBF1233658928.496 153185 10.10.70.50 NONE/504 1729 GET http://www.example.com/ - \
                     DIRECT/www.example.com - .......\n";
        assert_eq!(recognise(line).format(), "cisco-wsa");
    }

    #[test]
    fn no_head_panics() {
        let mut random = 0x9E37_79B9_7F4A_7C15_u64;
        for round in 0..20_000 {
            let head: Vec<u8> = (0..round % 90)
                .map(|_| {
                    random ^= random << 13;
                    random ^= random >> 7;
                    random ^= random << 17;
                    random.to_le_bytes()[3]
                })
                .collect();
            let _ = recognise(&head).sentence();
        }
    }
}
