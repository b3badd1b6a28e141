//! The banner stays, whatever the page does to its own elements, layout and dialogs.

use crate::page::Host;
use constat_tests::browser::{Browser, DESKTOP, Outcome, browse};
use serde_json::json;
use thirtyfour::Key;

const ANSWERS: [&str; 3] = [
    ".banner [data-action=refuse_all]",
    ".banner [data-action=configure]",
    ".banner [data-action=allow_all]",
];
const HOST: &str = "document.querySelector('constat-consent')";

/// Ways in which libraries change what a page holds.
const REMOVALS: [&str; 11] = [
    "const body = document.createElement('body'); body.innerHTML = '<main>Next</main>'; document.body.replaceWith(body)",
    "document.body.innerHTML = '<main>Next</main>'",
    "document.body = document.createElement('body')",
    "document.body.outerHTML = document.body.outerHTML",
    "document.documentElement.innerHTML = '<head></head><body>Next</body>'",
    "document.querySelector('constat-consent').remove()",
    "document.body.append(document.querySelector('constat-consent'))",
    "document.documentElement.replaceChildren(document.head, document.body)",
    "document.querySelector('constat-consent').hidePopover()",
    "document.querySelector('constat-consent').hidden = true",
    "const html = document.createElement('html'); html.lang = 'fr'; html.innerHTML = '<head></head><body>Next</body>'; document.documentElement.replaceWith(html)",
];

/// Changes the page, and waits for its second picture after that.
async fn two_pictures_after(browser: &Browser, change: &str) -> Outcome {
    let script = format!(
        "{change}; return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"
    );
    Ok(browser.run(&script).await.map(drop)?)
}

#[test]
fn the_banner_returns_at_once_however_the_page_removes_it() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "<main>Home</main>");
        browser.open(&host.url()).await?;
        browser.find(".banner").await?;
        for removal in REMOVALS {
            two_pictures_after(&browser, removal).await?;
            assert!(browser.shows(".banner").await?, "{removal}");
            browser.in_reach(&ANSWERS).await?;
        }
        browser.press("refuse_all").await?;
        browser.until("constat.choices()").await?;
        for removal in REMOVALS {
            two_pictures_after(&browser, removal).await?;
            assert!(browser.shows(".manage").await?, "{removal}");
        }
        browser.in_reach(&[".manage"]).await?;
        Ok(())
    });
}

#[test]
fn the_configuration_layer_returns_with_what_was_switched_on() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "<main>Home</main>");
        browser.open(&host.url()).await?;
        browser.press("configure").await?;
        browser.find("dialog input[name=audience]").await?.click().await?;
        for removal in REMOVALS {
            two_pictures_after(&browser, removal).await?;
            let modal = format!(
                "{HOST}.shadowRoot.querySelector('dialog:modal') && {HOST}.shadowRoot.querySelector('input[name=audience]').checked"
            );
            browser.until(&modal).await?;
            browser.in_reach(&["dialog [data-action=refuse_all]", "dialog [data-action=allow_all]"]).await?;
        }
        browser.press("save").await?;
        browser.until("constat.choices()").await?;
        let choices =
            browser.run("return [constat.allows('audience'), constat.allows('advertising')]").await?;
        assert_eq!(choices, json!([true, false]));
        Ok(())
    });
}

#[test]
fn a_page_that_removes_the_banner_at_every_change_is_not_held_up() {
    let remover = "<script>new MutationObserver(() => { document.querySelector('constat-consent')?.remove() }).observe(document.documentElement, { childList: true, subtree: true })</script>";
    browse(DESKTOP, |browser| async move {
        let host = Host::start(remover, "<main>Home</main>");
        browser.open(&host.url()).await?;
        browser.until("window.constat?.withdraw").await?;
        let twenty_pictures = "let left = 20; return new Promise((done) => { const next = () => left-- ? requestAnimationFrame(next) : done('alive'); next() })";
        assert_eq!(browser.run(twenty_pictures).await?, "alive");
        browser.run("constat.withdraw()").await?;
        browser.until("constat.choices()").await?;
        assert!(browser.consent_cookie().await?.is_some());
        Ok(())
    });
}

#[test]
fn a_page_that_writes_itself_anew_asks_and_releases_like_any_other() {
    let next = r#"<h1>Next</h1><script type="text/plain" data-category="audience">window.ran = (window.ran || 0) + 1</script>"#;
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "<h1>Home</h1>");
        let tag = format!(r#"<script async src="{}/v1/sites/polaire/consent.js"></script>"#, host.server.url);
        for head in [tag.as_str(), ""] {
            browser.open(&host.url()).await?;
            browser.find(".banner").await?;
            let text =
                format!("<!doctype html><html lang='fr'><head>{head}</head><body>{next}</body></html>");
            browser
                .run(&format!("document.open(); document.write({}); document.close()", json!(text)))
                .await?;
            browser.in_reach(&ANSWERS).await?;
            assert_eq!(browser.run("return window.ran ?? null").await?, json!(null));
            browser.press("allow_all").await?;
            browser.until("window.ran").await?;
            browser.rest().await?;
            assert_eq!(browser.run("return window.ran").await?, 1, "{head}");
            browser.in_reach(&[".manage"]).await?;
            browser.forget_choice().await?;
        }
        Ok(())
    });
}

/// Frameworks walk over what their server has sent by `firstChild` and `nextSibling`, and pass over
/// comments. React does not look into scripts. Returns the ways that differ from the page as it was sent.
const HYDRATION: &str = "const walk = (node) => {
    const found = [];
    for (let at = node.firstChild; at; at = at.nextSibling) {
      if (at.nodeType === 3) found.push('text ' + at.data);
      if (at.nodeType === 1) found.push(at.localName + ' [' + (at.localName === 'script' ? '' : walk(at)) + ']');
    }
    return found.join(', ');
  };
  return fetch(location.href).then((reply) => reply.text()).then((text) => [walk(document), walk(new DOMParser().parseFromString(text, 'text/html'))])";

#[test]
fn a_framework_that_takes_over_the_document_finds_what_its_server_sent() {
    let body = r#"<div id="root"><h1>Film</h1><iframe title="Film" data-category="third_party" data-vendor="youtube" data-src="THIRD/film"></iframe><p>After</p><script type="text/plain" data-category="audience">window.ran = true</script></div>"#;
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", body);
        // Also where there is something between head and body.
        for gap in ["", "\n", "<!-- a comment -->"] {
            let page = format!(
                r#"<!doctype html><html lang="fr"><head><title>Film</title><script async src="{}/v1/sites/polaire/consent.js"></script></head>{gap}<body>{}</body></html>"#,
                host.server.url,
                body.replace("THIRD", &host.third.other_origin()),
            );
            host.pages.put("/app", page);
            browser.open(&format!("{}app", host.url())).await?;
            browser.find(".banner").await?;
            for answer in [None, Some("refuse_all"), Some("allow_all")] {
                if let Some(answer) = answer {
                    browser.run("constat.open()").await?;
                    browser.find("dialog[open]").await?;
                    browser.press(answer).await?;
                    browser.until("constat.choices()").await?;
                }
                let walks = browser.run(HYDRATION).await?;
                assert_eq!(walks[0], walks[1], "{gap:?} {answer:?}");
                two_pictures_after(&browser, "document.querySelector('p').textContent = 'Later'").await?;
                assert!(browser.shows(if answer.is_some() { ".manage" } else { ".banner" }).await?);
                two_pictures_after(&browser, "document.querySelector('p').textContent = 'After'").await?;
            }
            browser.forget_choice().await?;
        }
        Ok(())
    });
}

const LAYOUTS: [&str; 10] = [
    "",
    "body { display: grid; grid-template-columns: 1fr 3fr }",
    "body { display: flex; gap: 20px }",
    "html { display: grid; grid-template-columns: 1fr 3fr; min-height: 100% }",
    "html { display: flex; flex-direction: row-reverse; gap: 20px }",
    "body > :first-child { margin-top: 40px } body > :last-child { margin-bottom: 40px }",
    "body > * + * { margin-top: 30px }",
    "html > * { float: right; width: 30em; padding: 1em }",
    "* { position: relative; transform: rotate(1deg); margin: 1em }",
    "* { display: block !important; width: 8em !important; opacity: .9 !important; direction: rtl !important }",
];

#[test]
fn the_banner_and_the_layout_of_the_page_leave_each_other_alone() {
    let body = "<header>Header</header><nav>Menu</nav><main>Main</main><footer>Footer</footer>";
    let boxes = "const box = (node) => { const { x, y, width, height } = node.getBoundingClientRect(); return [x, y, width, height].map(Math.round) };
      const style = document.createElement('style'); document.head.append(style);
      return LAYOUTS.map((css) => { style.textContent = css; return [css, ...['body', 'header', 'nav', 'main', 'footer'].map((name) => box(document.querySelector(name))), document.documentElement.scrollHeight] })";
    let banner = "const style = document.createElement('style'); document.head.append(style);
      return LAYOUTS.map((css) => { style.textContent = css; const { x, y, width, height } = document.querySelector('constat-consent').shadowRoot.querySelector('.banner').getBoundingClientRect(); return [x, y, width, height].map(Math.round) })";
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", body);
        let layouts = json!(LAYOUTS).to_string();
        host.pages.put("/bare", format!(r#"<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Polaire</title></head><body>{body}</body></html>"#));
        browser.open(&format!("{}bare", host.url())).await?;
        let bare = browser.run(&boxes.replace("LAYOUTS", &layouts)).await?;
        browser.open(&host.url()).await?;
        browser.find(".banner").await?;
        assert_eq!(browser.run(&boxes.replace("LAYOUTS", &layouts)).await?, bare);
        let places = browser.run(&banner.replace("LAYOUTS", &layouts)).await?;
        for (css, place) in LAYOUTS.iter().zip(places.as_array().unwrap()) {
            assert_eq!(place, &places[0], "{css}");
        }
        browser.in_reach(&ANSWERS).await?;
        Ok(())
    });
}

/// Rules that make an element the frame of everything fixed in it, or take presses away.
const BOXES: [&str; 9] = [
    "filter: grayscale(1)",
    "transform: scale(1.2)",
    "perspective: 100px",
    "contain: strict",
    "will-change: transform",
    "overflow: hidden; height: 100vh",
    "pointer-events: none",
    "visibility: hidden",
    "isolation: isolate; z-index: 0; position: relative",
];

#[test]
fn the_banner_is_in_the_window_whatever_the_page_does_to_its_boxes() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "<main style='height: 4000px'>Long page</main>");
        browser.open(&host.url()).await?;
        browser.find(".banner").await?;
        for css in BOXES {
            for element in ["documentElement", "body"] {
                browser
                    .run(&format!("document.{element}.style.cssText = '{css}'; scrollTo(0, 1500)"))
                    .await?;
                let seen = browser.in_reach(&ANSWERS).await;
                assert!(seen.is_ok(), "{element} {css}: {seen:?}");
                browser.run(&format!("document.{element}.style.cssText = ''")).await?;
            }
        }
        browser.press("refuse_all").await?;
        browser.until("constat.choices()").await?;
        Ok(())
    });
}

#[test]
fn nothing_of_the_page_lies_above_the_banner() {
    let bars = [
        "document.body.append(bar)",
        "document.documentElement.append(bar)",
        "document.documentElement.prepend(bar)",
        "bar.popover = 'manual'; document.body.append(bar); bar.showPopover()",
    ];
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "<main>Home</main>");
        browser.open(&host.url()).await?;
        browser.find(".banner").await?;
        for place in bars {
            browser.run(&format!("const bar = document.createElement('div'); bar.id = 'bar'; bar.style.cssText = 'position: fixed; inset: auto 0 0; width: auto; margin: 0; height: 300px; z-index: 2147483647; background: #cde'; {place}")).await?;
            let seen = browser.in_reach(&ANSWERS).await;
            assert!(seen.is_ok(), "{place}: {seen:?}");
            browser.run("document.querySelector('#bar').remove()").await?;
        }
        Ok(())
    });
}

#[test]
fn on_a_page_from_right_to_left_the_texts_run_in_their_own_direction() {
    let straight = "const root = document.querySelector('constat-consent').shadowRoot, buttons = [...root.querySelectorAll(LAYER + ' .buttons button')];
      const boxes = buttons.map((node) => node.getBoundingClientRect()), faults = [];
      if (buttons.length < 3) faults.push('no buttons');
      for (const node of root.querySelectorAll(LAYER + ', ' + LAYER + ' p, ' + LAYER + ' button')) if (getComputedStyle(node).direction !== 'ltr') faults.push('direction of ' + node.localName);
      boxes.forEach((one, at) => boxes.slice(at + 1).forEach((other) => { if (one.left < other.right - 1 && other.left < one.right - 1 && one.top < other.bottom - 1 && other.top < one.bottom - 1) faults.push('overlap') }));
      return faults";
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "<main>Home</main>");
        for html in
            [r#"lang="ar" dir="rtl""#, r#"lang="fr" dir="rtl""#, r#"lang="ar" style="direction: rtl""#]
        {
            let page = format!(
                r#"<!doctype html><html {html}><head><meta charset="utf-8"><title>Polaire</title><style>* {{ direction: rtl }}</style><script async src="{}/v1/sites/polaire/consent.js"></script></head><body>Home</body></html>"#,
                host.server.url
            );
            host.pages.put("/rtl", page);
            browser.open(&format!("{}rtl", host.url())).await?;
            browser.in_reach(&ANSWERS).await?;
            assert_eq!(browser.run(&straight.replace("LAYER", "'.banner'")).await?, json!([]), "{html}");
            browser.press("configure").await?;
            browser.find("dialog[open]").await?;
            assert_eq!(browser.run(&straight.replace("LAYER", "'dialog'")).await?, json!([]), "{html}");
        }
        Ok(())
    });
}

#[test]
fn the_second_press_of_a_double_press_does_not_reach_the_page() {
    let body = r#"<button id="end" onclick="window.ended = true" style="position: fixed; inset: 0">End my contract</button>"#;
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", body);
        for (open, button) in [("", ANSWERS[0]), ("constat.open()", "dialog [data-action=save]")] {
            browser.open(&host.url()).await?;
            browser.find(".banner").await?;
            browser.run(open).await?;
            browser.in_reach(&[button]).await?;
            browser.press_twice_at(browser.middle_of(button).await?).await?;
            browser.until("constat.choices()").await?;
            browser.rest().await?;
            assert_eq!(browser.run("return window.ended ?? false").await?, false, "{button}");
            browser.forget_choice().await?;
        }
        Ok(())
    });
}

/// What dialogs of pages make inert while they are open.
const INERT: [&str; 3] = [
    "[...document.body.children]",
    "[...document.documentElement.children, ...document.body.children].filter((node) => node !== document.body)",
    "[...document.querySelectorAll('html > :not(head, body), body > *')]",
];

#[test]
fn a_page_that_is_made_inert_gets_no_press_through_the_banner() {
    let dialog = r#"<main>Home</main><div id="ask" style="position: fixed; inset: 0; background: #fff"><button id="end" onclick="window.ended = true" style="position: absolute; inset: 0; width: 100%">End my contract</button></div>"#;
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", dialog);
        for all in INERT {
            browser.open(&host.url()).await?;
            browser.find(".banner").await?;
            two_pictures_after(
                &browser,
                &format!(
                    "{all}.filter((node) => node.id !== 'ask').forEach((node) => {{ node.inert = true }})"
                ),
            )
            .await?;
            assert!(browser.shows(ANSWERS[0]).await?);
            let (x, y) = browser.middle_of(ANSWERS[0]).await?;
            browser.press_at(x, y).await?;
            browser.until("constat.choices() || window.ended").await?;
            assert_eq!(browser.run("return window.ended ?? false").await?, false, "{all}");
            browser.forget_choice().await?;
        }
        Ok(())
    });
}

const MODAL: &str = r##"<main style="height: 3000px">Home</main><dialog id="ask" style="position: fixed; inset: auto 0 0; margin: 0; width: 100%; max-width: none; height: 45vh; box-sizing: border-box"><a href="#" data-constat="manage">Cookies</a><button id="yes" onclick="ask.close()" style="position: absolute; bottom: 20px; left: 45%">I am over 18</button></dialog>"##;

/// Opens the layer from the page's own dialog, closes both, and answers the banner.
async fn goes_on_after(browser: &Browser) -> Outcome {
    browser.click("[data-constat=manage]").await?;
    browser.find("dialog[open]").await?;
    browser.in_reach(&["dialog [data-action=refuse_all]", "dialog [data-action=allow_all]"]).await?;
    browser.keys(&[Key::Escape]).await?;
    browser.until(&format!("!{HOST}.shadowRoot.querySelector('dialog') && ask.open")).await?;
    browser.click("#yes").await?;
    browser.until("!ask.open").await?;
    browser.in_reach(&ANSWERS).await?;
    browser.press("refuse_all").await?;
    browser.until("constat.choices()").await
}

#[test]
fn a_modal_dialog_in_a_component_steps_before_the_banner() {
    let body = r#"<div id="box"></div><script>
        box.attachShadow({ mode: "open" }).innerHTML = "<dialog style='position: fixed; inset: auto 0 0; margin: 0; width: 100%; max-width: none; height: 45vh'><button>I am over 18</button></dialog>";
        window.ask = box.shadowRoot.querySelector("dialog");
        ask.querySelector("button").onclick = () => ask.close();
        ask.showModal();
    </script>"#;
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", body);
        browser.open(&host.url()).await?;
        browser.until("window.constat?.choices").await?;
        browser.rest().await?;
        let free = "const box = ask.querySelector('button').getBoundingClientRect(); return document.elementFromPoint(box.x + 5, box.y + 5).id";
        assert_eq!(browser.run(free).await?, "box");
        browser.run("ask.querySelector('button').click()").await?;
        browser.in_reach(&ANSWERS).await?;
        browser.press("refuse_all").await?;
        browser.until("constat.choices()").await
    });
}

#[test]
fn a_modal_dialog_of_the_page_works_over_the_banner_that_was_there_before() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", MODAL);
        browser.open(&host.url()).await?;
        browser.find(".banner").await?;
        browser.run("ask.showModal()").await?;
        goes_on_after(&browser).await
    });
}

#[test]
fn a_modal_dialog_of_the_page_that_is_open_already_works_before_the_banner() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        let page = format!(
            r#"<!doctype html><html lang="fr"><head><title>Polaire</title></head><body>{MODAL}<script>ask.showModal()</script><script src="{}/v1/sites/polaire/consent.js"></script></body></html>"#,
            host.server.url
        );
        host.pages.put("/asks", page);
        browser.open(&format!("{}asks", host.url())).await?;
        browser.until("window.constat?.choices").await?;
        browser.rest().await?;
        goes_on_after(&browser).await
    });
}
