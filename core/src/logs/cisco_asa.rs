//! Cisco ASA and Secure Firewall (FTD) syslog: connections that it denied, built and tore down.
//!
//! Layouts: Cisco ASA Series Syslog Messages. 106001 and 106023 deny by access list, 106015 a packet without a connection,
//! 106100 tells what an access list with `log` did, 302013 and 302014 when a connection was built and why it ended. A
//! connection that ended by `SYN Timeout` was let pass: no answer to its SYN came back.

use core::net::{IpAddr, SocketAddr};

use super::fields::{address, number};
use super::{Clock, Layout, LogFormat, Parsed, Vote, times};
use crate::devices::{Action, Protocol, Ruling};
use crate::time::{Span, Timestamp};

/// Connections that were built and not yet torn down, remembered by their number.
pub const BUILT: usize = 65_536;

/// See the module.
pub static FORMAT: LogFormat = LogFormat {
    id: "cisco-asa",
    title: "The Cisco firewall",
    product: None,
    docs: "Cisco ASA Series Syslog Messages (106001, 106015, 106023, 106100, 302013, 302014)",
    recognise: |line| if message(line).is_some() { Vote::Own } else { Vote::No },
    parse,
    clock: Clock::Local,
    missing: "",
    samples: &[
        "<134>Sep 02 2014 11:50:15: %ASA-6-106015: Deny TCP (no connection) from 10.0.1.1/4567 to 10.0.3.3/80 flags FIN ACK  on interface inside",
        "<164>Sep 22 18:01:10 firewall-edge-01 %ASA-4-106023: Deny tcp src outside:203.0.113.50/51234 dst inside:192.168.1.10/22 by access-group \"OUTSIDE_IN\" [0x0, 0x0]",
        "Jan  5 08:52:35 10.22.8.201 %ASA-6-106015: Deny TCP (no connection) from 192.0.2.11/80 to 198.51.100.226/45019 flags SYN ACK  on interface Outside_VPN",
        "Jan 05 2026 10:00:00 fw1 : %ASA-6-302013: Built outbound TCP connection 123456789 for outside:10.0.2.2/80 (10.0.2.2/80) to inside:10.0.1.1/1234 (198.51.100.9/1234)",
        "2026-01-05T10:00:30Z fw1 : %ASA-6-302014: Teardown TCP connection 123456789 for outside:10.0.2.2/80 to inside:10.0.1.1/1234 duration 0:00:30 bytes 0 SYN Timeout",
    ],
};

/// What stands before the message, its number, and its text.
fn message(line: &str) -> Option<(&str, &str, &str)> {
    let at = ["%ASA-", "%FTD-", "%PIX-"].iter().find_map(|mark| line.find(mark))?;
    let (head, text) = line.get(at + 5..)?.split_once(": ")?;
    let (level, id) = head.rsplit_once('-')?;
    let whole = id.len() == 6 && number(id).is_some() && level.bytes().last().is_some_and(|byte| byte.is_ascii_digit());
    whole.then_some((line.get(..at)?, id, text))
}

fn parse<'a>(line: &'a str, layout: &mut Layout) -> Parsed<'a> {
    let Some((before, id, text)) = message(line) else { return Parsed::Bad { at: 0, field: "%ASA-" } };
    let Some(time) = own_time(before).or(layout.received) else { return Parsed::Bad { at: 0, field: "time" } };
    let ruling = match id {
        "106001" => denied(text),
        "106015" => unknown(text),
        "106023" => by_list(text),
        "106100" => listed(text),
        "302013" => built(text, layout),
        "302014" => torn_down(text, layout),
        _ => return Parsed::NoRequest(time),
    };
    match ruling {
        // The end of a connection that failed to open is told by when it began.
        Some((ruling, lasted)) => {
            let time = time.plus(Span(lasted.0.saturating_neg()));
            Parsed::Ruling(Ruling { time, device: name(before), ..ruling })
        }
        None => Parsed::NoRequest(time),
    }
}

/// `Sep 02 2014 11:50:15`, as the firewall itself writes it.
fn own_time(before: &str) -> Option<Timestamp> {
    let before = before.trim_end_matches([' ', ':']);
    if let Some(time) = before.split(' ').next().and_then(Timestamp::parse_rfc3339) {
        return Some(time);
    }
    let mut words = before.split_ascii_whitespace();
    loop {
        let month = words.clone().next()?;
        let mut rest = words.clone().skip(1);
        let name = month.get(month.len().saturating_sub(3)..).unwrap_or_default();
        if let (Some(month), Some(day), Some(year), Some(clock)) =
            (times::month(name), rest.next(), rest.next(), rest.next())
            && year.len() == 4
        {
            let clock = clock.trim_end_matches(':');
            let date = alloc::format!("{year}-{month:02}-{:02}", number(day)?);
            return times::civil_parts(&date, clock);
        }
        words.next()?;
    }
}

/// The firewall's name, which it writes last before its message; empty where it writes none.
fn name(before: &str) -> &str {
    let last = before.trim_end_matches([' ', ':']).rsplit(' ').next().unwrap_or_default();
    if last.contains(':') && address(last).is_none() { "" } else { last }
}

type Told<'a> = Option<(Ruling<'a>, Span)>;

/// `Inbound TCP connection denied from 192.0.2.1/4711 to 10.0.0.1/80 flags SYN on interface outside`
fn denied(text: &str) -> Told<'_> {
    let (from, rest) = text.split_once(" denied from ")?.1.split_once(" to ")?;
    let to = rest.split(' ').next()?;
    ruling(Action::Denied, Protocol::Tcp, end(from)?, end(to)?, "")
}

/// `Deny TCP (no connection) from 192.0.2.10/443 to 10.0.0.2/52746 flags SYN ACK  on interface outside`
fn unknown(text: &str) -> Told<'_> {
    let (from, rest) = text.split_once(" from ")?.1.split_once(" to ")?;
    let (to, rest) = rest.split_once(" flags ")?;
    let flags = rest.split(" on ").next()?.trim();
    let (from, to) = (end(from)?, end(to)?);
    // What is left of a connection that was over says nothing.
    if flags.contains("RST") || flags.contains("FIN") {
        return None;
    }
    // An answer came where no question had gone out: the other way round is how the connection was meant.
    let answer = flags == "SYN ACK" || from.1 < to.1 && from.1 < 10_000;
    let (from, to) = if answer { (to, from) } else { (from, to) };
    let rule = if flags == "SYN ACK" { "no connection: a SYN-ACK whose SYN it had not seen" } else { "no connection" };
    ruling(Action::Dropped, Protocol::Tcp, from, to, rule)
}

/// `Deny tcp src inside:10.0.0.2/4711 dst outside:192.0.2.10/443 by access-group "inside_in" [0x0, 0x0]`
fn by_list(text: &str) -> Told<'_> {
    let (protocol, rest) = text.strip_prefix("Deny ")?.split_once(" src ")?;
    let (from, rest) = rest.split_once(" dst ")?;
    let (to, rest) = rest.split_once(" by access-group ")?;
    let list = rest.trim_start_matches('"').split('"').next().unwrap_or_default();
    ruling(Action::Denied, protocol_of(protocol)?, interface(from)?, interface(to)?, list)
}

/// `access-list inside_in denied tcp inside/10.0.0.2(4711) -> outside/192.0.2.10(443) hit-cnt 1 first hit [0x0, 0x0]`
fn listed(text: &str) -> Told<'_> {
    let mut words = text.strip_prefix("access-list ")?.split(' ');
    let (list, what, protocol) = (words.next()?, words.next()?, words.next()?);
    let action = match what {
        "denied" => Action::Denied,
        "permitted" | "est-allowed" => Action::Passed,
        _ => return None,
    };
    let mut ends = words.filter(|word| word.contains('/') && word.ends_with(')'));
    ruling(action, protocol_of(protocol)?, bracketed(ends.next()?)?, bracketed(ends.next()?)?, list)
}

/// `Built outbound TCP connection 4 for outside:192.0.2.10/443 (192.0.2.10/443) to inside:10.0.0.2/4711 (198.51.100.5/4711)`
///
/// The side that asked is the one behind `to` for an outbound connection, the one behind `for` for an inbound one.
fn built<'a>(text: &'a str, layout: &mut Layout) -> Told<'a> {
    let outbound = match text.strip_prefix("Built ")?.split(' ').next()? {
        "outbound" => true,
        "inbound" => false,
        _ => return None,
    };
    let (id, rest) = text.split_once(" connection ")?.1.split_once(" for ")?;
    let (one, other) = rest.split_once(" to ")?;
    let (opener, target) = if outbound { (other, one) } else { (one, other) };
    let (from, to) = (interface(opener)?, interface(target)?);
    let leaves = opener.split_once('(').and_then(|(_, rest)| end(rest.split(')').next()?));
    let leaves_as = leaves.filter(|leaves| *leaves != from).map(|(ip, port)| SocketAddr::new(ip, port));
    if layout.built.len() >= BUILT {
        layout.built.clear();
    }
    layout.built.insert(number(id)?, (outbound, leaves_as));
    let (ruling, none) = ruling(Action::Passed, Protocol::Tcp, from, to, "")?;
    Some((Ruling { leaves_as, ..ruling }, none))
}

/// `Teardown TCP connection 4 for outside:192.0.2.10/443 to inside:10.0.0.2/4711 duration 0:00:30 bytes 0 SYN Timeout`
fn torn_down<'a>(text: &'a str, layout: &mut Layout) -> Told<'a> {
    let (id, rest) = text.split_once(" connection ")?.1.split_once(" for ")?;
    let (ends, rest) = rest.split_once(" duration ")?;
    let (one, other) = ends.split_once(" to ")?;
    let (one, other) = (interface(one)?, interface(other)?);
    let known = number(id).and_then(|id| layout.built.remove(&id));
    // Where the beginning was not logged: the port of a service is the smaller one.
    let outbound = known.map_or(one.1 < other.1, |(outbound, _)| outbound);
    let (from, to) = if outbound { (other, one) } else { (one, other) };
    let (lasted, rest) = rest.split_once(" bytes ")?;
    let reason = rest.split_once(' ').map_or("", |(_, reason)| reason).trim();
    let reset_by_opener =
        |inside: bool| if outbound == inside { Action::SourceReset } else { Action::DestinationReset };
    let (action, from_begin) = match reason {
        r if r.starts_with("SYN Timeout") => (Action::NoAnswer, true),
        r if r.starts_with("TCP Reset-I") => (reset_by_opener(true), false),
        r if r.starts_with("TCP Reset-O") => (reset_by_opener(false), false),
        r if r.starts_with("TCP FINs") || r.starts_with("FIN Timeout") => (Action::Closed, false),
        r if r.starts_with("Conn-timeout") || r.starts_with("Idle Timeout") => (Action::Idle, false),
        r if r.starts_with("Flow reset by IPS") => (Action::Reset, false),
        r if r.starts_with("Flow terminated by IPS")
            || r.starts_with("Flow closed by inspection")
            || r.starts_with("Deny Terminate") =>
        {
            (Action::Denied, false)
        }
        _ => (Action::Passed, true),
    };
    let lasted = if from_begin { duration(lasted)? } else { Span(0) };
    let (ruling, _) = ruling(action, Protocol::Tcp, from, to, reason)?;
    Some((Ruling { leaves_as: known.and_then(|(_, leaves)| leaves), ..ruling }, lasted))
}

fn ruling<'a>(action: Action, protocol: Protocol, from: (IpAddr, u16), to: (IpAddr, u16), rule: &'a str) -> Told<'a> {
    let ruling = Ruling {
        action,
        protocol,
        source: Some(from.0),
        source_port: Some(from.1),
        destination: Some(to.0),
        destination_port: Some(to.1),
        rule,
        ..Ruling::default()
    };
    Some((ruling, Span(0)))
}

fn protocol_of(name: &str) -> Option<Protocol> {
    match name {
        "tcp" | "TCP" => Some(Protocol::Tcp),
        "udp" | "UDP" => Some(Protocol::Udp),
        _ => None,
    }
}

/// `192.0.2.10/443`
fn end(text: &str) -> Option<(IpAddr, u16)> {
    let (ip, port) = text.trim().rsplit_once('/')?;
    Some((address(ip.trim())?, number(port).and_then(|port| u16::try_from(port).ok())?))
}

/// `outside:192.0.2.10/443`, with what may follow in brackets.
fn interface(text: &str) -> Option<(IpAddr, u16)> {
    end(text.split_once(':')?.1.split([' ', '(']).next()?)
}

/// `outside/192.0.2.10(443)`
fn bracketed(text: &str) -> Option<(IpAddr, u16)> {
    let (ip, port) = text.split_once('/')?.1.split_once('(')?;
    Some((address(ip)?, number(port.trim_end_matches(')')).and_then(|port| u16::try_from(port).ok())?))
}

/// `0:00:30`, `1d2h`: without the second the line says nothing of when it began.
fn duration(text: &str) -> Option<Span> {
    let mut parts = text.split(':').map(number);
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    Some(Span::seconds(i64::try_from(hours * 3600 + minutes * 60 + seconds).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::{String, ToString};

    fn of(lines: &[&str]) -> Option<(Action, String, String, Option<String>, String)> {
        let mut layout = Layout::default();
        let mut last = None;
        for line in lines {
            if let Parsed::Ruling(ruling) = parse(&alloc::format!("Jan 05 2026 10:00:30 fw1 : {line}"), &mut layout) {
                let end = |ip: Option<IpAddr>, port: Option<u16>| alloc::format!("{}:{}", ip.unwrap(), port.unwrap());
                last = Some((
                    ruling.action,
                    end(ruling.source, ruling.source_port),
                    end(ruling.destination, ruling.destination_port),
                    ruling.leaves_as.map(|leaves| leaves.to_string()),
                    ruling.time.to_string(),
                ));
            }
        }
        last
    }

    #[test]
    fn a_connection_that_was_built_and_ended_by_syn_timeout_was_let_pass() {
        let built = "Jan 05 2026 10:00:00 fw1 : %ASA-6-302013: Built outbound TCP connection 7 for outside:192.0.2.10/8443 (192.0.2.10/8443) to \
                     inside:10.20.0.2/4711 (198.51.100.5/40000)";
        let torn = "%ASA-6-302014: Teardown TCP connection 7 for outside:192.0.2.10/8443 to inside:10.20.0.2/4711 duration \
                    0:00:30 bytes 0 SYN Timeout";
        let ends = ("10.20.0.2:4711".to_string(), "192.0.2.10:8443".to_string());
        let leaves = Some("198.51.100.5:40000".to_string());
        let (begun, ended) = ("2026-01-05T10:00:00.000000Z".to_string(), "2026-01-05T10:00:30.000000Z".to_string());
        assert_eq!(of(&[built]), Some((Action::Passed, ends.0.clone(), ends.1.clone(), leaves.clone(), ended.clone())));
        assert_eq!(of(&[built, torn]), Some((Action::NoAnswer, ends.0.clone(), ends.1.clone(), leaves.clone(), begun)));
        let reset = torn.replace("SYN Timeout", "TCP Reset-O from outside");
        assert_eq!(of(&[built, &reset]).map(|told| told.0), Some(Action::DestinationReset));
        let reset = torn.replace("SYN Timeout", "TCP Reset-I");
        assert_eq!(of(&[built, &reset]).map(|told| (told.0, told.4)), Some((Action::SourceReset, ended)));
        let alone = torn.replace("8443", "443");
        assert_eq!(of(&[&alone]).map(|told| told.2), Some("192.0.2.10:443".to_string()), "by the port of a service");
    }

    #[test]
    fn denials_of_every_kind() {
        let told = |line: &str| of(&[line]).map(|told| (told.0, told.1, told.2));
        let ends = ("10.20.0.2:4711".to_string(), "192.0.2.10:443".to_string());
        let wanted = |action| Some((action, ends.0.clone(), ends.1.clone()));
        let list = "%ASA-4-106023: Deny tcp src inside:10.20.0.2/4711 dst outside:192.0.2.10/443 by access-group \"in\" [0x0, 0x0]";
        assert_eq!(told(list), wanted(Action::Denied));
        assert_eq!(told(&list.replace("ASA", "FTD")), wanted(Action::Denied));
        assert_eq!(told(&list.replace("Deny tcp", "Deny icmp")), None);
        let hit = "%ASA-6-106100: access-list in denied tcp inside/10.20.0.2(4711) -> outside/192.0.2.10(443) hit-cnt 1 first hit";
        assert_eq!(told(hit), wanted(Action::Denied));
        let answer = "%ASA-6-106015: Deny TCP (no connection) from 192.0.2.10/443 to 10.20.0.2/4711 flags SYN ACK  on interface o";
        assert_eq!(told(answer), wanted(Action::Dropped));
        assert_eq!(told(&answer.replace("SYN ACK", "FIN ACK")), None);
        let inbound = "%ASA-2-106001: Inbound TCP connection denied from 10.20.0.2/4711 to 192.0.2.10/443 flags SYN  on interface o";
        assert_eq!(told(inbound), wanted(Action::Denied));
        assert_eq!(told("%ASA-5-111008: User 'x' executed the 'y' command."), None);
    }
}
