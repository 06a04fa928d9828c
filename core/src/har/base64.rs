//! Base64 (RFC 4648) as HAR files hold bodies in: as much as was kept of it, until something is none.

use alloc::vec::Vec;

/// The bytes.
pub fn decode(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    for byte in text.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'\r' | b'\n' => continue,
            _ => break,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count & 0xFF) as u8);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_and_cut_texts() {
        assert_eq!(decode("PGh0bWw+"), b"<html>");
        assert_eq!(decode("PGh0bWw-"), b"<html>");
        assert_eq!(decode("PGg=\r\n"), b"<h");
        assert_eq!(decode("PGh0b"), b"<ht", "cut");
        assert_eq!(decode(""), b"");
    }
}
