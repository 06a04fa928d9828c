//! Lines and requests that want the same, brought together: by host and path, or by what else both sides tell.

use crate::sorting::Sorting as _;
use alloc::vec::Vec;
use core::cell::OnceCell;
use core::ops::Deref;

use super::super::sight::Sight;
use super::super::wanted::Wanted;
use crate::time::Timestamp;

/// Lines and requests that want the same.
pub struct Group {
    /// Indices of the lines.
    pub lines: Vec<u32>,
    /// Indices of the requests.
    pub requests: Vec<u32>,
}

/// How lines find requests: what both must have in common.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Host and path.
    Place,
    /// The path, where the line says no host.
    PathOfLine,
    /// The path, where the request says no host.
    PathOfRequest,
    /// The host: of requests that are known by their attempts alone.
    Host,
    /// The address asked: of the same.
    Upstream,
    /// The client, where the capture shows neither host nor path.
    Vague,
    /// The client of a failure, where an error log names nothing else.
    Client,
    /// The same, of a request that went well.
    Caller,
    /// The address asked for a failure, where an error log names neither request nor client.
    Tried,
    /// The status of a failure, where it names nothing else at all.
    Status,
}

/// Requests, with what finds them: gathered once, however many logs are held against them.
#[derive(Default)]
pub struct Requests {
    all: Vec<Sight>,
    /// By each of the ways, in order.
    keyed: [OnceCell<Vec<(u64, u32)>>; ERROR.len()],
    /// See `inside`.
    pub(super) tunnels: OnceCell<Tunnels>,
    /// See `during`.
    pub(super) by_client: OnceCell<Vec<(u32, Timestamp, u32)>>,
}

/// Tunnels by client, host and time, and by host and time.
pub type Tunnels = (Vec<(u32, u32, Timestamp, u32)>, Vec<(u32, Timestamp, u32)>);

impl Requests {
    /// Of these.
    pub fn new(all: Vec<Sight>) -> Self {
        Self { all, ..Self::default() }
    }
}

impl Deref for Requests {
    type Target = [Sight];

    fn deref(&self) -> &[Sight] {
        &self.all
    }
}

/// The ways of an access log, and those of an error log.
const ACCESS: &[By] = &[By::Place, By::PathOfLine, By::PathOfRequest, By::Host, By::Upstream, By::Vague];
const ERROR: &[By] = &[
    By::Place,
    By::PathOfLine,
    By::PathOfRequest,
    By::Host,
    By::Upstream,
    By::Vague,
    By::Client,
    By::Caller,
    By::Tried,
    By::Status,
];

/// Lines of one log, to be held against requests.
#[derive(Clone, Debug)]
pub struct Lines {
    /// In little.
    pub sights: Vec<Sight>,
    /// Their times are cut to multiples of this, nanoseconds.
    pub resolution: i64,
    /// They say no zone.
    pub local: bool,
    /// They are of an error log.
    pub error: bool,
}

impl Lines {
    /// The ways in which they find requests, the surest first.
    pub fn ways(&self) -> &'static [By] {
        if self.error { ERROR } else { ACCESS }
    }
}

impl By {
    fn key(self, sight: &Sight, is_line: bool) -> Option<u64> {
        let wanted = sight.wanted;
        let attempt = sight.attempt && !is_line || is_line && sight.exchange.is_some();
        let known = |digest: u32| (digest != 0).then_some(u64::from(digest));
        let nameless = sight.exchange.is_some() && (!is_line || wanted == Wanted::default() && sight.client == 0);
        match self {
            Self::Place => wanted.place().filter(|_| wanted.host != 0),
            Self::PathOfLine if !is_line || wanted.host == 0 => known(wanted.path),
            Self::PathOfRequest if is_line || wanted.host == 0 => known(wanted.path),
            Self::Host if attempt => known(wanted.host),
            Self::Upstream if attempt => known(sight.upstream),
            Self::Vague if is_line || sight.vague => known(sight.client),
            Self::Client if sight.exchange.is_some() && (!is_line || wanted == Wanted::default()) => {
                known(sight.client)
            }
            Self::Caller if is_line && wanted == Wanted::default() || !is_line && sight.exchange.is_none() => {
                known(sight.client)
            }
            Self::Tried if nameless => known(sight.upstream),
            Self::Status if nameless && (!is_line || sight.upstream == 0) => known(u32::from(sight.status)),
            _ => None,
        }
    }

    /// All groups that have this in common, of those that are still `free`.
    pub fn groups(self, lines: &[Sight], requests: &Requests, free: impl Fn(bool, u32) -> bool) -> Vec<Group> {
        let keyed = |sights: &[Sight], is_line: bool| -> Vec<(u64, u32)> {
            let all = (0..).zip(sights).filter(|(at, _)| !is_line || free(true, *at));
            let mut keyed: Vec<_> = all.filter_map(|(at, sight)| Some((self.key(sight, is_line)?, at))).collect();
            keyed.order();
            keyed
        };
        let lines = keyed(lines, true);
        let Some(known) = requests.keyed.get(self as usize) else { return Vec::new() };
        let requests = known.get_or_init(|| keyed(requests, false));
        let mut groups = Vec::new();
        let mut at = 0;
        for same in lines.chunk_by(|(one, _), (other, _)| one == other) {
            let Some((key, _)) = same.first() else { continue };
            at += requests.get(at..).unwrap_or_default().partition_point(|(other, _)| other < key);
            let rest = requests.get(at..).unwrap_or_default();
            let met = rest.get(..rest.partition_point(|(other, _)| other == key)).unwrap_or_default();
            let met: Vec<u32> = met.iter().map(|(_, at)| *at).filter(|at| free(false, *at)).collect();
            if !met.is_empty() {
                groups.push(Group { lines: same.iter().map(|(_, at)| *at).collect(), requests: met });
            }
        }
        groups
    }
}
