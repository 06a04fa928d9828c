//! What a gateway's log says of the gateway's own state, between the lines of its requests.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::exchange::Source;

/// Such lines kept of a file; a server that comes and goes all day writes more.
const KEPT: usize = 4096;

/// A line about servers, borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notice<'a> {
    /// The group of servers, by the gateway's name.
    pub pool: &'a str,
    /// The server; empty for all of the group.
    pub server: &'a str,
    /// What became of it.
    pub state: State,
    /// Why, by the gateway's health check; empty where it does not say.
    pub reason: &'a str,
    /// What that check met; empty where it does not say.
    pub info: &'a str,
}

/// What became of a server or of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Marked down.
    Down,
    /// An operator took it out.
    Maintenance,
    /// Used again.
    Up,
    /// No server of the group is left.
    NoneLeft,
    /// No local port was left for a connection to it.
    NoPort,
    /// The proxy itself was stopped.
    Stopped,
}

/// One that is kept.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Its line; its time is that of the transport, or of the line before.
    pub source: Source,
    /// See `Notice`.
    pub pool: String,
    /// See `Notice`.
    pub server: String,
    /// See `Notice`.
    pub state: State,
    /// Reason and what was met, in one: `Layer4 connection problem, Connection refused`.
    pub reason: String,
    /// The line, as evidence shows it.
    pub text: String,
}

/// Those of one file, in the order of their lines.
#[derive(Clone, Debug, Default)]
pub struct Notices(Vec<Kept>);

impl Notices {
    /// One more line.
    pub fn add(&mut self, notice: &Notice<'_>, source: Source, text: String) {
        if self.0.len() >= KEPT {
            return;
        }
        let reason = match (notice.reason, notice.info) {
            (reason, "") => reason.to_string(),
            (reason, info) => alloc::format!("{reason}, {info}"),
        };
        let (pool, server) = (notice.pool.to_string(), notice.server.to_string());
        self.0.push(Kept { source, pool, server, state: notice.state, reason, text });
    }

    /// All, in the order of their lines.
    #[must_use]
    pub fn all(&self) -> &[Kept] {
        &self.0
    }
}
