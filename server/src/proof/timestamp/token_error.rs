//! Why a time-stamp token is invalid.

use constat_shared::Timestamp;
use der::asn1::ObjectIdentifier;

/// Why a token is invalid.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// It has another form.
    #[error("it is not a time-stamp token (RFC 3161): {0}")]
    Malformed(#[from] der::Error),
    /// It is not base64.
    #[error("it is not base64")]
    NotBase64,
    /// It uses an algorithm that this program does not know.
    #[error("it uses an algorithm that this program does not know, {0}")]
    Unsupported(ObjectIdentifier),
    /// Its content is not what was signed.
    #[error("its content is not what was signed")]
    Content,
    /// Its signer is not in it.
    #[error("it does not hold the certificate of its signer")]
    NoCertificate,
    /// Its signer names another certificate.
    #[error("its signer names another certificate than the one it is signed with")]
    OtherCertificate,
    /// A certificate cannot be read.
    #[error("its signer's certificate cannot be used: {0}")]
    Certificate(webpki::Error),
    /// The signature is wrong.
    #[error("its signature is not by the certificate of its signer")]
    Signature,
    /// The signer's certificate is for something else.
    #[error("its signer's certificate is not for time-stamping alone (RFC 3161, section 2.3)")]
    Purpose,
    /// The signer's certificate was not valid at that time.
    #[error("its signer's certificate was not valid at the time it states, {0}")]
    NotValid(Timestamp),
    /// Something else was stamped.
    #[error("it stamps something else")]
    Imprint,
    /// It answers another request.
    #[error("it answers another request: its nonce is not the one sent")]
    Nonce,
    /// Its certificate does not chain to a CA that the verifier trusts.
    #[error("its signer's certificate does not chain to any of the given CAs ({0})")]
    NotTrusted(webpki::Error),
    /// The record claims to be later than the stamp.
    #[error(
        "its clock showed {stamped_at} when the log held the record, whose own date is later, {recorded_at}"
    )]
    TooEarly {
        /// The time of the authority's clock.
        stamped_at: Timestamp,
        /// The record's own time.
        recorded_at: Timestamp,
    },
}
