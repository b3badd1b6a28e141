//! The configuration layer.

use super::category::category;
use super::props::ConfigurationProps;
use super::stored_choice::stored_choice;
use constat_shared::{Action, NoticeView, TextKey};
use yew::{Html, NodeRef, html};

/// A modal dialog with every category, vendor and cookie. The browser's
/// dialog element keeps the focus inside and makes the rest of the page inert.
/// The loader hears its buttons, and calls the widget with their `data-action`.
pub fn configuration(props: &ConfigurationProps) -> Html {
    let notice = &props.notice;
    let text = |key| notice.texts.get(key).to_owned();
    let answer = |action: Action, key, class: &'static str| {
        html! { <button {class} data-action={action.as_str()}>{ text(key) }</button> }
    };
    let (lang, dir, asks) = (notice.language.as_str(), notice.language.direction(), notice.asks());
    html! {
        <dialog ref={props.dialog.clone()} class="configuration" aria-labelledby="constat-configuration"
            {lang} {dir} onclose={props.on_close.reform(|_| ())}>
            <div class="head">
                <h2 id="constat-configuration">{ text(TextKey::ConfigurationTitle) }</h2>
                <button class="link" data-action="close">{ text(TextKey::Close) }</button>
            </div>
            <div class="scroll" tabindex="-1">
                if props.answered { { stored_choice(props) } }
                if asks { <p>{ text(TextKey::ConfigurationIntro) }</p> }
                { for notice.categories.iter().map(|view| category(view, props)) }
                { contacts(notice) }
            </div>
            if asks {
                <div class="buttons">
                    { answer(Action::RefuseAll, TextKey::RefuseAll, "answer") }
                    { answer(Action::Save, TextKey::Save, "plain") }
                    { answer(Action::AllowAll, TextKey::AllowAll, "answer") }
                </div>
            }
        </dialog>
    }
}

fn contacts(notice: &NoticeView) -> Html {
    let label = |key| notice.texts.get(key).to_owned();
    let controller = &notice.controller;
    html! {
        <dl class="small facts">
            <dt>{ label(TextKey::ControllerLabel) }</dt>
            <dd>{ controller.name.clone() }{ ", " }{ controller.address.clone() }</dd>
            <dt>{ label(TextKey::DpoLabel) }</dt>
            <dd><a href={format!("mailto:{}", controller.dpo_email)}>{ controller.dpo_email.clone() }</a></dd>
            <dt>{ label(TextKey::AuthorityLabel) }</dt>
            <dd><a href={notice.authority.url.clone()} target="_blank" rel="noopener noreferrer">{ notice.authority.name.clone() }</a></dd>
        </dl>
    }
}

/// Opens the dialog over the page.
#[cfg(target_arch = "wasm32")]
pub fn show_modal(dialog: &NodeRef) {
    if let Some(dialog) = dialog.cast::<web_sys::HtmlDialogElement>() {
        // It fails only when the dialog is already open or out of the page.
        let _ = dialog.show_modal();
    }
}

/// Closes the dialog, which gives the focus back.
#[cfg(target_arch = "wasm32")]
pub fn close_dialog(dialog: &NodeRef) {
    if let Some(dialog) = dialog.cast::<web_sys::HtmlDialogElement>() {
        dialog.close();
    }
}

// The server only renders HTML: it never opens or closes a dialog.
/// Does nothing.
#[cfg(not(target_arch = "wasm32"))]
pub fn show_modal(_: &NodeRef) {}

/// Does nothing.
#[cfg(not(target_arch = "wasm32"))]
pub fn close_dialog(_: &NodeRef) {}
