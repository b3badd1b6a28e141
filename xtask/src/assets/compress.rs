//! Brotli and gzip at their strongest: what is compressed once is downloaded many times.

use std::io::Write;

use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::tools::failure::Failure;

/// `bytes` after brotli, quality 11.
pub fn brotli(bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    let params = BrotliEncoderParams { quality: 11, lgwin: 22, size_hint: bytes.len(), ..Default::default() };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &bytes[..], &mut compressed, &params).map_err(|error| failed(&error))?;
    Ok(compressed)
}

/// `bytes` after gzip, level 9.
pub fn gzip(bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).map_err(|error| failed(&error))
}

fn failed(error: &std::io::Error) -> Failure {
    Failure::new(format!("compression failed: {error}."), "Check that the machine has memory left.")
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
        brotli::BrotliDecompress(&mut &brotli(&sample()).unwrap()[..], &mut back).unwrap();
        assert_eq!(back, sample());
    }

    #[test]
    fn gzip_round_trips() {
        let mut back = Vec::new();
        flate2::read::GzDecoder::new(&gzip(&sample()).unwrap()[..]).read_to_end(&mut back).unwrap();
        assert_eq!(back, sample());
    }
}
