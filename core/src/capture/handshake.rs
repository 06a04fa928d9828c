//! TLS on one connection, from its first byte or inside a tunnel: the handshake as far as it is in the clear, and by
//! size and order what is not.
//!
//! TLS 1.3 encrypts all but the hellos (RFC 8446 section 2): its alerts are records of known length. What is asked and
//! answered afterwards is counted in bytes, never read.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::connection::Side;
use super::records::{Found, Records};
use crate::exchange::Source;
use crate::protocols::tls::certificate::{self, Certificate};
use crate::protocols::tls::hello::{self, ClientHello, ServerHello};
use crate::protocols::tls::{self, Content, HEADER};
use crate::time::Timestamp;

/// TLS 1.3.
pub const TLS13: u16 = 0x0304;
/// The one cipher suite of TLS 1.3 with a short tag (RFC 6655): its encrypted alerts have 11 bytes, not 19.
const SHORT_TAG: u16 = 0x1305;
/// A record shorter than this cannot hold a Finished: four bytes of header, at least 32 of digest.
const FINISHED: usize = 36;

/// An alert in the clear.
#[derive(Clone, Copy, Debug)]
pub struct Alert {
    /// Who sent it.
    pub side: Side,
    /// Its number.
    pub number: u8,
    /// Its packet.
    pub source: Source,
}

/// What the client sent since the server last said something, all of it encrypted.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// Packet of its first byte.
    pub first: Source,
    /// Packet of its last byte so far.
    pub last: Source,
    /// Bytes in records.
    pub bytes: usize,
    /// Something was answered on this connection before.
    pub again: bool,
}

/// Questions kept of one connection.
const QUESTIONS: usize = 32;

/// A question of the client, and when it was told something.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// Its first packet.
    pub asked: Source,
    /// The first record that answers it for certain.
    reply: Option<Timestamp>,
    /// The last record of the server so far.
    last: Option<Timestamp>,
}

impl Question {
    /// When it was answered: for certain, or as far as can be told.
    pub fn told(&self) -> Option<Timestamp> {
        self.reply.or(self.last)
    }

    /// When the last of its answer came.
    pub fn over(&self) -> Option<Timestamp> {
        self.last
    }
}

/// What was seen of TLS on a connection.
#[derive(Debug, Default)]
pub struct Handshake {
    /// ClientHello: the packet of its first byte.
    pub client_hello: Option<Source>,
    /// The packet of its last byte.
    pub client_hello_end: Option<Source>,
    /// Packets that it took so far.
    pub segments: u32,
    /// Bytes of the ClientHello, as its header says.
    pub size: usize,
    /// The ClientHello; the first one where the server asked for another.
    pub hello: Option<Box<ClientHello>>,
    /// HelloRetryRequest: the server asked for another ClientHello.
    pub retry: Option<Source>,
    /// ServerHello.
    pub server_hello: Option<Source>,
    /// What it says.
    pub server: Option<Box<ServerHello>>,
    /// The server's certificate, up to TLS 1.2.
    pub certificate: Option<(Source, Box<Certificate>)>,
    /// The server asks for a client certificate, up to TLS 1.2.
    pub certificate_request: Option<Source>,
    /// An alert in the clear that the handshake did not go on after: who, number, where.
    pub alert: Option<Alert>,
    /// Both sides have finished, as far as can be told.
    pub done: bool,
    /// The client's Finished, or what stands for it.
    pub finished: Option<Source>,
    /// The server's bytes are no TLS: where, and how they begin.
    pub not_tls: Option<(Source, String)>,
    /// An encrypted record of an alert's size is the last that this side sent, client first.
    pub small: [Option<Source>; 2],
    /// What the client asked last and was not answered.
    pub asked: Option<Asked>,
    /// What it asked, the first so many.
    pub questions: Vec<Question>,
    /// It asked more than that.
    pub asked_more: bool,
    /// The server began a new handshake within the encrypted connection.
    pub renegotiated: bool,
    /// TLS 1.3: the client sent a Certificate without a certificate, so the server had asked for one.
    pub empty_certificate: Option<Source>,
    /// Bytes are missing: what came of it cannot be told.
    pub lost: bool,
    /// Records of the server since `asked`; the length of the first, and whether all have it.
    answers: (u32, usize, bool),
    /// The server said something after the client's Finished and before `asked`.
    greeted: bool,
    /// Length of what the server sent by itself after the client's Finished: a session ticket.
    ticket: Option<usize>,
    /// Something was answered.
    answered: bool,
    /// The first of what `asked` was answered with for certain.
    pub reply: Option<Source>,
    directions: [Records; 2],
    changed: [bool; 2],
}

/// Whether all that the server sent since a question may be session tickets, which TLS 1.3 servers send by themselves
/// after the handshake (RFC 8446 section 4.6.1): two of the same length, or one.
const fn may_be_tickets(greeted: bool, answered: bool, tls13: bool, answers: (u32, usize, bool)) -> bool {
    let (count, length, alike) = answers;
    tls13 && !greeted && !answered && count <= 2 && alike && length < 1024
}

const fn index(side: Side) -> usize {
    match side {
        Side::Client => 0,
        Side::Server => 1,
    }
}

impl Handshake {
    /// The name that the ClientHello asks for; it may be an outer one.
    pub fn server_name(&self) -> Option<&str> {
        self.hello.as_ref()?.server_name.as_deref()
    }

    /// The host that is wanted, where the ClientHello says it for certain.
    pub fn host(&self) -> Option<&str> {
        let hello = self.hello.as_ref()?;
        hello.server_name.as_deref().filter(|_| !hello.ech)
    }

    /// The version that the server chose.
    pub fn version(&self) -> Option<u16> {
        self.server.as_ref().map(|server| server.version)
    }

    /// The next bytes of a side.
    pub fn data(&mut self, side: Side, mut data: &[u8], source: Source) {
        if self.directions[index(side)].lost {
            return;
        }
        if side == Side::Client && self.hello.is_none() {
            self.segments += 1;
            if self.client_hello.is_none() && self.directions[0].at_start() && tls::looks_like_ssl2(data) {
                data = self.ssl2(data, source);
            }
        }
        // The direction is taken out, so that what it finds can be noted here.
        let mut records = core::mem::take(&mut self.directions[index(side)]);
        let mut whole = false;
        while let Some(found) = records.next(&mut data) {
            match found {
                Found::Began(kind, length) => self.began(side, kind, length, source),
                Found::Message(kind, body) => {
                    self.message(side, kind, body, source);
                    whole = true;
                }
                Found::Alert(number) => self.alert(side, number, source),
                Found::Record(Content::ChangeCipher, _) => {
                    self.changed[index(side)] = true;
                    self.clear_alert(side);
                }
                Found::Record(content, length) => self.encrypted(side, content, length, source),
                Found::Foreign => {
                    if side == Side::Server && self.server_hello.is_none() {
                        let begun = [records.beginning(), data].concat();
                        self.not_tls = Some((source, super::conversation::quote(&begun)));
                    }
                }
            }
            // Up to TLS 1.2 handshake messages are encrypted after ChangeCipherSpec; in TLS 1.3 it means nothing.
            records.hidden = self.changed[index(side)] && self.version().is_some_and(|version| version < TLS13);
        }
        if whole {
            records.forget();
        }
        self.directions[index(side)] = records;
    }

    /// A ClientHello in the format of SSL 2.0; what is left behind it.
    fn ssl2<'a>(&mut self, data: &'a [u8], source: Source) -> &'a [u8] {
        let [high, low, message @ ..] = data else { return data };
        let length = usize::from(high & 0x7f) << 8 | usize::from(*low);
        self.began(Side::Client, 1, length, source);
        self.client_hello_end = Some(source);
        self.hello = hello::client_ssl2(message).map(Box::new);
        self.directions[0].lost = message.len() < length;
        message.get(length..).unwrap_or_default()
    }

    fn began(&mut self, side: Side, kind: u8, length: usize, source: Source) {
        self.clear_alert(side);
        match (side, kind) {
            (Side::Client, 1) if self.client_hello.is_none() => {
                self.client_hello = Some(source);
                self.size = length + 4;
            }
            (Side::Server, 2) => {
                self.server_hello.get_or_insert(source);
            }
            (Side::Server, 13) => {
                self.certificate_request.get_or_insert(source);
            }
            _ => {}
        }
    }

    fn message(&mut self, side: Side, kind: u8, body: &[u8], source: Source) {
        match (side, kind) {
            (Side::Client, 1) if self.hello.is_none() => {
                self.client_hello_end = Some(source);
                self.hello = hello::client(body).map(Box::new);
            }
            (Side::Server, 2) => {
                let Some(server) = hello::server(body) else { return };
                if server.retry {
                    self.retry.get_or_insert(source);
                    self.server_hello = None;
                } else {
                    self.server_hello = Some(source);
                }
                self.server = Some(Box::new(server));
            }
            (Side::Server, 11) if self.certificate.is_none() => {
                self.certificate = certificate::chain(body).map(|certificate| (source, Box::new(certificate)));
            }
            _ => {}
        }
    }

    /// A message behind an alert shows that the alert was a warning.
    fn clear_alert(&mut self, side: Side) {
        if self.alert.is_some_and(|alert| alert.side == side) {
            self.alert = None;
        }
    }

    fn alert(&mut self, side: Side, number: u8, source: Source) {
        // close_notify and user_canceled say that somebody leaves, not why.
        if matches!(number, 0 | 90) {
            self.small[index(side)] = Some(source);
        } else if !self.answered {
            self.alert.get_or_insert(Alert { side, number, source });
        }
    }

    /// A record that is encrypted, or must be taken for it.
    fn encrypted(&mut self, side: Side, content: Content, length: usize, source: Source) {
        let Some(version) = self.version() else {
            // Early data, or the capture began in the middle: nobody's handshake is judged by this.
            self.lost |= self.client_hello.is_none() || self.server_hello.is_some();
            return;
        };
        match content {
            Content::Alert => self.small[index(side)] = Some(source),
            // Finished up to TLS 1.2; afterwards another handshake.
            Content::Handshake if self.done => self.renegotiated |= side == Side::Server,
            Content::Handshake => {
                if side == Side::Client {
                    self.finished = Some(source);
                }
                self.done = self.changed == [true, true] && (side == Side::Client || self.finished.is_some());
            }
            Content::Data if version < TLS13 => {
                // Up to TLS 1.2 nobody sends data before a handshake is over (RFC 5246 section 7.4.9), but for a client that
                // does not wait for the server's Finished (RFC 7918): what would have shown it is not in the capture.
                self.lost |= !self.done && side == Side::Server;
                self.spoken(side, length, source);
            }
            Content::Data => self.hidden(side, length, source),
            Content::ChangeCipher => {}
        }
        if self.done && content != Content::Alert {
            self.alert = None;
        }
    }

    /// A record of TLS 1.3: handshake message, alert or data, told apart by its place and its length alone.
    fn hidden(&mut self, side: Side, length: usize, source: Source) {
        let (cipher, early) = (self.server.as_ref().map(|server| server.cipher), self.offers_early_data());
        let tag = if cipher == Some(SHORT_TAG) { 8 } else { 16 };
        // Two bytes of alert, one of content type.
        if length == 2 + 1 + tag {
            self.small[index(side)] = Some(source);
            return;
        }
        if self.done {
            let digest = if cipher == Some(0x1302) { 48 } else { 32 };
            // The Finished behind a client certificate: no question yet.
            if side == Side::Client && length == 4 + digest + 1 + tag && !self.answered && self.answers.0 == 0 {
                (self.asked, self.finished) = (None, Some(source));
                self.small[0] = None;
                return;
            }
            return self.spoken(side, length, source);
        }
        self.small[index(side)] = None;
        // Header, empty context, empty list, content type (RFC 8446 section 4.4.2).
        if side == Side::Client && length == 4 + 1 + 3 + 1 + tag {
            self.empty_certificate.get_or_insert(source);
        }
        // Early data may still be under way; only the exact length of a Finished ends it.
        let exact = length == 4 + 32 + 1 + tag || length == 4 + 48 + 1 + tag;
        if side == Side::Client && self.server_hello.is_some() && length >= FINISHED {
            self.finished = Some(source);
            self.done = exact || !early;
            self.lost |= !self.done;
        }
    }

    fn offers_early_data(&self) -> bool {
        self.hello.as_ref().is_some_and(|hello| hello.early_data)
    }

    /// Data of the application, or what cannot be told from it.
    fn spoken(&mut self, side: Side, length: usize, source: Source) {
        self.small[index(side)] = None;
        let (bytes, tls13) = (length + HEADER, self.version() == Some(TLS13));
        match (side, &mut self.asked) {
            (Side::Client, Some(asked)) if self.answers.0 == 0 => {
                asked.last = source;
                asked.bytes += bytes;
            }
            (Side::Client, asked) => {
                let answer = asked.is_some() && !may_be_tickets(self.greeted, self.answered, tls13, self.answers);
                self.answered |= answer;
                self.greeted |= self.answers.0 > 0;
                *asked = Some(Asked { first: source, last: source, bytes, again: self.answered });
                if self.questions.len() < QUESTIONS {
                    self.questions.push(Question { asked: source, reply: None, last: None });
                } else {
                    self.asked_more = true;
                }
                self.answers = (0, 0, true);
                self.reply = None;
            }
            // Servers send several tickets of one length, before and after the question.
            (Side::Server, _) if tls13 && !self.answered && self.ticket == Some(length) => {}
            (Side::Server, asked) => {
                if tls13 && asked.is_none() {
                    self.ticket = Some(length);
                }
                let (count, first, alike) = self.answers;
                self.answers = (count.saturating_add(1), if count == 0 { length } else { first }, {
                    alike && (count == 0 || first == length)
                });
                let question = self.questions.last_mut().filter(|_| asked.is_some() && !self.asked_more);
                let certain = asked.is_some() && !may_be_tickets(self.greeted, self.answered, tls13, self.answers);
                if let Some(question) = question {
                    question.last = Some(source.time);
                    question.reply = question.reply.or(certain.then_some(source.time));
                }
                if certain {
                    self.answered = true;
                    self.reply.get_or_insert(source);
                }
            }
        }
    }

    /// What the client asked, if nothing was answered for certain. A single small record may be a ticket or an answer:
    /// then nothing is said.
    pub fn unanswered(&self) -> Option<&Asked> {
        let tls13 = self.version() == Some(TLS13);
        let count = self.answers.0;
        let silent = count == 0 || count == 2 && may_be_tickets(self.greeted, self.answered, tls13, self.answers);
        self.asked.as_ref().filter(|_| silent && self.done && !self.lost && !self.directions.iter().any(|d| d.lost))
    }

    /// Both sides went on behind the handshake, or bytes are missing in which they may have done so.
    pub fn went_through(&self) -> bool {
        self.done || self.lost && self.server_hello.is_some()
    }

    /// The last record of a side is not whole.
    pub fn torn(&self, side: Side) -> bool {
        !self.directions[index(side)].at_start()
    }

    /// Something was answered for certain.
    pub fn answered(&self) -> bool {
        self.answered
    }

    /// The server said nothing after the client's Finished: no ticket, no answer.
    pub fn silent_since_finished(&self) -> bool {
        self.done && !self.answered && !self.greeted && self.answers.0 == 0
    }

    /// The capture lacks this many bytes of a side.
    pub fn gap(&mut self, side: Side, bytes: u64) {
        let records = &mut self.directions[index(side)];
        records.gap(bytes);
        self.lost |= records.lost;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u8, body: &[u8]) -> Vec<u8> {
        [&[kind, 3, 3, 0, body.len() as u8][..], body].concat()
    }

    /// A handshake message of TLS 1.2: version, random, no session, then what it offers or chose.
    fn hello(kind: u8, rest: &[u8]) -> Vec<u8> {
        let body = [&[3, 3][..], &[7; 32], &[0], rest].concat();
        record(22, &[&[kind, 0, 0, body.len() as u8][..], &body].concat())
    }

    #[test]
    fn a_server_that_sends_data_has_finished_though_that_was_not_captured() {
        let mut handshake = Handshake::default();
        let source = Source { time: Timestamp(0), file: 0, number: 1, line: false, offset: 0, length: 0 };
        handshake.data(Side::Client, &hello(1, &[0, 2, 0xc0, 0x2f, 1, 0]), source);
        handshake.data(Side::Server, &hello(2, &[0xc0, 0x2f, 0]), source);
        // A client may send data before the server's Finished.
        handshake.data(Side::Client, &record(23, &[0; 40]), source);
        assert!(handshake.server_hello.is_some() && !handshake.went_through());
        handshake.data(Side::Server, &record(23, &[0; 40]), source);
        assert!(handshake.went_through() && !handshake.done);
    }
}
