//! Bodies made once, compressed once, and served many times.

use bytes::Bytes;
use constat_compress::{brotli, gzip};
use constat_shared::Hash;

/// A body with its compressed forms and its entity tag.
#[derive(Clone, Debug)]
pub struct Body {
    mime: &'static str,
    plain: Bytes,
    brotli: Bytes,
    gzip: Bytes,
    hash: Hash,
    immutable: bool,
}

impl Body {
    /// Compresses a body whose address may show another one later.
    pub fn new(mime: &'static str, plain: Vec<u8>) -> Body {
        let (brotli, gzip) = (brotli(&plain), gzip(&plain));
        Body::with(mime, plain, brotli, gzip, false)
    }

    /// A body whose address may show another one later, and its compressed forms.
    pub fn compressed(mime: &'static str, plain: Vec<u8>, brotli: Vec<u8>, gzip: Vec<u8>) -> Body {
        Body::with(mime, plain, brotli, gzip, false)
    }

    /// A body made for one answer, whose address may show another one later.
    pub fn uncompressed(mime: &'static str, plain: Vec<u8>) -> Body {
        Body::with(mime, plain, Vec::new(), Vec::new(), false)
    }

    /// A body made for one answer, whose address has its hash in it: not worth compressing.
    pub fn immutable_plain(mime: &'static str, plain: Vec<u8>) -> Body {
        Body::with(mime, plain, Vec::new(), Vec::new(), true)
    }

    /// A body whose address has its hash in it, and its compressed forms.
    pub fn immutable(mime: &'static str, plain: Vec<u8>, brotli: Vec<u8>, gzip: Vec<u8>) -> Body {
        Body::with(mime, plain, brotli, gzip, true)
    }

    fn with(mime: &'static str, plain: Vec<u8>, brotli: Vec<u8>, gzip: Vec<u8>, immutable: bool) -> Body {
        let hash = Hash::of(&plain);
        Body { mime, plain: plain.into(), brotli: brotli.into(), gzip: gzip.into(), hash, immutable }
    }

    /// SHA-256 of the body as it is before compression.
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// The media type.
    pub fn mime(&self) -> &'static str {
        self.mime
    }

    /// Whether its address can never show another body.
    pub fn is_immutable(&self) -> bool {
        self.immutable
    }

    /// How many bytes it takes in all its forms.
    pub fn bytes(&self) -> usize {
        self.plain.len() + self.brotli.len() + self.gzip.len()
    }

    /// The body before compression.
    pub fn plain(&self) -> &Bytes {
        &self.plain
    }

    /// The body compressed with brotli; empty when it was not worth it.
    pub fn brotli(&self) -> &Bytes {
        &self.brotli
    }

    /// The body compressed with gzip; empty when it was not worth it.
    pub fn gzip(&self) -> &Bytes {
        &self.gzip
    }
}
