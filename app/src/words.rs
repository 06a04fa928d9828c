//! Everything the page says of its own, in one place: plain, short, in the field's terms, ready for translation.
//!
//! What happened, evidence and advice are the engine's words and come with the report.

use gateway_triage_core::categories::Phase;
use gateway_triage_core::report::{Confidence, Exchanges, GeneratedBy, Kind, Report, ResetBy};

use crate::times::{Zone, number, offset_name, range};

pub const NAME: &str = "Gateway Triage";

// First screen
pub const WHAT_IT_DOES: &str = "Finds out why a web gateway answered 502 or 504: drop the packet capture taken at the \
    gateway, its access log, or both, and read what broke, how that shows, and what to change where.";
pub const DROP_HERE: &str = "Drop captures and logs here";
pub const DROP_WHAT: &str = "pcap, pcapng, access logs, also gzipped; several files make one case. Log lines can be \
    pasted.";
pub const CHOOSE_FILES: &str = "Choose files";
pub const FILES: &str = "Captures and logs";
pub const SAMPLES: &str = "Or look at a sample case";
pub const STAYS: &str = "Files stay in this tab.";
pub const CHECK_IT: &str = "Check it";
pub const CHECK_HOW: [&str; 3] = [
    "Open the browser's network tools (F12, Network) and drop a file: no request follows.",
    "The page's own policy forbids it to reach any other host: look for Content-Security-Policy at the top of its source.",
    "Or cut the network after the page has loaded: it works on.",
];
pub const DROP_NOW: &str = "Drop to open as a new case";
pub const PASTED: &str = "pasted.log";
pub const SAMPLE_MISSING: &str =
    "The sample could not be loaded. The page works all the same: drop a file of your own.";
pub const NO_FILES: &str = "What was dropped holds no files. Drop the files themselves, not a folder or a link.";

// Top bar
pub const ADD_FILES: &str = "Add files";
pub const DOWNLOAD_JSON: &str = "Download JSON";
pub const JSON_NAME: &str = "gateway-triage.json";
pub const NEW_CASE: &str = "New case";
pub const PRODUCT: &str = "Gateway product";
pub const PRODUCT_UNSET: &str = "Not set";
pub const OTHER_PRODUCT: &str = "Another product";
pub const GATEWAY: &str = "Gateway address";
pub const GATEWAY_UNSET: &str = "found from the traffic";
pub const GATEWAY_WRONG: &str = "This is no IP address.";
pub const ZONE: &str = "Times in";
pub const ZONE_UTC: &str = "UTC";
pub const INPUTS: &str = "Files";
pub const WARNING: &str = "Note:";
pub const NOT_READ: &str = "Not read:";
pub const SETTINGS: &str = "Settings";

// Reading
pub const STOP: &str = "Cancel";
pub const STOPPING: &str = "Cancelling …";
pub const STOPPED_HARD: &str = "Reading was stopped before the reader could answer.";
pub const READER_BROKE: &str = "The reader hit a fault of its own and stopped. The files were not changed; open them one \
    by one to see which one it cannot bear.";
pub const AS_REPORTED: &str = "What it had found until then is shown.";
pub const WITHOUT_WORKER: &str = "This browser, or the frame around the page, starts no background worker. The page \
    reads the files by itself, in small steps: slower, with the same result.";
pub const SO_FAR: &str = "Found so far";

// Result
pub const VERDICTS: &str = "What failed";
pub const HEALTHY_HINT: &str = "answered without a fault in these files";
pub const UNSEEN_HINT: &str = "encrypted, and passed on unopened; whether the requests inside went well is not visible";
pub const SHOW_ALL: &str = "Show all";
pub const NOTHING_FOUND: &str = "No failed request in these files";
pub const NOTHING_SEEN: &str = "No request in these files";
pub const NOTHING_SEEN_HINT: &str = "Neither a request to a gateway nor one from it was seen. Was the capture taken on \
    the gateway, on all interfaces, without a filter, and while the failure happened? Then it holds the client's request, \
    the DNS lookup and the connection to the server.";
pub const NOTHING_READ: &str = "Nothing could be read";
pub const NOTHING_READ_HINT: &str = "Captures (pcap, pcapng) and access logs can be read, also gzipped. Other kinds are \
    named below, with the command that converts them where there is one.";
pub const DO_FIRST: &str = "Do first";
pub const EVIDENCE: &str = "Evidence";
pub const AGAINST: &str = "What it is not";
pub const NOT_SEEN: &str = "What could not be seen";
pub const CAUSES: &str = "Possible causes";
pub const CHECKS: &str = "Checks";
pub const MORE_FIXES: &str = "More fixes";
pub const CAPTURE: &str = "Record next";
pub const FILTER: &str = "Wireshark filter";
pub const SOURCES: &str = "Sources";
pub const PREVIOUS: &str = "Previous";
pub const NEXT: &str = "Next";
pub const MORE: &str = "More";
pub const FITS_AS_WELL: &str = "These files alone do not decide. It may be, likeliest first:";
pub const WHERE: &str = "Where";
pub const CHANGE: &str = "Change";
pub const RISK: &str = "Risk";
pub const VERIFY: &str = "It helped if";
pub const MENU: &str = "In the menu:";
pub const FAVOURED: &str = "Speaks for it:";

pub const PROGRESS: &str = "Bytes read";
pub const NOTHING_FOUND_HINT: &str = "No gateway error, no broken answer and no failed attempt upstream. If users still \
    saw one: does the time span above cover it, and was the capture taken on the gateway that they used?";

// Evidence table
pub const AT: &str = "Packet or line";
pub const TIME: &str = "Time";
pub const AFTER: &str = "After";
pub const SHOWS: &str = "What it shows";

// Facts of an exchange
pub const CLIENT: &str = "Client";
pub const UPSTREAM: &str = "Upstream";
pub const REQUEST: &str = "Request";
pub const ANSWER: &str = "Answer";
pub const RESET_BY: &str = "Reset by";
pub const NO_ANSWER_SEEN: &str = "none seen";

// Path picture
pub const GATEWAY_NODE: &str = "Gateway";
pub const DNS_NODE: &str = "DNS server";
pub const SERVER_NODE: &str = "Server";
pub const DEVICE: &str = "device on the path";
pub const NOT_TRIED: &str = "not reached";
pub const UNKNOWN_HERE: &str = "here, or before";
pub const NOT_IN_FILES: &str = "not in these files";

pub const UNDETERMINED: &str = "Not to be told from these files";

// Copying
pub const COPY: &str = "Copy";
pub const COMMAND: &str = "command";
pub const FIX: &str = "fix";
pub const COPIED: &str = "Copied";
pub const SELECTED: &str = "Selected: press Ctrl+C";

/// A file that could not be read (on): what, where, and what to do.
#[must_use]
pub fn unreadable(at: u64, why: &str) -> String {
    let place = match at {
        0 => "the file could not be opened".to_owned(),
        at => format!("the file could not be read beyond byte {}", number(at)),
    };
    let why = why.trim_end_matches('.');
    let why = if why.is_empty() { String::new() } else { format!(" ({why})") };
    format!("{place}{why}. Is it a folder, or was it moved or changed after it was chosen?")
}

/// `1 file`, `3 files`
#[must_use]
pub fn count(many: u64, one: &str, more: &str) -> String {
    format!("{} {}", number(many), if many == 1 { one } else { more })
}

/// The heading while reading.
#[must_use]
pub fn reading(files: usize) -> String {
    format!("Reading {}", count(files as u64, "file", "files"))
}

/// The heading of a result.
#[must_use]
pub fn headline(report: &Report) -> String {
    let Exchanges { total, failed, .. } = report.exchanges;
    let causes = report.verdicts.len() as u64;
    if causes == 0 {
        return if total == 0 { NOTHING_SEEN } else { NOTHING_FOUND }.to_owned();
    }
    let requests = match (total, failed) {
        (1, 1) => "The one request seen failed".to_owned(),
        (total, failed) if total > failed => format!("{} of {} requests failed", number(failed), number(total)),
        (_, 1) => "1 request failed".to_owned(),
        (_, failed) => format!("All {} requests failed", number(failed)),
    };
    match causes {
        1 => requests,
        causes => format!("{requests}, in {} different ways", number(causes)),
    }
}

/// What was read, for a case where nothing failed: exchanges, packets, lines, and when.
#[must_use]
pub fn examined(report: &Report, zone: Zone) -> String {
    let packets: u64 = report.inputs.iter().filter_map(|input| input.packets).sum();
    let records: u64 = report.inputs.iter().filter_map(|input| input.records).sum();
    let mut parts = vec![count(report.exchanges.total, "request", "requests")];
    if packets > 0 || records == 0 {
        parts.push(count(packets, "packet", "packets"));
    }
    if records > 0 {
        parts.push(count(records, "log line", "log lines"));
    }
    let from = report.inputs.iter().filter_map(|input| input.started).min();
    let to = report.inputs.iter().filter_map(|input| input.ended).max();
    if let Some((from, to)) = from.zip(to) {
        parts.push(format!("{} {}", range(from, to, zone), offset_name(from, zone)));
    }
    format!("Examined: {}.", parts.join(", "))
}

/// Requests that went well, for the end of the list.
#[must_use]
pub fn healthy(exchanges: Exchanges) -> Option<String> {
    let healthy = exchanges.total.saturating_sub(exchanges.failed).saturating_sub(exchanges.unseen);
    (healthy > 0).then(|| format!("{} healthy", number(healthy)))
}

/// Tunnels that nobody could look into, for the end of the list.
#[must_use]
pub fn unseen(exchanges: Exchanges) -> Option<String> {
    (exchanges.unseen > 0).then(|| count(exchanges.unseen, "tunnel not seen inside", "tunnels not seen inside"))
}

/// Reading was stopped.
#[must_use]
pub fn partial(read: &str, total: &str) -> String {
    format!("Stopped after {read} of {total}. What follows is true of what was read; later failures are missing.")
}

/// `12 requests`
#[must_use]
pub fn requests(many: u64) -> String {
    count(many, "request", "requests")
}

/// The word for a number that stands before it.
#[must_use]
pub const fn requests_word(many: u64) -> &'static str {
    if many == 1 { "request" } else { "requests" }
}

/// `12 MB of 340 MB`
#[must_use]
pub fn so_much(read: &str, total: &str) -> String {
    format!("{read} of {total}")
}

/// Progress as it is spoken.
#[must_use]
pub const fn quarter(quarter: u64) -> &'static str {
    match quarter {
        0 => "Reading",
        1 => "A quarter read",
        2 => "Half read",
        3 => "Three quarters read",
        _ => "Read",
    }
}

/// As Wireshark numbers it.
#[must_use]
pub fn packet(at: u64) -> String {
    format!("Packet {at}")
}

/// From 1.
#[must_use]
pub fn line(at: u64) -> String {
    format!("Line {at}")
}

/// `Request 3 of 12`
#[must_use]
pub fn which(at: usize, of: u64) -> String {
    format!("Request {} of {}", number(at as u64 + 1), number(of))
}

/// The page holds only the first findings of a verdict.
#[must_use]
pub fn only_first(kept: usize) -> String {
    format!("The first {} can be leafed through here; all are in the JSON.", number(kept as u64))
}

/// Where a failure happens.
#[must_use]
pub const fn phase(phase: Option<Phase>) -> &'static str {
    match phase {
        Some(Phase::Resolve) => "resolve",
        Some(Phase::Connect) => "connect",
        Some(Phase::Secure) => "secure",
        Some(Phase::Send) => "send",
        Some(Phase::Wait) => "wait",
        Some(Phase::Receive) => "receive",
        Some(Phase::Upstream) => "upstream",
        Some(Phase::Gateway) => "gateway",
        Some(Phase::Client) => "client",
        None => "undecided",
    }
}

/// Its letter, unique among them. Secure is T as in TLS, upstream O as in origin, client U as in user.
#[must_use]
pub const fn letter(phase: Option<Phase>) -> &'static str {
    match phase {
        Some(Phase::Resolve) => "D",
        Some(Phase::Connect) => "C",
        Some(Phase::Secure) => "T",
        Some(Phase::Send) => "S",
        Some(Phase::Wait) => "W",
        Some(Phase::Receive) => "R",
        Some(Phase::Upstream) => "O",
        Some(Phase::Gateway) => "G",
        Some(Phase::Client) => "U",
        None => "?",
    }
}

/// How sure, with the reason for the word.
#[must_use]
pub const fn confidence(confidence: Confidence) -> (&'static str, &'static str) {
    match confidence {
        Confidence::Proven => ("Proven", "the evidence below shows it"),
        Confidence::Likely => ("Likely", "the best explanation of what was seen"),
        Confidence::Possible => ("Possible", "one of several explanations of what was seen"),
    }
}

/// Sorts of files.
#[must_use]
pub const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Capture => "Capture",
        Kind::Log => "Log",
        Kind::Har => "HTTP archive",
        Kind::Unknown => "Not recognised",
    }
}

/// Who made a status.
#[must_use]
pub const fn made_by(by: GeneratedBy) -> &'static str {
    match by {
        GeneratedBy::Gateway => "made by the gateway",
        GeneratedBy::Origin => "made by the origin, passed on",
        GeneratedBy::ParentProxy => "made by a parent proxy, passed on",
        GeneratedBy::Unknown => "who made it was not seen",
    }
}

/// Who sent a RST.
#[must_use]
pub const fn reset_by(by: ResetBy) -> &'static str {
    match by {
        ResetBy::UpstreamHost => "the upstream host itself",
        ResetBy::DeviceOnPath => "a device on the path, in the host's name",
        ResetBy::Gateway => "the gateway",
        ResetBy::Client => "the client",
        ResetBy::Unknown => "not to be told from these packets",
    }
}

/// Parties that own a fix or can make one.
#[must_use]
pub fn party(id: &str) -> &str {
    match id {
        "dns" => "DNS",
        "network" => "Network",
        "firewall" => "Firewall",
        "origin" => "Origin server",
        "gateway" => "Gateway",
        "client" => "Client",
        other => other,
    }
}

/// Who can usually fix it.
#[must_use]
pub fn owner(id: &str) -> String {
    let who = match id {
        "dns" => "whoever runs the DNS server or zone",
        "network" => "the network team",
        "firewall" => "the firewall team",
        "origin" => "whoever runs the origin server",
        "gateway" => "whoever runs the gateway",
        "client" => "whoever runs the client",
        other => other,
    };
    format!("Usually fixed by {who}.")
}

/// The reader's own zone in the picker.
#[must_use]
pub fn zone_local(name: &str) -> String {
    if name.is_empty() { "your time zone".to_owned() } else { format!("your time zone ({name})") }
}

/// The product found, in the picker's first entry.
#[must_use]
pub fn product_found(name: &str) -> String {
    format!("{name} (recognised)")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn headlines_count_right() {
        let mut report = fixture::report();
        report.exchanges = Exchanges { total: 229, failed: 15, unseen: 0 };
        report.verdicts.truncate(1);
        assert_eq!(headline(&report), "15 of 229 requests failed");
        report.exchanges = Exchanges { total: 3, failed: 3, unseen: 0 };
        assert_eq!(headline(&report), "All 3 requests failed");
        report.exchanges = Exchanges { total: 1, failed: 1, unseen: 0 };
        assert_eq!(headline(&report), "The one request seen failed");
        report.verdicts.clear();
        report.exchanges = Exchanges { total: 7, failed: 0, unseen: 2 };
        assert_eq!(headline(&report), NOTHING_FOUND);
        report.exchanges.total = 0;
        assert_eq!(headline(&report), NOTHING_SEEN);
    }

    #[test]
    fn healthy_is_never_said_of_tunnels_not_seen_inside() {
        assert_eq!(healthy(Exchanges { total: 10, failed: 3, unseen: 2 }).as_deref(), Some("5 healthy"));
        assert_eq!(healthy(Exchanges { total: 2, failed: 0, unseen: 2 }), None);
        assert_eq!(unseen(Exchanges { total: 2, failed: 0, unseen: 1 }).as_deref(), Some("1 tunnel not seen inside"));
    }

    #[test]
    fn letters_are_unique() {
        use Phase::{Client, Connect, Gateway, Receive, Resolve, Secure, Send, Upstream, Wait};
        let phases = [Resolve, Connect, Secure, Send, Wait, Receive, Upstream, Gateway, Client];
        let letters: std::collections::BTreeSet<_> = phases.iter().map(|phase| letter(Some(*phase))).collect();
        assert_eq!(letters.len(), phases.len());
    }

    #[test]
    fn unreadable_files_get_a_sentence() {
        assert_eq!(
            unreadable(0, "A requested file could not be found."),
            "the file could not be opened (A requested file could not be found). Is it a folder, or was it moved or \
             changed after it was chosen?"
        );
        assert!(unreadable(8_388_608, "").starts_with("the file could not be read beyond byte 8,388,608. "));
    }
}
