//! DNS questions and what became of them.

use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use hashbrown::HashMap;

use crate::exchange::{Icmp, Source};
use crate::protocols::dns::{Message, kind};
use crate::time::Span;

/// Queries of one question that are kept one by one.
const KEPT: usize = 8;
/// A query with the same id, name and port is the same question this long.
const SAME: Span = Span::seconds(30);

/// One question to one server.
#[derive(Debug)]
pub struct Lookup {
    /// Who asked.
    pub asker: IpAddr,
    /// Whom.
    pub server: IpAddr,
    /// Name, lower case.
    pub name: String,
    /// Record type.
    pub kind: u16,
    /// The queries, the first few.
    pub queries: Vec<Source>,
    /// How many.
    pub tries: u32,
    /// The answer.
    pub answer: Option<(Source, Answer)>,
    /// An ICMP error that quotes the query.
    pub icmp: Option<(Source, Icmp)>,
    /// Asked over TCP.
    pub tcp: bool,
}

/// What of an answer matters.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Response code.
    pub rcode: u8,
    /// Addresses.
    pub addresses: Vec<IpAddr>,
    /// To be asked again over TCP.
    pub truncated: bool,
}

impl Lookup {
    /// First packet of it: the query, else the answer.
    pub fn first(&self) -> Option<Source> {
        self.queries.first().copied().or(self.answer.as_ref().map(|(source, _)| *source))
    }

    /// A question for an address, and not PTR, SRV, HTTPS …
    pub fn for_address(&self) -> bool {
        matches!(self.kind, kind::A | kind::AAAA)
    }

    /// It gave an address.
    pub fn succeeded(&self) -> bool {
        self.answer.as_ref().is_some_and(|(_, answer)| answer.rcode == 0 && !answer.addresses.is_empty())
    }
}

#[derive(PartialEq, Eq, Hash)]
struct Key {
    asker: SocketAddr,
    server: SocketAddr,
    id: u16,
    kind: u16,
    name: String,
}

/// All questions of a capture point.
#[derive(Default)]
pub struct Lookups {
    /// In order of their first packet.
    pub list: Vec<Lookup>,
    open: HashMap<Key, usize>,
    /// Latest question of a pair of addresses and ports, for ICMP errors.
    latest: HashMap<(SocketAddr, SocketAddr), usize>,
}

impl Lookups {
    /// A message between two hosts.
    pub fn message(&mut self, from: SocketAddr, to: SocketAddr, message: Message, source: Source, tcp: bool) {
        let (asker, server) = if message.response { (to, from) } else { (from, to) };
        let Message { id, response, truncated, rcode, name, kind, addresses, .. } = message;
        let key = Key { asker, server, id, kind, name };
        let open = self.open.get(&key).copied().filter(|at| {
            let first = self.list.get(*at).and_then(Lookup::first);
            first.is_some_and(|first| source.time.since(first.time) < SAME)
        });
        let at = open.unwrap_or_else(|| {
            self.list.push(Lookup {
                asker: asker.ip(),
                server: server.ip(),
                name: key.name.clone(),
                kind,
                queries: Vec::new(),
                tries: 0,
                answer: None,
                icmp: None,
                tcp,
            });
            self.open.insert(key, self.list.len() - 1);
            self.list.len() - 1
        });
        self.latest.insert((asker, server), at);
        let Some(lookup) = self.list.get_mut(at) else { return };
        if response {
            lookup.answer.get_or_insert((source, Answer { rcode, addresses, truncated }));
        } else {
            // Copies of one packet on several interfaces come within milliseconds.
            let copy = lookup.queries.last().is_some_and(|last| source.time.since(last.time) < Span::milliseconds(5));
            if !copy {
                lookup.tries += 1;
                if lookup.queries.len() < KEPT {
                    lookup.queries.push(source);
                }
            }
        }
    }

    /// An ICMP error that quotes a query.
    pub fn icmp(&mut self, asker: SocketAddr, server: SocketAddr, icmp: Icmp, source: Source) {
        if let Some(lookup) = self.latest.get(&(asker, server)).and_then(|at| self.list.get_mut(*at)) {
            lookup.icmp.get_or_insert((source, icmp));
        }
    }
}
