//! Logs: lines → records → exchanges. One table, one file per format.
//!
//! A format says how sure it is that a line is its own (`recognise`), and what a line says (`parse`). Which format a
//! file has is decided once, by votes over its first lines (`detect`); [`LogReader`] then keeps what failed. Lines that
//! this format does not understand are offered to the others (`mixed`).
//! What a line cannot know stays `None`: silence is never success.
//!
//! A new format is one file here and one line in [`TABLE`]. Non-goals: formats by file name.

mod apache_error;
mod apache_messages;
mod asyncos;
pub(crate) mod aws_alb;
mod blocks;
mod checks;
mod cisco_asa;
mod cisco_wsa;
mod cisco_wsa_l4tm;
mod cisco_wsa_w3c;
mod cisco_wsa_words;
mod clock;
pub(crate) mod cloudfront;
mod combined;
mod common;
mod connect_errors;
mod custom;
mod detect;
mod elff;
mod envoy;
mod envoy_flags;
mod f5;
mod f5_error;
mod fields;
pub(crate) mod forcepoint;
mod fortinet_traffic;
mod go_errors;
mod groups;
mod haproxy;
mod haproxy_notices;
mod haproxy_states;
mod iis_words;
mod ingress_error;
mod json;
pub(crate) mod json_lines;
mod kept;
mod kv;
pub mod lines;
mod meaning;
mod mixed;
mod native;
mod netfilter;
mod nginx;
mod nginx_error;
mod nginx_sentences;
mod nginx_upstream;
mod notices;
mod olfeo;
mod one_line;
mod outcomes;
mod page;
mod palo_alto_traffic;
mod prefix;
mod proxysg;
mod proxysg_kv;
mod proxysg_words;
mod reader;
mod skyhigh;
mod skyhigh_kv;
mod skyhigh_words;
mod squid;
mod squid_error;
mod squid_errors;
mod squid_meanings;
mod squid_sentences;
mod squid_words;
#[cfg(test)]
mod tests;
mod times;
mod traefik;
mod traefik_error;
mod troubles;
mod tunnels;
mod varnish;
mod varnish_errors;
mod varnish_log;
mod w3c;
mod waiting;
mod warnings;
mod wrapped;
pub(crate) mod zscaler;

use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use crate::devices::Ruling;
use crate::products;
use crate::time::{Span, Timestamp};

pub use custom::Custom;
pub(crate) use detect::cut;
pub use detect::recognise;
pub(crate) use envoy_flags::envoy_page;
pub(crate) use fields::{halves, target};
pub use groups::Group;
pub use meaning::{Meaning, phase};
pub use notices::{Kept as Notice, State as NoticeState};
pub use outcomes::KEPT;
pub(crate) use outcomes::Told;
pub use page::PageReader;
pub(crate) use proxysg_words::page as proxysg_page;
pub use reader::{Beyond, LogReader, NO_ZONE};
pub use squid_errors::squid_page;
pub(crate) use times::http_date;

/// Every format that is read.
pub static TABLE: &[&LogFormat] = &[
    &cisco_wsa::FORMAT,
    &skyhigh::FORMAT,
    &skyhigh_kv::FORMAT,
    &squid::FORMAT,
    &squid_error::FORMAT,
    &nginx::FORMAT,
    &nginx_error::FORMAT,
    &haproxy::FORMAT,
    &apache_error::FORMAT,
    &envoy::FORMAT,
    &proxysg::FORMAT,
    &proxysg_kv::FORMAT,
    &aws_alb::FORMAT,
    &zscaler::FORMAT,
    &forcepoint::FORMAT,
    &olfeo::FORMAT,
    &traefik::FORMAT,
    &traefik_error::FORMAT,
    &varnish::FORMAT,
    &varnish_log::FORMAT,
    &f5::FORMAT,
    &f5_error::FORMAT,
    &ingress_error::FORMAT,
    &combined::COMBINED,
    &combined::CLF,
    &cisco_wsa_w3c::FORMAT,
    &cisco_wsa_l4tm::FORMAT,
    &cloudfront::FORMAT,
    &w3c::FORMAT,
    &json_lines::FORMAT,
    &cisco_asa::FORMAT,
    &palo_alto_traffic::FORMAT,
    &netfilter::FORMAT,
    &fortinet_traffic::FORMAT,
];

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
    /// How sure it is that a line is its own. Must be cheap: it sees the first lines of every file.
    pub recognise: fn(&str) -> Vote,
    /// What a line says. Must not allocate.
    pub parse: for<'a> fn(&'a str, &mut Layout) -> Parsed<'a>,
    /// Whether its times say their zone.
    pub clock: Clock,
    /// What its default layout does not say, and what to add: a doubt of every finding that it leaves open.
    pub missing: &'static str,
    /// Real lines; a format without is rejected by a test.
    pub samples: &'static [&'static str],
}

impl LogFormat {
    /// Its lines tell of errors, not of requests.
    #[must_use]
    pub fn of_errors(&self) -> bool {
        self.id.ends_with("-error")
    }
}

/// Whether a format's times say their zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// They do, or are UTC by definition.
    Known,
    /// The machine's own time, without a zone: read as UTC, and a warning says so.
    Local,
}

/// How sure a format is of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Vote {
    /// Not this format.
    No,
    /// A line that may stand below a header line of this format, and says nothing without one.
    Follows,
    /// A layout that another format has as well.
    Shared,
    /// A shared layout, filled as this product fills it.
    Likely,
    /// Only this format writes such a line.
    Own,
    /// A header line of this format, which names the columns: it decides, whatever the lines below look like.
    Header,
}

/// What the header lines of a file said so far.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// Its columns in order, where a header line names them.
    pub columns: Vec<Column>,
    /// Those of the header before it, where there was another: lines of both may be mixed.
    pub before: Vec<Column>,
    /// The format string that the lines follow, where the reader gave one.
    pub custom: Option<Custom>,
    /// When the transport received the line, by the header that it put before it.
    pub received: Option<Timestamp>,
    /// The latest time of a line before it, for lines that say none; the beginning of 1970 where none said one.
    pub latest: Timestamp,
    /// A line told why a session will have failed whose own line is still to come: the key of what both name, and how many
    /// more lines it may take.
    pub foretold: Option<(u64, u8)>,
    /// How far the times of its lines stand ahead of UTC, where a line of the file says so.
    pub zone: Option<Span>,
    /// Cisco WSA: how many values stand between the verdicts and the custom fields of the format string.
    pub between: Option<usize>,
    /// A record whose lines go on.
    pub open: Open,
    /// The product that writes such lines, where only their fields tell it.
    pub product: Option<products::Id>,
    /// Cisco ASA: connections that were built, by their number: outbound or not, and how the opener leaves.
    pub built: crate::tables::HashMap<u64, (bool, Option<SocketAddr>)>,
}

/// A record that is told by more lines, which have no time of their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Open {
    /// Its time; `None` where none is open.
    pub time: Option<Timestamp>,
    /// How many there were: tells them apart.
    pub number: u64,
}

/// A named column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "named like the fields of `Record`, or like the columns")]
pub enum Column {
    Time,
    Client,
    Status,
    RequestLine,
    BlockId,
    Date,
    TimeOfDay,
    /// `[08/Mar/2013:18:25:57 -0600]`
    Bracketed,
    /// Since the epoch.
    Seconds,
    Milliseconds,
    SecondsTaken,
    Method,
    Scheme,
    Host,
    Port,
    Path,
    Url,
    Exception,
    Action,
    Win32,
    Substatus,
    ResultCode,
    Hierarchy,
    Supplier,
    Agent,
    Sent,
    DnsTime,
    ConnectTime,
    AnswerTime,
    /// Cisco WSA: the decision tag.
    Tag,
    /// Cisco WSA: the server's name, where its address stands elsewhere.
    Server,
    /// ProxySG: what the server answered, whether a rule let it pass, the system's last error, failures of suppliers,
    /// what is wrong with the server's certificate, ICAP's error.
    OriginStatus,
    FilterResult,
    LastError,
    Suppliers,
    CertificateErrors,
    IcapError,
    /// One that says nothing of the failure.
    Other,
}

/// What became of a line.
pub enum Parsed<'a> {
    /// A request and its outcome.
    Record(Record<'a>),
    /// A connection on which no request came: understood, and no exchange.
    NoRequest(Timestamp),
    /// What a device on the path did with a connection: no exchange, but held against those that failed.
    Ruling(Ruling<'a>),
    /// What became of a server of the gateway's, or of the gateway: no exchange, but it explains those that failed.
    Notice(notices::Notice<'a>),
    /// A header, a comment, a message of the log itself: no record, and no fault.
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
    /// The line says no time: `time` is that of a line before it, or none.
    pub untimed: bool,
    /// The line names the cause itself: it lacks nothing of what the format's `missing` says.
    pub named: bool,
    /// How long it took.
    pub elapsed: Option<Span>,
    /// Who asked.
    pub client: Option<IpAddr>,
    /// Request method.
    pub method: Option<&'a str>,
    /// Target as the client wrote it.
    pub target: Option<&'a str>,
    /// Host wanted, without port.
    pub host: Option<&'a str>,
    /// Port wanted, where the target says it.
    pub port: Option<u16>,
    /// Status sent to the client; `None` where none was sent, or only one of the gateway's own to a CONNECT that it
    /// decrypts.
    pub status: Option<u16>,
    /// The answer did not arrive whole, by the line.
    pub cut: bool,
    /// Somebody upstream was contacted, by the line.
    pub attempted: bool,
    /// The server contacted, where the line has its address and port.
    pub upstream: Option<SocketAddr>,
    /// The group of servers that the request was for, by the gateway's name: HAProxy's backend; empty where the line has
    /// none.
    pub pool: &'a str,
    /// The server by the name that the gateway has for it; empty where the line has its address, or none.
    pub server: &'a str,
    /// What the client calls itself; empty where the line does not say it.
    pub agent: &'a str,
    /// Bytes sent to the client.
    pub sent: Sent,
    /// A parent proxy was contacted.
    pub parent: bool,
    /// Whether the request opened a tunnel, or came out of one.
    pub tunnel: Tunnel,
    /// The token that names the outcome, for texts: `NONE/504`.
    pub token: &'a str,
    /// What that means; `None` for a request that did not fail.
    pub failure: Option<Meaning>,
    /// The machine that wrote the line, by its transport's header; set by the reader.
    pub node: &'a str,
    /// For error logs: which lines tell of the same request.
    pub group: Option<Group>,
    /// The line tells of no request by itself: it only adds to one that is known to have failed, and that began no later
    /// than this after it.
    pub aside: Option<Span>,
}

/// Bytes sent to the client, as products count them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sent {
    /// The line does not say.
    #[default]
    Unsaid,
    /// Of the body alone: nginx's `$body_bytes_sent`, Apache's `%b`, Envoy's `%BYTES_SENT%`.
    Body(u64),
    /// With the header: Squid's `%<st`, AsyncOS's `%s`, HAProxy's `%B`, `sent_bytes` of an ALB, `sc-bytes`.
    Whole(u64),
}

/// A request's relation to a CONNECT tunnel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tunnel {
    /// None.
    #[default]
    Plain,
    /// A CONNECT that was granted; lines of requests inside it may follow if the gateway decrypts it.
    Granted,
    /// A CONNECT that was granted and is certainly not decrypted.
    Sealed,
    /// A CONNECT that the gateway answered itself in order to decrypt.
    Opened,
    /// A decrypted request: a line of its own, but one exchange with the CONNECT before it.
    Inside,
}
