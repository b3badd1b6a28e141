//! The choice takes effect at once, also without a network (invariant 9).

use crate::page::{Host, delivered};
use constat_tests::browser::{DESKTOP, browse};
use constat_tests::server::Server;
use std::sync::Arc;

#[test]
fn a_server_that_is_down_delays_the_record_and_nothing_else() {
    browse(DESKTOP, |browser| async move {
        let body = r#"<script type="text/plain" data-category="audience">window.ran = true</script>"#;
        let Host { pages, sites, server, data, .. } = Host::start("", body);
        browser.open(&format!("{}/", pages.origin())).await?;
        browser.find(".banner").await?;
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
