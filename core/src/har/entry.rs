//! One entry of a HAR file while it is read: what of it is kept, and how much.

use alloc::string::String;
use alloc::vec::Vec;

use super::At;
use crate::fingerprints::{self, PAGE};
use crate::time::Span;

/// Bytes kept of a URL.
const LONGEST_URL: usize = 2048;
/// Bytes kept of any other text.
const LONGEST: usize = 512;
/// Fields kept of a head: those that may say who made the answer.
const FIELDS: usize = 64;

/// A plain value of an entry that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    Started,
    Time,
    Address,
    Cached,
    Method,
    Url,
    Status,
    Reason,
    Error,
    Charles,
    FieldName,
    FieldValue,
    Body,
    Encoding,
    Blocked,
    Dns,
    Connect,
    Secure,
    Send,
    Wait,
    Receive,
}

/// Which one a value of this name is, at this place.
pub(super) fn kept(at: At, name: &str) -> Option<Kept> {
    Some(match (at, name) {
        (At::Entry, "startedDateTime") => Kept::Started,
        (At::Entry, "time") => Kept::Time,
        (At::Entry, "serverIPAddress") => Kept::Address,
        (At::Entry, "_fromCache") => Kept::Cached,
        (At::Entry | At::Response, "_error") => Kept::Error,
        (At::Request, "method") => Kept::Method,
        (At::Request, "url") => Kept::Url,
        (At::Response, "status") => Kept::Status,
        (At::Response, "statusText") => Kept::Reason,
        (At::Response, "_charlesStatus") => Kept::Charles,
        (At::Field, "name") => Kept::FieldName,
        (At::Field, "value") => Kept::FieldValue,
        (At::Content, "text") => Kept::Body,
        (At::Content, "encoding") => Kept::Encoding,
        (At::Timings, "blocked") => Kept::Blocked,
        (At::Timings, "dns") => Kept::Dns,
        (At::Timings, "connect") => Kept::Connect,
        (At::Timings, "ssl") => Kept::Secure,
        (At::Timings, "send") => Kept::Send,
        (At::Timings, "wait") => Kept::Wait,
        (At::Timings, "receive") => Kept::Receive,
        _ => return None,
    })
}

impl Kept {
    /// How many bytes of it.
    pub(super) fn room(self) -> usize {
        match self {
            Self::Url => LONGEST_URL,
            // Base64 takes four bytes for three.
            Self::Body => PAGE / 3 * 4 + 4,
            _ => LONGEST,
        }
    }
}

/// What an entry says.
#[derive(Clone, Debug, Default)]
pub(super) struct Entry {
    pub started: String,
    pub address: String,
    pub cached: bool,
    pub method: String,
    pub url: String,
    /// 0 where no answer came.
    pub status: u16,
    pub reason: String,
    /// Chrome's and Safari's word for what went wrong.
    pub error: String,
    /// Charles' word for how it ended.
    pub charles: String,
    /// Fields of the answer that may say who made it.
    pub fields: Vec<(String, String)>,
    pub body: String,
    pub encoding: String,
    /// All of it, from its start.
    pub time: Option<Span>,
    /// Waiting for a connection.
    pub blocked: Option<Span>,
    pub dns: Option<Span>,
    /// The TCP handshake, with that of TLS.
    pub connect: Option<Span>,
    pub secure: Option<Span>,
    pub send: Option<Span>,
    /// From the request until the answer's first byte.
    pub wait: Option<Span>,
    pub receive: Option<Span>,
    name: String,
    value: String,
}

impl Entry {
    /// Nothing yet; the room of long texts is used again.
    pub fn clear(&mut self) {
        let mut body = core::mem::take(&mut self.body);
        let mut url = core::mem::take(&mut self.url);
        body.clear();
        url.clear();
        *self = Self { body, url, ..Self::default() };
    }

    pub fn set(&mut self, kept: Kept, value: &str) {
        let text = |place: &mut String| {
            if value != "null" {
                place.clear();
                place.push_str(value);
            }
        };
        match kept {
            Kept::Started => text(&mut self.started),
            Kept::Address => text(&mut self.address),
            Kept::Cached => self.cached = !matches!(value, "" | "null" | "false"),
            Kept::Method => text(&mut self.method),
            Kept::Url => text(&mut self.url),
            Kept::Status => self.status = value.parse().unwrap_or(0),
            Kept::Reason => text(&mut self.reason),
            Kept::Error => text(&mut self.error),
            Kept::Charles => text(&mut self.charles),
            Kept::FieldName => text(&mut self.name),
            Kept::FieldValue => text(&mut self.value),
            Kept::Body => text(&mut self.body),
            Kept::Encoding => text(&mut self.encoding),
            Kept::Time => self.time = span(value),
            Kept::Blocked => self.blocked = span(value),
            Kept::Dns => self.dns = span(value),
            Kept::Connect => self.connect = span(value),
            Kept::Secure => self.secure = span(value),
            Kept::Send => self.send = span(value),
            Kept::Wait => self.wait = span(value),
            Kept::Receive => self.receive = span(value),
        }
    }

    /// A field of the answer's head is whole.
    pub fn field(&mut self) {
        let (name, value) = (core::mem::take(&mut self.name), core::mem::take(&mut self.value));
        let wanted = fingerprints::telling(&name)
            || name.eq_ignore_ascii_case("proxy-status")
            || name.eq_ignore_ascii_case("x-squid-error");
        if wanted && self.fields.len() < FIELDS {
            self.fields.push((name, value));
        }
    }
}

/// Milliseconds with a fraction; `None` where it does not apply (-1) or is no number.
fn span(value: &str) -> Option<Span> {
    let milliseconds: f64 = value.parse().ok()?;
    // A year is no time for one request.
    (0.0..3.2e10).contains(&milliseconds).then_some(Span((milliseconds * 1e6) as i64))
}
