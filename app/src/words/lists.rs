//! Lists of requests and the timeline.

use gateway_triage_core::categories::Id as Category;

use super::{count, requests_word};
use crate::query::{By, Group, Source};
use crate::times::number;
use crate::verdicts;

// Ways to look at a case
pub const VIEWS: &str = "What is shown";
pub const VIEW_VERDICTS: &str = "Causes";
pub const VIEW_RESULT: &str = "Result";
pub const VIEW_FAILURES: &str = "Failed requests";

// The list of failed requests
pub const FAILURES: &str = "Failed requests";
pub const SEARCH: &str = "Search";
pub const SEARCH_HINT: &str = "Host, client, path, server, cause";
pub const SEARCH_KEY: &str = "Press / to search";
pub const CAUSE: &str = "Cause";
pub const STATUS: &str = "Status";
pub const ANY: &str = "All";
pub const GROUP: &str = "Group by";
pub const UNGROUPED: &str = "Nothing";
pub const SORT: &str = "Sort by";
pub const CLEAR: &str = "Clear filters";
pub const ONLY_VERDICT: &str = "Only";
pub const ONLY_TIME: &str = "Time";
pub const REMOVE: &str = "remove";
pub const HOST: &str = "Host";
pub const TOOK: &str = "Took";
pub const NOTHING_MATCHES: &str = "No request matches. Search also looks into the summary of each failure.";
pub const BACK_TO_LIST: &str = "Back to the list";
pub const LIST_OF_VERDICT: &str = "List them";
pub const NONE_THEN: &str = "None of its requests came in the time picked; the first of all is shown.";
pub const ASCENDING: &str = "smallest first";
pub const DESCENDING: &str = "largest first";
pub const OLDEST: &str = "oldest first";
pub const NEWEST: &str = "newest first";

// The list of all requests
pub const EXCHANGES: &str = "All requests";
pub const OUTCOME: &str = "Outcome";
pub const DNS_TIME: &str = "DNS";
pub const CONNECT_TIME: &str = "Connect";
pub const TLS_TIME: &str = "TLS";
pub const FIRST_BYTE_TIME: &str = "First byte";
pub const TOTAL_TIME: &str = "Total";
pub const LISTING: &str = "Reading the files again, for the requests that went well";
pub const LIST_STOPPED: &str = "Stopped. For a list of all requests the files are read again.";
pub const LIST_AGAIN: &str = "Read and list";
pub const TIMES_HINT: &str = "An empty time was not seen: a log has none of its own for it, or the gateway kept a connection \
    open. A request that is in a capture and in a log is one row, with the times of the capture.";

/// Which requests a list holds, by how they went.
#[must_use]
pub const fn outcome(failed: Option<bool>) -> &'static str {
    match failed {
        None => ANY,
        Some(true) => "Failed",
        Some(false) => "Not failed",
    }
}

/// `12 of 100,000 failed requests`
#[must_use]
pub fn matching(source: Source, matching: u64, all: u64) -> String {
    let whole = match source {
        Source::Failures => count(all, "failed request", "failed requests"),
        Source::Exchanges => count(all, "request", "requests"),
    };
    if matching == all { whole } else { format!("{} of {whole}", number(matching)) }
}

/// Verdicts without a request in the time picked.
#[must_use]
pub fn not_in_time(many: u64) -> String {
    format!("{} without a request in the time picked.", count(many, "cause", "causes"))
}

/// `Request 3 of 12 in the list`
#[must_use]
pub fn which_of_list(at: u64, of: u64) -> String {
    format!("{} in the list", super::which(at, of))
}

/// `Request 3 of 12 in the time picked`
#[must_use]
pub fn which_in_time(at: u64, of: u64) -> String {
    format!("{} in the time picked", super::which(at, of))
}

/// Columns.
#[must_use]
pub const fn column(by: By) -> &'static str {
    match by {
        By::Time => super::TIME,
        By::Host => HOST,
        By::Client => super::CLIENT,
        By::Status => STATUS,
        By::Category => CAUSE,
        By::Dns => DNS_TIME,
        By::Connect => CONNECT_TIME,
        By::Tls => TLS_TIME,
        By::FirstByte => FIRST_BYTE_TIME,
        By::Took => TOOK,
    }
}

/// What a list can be grouped by.
#[must_use]
pub const fn group(group: Group) -> &'static str {
    match group {
        Group::Category => CAUSE,
        Group::Host => HOST,
        Group::Client => super::CLIENT,
        Group::Status => STATUS,
    }
}

/// The heading of a group.
#[must_use]
pub fn heading(group: Group, value: &str) -> String {
    match (group, value) {
        (Group::Category, "") => "did not fail".to_owned(),
        (Group::Category, id) => {
            known(id).map_or_else(|| id.to_owned(), |category| verdicts::title(category).to_owned())
        }
        (Group::Host, "") => "no host seen".to_owned(),
        (Group::Client, "") => "no client seen".to_owned(),
        (Group::Status, "") => "no answer seen".to_owned(),
        (_, value) => value.to_owned(),
    }
}

/// A status in a picker; 0 stands for none.
#[must_use]
pub fn status(status: u16, many: u64) -> String {
    match status {
        0 => format!("no answer seen ({})", number(many)),
        status => format!("{status} ({})", number(many)),
    }
}

/// `12 requests`, as the end of a heading.
#[must_use]
pub fn so_many(many: u64) -> String {
    format!("{} {}", number(many), requests_word(many))
}

fn known(id: &str) -> Option<Category> {
    Category::ALL.iter().copied().find(|category| category.as_str() == id)
}
