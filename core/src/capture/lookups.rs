//! DNS questions and what became of them.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use crate::sparing::Few;
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
    pub queries: Few<Source>,
    /// How many.
    pub tries: u32,
    /// The answers, the first few; the last is the last word.
    pub answers: Few<(Source, Answer)>,
    #[expect(clippy::box_collection, reason = "most have none")]
    icmp: Option<Box<Vec<(Source, Icmp)>>>,
    /// Sent (true) by the capturing host, where known.
    pub outgoing: Option<bool>,
    /// Hardware address that the query came from; zero where unknown.
    pub hardware: u64,
    /// IP identification of the last query and answer: tells copies from repetitions.
    query_id: u16,
    answer_id: u16,
    /// Number of the last message of it.
    touched: u32,
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
    pub addresses: Few<IpAddr>,
    /// To be asked again over TCP.
    pub truncated: bool,
    /// The capture holds only a part of it: what addresses it gave is not known.
    pub cut: bool,
}

impl Lookup {
    fn is_of(&self, asker: SocketAddr, server: SocketAddr) -> bool {
        self.ports == (asker.port(), server.port()) && self.asker == asker.ip() && self.server == server.ip()
    }

    /// ICMP errors that quote a query of it.
    pub fn errors(&self) -> &[(Source, Icmp)] {
        self.icmp.as_deref().map_or(&[], Vec::as_slice)
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
    /// The latest by who asks whom, and what: number, record type and name.
    open: Places,
    /// The latest of a pair of addresses and ports, from the first ICMP error on: most captures have none.
    latest: Option<Places>,
    messages: u32,
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
        let known = |list: &[Lookup], at: usize| {
            let same = |known: &Lookup| (known.id, known.kind) == (id, kind) && known.name == name;
            list.get(at).is_some_and(|known| known.is_of(asker, server) && same(known))
        };
        let numbers = [asker.port(), server.port(), id, kind].map(u64::from);
        let numbers = numbers.into_iter().fold(0, |all, number| all << 16 | number);
        let hash = self.open.hash((bits(asker.ip()), bits(server.ip()), numbers, name.as_str()));
        let open = self.open.find(hash, &|at| known(&self.list, at)).filter(|at| {
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
            self.open.put(hash, u32::try_from(new).unwrap_or(u32::MAX), &|at| known(&self.list, at));
        }
        if let Some(latest) = &mut self.latest {
            latest.set((asker, server), at, |at| self.list.get(at).is_some_and(|known| known.is_of(asker, server)));
        }
        self.messages = self.messages.saturating_add(1);
        if at == new {
            self.list.push(Lookup {
                asker: asker.ip(),
                server: server.ip(),
                ports: (asker.port(), server.port()),
                id,
                name,
                kind,
                queries: Few::None,
                tries: 0,
                answers: Few::None,
                icmp: None,
                outgoing: None,
                hardware: 0,
                query_id: 0,
                answer_id: 0,
                touched: 0,
            });
        }
        let lookup = self.list.get_mut(at)?;
        lookup.touched = self.messages;
        if response {
            let last = lookup.answers.last().map(|(last, _)| *last);
            let copy = is_copy(last, source, (lookup.answer_id, ip_id));
            lookup.answer_id = ip_id;
            if lookup.answers.len() < KEPT && !copy {
                lookup.answers.push((source, Answer { rcode, addresses, truncated, cut }));
            }
        } else {
            let copy = is_copy(lookup.queries.last().copied(), source, (lookup.query_id, ip_id));
            lookup.query_id = ip_id;
            if !copy {
                lookup.tries += 1;
                if lookup.queries.len() < KEPT {
                    lookup.queries.push(source);
                }
            }
        }
        Some(lookup)
    }

    /// An ICMP error that quotes a query.
    pub fn icmp(&mut self, asker: SocketAddr, server: SocketAddr, icmp: Icmp, source: Source) {
        let latest = self.latest.get_or_insert_with(|| latest(&self.list));
        let latest =
            latest.get((asker, server), |at| self.list.get(at).is_some_and(|known| known.is_of(asker, server)));
        if let Some(lookup) = latest.and_then(|at| self.list.get_mut(at)) {
            let errors = lookup.icmp.get_or_insert_default();
            let copy = errors
                .last()
                .is_some_and(|(last, before)| *before == icmp && source.time.since(last.time) < Span::milliseconds(1));
            if errors.len() < KEPT && !copy {
                errors.push((source, icmp));
            }
        }
    }
}

/// Where the latest of each pair stands.
fn latest(list: &[Lookup]) -> Places {
    let mut latest = Places::default();
    for (at, lookup) in list.iter().enumerate() {
        let asker = SocketAddr::new(lookup.asker, lookup.ports.0);
        let server = SocketAddr::new(lookup.server, lookup.ports.1);
        let its = |at: usize| list.get(at).filter(|known| known.is_of(asker, server));
        let before = latest.get((asker, server), |at| its(at).is_some()).and_then(its);
        if before.is_none_or(|before| before.touched < lookup.touched) {
            latest.set((asker, server), at, |at| its(at).is_some());
        }
    }
    latest
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A host that asks for both kinds of address does so from one port.
    #[test]
    fn an_icmp_error_is_of_the_question_that_was_last_seen_on_its_ports() {
        let (client, server) = (SocketAddr::from(([10, 0, 0, 2], 1024)), SocketAddr::from(([10, 0, 0, 53], 53)));
        let mut lookups = Lookups::default();
        let mut number = 0;
        let mut source = move || {
            number += 1;
            Source { time: Timestamp(number * 1_000_000_000), file: 0, number: 0, line: false, offset: 0, length: 60 }
        };
        let message = |kind, response| Message {
            id: 1,
            response,
            truncated: false,
            rcode: 0,
            name: "www.example.com".into(),
            kind,
            addresses: Few::None,
            alias: false,
            cut: false,
        };
        // Port unreachable (RFC 792).
        let icmp = Icmp { from: server.ip(), v6: false, kind: 3, code: 3, mtu: None };
        let errors = |lookups: &Lookups| lookups.list.iter().map(|lookup| lookup.errors().len()).collect::<Vec<_>>();
        lookups.message(client, server, message(kind::A, false), source(), 0);
        lookups.message(client, server, message(kind::AAAA, false), source(), 0);
        lookups.message(server, client, message(kind::A, true), source(), 0);
        lookups.icmp(client, server, icmp, source());
        assert_eq!(errors(&lookups), [1, 0]);
        lookups.message(client, server, message(kind::AAAA, false), source(), 0);
        lookups.icmp(client, server, icmp, source());
        assert_eq!(errors(&lookups), [1, 1]);
        // Of another port nothing was asked.
        lookups.icmp(SocketAddr::new(client.ip(), 1025), server, icmp, source());
        assert_eq!(errors(&lookups), [1, 1]);
    }
}
