//! The CA certificates that the verifier trusts, and the check of a token
//! against them.

use super::cms::ALGORITHMS;
use super::token::{Token, unix_time};
use super::token_error::TokenError;
use crate::failure::Failure;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use constat_shared::log::TimestampToken;
use constat_shared::proof::Stamp;
use constat_shared::{Record, SignedCheckpoint, Timestamp};
use ring::digest;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::fmt;
use std::path::Path;
use std::time::Duration;
use webpki::{EndEntityCert, KeyUsage};

/// `id-kp-timeStamping`, the contents of its identifier.
const TIME_STAMPING: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 8];

/// How far apart two clocks may be that both count as right.
pub const CLOCKS_APART_MAX: Duration = Duration::from_mins(5);

/// The most bytes of a CA file that is read: every CA of a browser fits twice.
pub const CA_BYTES_MAX: usize = 1024 * 1024;

/// The CAs that a verifier trusts to name time-stamping authorities.
pub struct Authorities(Vec<CertificateDer<'static>>);

impl Authorities {
    /// Reads the bytes of a PEM file of one or more certificates.
    ///
    /// # Errors
    /// A sentence, when there is none in it or one cannot be used.
    pub fn read(file: &Path, bytes: &[u8]) -> Result<Authorities, Failure> {
        let unusable = |error: &dyn fmt::Display| {
            let name = file.display();
            Failure::new(format!(
                "{name} holds no CA certificate that can be used ({error}): \
                 give one in PEM form, from -----BEGIN CERTIFICATE----- on"
            ))
        };
        let certificates: Vec<_> = CertificateDer::pem_slice_iter(bytes)
            .collect::<Result<_, _>>()
            .map_err(|error| unusable(&format!("{error:?}")))?;
        if certificates.is_empty() {
            return Err(unusable(&"no certificate is in it"));
        }
        for certificate in &certificates {
            webpki::anchor_from_trusted_cert(certificate).map_err(|error| unusable(&error))?;
        }
        Ok(Authorities(certificates))
    }

    /// Checks that the signer's certificate was valid, for time-stamping, and
    /// issued by one of these CAs, at the time that the token states.
    ///
    /// # Errors
    /// [`TokenError::NotTrusted`].
    fn check(&self, token: &Token) -> Result<(), TokenError> {
        let anchors: Vec<_> = self.0.iter().flat_map(webpki::anchor_from_trusted_cert).collect();
        let signer = EndEntityCert::try_from(&token.signer).map_err(TokenError::Certificate)?;
        // The signer's own usage is checked more strictly where the token is
        // opened; an intermediate CA need not state its usage.
        let usage = KeyUsage::required_if_present(TIME_STAMPING);
        let at = unix_time(token.stamped_at);
        signer
            .verify_for_usage(&ALGORITHMS, &anchors, &token.others, at, usage, None, None)
            .map(drop)
            .map_err(TokenError::NotTrusted)
    }
}

/// Checks a token that a bundle holds about its record: it stamps the
/// checkpoint beside it, its certificate chains to a CA that the verifier
/// trusts, and it is not older than the record's own date.
///
/// # Errors
/// [`TokenError`], by what is wrong first.
pub fn check(token: &TimestampToken, record: &Record, trusted: &Authorities) -> Result<Stamp, TokenError> {
    let der = BASE64.decode(&token.token).map_err(|_| TokenError::NotBase64)?;
    let token = Token::open(&der, &imprint(&token.checkpoint))?;
    trusted.check(&token)?;
    let (at, recorded_at) = (token.stamped_at, record.recorded_at);
    // The stamp proves that the record is no younger than this; only the record
    // itself states that it is no older.
    if is_later(recorded_at, at, CLOCKS_APART_MAX + token.accuracy.unwrap_or_default()) {
        return Err(TokenError::TooEarly { stamped_at: at, recorded_at });
    }
    // Rounded up, so that the result never claims more accuracy than the token.
    let accuracy_ms = token.accuracy.map(|accuracy| accuracy.as_micros().div_ceil(1000) as u64);
    Ok(Stamp { at, accuracy_ms, authority: token.authority })
}

/// What a token states, whoever signed it: its time, and the subject of the authority's certificate;
/// `None` when it is no token over the checkpoint beside it.
pub fn stated(token: &TimestampToken) -> Option<(Timestamp, String)> {
    let der = BASE64.decode(&token.token).ok()?;
    let token = Token::open(&der, &imprint(&token.checkpoint)).ok()?;
    Some((token.stamped_at, token.authority))
}

/// Whether a moment lies after another by more than that.
pub fn is_later(moment: Timestamp, than: Timestamp, apart_max: Duration) -> bool {
    i128::from(moment.unix_ms()) - i128::from(than.unix_ms()) > apart_max.as_millis().cast_signed()
}

/// What an authority is sent of a checkpoint: SHA-256 of its text, the whole
/// signed note.
pub fn imprint(checkpoint: &SignedCheckpoint) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, checkpoint.as_str().as_bytes()).as_ref());
    hash
}
