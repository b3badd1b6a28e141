//! The configuration layer.

use super::category::category;
use super::props::ConfigurationProps;
use super::stored_choice::stored_choice;
use constat_shared::{Action, NoticeView, TextKey};
use yew::{Callback, Html, NodeRef, html};

/// A modal dialog with every category, vendor and cookie. The browser's
/// dialog element keeps the focus inside and makes the rest of the page inert.
pub fn configuration(props: &ConfigurationProps) -> Html {
    let dialog = props.dialog.clone();
    let texts = &props.notice.texts;
    let text = |key| texts.get(key).to_owned();
    let answer = |action: Action, key, class: &'static str| {
        let press = props.on_answer.reform(move |_| action);
        let label = text(key);
        html! { <button {class} data-action={action.as_str()} onclick={press}>{ label }</button> }
    };
    let close = {
        let dialog = dialog.clone();
        Callback::from(move |_| close_dialog(&dialog))
    };
    let categories = props.notice.categories.iter();
    html! {
        <dialog ref={dialog} class="configuration" aria-labelledby="constat-configuration" lang={props.notice.language.as_str()}
            onclose={props.on_close.reform(|_| ())}>
            <div class="head">
                <h2 id="constat-configuration">{ text(TextKey::ConfigurationTitle) }</h2>
                <button class="link" data-action="close" onclick={close}>{ text(TextKey::Close) }</button>
            </div>
            <div class="scroll" tabindex="-1">
                if props.answered { { stored_choice(props) } }
                <p>{ text(TextKey::ConfigurationIntro) }</p>
                { for categories.map(|view| category(view, props)) }
                { contacts(&props.notice) }
            </div>
            <div class="buttons">
                { answer(Action::RefuseAll, TextKey::RefuseAll, "answer") }
                { answer(Action::Save, TextKey::Save, "plain") }
                { answer(Action::AllowAll, TextKey::AllowAll, "answer") }
            </div>
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

#[cfg(target_arch = "wasm32")]
fn close_dialog(dialog: &NodeRef) {
    if let Some(dialog) = dialog.cast::<web_sys::HtmlDialogElement>() {
        dialog.close();
    }
}

// The server only renders HTML: it never opens or closes a dialog.
/// Does nothing.
#[cfg(not(target_arch = "wasm32"))]
pub fn show_modal(_: &NodeRef) {}

#[cfg(not(target_arch = "wasm32"))]
fn close_dialog(_: &NodeRef) {}
