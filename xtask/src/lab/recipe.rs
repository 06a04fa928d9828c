//! What a recorded case is made of: who answers how, what is broken, what the client does, where the
//! recording is taken, and what must come out. The recipes themselves are in [`super::recipes`].

use std::path::Path;

use super::net::Host;
use super::path::{Between, Tap};
use super::proxies::{Program, SQUID};

/// Where and how the gateway's traffic is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recording {
    /// `tcpdump -i any`: Linux cooked v2.
    Any,
    /// `tcpdump -i any -y LINUX_SLL`: Linux cooked v1, as older tcpdumps write it.
    AnySll1,
    /// `tcpdump -i any`, then gzip.
    AnyGzip,
    /// `tcpdump` on the upstream interface only.
    Wan,
    /// `tcpdump` on the clients' interface only.
    Lan,
    /// `dumpcap` on both interfaces: pcapng with two interfaces.
    Both,
}

impl Recording {
    /// The name of the file that it makes.
    pub fn file(self) -> &'static str {
        match self {
            Self::Both => "capture.pcapng",
            Self::AnyGzip => "capture.pcap.gz",
            _ => "capture.pcap",
        }
    }
}

/// Which of the packets that a display filter selects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Every one.
    All,
    /// The first, where one of several is enough.
    First,
    /// The last.
    Last,
}

/// Evidence to be found by tshark.
#[derive(Clone, Debug)]
pub struct Sought {
    /// In which of the recordings.
    pub place: usize,
    /// A display filter.
    pub filter: String,
    /// Which of the packets that it selects.
    pub which: Which,
}

/// What one failed exchange must look like in the report.
#[derive(Clone, Debug, Default)]
pub struct Expect {
    /// Field name and TOML value.
    pub fields: Vec<(&'static str, String)>,
    /// Wireshark display filters; the packets that they select are the evidence. Each must select one at least:
    /// so the recording proves that it shows what it is said to show.
    pub evidence: Vec<Sought>,
    /// Evidence named from now on is in this one of several recordings.
    pub place: usize,
    /// Evidence by number: file, packets or lines. For cases that are built.
    pub numbers: Vec<(&'static str, Vec<u64>)>,
    /// Numbers come in pairs of copies, of which one is enough.
    pub paired: bool,
}

impl Expect {
    /// A finding of this category.
    pub fn new(category: &str, confidence: &str) -> Self {
        Self::default().text("category", category).text("confidence", confidence)
    }

    /// A field that holds text.
    pub fn text(self, field: &'static str, value: &str) -> Self {
        self.set(field, format!("{value:?}"))
    }

    /// A field that holds a number.
    pub fn number(self, field: &'static str, value: u16) -> Self {
        self.set(field, value.to_string())
    }

    /// A field that must be null.
    pub fn null(self, field: &'static str) -> Self {
        self.set(field, "\"null\"".to_owned())
    }

    /// A field that holds a list of texts.
    pub fn list(self, field: &'static str, values: &[&str]) -> Self {
        self.set(field, format!("{values:?}"))
    }

    /// Sets a field; a later word replaces an earlier one.
    fn set(mut self, field: &'static str, value: String) -> Self {
        match self.fields.iter_mut().find(|(name, _)| *name == field) {
            Some(known) => known.1 = value,
            None => self.fields.push((field, value)),
        }
        self
    }

    /// Evidence: every packet that this display filter selects.
    pub fn see(mut self, filter: &str) -> Self {
        self.evidence.push(Sought { place: self.place, filter: filter.to_owned(), which: Which::All });
        self
    }

    /// Evidence: the first packet that this display filter selects, where one of several is enough.
    pub fn see_first(mut self, filter: &str) -> Self {
        self.evidence.push(Sought { place: self.place, filter: filter.to_owned(), which: Which::First });
        self
    }

    /// Evidence: the last packet that this display filter selects, where one of several is enough.
    pub fn see_last(mut self, filter: &str) -> Self {
        self.evidence.push(Sought { place: self.place, filter: filter.to_owned(), which: Which::Last });
        self
    }

    /// Evidence named from now on is in this recording: 0 is the first.
    pub fn in_file(mut self, place: usize) -> Self {
        self.place = place;
        self
    }

    /// A field that is not checked.
    pub fn unset(mut self, field: &str) -> Self {
        self.fields.retain(|(name, _)| *name != field);
        self
    }

    /// Forgets evidence named so far, for a recording whose addresses differ.
    pub fn see_nothing_yet(mut self) -> Self {
        self.evidence.clear();
        self
    }

    /// Evidence: these packets or lines of a file.
    pub fn at(mut self, file: &'static str, numbers: &[u64]) -> Self {
        let mut numbers = numbers.to_vec();
        numbers.sort_unstable();
        self.numbers.push((file, numbers));
        self
    }
}

/// Puts files into a program's folder.
pub type Prepare = fn(&Path) -> Result<(), String>;

/// A number of exchanges that is left to chance.
pub const ANY: usize = usize::MAX;

/// A case that the lab records.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// The folder under `tests/cases`: a category, or `healthy`.
    pub folder: &'static str,
    /// The case's own name, unique in the lab.
    pub name: String,
    /// What was done and what happens, in a sentence or two.
    pub about: String,
    /// Rules of the DNS server; `None`: it does not run.
    pub dns: Option<Vec<&'static str>>,
    /// Web servers, `ADDRESS=BEHAVIOUR`.
    pub origins: Vec<&'static str>,
    /// Rules of the firewall.
    pub firewall: Vec<&'static str>,
    /// Rules for what reaches the gateway, behind the recording.
    pub gateway: Vec<&'static str>,
    /// Rules for what the gateway itself sends, before the recording.
    pub egress: Vec<&'static str>,
    /// Commands that change a machine before all else: kernel settings, routes.
    pub setup: Vec<(Host, &'static str)>,
    /// The gateway's addresses are on bridges above its interfaces: `-i any` then sees each packet twice.
    pub bridged: bool,
    /// The program that is the gateway.
    pub program: &'static Program,
    /// Its settings beyond the usual ones, shown in case.toml.
    pub settings: Vec<&'static str>,
    /// Puts files into the program's folder before it starts: certificates, error pages.
    pub prepare: Option<Prepare>,
    /// More programs, each on a machine of its own, with its settings: parent proxies.
    pub others: Vec<(Host, &'static Program, Vec<&'static str>)>,
    /// What the client does; [`super::agent`].
    pub client: Vec<String>,
    /// The gateway's address that it uses; the port is the program's.
    pub address: &'static str,
    /// What the client must see: one status for each answer.
    pub answers: Vec<&'static str>,
    /// Where it is recorded.
    pub recording: Recording,
    /// The gateway's logs that are kept beside it, by name. The first must not be empty; they are read in a second run.
    pub logs: Vec<&'static str>,
    /// The logs are read with the capture from the start: what failed, the packets alone do not show.
    pub log_decides: bool,
    /// What lies on the path, and further recordings.
    pub between: Between,
    /// The findings, in time order; none for healthy traffic.
    pub expect: Vec<Expect>,
    /// Exchanges: total, failed, unseen; or [`ANY`].
    pub exchanges: (usize, usize, usize),
    /// Display filters that must select a packet, for healthy cases that claim an oddity.
    pub shows: Vec<&'static str>,
}

/// `www.example.com` at one address, asked for once, with a good server: change what is to be different.
pub fn recipe(folder: &'static str, name: impl Into<String>, about: impl Into<String>) -> Recipe {
    Recipe {
        folder,
        name: name.into(),
        about: about.into(),
        dns: Some(vec!["www.example.com=192.0.2.10"]),
        origins: vec!["192.0.2.10:80=ok"],
        firewall: Vec::new(),
        gateway: Vec::new(),
        egress: Vec::new(),
        setup: Vec::new(),
        bridged: false,
        program: &SQUID,
        settings: Vec::new(),
        prepare: None,
        others: Vec::new(),
        client: vec!["get:http://www.example.com/".to_owned()],
        address: "10.20.0.2",
        answers: vec!["200"],
        recording: Recording::Any,
        logs: vec!["access.log"],
        log_decides: false,
        between: Between::default(),
        expect: Vec::new(),
        exchanges: (1, 0, 0),
        shows: Vec::new(),
    }
}

/// The gateway's SYN to the site.
pub const SYN: &str = "ip.dst==192.0.2.10 && tcp.flags.syn==1 && tcp.flags.ack==0 && !icmp";
/// The gateway's request to the site.
pub const SENT: &str = "ip.dst==192.0.2.10 && tcp.dstport==80 && tcp.len>0 && !icmp";

impl Recipe {
    /// Another program is the gateway, with these settings and logs. First of all: what is expected depends on it.
    pub fn via(mut self, program: &'static Program, settings: &[&'static str], logs: &[&'static str]) -> Self {
        self.program = program;
        self.settings = settings.to_vec();
        self.logs = logs.to_vec();
        self
    }

    /// Where it is recorded.
    pub fn taps(&self) -> Vec<Tap> {
        if self.between.taps.is_empty() { vec![Tap::of(self.recording)] } else { self.between.taps.clone() }
    }

    /// The client's request as it reaches the gateway.
    pub fn asked(&self) -> String {
        format!("{} && tcp.dstport=={} && tcp.len>0", self.end("src"), self.program.port)
    }

    /// The first packet of the gateway's answer.
    pub fn answer(&self) -> String {
        format!("{} && tcp.srcport=={} && tcp.payload[0:7]==\"HTTP/1.\"", self.end("dst"), self.program.port)
    }

    /// The client as `src` or `dst` of a packet.
    fn end(&self, end: &str) -> String {
        if self.address.contains(':') {
            format!("ipv6.{end}==2001:db8:20::50")
        } else {
            format!("ip.{end}==10.20.0.50")
        }
    }

    /// The target as the client writes it, for a page of www.example.com.
    pub fn target(&self, path: &str) -> String {
        if self.program.forward { format!("http://www.example.com{path}") } else { path.to_owned() }
    }

    /// Refines the first expectation.
    pub fn with(mut self, refine: impl FnOnce(Expect) -> Expect) -> Self {
        if let Some(first) = self.expect.first_mut() {
            *first = refine(std::mem::take(first));
        }
        self
    }

    /// Fails once, with `status` seen by the client; the expectation then holds what all such cases share.
    pub fn fails(mut self, status: &'static str, category: &str, refine: impl FnOnce(Expect) -> Expect) -> Self {
        let mut expect = Expect::new(category, "proven")
            .text("client", "10.20.0.50")
            .text("gateway", "10.20.0.2")
            .text("method", "GET")
            .text("host", "www.example.com")
            .see_first(&self.asked());
        if let Some(number) = status.split(' ').next().and_then(|number| number.parse().ok()) {
            expect = expect.number("status", number).text("generated_by", "gateway").see(&self.answer());
        }
        self.answers = vec![status];
        self.exchanges = (1, 1, 0);
        self.expect.push(refine(expect));
        self
    }

    /// A field of the first expectation that is not checked.
    pub fn without(self, field: &str) -> Self {
        self.with(|mut expect| {
            expect.fields.retain(|(name, _)| *name != field);
            expect
        })
    }

    /// How sure one may be is for the engine to say.
    pub fn unsure(self) -> Self {
        self.with(|mut expect| {
            expect.fields.retain(|(field, _)| *field != "confidence");
            expect
        })
    }
}
