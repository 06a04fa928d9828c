//! As much of DER (X.690) as a certificate needs: one element after the other, never beyond the end.

use crate::time::Timestamp;

/// One element: its tag, its content, and all of its bytes.
#[derive(Clone, Copy)]
pub struct Element<'a> {
    pub tag: u8,
    pub content: &'a [u8],
    pub whole: &'a [u8],
}

/// Takes the next element from the front.
pub fn next<'a>(data: &mut &'a [u8]) -> Option<Element<'a>> {
    let [tag, first, ..] = **data else { return None };
    // Tags of more than one byte do not occur in certificates.
    if tag & 0x1f == 0x1f {
        return None;
    }
    let (length, header) = match first {
        0..=0x7f => (usize::from(first), 2),
        0x81 => (usize::from(*data.get(2)?), 3),
        0x82 => (usize::from(u16::from_be_bytes(*data.get(2..)?.first_chunk()?)), 4),
        _ => return None,
    };
    let (whole, rest) = data.split_at_checked(header + length)?;
    *data = rest;
    Some(Element { tag, content: whole.get(header..)?, whole })
}

/// The next element, if it has this tag; else nothing is taken.
pub fn expect<'a>(data: &mut &'a [u8], tag: u8) -> Option<Element<'a>> {
    let before = *data;
    let element = next(data).filter(|element| element.tag == tag);
    if element.is_none() {
        *data = before;
    }
    element
}

/// UTCTime or GeneralizedTime in the only forms that RFC 5280 section 4.1.2.5 allows.
pub fn time(element: Element<'_>) -> Option<Timestamp> {
    let text = core::str::from_utf8(element.content).ok()?.strip_suffix('Z')?;
    let (year, rest) = match element.tag {
        0x17 => {
            let year: i64 = text.get(..2)?.parse().ok()?;
            (if year < 50 { 2000 + year } else { 1900 + year }, text.get(2..)?)
        }
        0x18 => (text.get(..4)?.parse().ok()?, text.get(4..)?),
        _ => return None,
    };
    let part = |at: usize| rest.get(at..at + 2)?.parse::<u32>().ok();
    Timestamp::from_civil(year, part(0)?, part(2)?, part(4)?, part(6)?, part(8)?, 0)
}
