//! The page and Constat share the window: the focus is never hidden, nothing moves behind the layer,
//! and everything can be reached however the page is enlarged.

use crate::page::Host;
use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::browser::{DESKTOP, PHONE, browse};
use constat_tests::server::Server;
use serde_json::json;
use thirtyfour::Key;

const ANSWERS: [&str; 3] = [
    ".banner [data-action=refuse_all]",
    ".banner [data-action=configure]",
    ".banner [data-action=allow_all]",
];
const LAYER: [&str; 4] = [
    "dialog [data-action=close]",
    "dialog [data-action=refuse_all]",
    "dialog [data-action=save]",
    "dialog [data-action=allow_all]",
];

#[test]
fn no_link_that_has_the_focus_lies_under_the_banner() {
    let links: String = (0..14)
        .map(|at| {
            format!("<p style='margin: 0 0 110px; text-align: center'><a href='#{at}'>Guarantee {at}</a></p>")
        })
        .collect();
    let fixed = "<a href='#chat' style='position: fixed; bottom: 20px; left: 50%'>Chat</a>";
    // What has the focus, and whether some of it can be seen.
    let name = "return document.activeElement.matches('a') ? document.activeElement.textContent : null";
    let seen = "(() => {
        const box = document.activeElement.getBoundingClientRect(), over = document.querySelector('constat-consent').shadowRoot.querySelector('.banner').getBoundingClientRect();
        const under = box.top >= over.top && box.bottom <= over.bottom && box.left >= over.left && box.right <= over.right;
        return !under && box.bottom > 0 && box.top < innerHeight })()";
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", &(links + fixed));
        for size in [DESKTOP, PHONE] {
            browser.resize(size).await?;
            browser.open(&host.url()).await?;
            browser.find(".banner").await?;
            let mut met = 0;
            while met < 15 {
                browser.keys(&[Key::Tab]).await?;
                let link = browser.run(name).await?;
                if link.is_null() {
                    continue;
                }
                met += 1;
                let seen = browser.until(seen).await;
                assert!(seen.is_ok(), "{link} at {size:?}: {seen:?}");
                assert!(met < 15 || link == "Chat", "{link}");
            }
        }
        Ok(())
    });
}

#[test]
fn the_page_behind_the_layer_does_not_scroll() {
    browse((900, 520), |browser| async move {
        let host = Host::start("", "<main style='height: 6000px'>Home</main>");
        browser.open(&host.url()).await?;
        browser.press("configure").await?;
        browser.in_reach(&LAYER).await?;
        for (x, y) in [(450, 260), (5, 5), (450, 500)] {
            for down in [400, 4000, 400] {
                browser.wheel_at(x, y, down).await?;
            }
            browser.rest().await?;
            assert_eq!(browser.run("return scrollY").await?, 0, "{x} {y}");
        }
        browser.keys(&[Key::PageDown, Key::End, Key::Down]).await?;
        browser.rest().await?;
        assert_eq!(browser.run("return scrollY").await?, 0);
        browser.keys(&[Key::Escape]).await?;
        browser
            .until("!document.querySelector('constat-consent').shadowRoot.querySelector('dialog')")
            .await?;
        // By key: WebKit's driver turns the wheel once in a session.
        browser.keys(&[Key::PageDown]).await?;
        browser.until("scrollY > 0").await
    });
}

/// What reading aids do to a page.
const ENLARGED: [&str; 6] = [
    "document.body.style.zoom = 1.5",
    "document.documentElement.style.zoom = 1.5",
    "document.documentElement.style.zoom = 2",
    "document.documentElement.style.fontSize = '200%'",
    "document.body.style.cssText = 'transform: scale(1.5); transform-origin: 0 0'",
    "document.documentElement.style.zoom = 3",
];

#[test]
fn everything_can_be_reached_however_the_page_is_enlarged() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "<main style='height: 3000px'>Home</main>");
        for enlarge in ENLARGED {
            browser.open(&host.url()).await?;
            browser.find(".banner").await?;
            browser.run(enlarge).await?;
            let banner = browser.in_reach(&ANSWERS).await;
            assert!(banner.is_ok(), "{enlarge}: {banner:?}");
            browser.run("constat.open()").await?;
            let layer = browser.in_reach(&LAYER).await;
            assert!(layer.is_ok(), "{enlarge}: {layer:?}");
        }
        Ok(())
    });
}

#[test]
fn the_layer_fits_every_window_and_refusing_weighs_what_allowing_does() {
    let faults = "const root = document.querySelector('constat-consent').shadowRoot, faults = [];
        const of = (action) => root.querySelector('dialog [data-action=' + action + ']').getBoundingClientRect();
        const refuse = of('refuse_all'), allow = of('allow_all');
        if (Math.abs(refuse.width - allow.width) > 1 || Math.abs(refuse.height - allow.height) > 1) faults.push('unequal');
        const scroll = root.querySelector('dialog .scroll');
        if (scroll.clientHeight < 60) faults.push('only ' + scroll.clientHeight + ' pixels of content');
        if (scroll.scrollWidth > scroll.clientWidth) faults.push('it scrolls sideways');
        return faults";
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "<main>Home</main>");
        browser.open(&host.url()).await?;
        browser.press("configure").await?;
        for size in [(320, 256), (320, 568), (568, 320), (360, 740), (640, 400), (768, 1024), (1280, 800)] {
            browser.resize(size).await?;
            let layer = browser.in_reach(&LAYER).await;
            assert!(layer.is_ok(), "{size:?}: {layer:?}");
            assert_eq!(browser.run(faults).await?, json!([]), "{size:?}");
        }
        Ok(())
    });
}

#[test]
fn a_site_with_nothing_to_decide_asks_nobody() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        let whole = with_shipped_vendors("polaire", &host.pages.origin());
        host.sites.write("polaire", whole.split("[categories").next().unwrap());
        let data = tempfile::tempdir()?;
        let server = Server::start(data.path(), &["--sites", host.sites.arg()]);
        let page = format!(
            "<!doctype html><html lang='fr'><head><title>Polaire</title><script async src='{}/v1/sites/polaire/consent.js'></script></head><body>Home</body></html>",
            server.url
        );
        host.pages.put("/quiet", page);
        browser.open(&format!("{}quiet", host.url())).await?;
        browser.until("window.constat?.open").await?;
        browser.rest().await?;
        assert!(!browser.shows(".banner").await?);
        browser.run("constat.open()").await?;
        browser.find("dialog[open]").await?;
        assert!(!browser.shows("dialog [data-action=allow_all]").await?);
        assert_eq!(browser.consent_cookie().await?, None);
        Ok(())
    });
}

#[test]
fn search_engines_are_told_not_to_quote_it() {
    let marked = "return ['.banner', 'dialog'].map((part) => document.querySelector('constat-consent').shadowRoot.querySelector(part).closest('div[data-nosnippet], span[data-nosnippet], section[data-nosnippet]') !== null)";
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        browser.open(&host.url()).await?;
        browser.press("configure").await?;
        browser.find("dialog[open]").await?;
        assert_eq!(browser.run(marked).await?, json!([true, true]));
        Ok(())
    });
}

/// What a data layer cannot be called, by the server.
const TAKEN: &str = include_str!("../../../server/src/site/tags/window_names.txt");

#[test]
fn a_data_layer_can_have_no_name_that_the_window_has_already() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        browser.open(&host.url()).await?;
        browser.find(".banner").await?;
        // Drivers leave some with an underscore.
        let names = "const names = []; for (let of = window; of; of = Object.getPrototypeOf(of)) names.push(...Object.getOwnPropertyNames(of)); return names.filter((name) => /^[a-z][a-zA-Z0-9$]{0,14}$/.test(name))";
        let names = browser.run(names).await?;
        let taken: std::collections::BTreeSet<_> = TAKEN.split_whitespace().collect();
        let free: Vec<_> =
            names.as_array().unwrap().iter().filter(|name| !taken.contains(name.as_str().unwrap())).collect();
        assert!(free.is_empty(), "server/src/site/tags/window_names.txt lacks {free:?}");
        Ok(())
    });
}
