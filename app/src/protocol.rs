//! What page and worker say to each other.
//!
//! A message is a JavaScript array: this, as JSON, and beside it what JSON cannot carry — the files of [`Ask::Open`],
//! the finished JSON of [`Tell::Report`] and the file of [`Tell::Exported`] as a `Blob`.

use std::net::IpAddr;

use gateway_triage_core::Options;
use gateway_triage_core::details::Details;
use gateway_triage_core::ladder::Ladder;
use gateway_triage_core::products;
use gateway_triage_core::report::{Advice, Check, Finding, Report};
use serde::{Deserialize, Serialize};

use crate::guide::Lesson;
use crate::printing::Part;
use crate::query::{Answer, Query};

/// What the reader of the page has set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// The product picked, if any; a log format may tell it otherwise.
    pub product: Option<products::Id>,
    /// The gateway's address typed in, if any.
    pub gateway: Option<IpAddr>,
    /// The format string that logs of a layout of the site's own follow; one that the engine understands.
    pub log_format: Option<String>,
    /// Minutes east of UTC of log times that say no zone.
    pub zone: Option<i32>,
}

impl From<Choice> for Options {
    fn from(choice: Choice) -> Self {
        let Choice { product, gateway, log_format, zone } = choice;
        Self { product, gateway, log_format, zone, ..Self::default() }
    }
}

/// From the page to the worker.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Ask {
    /// Read these files as one case; a case that is being read is dropped.
    Open {
        /// Comes back with every answer, so that late answers about an earlier case are known as such.
        case: u32,
        /// What is set so far.
        choice: Choice,
    },
    /// Stop reading and report what was read.
    Stop,
    /// Report again with these settings.
    Choose(Choice),
    /// Read the files, which come along, again for this.
    Look {
        /// Comes back with the answer.
        number: u32,
        /// What is wanted.
        what: Look,
    },
    /// Nobody waits any more for what was to be looked for under this number.
    Forget(u32),
    /// Read the files, which come along, again and list all exchanges.
    List {
        /// As in [`Ask::Open`].
        case: u32,
        /// What is set so far.
        choice: Choice,
    },
    /// Stop reading for that list.
    StopList,
    /// Answer this from the report.
    Query {
        /// Comes back with the answer.
        number: u32,
        /// What is wanted.
        query: Query,
    },
    /// Make something to pass on; the files come along, for the packets of the evidence.
    Export {
        /// Comes back with the answer.
        number: u32,
        /// What is wanted.
        order: Order,
    },
}

/// Something to pass on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// As what.
    pub form: Form,
    /// The key of the one verdict that is wanted; all, if none is.
    pub verdict: Option<String>,
    /// Random bytes of the case, where it is to be redacted.
    pub seed: Option<[u8; 16]>,
}

/// What a report can be passed on as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Form {
    /// For a ticket.
    Markdown,
    /// One file that needs nothing else.
    Html,
    /// The report itself.
    Json,
    /// Packets with notes, as pcapng.
    Evidence,
    /// A few lines.
    Short,
    /// What the browser is to print.
    Print,
    /// What redaction replaces.
    Preview,
}

/// The answer to an [`Order`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Made {
    /// A file, which comes beside this as a `Blob`.
    File,
    /// A text.
    Text(String),
    /// What was replaced, by sort.
    Preview(Vec<Preview>),
    /// What is printed, from top to bottom.
    Print(Vec<Part>),
    /// It could not be made: why.
    Gone(String),
}

/// What redaction replaces of one sort.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Preview {
    /// The sort's name.
    pub name: String,
    /// How many there are.
    pub count: usize,
    /// The first of them: original and pseudonym.
    pub pairs: Vec<(String, String)>,
}

/// What of the files is to be shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Look {
    /// The packets of a finding's connections.
    Ladder(Box<Finding>),
    /// One packet: index of the file, number, byte offset.
    Packet {
        /// Index of the file.
        input: u32,
        /// As Wireshark numbers it.
        packet: u64,
        /// Byte offset in the unpacked file.
        offset: u64,
    },
    /// What the products' handbooks say of the guide.
    Guide {
        /// The guide, as its link.
        link: String,
        /// What is asked.
        what: Lesson,
    },
    /// What the engine makes of a format string of a log.
    LogFormat(String),
    /// One log line.
    Line {
        /// Index of the file.
        input: u32,
        /// Byte offset in the unpacked file.
        offset: u64,
        /// Bytes of the line.
        length: u32,
    },
}

/// The answer to a [`Look`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Shown {
    /// One ladder for each file with evidence; with the file's index.
    Ladders(Vec<(u32, Ladder)>),
    /// One packet, decoded.
    Packet(Box<Details>),
    /// Tests.
    Checks(Vec<Check>),
    /// Advice on a category.
    Advice(Box<Advice>),
    /// The title of the layout that a format string describes, or why it is refused.
    LogFormat(Result<String, String>),
    /// A line as it is in the file.
    Line(String),
    /// It could not be read again: why.
    Gone(String),
}

/// From the worker to the page.
#[derive(Debug, Serialize, Deserialize)]
pub enum Tell {
    /// The worker runs and listens.
    Ready,
    /// How far reading is.
    Progress {
        /// As in [`Ask::Open`].
        case: u32,
        /// How far.
        progress: Progress,
    },
    /// What was found so far.
    Report {
        /// As in [`Ask::Open`].
        case: u32,
        /// True when reading is over, also when it was stopped.
        finished: bool,
        /// Of many findings only the first of each verdict: see [`crate::excerpt`].
        report: Box<Report>,
    },
    /// What was looked for.
    Looked {
        /// As in [`Ask::Look`].
        number: u32,
        /// What was found.
        shown: Shown,
    },
    /// What was asked of the report.
    Answered {
        /// As in [`Ask::Query`].
        number: u32,
        /// What the report says.
        answer: Answer,
    },
    /// What was ordered.
    Exported {
        /// As in [`Ask::Export`].
        number: u32,
        /// What came of it.
        made: Made,
    },
    /// How far the list of all exchanges is; the report comes again before it is done.
    Listing {
        /// As in [`Ask::Open`].
        case: u32,
        /// How far.
        listing: Listing,
    },
    /// The engine hit a fault of its own; the worker is lost.
    Broken(String),
}

/// How far the list of all exchanges is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Listing {
    /// Nobody asked for it.
    #[default]
    Not,
    /// The files are read again.
    Reading(Progress),
    /// Reading was stopped.
    Stopped,
    /// It can be asked about.
    Done,
}

/// How far reading is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Bytes read of all files.
    pub read: u64,
    /// Bytes of all files.
    pub total: u64,
    /// The file being read, as given.
    pub file: usize,
    /// How many files were read whole.
    pub files_read: usize,
    /// Nothing has come of the file for a while.
    pub waits: bool,
}
