//! What comes as text, and what comes packed.

use gateway_triage_core::logs::TABLE;
use gateway_triage_core::{Options, format_string};

use super::{choice, read, read_both_ways};

/// Lines behind sample lines of a format that the first byte chooses; the second says in which pieces they come.
pub fn logs(data: &[u8]) {
    let (format, rest) = choice(data);
    let (piece, rest) = choice(rest);
    let mut bytes = Vec::new();
    // Beyond the table: the lines alone.
    if let Some(format) = TABLE.get(usize::from(format)) {
        for sample in format.samples {
            bytes.extend(sample.as_bytes());
            bytes.push(b'\n');
        }
    }
    bytes.extend(rest);
    read_both_ways(&bytes, usize::from(piece) + 1, &Options::default());
}

/// A format string, and after a NUL the lines.
pub fn formats(data: &[u8]) {
    let mut parts = data.splitn(2, |byte| *byte == 0);
    let text = String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
    let lines = parts.next().unwrap_or_default();
    drop(format_string(&text));
    read(lines, lines.len(), Options { log_format: Some(text), ..Options::default() });
}

/// An archive, or what stands in one's list of entries.
pub fn har(data: &[u8]) {
    let (inside, rest) = choice(data);
    let (piece, rest) = choice(rest);
    let around: (&[u8], &[u8]) = match inside & 1 {
        0 => (b"", b""),
        _ => (br#"{"log":{"version":"1.2","creator":{"name":"x","version":"1"},"entries":["#, b"]}}"),
    };
    let bytes = [around.0, rest, around.1].concat();
    read_both_ways(&bytes, usize::from(piece) + 1, &Options::default());
}

/// A packed file as it is, or behind a right beginning.
pub fn gzip(data: &[u8]) {
    let (head, rest) = choice(data);
    let (piece, rest) = choice(rest);
    let begin: &[u8] = if head & 1 == 0 { &[] } else { &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3] };
    let bytes = [begin, rest].concat();
    read_both_ways(&bytes, usize::from(piece) + 1, &Options::default());
}
