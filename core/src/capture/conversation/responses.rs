//! The server's bytes → responses.

use alloc::boxed::Box;
use alloc::string::String;

use super::heads::{Head, clip, flaw, quote, whole_head, word};
use super::{Conversation, FLAWED, Place};
use crate::capture::connection::Side;
use crate::capture::transaction::{Odd, Response, Transaction};
use crate::exchange::Source;
use crate::fingerprints::Marks;
use crate::protocols::http1::flaws::{SURPLUS, SWITCHES, Weight};
use crate::protocols::http1::is_server_error;
use crate::protocols::http1::{self, Body, Chunks, Progress};
use crate::protocols::proxy_status;
use crate::sparing::Seldom;

impl Conversation {
    /// The next bytes of the server.
    pub fn server_data(&mut self, mut data: &[u8], source: Source) {
        if self.icap_told(data, source) {
            return;
        }
        if self.http2.is_some() {
            return self.http2(Side::Server, data, 0, source);
        }
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
                    self.page(data.get(..taken).unwrap_or_default());
                    self.response_body(source, taken, over);
                    taken
                }
                Place::Chunked(chunks) => match chunks.push(data) {
                    Progress::More => {
                        let over = chunks.data_over();
                        if let Some(response) = self.answering() {
                            response.data_over = over;
                        }
                        self.page(data);
                        self.response_body(source, data.len(), false);
                        data.len()
                    }
                    Progress::Done(taken) => {
                        self.page(data.get(..taken).unwrap_or_default());
                        self.response_body(source, taken, true);
                        taken
                    }
                    Progress::Broken(at) => {
                        // A gateway that has begun to answer puts its error page behind what it has sent.
                        let rest = data.get(at..).unwrap_or_default();
                        if !self.second_status(rest, source) {
                            if let Some(response) = self.answering() {
                                response.odd.bad_chunk = Some(source);
                            }
                            self.responses = Place::UntilClose;
                        }
                        return;
                    }
                },
                Place::UntilClose => {
                    // The body may hold any text, so its framing covers this as well. A gateway puts its own word behind a
                    // page of its own as a whole message in a segment of its own, and nothing comes after it.
                    if data.starts_with(b"HTTP/1.") && alone(data) && self.second_status(data, source) {
                        return;
                    }
                    self.page(data);
                    self.response_body(source, data.len(), false);
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
                Place::Tunnel => {
                    self.surplus = data.len();
                    return;
                }
                Place::Lost => return,
            };
            data = data.get(taken..).unwrap_or_default();
        }
    }

    /// Server bytes while no request is open: the capture began late, or a second status follows a whole response.
    fn unexpected(&mut self, data: &[u8], source: Source) -> Option<()> {
        if http1::looks_like_response(data) != Some(true) {
            self.responses = Place::Lost;
            // Empty lines between messages do no harm.
            if data.iter().any(|byte| !matches!(byte, b'\r' | b'\n')) {
                self.surplus_of_answer();
            }
            return None;
        }
        if self.count == 0 {
            // Began before the capture: open a transaction without its request.
            self.count += 1;
            self.wait_for(Transaction::default());
            return Some(());
        }
        let last = self.previous.as_deref().or(self.kept.last()).filter(|last| last.index + 1 == self.count);
        if last.is_some_and(|last| last.request.is_none()) {
            // Only answers are captured here: this one is to another request.
            self.count += 1;
            self.wait_for(Transaction { index: self.count - 1, ..Transaction::default() });
            return Some(());
        }
        let length = http1::head_length(data)?;
        let status = http1::response(data.get(..length)?).ok()?.status;
        self.responses = Place::Lost;
        if is_server_error(status) {
            // A progress page went out whole before the failure was known.
            if let Some(previous) = self.previous.take_if(|previous| previous.index + 1 == self.count) {
                self.healthy = self.healthy.saturating_sub(1);
                self.keep(*previous);
            }
            let last = self.kept.last_mut().filter(|last| last.index + 1 == self.count);
            if let Some(response) = last.and_then(|last| last.response.as_mut()).filter(|r| r.odd.earlier.is_none()) {
                response.odd.earlier = Some((response.status, response.first));
                response.status = status;
                response.first = source;
                response.last = source;
            }
        } else if status >= 200 && status != 408 {
            // 408 says only that the server ends an idle connection (RFC 9110 section 15.5.9).
            self.surplus_of_answer();
        }
        None
    }

    /// Bytes came behind an answer that was over, and nobody had asked for more.
    fn surplus_of_answer(&mut self) {
        if self.count == 0 || core::mem::replace(&mut self.stray, true) {
            return;
        }
        let Some(mut previous) = self.previous.take_if(|previous| previous.index + 1 == self.count) else { return };
        if self.flawed < FLAWED {
            self.flawed += 1;
            // It is kept, so it need not be told of once more.
            let asked = previous.request.as_ref().map(|request| request.first);
            self.served.pop_if(|served| Some(served.first) == asked);
            previous.flaw.get_or_insert_with(|| flaw(SURPLUS, &[]));
            self.keep(*previous);
        }
    }

    /// A status line inside the body of a response that has no end of its own.
    fn second_status(&mut self, data: &[u8], source: Source) -> bool {
        let Some(length) = http1::head_length(data) else { return false };
        let bytes = data.get(..length).unwrap_or_default();
        let Ok(head) = http1::response(bytes) else { return false };
        if !is_server_error(head.status) {
            return false;
        }
        let (status, reason) = (head.status, word(head.reason));
        let (own_word, proxy_status) = (own_word(bytes, &head), told_status(bytes, &head));
        let found = marks(bytes, &head);
        let Some(response) = self.answering() else { return false };
        response.odd.earlier = Some((response.status, response.first));
        response.status = status;
        response.reason = reason;
        response.odd.own_word = own_word;
        response.odd.proxy_status = proxy_status;
        response.odd.found = found;
        response.odd.begin.clear();
        response.page(data.get(length..).unwrap_or_default());
        response.first = source;
        response.last = source;
        response.complete = true;
        self.responses = Place::UntilClose;
        true
    }

    /// Whether the first bytes in a tunnel that was granted are the gateway's error, in clear: it takes its grant back, and
    /// what follows is no tunnel.
    pub fn revoked(&mut self, data: &[u8], source: Source) -> bool {
        let connect =
            |tunnel: &mut Box<Transaction>| tunnel.request.as_ref().is_some_and(|asked| asked.method == "CONNECT");
        if self.tunnel_bytes > 0 || !data.starts_with(b"HTTP/1.") {
            return false;
        }
        let Some(granted) = self.tunnel.take_if(connect) else { return false };
        self.open.push_front(*granted);
        if self.second_status(data, source) {
            return true;
        }
        self.tunnel = self.open.pop_front().map(Box::new);
        false
    }

    /// A response's head is whole.
    pub(super) fn response(&mut self, head: &[u8], first: Source, last: Source) {
        let (bytes, length) = (head, head.len());
        let Some(transaction) = self.open.front_mut() else { return };
        let head = match http1::response(head) {
            Ok(head) => head,
            Err(_) => return self.junk(first, quote(head)),
        };
        transaction.head = length;
        transaction.late = self.client_closed || self.reset;
        let request = transaction.request.as_ref();
        let upgrade = request.is_some_and(|request| request.upgrade);
        let switches = head.status == 101 && request.is_some_and(|request| !request.upgrade && !request.gap);
        let found = if switches { Some((SWITCHES, &[][..])) } else { head.flaw.map(|flaw| (flaw.kind, flaw.line)) };
        if let Some((kind, line)) = found {
            transaction.flaw = Some(flaw(kind, line));
        }
        let fatal = transaction.flaw.as_ref().is_some_and(|flaw| flaw.weight == Weight::Fatal);
        if (100..200).contains(&head.status) && !(head.status == 101 && (upgrade || switches)) {
            transaction.interim += 1;
            self.responses = Place::START;
            return;
        }
        if transaction.index == 0
            && let Some(sample) = &mut self.sample
        {
            sample.answered.get_or_insert((head.status, first));
        }
        // Refused before its body was sent (417, 401 …): the body never comes, the next request may.
        let refused = transaction.request.as_mut().filter(|request| request.waits);
        if let Some(request) = refused {
            request.waits = false;
            request.complete = true;
            self.requests = Place::START;
        }
        let request = transaction.request.as_ref();
        // Without its request how a response ends cannot be told: a HEAD has no body, a CONNECT opens a tunnel.
        let blind = request.is_none();
        let connect = request.is_some_and(|request| request.method == "CONNECT");
        let bodiless = request.is_some_and(|request| request.method == "HEAD") || matches!(head.status, 204 | 304);
        let tunnel = head.status == 101 && !switches || connect && (200..300).contains(&head.status);
        let place = match head.body {
            // Where it ends, each recipient understands in its own way.
            _ if blind || switches || fatal => Place::Lost,
            _ if tunnel => Place::Tunnel,
            _ if bodiless => Place::START,
            Body::Length(0) => Place::START,
            Body::Length(length) => Place::Length(length),
            Body::Chunked => Place::Chunked(Chunks::default()),
            Body::Unsaid => Place::UntilClose,
        };
        let mut odd = Seldom::<Odd>::default();
        if head.status >= 400 || head.own_word.or(head.others_word).is_some() {
            odd = Odd {
                own_word: own_word(bytes, &head),
                others_word: head.others_word.map(clip),
                via: head.via.filter(|_| head.status >= 400).map(clip),
                proxy_status: told_status(bytes, &head),
                found: marks(bytes, &head),
                ..Odd::default()
            }
            .into();
        }
        transaction.response = Some(Box::new(Response {
            first,
            last,
            status: head.status,
            reason: word(head.reason),
            complete: matches!(place, Place::Head(..) | Place::Tunnel | Place::Lost),
            until_close: matches!(place, Place::UntilClose),
            data_over: false,
            gap: false,
            body: 0,
            odd,
        }));
        let over = matches!(place, Place::Head(..) | Place::Lost);
        self.responses = place;
        if tunnel {
            self.requests = Place::Tunnel;
            self.tunnel = self.open.pop_front().map(Box::new);
        } else if connect {
            // Refused: the client may go on with another request.
            self.requests = Place::START;
        }
        if over {
            self.close(last);
        }
    }

    /// More of a body, for the beginning of an error's page.
    fn page(&mut self, data: &[u8]) {
        if let Some(response) = self.answering() {
            response.page(data);
        }
    }

    pub(super) fn response_body(&mut self, source: Source, bytes: usize, over: bool) {
        if let Some(response) = self.answering() {
            response.body = response.body.saturating_add(bytes as u64);
            response.last = source;
            response.complete |= over;
        }
        if over {
            self.responses = Place::START;
            self.close(source);
        }
    }
}

/// Whether bytes are a whole response at most: no more than its length says lies behind its head.
fn alone(data: &[u8]) -> bool {
    let Some(length) = http1::head_length(data) else { return false };
    let Ok(head) = http1::response(data.get(..length).unwrap_or_default()) else { return false };
    match head.body {
        Body::Length(body) => (data.len() - length) as u64 <= body,
        _ => true,
    }
}

/// Marks in the head of an error.
fn marks(bytes: &[u8], head: &http1::ResponseHead<'_>) -> Marks {
    let mut marks = Marks::default();
    if head.status >= 400 {
        marks.reason(head.status, head.reason);
        http1::each_field(bytes, |name, value| marks.field(name, value));
    }
    marks
}

/// `Proxy-Status` of an error, as one list.
fn told_status(bytes: &[u8], head: &http1::ResponseHead<'_>) -> Option<String> {
    let told = head.proxy_status && head.status >= 400;
    told.then(|| http1::joined(bytes, "proxy-status")).flatten().map(|list| clip(&list))
}

/// The word of whoever made this answer, if it says that it did: the last member of `Proxy-Status` is its own
/// (RFC 9209 section 2).
fn own_word(bytes: &[u8], head: &http1::ResponseHead<'_>) -> Option<String> {
    let list = told_status(bytes, head);
    let last = list.and_then(|list| proxy_status::members(&list).pop());
    let error = last.and_then(|member| Some(alloc::format!("{}; error={}", member.name, member.error?)));
    error.or_else(|| head.own_word.map(clip))
}
