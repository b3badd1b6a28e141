//! Sentences in the four languages, with placeholders for values.

use crate::values::Language;
use crate::values::plain_text::plain;

/// One sentence in French, Dutch, German and English; `{0}` is the first value.
pub(crate) type Sentence = [&'static str; 4];

/// The index of a language in a [`Sentence`].
pub(crate) fn position(language: Language) -> usize {
    match language {
        Language::Fr => 0,
        Language::Nl => 1,
        Language::De => 2,
        Language::En => 3,
    }
}

/// Replaces `{0}`, `{1}` and so on by the values. A value that contains `{0}` itself
/// is left as it is.
pub(crate) fn fill(sentence: &str, values: &[String]) -> String {
    let mut parts = sentence.split('{');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (number, rest) = part.split_once('}').unwrap_or((part, ""));
        let value = number.parse::<usize>().ok().and_then(|number| values.get(number));
        filled.push_str(&plain(value.map_or("", String::as_str)));
        filled.push_str(rest);
    }
    filled
}
