//! A case that its reader wants to find again after a reload: its files and settings in the browser's own database, and
//! only there. Nothing is kept unless asked for, and all of it can be forgotten.
//!
//! On `web_sys` alone: the crates for IndexedDB bring an async runtime, or types for queries, and this is one record.

use gloo::events::EventListener;
use gloo::file::File;
use js_sys::{Array, Function, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    EventTarget, IdbDatabase, IdbObjectStore, IdbOpenDbRequest, IdbRequest, IdbTransaction, IdbTransactionMode,
};

use crate::protocol::Choice;

const DATABASE: &str = "gateway-triage";
const STORE: &str = "case";
/// The one record.
const KEY: &str = "kept";

/// Keeps these files, in place of others.
///
/// # Errors
/// What the browser says: no room, or no storage in this frame.
pub async fn keep(files: &[File], choice: &Choice) -> Result<(), JsValue> {
    let settings = serde_json::to_string(choice).map_err(|_| JsValue::NULL)?;
    let files: Array = files.iter().map(|file| JsValue::from(AsRef::<web_sys::File>::as_ref(file))).collect();
    let record: [JsValue; 2] = [settings.into(), files.into()];
    let record = Array::of(&record);
    let store = store(IdbTransactionMode::Readwrite).await?;
    store.put_with_key(&record, &KEY.into())?;
    committed(&store.transaction()).await
}

/// What was kept; `None` where nothing was.
///
/// # Errors
/// What the browser says: it has no storage in this frame.
pub async fn kept() -> Result<Option<(Vec<File>, Choice)>, JsValue> {
    let store = store(IdbTransactionMode::Readonly).await?;
    let record = done(&store.get(&KEY.into())?).await?;
    let Ok(record) = record.dyn_into::<Array>() else { return Ok(None) };
    let choice = record.get(0).as_string().and_then(|text| serde_json::from_str(&text).ok());
    let files = record.get(1).dyn_into::<Array>().unwrap_or_default();
    let files: Vec<File> =
        files.iter().filter_map(|file| file.dyn_into::<web_sys::File>().ok()).map(File::from).collect();
    Ok(choice.filter(|_| !files.is_empty()).map(|choice| (files, choice)))
}

/// Forgets it.
///
/// # Errors
/// As [`keep`].
pub async fn forget() -> Result<(), JsValue> {
    let store = store(IdbTransactionMode::Readwrite).await?;
    store.clear()?;
    committed(&store.transaction()).await
}

async fn store(mode: IdbTransactionMode) -> Result<IdbObjectStore, JsValue> {
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    // Throws in frames without an origin of their own.
    let open: IdbOpenDbRequest = window.indexed_db()?.ok_or(JsValue::NULL)?.open_with_u32(DATABASE, 1)?;
    let request = open.clone();
    let _upgrade = EventListener::once(&open, "upgradeneeded", move |_| {
        if let Ok(Ok(database)) = request.result().map(JsCast::dyn_into::<IdbDatabase>) {
            let _ = database.create_object_store(STORE);
        }
    });
    let database: IdbDatabase = done(&open).await?.dyn_into()?;
    database.transaction_with_str_and_mode(STORE, mode)?.object_store(STORE)
}

/// The result of a request.
async fn done(request: &IdbRequest) -> Result<JsValue, JsValue> {
    let told = request.clone();
    heard(request, ["success", "error"]).await?;
    told.result()
}

/// A page that is left before this would take the change back.
async fn committed(transaction: &IdbTransaction) -> Result<(), JsValue> {
    heard(transaction, ["complete", "abort"]).await
}

/// Waits for one of two events: the good one, or the bad one.
async fn heard(target: &EventTarget, [good, bad]: [&'static str; 2]) -> Result<(), JsValue> {
    let mut listeners = Vec::new();
    let promise = Promise::new(&mut |resolve: Function, reject: Function| {
        for (event, then) in [(good, resolve), (bad, reject)] {
            listeners.push(EventListener::once(target, event, move |_| {
                let _ = then.call0(&JsValue::NULL);
            }));
        }
    });
    let result = JsFuture::from(promise).await;
    drop(listeners);
    result.map(drop)
}
