//! The languages in which Constat ships complete texts.

use serde::{Deserialize, Serialize};

/// A language of the banner and of every text in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// German.
    De,
    /// English.
    En,
    /// French.
    Fr,
    /// Dutch.
    Nl,
}

impl Language {
    /// All languages, by code.
    pub const ALL: [Language; 4] = [Language::De, Language::En, Language::Fr, Language::Nl];

    /// The ISO 639-1 code, as in `<html lang>`.
    pub fn as_str(self) -> &'static str {
        match self {
            Language::De => "de",
            Language::En => "en",
            Language::Fr => "fr",
            Language::Nl => "nl",
        }
    }

    /// Which way it is written, as in the attribute `dir` of HTML.
    pub fn direction(self) -> &'static str {
        match self {
            Language::De | Language::En | Language::Fr | Language::Nl => "ltr",
        }
    }

    /// The word between two of which one is meant, with its spaces.
    pub fn or(self) -> &'static str {
        match self {
            Language::De => " oder ",
            Language::En => " or ",
            Language::Fr => " ou ",
            Language::Nl => " of ",
        }
    }

    /// The language of an ISO 639-1 code, if Constat ships it.
    pub fn parse(code: &str) -> Option<Language> {
        Language::ALL.into_iter().find(|l| l.as_str() == code)
    }
}

impl std::fmt::Display for Language {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
