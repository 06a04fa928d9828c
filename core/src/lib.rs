//! Reads captures and logs of web gateways and says why a request failed.
//!
//! ```text
//! bytes → packets → flows → streams → messages ┐
//!                                              ├→ exchanges + attempts → findings → verdicts → advice
//! bytes → lines → records ─────────────────────┘
//! ```
//!
//! The crate does no I/O and knows no browser. Without the default feature `std` it is `no_std` + `alloc`, and reads
//! logs alone.
#![no_std]
#![deny(missing_docs)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

#[cfg(feature = "std")]
pub mod again;
mod capture;
mod case;
pub mod categories;
#[cfg(feature = "std")]
pub mod details;
pub mod devices;
pub mod exchange;
pub mod exchanges;
pub mod export;
mod findings;
pub(crate) mod fingerprints;
pub mod guided;
#[cfg(feature = "std")]
mod gunzip;
mod har;
mod health_checks;
pub mod input;
mod join;
#[cfg(feature = "std")]
pub mod ladder;
mod leads;
mod listed;
pub mod logs;
mod patterns;
pub mod products;
pub mod protocols;
mod reading;
pub mod redact;
pub mod report;
mod sides;
pub mod sorting;
mod sparing;
pub mod tables;
pub mod time;
mod together;
mod verdict;
pub mod visible;

pub use case::{Case, InputId, Options};
pub use reading::reading_order;

/// Whether a text is a format string that [`Options::log_format`] can hold, or the directive with one: the title of the
/// format that its lines have.
///
/// # Errors
/// A sentence that says what is missing.
pub fn format_string(text: &str) -> Result<&'static str, alloc::string::String> {
    logs::Custom::new(text).map(|custom| custom.format().title)
}
