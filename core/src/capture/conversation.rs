//! HTTP/1.x over one connection: both directions of a byte stream → transactions.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::transaction::{Request, Response, Transaction};
use crate::exchange::Source;
use crate::protocols::http1::{self, Body, Chunks, Progress};

/// Requests that may wait for their responses on one connection; RFC 9112 pipelining needs few.
const PIPELINE: usize = 128;
/// Heads from this size on are more than some gateway takes: the smallest limit is nginx's buffer of one page.
pub const LARGE_HEAD: usize = 4096;
/// Requests of a connection whose paths are remembered.
const PATHS: usize = 4;
/// Longest target, host or reason that is kept.
const LONGEST_TEXT: usize = 2048;

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

/// Both directions of one connection that speaks HTTP/1.x.
#[derive(Debug)]
pub struct Conversation {
    requests: Place,
    responses: Place,
    open: VecDeque<Transaction>,
    /// Transactions over that are worth keeping: failed, or odd.
    pub kept: Vec<Transaction>,
    /// All transactions that began.
    pub count: u32,
    /// Transactions over without fault.
    pub healthy: u32,
    /// When the last whole response ended.
    pub idle_since: Option<Source>,
    /// The tunnel that was granted.
    pub tunnel: Option<Transaction>,
    /// The last transaction that went well: a second status may still follow it.
    previous: Option<Transaction>,
    /// The client closed its side.
    client_closed: bool,
    /// The server's address sent a RST.
    reset: bool,
    /// Bytes that passed in it.
    pub tunnel_bytes: u64,
    /// Requests in absolute form or CONNECT.
    pub for_proxy: u32,
    /// Requests that a gateway marked (`Via`, `Forwarded`, `X-Forwarded-For`).
    pub marked: u32,
    /// Digests of the paths of the first few requests: the same request on two legs has the same.
    pub paths: Vec<u32>,
}

impl Default for Conversation {
    fn default() -> Self {
        Self {
            requests: Place::START,
            responses: Place::START,
            open: VecDeque::new(),
            kept: Vec::new(),
            count: 0,
            healthy: 0,
            idle_since: None,
            tunnel: None,
            previous: None,
            client_closed: false,
            reset: false,
            tunnel_bytes: 0,
            for_proxy: 0,
            marked: 0,
            paths: Vec::new(),
        }
    }
}

impl Conversation {
    /// Transactions that are not over.
    pub fn open(&self) -> impl Iterator<Item = &Transaction> {
        self.open.iter()
    }

    /// The next bytes of the client; `end` is the stream position behind them.
    pub fn client_data(&mut self, mut data: &[u8], end: u64, source: Source) {
        while !data.is_empty() {
            let taken = match &mut self.requests {
                Place::Head(part, first) => {
                    // Empty lines before a request are skipped (RFC 9112 section 2.2).
                    if part.is_empty() {
                        let blank = data.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
                        data = data.get(blank..).unwrap_or_default();
                        if data.is_empty() {
                            return;
                        }
                        if http1::looks_like_request(data) == Some(false) {
                            self.requests = Place::Lost;
                            return;
                        }
                    }
                    let first = *first.get_or_insert(source);
                    match whole_head(part, data) {
                        Head::Needs => return,
                        Head::TooLong => {
                            self.requests = Place::Lost;
                            return;
                        }
                        Head::InPlace(length) => {
                            let head = data.get(..length).unwrap_or_default();
                            self.request(head, first, source, end - (data.len() - length) as u64);
                            length
                        }
                        Head::Joined(head, taken) => {
                            self.request(&head, first, source, end - (data.len() - taken) as u64);
                            taken
                        }
                    }
                }
                Place::Length(left) => {
                    let taken = usize::try_from(*left).unwrap_or(usize::MAX).min(data.len());
                    *left -= taken as u64;
                    let over = *left == 0;
                    self.request_body(end - (data.len() - taken) as u64, source, over);
                    taken
                }
                Place::Chunked(chunks) => match chunks.push(data) {
                    Progress::More => {
                        self.request_body(end, source, false);
                        data.len()
                    }
                    Progress::Done(taken) => {
                        self.request_body(end - (data.len() - taken) as u64, source, true);
                        taken
                    }
                    Progress::Broken(_) => {
                        self.requests = Place::Lost;
                        return;
                    }
                },
                // Out of step: a segment that begins with a request brings it back.
                Place::Lost if http1::looks_like_request(data) == Some(true) && may_be_request(data) => {
                    self.requests = Place::START;
                    0
                }
                Place::Lost | Place::UntilClose | Place::Tunnel => return,
            };
            data = data.get(taken..).unwrap_or_default();
        }
    }

    /// A request's head is whole.
    fn request(&mut self, head: &[u8], first: Source, last: Source, end: u64) {
        let Ok(head) = http1::request(head) else {
            self.requests = Place::Lost;
            return;
        };
        let request = Request {
            first,
            last,
            method: clip(head.method),
            target: clip(head.target),
            host: head.host.map(clip),
            complete: matches!(head.body, Body::Unsaid | Body::Length(0)),
            end,
            acked: None,
            gap: false,
            upgrade: head.upgrade,
            forwarded: head.forwarded,
        };
        self.requests = match head.body {
            _ if head.method == "CONNECT" => Place::Tunnel,
            Body::Unsaid | Body::Length(0) => Place::START,
            Body::Length(length) => Place::Length(length),
            Body::Chunked => Place::Chunked(Chunks::default()),
        };
        self.for_proxy += u32::from(request.for_proxy());
        self.marked += u32::from(request.forwarded);
        if self.paths.len() < PATHS {
            self.paths.push(digest(&request.target));
        }
        if head.simple {
            // HTTP/0.9: whatever comes is the answer.
            self.count += 1;
            self.healthy += 1;
            self.requests = Place::Tunnel;
            self.responses = Place::Tunnel;
            return;
        }
        let index = self.count;
        self.count += 1;
        if self.open.len() == PIPELINE {
            self.open.pop_front();
        }
        self.open.push_back(Transaction { request: Some(Box::new(request)), index, ..Transaction::default() });
    }

    fn request_body(&mut self, end: u64, source: Source, over: bool) {
        if let Some(request) = self.open.back_mut().and_then(|transaction| transaction.request.as_mut()) {
            request.end = end;
            request.last = source;
            request.complete |= over;
            if over {
                self.requests = Place::START;
            }
        }
    }

    /// The next bytes of the server.
    pub fn server_data(&mut self, mut data: &[u8], source: Source) {
        while !data.is_empty() {
            let taken = match &mut self.responses {
                Place::Head(part, first) => {
                    if part.is_empty() && self.open.is_empty() {
                        match self.unexpected(data, source) {
                            Some(()) => {}
                            None => return,
                        }
                        continue;
                    }
                    let first = *first.get_or_insert(source);
                    if part.is_empty() && http1::looks_like_response(data) == Some(false)
                        || !part.is_empty() && http1::looks_like_response(part) == Some(false)
                    {
                        let text = quote(if part.is_empty() { data } else { part });
                        self.junk(first, text);
                        return;
                    }
                    match whole_head(part, data) {
                        Head::Needs => {
                            if let Some(transaction) = self.open.front_mut() {
                                transaction.partial.get_or_insert(first);
                                transaction.head = part.len();
                            }
                            return;
                        }
                        Head::TooLong => {
                            self.junk(first, "a header without an end".into());
                            return;
                        }
                        Head::InPlace(length) => {
                            self.response(data.get(..length).unwrap_or_default(), first, source);
                            length
                        }
                        Head::Joined(head, taken) => {
                            self.response(&head, first, source);
                            taken
                        }
                    }
                }
                Place::Length(left) => {
                    let taken = usize::try_from(*left).unwrap_or(usize::MAX).min(data.len());
                    *left -= taken as u64;
                    let over = *left == 0;
                    self.response_body(source, over);
                    taken
                }
                Place::Chunked(chunks) => match chunks.push(data) {
                    Progress::More => {
                        self.response_body(source, false);
                        data.len()
                    }
                    Progress::Done(taken) => {
                        self.response_body(source, true);
                        taken
                    }
                    Progress::Broken(at) => {
                        // A gateway that has begun to answer puts its error page behind what it has sent.
                        let rest = data.get(at..).unwrap_or_default();
                        if !self.second_status(rest, source) {
                            if let Some(response) = self.answering() {
                                response.bad_chunk = Some(source);
                            }
                            self.responses = Place::UntilClose;
                        }
                        return;
                    }
                },
                Place::UntilClose => {
                    if data.starts_with(b"HTTP/1.") && self.second_status(data, source) {
                        return;
                    }
                    self.response_body(source, false);
                    return;
                }
                Place::Lost if http1::looks_like_response(data) == Some(true) => {
                    // The answer that could not be followed is over.
                    if self.answering().is_some_and(|response| response.gap) {
                        if let Some(response) = self.answering() {
                            response.complete = true;
                        }
                        self.close(source);
                    }
                    self.responses = Place::START;
                    0
                }
                Place::Lost | Place::Tunnel => return,
            };
            data = data.get(taken..).unwrap_or_default();
        }
    }

    /// Server bytes while no request is open: the capture began late, or a second status follows a whole response.
    fn unexpected(&mut self, data: &[u8], source: Source) -> Option<()> {
        if http1::looks_like_response(data) != Some(true) {
            self.responses = Place::Lost;
            return None;
        }
        if self.count == 0 {
            // Began before the capture: open a transaction without its request.
            self.count += 1;
            self.open.push_back(Transaction::default());
            return Some(());
        }
        let length = http1::head_length(data)?;
        let status = http1::response(data.get(..length)?).ok()?.status;
        self.responses = Place::Lost;
        if status >= 500 {
            // A progress page went out whole before the failure was known.
            if let Some(previous) = self.previous.take_if(|previous| previous.index + 1 == self.count) {
                self.healthy = self.healthy.saturating_sub(1);
                self.kept.push(previous);
            }
            let last = self.kept.last_mut().filter(|last| last.index + 1 == self.count);
            if let Some(response) = last.and_then(|last| last.response.as_mut()).filter(|r| r.earlier.is_none()) {
                response.earlier = Some((response.status, response.first));
                response.status = status;
                response.first = source;
                response.last = source;
            }
        }
        None
    }

    /// A status line inside the body of a response that has no end of its own.
    fn second_status(&mut self, data: &[u8], source: Source) -> bool {
        let Some(length) = http1::head_length(data) else { return false };
        let Ok(head) = http1::response(data.get(..length).unwrap_or_default()) else { return false };
        if head.status < 500 {
            return false;
        }
        let (status, reason, own_word) = (head.status, clip(head.reason), head.own_word.map(clip));
        let Some(response) = self.answering() else { return false };
        response.earlier = Some((response.status, response.first));
        response.status = status;
        response.reason = reason;
        response.own_word = own_word;
        response.first = source;
        response.last = source;
        response.complete = true;
        self.responses = Place::UntilClose;
        true
    }

    fn answering(&mut self) -> Option<&mut Response> {
        self.open.front_mut().and_then(|transaction| transaction.response.as_deref_mut())
    }

    fn junk(&mut self, source: Source, text: String) {
        if let Some(transaction) = self.open.front_mut() {
            transaction.junk = Some((source, text));
        }
        self.responses = Place::Lost;
    }

    /// A response's head is whole.
    fn response(&mut self, head: &[u8], first: Source, last: Source) {
        let length = head.len();
        let Some(transaction) = self.open.front_mut() else { return };
        let head = match http1::response(head) {
            Ok(head) => head,
            Err(_) => return self.junk(first, quote(head)),
        };
        transaction.head = length;
        transaction.late = self.client_closed || self.reset;
        let request = transaction.request.as_ref();
        let upgrade = request.is_some_and(|request| request.upgrade);
        if (100..200).contains(&head.status) && !(head.status == 101 && upgrade) {
            transaction.interim += 1;
            self.responses = Place::START;
            return;
        }
        // Without its request how a response ends cannot be told: a HEAD has no body, a CONNECT opens a tunnel.
        let blind = request.is_none();
        let connect = request.is_some_and(|request| request.method == "CONNECT");
        let bodiless = request.is_some_and(|request| request.method == "HEAD") || matches!(head.status, 204 | 304);
        let tunnel = head.status == 101 || connect && (200..300).contains(&head.status);
        let place = match head.body {
            _ if blind => Place::Lost,
            _ if tunnel => Place::Tunnel,
            _ if bodiless => Place::START,
            Body::Length(0) => Place::START,
            Body::Length(length) => Place::Length(length),
            Body::Chunked => Place::Chunked(Chunks::default()),
            Body::Unsaid => Place::UntilClose,
        };
        transaction.response = Some(Box::new(Response {
            first,
            last,
            status: head.status,
            reason: clip(head.reason),
            earlier: None,
            complete: matches!(place, Place::Head(..) | Place::Tunnel | Place::Lost),
            until_close: matches!(place, Place::UntilClose),
            bad_chunk: None,
            gap: false,
            own_word: head.own_word.map(clip),
        }));
        let over = matches!(place, Place::Head(..) | Place::Lost);
        self.responses = place;
        if tunnel {
            self.requests = Place::Tunnel;
            self.tunnel = self.open.pop_front();
        } else if connect {
            // Refused: the client may go on with another request.
            self.requests = Place::START;
        }
        if over {
            self.close(last);
        }
    }

    fn response_body(&mut self, source: Source, over: bool) {
        if let Some(response) = self.answering() {
            response.last = source;
            response.complete |= over;
        }
        if over {
            self.responses = Place::START;
            self.close(source);
        }
    }

    /// The first open transaction is over.
    fn close(&mut self, source: Source) {
        self.idle_since = Some(source);
        let Some(transaction) = self.open.pop_front() else { return };
        let fine = transaction.response.as_ref().is_some_and(|response| {
            response.complete && response.status < 500 && response.own_word.is_none() && response.earlier.is_none()
        });
        if fine && transaction.junk.is_none() && !transaction.late && transaction.head < LARGE_HEAD {
            self.healthy += 1;
            self.previous = Some(transaction);
        } else {
            self.kept.push(transaction);
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

    /// The capture lacks bytes of the client.
    pub fn client_gap(&mut self, bytes: u64, source: Source) {
        if let Place::Head(part, Some(first)) = &mut self.requests {
            // Snapped in the head: its first line is enough to know what was wanted.
            let (part, first) = (core::mem::take(part), *first);
            if part.contains(&b'\n') {
                self.request(&part, first, source, 0);
                if let Some(request) = self.open.back_mut().and_then(|transaction| transaction.request.as_mut()) {
                    request.gap = true;
                    request.complete = true;
                }
            }
            if !matches!(self.requests, Place::Tunnel) {
                self.requests = Place::Lost;
            }
            return;
        }
        let followed = match &mut self.requests {
            Place::Length(left) if *left > bytes => {
                *left -= bytes;
                true
            }
            Place::Length(left) if *left == bytes => {
                let end = self.open.back().and_then(|t| t.request.as_ref()).map_or(0, |r| r.end);
                self.request_body(end + bytes, source, true);
                true
            }
            Place::Chunked(chunks) => chunks.skip(bytes),
            Place::Tunnel => true,
            _ => false,
        };
        if !followed {
            if let Some(request) = self.open.back_mut().and_then(|transaction| transaction.request.as_mut()) {
                request.gap = true;
            }
            self.requests = Place::Lost;
        }
    }

    /// The capture lacks bytes of the server.
    pub fn server_gap(&mut self, bytes: u64, source: Source) {
        if let Place::Head(part, Some(first)) = &mut self.responses {
            let (part, first) = (core::mem::take(part), *first);
            if let Some(transaction) = self.open.front_mut() {
                transaction.partial = None;
            }
            if part.contains(&b'\n') && http1::looks_like_response(&part) == Some(true) {
                self.response(&part, first, source);
                let over = self.answering().is_some_and(|response| {
                    response.gap = true;
                    // How long the body is was in the missing part: the answer counts as whole.
                    response.complete = true;
                    true
                });
                if over {
                    self.close(source);
                }
            }
            if !matches!(self.responses, Place::Tunnel) {
                self.responses = Place::Lost;
            }
            return;
        }
        let followed = match &mut self.responses {
            Place::Length(left) if *left > bytes => {
                *left -= bytes;
                true
            }
            Place::Length(left) if *left == bytes => {
                self.response_body(source, true);
                return;
            }
            Place::Chunked(chunks) => chunks.skip(bytes),
            Place::Tunnel | Place::UntilClose => true,
            _ => false,
        };
        if let Some(response) = self.answering() {
            response.gap = true;
        }
        if !followed {
            // What is lost may have held the whole answer: nothing can be said of the open requests.
            self.responses = Place::Lost;
            if self.answering().is_none() {
                self.healthy += u32::try_from(self.open.len()).unwrap_or(0);
                self.open.clear();
            }
        }
    }

    /// The server had spoken before it was asked: that is no HTTP server.
    pub fn greeted(&mut self, source: Source, text: String) {
        self.junk(source, text);
    }

    /// The server's address sent a RST: what comes after is too late.
    pub fn server_reset(&mut self) {
        self.reset = true;
    }

    /// The client closed its direction.
    pub fn client_end(&mut self) {
        self.client_closed = true;
    }

    /// The server closed its direction in order: a body that ends with the connection is whole.
    pub fn server_end(&mut self, source: Source) {
        if matches!(self.responses, Place::UntilClose) {
            let whole = self.answering().map(|response| {
                response.complete |= response.bad_chunk.is_none() && response.until_close;
                response.complete
            });
            if whole == Some(true) {
                self.close(source);
            }
            self.responses = Place::Lost;
        }
    }
}

/// What became of looking for the end of a head.
enum Head {
    /// It lies whole in the new bytes: its length.
    InPlace(usize),
    /// It was put together: the bytes, and how many of the new ones it took.
    Joined(Vec<u8>, usize),
    /// More bytes are needed; the new ones were kept.
    Needs,
    /// It has no end within reason.
    TooLong,
}

/// Looks for the end of a head whose earlier bytes are in `part`. Nothing is copied if it lies whole in `data`.
fn whole_head(part: &mut Vec<u8>, data: &[u8]) -> Head {
    if part.is_empty()
        && let Some(length) = http1::head_length(data)
    {
        return Head::InPlace(length);
    }
    if part.len() + data.len() > http1::LONGEST_HEAD {
        return Head::TooLong;
    }
    let before = part.len();
    part.extend_from_slice(data);
    // The empty line may straddle: look again from shortly before the new bytes.
    let from = before.saturating_sub(3);
    match part.get(from..).and_then(http1::head_length) {
        Some(length) => {
            let mut head = core::mem::take(part);
            let end = from + length;
            head.truncate(end);
            Head::Joined(head, end.saturating_sub(before))
        }
        None => Head::Needs,
    }
}

/// Whether a line is a request's: it ends with the version, or was cut off before.
fn may_be_request(data: &[u8]) -> bool {
    let whole = data.contains(&b'\n');
    let line = data.split(|byte| *byte == b'\n').next().unwrap_or_default();
    !whole || line.windows(6).any(|window| window == b"HTTP/1")
}

/// FNV-1a of a path: not against malice, only to find the same request on another connection.
fn digest(target: &str) -> u32 {
    target.bytes().take(256).fold(0x811C_9DC5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// Text of bounded length.
fn clip(text: &str) -> String {
    let mut end = text.len().min(LONGEST_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_string()
}

/// How bytes begin, readable: at most 24 of them, others than printable ASCII as `.`.
pub fn quote(data: &[u8]) -> String {
    data.iter()
        .take(24)
        .map(|byte| if byte.is_ascii_graphic() || *byte == b' ' { *byte as char } else { '.' })
        .collect()
}
