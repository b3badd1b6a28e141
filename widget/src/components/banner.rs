//! The first layer.

use constat_shared::{NoticeView, TextKey};
use yew::{Html, html};

/// The first layer: a dialog that does not block the page. The server renders it; the loader shows
/// it and handles its buttons by their `data-action`. Where room is short, `.text` scrolls and the
/// buttons stay. It needs no `tabindex`: the keyboard reaches the button and the link in it.
pub fn banner(notice: &NoticeView) -> Html {
    let texts = &notice.texts;
    let text = |key| texts.get(key).to_owned();
    let button = |action: &'static str, class: &'static str, label: String| {
        html! { <button {class} data-action={action}>{ label }</button> }
    };
    let vendors = texts.count(TextKey::ThirdPartiesOne, TextKey::ThirdParties, notice.vendor_count());
    let months = notice.lifetimes.choice().get().to_string();
    let (lang, dir) = (notice.language.as_str(), notice.language.direction());
    html! {
        <section class="banner" role="dialog" aria-labelledby="constat-title" {lang} {dir}>
            <div class="head">
                <h2 id="constat-title">{ text(TextKey::Title) }</h2>
                { button("continue_without_accepting", "link", text(TextKey::ContinueWithoutAccepting)) }
            </div>
            <div class="text">
                <p>{ notice.intro() }</p>
                <p class="small">
                    { texts.fill(TextKey::Lifetime, "{months}", &months) }{ " " }
                    { button("vendors", "link", vendors) }{ " · " }
                    <a href={notice.controller.policy_url.clone()}>{ text(TextKey::SitePolicyLink) }</a>
                </p>
            </div>
            <div class="buttons">
                { button("refuse_all", "answer", text(TextKey::RefuseAll)) }
                { button("configure", "plain", text(TextKey::Configure)) }
                { button("allow_all", "answer", text(TextKey::AllowAll)) }
            </div>
        </section>
    }
}
