//! What a recipe may change on the path between the machines, and where it may listen: the cable, the firewall's
//! address translation, small MTUs, more recordings than one.

use std::fmt::Write;

use super::net::Host;
use super::recipe::Recording;

/// What lies between the machines. The default changes nothing.
#[derive(Clone, Debug, Default)]
pub struct Between {
    /// Wires that lead through the cable: `lan`, `wan`, `names`, `sites`, with the VLAN that the mirror tags them with.
    pub wires: Vec<(&'static str, Option<u16>)>,
    /// The cable's rules; [`super::agent`].
    pub rules: Vec<&'static str>,
    /// Rules of the firewall's address translation, behind its routing.
    pub nat: Vec<&'static str>,
    /// What the firewall itself does not send (its ICMP errors) or changes, as rules of its output.
    pub silence: Vec<&'static str>,
    /// Interfaces with an MTU of their own.
    pub mtu: Vec<(Host, &'static str, &'static str)>,
    /// Where it is recorded, in place of the recipe's [`Recording`]; the first is where evidence is sought by itself.
    pub taps: Vec<Tap>,
}

/// One recording.
#[derive(Clone, Debug)]
pub struct Tap {
    /// The file's name in the case.
    pub file: &'static str,
    /// Where it is recorded.
    pub host: Host,
    /// Whether dumpcap records it; else tcpdump.
    pub dumpcap: bool,
    /// The recorder's arguments: interfaces, snap length, direction, capture filter.
    pub arguments: Vec<&'static str>,
    /// Seconds that its clock is put forward afterwards, or back with a minus: hosts whose clocks differ.
    pub shift: Option<&'static str>,
    /// Display filters of the first and the last packet that are kept, where not all are: it begins late, or ends early.
    pub span: (Option<&'static str>, Option<&'static str>),
    /// Whether it is packed by gzip; the name then ends with `.gz`.
    pub packed: bool,
}

impl Tap {
    /// tcpdump on one interface.
    pub fn new(file: &'static str, host: Host, interface: &'static str) -> Self {
        Self {
            file,
            host,
            dumpcap: false,
            arguments: vec!["-i", interface],
            shift: None,
            span: (None, None),
            packed: false,
        }
    }

    /// More arguments of the recorder.
    pub fn with(mut self, arguments: &[&'static str]) -> Self {
        self.arguments.extend(arguments);
        self
    }

    /// Its clock is ahead by so many seconds.
    pub fn ahead(mut self, seconds: &'static str) -> Self {
        self.shift = Some(seconds);
        self
    }

    /// Begins with the first packet that a display filter selects.
    pub fn from(mut self, filter: &'static str) -> Self {
        self.span.0 = Some(filter);
        self
    }

    /// Ends with the last packet that a display filter selects.
    pub fn to(mut self, filter: &'static str) -> Self {
        self.span.1 = Some(filter);
        self
    }

    /// What a [`Recording`] stands for.
    pub fn of(recording: Recording) -> Self {
        let tap = |interface| Self::new(recording.file(), Host::Gateway, interface);
        match recording {
            Recording::Any => tap("any"),
            Recording::AnyGzip => Self { packed: true, ..tap("any") },
            Recording::AnySll1 => tap("any").with(&["-y", "LINUX_SLL"]),
            Recording::Wan => tap("wan"),
            Recording::Lan => tap("lan"),
            Recording::Both => Self { dumpcap: true, ..tap("lan").with(&["-i", "wan"]) },
        }
    }
}

impl Between {
    /// The arguments of the cable's agent; `None` where no wire leads through it.
    pub fn cable(&self) -> Option<Vec<String>> {
        let wire = |(name, vlan): &(&str, Option<u16>)| {
            format!("{name}={name}0,{name}1{}", vlan.map_or_else(String::new, |vlan| format!(",{vlan}")))
        };
        let mut out: Vec<String> = self.wires.iter().map(wire).collect();
        if out.is_empty() {
            return None;
        }
        out.push("mirror=mirror".to_owned());
        out.extend(self.rules.iter().map(|rule| (*rule).to_owned()));
        Some(out)
    }

    /// What case.toml tells of it: key and value.
    pub fn told(&self) -> Vec<(&'static str, String)> {
        let mut out = Vec::new();
        if !self.wires.is_empty() {
            let wires: Vec<String> = self
                .wires
                .iter()
                .map(|(name, vlan)| vlan.map_or_else(|| (*name).to_owned(), |vlan| format!("{name}, VLAN {vlan}")))
                .collect();
            out.push(("wires", format!("{wires:?}")));
            out.push(("cable", format!("{:?}", self.rules)));
        }
        if !self.nat.is_empty() {
            out.push(("nat", format!("{:?}", self.nat)));
        }
        if !self.silence.is_empty() {
            out.push(("firewall_output", format!("{:?}", self.silence)));
        }
        if !self.mtu.is_empty() {
            let sizes: Vec<String> =
                self.mtu.iter().map(|(host, port, size)| format!("{host:?} {port} {size}")).collect();
            out.push(("mtu", format!("{sizes:?}")));
        }
        if !self.taps.is_empty() {
            let taps: Vec<String> = self.taps.iter().map(Tap::told).collect();
            out.push(("recordings", format!("{taps:?}")));
        }
        out
    }
}

impl Tap {
    fn told(&self) -> String {
        let program = if self.dumpcap { "dumpcap" } else { "tcpdump" };
        let mut out = format!(
            "{} on the {}: {program} {}",
            self.file,
            format!("{:?}", self.host).to_lowercase(),
            self.arguments.join(" ")
        );
        if let Some(filter) = self.span.0 {
            let _ = write!(out, "; from the first {filter}");
        }
        if let Some(filter) = self.span.1 {
            let _ = write!(out, "; to the last {filter}");
        }
        if let Some(seconds) = self.shift {
            let _ = write!(out, "; then editcap -t {seconds}");
        }
        out
    }
}
