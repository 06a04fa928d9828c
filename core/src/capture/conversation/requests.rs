//! The client's bytes → requests.

use alloc::boxed::Box;

use super::heads::{Head, clip, digest, flaw, may_be_request, whole_head, word};
use super::{Conversation, Http2, PATHS, PIPELINE, Place, STREAMS};
use crate::capture::connection::Side;
use crate::capture::transaction::{Request, Sample, Transaction};
use crate::exchange::Source;
use crate::protocols::http1::flaws::STRAY;
use crate::protocols::http1::{self, Body, Chunks, Progress};

impl Conversation {
    /// The next bytes of the client; `end` is the stream position behind them.
    pub fn client_data(&mut self, mut data: &[u8], end: u64, source: Source) {
        if self.icap_asked(data, source) {
            return;
        }
        if self.count == 0 && self.http2.is_none() && Http2::begins(data) {
            self.http2 = Some(Box::new(Http2::new()));
            self.multiplexed = true;
        }
        if self.http2.is_some() {
            return self.http2(Side::Client, data, end, source);
        }
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
                Place::Lost => {
                    self.goes_on(end, source);
                    return;
                }
                Place::UntilClose | Place::Tunnel => return,
            };
            data = data.get(taken..).unwrap_or_default();
        }
    }

    /// A request's head is whole.
    pub(super) fn request(&mut self, bytes: &[u8], first: Source, last: Source, end: u64) {
        let Ok(head) = http1::request(bytes) else {
            self.requests = Place::Lost;
            return;
        };
        let request = Request {
            first,
            last,
            method: word(head.method),
            target: clip(head.target),
            host: head.host.map(clip),
            complete: matches!(head.body, Body::Unsaid | Body::Length(0)),
            end,
            acked: None,
            gap: false,
            upgrade: head.upgrade,
            forwarded: head.forwarded,
            via: if head.via { http1::joined(bytes, "via").map(|list| clip(&list)) } else { None },
            proxied: false,
            waits: head.expects && !matches!(head.body, Body::Unsaid | Body::Length(0)),
        };
        if self.count == 0 {
            self.sample = Some(Box::new(Sample {
                asked: first,
                host: request.host.clone(),
                for_proxy: request.for_proxy(),
                fields: http1::telling(bytes),
                answered: None,
            }));
        }
        if self.via.is_none() {
            self.via.clone_from(&request.via);
        }
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
        self.begin(request);
    }

    /// A request begins its transaction.
    pub(super) fn begin(&mut self, request: Request) {
        let index = self.count;
        self.count += 1;
        if self.open.len() >= if self.multiplexed { STREAMS } else { PIPELINE } {
            self.open.pop_front();
            self.given_up += 1;
        }
        let idle = self.idle_since.filter(|_| self.open.is_empty()).map(|since| request.first.time.since(since.time));
        let stray = core::mem::take(&mut self.stray).then(|| flaw(STRAY, &[]));
        let request = Some(Box::new(request));
        self.wait_for(Transaction { request, index, idle, flaw: stray, ..Transaction::default() });
    }

    /// More of a request whose end cannot be found.
    pub(super) fn goes_on(&mut self, end: u64, source: Source) {
        let last = self.open.back_mut().and_then(|transaction| transaction.request.as_mut());
        if let Some(request) = last.filter(|request| request.gap && end > request.end) {
            request.acked = None;
            request.end = end;
            request.last = source;
        }
    }

    pub(super) fn request_body(&mut self, end: u64, source: Source, over: bool) {
        if let Some(request) = self.open.back_mut().and_then(|transaction| transaction.request.as_mut()) {
            // What was acknowledged so far is not all of it.
            if end > request.end {
                request.acked = None;
            }
            request.end = end;
            request.last = source;
            request.waits = false;
            request.complete |= over;
        }
        // Also where the answer came first and closed the exchange: else the same place would be read for ever.
        if over {
            self.requests = Place::START;
        }
    }
}
