//! HTTP over one connection: both directions of a byte stream → transactions.
//!
//! `requests` follows the client's bytes, `responses` the server's, `gaps` what the capture lacks of either;
//! `http2` is for connections that speak that from their first byte.

mod gaps;
mod heads;
mod http2;
mod icap;
mod requests;
mod responses;

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;

use super::transaction::{Good, Keep, Response, Sample, Served, Transaction};
use crate::exchange::Source;
use crate::health_checks;
use crate::protocols::http1::Chunks;
use crate::protocols::http1::is_server_error;
use crate::sparing;
use crate::time::Timestamp;
pub(crate) use heads::wanted;
pub use heads::{digest as path_digest, quote};
use http2::Http2;
pub use http2::STREAMS;

/// Requests that may wait for their responses on one connection; RFC 9112 pipelining needs few.
pub const PIPELINE: usize = 128;
/// Heads from this size on are more than some gateway takes: the smallest limit is nginx's buffer of one page.
pub const LARGE_HEAD: usize = 4096;
/// Answers of a connection with something that HTTP does not allow that are kept: with more of them it is plain that
/// they are taken as they are.
const FLAWED: usize = 4;
/// Requests of a connection whose paths are remembered.
const PATHS: usize = 4;
/// Answers of a connection whose times are remembered.
const ANSWERS: usize = 32;
/// Requests answered well that are remembered of a connection, the last ones: a request that failed elsewhere may have been
/// asked again here.
const ANSWERED: usize = 32;

/// How far a direction has got in its present message.
#[derive(Debug)]
enum Place {
    /// In a head; what of it straddles segments, and the packet of its first byte.
    Head(Vec<u8>, Option<Source>),
    /// In a body of known length.
    Length(u64),
    /// In a chunked body.
    Chunked(Chunks),
    /// In a body that ends with the connection.
    UntilClose,
    /// After something that cannot be followed: a gap, or bytes that are no HTTP.
    Lost,
    /// In a tunnel.
    Tunnel,
}

impl Place {
    const START: Self = Self::Head(Vec::new(), None);
}

/// Few connections have any: kept apart.
#[derive(Debug, Default)]
struct Missed(Vec<Transaction>);

/// Both directions of one connection that speaks HTTP/1.x.
#[derive(Debug)]
pub struct Conversation {
    requests: Place,
    responses: Place,
    open: VecDeque<Transaction>,
    http2: Option<Box<Http2>>,
    /// HTTP/2 is spoken. By itself, because [`Self::http2`] is taken out while its bytes are read.
    multiplexed: bool,
    /// Transactions over that are worth keeping: failed, or odd.
    pub kept: Vec<Transaction>,
    /// Requests whose whole answer may have been among bytes that the capture lacks, the first so many.
    missed: Option<Box<Missed>>,
    /// All transactions that began.
    pub count: u32,
    /// Transactions that were given up because too many waited.
    pub given_up: u64,
    /// Transactions over without fault.
    pub healthy: u32,
    /// When those were asked, and answered from when to when, the first so many.
    pub answers: Vec<[Timestamp; 3]>,
    /// When the last whole response ended.
    pub idle_since: Option<Source>,
    /// The tunnel that was granted.
    pub tunnel: Option<Box<Transaction>>,
    /// The last transaction that went well: a second status may still follow it.
    previous: Option<Box<Transaction>>,
    /// The client closed its side.
    client_closed: bool,
    /// The server's address sent a RST.
    reset: bool,
    /// Bytes came that belong to no answer, since the last one ended.
    stray: bool,
    /// Answers kept for a flaw.
    flawed: usize,
    /// Bytes behind the answer that granted the tunnel, in the same segment.
    surplus: usize,
    /// Bytes that passed in it.
    pub tunnel_bytes: u64,
    /// Requests in absolute form or CONNECT.
    pub for_proxy: u32,
    /// Requests that a gateway marked (`Via`, `Forwarded`, `X-Forwarded-For`).
    pub marked: u32,
    /// The case may hold logs: what went well is told in `served`.
    pub remember: Keep,
    /// What went well, in numbers.
    pub good: Vec<Good>,
    /// What went well, until the capture point takes it.
    pub served: Vec<Served>,
    /// Its first request.
    pub sample: Option<alloc::boxed::Box<Sample>>,
    /// It is ICAP and no HTTP: what the server made of it.
    pub icap: Option<alloc::boxed::Box<icap::Icap>>,
    /// `Via` of the first request that has it.
    pub via: Option<String>,
    /// Digests of the paths of the first few requests: the same request on two legs has the same.
    pub paths: Vec<u32>,
    /// The last requests that were answered well: when each was sent, and what it asked for.
    answered: VecDeque<(Timestamp, u32)>,
}

impl Default for Conversation {
    fn default() -> Self {
        Self {
            requests: Place::START,
            responses: Place::START,
            open: VecDeque::new(),
            http2: None,
            multiplexed: false,
            kept: Vec::new(),
            missed: None,
            count: 0,
            given_up: 0,
            healthy: 0,
            answers: Vec::new(),
            idle_since: None,
            tunnel: None,
            previous: None,
            client_closed: false,
            reset: false,
            stray: false,
            flawed: 0,
            surplus: 0,
            tunnel_bytes: 0,
            for_proxy: 0,
            marked: 0,
            remember: Keep::Nothing,
            good: Vec::new(),
            served: Vec::new(),
            sample: None,
            icap: None,
            via: None,
            paths: Vec::new(),
            answered: VecDeque::new(),
        }
    }
}

impl Conversation {
    /// Transactions that are not over.
    pub fn open(&self) -> impl Iterator<Item = &Transaction> {
        self.open.iter()
    }

    /// Requests whose whole answer may have been among bytes that the capture lacks.
    pub fn missed(&self) -> impl Iterator<Item = &Transaction> {
        self.missed.iter().flat_map(|missed| &missed.0)
    }

    /// Bytes of heads that are not whole yet: of the client's and of the server's.
    pub fn unfinished(&self) -> [usize; 2] {
        [&self.requests, &self.responses].map(|place| match place {
            Place::Head(part, _) => part.len(),
            _ => 0,
        })
    }

    /// It is HTTP/2.
    pub fn multiplexed(&self) -> bool {
        self.multiplexed
    }

    /// The last transaction, if it went well and was not kept.
    pub fn last_good(&self) -> Option<&Transaction> {
        self.previous.as_deref().filter(|previous| previous.index + 1 == self.count)
    }

    /// Its requests ask whether the server is well, by what their sender calls itself.
    pub fn checks_health(&self) -> bool {
        let fields = self.sample.as_deref().map_or("", |sample| &sample.fields);
        let agent = fields.lines().find_map(|line| line.strip_prefix("user-agent: "));
        agent.is_some_and(|agent| health_checks::is_one(agent, None, None))
    }

    /// Requests that were answered well, as far as they are remembered: when each was sent, and what it asked for.
    pub fn answered_well(&self) -> impl Iterator<Item = (Timestamp, u32)> {
        let open = self.open.iter().chain(&self.kept).filter(|open| {
            let response = open.response.as_deref();
            open.junk.is_none() && response.is_some_and(|response| !is_server_error(response.status))
        });
        let open = open.filter_map(|open| open.request.as_deref());
        self.answered.iter().copied().chain(open.map(|request| (request.first.time, wanted(request))))
    }

    /// When the first of them was sent, where so many followed that others before it may be forgotten.
    pub fn remembers_from(&self) -> Option<Timestamp> {
        self.answered.front().filter(|_| self.answered.len() == ANSWERED).map(|(at, _)| *at)
    }

    /// Requests that are not known to have gone well, or were not answered yet, in the same way.
    pub fn sent(&self) -> impl Iterator<Item = (Timestamp, u32)> {
        let sent = self.open.iter().chain(&self.kept).filter_map(|open| open.request.as_deref());
        sent.map(|request| (request.first.time, wanted(request)))
    }

    fn answering(&mut self) -> Option<&mut Response> {
        self.open.front_mut().and_then(|transaction| transaction.response.as_deref_mut())
    }

    fn junk(&mut self, source: Source, text: String) {
        if let Some(transaction) = self.open.front_mut() {
            transaction.junk = Some(Box::new((source, text)));
        }
        self.responses = Place::Lost;
    }

    /// The first open transaction is over.
    fn close(&mut self, source: Source) {
        self.idle_since = Some(source);
        let Some(mut transaction) = self.open.pop_front() else { return };
        if let Some(response) = transaction.response.as_mut().filter(|response| response.status >= 400) {
            response.settle();
        }
        let fine = transaction.response.as_ref().is_some_and(|response| {
            let own = response.odd.own_word.is_some()
                || response.odd.others_word.is_some()
                || response.odd.found.own_failure();
            response.complete && !is_server_error(response.status) && !own && response.odd.earlier.is_none()
        });
        let fine = fine && transaction.ended.as_ref().is_none_or(|end| end.harmless());
        // A gateway ends a loop with 403 (Squid): the request that came back tells which.
        let returned = transaction.response.as_ref().is_some_and(|response| response.status == 403)
            && transaction.request.as_ref().is_some_and(|request| request.via.is_some());
        if fine && let Some(request) = transaction.request.as_deref() {
            if self.answered.len() == ANSWERED {
                self.answered.pop_front();
            }
            self.answered.push_back((request.first.time, wanted(request)));
        }
        if fine && !returned && transaction.junk.is_none() && !transaction.late && transaction.head < LARGE_HEAD {
            self.well(&transaction, source);
            // Answered before the request was whole: what becomes of the rest of it may take the answer away.
            let refused = transaction.response.as_ref().is_some_and(|response| response.status >= 400);
            let early = transaction.request.as_ref().is_some_and(|request| !request.complete && !request.gap);
            // A gateway may refuse what HTTP does not allow.
            let flawed = transaction.flaw.is_some() && self.flawed < FLAWED;
            self.flawed += usize::from(flawed);
            if refused && early || flawed {
                return self.keep(transaction);
            }
            Good::add(&mut self.good, &transaction, source.time);
            self.served.extend(Served::of(&transaction, source, self.remember));
            match &mut self.previous {
                Some(previous) => **previous = transaction,
                None => self.previous = Some(Box::new(transaction)),
            }
        } else {
            self.keep(transaction);
        }
    }

    /// Keeps a transaction that is over: few connections have a second one.
    fn keep(&mut self, transaction: Transaction) {
        sparing::push(&mut self.kept, transaction);
    }

    /// One more transaction that is not over: few connections have several at once.
    fn wait_for(&mut self, transaction: Transaction) {
        if self.open.capacity() == 0 {
            self.open.reserve_exact(1);
        }
        self.open.push_back(transaction);
    }

    /// Its connection is over: what was set aside for more is let go.
    pub fn settle(&mut self) {
        self.open.shrink_to_fit();
        self.kept.shrink_to_fit();
        self.answers.shrink_to_fit();
        self.good.shrink_to_fit();
        self.served = Vec::new();
        self.paths.shrink_to_fit();
        self.answered.shrink_to_fit();
        for place in [&mut self.requests, &mut self.responses] {
            if matches!(place, Place::Head(head, _) if !head.is_empty()) {
                *place = Place::Lost;
            }
        }
    }

    /// A transaction went well.
    fn well(&mut self, transaction: &Transaction, over: Source) {
        self.healthy += 1;
        if let (Some(request), Some(response)) = (&transaction.request, &transaction.response)
            && self.answers.len() < ANSWERS
        {
            self.answers.push([request.first.time, response.first.time, over.time]);
        }
    }

    /// The server acknowledged everything up to `to`.
    pub fn acknowledged(&mut self, to: u64, source: Source) {
        for transaction in &mut self.open {
            if let Some(request) = transaction.request.as_mut()
                && request.acked.is_none()
                && request.end <= to
            {
                request.acked = Some(source);
            }
        }
    }

    /// How many of the server's bytes just seen lie behind the answer that granted the tunnel.
    pub fn take_surplus(&mut self) -> usize {
        core::mem::take(&mut self.surplus)
    }

    /// The server had spoken before it was asked: that is no HTTP server, unless it is one of HTTP/2.
    pub fn greeted(&mut self, source: Source, text: String) {
        if self.http2.is_some() {
            return;
        }
        self.junk(source, text);
    }

    /// The server's address sent a RST: what comes after is too late.
    pub fn server_reset(&mut self) {
        self.reset = true;
    }

    /// The RST was not heeded: nothing is too late for it.
    pub fn reset_ignored(&mut self) {
        self.reset = false;
    }

    /// The client closed its direction.
    pub fn client_end(&mut self) {
        self.client_closed = true;
    }

    /// The server closed its direction in order: a body that ends with the connection is whole.
    pub fn server_end(&mut self, source: Source) {
        if matches!(self.responses, Place::UntilClose) {
            let whole = self.answering().map(|response| {
                response.complete |= response.odd.bad_chunk.is_none() && response.until_close;
                response.complete
            });
            if whole == Some(true) {
                self.close(source);
            }
            self.responses = Place::Lost;
        }
    }
}
