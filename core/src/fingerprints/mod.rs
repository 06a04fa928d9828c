//! Who made an answer, by what only its maker writes: fields of the head, the reason phrase, the text of an error page.
//!
//! A client sees the gateway's answer and nothing of what happened behind it. So an answer in a capture, an entry of a HAR
//! file and a pasted page are all held against one table: a row is one mark, with what it says and where it is known
//! from. [`judge`] makes a claim of the marks, once the gateway's product is known.
//!
//! A new mark is one row. Non-goals: pages that sites wrote themselves, and answers that went well.

mod cdns;
mod gateways;
mod judge;
mod pasted;
mod servers;

use alloc::string::String;
use alloc::vec::Vec;

use memchr::memmem;

use crate::logs::Meaning;
use crate::products::Id as Product;
pub use judge::{claim, product};
pub use pasted::{Pasted, is_page};

/// Bytes of a page that are looked at: the pages of the products in the table have two to four thousand.
pub const PAGE: usize = 8 * 1024;
/// Marks kept of one answer.
const KEPT: usize = 8;
/// Characters of an answer that are quoted.
const QUOTED: usize = 120;

/// One mark.
#[derive(Debug)]
pub struct Mark {
    /// Whose it is.
    pub by: By,
    /// Where it stands.
    pub place: Place,
    /// Texts that must all be there, in lower case; the last is the one that is quoted.
    pub all: &'static [&'static str],
    /// What it says.
    pub says: Says,
    /// Where it is known from.
    pub source: &'static str,
}

/// Who writes a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// A gateway.
    Product(Product),
    /// A network or load balancer in front of a site, by its name: beyond the gateway.
    Cdn(&'static str),
    /// The program that recorded the answer, and that is a proxy itself.
    Recorder(&'static str),
}

/// Where a mark stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In this field, named in lower case.
    Field(&'static str),
    /// In the reason phrase.
    Reason,
    /// In the body.
    Body,
}

/// What a mark says.
#[derive(Clone, Copy, Debug)]
pub enum Says {
    /// It made this answer, because of this.
    Failed(Meaning),
    /// It made this answer; why is in the text of the page.
    Reads(fn(&str) -> Option<(Meaning, String)>),
    /// It made this answer.
    Made,
    /// The answer went through it, or came from it.
    Passed,
}

/// A mark that was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// Which.
    pub mark: &'static Mark,
    /// Why it was made, where the mark says so.
    pub meaning: Option<Meaning>,
    /// How it reads: `Server: nginx/1.24.0`, or words of the page.
    pub words: String,
}

/// The marks of one answer.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    /// In the order in which they were found.
    pub list: Vec<Found>,
}

fn table() -> impl Iterator<Item = &'static Mark> {
    [gateways::MARKS, servers::MARKS, cdns::MARKS].into_iter().flatten()
}

/// Whether a field may hold a mark, so that others need not be kept.
#[must_use]
pub fn telling(name: &str) -> bool {
    table().any(|mark| matches!(mark.place, Place::Field(field) if field.eq_ignore_ascii_case(name)))
}

impl Marks {
    /// A field of the head.
    pub fn field(&mut self, name: &str, value: &str) {
        let of_field = |mark: &&Mark| matches!(mark.place, Place::Field(field) if field.eq_ignore_ascii_case(name));
        let mut lower = None;
        for mark in table().filter(of_field) {
            let lower = lower.get_or_insert_with(|| value.to_ascii_lowercase());
            if mark.all.iter().all(|text| lower.contains(text)) {
                self.add(mark, None, alloc::format!("{name}: {}", clip(value, QUOTED)));
            }
        }
    }

    /// The reason phrase.
    pub fn reason(&mut self, status: u16, reason: &str) {
        if reason.is_empty() {
            return;
        }
        let lower = reason.to_ascii_lowercase();
        for mark in table().filter(|mark| mark.place == Place::Reason) {
            if mark.all.iter().all(|text| lower.contains(text)) {
                self.add(mark, meaning(mark), alloc::format!("{status} {}", clip(reason, QUOTED)));
            }
        }
    }

    /// The body, or how it begins.
    pub fn body(&mut self, body: &[u8]) {
        let body = body.get(..PAGE).unwrap_or(body);
        if body.is_empty() {
            return;
        }
        let lower = body.to_ascii_lowercase();
        // Rows of one page begin with the same text: it is looked for once.
        let mut last: (&str, Option<usize>) = ("", None);
        for mark in table().filter(|mark| mark.place == Place::Body) {
            let Some((first, more)) = mark.all.split_first() else { continue };
            if last.0 != *first {
                last = (first, memmem::find(&lower, first.as_bytes()));
            }
            let Some(mut at) = last.1 else { continue };
            let mut quoted = *first;
            let there = more.iter().all(|text| match memmem::find(&lower, text.as_bytes()) {
                Some(found) => {
                    (at, quoted) = (found, text);
                    true
                }
                None => false,
            });
            if !there || self.list.iter().any(|found| found.meaning.is_some() && found.mark.by == mark.by) {
                continue;
            }
            let words = text(body.get(at..at + quoted.len()).unwrap_or_default());
            match mark.says {
                Says::Reads(read) => {
                    if let Some((meaning, words)) = read(&text(body)) {
                        self.add(mark, Some(meaning), words);
                    }
                }
                _ => self.add(mark, meaning(mark), words),
            }
        }
    }

    fn add(&mut self, mark: &'static Mark, meaning: Option<Meaning>, words: String) {
        if self.list.len() < KEPT {
            self.list.push(Found { mark, meaning, words });
        }
    }

    /// An answer of the gateway's own about something that failed behind it, whatever its status is.
    #[must_use]
    pub fn own_failure(&self) -> bool {
        use crate::categories::Id;
        let failed = |meaning: &Meaning| !matches!(meaning.category(), Id::PolicyDenied | Id::OriginError);
        self.list.iter().any(|found| {
            matches!(found.mark.by, By::Product(product) if judge::forward(product))
                && found.meaning.as_ref().is_some_and(failed)
        })
    }
}

fn meaning(mark: &Mark) -> Option<Meaning> {
    match mark.says {
        Says::Failed(meaning) => Some(meaning),
        _ => None,
    }
}

/// Bytes as text, blanks made one.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn clip(text: &str, characters: usize) -> &str {
    text.char_indices().nth(characters).and_then(|(at, _)| text.get(..at)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_can_be_found_and_says_where_it_is_known_from() {
        for mark in table() {
            assert!(!mark.all.is_empty() && !mark.source.is_empty(), "{mark:?}");
            for text in mark.all {
                assert!(!text.is_empty() && !text.bytes().any(|byte| byte.is_ascii_uppercase()), "{text}");
            }
            if let Place::Field(name) = mark.place {
                assert!(!name.bytes().any(|byte| byte.is_ascii_uppercase()) && telling(name), "{name}");
            }
        }
    }

    #[test]
    fn a_page_is_its_makers() {
        let by = |body: &str| {
            let mut marks = Marks::default();
            marks.body(body.as_bytes());
            marks.list.first().map(|found| (found.mark.by, found.meaning.is_some()))
        };
        let nginx = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\
                     \r\n<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n";
        assert_eq!(by(nginx), Some((By::Product(Product::Nginx), false)));
        let haproxy = "<html><body><h1>504 Gateway Time-out</h1>\nThe server didn't respond in time.\n</body></html>\n";
        assert_eq!(by(haproxy), Some((By::Product(Product::Haproxy), true)));
        assert_eq!(by("<html><body>Our nginx is down, sorry.</body></html>"), None);
        assert_eq!(by(""), None);
    }

    #[test]
    fn fields_are_compared_whatever_their_case() {
        let mut marks = Marks::default();
        marks.field("CF-Ray", "8a0b1c2d3e4f5678-FRA");
        marks.field("SERVER", "Zscaler/6.2");
        marks.field("X-Own", "nginx");
        let by: Vec<By> = marks.list.iter().map(|found| found.mark.by).collect();
        assert_eq!(by, [By::Cdn("Cloudflare"), By::Product(Product::Zscaler)]);
        assert_eq!(marks.list[1].words, "SERVER: Zscaler/6.2");
    }

    #[test]
    fn no_body_panics() {
        let mut random = 0x9E37_79B9_7F4A_7C15_u64;
        for round in 0..2000_u64 {
            let body: Vec<u8> = (0..round % 300)
                .map(|_| {
                    random ^= random << 13;
                    random ^= random >> 7;
                    random ^= random << 17;
                    random.to_le_bytes()[3]
                })
                .collect();
            Marks::default().body(&body);
        }
    }
}
