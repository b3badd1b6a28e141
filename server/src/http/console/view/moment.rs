//! A moment, as people read it and as programs do.

use askama::filters::HtmlSafe;
use std::fmt;

/// A moment. It prints as an element `time`: the day, time and zone in words, UTC for programs and paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// RFC 3339 in UTC.
    pub utc: String,
    /// Day, time and zone in the language of the reader, such as `24 nov. 2026, 09:12 CET`. No-break spaces
    /// (U+00A0) keep the day together, and the time with its zone: a line may break only after the comma.
    pub local: String,
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<time datetime=\"")?;
        write_escaped(&self.utc, f)?;
        f.write_str("\">")?;
        write_escaped(&self.local, f)?;
        f.write_str("</time>")
    }
}

impl HtmlSafe for Moment {}

/// Writes text so that HTML shows it as it is, in elements and in quoted attributes.
pub fn write_escaped(text: &str, out: &mut impl fmt::Write) -> fmt::Result {
    for character in text.chars() {
        match character {
            '&' => out.write_str("&amp;")?,
            '<' => out.write_str("&lt;")?,
            '>' => out.write_str("&gt;")?,
            '"' => out.write_str("&quot;")?,
            '\'' => out.write_str("&#39;")?,
            other => out.write_char(other)?,
        }
    }
    Ok(())
}
