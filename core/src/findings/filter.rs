//! A Wireshark display filter that shows the evidence of a finding and little else.
//!
//! By address, port and `frame.time_epoch`, not by `http.*` or `dns.*`, which depend on the reader's port settings.

use crate::sorting::Sorting as _;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use crate::exchange::{Event, Flow};
use crate::time::{SECOND, Timestamp};

/// Packets that a filter may show besides the evidence.
const OTHERS: u64 = 18;

/// The filter; `None` where no evidence is a packet.
pub fn write(evidence: &[&Event]) -> Option<String> {
    let mut flows: Vec<(Flow, Vec<Timestamp>)> = Vec::new();
    for event in evidence {
        let Some(flow) = event.flow.filter(|_| !event.source.line) else { continue };
        match flows.iter_mut().find(|(known, _)| (known.one, known.other) == (flow.one, flow.other)) {
            Some((_, times)) => times.push(event.source.time),
            None => flows.push((flow, alloc::vec![event.source.time])),
        }
    }
    if flows.is_empty() {
        return None;
    }
    let mut others = OTHERS;
    let clauses: Vec<String> = flows
        .iter_mut()
        .map(|(flow, times)| {
            times.order();
            times.dedup();
            let besides = flow.packets.saturating_sub(times.len() as u64);
            // The whole stretch of a short connection reads better than a list of instants.
            let time = if besides <= others {
                others -= besides;
                let (first, last) =
                    (times.first().copied().unwrap_or_default(), times.last().copied().unwrap_or_default());
                format!("frame.time_epoch>={} && frame.time_epoch<={}", epoch(first), epoch(last))
            } else {
                let each: Vec<String> =
                    times.iter().map(|time| format!("frame.time_epoch=={}", epoch(*time))).collect();
                format!("({})", each.join(" || "))
            };
            format!("({} && {time})", ends(flow))
        })
        .collect();
    Some(clauses.join(" || "))
}

/// Both ends of each connection that the evidence belongs to.
pub fn flows(evidence: &[&Event]) -> Vec<(SocketAddr, SocketAddr)> {
    let mut flows = Vec::new();
    for flow in evidence.iter().filter(|event| !event.source.line).filter_map(|event| event.flow) {
        if !flows.contains(&(flow.one, flow.other)) {
            flows.push((flow.one, flow.other));
        }
    }
    flows
}

fn ends(flow: &Flow) -> String {
    let address = |ip: IpAddr| match ip {
        IpAddr::V4(ip) => format!("ip.addr=={ip}"),
        IpAddr::V6(ip) => format!("ipv6.addr=={ip}"),
    };
    let hosts = format!("{} && {}", address(flow.one.ip()), address(flow.other.ip()));
    match (flow.one.port(), flow.other.port()) {
        // DNS questions of one host to one server, whatever their ports and transport; ICMP quotes them.
        (0, port) => format!("{hosts} && (udp.port=={port} || tcp.port=={port})"),
        (one, other) => format!("{hosts} && tcp.port=={one} && tcp.port=={other}"),
    }
}

fn epoch(time: Timestamp) -> String {
    let (seconds, nanos) = (time.0.div_euclid(SECOND), time.0.rem_euclid(SECOND));
    if nanos == 0 { seconds.to_string() } else { format!("{seconds}.{nanos:09}") }
}
