//! The bytes of one file, up to its end.
//!
//! Where the browser's streams take a buffer of ours, one buffer serves the whole file: it is read in less than half the time,
//! and leaves nothing behind that is cleared away some time later (docs/performance.md). Everywhere else, and from where a
//! stream breaks off, it is read slice by slice: then the browser says in its own words what is wrong with the file.

use std::pin::Pin;

use gloo::file::File;
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, ReadableStreamByobReader};

use super::Pace;
use super::run::{float, slice};

/// Where reading stands.
pub struct Source<'a> {
    file: &'a File,
    pace: Pace,
    at: u64,
    stream: Option<Stream>,
    begun: bool,
    /// The slice that arrives while the one before is worked on.
    ahead: Option<Pin<Box<Slice>>>,
}

type Slice = dyn Future<Output = Result<Uint8Array, String>>;

impl<'a> Source<'a> {
    /// At a place in the file.
    #[must_use]
    pub fn new(file: &'a File, at: u64, pace: Pace) -> Self {
        Self { file, pace, at, stream: None, ahead: None, begun: false }
    }

    /// Where the next bytes are.
    #[must_use]
    pub const fn at(&self) -> u64 {
        self.at
    }

    /// The bytes that come next; no bytes at the end. They are overwritten by the next.
    pub async fn next(&mut self) -> Result<Uint8Array, String> {
        let size = self.file.size();
        if !self.begun && self.at < size {
            self.stream = Stream::of(self.file, self.at, self.pace.chunk);
        }
        self.begun = true;
        if self.at < size
            && let Some(stream) = &mut self.stream
        {
            if let Some(bytes) = stream.next().await {
                self.at += u64::from(bytes.length());
                return Ok(bytes);
            }
            self.stream = None;
        }
        if self.at >= size && self.at > 0 {
            // A stream reads on from a file that was changed or removed since; a slice of it does not.
            if self.stream.take().is_some() {
                slice(self.file, 0, 1).await?;
            }
            return Ok(Uint8Array::new_with_length(0));
        }
        let step = self.pace.slice;
        let bytes = match self.ahead.take() {
            Some(ahead) => ahead.await,
            None => slice(self.file, self.at, self.at + step).await,
        }?;
        self.at += u64::from(bytes.length());
        if bytes.length() > 0 && self.at < size {
            self.ahead = Some(Box::pin(slice(self.file, self.at, self.at + step)));
        }
        Ok(bytes)
    }
}

/// A file's stream, read into one buffer again and again.
struct Stream {
    reader: ReadableStreamByobReader,
    /// Goes to the browser for each reading, and comes back with bytes in it.
    buffer: Uint8Array,
}

impl Stream {
    /// `None` where the browser's streams take no buffer.
    fn of(file: &File, at: u64, size: u32) -> Option<Self> {
        let blob: &Blob = file.as_ref();
        let rest = blob.slice_with_f64(float(at)).ok()?;
        let reader = ReadableStreamByobReader::new(&rest.stream()).ok()?;
        Some(Self { reader, buffer: Uint8Array::new_with_length(size) })
    }

    /// `None` at the end, or where it breaks off.
    async fn next(&mut self) -> Option<Uint8Array> {
        let whole = Uint8Array::new(&self.buffer.buffer());
        let read = JsFuture::from(self.reader.read_with_array_buffer_view(&whole)).await.ok()?;
        let bytes: Uint8Array = Reflect::get(&read, &"value".into()).ok()?.dyn_into().ok()?;
        self.buffer = bytes.clone();
        (bytes.length() > 0).then_some(bytes)
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let cancelled = JsFuture::from(self.reader.cancel());
        // One that broke off cannot be cancelled, and says so.
        spawn_local(async move {
            let _ = cancelled.await;
        });
    }
}
