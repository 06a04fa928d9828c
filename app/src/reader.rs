//! Reads the files of a case slice by slice and tells what comes out.
//!
//! Runs in the worker; where no worker starts, the page runs the same on its own thread, in smaller steps. It holds
//! one slice, and the next one on its way, never a whole file.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use gateway_triage_core::report::Report;
use gateway_triage_core::time::Timestamp;
use gateway_triage_core::{Case, InputId, Options, reading_order};
use gloo::file::File;
use gloo_timers::future::TimeoutFuture;
use js_sys::{ArrayBuffer, Date, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use crate::excerpt::excerpt;
use crate::exporting::{self, Redactors};
use crate::looking::{self, Wanted};
use crate::protocol::{Ask, Choice, Listing, Look, Made, Order, Progress, Tell};
use crate::query::{Clerk, Query};
use crate::{json, words};

/// Bytes of each file that decide the reading order.
const HEAD: u64 = 64 << 10;
/// Milliseconds between two words on progress.
const PROGRESS_EVERY: f64 = 100.0;
/// Milliseconds between two provisional reports, at least; more where building one takes long.
const REPORT_EVERY: f64 = 1_500.0;
/// A provisional report may take one part in this of the time.
const REPORT_SHARE: f64 = 15.0;

/// How much is done in one go.
#[derive(Clone, Copy)]
pub struct Pace {
    /// Bytes asked of the browser at once.
    pub slice: u64,
    /// Bytes given to the engine at once.
    pub chunk: u32,
    /// Milliseconds after which other events get their turn.
    pub breath: f64,
}

/// On a thread of its own: 8 MiB slices measured fastest.
pub const IN_WORKER: Pace = Pace { slice: 8 << 20, chunk: 1 << 20, breath: 60.0 };
/// On the thread that also paints.
pub const ON_PAGE: Pace = Pace { slice: 1 << 20, chunk: 128 << 10, breath: 12.0 };

/// Takes what is told; the `Blob` is the finished JSON.
pub type Listener = Box<dyn Fn(&Tell, Option<&web_sys::Blob>)>;

/// Reads one case at a time.
pub struct Reader {
    tell: Listener,
    pace: Pace,
    /// The case; kept after reading, so that another product or gateway needs no second reading.
    first: Slot,
    finished: Cell<bool>,
    /// The second reading, for the list of all exchanges; when it is done, it takes the place of the first.
    listing: Slot,
    listed: Cell<bool>,
    /// What was reported last, whole: the page gets an excerpt and asks for the rest.
    kept: RefCell<Option<Report>>,
    clerk: RefCell<Clerk>,
    /// What is being looked for, by number.
    looks: RefCell<BTreeMap<u32, Wanted>>,
    redactors: Redactors,
}

/// A case and the loop that reads it.
#[derive(Default)]
struct Slot {
    /// The number of the loop that reads or was the last to read; one whose number is another ends.
    current: Cell<u32>,
    stopped: Cell<bool>,
    case: RefCell<Option<Case>>,
}

impl Slot {
    fn with_case(&self, work: impl FnOnce(&mut Case)) {
        if let Some(case) = self.case.borrow_mut().as_mut() {
            work(case);
        }
    }
}

/// Why a loop ends before its end.
enum Leave {
    /// Another case was opened.
    Superseded,
    /// The reader of the page wants no more.
    Stopped,
}

impl Reader {
    /// A reader without a case.
    #[must_use]
    pub fn new(pace: Pace, tell: Listener) -> Rc<Self> {
        Rc::new(Self {
            tell,
            pace,
            first: Slot::default(),
            finished: Cell::new(false),
            listing: Slot::default(),
            listed: Cell::new(false),
            kept: RefCell::new(None),
            clerk: RefCell::default(),
            looks: RefCell::default(),
            redactors: Redactors::default(),
        })
    }

    /// Does what the page asks; reading itself goes on after this returns.
    pub fn ask(self: &Rc<Self>, ask: Ask, files: Vec<File>) {
        match ask {
            Ask::Open { case, choice } => {
                self.first.current.set(case);
                self.first.stopped.set(false);
                self.finished.set(false);
                self.drop_listing();
                spawn_local(Rc::clone(self).open(case, choice, files));
            }
            Ask::Stop => self.first.stopped.set(true),
            Ask::List { case, choice } => spawn_local(Rc::clone(self).list(case, choice, files)),
            Ask::StopList => self.listing.stopped.set(true),
            Ask::Look { number, what } => spawn_local(Rc::clone(self).look(number, what, files)),
            Ask::Forget(number) => {
                if let Some(wanted) = self.looks.borrow_mut().remove(&number) {
                    wanted.forget();
                }
            }
            Ask::Query { number, query } => self.answer(number, query),
            Ask::Export { number, order } => spawn_local(Rc::clone(self).export(number, order, files)),
            Ask::Choose(choice) => {
                for slot in [&self.first, &self.listing] {
                    slot.with_case(|case| {
                        case.set_product(choice.product);
                        case.set_gateway(choice.gateway);
                        case.set_zone(choice.zone);
                    });
                }
                // While reading, the next report shows it.
                if self.finished.get() {
                    self.report(self.first.current.get(), true);
                }
            }
        }
    }

    async fn look(self: Rc<Self>, number: u32, what: Look, files: Vec<File>) {
        let wanted = Wanted::default();
        self.looks.borrow_mut().insert(number, wanted.clone());
        let shown = looking::look(what, &files, &wanted).await;
        self.looks.borrow_mut().remove(&number);
        if let Some(shown) = shown {
            (self.tell)(&Tell::Looked { number, shown }, None);
        }
    }

    /// Answers from what was reported last; before that there is nothing to ask.
    fn answer(&self, number: u32, query: Query) {
        let kept = self.kept.borrow();
        let Some(report) = kept.as_ref() else { return };
        let answer = self.clerk.borrow_mut().answer(report, query);
        (self.tell)(&Tell::Answered { number, answer }, None);
    }

    async fn export(self: Rc<Self>, number: u32, order: Order, files: Vec<File>) {
        let begun = self.kept.borrow().as_ref().map(|report| exporting::begin(&order, report, &self.redactors));
        let (made, file) = match begun {
            Some(begun) => exporting::finish(begun, &files).await,
            None => (Made::Gone(words::EXPORT_FAILED.to_owned()), None),
        };
        (self.tell)(&Tell::Exported { number, made }, file.as_ref());
    }

    async fn open(self: Rc<Self>, number: u32, choice: Choice, files: Vec<File>) {
        let now = Timestamp::from_parts(Date::now() as i64 / 1000, 0);
        let mut case = Case::new(Options { now: Some(now), ..choice.into() });
        let ids: Vec<InputId> = files.iter().map(|file| case.input(&file.name())).collect();
        self.first.case.replace(Some(case));
        self.kept.replace(None);
        match Run::new(&self, &self.first, number, &files).read(&files, &ids).await {
            Err(Leave::Superseded) => {}
            Ok(()) | Err(Leave::Stopped) => {
                self.finished.set(true);
                self.report(number, true);
            }
        }
    }

    /// Ends the loop that reads for the list of all exchanges, and drops what it had.
    fn drop_listing(&self) {
        self.listing.current.set(self.listing.current.get() + 1);
        self.listing.case.replace(None);
        self.listed.set(false);
    }

    /// Reads the files again, and keeps what is needed for a list of all exchanges.
    async fn list(self: Rc<Self>, number: u32, choice: Choice, files: Vec<File>) {
        self.drop_listing();
        self.listing.stopped.set(false);
        let now = Timestamp::from_parts(Date::now() as i64 / 1000, 0);
        let mut case = Case::new(Options { now: Some(now), exchanges: true, ..choice.into() });
        let ids: Vec<InputId> = files.iter().map(|file| case.input(&file.name())).collect();
        self.listing.case.replace(Some(case));
        let run = Run::new(&self, &self.listing, self.listing.current.get(), &files);
        let listing = match run.read(&files, &ids).await {
            Err(Leave::Superseded) => return,
            Err(Leave::Stopped) => {
                self.drop_listing();
                Listing::Stopped
            }
            Ok(()) => {
                self.first.case.replace(self.listing.case.take());
                self.listed.set(true);
                self.report(number, true);
                Listing::Done
            }
        };
        (self.tell)(&Tell::Listing { case: number, listing }, None);
    }

    /// Tells the report of what was read so far; gives the milliseconds that building it took.
    fn report(&self, number: u32, finished: bool) -> f64 {
        let begun = Date::now();
        let Some(mut report) = self.first.case.borrow_mut().as_mut().map(|case| case.report()) else { return 0.0 };
        if !finished && report.findings.is_empty() {
            return Date::now() - begun;
        }
        // Without the download, the page still shows the report.
        let json = if finished { json::blob(&report).ok() } else { None };
        let told = Tell::Report { case: number, finished, report: Box::new(excerpt(&mut report)) };
        // First kept, then told: the page asks at once.
        let exchanges = match self.first.case.borrow().as_ref() {
            Some(case) if self.listed.get() => case.exchanges(&report),
            _ => Vec::new(),
        };
        self.clerk.replace(Clerk::new(&report, exchanges));
        self.kept.replace(Some(report));
        (self.tell)(&told, json.as_ref());
        Date::now() - begun
    }
}

/// One reading of one case.
struct Run<'a> {
    reader: &'a Rc<Reader>,
    slot: &'a Slot,
    number: u32,
    progress: Progress,
    told: f64,
    next_report: f64,
    breathed: f64,
}

impl<'a> Run<'a> {
    fn new(reader: &'a Rc<Reader>, slot: &'a Slot, number: u32, files: &[File]) -> Self {
        let now = Date::now();
        let total = files.iter().map(|file| file.size()).sum();
        Self {
            reader,
            slot,
            number,
            progress: Progress { total, ..Progress::default() },
            told: 0.0,
            next_report: now + REPORT_EVERY / 3.0,
            breathed: now,
        }
    }

    async fn read(mut self, files: &[File], ids: &[InputId]) -> Result<(), Leave> {
        let mut heads = Vec::with_capacity(files.len());
        for file in files {
            // What cannot be read now fails below, where it is said.
            let head = slice(file, 0, HEAD).await.map(|bytes| bytes.to_vec()).unwrap_or_default();
            self.look_up()?;
            heads.push(head);
        }
        let heads: Vec<&[u8]> = heads.iter().map(Vec::as_slice).collect();
        for index in reading_order(&heads) {
            if let (Some(file), Some(id)) = (files.get(index), ids.get(index)) {
                self.progress.file = index;
                self.file(file, *id).await?;
                self.progress.files_read += 1;
            }
        }
        Ok(())
    }

    async fn file(&mut self, file: &File, id: InputId) -> Result<(), Leave> {
        let size = file.size();
        let step = self.reader.pace.slice;
        let mut chunk = Vec::new();
        let mut at = 0;
        let mut ahead = Some(slice(file, 0, step));
        while let Some(reading) = ahead.take() {
            let bytes = match reading.await {
                Ok(bytes) => bytes,
                Err(why) => {
                    self.slot.with_case(|case| case.fail(id, words::unreadable(at, &why)));
                    return Ok(());
                }
            };
            let end = at + u64::from(bytes.length());
            if end < size && bytes.length() > 0 {
                ahead = Some(slice(file, end, end + step));
            }
            let mut from = 0;
            while from < bytes.length() {
                self.look_up()?;
                let to = bytes.length().min(from.saturating_add(self.reader.pace.chunk));
                chunk.resize((to - from) as usize, 0);
                bytes.subarray(from, to).copy_to(&mut chunk);
                self.slot.with_case(|case| case.read(id, &chunk));
                self.progress.read += u64::from(to - from);
                from = to;
                self.pause().await;
            }
            at = end;
        }
        self.look_up()?;
        self.slot.with_case(|case| case.end(id));
        Ok(())
    }

    /// Whether it reads for the list of all exchanges.
    fn lists(&self) -> bool {
        std::ptr::eq(self.slot, &self.reader.listing)
    }

    /// Whether to go on.
    fn look_up(&self) -> Result<(), Leave> {
        if self.slot.current.get() != self.number {
            Err(Leave::Superseded)
        } else if self.slot.stopped.get() {
            Err(Leave::Stopped)
        } else {
            Ok(())
        }
    }

    /// Tells how far it is, reports where it is time, and lets other events have their turn.
    async fn pause(&mut self) {
        let now = Date::now();
        if now - self.told >= PROGRESS_EVERY {
            self.told = now;
            let (case, progress) = (self.reader.first.current.get(), self.progress);
            let listing = Listing::Reading(progress);
            let told = if self.lists() { Tell::Listing { case, listing } } else { Tell::Progress { case, progress } };
            (self.reader.tell)(&told, None);
        }
        if !self.lists() && now >= self.next_report && self.progress.read >= self.progress.total / 20 {
            let took = self.reader.report(self.number, false);
            self.next_report = Date::now() + (took * REPORT_SHARE).max(REPORT_EVERY);
        }
        if now - self.breathed >= self.reader.pace.breath {
            TimeoutFuture::new(0).await;
            self.breathed = Date::now();
        }
    }
}

/// Starts to read bytes of a file at once, so that one slice arrives while the one before is worked on.
pub fn slice(file: &File, from: u64, to: u64) -> impl Future<Output = Result<Uint8Array, String>> + use<> {
    let blob: &web_sys::Blob = file.as_ref();
    let part = blob.slice_with_f64_and_f64(float(from), float(to.min(file.size())));
    let promise = part.map(|part| JsFuture::from(part.array_buffer()));
    async move {
        let buffer = match promise {
            Ok(promise) => promise.await,
            Err(error) => Err(error),
        };
        buffer.map(|buffer| Uint8Array::new(buffer.unchecked_ref::<ArrayBuffer>())).map_err(|error| reason(&error))
    }
}

/// File positions in JavaScript are floats: exact up to 2⁵³.
#[allow(clippy::cast_precision_loss, reason = "no file is that large")]
fn float(bytes: u64) -> f64 {
    bytes as f64
}

/// What the browser says, in its words.
fn reason(error: &JsValue) -> String {
    error.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message())).unwrap_or_default()
}
