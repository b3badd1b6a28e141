//! A time-stamp token (RFC 3161, section 2.4.2), read and checked.

use super::cms::{self, SHA256, SignedData};
use super::der_fields::{Fields, context, number};
use super::token_error::TokenError;
use constat_shared::Timestamp;
use der::asn1::ObjectIdentifier;
use der::oid::AssociatedOid;
use der::{Decode, Tag};
use rustls::pki_types::{CertificateDer, UnixTime};
use std::time::Duration;
use x509_cert::Certificate;
use x509_cert::ext::pkix::ExtendedKeyUsage;

/// `id-kp-timeStamping`: what the certificate of a time-stamping authority is for.
const TIME_STAMPING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8");

/// A token whose signature is valid. [`super::trust`] decides whether to trust its signer.
pub struct Token<'a> {
    /// The time of the authority's clock.
    pub stamped_at: Timestamp,
    /// How far off that may be, when the token states it.
    pub accuracy: Option<Duration>,
    /// The subject of its signer's certificate.
    pub authority: String,
    /// The certificate itself.
    pub signer: CertificateDer<'a>,
    /// The others in the token.
    pub others: Vec<CertificateDer<'a>>,
    nonce: Option<&'a [u8]>,
}

impl<'a> Token<'a> {
    /// Reads a token over a SHA-256 hash and checks all that can be checked with it alone.
    ///
    /// # Errors
    /// [`TokenError`], by what is wrong first.
    pub fn open(token: &'a [u8], imprint: &[u8; 32]) -> Result<Token<'a>, TokenError> {
        let signed = SignedData::read(token)?.check()?;
        let info = Info::read(signed.content)?;
        if info.imprint != imprint {
            return Err(TokenError::Imprint);
        }
        let certificate = Certificate::from_der(&signed.signer)?;
        check_purpose(&certificate)?;
        let validity = certificate.tbs_certificate().validity();
        let at = unix_time(info.stamped_at).as_secs();
        let (from, to) = (validity.not_before.to_unix_duration(), validity.not_after.to_unix_duration());
        if at < from.as_secs() || at > to.as_secs() {
            return Err(TokenError::NotValid(info.stamped_at));
        }
        Ok(Token {
            stamped_at: info.stamped_at,
            accuracy: info.accuracy,
            authority: certificate.tbs_certificate().subject().to_string(),
            signer: signed.signer,
            others: signed.others,
            nonce: info.nonce,
        })
    }

    /// Checks that the token answers the request with that nonce.
    ///
    /// # Errors
    /// [`TokenError::Nonce`].
    pub fn answers(&self, nonce: u64) -> Result<(), TokenError> {
        let same = self.nonce.is_some_and(|contents| number(contents) == Ok(nonce));
        if same { Ok(()) } else { Err(TokenError::Nonce) }
    }
}

/// The moment, as certificates are checked against it.
pub fn unix_time(at: Timestamp) -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_millis(at.unix_ms().try_into().unwrap_or_default()))
}

/// For time-stamping, for nothing else, and critical (RFC 3161, section 2.3).
fn check_purpose(certificate: &Certificate) -> Result<(), TokenError> {
    let extensions = certificate.tbs_certificate().extensions().map_or([].as_slice(), Vec::as_slice);
    let usage = extensions.iter().find(|extension| extension.extn_id == ExtendedKeyUsage::OID);
    let usage = usage.filter(|extension| extension.critical).ok_or(TokenError::Purpose)?;
    let ExtendedKeyUsage(purposes) = ExtendedKeyUsage::from_der(usage.extn_value.as_bytes())?;
    if purposes == [TIME_STAMPING] { Ok(()) } else { Err(TokenError::Purpose) }
}

/// `TSTInfo`: what the authority has signed.
struct Info<'a> {
    imprint: &'a [u8],
    stamped_at: Timestamp,
    accuracy: Option<Duration>,
    nonce: Option<&'a [u8]>,
}

impl<'a> Info<'a> {
    fn read(content: &'a [u8]) -> Result<Info<'a>, TokenError> {
        let mut fields = Fields::of_sequence(content)?;
        if number(fields.next(Tag::Integer)?)? != 1 {
            return Err(unreadable(Tag::Integer));
        }
        fields.identifier()?;
        let mut imprint = fields.sequence()?;
        let hash = cms::algorithm(imprint.next(Tag::Sequence)?)?;
        if hash != SHA256 {
            return Err(TokenError::Imprint);
        }
        let hashed = imprint.next(Tag::OctetString)?;
        imprint.end()?;
        fields.next(Tag::Integer)?;
        let stamped_at = time(fields.next(Tag::GeneralizedTime)?)?;
        let accuracy = fields.optional(Tag::Sequence)?.map(accuracy).transpose()?;
        fields.optional(Tag::Boolean)?;
        let nonce = fields.optional(Tag::Integer)?;
        fields.optional(context(0, true))?;
        // An extension could change the meaning of all the rest; none is known.
        if fields.optional(context(1, true))?.is_some_and(|extensions| !extensions.is_empty()) {
            return Err(unreadable(context(1, true)));
        }
        fields.end()?;
        Ok(Info { imprint: hashed, stamped_at, accuracy, nonce })
    }
}

/// `YYYYMMDDhhmmss[.s…]Z`, digits finer than a millisecond cut off (RFC 3161,
/// section 2.4.2).
fn time(text: &[u8]) -> Result<Timestamp, TokenError> {
    let wrong = || unreadable(Tag::GeneralizedTime);
    let text = std::str::from_utf8(text).map_err(|_| wrong())?.strip_suffix('Z').ok_or_else(wrong)?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() != 14 || !digits(whole) || !digits(fraction) {
        return Err(wrong());
    }
    let (date, clock) = whole.split_at(8);
    let (year, month, day) = (&date[..4], &date[4..6], &date[6..]);
    let (hour, minute, second) = (&clock[..2], &clock[2..4], &clock[4..]);
    let fraction = &fraction[..fraction.len().min(9)];
    Timestamp::parse(&format!("{year}-{month}-{day}T{hour}:{minute}:{second}.{fraction}Z"))
        .map_err(|_| wrong())
}

/// Seconds, and then milli- and microseconds of 1 to 999 each.
fn accuracy(contents: &[u8]) -> Result<Duration, TokenError> {
    let mut fields = Fields::within(contents)?;
    let mut part = |tag| Ok::<u64, der::Error>(fields.optional(tag)?.map(number).transpose()?.unwrap_or(0));
    let (seconds, millis, micros) = (part(Tag::Integer)?, part(context(0, false))?, part(context(1, false))?);
    fields.end()?;
    if millis > 999 || micros > 999 || seconds > u64::from(u32::MAX) {
        return Err(unreadable(Tag::Sequence));
    }
    Ok(Duration::from_secs(seconds) + Duration::from_millis(millis) + Duration::from_micros(micros))
}

fn unreadable(tag: Tag) -> TokenError {
    TokenError::Malformed(der::ErrorKind::Value { tag }.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_to_the_millisecond_and_only_in_its_own_form() {
        for (text, read) in [
            ("20260301093000Z", "2026-03-01T09:30:00.000Z"),
            ("20260301093000.5Z", "2026-03-01T09:30:00.500Z"),
            ("20260301093000.123456789012Z", "2026-03-01T09:30:00.123Z"),
        ] {
            assert_eq!(time(text.as_bytes()).unwrap().to_string(), read);
        }
        for bad in ["", "Z", "20260301093000", "202603010930Z", "20261301093000Z", "20260301093000.Z"] {
            assert!(time(bad.as_bytes()).is_err(), "{bad}");
        }
        assert!(time("2026030109300\u{e9}Z".as_bytes()).is_err());
    }

    #[test]
    fn an_accuracy_adds_up_what_is_stated_of_it() {
        let micros = |bytes: &[u8]| accuracy(bytes).map(|accuracy| accuracy.as_micros()).ok();
        assert_eq!(micros(&[]), Some(0));
        assert_eq!(micros(&[0x02, 1, 1, 0x80, 2, 1, 0xf4, 0x81, 1, 7]), Some(1_500_007));
        assert_eq!(micros(&[0x81, 1, 7]), Some(7));
        for bad in [&[0x80, 2, 0x03, 0xe8][..], &[0x02, 1, 0xff], &[0x04, 1, 1]] {
            assert_eq!(micros(bad), None, "{bad:?}");
        }
    }
}
