//! A cable that does what cables must not do: it delays, loses, repeats, reorders and forges frames by rules
//! ([`rule`]). The kernel's own tool for this, netem, is not in every kernel, and cannot forge.
//!
//! `WIRE=LEFT,RIGHT[,VLAN]…`: whatever comes in on one interface of a wire goes out on the other. `mirror=INTERFACE`
//! gets a copy of all that leaves, with the wire's VLAN tag: the port of a switch where one listens. All other
//! arguments are rules. Packet sockets by `nix`, since nothing here may be `unsafe`.

mod frame;
mod rule;

use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::time::{Duration, Instant};

use gateway_triage_tests::build::packet::Hop;
use nix::ifaddrs::getifaddrs;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{
    AddressFamily, LinkAddr, MsgFlags, SockFlag, SockProtocol, SockType, SockaddrLike, recvfrom, sendto, socket,
};

use frame::Packet;
use rule::{Made, Rule};

/// A frame that lets the next one go first goes by itself after this time.
const BEHIND: Duration = Duration::from_millis(150);
/// `PACKET_OUTGOING`: what this machine itself sent.
const OUTGOING: u8 = 4;

struct Wire {
    name: String,
    /// Left, towards the client; right.
    ends: [LinkAddr; 2],
    vlan: Option<u16>,
}

/// A frame on its way.
struct Due {
    at: Instant,
    wire: usize,
    /// The end at which it leaves.
    end: usize,
    frame: Vec<u8>,
    behind: bool,
}

struct Cable {
    socket: OwnedFd,
    wires: Vec<Wire>,
    mirror: Option<LinkAddr>,
    rules: Vec<Rule>,
    /// In the order in which they are to leave, of equals in the order of their coming.
    due: Vec<Due>,
}

pub fn run(arguments: &[String]) -> Result<(), String> {
    let mut cable = Cable {
        socket: socket(AddressFamily::Packet, SockType::Raw, SockFlag::empty(), SockProtocol::EthAll)
            .map_err(|why| format!("packet socket: {why}"))?,
        wires: Vec::new(),
        mirror: None,
        rules: Vec::new(),
        due: Vec::new(),
    };
    for argument in arguments {
        match argument.split_once('=') {
            Some(("mirror", name)) => cable.mirror = Some(interface(name)?),
            Some((name, ends)) if !name.contains(' ') => cable.wires.push(wire(name, ends)?),
            _ => cable.rules.push(Rule::parse(argument)?),
        }
    }
    println!("ready");
    let mut buffer = vec![0; 1 << 16];
    loop {
        cable.send_due()?;
        let wait = cable.due.first().map_or(Duration::from_secs(1), |due| due.at.duration_since(Instant::now()));
        // Rounded up: a wait of less than a millisecond would be none.
        let wait = PollTimeout::try_from(wait + Duration::from_micros(999)).unwrap_or(PollTimeout::ZERO);
        let mut ready = [PollFd::new(cable.socket.as_fd(), PollFlags::POLLIN)];
        if poll(&mut ready, wait).map_err(|why| format!("poll: {why}"))? == 0 {
            continue;
        }
        let (length, from) =
            recvfrom::<LinkAddr>(cable.socket.as_raw_fd(), &mut buffer).map_err(|why| format!("receive: {why}"))?;
        if let Some(from) = from.filter(|from| from.pkttype() != OUTGOING) {
            cable.take(from.ifindex(), buffer[..length].to_vec());
        }
    }
}

fn wire(name: &str, ends: &str) -> Result<Wire, String> {
    let mut parts = ends.split(',');
    let mut end = || interface(parts.next().unwrap_or_default());
    let ends = [end()?, end()?];
    let vlan = parts.next().map(str::parse).transpose().map_err(|_| format!("no VLAN: {name}"))?;
    Ok(Wire { name: name.to_owned(), ends, vlan })
}

/// An interface's address for a packet socket. It can be had safely only from the list of all.
fn interface(name: &str) -> Result<LinkAddr, String> {
    getifaddrs()
        .map_err(|why| why.to_string())?
        .filter(|each| each.interface_name == name)
        .find_map(|each| each.address?.as_link_addr().copied())
        .ok_or_else(|| format!("no such interface: {name}"))
}

impl Cable {
    fn take(&mut self, index: usize, mut frame: Vec<u8>) {
        let position = |wire: &Wire| wire.ends.iter().position(|end| end.ifindex() == index);
        let Some((wire, side)) = self.wires.iter().enumerate().find_map(|(at, wire)| Some((at, position(wire)?)))
        else {
            return;
        };
        let now = Instant::now();
        let Some(packet) = Packet::read(&frame) else {
            self.queue(Due { at: now, wire, end: 1 - side, frame, behind: false });
            return;
        };
        frame::mend(&mut frame);
        let (mut drop, mut twice, mut behind, mut wait) = (false, false, false, Duration::ZERO);
        let mut made = Vec::new();
        for rule in &mut self.rules {
            if !rule.fits(&self.wires[wire].name, side == 0, &packet, &frame, now) {
                continue;
            }
            let action = &rule.action;
            drop |= action.drop;
            twice |= action.twice;
            behind |= action.behind;
            wait += action.wait;
            let hop = Hop { ttl: action.made_ttl, id: action.made_id };
            for kind in &action.made {
                let (end, bytes) = match *kind {
                    Made::ResetBack => (side, frame::reset(&frame, &packet, true, hop, action.made_shift)),
                    Made::ResetOn => (1 - side, frame::reset(&frame, &packet, false, hop, action.made_shift)),
                    Made::Icmp(kind, code, mtu) => {
                        (side, frame::icmp(&frame, &packet, action.by, hop, (kind, code), mtu))
                    }
                };
                made.push(Due { at: now + action.made_wait, wire, end, frame: bytes, behind: false });
            }
            if let Some(ttl) = action.ttl {
                frame::set_ttl(&mut frame, ttl);
                frame::mend(&mut frame);
            }
        }
        if !drop {
            if twice {
                self.queue(Due { at: now + wait, wire, end: 1 - side, frame: frame.clone(), behind: false });
            }
            self.queue(Due { at: now + wait, wire, end: 1 - side, frame, behind });
        }
        for due in made {
            self.queue(due);
        }
    }

    fn queue(&mut self, mut due: Due) {
        let waits = self.due.iter().position(|held| held.behind && (held.wire, held.end) == (due.wire, due.end));
        let held = waits.map(|at| self.due.remove(at));
        if due.behind {
            due.at += BEHIND;
        }
        let at = due.at;
        self.insert(due);
        if let Some(held) = held {
            self.insert(Due { at, behind: false, ..held });
        }
    }

    fn insert(&mut self, due: Due) {
        let place = self.due.partition_point(|other| other.at <= due.at);
        self.due.insert(place, due);
    }

    fn send_due(&mut self) -> Result<(), String> {
        while self.due.first().is_some_and(|due| due.at <= Instant::now()) {
            let due = self.due.remove(0);
            let wire = &self.wires[due.wire];
            self.send(&due.frame, &wire.ends[due.end])?;
            if let Some(mirror) = &self.mirror {
                let copy = wire.vlan.map_or_else(|| due.frame.clone(), |vlan| frame::tagged(&due.frame, vlan));
                self.send(&copy, mirror)?;
            }
        }
        Ok(())
    }

    fn send(&self, frame: &[u8], to: &dyn SockaddrLike) -> Result<(), String> {
        sendto(self.socket.as_raw_fd(), frame, to, MsgFlags::empty())
            .map(|_| ())
            .map_err(|why| format!("send {} bytes: {why}", frame.len()))
    }
}
