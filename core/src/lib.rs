//! Reads captures and logs of web gateways and says why a request failed.
//!
//! ```text
//! bytes → packets → flows → streams → messages ┐
//!                                              ├→ exchanges + attempts → findings → verdicts → advice
//! bytes → lines → records ─────────────────────┘
//! ```
//!
//! The crate does no I/O and knows no browser. Without the default feature `std` it is `no_std` + `alloc`.
#![no_std]
#![deny(missing_docs)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod capture;
pub mod categories;
pub mod exchange;
mod join;
pub mod logs;
pub mod products;
pub mod protocols;
pub mod report;
pub mod time;

use alloc::string::String;
use core::net::IpAddr;

/// What the reader sets beforehand.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The gateway's product; found from log formats where not set.
    pub product: Option<products::Id>,
    /// The gateway's address; found from the traffic where not set.
    pub gateway: Option<IpAddr>,
}

/// One case: files that are read together.
///
/// ```
/// use gateway_triage_core::{Case, Options};
/// let mut case = Case::new(Options::default());
/// let log = case.input("access.log");
/// case.read(log, b"1233658928.496 153185 10.10.70.50 NONE/504 1729 ");
/// case.read(log, b"GET http://www.example.com/ - DIRECT/www.example.com - .......\n");
/// case.end(log);
/// let report = case.report();
/// ```
pub struct Case {
    _options: Options,
}

/// Which input of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputId(pub u32);

impl Case {
    /// An empty case.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self { _options: options }
    }

    /// Announces a file. Reports list inputs in the order of these calls.
    ///
    /// Files may then be read in any order, one after the other; best by [`reading_order`], so that captures that
    /// continue each other are seen as one.
    pub fn input(&mut self, _name: &str) -> InputId {
        InputId(0)
    }

    /// The next bytes of a file, in chunks of any size.
    pub fn read(&mut self, _input: InputId, _chunk: &[u8]) {}

    /// The end of a file.
    pub fn end(&mut self, _input: InputId) {}

    /// A file could not be opened or read on: says why.
    pub fn fail(&mut self, _input: InputId, _why: String) {}

    /// The report of what was read so far; `partial` until every input has ended.
    #[must_use]
    pub fn report(&mut self) -> report::Report {
        report::Report {
            schema: report::SCHEMA.into(),
            partial: false,
            product: None,
            gateways: alloc::vec::Vec::new(),
            inputs: alloc::vec::Vec::new(),
            exchanges: report::Exchanges::default(),
            findings: alloc::vec::Vec::new(),
            verdicts: alloc::vec::Vec::new(),
        }
    }

    /// Sets the product, for the advice of the next [`Case::report`].
    pub fn set_product(&mut self, product: Option<products::Id>) {
        self._options.product = product;
    }

    /// Sets the gateway's address, for the next [`Case::report`].
    pub fn set_gateway(&mut self, gateway: Option<IpAddr>) {
        self._options.gateway = gateway;
    }
}

/// In which order to read files, given the first bytes of each (64 KiB are enough): captures by their first packet's
/// time, then everything else as given.
#[must_use]
pub fn reading_order(heads: &[&[u8]]) -> alloc::vec::Vec<usize> {
    (0..heads.len()).collect()
}
