//! Palo Alto Networks PAN-OS: the traffic log as syslog sends it and as it is exported, comma-separated.
//!
//! Order of the fields: PAN-OS Administrator's Guide, Traffic Log Fields. `action` says what the rule did, and
//! `session_end_reason` how a session that was let pass ended: one that aged out without a byte coming back got no answer.

use core::net::{IpAddr, SocketAddr};

use super::fields::{address, number};
use super::{Clock, Layout, LogFormat, Parsed, Vote, times};
use crate::devices::{Action, Protocol, Ruling};
use crate::time::Timestamp;

/// See the module.
pub static FORMAT: LogFormat = LogFormat {
    id: "palo-alto-traffic",
    title: "The Palo Alto firewall",
    product: None,
    docs: "PAN-OS Administrator's Guide, Syslog Field Descriptions, Traffic Log Fields",
    recognise: |line| if Fields::of(line).is_some() { Vote::Own } else { Vote::No },
    parse,
    clock: Clock::Local,
    missing: "",
    samples: &[
        "1,2026/01/05 10:00:45,001201000456,TRAFFIC,drop,2304,2026/01/05 10:00:45,192.168.1.105,203.0.113.88,0.0.0.0,0.0.0.0,Block-Outbound,,,not-applicable,vsys1,trust,untrust,ethernet1/2,,forward-1,2026/01/05 10:00:45,0,1,54321,443,0,0,0x0,tcp,deny,74,74,0,1,2026/01/05 10:00:45,0,any,0,7190,0x0,192.168.0.0-192.168.255.255,United States,0,1,0,policy-deny,0,0,0,0,,fw-edge-1,from-policy",
        "<14>Jan  5 10:01:15 fw-edge-1 1,2026/01/05 10:01:15,001201000456,TRAFFIC,end,2304,2026/01/05 10:01:15,10.20.0.2,192.0.2.10,198.51.100.5,192.0.2.10,Allow-Outbound,,,incomplete,vsys1,trust,untrust,ethernet1/2,ethernet1/1,forward-1,2026/01/05 10:01:15,34567,1,40001,443,51515,443,0x400000,tcp,allow,296,296,0,4,2026/01/05 10:00:40,5,any,0,7191,0x0,10.0.0.0-10.255.255.255,United States,0,4,0,aged-out,0,0,0,0,,fw-edge-1,from-policy",
    ],
};

/// The fields of a line that are read, in their order.
#[derive(Clone, Copy)]
struct Fields<'a> {
    kind: &'a str,
    generated: &'a str,
    from: &'a str,
    to: &'a str,
    leaves: &'a str,
    rule: &'a str,
    ports: (&'a str, &'a str),
    leaves_port: &'a str,
    protocol: &'a str,
    action: &'a str,
    received: &'a str,
    started: &'a str,
    packets_received: &'a str,
    reason: &'a str,
    device: &'a str,
}

impl<'a> Fields<'a> {
    /// `None` for what is no traffic log.
    fn of(line: &'a str) -> Option<Self> {
        // What a transport put before it holds no comma.
        let comma = line.find(',')?;
        let from = line.get(..comma)?.rfind([' ', '\t']).map_or(0, |at| at + 1);
        let mut values = line.get(from..)?.split(',');
        let mut at = 0;
        let mut value = |wanted: usize| {
            let skipped = wanted.checked_sub(at)?;
            at = wanted + 1;
            values.nth(skipped).map(|value| value.trim_matches('"'))
        };
        (value(3)? == "TRAFFIC").then_some(())?;
        Some(Self {
            kind: value(4)?,
            generated: value(6)?,
            from: value(7)?,
            to: value(8)?,
            leaves: value(9)?,
            rule: value(11)?,
            ports: (value(24)?, value(25)?),
            leaves_port: value(26)?,
            protocol: value(29)?,
            action: value(30)?,
            received: value(33).unwrap_or_default(),
            started: value(35).unwrap_or_default(),
            packets_received: value(45).unwrap_or_default(),
            reason: value(46).unwrap_or_default(),
            device: value(52).unwrap_or_default(),
        })
    }
}

fn parse<'a>(line: &'a str, _: &mut Layout) -> Parsed<'a> {
    let Some(fields) = Fields::of(line) else { return Parsed::Bad { at: 0, field: "TRAFFIC" } };
    let (Some(generated), Some(source), Some(destination)) =
        (time(fields.generated), address(fields.from), address(fields.to))
    else {
        return Parsed::Bad { at: 0, field: "Generated Time" };
    };
    let protocol = match fields.protocol {
        "tcp" => Protocol::Tcp,
        "udp" => Protocol::Udp,
        _ => Protocol::Other,
    };
    let silent = fields.received == "0" && matches!(fields.packets_received, "0" | "");
    let action = match (fields.action, fields.reason) {
        ("drop", _) => Action::Dropped,
        ("drop-icmp" | "drop ICMP", _) => Action::Refused,
        ("deny", _) => Action::Denied,
        ("reset-both" | "reset-client" | "reset-server" | "reset client" | "reset server" | "reset both", _) => {
            Action::Reset
        }
        ("allow", "policy-deny" | "threat") => Action::Denied,
        ("allow", "aged-out") if silent => Action::NoAnswer,
        ("allow", "aged-out") => Action::Idle,
        ("allow", "tcp-rst-from-server") => Action::DestinationReset,
        ("allow", "tcp-rst-from-client") => Action::SourceReset,
        ("allow", "tcp-fin") => Action::Closed,
        ("allow", _) => Action::Passed,
        _ => return Parsed::NoRequest(generated),
    };
    let begins = matches!(action, Action::NoAnswer | Action::Passed) || fields.kind == "start";
    let time = Some(fields.started).filter(|_| begins).and_then(time).unwrap_or(generated);
    let leaves = address(fields.leaves).filter(|leaves: &IpAddr| !leaves.is_unspecified());
    Parsed::Ruling(Ruling {
        time,
        action,
        protocol,
        source: Some(source),
        source_port: port(fields.ports.0),
        destination: Some(destination),
        destination_port: port(fields.ports.1),
        leaves_as: leaves.zip(port(fields.leaves_port)).map(|(ip, port)| SocketAddr::new(ip, port)),
        name: None,
        device: fields.device,
        rule: fields.rule,
        own: false,
    })
}

fn port(text: &str) -> Option<u16> {
    number(text).and_then(|port| u16::try_from(port).ok()).filter(|port| *port != 0)
}

/// `2026/01/05 10:00:45`
fn time(text: &str) -> Option<Timestamp> {
    times::civil(text, b'/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Option<Ruling<'_>> {
        match parse(line, &mut Layout::default()) {
            Parsed::Ruling(ruling) => Some(ruling),
            _ => None,
        }
    }

    #[test]
    fn what_the_rule_did_and_how_the_session_ended() {
        let [dropped, passed] = FORMAT.samples else { panic!() };
        let told = of(dropped).unwrap();
        assert_eq!((told.action, told.rule, told.device), (Action::Denied, "Block-Outbound", "fw-edge-1"));
        assert_eq!((told.source_port, told.destination_port, told.leaves_as), (Some(54321), Some(443), None));
        let told = of(passed).unwrap();
        assert_eq!(told.action, Action::NoAnswer);
        assert_eq!(told.leaves_as, Some(([198, 51, 100, 5], 51515).into()));
        assert_eq!(Some(told.time), time("2026/01/05 10:00:40"));
        for (from, to, action) in [
            ("aged-out", "tcp-rst-from-server", Action::DestinationReset),
            ("aged-out", "tcp-fin", Action::Closed),
            ("allow,296,296,0,4", "allow,296,200,96,4", Action::Idle),
            ("allow,", "reset-both,", Action::Reset),
            ("allow,", "drop,", Action::Dropped),
        ] {
            assert_eq!(of(&passed.replace(from, to)).map(|told| told.action), Some(action), "{to}");
        }
        assert!(of("1,2026/01/05 10:00:45,001201000456,THREAT,url,2304").is_none());
        assert!(of("1,2026/01/05 10:00:45,001201000456,TRAFFIC,drop,0,2026").is_none(), "cut");
    }
}
