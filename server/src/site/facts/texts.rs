//! The rule for one text of the banner.

use crate::site::file::report::Fault;
use crate::site::file::values;
use constat_shared::TextKey;

/// A text that is not empty and keeps its placeholders.
pub fn check(key: TextKey, text: &str) -> Result<String, Fault> {
    let lost = key.placeholders().iter().find(|place| !text.contains(**place));
    match lost {
        Some(place) if !text.trim().is_empty() => {
            let remedy = format!("Put {place} where the value belongs");
            Err(Fault::new(format!("the text lacks {place}"), remedy))
        }
        _ => values::text(text),
    }
}
