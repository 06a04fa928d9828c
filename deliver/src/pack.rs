//! Bytes made smaller, and sums of bytes.

use std::io::Write;
use std::num::NonZeroU64;

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

/// As brotli's command line packs with `--best`: the largest window that browsers take.
pub fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let params = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 24,
        size_hint: bytes.len(),
        ..brotli::enc::BrotliEncoderParams::default()
    };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &bytes[..], &mut packed, &params)?;
    Ok(packed)
}

/// Gzip without a name and a time, so that the same bytes give the same file.
pub fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

/// As [`gzip`], smaller by about a twentieth, for what is packed once and for good. Takes some seconds a megabyte.
pub fn gzip_small(bytes: &[u8]) -> Result<Vec<u8>> {
    // More rounds won next to nothing.
    let options = zopfli::Options {
        iteration_count: NonZeroU64::new(5).context("not zero")?,
        // A module of megabytes is of many kinds of bytes: of its usual 15 blocks it takes a hundredth more.
        maximum_block_splits: 120,
        ..zopfli::Options::default()
    };
    let mut packed = Vec::new();
    zopfli::compress(options, zopfli::Format::Gzip, bytes, &mut packed)?;
    Ok(packed)
}

/// Characters that a `<script>` element does not give back as they are, or that could end it.
const UNSAFE: [u8; 3] = [0, b'\r', b'<'];

/// Bytes as the text of a `<script>` element in UTF-8: seven bits to a character of ASCII, first the highest, filled up with
/// zeros. A character that would not do becomes one of two bytes together with the seven bits after it: U+0100 and up, 128 to each
/// of [`UNSAFE`]. Its reader has to know how many bytes there are. A seventh shorter than base64; `boot.js` reads it.
pub fn sevens(bytes: &[u8]) -> String {
    let bits = bytes.len() * 8;
    let mut groups = (0..bits.div_ceil(7)).map(|group| {
        let (byte, bit) = (group * 7 / 8, group * 7 % 8);
        let pair = u16::from_be_bytes([bytes[byte], bytes.get(byte + 1).copied().unwrap_or(0)]);
        (pair >> (9 - bit)) as u8 & 0x7f
    });
    let mut text = String::with_capacity(bits / 7 + 1);
    while let Some(group) = groups.next() {
        match (0..).zip(UNSAFE).find(|(_, unsafe_one)| *unsafe_one == group) {
            Some((at, _)) => text.extend(char::from_u32(0x100 + at * 128 + u32::from(groups.next().unwrap_or(0)))),
            None => text.push(char::from(group)),
        }
    }
    text
}

/// Base64 with padding, as policies and `atob` take it.
pub fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// SHA-256 in hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// SHA-256 as a content security policy names what is inline.
pub fn policy_hash(text: &str) -> String {
    base64(&Sha256::digest(text.as_bytes()))
}

/// SHA-256 as `fetch` compares what it gets with it.
pub fn integrity(bytes: &[u8]) -> String {
    format!("sha256-{}", base64(&Sha256::digest(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn what_is_packed_can_be_opened() -> Result<()> {
        let bytes: Vec<u8> = (0..100_000u32).map(|number| (number % 251) as u8).collect();
        let mut opened = Vec::new();
        flate2::read::GzDecoder::new(&gzip(&bytes)?[..]).read_to_end(&mut opened)?;
        assert_eq!(opened, bytes);
        let mut opened = Vec::new();
        brotli::BrotliDecompress(&mut &brotli(&bytes)?[..], &mut opened)?;
        assert_eq!(opened, bytes);
        Ok(())
    }

    #[test]
    fn packing_longer_gives_the_same_in_less() -> Result<()> {
        let bytes: Vec<u8> = (0..20_000u32).map(|number| (number * number % 251) as u8).collect();
        let packed = gzip_small(&bytes)?;
        let mut opened = Vec::new();
        flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut opened)?;
        assert!(opened == bytes && packed.len() <= gzip(&bytes)?.len());
        Ok(())
    }

    #[test]
    fn seven_bits_make_a_character() {
        assert_eq!(sevens(&[]), "");
        // 1000001 1
        assert_eq!(sevens(&[0b1000_0011]), "A\u{40}");
        // 0000000 0000000 01 filled up
        assert_eq!(sevens(&[0, 1]), "\u{100} ");
        // 0111100 1111111 11, then 0001101 0 filled up
        assert_eq!(sevens(&[0b0111_1001, 0xff]), "\u{27f}\u{60}");
        assert_eq!(sevens(&[0b0001_1010]), "\u{180}");
        let all: Vec<u8> = (0..=255u8).flat_map(|one| (0..=255u8).flat_map(move |two| [one, two])).collect();
        let text = sevens(&all);
        assert!(!text.contains(['\0', '\r', '<']) && text.len() < all.len() * 8 / 7 + 8);
    }

    #[test]
    fn sums_are_those_of_the_standard() {
        // FIPS 180-4's example "abc".
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(policy_hash("abc"), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
    }
}
