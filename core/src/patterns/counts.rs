//! What went well on one node: names, and rows of time.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::tables::HashMap;

use super::tally::{By, Count, Server, Well, digest, digest_of_address, server_name};
use crate::time::{SECOND, Span, Timestamp};

/// Names of a kind that are told apart; requests of others are counted together.
const KEYS: usize = 1024;
/// Stretches of time that are told apart: they double in width as often as needed.
const ROWS: usize = 128;
/// A time so far from the others is a mistake of its line: it is counted nowhere.
const FAR: i64 = 400 * 86_400;

/// What went well on one node.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    names: [Names; 3],
    /// Seconds since 1970 of the first row, a multiple of `width`.
    base: i64,
    /// Seconds of a row.
    width: i64,
    rows: Vec<Row>,
    /// The second counted last, and its row: those of one second follow each other.
    latest: Option<(i64, usize)>,
}

#[derive(Clone, Debug, Default)]
struct Names {
    /// By the digests of their names.
    ids: HashMap<u64, u16>,
    names: Vec<String>,
}

#[derive(Clone, Debug, Default)]
struct Row {
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

fn add(pair: &mut Pair, tunnel: bool, times: u32) {
    if let Some(count) = pair.get_mut(usize::from(tunnel)) {
        *count = count.saturating_add(times);
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
    /// Counts requests that are alike.
    pub fn add(&mut self, well: &Well<'_>, times: u32) {
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
        for (column, id) in row.columns.iter_mut().zip([client, host, server]) {
            let Some(id) = id else { continue };
            add(&mut column.named, well.tunnel, times);
            let Some(id) = id else { continue };
            if column.by.len() <= id {
                column.by.resize(id + 1, [0, 0]);
            }
            if let Some(pair) = column.by.get_mut(id) {
                add(pair, well.tunnel, times);
            }
        }
    }

    /// The row of a time; rows are made wider until it has one.
    fn row(&mut self, time: Timestamp) -> Option<usize> {
        let second = time.0.div_euclid(SECOND);
        if let Some((_, at)) = self.latest.filter(|(latest, _)| *latest == second) {
            return Some(at);
        }
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
        self.latest = Some((second, at));
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

    /// What time it divides into: what lies closer is not told apart.
    #[must_use]
    pub fn width(&self) -> Span {
        Span::seconds(self.width)
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

#[cfg(test)]
mod tests {
    use core::net::{IpAddr, SocketAddr};

    use super::super::tally::Tally;
    use super::*;

    /// Nodes that a tally tells apart.
    const NODES: usize = 8;

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
            tally.add("", &well(second, 1, "A.example.com", server), 1);
            tally.add("", &well(second, 2, "b.example.com", Server::Named("be", "s1")), 1);
        }
        tally.add("", &Well { tunnel: true, ..well(1030, 3, "", Server::Unsaid) }, 1);
        let counts = only(&tally);
        assert_eq!(counts.named(By::Client, at(1010), at(1019)), Count { requests: 20, tunnels: 0 });
        assert_eq!(counts.named(By::Client, at(0), at(9999)), Count { requests: 120, tunnels: 1 });
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
                tally.add("", &well(second, 1, "a.test", Server::Unsaid), 1);
            }
            let counts = only(&tally);
            assert_eq!(counts.named(By::Client, at(0), at(9_000_000)).requests, 8640);
            assert!(counts.rows.len() <= ROWS && counts.width == 1024, "{} {}", counts.rows.len(), counts.width);
            // An hour, and at most a row more at each end.
            let told = counts.named(By::Client, at(1_040_000), at(1_043_600)).requests;
            assert!((360..360 + 2 * 103).contains(&told), "{told}");
        }
    }

    #[test]
    fn what_is_kept_has_a_bound() {
        let mut tally = Tally::default();
        for n in 0..5000_u32 {
            let host = alloc::format!("h{n}.test");
            let node = alloc::format!("node{}", n % 12);
            tally.add(&node, &well(i64::from(n) * 86_400, 1, &host, Server::Unsaid), 1);
            tally.add("node0", &well(0, 1, &host, Server::Unsaid), 1);
        }
        assert_eq!(tally.nodes().count(), NODES);
        let (_, counts) = tally.nodes().next().unwrap();
        assert!(counts.full(By::Host) && counts.rows.len() <= ROWS);
        // Those beyond are still counted together.
        assert!(counts.named(By::Host, at(0), at(0)).requests >= 5000);
    }
}
