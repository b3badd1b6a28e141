//! The first layer.

use constat_shared::{NoticeView, TextKey};
use yew::{Callback, Html, html};

/// The first layer: a dialog that does not block the page. The loader handles
/// its buttons by their `data-action` until the widget has started; then
/// `on_press` is called with that name.
pub fn banner(notice: &NoticeView, on_press: &Callback<&'static str>) -> Html {
    let texts = &notice.texts;
    let text = |key| texts.get(key).to_owned();
    let button = |action: &'static str, class: &'static str, label: String| {
        let press = on_press.reform(move |_| action);
        html! { <button {class} data-action={action} onclick={press}>{ label }</button> }
    };
    let vendors = texts.count(TextKey::ThirdPartiesOne, TextKey::ThirdParties, notice.vendor_count());
    let months = notice.lifetimes.choice().get().to_string();
    html! {
        <section class="banner" role="dialog" aria-labelledby="constat-title" lang={notice.language.as_str()}>
            <div class="head">
                <h2 id="constat-title">{ text(TextKey::Title) }</h2>
                { button("continue_without_accepting", "link", text(TextKey::ContinueWithoutAccepting)) }
            </div>
            <p>{ notice.intro() }</p>
            <p class="small">
                { texts.fill(TextKey::Lifetime, "{months}", &months) }{ " " }
                { button("vendors", "link", vendors) }{ " · " }
                <a href={notice.controller.policy_url.clone()}>{ text(TextKey::SitePolicyLink) }</a>
            </p>
            <div class="buttons">
                { button("refuse_all", "answer", text(TextKey::RefuseAll)) }
                { button("configure", "plain", text(TextKey::Configure)) }
                { button("allow_all", "answer", text(TextKey::AllowAll)) }
            </div>
        </section>
    }
}
