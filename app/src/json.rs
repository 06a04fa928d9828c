//! The report as the file that "Download JSON" saves: the same bytes as the native program prints.

use std::io::{self, Write};

use gateway_triage_core::report::Report;
use wasm_bindgen::JsValue;

/// Bytes collected before they are handed to the browser: a report of 100,000 findings never lies in the module's
/// memory a second time.
const PART: usize = 1 << 20;

/// Writes the report as `examples/triage.rs` of the engine does: one line.
///
/// # Errors
/// When the writer fails.
pub fn write(report: &Report, mut to: impl Write) -> io::Result<()> {
    serde_json::to_writer(&mut to, report)?;
    to.write_all(b"\n")
}

/// The report as a `Blob`: a handle that costs nothing to send.
///
/// # Errors
/// When the browser refuses one.
pub fn blob(report: &Report) -> Result<web_sys::Blob, JsValue> {
    let mut parts = Parts::default();
    write(report, &mut parts).and_then(|()| parts.flush()).map_err(|error| JsValue::from_str(&error.to_string()))?;
    let options = web_sys::BlobPropertyBag::new();
    options.set_type("application/json");
    web_sys::Blob::new_with_u8_array_sequence_and_options(&parts.parts, &options)
}

#[derive(Default)]
struct Parts {
    parts: js_sys::Array,
    buffer: Vec<u8>,
}

impl Write for Parts {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= PART {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.parts.push(&js_sys::Uint8Array::from(self.buffer.as_slice()));
        self.buffer.clear();
        Ok(())
    }
}
