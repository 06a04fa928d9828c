//! ClientHellos compared: the same one on both legs of a tunnel, a second one of a gateway that decrypts, and large
//! ones that fail where small ones pass.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use core::net::SocketAddr;

use crate::listed::{Map, Set};

use super::Roles;
use crate::capture::connection::Connection;
use crate::capture::point::Point;
use crate::categories::Id;
use crate::exchange::{Attempt, Event, Flow, Left, SecureFailure, What};
use crate::report::Leg;
use crate::time::Span;

/// A gateway that decrypts opens its own connection while the tunnel stands, or shortly before or after.
const NEAR: Span = Span::seconds(5);
/// Connections of the gateway for one host that are compared with one tunnel.
const MOST: usize = 256;

const ONE_LEG: &str =
    "Only the client's side of the tunnel was captured: how the server ended it is not seen, only how the gateway did.";
const WHOSE: &str = "Only the client's side was captured: whether this is the server's certificate, or one that the gateway shows in its place, cannot be told.";
const HELLO_CUT: &str = "The snap length cut the ClientHello off: whether the gateway decrypts, and is the TLS server itself, cannot be told.";

/// The ClientHellos that the gateway sent.
pub(super) struct Hellos<'a> {
    randoms: Set<u64>,
    /// Those that clients sent to it, or through it.
    inbound: Set<u64>,
    by_name: Map<&'a str, alloc::vec::Vec<&'a Connection>>,
    /// The gateway's connections to servers were captured.
    outward: bool,
}

fn random(connection: &Connection) -> Option<u64> {
    connection.handshake.as_ref()?.hello.as_ref().map(|hello| hello.random)
}

impl<'a> Hellos<'a> {
    pub(super) fn new(points: &'a [Point], roles: &Roles) -> Self {
        let mut hellos =
            Self { randoms: Set::default(), inbound: Set::default(), by_name: Map::default(), outward: false };
        for connection in points.iter().flat_map(|point| &point.connections) {
            if roles.is_inbound(connection) {
                hellos.inbound.extend(random(connection));
                continue;
            }
            if !roles.egress.contains(&connection.client.ip()) {
                continue;
            }
            hellos.outward |= connection.server.port() != 53;
            hellos.randoms.extend(random(connection));
            let name = connection.handshake.as_ref().and_then(|handshake| handshake.server_name());
            if let Some(name) = name {
                let same = hellos.by_name.or_default(name);
                if same.len() < MOST {
                    same.push(connection);
                }
            }
        }
        hellos
    }

    /// Whether the gateway itself is the TLS server in this tunnel: its own handshake with the same host was seen, and
    /// not the client's. The event is what shows it.
    pub(super) fn decrypts(&self, tunnel: &Connection, host: Option<&str>) -> Option<Event> {
        let asked = random(tunnel)?;
        if self.randoms.contains(&asked) || !self.outward {
            return None;
        }
        let inner = tunnel.handshake.as_ref().and_then(|handshake| handshake.server_name());
        let near = |other: &&&Connection| {
            other.first.time <= tunnel.last.time.plus(NEAR) && other.last.time.plus(NEAR) >= tunnel.first.time
        };
        let names = [host, inner];
        let mut own = names.iter().flatten().filter_map(|name| self.by_name.get(*name)).flatten().filter(near);
        let own = own.next()?;
        let text = format!("gateway → upstream: a ClientHello of the gateway's own to {}: it decrypts", own.server);
        note(own, text)
    }
}

impl Hellos<'_> {
    /// Whether the gateway passes a client's ClientHello on as it is: the tunnel has another leg, and is not decrypted.
    pub(super) fn passes(&self, tunnel: &Connection) -> bool {
        random(tunnel).is_some_and(|random| self.randoms.contains(&random))
    }

    /// Whether an attempt is the other leg of a client's tunnel.
    pub(super) fn of_tunnel(&self, attempt: &Attempt) -> bool {
        let random = attempt.tls.as_ref().and_then(|tls| tls.random());
        random.is_some_and(|random| self.inbound.contains(&random))
    }

    /// What a failure inside a tunnel may be as well: how the other leg ended, the gateway tells in its own words where that
    /// was not captured; and it may be the TLS server itself where ClientHellos cannot be compared.
    pub(super) fn beside(&self, tunnel: &Connection, attempt: &Attempt) -> Option<Box<Left>> {
        if certificate_refused(attempt) && !self.outward {
            return Left::new(&[Id::TlsCertificate, Id::ClientTlsRejected], WHOSE);
        }
        if certificate_refused(attempt) && random(tunnel).is_none() {
            return Left::new(&[Id::TlsCertificate, Id::ClientTlsRejected], HELLO_CUT);
        }
        // What the gateway closes, or is silent about, may have failed in another way beyond it.
        let fits: &[Id] = match attempt.secure.failure()? {
            SecureFailure::Closed => &[Id::TlsClosed, Id::TlsReset, Id::TlsNoResponse, Id::PmtuBlackhole, Id::TlsAlert],
            SecureFailure::NoResponse => &[Id::TlsNoResponse, Id::PmtuBlackhole, Id::RequestUnacked],
            _ => return None,
        };
        let why = match random(tunnel) {
            _ if !self.outward => ONE_LEG,
            None => HELLO_CUT,
            Some(_) => return None,
        };
        Left::new(fits, why)
    }

    /// Whether the gateway used another connection to this host at that time: one that it gave up unused did no harm.
    pub(super) fn used_another(&self, unused: &Connection, host: &str) -> bool {
        let near = |other: &Connection| {
            other.first.time <= unused.last.time.plus(NEAR) && other.last.time.plus(NEAR) >= unused.first.time
        };
        let used = |other: &Connection| other.handshake.as_ref().is_some_and(|handshake| handshake.asked.is_some());
        let others = self.by_name.get(host).into_iter().flatten();
        others.filter(|other| !core::ptr::eq(**other, unused)).any(|other| near(other) && used(other))
    }
}

/// A note at a connection's ClientHello.
fn note(connection: &Connection, text: String) -> Option<Event> {
    Some(Event {
        source: connection.handshake.as_ref()?.client_hello?,
        leg: Leg::Upstream,
        sent: true,
        what: What::Note(text),
        flow: Some(Flow { one: connection.client, other: connection.server, packets: connection.packets }),
    })
}

/// Says of failed handshakes with a ClientHello of several segments that a smaller one was answered by the same server.
pub(super) fn compare_sizes<'a>(points: &[Point], attempts: impl Iterator<Item = &'a mut Attempt>) {
    let large: alloc::vec::Vec<&mut Attempt> = attempts.filter(|attempt| failed_large(attempt)).collect();
    if large.is_empty() {
        return;
    }
    let servers: Set<SocketAddr> = large.iter().filter_map(|attempt| attempt.upstream).collect();
    // ClientHellos in one segment that each server answered: the largest, and where.
    let mut passed: Map<SocketAddr, (usize, &Connection)> = Map::default();
    let mut large_pass = Map::default();
    for connection in points.iter().flat_map(|point| &point.connections) {
        let Some(handshake) = connection.handshake.as_deref().filter(|_| servers.contains(&connection.server)) else {
            continue;
        };
        if handshake.server_hello.or(handshake.retry).is_none() {
            continue;
        }
        if handshake.segments == 1 {
            let best = passed.or_insert_with(connection.server, || (handshake.size, connection));
            if best.0 < handshake.size {
                *best = (handshake.size, connection);
            }
        } else {
            let most = large_pass.or_insert_with(connection.server, || handshake.size);
            *most = (*most).max(handshake.size);
        }
    }
    for attempt in large {
        let Some(server) = attempt.upstream else { continue };
        let Some((size, small)) = passed.get(&server).copied() else { continue };
        let Some(tls) = attempt.tls.as_mut().filter(|tls| tls.size > size) else { continue };
        // One of this size that got through shows that size is not the reason.
        if large_pass.get(&server).is_some_and(|most| *most >= tls.size) {
            continue;
        }
        tls.smaller_passed = Some(size);
        let text =
            format!("gateway → upstream: a ClientHello of {size} bytes in one segment, which this server answered");
        attempt.events.extend(note(small, text));
    }
}

fn failed_large(attempt: &Attempt) -> bool {
    let early = matches!(
        attempt.secure.failure(),
        Some(SecureFailure::NoResponse | SecureFailure::Reset | SecureFailure::Closed)
    ) || attempt.send.failure().is_some();
    early && attempt.tls.as_ref().is_some_and(|tls| tls.segments > 1 && tls.server.is_none())
}

/// Whether an attempt was ended by its own side for the certificate that the server showed.
pub(super) fn certificate_refused(attempt: &Attempt) -> bool {
    matches!(
        attempt.secure.failure(),
        Some(
            SecureFailure::Alert { number: 42..=46 | 48, ours: true }
                | SecureFailure::Hidden { ours: true }
                | SecureFailure::Refused
        )
    )
}

/// What a client's refusal rests on where no second handshake of the gateway shows that it decrypts.
pub(super) fn listener() -> String {
    "The client speaks TLS to this host, which itself opens connections to others: it is taken for the gateway."
        .to_string()
}
