//! RSTs: what tells who sent them, and whether they were heeded.

use super::{Connection, KEPT, Reset, Side, Speech};
use crate::capture::packet::{Packet, Segment};

impl Connection {
    /// A RST: kept with what tells who sent it.
    pub(super) fn reset(&mut self, side: Side, packet: &Packet<'_>, segment: &Segment<'_>) {
        let source = packet.source;
        let ack = segment.has(Segment::ACK).then_some(segment.ack);
        let other = self.end(side.other());
        let cause = other.advance.filter(|_| ack.is_some() && other.next == ack);
        let end = self.end_mut(side);
        let ahead = end.next.map(|next| segment.seq.wrapping_sub(next).cast_signed());
        let reset = Reset {
            source,
            ttl: packet.ttl,
            id: packet.id,
            whole: packet.whole,
            seq: segment.seq,
            ack,
            window: segment.window,
            stamped: segment.stamp.is_some(),
            ahead,
            cause,
            outgoing: packet.outgoing,
            hardware: packet.hardware,
        };
        let rare = end.rare();
        rare.rst.get_or_insert(reset);
        if rare.rsts.len() < KEPT {
            rare.rsts.push(reset);
        }
        if let (Speech::Http(conversation), Side::Server) = (&mut self.speech, side) {
            conversation.server_reset();
        }
    }

    /// A RST was not heeded if its alleged sender takes bytes that the other side sent after it: both are alive
    /// (RFC 5961 section 3).
    pub(super) fn heed(&mut self, side: Side, segment: &Segment<'_>) {
        self.outlive(side, segment);
        let other = self.end(side.other());
        let (sent, all) = (other.last_data, other.next == Some(segment.ack));
        let after = |reset: Reset| sent.is_some_and(|sent| sent > reset.source);
        let end = self.end_mut(side);
        if !all || !end.rst().is_some_and(after) {
            return;
        }
        end.ignored += 1;
        end.forget_reset();
        if let Speech::Http(conversation) = &mut self.speech {
            conversation.reset_ignored();
        }
    }

    /// Nor was it heeded if it had another number than the one expected (RFC 5961 section 3.2) and its receiver takes bytes
    /// that came after it: a connection that is gone answers with a RST.
    fn outlive(&mut self, side: Side, segment: &Segment<'_>) {
        let end = self.end_mut(side.other());
        let beside = |reset: Reset| reset.ahead.is_some_and(|ahead| ahead != 0);
        let later =
            end.rst().is_some_and(|reset| beside(reset) && end.last_data.is_some_and(|data| data > reset.source));
        if !later || end.next != Some(segment.ack) || end.acked >= end.position {
            return;
        }
        end.ignored += 1;
        end.forget_reset();
        if let (Speech::Http(conversation), Side::Client) = (&mut self.speech, side) {
            conversation.reset_ignored();
        }
    }
}
