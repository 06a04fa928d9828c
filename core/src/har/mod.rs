//! HAR files (HTTP Archive 1.2, W3C draft; Chrome, Firefox, Safari, Edge, Fiddler and Charles write them) → exchanges as
//! the client saw them.
//!
//! A browser sees the gateway's answer and nothing behind it. So an entry tells the request, the answer with its marks and
//! its page, and how long each step took; the category follows from who made the answer, and what the page says. In a
//! case with captures and logs an entry is joined like a line of a log.
//!
//! Bytes are pushed in chunks of any size; one entry at a time is kept. Non-goals: pages, cookies, bodies of requests.

mod base64;
mod entry;
mod errors;
mod json;
mod outcome;

use alloc::string::String;

use crate::logs::{Clock, LogFormat, LogReader, Parsed, Vote};
use entry::{Entry, Kept};
use json::{Json, Take, Token};

/// What HAR files are among the logs. Its records do not come by lines.
pub static FORMAT: LogFormat = LogFormat {
    id: "har",
    title: "HTTP archive of a browser (HAR)",
    product: None,
    docs: "HTTP Archive (HAR) format, W3C Web Performance Working Group, editor's draft; Chrome DevTools, models/har/Log.ts",
    recognise: |_| Vote::No,
    parse: |_, _| Parsed::Skip,
    clock: Clock::Known,
    missing: outcome::ALONE,
    samples: &[],
};

/// Where in the document a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Top,
    Log,
    Entries,
    Entry,
    Request,
    Response,
    Fields,
    Field,
    Content,
    Timings,
}

/// Reads one HAR file.
pub struct HarReader {
    json: Json,
    entries: Entries,
}

/// What takes the document's values.
struct Entries {
    path: alloc::vec::Vec<At>,
    /// Objects and lists around the present value that say nothing here.
    aside: u32,
    name: String,
    entry: Entry,
    /// Where the present entry began.
    begun: u64,
    number: u64,
    log: LogReader,
}

impl HarReader {
    /// A HAR file that is the given input of its case.
    #[must_use]
    pub fn new(input: u32) -> Self {
        let entries = Entries {
            path: alloc::vec::Vec::new(),
            aside: 0,
            name: String::new(),
            entry: Entry::default(),
            begun: 0,
            number: 0,
            log: LogReader::known(input, &FORMAT),
        };
        Self { json: Json::default(), entries }
    }

    /// What its entries came to.
    #[must_use]
    pub fn log(&self) -> &LogReader {
        &self.entries.log
    }

    /// The next bytes.
    pub fn push(&mut self, chunk: &[u8]) {
        self.json.push(chunk, &mut self.entries);
    }

    /// What is wrong with it, so far; `ended`: no more bytes will come.
    #[must_use]
    pub fn warning(&self, ended: bool) -> Option<String> {
        let entries = self.entries.number;
        match self.json.broken() {
            Some(broken) => {
                Some(alloc::format!("byte {}: {}; the {entries} entries before were read", broken.at, broken.why))
            }
            None if ended && !self.json.done() => Some(alloc::format!(
                "the file is cut short at byte {}; the {entries} entries before were read",
                self.json.at()
            )),
            None if ended && entries == 0 => Some("the HTTP archive holds no entries".into()),
            None => None,
        }
    }
}

impl Entries {
    fn at(&self) -> Option<At> {
        self.path.last().copied()
    }

    /// Where the object or list that begins now stands; `None` where it says nothing here.
    fn opened(&self) -> Option<At> {
        Some(match (self.at(), self.name.as_str()) {
            (None, _) => At::Top,
            (Some(At::Top), "log") => At::Log,
            (Some(At::Log), "entries") => At::Entries,
            (Some(At::Entries), _) => At::Entry,
            (Some(At::Entry), "request") => At::Request,
            (Some(At::Entry), "response") => At::Response,
            (Some(At::Entry), "timings") => At::Timings,
            (Some(At::Response), "headers") => At::Fields,
            (Some(At::Response), "content") => At::Content,
            (Some(At::Fields), _) => At::Field,
            _ => return None,
        })
    }

    /// Which part of an entry a plain value is.
    fn kept(&self) -> Option<Kept> {
        if self.aside > 0 {
            return None;
        }
        entry::kept(self.at()?, &self.name)
    }

    fn value(&mut self, value: &str) {
        if let Some(kept) = self.kept() {
            self.entry.set(kept, value);
        }
    }
}

impl Take for Entries {
    fn take(&mut self, token: Token<'_>, end: u64) {
        match token {
            Token::Open if self.aside > 0 => self.aside += 1,
            Token::Open => match self.opened() {
                Some(at) => {
                    if at == At::Entry {
                        self.entry.clear();
                        self.begun = end - 1;
                    }
                    self.path.push(at);
                    self.name.clear();
                }
                None => self.aside = 1,
            },
            Token::Close if self.aside > 0 => self.aside -= 1,
            Token::Close => match self.path.pop() {
                Some(At::Field) => self.entry.field(),
                Some(At::Entry) => {
                    self.number += 1;
                    let place = outcome::Place { number: self.number, offset: self.begun, length: end - self.begun };
                    outcome::tell(&self.entry, place, &mut self.log);
                }
                _ => {}
            },
            Token::Name(_) if self.aside > 0 => {}
            Token::Name(name) => {
                self.name.clear();
                self.name.push_str(name);
            }
            Token::Text(text) => self.value(&text),
            Token::Word(word) => self.value(word),
        }
    }

    fn room(&self) -> usize {
        self.kept().map_or(0, Kept::room)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::categories::Id;
    use crate::exchange::Answer;
    use alloc::format;
    use alloc::vec::Vec;

    fn entry(url: &str, response: &str) -> String {
        format!(
            r#"{{"_initiator": {{"type": "other", "stack": {{"parent": {{"status": 599}}}}}}, "_resourceType": "document",
            "cache": {{}}, "request": {{"method": "GET", "url": "{url}", "headers": [{{"name": "server", "value": "x"}}]}},
            "response": {response}, "serverIPAddress": "192.0.2.1", "startedDateTime": "2026-01-05T10:00:00.100Z",
            "time": 21000.5, "timings": {{"blocked": 1, "dns": 2, "ssl": 5, "connect": 10, "send": 0.5, "wait": 20980, "receive": 7}}}}"#
        )
    }

    fn file(entries: &[String]) -> String {
        format!(r#"{{"log": {{"version": "1.2", "pages": [{{"id": "1"}}], "entries": [{}]}}}}"#, entries.join(","))
    }

    fn read(text: &str, chunk: usize) -> HarReader {
        let mut reader = HarReader::new(0);
        for part in text.as_bytes().chunks(chunk) {
            reader.push(part);
        }
        reader
    }

    #[test]
    fn failed_entries_become_exchanges_in_any_chunking() {
        let nginx = "<center><h1>502 Bad Gateway</h1></center><hr><center>nginx/1.22.1</center>";
        let text = file(&[
            entry("https://www.example.com/a", r#"{"status": 200, "statusText": "OK", "headers": [], "content": {}}"#),
            entry(
                "https://www.example.com:8443/b?c=1",
                &format!(
                    r#"{{"status": 502, "statusText": "Bad Gateway", "headers": [{{"name": "Server", "value": "nginx/1.22.1"}},
                    {{"value": "5", "name": "Age"}}], "content": {{"size": 9, "text": "{nginx}"}}}}"#
                ),
            ),
            entry("data:text/plain,x", r#"{"status": 200}"#),
            entry("https://www.example.com/d", r#"{"status": 0, "_error": "net::ERR_TUNNEL_CONNECTION_FAILED"}"#),
            entry("https://www.example.com/e", r#"{"status": 0, "_error": "net::ERR_BLOCKED_BY_CLIENT"}"#),
        ]);
        for chunk in [1, 7, 64, 100_000] {
            let reader = read(&text, chunk);
            assert_eq!(reader.warning(true), None);
            let log = reader.log();
            assert_eq!((log.records, log.total, log.failed), (5, 3, 2), "chunks of {chunk}");
            let failed: Vec<_> = log.exchanges.iter().map(|e| (e.host.as_deref(), e.port, e.answer.clone())).collect();
            assert_eq!((failed[0].0, failed[0].1), (Some("www.example.com"), Some(8443)));
            assert!(matches!(&failed[0].2, Answer::Whole(status) if status.code == 502));
            assert_eq!(log.exchanges[0].begun.0 % 1_000_000_000, 113_000_000, "blocked, dns and connect lie before it");
            assert!(log.exchanges[0].signs.marks.list.len() == 1, "the request's own fields are none of the answer's");
            assert_eq!(failed[1].2, Answer::NotSeen);
            let told = log.exchanges[1].signs.told.as_ref().map(|claim| claim.undetermined);
            assert_eq!(told, Some(true));
        }
    }

    #[test]
    fn a_page_in_base64_is_read() {
        let page = "PHRpdGxlPk1jQWZlZSBXZWIgR2F0ZXdheSAtIE5vdGlmaWNhdGlvbjwvdGl0bGU+L213Zy1pbnRlcm5hbC8gSG9zdCBOb3QgUmVzb2x2YWJsZQ==";
        let text = file(&[entry(
            "http://www.example.com/",
            &format!(r#"{{"content": {{"text": "{page}", "encoding": "base64"}}, "status": 502, "headers": []}}"#),
        )]);
        let reader = read(&text, 11);
        let marks = &reader.log().exchanges[0].signs.marks;
        let first = marks.list.first().and_then(|found| found.meaning?.candidates.first()?.first().copied());
        assert_eq!(first, Some(Id::DnsNxdomain));
    }

    #[test]
    fn a_file_that_breaks_off_keeps_what_came_before() {
        let ok = entry("https://www.example.com/", r#"{"status": 504, "headers": []}"#);
        let text = file(&[ok.clone(), ok]);
        let cut = &text[..text.len() - 60];
        let reader = read(cut, 50);
        assert_eq!(reader.log().failed, 1);
        let warning = reader.warning(true).unwrap_or_default();
        assert!(warning.contains("cut short") && warning.contains("the 1 entries before"), "{warning}");
        let broken = text.replacen("\"timings\"", "timings", 2);
        assert!(read(&broken, 50).warning(true).unwrap_or_default().starts_with("byte "));
        assert_eq!(
            read(r#"{"log": {"entries": []}}"#, 5).warning(true).as_deref(),
            Some("the HTTP archive holds no entries")
        );
    }
}
