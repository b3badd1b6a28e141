//! The evidence bundle inside a certificate (PDF/A-3). The certificate holds it as it is, so that a
//! reader needs no PDF library; a program that saved the file again may have compressed it.
//!
//! Only what ISO 32000-1 says of objects, dictionaries and streams (7.3) is read: the file is walked
//! from its start, and the content of each stream is passed over.

use super::bundle::EVIDENCE_BYTES_MAX;
use super::bundle_error::EvidenceError;
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use std::borrow::Cow;

/// The most bytes of a certificate that is read: the largest bundle fits twice.
pub const CERTIFICATE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// The most objects that are looked at: many times those of a certificate.
const OBJECTS_MAX: usize = 10_000;

/// The most bytes of a dictionary that is read, and how deep it may be.
const DICTIONARY_BYTES_MAX: usize = 4096;
const DEPTH_MAX: usize = 16;

/// Whether a file begins as a PDF does.
pub fn is_pdf(bytes: &[u8]) -> bool {
    bytes.starts_with(b"%PDF-")
}

/// The bundle inside a certificate.
///
/// # Errors
/// [`EvidenceError::TooLarge`], [`EvidenceError::NoBundle`], [`EvidenceError::SeveralBundles`], or
/// [`EvidenceError::BundleUnreadable`] when it is encrypted, damaged, or inflates without end.
pub fn bundle_inside(pdf: &[u8]) -> Result<Cow<'_, [u8]>, EvidenceError> {
    if pdf.len() > CERTIFICATE_BYTES_MAX {
        return Err(EvidenceError::TooLarge);
    }
    let mut at = 0;
    let mut found = None;
    for _ in 0..OBJECTS_MAX {
        let Some(object) = next_object(pdf, at) else { break };
        let Some((dictionary, end)) = dictionary(pdf, object) else {
            at = object;
            continue;
        };
        let Some(start) = stream_start(pdf, end) else {
            at = end;
            continue;
        };
        let length = stream_length(pdf, dictionary, start).ok_or(EvidenceError::BundleUnreadable)?;
        at = start + length;
        if value(dictionary, b"/Type") == Some(b"/EmbeddedFile") {
            let stream = (dictionary, &pdf[start..start + length]);
            if found.replace(stream).is_some() {
                return Err(EvidenceError::SeveralBundles);
            }
        }
    }
    let (dictionary, content) = found.ok_or(EvidenceError::NoBundle)?;
    decoded(dictionary, content)
}

fn decoded<'a>(dictionary: &[u8], content: &'a [u8]) -> Result<Cow<'a, [u8]>, EvidenceError> {
    match value(dictionary, b"/Filter") {
        None => Ok(Cow::Borrowed(content)),
        Some(b"/FlateDecode" | b"[/FlateDecode]" | b"[ /FlateDecode ]") => {
            match decompress_to_vec_zlib_with_limit(content, EVIDENCE_BYTES_MAX) {
                Ok(bytes) => Ok(Cow::Owned(bytes)),
                Err(error) if error.status == TINFLStatus::HasMoreOutput => Err(EvidenceError::TooLarge),
                Err(_) => Err(EvidenceError::BundleUnreadable),
            }
        }
        Some(_) => Err(EvidenceError::BundleUnreadable),
    }
}

/// Where the next object begins, behind its `obj`.
fn next_object(pdf: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += find(&pdf[at..], b"obj")?;
        let is_keyword = at > 0 && is_space(pdf[at - 1]);
        at += 3;
        if is_keyword {
            return Some(at);
        }
    }
}

/// The dictionary that stands there, with its marks, and where it ends.
fn dictionary(pdf: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let start = skip_space(pdf, at);
    let end = start + dictionary_length(&pdf[start..pdf.len().min(start + DICTIONARY_BYTES_MAX)])?;
    Some((&pdf[start..end], end))
}

/// How long the dictionary is that these bytes begin with.
fn dictionary_length(bytes: &[u8]) -> Option<usize> {
    if !bytes.starts_with(b"<<") {
        return None;
    }
    let (mut at, mut depth) = (0, 0);
    loop {
        match bytes.get(at..)? {
            [b'<', b'<', ..] if depth < DEPTH_MAX => (at, depth) = (at + 2, depth + 1),
            [b'<', b'<', ..] => return None,
            [b'>', b'>', ..] => (at, depth) = (at + 2, depth - 1),
            [b'(', ..] => at += string_length(&bytes[at..])?,
            [b'<', ..] => at += find(&bytes[at..], b">")? + 1,
            [_, ..] => at += 1,
            [] => return None,
        }
        if depth == 0 {
            return Some(at);
        }
    }
}

/// How long a string in parentheses is, with them.
fn string_length(bytes: &[u8]) -> Option<usize> {
    let (mut at, mut depth) = (0, 0);
    loop {
        match bytes.get(at)? {
            b'\\' => at += 1,
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return Some(at);
        }
    }
}

/// The value of a name in a dictionary, not in one inside it, as it is written.
fn value<'a>(dictionary: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let mut at = 2;
    let mut depth = 0;
    loop {
        let rest = dictionary.get(at..)?;
        match rest {
            [b'<', b'<', ..] => (at, depth) = (at + 2, depth + 1),
            [b'>', b'>', ..] if depth == 0 => return None,
            [b'>', b'>', ..] => (at, depth) = (at + 2, depth - 1),
            [b'(', ..] => at += string_length(rest)?,
            _ if depth == 0
                && rest.starts_with(name)
                && !rest.get(name.len()).is_some_and(|byte| is_regular(*byte)) =>
            {
                let start = skip_space(dictionary, at + name.len());
                let value = &dictionary[start..];
                let length = match value.first()? {
                    b'[' => find(value, b"]")? + 1,
                    // A reference is three words.
                    _ => 1 + value[1..].iter().position(|byte| is_delimiter(*byte))?,
                };
                return Some(value[..length].trim_ascii());
            }
            [b'/', ..] => at += 1 + rest[1..].iter().take_while(|byte| is_regular(**byte)).count(),
            _ => at += 1,
        }
    }
}

/// Where the content of a stream begins, whose dictionary ends there.
fn stream_start(pdf: &[u8], at: usize) -> Option<usize> {
    let keyword = skip_space(pdf, at);
    match pdf.get(keyword..)?.strip_prefix(b"stream")? {
        [b'\r', b'\n', ..] => Some(keyword + 8),
        [b'\n', ..] => Some(keyword + 7),
        _ => None,
    }
}

/// How long a stream is, by its dictionary; by its end, where the length stands elsewhere.
fn stream_length(pdf: &[u8], dictionary: &[u8], start: usize) -> Option<usize> {
    let rest = &pdf[start..];
    let stated = value(dictionary, b"/Length").and_then(|text| std::str::from_utf8(text).ok());
    let stated = stated.and_then(|text| text.parse::<usize>().ok()).filter(|length| {
        let behind = rest.get(*length..).unwrap_or_default();
        behind[skip_space(behind, 0)..].starts_with(b"endstream")
    });
    stated.or_else(|| {
        let end = find(rest, b"endstream")?;
        let content = &rest[..end];
        let content = content.strip_suffix(b"\n").unwrap_or(content);
        Some(content.strip_suffix(b"\r").unwrap_or(content).len())
    })
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

fn skip_space(bytes: &[u8], at: usize) -> usize {
    at + bytes.get(at..).unwrap_or_default().iter().take_while(|byte| is_space(**byte)).count()
}

/// White space (ISO 32000-1, table 1).
fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | b'\t' | b'\n' | 0x0c | b'\r' | b' ')
}

/// A delimiter (table 2).
fn is_delimiter(byte: u8) -> bool {
    b"()<>[]{}/%".contains(&byte)
}

/// A byte of a name or a number.
fn is_regular(byte: u8) -> bool {
    !is_space(byte) && !is_delimiter(byte)
}

#[cfg(test)]
mod tests {
    use super::*;
    use miniz_oxide::deflate::compress_to_vec_zlib;

    fn object(number: u32, dictionary: &str, content: &[u8]) -> Vec<u8> {
        let head = format!("{number} 0 obj\n<<\n{dictionary}\n  /Length {}\n>>\nstream\n", content.len());
        [head.as_bytes(), content, b"\nendstream\nendobj\n"].concat()
    }

    fn pdf(objects: &[Vec<u8>]) -> Vec<u8> {
        let info = b"1 0 obj\n<<\n  /Title (A \\) title << /Type /EmbeddedFile >> \\( stream)\n>>\nendobj\n";
        [b"%PDF-1.7\n%\x80\x80\n".as_slice(), info, &objects.concat(), b"trailer\n<<>>\n%%EOF"].concat()
    }

    const EMBEDDED: &str =
        "  /Type /EmbeddedFile\n  /Subtype /application#2Fjson\n  /Params << /Size 2 /Length 9 >>";

    #[test]
    fn the_bundle_is_found_among_other_streams_compressed_or_not() {
        let trap = b"9 0 obj << /Type /EmbeddedFile /Length 3 >>\nstream\nno!\nendstream".as_slice();
        let page = object(2, "  /Type /Page", trap);
        let plain = object(3, EMBEDDED, b"{\"endstream \":\"9 0 obj <<\"}");
        let text = b"{\"endstream \":\"9 0 obj <<\"}".as_slice();
        assert_eq!(bundle_inside(&pdf(&[page.clone(), plain, page.clone()])).unwrap(), text);
        let flate = format!("{EMBEDDED} /Filter /FlateDecode");
        let packed = object(3, &flate, &compress_to_vec_zlib(text, 6));
        assert_eq!(bundle_inside(&pdf(&[page, packed])).unwrap(), text);
        let elsewhere =
            b"3 0 obj\r\n<</Length 4 0 R/Type/EmbeddedFile>>stream\r\n{}\r\nendstream\nendobj\n".to_vec();
        assert_eq!(bundle_inside(&pdf(&[elsewhere])).unwrap(), b"{}".as_slice());
    }

    #[test]
    fn a_certificate_without_one_readable_bundle_says_why() {
        let one = object(3, EMBEDDED, b"{}");
        let flate = format!("{EMBEDDED} /Filter /FlateDecode");
        let bomb = object(3, &flate, &compress_to_vec_zlib(&vec![b' '; EVIDENCE_BYTES_MAX + 1], 6));
        let damaged = object(3, &flate, b"not deflated");
        let other = object(3, &format!("{EMBEDDED} /Filter /Crypt"), b"{}");
        let cut = b"3 0 obj << /Type /EmbeddedFile /Length 99 >>\nstream\n{}".to_vec();
        let cases = [
            (pdf(&[]), EvidenceError::NoBundle),
            (b"%PDF-1.7".to_vec(), EvidenceError::NoBundle),
            (pdf(&[one.clone(), one]), EvidenceError::SeveralBundles),
            (pdf(&[bomb]), EvidenceError::TooLarge),
            (pdf(&[damaged]), EvidenceError::BundleUnreadable),
            (pdf(&[other]), EvidenceError::BundleUnreadable),
            (pdf(&[cut]), EvidenceError::BundleUnreadable),
            (vec![b' '; CERTIFICATE_BYTES_MAX + 1], EvidenceError::TooLarge),
        ];
        for (pdf, error) in cases {
            assert_eq!(bundle_inside(&pdf), Err(error));
        }
    }

    #[test]
    fn no_file_makes_the_reader_slow_or_ends_it() {
        let whole = pdf(&[object(3, EMBEDDED, b"{\"a\":(1)}")]);
        for end in 0..whole.len() {
            let _ = bundle_inside(&whole[..end]);
        }
        for at in 0..whole.len() {
            for byte in *b"<>()/\\ \n0" {
                let mut changed = whole.clone();
                changed[at] = byte;
                let _ = bundle_inside(&changed);
            }
        }
        for piece in [&b" obj"[..], b" obj<<", b" obj<<(", b" obj<</Length 1>>stream\n", b"endstream"] {
            let _ = bundle_inside(&piece.repeat(200_000));
        }
    }
}
