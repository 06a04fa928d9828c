//! One connection at two places: which of its packets went in on one side and did not come out on the other, and which
//! came out that had not gone in.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::pairs::opening;
use super::stand::Stand;
use crate::capture::connection::Side;
use crate::capture::marks::{Kind, Mark};
use crate::exchange::{Between, Proof};
use crate::time::Span;

/// What is proven of a connection by two places, the first nearer to its client.
pub fn compare(near: Stand<'_>, far: Stand<'_>) -> Vec<Proof> {
    let mut proofs = Vec::new();
    proofs.extend(reset(near, far));
    proofs.extend(handshake(near, far));
    proofs.extend(request(near, far));
    proofs.extend(response(near, far));
    proofs.extend(close(near, far));
    proofs.extend(icmp(near, Some(far)));
    proofs
}

fn between(near: Stand<'_>, far: Stand<'_>) -> String {
    format!("what lies between {} and {}", near.place.name, far.place.name)
}

/// Who made a RST.
fn reset(near: Stand<'_>, far: Stand<'_>) -> Option<Proof> {
    let to_client = near.first(Kind::Reset, Side::Server);
    let to_server = far.first(Kind::Reset, Side::Client);
    let sent_by_server = far.first(Kind::Reset, Side::Server);
    let sent_by_client = near.first(Kind::Reset, Side::Client);
    let made = |seen: Option<&Mark>, sent: Option<&Mark>, there: Stand<'_>, here: Stand<'_>, side: Side| {
        sent.is_none() && seen.is_some_and(|mark| there.should_have_had(mark.source, here.place, side))
    };
    let for_client = made(to_client, sent_by_server, far, near, Side::Server);
    let for_server = made(to_server, sent_by_client, near, far, Side::Client);
    if for_client || for_server {
        let mut text = String::new();
        let mut packets = Vec::new();
        if let (Some(mark), true) = (to_client, for_client) {
            let number = mark.source.number;
            text = format!(
                "The RST is in {} (packet {number}), and no RST of that sender is in {}: {} made it.",
                near.place.name,
                far.place.name,
                between(near, far)
            );
            packets.extend(near.sightings(Kind::Reset, Side::Server, "RST"));
            packets.extend(far.handshake());
        }
        if let (Some(mark), true) = (to_server, for_server) {
            let number = mark.source.number;
            let also = if for_client { "Another" } else { "A" };
            let space = if for_client { " " } else { "" };
            text += &format!(
                "{space}{also} RST is in {} (packet {number}) with the other end's address, which had not sent it: it is not in {}.",
                far.place.name, near.place.name
            );
            if !for_client {
                text += &format!(" {} made it.", capital(&between(near, far)));
            }
            packets.extend(far.sightings(Kind::Reset, Side::Client, "RST"));
            packets.extend(near.handshake());
        }
        return Some(Proof { what: Between::ResetMade, text, packets });
    }
    let (_, passed) = (to_client?, sent_by_server?);
    let known = far.connection.server_end.ttl;
    // No router has touched it, or it came as far as the server's other packets.
    let host = match known {
        Some(ttl) => ttl.abs_diff(passed.ttl) <= 1,
        None => matches!(passed.ttl, 64 | 128 | 255),
    };
    let name = far.place.name;
    let text = format!("The RST passed {name} as well (packet {}): nothing between made it.", passed.source.number);
    let what = if host { Between::ResetByHost } else { Between::ResetFromBeyond };
    Some(Proof { what, text, packets: far.sightings(Kind::Reset, Side::Server, "RST") })
}

/// The answer to a SYN came to a place that the SYN had not passed: there is no near and far.
pub fn elsewhere(home: Stand<'_>, other: Stand<'_>) -> Option<Proof> {
    let answer = other.first(Kind::SynAck, Side::Server)?;
    let asked = home.first(Kind::Syn, Side::Client).is_some() && home.connection.server_end.packets == 0;
    if !asked || other.first(Kind::Syn, Side::Client).is_some() || !other.place.requests {
        return None;
    }
    let text = format!(
        "The SYN-ACK came to {} (packet {}), where the SYN had not passed: the answer takes another way.",
        other.place.name, answer.source.number
    );
    let mut packets = other.sightings(Kind::SynAck, Side::Server, "SYN-ACK");
    packets.extend(other.sightings(Kind::Reset, Side::Client, "RST"));
    Some(Proof { what: Between::SynAckElsewhere, text, packets })
}

fn handshake(near: Stand<'_>, far: Stand<'_>) -> Option<Proof> {
    if near.connection.server_end.packets > 0 || near.first(Kind::Syn, Side::Client).is_none() {
        return None;
    }
    if let Some(answer) = far.first(Kind::SynAck, Side::Server) {
        if !near.should_have(answer.source, far.place, Side::Server) {
            return None;
        }
        let text = format!(
            "The SYN-ACK came back to {} (packet {}) and is not in {}: {} dropped it.",
            far.place.name,
            answer.source.number,
            near.place.name,
            between(near, far)
        );
        let mut packets = far.sightings(Kind::Syn, Side::Client, "SYN");
        packets.extend(far.sightings(Kind::SynAck, Side::Server, "SYN-ACK"));
        return Some(Proof { what: Between::SynAckDropped, text, packets });
    }
    let passed = far.first(Kind::Syn, Side::Client)?;
    let silent = far.connection.server_end.packets == 0
        && far.connection.icmp().is_empty()
        && !far.place.answered.is_empty()
        && !far.place.lossy
        && far.marks(Kind::Syn, Side::Client).any(|mark| far.place.covers(far.place.home(mark.source.time), Span(0)));
    silent.then(|| Proof {
        what: Between::NoAnswerBeyond,
        text: format!(
            "The SYN passed {} as well (packet {}), and no answer came back there either: the fault lies beyond.",
            far.place.name, passed.source.number
        ),
        packets: far.sightings(Kind::Syn, Side::Client, "SYN"),
    })
}

/// Both captures hold the connection from its first byte, so that their counts of bytes mean the same.
fn from_the_first(near: Stand<'_>, far: Stand<'_>) -> bool {
    opening(near.connection).is_some() && opening(far.connection).is_some()
}

fn request(near: Stand<'_>, far: Stand<'_>) -> Option<Proof> {
    let (sent, came) = (&near.connection.client_end, &far.connection.client_end);
    let last = sent.last_data.filter(|_| sent.position > came.position && !sent.skipped())?;
    // Acknowledged bytes that the further capture lacks were taken by what lies between, or were not captured.
    let waiting =
        sent.acked < sent.position && sent.retransmissions > 0 || far.connection.end(Side::Client).fin.is_some();
    if !from_the_first(near, far) || !waiting || !far.should_have(last, near.place, Side::Client) {
        return None;
    }
    let missing = sent.position - came.position;
    let text = format!(
        "{missing} bytes that went in at {} (packet {}) did not come out at {}: {} swallowed them.",
        near.place.name,
        last.number,
        far.place.name,
        between(near, far)
    );
    let mut packets = far.handshake();
    packets.extend(came.last_data.map(|data| far.sighting(data, Side::Client, "the last bytes that came out")));
    Some(Proof { what: Between::RequestDropped, text, packets })
}

fn response(near: Stand<'_>, far: Stand<'_>) -> Option<Proof> {
    let (came, sent) = (&near.connection.server_end, &far.connection.server_end);
    if !from_the_first(near, far) {
        return None;
    }
    let dropped = sent.last_data.filter(|last| {
        sent.position > came.position && !sent.skipped() && near.should_have(*last, far.place, Side::Server)
    });
    if let Some(last) = dropped {
        let text = format!(
            "{} bytes of the response came to {} (packet {}) and did not come out at {}: {} swallowed them.",
            sent.position - came.position,
            far.place.name,
            last.number,
            near.place.name,
            between(near, far)
        );
        let first = far.first(Kind::Data, Side::Server).map(|mark| mark.source);
        let shown = first.into_iter().chain(sent.last_data.filter(|last| Some(*last) != first));
        let packets = shown.map(|data| far.sighting(data, Side::Server, "bytes of the response")).collect();
        return Some(Proof { what: Between::ResponseDropped, text, packets });
    }
    // A FIN takes one number as well.
    if came.position > sent.position + 1 && sent.packets > 0 {
        let last = came.last_data.filter(|last| far.should_have_had(*last, near.place, Side::Server))?;
        let first = came.first_data.filter(|_| sent.position == 0).unwrap_or(last);
        let shown = match sent.position {
            0 => format!("had sent no byte of it: {} shows none", far.place.name),
            bytes => format!("had sent {bytes} bytes in all, as {} shows", far.place.name),
        };
        let text = format!(
            "The answer is in {} (packet {}), and {} {shown}. {} made it.",
            near.place.name,
            first.number,
            far.connection.server,
            capital(&between(near, far))
        );
        let mut packets = far.handshake();
        packets.push(near.sighting(first, Side::Server, "bytes of the answer"));
        return Some(Proof { what: Between::ResponseMade, text, packets });
    }
    let (request, passed) = (near.connection.client_end.position, far.connection.client_end.position);
    let silent =
        request > 0 && request == passed && sent.position == 0 && came.position == 0 && sent.packets > 0 && far.sound();
    let last = far.connection.client_end.last_data.filter(|_| silent)?;
    far.place.covers(far.place.home(last.time), Span(0)).then(|| Proof {
        what: Between::SilentBeyond,
        text: format!(
            "The request passed {} as well (packet {}), and no byte of a response came back there either.",
            far.place.name, last.number
        ),
        packets: alloc::vec![far.sighting(last, Side::Client, "the request")],
    })
}

fn close(near: Stand<'_>, far: Stand<'_>) -> Option<Proof> {
    let made = |seen: Stand<'_>, sender: Stand<'_>, side: Side| {
        let (end, sent) = (seen.connection.end(side), sender.connection.end(side));
        let fin = end.fin?;
        // What closed for it makes an end close as well, later.
        let error = seen.place.clock.error.0.saturating_add(sender.place.clock.error.0);
        let seen_at = seen.place.home(fin.source.time).plus(Span(error));
        let none = sent.rst().is_none() && sent.fin.is_none_or(|own| sender.place.home(own.source.time) > seen_at);
        // What had been sent may still be under way where the FIN is to come.
        if !none || sent.packets == 0 || sent.position > end.position + 1 {
            return None;
        }
        sender.should_have_had(fin.source, seen.place, side).then_some(fin.source)
    };
    let (for_client, for_server) = (made(near, far, Side::Server), made(far, near, Side::Client));
    let (fin, seen, sender, side, who) = match (for_client, for_server) {
        (Some(fin), _) => (fin, near, far, Side::Server, far.connection.server),
        (None, Some(fin)) => (fin, far, near, Side::Client, near.connection.client),
        (None, None) => return None,
    };
    let both = if for_client.is_some() && for_server.is_some() { " The other end got one as well." } else { "" };
    let mut packets = sender.handshake();
    packets.push(seen.sighting(fin, side, "FIN"));
    Some(Proof {
        what: Between::CloseMade,
        text: format!(
            "The FIN is in {} (packet {}), and {who} had not closed: {} shows no FIN of it until then. {} made it.{both}",
            seen.place.name,
            fin.number,
            sender.place.name,
            capital(&between(near, far))
        ),
        packets,
    })
}

/// Where an ICMP error came from; `far` is `None` where the connection did not come out there at all.
pub fn icmp(near: Stand<'_>, far: Option<Stand<'_>>) -> Option<Proof> {
    let (source, error) = near.connection.icmp().last()?;
    let far = far?;
    let passed = far.connection.icmp().iter().find(|(_, other)| (other.kind, other.code) == (error.kind, error.code));
    if let Some((there, _)) = passed {
        return Some(Proof {
            what: Between::IcmpFromBeyond,
            text: format!("The ICMP error passed {} as well (packet {}).", far.place.name, there.number),
            packets: alloc::vec![far.sighting(*there, Side::Server, "ICMP error")],
        });
    }
    let quiet = far.connection.icmp().is_empty() && far.should_have_had(*source, near.place, Side::Server);
    quiet.then(|| Proof {
        what: Between::IcmpMade,
        text: format!(
            "The ICMP error is in {} (packet {}) and not in {}: {} made it.",
            near.place.name,
            source.number,
            far.place.name,
            between(near, far)
        ),
        packets: far.sightings(Kind::Syn, Side::Client, "SYN"),
    })
}

/// With a capital letter.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
