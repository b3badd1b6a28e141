//! Why a command failed.

use std::fmt::{self, Display};

/// Why a command failed, in sentences: what, where, and what to do.
#[derive(Debug)]
pub struct Failure(Vec<String>);

impl Failure {
    /// A failure of these words, which are one line: a line break in them came from outside.
    pub fn new(words: impl Into<String>) -> Failure {
        Failure(vec![words.into()])
    }

    /// A failure that goes on with these lines, a line break in which came from outside.
    pub fn with_lines<T: Display>(words: impl Into<String>, lines: impl IntoIterator<Item = T>) -> Failure {
        let lines = lines.into_iter().map(|line| format!("  {line}"));
        Failure(std::iter::once(words.into()).chain(lines).collect())
    }

    /// Its lines, each of which is shown on a line of its own.
    pub fn lines(&self) -> &[String] {
        &self.0
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for Failure {}

/// A failure in the words of an error.
pub fn failed(error: impl Display) -> Failure {
    Failure::new(error.to_string())
}

/// Puts what was attempted before the words of an error.
pub fn fail<E: Display>(what: &'static str) -> impl Fn(E) -> Failure {
    move |error| Failure::new(format!("{what}: {error}"))
}
