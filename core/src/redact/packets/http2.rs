//! Frames of HTTP/2 in the clear (RFC 9113): their heads, settings, windows and errors stay; header blocks, data and texts
//! are blanked.

use super::Layer;

const HEAD: usize = 9;

/// Whether a segment is nothing but whole frames of known types: no message of another protocol is.
pub fn fills(payload: &[u8]) -> bool {
    let mut rest = payload;
    while let [high, middle, low, kind, _, stream, ..] = rest {
        let length = usize::from(*high) << 16 | usize::from(*middle) << 8 | usize::from(*low);
        if *kind > 9 || *stream & 0x80 != 0 {
            return false;
        }
        match rest.get(HEAD + length..) {
            Some([]) => return true,
            Some(next) => rest = next,
            None => return false,
        }
    }
    false
}

/// Frames one behind the other.
pub fn frames(mut payload: Layer<'_>) {
    let mut at = 0;
    while let (Some([high, middle, low]), Some(kind)) = (payload.array::<3>(at), payload.byte(at + 3)) {
        let length = usize::from(high) << 16 | usize::from(middle) << 8 | usize::from(low);
        payload.keep(at, at + HEAD);
        let mut body = payload.part(at + HEAD, at + HEAD + length);
        match kind {
            // PRIORITY, RST_STREAM, SETTINGS, WINDOW_UPDATE
            2 | 3 | 4 | 8 => body.keep_all(),
            // GOAWAY: the last stream and the error, without what it says in words.
            7 => body.keep(0, 8),
            _ => {}
        }
        at += HEAD + length;
    }
}
