//! The names of languages.

use constat_shared::Language;

/// The name of a language in the language of the reader.
pub fn name(of: Language, reader: Language) -> &'static str {
    let [german, english, french, dutch] = match reader {
        Language::De => ["Deutsch", "Englisch", "Französisch", "Niederländisch"],
        Language::En => ["German", "English", "French", "Dutch"],
        Language::Fr => ["Allemand", "Anglais", "Français", "Néerlandais"],
        Language::Nl => ["Duits", "Engels", "Frans", "Nederlands"],
    };
    match of {
        Language::De => german,
        Language::En => english,
        Language::Fr => french,
        Language::Nl => dutch,
    }
}
