//! HTTP/2 in the clear (RFC 9113): each stream is a transaction of the conversation.
//!
//! Heads are written out as HTTP/1.1 has them and read by the same parser, so that both mean the same here.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use super::heads::quote;
use super::{Conversation, Place};
use crate::capture::connection::Side;
use crate::capture::transaction::{StreamEnd, Transaction};
use crate::exchange::Source;
use crate::protocols::hpack::Decoder;
use crate::protocols::http2::{Frame, Frames, PREFACE, flag, kind};

/// Longest header block that is put together of several frames.
const LONGEST: usize = 64 * 1024;
/// Transactions that wait on one connection: servers allow 100 to 256 streams at a time.
pub const STREAMS: usize = 256;

/// Both directions of an HTTP/2 connection.
#[derive(Debug, Default)]
pub struct Http2 {
    frames: [Frames; 2],
    decoders: [Decoder; 2],
    /// A header block that is not whole: its stream, the flags of its first frame, and its first packet.
    blocks: [Option<(Frame, Source)>; 2],
    /// Bytes of the preface that are still to come.
    preface: usize,
    /// The packet in which the present frame of a side began.
    begun: [Option<Source>; 2],
    spoken: bool,
    /// The server ends the connection: last stream that it takes, error code, where.
    goaway: Option<(u32, u32, Source)>,
}

impl Http2 {
    /// Whether a stream begins as a client of HTTP/2 does.
    pub fn begins(data: &[u8]) -> bool {
        !data.is_empty() && PREFACE.starts_with(data.get(..PREFACE.len()).unwrap_or(data)) && data.starts_with(b"PRI *")
    }

    /// Before the client's first bytes.
    pub fn new() -> Self {
        Self { preface: PREFACE.len(), ..Self::default() }
    }
}

const fn index(side: Side) -> usize {
    match side {
        Side::Client => 0,
        Side::Server => 1,
    }
}

impl Conversation {
    /// Whether these are the first bytes of HTTP/2 behind an upgrade to it (RFC 7540 section 3.2); from here on they
    /// are taken as such. The request that asked for it is stream 1.
    pub fn upgrades(&mut self, side: Side, data: &[u8]) -> bool {
        let settings = matches!(data, [0, 0, _, kind::SETTINGS, 0, 0, 0, 0, 0, ..]);
        let begins = match side {
            Side::Client => Http2::begins(data),
            Side::Server => settings,
        };
        let upgraded =
            |tunnel: &mut Box<Transaction>| begins && tunnel.request.as_ref().is_some_and(|request| request.upgrade);
        let Some(mut first) = self.tunnel.take_if(upgraded).filter(|_| self.tunnel_bytes == 0) else { return false };
        first.stream = 1;
        first.response = None;
        self.wait_for(*first);
        self.http2 = Some(Box::new(Http2::new()));
        self.multiplexed = true;
        true
    }

    /// The next bytes of a side, where HTTP/2 is spoken; `end` is the client's stream position behind them.
    pub(super) fn http2(&mut self, side: Side, mut data: &[u8], end: u64, source: Source) {
        let Some(mut http2) = self.http2.take() else { return };
        if side == Side::Client && http2.preface > 0 {
            let taken = http2.preface.min(data.len());
            http2.preface -= taken;
            data = data.get(taken..).unwrap_or_default();
        }
        if side == Side::Server && !http2.spoken && !data.is_empty() {
            http2.spoken = true;
            // The first frame is SETTINGS; an answer of HTTP/1.1 is the usual other thing.
            if data.get(3).is_some_and(|kind| *kind != kind::SETTINGS) {
                http2.frames[1].lost = true;
                let text = quote(data);
                self.open.iter_mut().for_each(|open| open.junk = Some(Box::new((source, text.clone()))));
            }
        }
        while !data.is_empty() {
            let begun = *http2.begun[index(side)].get_or_insert(source);
            let Some(frame) = http2.frames[index(side)].next(&mut data) else { break };
            http2.begun[index(side)] = None;
            self.frame(&mut http2, side, frame, end.saturating_sub(data.len() as u64), (begun, source));
        }
        if http2.frames.iter().any(|frames| frames.lost) {
            self.forget_streams();
        }
        self.http2 = Some(http2);
    }

    /// What waits can no longer be followed: nothing is said of it.
    fn forget_streams(&mut self) {
        if self.open.iter().all(|open| open.junk.is_none()) {
            self.healthy += u32::try_from(self.open.len()).unwrap_or(0);
            self.open.clear();
        }
    }

    fn frame(&mut self, http2: &mut Http2, side: Side, frame: Frame, end: u64, seen: (Source, Source)) {
        let (stream, over) = (frame.stream, frame.has(flag::END_STREAM));
        match frame.kind {
            kind::HEADERS | kind::PUSH_PROMISE => {
                let Some(block) = frame.block() else {
                    http2.frames[index(side)].lost = true;
                    return;
                };
                let block = block.to_vec();
                let whole = frame.has(flag::END_HEADERS);
                let first = (Frame { payload: block, ..frame }, seen.0);
                if whole {
                    self.block(http2, side, first, end, seen.1);
                } else {
                    http2.blocks[index(side)] = Some(first);
                }
            }
            kind::CONTINUATION => {
                let Some((mut first, begun)) = http2.blocks[index(side)].take() else { return };
                first.payload.extend_from_slice(&frame.payload);
                if first.payload.len() > LONGEST {
                    http2.frames[index(side)].lost = true;
                } else if frame.has(flag::END_HEADERS) {
                    self.block(http2, side, (first, begun), end, seen.1);
                } else {
                    http2.blocks[index(side)] = Some((first, begun));
                }
            }
            kind::DATA => match side {
                Side::Client => self.asked(stream, end, seen.1, over),
                Side::Server => self.answered(stream, seen.1, over),
            },
            kind::RST_STREAM => {
                if let Some((_, code)) = frame.error() {
                    let by_server = side == Side::Server;
                    self.ended(stream, StreamEnd::Reset { code, by_server, source: seen.1 });
                }
            }
            kind::GOAWAY if side == Side::Server => {
                if let Some((last, code)) = frame.error() {
                    http2.goaway = Some((last, code, seen.1));
                    self.going_away(last, code, seen.1);
                }
            }
            _ => {}
        }
    }

    /// A header block is whole: a request, a response, or trailers.
    fn block(&mut self, http2: &mut Http2, side: Side, first: (Frame, Source), end: u64, source: Source) {
        let (frame, begun) = first;
        let Some(fields) = http2.decoders[index(side)].block(&frame.payload) else {
            http2.frames[index(side)].lost = true;
            return;
        };
        if frame.kind == kind::PUSH_PROMISE {
            return;
        }
        let (stream, over) = (frame.stream, frame.has(flag::END_STREAM));
        let known = self.open.iter().position(|open| open.stream == stream);
        match (side, known) {
            (Side::Client, None) => {
                let Some(head) = request(&fields) else { return };
                self.request(head.as_bytes(), begun, source, end);
                self.requests = Place::START;
                let Some(open) = self.open.back_mut().filter(|open| open.stream == 0) else { return };
                open.stream = stream;
                if let Some(request) = &mut open.request {
                    request.complete = over;
                }
                // Behind the server's GOAWAY: it will not be taken.
                if let Some((last, code, at)) = http2.goaway.filter(|(last, ..)| stream > *last) {
                    self.going_away(last, code, at);
                }
            }
            (Side::Client, Some(_)) => self.asked(stream, end, source, over),
            (Side::Server, Some(at)) if self.open.get(at).is_some_and(|open| open.response.is_none()) => {
                let Some(head) = response(&fields) else { return };
                // The parser answers the first that waits.
                if let Some(open) = self.open.remove(at) {
                    self.open.push_front(open);
                }
                let before = self.open.len();
                self.response(head.as_bytes(), begun, source);
                self.responses = Place::START;
                if self.open.len() == before {
                    if let Some(response) = self.answering() {
                        response.until_close = false;
                    }
                    self.answered(stream, source, over);
                }
            }
            (Side::Server, _) => self.answered(stream, source, over),
        }
    }

    fn open_stream(&mut self, stream: u32) -> Option<&mut Transaction> {
        self.open.iter_mut().find(|open| open.stream == stream && stream != 0)
    }

    /// More of a request.
    fn asked(&mut self, stream: u32, end: u64, source: Source, over: bool) {
        if let Some(request) = self.open_stream(stream).and_then(|open| open.request.as_mut()) {
            request.last = source;
            request.end = end;
            request.complete |= over;
        }
    }

    /// More of a response.
    fn answered(&mut self, stream: u32, source: Source, over: bool) {
        let Some(open) = self.open_stream(stream) else { return };
        let Some(response) = open.response.as_mut() else { return };
        response.last = source;
        response.complete |= over;
        if over {
            self.close_stream(stream, source);
        }
    }

    /// A stream was reset.
    fn ended(&mut self, stream: u32, end: StreamEnd) {
        if let Some(open) = self.open_stream(stream) {
            open.ended.get_or_insert_with(|| Box::new(end));
            self.close_stream(stream, end.source());
        }
    }

    /// The server takes no stream above `last`; those below go on.
    fn going_away(&mut self, last: u32, code: u32, source: Source) {
        let refused: Vec<u32> = self.open.iter().filter(|open| open.stream > last).map(|open| open.stream).collect();
        for stream in refused {
            self.ended(stream, StreamEnd::Goaway { code, taken: false, source });
        }
        if code != 0 {
            for open in &mut self.open {
                open.ended.get_or_insert_with(|| Box::new(StreamEnd::Goaway { code, taken: true, source }));
            }
        }
    }

    fn close_stream(&mut self, stream: u32, source: Source) {
        if let Some(at) = self.open.iter().position(|open| open.stream == stream)
            && let Some(open) = self.open.remove(at)
        {
            self.open.push_front(open);
            self.close(source);
        }
    }

    /// The capture lacks bytes of a side.
    pub(super) fn http2_gap(&mut self, side: Side, bytes: u64) {
        if let Some(http2) = &mut self.http2 {
            http2.frames[index(side)].gap(bytes);
            if http2.frames[index(side)].lost {
                self.forget_streams();
            }
        }
    }
}

fn value<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// The other fields, as lines.
fn lines(head: &mut String, fields: &[(String, String)]) {
    for (name, value) in fields {
        // These would say another length than the stream's end does.
        if !name.starts_with(':') && !matches!(name.as_str(), "transfer-encoding" | "connection" | "upgrade") {
            let _ = write!(head, "{name}: {value}\r\n");
        }
    }
    head.push_str("\r\n");
}

/// A request as HTTP/1.1 would write it; `None` of CONNECT, whose inside is not followed, and of trailers.
fn request(fields: &[(String, String)]) -> Option<Box<str>> {
    let method = value(fields, ":method").filter(|method| *method != "CONNECT")?;
    let path = value(fields, ":path")?;
    let mut head = String::new();
    let _ = write!(head, "{method} {path} HTTP/1.1\r\n");
    if let Some(authority) = value(fields, ":authority") {
        let _ = write!(head, "host: {authority}\r\n");
    }
    lines(&mut head, fields);
    Some(head.into())
}

/// A response as HTTP/1.1 would write it.
fn response(fields: &[(String, String)]) -> Option<Box<str>> {
    let status = value(fields, ":status")?;
    let mut head = String::new();
    let _ = write!(head, "HTTP/1.1 {status} \r\n");
    lines(&mut head, fields);
    Some(head.into())
}
