//! One input while it is read: what is it, which bytes go where, what went wrong.

mod order;
#[cfg(feature = "std")]
mod place;

use alloc::boxed::Box;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

#[cfg(feature = "std")]
use crate::capture::Kept;
#[cfg(feature = "std")]
use crate::capture::file::FileReader;
use crate::capture::point::Point;
use crate::capture::transaction::Keep;
use crate::case::Options;
#[cfg(feature = "std")]
use crate::gunzip::Gunzip;
use crate::har::HarReader;
use crate::input::{self, Kind as Recognised};
use crate::logs::{Custom, LogFormat, LogReader, PageReader};
use crate::report::{Input, Kind, Lines};
use crate::time::Timestamp;
use crate::together::{Interest, Sight};
pub use order::reading_order;
#[cfg(feature = "std")]
use place::settle;

/// Bytes that are looked at before a text's format is decided.
const HEAD: usize = 64 * 1024;
/// Frames looked at before it is decided whether a file continues another one.
#[cfg(feature = "std")]
const AHEAD: usize = 64;

/// What the reading of a case is for.
#[derive(Clone, Copy, Debug)]
pub struct Purpose {
    /// The case has several files.
    pub several: bool,
    /// Every exchange is to be listed.
    pub listing: bool,
}

impl Purpose {
    /// What is to be kept of requests that went well.
    fn keep(self) -> Keep {
        match self {
            Self { listing: true, .. } => Keep::Words,
            Self { several: true, .. } => Keep::Little,
            _ => Keep::Nothing,
        }
    }
}

/// What the inputs that were read tell of: which healthy lines of logs are kept.
#[derive(Default)]
pub struct Heard {
    /// What clients saw, by the HAR files.
    pub seen: Vec<Sight>,
    /// What error logs tell of.
    pub erred: Vec<Rc<Interest>>,
    /// What captures and clients do, once it was asked for and until more of them is read.
    captured: Option<Option<Rc<Interest>>>,
}

impl Heard {
    /// More of a capture, or of what a client saw, is read.
    pub fn renew(&mut self) {
        self.captured = None;
    }

    fn captured(&mut self, points: &[Point]) -> Option<Rc<Interest>> {
        let Self { captured, seen, .. } = self;
        captured.get_or_insert_with(|| Interest::new(points, seen).map(Rc::new)).clone()
    }
}

/// One input.
pub struct Reading {
    id: u32,
    name: String,
    bytes: u64,
    options: Options,
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

enum State {
    /// Not recognised yet: the first bytes.
    Head(Vec<u8>),
    #[cfg(feature = "std")]
    Capture(Box<FileReader>),
    Log(Box<LogReader>),
    /// A browser's HTTP archive.
    Har(Box<HarReader>),
    /// A pasted page.
    Page(Box<PageReader>),
    /// Nothing can be read of it: kind and format for the report.
    Refused(Kind, String),
}

impl Reading {
    pub fn new(id: u32, name: &str, options: Options, custom: Option<Custom>) -> Self {
        Self {
            id,
            name: name.to_string(),
            bytes: 0,
            options,
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

    /// The log, if it is one: for each format of its lines.
    pub fn logs(&self) -> impl Iterator<Item = &LogReader> {
        self.log().into_iter().flat_map(LogReader::all)
    }

    fn log(&self) -> Option<&LogReader> {
        match &self.state {
            State::Log(log) => Some(log),
            State::Har(har) => Some(har.log()),
            State::Page(page) => Some(page.log()),
            _ => None,
        }
    }

    /// Sets the zone of times that say none.
    pub fn set_zone(&mut self, zone: Option<i32>) {
        self.options.zone = zone;
        if let State::Log(log) = &mut self.state {
            log.set_zone(zone);
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

    /// It holds packets, or what a client saw.
    pub fn shows_requests(&self) -> bool {
        !matches!(self.state, State::Head(_) | State::Log(_) | State::Refused(..))
    }

    /// No more bytes will come.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// The next bytes as they are in the file.
    pub fn read(&mut self, chunk: &[u8], points: &mut Vec<Point>, heard: &mut Heard, purpose: Purpose) {
        self.bytes += chunk.len() as u64;
        self.feed(chunk, points, heard, purpose);
    }

    fn feed(&mut self, chunk: &[u8], points: &mut Vec<Point>, heard: &mut Heard, purpose: Purpose) {
        #[cfg(feature = "std")]
        if let Some(mut gunzip) = self.gunzip.take() {
            gunzip.push(chunk, |bytes| self.content(bytes, points, heard, purpose));
            self.gunzip = Some(gunzip);
            return;
        }
        self.content(chunk, points, heard, purpose);
    }

    /// The next bytes of the content, unpacked.
    fn content(&mut self, chunk: &[u8], points: &mut Vec<Point>, heard: &mut Heard, purpose: Purpose) {
        match &mut self.state {
            State::Head(head) => {
                head.extend_from_slice(chunk);
                // Binary formats tell in their first bytes, texts need some lines.
                let binary = is_binary(head);
                if head.len() >= HEAD || binary && head.len() >= 24 {
                    self.decide(points, heard, purpose);
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
                                *point = settle(points, ahead, purpose, warnings, id);
                            }
                        }
                    }
                });
            }
            State::Log(log) => log.push(chunk),
            State::Har(har) => har.push(chunk),
            State::Page(page) => page.push(chunk),
            State::Refused(..) => {}
        }
    }

    /// Recognises the file by its first bytes and reads them.
    fn decide(&mut self, points: &mut Vec<Point>, heard: &mut Heard, purpose: Purpose) {
        let State::Head(head) = &mut self.state else { return };
        let head = core::mem::take(head);
        let recognised = input::recognise_for(&head, self.options.product, self.custom.as_ref());
        if let Some(sentence) = recognised.sentence() {
            self.warnings.push(sentence);
        }
        self.state = match recognised {
            #[cfg(feature = "std")]
            Recognised::Pcap(_) | Recognised::Pcapng => State::Capture(Box::default()),
            #[cfg(feature = "std")]
            Recognised::Gzip if !self.packed => {
                self.packed = true;
                self.gunzip = Some(Gunzip::default());
                self.state = State::Head(Vec::new());
                return self.feed(&head, points, heard, purpose);
            }
            Recognised::Gzip if self.packed => {
                self.warnings.push("gzip inside gzip is not opened: unpack it once with gunzip".to_string());
                State::Refused(Kind::Unknown, "gzip".to_string())
            }
            Recognised::Log(format) => {
                let mut log = LogReader::new(self.id, self.options.product);
                log.rows = self.options.exchanges.then(Vec::new);
                log.follow(self.custom.as_ref());
                log.set_zone(self.options.zone);
                log.not_after(self.options.now);
                let captures = heard.captured(points);
                log.beside(captures, if format.of_errors() { &[] } else { &heard.erred });
                State::Log(Box::new(log))
            }
            Recognised::Har => State::Har(Box::new(HarReader::new(self.id))),
            Recognised::Page => State::Page(Box::new(PageReader::new(self.id))),
            other => State::Refused(Kind::Unknown, other.format().to_string()),
        };
        self.content(&head, points, heard, purpose);
    }

    /// The end of the file.
    pub fn end(&mut self, points: &mut Vec<Point>, heard: &mut Heard, purpose: Purpose) {
        if self.ended {
            return;
        }
        #[cfg(feature = "std")]
        {
            if matches!(self.state, State::Head(_)) && self.gunzip.is_none() {
                self.decide(points, heard, purpose);
            }
            if let Some(mut gunzip) = self.gunzip.take() {
                let warning = gunzip.end(|bytes| self.content(bytes, points, heard, purpose));
                self.warnings.extend(warning);
            }
        }
        if matches!(self.state, State::Head(_)) {
            self.decide(points, heard, purpose);
        }
        self.ended = true;
        match &mut self.state {
            #[cfg(feature = "std")]
            State::Capture(file) => {
                let id = self.id;
                let (point, ahead) = (&mut self.point, &mut self.ahead);
                let warnings = &mut self.warnings;
                *point = point.or_else(|| settle(points, ahead, purpose, warnings, id));
                file.end(&mut |frame| {
                    if point.is_none() {
                        ahead.push(Kept::of(&frame));
                        *point = settle(points, ahead, purpose, warnings, id);
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
                    for (section, number, name) in file.names() {
                        point.views.name(*section, *number, name);
                    }
                    point.seam.next_file();
                }
                if file.packets() == 0 && self.warnings.is_empty() {
                    self.warnings.push("the capture holds no packets".to_string());
                }
            }
            State::Log(log) => log.end(),
            State::Page(page) => page.end(),
            _ => {}
        }
    }

    /// Reading failed on the way.
    pub fn fail(&mut self, why: &str, points: &mut Vec<Point>, heard: &mut Heard, purpose: Purpose) {
        if self.bytes > 0 {
            self.end(points, heard, purpose);
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
            zone_unsaid: self.logs().any(LogReader::untold),
            clock_uncertainty: None,
            place: None,
            formats: Vec::new(),
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
                    // Where its interfaces are places of their own, what was read is told of all together.
                    let point = point.whole.as_deref().unwrap_or(point);
                    input.warnings.extend(point.clock.warnings(self.id));
                    input.warnings.extend(point.warnings());
                }
            }
            State::Log(_) | State::Har(_) | State::Page(_) => {
                let Some(log) = self.log() else { return input };
                input.records = Some(log.all().map(|log| log.records).sum());
                input.kind = Kind::Log;
                if let State::Har(har) = &self.state {
                    input.kind = Kind::Har;
                    input.warnings.extend(har.warning(self.ended));
                }
                let formats = log.formats();
                if formats.len() > 1 {
                    let told = |(format, records): (&LogFormat, u64)| Lines { format: format.id.to_string(), records };
                    input.formats = formats.into_iter().map(told).collect();
                }
                match (log.format(), log.unknown()) {
                    (Some(format), _) => input.format = format.id.to_string(),
                    (None, why) => {
                        input.kind = Kind::Unknown;
                        input.records = None;
                        input.warnings.extend(why.map(ToString::to_string));
                    }
                }
                input.started = log.all().filter_map(|log| Some(log.span()?.0)).min();
                input.ended = log.all().filter_map(|log| Some(log.span()?.1)).max();
                input.zone = log.zone();
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

/// Whether these are a capture's or gzip's first bytes: they tell at once, a text needs some lines.
fn is_binary(head: &[u8]) -> bool {
    matches!(
        input::recognise(head.get(..24).unwrap_or(head)),
        Recognised::Pcap(_) | Recognised::Pcapng | Recognised::Gzip
    )
}
