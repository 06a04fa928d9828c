//! The loop that reads the files of a case: their bytes, progress, provisional reports, and turns for other events.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::Poll;

use gateway_triage_core::{InputId, reading_order};
use gloo::file::File;
use gloo_timers::future::TimeoutFuture;
use js_sys::{ArrayBuffer, Date, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::source::Source;
use super::{Reader, Slot};
use crate::protocol::{Listing, Progress, Tell};
use crate::words;

/// Bytes of each file that decide the reading order.
const HEAD: u64 = 64 << 10;
/// Milliseconds between two words on progress.
const PROGRESS_EVERY: f64 = 100.0;
/// Milliseconds until a provisional report is thought of, and until the next where one had nothing to show.
const REPORT_AFTER: f64 = 100.0;
/// Milliseconds between two provisional reports, at least; more where building one takes long.
const REPORT_EVERY: f64 = 1_500.0;
/// A provisional report may take one part in this of the time.
const REPORT_SHARE: f64 = 15.0;
/// Milliseconds in which reading rests after a provisional report: where cores are few, the page needs one to show it.
const REPORT_SHOWN: u32 = 50;
/// Milliseconds of reading to come for which a provisional report is worth it: before that, the final one is nearly there.
const REPORT_WORTH: f64 = 1_000.0;
/// A provisional report is of this part of all bytes, at least. A cause that shows at the beginning of a large file is told
/// before a tenth of it is read.
const REPORT_PART: u64 = 25;

/// Milliseconds between two looks at what is due, while bytes are waited for.
const TURN: u32 = 250;
/// Milliseconds after which it is said that nothing comes.
const SLOW: f64 = 3_000.0;

/// Why a loop ends before its end.
pub(super) enum Leave {
    /// Another case was opened.
    Superseded,
    /// The reader of the page wants no more.
    Stopped,
}

/// One reading of one case.
pub(super) struct Run<'a> {
    reader: &'a Rc<Reader>,
    slot: &'a Slot,
    number: u32,
    progress: Progress,
    begun: f64,
    told: f64,
    next_report: f64,
    /// Bytes that were read when it reported last.
    reported: u64,
    breathed: f64,
    /// When to look at what is due next, while bytes are waited for.
    turn: TimeoutFuture,
}

impl<'a> Run<'a> {
    /// Of the files of a case, into this slot; it ends where the slot's number is another one.
    pub(super) fn new(reader: &'a Rc<Reader>, slot: &'a Slot, number: u32, files: &[File]) -> Self {
        let now = Date::now();
        let total = files.iter().map(|file| file.size()).sum();
        Self {
            reader,
            slot,
            number,
            progress: Progress { total, ..Progress::default() },
            begun: now,
            told: 0.0,
            next_report: now + REPORT_AFTER,
            reported: 0,
            breathed: now,
            turn: TimeoutFuture::new(TURN),
        }
    }

    /// Reads them all, in the order in which they are best read.
    pub(super) async fn read(mut self, files: &[File], ids: &[InputId]) -> Result<(), Leave> {
        let read = self.each(files, ids).await;
        // How much the report is of that comes next.
        if !matches!(read, Err(Leave::Superseded)) {
            self.tell(Date::now());
        }
        read
    }

    async fn each(&mut self, files: &[File], ids: &[InputId]) -> Result<(), Leave> {
        let mut heads = Vec::with_capacity(files.len());
        for file in files {
            // What cannot be read now fails below, where it is said.
            let head = self.arrival(slice(file, 0, HEAD)).await?.map(|bytes| bytes.to_vec()).unwrap_or_default();
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
        let mut source = Source::new(file, 0, self.reader.pace);
        let mut chunk = Vec::new();
        loop {
            let at = source.at();
            let bytes = match self.arrival(source.next()).await? {
                Ok(bytes) if bytes.length() == 0 => break,
                Ok(bytes) => bytes,
                Err(why) => {
                    self.slot.with_case(|case| case.fail(id, words::unreadable(at, &why)));
                    return Ok(());
                }
            };
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

    /// What a reading comes to. A slow disk keeps nobody who wants to leave, and no report that is due; that it is slow is told.
    async fn arrival<T>(&mut self, reading: impl Future<Output = T>) -> Result<T, Leave> {
        let mut reading = pin!(reading);
        let begun = Date::now();
        loop {
            let arrived = poll_fn(|context| {
                if let Err(leave) = self.look_up() {
                    return Poll::Ready(Err(leave));
                }
                self.slot.waits.set(Some(context.waker().clone()));
                match reading.as_mut().poll(context) {
                    Poll::Ready(read) => Poll::Ready(Ok(Some(read))),
                    Poll::Pending => Pin::new(&mut self.turn).poll(context).map(|()| Ok(None)),
                }
            });
            if let Some(read) = arrived.await? {
                self.progress.waits = false;
                return Ok(read);
            }
            self.turn = TimeoutFuture::new(TURN);
            let now = Date::now();
            self.report_if_due(now);
            if now - begun >= SLOW && !self.progress.waits {
                self.progress.waits = true;
                self.tell(now);
            }
        }
    }

    /// Reports where it is time and enough was read, for a first report or for another one; where reading takes so long that it
    /// is worth it. Whether there was something to tell.
    fn report_if_due(&mut self, now: f64) -> bool {
        let Progress { read, total, .. } = self.progress;
        let to_come = (now - self.begun) * float(total.saturating_sub(read));
        let worth = read > self.reported && read >= total / REPORT_PART && to_come >= REPORT_WORTH * float(read);
        if self.lists() || now < self.next_report || !worth {
            return false;
        }
        self.reported = read;
        // What is told goes no further than this.
        self.tell(now);
        let told = self.reader.report(self.number, false);
        let after = Date::now();
        let pause = if told { REPORT_EVERY } else { REPORT_AFTER };
        self.next_report = after + ((after - now) * REPORT_SHARE).max(pause);
        told
    }

    /// Tells how far it is.
    fn tell(&mut self, now: f64) {
        self.told = now;
        let (case, progress) = (self.reader.first.current.get(), self.progress);
        let listing = Listing::Reading(progress);
        let told = if self.lists() { Tell::Listing { case, listing } } else { Tell::Progress { case, progress } };
        (self.reader.tell)(&told, None);
    }

    /// Tells how far it is, reports where it is time, and lets other events have their turn.
    async fn pause(&mut self) {
        let now = Date::now();
        if now - self.told >= PROGRESS_EVERY {
            self.tell(now);
        }
        let rest = if self.report_if_due(now) {
            REPORT_SHOWN
        } else if now - self.breathed >= self.reader.pace.breath {
            0
        } else {
            return;
        };
        TimeoutFuture::new(rest).await;
        self.breathed = Date::now();
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
pub(super) fn float(bytes: u64) -> f64 {
    bytes as f64
}

/// What the browser says, in its words.
fn reason(error: &JsValue) -> String {
    error.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message())).unwrap_or_default()
}
