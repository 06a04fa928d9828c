//! One failure, as far as patterns need it.

use alloc::string::{String, ToString};
use core::net::IpAddr;

use super::tally::server_name;
use crate::categories::Id;
use crate::exchange::{Answer, Exchange};
use crate::report::Finding;
use crate::time::{Span, Timestamp};

/// See the module.
#[derive(Clone, Debug)]
pub struct Failure<'a> {
    /// When the request came.
    pub time: Timestamp,
    /// How long it took until it had failed, where that is known.
    pub took: Option<Span>,
    /// Who asked.
    pub client: Option<IpAddr>,
    /// Host wanted.
    pub host: Option<&'a str>,
    /// The server asked last: its address, or its name with the gateway; empty where nothing says it.
    pub server: String,
    /// The gateway's node.
    pub node: String,
    /// What the client got.
    pub status: Option<u16>,
    /// What happened.
    pub category: Id,
    /// The request came from another gateway, by its own fields.
    pub forwarded: bool,
}

impl<'a> Failure<'a> {
    /// Of a finding and its exchange; `input` names a log as a node, where logs are all that tells nodes apart.
    pub fn new(finding: &'a Finding, exchange: &Exchange, input: impl Fn(u32) -> String) -> Self {
        let names = &exchange.names;
        let server = match (finding.upstream, names.server.as_str()) {
            (Some(address), _) => address.to_string(),
            (None, "") => String::new(),
            (None, server) => server_name(&names.pool, server),
        };
        let line = exchange.events.iter().find(|event| event.source.line);
        let node = match (names.node.as_str(), finding.gateway, line) {
            ("", Some(gateway), _) => gateway.to_string(),
            ("", None, Some(line)) => input(line.source.input()),
            ("", None, None) => String::new(),
            (node, ..) => node.to_string(),
        };
        Self {
            time: finding.time,
            took: took(finding, exchange).filter(|span| span.0 >= 0),
            client: finding.client,
            host: finding.host.as_deref(),
            server,
            node,
            status: finding.status,
            category: finding.category,
            forwarded: exchange.signs.forwarded,
        }
    }

    /// The client ended it, or what was between it and the gateway.
    pub fn of_client(&self) -> bool {
        matches!(self.category, Id::ClientAbort | Id::ClientTlsRejected)
    }
}

fn took(finding: &Finding, exchange: &Exchange) -> Option<Span> {
    if let Some(elapsed) = exchange.claim.as_ref().and_then(|claim| claim.elapsed) {
        return Some(elapsed);
    }
    let captured = exchange.events.iter().any(|event| !event.source.line);
    match &exchange.answer {
        Answer::Whole(status) | Answer::Cut(Some(status)) if captured => Some(status.time.since(exchange.begun)),
        Answer::ClientLeft(_) | Answer::Closed if captured => Some(finding.ended.since(finding.time)),
        _ => None,
    }
}
