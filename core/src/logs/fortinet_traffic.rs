//! Fortinet FortiGate: the traffic log, `key=value`.
//!
//! Fields and actions: FortiOS Log Message Reference, Traffic. `action` is how the session ended: `close`, `client-rst`,
//! `server-rst`, `timeout`, or `deny` where a policy blocked it.

use core::net::SocketAddr;

use super::fields::{address, number};
use super::kv::Pairs;
use super::{Clock, Layout, LogFormat, Parsed, Vote, times};
use crate::devices::{Action, Protocol, Ruling};
use crate::time::{Span, Timestamp};

/// See the module.
pub static FORMAT: LogFormat = LogFormat {
    id: "fortinet-traffic",
    title: "The FortiGate firewall",
    product: None,
    docs: "FortiOS Log Message Reference, Traffic; FortiOS Administration Guide, samples of logs",
    recognise: |line| if is_traffic(line) { Vote::Own } else { Vote::No },
    parse,
    clock: Clock::Local,
    missing: "",
    samples: &[
        "date=2022-03-21 time=10:21:11 eventtime=1647883271150012188 tz=\"-0700\" logid=\"0000000013\" type=\"traffic\" subtype=\"forward\" level=\"notice\" vd=\"root\" srcip=10.1.100.41 srcport=43296 srcintf=\"port24\" srcintfrole=\"undefined\" dstip=172.16.200.55 dstport=80 dstintf=\"port17\" dstintfrole=\"wan\" srccountry=\"Reserved\" dstcountry=\"Reserved\" sessionid=33934 proto=6 action=\"accept\" policyid=99 policytype=\"security-policy\" policyname=\"Security-policy-99\" service=\"HTTP\" trandisp=\"snat\" transip=172.16.200.9 transport=43296 duration=1 sentbyte=412 rcvdbyte=529 sentpkt=6 rcvdpkt=4",
        "date=2026-01-05 time=10:00:00 devname=\"FGT-EDGE-01\" devid=\"FG60E0000000001\" logid=\"0000000013\" type=\"traffic\" subtype=\"forward\" level=\"notice\" vd=\"root\" srcip=10.20.0.2 srcport=40001 srcintf=\"port2\" dstip=192.0.2.10 dstport=443 dstintf=\"wan1\" proto=6 action=\"deny\" policyid=0 policytype=\"policy\" service=\"HTTPS\" trandisp=\"noop\" duration=0 sentbyte=0 rcvdbyte=0",
    ],
};

fn is_traffic(line: &str) -> bool {
    (line.contains(" type=\"traffic\"") || line.contains(" type=traffic"))
        && line.contains(" srcip=")
        && line.contains(" dstip=")
        && line.contains(" action=")
}

#[derive(Default)]
struct Said<'a> {
    date: &'a str,
    clock: &'a str,
    epoch: &'a str,
    zone: &'a str,
    device: &'a str,
    from: (&'a str, &'a str),
    to: (&'a str, &'a str),
    leaves: (&'a str, &'a str),
    protocol: &'a str,
    action: &'a str,
    policy: &'a str,
    name: &'a str,
    lasted: &'a str,
    received: &'a str,
}

fn parse<'a>(line: &'a str, _: &mut Layout) -> Parsed<'a> {
    if !is_traffic(line) {
        // Events of other kinds are among them.
        return if line.contains(" type=") { Parsed::Skip } else { Parsed::Bad { at: 0, field: "type=" } };
    }
    let mut said = Said::default();
    for (key, value) in Pairs::new(line) {
        match key {
            "date" => said.date = value,
            "time" => said.clock = value,
            "eventtime" => said.epoch = value,
            "tz" => said.zone = value,
            "devname" => said.device = value,
            "srcip" => said.from.0 = value,
            "srcport" => said.from.1 = value,
            "dstip" => said.to.0 = value,
            "dstport" => said.to.1 = value,
            "transip" => said.leaves.0 = value,
            "transport" => said.leaves.1 = value,
            "proto" => said.protocol = value,
            "action" => said.action = value,
            "policyid" => said.policy = value,
            "policyname" => said.name = value,
            "duration" => said.lasted = value,
            "rcvdbyte" => said.received = value,
            _ => {}
        }
    }
    let Some(time) = time(&said) else { return Parsed::Bad { at: 0, field: "time=" } };
    let protocol = match said.protocol {
        "6" => Protocol::Tcp,
        "17" => Protocol::Udp,
        _ => Protocol::Other,
    };
    let action = match said.action {
        "deny" => Action::Denied,
        "server-rst" => Action::DestinationReset,
        "client-rst" => Action::SourceReset,
        "close" => Action::Closed,
        "timeout" if said.received == "0" => Action::NoAnswer,
        "timeout" => Action::Idle,
        "accept" | "start" | "ip-conn" => Action::Passed,
        _ => return Parsed::NoRequest(time),
    };
    let lasted =
        number(said.lasted).and_then(|seconds| i64::try_from(seconds).ok()).filter(|seconds| *seconds < 86_400);
    let lasted = lasted.filter(|_| matches!(action, Action::NoAnswer | Action::Passed)).unwrap_or(0);
    let port = |text: &str| number(text).and_then(|port| u16::try_from(port).ok()).filter(|port| *port != 0);
    Parsed::Ruling(Ruling {
        time: time.plus(Span::seconds(-lasted)),
        action,
        protocol,
        source: address(said.from.0),
        source_port: port(said.from.1),
        destination: address(said.to.0),
        destination_port: port(said.to.1),
        leaves_as: address(said.leaves.0).zip(port(said.leaves.1)).map(|(ip, port)| SocketAddr::new(ip, port)),
        name: None,
        device: said.device,
        rule: if said.name.is_empty() { said.policy } else { said.name },
        own: false,
    })
}

/// By the time since the epoch, in seconds or nanoseconds, else by date, time and zone.
fn time(said: &Said<'_>) -> Option<Timestamp> {
    if let Some(epoch) = number(said.epoch).and_then(|epoch| i64::try_from(epoch).ok()) {
        return Some(if epoch < 100_000_000_000 {
            Timestamp::from_parts(epoch, 0)
        } else {
            Timestamp::from_nanoseconds(epoch)
        });
    }
    let local = times::civil_parts(said.date, said.clock)?;
    let digits = |from: usize, to: usize| said.zone.get(from..to).and_then(number).and_then(|n| i64::try_from(n).ok());
    let offset = digits(1, 3).zip(digits(3, 5)).map_or(0, |(hours, minutes)| hours * 3600 + minutes * 60);
    let offset = if said.zone.starts_with('-') { -offset } else { offset };
    Some(local.plus(Span::seconds(-offset)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn policies_and_ends_of_sessions() {
        let of = |line: &str| match parse(line, &mut Layout::default()) {
            Parsed::Ruling(ruling) => {
                Some((ruling.action, ruling.time.to_string(), ruling.leaves_as, ruling.rule.to_string()))
            }
            _ => None,
        };
        let [accept, deny] = FORMAT.samples else { panic!() };
        let told = of(accept).unwrap();
        assert_eq!((told.0, told.3.as_str()), (Action::Passed, "Security-policy-99"));
        assert_eq!(told.1, "2022-03-21T17:21:10.150012Z");
        assert_eq!(told.2, Some(([172, 16, 200, 9], 43296).into()));
        assert_eq!(
            of(deny).map(|told| (told.0, told.1)),
            Some((Action::Denied, "2026-01-05T10:00:00.000000Z".to_string()))
        );
        let ended = |how: &str| of(&deny.replace("deny", how)).map(|told| told.0);
        assert_eq!(ended("server-rst"), Some(Action::DestinationReset));
        assert_eq!(ended("timeout"), Some(Action::NoAnswer));
        assert_eq!(
            of(&deny.replace("deny", "timeout").replace("rcvdbyte=0", "rcvdbyte=9")).map(|t| t.0),
            Some(Action::Idle)
        );
    }
}
