//! What holds for any bytes, in any chunks.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::super::*;

/// Everything that a reader knows, as text.
fn all(reader: &LogReader) -> String {
    format!(
        "{:?} {:?} {} {} {} {} {:?} {:?} {:?} {:?}",
        reader.format().map(|format| format.id),
        reader.unknown(),
        reader.records,
        reader.total,
        reader.failed,
        reader.unseen,
        reader.span(),
        reader.warnings(),
        reader.all().map(|reader| &reader.exchanges).collect::<Vec<_>>(),
        reader.beyond
    )
}

fn xorshift(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

#[test]
fn any_chunking_gives_the_same() {
    let mut state = 88_172_645_463_325_252;
    for format in TABLE {
        let mut text = format.samples.join("\r\n").repeat(4).into_bytes();
        text.extend_from_slice(b"\nhalf a line \xff\xfe");
        let mut whole = LogReader::new(1, None);
        whole.push(&text);
        whole.end();
        let whole = all(&whole);
        for _ in 0..40 {
            let mut reader = LogReader::new(1, None);
            let mut rest = &*text;
            while !rest.is_empty() {
                let size = (xorshift(&mut state) % 700 + 1) as usize;
                let (now, later) = rest.split_at(size.min(rest.len()));
                reader.push(now);
                rest = later;
            }
            reader.end();
            assert_eq!(all(&reader), whole, "{}", format.id);
        }
    }
}

#[test]
fn no_bytes_panic() {
    let mut state = 0x2545_F491_4F6C_DD1D;
    let samples: Vec<&str> = TABLE.iter().flat_map(|format| format.samples.iter().copied()).collect();
    for round in 0..3000_usize {
        // Real lines with bytes changed, cut and doubled.
        let mut bytes: Vec<u8> = Vec::new();
        for _ in 0..3 {
            let pick = xorshift(&mut state) as usize % samples.len();
            bytes.extend_from_slice(samples[pick].as_bytes());
            bytes.push(b'\n');
        }
        for _ in 0..round % 40 {
            let at = xorshift(&mut state) as usize % bytes.len();
            match xorshift(&mut state) % 4 {
                0 => bytes[at] = xorshift(&mut state) as u8,
                1 => bytes.truncate(at.max(1)),
                2 => bytes.insert(at, b" \"[]-/:.<\n\r\t"[xorshift(&mut state) as usize % 12]),
                _ => {
                    bytes.remove(at);
                    if bytes.is_empty() {
                        bytes.push(b'\n');
                    }
                }
            }
        }
        let mut reader = LogReader::new(0, None);
        reader.push(&bytes);
        reader.end();
        let lossy = String::from_utf8_lossy(&bytes);
        for format in TABLE {
            for line in lossy.lines() {
                let _ = (format.recognise)(line);
                let _ = (format.parse)(
                    line,
                    &mut Layout { columns: vec![Column::Time, Column::Status, Column::Client], ..Layout::default() },
                );
            }
        }
    }
}

#[test]
fn a_log_beside_captures_is_counted_like_one_alone() {
    for format in TABLE {
        let text = format.samples.join("\n").repeat(3);
        let read = |interest: Option<crate::together::Interest>| {
            let mut reader = LogReader::new(1, None);
            reader.beside(interest.map(Into::into), &[]);
            reader.push(text.as_bytes());
            reader.end();
            reader
        };
        let beside = read(Some(crate::together::Interest::default()));
        assert_eq!(all(&read(None)), all(&beside), "{}", format.id);
        assert_eq!(beside.sights.len(), beside.exchanges.len(), "{}: nothing is wanted of healthy lines", format.id);
    }
}

/// What a transport does to lines changes nothing that they say.
#[test]
fn headers_and_line_ends_change_nothing() {
    let counts = |reader: &LogReader| (reader.records, reader.total, reader.failed, reader.unseen);
    for format in TABLE {
        for sample in format.samples {
            let plain = super::read(sample);
            let windows = format!("\u{feff}{}\r\n", sample.replace('\n', "\r\n"));
            assert_eq!(counts(&super::read(&windows)), counts(&plain), "{sample}");
            // Some have a header already; blocks of lines cannot have one on each.
            if prefix::strip(sample).bytes > 0
                || sample.contains('\n') && !sample.starts_with('#')
                || sample.starts_with(' ')
            {
                continue;
            }
            let header = "<134>1 2026-03-10T08:00:00Z proxy1 app 12 - - ";
            let sent: String = sample.lines().map(|line| format!("{header}{line}\n")).collect();
            assert_eq!(counts(&super::read(&sent)), counts(&plain), "{sent}");
        }
    }
}

/// A line that breaks off anywhere is read or counted, and never fails where the whole one does not.
#[test]
fn a_line_that_was_cut_fails_no_healthy_request() {
    for format in TABLE {
        for sample in format.samples {
            let failed = super::read(sample).failed;
            for end in (1..sample.len()).filter(|end| sample.is_char_boundary(*end)) {
                // Beside the whole one, so that it is read as what it is.
                let text = format!("{sample}\n{}", &sample[..end]);
                let reader = super::read(&text);
                assert!(reader.failed <= 2 * failed, "{} after {end} bytes of {sample}", format.id);
            }
        }
    }
}
