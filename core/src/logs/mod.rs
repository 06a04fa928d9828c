//! Logs: lines → records → exchanges. One table, one file per format.
//!
//! A format says whether a line is its own (`recognise`) and what a line says (`parse`). What a line cannot know
//! stays `None`: silence is never success.

use core::net::{IpAddr, SocketAddr};

use crate::exchange::Claim;
use crate::products;
use crate::time::{Span, Timestamp};

/// One log format.
pub struct LogFormat {
    /// Kebab-case: the product, or product and log.
    pub id: &'static str,
    /// As its vendor calls it.
    pub title: &'static str,
    /// The product that writes it; `None` for layouts that several share.
    pub product: Option<products::Id>,
    /// Where the layout is documented.
    pub docs: &'static str,
    /// Whether this line can only be of this format. Must be cheap: it sees the first lines of every file.
    pub recognise: fn(&str) -> bool,
    /// What a line says.
    pub parse: for<'a> fn(&'a str) -> Parsed<'a>,
    /// Real lines; a format without is rejected by a test.
    pub samples: &'static [&'static str],
}

/// What became of a line.
pub enum Parsed<'a> {
    /// A request and its outcome.
    Record(Record<'a>),
    /// A header, a comment, a message of the log itself: no request, and no fault.
    Skip,
    /// Not understood, from this byte of the line on.
    Bad {
        /// Byte in the line.
        at: usize,
        /// The field that was expected there.
        field: &'static str,
    },
}

/// What an access-log line says, borrowed from the line.
#[derive(Clone, Debug, Default)]
pub struct Record<'a> {
    /// When the transaction finished (or began: see `begun`).
    pub time: Timestamp,
    /// True where `time` is its beginning.
    pub begun: bool,
    /// How long it took.
    pub elapsed: Option<Span>,
    /// Who asked.
    pub client: Option<IpAddr>,
    /// Request method.
    pub method: Option<&'a str>,
    /// Target as logged.
    pub target: Option<&'a str>,
    /// Host wanted, without port.
    pub host: Option<&'a str>,
    /// Port wanted, where the target says it.
    pub port: Option<u16>,
    /// Status sent to the client; `None` where none was sent.
    pub status: Option<u16>,
    /// The server or parent contacted.
    pub upstream: Option<SocketAddr>,
    /// What the line says of a failure; `None` for a success.
    pub claim: Option<Claim>,
}
