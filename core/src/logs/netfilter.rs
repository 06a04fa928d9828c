//! Packets that the Linux kernel logs for iptables and nftables (`LOG`, `log prefix`), also through ufw, firewalld and
//! Shorewall: `DROP-OUT: IN=eth0 OUT=eth1 … SRC=… DST=… PROTO=TCP SPT=… DPT=… SYN`.
//!
//! What became of the packet is no part of the line: it stands in the prefix that the administrator chose, or nowhere.
//! Layout: Linux, nf_log_syslog.c.

use core::net::IpAddr;

use super::fields::{address, number};
use super::{Clock, Layout, LogFormat, Parsed, Vote};
use crate::devices::{Action, Protocol, Ruling};

/// See the module.
pub static FORMAT: LogFormat = LogFormat {
    id: "netfilter",
    title: "The Linux firewall",
    product: None,
    docs: "Linux source, net/netfilter/nf_log_syslog.c; iptables-extensions(8), LOG; nft(8), log statement",
    recognise: |line| if packet(line).is_some() { Vote::Own } else { Vote::No },
    parse,
    clock: Clock::Local,
    missing: "",
    samples: &[
        "2026-01-05T10:00:00.123456+00:00 fw1 kernel: [UFW BLOCK] IN=eth0 OUT=eth1 SRC=10.20.0.2 DST=192.0.2.10 LEN=60 TOS=0x00 PREC=0x00 TTL=63 ID=4711 DF PROTO=TCP SPT=40001 DPT=80 WINDOW=64240 RES=0x00 SYN URGP=0",
        "Jan  5 10:00:00 fw1 kernel: [12345.678901] DROP-OUT: IN=eth0 OUT=eth1 MAC=02:00:00:00:00:01:02:00:00:00:00:02:08:00 SRC=10.20.0.2 DST=192.0.2.10 LEN=60 TOS=0x00 PREC=0x00 TTL=63 ID=4711 DF PROTO=TCP SPT=40001 DPT=443 WINDOW=64240 RES=0x00 SYN URGP=0",
    ],
};

/// Words of a prefix, in capitals, and what they mean. A rule that refuses before one that drops: `REJECT` tells more.
const WORDS: &[(&str, Action)] = &[
    ("REJECT", Action::Refused),
    ("REFUSE", Action::Refused),
    ("DROP", Action::Dropped),
    ("BLOCK", Action::Denied),
    ("DENY", Action::Denied),
    ("DENIED", Action::Denied),
    ("ACCEPT", Action::Passed),
    ("ALLOW", Action::Passed),
];

/// The prefix, and the packet.
fn packet(line: &str) -> Option<(&str, &str)> {
    let at = line.find("IN=").filter(|at| *at < 200)?;
    let packet = line.get(at..)?;
    let whole = [" OUT=", " SRC=", " DST=", " PROTO="].iter().all(|key| packet.contains(key));
    whole.then_some((line.get(..at)?, packet))
}

fn parse<'a>(line: &'a str, layout: &mut Layout) -> Parsed<'a> {
    let Some((prefix, packet)) = packet(line) else { return Parsed::Bad { at: 0, field: "IN=" } };
    let Some(time) = layout.received else { return Parsed::Bad { at: 0, field: "time" } };
    let value = |key: &str| packet.split(' ').find_map(|word| word.strip_prefix(key)).filter(|value| !value.is_empty());
    let flag = |flag: &str| packet.split(' ').any(|word| word == flag);
    let protocol = match value("PROTO=") {
        Some("TCP") => Protocol::Tcp,
        Some("UDP") => Protocol::Udp,
        _ => return Parsed::NoRequest(time),
    };
    let upper = prefix.to_ascii_uppercase();
    let Some((_, action)) = WORDS.iter().find(|(word, _)| upper.contains(word)) else { return Parsed::NoRequest(time) };
    let port = |key| value(key).and_then(number).and_then(|port| u16::try_from(port).ok());
    let from: (Option<IpAddr>, Option<u16>) = (value("SRC=").and_then(address), port("SPT="));
    let to = (value("DST=").and_then(address), port("DPT="));
    // What is left of a connection that was over says nothing.
    if protocol == Protocol::Tcp && (flag("RST") || flag("FIN")) {
        return Parsed::NoRequest(time);
    }
    // The other way round is how the connection was meant.
    let answer =
        flag("SYN") && flag("ACK") || !flag("SYN") && from.1 < to.1 && from.1.is_some_and(|port| port < 10_000);
    let (from, to) = if answer { (to, from) } else { (from, to) };
    let rule = prefix.rsplit(']').next().unwrap_or(prefix).trim_matches([' ', ':']);
    let rule = if rule.is_empty() { prefix.trim_matches(['[', ']', ' ', ':']) } else { rule };
    Parsed::Ruling(Ruling {
        time,
        action: *action,
        protocol,
        source: from.0,
        source_port: from.1,
        destination: to.0,
        destination_port: to.1,
        rule,
        ..Ruling::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    fn of(line: &str) -> Option<(Action, Option<u16>, &str)> {
        let mut layout = Layout { received: Some(Timestamp(1)), ..Layout::default() };
        match parse(line, &mut layout) {
            Parsed::Ruling(ruling) => Some((ruling.action, ruling.destination_port, ruling.rule)),
            _ => None,
        }
    }

    #[test]
    fn the_prefix_says_what_became_of_the_packet() {
        let line = |prefix: &str, flags: &str| {
            alloc::format!(
                "{prefix}IN=eth0 OUT=eth1 SRC=10.20.0.2 DST=192.0.2.10 LEN=60 TTL=63 DF PROTO=TCP SPT=40001 DPT=443 WINDOW=64240 \
                 RES=0x00 {flags} URGP=0"
            )
        };
        assert_eq!(of(&line("[12.3] DROP-OUT: ", "SYN")), Some((Action::Dropped, Some(443), "DROP-OUT")));
        assert_eq!(of(&line("[UFW BLOCK] ", "SYN")), Some((Action::Denied, Some(443), "UFW BLOCK")));
        assert_eq!(of(&line("filter_FWD_public_REJECT: ", "SYN")).map(|told| told.0), Some(Action::Refused));
        assert_eq!(of(&line("web: ", "SYN")), None, "the prefix says nothing");
        assert_eq!(of(&line("DROP ", "ACK FIN")), None);
        let answer = line("DROP ", "ACK SYN").replace("SPT=40001 DPT=443", "SPT=443 DPT=40001");
        assert_eq!(of(&answer).map(|told| told.1), Some(Some(443)));
    }
}
