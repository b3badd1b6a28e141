//! Values from a file that somebody else made, cleaned before a reader sees them.

/// The most characters of a value in a sentence: a bundle may name a browser or
/// an authority at any length.
const VALUE_CHARS_MAX: usize = 120;

/// The value without control characters and cut to [`VALUE_CHARS_MAX`], so that
/// it stays on one line.
pub(crate) fn plain(value: &str) -> String {
    value.chars().filter(|char| !char.is_control()).take(VALUE_CHARS_MAX).collect()
}
