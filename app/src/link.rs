//! The page's side of the worker: starts it, talks to it, and does without where none starts.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo::events::EventListener;
use gloo::file::File;
use gloo::timers::callback::Timeout;
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, MessageEvent, Worker};

use crate::boot;
use crate::protocol::{Ask, Tell};
#[cfg(feature = "engine")]
use crate::reader::{ON_PAGE, Reader};

/// Milliseconds until a worker that says nothing counts as not started.
const START_WITHIN: u32 = 10_000;

/// What the page learns.
pub enum News {
    /// The reader tells something; the `Blob` is the finished JSON.
    Told(Tell, Option<Blob>),
    /// No worker starts here: the page reads by itself.
    WithoutWorker,
    /// The engine could not be loaded, or no worker runs it, while somebody waited for it.
    NotLoaded,
    /// The worker died while it ran.
    Lost,
}

/// The way to whoever reads.
pub struct Link {
    news: Rc<dyn Fn(News)>,
    way: RefCell<Way>,
    /// Tells an old worker's late words from those of the present one.
    age: Cell<u32>,
}

enum Way {
    /// Not started yet, or lost.
    None,
    /// The engine is being loaded, and then a worker starts.
    Starting {
        worker: Option<(Running, Timeout)>,
        waiting: Vec<(Ask, Vec<File>)>,
    },
    Worker(Running),
    #[cfg(feature = "engine")]
    Here(Rc<Reader>),
}

struct Running {
    worker: Worker,
    _listeners: [EventListener; 2],
}

impl Drop for Running {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

impl Link {
    /// Starts a worker at once, so that it is ready when the first file comes.
    pub fn new(news: impl Fn(News) + 'static) -> Rc<Self> {
        let link = Rc::new(Self { news: Rc::new(news), way: RefCell::new(Way::None), age: Cell::new(0) });
        link.start();
        link
    }

    /// Asks the reader, now or as soon as it listens.
    pub fn ask(self: &Rc<Self>, ask: Ask, files: Vec<File>) {
        if matches!(*self.way.borrow(), Way::None) {
            self.start();
        }
        match &mut *self.way.borrow_mut() {
            Way::None => {}
            Way::Starting { waiting, .. } => waiting.push((ask, files)),
            Way::Worker(running) => post(&running.worker, &ask, &files),
            #[cfg(feature = "engine")]
            Way::Here(reader) => reader.ask(ask, files),
        }
    }

    /// Ends a worker that does not answer; the next question starts another one.
    pub fn drop_worker(&self) {
        self.age.set(self.age.get() + 1);
        let mut way = self.way.borrow_mut();
        if matches!(*way, Way::Starting { .. } | Way::Worker(_)) {
            *way = Way::None;
        }
    }

    fn start(self: &Rc<Self>) {
        let age = self.age.get() + 1;
        self.age.set(age);
        *self.way.borrow_mut() = Way::Starting { worker: None, waiting: Vec::new() };
        let link = Rc::downgrade(self);
        spawn_local(async move {
            let started = boot::start_worker().await;
            let Some(link) = link.upgrade().filter(|link| link.age.get() == age) else { return };
            match started {
                Ok(Some(worker)) => link.listen(worker, age),
                Ok(None) => link.failed(),
                Err(_) => {
                    if let Way::Starting { waiting, .. } = link.way.replace(Way::None)
                        && !waiting.is_empty()
                    {
                        (link.news)(News::NotLoaded);
                    }
                }
            }
        });
    }

    /// Listens to a worker that was made; it has still to say that it runs.
    fn listen(self: &Rc<Self>, new: Worker, age: u32) {
        let link = Rc::downgrade(self);
        let told = EventListener::new(&new, "message", move |event| {
            if let Some(link) = link.upgrade().filter(|link| link.age.get() == age)
                && let Some((tell, json)) = event.dyn_ref::<MessageEvent>().and_then(|event| open(&event.data()))
            {
                link.told(tell, json);
            }
        });
        let link = Rc::downgrade(self);
        let broken = EventListener::new(&new, "error", move |_| {
            if let Some(link) = link.upgrade().filter(|link| link.age.get() == age) {
                link.failed();
            }
        });
        let link = Rc::downgrade(self);
        let limit = Timeout::new(START_WITHIN, move || {
            if let Some(link) = link.upgrade().filter(|link| link.age.get() == age) {
                link.failed();
            }
        });
        if let Way::Starting { worker, .. } = &mut *self.way.borrow_mut() {
            *worker = Some((Running { worker: new, _listeners: [told, broken] }, limit));
        }
    }

    fn told(self: &Rc<Self>, tell: Tell, json: Option<Blob>) {
        match tell {
            Tell::Ready => {
                let mut way = self.way.borrow_mut();
                *way = match std::mem::replace(&mut *way, Way::None) {
                    Way::Starting { worker: Some((worker, _)), waiting } => {
                        for (ask, files) in waiting {
                            post(&worker.worker, &ask, &files);
                        }
                        Way::Worker(worker)
                    }
                    other => other,
                };
            }
            Tell::Broken(_) => self.failed(),
            tell => (self.news)(News::Told(tell, json)),
        }
    }

    fn failed(self: &Rc<Self>) {
        self.age.set(self.age.get() + 1);
        let way = self.way.replace(Way::None);
        match way {
            // Dropped only after this handler has returned: the listener that runs is part of it.
            Way::Starting { waiting, worker } => {
                Timeout::new(0, move || drop(worker)).forget();
                self.read_here(waiting);
            }
            Way::Worker(worker) => {
                Timeout::new(0, move || drop(worker)).forget();
                (self.news)(News::Lost);
            }
            other => {
                self.way.replace(other);
            }
        }
    }

    /// The page's own module reads nothing: another delivery does.
    #[cfg(not(feature = "engine"))]
    fn read_here(&self, waiting: Vec<(Ask, Vec<File>)>) {
        // Who has given files already is asked to go: they would be lost.
        if waiting.iter().any(|(_, files)| !files.is_empty()) {
            (self.news)(News::NotLoaded);
        } else {
            boot::go_without_worker();
        }
    }

    #[cfg(feature = "engine")]
    fn read_here(&self, waiting: Vec<(Ask, Vec<File>)>) {
        let news = Rc::clone(&self.news);
        let reader = Reader::new(
            ON_PAGE,
            Box::new(move |tell, json| {
                // The same words as from a worker: through the same JSON.
                if let Some(tell) = serde_json::to_string(tell).ok().and_then(|text| serde_json::from_str(&text).ok()) {
                    news(News::Told(tell, json.cloned()));
                }
            }),
        );
        for (ask, files) in waiting {
            reader.ask(ask, files);
        }
        *self.way.borrow_mut() = Way::Here(reader);
        (self.news)(News::WithoutWorker);
    }
}

fn post(worker: &Worker, ask: &Ask, files: &[File]) {
    if let Ok(text) = serde_json::to_string(ask) {
        let files: Array = files.iter().map(|file| JsValue::from(AsRef::<web_sys::File>::as_ref(file))).collect();
        let message: [JsValue; 2] = [text.into(), files.into()];
        // A worker that cannot be told is noticed by its silence.
        let _ = worker.post_message(&Array::of(&message));
    }
}

fn open(message: &JsValue) -> Option<(Tell, Option<Blob>)> {
    let message = message.dyn_ref::<Array>()?;
    let tell = serde_json::from_str(&message.get(0).as_string()?).ok()?;
    Some((tell, message.get(1).dyn_into().ok()))
}
