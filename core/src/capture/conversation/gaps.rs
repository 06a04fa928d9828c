//! Bytes that the capture lacks: what of a message can still be followed across them.

use super::heads::{clip, digest, word};
use super::{Conversation, PATHS, Place};
use crate::capture::connection::Side;
use crate::capture::transaction::Request;
use crate::exchange::Source;
use crate::protocols::http1;

/// Bytes of a status line until behind its code: `HTTP/1.1 502 `.
const STATUS: usize = 13;

/// What of a head lies before its last line end: a line that is cut off says nothing.
fn whole_lines(part: &[u8]) -> &[u8] {
    let end = part.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    part.get(..end).unwrap_or_default()
}

impl Conversation {
    /// The capture lacks bytes of the client; `end` is the stream position behind them.
    pub fn client_gap(&mut self, bytes: u64, end: u64, source: Source) {
        if self.http2.is_some() {
            return self.http2_gap(Side::Client, bytes);
        }
        if let Place::Head(part, Some(first)) = &mut self.requests {
            // Snapped in the head: its first line is enough to know what was wanted.
            let (part, first) = (core::mem::take(part), *first);
            match whole_lines(&part) {
                [] => self.cut_request(&part, first, source, end),
                lines => {
                    self.request(lines, first, source, end);
                    if let Some(request) = self.open.back_mut().and_then(|transaction| transaction.request.as_mut()) {
                        request.gap = true;
                        request.complete = true;
                    }
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
            self.goes_on(end, source);
            self.requests = Place::Lost;
        }
    }

    /// A request whose first line is cut off: its method, and of its target what is whole.
    fn cut_request(&mut self, part: &[u8], first: Source, last: Source, end: u64) {
        let line = core::str::from_utf8(part).unwrap_or_default();
        let Some((method, rest)) = line.split_once(' ') else { return };
        if http1::looks_like_request(part) != Some(true) {
            return;
        }
        let (target, seen) = match rest.split_once(' ') {
            Some((target, _)) => (target, target),
            None => ("", rest),
        };
        let absolute = http1::absolute(seen);
        // A host name is whole where something follows it.
        let host = absolute.and_then(|(scheme, rest)| {
            let authority = rest.split_once(['/', '?'])?.0;
            let port = if scheme == "https" && !authority.contains(':') { ":443" } else { "" };
            Some(alloc::format!("{authority}{port}"))
        });
        let request = Request {
            first,
            last,
            method: word(method),
            target: clip(target),
            host: host.map(|host| clip(&host)),
            complete: true,
            end,
            acked: None,
            gap: true,
            upgrade: false,
            forwarded: false,
            via: None,
            waits: false,
            proxied: absolute.is_some(),
        };
        self.for_proxy += u32::from(request.for_proxy());
        if !target.is_empty() && self.paths.len() < PATHS {
            self.paths.push(digest(target));
        }
        self.begin(request);
        if method == "CONNECT" {
            self.requests = Place::Tunnel;
        }
    }

    /// The capture lacks bytes of the server.
    pub fn server_gap(&mut self, bytes: u64, source: Source) {
        if self.http2.is_some() {
            return self.http2_gap(Side::Server, bytes);
        }
        if let Place::Head(part, Some(first)) = &mut self.responses {
            let (part, first) = (core::mem::take(part), *first);
            if let Some(transaction) = self.open.front_mut() {
                transaction.partial = None;
            }
            let lines = match whole_lines(&part) {
                // The status stands at the line's begin.
                [] => part.get(..STATUS).filter(|line| line.last() == Some(&b' ')).unwrap_or_default(),
                lines => lines,
            };
            if http1::looks_like_response(lines) == Some(true) {
                self.response(lines, first, source);
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
                self.response_body(source, 0, true);
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
                let missed = &mut self.missed.get_or_insert_default().0;
                let room = super::PIPELINE.saturating_sub(missed.len());
                let open = core::mem::take(&mut self.open);
                missed.extend(open.into_iter().filter(|transaction| transaction.request.is_some()).take(room));
            }
        }
    }
}
