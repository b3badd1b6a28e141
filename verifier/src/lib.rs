//! The verifier for the browser: the checks of `constat verify` for the files
//! that somebody drops on the page `www/verify`. It reads no clock, draws no
//! randomness and uses no network.

pub mod facts;
pub mod files;
pub mod report;
pub mod subject;

use constat_shared::Language;
use files::Files;
use wasm_bindgen::prelude::wasm_bindgen;

/// The files given so far.
#[wasm_bindgen]
#[derive(Default)]
pub struct Verifier {
    files: Files,
}

#[wasm_bindgen]
impl Verifier {
    /// A verifier without files.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Verifier {
        Verifier::default()
    }

    /// The most bytes of a file that the page should read.
    pub fn file_bytes_max() -> u32 {
        files::FILE_BYTES_MAX
    }

    /// Adds a file, whose kind follows from its content. It replaces an earlier
    /// file with the same name.
    pub fn add(&mut self, name: &str, bytes: &[u8]) {
        self.files.add(name, bytes);
    }

    /// Adds a file that is over the limit and was not read.
    pub fn refuse_too_large(&mut self, name: &str) {
        self.files.refuse(name, files::Refusal::TooLarge);
    }

    /// Adds a file that the browser could not read, such as a folder.
    pub fn refuse_unreadable(&mut self, name: &str) {
        self.files.refuse(name, files::Refusal::Unreadable);
    }

    /// What the files prove, as the JSON of a [`report::Report`]. It is in English
    /// when Constat has no texts in the language.
    pub fn report(&self, language: &str) -> String {
        let language = Language::parse(language).unwrap_or(Language::En);
        let report = report::Report::of(&self.files, language);
        serde_json::to_string(&report).expect("a report is representable in JSON")
    }
}
