//! The request for a time-stamp and the answer to it (RFC 3161, section 2.4).

use super::der_fields::{Fields, number};
use der::{Encode, Tag};

/// SHA-256 with absent parameters made explicit, as an `AlgorithmIdentifier`
/// (RFC 5754, section 2).
const SHA256: [u8; 15] =
    [0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00];

/// The names of what a refusal may give as its reason, by bit (section 2.4.2).
const REASONS: [(usize, &str); 8] = [
    (0, "it does not know the hash algorithm"),
    (2, "it does not allow or support the request"),
    (5, "it could not read the request"),
    (14, "its clock is not available"),
    (15, "it does not support the policy"),
    (16, "it does not support an extension"),
    (17, "it cannot give what else was asked"),
    (25, "it had a failure of its own"),
];

/// The most characters of the authority's own words that are repeated.
const WORDS_CHARS_MAX: usize = 300;

/// Why an answer holds no token.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// It has another form.
    #[error("what it answered is not a time-stamp response (RFC 3161): {0}")]
    Malformed(der::Error),
    /// The authority did not grant the request.
    #[error("it refused (status {status}): {reason}")]
    Refused {
        /// `PKIStatus`.
        status: u64,
        /// Its own words, or what its failure bits stand for.
        reason: String,
    },
}

/// `TimeStampReq`: asks for a token over a SHA-256 hash, with the certificate
/// of its signer in it.
pub fn request(imprint: &[u8; 32], nonce: u64) -> Vec<u8> {
    let imprint = sequence(&[&SHA256, &[0x04, 32], imprint]);
    // A number of 64 bits always has a form.
    let nonce = nonce.to_der().unwrap_or_default();
    let (version, certificate_wanted) = ([0x02, 1, 1], [0x01, 1, 0xff]);
    sequence(&[&version, &imprint, &nonce, &certificate_wanted])
}

/// A sequence of fewer than 128 bytes.
fn sequence(fields: &[&[u8]]) -> Vec<u8> {
    let contents = fields.concat();
    let mut bytes = vec![0x30, contents.len() as u8];
    bytes.extend(contents);
    bytes
}

/// The `TimeStampToken` of a `TimeStampResp`.
///
/// # Errors
/// [`AnswerError`].
pub fn token(response: &[u8]) -> Result<&[u8], AnswerError> {
    let malformed = AnswerError::Malformed;
    let mut fields = Fields::of_sequence(response).map_err(malformed)?;
    let info = fields.next(Tag::Sequence).map_err(malformed)?;
    // 0 is granted, 1 granted with modifications.
    let status = status(info).map_err(malformed)?;
    if status > 1 {
        let reason = reason(info).map_err(malformed)?;
        return Err(AnswerError::Refused { status, reason });
    }
    let token = fields.whole(Tag::Sequence).map_err(malformed)?;
    fields.end().map_err(malformed)?;
    Ok(token)
}

fn status(info: &[u8]) -> der::Result<u64> {
    number(Fields::within(info)?.next(Tag::Integer)?)
}

fn reason(info: &[u8]) -> der::Result<String> {
    let mut fields = Fields::within(info)?;
    fields.next(Tag::Integer)?;
    if let Some(texts) = fields.optional(Tag::Sequence)? {
        let mut texts = Fields::within(texts)?;
        let words = String::from_utf8_lossy(texts.next(Tag::Utf8String)?).into_owned();
        // They end on a terminal.
        let words: String = words.chars().filter(|c| !c.is_control()).take(WORDS_CHARS_MAX).collect();
        if !words.trim().is_empty() {
            return Ok(format!("it answered “{words}”"));
        }
    }
    let bits = fields.optional(Tag::BitString)?.unwrap_or_default();
    // The first byte is the number of unused bits of the last one.
    let is_set = |bit: usize| bits.get(1 + bit / 8).is_some_and(|byte| byte & (0x80 >> (bit % 8)) != 0);
    let found = REASONS.iter().find(|(bit, _)| is_set(*bit));
    Ok(found.map_or("it gave no reason", |(_, reason)| reason).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Status 2 (rejection), no words, failure bit 2 (badRequest), which takes the first three bits.
    const REFUSAL: [u8; 11] = [0x30, 9, 0x30, 7, 0x02, 1, 2, 0x03, 2, 5, 0b0010_0000];

    #[test]
    fn a_request_has_the_form_of_the_standard_whatever_its_nonce() {
        for (nonce, encoded) in
            [(0, vec![0x02, 1, 0]), (u64::MAX, [[0x02, 9, 0].as_slice(), &[0xff; 8]].concat())]
        {
            let request = request(&[7; 32], nonce);
            let mut fields = Fields::of_sequence(&request).unwrap();
            assert_eq!(fields.next(Tag::Integer).unwrap(), [1]);
            let mut imprint = fields.sequence().unwrap();
            assert_eq!(imprint.whole(Tag::Sequence).unwrap(), SHA256);
            assert_eq!(imprint.next(Tag::OctetString).unwrap(), [7; 32]);
            assert_eq!(fields.whole(Tag::Integer).unwrap(), encoded);
            assert_eq!(fields.next(Tag::Boolean).unwrap(), [0xff]);
            fields.end().unwrap();
        }
    }

    #[test]
    fn a_refusal_is_said_in_words() {
        let reason = "it does not allow or support the request".to_owned();
        assert_eq!(token(&REFUSAL), Err(AnswerError::Refused { status: 2, reason }));
        let mut unexplained = REFUSAL;
        unexplained[10] = 0;
        assert!(token(&unexplained).unwrap_err().to_string().contains("it gave no reason"));
        let refused = [
            [0x30, 11, 0x30, 9, 0x02, 1, 2, 0x30, 4, 0x0c, 2].as_slice(),
            "né".get(..1).unwrap().as_bytes(),
            b"\x07",
        ]
        .concat();
        assert!(token(&refused).unwrap_err().to_string().ends_with("it answered “n”"));
    }

    #[test]
    fn an_answer_of_another_form_is_refused() {
        // Granted, but with nothing; with something behind; not DER at all.
        for bad in [
            [0x30, 5, 0x30, 3, 0x02, 1, 0].as_slice(),
            &[0x30, 10, 0x30, 3, 0x02, 1, 0, 0x30, 0, 0x02, 1, 0],
            b"<html>",
            b"",
        ] {
            assert!(matches!(token(bad), Err(AnswerError::Malformed(_))), "{bad:?}");
        }
        assert_eq!(token(&[0x30, 7, 0x30, 3, 0x02, 1, 1, 0x30, 0]), Ok([0x30, 0].as_slice()));
    }
}
