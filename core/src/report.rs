//! The report: plain data with public fields, all that a front end sees.
//!
//! Its JSON is fixed by the schema `gateway-triage/1`: fields and values are added, never renamed or removed.

use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use serde::{Deserialize, Serialize};

use crate::categories::Id as Category;
use crate::products::Id as Product;
use crate::time::Timestamp;

/// The value of [`Report::schema`].
pub const SCHEMA: &str = "gateway-triage/1";

/// What was read, what failed and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: String,
    /// True while reading goes on or after it was cancelled: more may follow.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub partial: bool,
    /// Addresses, names and words of the files are replaced by pseudonyms. Not in the contract.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub redacted: bool,
    /// The gateway's product, set by the reader or told by a log format.
    pub product: Option<Product>,
    /// Addresses taken for the gateway, the busiest first.
    pub gateways: Vec<IpAddr>,
    /// The files, in the order given.
    pub inputs: Vec<Input>,
    /// How many exchanges were seen, and how many failed.
    pub exchanges: Exchanges,
    /// One per failed exchange: by time, then input, then packet or line.
    pub findings: Vec<Finding>,
    /// Findings grouped by cause, the most important first.
    pub verdicts: Vec<Verdict>,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// The base name.
    pub name: String,
    /// What sort of file it is.
    pub kind: Kind,
    /// `pcap`, `pcapng`, a log format's id, or what an unreadable file looks like.
    pub format: String,
    /// Size in bytes, as read.
    pub bytes: u64,
    /// Packets, as capinfos counts them; only for captures.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub packets: Option<u64>,
    /// Log lines or HAR entries that were understood; only for logs.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub records: Option<u64>,
    /// Earliest time in the file.
    pub started: Option<Timestamp>,
    /// Latest time in the file.
    pub ended: Option<Timestamp>,
    /// Minutes east of UTC that a log writes its times in, where its lines or the captures say so.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub zone: Option<i32>,
    /// Its lines say no time zone, and nothing else in the file does: the reader may set it. Not in the contract.
    #[serde(skip_serializing_if = "core::ops::Not::not", default)]
    pub zone_unsaid: bool,
    /// Seconds that its clock stands ahead: a log's of the captures', its time zone left out; a capture's of the first
    /// capture's. Only where requests or packets in both say so.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub clock_offset: Option<f64>,
    /// Seconds by which that may be wrong, to either side.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub clock_uncertainty: Option<f64>,
    /// How its place stands to that of a capture with the same packets, in a sentence.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub place: Option<String>,
    /// The formats of its lines, where they are of several; the first is `format`. Only for logs.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub formats: Vec<Lines>,
    /// What is wrong or worth knowing: what, where, and what was still read.
    pub warnings: Vec<String>,
}

/// Lines of one format in a file of several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lines {
    /// The format's id.
    pub format: String,
    /// Lines of it that were understood as records.
    pub records: u64,
}

/// Sorts of input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Packets.
    Capture,
    /// Lines of an access or error log.
    Log,
    /// A browser's HTTP archive.
    Har,
    /// Empty, unrecognised or unreadable.
    Unknown,
}

/// Exact counts, also where not every finding is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchanges {
    /// Requests seen, without health checks.
    pub total: u64,
    /// Those with a finding.
    pub failed: u64,
    /// Tunnels whose inside was not seen.
    pub unseen: u64,
    /// Requests that are not known to have failed, and whose answer is not in the files: the capture ends before it, or
    /// lacks what the answering side sent. Not in the contract.
    #[serde(default, skip_serializing_if = "is_nought")]
    pub unanswered: u64,
    /// Requests of load balancers and schedulers that ask whether a server is well, by what they call themselves: nobody
    /// waits for them. Not in the contract.
    #[serde(default, skip_serializing_if = "is_nought")]
    pub health_checks: u64,
    /// Those of them that failed; no finding is made of them.
    #[serde(default, skip_serializing_if = "is_nought")]
    pub health_checks_failed: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde wants a reference")]
fn is_nought(count: &u64) -> bool {
    *count == 0
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// Packets or an unambiguous log token show it.
    Proven,
    /// The best explanation of what was seen.
    Likely,
    /// One of several.
    Possible,
}

/// Who made the status that the client received.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GeneratedBy {
    /// The gateway itself.
    Gateway,
    /// The origin; the gateway passed it on.
    Origin,
    /// A parent proxy; the gateway passed it on.
    ParentProxy,
    /// Not seen.
    Unknown,
}

/// Who sent a RST.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResetBy {
    /// The host whose address it carries.
    UpstreamHost,
    /// A firewall or similar that sent it in that host's name.
    DeviceOnPath,
    /// The gateway.
    Gateway,
    /// The client.
    Client,
    /// The packets do not tell.
    Unknown,
}

/// One failed exchange.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// What happened.
    pub category: Category,
    /// How sure that is.
    pub confidence: Confidence,
    /// Every category that fits, likeliest first, where a log alone cannot decide.
    pub candidates: Vec<Category>,
    /// When the gateway received the request; else the first packet or line of the failure.
    pub time: Timestamp,
    /// When the failure was over: the answer, or the last packet or line of it.
    pub ended: Timestamp,
    /// Who asked.
    pub client: Option<IpAddr>,
    /// Whom they asked.
    pub gateway: Option<IpAddr>,
    /// The address tried last.
    pub upstream: Option<SocketAddr>,
    /// The host name wanted.
    pub host: Option<String>,
    /// Request method.
    pub method: Option<String>,
    /// Target as the client wrote it; `host:port` for CONNECT.
    pub target: Option<String>,
    /// What the gateway sent to the client, the last one if several.
    pub status: Option<u16>,
    /// The first status where a second one followed in the same stream.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub first_status: Option<u16>,
    /// Who made the status.
    pub generated_by: GeneratedBy,
    /// For resets.
    pub reset_by: Option<ResetBy>,
    /// One sentence with the real names and numbers.
    pub summary: String,
    /// Packets and lines that show it.
    pub evidence: Vec<Evidence>,
    /// Likely alternatives that the same evidence excludes.
    pub ruled_out: Vec<RuledOut>,
    /// What these inputs could not have shown.
    pub doubts: Vec<String>,
    /// Hints that prove nothing: a known timer that fits the wait, the gateway's own word. Not in the contract.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
    /// What differs from the engineer's own test of the same site, which went well; its packets are among the evidence.
    /// Not in the contract.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub compared: Vec<String>,
    /// A Wireshark display filter that shows the evidence.
    pub filter: Option<String>,
    /// Both ends of each connection that a packet of the evidence belongs to; a port 0 stands for all of this host's
    /// questions to a DNS server. Not in the contract.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flows: Vec<(SocketAddr, SocketAddr)>,
}

/// One packet or line and what it shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Index into [`Report::inputs`].
    pub input: u32,
    /// 1-based, as Wireshark numbers it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub packet: Option<u64>,
    /// 1-based.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub line: Option<u64>,
    /// When; null for a line without a time.
    pub time: Option<Timestamp>,
    /// What it shows.
    pub text: String,
    /// Where it stands on the path: `client`, `dns` or `upstream` side of the gateway.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub leg: Option<Leg>,
    /// True where the gateway sent it, false where it came to the gateway.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sent: Option<bool>,
    /// Byte offset of the packet's data or of the line in the (decompressed) input.
    pub offset: u64,
    /// Bytes there.
    pub length: u32,
}

/// A side of the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Leg {
    /// Between client and gateway.
    Client,
    /// Between gateway and DNS server.
    Dns,
    /// Between gateway and origin or parent proxy.
    Upstream,
}

/// A category that the evidence excludes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuledOut {
    /// What it is not.
    pub category: Category,
    /// Why.
    pub why: String,
}

/// Findings with one cause.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// What happened.
    pub category: Category,
    /// The host name or address that it concerns.
    pub host: Option<String>,
    /// How many findings, also those beyond what is kept.
    pub count: u64,
    /// The earliest.
    pub first: Timestamp,
    /// The latest.
    pub last: Timestamp,
    /// Indices into [`Report::findings`].
    pub findings: Vec<u32>,
    /// One sentence.
    pub summary: String,
    /// What this status means at the gateway's product, where its documents say so, and with what it is confused. Not in
    /// the contract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_meaning: Option<String>,
    /// What its failures have in common, and what went well beside them. Not in the contract.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub patterns: Vec<Pattern>,
    /// What to do about it.
    pub advice: Advice,
}

/// What the failures of a verdict have in common.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pattern {
    /// Which sort.
    pub kind: PatternKind,
    /// One sentence or two, with names and numbers; times are UTC.
    pub text: String,
    /// Failures of which it is true.
    pub count: u64,
    /// What went well elsewhere in the same time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub went_well: Option<u64>,
    /// Of how many others that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub others: Option<u64>,
    /// The period, or the duration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// The shortest of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least: Option<f64>,
    /// The longest of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<f64>,
    /// How they divide, most first; at most 10.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counts: Vec<Share>,
}

impl Pattern {
    /// Without its numbers.
    #[must_use]
    pub fn new(kind: PatternKind, text: String) -> Self {
        Self {
            kind,
            text,
            count: 0,
            went_well: None,
            others: None,
            seconds: None,
            least: None,
            most: None,
            counts: Vec::new(),
        }
    }
}

/// A name and how many failures it has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// Host, client, server, node, status or minute.
    pub name: String,
    /// How many.
    pub count: u64,
}

/// Sorts of patterns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PatternKind {
    /// No other host is affected.
    OnlyHost,
    /// No other client.
    OnlyClient,
    /// No other server of the gateway.
    OnlyServer,
    /// No other node of the gateway.
    OnlyNode,
    /// It recurs.
    Every,
    /// All took equally long.
    SameDuration,
    /// Clients left by a timer, or are gateways themselves: a hop before this one gave up.
    HopTimer,
    /// When it began and ended.
    Course,
    /// The worst minute.
    ByMinute,
    /// How it divides by host.
    ByHost,
    /// By client.
    ByClient,
    /// By server.
    ByServer,
    /// By node.
    ByNode,
    /// By status.
    ByStatus,
}

/// What to do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Advice {
    /// Likeliest first.
    pub causes: Vec<Cause>,
    /// Who can fix it: `dns`, `network`, `firewall`, `origin`, `gateway`, `client`.
    pub owner: String,
    /// Next tests, with the real host, address and port.
    pub checks: Vec<Check>,
    /// What to record next, where evidence is missing.
    pub capture: Vec<Check>,
    /// What to change where.
    pub fixes: Vec<Fix>,
    /// Why the gateway's product has no fix of its own here; null where it has one, or where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<String>,
}

/// A possible cause.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cause {
    /// What it is.
    pub text: String,
    /// Which evidence favours it; null where nothing seen does.
    pub favoured_by: Option<String>,
}

/// A test, or something to record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// What it tells.
    pub text: String,
    /// The command, where there is one.
    pub command: Option<String>,
    /// The menu path, where there is one.
    pub path: Option<String>,
    /// Where it comes from.
    pub source: Option<String>,
}

/// A change of configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fix {
    /// Whose configuration: a product's id, or `dns`, `firewall`, `origin` …
    pub product: String,
    /// The setting's name.
    pub setting: String,
    /// GUI path, CLI command or directive, with the version that it is known for.
    pub path: String,
    /// What to change it to.
    pub change: String,
    /// What the change can break.
    pub risk: String,
    /// The command or filter that shows that it helped.
    pub verify: String,
    /// Where it comes from.
    pub source: String,
}
