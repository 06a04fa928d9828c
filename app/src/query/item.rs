//! One request as lists see it, wherever it comes from.

use std::fmt::Write;
use std::net::{IpAddr, SocketAddr};

use gateway_triage_core::categories::Id as Category;
use gateway_triage_core::exchanges::Row;
use gateway_triage_core::report::Finding;
use gateway_triage_core::time::{Span, Timestamp};

use super::{Exchange, Group, Request};
use crate::verdicts;

/// A request, borrowed from the report.
#[derive(Clone, Copy)]
pub struct Item<'a> {
    /// When the gateway received it.
    pub time: Timestamp,
    /// First packet or line.
    pub packet: Option<u64>,
    /// The same in a log.
    pub line: Option<u64>,
    /// Who asked.
    pub client: Option<IpAddr>,
    /// The host wanted; empty where it was not seen.
    pub host: &'a str,
    /// The address tried last.
    pub upstream: Option<SocketAddr>,
    /// Request method.
    pub method: &'a str,
    /// Target as the client wrote it.
    pub target: &'a str,
    /// What the client received.
    pub status: Option<u16>,
    /// What failed.
    pub category: Option<Category>,
    /// What happened, in a sentence.
    pub summary: &'a str,
    /// Until it was over.
    pub took: Option<Span>,
    /// Index into the report's findings.
    pub finding: Option<u32>,
    /// What its phases took; of exchanges only.
    pub exchange: Option<Exchange>,
}

impl<'a> From<&'a Finding> for Item<'a> {
    fn from(finding: &'a Finding) -> Self {
        let took = finding.ended.since(finding.time);
        Self {
            time: finding.time,
            packet: finding.evidence.iter().find_map(|evidence| evidence.packet),
            line: finding.evidence.iter().find_map(|evidence| evidence.line),
            client: finding.client,
            host: finding.host.as_deref().unwrap_or_default(),
            upstream: finding.upstream,
            method: finding.method.as_deref().unwrap_or_default(),
            target: finding.target.as_deref().unwrap_or_default(),
            status: finding.status,
            category: Some(finding.category),
            summary: &finding.summary,
            // A log line without a duration has begun and ended at the same moment.
            took: (took.0 > 0).then_some(took),
            finding: None,
            exchange: None,
        }
    }
}

impl<'a> Item<'a> {
    /// One of all exchanges, and what is known of it if it failed.
    #[must_use]
    pub fn new(row: &'a Row, finding: Option<&'a Finding>) -> Self {
        Self {
            time: row.time,
            packet: row.packet,
            line: row.line,
            client: row.client,
            host: &row.host,
            upstream: finding.and_then(|finding| finding.upstream),
            method: &row.method,
            target: &row.target,
            status: row.status,
            category: finding.map(|finding| finding.category),
            summary: finding.map_or("", |finding| &finding.summary),
            took: row.total,
            finding: finding.and(row.finding),
            exchange: Some(Exchange {
                input: row.input,
                offset: row.offset,
                length: row.length,
                dns: row.dns,
                connect: row.connect,
                tls: row.tls,
                first_byte: row.first_byte,
            }),
        }
    }
}

impl Item<'_> {
    /// The host's name, or else the server's address.
    #[must_use]
    pub fn place(&self) -> String {
        match self.upstream {
            Some(upstream) if self.host.is_empty() => upstream.to_string(),
            _ => self.host.to_owned(),
        }
    }

    /// What it has in common with the others of its group.
    #[must_use]
    pub fn group(&self, by: Group) -> String {
        match by {
            Group::Category => self.category.map(|category| category.to_string()).unwrap_or_default(),
            Group::Host => self.place(),
            Group::Client => self.client.map(|client| client.to_string()).unwrap_or_default(),
            Group::Status => self.status.map(|status| status.to_string()).unwrap_or_default(),
        }
    }

    /// Whether a word, in small letters, stands in it. `addresses` is only room to write in.
    #[must_use]
    pub fn says(&self, word: &str, addresses: &mut String) -> bool {
        let in_category =
            self.category.is_some_and(|id| contains(verdicts::title(id), word) || contains(id.as_str(), word));
        if in_category || [self.host, self.target, self.summary, self.method].iter().any(|text| contains(text, word)) {
            return true;
        }
        addresses.clear();
        if let Some(client) = self.client {
            let _ = write!(addresses, "{client} ");
        }
        if let Some(upstream) = self.upstream {
            let _ = write!(addresses, "{upstream}");
        }
        contains(addresses, word)
    }

    /// As it goes to the page.
    #[must_use]
    pub fn request(&self, at: u64, group: Option<String>) -> Request {
        Request {
            at,
            group,
            time: self.time,
            packet: self.packet,
            line: self.line,
            client: self.client,
            host: self.place(),
            method: self.method.to_owned(),
            target: self.target.to_owned(),
            status: self.status,
            category: self.category,
            took: self.took,
            finding: self.finding,
            exchange: self.exchange,
        }
    }
}

/// Whether `word`, in small letters, stands in a text; ASCII capitals do not count.
fn contains(text: &str, word: &str) -> bool {
    let (text, word) = (text.as_bytes(), word.as_bytes());
    let Some((first, rest)) = word.split_first() else { return true };
    let mut at = text;
    while let Some(found) = at.iter().position(|byte| byte.to_ascii_lowercase() == *first) {
        let Some(behind) = at.get(found + 1..) else { return false };
        if behind.get(..rest.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(rest)) {
            return true;
        }
        at = behind;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::contains;

    #[test]
    fn words_are_found_without_regard_to_capitals() {
        for (text, word, found) in [
            ("www.Example.com", "example", true),
            ("eexample", "example", true),
            ("exampl", "example", false),
            ("", "a", false),
            ("anything", "", true),
            ("bücher.example", "bücher", true),
        ] {
            assert_eq!(contains(text, word), found, "{word} in {text}");
        }
    }
}
