//! What a browser that refuses by a signal is shown in place of the first layer.

use constat_shared::{NoticeView, TextKey};
use yew::{Html, html};

/// A small region of the page: it asks nothing, so it is no dialog. The loader handles its buttons; closing it
/// is no answer.
pub fn signal(notice: &NoticeView) -> Html {
    let text = |key| notice.texts.get(key).to_owned();
    let (lang, dir) = (notice.language.as_str(), notice.language.direction());
    html! {
        <section class="banner signal" aria-labelledby="constat-title" {lang} {dir}>
            <div class="text">
                <h2 id="constat-title">{ text(TextKey::SignalTitle) }</h2>
                <p>{ text(TextKey::SignalText) }</p>
            </div>
            <div class="buttons">
                <button class="plain" data-action="configure">{ text(TextKey::Configure) }</button>
                <button class="plain" data-action="close">{ text(TextKey::Close) }</button>
            </div>
        </section>
    }
}
