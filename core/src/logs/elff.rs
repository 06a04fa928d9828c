//! The extended log format (W3C): `#Fields:` names the columns, and the lines below follow it. Shared by `proxysg`,
//! `w3c` and `cisco-wsa-w3c`, which say what the values mean. A header may come again in the middle of a file.

use core::net::{IpAddr, SocketAddr};

use super::fields::{Fields, address, epoch, is_dash, number, status, target};
use super::{Column, Layout, Record, Sent, times};
use crate::time::{Span, Timestamp};

/// More columns than this are not read.
const COLUMNS: usize = 256;

/// What one line says.
#[derive(Clone, Debug, Default)]
pub struct Values<'a> {
    /// When, UTC.
    pub time: Option<Timestamp>,
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
    url: &'a str,
    /// `None` where the column is missing or `-`; `Some(None)` for 0.
    pub status: Option<Option<u16>>,
    /// ProxySG: `x-exception-id`.
    pub exception: &'a str,
    /// ProxySG: `s-action`; HTTP.sys: `s-reason`.
    pub action: &'a str,
    /// IIS: `sc-win32-status`.
    pub win32: &'a str,
    /// WSA: `x-resultcode-httpstatus`.
    pub result: &'a str,
    /// WSA: `x-hierarchy-origin`.
    pub hierarchy: &'a str,
    supplier: Option<IpAddr>,
    agent: &'a str,
    sent: Option<u64>,
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
    // IIS and ProxySG count milliseconds, the draft of the format seconds.
    let milliseconds = ["sc-win32-status", "x-exception-id", "s-action"].iter().any(|name| has(line, name));
    layout.columns.clear();
    layout.columns.extend(names.take(COLUMNS).map(|name| match name {
        "date" => Column::Date,
        "time" => Column::TimeOfDay,
        "timestamp" => Column::Time,
        "time-taken" if milliseconds => Column::Milliseconds,
        "x-elapsed-time" => Column::Milliseconds,
        "c-ip" => Column::Client,
        "cs-method" => Column::Method,
        "cs-uri-scheme" => Column::Scheme,
        "cs-host" | "cs(Host)" => Column::Host,
        "cs-uri-port" => Column::Port,
        "cs-uri-path" | "cs-uri-stem" => Column::Path,
        "cs-url" | "cs-uri" => Column::Url,
        "sc-status" => Column::Status,
        "x-exception-id" => Column::Exception,
        "s-action" | "s-reason" => Column::Action,
        "sc-win32-status" => Column::Win32,
        "x-resultcode-httpstatus" => Column::ResultCode,
        "x-hierarchy-origin" => Column::Hierarchy,
        "s-supplier-ip" | "r-ip" => Column::Supplier,
        "cs(User-Agent)" => Column::Agent,
        "sc-bytes" => Column::Sent,
        _ => Column::Other,
    }));
}

/// True for a line that may stand below such a header: a date and a time.
#[must_use]
pub fn dated(line: &str) -> bool {
    let mut fields = Fields::new(line, 0);
    fields.bare().zip(fields.bare()).is_some_and(|(date, clock)| times::civil_parts(date, clock).is_some())
}

/// Reads a line by the columns; the error is where it broke.
pub fn read<'a>(line: &'a str, layout: &Layout) -> Result<Values<'a>, (usize, &'static str)> {
    if layout.columns.is_empty() {
        return Err((0, "#Fields line before it"));
    }
    let mut out = Values::default();
    let mut fields = Fields::new(line, 0);
    let (mut date, mut clock) = ("", "");
    for column in &layout.columns {
        let at = fields.at();
        let token = fields.quoted().ok_or((at, "column that #Fields names"))?;
        match column {
            Column::Date => date = token,
            Column::TimeOfDay => clock = token,
            Column::Time => out.time = Some(epoch(token).ok_or((at, "timestamp"))?),
            Column::Milliseconds => {
                out.elapsed = number(token).and_then(|n| i64::try_from(n).ok()).map(Span::milliseconds);
            }
            Column::Client => out.client = address(token),
            Column::Method => out.method = token,
            Column::Scheme => out.scheme = token,
            Column::Host => out.host = token,
            Column::Port => out.port = number(token).and_then(|n| u16::try_from(n).ok()).filter(|port| *port > 0),
            Column::Path => out.path = token,
            Column::Url => out.url = token,
            Column::Status => match token {
                "-" => {}
                "0" => out.status = Some(None),
                token => out.status = Some(status(token).ok_or((at, "sc-status"))?),
            },
            Column::Exception => out.exception = token,
            Column::Action => out.action = token,
            Column::Win32 => out.win32 = token,
            Column::ResultCode => out.result = token,
            Column::Hierarchy => out.hierarchy = token,
            Column::Supplier => out.supplier = address(token).or(out.supplier),
            Column::Agent => out.agent = token,
            Column::Sent => out.sent = number(token),
            Column::RequestLine | Column::BlockId | Column::Other => {}
        }
    }
    if out.time.is_none() {
        out.time = Some(times::civil_parts(date, clock).ok_or((0, "date and time"))?);
    }
    Ok(out)
}

impl<'a> Values<'a> {
    /// What every such line gives.
    #[must_use]
    pub fn record(&self) -> Record<'a> {
        let place = target(self.url).unwrap_or_default();
        // `www.example.com:8080`, as IIS logs the Host field.
        let named = target(self.host).unwrap_or_default();
        let host = [place.host, named.host].into_iter().find(|host| !host.is_empty() && !is_dash(host));
        let port = self.port.or(place.port).or(named.port);
        let wanted = if self.url.is_empty() { self.path } else { self.url };
        let known = |text: &&'a str| !text.is_empty() && !is_dash(text);
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
        matches!(self.scheme, "https" | "ssl") || self.url.starts_with("https://")
    }
}
