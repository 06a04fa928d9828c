//! One input while it is read: what is it, which bytes go where, what went wrong.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

#[cfg(feature = "std")]
use crate::capture::file::FileReader;
use crate::capture::point::Point;
#[cfg(feature = "std")]
use crate::gunzip::Gunzip;
use crate::input::{self, Kind as Recognised};
use crate::logs::{Custom, LogReader};
use crate::products;
use crate::report::{Input, Kind};
use crate::time::{Span, Timestamp};
use crate::together::Interest;

/// Bytes that are looked at before a text's format is decided.
const HEAD: usize = 64 * 1024;
/// A later file continues an earlier one over a pause no longer than this.
const LONGEST_PAUSE: Span = Span::seconds(900);
/// After a pause this short a file continues the one before, whoever it begins with.
const SHORT_PAUSE: Span = Span::seconds(60);
/// A pause between two files that is worth telling.
const PAUSE_TOLD: Span = Span::seconds(5);
/// Frames looked at before it is decided whether a file continues another one.
#[cfg(feature = "std")]
const AHEAD: usize = 64;

/// One input.
pub struct Reading {
    id: u32,
    name: String,
    bytes: u64,
    product: Option<products::Id>,
    /// The format string that its lines may follow.
    custom: Option<Custom>,
    state: State,
    #[cfg(feature = "std")]
    gunzip: Option<Gunzip>,
    packed: bool,
    ended: bool,
    warnings: Vec<String>,
    started: Option<Timestamp>,
    last: Option<Timestamp>,
    /// Which capture point its frames belong to.
    point: Option<usize>,
    /// Frames that wait until this is known.
    #[cfg(feature = "std")]
    ahead: Vec<Kept>,
}

/// A frame that waits.
#[cfg(feature = "std")]
struct Kept {
    frame: crate::capture::Frame<'static>,
    data: Vec<u8>,
}

#[cfg(feature = "std")]
impl Kept {
    fn of(frame: &crate::capture::Frame<'_>) -> Self {
        Self { frame: frame.empty(), data: frame.data.to_vec() }
    }

    fn frame(&self) -> crate::capture::Frame<'_> {
        crate::capture::Frame { data: &self.data, ..self.frame }
    }
}

enum State {
    /// Not recognised yet: the first bytes.
    Head(Vec<u8>),
    #[cfg(feature = "std")]
    Capture(FileReader),
    Log(Box<LogReader>),
    /// Nothing can be read of it: kind and format for the report.
    Refused(Kind, String),
}

impl Reading {
    pub fn new(id: u32, name: &str, product: Option<products::Id>, custom: Option<Custom>) -> Self {
        Self {
            id,
            name: name.to_string(),
            bytes: 0,
            product,
            custom,
            state: State::Head(Vec::new()),
            #[cfg(feature = "std")]
            gunzip: None,
            packed: false,
            ended: false,
            warnings: Vec::new(),
            started: None,
            last: None,
            point: None,
            #[cfg(feature = "std")]
            ahead: Vec::new(),
        }
    }

    /// The log, if it is one.
    pub fn log(&self) -> Option<&LogReader> {
        match &self.state {
            State::Log(log) => Some(log),
            _ => None,
        }
    }

    /// Packets, if it is a capture.
    pub fn packets(&self) -> Option<u64> {
        match &self.state {
            #[cfg(feature = "std")]
            State::Capture(file) => Some(file.packets()),
            _ => None,
        }
    }

    /// Its base name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Which capture point its frames belong to.
    pub fn point(&self) -> Option<usize> {
        self.point
    }

    /// No more bytes will come.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// The next bytes as they are in the file.
    pub fn read(&mut self, chunk: &[u8], points: &mut Vec<Point>, several: bool) {
        self.bytes += chunk.len() as u64;
        self.feed(chunk, points, several);
    }

    fn feed(&mut self, chunk: &[u8], points: &mut Vec<Point>, several: bool) {
        #[cfg(feature = "std")]
        if let Some(mut gunzip) = self.gunzip.take() {
            gunzip.push(chunk, |bytes| self.content(bytes, points, several));
            self.gunzip = Some(gunzip);
            return;
        }
        self.content(chunk, points, several);
    }

    /// The next bytes of the content, unpacked.
    fn content(&mut self, chunk: &[u8], points: &mut Vec<Point>, several: bool) {
        match &mut self.state {
            State::Head(head) => {
                head.extend_from_slice(chunk);
                // Binary formats tell in their first bytes, texts need some lines.
                let binary = is_binary(head);
                if head.len() >= HEAD || binary && head.len() >= 24 {
                    self.decide(points, several);
                }
            }
            #[cfg(feature = "std")]
            State::Capture(file) => {
                let (id, started, last, point) = (self.id, &mut self.started, &mut self.last, &mut self.point);
                let (warnings, ahead) = (&mut self.warnings, &mut self.ahead);
                file.push(chunk, &mut |frame| {
                    // Frames without a time say nothing of when the capture was.
                    if frame.time.0 != 0 {
                        *started = Some(started.map_or(frame.time, |time: Timestamp| time.min(frame.time)));
                        *last = Some(last.map_or(frame.time, |time: Timestamp| time.max(frame.time)));
                    }
                    match *point {
                        Some(at) => {
                            if let Some(point) = points.get_mut(at) {
                                point.frame(&frame, id);
                            }
                        }
                        None => {
                            ahead.push(Kept::of(&frame));
                            // The first capture of a case continues none.
                            if points.is_empty() || ahead.len() >= AHEAD {
                                *point = settle(points, ahead, several, warnings, id);
                            }
                        }
                    }
                });
            }
            State::Log(log) => log.push(chunk),
            State::Refused(..) => {}
        }
    }

    /// Recognises the file by its first bytes and reads them.
    fn decide(&mut self, points: &mut Vec<Point>, several: bool) {
        let State::Head(head) = &mut self.state else { return };
        let head = core::mem::take(head);
        let recognised = input::recognise_for(&head, self.product, self.custom.as_ref());
        if let Some(sentence) = recognised.sentence() {
            self.warnings.push(sentence);
        }
        self.state = match recognised {
            #[cfg(feature = "std")]
            Recognised::Pcap(_) | Recognised::Pcapng => State::Capture(FileReader::default()),
            #[cfg(feature = "std")]
            Recognised::Gzip if !self.packed => {
                self.packed = true;
                self.gunzip = Some(Gunzip::default());
                self.state = State::Head(Vec::new());
                return self.feed(&head, points, several);
            }
            Recognised::Gzip if self.packed => {
                self.warnings.push("gzip inside gzip is not opened: unpack it once with gunzip".to_string());
                State::Refused(Kind::Unknown, "gzip".to_string())
            }
            Recognised::Log(_) => {
                let mut log = LogReader::new(self.id, self.product);
                log.follow(self.custom.as_ref());
                log.beside(Interest::new(points));
                State::Log(Box::new(log))
            }
            Recognised::Har => {
                self.warnings.push(
                    "an HTTP archive of a browser: recognised, but not read yet; drop the gateway's capture or log"
                        .to_string(),
                );
                State::Refused(Kind::Har, "har".to_string())
            }
            other => State::Refused(Kind::Unknown, other.format().to_string()),
        };
        self.content(&head, points, several);
    }

    /// The end of the file.
    pub fn end(&mut self, points: &mut Vec<Point>, several: bool) {
        if self.ended {
            return;
        }
        #[cfg(feature = "std")]
        {
            if matches!(self.state, State::Head(_)) && self.gunzip.is_none() {
                self.decide(points, several);
            }
            if let Some(mut gunzip) = self.gunzip.take() {
                let warning = gunzip.end(|bytes| self.content(bytes, points, several));
                self.warnings.extend(warning);
            }
        }
        if matches!(self.state, State::Head(_)) {
            self.decide(points, several);
        }
        self.ended = true;
        match &mut self.state {
            #[cfg(feature = "std")]
            State::Capture(file) => {
                let id = self.id;
                let (point, ahead) = (&mut self.point, &mut self.ahead);
                let warnings = &mut self.warnings;
                *point = point.or_else(|| settle(points, ahead, several, warnings, id));
                file.end(&mut |frame| {
                    if point.is_none() {
                        ahead.push(Kept::of(&frame));
                        *point = settle(points, ahead, several, warnings, id);
                    } else if let Some(point) = point.and_then(|at| points.get_mut(at)) {
                        point.frame(&frame, id);
                    }
                });
                self.warnings.extend(file.take_warnings());
                if let Some(point) = self.point.and_then(|at| points.get_mut(at)) {
                    point.drops += file.drops();
                    for filter in file.filters() {
                        if !point.filters.contains(filter) {
                            point.filters.push(filter.clone());
                        }
                    }
                    point.seam.next_file();
                }
                if file.packets() == 0 && self.warnings.is_empty() {
                    self.warnings.push("the capture holds no packets".to_string());
                }
            }
            State::Log(log) => log.end(),
            _ => {}
        }
    }

    /// Reading failed on the way.
    pub fn fail(&mut self, why: &str, points: &mut Vec<Point>, several: bool) {
        if self.bytes > 0 {
            self.end(points, several);
            self.warnings.push(format!("{why}; the {} bytes before were read", self.bytes));
        } else {
            self.ended = true;
            self.state = State::Refused(Kind::Unknown, "unread".to_string());
            self.warnings.push(why.to_string());
        }
    }

    /// This input for the report.
    pub fn input(&self, points: &[Point]) -> Input {
        let mut input = Input {
            name: self.name.clone(),
            kind: Kind::Unknown,
            format: "unknown".to_string(),
            bytes: self.bytes,
            packets: None,
            records: None,
            started: self.started,
            ended: self.last,
            zone: None,
            clock_offset: None,
            clock_uncertainty: None,
            place: None,
            warnings: self.warnings.clone(),
        };
        match &self.state {
            State::Head(_) => {}
            #[cfg(feature = "std")]
            State::Capture(file) => {
                input.kind = Kind::Capture;
                input.format = file.format().to_string();
                input.packets = Some(file.packets());
                if file.refused() {
                    input.kind = Kind::Unknown;
                    input.packets = None;
                }
                if let Some(point) = self.point.and_then(|at| points.get(at)) {
                    input.warnings.extend(point.clock.warnings(self.id));
                    input.warnings.extend(point.warnings());
                }
            }
            State::Log(log) => {
                input.records = Some(log.records);
                input.kind = Kind::Log;
                match (log.format(), log.unknown()) {
                    (Some(format), _) => input.format = format.id.to_string(),
                    (None, why) => {
                        input.kind = Kind::Unknown;
                        input.records = None;
                        input.warnings.extend(why.map(ToString::to_string));
                    }
                }
                input.started = log.span.map(|(from, _)| from);
                input.ended = log.span.map(|(_, to)| to);
                input.zone = log.zone;
                input.warnings.extend(log.warnings());
            }
            State::Refused(kind, format) => {
                input.kind = *kind;
                input.format = format.clone();
            }
        }
        input
    }
}

/// The capture point of a file that begins with these frames, which it now gets; `None` without any.
#[cfg(feature = "std")]
fn settle(
    points: &mut Vec<Point>,
    ahead: &mut Vec<Kept>,
    several: bool,
    warnings: &mut Vec<String>,
    id: u32,
) -> Option<usize> {
    let ahead = core::mem::take(ahead);
    let first = ahead.first()?.frame();
    let continued = points.iter().position(|point| continues(point, &first, &ahead));
    let at = match continued {
        Some(at) => {
            if let Some(point) = points.get_mut(at) {
                let ended = point.clock.last.or(point.ended).unwrap_or(first.time);
                let pause = first.time.since(ended);
                if pause > PAUSE_TOLD {
                    let text = format!("Nothing was captured for {pause} between two files of this capture.");
                    warnings.push(format!(
                        "begins {pause} after the file that it continues: nothing in between was captured"
                    ));
                    let from = point.ended.unwrap_or(ended);
                    point.gaps.push((from, from.plus(pause), text));
                }
            }
            at
        }
        None => {
            let mut point = Point::default();
            point.seam.recording = several;
            points.push(point);
            points.len() - 1
        }
    };
    let point = points.get_mut(at)?;
    point.inputs.push(id);
    for kept in &ahead {
        point.frame(&kept.frame(), id);
    }
    Some(at)
}

/// Whether a file that begins with these frames was captured at a point, after it.
#[cfg(feature = "std")]
fn continues(point: &Point, first: &crate::capture::Frame<'_>, ahead: &[Kept]) -> bool {
    if point.link != Some(first.link) {
        return false;
    }
    let last = point.clock.last.or(point.ended);
    if point.seam.before_contains(first) {
        // Cut with an overlap: until the other one ends both hold the same frames. Else one is a selection of the other.
        let overlap = ahead.iter().map(Kept::frame).take_while(|frame| last.is_some_and(|end| frame.time < end));
        return overlap.into_iter().all(|frame| point.seam.before_contains(&frame));
    }
    let Some(pause) = last.map(|ended| first.time.since(ended)) else { return false };
    if pause.0 < 0 || pause > LONGEST_PAUSE || ahead.iter().any(|kept| point.repeats(&kept.frame())) {
        return false;
    }
    // The same machines send there, where the link layer names them.
    let known: Vec<bool> = ahead.iter().filter_map(|kept| point.knows_sender(&kept.frame())).collect();
    match known.len() {
        0 => pause <= SHORT_PAUSE || point.knows(first),
        all => known.iter().filter(|known| **known).count() * 2 >= all,
    }
}

/// Whether these are a capture's or gzip's first bytes: they tell at once, a text needs some lines.
fn is_binary(head: &[u8]) -> bool {
    matches!(
        input::recognise(head.get(..24).unwrap_or(head)),
        Recognised::Pcap(_) | Recognised::Pcapng | Recognised::Gzip
    )
}

/// In which order to read files, given the first bytes of each (64 KiB are enough): captures by the time of their
/// first packet, everything else after them as given.
#[must_use]
pub fn reading_order(heads: &[&[u8]]) -> Vec<usize> {
    let mut order: Vec<(Option<Timestamp>, usize)> =
        heads.iter().enumerate().map(|(at, head)| (first_time(head), at)).collect();
    order.sort_by_key(|(time, at)| (time.is_none(), *time, *at));
    order.into_iter().map(|(_, at)| at).collect()
}

#[cfg(feature = "std")]
fn first_time(head: &[u8]) -> Option<Timestamp> {
    let mut unpacked = Vec::new();
    let head = if head.starts_with(&[0x1F, 0x8B]) {
        Gunzip::default()
            .push(head, |bytes| unpacked.extend_from_slice(bytes.get(..HEAD.min(bytes.len())).unwrap_or_default()));
        &unpacked
    } else {
        head
    };
    if !is_binary(head) {
        return None;
    }
    let mut first = None;
    FileReader::default().push(head, &mut |frame| {
        first.get_or_insert(frame.time);
    });
    first
}

#[cfg(not(feature = "std"))]
fn first_time(_: &[u8]) -> Option<Timestamp> {
    None
}
