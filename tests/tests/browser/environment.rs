//! The banner and the gate work in pages that have changed their environment, and what the visitor
//! does in them stays between the visitor and Constat.

use crate::page::{Host, delivered};
use constat_shared::ConsentCookie;
use constat_tests::browser::{Browser, DESKTOP, Outcome, browse};
use constat_tests::page_answer::Answer;
use serde_json::json;
use thirtyfour::Key;

/// Notes in the page that it has run.
const COUNTER: &str = r#"<script type="text/plain" data-category="audience" data-vendor="google-analytics">ran.push("counter")</script>"#;
const NOTES: &str = "<script>window.ran = []</script>";

/// Answers by a press, and waits until the answer is recorded and obeyed.
async fn allows(host: &Host, browser: &Browser) -> Outcome {
    browser.press("allow_all").await?;
    browser.until("ran.length > 0").await?;
    delivered(browser, "polaire").await?;
    assert_eq!(host.records(browser).await.len(), 1);
    Ok(())
}

/// A page of the site with its tag as it is written here, where `SERVER` is Constat.
fn put(host: &Host, path: &str, page: &str) -> String {
    let page = page.replace("SERVER", &host.server.url).replace("THIRD", &host.third.other_origin());
    host.pages.put(path, page.replace("TAG", &tag(host)));
    format!("{}{path}", host.pages.origin())
}

fn tag(host: &Host) -> String {
    format!(r#"<script async src="{}/v1/sites/polaire/consent.js"></script>"#, host.server.url)
}

#[test]
fn an_element_of_the_page_is_not_taken_for_the_loader() {
    let elements = [
        "<details id='constat' open><summary>Constat amiable</summary></details>",
        "<form id='constat'><input name='push'><input name='allows'></form>",
        "<a id='constat' href='#'>1</a><a id='constat' href='#'>2</a>",
        "<iframe name='constat' srcdoc='<p>Constat'></iframe>",
    ];
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        for element in elements {
            let page = format!(
                "<!doctype html><html lang='fr'><head><title>Polaire</title>{NOTES}</head><body>{element}{COUNTER}TAG</body></html>"
            );
            browser.open(&put(&host, "/element", &page)).await?;
            let done = allows(&host, &browser).await;
            assert!(done.is_ok(), "{element}: {done:?}");
            browser.forget_choice().await?;
        }
        Ok(())
    });
}

#[test]
fn names_that_every_object_has_are_no_vendors_and_no_categories() {
    let marked: String = ["constructor", "toString", "__proto__", "hasOwnProperty"]
        .iter()
        .flat_map(|name| {
            [
                format!(r#"<script type="text/plain" data-category="audience" data-vendor="{name}">ran.push("{name}")</script>"#),
                format!(r#"<script type="text/plain" data-category="{name}">ran.push("category {name}")</script>"#),
                format!(r#"<iframe data-category="{name}" data-src="THIRD/{name}"></iframe>"#),
                format!(r#"<iframe data-category="audience" data-vendor="{name}" data-src="THIRD/{name}"></iframe>"#),
            ]
        })
        .collect();
    browse(DESKTOP, |browser| async move {
        let host = Host::start(NOTES, &(marked + COUNTER));
        browser.open(&host.url()).await?;
        browser.find(".banner").await?;
        browser.rest().await?;
        assert_eq!((browser.run("return ran").await?, host.third.asked().len()), (json!([]), 0));
        browser.press("allow_all").await?;
        browser.until("ran.includes('counter')").await?;
        browser.rest().await?;
        let ran = browser.run("return ran").await?;
        assert_eq!((ran, host.third.asked().len()), (json!(["counter"]), 0));
        let wrong = "return ['constructor', 'toString', '__proto__'].some((name) => constat.allows(name) || constat.allows('audience', name))";
        assert_eq!(browser.run(wrong).await?, false);
        Ok(())
    });
}

/// What images and forms of a page may give `document` as its own names.
const NAMES: &str = "body head documentElement querySelector querySelectorAll addEventListener removeEventListener dispatchEvent activeElement readyState currentScript cookie createRange createElement prerendering visibilityState defaultView all forms scripts getElementsByTagName adoptedStyleSheets title constat";

#[test]
fn names_of_the_page_s_own_elements_hide_nothing_that_is_needed() {
    let images: String = NAMES
        .split(' ')
        .map(|name| format!(r#"<img name="{name}" alt="" src="THIRD/v1/sites/polaire/consent.js">"#))
        .collect();
    let form = format!(
        "<form id='form' name='querySelector'>{}{}</form>",
        [
            "matches",
            "querySelectorAll",
            "nodeType",
            "parentNode",
            "insertBefore",
            "shadowRoot",
            "getAttribute",
            "hasAttribute",
            "setAttribute",
            "nextSibling",
            "append",
            "after",
            "isConnected",
            "localName"
        ]
        .map(|name| format!("<input name='{name}'>"))
        .concat(),
        COUNTER.replace("counter", "inside"),
    );
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        let page = format!(
            "<!doctype html><html lang='fr'><head><title>Polaire</title>{NOTES}<script>window.failed = []; addEventListener('error', (event) => failed.push(event.message)); addEventListener('unhandledrejection', (event) => failed.push(String(event.reason)))</script></head><body>{images}{form}{COUNTER}TAG</body></html>"
        );
        let url = put(&host, "/names", &page);
        browser.open(&url).await?;
        let root = "Reflect.get(Document.prototype, 'querySelector', document).call(document, 'constat-consent')?.shadowRoot";
        browser.until(&format!("{root}?.querySelector('.banner') || failed.length")).await?;
        assert_eq!(browser.run("return [ran, failed]").await?, json!([[], []]));
        browser.run(&format!("{root}.querySelector('[data-action=configure]').click()")).await?;
        // Where the names stand in the way of the layer, the banner says that it cannot be shown.
        let open = format!("{root}.querySelector('dialog[open]')");
        browser.until(&format!("{open} || {root}.textContent.includes('Ce navigateur ne peut pas')")).await?;
        browser.run(&format!("({open} || {root}).querySelector('[data-action=allow_all]').click()")).await?;
        browser.until("ran.length === 2").await?;
        browser.run(&format!("const field = Object.assign(Reflect.get(Document.prototype, 'createElement', document).call(document, 'div'), {{ innerHTML: '<form><input name=matches><input name=querySelectorAll></form>' }}); const script = Reflect.get(Document.prototype, 'createElement', document).call(document, 'div'); script.innerHTML = {}; field.firstChild.append(script.firstChild); Reflect.get(Document.prototype, 'body', document).append(field)", json!(COUNTER))).await?;
        browser.until("ran.length === 3").await?;
        browser.open(&url).await?;
        browser.until("ran.length === 2").await?;
        assert_eq!(
            browser.run(&format!("return !{root}?.querySelector('.banner')")).await?,
            true,
            "it was kept"
        );
        assert_eq!(browser.run("return failed").await?, json!([]));
        let others: Vec<_> =
            host.third.asked().into_iter().filter(|asked| !asked.path.ends_with("/consent.js")).collect();
        assert_eq!(others, [], "only the tag says where the server is");
        Ok(())
    });
}

#[test]
fn a_page_in_a_sandboxed_frame_asks_and_obeys_the_answer() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start(NOTES, COUNTER);
        let outer = "<!doctype html><html><body><iframe id='preview' sandbox='allow-scripts' src='/' width='900' height='600'></iframe></body></html>";
        browser.open(&put(&host, "/outer", outer)).await?;
        browser.enter_frame("#preview").await?;
        browser.find(".banner").await?;
        assert_eq!(browser.run("return ran").await?, json!([]));
        browser.press("allow_all").await?;
        browser.until("ran.length === 1 && constat.allows('audience')").await?;
        browser
            .until("!document.querySelector('constat-consent').shadowRoot.querySelector('.banner')")
            .await?;
        Ok(())
    });
}

#[test]
fn a_tag_that_is_a_module_works() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        let page = format!(
            r#"<!doctype html><html lang="fr"><head><title>Polaire</title>{NOTES}<script type="module" src="SERVER/v1/sites/polaire/consent.js"></script></head><body>{COUNTER}</body></html>"#
        );
        browser.open(&put(&host, "/module", &page)).await?;
        browser.press("configure").await?;
        browser.find("dialog[open]").await?;
        allows(&host, &browser).await
    });
}

#[test]
fn a_copy_of_the_loader_obeys_and_tells_the_owner_that_nothing_is_recorded() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        let copy =
            reqwest::get(format!("{}/v1/sites/polaire/consent.js", host.server.url)).await?.text().await?;
        host.pages.put("/cache/min/consent.js", copy.clone());
        host.pages.put("/bundle.js", format!("(function () {{ {copy} }})()"));
        for (path, more) in [("/cache/min/consent.js", "async"), ("/bundle.js", "type='module'")] {
            let page = format!(
                r#"<!doctype html><html lang="fr"><head><title>Polaire</title>{NOTES}<script>window.told = []; console.error = (...words) => told.push(words.join(" "))</script><script {more} src="{path}"></script></head><body>{COUNTER}</body></html>"#
            );
            browser.open(&put(&host, "/copied", &page)).await?;
            browser.find(".banner").await?;
            browser.until("told.some((text) => text.includes('/v1/sites/polaire/consent.js'))").await?;
            assert_eq!(browser.run("return ran").await?, json!([]));
            browser.press("configure").await?;
            browser.until("document.querySelector('constat-consent').shadowRoot.querySelector('[role=status]').textContent.includes('Tout refuser') || document.querySelector('constat-consent').shadowRoot.querySelector('.text').textContent.includes('tout refuser')").await?;
            browser.press("allow_all").await?;
            browser.until("ran.length === 1").await?;
            browser.forget_choice().await?;
        }
        Ok(())
    });
}

#[test]
fn a_cookie_that_was_edited_by_hand_is_void_and_a_new_answer_makes_a_good_one() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start(NOTES, COUNTER);
        browser.open(&host.url()).await?;
        allows(&host, &browser).await?;
        let good = browser.consent_cookie().await?.unwrap();
        let id = good.split('.').nth(1).unwrap();
        let edits = [
            good.replace(id, "nobody"),
            good.replace(id, &id.to_uppercase()),
            good.replace(id, &id.replace('-', "")),
            good.replacen("2.", "3.", 1),
            format!("{good}zz"),
            good[..good.len() / 2].to_owned(),
            String::new(),
        ];
        for edited in edits {
            browser.run(&format!("document.cookie = 'constat-polaire={edited};path=/'")).await?;
            browser.reload().await?;
            browser.until("window.constat?.choices").await?;
            assert_eq!(browser.run("return [constat.choices(), ran]").await?, json!([null, []]), "{edited}");
            browser.find(".banner").await?;
        }
        browser.press("refuse_all").await?;
        delivered(&browser, "polaire").await?;
        let made = browser.consent_cookie().await?.unwrap();
        assert_ne!(ConsentCookie::decode(&made)?.consent_id.to_string(), id);
        assert_eq!(host.records(&browser).await.len(), 1);
        Ok(())
    });
}

/// A smooth-scroll library.
const SMOOTH: &str = "<script>window.taken = 0; addEventListener('wheel', (event) => { taken++; event.preventDefault(); scrollBy(0, event.deltaY) }, { passive: false })</script>";

#[test]
fn a_page_that_takes_every_turn_of_the_wheel_leaves_the_layer_its_own() {
    browse((900, 520), |browser| async move {
        let host = Host::start("", &format!("<main style='height: 6000px'>Home</main>{SMOOTH}"));
        browser.open(&host.url()).await?;
        browser.press("configure").await?;
        browser.find("dialog[open]").await?;
        browser.wheel_at(450, 260, 200).await?;
        browser.until("document.querySelector('constat-consent').shadowRoot.querySelector('.scroll').scrollTop > 20").await?;
        assert_eq!(browser.run("return [scrollY, taken]").await?, json!([0, 0]));
        Ok(())
    });
}

/// A focus trap that swallows every press, touch and key outside of its dialog.
const TRAP: &str = "<div id='news' role='dialog' style='position: fixed; inset: 5% 30% 60%; background: #ffd'><button id='no'>No</button></div>
  <script>
    window.trap = (target) => {
      no.focus();
      for (const type of ['pointerdown', 'mousedown', 'touchstart', 'pointerup', 'mouseup', 'click', 'keydown', 'keyup']) target.addEventListener(type, (event) => {
        if (!news.contains(event.target)) { event.preventDefault(); event.stopImmediatePropagation() }
      }, { capture: true, passive: false });
      target.addEventListener('focusin', (event) => { if (!news.contains(event.target)) { event.stopImmediatePropagation(); no.focus() } }, true);
    };
    trap(document);
  </script>";

#[test]
fn a_focus_trap_of_the_page_takes_no_press_and_no_key_away() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", TRAP);
        browser.open(&host.url()).await?;
        browser.find(".banner").await?;
        browser.run("trap(window)").await?;
        let (x, y) = browser.middle_of(".banner [data-action=configure]").await?;
        browser.press_at(x, y).await?;
        browser.find("dialog[open]").await?;
        browser.find("dialog input[name=audience]").await?.click().await?;
        browser.run("document.querySelector('constat-consent').shadowRoot.querySelector('dialog [data-action=save]').focus()").await?;
        browser.keys(&[Key::Enter]).await?;
        browser.until("constat.choices()").await?;
        assert_eq!(browser.run("return constat.allows('audience')").await?, true);
        Ok(())
    });
}

/// Listeners of a page for everything, in both phases. One on the window that is older than the
/// loader sees an event first, whatever anybody does.
const SPY: &str = "<script>window.seen = []; window.spy = (target) => {
    for (const type of 'click auxclick dblclick contextmenu pointerdown pointerup mousedown mouseup touchstart touchend wheel keydown keyup keypress input beforeinput focusin focusout change'.split(' ')) {
      for (const capture of [true, false]) target.addEventListener(type, (event) => { if (event.target.localName === 'constat-consent') seen.push(type) }, { capture, passive: true });
    }
  };
  spy(document); spy(document.documentElement)</script>";

#[test]
fn listeners_of_the_page_see_nothing_that_the_visitor_does_in_the_banner() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", &format!("<main style='height: 4000px'>Home</main>{SPY}"));
        browser.open(&host.url()).await?;
        browser.find(".banner").await?;
        browser.run("spy(window)").await?;
        let (x, y) = browser.middle_of(".banner .text").await?;
        browser.wheel_at(x, y, 10).await?;
        browser.press("configure").await?;
        browser.find("dialog[open]").await?;
        let (x, y) = browser.middle_of("dialog .scroll").await?;
        browser.wheel_at(x, y, 50).await?;
        browser.find("dialog input[name=audience]").await?.click().await?;
        browser.keys(&[Key::Tab, Key::Space]).await?;
        browser.press("save").await?;
        browser.until("constat.choices()").await?;
        browser.find(".manage").await?.click().await?;
        browser.find("dialog[open]").await?;
        browser.keys(&[Key::Escape]).await?;
        browser
            .until("!document.querySelector('constat-consent').shadowRoot.querySelector('dialog')")
            .await?;
        assert_eq!(browser.run("return seen").await?, json!([]));
        Ok(())
    });
}

#[test]
fn a_page_of_xhtml_works_like_one_of_html() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        host.third.put("/film", "<!doctype html><title>Film</title>");
        let page = format!(
            r#"<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" lang="fr" xml:lang="fr"><head><title>Polaire</title><script>window.ran = []</script><script async="async" src="{}/v1/sites/polaire/consent.js"></script></head><body>
<script type="text/plain" data-category="audience"><![CDATA[ if (1 < 2 && 3 > 2) ran.push("inline"); document.write("<p id='written'>Written</p>"); ]]></script>
<iframe title="Film" data-category="third_party" data-vendor="youtube" data-src="{}/film"></iframe></body></html>"#,
            host.server.url,
            host.third.other_origin(),
        );
        host.pages
            .put_answer("/x", Answer::of(page).with("Content-Type", "application/xhtml+xml; charset=utf-8"));
        browser.open(&format!("{}x", host.url())).await?;
        assert!(browser.placeholder("iframe").await?.contains("YouTube"));
        browser.press("configure").await?;
        browser.find("dialog[open]").await?;
        allows(&host, &browser).await?;
        browser.until("document.querySelector('#written')").await?;
        browser.until("document.querySelector('iframe').src").await?;
        Ok(())
    });
}

#[test]
fn a_page_that_is_isolated_from_other_origins_works() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        let page = format!(
            "<!doctype html><html lang='fr'><head><title>Polaire</title>{NOTES}{}</head><body>{COUNTER}</body></html>",
            tag(&host)
        );
        let isolated = Answer::of(page)
            .with("Cross-Origin-Embedder-Policy", "require-corp")
            .with("Cross-Origin-Opener-Policy", "same-origin");
        host.pages.put_answer("/isolated", isolated);
        browser.open(&format!("{}isolated", host.url())).await?;
        assert_eq!(browser.run("return crossOriginIsolated").await?, true);
        browser.press("configure").await?;
        browser.find("dialog[open]").await?;
        allows(&host, &browser).await
    });
}

#[test]
fn a_page_that_enforces_trusted_types_allows_one_policy_of_ours() {
    let head = "<script>window.ran = []; window.failed = []; addEventListener('error', (event) => failed.push(event.message)); addEventListener('securitypolicyviolation', (event) => failed.push(event.violatedDirective))</script>";
    let body = format!(
        r#"{COUNTER}<script type="text/plain" data-category="audience">document.write("<p id='written'>Written</p>")</script><script type="text/plain" data-category="audience" data-src="THIRD/film.js" onload="ran.push('loaded')"></script><iframe title="Film" data-category="third_party" data-vendor="youtube" data-src="THIRD/film"></iframe>"#
    );
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        host.third.put("/film.js", "ran.push('film')");
        let page = format!(
            "<!doctype html><html lang='fr'><head><title>Polaire</title>{head}{}</head><body>{body}</body></html>",
            tag(&host)
        );
        let page = page.replace("THIRD", &host.third.other_origin());
        let strict = Answer::of(page)
            .with("Content-Security-Policy", "require-trusted-types-for 'script'; trusted-types constat");
        host.pages.put_answer("/strict", strict);
        browser.open(&format!("{}strict", host.url())).await?;
        browser.find(".banner").await?;
        browser.placeholder("iframe").await?;
        browser.press("configure").await?;
        browser.find("dialog[open]").await?;
        browser.press("allow_all").await?;
        let done = browser.until("String(ran) === 'counter,film,loaded'").await;
        assert!(done.is_ok(), "{}", browser.run("return [ran, failed]").await?);
        browser.until("document.querySelector('#written') && document.querySelector('iframe').src").await?;
        assert_eq!(browser.run("return failed").await?, json!([]));
        Ok(())
    });
}

#[test]
fn the_documented_content_security_policy_lets_everything_work_and_nothing_else_is_tried() {
    let head = "<script nonce='a1B2'>window.ran = []; window.failed = []; addEventListener('securitypolicyviolation', (event) => failed.push(event.violatedDirective + ' ' + event.blockedURI))</script>";
    let body = format!(
        r#"{}<iframe title="Film" data-category="third_party" data-vendor="youtube" data-src="THIRD/film"></iframe>"#,
        COUNTER.replace("<script", "<script nonce='a1B2'")
    );
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        host.third.put("/film", "<!doctype html><title>Film</title>");
        let third = host.third.other_origin();
        let page = format!(
            "<!doctype html><html lang='fr'><head><title>Polaire</title>{head}{}</head><body>{}</body></html>",
            tag(&host),
            body.replace("THIRD", &third)
        );
        let policy = format!(
            "default-src 'none'; script-src 'nonce-a1B2' {0} 'wasm-unsafe-eval'; connect-src {0}; frame-src {third}",
            host.server.url
        );
        host.pages.put_answer("/policy", Answer::of(page).with("Content-Security-Policy", &policy));
        browser.open(&format!("{}policy", host.url())).await?;
        browser.in_reach(&[".banner [data-action=refuse_all]", ".banner [data-action=allow_all]"]).await?;
        assert!(browser.placeholder("iframe").await?.contains("YouTube"));
        browser.press("configure").await?;
        browser.in_reach(&["dialog [data-action=refuse_all]", "dialog [data-action=allow_all]"]).await?;
        allows(&host, &browser).await?;
        browser.until("document.querySelector('iframe').src").await?;
        let failed = browser.run("return failed.filter((text) => !/favicon/.test(text))").await?;
        assert_eq!(failed, json!([]));
        Ok(())
    });
}
