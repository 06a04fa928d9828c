//! Where the arrows of a ladder diagram begin and end, and where time passes between them.

use gateway_triage_core::sorting::Sorting as _;
use std::net::IpAddr;

use gateway_triage_core::ladder::{Ladder, Row, What};
use gateway_triage_core::report::{Finding, Leg};
use gateway_triage_core::time::{Span, Timestamp};

use crate::words;

/// A wait that is worth a row of its own.
const PAUSE: Span = Span::milliseconds(500);

/// One of those between whom packets pass, from left to right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// Who asked.
    Client,
    /// The gateway.
    Gateway,
    /// A DNS server.
    Dns,
    /// Who sent an ICMP error, if nobody else.
    Device,
    /// Origin or parent proxy.
    Server,
}

impl Lane {
    /// What it is called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Client => words::LANE_CLIENT,
            Self::Gateway => words::LANE_GATEWAY,
            Self::Dns => words::LANE_DNS,
            Self::Device => words::LANE_DEVICE,
            Self::Server => words::LANE_SERVER,
        }
    }
}

/// A ladder ready to be drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawing {
    /// From left to right, with the addresses met.
    pub lanes: Vec<(Lane, Vec<IpAddr>)>,
    /// From top to bottom.
    pub arrows: Vec<Arrow>,
}

/// One arrow.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrow {
    /// What it shows.
    pub row: Row,
    /// Index of the lane where it begins.
    pub from: usize,
    /// Index of the lane where it ends.
    pub to: usize,
    /// How long nothing happened before it, where that is worth saying.
    pub pause: Option<Span>,
}

/// Places the rows of a ladder.
#[must_use]
pub fn draw(ladder: &Ladder, finding: &Finding) -> Drawing {
    let mut lanes: Vec<(Lane, Vec<IpAddr>)> = Vec::new();
    let ends: Vec<(Lane, Lane)> = ladder.rows.iter().map(|row| ends(row, finding)).collect();
    for (row, (from, to)) in ladder.rows.iter().zip(&ends) {
        for (lane, address) in [(from, row.from.ip()), (to, row.to.ip())] {
            match lanes.iter_mut().find(|(known, _)| known == lane) {
                Some((_, addresses)) if addresses.contains(&address) => {}
                Some((_, addresses)) => addresses.push(address),
                None => lanes.push((*lane, vec![address])),
            }
        }
    }
    lanes.order_by_key(|(lane, _)| *lane);
    let at = |lane: Lane| lanes.iter().position(|(known, _)| *known == lane).unwrap_or(0);
    // Rows stand where they begin, and another one may still go on: nothing passed only if all were over. Where packets
    // are left out, that is not known.
    let mut over: Option<Timestamp> = None;
    let whole = ladder.left_out == 0;
    let arrows = ladder.rows.iter().zip(ends).map(|(row, (from, to))| {
        let pause = over.map(|over| row.time.since(over)).filter(|pause| whole && *pause >= PAUSE);
        over = Some(over.map_or(row.until, |over| over.max(row.until)));
        Arrow { row: row.clone(), from: at(from), to: at(to), pause }
    });
    let arrows = arrows.collect();
    Drawing { lanes, arrows }
}

/// Sender's and receiver's lane.
fn ends(row: &Row, finding: &Finding) -> (Lane, Lane) {
    let gateway = |address: IpAddr| Some(address) == finding.gateway;
    let leg = row.leg.unwrap_or_else(|| {
        let client = finding.client.is_some_and(|client| [row.from.ip(), row.to.ip()].contains(&client));
        if client { Leg::Client } else { Leg::Upstream }
    });
    let peer = match leg {
        Leg::Client => Lane::Client,
        Leg::Dns => Lane::Dns,
        Leg::Upstream => Lane::Server,
    };
    if row.what == What::Icmp {
        let known = finding.upstream.is_some_and(|server| server.ip() == row.from.ip());
        return (if known { peer } else { Lane::Device }, Lane::Gateway);
    }
    let sent = if row.leg.is_some() { row.sent } else { gateway(row.from.ip()) };
    if sent { (Lane::Gateway, peer) } else { (peer, Lane::Gateway) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    fn row(seconds: i64, from: &str, to: &str, leg: Leg, sent: bool, what: What) -> Row {
        let time = Timestamp::from_parts(seconds, 0);
        let end = |text: &str| text.parse().expect("an address");
        Row {
            packet: 1,
            last: 1,
            count: 1,
            time,
            until: time,
            offset: 0,
            length: 0,
            from: end(from),
            to: end(to),
            leg: Some(leg),
            sent,
            what,
            text: String::new(),
            bytes: 0,
            again: false,
            acks: 0,
            proof: true,
        }
    }

    #[test]
    fn lanes_stand_in_the_order_of_the_path_and_pauses_between_arrows() {
        let finding = fixture::report().findings.remove(0);
        let rows = vec![
            row(0, "10.0.0.9:5000", "10.0.0.1:3128", Leg::Client, false, What::Request),
            row(0, "10.0.0.1:40000", "192.0.2.1:80", Leg::Upstream, true, What::Syn),
            row(3, "10.0.0.254:0", "10.0.0.1:0", Leg::Upstream, false, What::Icmp),
        ];
        let drawing = draw(&Ladder { rows, left_out: 0 }, &finding);
        let lanes: Vec<Lane> = drawing.lanes.iter().map(|(lane, _)| *lane).collect();
        assert_eq!(lanes, [Lane::Client, Lane::Gateway, Lane::Device, Lane::Server]);
        let ways: Vec<(usize, usize)> = drawing.arrows.iter().map(|arrow| (arrow.from, arrow.to)).collect();
        assert_eq!(ways, [(0, 1), (1, 3), (2, 1)]);
        let pauses: Vec<bool> = drawing.arrows.iter().map(|arrow| arrow.pause.is_some()).collect();
        assert_eq!(pauses, [false, false, true]);
    }

    #[test]
    fn nothing_is_said_to_pause_while_a_row_goes_on_or_packets_are_left_out() {
        let finding = fixture::report().findings.remove(0);
        let mut data = row(0, "192.0.2.1:80", "10.0.0.1:40000", Leg::Upstream, false, What::Data);
        data.until = Timestamp::from_parts(9, 0);
        let ack = row(1, "10.0.0.9:5000", "10.0.0.1:3128", Leg::Client, false, What::Ack);
        let end = row(9, "10.0.0.9:5000", "10.0.0.1:3128", Leg::Client, false, What::Fin);
        let pauses = |rows: Vec<Row>, left_out| {
            let drawing = draw(&Ladder { rows, left_out }, &finding);
            drawing.arrows.iter().filter(|arrow| arrow.pause.is_some()).count()
        };
        assert_eq!(pauses(vec![data, ack.clone(), end.clone()], 0), 0);
        assert_eq!(pauses(vec![ack.clone(), end.clone()], 0), 1);
        assert_eq!(pauses(vec![ack, end], 5), 0);
    }
}
