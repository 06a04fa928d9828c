//! HPACK, the compression of HTTP/2's header fields (RFC 7541): decoding alone.

use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;

/// Largest dynamic table: what peers offer is 4 KiB to 64 KiB.
const LARGEST: usize = 64 * 1024;
/// The table's size before anybody says another (RFC 9113 section 6.5.2).
const USUAL: usize = 4096;
/// Longest name or value that is taken.
const LONGEST: usize = 64 * 1024;
/// Most that the fields of one block count together, as much as a head of HTTP/1 may have: a byte may stand for any of the table.
const LONGEST_LIST: usize = super::http1::LONGEST_HEAD;
/// Every entry counts this much besides its bytes (RFC 7541 section 4.1).
const OVERHEAD: usize = 32;

/// A name and its value.
type Field = (String, String);

/// One direction's decoder: what it has read before decides what the next block means.
#[derive(Debug)]
pub struct Decoder {
    table: VecDeque<Field>,
    size: usize,
    limit: usize,
}

impl Default for Decoder {
    fn default() -> Self {
        Self { table: VecDeque::new(), size: 0, limit: USUAL }
    }
}

impl Decoder {
    /// The fields of a whole header block, in their order. `None`: it is broken, and so is all that follows.
    pub fn block(&mut self, mut data: &[u8]) -> Option<Vec<Field>> {
        let mut fields = Vec::new();
        let mut room = LONGEST_LIST;
        while let Some(first) = data.first().copied() {
            let field = match first {
                0x80.. => {
                    let index = integer(&mut data, 7)?;
                    self.field(index)?
                }
                0x40..=0x7f => {
                    let field = self.literal(&mut data, 6)?;
                    self.insert(field.clone());
                    field
                }
                0x20..=0x3f => {
                    self.limit = integer(&mut data, 5)?.min(LARGEST);
                    self.evict(0);
                    continue;
                }
                _ => self.literal(&mut data, 4)?,
            };
            room = room.checked_sub(size(&field))?;
            fields.push(field);
        }
        Some(fields)
    }

    fn literal(&self, data: &mut &[u8], prefix: u32) -> Option<Field> {
        let name = match integer(data, prefix)? {
            0 => string(data)?,
            index => self.field(index)?.0,
        };
        Some((name, string(data)?))
    }

    fn field(&self, index: usize) -> Option<Field> {
        let at = index.checked_sub(1)?;
        match STATIC.get(at) {
            Some((name, value)) => Some(((*name).into(), (*value).into())),
            None => self.table.get(at - STATIC.len()).cloned(),
        }
    }

    fn insert(&mut self, field: Field) {
        let size = size(&field);
        self.evict(size);
        if size <= self.limit {
            self.size += size;
            self.table.push_front(field);
        }
    }

    /// Makes room for this many bytes.
    fn evict(&mut self, room: usize) {
        while self.size + room > self.limit
            && let Some(field) = self.table.pop_back()
        {
            self.size -= size(&field);
        }
    }
}

/// What a field counts as (section 4.1).
fn size((name, value): &Field) -> usize {
    name.len() + value.len() + OVERHEAD
}

/// An integer with a prefix of so many bits (RFC 7541 section 5.1).
fn integer(data: &mut &[u8], prefix: u32) -> Option<usize> {
    let mask = (1_usize << prefix) - 1;
    let (first, mut rest) = data.split_first()?;
    let mut value = usize::from(*first) & mask;
    if value == mask {
        // Four bytes more are 28 bits: nothing real is larger.
        for shift in [0, 7, 14, 21] {
            let (next, after) = rest.split_first()?;
            rest = after;
            value += usize::from(next & 0x7f) << shift;
            if next & 0x80 == 0 {
                *data = rest;
                return Some(value);
            }
        }
        return None;
    }
    *data = rest;
    Some(value)
}

/// A string, Huffman-coded or not (RFC 7541 section 5.2). Bytes beyond ASCII count as one byte each.
fn string(data: &mut &[u8]) -> Option<String> {
    let coded = data.first()? & 0x80 != 0;
    let length = integer(data, 7)?;
    if length > LONGEST {
        return None;
    }
    let (bytes, rest) = data.split_at_checked(length)?;
    *data = rest;
    let ascii = |byte: u8| if byte.is_ascii() && !byte.is_ascii_control() { byte as char } else { '?' };
    if coded { huffman(bytes, ascii) } else { Some(bytes.iter().map(|byte| ascii(*byte)).collect()) }
}

/// Bits of the longest code.
const DEEPEST: usize = 30;

/// Bits of each byte's code (RFC 7541 appendix B). The code is canonical: the lengths are all of it.
#[rustfmt::skip]
const BITS: [u8; 256] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28,
    28, 28, 28, 28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6,
    5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7,
    7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
    15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7,
    7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
    24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22, 23, 23, 21,
    23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24,
    21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
    26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
];

/// The bytes in the order of their codes.
const ORDER: [u8; 256] = {
    let (mut order, mut at, mut bits) = ([0; 256], 0, 1);
    while bits <= DEEPEST {
        let mut byte = 0;
        while byte < 256 {
            if BITS[byte] as usize == bits {
                order[at] = byte as u8;
                at += 1;
            }
            byte += 1;
        }
        bits += 1;
    }
    order
};

/// How many bytes have a code of so many bits.
const COUNT: [u32; DEEPEST + 1] = {
    let (mut count, mut byte) = ([0; DEEPEST + 1], 0);
    while byte < 256 {
        count[BITS[byte] as usize] += 1;
        byte += 1;
    }
    count
};

fn huffman(bytes: &[u8], ascii: fn(u8) -> char) -> Option<String> {
    let mut out = String::new();
    // The code so far, the first code of this length, and where its bytes begin in the order.
    let (mut code, mut first, mut at, mut length) = (0_u32, 0_u32, 0_u32, 0_usize);
    for byte in bytes {
        for bit in (0..8).rev() {
            code = code << 1 | u32::from(byte >> bit & 1);
            first <<= 1;
            length += 1;
            let count = *COUNT.get(length)?;
            if code - first < count {
                out.push(ascii(*ORDER.get((at + code - first) as usize)?));
                (code, first, at, length) = (0, 0, 0, 0);
            } else {
                first += count;
                at += count;
            }
        }
    }
    // What is left are ones that fill the last byte.
    (length < 8 && code + 1 == 1 << length).then_some(out)
}

/// The static table (RFC 7541 appendix A).
const STATIC: [(&str, &str); 61] = [
    (":authority", ""),
    (":method", "GET"),
    (":method", "POST"),
    (":path", "/"),
    (":path", "/index.html"),
    (":scheme", "http"),
    (":scheme", "https"),
    (":status", "200"),
    (":status", "204"),
    (":status", "206"),
    (":status", "304"),
    (":status", "400"),
    (":status", "404"),
    (":status", "500"),
    ("accept-charset", ""),
    ("accept-encoding", "gzip, deflate"),
    ("accept-language", ""),
    ("accept-ranges", ""),
    ("accept", ""),
    ("access-control-allow-origin", ""),
    ("age", ""),
    ("allow", ""),
    ("authorization", ""),
    ("cache-control", ""),
    ("content-disposition", ""),
    ("content-encoding", ""),
    ("content-language", ""),
    ("content-length", ""),
    ("content-location", ""),
    ("content-range", ""),
    ("content-type", ""),
    ("cookie", ""),
    ("date", ""),
    ("etag", ""),
    ("expect", ""),
    ("expires", ""),
    ("from", ""),
    ("host", ""),
    ("if-match", ""),
    ("if-modified-since", ""),
    ("if-none-match", ""),
    ("if-range", ""),
    ("if-unmodified-since", ""),
    ("last-modified", ""),
    ("link", ""),
    ("location", ""),
    ("max-forwards", ""),
    ("proxy-authenticate", ""),
    ("proxy-authorization", ""),
    ("range", ""),
    ("referer", ""),
    ("refresh", ""),
    ("retry-after", ""),
    ("server", ""),
    ("set-cookie", ""),
    ("strict-transport-security", ""),
    ("transfer-encoding", ""),
    ("user-agent", ""),
    ("vary", ""),
    ("via", ""),
    ("www-authenticate", ""),
];

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    fn read(decoder: &mut Decoder, block: &[u8]) -> Vec<String> {
        decoder.block(block).unwrap().into_iter().map(|(name, value)| name + "=" + &value).collect()
    }

    /// RFC 7541 appendix C.4: three requests with Huffman coding on one connection.
    #[test]
    fn requests_of_the_rfc() {
        let mut decoder = Decoder::default();
        let first = b"\x82\x86\x84\x41\x8c\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff";
        let common = [":method=GET", ":scheme=http", ":path=/", ":authority=www.example.com"];
        assert_eq!(read(&mut decoder, first), common);
        let second = b"\x82\x86\x84\xbe\x58\x86\xa8\xeb\x10\x64\x9c\xbf";
        assert_eq!(read(&mut decoder, second), [&common[..], &["cache-control=no-cache"]].concat());
        let third = b"\x82\x87\x85\xbf\x40\x88\x25\xa8\x49\xe9\x5b\xa9\x7d\x7f\x89\x25\xa8\x49\xe9\x5b\xb8\xe8\xb4\xbf";
        let expected = [
            ":method=GET",
            ":scheme=https",
            ":path=/index.html",
            ":authority=www.example.com",
            "custom-key=custom-value",
        ];
        assert_eq!(read(&mut decoder, third), expected);
        assert_eq!(decoder.size, 164);
    }

    /// RFC 7541 appendix C.5: responses that evict each other from a table of 256 bytes.
    #[test]
    fn eviction() {
        let mut decoder = Decoder { limit: 256, ..Decoder::default() };
        let date = b"Mon, 21 Oct 2013 20:13:21 GMT";
        let first = [&b"\x48\x03302\x58\x07private\x61\x1d"[..], date, b"\x6e\x17https://www.example.com"].concat();
        assert_eq!(read(&mut decoder, &first)[0], ":status=302");
        assert_eq!(decoder.size, 222);
        let second = b"\x48\x03307\xc1\xc0\xbf";
        assert_eq!(read(&mut decoder, second)[3], "location=https://www.example.com");
        assert_eq!((decoder.size, decoder.table.len()), (222, 4));
    }

    #[test]
    fn broken_blocks_are_refused() {
        for block in [
            &[0xff][..],
            &[0xbe],
            &[0x80],
            &[0x40, 0x05, b'a'],
            &[0x0f, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0, 0x81, 0, 0],
        ] {
            assert_eq!(Decoder::default().block(block), None, "{block:?}");
        }
        let mut decoder = Decoder::default();
        assert_eq!(decoder.block(&[0x3f, 0xff, 0xff, 0x03]), Some(vec![]));
        assert_eq!(decoder.limit, LARGEST);
    }

    #[test]
    fn a_value_beyond_the_limit_is_refused() {
        // RFC 7541 section 6.2.2: a literal that is not remembered, its name of one letter.
        let value = |length: usize| {
            let rest = length - 127;
            let coded = [0x7f, rest as u8 | 0x80, (rest >> 7) as u8 | 0x80, (rest >> 14) as u8];
            let block = [&[0, 1, b'a'], &coded[..], &vec![b'x'; length]].concat();
            Decoder::default().block(&block).is_some()
        };
        assert!(value(65_536) && !value(65_537));
    }

    #[test]
    fn fields_beyond_the_limit_are_refused() {
        // One of 4,000 bytes that is remembered, then a byte for each time that it is meant.
        let list = |times: usize| {
            let block = [&[0x40, 1, b'a', 0x7f, 0xa1, 0x1e], &[b'x'; 4_000][..], &[0xbe].repeat(times - 1)].concat();
            Decoder::default().block(&block).map(|fields| fields.len())
        };
        assert_eq!((list(64), list(66)), (Some(64), None));
    }
}
