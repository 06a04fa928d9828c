//! Questions about the whole report, and their answers.
//!
//! Only the worker holds all findings of a large case. The page asks for what it draws: a few rows of a list, one
//! finding of it, the counts of a timeline.

mod answer;
mod book;
mod item;
mod order;
mod select;
mod timeline;

pub use answer::Clerk;

use gateway_triage_core::categories::Id as Category;
use gateway_triage_core::report::Finding;
use gateway_triage_core::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// Where the requests of a list come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Source {
    /// The report's findings.
    #[default]
    Failures,
    /// All requests, healthy ones too; there once the files were read for it.
    Exchanges,
}

/// From the first to before the second.
pub type Between = (Timestamp, Timestamp);

/// Which requests a list holds; all conditions must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// Of which requests.
    pub source: Source,
    /// Words, each of which must stand in host, client, target, server, summary or category; capitals do not count.
    pub text: String,
    /// What happened.
    pub category: Option<Category>,
    /// Whether it failed.
    pub failed: Option<bool>,
    /// The status that the client received; 0 stands for none.
    pub status: Option<u16>,
    /// Key of a verdict: see [`crate::verdicts::key`].
    pub verdict: Option<String>,
    /// When the request came.
    pub between: Option<Between>,
    /// One group of a grouped list.
    pub group: Option<(Group, String)>,
}

/// What a list is sorted by; equals stay in the report's order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sort {
    /// The column.
    pub by: By,
    /// The largest first. What is not known stands last either way.
    pub descending: bool,
}

/// Columns that can be sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the columns of the list")]
pub enum By {
    #[default]
    Time,
    Host,
    Client,
    Status,
    Category,
    Dns,
    Connect,
    Tls,
    FirstByte,
    Took,
}

/// What a list is grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the columns of the list")]
pub enum Group {
    Category,
    Host,
    Client,
    Status,
}

impl Group {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Category, Self::Host, Self::Client, Self::Status];

    /// As the picker's value.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Category => "category",
            Self::Host => "host",
            Self::Client => "client",
            Self::Status => "status",
        }
    }

    /// The inverse of [`Group::as_str`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.as_str() == text)
    }
}

/// A list as the page shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    /// Which requests.
    pub filter: Filter,
    /// In which order.
    pub sort: Sort,
    /// Under which headings.
    pub group: Option<Group>,
    /// The groups whose requests are listed; of the others the heading alone.
    pub opened: BTreeSet<String>,
}

/// A question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Query {
    /// Some rows of a list.
    Rows {
        /// The list.
        list: List,
        /// The first row wanted, from 0.
        from: u64,
        /// How many.
        count: u32,
    },
    /// One request of a list, by its place in it.
    Pick {
        /// Which requests.
        filter: Filter,
        /// In which order.
        sort: Sort,
        /// From 0.
        at: u64,
    },
    /// A finding by its index, and its place in a list.
    Find {
        /// Which requests.
        filter: Filter,
        /// In which order.
        sort: Sort,
        /// Index into the report's findings.
        finding: u32,
    },
    /// When requests failed.
    Timeline {
        /// Only this time; without it, the span of the inputs and of all failures.
        window: Option<Between>,
        /// So many steps at most.
        steps: u32,
    },
    /// What there is to choose from, in a time.
    Counts {
        /// Of which requests.
        source: Source,
        /// When; without it, always.
        between: Option<Between>,
    },
}

/// The answer to a [`Query`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// To [`Query::Rows`].
    Rows(Rows),
    /// To [`Query::Pick`] and [`Query::Find`]; none where the list is empty.
    Picked(Option<Picked>),
    /// To [`Query::Timeline`]; none where nothing has a time.
    Timeline(Option<Timeline>),
    /// To [`Query::Counts`].
    Counts(Counts),
}

/// Some rows of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows {
    /// The number of the first, from 0.
    pub from: u64,
    /// The rows, fewer than asked for at the end.
    pub rows: Vec<Row>,
    /// Rows of the list, headings included.
    pub total: u64,
    /// Requests that the filter lets through.
    pub matching: u64,
    /// Requests altogether.
    pub all: u64,
}

/// A row of a list.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Row {
    /// The heading of a group.
    Heading {
        /// What its requests have in common; empty where that is not known.
        value: String,
        /// How many they are.
        count: u64,
        /// Whether they are listed.
        open: bool,
    },
    /// A request.
    Request(Box<Request>),
}

/// One request in a list.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Request {
    /// Its place in the list, or in its group.
    pub at: u64,
    /// The group whose heading it stands under.
    pub group: Option<String>,
    /// When the gateway received it.
    pub time: Timestamp,
    /// Its first packet or line: as Wireshark numbers it.
    pub packet: Option<u64>,
    /// The same in a log, from 1.
    pub line: Option<u64>,
    /// Who asked.
    pub client: Option<IpAddr>,
    /// The host wanted, or the server's address; empty where neither was seen.
    pub host: String,
    /// Request method; empty where it was not seen.
    pub method: String,
    /// Target as the client wrote it; empty where it was not seen.
    pub target: String,
    /// What the client received.
    pub status: Option<u16>,
    /// What failed.
    pub category: Option<Category>,
    /// Until it was over.
    pub took: Option<Span>,
    /// Index into the report's findings, if it failed.
    pub finding: Option<u32>,
    /// What its phases took, and where it stands in the file; for all requests only.
    pub exchange: Option<Exchange>,
}

/// What is known of a request whether it failed or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Exchange {
    /// Index of the input.
    pub input: u32,
    /// Byte offset of packet or line.
    pub offset: u64,
    /// Bytes there.
    pub length: u32,
    /// The lookup of the host; here and below, `None`: there was none, or it was not seen.
    pub dns: Option<Span>,
    /// The TCP handshake upstream.
    pub connect: Option<Span>,
    /// The TLS handshake upstream.
    pub tls: Option<Span>,
    /// Until the first byte of the answer.
    pub first_byte: Option<Span>,
}

/// One request of a list, whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Picked {
    /// Its place in the list, from 0.
    pub at: u64,
    /// Requests of the list.
    pub total: u64,
    /// Key of its verdict.
    pub verdict: String,
    /// What happened.
    pub finding: Box<Finding>,
}

/// How many requests failed when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeline {
    /// When the first step begins.
    pub from: Timestamp,
    /// How long a step is.
    pub step: Span,
    /// How many steps there are.
    pub steps: u32,
    /// One for each sort of failure, the most frequent first.
    pub lanes: Vec<Lane>,
}

impl Timeline {
    /// When a step begins.
    #[must_use]
    pub fn begin(&self, step: u32) -> Timestamp {
        self.from.plus(Span(self.step.0.saturating_mul(step.into())))
    }
}

/// One sort of failure over time.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Lane {
    /// What failed.
    pub category: Category,
    /// How many.
    pub total: u64,
    /// The earliest.
    pub first: Timestamp,
    /// The latest.
    pub last: Timestamp,
    /// How many in each step.
    pub counts: Vec<u32>,
}

/// What failed in a time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// For each verdict of the report, in its order.
    pub verdicts: Vec<u64>,
    /// For each status, by status; 0 stands for none.
    pub statuses: Vec<(u16, u64)>,
    /// For each sort of failure, the most frequent first.
    pub categories: Vec<(Category, u64)>,
}
