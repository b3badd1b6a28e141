//! The texts that ship.

use crate::site::facts::texts;
use crate::site::file::report::{Report, SiteError};
use crate::site::file::{source, values};
use constat_shared::{Language, TextKey, Texts};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../www/texts"]
pub struct TextFiles;

/// The texts that ship in a language.
pub fn default_texts(language: Language) -> Option<Texts> {
    let name = format!("{language}.toml");
    let (_, texts) = read_texts(&name, &TextFiles::get(&name)?.data).ok()?;
    Some(texts)
}

pub fn read_texts(name: &str, bytes: &[u8]) -> Result<(Language, Texts), Vec<SiteError>> {
    let mut report = Report::new(&format!("www/texts/{name}"));
    let code = name.strip_suffix(".toml").unwrap_or(name);
    let language = report.take("", values::language(code));
    let texts = utf8(bytes, &mut report).and_then(|text| source::read::<Texts>(text, &mut report));
    if let Some(texts) = &texts {
        for key in TextKey::ALL {
            report.take(key.as_str(), texts::check(*key, texts.get(*key)));
        }
    }
    report.finish(language.zip(texts))
}

pub fn utf8<'a>(bytes: &'a [u8], report: &mut Report) -> Option<&'a str> {
    let text = std::str::from_utf8(bytes).ok();
    if text.is_none() {
        report.add("", "the file is not UTF-8", "Save it as UTF-8");
    }
    text
}
