//! DNS questions and what became of them.

use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use crate::sparing;
use crate::tables::Places;

use crate::exchange::{Icmp, Source};
use crate::protocols::dns::{Message, kind};
use crate::time::{Span, Timestamp};

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
    ports: (u16, u16),
    /// Number of the question (RFC 1035 section 4.1.1).
    pub id: u16,
    /// Name, lower case.
    pub name: String,
    /// Record type.
    pub kind: u16,
    /// The queries, the first few.
    pub queries: Vec<Source>,
    /// How many.
    pub tries: u32,
    /// The answers, the first few; the last is the last word.
    pub answers: Vec<(Source, Answer)>,
    /// ICMP errors that quote a query of it.
    pub icmp: Vec<(Source, Icmp)>,
    /// Sent (true) by the capturing host, where known.
    pub outgoing: Option<bool>,
    /// Hardware address that the query came from; zero where unknown.
    pub hardware: u64,
    /// IP identification of the last query and answer: tells copies from repetitions.
    query_id: u16,
    answer_id: u16,
}

/// Whether a packet is a copy of the last one of its kind, seen on another interface (`-i any`).
fn is_copy(last: Option<Source>, source: Source, (before, id): (u16, u16)) -> bool {
    let window = if id == 0 { Span::milliseconds(1) } else { Span::milliseconds(5) };
    before == id && last.is_some_and(|last| source.time.since(last.time) < window)
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
    /// The capture holds only a part of it: what addresses it gave is not known.
    pub cut: bool,
}

impl Lookup {
    fn pair(&self) -> (SocketAddr, SocketAddr) {
        (SocketAddr::new(self.asker, self.ports.0), SocketAddr::new(self.server, self.ports.1))
    }

    fn key(&self) -> Key<'_> {
        let (asker, server) = self.pair();
        (asker, server, self.id, self.kind, &self.name)
    }

    /// First packet of it: the query, else the answer.
    pub fn first(&self) -> Option<Source> {
        self.queries.first().copied().or(self.answers.first().map(|(source, _)| *source))
    }

    /// A question for an address, and not PTR, SRV, HTTPS …
    pub fn for_address(&self) -> bool {
        matches!(self.kind, kind::A | kind::AAAA)
    }

    /// What had been answered by then.
    pub fn answers_by(&self, until: Timestamp) -> &[(Source, Answer)] {
        self.answers.get(..self.answers.partition_point(|(source, _)| source.time <= until)).unwrap_or_default()
    }

    /// It gave an address.
    pub fn succeeded(&self) -> bool {
        self.succeeded_by(Timestamp(i64::MAX))
    }

    /// It had given an address by then.
    pub fn succeeded_by(&self, until: Timestamp) -> bool {
        self.answers_by(until)
            .iter()
            .any(|(_, answer)| answer.rcode == 0 && (!answer.addresses.is_empty() || answer.cut && !answer.truncated))
    }
}

/// Who asks whom, and what: number, record type and name.
type Key<'a> = (SocketAddr, SocketAddr, u16, u16, &'a str);

/// Questions that are followed: each costs its name and some hundred bytes for as long as the file is read. Fewer in tests,
/// which would have to make as many.
pub const LOOKUPS: usize = if cfg!(test) { 2_000 } else { 1_000_000 };

/// All questions of a capture point.
#[derive(Default)]
pub struct Lookups {
    /// In order of their first packet.
    pub list: Vec<Lookup>,
    /// Messages of questions beyond [`LOOKUPS`].
    pub over: u64,
    /// The latest of each [`Key`].
    open: Places,
    /// The latest of a pair of addresses and ports, for ICMP errors.
    latest: Places,
}

impl Lookups {
    /// A message between two hosts; the question it belongs to.
    pub fn message(
        &mut self,
        from: SocketAddr,
        to: SocketAddr,
        message: Message,
        source: Source,
        ip_id: u16,
    ) -> Option<&mut Lookup> {
        let (asker, server) = if message.response { (to, from) } else { (from, to) };
        let Message { id, response, truncated, rcode, name, kind, addresses, cut, .. } = message;
        let key = (asker, server, id, kind, name.as_str());
        let known = |list: &[Lookup], at: usize| list.get(at).is_some_and(|known| known.key() == key);
        let open = self.open.get(key, |at| known(&self.list, at)).filter(|at| {
            let first = self.list.get(*at).and_then(Lookup::first);
            first.is_some_and(|first| source.time.since(first.time) < SAME)
        });
        if open.is_none() && self.list.len() >= LOOKUPS {
            self.over += 1;
            return None;
        }
        let new = self.list.len();
        let at = open.unwrap_or(new);
        if at == new {
            self.open.set(key, new, |at| known(&self.list, at));
        }
        let pair = (asker, server);
        self.latest.set(pair, at, |at| self.list.get(at).is_some_and(|known| known.pair() == pair));
        if at == new {
            self.list.push(Lookup {
                asker: asker.ip(),
                server: server.ip(),
                ports: (asker.port(), server.port()),
                id,
                name,
                kind,
                queries: Vec::new(),
                tries: 0,
                answers: Vec::new(),
                icmp: Vec::new(),
                outgoing: None,
                hardware: 0,
                query_id: 0,
                answer_id: 0,
            });
        }
        let lookup = self.list.get_mut(at)?;
        if response {
            let last = lookup.answers.last().map(|(last, _)| *last);
            let copy = is_copy(last, source, (lookup.answer_id, ip_id));
            lookup.answer_id = ip_id;
            if lookup.answers.len() < KEPT && !copy {
                sparing::push(&mut lookup.answers, (source, Answer { rcode, addresses, truncated, cut }));
            }
        } else {
            let copy = is_copy(lookup.queries.last().copied(), source, (lookup.query_id, ip_id));
            lookup.query_id = ip_id;
            if !copy {
                lookup.tries += 1;
                if lookup.queries.len() < KEPT {
                    sparing::push(&mut lookup.queries, source);
                }
            }
        }
        Some(lookup)
    }

    /// An ICMP error that quotes a query.
    pub fn icmp(&mut self, asker: SocketAddr, server: SocketAddr, icmp: Icmp, source: Source) {
        let pair = (asker, server);
        let latest = self.latest.get(pair, |at| self.list.get(at).is_some_and(|known| known.pair() == pair));
        if let Some(lookup) = latest.and_then(|at| self.list.get_mut(at)) {
            let copy = lookup
                .icmp
                .last()
                .is_some_and(|(last, before)| *before == icmp && source.time.since(last.time) < Span::milliseconds(1));
            if lookup.icmp.len() < KEPT && !copy {
                lookup.icmp.push((source, icmp));
            }
        }
    }
}
