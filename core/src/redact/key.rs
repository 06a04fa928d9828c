//! A keyed hash: pseudonyms follow from it, and without the key nobody can try which original gives which.
//!
//! SipHash-2-4 (Aumasson and Bernstein, 2012), as the standard library's hasher with a key of one's own is deprecated.

/// The key of one case; the front end draws it at random.
#[derive(Clone, Copy)]
pub struct Key(u64, u64);

impl Key {
    /// From 16 random bytes.
    pub fn new(seed: [u8; 16]) -> Self {
        let (low, high) = (u128::from_le_bytes(seed) as u64, (u128::from_le_bytes(seed) >> 64) as u64);
        Self(low, high)
    }

    /// The hash of parts; what each of them is stands in `kind`, how often it was tried in `turn`.
    pub fn hash(self, kind: u8, turn: u32, parts: &[&[u8]]) -> u64 {
        let Self(low, high) = self;
        let mut state = State([
            low ^ 0x736F_6D65_7073_6575,
            high ^ 0x646F_7261_6E64_6F6D,
            low ^ 0x6C79_6765_6E65_7261,
            high ^ 0x7465_6462_7974_6573,
        ]);
        let mut length = 0_u64;
        let mut word = 0_u64;
        let mut take = |byte: u8| {
            word |= u64::from(byte) << (8 * (length % 8));
            length += 1;
            if length.is_multiple_of(8) {
                state.block(word);
                word = 0;
            }
        };
        take(kind);
        turn.to_le_bytes().into_iter().for_each(&mut take);
        for part in parts {
            // The length before each part: ("a", "bc") is another thing than ("ab", "c").
            (part.len() as u32).to_le_bytes().into_iter().for_each(&mut take);
            part.iter().copied().for_each(&mut take);
        }
        state.block(word | (length << 56));
        state.0[2] ^= 0xFF;
        (0..4).for_each(|_| state.round());
        state.0.iter().fold(0, |sum, part| sum ^ part)
    }
}

struct State([u64; 4]);

impl State {
    fn block(&mut self, word: u64) {
        self.0[3] ^= word;
        self.round();
        self.round();
        self.0[0] ^= word;
    }

    fn round(&mut self) {
        let [a, b, c, d] = &mut self.0;
        *a = a.wrapping_add(*b);
        *b = b.rotate_left(13) ^ *a;
        *a = a.rotate_left(32);
        *c = c.wrapping_add(*d);
        *d = d.rotate_left(16) ^ *c;
        *a = a.wrapping_add(*d);
        *d = d.rotate_left(21) ^ *a;
        *c = c.wrapping_add(*b);
        *b = b.rotate_left(17) ^ *c;
        *c = c.rotate_left(32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depends_on_key_kind_turn_and_where_parts_end() {
        let key = Key::new([7; 16]);
        let hash = key.hash(1, 0, &[b"ab", b"c"]);
        assert_eq!(hash, Key::new([7; 16]).hash(1, 0, &[b"ab", b"c"]));
        for other in [
            Key::new([8; 16]).hash(1, 0, &[b"ab", b"c"]),
            key.hash(2, 0, &[b"ab", b"c"]),
            key.hash(1, 1, &[b"ab", b"c"]),
            key.hash(1, 0, &[b"a", b"bc"]),
        ] {
            assert_ne!(hash, other);
        }
    }

    #[test]
    fn is_siphash() {
        // The reference vector for the bytes 00 to 0E under the key 00 to 0F.
        let mut state = State([
            0x0706_0504_0302_0100 ^ 0x736F_6D65_7073_6575,
            0x0F0E_0D0C_0B0A_0908 ^ 0x646F_7261_6E64_6F6D,
            0x0706_0504_0302_0100 ^ 0x6C79_6765_6E65_7261,
            0x0F0E_0D0C_0B0A_0908 ^ 0x7465_6462_7974_6573,
        ]);
        state.block(0x0706_0504_0302_0100);
        state.block(0x0F0E_0D0C_0B0A_0908 & 0x00FF_FFFF_FFFF_FFFF | 15 << 56);
        state.0[2] ^= 0xFF;
        (0..4).for_each(|_| state.round());
        assert_eq!(state.0.iter().fold(0, |sum, part| sum ^ part), 0xA129_CA61_49BE_45E5);
    }
}
