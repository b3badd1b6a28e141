//! What the visitor sees: equal buttons, no host style.

use crate::page::{Demo, Host};
use constat_tests::browser::{DESKTOP, PHONE, browse};
use serde_json::{Value, json};

/// How a button weighs on the eye.
const WEIGHT: &str = "const style = (action) => { const node = document.querySelector('constat-consent').shadowRoot.querySelector(LAYER + ' [data-action=' + action + ']'), s = getComputedStyle(node), box = node.getBoundingClientRect();
  return [s.fontSize, s.fontWeight, s.fontFamily, s.color, s.backgroundColor, s.border, s.borderRadius, s.padding, s.opacity, Math.round(box.width), Math.round(box.height)] };
  return [style('refuse_all'), style('allow_all')]";

fn equal_on(size: (u32, u32)) {
    browse(size, |browser| async move {
        let demo = Demo::start();
        for scheme in ["light", "dark"] {
            browser.prefer(scheme).await?;
            browser.open(&demo.page("fr/")).await?;
            browser.find(".banner").await?;
            let weigh = |layer: &str| WEIGHT.replace("LAYER", &format!("'{layer}'"));
            let banner = browser.run(&weigh(".banner")).await?;
            assert_eq!(banner[0], banner[1]);
            browser.press("configure").await?;
            browser.find("dialog[open]").await?;
            let configuration = browser.run(&weigh("dialog")).await?;
            assert_eq!(configuration[0], configuration[1]);
        }
        Ok(())
    });
}

#[test]
fn refusing_and_allowing_weigh_the_same_on_a_phone() {
    equal_on(PHONE);
}

#[test]
fn refusing_and_allowing_weigh_the_same_on_a_desktop() {
    equal_on(DESKTOP);
}

#[test]
fn every_target_is_at_least_24_pixels_high() {
    browse(PHONE, |browser| async move {
        let demo = Demo::start();
        browser.open(&demo.page("fr/")).await?;
        browser.press("vendors").await?;
        browser.find("dialog[open]").await?;
        let small = browser.run("return Array.from(document.querySelector('constat-consent').shadowRoot.querySelectorAll('button, input, summary')).filter((node) => node.checkVisibility() && node.getBoundingClientRect().height < 24).map((node) => node.outerHTML)").await?;
        assert_eq!(small, json!([]));
        Ok(())
    });
}

#[test]
fn a_hostile_host_page_neither_hides_nor_deforms_the_banner() {
    let head = "<style>html { font-size: 60px } * { display: none !important; font-size: 3em !important; color: red !important; visibility: hidden !important; opacity: 0 !important; transform: rotate(9deg) !important; text-transform: uppercase !important; direction: rtl !important; unicode-bidi: bidi-override !important; --text: red !important; --button: red !important } html, body { display: block !important; opacity: 1 !important; visibility: visible !important; transform: none !important }</style>";
    let measure = "const s = document.querySelector('constat-consent').shadowRoot; return ['.banner', 'h2', '[data-action=refuse_all]', '[data-action=allow_all]'].map((q) => { const n = s.querySelector(q), c = getComputedStyle(n), b = n.getBoundingClientRect(); return [n.checkVisibility({ opacityProperty: true, visibilityProperty: true }), c.fontSize, c.color, c.backgroundColor, c.textTransform, c.direction, c.unicodeBidi, Math.round(b.x), Math.round(b.width), Math.round(b.height)] })";
    browse(DESKTOP, |browser| async move {
        let mut seen: Vec<Value> = Vec::new();
        for head in ["", head] {
            let host = Host::start(head, "<div>Polaire</div>");
            browser.open(&host.url()).await?;
            browser.find(".banner").await?;
            seen.push(browser.run(measure).await?);
            browser.press("refuse_all").await?;
            assert!(browser.consent_cookie().await?.is_some());
            browser.forget_choice().await?;
        }
        assert_eq!(seen[0], seen[1]);
        Ok(())
    });
}

#[test]
fn no_style_of_the_banner_reaches_the_host_page() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "<button class='answer'>Host</button>");
        browser.prepare("addEventListener('DOMContentLoaded', () => window.before = JSON.stringify(Object.values(getComputedStyle(document.querySelector('button')))))").await?;
        browser.open(&host.url()).await?;
        browser.press("configure").await?;
        browser.find("dialog[open]").await?;
        let same = browser.run("return before === JSON.stringify(Object.values(getComputedStyle(document.querySelector('button'))))").await?;
        assert_eq!(same, true);
        Ok(())
    });
}
