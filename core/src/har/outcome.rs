//! What an entry came to: counted, or kept as a failed exchange with the marks of its answer.

use alloc::format;
use alloc::string::{String, ToString};
use core::fmt::Write;

use super::base64;
use super::entry::Entry;
use super::errors::{self, Ended};
use crate::exchange::{Answer, Event, Exchange, Names, Phase, Signs, Source, Status, What};
use crate::fingerprints::Marks;
use crate::join::own_word;
use crate::logs::{LogReader, Meaning, Told, cut, target};
use crate::protocols::http1::is_server_error;
use crate::report::Leg;
use crate::time::{Span, Timestamp};
use crate::together::{Sight, Wanted};

/// Said of a failure that only a browser saw.
pub(super) const ALONE: &str = "A browser sees the gateway's answer only. What failed behind it the gateway's own log, or a capture on \
                                the gateway, of the same time tells.";
/// Characters of an entry that evidence shows.
const SHOWN: usize = 300;
/// A browser that blocks a request itself is done at once; one that waited for an answer was longer at it.
const AT_ONCE: Span = Span(1_000_000);

/// Which entry it is, from 1, and where in the file.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub number: u64,
    pub offset: u64,
    pub length: u64,
}

/// What the request got.
struct Outcome {
    answer: Answer,
    meaning: Option<Meaning>,
    /// The tunnel was refused: the gateway saw a CONNECT.
    tunnel: bool,
}

/// Hands an entry to the reader.
pub(super) fn tell(entry: &Entry, place: Place, log: &mut LogReader) {
    let Some(started) = Timestamp::parse_rfc3339(&entry.started) else { return log.passed(place.number) };
    let web = entry.url.starts_with("http://") || entry.url.starts_with("https://");
    if !web || entry.cached {
        return log.passed_at(started);
    }
    // When the request left the browser.
    let before = [entry.blocked, entry.dns, entry.connect].into_iter().flatten().fold(0, |sum, span| sum + span.0);
    let begun = started.plus(Span(before));
    let ended = entry.time.map(|time| started.plus(time)).filter(|ended| *ended >= begun);
    let marks = marks(entry);
    let Some(outcome) = outcome(entry, &marks, ended.unwrap_or(begun)) else { return log.passed_at(started) };
    let source = Source {
        time: begun,
        file: Source::file(log.input()),
        number: place.number,
        line: true,
        offset: place.offset,
        length: u32::try_from(place.length).unwrap_or(u32::MAX),
    };
    let wanted = target(&entry.url).unwrap_or_default();
    let host = Some(wanted.host).filter(|host| !host.is_empty());
    let authority = format!("{}:{}", wanted.host, wanted.port.unwrap_or(443));
    let sight = Sight {
        source: Some(source),
        begun: Some(begun),
        ended,
        wanted: match outcome.tunnel {
            true => Wanted::new(Some("CONNECT"), Some(&authority), host),
            false => Wanted::new(Some(&entry.method), Some(&entry.url), host),
        },
        status: outcome.answer.status().map_or(0, |status| status.code),
        secure: wanted.scheme == "https",
        counts: true,
        ..Sight::default()
    };
    let failed =
        !matches!(&outcome.answer, Answer::Whole(status) if !is_server_error(status.code) && !marks.own_failure());
    let exchange = failed.then(|| exchange(entry, outcome, marks, &sight));
    log.tell(Told { time: begun, sight, exchange });
}

fn exchange(entry: &Entry, outcome: Outcome, marks: Marks, sight: &Sight) -> Exchange {
    let wanted = target(&entry.url).unwrap_or_default();
    let begun = sight.begun.unwrap_or_default();
    let code = outcome.answer.status().map_or(0, |status| status.code);
    let field = |name: &str| entry.fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    let said = field("proxy-status").and_then(|(_, list)| own_word::proxy_status(list, code));
    let page = || own_word::squid(&field("x-squid-error")?.1, entry.wait.unwrap_or_default());
    let error = entry.error.strip_prefix("net::").unwrap_or(&entry.error);
    let told = outcome.meaning.map(|meaning| meaning.claim(error, entry.wait.or(entry.time)));
    let text = text(entry, &outcome);
    let source = sight.source.unwrap_or(NOWHERE);
    Exchange {
        client: None,
        gateway: None,
        begun,
        host: Some(wanted.host.to_ascii_lowercase()).filter(|host| !host.is_empty()),
        port: wanted.port,
        method: Some(entry.method.clone()).filter(|method| !method.is_empty()),
        target: Some(entry.url.clone()),
        answer: outcome.answer,
        attempts: alloc::vec::Vec::new(),
        claim: None,
        client_secure: Phase::NotSeen,
        events: [Event { source, leg: Leg::Client, sent: true, what: What::Line(text), flow: None }].into(),
        outward: false,
        doubts: [ALONE.to_string()].into(),
        signs: Signs { word: said.or_else(page), marks, told, ..Signs::default() }.into(),
        names: Names::default(),
    }
}

/// Of an entry that has none.
const NOWHERE: Source = Source { time: Timestamp(0), file: 0, number: 0, line: true, offset: 0, length: 0 };

/// What the request got; `None` where it never left the browser.
fn outcome(entry: &Entry, marks: &Marks, ended: Timestamp) -> Option<Outcome> {
    let signed = entry.fields.iter().any(|(name, _)| name.eq_ignore_ascii_case("x-squid-error"));
    let own_word = signed.then(|| "X-Squid-Error".to_string());
    let status = Status { code: entry.status, first: None, unsure: false, time: ended, own_word };
    let of = |answer, meaning, tunnel| Some(Outcome { answer, meaning, tunnel });
    let broken = matches!(entry.charles.as_str(), "EXCEPTION" | "FAILED");
    let error = errors::ended(&entry.error);
    if entry.status >= 100 {
        let cut = match error {
            Ended::Cut(meaning) | Ended::Closed(meaning) => Some(meaning),
            _ => None,
        };
        let whole = is_server_error(entry.status) || marks.own_failure();
        return match cut {
            Some(meaning) if !whole => of(Answer::Cut(Some(status)), Some(meaning), false),
            _ if broken && !whole => of(Answer::Cut(Some(status)), None, false),
            _ => of(Answer::Whole(status), None, false),
        };
    }
    match error {
        Ended::Tunnel(meaning) => of(Answer::NotSeen, Some(meaning), true),
        Ended::Silent(meaning) => of(Answer::NotSeen, Some(meaning), false),
        Ended::Closed(meaning) | Ended::Cut(meaning) => of(Answer::Closed, Some(meaning), false),
        Ended::NotHttp(meaning) => of(Answer::NotHttp, Some(meaning), false),
        Ended::Left => of(Answer::ClientLeft(None), None, false),
        Ended::Never if !entry.error.is_empty() => None,
        Ended::Never => {
            let waited = [entry.connect, entry.wait].into_iter().flatten().any(|span| span > AT_ONCE);
            if waited || broken { of(Answer::NotSeen, Some(errors::UNSAID), false) } else { None }
        }
    }
}

/// The marks of an answer that is an error.
fn marks(entry: &Entry) -> Marks {
    let mut marks = Marks::default();
    if entry.status < 400 {
        return marks;
    }
    marks.reason(entry.status, &entry.reason);
    for (name, value) in &entry.fields {
        marks.field(name, value);
    }
    match entry.encoding.as_str() {
        "base64" => marks.body(&base64::decode(&entry.body)),
        _ => marks.body(entry.body.as_bytes()),
    }
    marks
}

/// `GET https://www.example.com/: 502 Bad Gateway after 21 s (connect 10 ms, wait 20.9 s), from 192.0.2.1`
fn text(entry: &Entry, outcome: &Outcome) -> String {
    let mut text = format!("{} {}: ", entry.method, cut(&entry.url, SHOWN / 2));
    match (&outcome.answer, entry.status) {
        (Answer::ClientLeft(_), _) => text.push_str("given up by the browser"),
        (_, 0) if entry.error.is_empty() => text.push_str("no answer"),
        (_, 0) => text.push_str(&entry.error),
        (_, code) => {
            let _ = write!(text, "{code} {}", entry.reason);
            if !entry.error.is_empty() {
                let _ = write!(text, ", {}", entry.error);
            }
        }
    }
    if let Some(time) = entry.time {
        let _ = write!(text, " after {time}");
    }
    let steps = [
        ("blocked", entry.blocked),
        ("dns", entry.dns),
        ("connect", entry.connect),
        ("tls", entry.secure),
        ("send", entry.send),
        ("wait", entry.wait),
        ("receive", entry.receive),
    ];
    let mut open = false;
    for (name, span) in steps.iter().filter_map(|(name, span)| Some((name, (*span)?))).filter(|(_, s)| *s > AT_ONCE) {
        let _ = write!(text, "{}{name} {span}", if open { ", " } else { " (" });
        open = true;
    }
    text.push_str(if open { ")" } else { "" });
    if !entry.address.is_empty() {
        let _ = write!(text, ", connected to {}", entry.address.trim_matches(['[', ']']));
    }
    cut(&text, SHOWN)
}
