//! Failures behind a listener of the gateway that speaks TLS from the first byte: its clients' requests cannot be read, and
//! what they were told is told by when it was said.

use alloc::string::ToString;

use super::questions::{self, Answers};
use super::{Hellos, Joined, Loose, Roles, client_exchange};
use crate::capture::connection::Speech;
use crate::capture::point::Point;
use crate::capture::transaction::Transaction;
use crate::exchange::{Answer, Event, Flow, What};
use crate::report::Leg;

/// Makes an exchange of each question of a client that failed upstream.
pub(super) fn hidden(
    points: &[Point],
    roles: &Roles,
    hellos: &Hellos<'_>,
    loose: &mut [Loose<'_>],
    joined: &mut Joined,
) {
    if loose.iter().all(|loose| loose.taken) {
        return;
    }
    let mut open = questions::open(loose);
    let answers = Answers::new(points, roles);
    for connection in points.iter().flat_map(|point| &point.connections) {
        if !matches!(connection.speech, Speech::Tls) || !roles.is_inbound(connection) || hellos.passes(connection) {
            continue;
        }
        let name = connection.handshake.as_ref().and_then(|handshake| handshake.host());
        let mut told = 0;
        for failed in
            questions::failed(connection, (loose, &mut open), &answers, |loose| !hellos.of_tunnel(&loose.attempt))
        {
            let mut exchange = client_exchange(connection, &Transaction::default());
            for at in failed.attempts {
                let Some(loose) = loose.get_mut(at) else { continue };
                loose.taken = true;
                exchange.attempts.push(loose.attempt.clone());
            }
            let flow = Flow { one: connection.client, other: connection.server, packets: connection.packets };
            let what = What::Tls("encrypted data, the request as far as can be told".into());
            let event = Event { source: failed.asked, leg: Leg::Client, sent: false, what, flow: Some(flow) };
            exchange.events = alloc::vec![event];
            exchange.begun = failed.asked.time;
            let theirs = exchange.attempts.iter().rev().find_map(|attempt| attempt.host.clone());
            exchange.host = name.map(str::to_ascii_lowercase).or(theirs);
            exchange.port = Some(connection.server.port());
            exchange.answer = Answer::NotSeen;
            exchange.doubts.push(DOUBT.to_string());
            joined.exchanges.push(exchange);
            told += 1;
        }
        if told > 0 {
            joined.unseen = joined.unseen.saturating_sub(1);
            joined.total += told - 1;
        }
    }
}

const DOUBT: &str = "What the client asked is encrypted: that the gateway tried this for it is told by the time alone, it began and was answered just then.";
