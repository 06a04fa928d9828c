//! What is kept between visits: how to show times. Never anything of a case.

use gloo::storage::{LocalStorage, Storage};

use crate::times::Clock;

const ZONE: &str = "gateway-triage.zone";

/// Storage throws in sandboxed frames, and gloo's would panic there.
fn allowed() -> bool {
    web_sys::window().is_some_and(|window| matches!(window.local_storage(), Ok(Some(_))))
}

/// The clock chosen last.
#[must_use]
pub fn clock() -> Clock {
    let kept = if allowed() { LocalStorage::get::<String>(ZONE).ok() } else { None };
    kept.and_then(|text| Clock::parse(&text)).unwrap_or_default()
}

/// Keeps the clock chosen.
pub fn keep_clock(clock: Clock) {
    if allowed() {
        // A full or refused storage costs only the convenience.
        let _ = LocalStorage::set(ZONE, clock.as_str());
    }
}

/// Forgets all that was chosen.
pub fn forget() {
    if allowed() {
        LocalStorage::delete(ZONE);
    }
}
