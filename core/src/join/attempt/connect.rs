//! The TCP handshake of an attempt.

use super::{Story, icmp_text};
use crate::capture::connection::{Connection, Side};
use crate::exchange::{ConnectFailure, Phase, What};

pub(super) fn connect(connection: &Connection, story: &mut Story<'_>) -> Phase<ConnectFailure> {
    for (n, syn) in connection.syns.iter().enumerate() {
        story.add(*syn, Side::Client, What::Syn(u32::try_from(n).unwrap_or(0) + 1));
    }
    if let Some(syn_ack) = connection.syn_ack {
        // The client's end went on: the handshake is done.
        if connection.established.is_some() || connection.client_end.first_data.is_some() || connection.syn_count == 0 {
            story.add(syn_ack, Side::Server, What::SynAck);
            return Phase::Ok(connection.handshake_time());
        }
        for syn_ack in &connection.syn_ack_list {
            story.add(*syn_ack, Side::Server, What::SynAck);
        }
        if connection.syn_count > 1 || connection.syn_acks > 1 {
            return Phase::Failed(ConnectFailure::NoReturn { spoofed: false, tries: connection.syn_count });
        }
        return Phase::NotSeen;
    }
    if connection.syn_count == 0 {
        return Phase::NotSeen;
    }
    let server = &connection.server_end;
    for (source, icmp) in &connection.icmp {
        story.add(*source, Side::Server, What::Icmp(icmp_text(*icmp)));
    }
    for reset in &server.rsts {
        story.add(*reset, Side::Server, What::Reset("in answer to the SYN".into()));
    }
    match (connection.icmp.last(), server.rst) {
        // Data in spite of it all, or an ACK of ours: the capture lacks the SYN-ACK.
        _ if server.bytes > 0 || connection.client_end.first_data.is_some() || connection.acknowledged => {
            Phase::Ok(None)
        }
        (_, Some(_)) => Phase::Failed(ConnectFailure::Reset),
        (Some((_, icmp)), None) => Phase::Failed(ConnectFailure::Icmp(*icmp)),
        _ if connection.challenged.is_some() => Phase::NotSeen,
        _ => {
            let waited = connection.last.time.since(connection.first.time);
            Phase::Failed(ConnectFailure::Unanswered { tries: connection.syn_count, waited })
        }
    }
}
