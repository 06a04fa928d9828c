//! Reads the files of a case slice by slice and tells what comes out.
//!
//! Runs in the worker; where no worker starts, the page runs the same on its own thread, in smaller steps. It never holds a
//! whole file: one buffer that is read into again and again, or a slice and the next one on its way.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::task::Waker;

use gateway_triage_core::report::Report;
use gateway_triage_core::time::Timestamp;
use gateway_triage_core::{Case, InputId, Options};
use gloo::file::File;
use js_sys::Date;
use wasm_bindgen_futures::spawn_local;

use crate::excerpt::excerpt;
use crate::exporting::{self, Redactors};
use crate::looking::{self, Wanted};
use crate::protocol::{Ask, Choice, Listing, Look, Made, Order, Tell};
use crate::query::{Clerk, Query};
use crate::{json, words};

mod run;
mod source;

pub use run::slice;
use run::{Leave, Run};
pub use source::Source;

/// How much is done in one go.
#[derive(Clone, Copy)]
pub struct Pace {
    /// Bytes asked of the browser at once, where it gives slices.
    pub slice: u64,
    /// Bytes given to the engine at once, and the room that a stream is read into.
    pub chunk: u32,
    /// Milliseconds after which other events get their turn.
    pub breath: f64,
}

/// On a thread of its own: what measured fastest.
pub const IN_WORKER: Pace = Pace { slice: 8 << 20, chunk: 512 << 10, breath: 60.0 };
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
    /// The loop, while it waits for bytes.
    waits: Cell<Option<Waker>>,
    case: RefCell<Option<Case>>,
}

impl Slot {
    fn with_case(&self, work: impl FnOnce(&mut Case)) {
        if let Some(case) = self.case.borrow_mut().as_mut() {
            work(case);
        }
    }

    /// Has the loop end before its bytes have come.
    fn stop(&self) {
        self.stopped.set(true);
        self.look_up();
    }

    /// Has the loop see whether it is still wanted.
    fn look_up(&self) {
        if let Some(waker) = self.waits.take() {
            waker.wake();
        }
    }
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
                self.first.look_up();
                self.finished.set(false);
                self.drop_listing();
                spawn_local(Rc::clone(self).open(case, choice, files));
            }
            Ask::Stop => self.first.stop(),
            Ask::List { case, choice } => spawn_local(Rc::clone(self).list(case, choice, files)),
            Ask::StopList => self.listing.stop(),
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
        self.listing.look_up();
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

    /// Tells the report of what was read so far; not a provisional one in which nothing failed: whether it did.
    fn report(&self, number: u32, finished: bool) -> bool {
        let Some(mut report) = self.first.case.borrow_mut().as_mut().map(|case| case.report()) else { return false };
        if !finished && report.findings.is_empty() {
            return false;
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
        true
    }
}
