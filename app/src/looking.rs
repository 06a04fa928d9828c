//! The second reading: fetches from the files what the page wants to show of a finding, and only that.

use std::cell::Cell;
use std::rc::Rc;

use gateway_triage_core::again::{Packets, Seen, Span};
use gateway_triage_core::details;
use gateway_triage_core::format_string;
use gateway_triage_core::ladder::Drawer;
use gateway_triage_core::report::Finding;
use gloo::file::File;

use crate::protocol::{Look, Shown};
use crate::reader::{Pace, Source, slice};
use crate::words;

/// Bytes of a file that describe what follows: a pcap's header, a pcapng's interfaces.
const HEAD: u64 = 64 << 10;
/// How what follows is read.
const PACE: Pace = Pace { slice: 4 << 20, chunk: 512 << 10, breath: 0.0 };

/// Whether somebody still waits for it.
#[derive(Clone)]
pub struct Wanted(Rc<Cell<bool>>);

impl Default for Wanted {
    fn default() -> Self {
        Self(Rc::new(Cell::new(true)))
    }
}

impl Wanted {
    /// Nobody waits any more.
    pub fn forget(&self) {
        self.0.set(false);
    }

    fn still(&self) -> bool {
        self.0.get()
    }
}

/// Looks into the files. `None`: nobody wants it any more.
pub async fn look(what: Look, files: &[File], wanted: &Wanted) -> Option<Shown> {
    let found = match what {
        Look::Ladder(finding) => ladders(&finding, files, wanted).await,
        Look::Guide { link, what } => what.taught(&link).ok_or_else(|| words::NOT_THERE.to_owned()),
        Look::LogFormat(text) => Ok(Shown::LogFormat(format_string(&text).map(str::to_owned))),
        Look::Packet { input, packet, offset } => one_packet(files.get(input as usize), (packet, offset), wanted).await,
        Look::Line { input, offset, length } => line(files.get(input as usize), offset, length, wanted).await,
    };
    wanted.still().then(|| found.unwrap_or_else(Shown::Gone))
}

async fn ladders(finding: &Finding, files: &[File], wanted: &Wanted) -> Result<Shown, String> {
    let mut ladders = Vec::new();
    for (input, file) in (0..).zip(files) {
        let Some(mut drawer) = Drawer::new(finding, input) else { continue };
        let first = finding.evidence.iter().filter(|row| row.input == input);
        let first = first.filter_map(|row| Some((row.packet?, row.offset))).min().unwrap_or_default();
        let last = drawer.last();
        packets(file, first, wanted, |seen| {
            drawer.take(seen);
            seen.number < last
        })
        .await?;
        ladders.push((input, drawer.ladder()));
    }
    Ok(Shown::Ladders(ladders))
}

async fn one_packet(file: Option<&File>, at: (u64, u64), wanted: &Wanted) -> Result<Shown, String> {
    let file = file.ok_or(words::NOT_THERE)?;
    let mut found = None;
    packets(file, at, wanted, |seen| {
        if seen.number == at.0 {
            found = Some(details::of(seen));
        }
        seen.number < at.0
    })
    .await?;
    found.map(|details| Shown::Packet(Box::new(details))).ok_or_else(|| words::NOT_THERE.to_owned())
}

/// Hands packets to `sink` from the `first` (number, offset) at the latest, until it wants no more.
pub async fn packets(
    file: &File,
    first: (u64, u64),
    wanted: &Wanted,
    mut sink: impl FnMut(&Seen<'_>) -> bool,
) -> Result<(), String> {
    // Where a file cannot be entered midway after all, a second try reads it from its beginning.
    for skip in [true, false] {
        let (mut packets, mut more) = (Packets::default(), true);
        let mut entered = None;
        let mut astray = false;
        let mut source = Source::new(file, HEAD, PACE);
        let mut bytes = slice(file, 0, HEAD).await?.to_vec();
        let mut begins = true;
        while !bytes.is_empty() {
            packets.push(&bytes, |seen| {
                astray |= entered.take().is_some_and(|from| (seen.number, seen.offset) != from);
                more = more && !astray && sink(&seen);
            });
            if !more || astray || !wanted.still() {
                break;
            }
            if skip
                && begins
                && first.1 > HEAD
                && let Some(from) = packets.skip_to(first.0, first.1)
            {
                (source, entered) = (Source::new(file, from, PACE), Some(first));
            }
            begins = false;
            bytes = source.next().await?.to_vec();
        }
        if more && !astray {
            packets.end(|seen| _ = sink(&seen));
        }
        if !astray {
            break;
        }
    }
    Ok(())
}

async fn line(file: Option<&File>, offset: u64, length: u32, wanted: &Wanted) -> Result<Shown, String> {
    let file = file.ok_or(words::NOT_THERE)?;
    let mut span = Span::new(offset, length);
    let mut source = Source::new(file, HEAD, PACE);
    let mut bytes = slice(file, 0, HEAD).await?.to_vec();
    while !bytes.is_empty() {
        span.push(&bytes);
        if span.done() || !wanted.still() {
            break;
        }
        if let Some(from) = span.skip().filter(|from| *from > source.at()) {
            source = Source::new(file, from, PACE);
        }
        bytes = source.next().await?.to_vec();
    }
    span.end();
    if span.done() { Ok(Shown::Line(span.text())) } else { Err(words::NOT_THERE.to_owned()) }
}
