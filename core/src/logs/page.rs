//! A page or an answer that somebody pasted: one record, with what its marks say.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::detect::cut;
use super::fields::target;
use super::{Clock, LogFormat, LogReader, Parsed, Told, Vote};
use crate::exchange::{Answer, Event, Exchange, Names, Phase, Signs, Source, Status, What};
use crate::fingerprints::{PAGE, Pasted, Says};
use crate::join::own_word;
use crate::report::Leg;
use crate::time::{Span, Timestamp};
use crate::together::{Sight, Wanted};

/// Bytes of the text that are kept: a head and a page.
const KEPT: usize = PAGE * 2;
/// Characters of it that evidence shows.
const SHOWN: usize = 300;

/// What pages are among the logs. Its one record does not come by lines.
pub static FORMAT: LogFormat = LogFormat {
    id: "block-page",
    title: "error or block page",
    product: None,
    docs: "the table of marks in core/src/fingerprints",
    recognise: |_| Vote::No,
    parse: |_, _| Parsed::Skip,
    clock: Clock::Known,
    missing: ALONE,
    samples: &[],
};

const ALONE: &str = "A page says no more than its maker put on it: the gateway's log of that time, or a capture on the gateway, tells \
                     the rest.";
const NO_TIME: &str = "The page does not say when it was made.";

/// Reads one page.
pub struct PageReader {
    text: Vec<u8>,
    length: u64,
    log: LogReader,
}

impl PageReader {
    /// A page that is the given input of its case.
    #[must_use]
    pub fn new(input: u32) -> Self {
        Self { text: Vec::new(), length: 0, log: LogReader::known(input, &FORMAT) }
    }

    /// What it came to.
    #[must_use]
    pub fn log(&self) -> &LogReader {
        &self.log
    }

    /// The next bytes.
    pub fn push(&mut self, chunk: &[u8]) {
        let room = KEPT.saturating_sub(self.text.len());
        self.text.extend_from_slice(chunk.get(..room).unwrap_or(chunk));
        self.length += chunk.len() as u64;
    }

    /// The end of the text.
    pub fn end(&mut self) {
        let pasted = Pasted::read(&self.text);
        let time = pasted.time.unwrap_or_default();
        let source = Source {
            time,
            file: Source::file(self.log.input()),
            number: 1,
            line: true,
            offset: 0,
            length: u32::try_from(self.length).unwrap_or(u32::MAX),
        };
        let url = pasted.url.as_deref();
        let wanted = url.and_then(target).unwrap_or_default();
        let host = Some(wanted.host).filter(|host| !host.is_empty());
        let status = pasted.status.map(|code| Status {
            code,
            first: None,
            unsure: false,
            time,
            own_word: pasted.squid.as_ref().map(|word| alloc::format!("X-Squid-Error: {word}")),
        });
        let said =
            pasted.proxy_status.as_deref().and_then(|list| own_word::proxy_status(list, pasted.status.unwrap_or(0)));
        let word = said.or_else(|| own_word::squid(pasted.squid.as_deref()?, Span(0)));
        let made = pasted.marks.list.iter().find(|found| !matches!(found.mark.says, Says::Passed));
        let shown = match (made, pasted.status) {
            (Some(found), _) => found.words.clone(),
            (None, Some(code)) => alloc::format!("an answer with status {code}"),
            (None, None) => String::from_utf8_lossy(&self.text).into_owned(),
        };
        let mut doubts = Vec::from([ALONE.to_string()]);
        if pasted.time.is_none() {
            doubts.push(NO_TIME.to_string());
        }
        let exchange = Exchange {
            client: None,
            gateway: None,
            begun: time,
            host: host.map(str::to_ascii_lowercase),
            port: wanted.port,
            method: None,
            target: url.map(ToString::to_string),
            answer: status.clone().map_or(Answer::NotSeen, Answer::Whole),
            attempts: Vec::new(),
            claim: None,
            client_secure: Phase::NotSeen,
            events: [Event {
                source,
                leg: Leg::Client,
                sent: true,
                what: What::Line(cut(&alloc::format!("page: {shown}"), SHOWN)),
                flow: None,
            }]
            .into(),
            outward: false,
            doubts,
            signs: Signs { word, marks: pasted.marks.clone(), ..Signs::default() }.into(),
            names: Names::default(),
        };
        let sight = Sight {
            source: Some(source),
            ended: pasted.time,
            by_end: true,
            wanted: Wanted::new(None, url, host),
            status: pasted.status.unwrap_or(0),
            secure: wanted.scheme == "https",
            counts: true,
            ..Sight::default()
        };
        self.log.tell(Told { time, sight, exchange: Some(exchange) });
        if time == Timestamp::default() {
            self.log.span = None;
        }
    }
}
