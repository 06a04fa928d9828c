//! One direction of a TLS connection: bytes → records → handshake messages, whatever segments and records they straddle.

use alloc::vec::Vec;

use crate::protocols::tls::{self, Content, HEADER};

/// Longest handshake message that is put together: ClientHellos with large key shares have 2 KiB, chains of certificates
/// up to some 20.
const LONGEST: usize = 64 * 1024;

/// What came out of the bytes.
pub enum Found<'a> {
    /// A handshake message began: its type and the length of its body.
    Began(u8, usize),
    /// A handshake message is whole: its type and body. Only of those that are wanted.
    Message(u8, &'a [u8]),
    /// An alert in the clear: its number. Its level means nothing in TLS 1.3, and little before.
    Alert(u8),
    /// A record of anything else, or encrypted, is whole: what it holds, its length.
    Record(Content, usize),
    /// These bytes are no TLS.
    Foreign,
}

/// The state of one direction.
#[derive(Debug, Default)]
pub struct Records {
    head: [u8; HEADER],
    /// Bytes of the header that are there.
    have: usize,
    content: Option<Content>,
    /// Length of the record, and bytes of it still to come.
    length: usize,
    left: usize,
    /// The handshake message or alert that is not whole, with its header.
    message: Vec<u8>,
    /// Bytes of a message that is not wanted.
    skip: usize,
    /// From here on handshake records and alerts are encrypted.
    pub hidden: bool,
    /// Bytes are missing, or no TLS: nothing can be followed any more.
    pub lost: bool,
}

/// ClientHello, ServerHello, Certificate: the others are known by their type alone.
const fn wanted(kind: u8) -> bool {
    matches!(kind, 1 | 2 | 11)
}

impl Records {
    /// Whether nothing of a record is waiting.
    pub fn at_start(&self) -> bool {
        self.have == 0 && self.content.is_none()
    }

    /// The first bytes that are there, where a record begins.
    pub fn beginning(&self) -> &[u8] {
        self.head.get(..self.have).unwrap_or_default()
    }

    /// Takes bytes until something is found; `data` is what is left of them.
    pub fn next<'a>(&'a mut self, data: &mut &[u8]) -> Option<Found<'a>> {
        loop {
            if self.lost {
                return None;
            }
            let Some(content) = self.content else {
                if data.is_empty() {
                    return None;
                }
                let taken = (HEADER - self.have).min(data.len());
                let (front, rest) = data.split_at_checked(taken)?;
                self.head.get_mut(self.have..self.have + taken)?.copy_from_slice(front);
                self.have += taken;
                *data = rest;
                if tls::looks_like_tls(self.beginning()) == Some(false) {
                    self.lost = true;
                    return Some(Found::Foreign);
                }
                if self.have < HEADER {
                    return None;
                }
                let Some((content, length)) = tls::header(self.head) else {
                    self.lost = true;
                    return Some(Found::Foreign);
                };
                self.have = 0;
                (self.content, self.length, self.left) = (Some(content), length, length);
                continue;
            };
            let readable = match content {
                Content::Handshake => !self.hidden,
                Content::Alert => self.length == 2,
                _ => false,
            };
            if self.left == 0 {
                self.content = None;
                if !readable {
                    return Some(Found::Record(content, self.length));
                }
                continue;
            }
            if data.is_empty() {
                return None;
            }
            let (front, rest) = data.split_at_checked(self.left.min(data.len()))?;
            if !readable {
                self.left -= front.len();
                *data = rest;
                continue;
            }
            if content == Content::Alert {
                self.message.extend_from_slice(front);
                self.left -= front.len();
                *data = rest;
                if let [_, number] = *self.message.as_slice() {
                    self.message.clear();
                    return Some(Found::Alert(number));
                }
                continue;
            }
            match self.handshake(front) {
                Step::More(taken) => {
                    self.left -= taken;
                    *data = data.get(taken..).unwrap_or_default();
                }
                Step::Began(taken, kind, length) => {
                    self.left -= taken;
                    *data = data.get(taken..).unwrap_or_default();
                    return Some(Found::Began(kind, length));
                }
                Step::Whole(taken, kind) => {
                    self.left -= taken;
                    *data = data.get(taken..).unwrap_or_default();
                    return Some(Found::Message(kind, self.message.get(4..).unwrap_or_default()));
                }
            }
        }
    }

    /// The message that was whole is done with: its memory is given back.
    pub fn forget(&mut self) {
        self.message = Vec::new();
    }

    /// Takes bytes of handshake messages.
    fn handshake(&mut self, front: &[u8]) -> Step {
        if self.skip > 0 {
            let taken = self.skip.min(front.len());
            self.skip -= taken;
            return Step::More(taken);
        }
        if self.message.len() >= 4 && self.message.len() == 4 + self.body() {
            self.forget();
        }
        let begun = self.message.len();
        if begun < 4 {
            let taken = (4 - begun).min(front.len());
            self.message.extend_from_slice(front.get(..taken).unwrap_or_default());
            let &[kind, ..] = self.message.as_slice() else { return Step::More(taken) };
            if self.message.len() < 4 {
                return Step::More(taken);
            }
            let length = self.body();
            if !wanted(kind) || length > LONGEST {
                self.message.clear();
                self.skip = length;
            }
            return Step::Began(taken, kind, length);
        }
        let taken = (4 + self.body() - begun).min(front.len());
        self.message.extend_from_slice(front.get(..taken).unwrap_or_default());
        match self.message.first() {
            Some(kind) if self.message.len() == 4 + self.body() => Step::Whole(taken, *kind),
            _ => Step::More(taken),
        }
    }

    /// The length of the message's body, as its header says.
    fn body(&self) -> usize {
        match *self.message.as_slice() {
            [_, high, middle, low, ..] => usize::from(high) << 16 | usize::from(middle) << 8 | usize::from(low),
            _ => 0,
        }
    }

    /// The capture lacks bytes: within a record it can be followed all the same, without the message they belong to.
    pub fn gap(&mut self, bytes: u64) {
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        if self.content.is_none() || bytes > self.left {
            self.lost = true;
            return;
        }
        self.left -= bytes;
        if self.content == Some(Content::Handshake) && !self.hidden {
            self.forgo(bytes);
        }
    }

    /// Gives up the message that missing bytes belong to; if another one begins in them, messages are lost.
    fn forgo(&mut self, bytes: usize) {
        let waiting = if self.message.len() >= 4 { 4 + self.body() - self.message.len() } else { self.skip };
        self.message = Vec::new();
        match waiting.checked_sub(bytes) {
            Some(rest) if waiting > 0 => self.skip = rest,
            // Where the next one begins is not known: what is left of the record is passed over.
            _ => self.skip = self.left,
        }
    }
}

enum Step {
    More(usize),
    Began(usize, u8, usize),
    Whole(usize, u8),
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes of bytes in pieces of this size.
    fn read(bytes: &[u8], size: usize) -> Vec<(u8, usize)> {
        let mut records = Records::default();
        let mut out = Vec::new();
        for mut piece in bytes.chunks(size) {
            while let Some(found) = records.next(&mut piece) {
                match found {
                    Found::Message(kind, body) => out.push((kind, body.len())),
                    Found::Alert(number) => out.push((21, usize::from(number))),
                    Found::Record(_, length) => out.push((200, length)),
                    Found::Began(kind, length) if !wanted(kind) => out.push((kind, length)),
                    Found::Began(..) => {}
                    Found::Foreign => out.push((255, 0)),
                }
            }
        }
        out
    }

    #[test]
    fn messages_straddle_records_and_segments() {
        // ClientHello of 10 bytes over three records, a message of no interest, an alert, a record of data.
        let bytes = [
            &[22, 3, 1, 0, 2, 1, 0][..],
            &[22, 3, 1, 0, 5, 0, 10, 1, 2, 3],
            &[22, 3, 1, 0, 7, 4, 5, 6, 7, 8, 9, 10],
            &[22, 3, 3, 0, 5, 14, 0, 0, 1, 0, 21, 3, 3, 0, 2, 2, 40],
            &[23, 3, 3, 0, 3, 0, 0, 0],
        ]
        .concat();
        let whole = [(1, 10), (14, 1), (21, 40), (200, 3)];
        for size in 1..=bytes.len() {
            assert_eq!(read(&bytes, size), whole, "pieces of {size}");
        }
    }

    #[test]
    fn foreign_bytes_and_gaps() {
        assert_eq!(read(b"HTTP/1.1 400 Bad Request", 3), [(255, 0)]);
        let mut records = Records::default();
        let mut data: &[u8] = &[22, 3, 1, 0, 9, 1, 0, 0, 5, 0];
        while records.next(&mut data).is_some() {}
        records.gap(4);
        let mut data: &[u8] = &[23, 3, 3, 0, 1, 0];
        assert!(matches!(records.next(&mut data), Some(Found::Record(Content::Data, 1))));
        records.gap(1);
        assert!(records.lost);
    }

    #[test]
    fn a_message_beyond_the_limit_is_passed_over() {
        let hello = |length: usize| {
            let [_, high, middle, low] = u32::to_be_bytes(length as u32);
            let messages = [&[1, high, middle, low][..], &[7].repeat(length), &[2, 0, 0, 1, 9]].concat();
            let records = messages.chunks(16_384).map(|part| {
                let [high, low] = u16::to_be_bytes(part.len() as u16);
                [&[22, 3, 1, high, low], part].concat()
            });
            read(&records.collect::<Vec<_>>().concat(), 1_400)
        };
        assert_eq!(hello(65_536), [(1, 65_536), (2, 1)]);
        assert_eq!(hello(65_537), [(2, 1)], "what follows is read");
    }
}
