//! ICMP errors → the connections that they quote.

use core::net::IpAddr;

use super::follow::Key;
use super::{CONNECTIONS, Point};
use crate::capture::connection::Connection;
use crate::capture::packet::Quoted;
use crate::exchange::{Icmp, Source};

/// Latest connections that an ICMP error is held against which quotes translated addresses.
const TRANSLATED: usize = 512;

impl Point {
    pub(super) fn icmp(&mut self, quoted: Quoted, to: IpAddr, icmp: Icmp, source: Source) {
        if icmp.too_big() {
            return self.too_big(quoted, to, icmp, source);
        }
        // Source quench regulates as well.
        if (icmp.v6, icmp.kind) == (false, 4) {
            return;
        }
        let known = self.quoted(quoted, to).or_else(|| self.opened_unseen(quoted, to, source));
        let Some(connection) = known.and_then(|at| self.connections.get_mut(at)) else { return };
        connection.take_icmp(icmp, source);
    }

    /// A segment of either side was too large for the path.
    fn too_big(&mut self, quoted: Quoted, to: IpAddr, icmp: Icmp, source: Source) {
        let of_client = self.quoted(quoted, to);
        let latest = self.latest(Key::of(quoted.from, quoted.to));
        let of_server = latest.filter(|at| self.connections.get(*at).is_some_and(|c| c.server == quoted.from));
        let Some(connection) = of_client.or(of_server).and_then(|at| self.connections.get_mut(at)) else { return };
        // A display filter for the connection shows what quotes it as well.
        connection.packets += 1;
        connection.take_too_big(icmp, of_client.is_some(), source);
    }

    /// The connection whose client sent what an ICMP error quotes: by addresses, ports and sequence number, as its
    /// receiver checks it (RFC 5927). Behind a translation the quoted addresses may be others: there the first sequence
    /// number and the error's own receiver tell.
    fn quoted(&self, quoted: Quoted, to: IpAddr) -> Option<usize> {
        let mine = |connection: &Connection| {
            connection.client == quoted.from && quoted.seq.is_none_or(|seq| connection.sent(seq))
        };
        let latest = self.latest(Key::of(quoted.from, quoted.to));
        if let Some(at) = latest.and_then(|latest| self.chain(latest).find(|(_, connection)| mine(connection))) {
            return Some(at.0);
        }
        let seq = quoted.seq.filter(|_| latest.is_none())?;
        let recent = self.connections.iter().enumerate().rev().take(TRANSLATED);
        let its = |connection: &Connection| connection.client.ip() == to && connection.opening() == Some(seq);
        recent.into_iter().find(|(_, connection)| its(connection)).map(|(at, _)| at)
    }

    /// A connection of which the capture holds nothing else: the error shows that a packet was sent, its SYN as far as can
    /// be told.
    fn opened_unseen(&mut self, quoted: Quoted, to: IpAddr, source: Source) -> Option<usize> {
        let seq = quoted.seq.filter(|_| quoted.syn != Some(false) && quoted.from.ip() == to)?;
        let key = Key::of(quoted.from, quoted.to);
        if self.latest(key).is_some() {
            return None;
        }
        if self.connections.len() >= CONNECTIONS {
            self.unfollowed += 1;
            return None;
        }
        Some(self.follow(key, Connection::quoted(quoted.from, quoted.to, seq, source)))
    }
}
