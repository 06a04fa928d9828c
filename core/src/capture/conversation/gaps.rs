//! Bytes that the capture lacks: what of a message can still be followed across them.

use super::{Conversation, Place};
use crate::capture::connection::Side;
use crate::exchange::Source;
use crate::protocols::http1;

impl Conversation {
    /// The capture lacks bytes of the client.
    pub fn client_gap(&mut self, bytes: u64, source: Source) {
        if self.http2.is_some() {
            return self.http2_gap(Side::Client, bytes);
        }
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
        if self.http2.is_some() {
            return self.http2_gap(Side::Server, bytes);
        }
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
                self.open.clear();
            }
        }
    }
}
