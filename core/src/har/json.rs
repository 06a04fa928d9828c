//! JSON in chunks of any size → tokens, in memory that does not grow with the file.
//!
//! The crates that are well kept either hold the document or pull from a reader; bytes come here pushed, without `std`,
//! and most of a HAR file is bodies that nobody wants. So this is a small state machine (RFC 8259): whoever takes the
//! tokens says before each text how much of it to keep, the rest is passed over. Depth is a row of bits and no recursion.
//!
//! Non-goals: numbers as numbers, texts beyond what is kept, anything behind the document's end.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

/// Objects and lists inside each other; browsers nest the stacks of scripts, some hundred deep.
const DEPTH: usize = 1024;
/// Bytes of a number or a word; longer ones are none.
const LONGEST_WORD: usize = 64;
/// Bytes kept of a name.
const LONGEST_NAME: usize = 64;

/// One step through a document.
#[derive(Debug, PartialEq)]
pub enum Token<'a> {
    /// An object or a list begins.
    Open,
    /// It ends.
    Close,
    /// The name of the value that follows.
    Name(&'a str),
    /// A text, as much of it as was wanted.
    Text(Cow<'a, str>),
    /// A number, `true`, `false` or `null`.
    Word(&'a str),
}

/// Takes the tokens.
pub trait Take {
    /// The next one, and the byte of the document behind it.
    fn take(&mut self, token: Token<'_>, end: u64);
    /// How many bytes of the text that begins now to keep.
    fn room(&self) -> usize;
}

/// Why a document cannot be read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The byte, from 0.
    pub at: u64,
    /// What is wrong.
    pub why: &'static str,
}

/// What may come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// A value; in a list that has just begun also its end.
    Value { may_end: bool },
    /// A name; in an object that has just begun also its end.
    Name { may_end: bool },
    /// The colon.
    Colon,
    /// A comma, or the end of what is open.
    Comma,
    /// Nothing: the document is whole.
    Nothing,
}

/// In the middle of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Within {
    /// Between tokens.
    Gap,
    /// A text.
    Text { name: bool },
    /// A text, after a backslash.
    Escape { name: bool },
    /// The digits of `\u`: how many are left.
    Digits { name: bool, left: u8 },
    /// A number or a word.
    Word,
}

/// Reads one document.
#[derive(Debug)]
pub struct Json {
    next: Next,
    within: Within,
    /// Whether each of what is open is an object.
    open: [u64; DEPTH / 64],
    depth: usize,
    /// What is kept of the present text or word.
    kept: Vec<u8>,
    room: usize,
    /// The digits of `\u` so far, and the first half of a pair.
    unit: u16,
    high: Option<u16>,
    /// Bytes read.
    at: u64,
    broken: Option<Broken>,
}

impl Default for Json {
    fn default() -> Self {
        Self {
            next: Next::Value { may_end: false },
            within: Within::Gap,
            open: [0; DEPTH / 64],
            depth: 0,
            kept: Vec::new(),
            room: 0,
            unit: 0,
            high: None,
            at: 0,
            broken: None,
        }
    }
}

impl Json {
    /// The document is whole.
    pub fn done(&self) -> bool {
        self.next == Next::Nothing
    }

    /// Where it broke, if it did.
    pub fn broken(&self) -> Option<Broken> {
        self.broken
    }

    /// Bytes read.
    pub fn at(&self) -> u64 {
        self.at
    }

    /// The next bytes. After the document's end, and after a fault, nothing more is looked at.
    pub fn push(&mut self, chunk: &[u8], taker: &mut impl Take) {
        let mut rest = chunk;
        while !rest.is_empty() && self.broken.is_none() && !self.done() {
            let taken = match self.within {
                Within::Text { name } => self.text(rest, name, taker),
                _ => {
                    let byte = rest.first().copied().unwrap_or_default();
                    if self.byte(byte, taker) { 1 } else { 0 }
                }
            };
            self.at += taken as u64;
            rest = rest.get(taken..).unwrap_or_default();
        }
    }

    /// More of a text, as far as it goes: how many bytes were taken.
    fn text(&mut self, rest: &[u8], name: bool, taker: &mut impl Take) -> usize {
        let end = memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
        self.keep(rest.get(..end).unwrap_or_default());
        match rest.get(end) {
            None => return end,
            Some(b'\\') => self.within = Within::Escape { name },
            Some(_) => {
                self.unpaired();
                self.within = Within::Gap;
                let kept = core::mem::take(&mut self.kept);
                let token = match name {
                    true => Token::Name(core::str::from_utf8(&kept).unwrap_or_default()),
                    false => Token::Text(lossy(&kept)),
                };
                self.next = if name { Next::Colon } else { self.after_value() };
                taker.take(token, self.at + end as u64 + 1);
                self.give_back(kept);
            }
        }
        end + 1
    }

    /// One byte outside of a text's plain part; false where it is to be looked at again.
    fn byte(&mut self, byte: u8, taker: &mut impl Take) -> bool {
        match self.within {
            Within::Escape { name } => {
                self.within = Within::Text { name };
                match byte {
                    b'u' => {
                        self.unit = 0;
                        self.within = Within::Digits { name, left: 4 };
                    }
                    b'n' => self.keep(b"\n"),
                    b't' => self.keep(b"\t"),
                    b'r' => self.keep(b"\r"),
                    b'b' => self.keep(b"\x08"),
                    b'f' => self.keep(b"\x0C"),
                    b'"' | b'\\' | b'/' => self.keep(&[byte]),
                    _ => self.fault("an escape that JSON does not know"),
                }
            }
            Within::Digits { name, left } => match (byte as char).to_digit(16) {
                Some(digit) => {
                    self.unit = self.unit << 4 | u16::try_from(digit).unwrap_or_default();
                    self.within = match left {
                        1 => Within::Text { name },
                        _ => Within::Digits { name, left: left - 1 },
                    };
                    if left == 1 {
                        self.unit();
                    }
                }
                None => self.fault("an escape that JSON does not know"),
            },
            Within::Word => match byte {
                b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'+' | b'-' | b'.' => {
                    if self.kept.len() >= LONGEST_WORD {
                        self.fault("a word that is too long");
                    }
                    self.kept.push(byte);
                }
                _ => {
                    self.word(taker);
                    return false;
                }
            },
            Within::Text { .. } | Within::Gap => self.gap(byte, taker),
        }
        true
    }

    /// A byte between tokens.
    fn gap(&mut self, byte: u8, taker: &mut impl Take) {
        match (byte, self.next) {
            (b' ' | b'\t' | b'\r' | b'\n', _) => {}
            // The byte order mark that some programs put before UTF-8.
            (0xEF | 0xBB | 0xBF, _) if self.at < 3 => {}
            (b'{' | b'[', Next::Value { .. }) => {
                if self.depth >= DEPTH {
                    return self.fault("nested too deep");
                }
                let (word, bit) = (self.depth / 64, 1_u64 << (self.depth % 64));
                if let Some(word) = self.open.get_mut(word) {
                    *word = if byte == b'{' { *word | bit } else { *word & !bit };
                }
                self.depth += 1;
                self.next = if byte == b'{' { Next::Name { may_end: true } } else { Next::Value { may_end: true } };
                taker.take(Token::Open, self.at + 1);
            }
            (b'}', Next::Name { may_end: true } | Next::Comma) if self.in_object() => self.close(taker),
            (b']', Next::Value { may_end: true } | Next::Comma) if self.depth > 0 && !self.in_object() => {
                self.close(taker);
            }
            (b',', Next::Comma) if self.depth > 0 => {
                self.next =
                    if self.in_object() { Next::Name { may_end: false } } else { Next::Value { may_end: false } };
            }
            (b':', Next::Colon) => self.next = Next::Value { may_end: false },
            (b'"', Next::Name { .. }) => self.begin(LONGEST_NAME, Within::Text { name: true }),
            (b'"', Next::Value { .. }) => self.begin(taker.room(), Within::Text { name: false }),
            (b'-' | b'0'..=b'9' | b't' | b'f' | b'n', Next::Value { .. }) => {
                self.begin(LONGEST_WORD, Within::Word);
                self.kept.push(byte);
            }
            _ => self.fault("no JSON"),
        }
    }

    fn begin(&mut self, room: usize, within: Within) {
        self.kept.clear();
        self.room = room;
        self.high = None;
        self.within = within;
    }

    fn close(&mut self, taker: &mut impl Take) {
        self.depth -= 1;
        self.next = self.after_value();
        taker.take(Token::Close, self.at + 1);
    }

    fn word(&mut self, taker: &mut impl Take) {
        self.within = Within::Gap;
        self.next = self.after_value();
        let kept = core::mem::take(&mut self.kept);
        taker.take(Token::Word(core::str::from_utf8(&kept).unwrap_or_default()), self.at);
        self.give_back(kept);
    }

    fn in_object(&self) -> bool {
        let Some(at) = self.depth.checked_sub(1) else { return false };
        self.open.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
    }

    fn after_value(&self) -> Next {
        if self.depth == 0 { Next::Nothing } else { Next::Comma }
    }

    /// Keeps bytes, as far as there is room.
    fn keep(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.unpaired();
            let room = self.room.saturating_sub(self.kept.len());
            self.kept.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
        }
    }

    /// A `\u` is whole: a character, or half of one.
    fn unit(&mut self) {
        let unit = self.unit;
        match (self.high.take(), unit) {
            (None, 0xD800..=0xDBFF) => self.high = Some(unit),
            (Some(high), 0xDC00..=0xDFFF) => {
                let code = 0x1_0000 + (u32::from(high - 0xD800) << 10) + u32::from(unit - 0xDC00);
                self.character(char::from_u32(code));
            }
            (high, _) => {
                if high.is_some() {
                    self.character(None);
                }
                self.character(char::from_u32(u32::from(unit)));
            }
        }
    }

    fn unpaired(&mut self) {
        if self.high.take().is_some() {
            self.character(None);
        }
    }

    fn character(&mut self, character: Option<char>) {
        let mut bytes = [0; 4];
        let text = character.unwrap_or(char::REPLACEMENT_CHARACTER).encode_utf8(&mut bytes);
        if self.kept.len() + text.len() <= self.room {
            self.kept.extend_from_slice(text.as_bytes());
        }
    }

    /// The buffer is used again, unless a large text has blown it up.
    fn give_back(&mut self, mut kept: Vec<u8>) {
        if kept.capacity() <= 1 << 17 {
            kept.clear();
            self.kept = kept;
        }
    }

    fn fault(&mut self, why: &'static str) {
        self.broken = Some(Broken { at: self.at, why });
    }
}

/// Bytes as text; a character that was cut, or is none, is marked.
fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::ToString;

    struct All(Vec<String>, usize);

    impl Take for All {
        fn take(&mut self, token: Token<'_>, end: u64) {
            self.0.push(match token {
                Token::Open => format!("( {end}"),
                Token::Close => format!(") {end}"),
                Token::Name(name) => format!("{name}= {end}"),
                Token::Text(text) => format!("'{text}' {end}"),
                Token::Word(word) => format!("{word} {end}"),
            });
        }
        fn room(&self) -> usize {
            self.1
        }
    }

    fn read(text: &[u8], chunk: usize, room: usize) -> (Vec<String>, Json) {
        let mut json = Json::default();
        let mut all = All(Vec::new(), room);
        for part in text.chunks(chunk) {
            json.push(part, &mut all);
        }
        (all.0, json)
    }

    #[test]
    fn tokens_are_the_same_in_any_chunking() {
        let text = "\u{FEFF}{\"a\": [1, -2.5e3, true,null, []], \"b\\u0063\": {\"x\":\"q\\\"\\\\\\n\\ud83d\\ude00é\\ud800!\"}}tail";
        let (whole, json) = read(text.as_bytes(), 4096, 99);
        let without_places: Vec<&str> = whole.iter().filter_map(|token| token.rsplit_once(' ')).map(|t| t.0).collect();
        let tokens =
            ["(", "a=", "(", "1", "-2.5e3", "true", "null", "(", ")", ")", "bc=", "(", "x=", "'q\"\\\n😀é\u{FFFD}!'"];
        assert_eq!(without_places[..tokens.len()], tokens);
        assert!(json.done() && json.broken().is_none());
        assert_eq!(json.at() as usize, text.len() - 4, "nothing behind the end is read");
        for chunk in 1..text.len() {
            assert_eq!(read(text.as_bytes(), chunk, 99).0, whole, "chunks of {chunk}");
        }
    }

    #[test]
    fn of_a_text_no_more_is_kept_than_is_wanted() {
        let text = format!("[\"{}\", \"{}\"]", "x".repeat(100_000), "\\u00e9".repeat(100));
        for chunk in [1, 7, 65_536] {
            let (tokens, json) = read(text.as_bytes(), chunk, 5);
            assert_eq!(tokens[1].split(' ').next(), Some("'xxxxx'"));
            assert_eq!(tokens[2].split(' ').next(), Some("'éé'"), "no half of a character");
            assert!(json.done());
        }
    }

    #[test]
    fn what_is_no_json_is_told_with_its_place() {
        for (text, at) in
            [("{\"a\" 1}", 5), ("[1 2]", 3), ("[1,]", 3), ("{]", 1), ("[\"\\q\"]", 3), ("x", 0), ("{\"a\":tru\u{1}", 8)]
        {
            let (_, json) = read(text.as_bytes(), 1, 9);
            assert_eq!(json.broken().map(|broken| broken.at), Some(at), "{text}");
        }
        let deep = "[".repeat(DEPTH + 1);
        assert_eq!(read(deep.as_bytes(), 999, 9).1.broken().map(|b| b.why), Some("nested too deep"));
        let cut = "{\"a\": [1";
        let (tokens, json) = read(cut.as_bytes(), 3, 9);
        assert!(!json.done() && json.broken().is_none());
        assert_eq!(tokens.last().map(ToString::to_string), Some("( 7".to_string()));
    }
}
