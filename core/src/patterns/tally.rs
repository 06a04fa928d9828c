//! Requests that went well, counted by client, host and server, and by time: what failures are compared with.
//!
//! One pass, bounded memory: only the first [`KEYS`] names of a kind are told apart, and time is cut into at most
//! [`ROWS`] rows, which grow as the log does. A request costs three look-ups; what is allocated is kept.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use hashbrown::HashMap;

use crate::time::{SECOND, Timestamp};

/// Names of a kind that are told apart; requests of others are counted together.
const KEYS: usize = 1024;
/// Stretches of time that are told apart: they double in width as often as needed.
const ROWS: usize = 128;
/// Gateway nodes that are told apart.
const NODES: usize = 8;
/// A time so far from the others is a mistake of its line: it is counted nowhere.
const FAR: i64 = 400 * 86_400;

/// What requests are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Who asked.
    Client,
    /// The host wanted.
    Host,
    /// The server that the gateway asked: its address, or its name with the gateway.
    Server,
}

/// The server that answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server<'a> {
    /// Not said.
    Unsaid,
    /// By its address.
    At(SocketAddr),
    /// By the gateway's names for its group, which may be empty, and for the server.
    Named(&'a str, &'a str),
}

/// A request that went well.
#[derive(Clone, Copy, Debug)]
pub struct Well<'a> {
    /// When.
    pub time: Timestamp,
    /// Who asked.
    pub client: Option<IpAddr>,
    /// Host wanted; empty where that is not said.
    pub host: &'a str,
    /// Who answered.
    pub server: Server<'a>,
    /// A tunnel was granted; its inside is not seen.
    pub tunnel: bool,
}

/// Requests and granted tunnels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Requests that went well.
    pub requests: u64,
    /// Tunnels that were granted.
    pub tunnels: u64,
}

impl Count {
    /// Both.
    #[must_use]
    pub fn all(self) -> u64 {
        self.requests + self.tunnels
    }

    /// The sum of two.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { requests: self.requests + other.requests, tunnels: self.tunnels + other.tunnels }
    }

    /// What is left without these.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self {
            requests: self.requests.saturating_sub(other.requests),
            tunnels: self.tunnels.saturating_sub(other.tunnels),
        }
    }
}

/// What went well on each node of a gateway.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    nodes: Vec<(String, Counts)>,
    last: usize,
}

impl Tally {
    /// Counts a request; `node` is the machine that served it, empty where that is not said.
    pub fn add(&mut self, node: &str, well: &Well<'_>) {
        // Two empty texts are compared without looking at them: some C libraries take long to compare nothing.
        let same = |name: &str| name.len() == node.len() && (node.is_empty() || name == node);
        if self.nodes.get(self.last).is_none_or(|(name, _)| !same(name)) {
            self.last = match self.nodes.iter().position(|(name, _)| same(name)) {
                Some(at) => at,
                None if self.nodes.len() < NODES => {
                    self.nodes.push((node.to_string(), Counts::default()));
                    self.nodes.len() - 1
                }
                // It is of none of the nodes that are told apart.
                None => return,
            };
        }
        if let Some((_, counts)) = self.nodes.get_mut(self.last) {
            counts.add(well);
        }
    }

    /// The nodes by name, and what went well there.
    pub fn nodes(&self) -> impl Iterator<Item = (&str, &Counts)> {
        self.nodes.iter().map(|(name, counts)| (name.as_str(), counts))
    }
}

/// What went well on one node.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    names: [Names; 3],
    /// Seconds since 1970 of the first row, a multiple of `width`.
    base: i64,
    /// Seconds of a row.
    width: i64,
    rows: Vec<Row>,
}

#[derive(Clone, Debug, Default)]
struct Names {
    ids: HashMap<u64, u16>,
    names: Vec<String>,
}

#[derive(Clone, Debug, Default)]
struct Row {
    total: Pair,
    columns: [Column; 3],
}

#[derive(Clone, Debug, Default)]
struct Column {
    /// All that have a name of this kind, also those whose names are not told apart.
    named: Pair,
    by: Vec<Pair>,
}

/// Requests and tunnels, as they are kept.
type Pair = [u32; 2];

fn add(pair: &mut Pair, tunnel: bool) {
    if let Some(count) = pair.get_mut(usize::from(tunnel)) {
        *count = count.saturating_add(1);
    }
}

fn merge(pair: &mut Pair, other: Pair) {
    for (count, more) in pair.iter_mut().zip(other) {
        *count = count.saturating_add(more);
    }
}

fn count([requests, tunnels]: Pair) -> Count {
    Count { requests: requests.into(), tunnels: tunnels.into() }
}

impl Names {
    /// The number of a name, which is made only where it is new; `None` for one too many.
    fn id(&mut self, digest: u64, name: impl FnOnce() -> String) -> Option<usize> {
        if let Some(id) = self.ids.get(&digest) {
            return Some(usize::from(*id));
        }
        let id = self.names.len();
        if id >= KEYS {
            return None;
        }
        self.ids.insert(digest, u16::try_from(id).ok()?);
        self.names.push(name());
        Some(id)
    }
}

impl Counts {
    fn add(&mut self, well: &Well<'_>) {
        let Some(at) = self.row(well.time) else { return };
        let [clients, hosts, servers] = &mut self.names;
        let client = well.client.map(|ip| clients.id(digest_of_address(ip), || ip.to_string()));
        let host = Some(well.host).filter(|host| !host.is_empty());
        let host = host.map(|host| hosts.id(digest(0, host), || host.to_ascii_lowercase()));
        let server = match well.server {
            Server::Unsaid => None,
            Server::At(at) => {
                Some(servers.id(digest_of_address(at.ip()) ^ u64::from(at.port()) << 40, || at.to_string()))
            }
            Server::Named(group, name) => Some(servers.id(digest(digest(1, group), name), || server_name(group, name))),
        };
        let Some(row) = self.rows.get_mut(at) else { return };
        add(&mut row.total, well.tunnel);
        for (column, id) in row.columns.iter_mut().zip([client, host, server]) {
            let Some(id) = id else { continue };
            add(&mut column.named, well.tunnel);
            let Some(id) = id else { continue };
            if column.by.len() <= id {
                column.by.resize(id + 1, [0, 0]);
            }
            if let Some(pair) = column.by.get_mut(id) {
                add(pair, well.tunnel);
            }
        }
    }

    /// The row of a time; rows are made wider until it has one.
    fn row(&mut self, time: Timestamp) -> Option<usize> {
        let second = time.0.div_euclid(SECOND);
        if self.rows.is_empty() {
            (self.base, self.width) = (second, 1);
            self.rows.push(Row::default());
        }
        if (second - self.base).saturating_abs() > FAR {
            return None;
        }
        while second < self.base || (second - self.base) / self.width >= ROWS as i64 {
            if second < self.base {
                let missing = (self.base - second + self.width - 1) / self.width;
                if missing + self.rows.len() as i64 <= ROWS as i64 {
                    let missing = usize::try_from(missing).ok()?;
                    self.rows.splice(0..0, core::iter::repeat_with(Row::default).take(missing));
                    self.base -= missing as i64 * self.width;
                    continue;
                }
            }
            self.widen();
        }
        let at = usize::try_from((second - self.base) / self.width).ok()?;
        if self.rows.len() <= at {
            self.rows.resize_with(at + 1, Row::default);
        }
        Some(at)
    }

    /// Every two rows become one.
    fn widen(&mut self) {
        let wide = self.width * 2;
        let base = self.base.div_euclid(wide) * wide;
        let odd = usize::from(base != self.base);
        let old = core::mem::take(&mut self.rows);
        for (at, row) in old.into_iter().enumerate() {
            match self.rows.get_mut((at + odd) / 2) {
                Some(into) => into.take(row),
                None => self.rows.push(row),
            }
        }
        (self.base, self.width) = (base, wide);
    }

    /// The rows that a stretch of time touches.
    fn touched(&self, from: Timestamp, to: Timestamp) -> &[Row] {
        let place = |time: Timestamp| (time.0.div_euclid(SECOND) - self.base).div_euclid(self.width.max(1));
        let at = |place: i64| usize::try_from(place.max(0)).unwrap_or(0).min(self.rows.len());
        self.rows.get(at(place(from))..at(place(to).saturating_add(1))).unwrap_or_default()
    }

    /// That stretch of time, widened to whole rows.
    #[must_use]
    pub fn widened(&self, from: Timestamp, to: Timestamp) -> (Timestamp, Timestamp) {
        let width = self.width.max(1);
        let down = |time: Timestamp| (time.0.div_euclid(SECOND) - self.base).div_euclid(width) * width + self.base;
        (Timestamp(down(from) * SECOND), Timestamp((down(to) + width) * SECOND))
    }

    /// How many went well in a time.
    #[must_use]
    pub fn total(&self, from: Timestamp, to: Timestamp) -> Count {
        self.touched(from, to).iter().fold(Count::default(), |sum, row| sum.plus(count(row.total)))
    }

    /// How many that have a name of this kind went well in a time.
    #[must_use]
    pub fn named(&self, by: By, from: Timestamp, to: Timestamp) -> Count {
        let columns = self.touched(from, to).iter().filter_map(|row| row.columns.get(by as usize));
        columns.fold(Count::default(), |sum, column| sum.plus(count(column.named)))
    }

    /// Each name that was told apart, with how many went well in a time: those with none are left out.
    pub fn each(&self, by: By, from: Timestamp, to: Timestamp, mut visit: impl FnMut(&str, Count)) {
        let names = self.names.get(by as usize).map_or(&[][..], |names| &names.names);
        let mut sums: Vec<Count> = alloc::vec![Count::default(); names.len()];
        for column in self.touched(from, to).iter().filter_map(|row| row.columns.get(by as usize)) {
            for (sum, pair) in sums.iter_mut().zip(&column.by) {
                *sum = sum.plus(count(*pair));
            }
        }
        for (name, sum) in names.iter().zip(sums).filter(|(_, sum)| sum.all() > 0) {
            visit(name, sum);
        }
    }

    /// Names of this kind were too many to be told apart.
    #[must_use]
    pub fn full(&self, by: By) -> bool {
        self.names.get(by as usize).is_some_and(|names| names.names.len() >= KEYS)
    }
}

impl Row {
    fn take(&mut self, other: Self) {
        merge(&mut self.total, other.total);
        for (column, other) in self.columns.iter_mut().zip(other.columns) {
            merge(&mut column.named, other.named);
            if column.by.len() < other.by.len() {
                column.by.resize(other.by.len(), [0, 0]);
            }
            for (pair, other) in column.by.iter_mut().zip(other.by) {
                merge(pair, other);
            }
        }
    }
}

/// `be/s1`, or the server alone where it has no group.
#[must_use]
pub fn server_name(group: &str, name: &str) -> String {
    if group.is_empty() { name.to_string() } else { alloc::format!("{group}/{name}") }
}

fn digest_of_address(ip: IpAddr) -> u64 {
    match ip {
        IpAddr::V4(ip) => mix(u64::from(u32::from(ip)) | 1 << 32),
        IpAddr::V6(ip) => {
            let bits = u128::from(ip);
            mix(mix(bits as u64) ^ (bits >> 64) as u64)
        }
    }
}

/// Eight bytes at a time; the same on every machine. Two names with one digest count as one: with 64 bits and so few
/// names that does not happen.
fn digest(seed: u64, text: &str) -> u64 {
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    let whole = words.iter().fold(seed ^ text.len() as u64, |hash, word| mix(hash ^ u64::from_le_bytes(*word)));
    let last = rest.iter().fold(0, |last, byte| last << 8 | u64::from(*byte));
    mix(whole ^ last)
}

fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9E37_79B9_7F4A_7C15).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    value ^ value >> 29
}

#[cfg(test)]
mod tests {
    use super::*;

    fn well<'a>(second: i64, client: u8, host: &'a str, server: Server<'a>) -> Well<'a> {
        let client = Some(IpAddr::from([10, 0, 0, client]));
        Well { time: Timestamp(second * SECOND), client, host, server, tunnel: false }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp(second * SECOND)
    }

    fn names(counts: &Counts, by: By, from: i64, to: i64) -> Vec<(String, u64)> {
        let mut found = Vec::new();
        counts.each(by, at(from), at(to), |name, count| found.push((name.to_string(), count.requests)));
        found.sort();
        found
    }

    fn only(tally: &Tally) -> &Counts {
        tally.nodes().next().map(|(_, counts)| counts).unwrap()
    }

    #[test]
    fn counts_by_name_and_time() {
        let mut tally = Tally::default();
        let server = Server::At(SocketAddr::from(([192, 0, 2, 10], 80)));
        for second in 1000..1060 {
            tally.add("", &well(second, 1, "A.example.com", server));
            tally.add("", &well(second, 2, "b.example.com", Server::Named("be", "s1")));
        }
        tally.add("", &Well { tunnel: true, ..well(1030, 3, "", Server::Unsaid) });
        let counts = only(&tally);
        assert_eq!(counts.total(at(1010), at(1019)), Count { requests: 20, tunnels: 0 });
        assert_eq!(counts.total(at(0), at(9999)), Count { requests: 120, tunnels: 1 });
        assert_eq!(counts.named(By::Host, at(0), at(9999)), Count { requests: 120, tunnels: 0 });
        let hosts = names(counts, By::Host, 1010, 1019);
        assert_eq!(hosts, [("a.example.com".to_string(), 10), ("b.example.com".to_string(), 10)]);
        let servers = names(counts, By::Server, 0, 9999);
        assert_eq!(servers, [("192.0.2.10:80".to_string(), 60), ("be/s1".to_string(), 60)]);
        assert_eq!(names(counts, By::Client, 2000, 3000), []);
    }

    #[test]
    fn rows_grow_and_nothing_is_lost() {
        // A day, backwards and forwards in time.
        for backwards in [false, true] {
            let mut tally = Tally::default();
            for step in 0..8640 {
                let second = 1_000_000 + if backwards { 8639 - step } else { step } * 10;
                tally.add("", &well(second, 1, "a.test", Server::Unsaid));
            }
            let counts = only(&tally);
            assert_eq!(counts.total(at(0), at(9_000_000)).requests, 8640);
            assert!(counts.rows.len() <= ROWS && counts.width == 1024, "{} {}", counts.rows.len(), counts.width);
            let (from, to) = counts.widened(at(1_040_000), at(1_043_600));
            assert!(from <= at(1_040_000) && to > at(1_043_600), "{from} {to}");
            let told = counts.total(at(1_040_000), at(1_043_600)).requests;
            assert_eq!(told, to.since(from).0.unsigned_abs() / SECOND.unsigned_abs() / 10 + told % 2);
        }
    }

    #[test]
    fn what_is_kept_has_a_bound() {
        let mut tally = Tally::default();
        for n in 0..5000_u32 {
            let host = alloc::format!("h{n}.test");
            let node = alloc::format!("node{}", n % 12);
            tally.add(&node, &well(i64::from(n) * 86_400, 1, &host, Server::Unsaid));
            tally.add("node0", &well(0, 1, &host, Server::Unsaid));
        }
        assert_eq!(tally.nodes().count(), NODES);
        let (_, counts) = tally.nodes().next().unwrap();
        assert!(counts.full(By::Host) && counts.rows.len() <= ROWS);
        // Those beyond are still counted together.
        assert!(counts.named(By::Host, at(0), at(0)).requests >= 5000);
    }
}
