//! A page may declare, replace or freeze what the browser gives to every script. The visitor can
//! answer all the same, the page obeys, and the answer is recorded.

use crate::page::{Host, delivered};
use constat_tests::browser::{Browser, DESKTOP, Outcome, browse};
use serde_json::json;
use thirtyfour::Key;

const BODY: &str = r#"<script type="text/plain" data-category="audience">ran.push("first")</script><iframe title="Film" data-category="third_party" data-vendor="youtube" data-src="THIRD/film"></iframe><script type="text/plain" data-category="audience">ran.push("second")</script>"#;
const BUTTON: &str =
    "document.querySelector('constat-consent')?.shadowRoot.querySelector('.banner [data-action=allow_all]')";

/// For each change, made before the loader comes: the banner asks, nothing has run, a press allows.
async fn obeys(browser: &Browser, changes: &[&str]) -> Outcome {
    let host = Host::start("", "");
    host.third.put("/film", "<!doctype html><title>Film</title>");
    for change in changes {
        let page = format!(
            "<!doctype html><html lang='fr'><head><title>Polaire</title><script>window.ran = []; window.failed = []; addEventListener('error', (event) => failed.push(event.message)); addEventListener('unhandledrejection', (event) => failed.push(String(event.reason)))</script><script>{change}</script><script async src='{}/v1/sites/polaire/consent.js'></script></head><body>{}</body></html>",
            host.server.url,
            BODY.replace("THIRD", &host.third.other_origin()),
        );
        host.pages.put("/changed", page);
        browser.open(&format!("{}changed", host.url())).await?;
        let asked = browser.until(BUTTON).await;
        assert!(asked.is_ok(), "{change}: {}", browser.run("return failed.join()").await?);
        assert_eq!(browser.run("return ran.length").await?, 0, "{change}");
        // WebKit's driver cannot hand out an element of every such page.
        let (x, y) = browser.middle_of(".banner [data-action=allow_all]").await?;
        browser.press_at(x, y).await?;
        let obeyed = browser.until("ran.length === 2 && document.querySelector('iframe').src").await;
        assert!(obeyed.is_ok(), "{change}: {}", browser.run("return ran.concat(failed).join()").await?);
        delivered(browser, "polaire").await?;
        assert_eq!(host.records(browser).await.len(), 1, "{change}");
        assert_eq!(browser.run("return failed.join()").await?, json!(""), "{change}");
        browser.forget_choice().await?;
    }
    Ok(())
}

#[test]
fn libraries_that_change_the_language_change_nothing() {
    let libraries = [
        "Array.from = function (list) { return [].slice.call(list) }",
        "Array.prototype.toJSON = function () { return '[' + this.map(JSON.stringify).join() + ']' }; for (const type of [String, Date]) type.prototype.toJSON = function () { return 'a library' }",
        "Array.prototype.each = Array.prototype.forEach; Object.prototype.extend = function () {}; Function.prototype.delay = function () {}",
        "Element.prototype.remove = function () { return this.parentNode.removeChild(this) }; document.getElementsByClassName = function () { return [] }; window.$ = function () { return null }",
        "window.CustomEvent = class extends CustomEvent {}; window.Promise = class extends Promise {}; delete window.structuredClone; delete window.requestIdleCallback",
        "for (const name of ['addEventListener', 'removeEventListener']) { const plain = EventTarget.prototype[name]; EventTarget.prototype[name] = function (type, listener, options) { return plain.call(this || window, type, listener, options) } }",
    ];
    browse(DESKTOP, |browser| async move { obeys(&browser, &libraries).await });
}

#[test]
fn names_that_the_page_declares_are_not_taken_for_the_browser_s() {
    let names = [
        "function Node(value) { this.value = value } function Text() {} function Event() {}",
        "function Element() {} function Document() {} function Range() {} function Frame() {}",
        "function CustomEvent() {} class EventTarget {} var performance = { now: Date.now }",
        "const crypto = {}, queue = [], settings = {}, site = 'own', root = null",
        "const Proxy = {}; var Reflect = { get: () => 1 }; function MutationObserver() {}",
    ];
    browse(DESKTOP, |browser| async move { obeys(&browser, &names).await });
}

#[test]
fn methods_of_the_language_that_the_page_has_replaced_take_no_press_away() {
    let methods = [
        "Array.prototype.find = function (value) { return this.indexOf(value) }",
        "const map = Array.prototype.map; Array.prototype.map = function (make) { return map.call(this, (one) => make(one)) }",
        "const each = Array.prototype.forEach; Array.prototype.forEach = function (call) { return each.call(this, (one) => call(one)) }",
        "Object.prototype.signal = Object.prototype.once = 1",
        "Element.prototype.matches = function () { throw new Error('not here') }; Element.prototype.closest = null",
        "delete window.Proxy; delete window.Reflect; delete window.MutationObserver",
    ];
    browse(DESKTOP, |browser| async move { obeys(&browser, &methods).await });
}

#[test]
fn what_the_page_has_locked_holds_nothing_up() {
    let locks = [
        "for (const name of ['write', 'writeln', 'addEventListener']) Object.defineProperty(document, name, { value: document[name].bind(document), writable: false, configurable: false })",
        "Object.defineProperty(window, 'addEventListener', { value: window.addEventListener.bind(window), writable: false, configurable: false })",
        "for (const type of [Element, Document, Node, EventTarget, Object, Array]) Object.freeze(type.prototype)",
    ];
    browse(DESKTOP, |browser| async move { obeys(&browser, &locks).await });
}

#[test]
fn a_listener_that_is_older_than_the_loader_and_takes_every_click_takes_no_answer() {
    let taken = "<script>addEventListener('click', (event) => { event.preventDefault(); event.stopImmediatePropagation() }, true)</script>";
    browse(DESKTOP, |browser| async move {
        let host = Host::start(taken, "");
        for key in [None, Some(Key::Enter), Some(Key::Space)] {
            browser.open(&host.url()).await?;
            browser.find(".banner").await?;
            let refuse = ".banner [data-action=refuse_all]";
            if let Some(key) = key {
                browser.run(&format!("document.querySelector('constat-consent').shadowRoot.querySelector('{refuse}').focus()")).await?;
                browser.keys(&[key]).await?;
            } else {
                let (x, y) = browser.middle_of(refuse).await?;
                browser.press_at(x, y).await?;
            }
            browser.until("constat.choices()").await?;
            browser.rest().await?;
            browser.forget_choice().await?;
        }
        Ok(())
    });
}

#[test]
fn a_fetch_that_sends_credentials_everywhere_takes_neither_the_layer_nor_the_erasure_away() {
    let wrapped = "<script>const plain = fetch; window.fetch = (address, options) => plain(address, { ...options, credentials: 'include' })</script>";
    browse(DESKTOP, |browser| async move {
        let host = Host::start(wrapped, "");
        browser.open(&host.url()).await?;
        browser.press("configure").await?;
        browser.press("save").await?;
        delivered(&browser, "polaire").await?;
        assert_eq!(host.records(&browser).await.len(), 1);
        browser.run("constat.open()").await?;
        browser.find(".stored summary").await?.click().await?;
        browser.press("erase").await?;
        browser.press("erase_confirmed").await?;
        browser.find(".banner").await?;
        Ok(())
    });
}
