//! What a connection speaks: its bytes go to the protocol that they begin like.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::{Connection, Side};
use crate::capture::conversation::{Conversation, quote};
use crate::exchange::Source;
use crate::protocols::proxy_protocol::{self, Header};
use crate::protocols::{dns, http1, tls};

/// What the connection speaks.
#[derive(Debug, Default)]
pub enum Speech {
    /// No payload yet.
    #[default]
    Silent,
    /// HTTP/1.x.
    Http(Box<Conversation>),
    /// TLS from the first byte.
    Tls,
    /// DNS over TCP: bytes of a message that is not whole, per side.
    Dns(Box<[Vec<u8>; 2]>),
    /// Something else; how it begins.
    Other,
}

impl Speech {
    /// Requests that were given up because too many waited.
    pub fn given_up(&self) -> u64 {
        match self {
            Self::Http(conversation) => conversation.given_up,
            _ => 0,
        }
    }

    /// Bytes of heads that are not whole yet: of the client's and of the server's.
    pub(super) fn unfinished(&self) -> [usize; 2] {
        match self {
            Self::Http(conversation) => conversation.unfinished(),
            _ => [0; 2],
        }
    }
}

impl Connection {
    pub(super) fn speak(&mut self, side: Side, data: &[u8], to: u64, source: Source) {
        let begun = self.rare.as_ref().is_some_and(|rare| !rare.preface.is_empty());
        let first = self.client_end.bytes == data.len() as u64 || begun;
        if side == Side::Client && first && matches!(self.speech, Speech::Silent) {
            let mut whole = self.rare.as_mut().map_or_else(Vec::new, |rare| core::mem::take(&mut rare.preface));
            if whole.is_empty() && matches!(data.first(), Some(b'P' | b'\r')) || !whole.is_empty() {
                whole.extend_from_slice(data);
                return match proxy_protocol::header(&whole) {
                    Header::Part => self.rare().preface = whole,
                    Header::No => self.say(side, &whole, to, source),
                    Header::Whole(length, client) => {
                        self.rare().real_client = client;
                        if let Some(rest @ [_, ..]) = whole.get(length..) {
                            self.say(side, rest, to, source);
                        }
                    }
                };
            }
        }
        self.say(side, data, to, source);
    }

    /// Hands bytes to the protocol that is spoken.
    fn say(&mut self, side: Side, data: &[u8], to: u64, source: Source) {
        if matches!(self.speech, Speech::Silent) {
            self.speech = self.recognise(side, data);
            if matches!(self.speech, Speech::Tls) {
                self.handshake = Some(Box::default());
                // Whoever greets first speaks SSH, mail or the like, and no TLS.
                let greeting = self.rare.as_mut().and_then(|rare| rare.greeting.take());
                if let (Some(greeting), Some(handshake)) = (greeting, &mut self.handshake) {
                    handshake.not_tls = Some(greeting);
                }
            }
            // A server that speaks first may still be taken for a web server by who asks it.
            if side == Side::Server
                && matches!(self.speech, Speech::Other)
                && self.rare.as_ref().is_none_or(|rare| rare.greeting.is_none())
            {
                self.speech = Speech::Silent;
                self.rare().greeting = Some((source, quote(data)));
                return;
            }
        }
        match (&mut self.speech, side) {
            (Speech::Http(conversation), side) => {
                if conversation.tunnel.is_some() {
                    return self.tunnelled(side, data, to, source);
                }
                match side {
                    Side::Client => {
                        conversation.client_data(data, to, source);
                        let greeting =
                            self.rare.as_mut().and_then(|rare| rare.greeting.take_if(|_| conversation.count > 0));
                        if let Some((source, text)) = greeting {
                            conversation.greeted(source, text);
                        }
                    }
                    Side::Server => {
                        conversation.server_data(data, source);
                        // The tunnel's first bytes may come with the answer that grants it.
                        let inside = data.len() - conversation.take_surplus().min(data.len());
                        if conversation.tunnel.is_some() && inside < data.len() {
                            self.tunnelled(side, data.get(inside..).unwrap_or_default(), to, source);
                        }
                    }
                }
            }
            (Speech::Dns(_), side) => self.dns(side, data, source),
            (Speech::Tls, side) => self.handshake.get_or_insert_default().data(side, data, source),
            _ => {}
        }
        self.unfinished = self.speech.unfinished().iter().sum();
    }

    /// Bytes behind a granted CONNECT or upgrade: HTTP/2, or TLS as far as it is that.
    fn tunnelled(&mut self, side: Side, data: &[u8], to: u64, source: Source) {
        let Speech::Http(conversation) = &mut self.speech else { return };
        if conversation.upgrades(side, data) {
            match side {
                Side::Client => conversation.client_data(data, to, source),
                Side::Server => conversation.server_data(data, source),
            }
            return;
        }
        if side == Side::Server && conversation.revoked(data, source) {
            return;
        }
        conversation.tunnel_bytes += data.len() as u64;
        self.handshake.get_or_insert_default().data(side, data, source);
    }

    fn recognise(&self, side: Side, data: &[u8]) -> Speech {
        if self.server.port() == 53 {
            return Speech::Dns(Box::default());
        }
        if tls::looks_like_tls(data) != Some(false) {
            return Speech::Tls;
        }
        // In the middle of a stream any bytes may come: only what is plainly HTTP counts.
        let midstream = self.syn_count == 0 && self.syn_ack.is_none();
        let fits = |looks: Option<bool>| looks == Some(true) || looks.is_none() && !midstream;
        let http = match side {
            Side::Client => fits(http1::looks_like_request(data)),
            Side::Server => fits(http1::looks_like_response(data)),
        };
        if !http {
            return Speech::Other;
        }
        let mut conversation: Box<Conversation> = Box::default();
        conversation.remember = self.remember;
        Speech::Http(conversation)
    }
    /// Takes whole DNS messages out of a stream to or from port 53: two bytes of length before each (RFC 7766).
    fn dns(&mut self, side: Side, data: &[u8], source: Source) {
        let Speech::Dns(parts) = &mut self.speech else { return };
        let part = &mut parts[usize::from(side == Side::Server)];
        part.extend_from_slice(data);
        let mut at = 0;
        while let Some(length) = part.get(at..).and_then(<[u8]>::first_chunk::<2>) {
            let length = usize::from(u16::from_be_bytes(*length));
            let Some(message) = part.get(at + 2..at + 2 + length) else { break };
            if let Some(message) = dns::message(message) {
                self.rare.get_or_insert_default().dns_messages.push((side, source, message));
            }
            at += 2 + length;
        }
        part.drain(..at);
    }
}
