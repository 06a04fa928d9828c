//! Sentences with numbers and names in them.

use std::collections::BTreeSet;

use gateway_triage_core::report::{Exchanges, Report};

use super::{NOTHING_FOUND, NOTHING_SEEN};
use crate::protocol::Form;
use crate::times::{Zone, number, offset_name, range};

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
    if report.verdicts.is_empty() {
        return if total == 0 { NOTHING_SEEN } else { NOTHING_FOUND }.to_owned();
    }
    let requests = match (total, failed) {
        (1, 1) => "The one request seen failed".to_owned(),
        (total, failed) if total > failed => format!("{} of {} requests failed", number(failed), number(total)),
        (_, 1) => "1 request failed".to_owned(),
        (_, failed) => format!("All {} requests failed", number(failed)),
    };
    let different = |many: usize, what: &str| (many > 1).then(|| format!("{} {what}", number(many as u64)));
    let hosts: BTreeSet<_> = report.verdicts.iter().filter_map(|verdict| verdict.host.as_ref()).collect();
    let ways: BTreeSet<_> = report.verdicts.iter().map(|verdict| verdict.category).collect();
    let parts: Vec<String> =
        [different(hosts.len(), "hosts"), different(ways.len(), "different failures")].into_iter().flatten().collect();
    if parts.is_empty() { requests } else { format!("{requests}: {}", parts.join(", ")) }
}

/// What was read, for a case where nothing failed: exchanges, packets, lines, and when.
#[must_use]
pub fn examined(report: &Report, zone: Zone) -> String {
    let packets: u64 = report.inputs.iter().filter_map(|input| input.packets).sum();
    let records: u64 = report.inputs.iter().filter_map(|input| input.records).sum();
    let mut parts = vec![count(report.exchanges.total, "request", "requests")];
    if report.exchanges.health_checks > 0 {
        parts.push(count(report.exchanges.health_checks, "health check", "health checks"));
    }
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

/// Requests that did not fail as far as the files show, for the end of the list.
#[must_use]
pub fn healthy(exchanges: Exchanges) -> Option<String> {
    let Exchanges { total, failed, unseen, unanswered, .. } = exchanges;
    let healthy = total.saturating_sub(failed).saturating_sub(unseen).saturating_sub(unanswered);
    (healthy > 0).then(|| format!("{} without a failure", number(healthy)))
}

/// Requests whose answer is not in the files, for the end of the list.
#[must_use]
pub fn unanswered(exchanges: Exchanges) -> Option<String> {
    (exchanges.unanswered > 0).then(|| format!("{} without an answer", number(exchanges.unanswered)))
}

/// Tunnels that nobody could look into, for the end of the list.
#[must_use]
pub fn unseen(exchanges: Exchanges) -> Option<String> {
    (exchanges.unseen > 0).then(|| count(exchanges.unseen, "tunnel not seen inside", "tunnels not seen inside"))
}

/// Health checks, and how many of them failed.
#[must_use]
pub fn health_checks(exchanges: Exchanges) -> Option<String> {
    let Exchanges { health_checks: all, health_checks_failed: failed, .. } = exchanges;
    (all > 0).then(|| format!("{}, {} failed", count(all, "health check", "health checks"), number(failed)))
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
pub fn which(at: u64, of: u64) -> String {
    format!("Request {} of {}", number(at + 1), number(of))
}

/// Of very many failures only the first are kept.
#[must_use]
pub fn only_first(kept: u64) -> String {
    format!("The first {} are kept and can be leafed through; the others are only counted.", number(kept))
}

/// The reader's own zone in the picker.
#[must_use]
pub fn zone_local(name: &str) -> String {
    if name.is_empty() { "your time zone".to_owned() } else { format!("your time zone ({name})") }
}

/// The zone of the case's log in the picker: `the log's zone (UTC−06:00)`
#[must_use]
pub fn zone_log(offset: &str) -> String {
    format!("the log's zone ({offset})")
}

/// The product found, in the picker's first entry.
#[must_use]
pub fn product_found(name: &str) -> String {
    format!("{name} (recognised)")
}

/// How a file's clock stands to that of the first capture: `clock 3.2 s ahead (± 0.004 s)`.
pub fn clock_apart(seconds: f64, uncertainty: Option<f64>) -> String {
    let side = if seconds < 0.0 { "behind" } else { "ahead" };
    let error = uncertainty.map(|error| format!(" (± {error:.3} s)")).unwrap_or_default();
    format!("clock {:.3} s {side}{error}", seconds.abs())
}

/// What a pasted format string is taken for: lines that have another layout are still read as what they are.
pub fn log_format_taken(title: &str) -> String {
    format!("Taken as {title}. Lines with another layout are read as before.")
}

/// Why a pasted format string is of no use.
pub fn log_format_refused(why: &str) -> String {
    format!("Not used: {why}.")
}

/// Buttons of the export panel.
#[must_use]
pub const fn form(form: Form) -> &'static str {
    match form {
        Form::Markdown => "Markdown",
        Form::Html => "HTML file",
        Form::Json => "JSON",
        Form::Evidence => "Evidence (pcapng)",
        Form::Short => "Copy short text",
        Form::Print => super::PRINT,
        Form::Preview => "Preview",
    }
}

/// The file that an export is saved as; a redacted one says so.
#[must_use]
pub fn export_name(form: Form, redacted: bool) -> String {
    let (name, ending) = match form {
        Form::Markdown => ("gateway-triage", "md"),
        Form::Html => ("gateway-triage", "html"),
        Form::Json => ("gateway-triage", "json"),
        Form::Evidence => ("gateway-triage-evidence", "pcapng"),
        Form::Short | Form::Preview | Form::Print => ("gateway-triage", "txt"),
    };
    format!("{name}{}.{ending}", if redacted { "-redacted" } else { "" })
}

/// A file was handed to the browser.
#[must_use]
pub fn saved(name: &str) -> String {
    format!("Saved as {name}.")
}

/// What a printed list leaves out.
#[must_use]
pub fn not_printed(many: u64) -> String {
    let one = many == 1;
    format!(
        "{} more {} not printed here; the JSON has {}.",
        requests(many),
        if one { "is" } else { "are" },
        if one { "it" } else { "all" }
    )
}

/// Which rows of a list are printed, where some are left out: so many from this one, which counts from 0.
#[must_use]
pub fn rows_on_paper(from: u64, printed: u64, of: u64) -> String {
    if printed >= of {
        return String::new();
    }
    let [first, last, of] = [from + 1, from + printed, of].map(number);
    format!("Rows {first} to {last} of {of} are printed. Filter the list to print others.")
}

/// What a list leaves out.
#[must_use]
pub fn more_pairs(many: usize) -> String {
    format!("{} more are replaced and not listed here.", number(many as u64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn headlines_count_right() {
        let mut report = fixture::report();
        assert_eq!(headline(&report), "16 of 233 requests failed: 5 hosts, 5 different failures");
        report.exchanges = Exchanges { total: 229, failed: 15, unseen: 0, ..Exchanges::default() };
        report.verdicts.truncate(1);
        assert_eq!(headline(&report), "15 of 229 requests failed");
        report.exchanges = Exchanges { total: 3, failed: 3, unseen: 0, ..Exchanges::default() };
        assert_eq!(headline(&report), "All 3 requests failed");
        report.exchanges = Exchanges { total: 1, failed: 1, unseen: 0, ..Exchanges::default() };
        assert_eq!(headline(&report), "The one request seen failed");
        report.verdicts.clear();
        report.exchanges = Exchanges { total: 7, failed: 0, unseen: 2, ..Exchanges::default() };
        assert_eq!(headline(&report), NOTHING_FOUND);
        report.exchanges.total = 0;
        assert_eq!(headline(&report), NOTHING_SEEN);
    }

    #[test]
    fn healthy_is_never_said_of_tunnels_not_seen_inside() {
        assert_eq!(
            healthy(Exchanges { total: 10, failed: 3, unseen: 2, ..Exchanges::default() }).as_deref(),
            Some("5 without a failure")
        );
        assert_eq!(healthy(Exchanges { total: 2, failed: 0, unseen: 2, ..Exchanges::default() }), None);
        let open = Exchanges { total: 9, failed: 3, unanswered: 2, ..Exchanges::default() };
        assert_eq!(healthy(open).as_deref(), Some("4 without a failure"));
        assert_eq!(unanswered(open).as_deref(), Some("2 without an answer"));
        assert_eq!(
            unseen(Exchanges { total: 2, failed: 0, unseen: 1, ..Exchanges::default() }).as_deref(),
            Some("1 tunnel not seen inside")
        );
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
