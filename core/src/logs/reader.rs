//! Reads one log: chunks → lines → records. What becomes of a line says `one_line`, of a record `outcomes`; which zone its
//! times are in `clock`, what is worth knowing of it `warnings`.
//!
//! Until the format is decided the first lines wait (`waiting`); then each is read where it lies. Lines that the file's
//! format does not understand are offered to the others (`mixed`), each of which has a reader of its own.

use alloc::collections::BTreeMap;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use super::blocks::Blocks;
use super::checks::Checks;
use super::detect::Votes;
use super::groups::Groups;
use super::notices::Notices;
use super::prefix::Received;
use super::troubles::Troubles;
use super::tunnels::Tunnels;
use super::waiting::State;
use super::{Custom, Layout, LogFormat};
use crate::categories::Id as Category;
use crate::devices::Rulings;
use crate::exchange::Exchange;
use crate::exchanges;
use crate::patterns::Tally;
use crate::products::Id as Product;
use crate::time::Timestamp;
use crate::together::{Interest, Sight};

/// Said of a log whose zone nothing tells.
pub const NO_ZONE: &str = "the lines say no time zone: their times are taken for UTC";

/// Reads one log.
pub struct LogReader {
    pub(super) input: u32,
    pub(super) preferred: Option<Product>,
    lines: Blocks,
    pub(super) state: State,
    pub(super) layout: Layout,
    /// Its records are told and not read by lines.
    told: bool,
    pub(super) tunnels: Tunnels,
    pub(super) groups: Groups,
    pub(super) troubles: Troubles,
    /// The requests in captures and in error logs, where there are any: healthy lines that may be one of them are kept in
    /// little.
    pub(super) interests: Vec<Rc<Interest>>,
    /// The same of error logs in the same file.
    pub(super) awaited: Option<Rc<Interest>>,
    /// Captures are among them.
    pub(super) captured: bool,
    /// Error logs are.
    pub(super) erred: bool,
    /// Of an error log among others in one file: so many of its sights are known to the others.
    pub(super) shared: usize,
    /// What went well.
    pub(crate) tally: Tally,
    /// Health checks.
    pub(crate) checks: Checks,
    /// Every line that is an exchange, where they are to be listed.
    pub(crate) rows: Option<Vec<exchanges::Row>>,
    /// What became of the gateway's servers.
    pub(crate) notices: Notices,
    /// Readers of the lines of other formats in the same file, and which of them had the last one. `None` for such a
    /// reader itself.
    pub(super) others: Option<Vec<LogReader>>,
    pub(super) latest: usize,
    /// A wrapped line, as it was before.
    pub(super) inside: String,
    /// Lines understood, also those that are no record.
    pub(super) understood: u64,
    /// Some time had a fraction of a second.
    pub(super) fine: bool,
    /// Minutes east of UTC of times that say no zone: by the time that the transport put before a line.
    pub(super) zone_told: Option<i32>,
    /// The same, set by the reader.
    pub(super) zone_set: Option<i32>,
    /// No line is newer than this.
    pub(super) now: Option<Timestamp>,
    /// A time of a line below, for first lines whose time has no year.
    pub(super) ahead: Option<Timestamp>,
    /// The last transport's time, what stood near to it, and what that came to.
    pub(super) resolved: Option<(Received, Option<Timestamp>, Option<Timestamp>)>,
    /// Some line's year was told by `now` alone.
    pub(super) year_guessed: bool,
    /// Healthy lines that may be in the captures, and were not kept.
    pub(super) passed_over: u64,
    /// Lines understood as records, also those that are no exchange.
    pub records: u64,
    /// Exchanges.
    pub total: u64,
    /// Those that failed.
    pub failed: u64,
    /// Tunnels whose inside was not seen.
    pub unseen: u64,
    /// Earliest and latest time of a record, as the lines say it: see [`Self::offset`].
    pub(super) span: Option<(Timestamp, Timestamp)>,
    /// Minutes east of UTC that the first line writes its time in; `None` where lines carry no offset.
    pub(super) zone: Option<i32>,
    /// The failed exchanges, in the order of their lines; at most `KEPT` of them.
    pub exchanges: Vec<Exchange>,
    /// The same in little, and healthy lines that may be in the captures.
    pub(crate) sights: Vec<Sight>,
    /// Failed exchanges that are not kept, by category and host (empty: no host, or beyond the hosts told apart).
    pub beyond: BTreeMap<Category, BTreeMap<String, Beyond>>,
    /// What a device says that it did.
    pub(crate) rulings: Rulings,
}

/// Failed exchanges that are counted only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beyond {
    /// How many.
    pub count: u64,
    /// The earliest.
    pub first: Timestamp,
    /// The latest.
    pub last: Timestamp,
}

impl LogReader {
    /// A log that is the given input of its case. The preferred product decides between layouts that products share.
    #[must_use]
    pub fn new(input: u32, preferred: Option<Product>) -> Self {
        Self {
            input,
            preferred,
            lines: Blocks::default(),
            state: State::Open { votes: Votes::new(None), waiting: Vec::new(), ends: Vec::new() },
            layout: Layout::default(),
            told: false,
            tunnels: Tunnels::default(),
            groups: Groups::default(),
            troubles: Troubles::default(),
            interests: Vec::new(),
            awaited: None,
            captured: false,
            erred: false,
            shared: 0,
            tally: Tally::default(),
            checks: Checks::default(),
            rows: None,
            notices: Notices::default(),
            others: Some(Vec::new()),
            latest: 0,
            inside: String::new(),
            understood: 0,
            fine: false,
            zone_told: None,
            zone_set: None,
            now: None,
            ahead: None,
            resolved: None,
            year_guessed: false,
            passed_over: 0,
            records: 0,
            total: 0,
            failed: 0,
            unseen: 0,
            span: None,
            zone: None,
            exchanges: Vec::new(),
            sights: Vec::new(),
            beyond: BTreeMap::new(),
            rulings: Rulings::default(),
        }
    }

    /// A log whose records do not come by lines, but through [`LogReader::tell`]. All of them are kept to be joined.
    pub(crate) fn known(input: u32, format: &'static LogFormat) -> Self {
        Self { state: State::Known { format, warning: None }, told: true, ..Self::new(input, None) }
    }

    /// Its records are what clients saw: HAR files and pages.
    #[must_use]
    pub fn of_clients(&self) -> bool {
        self.told
    }

    /// Before the first byte: the format string that its lines may follow.
    pub fn follow(&mut self, custom: Option<&Custom>) {
        if let Some(custom) = custom {
            self.state = State::Open { votes: Votes::new(Some(custom.clone())), waiting: Vec::new(), ends: Vec::new() };
            self.layout.custom = Some(custom.clone());
            self.layout.columns = custom.columns().to_vec();
        }
    }

    /// Before the first byte: captures of the same case were read, or error logs. Lines that may be a request in them are
    /// kept.
    pub(crate) fn beside(&mut self, captures: Option<Rc<Interest>>, errors: &[Rc<Interest>]) {
        (self.captured, self.erred) = (captures.is_some(), !errors.is_empty());
        self.interests = captures.into_iter().chain(errors.iter().cloned()).collect();
    }

    /// All that healthy lines may be of.
    pub(super) fn interests(&self) -> impl Iterator<Item = &Rc<Interest>> {
        self.interests.iter().chain(&self.awaited)
    }

    /// This reader, and those of lines of other formats in the same file.
    pub fn all(&self) -> impl Iterator<Item = &Self> {
        core::iter::once(self).chain(self.others.iter().flatten())
    }

    /// The product that writes such lines, where that is known.
    #[must_use]
    pub fn product(&self) -> Option<Product> {
        self.format()?.product.or(self.layout.product)
    }

    /// Which input of the case it is.
    #[must_use]
    pub fn input(&self) -> u32 {
        self.input
    }

    /// Its healthy lines were held against the captures as well.
    #[must_use]
    pub fn whole(&self) -> bool {
        self.captured || self.told
    }

    /// Its healthy lines were held against error logs as well.
    #[must_use]
    pub fn beside_errors(&self) -> bool {
        self.erred
    }

    /// The next bytes, decompressed, in chunks of any size.
    pub fn push(&mut self, chunk: &[u8]) {
        if matches!(self.state, State::Unknown { .. }) {
            return;
        }
        let mut lines = core::mem::take(&mut self.lines);
        lines.push(chunk, |line| self.line(line));
        self.lines = lines;
    }

    /// The end of the file.
    pub fn end(&mut self) {
        let mut lines = core::mem::take(&mut self.lines);
        lines.end(|line| self.line(line));
        self.decide();
    }

    /// The format; `None` while it is not decided, and where none fits.
    #[must_use]
    pub fn format(&self) -> Option<&'static LogFormat> {
        match &self.state {
            State::Known { format, .. } => Some(format),
            _ => None,
        }
    }

    /// Why nothing was read: a sentence.
    #[must_use]
    pub fn unknown(&self) -> Option<&str> {
        match &self.state {
            State::Unknown { sentence } => Some(sentence),
            _ => None,
        }
    }

    /// For a reader of lines of another format in the same file: what holds for all of it.
    pub(super) fn take_after(&mut self, file: &Self) {
        self.interests.clone_from(&file.interests);
        self.awaited.clone_from(&file.awaited);
        (self.captured, self.erred) = (file.captured, file.erred);
        self.zone_set = file.zone_set;
        self.now = file.now;
        self.ahead = file.span.map(|(_, last)| last).or(file.ahead);
    }
}
