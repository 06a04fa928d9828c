//! The chunked transfer coding (RFC 9112 section 7.1).

/// Follows a chunked body through pieces of any size (RFC 9112 section 7.1).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Chunks {
    state: Chunk,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Chunk {
    /// In the digits of a size: value and how many digits.
    Size(u64, u8),
    /// After the digits, before the line's end.
    Extension(u64),
    /// In data: bytes left.
    Data(u64),
    /// After data: the line's end.
    DataEnd,
    /// In the trailer: bytes in the present line.
    Trailer(u32),
}

impl Default for Chunk {
    fn default() -> Self {
        Self::Size(0, 0)
    }
}

/// What became of a piece of a chunked body.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Progress {
    /// More is to come.
    More,
    /// The body ended after this many bytes of the piece.
    Done(usize),
    /// This byte of the piece does not belong there.
    Broken(usize),
}

impl Chunks {
    /// Follows the next piece.
    pub fn push(&mut self, data: &[u8]) -> Progress {
        let mut at = 0;
        while let Some(&byte) = data.get(at) {
            match &mut self.state {
                Chunk::Data(left) => {
                    let take = usize::try_from(*left).unwrap_or(usize::MAX).min(data.len() - at);
                    *left -= take as u64;
                    at += take;
                    if *left == 0 {
                        self.state = Chunk::DataEnd;
                    }
                    continue;
                }
                Chunk::Size(size, digits) => match (byte as char).to_digit(16) {
                    Some(_) if *digits >= 16 => return Progress::Broken(at),
                    Some(digit) => {
                        *size = *size << 4 | u64::from(digit);
                        *digits += 1;
                    }
                    None if *digits == 0 => return Progress::Broken(at),
                    None => match byte {
                        b'\n' => self.state = Chunk::after_size(*size),
                        b';' | b' ' | b'\t' | b'\r' => self.state = Chunk::Extension(*size),
                        _ => return Progress::Broken(at),
                    },
                },
                Chunk::Extension(size) => {
                    if byte == b'\n' {
                        self.state = Chunk::after_size(*size);
                    }
                }
                Chunk::DataEnd => match byte {
                    b'\r' => {}
                    b'\n' => self.state = Chunk::Size(0, 0),
                    _ => return Progress::Broken(at),
                },
                Chunk::Trailer(length) => match byte {
                    b'\r' => {}
                    b'\n' if *length == 0 => return Progress::Done(at + 1),
                    b'\n' => *length = 0,
                    _ => *length = length.saturating_add(1),
                },
            }
            at += 1;
        }
        Progress::More
    }

    /// Whether the last chunk came: all data is there, whatever lacks of the trailer and the empty line behind it.
    pub fn data_over(&self) -> bool {
        matches!(self.state, Chunk::Trailer(_))
    }

    /// Passes over bytes that the capture lacks; false if it is lost where the next chunk begins.
    pub fn skip(&mut self, bytes: u64) -> bool {
        match &mut self.state {
            Chunk::Data(left) if *left >= bytes => {
                *left -= bytes;
                if *left == 0 {
                    self.state = Chunk::DataEnd;
                }
                true
            }
            _ => false,
        }
    }
}

impl Chunk {
    fn after_size(size: u64) -> Self {
        if size == 0 { Self::Trailer(0) } else { Self::Data(size) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_chunks_in_pieces_of_any_size() {
        let body = b"5;x=y\r\nhello\r\n0\r\nTrailer: 1\r\n\r\nrest";
        for size in 1..body.len() {
            let mut chunks = Chunks::default();
            let mut seen = 0;
            let done = body.chunks(size).find_map(|piece| match chunks.push(piece) {
                Progress::Done(n) => Some(seen + n),
                Progress::More => {
                    seen += piece.len();
                    None
                }
                Progress::Broken(_) => Some(0),
            });
            assert_eq!(done, Some(body.len() - 4), "pieces of {size}");
        }
        assert_eq!(Chunks::default().push(b"5\r\nhelloX"), Progress::Broken(8));
        assert_eq!(Chunks::default().push(b"zz\r\n"), Progress::Broken(0));
        for (body, over) in [(&b"2\r\nok\r\n"[..], false), (b"2\r\nok\r\n0\r\n", true), (b"0\r\nTrailer: 1", true)] {
            let mut chunks = Chunks::default();
            assert_eq!((chunks.push(body), chunks.data_over()), (Progress::More, over));
        }
    }
}
