//! The choice takes effect at once, also without a network (invariant 9).

use crate::page::{Demo, Host, delivered};
use constat_shared::Action;
use constat_tests::browser::{DESKTOP, browse};
use constat_tests::server::Server;
use serde_json::json;
use std::sync::Arc;

#[test]
fn a_server_that_is_down_delays_the_record_and_nothing_else() {
    browse(DESKTOP, |browser| async move {
        let body = r#"<script type="text/plain" data-category="audience">window.ran = true</script>"#;
        let Host { pages, sites, server, data, .. } = Host::start("", body);
        browser.open(&format!("{}/", pages.origin())).await?;
        browser.taken_over().await?;
        let port = server.port();
        assert!(Arc::into_inner(server).unwrap().stop());
        browser.press("allow_all").await?;
        browser.until("window.ran && constat.allows('audience')").await?;
        assert!(!browser.shows(".banner").await?);
        let waiting =
            browser.run("return JSON.parse(localStorage.getItem('constat.queue.polaire')).length").await?;
        assert_eq!(waiting, 1);

        let server = Server::start_at(port, data.path(), &["--sites", sites.arg()]);
        browser.reload().await?;
        delivered(&browser, "polaire").await?;
        browser.reload().await?;
        let ran = browser.until("window.ran").await;
        assert!(ran.is_ok(), "{ran:?}: {}", server.log());
        let connection = rusqlite::Connection::open(data.path().join("constat.db"))?;
        let records: i64 = connection.query_row("SELECT count(*) FROM records", [], |row| row.get(0))?;
        assert_eq!(records, 1, "once");
        assert!(server.stop());
        Ok(())
    });
}

#[test]
fn an_answer_given_before_the_widget_is_there_takes_effect_at_once() {
    browse(DESKTOP, |browser| async move {
        let demo = Demo::start();
        browser.block(&["*/assets/*"]).await?;
        browser.open(&demo.page("fr/")).await?;
        browser.press("allow_all").await?;
        browser.until("window.boreale_ran?.length === 3").await?;
        delivered(&browser, "boreale").await?;
        assert_eq!(demo.records(&browser).await[0].action, Action::AllowAll);
        Ok(())
    });
}

#[test]
fn a_press_on_configure_before_the_widget_is_there_is_replayed() {
    browse(DESKTOP, |browser| async move {
        let demo = Demo::start();
        browser.open(&demo.page("fr/cookies.html")).await?;
        browser.delay(700).await?;
        browser.clear_cache().await?;
        browser.open(&demo.page("fr/")).await?;
        browser.find(".banner").await?;
        let loaded = browser
            .run("return !!document.querySelector('constat-consent').shadowRoot.firstElementChild.constat")
            .await?;
        assert_eq!(loaded, json!(false), "the test is about the time before the takeover");
        browser.press("configure").await?;
        browser.find("dialog[open]").await?;
        browser.delay(0).await?;
        browser.press("refuse_all").await?;
        delivered(&browser, "boreale").await?;
        assert_eq!(demo.records(&browser).await.len(), 1);
        Ok(())
    });
}

#[test]
fn a_widget_that_cannot_be_fetched_is_asked_for_again_at_the_next_press() {
    browse(DESKTOP, |browser| async move {
        let demo = Demo::start();
        browser.block(&["*.wasm"]).await?;
        browser.open(&demo.page("fr/")).await?;
        browser.press("configure").await?;
        browser
            .until("!document.querySelector('constat-consent').shadowRoot.querySelector('[aria-busy]')")
            .await?;
        browser.find(".banner").await?;
        browser.block(&[]).await?;
        browser.press("configure").await?;
        browser.find("dialog[open]").await?;
        Ok(())
    });
}

#[test]
fn a_browser_that_keeps_nothing_still_obeys_the_answer() {
    browse(DESKTOP, |browser| async move {
        let body = r#"<script type="text/plain" data-category="audience">window.ran = true</script>"#;
        let host = Host::start("", body);
        browser.prepare("Object.defineProperty(window, 'localStorage', { get() { throw new Error('forbidden') } }); Object.defineProperty(document, 'cookie', { get: () => '', set() {} })").await?;
        browser.open(&host.url()).await?;
        browser.press("allow_all").await?;
        browser.until("window.ran && constat.allows('audience')").await?;
        Ok(())
    });
}
