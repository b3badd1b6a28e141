//! Why a command failed.

use std::fmt::Display;

/// Why a command failed, in sentences: what, where, and what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Failure(String);

impl Failure {
    /// A failure of these words.
    pub fn new(words: impl Into<String>) -> Failure {
        Failure(words.into())
    }
}

/// A failure in the words of an error.
pub fn failed(error: impl Display) -> Failure {
    Failure(error.to_string())
}

/// Puts what was attempted before the words of an error.
pub fn fail<E: Display>(what: &'static str) -> impl Fn(E) -> Failure {
    move |error| Failure(format!("{what}: {error}"))
}
