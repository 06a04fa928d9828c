//! The cable's rules: one line of words each, tests first, then what is done.
//!
//! ```text
//! [WIRE:]out|in|both TEST… ACTION…
//! ```
//! `out` is away from the client. Tests: `tcp`, `udp`, `icmp`, `syn`, `synack`, `fin`, `rst`, `data`, `bare` (TCP with
//! neither data nor SYN, FIN, RST), `port=N`, `host=ADDRESS`, `size>N` (bytes of the IP packet), `has=TEXT` (in the
//! payload), `idle=MS` (nothing passed on this connection for so long); then of those that fit `nth=N`, `first=N`,
//! `after=N`, `every=N`; `sticky`: whatever follows on a connection that fitted once, and on no other.
//!
//! Actions, done together: `drop`, `wait=MS`, `twice`, `behind` (lets the next frame go first), `ttl=N`;
//! `reset=back|on|both` and `icmp-error=TYPE/CODE[/MTU]` make a packet, with `by=ADDRESS` (ICMP), `made-ttl=N`, `made-id=N`,
//! `made-shift=N` (sequence number off by so much) and `made-wait=MS`.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::time::{Duration, Instant};

use gateway_triage_tests::build::packet::{ACK, FIN, RST, SYN};

use super::frame::Packet;

/// What a frame must be like.
#[derive(Clone, Debug)]
enum Test {
    Protocol(&'static [u8]),
    /// Among the first flags, exactly the second ones are set.
    Flags(u8, u8),
    Data,
    Bare,
    Port(u16),
    Host(IpAddr),
    Size(usize),
    Has(String),
    Idle(Duration),
}

/// Which of the frames that fit.
#[derive(Clone, Copy, Debug)]
enum Count {
    Nth(u64),
    First(u64),
    After(u64),
    Every(u64),
}

/// A packet that the cable makes.
#[derive(Clone, Copy, Debug)]
pub enum Made {
    /// A reset to the sender.
    ResetBack,
    /// A reset to the receiver.
    ResetOn,
    /// An ICMP error to the sender: type, code, MTU.
    Icmp(u8, u8, u16),
}

/// What is done with a frame.
#[derive(Clone, Debug)]
pub struct Action {
    pub drop: bool,
    pub wait: Duration,
    pub twice: bool,
    pub behind: bool,
    pub ttl: Option<u8>,
    pub made: Vec<Made>,
    pub by: IpAddr,
    pub made_ttl: u8,
    pub made_id: u16,
    pub made_shift: u32,
    pub made_wait: Duration,
}

/// One rule, and what it remembers.
#[derive(Debug)]
pub struct Rule {
    wire: Option<String>,
    out: bool,
    inward: bool,
    tests: Vec<Test>,
    count: Option<Count>,
    sticky: bool,
    pub action: Action,
    seen: u64,
    stuck: HashSet<(SocketAddr, SocketAddr)>,
    last: HashMap<(SocketAddr, SocketAddr), Instant>,
}

impl Rule {
    /// Reads a rule; the error names the word.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (place, words) = text.split_once(' ').ok_or_else(|| format!("no tests and actions: {text}"))?;
        let (wire, direction) = match place.split_once(':') {
            Some((wire, direction)) => (Some(wire.to_owned()), direction),
            None => (None, place),
        };
        if !["out", "in", "both"].contains(&direction) {
            return Err(format!("no direction: {place}"));
        }
        let mut rule = Self {
            wire,
            out: direction != "in",
            inward: direction != "out",
            tests: Vec::new(),
            count: None,
            sticky: false,
            action: Action {
                drop: false,
                wait: Duration::ZERO,
                twice: false,
                behind: false,
                ttl: None,
                made: Vec::new(),
                by: Ipv4Addr::LOCALHOST.into(),
                made_ttl: 254,
                made_id: 0,
                made_shift: 0,
                made_wait: Duration::ZERO,
            },
            seen: 0,
            stuck: HashSet::new(),
            last: HashMap::new(),
        };
        for word in words.split_whitespace() {
            rule.word(word).ok_or_else(|| format!("no such word: {word}"))?;
        }
        Ok(rule)
    }

    fn word(&mut self, word: &str) -> Option<()> {
        const ENDS: u8 = SYN | FIN | RST;
        let (name, value) = word.split_once(['=', '>']).unwrap_or((word, ""));
        let action = &mut self.action;
        match name {
            "tcp" => self.tests.push(Test::Protocol(&[6])),
            "udp" => self.tests.push(Test::Protocol(&[17])),
            "icmp" => self.tests.push(Test::Protocol(&[1, 58])),
            "syn" => self.tests.push(Test::Flags(SYN | ACK, SYN)),
            "synack" => self.tests.push(Test::Flags(SYN | ACK, SYN | ACK)),
            "fin" => self.tests.push(Test::Flags(FIN, FIN)),
            "rst" => self.tests.push(Test::Flags(RST, RST)),
            "bare" => self.tests.extend([Test::Protocol(&[6]), Test::Flags(ENDS, 0), Test::Bare]),
            "data" => self.tests.push(Test::Data),
            "port" => self.tests.push(Test::Port(number(value)?)),
            "host" => self.tests.push(Test::Host(value.parse().ok()?)),
            "size" => self.tests.push(Test::Size(number(value)?)),
            "has" => self.tests.push(Test::Has(value.to_owned())),
            "idle" => self.tests.push(Test::Idle(time(value)?)),
            "nth" => self.count = Some(Count::Nth(number(value)?)),
            "first" => self.count = Some(Count::First(number(value)?)),
            "after" => self.count = Some(Count::After(number(value)?)),
            "every" => self.count = Some(Count::Every(number(value)?)),
            "sticky" => self.sticky = true,
            "drop" => action.drop = true,
            "wait" => action.wait = time(value)?,
            "twice" => action.twice = true,
            "behind" => action.behind = true,
            "ttl" => action.ttl = Some(number(value)?),
            "reset" => action.made.extend(match value {
                "back" => &[Made::ResetBack][..],
                "on" => &[Made::ResetOn],
                "both" => &[Made::ResetBack, Made::ResetOn],
                _ => return None,
            }),
            "icmp-error" => {
                let mut parts = value.split('/');
                let (kind, code) = (number(parts.next()?)?, number(parts.next()?)?);
                let mtu = parts.next().map_or(Some(0), number)?;
                action.made.push(Made::Icmp(kind, code, mtu));
            }
            "by" => action.by = value.parse().ok()?,
            "made-ttl" => action.made_ttl = number(value)?,
            "made-id" => action.made_id = number(value)?,
            "made-shift" => action.made_shift = number(value)?,
            "made-wait" => action.made_wait = time(value)?,
            _ => return None,
        }
        Some(())
    }

    /// Whether the rule is meant for this frame. It must be asked about every frame, once, in their order.
    pub fn fits(&mut self, wire: &str, out: bool, packet: &Packet, frame: &[u8], now: Instant) -> bool {
        let here = self.wire.as_deref().is_none_or(|own| own == wire);
        let connection = packet.connection();
        if !here || packet.from == packet.to {
            return false;
        }
        let quiet = self.last.insert(connection, now).map(|before| now.saturating_duration_since(before));
        if !(if out { self.out } else { self.inward }) {
            return false;
        }
        if self.stuck.contains(&connection) {
            return true;
        }
        if !self.tests.iter().all(|test| test.fits(packet, frame, quiet)) {
            return false;
        }
        self.seen += 1;
        let chosen = match self.count {
            None => true,
            Some(Count::Nth(number)) => self.seen == number,
            Some(Count::First(number)) => self.seen <= number,
            Some(Count::After(number)) => self.seen > number,
            Some(Count::Every(number)) => self.seen.is_multiple_of(number.max(1)),
        };
        if chosen && self.sticky {
            self.stuck.insert(connection);
        }
        chosen
    }
}

impl Test {
    fn fits(&self, packet: &Packet, frame: &[u8], quiet: Option<Duration>) -> bool {
        match self {
            Self::Protocol(numbers) => numbers.contains(&packet.protocol),
            Self::Flags(among, set) => packet.flags & among == *set,
            Self::Data => !packet.data.is_empty(),
            Self::Bare => packet.data.is_empty(),
            Self::Port(port) => packet.from.port() == *port || packet.to.port() == *port,
            Self::Host(host) => packet.from.ip() == *host || packet.to.ip() == *host,
            Self::Size(size) => packet.size > *size,
            Self::Has(text) => {
                frame[packet.data.clone()].windows(text.len().max(1)).any(|window| window == text.as_bytes())
            }
            Self::Idle(time) => quiet.is_some_and(|quiet| quiet >= *time),
        }
    }
}

fn number<N: FromStr>(text: &str) -> Option<N> {
    text.parse().ok()
}

fn time(text: &str) -> Option<Duration> {
    number(text).map(Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(port: u16, flags: u8) -> Packet {
        use gateway_triage_tests::build::packet::{Hop, Segment, tcp};
        let segment = Segment { sequence: 1, acknowledges: 1, flags, window: 1, options: &[], data: &[] };
        let (from, to) = (format!("192.0.2.1:{port}"), "192.0.2.2:80");
        let ip = tcp(from.parse().unwrap(), to.parse().unwrap(), Hop { ttl: 64, id: 1 }, &segment);
        Packet::read(&[&[0; 12][..], &[8, 0], &ip].concat()).unwrap()
    }

    #[test]
    fn tests_counts_and_memory() {
        let now = Instant::now();
        let mut second = Rule::parse("wan:out syn nth=2 drop").unwrap();
        let mut ask = |wire, out, flags| second.fits(wire, out, &packet(9, flags), &[], now);
        assert!(!ask("wan", true, SYN) && !ask("wan", true, ACK) && !ask("lan", true, SYN) && !ask("wan", false, SYN));
        assert!(ask("wan", true, SYN) && !ask("wan", true, SYN));
        let mut forgets = Rule::parse("both tcp idle=500 sticky drop").unwrap();
        let later = now + Duration::from_millis(600);
        assert!(!forgets.fits("wan", true, &packet(1, ACK), &[], now));
        assert!(forgets.fits("wan", true, &packet(1, ACK), &[], later));
        assert!(forgets.fits("wan", false, &packet(1, ACK), &[], later));
        assert!(!forgets.fits("wan", true, &packet(2, ACK), &[], later));
    }

    #[test]
    fn unknown_words_are_refused() {
        for text in ["out", "up drop", "out syn fall", "out port=x drop", "in reset=left"] {
            assert!(Rule::parse(text).is_err(), "{text}");
        }
    }
}
