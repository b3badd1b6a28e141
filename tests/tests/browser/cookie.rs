//! The consent cookie: each site has its own, and the one of earlier versions still holds.

use crate::page::{Host, delivered};
use constat_shared::{Action, ConsentCookie};
use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::browser::{Browser, DESKTOP, Outcome, browse};
use rustix::process::Signal;
use serde_json::json;
use std::time::Duration;

/// Writes the stored choice as version 1 did.
async fn as_version_1(browser: &Browser) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    let value = browser.consent_cookie().await?.ok_or("no cookie")?;
    let old = value.replacen('2', "1", 1);
    browser.forget_choice().await?;
    browser.run(&format!("document.cookie = 'constat={old};path=/;samesite=lax;max-age=999999'")).await?;
    Ok(old)
}

async fn names(browser: &Browser) -> Result<Vec<String>, Box<dyn std::error::Error + Send + Sync>> {
    let names = browser.run("return document.cookie.split('; ').map((pair) => pair.split('=')[0]).filter((name) => /^constat/.test(name)).sort()").await?;
    Ok(serde_json::from_value(names)?)
}

#[test]
fn a_choice_of_version_1_holds_and_the_next_answer_replaces_it() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        browser.open(&host.url()).await?;
        browser.press("allow_all").await?;
        delivered(&browser, "polaire").await?;
        let old = ConsentCookie::decode(&as_version_1(&browser).await?)?;
        browser.reload().await?;
        browser.until("window.constat?.allows('audience', 'google-analytics')").await?;
        browser.find(".manage").await?;
        assert!(!browser.shows(".banner").await?, "nobody is asked again because of the change");
        assert_eq!(names(&browser).await?, ["constat"], "a revisit writes nothing");

        browser.run("constat.withdraw()").await?;
        delivered(&browser, "polaire").await?;
        assert_eq!(names(&browser).await?, ["constat-polaire"]);
        let records = host.records(&browser).await;
        assert_eq!(records[1].action, Action::Withdraw);
        assert_eq!(
            (records[1].consent_id, records[1].previous_event_id),
            (old.consent_id, Some(old.event_id))
        );
        browser.reload().await?;
        browser.until("window.constat?.choices()").await?;
        assert!(!browser.run("return constat.allows('audience')").await?.as_bool().unwrap());
        Ok(())
    });
}

/// Serves a second site from the same server, with a page of its own at `/seconde` on the same host.
async fn with_a_second_site(host: &Host) -> Outcome {
    // Its terms are others: it has a vendor more.
    let text = with_shipped_vendors("seconde", &host.pages.origin());
    host.sites.write("seconde", &format!("{text}[[vendors]]\nid = \"taboola\"\n"));
    host.server.signal(Signal::HUP);
    host.pages.put("/seconde", host.html("", "").replace("/polaire/", "/seconde/"));
    let url = format!("{}/v1/sites/seconde/consent.js", host.server.url);
    for _ in 0..200 {
        if reqwest::get(&url).await?.status() == 200 {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    Err("the server did not take the second site".into())
}

#[test]
fn two_sites_on_one_host_keep_both_choices() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        with_a_second_site(&host).await?;
        let second = format!("{}seconde", host.url());
        browser.open(&host.url()).await?;
        browser.press("allow_all").await?;
        delivered(&browser, "polaire").await?;
        browser.open(&second).await?;
        browser.press("refuse_all").await?;
        delivered(&browser, "seconde").await?;
        assert_eq!(names(&browser).await?, ["constat-polaire", "constat-seconde"]);
        for (url, allowed) in [(host.url(), true), (second, false)] {
            browser.open(&url).await?;
            browser.until("window.constat?.choices()").await?;
            assert!(!browser.shows(".banner").await?, "{url}");
            assert_eq!(
                browser.run("return constat.allows('audience')").await?.as_bool(),
                Some(allowed),
                "{url}"
            );
        }
        Ok(())
    });
}

#[test]
fn a_choice_of_version_1_for_another_site_of_the_host_is_left_alone() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        with_a_second_site(&host).await?;
        browser.open(&host.url()).await?;
        browser.press("allow_all").await?;
        delivered(&browser, "polaire").await?;
        as_version_1(&browser).await?;
        browser.open(&format!("{}seconde", host.url())).await?;
        browser.press("refuse_all").await?;
        delivered(&browser, "seconde").await?;
        assert_eq!(names(&browser).await?, ["constat", "constat-seconde"]);
        browser.open(&host.url()).await?;
        browser.until("window.constat?.allows('audience')").await?;
        assert!(!browser.shows(".banner").await?);
        Ok(())
    });
}

#[test]
fn a_newer_choice_of_version_1_for_another_site_does_not_hide_the_own_one() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        with_a_second_site(&host).await?;
        browser.open(&host.url()).await?;
        browser.press("allow_all").await?;
        delivered(&browser, "polaire").await?;
        let value = browser.consent_cookie().await?.ok_or("no cookie")?;
        // A site that still runs an earlier loader answers a minute later, under other terms.
        let foreign = "const parts = VALUE.split('.'); parts[0] = 1; parts[3] = '0123456789ab'; parts[4] = (parseInt(parts[4], 36) + 1).toString(36); document.cookie = 'constat=' + parts.join('.') + ';path=/;max-age=9999'";
        browser.run(&foreign.replace("VALUE", &json!(value).to_string())).await?;
        browser.reload().await?;
        browser.until("window.constat?.allows('audience')").await?;
        assert!(!browser.shows(".banner").await?);
        Ok(())
    });
}
