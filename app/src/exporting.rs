//! Makes what is passed on, where the files are read: in the worker, or on the page where there is none.

use std::cell::RefCell;
use std::rc::Rc;

use gateway_triage_core::export::{self, Evidence};
use gateway_triage_core::redact::{Redactor, Replaced};
use gateway_triage_core::report::Report;
use gloo::file::File;
use js_sys::{Array, Function, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Blob;

use crate::looking::{self, Wanted};
use crate::protocol::{Form, Made, Order, Preview};
use crate::{json, printing, verdicts, words};

/// 16 random bytes, from which the pseudonyms of a case follow.
pub type Seed = [u8; 16];

/// The redactor of the case, and the seed that it was made with: the same for every export of the case.
#[derive(Default)]
pub struct Redactors(RefCell<Option<(Seed, Rc<RefCell<Redactor>>)>>);

impl Redactors {
    fn of(&self, seed: Seed) -> Rc<RefCell<Redactor>> {
        let mut kept = self.0.borrow_mut();
        match kept.as_ref().filter(|(known, _)| *known == seed) {
            Some((_, redactor)) => Rc::clone(redactor),
            None => {
                let redactor = Rc::new(RefCell::new(Redactor::new(seed)));
                *kept = Some((seed, Rc::clone(&redactor)));
                redactor
            }
        }
    }
}

/// What is made at once, or the packets that have to be fetched first.
pub enum Begun {
    /// It is there; a file as a `Blob`.
    Made(Made, Option<Blob>),
    /// Packets are wanted, rewritten where there is a redactor.
    Evidence(Box<Evidence>, Option<Rc<RefCell<Redactor>>>),
}

/// Makes what needs the report alone.
pub fn begin(order: &Order, report: &Report, redactors: &Redactors) -> Begun {
    let verdict = order.verdict.as_deref().and_then(|key| verdicts::find(report, key));
    let redactor = order.seed.map(|seed| redactors.of(seed));
    let redacted = redactor.as_ref().map(|redactor| {
        let mut redactor = redactor.borrow_mut();
        redactor.learn(report);
        let mut report = match order.form {
            Form::Print => printing::needed(report, verdict),
            Form::Markdown | Form::Html | Form::Short => export::needed(report),
            Form::Json | Form::Evidence | Form::Preview => report.clone(),
        };
        redactor.report(&mut report);
        report
    });
    let report = redacted.as_ref().unwrap_or(report);
    let file = match order.form {
        Form::Markdown => blob(export::markdown(report, verdict).as_bytes(), "text/markdown"),
        Form::Html => blob(export::html(report, verdict).as_bytes(), "text/html"),
        Form::Json => json::blob(report),
        Form::Print if redacted.is_some() => return Begun::Made(Made::Print(printing::parts(report, verdict)), None),
        Form::Print => {
            let needed = printing::needed(report, verdict);
            return Begun::Made(Made::Print(printing::parts(&needed, verdict)), None);
        }
        Form::Short => return Begun::Made(Made::Text(export::short(report, verdict)), None),
        Form::Preview => {
            let replaced = redactor.map(|redactor| redactor.borrow().replaced()).unwrap_or_default();
            let preview = |of: Replaced| Preview { name: of.kind.name().to_owned(), count: of.count, pairs: of.pairs };
            return Begun::Made(Made::Preview(replaced.into_iter().map(preview).collect()), None);
        }
        Form::Evidence => return Begun::Evidence(Box::new(Evidence::of(report, verdict)), redactor),
    };
    let (made, file) = made(file);
    Begun::Made(made, file)
}

fn made(file: Result<Blob, JsValue>) -> (Made, Option<Blob>) {
    match file {
        Ok(file) => (Made::File, Some(file)),
        Err(_) => (Made::Gone(words::EXPORT_FAILED.to_owned()), None),
    }
}

/// Fetches the packets, where they are wanted.
pub async fn finish(begun: Begun, files: &[File]) -> (Made, Option<Blob>) {
    match begun {
        Begun::Made(made, file) => (made, file),
        Begun::Evidence(evidence, redactor) => match fetch(*evidence, redactor.as_deref(), files).await {
            Ok(file) => made(blob(&file, "application/octet-stream")),
            Err(why) => (Made::Gone(why), None),
        },
    }
}

async fn fetch(
    mut evidence: Evidence,
    redactor: Option<&RefCell<Redactor>>,
    files: &[File],
) -> Result<Vec<u8>, String> {
    if evidence.is_empty() {
        return Err(words::NO_PACKETS.to_owned());
    }
    let wanted: Vec<(u32, (u64, u64))> = evidence.wanted().collect();
    for (input, first) in wanted {
        let file = files.get(input as usize).ok_or(words::NOT_THERE)?;
        looking::packets(file, first, &Wanted::default(), |seen| {
            let mut redactor = redactor.map(RefCell::borrow_mut);
            evidence.take(input, seen, redactor.as_deref_mut())
        })
        .await?;
    }
    Ok(evidence.file())
}

fn blob(bytes: &[u8], kind: &str) -> Result<Blob, JsValue> {
    let options = web_sys::BlobPropertyBag::new();
    options.set_type(kind);
    Blob::new_with_u8_array_sequence_and_options(&Array::of1(&Uint8Array::from(bytes)), &options)
}

/// Random bytes of the browser's; `None` where it has none, and then nothing is redacted with worse ones.
pub fn seed() -> Option<Seed> {
    let crypto = Reflect::get(&js_sys::global(), &"crypto".into()).ok()?;
    let draw: Function = Reflect::get(&crypto, &"getRandomValues".into()).ok()?.dyn_into().ok()?;
    let bytes = Uint8Array::new_with_length(16);
    draw.call1(&crypto, &bytes).ok()?;
    let mut seed = [0; 16];
    bytes.copy_to(&mut seed);
    Some(seed)
}
