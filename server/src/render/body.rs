//! Bodies made once, compressed once, when somebody first asks for it, and served many times.

use bytes::Bytes;
use constat_compress::{brotli, gzip};
use constat_shared::Hash;
use std::sync::OnceLock;

/// A body with its compressed forms and its entity tag.
#[derive(Clone, Debug)]
pub struct Body {
    mime: &'static str,
    plain: Bytes,
    brotli: OnceLock<Bytes>,
    gzip: OnceLock<Bytes>,
    hash: Hash,
    immutable: bool,
}

impl Body {
    /// A body whose address may show another one later, compressed when it is first asked for: to do so takes
    /// longer than everything else of a start, and most forms of most bodies are never asked for.
    pub fn new(mime: &'static str, plain: Vec<u8>) -> Body {
        let (hash, plain) = (Hash::of(&plain), plain.into());
        Body { mime, plain, brotli: OnceLock::new(), gzip: OnceLock::new(), hash, immutable: false }
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
        let form = |bytes: Vec<u8>| OnceLock::from(Bytes::from(bytes));
        Body { mime, plain: plain.into(), brotli: form(brotli), gzip: form(gzip), hash, immutable }
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

    /// How many bytes it takes in all the forms that it has so far.
    pub fn bytes(&self) -> usize {
        let form = |form: &OnceLock<Bytes>| form.get().map_or(0, Bytes::len);
        self.plain.len() + form(&self.brotli) + form(&self.gzip)
    }

    /// The body before compression.
    pub fn plain(&self) -> &Bytes {
        &self.plain
    }

    /// The body compressed with brotli; empty when it was not worth it.
    pub fn brotli(&self) -> &Bytes {
        self.brotli.get_or_init(|| brotli(&self.plain).into())
    }

    /// The body compressed with gzip; empty when it was not worth it.
    pub fn gzip(&self) -> &Bytes {
        self.gzip.get_or_init(|| gzip(&self.plain).into())
    }
}
