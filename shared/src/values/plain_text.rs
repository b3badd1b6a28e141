//! Values of a file that somebody else made, as they are repeated to a reader.

/// The most characters of a value that is repeated in a sentence: a bundle may
/// name a browser or an authority at any length.
const VALUE_CHARS_MAX: usize = 120;

/// A value as it may be repeated to the reader: on one line, and not endless.
pub(crate) fn plain(value: &str) -> String {
    value.chars().filter(|char| !char.is_control()).take(VALUE_CHARS_MAX).collect()
}
