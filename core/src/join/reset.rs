//! Who sent a RST that bears the upstream's address: the host, a device in its name, or the gateway's own machine?
//!
//! Each sign compares the RST with other packets of that host, on the same connection or on others. One sign may be
//! chance. "Device on the path" needs two that agree, one of them strong, or genuine bytes after the RST; "upstream
//! host" needs the same distance and one more sign, or two where only a SYN-ACK tells the distance: that may be a SYN
//! proxy's. All signs are told, so that an engineer can check them.

use crate::sorting::Sorting as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::listed::Map;

use crate::capture::connection::{Connection, Reset};
use crate::exchange::{Attempt, ConnectFailure, ReceiveFailure, SecureFailure, WaitFailure, What};
use crate::report::ResetBy;
use crate::time::Span;

/// Connections looked at to learn what a host's packets look like.
const COMPARED: usize = 64;
/// A round trip shorter than this says nothing: a device and the host are equally near.
const SHORTEST_TRIP: Span = Span::milliseconds(2);
/// Identifications of a host that counts its packets lie this close to each other.
const SERIES: u16 = 256;

/// Connections to hosts that sent a RST somewhere.
pub struct Hosts<'a> {
    by_address: Map<IpAddr, Vec<&'a Connection>>,
}

/// How much a sign says.
#[derive(Clone, Copy, PartialEq)]
enum Weight {
    /// For another sender: proof by itself.
    Proof,
    /// For another sender: a host does not do so.
    Strong,
    /// For another sender: a host rarely does so.
    Weak,
    /// For the host, and hard to imitate.
    Own,
    /// For the host.
    Fits,
    /// To be told, for neither.
    Note,
}

struct Sign(Weight, String);

impl<'a> Hosts<'a> {
    /// Gathers the connections to compare with.
    pub fn new(connections: impl Iterator<Item = &'a Connection> + Clone) -> Self {
        let mut by_address: Map<IpAddr, Vec<&Connection>> = Map::default();
        for connection in connections.clone().filter(|connection| !connection.server_end.rsts().is_empty()) {
            by_address.or_default(connection.server.ip());
        }
        for connection in connections {
            if let Some(list) = by_address.get_mut(&connection.server.ip()).filter(|list| list.len() < COMPARED) {
                list.push(connection);
            }
        }
        Self { by_address }
    }

    fn others(&self, connection: &Connection) -> impl Iterator<Item = &'a Connection> {
        let list = self.by_address.get(&connection.server.ip());
        list.into_iter().flatten().copied().filter(move |other| !core::ptr::eq(*other, connection))
    }
}

/// Says who sent the RST that ended an attempt, and by which signs.
pub fn judge(connection: &Connection, hosts: &Hosts<'_>, attempt: &mut Attempt) {
    let by_reset = attempt.connect.failure() == Some(&ConnectFailure::Reset)
        || attempt.secure.failure() == Some(&SecureFailure::Reset)
        || attempt.wait.failure() == Some(&WaitFailure::Reset)
        || attempt.receive.failure() == Some(&ReceiveFailure::Reset);
    let server = &connection.server_end;
    let Some(reset) = server.rst().or(server.rsts().last().copied()).filter(|_| by_reset) else { return };
    if reset.outgoing == Some(true) && connection.client_outgoing == Some(true) {
        attempt.reset_by = Some(ResetBy::Gateway);
        attempt.signs = alloc::vec!["the capturing machine sent it itself, in the host's name".into()];
    } else {
        let mut signs = Vec::new();
        signs.extend(afterwards(connection));
        signs.extend(distance(connection, hosts, reset));
        signs.extend(speed(connection, hosts, reset));
        signs.extend(numbering(connection, reset));
        signs.extend(identification(connection, reset));
        signs.extend(options(connection, reset));
        let count = |weight: Weight| signs.iter().filter(|sign| sign.0 == weight).count();
        let (strong, weak) = (count(Weight::Strong), count(Weight::Weak));
        let (own, fits) = (count(Weight::Own), count(Weight::Fits));
        attempt.reset_by = Some(match () {
            () if count(Weight::Proof) > 0 => ResetBy::DeviceOnPath,
            () if strong > 0 && strong + weak > 1 && own == 0 => ResetBy::DeviceOnPath,
            () if strong + weak == 0 && (own > 0 && own + fits > 1 || fits > 2) => ResetBy::UpstreamHost,
            () => ResetBy::Unknown,
        });
        attempt.signs = signs.into_iter().map(|sign| sign.1).collect();
    }
    let told = attempt.signs.join("; ");
    let its = |event: &&mut crate::exchange::Event| event.source == reset.source;
    if let Some(What::Reset(text)) = attempt.events.iter_mut().find(its).map(|event| &mut event.what)
        && !told.is_empty()
    {
        let after = core::mem::take(text);
        *text = if after.is_empty() { told } else { format!("{after}; {told}") };
    }
}

/// The host went on after its alleged RST.
fn afterwards(connection: &Connection) -> Option<Sign> {
    let after = connection.server_end.after_rst()?;
    // Of two SYNs one may be refused and the other accepted.
    let doubtful = connection.syn_ack == Some(after) && connection.syn_count > 1;
    let weight = if doubtful { Weight::Strong } else { Weight::Proof };
    let what = if connection.syn_ack == Some(after) { "its SYN-ACK" } else { "more of its bytes" };
    Some(Sign(weight, format!("{what} still came after the RST (packet {})", after.number)))
}

/// Hops to live, against the host's other packets. A SYN-ACK alone proves little: it may be a SYN proxy's.
fn distance(connection: &Connection, hosts: &Hosts<'_>, reset: Reset) -> Option<Sign> {
    let name = if connection.server.is_ipv4() { "TTL" } else { "hop limit" };
    let same_port = |other: &&Connection| other.server.port() == connection.server.port();
    let ttl = |other: &Connection| other.server_end.traits.ttl;
    let own = ttl(connection);
    let elsewhere = || hosts.others(connection).filter(same_port).find_map(ttl);
    let other_port = || hosts.others(connection).find_map(ttl);
    let (reference, solid, whose) = None
        .or_else(|| own.map(|ttl| (ttl, true, "the host's other packets have")))
        .or_else(|| elsewhere().map(|ttl| (ttl, true, "the host's packets on other connections have")))
        .or_else(|| other_port().map(|ttl| (ttl, false, "the host's packets on other ports have")))
        .or_else(|| connection.server_end.ttl.map(|ttl| (ttl, false, "the SYN-ACK has")))?;
    let text = format!("its {name} is {}, {whose} {reference}", reset.ttl);
    let apart = reference.abs_diff(reset.ttl);
    let hops = |ttl: u8| [64_u8, 128, 255].into_iter().find(|first| *first >= ttl).map_or(0, |first| first - ttl);
    let near = hops(reset.ttl) == 0 && hops(reference) > 0;
    // Some systems give a RST another first value: the hops are the same.
    if apart > 1 && hops(reference).abs_diff(hops(reset.ttl)) <= 1 {
        return Some(Sign(Weight::Note, format!("{text}, which is as many hops from another first value")));
    }
    if near && !over_the_wire(connection, reset) {
        return Some(Sign(
            Weight::Note,
            format!("{text}: no hop, so it may be the gateway's own machine that sent it"),
        ));
    }
    Some(match (apart, solid) {
        (0..=1, true) => Sign(Weight::Own, text),
        (0..=1, false) => Sign(Weight::Fits, text),
        (3.., true) => Sign(Weight::Strong, text),
        _ => Sign(Weight::Weak, text),
    })
}

/// It came from another machine: it was received, or its hardware address is not the gateway's.
fn over_the_wire(connection: &Connection, reset: Reset) -> bool {
    let ours = connection.client_end.hardware;
    reset.outgoing == Some(false) || reset.hardware != 0 && ours != 0 && reset.hardware != ours
}

/// How soon it came after what it answers, against the round trip.
fn speed(connection: &Connection, hosts: &Hosts<'_>, reset: Reset) -> Option<Sign> {
    let cause = reset.cause?;
    let once = |other: &Connection| (other.syn_count == 1).then(|| other.handshake_time()).flatten();
    let trip = once(connection).or_else(|| hosts.others(connection).filter_map(once).min())?;
    let after = reset.source.time.since(cause.time);
    let text = format!("it came {after} after packet {}, which it answers; the round trip takes {trip}", cause.number);
    if trip < SHORTEST_TRIP || after.0 < 0 {
        None
    } else if after.0 < trip.0 / 2 {
        Some(Sign(Weight::Strong, text))
    } else if after.0 >= trip.0 / 10 * 8 {
        Some(Sign(Weight::Fits, text))
    } else {
        None
    }
}

/// Sequence numbers: a host knows its own, others guess.
fn numbering(connection: &Connection, reset: Reset) -> Option<Sign> {
    let server = &connection.server_end;
    let ahead = |reset: &Reset| reset.ahead.filter(|ahead| (1..1 << 30).contains(ahead));
    let mut numbers: Vec<u32> = server.rsts().iter().map(|reset| reset.seq).collect();
    numbers.order();
    numbers.dedup();
    if numbers.len() > 1 && server.rsts().iter().any(|reset| ahead(reset).is_some()) && server.lost == 0 {
        let text =
            format!("{} RSTs came with different sequence numbers, as one who guesses sends them", numbers.len());
        return Some(Sign(Weight::Strong, text));
    }
    let established = connection.established.is_some();
    match ahead(&reset) {
        Some(ahead) if server.lost == 0 => {
            Some(Sign(Weight::Weak, format!("its sequence number is {ahead} beyond the next one")))
        }
        _ if reset.seq == 0 && reset.ack.is_some() && established => {
            Some(Sign(Weight::Weak, "its sequence number is 0 in the middle of a connection".into()))
        }
        _ if reset.ahead == Some(0) => Some(Sign(Weight::Fits, "its sequence number is the next one".into())),
        _ => None,
    }
}

/// IPv4's identification and "do not fragment".
fn identification(connection: &Connection, reset: Reset) -> Option<Sign> {
    let traits = connection.server_end.traits;
    if !connection.server.is_ipv4() || traits.all < 2 {
        return None;
    }
    if traits.whole == traits.all && !reset.whole {
        return Some(Sign(Weight::Weak, "DF is clear in it and set in the host's other packets".into()));
    }
    if traits.whole == 0 && reset.whole {
        return Some(Sign(Weight::Weak, "DF is set in it and clear in the host's other packets".into()));
    }
    let counts = traits.all > 2 && traits.numbered == traits.all && traits.step <= SERIES;
    let step = reset.id.wrapping_sub(traits.id);
    // Zero with DF is what Linux gives a RST of no connection.
    if !counts || reset.id == 0 || connection.server_end.after_rst().is_some() {
        return None;
    }
    let text =
        format!("its IP identification is {:#06x}, the host's packet before it has {:#06x}", reset.id, traits.id);
    match step {
        1..=SERIES => Some(Sign(Weight::Own, text)),
        _ if step > SERIES * 16 => Some(Sign(Weight::Weak, text)),
        _ => None,
    }
}

/// TCP timestamps and the window.
fn options(connection: &Connection, reset: Reset) -> Option<Sign> {
    let traits = connection.server_end.traits;
    let stamps = traits.count > 0 && traits.stamped == traits.count;
    if stamps && reset.stamped {
        return Some(Sign(Weight::Fits, "it carries TCP timestamps as the connection's packets do".into()));
    }
    // A system that answers a segment of no connection sends a bare RST without options.
    if stamps && reset.ack.is_some() {
        return Some(Sign(Weight::Weak, "it lacks the TCP timestamps of the connection's other packets".into()));
    }
    let (low, high) = traits.windows?;
    let odd = reset.window > high.saturating_mul(2) || reset.window < low / 2;
    (reset.window != 0 && odd)
        .then(|| Sign(Weight::Weak, format!("its window is {}, the host's is {low} to {high}", reset.window)))
}
