//! Health checks in a log: counted apart, and those that failed are told.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::Record;
use crate::health_checks;

/// Load balancers that are told apart.
const HOPS: usize = 64;

/// Health checks of one log.
#[derive(Clone, Debug, Default)]
pub struct Checks {
    /// How many.
    pub total: u64,
    /// Those that failed.
    pub failed: u64,
    /// Who sent checks as load balancers do: they also pass on what users ask.
    pub hops: Vec<IpAddr>,
    /// The first that failed: its line, its status, and what the checker calls itself.
    first: Option<(u64, Option<u16>, String)>,
}

impl Checks {
    /// One more.
    pub fn add(&mut self, line: u64, record: &Record<'_>) {
        self.total += 1;
        if let Some(client) = record.client
            && health_checks::of_balancer(record.agent)
            && self.hops.len() < HOPS
            && !self.hops.contains(&client)
        {
            self.hops.push(client);
        }
        if record.failure.is_none() {
            return;
        }
        self.failed += 1;
        if self.first.is_none() {
            let agent = if record.agent == "-" { "HAProxy's OPTIONS /" } else { record.agent };
            self.first = Some((line, record.status, agent.into()));
        }
    }

    /// Says that some failed; nothing where none did.
    #[must_use]
    pub fn tell(&self) -> Option<String> {
        let (line, status, agent) = self.first.as_ref()?;
        let status = status.map_or_else(|| "without a status".into(), |status| format!("with {status}"));
        let checks = if self.total == 1 { "health check" } else { "health checks" };
        Some(format!(
            "{} of {} {checks} failed; they are counted apart from what users asked for (the first, by {agent}: line {line}, {status})",
            self.failed, self.total
        ))
    }
}
