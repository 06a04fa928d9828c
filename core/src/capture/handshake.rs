//! The TLS handshake of one connection as far as it is in the clear.

use alloc::vec::Vec;

use super::connection::Side;
use crate::exchange::Source;
use crate::protocols::tls::{self, Record};

/// Bytes of a record's beginning that are kept to read it: enough for a ClientHello with its server name.
const HEAD: usize = 2048;

/// What of a handshake was seen.
#[derive(Debug, Default)]
pub struct Handshake {
    /// ClientHello.
    pub client_hello: Option<Source>,
    /// The name that it asks for.
    pub server_name: Option<alloc::string::String>,
    /// ServerHello.
    pub server_hello: Option<Source>,
    /// A fatal alert in the clear before the handshake was over: who, number, where.
    pub alert: Option<(Side, u8, Source)>,
    /// Both sides sent encrypted records: the handshake went through, as far as can be told.
    pub done: bool,
    /// The server's bytes are no TLS: where, and how they begin.
    pub not_tls: Option<(Source, alloc::string::String)>,
    encrypted: [bool; 2],
    directions: [Direction; 2],
}

#[derive(Debug, Default)]
struct Direction {
    /// Bytes left of a record whose beginning was read.
    skip: usize,
    /// The beginning of a record that is not whole.
    head: Vec<u8>,
    lost: bool,
}

impl Handshake {
    /// The next bytes of a side.
    pub fn data(&mut self, side: Side, mut data: &[u8], source: Source) {
        let index = usize::from(side == Side::Server);
        while !data.is_empty() {
            let direction = &mut self.directions[index];
            if direction.lost || self.done {
                return;
            }
            if direction.skip > 0 {
                let taken = direction.skip.min(data.len());
                direction.skip -= taken;
                data = data.get(taken..).unwrap_or_default();
                continue;
            }
            let before = direction.head.len();
            let room = HEAD.saturating_sub(before).min(data.len());
            direction.head.extend_from_slice(data.get(..room).unwrap_or_default());
            if tls::looks_like_tls(&direction.head) == Some(false) {
                direction.lost = true;
                if side == Side::Server && self.server_hello.is_none() {
                    self.not_tls = Some((source, super::conversation::quote(&direction.head)));
                }
                return;
            }
            let Some((record, length)) = tls::record(&direction.head) else { return };
            // A ClientHello is waited for until its extensions are there; of others the first bytes do.
            let wanted = if record == Record::Handshake(1) { length.min(HEAD) } else { 7.min(length) };
            if direction.head.len() < wanted {
                return;
            }
            let head = core::mem::take(&mut direction.head);
            let taken = length.saturating_sub(before).min(data.len());
            direction.skip = length - before - taken;
            data = data.get(taken..).unwrap_or_default();
            self.record(side, record, &head, source);
        }
    }

    fn record(&mut self, side: Side, record: Record, head: &[u8], source: Source) {
        match (side, record) {
            (Side::Client, Record::Handshake(1)) => {
                self.client_hello.get_or_insert(source);
                self.server_name = tls::server_name(head).map(str::to_ascii_lowercase);
            }
            (Side::Server, Record::Handshake(2)) => {
                self.server_hello.get_or_insert(source);
            }
            // In TLS 1.2 a warning-level unrecognized_name may precede a handshake that succeeds.
            (_, Record::Alert(level, number)) if number != 0 && !(level == 1 && number == 112) => {
                self.alert.get_or_insert((side, number, source));
            }
            (_, Record::Data | Record::ChangeCipher) => {
                self.encrypted[usize::from(side == Side::Server)] = true;
                self.done = self.encrypted == [true, true];
            }
            _ => {}
        }
    }

    /// The capture lacks bytes of a side: its records cannot be followed.
    pub fn gap(&mut self, side: Side) {
        self.directions[usize::from(side == Side::Server)].lost = true;
        self.done |= self.server_hello.is_some();
    }
}
