//! HTTP/2 frames (RFC 9113 section 4): one direction of a connection → frames, whatever segments they straddle.

use alloc::vec::Vec;

/// What a client says first (RFC 9113 section 3.4).
pub const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// Bytes of a frame's header.
const HEADER: usize = 9;
/// Longest payload that is kept: of header blocks, settings and the like.
const LONGEST: usize = 64 * 1024;

/// The frame types that are read; of the others only the length counts.
pub mod kind {
    /// DATA.
    pub const DATA: u8 = 0;
    /// HEADERS.
    pub const HEADERS: u8 = 1;
    /// RST_STREAM.
    pub const RST_STREAM: u8 = 3;
    /// SETTINGS.
    pub const SETTINGS: u8 = 4;
    /// PUSH_PROMISE.
    pub const PUSH_PROMISE: u8 = 5;
    /// GOAWAY.
    pub const GOAWAY: u8 = 7;
    /// CONTINUATION.
    pub const CONTINUATION: u8 = 9;
}

/// Flags (RFC 9113 section 6).
pub mod flag {
    /// The stream's last frame of this side.
    pub const END_STREAM: u8 = 0x1;
    /// The header block's last frame.
    pub const END_HEADERS: u8 = 0x4;
    /// A length of padding stands before the payload.
    pub const PADDED: u8 = 0x8;
    /// Five bytes of priority stand before the header block.
    pub const PRIORITY: u8 = 0x20;
}

/// A whole frame; `payload` is empty where it was not kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// Type.
    pub kind: u8,
    /// Flags.
    pub flags: u8,
    /// Stream; 0 is the connection.
    pub stream: u32,
    /// Payload of the types that are read.
    pub payload: Vec<u8>,
}

impl Frame {
    /// Whether a flag is set.
    #[must_use]
    pub const fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// The header block, without padding and priority; of PUSH_PROMISE without the promised stream.
    #[must_use]
    pub fn block(&self) -> Option<&[u8]> {
        let mut block = self.payload.as_slice();
        if self.kind != kind::CONTINUATION && self.has(flag::PADDED) {
            let (padding, rest) = block.split_first()?;
            block = rest.get(..rest.len().checked_sub(usize::from(*padding))?)?;
        }
        match self.kind {
            kind::HEADERS if self.has(flag::PRIORITY) => block.get(5..),
            kind::PUSH_PROMISE => block.get(4..),
            _ => Some(block),
        }
    }

    /// The error code of RST_STREAM; last stream and error code of GOAWAY.
    #[must_use]
    pub fn error(&self) -> Option<(u32, u32)> {
        let word = |at: usize| Some(u32::from_be_bytes(*self.payload.get(at..)?.first_chunk()?));
        match self.kind {
            kind::RST_STREAM => Some((self.stream, word(0)?)),
            kind::GOAWAY => Some((word(0)? & 0x7fff_ffff, word(4)?)),
            _ => None,
        }
    }
}

/// One direction.
#[derive(Debug, Default)]
pub struct Frames {
    head: Vec<u8>,
    frame: Option<Frame>,
    left: usize,
    /// Bytes are missing: nothing can be followed any more.
    pub lost: bool,
}

impl Frames {
    /// Takes bytes until a frame is whole; `data` is what is left of them.
    pub fn next(&mut self, data: &mut &[u8]) -> Option<Frame> {
        if self.lost {
            return None;
        }
        if self.frame.is_none() {
            let (front, rest) = data.split_at_checked((HEADER - self.head.len()).min(data.len()))?;
            self.head.extend_from_slice(front);
            *data = rest;
            let &[high, middle, low, kind, flags, a, b, c, d] = self.head.as_slice() else { return None };
            self.head.clear();
            self.left = usize::from(high) << 16 | usize::from(middle) << 8 | usize::from(low);
            let stream = u32::from_be_bytes([a & 0x7f, b, c, d]);
            self.frame = Some(Frame { kind, flags, stream, payload: Vec::new() });
        }
        let (front, rest) = data.split_at_checked(self.left.min(data.len()))?;
        *data = rest;
        self.left -= front.len();
        if let Some(frame) = &mut self.frame
            && matches!(frame.kind, 1 | 3 | 4 | 5 | 7 | 9)
        {
            if frame.payload.len() + front.len() > LONGEST {
                self.lost = true;
                return None;
            }
            frame.payload.extend_from_slice(front);
        }
        if self.left == 0 { self.frame.take() } else { None }
    }

    /// The capture lacks bytes: within the body of a message they can be passed over.
    pub fn gap(&mut self, bytes: u64) {
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        let passed = self.frame.as_ref().is_some_and(|frame| frame.kind == kind::DATA) && bytes < self.left;
        if passed {
            self.left -= bytes;
        } else {
            self.lost = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    #[test]
    fn frames_straddle_segments() {
        let bytes = [
            &[0, 0, 4, kind::DATA, 1, 0x80, 0, 0, 3, 1, 2, 3, 4][..],
            &[0, 0, 8, kind::GOAWAY, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 2],
            &[0, 0, 7, kind::HEADERS, 0x28, 0, 0, 0, 5, 0, 0, 0, 0, 0, 9, 0x82],
        ]
        .concat();
        for size in 1..=bytes.len() {
            let (mut frames, mut out) = (Frames::default(), vec![]);
            for mut piece in bytes.chunks(size) {
                while let Some(frame) = frames.next(&mut piece) {
                    out.push(frame);
                }
            }
            assert_eq!(out.len(), 3, "pieces of {size}");
            assert_eq!((out[0].stream, out[0].payload.len()), (3, 0));
            assert_eq!(out[1].error(), Some((5, 2)));
            assert_eq!(out[2].block(), Some(&[0x82][..]));
        }
    }

    #[test]
    fn a_frame_beyond_the_limit_ends_its_direction() {
        let read = |length: usize| {
            let [_, high, middle, low] = u32::to_be_bytes(length as u32);
            let mut bytes = vec![high, middle, low, kind::SETTINGS, 0, 0, 0, 0, 0];
            bytes.resize(bytes.len() + length, 7);
            bytes.extend([0, 0, 4, kind::DATA, 1, 0, 0, 0, 3, 1, 2, 3, 4]);
            let mut frames = Frames::default();
            let mut rest = &bytes[..];
            let kinds: Vec<u8> = core::iter::from_fn(|| frames.next(&mut rest)).map(|frame| frame.kind).collect();
            (kinds, frames.lost)
        };
        assert_eq!(read(65_536), (vec![kind::SETTINGS, kind::DATA], false));
        assert_eq!(read(65_537), (vec![], true));
    }
}
