//! Brotli and gzip at their strongest: what is compressed once is downloaded many times.
//!
//! A crate of its own, because a compressor that is not optimised takes seconds for a body, and a
//! generic function is optimised as the crate that calls it: `profile.dev` optimises this small one.

use std::io::Write;

use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;

/// `bytes` after brotli, quality 11 (RFC 7932).
pub fn brotli(bytes: &[u8]) -> Vec<u8> {
    let params = BrotliEncoderParams { quality: 11, lgwin: 22, size_hint: bytes.len(), ..Default::default() };
    let mut compressed = Vec::new();
    // Writing to memory does not fail.
    let _ = brotli::BrotliCompress(&mut &bytes[..], &mut compressed, &params);
    compressed
}

/// `bytes` after gzip, level 9 (RFC 1952).
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    // Writing to memory does not fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn sample() -> Vec<u8> {
        (0..20_000u32).flat_map(|number| (number % 977).to_le_bytes()).collect()
    }

    #[test]
    fn brotli_round_trips() {
        let mut back = Vec::new();
        brotli::BrotliDecompress(&mut &brotli(&sample())[..], &mut back).unwrap();
        assert_eq!(back, sample());
    }

    #[test]
    fn gzip_round_trips() {
        let mut back = Vec::new();
        flate2::read::GzDecoder::new(&gzip(&sample())[..]).read_to_end(&mut back).unwrap();
        assert_eq!(back, sample());
    }
}
