//! Sample cases that ship with the page, from the lab's recordings: one table.

use gloo::file::File;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Response};

/// A case to try.
pub struct Sample {
    /// What it shows.
    pub title: &'static str,
    /// Its files under `samples/`.
    pub files: &'static [&'static str],
}

/// Three, one from each third of an attempt.
pub static SAMPLES: [Sample; 3] = [
    Sample { title: "A name that does not exist", files: &["dns-nxdomain.pcap"] },
    Sample { title: "A server that never answers the SYN", files: &["tcp-syn-unanswered.pcap"] },
    Sample { title: "A connection reset after the request", files: &["response-reset.pcap"] },
];

/// Fetches its files, from where the page came from.
///
/// # Errors
/// When one is not there.
pub async fn fetch(sample: &Sample) -> Result<Vec<File>, JsValue> {
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    let mut files = Vec::new();
    for name in sample.files {
        let response = JsFuture::from(window.fetch_with_str(&format!("samples/{name}"))).await?;
        let response: Response = response.unchecked_into();
        if !response.ok() {
            return Err(JsValue::from_f64(f64::from(response.status())));
        }
        let blob: Blob = JsFuture::from(response.blob()?).await?.unchecked_into();
        let parts = js_sys::Array::of(&[JsValue::from(blob)]);
        files.push(File::from(web_sys::File::new_with_blob_sequence(&parts, name)?));
    }
    Ok(files)
}
