//! Bodies made once, compressed once, and served many times.

use actix_web::http::header::{
    self, AcceptEncoding, CacheControl, CacheDirective, ContentEncoding, ETag, EntityTag, Header,
    IfNoneMatch, TryIntoHeaderValue,
};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::Hash;
use std::io::Write;

/// How long a browser may use an answer that can change, in seconds.
const FRESH_S: u32 = 300;
const YEAR_S: u32 = 31_536_000;

/// A body with its compressed forms and its entity tag.
#[derive(Clone, Debug)]
pub struct Body {
    mime: &'static str,
    plain: Bytes,
    brotli: Bytes,
    gzip: Bytes,
    tag: String,
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

    /// A body made for one answer, whose address has its hash in it: not worth compressing.
    pub fn immutable_plain(mime: &'static str, plain: Vec<u8>) -> Body {
        Body::with(mime, plain, Vec::new(), Vec::new(), true)
    }

    /// A body whose address has its hash in it, and its compressed forms.
    pub fn immutable(mime: &'static str, plain: Vec<u8>, brotli: Vec<u8>, gzip: Vec<u8>) -> Body {
        Body::with(mime, plain, brotli, gzip, true)
    }

    fn with(mime: &'static str, plain: Vec<u8>, brotli: Vec<u8>, gzip: Vec<u8>, immutable: bool) -> Body {
        let tag = Hash::of(&plain).to_string()[..16].to_owned();
        Body { mime, plain: plain.into(), brotli: brotli.into(), gzip: gzip.into(), tag, immutable }
    }

    /// SHA-256 of the body as it is before compression.
    pub fn hash(&self) -> Hash {
        Hash::of(&self.plain)
    }

    /// Answers a request: in the best form it accepts, or with 304 when it has it.
    pub fn respond(&self, request: &HttpRequest) -> HttpResponse {
        let tag = EntityTag::new_weak(self.tag.clone());
        let mut response = HttpResponse::Ok();
        response.insert_header(ETag(tag.clone()));
        response.insert_header(self.cache_control());
        response.insert_header((header::VARY, "Accept-Encoding"));
        let known = match IfNoneMatch::parse(request) {
            Ok(IfNoneMatch::Any) => request.headers().contains_key(header::IF_NONE_MATCH),
            Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|known| known.weak_eq(&tag)),
            Err(_) => false,
        };
        if known {
            return response.status(actix_web::http::StatusCode::NOT_MODIFIED).finish();
        }
        let (encoding, bytes) = self.best_for(request);
        if encoding != ContentEncoding::Identity {
            response.insert_header(encoding);
        }
        response.content_type(self.mime).body(bytes)
    }

    fn cache_control(&self) -> CacheControl {
        if self.immutable {
            return CacheControl(immutable());
        }
        CacheControl(vec![CacheDirective::Public, CacheDirective::MaxAge(FRESH_S)])
    }

    fn best_for(&self, request: &HttpRequest) -> (ContentEncoding, Bytes) {
        let forms = [(ContentEncoding::Brotli, &self.brotli), (ContentEncoding::Gzip, &self.gzip)];
        let accepted = AcceptEncoding::parse(request).unwrap_or_else(|_| AcceptEncoding(Vec::new()));
        for (encoding, bytes) in forms.into_iter().filter(|(_, bytes)| !bytes.is_empty()) {
            let form = header::Encoding::Known(encoding);
            if !accepted.0.is_empty() && accepted.negotiate([form.clone()].iter()) == Some(form) {
                return (encoding, bytes.clone());
            }
        }
        (ContentEncoding::Identity, self.plain.clone())
    }
}

/// Lets browsers keep an answer whose address says which notice it is from.
pub fn for_ever(mut response: HttpResponse) -> HttpResponse {
    if let Ok(value) = CacheControl(immutable()).try_into_value() {
        response.headers_mut().insert(header::CACHE_CONTROL, value);
    }
    response
}

fn immutable() -> Vec<CacheDirective> {
    let immutable = CacheDirective::Extension("immutable".into(), None);
    vec![CacheDirective::Public, CacheDirective::MaxAge(YEAR_S), immutable]
}

/// The highest brotli quality: it is paid once.
fn brotli(plain: &[u8]) -> Vec<u8> {
    let params = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    let mut compressed = Vec::new();
    // Writing to memory does not fail.
    let _ = brotli::BrotliCompress(&mut &plain[..], &mut compressed, &params);
    compressed
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    // Writing to memory does not fail.
    let _ = encoder.write_all(plain);
    encoder.finish().unwrap_or_default()
}
