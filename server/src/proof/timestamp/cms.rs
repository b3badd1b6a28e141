//! The signed envelope of a time-stamp token: CMS `SignedData` (RFC 5652).

use super::der_fields::{Fields, context};
use super::token_error::TokenError;
use der::asn1::ObjectIdentifier;
use der::{Decode, Encode, Tag};
use ring::digest::{self, Digest};
use rustls::pki_types::{CertificateDer, SignatureVerificationAlgorithm};
use webpki::{EndEntityCert, ring as algorithms};
use x509_cert::Certificate;

const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.12");
const SIGNING_CERTIFICATE_V2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// SHA-256.
pub const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");

/// The most certificates of a token that are looked at.
const CERTIFICATES_MAX: usize = 16;

/// Every algorithm that may have made a signature, of a token or of a certificate.
pub const ALGORITHMS: [&dyn SignatureVerificationAlgorithm; 14] = [
    algorithms::RSA_PKCS1_2048_8192_SHA256,
    algorithms::RSA_PKCS1_2048_8192_SHA384,
    algorithms::RSA_PKCS1_2048_8192_SHA512,
    algorithms::RSA_PKCS1_2048_8192_SHA256_ABSENT_PARAMS,
    algorithms::RSA_PKCS1_2048_8192_SHA384_ABSENT_PARAMS,
    algorithms::RSA_PKCS1_2048_8192_SHA512_ABSENT_PARAMS,
    algorithms::RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
    algorithms::RSA_PSS_2048_8192_SHA384_LEGACY_KEY,
    algorithms::RSA_PSS_2048_8192_SHA512_LEGACY_KEY,
    algorithms::ECDSA_P256_SHA256,
    algorithms::ECDSA_P256_SHA384,
    algorithms::ECDSA_P384_SHA256,
    algorithms::ECDSA_P384_SHA384,
    algorithms::ED25519,
];

/// A token's envelope, its signature not checked yet.
pub struct SignedData<'a> {
    /// The `TSTInfo`, as DER.
    pub content: &'a [u8],
    /// The certificates in it, as DER.
    pub certificates: Vec<&'a [u8]>,
    /// Issuer and serial number, or key identifier, of the signer's certificate.
    signer_id: &'a [u8],
    digest_algorithm: ObjectIdentifier,
    /// The signed attributes: contents of a SET.
    pub attributes: &'a [u8],
    /// Contents of the `AlgorithmIdentifier`.
    signature_algorithm: &'a [u8],
    /// The signature over the attributes.
    pub signature: &'a [u8],
}

/// What was signed, and by which certificate.
pub struct Signed<'a> {
    /// The `TSTInfo`, as DER.
    pub content: &'a [u8],
    /// The signer's certificate.
    pub signer: CertificateDer<'a>,
    /// All others in the token.
    pub others: Vec<CertificateDer<'a>>,
}

impl<'a> SignedData<'a> {
    /// Reads a token.
    ///
    /// # Errors
    /// When it has another form; there is one signer (RFC 3161, section 2.4.2)
    /// with signed attributes, because a token's content is no plain data.
    pub fn read(token: &'a [u8]) -> der::Result<SignedData<'a>> {
        let mut info = Fields::of_sequence(token)?;
        expect(info.identifier()?, SIGNED_DATA)?;
        let mut fields = Fields::of_sequence(info.next(context(0, true))?)?;
        info.end()?;
        fields.next(Tag::Integer)?;
        fields.next(Tag::Set)?;
        let mut encapsulated = fields.sequence()?;
        expect(encapsulated.identifier()?, TST_INFO)?;
        let mut content = Fields::within(encapsulated.next(context(0, true))?)?;
        let content_bytes = content.next(Tag::OctetString)?;
        content.end()?;
        encapsulated.end()?;
        let certificates = certificates(fields.optional(context(0, true))?.unwrap_or_default())?;
        fields.optional(context(1, true))?;
        let mut signers = Fields::within(fields.next(Tag::Set)?)?;
        fields.end()?;
        let mut signer = signers.sequence()?;
        signers.end()?;
        signer.next(Tag::Integer)?;
        let signer_id = match signer.tag()? {
            Tag::Sequence => signer.whole(Tag::Sequence)?,
            _ => signer.whole(context(0, false))?,
        };
        let digest_algorithm = algorithm(signer.next(Tag::Sequence)?)?;
        Ok(SignedData {
            content: content_bytes,
            certificates,
            signer_id,
            digest_algorithm,
            attributes: signer.next(context(0, true))?,
            signature_algorithm: signer.next(Tag::Sequence)?,
            signature: signer.next(Tag::OctetString)?,
        })
    }

    /// Checks that a certificate of the token has signed its content, and that
    /// it is the one that the content's signer names (RFC 5816).
    ///
    /// # Errors
    /// [`TokenError`], by what is wrong first.
    pub fn check(self) -> Result<Signed<'a>, TokenError> {
        let hash = self.digest(self.content)?;
        let attribute = |wanted| attribute(self.attributes, wanted);
        let kind = attribute(CONTENT_TYPE)?.ok_or(TokenError::Content)?;
        let hashed = attribute(MESSAGE_DIGEST)?.ok_or(TokenError::Content)?;
        if ObjectIdentifier::from_der(kind)? != TST_INFO || only(hashed, Tag::OctetString)? != hash.as_ref() {
            return Err(TokenError::Content);
        }
        let is_signers = |der: &&'a [u8]| is_named(der, self.signer_id);
        let at = self.certificates.iter().position(is_signers).ok_or(TokenError::NoCertificate)?;
        let signer = CertificateDer::from(self.certificates[at]);
        let named = match (attribute(SIGNING_CERTIFICATE_V2)?, attribute(SIGNING_CERTIFICATE)?) {
            (Some(v2), _) => names(v2, &signer, true)?,
            (None, Some(v1)) => names(v1, &signer, false)?,
            (None, None) => false,
        };
        if !named {
            return Err(TokenError::OtherCertificate);
        }
        self.check_signature(&signer)?;
        let others = self.certificates.iter().enumerate().filter(|(other, _)| *other != at);
        let others = others.map(|(_, der)| CertificateDer::from(*der)).collect();
        Ok(Signed { content: self.content, signer, others })
    }

    fn check_signature(&self, signer: &CertificateDer<'a>) -> Result<(), TokenError> {
        // The attributes are signed under the tag of a SET (RFC 5652, section 5.4).
        let set = der::asn1::AnyRef::new(Tag::Set, self.attributes)?.to_der()?;
        let key = EndEntityCert::try_from(signer).map_err(TokenError::Certificate)?;
        let mut usable = self.algorithms()?.peekable();
        if usable.peek().is_none() {
            return Err(TokenError::Unsupported(algorithm(self.signature_algorithm)?));
        }
        let holds = |tried: &'static dyn SignatureVerificationAlgorithm| {
            key.verify_signature(tried, &set, self.signature).is_ok()
        };
        if usable.any(holds) { Ok(()) } else { Err(TokenError::Signature) }
    }

    /// The algorithms that the token's identifier stands for: several, when it
    /// leaves the kind of key to the certificate.
    fn algorithms(
        &self,
    ) -> Result<impl Iterator<Item = &'static dyn SignatureVerificationAlgorithm> + use<>, TokenError> {
        let mut wanted = self.signature_algorithm.to_vec();
        // Some name the key alone, and mean PKCS #1 v1.5 with the digest's hash (RFC 3370, section 3.2).
        if algorithm(&wanted)? == RSA_ENCRYPTION {
            let by_digest = match self.digest_algorithm {
                SHA256 => algorithms::RSA_PKCS1_2048_8192_SHA256,
                SHA384 => algorithms::RSA_PKCS1_2048_8192_SHA384,
                _ => algorithms::RSA_PKCS1_2048_8192_SHA512,
            };
            wanted = by_digest.signature_alg_id().to_vec();
        }
        Ok(ALGORITHMS.into_iter().filter(move |known| known.signature_alg_id().as_ref() == wanted))
    }

    fn digest(&self, bytes: &[u8]) -> Result<Digest, TokenError> {
        hash_function(self.digest_algorithm)
            .map(|hash| digest::digest(hash, bytes))
            .ok_or(TokenError::Unsupported(self.digest_algorithm))
    }
}

/// The identifier in the contents of an `AlgorithmIdentifier`.
pub fn algorithm(contents: &[u8]) -> der::Result<ObjectIdentifier> {
    Fields::within(contents)?.identifier()
}

fn hash_function(identifier: ObjectIdentifier) -> Option<&'static digest::Algorithm> {
    match identifier {
        SHA256 => Some(&digest::SHA256),
        SHA384 => Some(&digest::SHA384),
        SHA512 => Some(&digest::SHA512),
        _ => None,
    }
}

fn certificates(set: &[u8]) -> der::Result<Vec<&[u8]>> {
    let mut fields = Fields::within(set)?;
    let mut found = Vec::new();
    while !fields.is_at_end() && found.len() < CERTIFICATES_MAX {
        match fields.tag()? {
            Tag::Sequence => found.push(fields.whole(Tag::Sequence)?),
            // Attribute certificates and older forms do not matter here.
            other => {
                fields.next(other)?;
            }
        }
    }
    Ok(found)
}

/// Whether a signer identifier names that certificate.
fn is_named(certificate: &[u8], signer_id: &[u8]) -> bool {
    let Ok(certificate) = Certificate::from_der(certificate) else { return false };
    let certificate = certificate.tbs_certificate();
    if let Ok(mut fields) = Fields::of_sequence(signer_id) {
        let issuer = certificate.issuer().to_der();
        let same_issuer = issuer.is_ok_and(|ours| fields.whole(Tag::Sequence).is_ok_and(|name| name == ours));
        let serial = fields.next(Tag::Integer);
        return same_issuer && serial.is_ok_and(|serial| serial == certificate.serial_number().as_bytes());
    }
    let key_id = certificate.get_extension::<x509_cert::ext::pkix::SubjectKeyIdentifier>();
    key_id.is_ok_and(|found| found.is_some_and(|(_, key_id)| only_is(signer_id, key_id.0.as_bytes())))
}

fn only_is(signer_id: &[u8], key_id: &[u8]) -> bool {
    only(signer_id, context(0, false)).is_ok_and(|contents| contents == key_id)
}

/// The one value of an attribute; nothing when it is not there.
fn attribute(attributes: &[u8], wanted: ObjectIdentifier) -> Result<Option<&[u8]>, TokenError> {
    let mut fields = Fields::within(attributes)?;
    let mut found = None;
    while !fields.is_at_end() {
        let mut attribute = fields.sequence()?;
        let kind = attribute.identifier()?;
        let values = attribute.next(Tag::Set)?;
        attribute.end()?;
        // Each may be there once (RFC 5652, section 11).
        if kind == wanted && found.replace(values).is_some() {
            return Err(TokenError::Content);
        }
    }
    Ok(found)
}

/// The contents of a field that is all of those bytes.
fn only(bytes: &[u8], tag: Tag) -> der::Result<&[u8]> {
    let mut fields = Fields::within(bytes)?;
    let contents = fields.next(tag)?;
    fields.end()?;
    Ok(contents)
}

/// Whether `SigningCertificate`, or its version 2 that may use any hash, names
/// the certificate first. The hash covers all of it, issuer and number included.
fn names(attribute: &[u8], certificate: &[u8], is_v2: bool) -> Result<bool, TokenError> {
    let mut first = Fields::of_sequence(attribute)?.sequence()?.sequence()?;
    let hash = match first.optional(Tag::Sequence)? {
        Some(identifier) if is_v2 => {
            let identifier = algorithm(identifier)?;
            hash_function(identifier).ok_or(TokenError::Unsupported(identifier))?
        }
        Some(_) => return Ok(false),
        None if is_v2 => &digest::SHA256,
        // RFC 2634 knew no other.
        None => &digest::SHA1_FOR_LEGACY_USE_ONLY,
    };
    Ok(first.next(Tag::OctetString)? == digest::digest(hash, certificate).as_ref())
}

fn expect(found: ObjectIdentifier, wanted: ObjectIdentifier) -> der::Result<()> {
    let unknown = der::ErrorKind::OidUnknown { oid: found };
    if found == wanted { Ok(()) } else { Err(unknown.into()) }
}
