//! The browser keeps the receipt of its choice, and gives it to the visitor.

use crate::page::{Demo, Host, delivered};
use crate::record::kept;
use constat_shared::{Jwk, Receipt};
use constat_tests::browser::{DESKTOP, browse};
use constat_tests::server::run;
use serde_json::Value;
use std::time::Duration;

/// A receipt, if one of the keys that the server publishes signed it.
async fn opened(url: &str, token: &str) -> Option<Receipt> {
    let set: Value =
        reqwest::get(format!("{url}/.well-known/jwks.json")).await.unwrap().json().await.unwrap();
    let keys: Vec<Jwk> = serde_json::from_value(set["keys"].clone()).unwrap();
    keys.iter().filter_map(Jwk::key).find_map(|key| Receipt::open(token, &key).ok())
}

#[test]
fn the_receipt_of_the_last_answer_is_kept_and_the_published_key_proves_it() {
    browse(DESKTOP, |browser| async move {
        let demo = Demo::start();
        browser.open(&demo.page("fr/")).await?;
        browser.press("refuse_all").await?;
        delivered(&browser, "boreale").await?;
        browser.click("[data-constat=manage]").await?;
        browser.press("allow_all").await?;
        delivered(&browser, "boreale").await?;
        let token = kept(&browser, "boreale").await?.ok_or("no receipt was kept")?;
        let receipt = opened(&demo.server.url, &token).await.ok_or("the key does not prove it")?;
        let records = demo.records(&browser).await;
        assert_eq!(records.len(), 2);
        assert_eq!(receipt.record, records[1]);
        Ok(())
    });
}

#[test]
fn the_receipt_of_an_answer_that_was_delivered_late_is_kept_too() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        browser.open(&host.url()).await?;
        browser.block(&["*/consents"]).await?;
        browser.press("refuse_all").await?;
        browser.until("localStorage.getItem('constat.queue.polaire')").await?;
        browser.until_blocked(1).await?;
        assert_eq!(kept(&browser, "polaire").await?, None);
        browser.block(&[]).await?;
        browser.reload().await?;
        delivered(&browser, "polaire").await?;
        let token = kept(&browser, "polaire").await?.ok_or("no receipt was kept")?;
        let receipt = opened(&host.server.url, &token).await.ok_or("the key does not prove it")?;
        assert_eq!(host.records(&browser).await, [receipt.record]);
        Ok(())
    });
}

#[test]
fn a_receipt_ends_with_its_choice() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        browser.open(&host.url()).await?;
        browser.press("refuse_all").await?;
        delivered(&browser, "polaire").await?;
        for (days, is_kept) in [(179, true), (186, false)] {
            browser
                .prepare(&format!("{{ const now = Date.now; Date.now = () => now() + {days} * 864e5 }}"))
                .await?;
            browser.reload().await?;
            browser.until("window.constat?.allows").await?;
            assert_eq!(kept(&browser, "polaire").await?.is_some(), is_kept, "after {days} days");
            browser.forget_prepared().await?;
        }
        Ok(())
    });
}

#[test]
fn the_downloaded_file_is_the_receipt_and_the_command_line_verifies_it() {
    let folder = tempfile::tempdir().unwrap();
    browse(DESKTOP, |browser| async move {
        let demo = Demo::start();
        browser.download_to(folder.path()).await?;
        browser.open(&demo.page("nl/")).await?;
        browser.press("allow_all").await?;
        delivered(&browser, "boreale").await?;
        browser.click("[data-constat=manage]").await?;
        browser.find(".stored summary").await?.click().await?;
        browser.find("[data-action=download]").await?.click().await?;
        let day = &demo.records(&browser).await[0].recorded_at.to_string()[..10];
        let file = folder.path().join(format!("constat-receipt-boreale-{day}.jwt"));
        for _ in 0..200 {
            if file.is_file() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        assert_eq!(std::fs::read_to_string(&file)?, kept(&browser, "boreale").await?.unwrap());
        let jwks = folder.path().join("jwks.json");
        let keys = reqwest::get(format!("{}/.well-known/jwks.json", demo.server.url)).await?;
        std::fs::write(&jwks, keys.bytes().await?)?;
        let (file, jwks) = (file.to_str().unwrap(), jwks.to_str().unwrap());
        let output = run(["verify", "--receipt", file, "--jwks", jwks]).await;
        assert!(output.status.success(), "{output:?}");
        Ok(())
    });
}
