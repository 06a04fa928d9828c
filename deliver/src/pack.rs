//! Bytes made smaller, and sums of bytes.

use std::io::Write;

use anyhow::Result;
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
    fn sums_are_those_of_the_standard() {
        // FIPS 180-4's example "abc".
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(policy_hash("abc"), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
    }
}
