//! The extended log format (W3C): `#Fields:` names the columns, and the lines below follow it. Shared by `proxysg`,
//! `w3c`, `cloudfront` and `cisco-wsa-w3c`, which say what the values mean. A header may come again in the middle of a file.

use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use super::fields::{Fields, address, clf_time, epoch, is_dash, number, status, target};
use super::{Column, Layout, Record, Sent, times};
use crate::time::{Span, Timestamp};

/// More columns than this are not read.
const COLUMNS: usize = 256;

/// What one line says.
#[derive(Clone, Debug, Default)]
pub struct Values<'a> {
    /// When, UTC.
    pub time: Option<Timestamp>,
    date: &'a str,
    clock: &'a str,
    /// How long it took.
    pub elapsed: Option<Span>,
    client: Option<IpAddr>,
    /// Request method.
    pub method: &'a str,
    /// Scheme of the URL.
    pub scheme: &'a str,
    host: &'a str,
    port: Option<u16>,
    path: &'a str,
    /// The whole URL.
    pub url: &'a str,
    /// `None` where the column is missing or `-`; `Some(None)` for 0.
    pub status: Option<Option<u16>>,
    /// ProxySG: `x-exception-id`; CloudFront: `x-edge-detailed-result-type`.
    pub exception: &'a str,
    /// ProxySG: `s-action`; HTTP.sys: `s-reason`; CloudFront: `x-edge-result-type`.
    pub action: &'a str,
    /// IIS: `sc-win32-status`.
    pub win32: &'a str,
    /// IIS: `sc-substatus`.
    pub substatus: &'a str,
    /// WSA: `x-resultcode-httpstatus`, or `sc-result-code` alone.
    pub result: &'a str,
    /// WSA: `x-hierarchy-origin`; ProxySG: `s-hierarchy`.
    pub hierarchy: &'a str,
    /// WSA: `s-hostname`.
    pub server: &'a str,
    /// WSA: `x-acltag`.
    pub tag: &'a str,
    /// Until DNS answered, until the server was connected, until its answer began; `None` where they are not logged.
    pub dns: Option<Span>,
    /// See `dns`.
    pub connect: Option<Span>,
    /// See `dns`.
    pub answer: Option<Span>,
    /// ProxySG: `rs-status`; `Some(None)` for 0, nothing from the server.
    pub origin: Option<Option<u16>>,
    /// ProxySG: `sc-filter-result`.
    pub filter: &'a str,
    /// ProxySG: `x-exception-last-error`.
    pub last_error: &'a str,
    /// ProxySG: `s-supplier-failures`.
    pub suppliers: &'a str,
    /// ProxySG: `x-rs-certificate-observed-errors`.
    pub certificate: &'a str,
    /// ProxySG: `x-icap-error-code`.
    pub icap: &'a str,
    supplier: Option<IpAddr>,
    agent: &'a str,
    sent: Option<u64>,
}

/// Whose names the columns have: some names stand for different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// ProxySG.
    ProxySg,
    /// Cisco WSA.
    Wsa,
    /// IIS, and whoever counts milliseconds like it.
    Iis,
    /// The draft's.
    Draft,
}

impl Names {
    /// By the names that only one of them has.
    #[must_use]
    pub fn of(line: &str) -> Self {
        if has(line, "x-resultcode-httpstatus") || has(line, "sc-result-code") {
            return Self::Wsa;
        }
        if has(line, "x-exception-id") || has(line, "s-action") {
            return Self::ProxySg;
        }
        if has(line, "sc-win32-status") { Self::Iis } else { Self::Draft }
    }
}

/// The names in a `#Fields:` line; `None` for any other line.
pub fn names(line: &str) -> Option<impl Iterator<Item = &str>> {
    line.strip_prefix("#Fields:").map(|names| names.split_ascii_whitespace())
}

/// True where a `#Fields:` line has this name.
#[must_use]
pub fn has(line: &str, wanted: &str) -> bool {
    names(line).is_some_and(|mut names| names.any(|name| name == wanted))
}

/// Takes the columns of a `#Fields:` line over.
pub fn learn(line: &str, layout: &mut Layout) {
    let Some(names) = names(line) else { return };
    let of = Names::of(line);
    let columns: Vec<Column> = names.take(COLUMNS).map(|name| column(name, of)).collect();
    if columns != layout.columns {
        let before = core::mem::replace(&mut layout.columns, columns);
        // The fewest columns serve best: a line that has too few for the one before may be of it.
        if layout.before.is_empty() || !before.is_empty() && before.len() < layout.before.len() {
            layout.before = before;
        }
    }
}

/// What a column holds, by its name.
#[must_use]
pub fn column(name: &str, of: Names) -> Column {
    match name {
        "date" => Column::Date,
        "time" => Column::TimeOfDay,
        "timestamp" => Column::Time,
        "localtime" | "gmttime" => Column::Bracketed,
        "x-timestamp-unix" => Column::Seconds,
        // IIS and ProxySG count milliseconds, the draft of the format seconds.
        "time-taken" if matches!(of, Names::ProxySg | Names::Iis) => Column::Milliseconds,
        "time-taken" => Column::SecondsTaken,
        "x-elapsed-time" => Column::Milliseconds,
        "c-ip" => Column::Client,
        "cs-method" => Column::Method,
        "cs-uri-scheme" => Column::Scheme,
        // CloudFront's own name, and behind it the Host field.
        "cs-host" | "cs(Host)" | "x-host-header" => Column::Host,
        "s-computerName" if of == Names::Wsa => Column::Host,
        "cs-uri-port" => Column::Port,
        "s-port" if of == Names::Wsa => Column::Port,
        "cs-uri-path" | "cs-uri-stem" => Column::Path,
        "cs-url" | "cs-uri" | "c-url" | "c-uri" => Column::Url,
        "sc-status" | "sc-http-status" => Column::Status,
        "x-exception-id" | "x-edge-detailed-result-type" => Column::Exception,
        "s-action" | "s-reason" | "x-edge-result-type" => Column::Action,
        "sc-win32-status" => Column::Win32,
        "sc-substatus" => Column::Substatus,
        "x-resultcode-httpstatus" | "sc-result-code" => Column::ResultCode,
        "x-hierarchy-origin" | "s-hierarchy" => Column::Hierarchy,
        "s-hostname" if of == Names::Wsa => Column::Server,
        "s-ip" if of == Names::Wsa => Column::Supplier,
        "s-supplier-ip" | "r-ip" | "r-supplier-ip" => Column::Supplier,
        "x-acltag" => Column::Tag,
        "cs(User-Agent)" | "cs-User-Agent" | "cs-user-agent" => Column::Agent,
        "sc-bytes" => Column::Sent,
        "x-p2p-dns-svc-time" | "dnslookup-time" | "x-server-dnslookup-time" => Column::DnsTime,
        "x-p2s-first-byte-time" | "connect-time" => Column::ConnectTime,
        "x-s2p-first-byte-time" | "rs-service-latency" => Column::AnswerTime,
        "rs-status" => Column::OriginStatus,
        "sc-filter-result" => Column::FilterResult,
        "x-exception-last-error" => Column::LastError,
        "s-supplier-failures" => Column::Suppliers,
        "x-rs-certificate-observed-errors" => Column::CertificateErrors,
        "x-icap-error-code" => Column::IcapError,
        _ => Column::Other,
    }
}

/// `12` or `0.215`
fn seconds(token: &str) -> Option<Span> {
    let (whole, fraction) = token.split_once('.').unwrap_or((token, "0"));
    let scale = 10_i64.pow(9_u32.checked_sub(u32::try_from(fraction.len()).ok()?)?);
    let part = i64::try_from(number(fraction)?).ok()?.checked_mul(scale)?;
    let whole = i64::try_from(number(whole)?).ok()?.checked_mul(1_000_000_000)?;
    whole.checked_add(part).map(Span)
}

/// True for a line that may stand below such a header: a date and a time.
#[must_use]
pub fn dated(line: &str) -> bool {
    let mut fields = Fields::new(line, 0);
    fields.bare().zip(fields.bare()).is_some_and(|(date, clock)| times::civil_parts(date, clock).is_some())
}

/// Reads a line by the columns of the last header; one that does not fit them by those of an earlier one, if it has just as
/// many fields.
pub fn read_any<'a>(line: &'a str, layout: &Layout) -> Result<Values<'a>, (usize, &'static str)> {
    read(line, &layout.columns).or_else(|broken| {
        let as_many = !layout.before.is_empty() && line.split_ascii_whitespace().count() == layout.before.len();
        if as_many { read(line, &layout.before) } else { Err(broken) }
    })
}

/// Reads a line by the columns; the error is where it broke.
pub fn read<'a>(line: &'a str, columns: &[Column]) -> Result<Values<'a>, (usize, &'static str)> {
    if columns.is_empty() {
        return Err((0, "#Fields line before it"));
    }
    let mut out = Values::default();
    let mut fields = Fields::new(line, 0);
    for column in columns {
        let at = fields.at();
        // Brackets are a part of a value: IIS writes queries as they are; only a time of the common log format has them
        // around it.
        let bracket = line.as_bytes().get(at) == Some(&b'[') && line.get(at + 1..at + 27).and_then(clf_time).is_none();
        let token = if bracket { fields.bare() } else { fields.quoted() };
        out.set(*column, token.ok_or((at, "column that #Fields names"))?).map_err(|field| (at, field))?;
    }
    if out.time.is_none() {
        out.time = Some(out.dated().ok_or((0, "date and time"))?);
    }
    Ok(out)
}

impl<'a> Values<'a> {
    /// Takes the value of a column over; the error is what should have stood there.
    pub fn set(&mut self, column: Column, token: &'a str) -> Result<(), &'static str> {
        let span = |token: &str| number(token).and_then(|n| i64::try_from(n).ok()).map(Span::milliseconds);
        let code = |token: &str| match token {
            "-" | "" => Some(None),
            "0" => Some(Some(None)),
            token => status(token).map(Some),
        };
        match column {
            Column::Date => self.date = token,
            Column::TimeOfDay => self.clock = token,
            Column::Time => self.time = Some(epoch(token).ok_or("timestamp")?),
            Column::Bracketed => self.time = Some(clf_time(token).ok_or("localtime")?),
            Column::Seconds => {
                let seconds = number(token).and_then(|n| i64::try_from(n).ok()).filter(|seconds| *seconds < 1 << 34);
                self.time = Some(Timestamp::from_parts(seconds.ok_or("x-timestamp-unix")?, 0));
            }
            Column::Milliseconds => self.elapsed = span(token),
            Column::SecondsTaken => self.elapsed = seconds(token),
            Column::Client => self.client = address(token),
            Column::Method => self.method = token,
            Column::Scheme => self.scheme = token,
            Column::Host => self.host = token,
            Column::Port => self.port = number(token).and_then(|n| u16::try_from(n).ok()).filter(|port| *port > 0),
            Column::Path => self.path = token,
            Column::Url => self.url = token,
            Column::Status => self.status = code(token).ok_or("sc-status")?,
            Column::OriginStatus => self.origin = code(token).flatten(),
            Column::Exception => self.exception = token,
            Column::Action => self.action = token,
            Column::Win32 => self.win32 = token,
            Column::Substatus => self.substatus = token,
            Column::ResultCode => self.result = token,
            Column::Hierarchy => self.hierarchy = token,
            Column::Server => self.server = token,
            Column::Tag => self.tag = token,
            Column::DnsTime => self.dns = span(token),
            Column::ConnectTime => self.connect = span(token),
            Column::AnswerTime => self.answer = span(token),
            Column::FilterResult => self.filter = token,
            Column::LastError => self.last_error = token,
            Column::Suppliers => self.suppliers = token,
            Column::CertificateErrors => self.certificate = token,
            Column::IcapError => self.icap = token,
            Column::Supplier => self.supplier = address(token).or(self.supplier),
            Column::Agent => self.agent = token,
            Column::Sent => self.sent = number(token),
            Column::RequestLine | Column::BlockId | Column::Other => {}
        }
        Ok(())
    }

    /// The time that `date` and `time` say together, UTC.
    #[must_use]
    pub fn dated(&self) -> Option<Timestamp> {
        times::civil_parts(self.date, self.clock)
    }

    /// What every such line gives.
    #[must_use]
    pub fn record(&self) -> Record<'a> {
        // ProxySG's `cs-uri-stem` is the URL without its query.
        let url = [self.url, self.path].into_iter().find(|url| url.contains("://")).unwrap_or(self.url);
        let place = target(url).unwrap_or_default();
        // `www.example.com:8080`, as IIS logs the Host field.
        let named = target(self.host).unwrap_or_default();
        let host = [place.host, named.host].into_iter().find(|host| !host.is_empty() && !is_dash(host));
        let port = self.port.or(place.port).or(named.port);
        let known = |text: &&'a str| !text.is_empty() && !is_dash(text);
        let wanted = [self.url, self.path].into_iter().find(known).unwrap_or_default();
        Record {
            time: self.time.unwrap_or_default(),
            elapsed: self.elapsed,
            client: self.client,
            method: Some(self.method).filter(known),
            target: Some(wanted).filter(known),
            host,
            port,
            status: self.status.flatten(),
            attempted: self.supplier.is_some(),
            upstream: self.supplier.zip(port).map(|(ip, port)| SocketAddr::new(ip, port)),
            agent: if is_dash(self.agent) { "" } else { self.agent },
            sent: self.sent.map_or(Sent::Unsaid, Sent::Whole),
            ..Record::default()
        }
    }

    /// Scheme, by its column or the URL.
    #[must_use]
    pub fn secure(&self) -> bool {
        matches!(self.scheme, "https" | "ssl")
            || [self.url, self.path].iter().any(|url| url.starts_with("https://") || url.starts_with("ssl://"))
    }
}
