//! Takes out of a report, and of the packets that show it, what says whose network it was: addresses, names, users,
//! paths, and whatever a file says in its own words.
//!
//! What stays is what the engine itself could have said (`vocabulary.rs`): everything else is replaced, by a pseudonym
//! that keeps its structure. One [`Redactor`] serves one case, so that the same original has the same pseudonym in
//! every export. It cannot be undone without its table: what it draws, it draws with a key that the front end makes.
//!
//! Non-goals: hiding what kind of traffic it was, when, and how much of it ([`REMAINS`]).

mod addresses;
mod key;
mod names;
mod packets;
mod pieces;
mod report;
mod texts;
mod vocabulary;

use crate::sorting::Sorting as _;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use crate::tables::{HashMap, HashSet};

use addresses::Addresses;
use key::Key;
use names::Names;

use crate::report::Report;

/// What is not replaced, in the words of the page.
pub const REMAINS: &[&str] = &[
    "times, durations and what was done in which order",
    "categories, statuses, methods, protocols and versions, names of products and of their settings",
    "numbers: ports, packet and line numbers, sizes, counts",
    "that two addresses share a network (/8, /16, /24; IPv6 /32, /48, /64), and that one is private",
    "that two names share a domain, how long names and paths are, and the label www",
    "in packets: header fields of IP, TCP, UDP and ICMP, sizes of everything, TLS versions, cipher suites and alerts, the \
     names of HTTP header fields and the values that name nobody",
    "words of a file that this program's own texts have as well",
];

/// Sorts of what is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// IPv4 and IPv6 addresses.
    Address,
    /// Hardware addresses.
    Hardware,
    /// Host names.
    Host,
    /// User names, where their form tells them.
    User,
    /// Segments of paths, names and values of queries.
    Path,
    /// Names of the files.
    File,
    /// Every other word that the engine does not know.
    Word,
}

impl Kind {
    /// All, in the order in which they are listed.
    pub const ALL: [Self; 7] =
        [Self::Address, Self::Hardware, Self::Host, Self::User, Self::Path, Self::File, Self::Word];

    /// Its name in lists.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Address => "Addresses",
            Self::Hardware => "Hardware addresses",
            Self::Host => "Host names",
            Self::User => "Users",
            Self::Path => "Parts of paths and queries",
            Self::File => "Files",
            Self::Word => "Other words from the files",
        }
    }
}

/// Originals of one sort with what takes their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaced {
    /// Which sort.
    pub kind: Kind,
    /// How many there are.
    pub count: usize,
    /// Original and pseudonym, sorted by the original; the first [`LISTED`].
    pub pairs: Vec<(String, String)>,
}

/// Pairs of one sort that [`Redactor::replaced`] lists.
pub const LISTED: usize = 200;

/// Pseudonyms of one case.
pub struct Redactor {
    key: Key,
    addresses: Addresses,
    names: Names,
    hardware: HashMap<[u8; 6], [u8; 6]>,
    words: HashSet<&'static str>,
    /// Names that fields of the report say to be names, though the engine has the word as well.
    known: HashMap<String, Kind>,
}

/// Hardware addresses that are remembered for the list.
const CARDS: usize = 65_536;

impl Redactor {
    /// For one case. `seed`: random bytes, never told to anybody.
    #[must_use]
    pub fn new(seed: [u8; 16]) -> Self {
        Self {
            key: Key::new(seed),
            addresses: Addresses::default(),
            names: Names::default(),
            hardware: HashMap::default(),
            words: vocabulary::words(),
            known: HashMap::default(),
        }
    }

    /// Redacts a whole report, and says in it that it is.
    pub fn report(&mut self, report: &mut Report) {
        self.learn(report);
        report::redact(self, report);
    }

    /// Takes note of what the fields of a report say to be names, for a report that holds only a part of it.
    pub fn learn(&mut self, report: &Report) {
        report::learn(self, report);
    }

    /// The pseudonym of an address.
    pub fn ip(&mut self, original: IpAddr) -> IpAddr {
        self.addresses.ip(self.key, original)
    }

    fn socket(&mut self, original: SocketAddr) -> SocketAddr {
        SocketAddr::new(self.ip(original.ip()), original.port())
    }

    /// The pseudonym of a hardware address.
    pub fn hardware(&mut self, original: [u8; 6]) -> [u8; 6] {
        let told = addresses::hardware(self.key, original);
        if told != original && self.hardware.len() < CARDS {
            self.hardware.insert(original, told);
        }
        told
    }

    /// The pseudonym of a host name, or of an address in its place; as long as the original, if it is a name.
    pub fn host(&mut self, original: &str) -> String {
        match original.trim_matches(['[', ']']).parse() {
            Ok(address) => self.ip(address).to_string(),
            Err(_) => self.names.host(self.key, original),
        }
    }

    fn word(&mut self, kind: Kind, original: &str) -> String {
        self.names.word(self.key, kind, original)
    }

    /// What was replaced so far, by sort.
    #[must_use]
    pub fn replaced(&self) -> Vec<Replaced> {
        let of = |kind: Kind| {
            let mut pairs: Vec<(String, String)> = match kind {
                Kind::Address => {
                    let mut all: Vec<(IpAddr, IpAddr)> = self.addresses.all().collect();
                    all.order();
                    all.into_iter().map(|(original, told)| (original.to_string(), told.to_string())).collect()
                }
                Kind::Hardware => self.hardware.iter().map(|(original, told)| (card(*original), card(*told))).collect(),
                kind => self.names.all(kind).into_iter().map(|(one, other)| (one.into(), other.into())).collect(),
            };
            if kind != Kind::Address {
                pairs.order();
            }
            let count = pairs.len();
            pairs.truncate(LISTED);
            Replaced { kind, count, pairs }
        };
        Kind::ALL.into_iter().map(of).filter(|replaced| replaced.count > 0).collect()
    }
}

/// `02:00:5e:10:00:00`
fn card(address: [u8; 6]) -> String {
    let mut text = String::new();
    for (at, byte) in address.into_iter().enumerate() {
        if at > 0 {
            text.push(':');
        }
        text.push_str(&alloc::format!("{byte:02x}"));
    }
    text
}
