//! What one request on a connection came to.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::exchange::{Flaw, Source};
use crate::fingerprints::{Marks, PAGE};
use crate::protocols::http1;
use crate::sparing::{Nothing, Seldom};
use crate::time::Span;
use crate::time::Timestamp;
use crate::together::Wanted;

/// Entries of one connection; more requests count to the last one.
const GOODS: usize = 256;
const MINUTE: Span = Span::seconds(60);

/// A request and what came back.
#[derive(Clone, Debug, Default)]
pub struct Transaction {
    /// The request; `None` if the capture began after it.
    pub request: Option<Box<Request>>,
    /// The response, once its head was there.
    pub response: Option<Box<Response>>,
    /// Bytes in its place that are no response: where, and how they begin.
    pub junk: Option<Box<(Source, String)>>,
    /// Interim responses (1xx).
    pub interim: u32,
    /// A response began, but its head is not whole: its first packet.
    pub partial: Option<Source>,
    /// Bytes of the response's head, as far as it came.
    pub head: usize,
    /// The response began after the client had closed its side.
    pub late: bool,
    /// Its place on the connection, from 0.
    pub index: u32,
    /// How long the connection had been idle before it, where an answer was seen on it.
    pub idle: Option<Span>,
    /// Its stream, where HTTP/2 is spoken; else 0.
    pub stream: u32,
    /// What ended the stream before its response did.
    pub ended: Option<Box<StreamEnd>>,
    /// What of its response HTTP does not allow.
    pub flaw: Option<Box<Flaw>>,
}
/// How an HTTP/2 stream was ended by a frame for that purpose.
#[derive(Clone, Copy, Debug)]
pub enum StreamEnd {
    /// The server's GOAWAY.
    Goaway {
        /// Error code (RFC 9113 section 7).
        code: u32,
        /// The stream was taken, by the server's word: it may have been worked on.
        taken: bool,
        /// Its packet.
        source: Source,
    },
    /// RST_STREAM.
    Reset {
        /// Error code (RFC 9113 section 7).
        code: u32,
        /// Sent by the server and not by the client.
        by_server: bool,
        /// Its packet.
        source: Source,
    },
}

impl StreamEnd {
    /// Its packet.
    pub fn source(&self) -> Source {
        match self {
            Self::Goaway { source, .. } | Self::Reset { source, .. } => *source,
        }
    }

    /// It takes nothing away from a response that was whole: a server that needs no more of the request says so with
    /// NO_ERROR (RFC 9113 section 8.1), a client may cancel what it has.
    pub fn harmless(&self) -> bool {
        matches!(self, Self::Reset { code: 0, .. } | Self::Reset { by_server: false, .. } | Self::Goaway { .. })
    }
}

/// What is to be kept of requests that went well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keep {
    /// Nothing: they are counted.
    #[default]
    Nothing,
    /// Enough to find their lines in a log.
    Little,
    /// Their words as well, to list them.
    Words,
}

/// What is kept of a request that went well.
#[derive(Clone, Debug)]
pub struct Served {
    /// First packet of the request.
    pub first: Source,
    /// Last packet of the answer.
    pub ended: Timestamp,
    /// First packet of the answer.
    pub answered: Option<Timestamp>,
    /// Method, host and target, where they are to be listed.
    pub words: Option<Box<[String; 3]>>,
    /// What was asked for.
    pub wanted: Wanted,
    /// Status; 0 where the answer was not seen.
    pub status: u16,
    /// Bytes of the answer.
    pub size: Size,
}

/// Bytes of an answer; 0 where they are not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Of its body.
    pub body: u32,
    /// With its head.
    pub whole: u32,
}

impl Size {
    /// Of a transaction's answer, where all of it was captured.
    pub fn of(transaction: &Transaction) -> Self {
        let Some(response) = transaction.response.as_deref().filter(|response| response.complete && !response.gap)
        else {
            return Self::default();
        };
        let whole = response.body.saturating_add(transaction.head as u64);
        let kept = |bytes: u64| u32::try_from(bytes).unwrap_or(u32::MAX);
        Self { body: kept(response.body), whole: kept(whole) }
    }
}

impl Served {
    /// Of a transaction whose request was seen.
    pub fn of(transaction: &Transaction, ended: Source, keep: Keep) -> Option<Self> {
        let request = transaction.request.as_deref().filter(|_| keep > Keep::Nothing)?;
        let (host, _) = crate::join::attempt::host_of(&request.target, request.host.as_deref(), &request.method);
        let words = || Box::new([request.method.to_string(), host.clone().unwrap_or_default(), request.target.clone()]);
        Some(Self {
            first: request.first,
            ended: ended.time,
            answered: transaction.response.as_ref().map(|response| response.first.time),
            words: (keep == Keep::Words).then(words),
            wanted: Wanted::new(Some(&request.method), Some(&request.target), host.as_deref()),
            status: transaction.response.as_ref().map_or(0, |response| response.status),
            size: Size::of(transaction),
        })
    }
}

/// Requests of a connection that went well, within a minute and for one host.
#[derive(Clone, Debug)]
pub struct Good {
    /// Host wanted.
    pub host: Option<Box<str>>,
    /// How many.
    pub count: u32,
    /// When the last of them was answered.
    pub last: Timestamp,
}

impl Good {
    /// Counts one more.
    pub fn add(list: &mut Vec<Self>, transaction: &Transaction, ended: Timestamp) {
        let Some(request) = transaction.request.as_deref() else { return };
        let host = request.host.as_deref();
        let (host, _) = crate::join::attempt::written_host(&request.target, host, &request.method);
        let full = list.len() >= GOODS;
        let its = |good: &Self| match (good.host.as_deref(), host) {
            (Some(known), Some(host)) => known.eq_ignore_ascii_case(host),
            (known, host) => known == host,
        };
        let same = |good: &&mut Self| full || its(good) && ended.since(good.last) < MINUTE;
        match list.last_mut().filter(same) {
            Some(good) => {
                good.count += 1;
                good.last = ended;
            }
            None => {
                let host = host.map(|host| host.to_ascii_lowercase().into_boxed_str());
                list.push(Self { host, count: 1, last: ended });
            }
        }
    }
}

/// A request as seen on the wire.
#[derive(Clone, Debug)]
pub struct Request {
    /// Packet of its first byte.
    pub first: Source,
    /// Packet of its last byte so far.
    pub last: Source,
    /// Method.
    pub method: Cow<'static, str>,
    /// Target as written; empty where a snap length cut it off.
    pub target: String,
    /// Host field.
    pub host: Option<String>,
    /// All of it was seen.
    pub complete: bool,
    /// Its end in the client's byte stream, as far as seen.
    pub end: u64,
    /// First acknowledgement that covers it.
    pub acked: Option<Source>,
    /// Bytes that it still needs are missing in the capture.
    pub gap: bool,
    /// Asks to switch protocols.
    pub upgrade: bool,
    /// Carries `Via`, `Forwarded` or `X-Forwarded-For`: a gateway sent it.
    pub forwarded: bool,
    /// `Via`, as one list.
    pub via: Option<String>,
    /// Its target, which a snap length cut off, began in absolute form.
    pub proxied: bool,
    /// Its body waits for `100 Continue`: nothing of it was sent yet (RFC 9110 section 10.1.1).
    pub waits: bool,
}

impl Request {
    /// Written for a proxy: absolute form or CONNECT (RFC 9112 section 3.2).
    pub fn for_proxy(&self) -> bool {
        self.method == "CONNECT" || self.proxied || http1::absolute(&self.target).is_some()
    }

    /// Method and target, as evidence says it.
    pub fn line(&self) -> String {
        match self.target.as_str() {
            "" => alloc::format!("{}, its target cut off by the snap length", self.method),
            target => alloc::format!("{} {target}", self.method),
        }
    }

    /// Its target, if all of it was seen.
    pub fn whole_target(&self) -> Option<&str> {
        Some(self.target.as_str()).filter(|target| !target.is_empty())
    }
}

/// The first request of a connection, for comparison with another of the same site.
#[derive(Debug)]
pub struct Sample {
    /// Packet of its first byte.
    pub asked: Source,
    /// Host field.
    pub host: Option<String>,
    /// Written for a proxy.
    pub for_proxy: bool,
    /// Fields that sites and firewalls look at, one per line, names in lower case.
    pub fields: Box<str>,
    /// Status of the answer, and where it began.
    pub answered: Option<(u16, Source)>,
}

/// A response as seen on the wire.
#[derive(Clone, Debug)]
pub struct Response {
    /// Packet of its first byte.
    pub first: Source,
    /// Packet of its last byte so far.
    pub last: Source,
    /// Status code, the last one if several.
    pub status: u16,
    /// Reason phrase.
    pub reason: Cow<'static, str>,
    /// All of it was seen, or ended as it may end.
    pub complete: bool,
    /// Only the connection's end ends it.
    pub until_close: bool,
    /// The last chunk came, and not all of what follows it.
    pub data_over: bool,
    /// Bytes of its body so far, as they came: its coding included.
    pub body: u64,
    /// Bytes are missing in the capture.
    pub gap: bool,
    /// What good ones do without.
    pub odd: Seldom<Odd>,
}

/// What an error says, or what is odd about a response.
#[derive(Clone, Debug, Default)]
pub struct Odd {
    /// The status before, where a second status line followed in the same stream.
    pub earlier: Option<(u16, Source)>,
    /// The chunked coding broke here.
    pub bad_chunk: Option<Source>,
    /// The gateway's own word: `X-Squid-Error`, or the last member of `Proxy-Status` where it names an error.
    pub own_word: Option<String>,
    /// `X-Squid-Error` of a gateway further on, which this one passed on.
    pub others_word: Option<String>,
    /// `Via` of an error.
    pub via: Option<String>,
    /// `Proxy-Status` of an error, as one list.
    pub proxy_status: Option<String>,
    /// Marks of whoever made an answer that is an error.
    pub found: Marks,
    /// How the body of an error begins, until the answer is over.
    pub begin: Vec<u8>,
}

impl Nothing for Odd {
    fn nothing() -> &'static Self {
        static NOTHING: Odd = Odd {
            earlier: None,
            bad_chunk: None,
            own_word: None,
            others_word: None,
            via: None,
            proxy_status: None,
            found: Marks { list: Vec::new() },
            begin: Vec::new(),
        };
        &NOTHING
    }
}

impl Response {
    /// More of the body: of an error its beginning is kept, of all other answers nothing.
    pub fn page(&mut self, data: &[u8]) {
        let room = PAGE.saturating_sub(self.odd.begin.len());
        if self.status >= 400 && room > 0 {
            self.odd.begin.extend_from_slice(data.get(..room).unwrap_or(data));
        }
    }

    /// It is over: what its page says is read, and the page is let go.
    pub fn settle(&mut self) {
        let page = core::mem::take(&mut self.odd.begin);
        self.odd.found.body(&page);
    }

    /// The marks of whoever made it, also where it is not over.
    pub fn marks(&self) -> Marks {
        let mut marks = self.odd.found.clone();
        marks.body(&self.odd.begin);
        marks
    }
}
