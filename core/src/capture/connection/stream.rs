//! Bytes of both directions in order: what waits for missing bytes, what the capture lacks, where a stream ends.

use alloc::boxed::Box;

use super::{Connection, Fin, Reset, Side, Speech};
use crate::capture::packet::Segment;
use crate::exchange::Source;

/// Out-of-order bytes kept per direction: a window of 256 KiB covers what gateways and captures reorder.
const PENDING_BYTES: usize = 256 * 1024;
/// Out-of-order segments kept per direction.
const PENDING_SEGMENTS: usize = 256;

impl Connection {
    /// Bytes that wait: out of order for those before them, of a message's head for the rest of it.
    pub fn waiting(&self) -> usize {
        self.client_end.pending_bytes + self.server_end.pending_bytes + self.unfinished
    }

    /// Goes on behind all bytes that are missing, and as if the rest of a head were: there is no more room to wait for them.
    pub fn wait_no_more(&mut self, source: Source) {
        for side in [Side::Client, Side::Server] {
            for _ in 0..=PENDING_SEGMENTS {
                if self.end(side).pending.is_empty() {
                    break;
                }
                self.skip_gap(side, source);
            }
        }
        for (side, bytes) in [Side::Client, Side::Server].into_iter().zip(self.speech.unfinished()) {
            if bytes > 0 {
                self.end_mut(side).miss(source);
                self.gap(side, 0, source);
            }
        }
    }

    pub(super) fn payload(&mut self, side: Side, segment: &Segment<'_>, source: Source) {
        let seq = segment.seq.wrapping_add(u32::from(segment.has(Segment::SYN)));
        let end = self.end_mut(side);
        let beyond = |reset: Reset| {
            let from = if reset.ahead.is_some() { reset.seq } else { seq };
            seq.wrapping_add(segment.length).wrapping_sub(from).cast_signed() > 0
        };
        if end.rst().is_some_and(beyond) {
            end.rare().after_rst.get_or_insert(source);
        }
        let next = *end.next.get_or_insert(seq);
        let ahead = seq.wrapping_sub(next).cast_signed();
        if ahead.unsigned_abs() > 1 << 30 {
            return;
        }
        if ahead > 0 {
            end.keep(seq, segment, source);
            let full = end.pending_bytes > PENDING_BYTES || end.pending.len() > PENDING_SEGMENTS;
            let known_received = end.acked >= end.position + u64::from(ahead.unsigned_abs());
            if full || known_received {
                self.skip_gap(side, source);
            }
            return;
        }
        let old = ahead.unsigned_abs();
        if old >= segment.length {
            // One old byte is a keep-alive probe (RFC 9293 section 3.8.4), not a retransmission.
            if segment.length > 1 {
                end.largest_again = end.largest_again.max(segment.length);
                end.retransmissions += 1;
                let rare = end.rare();
                rare.retransmitted.get_or_insert(source);
                rare.sent_again = Some(source);
            }
            return;
        }
        let fresh = segment.payload.get(old as usize..).unwrap_or_default();
        self.deliver(side, fresh, segment.length - old, source);
        self.drain(side);
    }

    /// Bytes in order: `length` on the wire, of which `data` was captured.
    fn deliver(&mut self, side: Side, data: &[u8], length: u32, source: Source) {
        let end = self.end_mut(side);
        let data = data.get(..length as usize).unwrap_or(data);
        end.first_data.get_or_insert(source);
        end.last_data = Some(source);
        end.advance = Some(source);
        end.next = end.next.map(|next| next.wrapping_add(length));
        end.position += u64::from(length);
        end.bytes += data.len() as u64;
        let to = end.position;
        let missing = u64::from(length) - data.len() as u64;
        end.cut += missing;
        self.speak(side, data, to - missing, source);
        if missing > 0 {
            self.gap(side, missing, source);
        }
    }

    /// Delivers what waited for the bytes just seen.
    fn drain(&mut self, side: Side) {
        loop {
            let end = self.end_mut(side);
            let Some(next) = end.next else { return };
            let Some(at) = end.pending.iter().position(|(seq, ..)| next.wrapping_sub(*seq).cast_signed() >= 0) else {
                return;
            };
            let (seq, data, length, source) = end.pending.swap_remove(at);
            end.pending_bytes -= data.len();
            if length == 0 {
                self.stream_end(side, source);
            }
            let old = next.wrapping_sub(seq);
            if old < length {
                self.deliver(side, data.get(old as usize..).unwrap_or_default(), length - old, source);
            }
        }
    }

    /// Gives up waiting: goes on behind the bytes that the capture lacks.
    pub(super) fn skip_gap(&mut self, side: Side, source: Source) {
        let end = self.end_mut(side);
        let Some(next) = end.next else { return };
        let Some(first) = end.pending.iter().map(|(seq, ..)| seq.wrapping_sub(next)).min() else { return };
        end.next = Some(next.wrapping_add(first));
        end.position += u64::from(first);
        end.lost += u64::from(first);
        end.miss(source);
        self.gap(side, u64::from(first), source);
        self.drain(side);
    }

    fn gap(&mut self, side: Side, bytes: u64, source: Source) {
        if let Some(handshake) = &mut self.handshake {
            handshake.gap(side, bytes);
        }
        let to = self.end(side).position;
        match (&mut self.speech, side) {
            (Speech::Http(conversation), Side::Client) => conversation.client_gap(bytes, to, source),
            (Speech::Http(conversation), Side::Server) => conversation.server_gap(bytes, source),
            (Speech::Dns(parts), _) => **parts = Default::default(),
            _ => {}
        }
        self.unfinished = self.speech.unfinished().iter().sum();
    }
    pub(super) fn fin(&mut self, side: Side, segment: &Segment<'_>, source: Source) {
        let other = self.end(side.other());
        let behind = other.next.map_or(0, |next| segment.ack.wrapping_sub(next).cast_signed());
        let received = other.position.saturating_add_signed(i64::from(behind));
        let end = self.end_mut(side);
        if end.fin.is_some() {
            return;
        }
        end.fin = Some(Fin { source, received });
        // The end of the stream may come while bytes before it are missing.
        let at = segment.seq.wrapping_add(segment.length);
        let missing = end.next.map_or(0, |next| at.wrapping_sub(next).cast_signed());
        let unseen = missing > 0 && missing.unsigned_abs() < 1 << 30;
        if unseen && end.pending.is_empty() {
            // They may stand behind it in the file: it waits for them like bytes out of order.
            end.pending.push((at, Box::default(), 0, source));
            return;
        }
        self.stream_end(side, source);
    }

    fn stream_end(&mut self, side: Side, source: Source) {
        if let Speech::Http(conversation) = &mut self.speech {
            match side {
                Side::Client => conversation.client_end(),
                Side::Server => conversation.server_end(source),
            }
        }
    }
}
