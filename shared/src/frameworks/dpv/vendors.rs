//! The vendors of a notice in JSON-LD, with the terms that consent records use for them.

use super::history::{context, notice_iri};
use super::notice::vendor_nodes;
use crate::notice::{Category, PublishedNotice};
use crate::values::Language;
use serde_json::{Value, json};

/// The JSON-LD document over the vendors of a notice, of one category or of all, with texts in a language.
pub fn vendors_json_ld(notice: &PublishedNotice, language: Language, category: Option<Category>) -> Value {
    let iri = notice_iri(notice.notice_hash());
    json!({ "@context": context(), "@graph": vendor_nodes(&iri, notice, &[language].into(), category) })
}
