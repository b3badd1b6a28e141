//! Everything can be done without a pointer, and nothing by accident.

use crate::page::{Demo, Host, delivered};
use constat_shared::{Action, Category, VendorId};
use constat_tests::browser::{Browser, DESKTOP, Outcome, browse};
use thirtyfour::Key;

const FOCUS: &str = "return (() => { let node = document.activeElement; while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement; return node?.dataset?.action || node?.name || node?.tagName })()";

async fn focus(browser: &Browser) -> String {
    browser.run(FOCUS).await.unwrap().as_str().unwrap_or_default().to_owned()
}

/// Presses Tab until the focus is on an action or switch; returns how often.
async fn tab_to(browser: &Browser, name: &str) -> Result<usize, Box<dyn std::error::Error + Send + Sync>> {
    for count in 1..60 {
        browser.keys(&[Key::Tab]).await?;
        if focus(browser).await == name {
            return Ok(count);
        }
    }
    Err(format!("Tab never reaches {name}").into())
}

#[test]
fn the_keyboard_alone_goes_from_page_load_to_save() {
    browse(DESKTOP, |browser| async move {
        let demo = Demo::start();
        browser.open(&demo.page("fr/")).await?;
        browser.find(".banner").await?;
        tab_to(&browser, "configure").await?;
        browser.keys(&[Key::Enter]).await?;
        browser.find("dialog[open]").await?;
        tab_to(&browser, "audience").await?;
        browser.keys(&[Key::Space]).await?;
        tab_to(&browser, "save").await?;
        browser.keys(&[Key::Enter]).await?;
        delivered(&browser, "boreale").await?;
        let record = demo.records(&browser).await.remove(0);
        assert_eq!(record.action, Action::Save);
        assert!(record.categories[&Category::Audience] && !record.categories[&Category::Advertising]);
        assert!(record.vendors[&VendorId::parse("google-analytics")?]);
        Ok(())
    });
}

#[test]
fn refusing_takes_no_more_tab_stops_than_accepting() {
    browse(DESKTOP, |browser| async move {
        let demo = Demo::start();
        browser.open(&demo.page("fr/")).await?;
        browser.find(".banner").await?;
        assert_eq!(tab_to(&browser, "continue_without_accepting").await?, 1, "the question is met first");
        let mut stops = vec!["continue_without_accepting".to_owned()];
        while stops.last().is_some_and(|last| last != "allow_all") {
            browser.keys(&[Key::Tab]).await?;
            stops.push(focus(&browser).await);
            assert!(stops.len() < 12, "{stops:?}");
        }
        let place = |name: &str| stops.iter().position(|stop| stop == name).unwrap();
        assert!(place("refuse_all") < place("allow_all") && place("configure") < place("allow_all"));
        Ok(())
    });
}

async fn nothing_decided(browser: &Browser) -> Outcome {
    assert_eq!(browser.consent_cookie().await?, None);
    assert!(browser.shows(".banner").await?);
    Ok(())
}

#[test]
fn escape_and_scrolling_are_no_consent() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "<div style='height:9000px'></div>");
        browser.open(&host.url()).await?;
        browser.find(".banner").await?;
        browser.keys(&[Key::Escape]).await?;
        browser.run("scrollTo(0, 5000)").await?;
        nothing_decided(&browser).await?;
        browser.press("configure").await?;
        browser.find("dialog input[name=audience]").await?.click().await?;
        browser.keys(&[Key::Escape]).await?;
        browser
            .until("!document.querySelector('constat-consent').shadowRoot.querySelector('dialog')")
            .await?;
        nothing_decided(&browser).await?;
        assert_eq!(focus(&browser).await, "configure", "the focus returns to what opened it");
        Ok(())
    });
}
