//! The first layer leaves the page in view, and all its buttons are seen at once, in every window.

use crate::page::Demo;
use constat_tests::browser::{Browser, Outcome, PHONE, browse};
use serde_json::json;

/// Windows in CSS pixels, and the most of each that the first layer may cover, in percent. A window
/// of 1280 by 1024 is 320 by 256 at 400 % (WCAG 2.2, 1.4.10).
const WINDOWS: [((u32, u32), u32); 9] = [
    ((360, 740), 60),
    ((412, 915), 60),
    ((320, 568), 85),
    ((320, 256), 85),
    ((568, 320), 85),
    ((844, 390), 85),
    ((640, 400), 85),
    ((768, 1024), 40),
    ((1280, 800), 35),
];

const LANGUAGES: [&str; 4] = ["fr", "nl", "de", "en"];

/// What is wrong with the first layer; `MOST` is the percentage that it may cover.
const FAULTS: &str = "const root = document.querySelector('constat-consent').shadowRoot, faults = [];
  const box = (selector) => root.querySelector(selector).getBoundingClientRect();
  const of = (action) => box('[data-action=' + action + ']');
  const banner = box('.banner'), refuse = of('refuse_all'), allow = of('allow_all'), text = root.querySelector('.text');
  const near = (one, other) => Math.abs(one - other) < 1;
  const covered = banner.width * banner.height / innerWidth / innerHeight * 100;
  if (covered > MOST + .1) faults.push('covers ' + covered);
  for (const action of ['continue_without_accepting', 'refuse_all', 'configure', 'allow_all']) {
    const { left, top, right, bottom, height } = of(action);
    if (left < 0 || top < banner.top || right > innerWidth || bottom > Math.min(innerHeight, banner.bottom)) faults.push(action + ' is cut off');
    if (height < 24) faults.push(action + ' is small');
  }
  if (!near(refuse.top, allow.top) || !near(refuse.width, allow.width) || !near(refuse.height, allow.height)) faults.push('unequal');
  if (text.clientHeight < 30) faults.push('no text is seen');
  if (text.scrollWidth > text.clientWidth || root.querySelector('.banner').scrollHeight > Math.ceil(banner.height)) faults.push('it scrolls as a whole');
  return faults";

/// The longest text that an owner is likely to write.
const LONG_INTRO: &str = "Avec votre accord, Assurances Boréale, ses filiales et ses partenaires utilisent des cookies et des techniques semblables pour mesurer l’audience du site et de l’espace client, vous montrer des publicités adaptées à votre navigation et à vos contrats, retenir vos préférences et vos devis en cours, afficher les vidéos, les cartes et les boutons de partage de nos partenaires, et lutter contre la fraude. Ces données peuvent être reliées à votre compte client lorsque vous êtes connecté. Refuser est aussi simple qu’accepter et ne change rien à vos garanties ni à l’accès à l’espace client.";

async fn fits_every_window(browser: &Browser, what: &str) -> Outcome {
    for (size, most) in WINDOWS {
        browser.resize(size).await?;
        let faults = browser.run(&FAULTS.replace("MOST", &most.to_string())).await?;
        assert_eq!(faults, json!([]), "{what} at {size:?}");
    }
    Ok(())
}

#[test]
fn the_first_layer_fits_every_window_in_every_language() {
    browse(PHONE, |browser| async move {
        let demo = Demo::start();
        for language in LANGUAGES {
            browser.open(&demo.page(&format!("{language}/"))).await?;
            browser.find(".banner").await?;
            fits_every_window(&browser, language).await?;
            browser.resize(PHONE).await?;
            let whole = "const text = document.querySelector('constat-consent').shadowRoot.querySelector('.text'); return Math.max(0, text.scrollHeight - text.clientHeight)";
            assert_eq!(browser.run(whole).await?, 0, "{language}: on a phone all text is seen at once");
        }
        Ok(())
    });
}

#[test]
fn a_long_text_scrolls_and_the_buttons_stay() {
    browse(PHONE, |browser| async move {
        let demo = Demo::start();
        browser.open(&demo.page("fr/")).await?;
        browser.find(".banner").await?;
        browser.run(&format!("document.querySelector('constat-consent').shadowRoot.querySelector('.text p').textContent = {}", json!(LONG_INTRO))).await?;
        fits_every_window(&browser, "a long text").await?;
        let root = "document.querySelector('constat-consent').shadowRoot";
        browser.run(&format!("{root}.querySelector('.text [data-action=vendors]').focus()")).await?;
        // The keyboard reaches the end of the text.
        browser.until(&format!("{root}.querySelector('.text').scrollTop > 0")).await?;
        Ok(())
    });
}

/// The distances that a visitor may ask for (WCAG 2.2, 1.4.12).
#[test]
fn wider_distances_in_the_text_hide_no_button() {
    let wider = "const sheet = new CSSStyleSheet(), root = document.querySelector('constat-consent').shadowRoot;
        sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }');
        root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet]";
    browse(PHONE, |browser| async move {
        let demo = Demo::start();
        for language in LANGUAGES {
            browser.open(&demo.page(&format!("{language}/"))).await?;
            browser.find(".banner").await?;
            browser.run(wider).await?;
            for size in [PHONE, (320, 568), (568, 320), (1280, 800)] {
                browser.resize(size).await?;
                assert_eq!(
                    browser.run(&FAULTS.replace("MOST", "85")).await?,
                    json!([]),
                    "{language} {size:?}"
                );
            }
        }
        Ok(())
    });
}
