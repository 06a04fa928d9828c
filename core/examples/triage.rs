//! The engine on files: prints the report as JSON.
//!
//! `triage [--product ID] [--gateway IP] [--log-format STRING] [--zone +HH:MM] FILE...`; exit 0 when every file was
//! recognised, 1 otherwise, 2 for a wrong call.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::mpsc::channel;
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use gateway_triage_core::report::Kind;
use gateway_triage_core::time::Timestamp;
use gateway_triage_core::{Case, Options, format_string, products, reading_order};

const HEAD: usize = 64 * 1024;
/// Small enough to stay in a processor's own cache from the one who reads the file to the engine.
const CHUNK: usize = 256 * 1024;
/// Chunks read while the engine works on one.
const AHEAD: usize = 3;

fn main() -> ExitCode {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok();
    let now = now.and_then(|now| i64::try_from(now.as_secs()).ok()).map(|seconds| Timestamp::from_parts(seconds, 0));
    let mut options = Options { now, ..Options::default() };
    let mut files = Vec::new();
    let mut arguments = std::env::args_os().skip(1);
    while let Some(argument) = arguments.next() {
        let value = |arguments: &mut dyn Iterator<Item = std::ffi::OsString>| {
            arguments.next().and_then(|value| value.into_string().ok()).unwrap_or_default()
        };
        match argument.to_str() {
            Some("--product") => {
                let text = value(&mut arguments);
                options.product = products::Id::parse(&text);
                if options.product.is_none() {
                    return usage(&format!("no product has the id {text:?}"));
                }
            }
            Some("--gateway") => {
                let text = value(&mut arguments);
                options.gateway = text.parse().ok();
                if options.gateway.is_none() {
                    return usage(&format!("{text:?} is no IP address"));
                }
            }
            Some("--log-format") => {
                let text = value(&mut arguments);
                if let Err(problem) = format_string(&text) {
                    return usage(&problem);
                }
                options.log_format = Some(text);
            }
            Some("--zone") => {
                let text = value(&mut arguments);
                options.zone = zone(&text);
                if options.zone.is_none() {
                    return usage(&format!("{text:?} is no time zone: write +02:00, -05:30 or UTC"));
                }
            }
            _ => files.push(argument),
        }
    }
    if files.is_empty() {
        return usage("no file was named");
    }
    let mut case = Case::new(options);
    let base = |path: &Path| path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let inputs: Vec<_> = files.iter().map(|file| case.input(&base(Path::new(file)))).collect();
    let heads: Vec<Vec<u8>> = files
        .iter()
        .map(|file| {
            let mut head = Vec::new();
            // A file that cannot be read gets its sentence when its turn comes.
            let _ = File::open(file).and_then(|file| file.take(HEAD as u64).read_to_end(&mut head));
            head
        })
        .collect();
    let heads: Vec<&[u8]> = heads.iter().map(Vec::as_slice).collect();
    for at in reading_order(&heads) {
        match read_ahead(Path::new(&files[at]), |chunk| case.read(inputs[at], chunk)) {
            Ok(()) => case.end(inputs[at]),
            Err(problem) => case.fail(inputs[at], problem),
        }
    }
    let report = case.report();
    let json = serde_json::to_string(&report).unwrap_or_default();
    if writeln!(std::io::stdout(), "{json}").is_err() {
        return ExitCode::FAILURE;
    }
    let unknown = report.inputs.iter().any(|input| input.kind == Kind::Unknown);
    // The process ends here: its memory goes at once, and not connection by connection.
    std::mem::forget((case, report));
    if unknown { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Hands over a file's bytes in chunks, and reads the next ones meanwhile. The error is a sentence.
fn read_ahead(path: &Path, mut each: impl FnMut(&[u8])) -> Result<(), String> {
    let mut file = File::open(path).map_err(|error| format!("the file could not be opened: {error}"))?;
    let (fill, empty) = channel::<Vec<u8>>();
    let (give, full) = channel();
    for _ in 0..AHEAD {
        // The other end is there.
        let _ = fill.send(vec![0; CHUNK]);
    }
    thread::scope(|scope| {
        // Gone with this closure, whatever ends it: else the reader would wait for ever.
        let fill = fill;
        scope.spawn(move || {
            for mut buffer in empty {
                let read = file.read(&mut buffer);
                let more = matches!(read, Ok(1..));
                if give.send(read.map(|length| (buffer, length))).is_err() || !more {
                    break;
                }
            }
        });
        for read in full {
            let (buffer, length) = read.map_err(|error| format!("the file could not be read: {error}"))?;
            each(buffer.get(..length).unwrap_or_default());
            // The reader is gone where the file is over.
            let _ = fill.send(buffer);
        }
        Ok(())
    })
}

/// Minutes east of UTC.
fn zone(text: &str) -> Option<i32> {
    if matches!(text, "UTC" | "Z" | "z") {
        return Some(0);
    }
    let (sign, rest) = text.strip_prefix('+').map(|rest| (1, rest)).or_else(|| Some((-1, text.strip_prefix('-')?)))?;
    let (hours, minutes) = rest.split_once(':').or_else(|| rest.split_at_checked(2)).unwrap_or((rest, "0"));
    let minutes = if minutes.is_empty() { "0" } else { minutes };
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    let all = hours * 60 + minutes;
    (minutes < 60 && (0..=14 * 60).contains(&all)).then_some(sign * all)
}

fn usage(problem: &str) -> ExitCode {
    eprintln!("{problem}\nusage: triage [--product ID] [--gateway IP] [--log-format STRING] [--zone +HH:MM] FILE...");
    ExitCode::from(2)
}
