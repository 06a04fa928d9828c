//! The TCP handshake of an attempt.

use super::{Story, icmp_text};
use crate::capture::connection::{Connection, Reset, Side};
use crate::exchange::{ConnectFailure, Phase, What};

pub(super) fn connect(connection: &Connection, story: &mut Story<'_>) -> Phase<ConnectFailure> {
    for (n, syn) in (1..).zip(connection.syns()) {
        story.add(syn, Side::Client, What::Syn(n));
    }
    if let Some(syn_ack) = connection.syn_ack {
        // The client's end went on: the handshake is done.
        if connection.established.is_some() || connection.client_end.first_data.is_some() || connection.syn_count == 0 {
            story.add(syn_ack, Side::Server, What::SynAck);
            return Phase::Ok(connection.handshake_time());
        }
        for syn_ack in connection.syn_ack_list() {
            story.add(syn_ack, Side::Server, What::SynAck);
        }
        if connection.server_end.rst().is_some_and(|reset| reset.source < syn_ack) {
            // Somebody refused the SYN before the host accepted it: the gateway was gone by then.
            refusals(connection, story);
            return Phase::Failed(ConnectFailure::Reset);
        }
        let stranger = stranger(connection);
        if let Some(reset) = stranger {
            let text = "by another machine with this address, which knows of no SYN";
            story.add(reset.source, Side::Client, What::Reset(text.into()));
        }
        if connection.syn_count > 1 || connection.syn_acks > 1 || stranger.is_some() {
            let (spoofed, tries) = (stranger.is_some(), connection.syn_count);
            return Phase::Failed(ConnectFailure::NoReturn { spoofed, tries });
        }
        return Phase::NotSeen;
    }
    if connection.only_quoted() {
        for (source, icmp) in connection.icmp() {
            story.add(*source, Side::Server, What::Icmp(icmp_text(*icmp)));
        }
        return connection.icmp().last().map_or(Phase::NotSeen, |(_, icmp)| Phase::Failed(ConnectFailure::Icmp(*icmp)));
    }
    if connection.syn_count == 0 {
        let Some(reset) = refusal(connection) else { return Phase::NotSeen };
        story.add(reset.source, Side::Server, What::Reset("with sequence number 0, as only a SYN is answered".into()));
        return Phase::Failed(ConnectFailure::Reset);
    }
    let server = &connection.server_end;
    for (source, icmp) in connection.icmp() {
        story.add(*source, Side::Server, What::Icmp(icmp_text(*icmp)));
    }
    refusals(connection, story);
    if let Some(ack) = connection.challenged() {
        let text = "upstream → gateway: bare ACK in answer to the SYN, of an older connection on these ports";
        story.add(ack, Side::Server, What::Note(text.into()));
    }
    match (connection.icmp().last(), server.rsts().last()) {
        // Data in spite of it all, or an ACK of ours: the capture lacks the SYN-ACK.
        _ if server.bytes > 0 || connection.client_end.first_data.is_some() || connection.acknowledged => {
            Phase::Ok(None)
        }
        (_, Some(_)) => Phase::Failed(ConnectFailure::Reset),
        (Some((_, icmp)), None) => Phase::Failed(ConnectFailure::Icmp(*icmp)),
        _ if connection.challenged().is_some() => Phase::NotSeen,
        _ => {
            let waited = connection.last.time.since(connection.first.time);
            Phase::Failed(ConnectFailure::Unanswered { tries: connection.syn_count, waited })
        }
    }
}

/// The RST that answered a SYN which was not captured: its sequence number is 0 and it acknowledges something, as only a
/// segment without an ACK of its own is answered (RFC 9293 section 3.10.7.1).
pub(super) fn refusal(connection: &Connection) -> Option<Reset> {
    let (client, server) = (&connection.client_end, &connection.server_end);
    let silent = client.packets == 0 && server.packets == server.rsts().len() as u64;
    server.rst().filter(|reset| silent && connection.syn_count == 0 && reset.seq == 0 && reset.ack.is_some())
}

fn refusals(connection: &Connection, story: &mut Story<'_>) {
    for reset in connection.server_end.rsts() {
        story.add(reset.source, Side::Server, What::Reset("in answer to the SYN".into()));
    }
}

/// A RST in answer to the SYN-ACK from another machine than the one that sent the SYN, though with its address: the
/// address is spoofed, and the SYN-ACK went to its owner.
fn stranger(connection: &Connection) -> Option<Reset> {
    let client = &connection.client_end;
    client.rsts().first().copied().filter(|reset| {
        let elsewhere = reset.hardware != 0 && client.hardware != 0 && reset.hardware != client.hardware;
        let farther = client.ttl.is_some_and(|ttl| ttl.abs_diff(reset.ttl) > 2);
        let received = reset.outgoing == Some(false) && connection.client_outgoing == Some(true);
        received || elsewhere && farther
    })
}
