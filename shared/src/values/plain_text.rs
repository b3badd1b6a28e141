//! Text that somebody else made, cleaned before a reader or a terminal gets it.

use std::fmt::{self, Display, Write};

/// The most characters of a value in a sentence: a bundle may name a browser or
/// an authority at any length.
const VALUE_CHARS_MAX: usize = 120;

/// The value without control characters and cut to [`VALUE_CHARS_MAX`], so that
/// it stays on one line.
pub(crate) fn plain(value: &str) -> String {
    value.chars().filter(|char| !char.is_control()).take(VALUE_CHARS_MAX).collect()
}

/// A text as one line for a terminal: what would move the cursor, change colours, end the line or turn
/// the direction of writing is written as an escape such as `\u{1b}`.
pub fn escaped(text: &(impl Display + ?Sized)) -> String {
    let mut line = Escaping(String::new());
    // Writing to memory does not fail; a text whose own Display fails is cut there.
    let _ = write!(line, "{text}");
    line.0
}

struct Escaping(String);

impl Write for Escaping {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for char in text.chars() {
            match char {
                '\n' | '\r' | '\t' => self.0.extend(char.escape_default()),
                char if steers_a_terminal(char) => self.0.extend(char.escape_unicode()),
                char => self.0.push(char),
            }
        }
        Ok(())
    }
}

/// Control characters, the separators of lines and paragraphs, and the marks that set the direction of
/// writing (Unicode, annex 9), with which a text can be shown in another order than it has.
fn steers_a_terminal(char: char) -> bool {
    let direction = matches!(char, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    char.is_control() || direction || matches!(char, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_steers_a_terminal() {
        let text = "a\u{1b}[2Jb\u{9b}31m\r\nproven:\t\u{7f}\0\u{202e}c\u{2028}";
        let line = r"a\u{1b}[2Jb\u{9b}31m\r\nproven:\t\u{7f}\u{0}\u{202e}c\u{2028}";
        assert_eq!(escaped(text), line);
        for char in ('\0'..=char::MAX).filter(|char| char.is_control()) {
            assert!(!escaped(&char).contains(char), "{char:?}");
        }
    }

    #[test]
    fn other_texts_stay_as_they_are() {
        let text = "« Réglé\u{202f}: 100\u{a0}% » – ‘ß’ \\u{1b} 日本 👩‍💻";
        assert_eq!(escaped(text), text);
    }
}
