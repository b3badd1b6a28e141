//! What a server of the tests answers in place of another.

use std::time::Duration;

/// What a path is answered with, whatever the method.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status, such as 302.
    pub status: u16,
    /// Headers; without a `Content-Type`, `.js` paths are scripts and all others HTML.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
    /// How long the answer takes.
    pub delay: Duration,
}

impl Answer {
    /// A text with status 200, at once.
    pub fn of(body: impl Into<String>) -> Answer {
        Answer { status: 200, headers: Vec::new(), body: body.into(), delay: Duration::ZERO }
    }

    /// The same with one more header.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Answer {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}
