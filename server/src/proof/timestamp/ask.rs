//! Asks a time-stamping authority over HTTP (RFC 3161, section 3.4).

use super::protocol::{self, AnswerError};
use super::token::Token;
use super::token_error::TokenError;
use super::trust::{CLOCKS_APART_MAX, imprint, is_later};
use crate::clock;
use constat_shared::{SignedCheckpoint, Timestamp};
use std::sync::Arc;
use std::time::Duration;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// How long the authority may take to be reached, and then for each part of its answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The most bytes of an answer: a token with a long chain of certificates has a tenth.
const ANSWER_BYTES_MAX: u64 = 64 * 1024;

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// It could not be reached, failed TLS, or did not answer.
    #[error("no answer came ({0})")]
    Silent(ureq::Error),
    /// Its answer is too large.
    #[error("its answer is larger than {} KiB", ANSWER_BYTES_MAX / 1024)]
    TooLarge,
    /// Its answer is not 200. Redirects are not followed: only the address in the
    /// site file is asked.
    #[error("it answered with the HTTP status {0}")]
    Status(u16),
    /// It refused, or its answer cannot be read.
    #[error(transparent)]
    Answer(#[from] AnswerError),
    /// Its token is invalid.
    #[error("its token was not kept: {0}")]
    Token(#[from] TokenError),
    /// Its clock and this machine's are too far apart for the records to be dated by either.
    #[error("its clock shows {theirs}, this machine's {ours}: set this machine's clock")]
    Clocks {
        /// The time of the authority.
        theirs: Timestamp,
        /// The time of this machine.
        ours: Timestamp,
    },
    /// This machine lacks something that asking needs.
    #[error("this machine has {0}")]
    Machine(&'static str),
}

/// What an authority answered.
pub struct Answer {
    /// The `TimeStampToken`, as DER.
    pub token: Vec<u8>,
    /// The time of its clock.
    pub stamped_at: Timestamp,
    /// The subject of its certificate.
    pub authority: String,
}

/// Has a checkpoint stamped. Nothing but its hash is sent.
///
/// # Errors
/// [`AskError`]. A token that is returned is valid.
pub fn ask(url: &str, checkpoint: &SignedCheckpoint) -> Result<Answer, AskError> {
    let nonce = getrandom::u64().map_err(|_| AskError::Machine("no randomness"))?;
    let imprint = imprint(checkpoint);
    let response = post(url, &protocol::request(&imprint, nonce))?;
    let der = protocol::token(&response)?;
    let token = Token::open(der, &imprint)?;
    token.answers(nonce)?;
    let (theirs, ours) = (token.stamped_at, clock::now());
    let apart = |late: Timestamp, early: Timestamp| is_later(late, early, CLOCKS_APART_MAX);
    if apart(theirs, ours) || apart(ours, theirs) {
        return Err(AskError::Clocks { theirs, ours });
    }
    Ok(Answer { token: der.to_vec(), stamped_at: theirs, authority: token.authority })
}

fn post(url: &str, request: &[u8]) -> Result<Vec<u8>, AskError> {
    let config = Agent::config_builder()
        .timeout_connect(Some(TIMEOUT))
        .timeout_recv_response(Some(TIMEOUT))
        .timeout_recv_body(Some(TIMEOUT))
        // Resolving and sending included.
        .timeout_global(Some(4 * TIMEOUT))
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .user_agent("constat")
        .tls_config(tls(url)?);
    let answer = Agent::from(config.build())
        .post(url)
        .header("content-type", "application/timestamp-query")
        .header("accept", "application/timestamp-reply")
        .send(request);
    let mut answer = answer.map_err(AskError::Silent)?;
    if answer.status() != 200 {
        return Err(AskError::Status(answer.status().as_u16()));
    }
    answer.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec().map_err(|error| match error {
        ureq::Error::BodyExceedsLimit(_) => AskError::TooLarge,
        other => AskError::Silent(other),
    })
}

/// TLS with the CAs that the machine trusts, so that its operator's own count too.
fn tls(url: &str) -> Result<TlsConfig, AskError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = TlsConfig::builder().unversioned_rustls_crypto_provider(provider);
    if !url.starts_with("https:") {
        return Ok(config.build());
    }
    let found = rustls_native_certs::load_native_certs().certs;
    if found.is_empty() {
        return Err(AskError::Machine("no CA certificates to check TLS with: install ca-certificates"));
    }
    let roots: Vec<_> = found.iter().map(|der| Certificate::from_der(der).to_owned()).collect();
    Ok(config.root_certs(RootCerts::new_with_certs(&roots)).build())
}
