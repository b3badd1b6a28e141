//! What a notice shows in one language, as bodies.

use super::body::Body;
use crate::site::default_texts;
use constat_shared::{Choices, Language, NoticeView, PublishedNotice, TextKey};
use serde::Serialize;
use serde_json::{Value, json};

/// What a notice gives in one language.
pub struct Pages {
    /// The first layer as HTML and the loader's own texts, as JSON.
    pub banner: Body,
    /// The notice, as JSON.
    pub notice: Body,
    /// The vendors by category, as JSON.
    pub vendors: Body,
}

impl Pages {
    /// Renders a notice in a language into bodies, or nothing when it does not speak it.
    pub fn new(
        notice: &PublishedNotice,
        language: Language,
        body: fn(&'static str, Vec<u8>) -> Body,
    ) -> Option<Pages> {
        let view = view(notice, language)?;
        let vendors = vendors_json(&view);
        let json = |value: Value| body("application/json", value.to_string().into_bytes());
        Some(Pages {
            notice: json(json!(view)),
            vendors: json(vendors),
            banner: json(json!(Banner::new(view))),
        })
    }

    /// How many bytes its bodies take.
    pub fn bytes(&self) -> usize {
        [&self.banner, &self.notice, &self.vendors].map(Body::bytes).iter().sum()
    }
}

/// The vendors of a notice by category.
pub fn vendors_json(view: &NoticeView) -> Value {
    json!({
        "site": view.site, "notice_hash": view.notice_hash, "language": view.language, "categories": view.categories,
    })
}

/// A notice in one language, or nothing when it does not speak it. A notice of an earlier version
/// lacks the texts that came later: those are the ones that ship in that language.
pub fn view(notice: &PublishedNotice, language: Language) -> Option<NoticeView> {
    let mut view = notice.view(language)?;
    if !view.texts.is_complete() {
        view.texts.complete_from(&default_texts(language)?);
    }
    if notice.refusal_signals.is_empty() {
        view.texts.without_signals();
    }
    Some(view)
}

/// The first layer of a notice in one language as visitors get it, or nothing when it does not speak it.
pub fn first_layer(notice: &PublishedNotice, language: Language) -> Option<String> {
    view(notice, language).map(constat_widget::first_layer_html)
}

/// The configuration layer of a notice in one language, as a visitor saw it whose answer before was `before`,
/// with the switches as they saved them or else as it opened; or nothing when the notice does not speak it.
pub fn configuration_layer(
    notice: &PublishedNotice,
    language: Language,
    before: Option<&Choices>,
    saved: Option<&Choices>,
) -> Option<String> {
    view(notice, language).map(|view| constat_widget::configuration_html(view, before, saved))
}

/// The first layer, and the loader's own texts.
#[derive(Serialize)]
pub struct Banner {
    html: String,
    /// In the order in which the loader knows them.
    texts: [String; 10],
    /// What a browser that refuses by a signal is shown in place of the first layer.
    #[serde(skip_serializing_if = "Option::is_none")]
    signal: Option<String>,
}

impl Banner {
    /// Renders the first layer of a notice.
    pub fn new(view: NoticeView) -> Banner {
        let texts = [
            TextKey::ManageCookies,
            TextKey::Saved,
            TextKey::PlaceholderText,
            TextKey::PlaceholderAllow,
            TextKey::PolicyLink,
            TextKey::Loading,
            TextKey::ConfigureUnavailable,
            TextKey::PlaceholderCategory,
            TextKey::PlaceholderCategoryAllow,
            TextKey::Withdraw,
        ];
        let texts = texts.map(|key| view.texts.get(key).to_owned());
        let signal = constat_widget::signal_html(&view);
        Banner { texts, html: constat_widget::first_layer_html(view), signal }
    }
}
