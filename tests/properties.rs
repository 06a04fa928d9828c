//! What must hold for any input: the pieces a file arrives in change nothing, a file that breaks off loses only
//! what came after, nothing stops the reader, and packets that were recorded twice change no verdict.
//!
//! Inputs are the cases, and the corpus where `GATEWAY_TRIAGE_CORPUS` names it. What varies comes from a generator
//! with a fixed seed, so that a failure can be seen again; each property stops after some seconds.

mod folders;

use std::env;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use gateway_triage_core::{Case, Options, reading_order};
use serde_json::Value;

/// Each property may take this long.
const PATIENCE: Duration = Duration::from_secs(5);
/// Larger files of the corpus are left to the other tests.
const LARGE: usize = 400_000;

/// Marsaglia's xorshift: small, and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit.max(1) as u64).unwrap_or(0)
    }
}

/// Name and content.
type File = (String, Vec<u8>);

/// How long the next piece of a file is, of which so much is left.
type Cut<'a> = &'a mut dyn FnMut(usize) -> usize;

/// The report on files that arrive in pieces.
fn read(files: &[File], piece: Cut<'_>) -> Value {
    let mut case = Case::new(Options::default());
    let inputs: Vec<_> = files.iter().map(|(name, _)| case.input(name)).collect();
    let heads: Vec<&[u8]> = files.iter().map(|(_, bytes)| bytes.get(..65_536).unwrap_or(bytes)).collect();
    for index in reading_order(&heads) {
        let mut rest = files[index].1.as_slice();
        while !rest.is_empty() {
            let (now, later) = rest.split_at(piece(rest.len()).clamp(1, rest.len()));
            case.read(inputs[index], now);
            rest = later;
        }
        case.end(inputs[index]);
    }
    serde_json::to_value(case.report()).expect("a report is JSON")
}

fn whole(files: &[File]) -> Value {
    read(files, &mut |left| left)
}

/// As [`read`], or `None` if it panicked.
fn survives(files: &[File], piece: Cut<'_>) -> Option<Value> {
    catch_unwind(AssertUnwindSafe(|| read(files, piece))).ok()
}

/// The cases, each with its captures and logs.
fn cases() -> Vec<(String, Vec<File>)> {
    let mut out = Vec::new();
    for folder in folders::all() {
        let mut paths = Vec::new();
        find(&folder, &mut paths);
        paths.retain(|path| !["case.toml", "report.json"].iter().any(|other| path.ends_with(other)));
        paths.sort();
        let file = |path: PathBuf| Some((path.file_name()?.to_string_lossy().into_owned(), fs::read(&path).ok()?));
        out.push((folders::name(&folder), paths.into_iter().filter_map(file).collect()));
    }
    out
}

/// Files of the corpus that are not too large, each alone.
fn corpus() -> Vec<(String, Vec<File>)> {
    let Some(root) = env::var_os("GATEWAY_TRIAGE_CORPUS").map(PathBuf::from) else {
        println!("the corpus is left out: GATEWAY_TRIAGE_CORPUS is not set");
        return Vec::new();
    };
    let mut paths = Vec::new();
    find(&root, &mut paths);
    paths.sort();
    let file = |path: PathBuf| {
        let bytes = fs::read(&path).ok().filter(|bytes| bytes.len() <= LARGE)?;
        let name = path.strip_prefix(&root).unwrap_or(&path).display().to_string();
        Some((name, vec![("file".to_owned(), bytes)]))
    };
    paths.into_iter().filter_map(file).collect()
}

fn find(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { find(&path, out) } else { out.push(path) }
    }
}

/// Cases and corpus in an order that the seed decides: where the time runs out, it is not always the same end.
fn inputs(random: &mut Random) -> Vec<(String, Vec<File>)> {
    let mut all = cases();
    all.extend(corpus());
    for at in (1..all.len()).rev() {
        all.swap(at, random.below(at + 1));
    }
    all
}

fn categories(report: &Value) -> Vec<&str> {
    report["findings"].as_array().into_iter().flatten().filter_map(|finding| finding["category"].as_str()).collect()
}

/// The highest number of a packet that is evidence.
fn latest(report: &Value) -> Option<u64> {
    let findings = report["findings"].as_array().into_iter().flatten();
    let evidence = findings.flat_map(|finding| finding["evidence"].as_array().into_iter().flatten());
    evidence.filter_map(|evidence| evidence["packet"].as_u64()).max()
}

/// Whether a sound pcap file (microseconds, little endian) of this length ends within a packet.
fn within_record(bytes: &[u8], end: usize) -> bool {
    if bytes.get(..4) != Some(&[0xd4, 0xc3, 0xb2, 0xa1]) || end < 24 {
        return false;
    }
    let mut at = 24;
    while at < end {
        let Some(length) = bytes.get(at + 8..at + 12) else { return false };
        let length = u32::from_le_bytes([length[0], length[1], length[2], length[3]]) as usize;
        at += 16 + length;
        if length > 262_144 || at > bytes.len() {
            return false;
        }
    }
    at != end
}

fn complain(problems: &[String]) {
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn any_chunking_gives_the_same_report() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (start, mut problems) = (Instant::now(), Vec::new());
    for (name, files) in inputs(&mut random) {
        if start.elapsed() > PATIENCE {
            break;
        }
        let expected = whole(&files);
        let size: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
        if size < 20_000 && read(&files, &mut |_| 1) != expected {
            problems.push(format!("{name}: byte by byte it is another report"));
        }
        for largest in [7, 97, 4096, 70_000] {
            if size / largest > 20_000 {
                continue;
            }
            let seed = random.next();
            let mut sizes = Random(seed);
            if read(&files, &mut |_| 1 + sizes.below(largest)) != expected {
                problems.push(format!("{name}: another report in pieces of up to {largest} bytes, seed {seed:#x}"));
            }
        }
    }
    complain(&problems);
}

#[test]
fn a_file_that_breaks_off_keeps_what_came_before() {
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let (start, mut problems) = (Instant::now(), Vec::new());
    for (name, files) in inputs(&mut random) {
        if start.elapsed() > PATIENCE {
            break;
        }
        let Some((file, bytes)) = files.last() else { continue };
        let full = whole(&[(file.clone(), bytes.clone())]);
        let packets = full["inputs"][0]["packets"].as_u64();
        // Every place in small files, a choice of them in larger ones.
        let step = 97.max(bytes.len() / 500);
        for end in (0..bytes.len()).step_by(step) {
            let part = [(file.clone(), bytes[..end].to_vec())];
            let Some(report) = survives(&part, &mut |left| left) else {
                problems.push(format!("{name}: panics when cut to {end} bytes"));
                continue;
            };
            let input = &report["inputs"][0];
            let warned = input["warnings"].as_array().is_some_and(|all| !all.is_empty());
            let read = input["packets"].as_u64();
            if read > packets {
                problems.push(format!("{name}: more packets when cut to {end} bytes"));
            }
            if within_record(bytes, end) && !warned {
                problems.push(format!("{name}: nothing is said of the cut within a packet, at {end} bytes"));
            }
            // Packets found again after a damaged place are numbered on, but not counted.
            if !warned && latest(&report) > read {
                problems.push(format!("{name}: cut to {end} bytes, evidence that is not there any more"));
            }
            if end == 0 && !warned {
                problems.push(format!("{name}: nothing is said of an empty file"));
            }
        }
    }
    complain(&problems);
}

#[test]
fn damaged_files_and_noise_stop_nothing() {
    let mut random = Random(0xd1b5_4a32_d192_ed03);
    let (start, mut problems) = (Instant::now(), Vec::new());
    let magics: [&[u8]; 8] = [
        &[],
        &[0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0],
        &[0xa1, 0xb2, 0x3c, 0x4d, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 113],
        &[0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0, 0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0],
        &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3],
        &[0xfd, b'7', b'z', b'X', b'Z', 0],
        b"1233658928.496 153185 10.10.70.50 NONE/504 ",
        b"[08/Mar/2013:18:25:57 -0600] \"\" 10.10.67.4 502 \"GET ",
    ];
    for magic in magics {
        for _ in 0..20 {
            let length = random.below(3000);
            let mut bytes = magic.to_vec();
            bytes.extend((0..length).map(|_| random.next().to_le_bytes()[3]));
            let seed = random.next();
            let mut sizes = Random(seed);
            if survives(&[("noise".to_owned(), bytes)], &mut |_| 1 + sizes.below(500)).is_none() {
                problems.push(format!("panics at noise after {magic:02x?}, seed {seed:#x}"));
            }
        }
    }
    for (name, files) in inputs(&mut random) {
        if start.elapsed() > PATIENCE {
            break;
        }
        for round in 0..30 {
            let mut damaged = files.clone();
            let seed = random.next();
            let mut places = Random(seed);
            for (_, bytes) in &mut damaged {
                match round % 3 {
                    // Single bits, here and there.
                    0 => {
                        for _ in 0..1 + bytes.len() / 500 {
                            let at = places.below(bytes.len());
                            if let Some(byte) = bytes.get_mut(at) {
                                *byte ^= 1 << places.below(8);
                            }
                        }
                    }
                    // A stretch of nonsense.
                    1 => {
                        let from = places.below(bytes.len());
                        let to = bytes.len().min(from + places.below(2000));
                        bytes[from..to].fill_with(|| places.next().to_le_bytes()[5]);
                    }
                    // A stretch that is missing.
                    _ => {
                        let from = places.below(bytes.len());
                        let to = bytes.len().min(from + places.below(2000));
                        bytes.drain(from..to);
                    }
                }
            }
            if survives(&damaged, &mut |left| left).is_none() {
                problems.push(format!("{name}: panics at damage {}, seed {seed:#x}", round % 3));
            }
        }
    }
    complain(&problems);
}

/// A pcap file (microseconds, little endian) with each packet twice; `None` for other files.
fn twice(bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.get(..4)? != [0xd4, 0xc3, 0xb2, 0xa1] {
        return None;
    }
    let (head, mut rest) = bytes.split_at_checked(24)?;
    let mut out = head.to_vec();
    while !rest.is_empty() {
        let captured = u32::from_le_bytes(rest.get(8..12)?.try_into().ok()?);
        let (packet, later) = rest.split_at_checked(16 + usize::try_from(captured).ok()?)?;
        out.extend_from_slice(packet);
        out.extend_from_slice(packet);
        rest = later;
    }
    Some(out)
}

#[test]
fn packets_recorded_twice_change_no_verdict() {
    let (start, mut problems) = (Instant::now(), Vec::new());
    for (name, mut files) in cases() {
        if start.elapsed() > PATIENCE {
            break;
        }
        let once = whole(&files);
        let mut doubled = false;
        for (_, bytes) in &mut files {
            if let Some(more) = twice(bytes) {
                *bytes = more;
                doubled = true;
            }
        }
        if !doubled {
            continue;
        }
        let again = whole(&files);
        if categories(&once) != categories(&again) {
            problems.push(format!("{name}: {:?}, doubled {:?}", categories(&once), categories(&again)));
        } else if once["exchanges"] != again["exchanges"] {
            problems.push(format!("{name}: {}, doubled {}", once["exchanges"], again["exchanges"]));
        }
    }
    complain(&problems);
}

/// A pcap file of microseconds by a clock that is this many seconds ahead.
fn by_another_clock(bytes: &[u8], ahead: u32) -> Option<Vec<u8>> {
    if bytes.get(..4)? != [0xd4, 0xc3, 0xb2, 0xa1] {
        return None;
    }
    let mut out = bytes.to_vec();
    let mut at = 24;
    while at + 16 <= out.len() {
        let seconds = u32::from_le_bytes(out.get(at..at + 4)?.try_into().ok()?);
        out.get_mut(at..at + 4)?.copy_from_slice(&seconds.wrapping_add(ahead).to_le_bytes());
        at += 16 + usize::try_from(u32::from_le_bytes(out.get(at + 8..at + 12)?.try_into().ok()?)).ok()?;
    }
    Some(out)
}

/// Nothing depends on what day it is: not where the clocks of all captures of a case are ahead or behind together.
#[test]
fn clocks_that_are_wrong_together_change_no_verdict() {
    let mut random = Random(0x94d0_49bb_1331_11eb);
    let (start, mut problems, mut tried) = (Instant::now(), Vec::new(), 0);
    let mut all = cases();
    for at in (1..all.len()).rev() {
        all.swap(at, random.below(at + 1));
    }
    for (name, files) in all {
        if start.elapsed() > PATIENCE {
            break;
        }
        for ahead in [37_u32, 86_400 * 200, 0_u32.wrapping_sub(86_400 * 3)] {
            let moved: Option<Vec<File>> =
                files.iter().map(|(file, bytes)| Some((file.clone(), by_another_clock(bytes, ahead)?))).collect();
            let Some(moved) = moved else { continue };
            tried += 1;
            let (once, again) = (whole(&files), whole(&moved));
            if categories(&once) != categories(&again) || once["exchanges"] != again["exchanges"] {
                let ahead = ahead.cast_signed();
                problems.push(format!("{name}: {:?}, {ahead} s ahead {:?}", categories(&once), categories(&again)));
            }
        }
    }
    assert!(tried > 10, "{tried} captures were moved");
    complain(&problems);
}

/// What two captures of one event come to, whichever is named first and whatever their clocks say.
#[test]
fn captures_of_one_event_agree_in_any_order_and_by_any_clock() {
    let key = |report: &Value| -> Vec<(Value, Value, Value)> {
        let findings = report["findings"].as_array().into_iter().flatten();
        findings.map(|f| (f["category"].clone(), f["reset_by"].clone(), f["confidence"].clone())).collect()
    };
    let (mut problems, mut tried) = (Vec::new(), 0);
    for (name, files) in cases() {
        let once = whole(&files);
        let inputs = once["inputs"].as_array().map_or(&[][..], Vec::as_slice);
        // Those that share packets; a capture of the other leg has nothing to be aligned by.
        // A log beside them has a clock of its own, which the shifted one would no longer fit.
        let fits = |input: &Value| input["kind"] == "capture" && input["clock_offset"].is_number();
        if inputs.len() < 2 || !inputs.iter().all(fits) {
            continue;
        }
        tried += 1;
        let turned: Vec<File> = files.iter().rev().cloned().collect();
        if key(&whole(&turned)) != key(&once) {
            problems.push(format!("{name}: {:?} in the other order, else {:?}", key(&whole(&turned)), key(&once)));
        }
        for (at, (_, bytes)) in files.iter().enumerate() {
            for ahead in [3_u32, 61, 7200, 0_u32.wrapping_sub(20), 0_u32.wrapping_sub(3600)] {
                let Some(bytes) = by_another_clock(bytes, ahead) else { continue };
                let mut files = files.clone();
                files[at].1 = bytes;
                let other = whole(&files);
                if key(&other) != key(&once) || other["exchanges"] != once["exchanges"] {
                    let ahead = ahead.cast_signed();
                    problems.push(format!("{name}: {:?} with {} {ahead} s ahead", key(&other), files[at].0));
                }
            }
        }
    }
    assert!(tried > 10, "{tried} cases have captures that share packets");
    complain(&problems);
}
