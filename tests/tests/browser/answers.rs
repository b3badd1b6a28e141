//! Each answer gives the right releases, cookie and record.

use crate::page::{Demo, Host, delivered, notice};
use constat_shared::{Action, Category, ConsentCookie, Layer, Record, VendorId};
use constat_tests::browser::{Browser, DESKTOP, Outcome, PHONE, browse};
use serde_json::{Value, json};

/// Checks that cookie, page and record agree; returns the record.
async fn agreed(demo: &Demo, browser: &Browser) -> Result<Record, Box<dyn std::error::Error + Send + Sync>> {
    delivered(browser, "boreale").await?;
    let records = demo.records(browser).await;
    let record = records.last().cloned().ok_or("no record")?;
    let notice = notice(&demo.server, record.notice_hash).await;
    let value = browser.consent_cookie().await?.ok_or("no cookie")?;
    assert!(value.len() + "constat-boreale=".len() < 300);
    let cookie = ConsentCookie::decode(&value)?;
    assert_eq!(cookie.consent_id, record.consent_id);
    assert!(cookie.holds(record.terms_hash, record.recorded_at));
    for (category, allowed) in &record.categories {
        assert_eq!(cookie.category(*category), *allowed, "{category}");
    }
    for (place, vendor) in notice.vendors.iter().enumerate() {
        assert_eq!(cookie.vendor(place, vendor.category), record.vendors[&vendor.id], "{}", vendor.id);
    }
    let six_months = notice.lifetimes.choice().after(cookie.decided());
    assert!((cookie.expires().unix_ms() - six_months.unix_ms()).abs() <= 60_000);
    let choices = browser.run("return constat.choices()").await?;
    assert_eq!(choices, json!({ "categories": record.categories, "vendors": record.vendors }));
    Ok(record)
}

fn names(counts: &Value) -> Vec<&str> {
    counts.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn nothing_reaches_a_third_party_before_an_answer() {
    browse(DESKTOP, |browser| async move {
        let demo = Demo::start();
        for page in ["fr/", "nl/claim.html", "en/"] {
            browser.open(&demo.page(page)).await?;
            browser.find(".banner").await?;
            let fetched = browser.fetched().await?;
            let own = |name: &&String| name.contains("/v1/sites/boreale/") || name.contains("/assets/");
            let foreign: Vec<_> =
                fetched.iter().filter(|name| !name.contains("/demo/")).filter(|name| !own(name)).collect();
            assert!(foreign.is_empty(), "{foreign:?}");
            let touched = browser
                .run("return document.cookie + Object.keys(localStorage) + Object.keys(sessionStorage)")
                .await?;
            assert_eq!(touched, "");
        }
        assert_eq!(demo.counts().await, json!({}));
        Ok(())
    });
}

fn first_layer(action: Action, allows: bool, size: (u32, u32)) {
    browse(size, move |browser| async move {
        let demo = Demo::start();
        browser.open(&demo.page("fr/")).await?;
        browser.press(action.as_str()).await?;
        browser
            .until("!document.querySelector('constat-consent').shadowRoot.querySelector('.banner')")
            .await?;
        let record = agreed(&demo, &browser).await?;
        assert_eq!((record.action, record.layer), (action, Layer::Banner));
        assert_eq!(record.language.as_str(), "fr");
        let all = record
            .categories
            .iter()
            .filter(|(id, _)| **id != Category::Essential)
            .all(|(_, on)| *on == allows);
        assert!(all && record.vendors.values().all(|on| *on == allows));
        if allows {
            browser.until("window.boreale_ran?.length === 3").await?;
            let ran = browser.run("return boreale_ran").await?;
            assert_eq!(ran, json!(["audience", "advertising", "share"]), "in the order of the page");
            browser.until("document.querySelector('iframe[data-vendor=youtube]').src").await?;
            for _ in 0..100 {
                if names(&demo.counts().await).contains(&"/video.html") {
                    break;
                }
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
            let counts = demo.counts().await;
            for path in ["/audience.js", "/advertising.js", "/share.js", "/video.html"] {
                assert_eq!(counts[path], 1, "{counts}");
            }
        } else {
            browser.reload().await?;
            browser.until("window.constat?.choices()").await?;
            assert_eq!(demo.counts().await, json!({}));
        }
        Ok(())
    });
}

#[test]
fn allow_all_releases_everything_in_the_order_of_the_page() {
    first_layer(Action::AllowAll, true, DESKTOP);
}

#[test]
fn refuse_all_releases_nothing_and_is_recorded() {
    first_layer(Action::RefuseAll, false, PHONE);
}

#[test]
fn continue_without_accepting_is_a_recorded_refusal() {
    first_layer(Action::ContinueWithoutAccepting, false, DESKTOP);
}

/// Presses the switch of a category or vendor.
pub async fn switch(browser: &Browser, name: &str) -> Outcome {
    Ok(browser.find(&format!("dialog input[name={name}]")).await?.click().await?)
}

#[test]
fn configure_opens_a_choice_for_each_service_and_save_keeps_it() {
    browse(DESKTOP, |browser| async move {
        let demo = Demo::start();
        browser.open(&demo.page("fr/")).await?;
        browser.press("vendors").await?;
        browser.find("dialog[open]").await?;
        let on = browser.run("return document.querySelector('constat-consent').shadowRoot.querySelectorAll('dialog input:checked').length").await?;
        assert_eq!(on, 0, "every switch starts off");
        // A category with one exception, and a vendor of a category that stays refused.
        switch(&browser, "third_party").await?;
        switch(&browser, "youtube").await?;
        switch(&browser, "google-analytics").await?;
        browser.press("save").await?;
        browser.until("window.boreale_ran?.length === 2").await?;
        assert_eq!(browser.run("return boreale_ran").await?, json!(["audience", "share"]));
        let record = agreed(&demo, &browser).await?;
        assert_eq!((record.action, record.layer), (Action::Save, Layer::Configuration));
        let vendor = |id: &str| record.vendors[&VendorId::parse(id).unwrap()];
        assert!(record.categories[&Category::ThirdParty] && !vendor("youtube") && vendor("meta-share"));
        assert!(!record.categories[&Category::Audience] && vendor("google-analytics") && !vendor("criteo"));
        assert_eq!(demo.counts().await.get("/video.html"), None);
        Ok(())
    });
}

#[test]
fn a_reload_keeps_the_choice_with_one_request_and_no_banner() {
    browse(PHONE, |browser| async move {
        let demo = Demo::start();
        browser.open(&demo.page("fr/")).await?;
        browser.press("allow_all").await?;
        let record = agreed(&demo, &browser).await?;
        let cookie = browser.consent_cookie().await?;
        browser.reload().await?;
        browser.until("window.boreale_ran?.length === 3").await?;
        assert!(!browser.shows(".banner").await?);
        let fetched = browser.fetched().await?;
        let constat: Vec<_> =
            fetched.iter().filter(|name| name.contains("/v1/") || name.contains("/assets/")).collect();
        assert_eq!(constat.len(), 1, "{constat:?}");
        assert!(constat[0].ends_with("/consent.js"));
        assert_eq!(browser.consent_cookie().await?, cookie, "a revisit never extends the choice");
        assert_eq!(demo.records(&browser).await, [record]);
        Ok(())
    });
}

#[test]
fn the_signals_of_the_browser_are_recorded_and_allow_nothing() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        browser.prepare("Object.defineProperty(navigator, 'globalPrivacyControl', { value: true }); Object.defineProperty(navigator, 'doNotTrack', { value: '1' })").await?;
        browser.open(&host.url()).await?;
        browser.press("configure").await?;
        browser.press("save").await?;
        let records = host.records(&browser).await;
        assert!(records[0].signals.gpc && records[0].signals.dnt);
        assert!(records[0].vendors.values().all(|on| !on));
        Ok(())
    });
}

#[test]
fn a_second_answer_follows_the_first_under_the_same_consent_id() {
    browse(DESKTOP, |browser| async move {
        let demo = Demo::start();
        browser.open(&demo.page("en/")).await?;
        browser.press("refuse_all").await?;
        let first = agreed(&demo, &browser).await?;
        browser.click("[data-constat=manage]").await?;
        browser.press("allow_all").await?;
        browser.until("window.boreale_ran?.length === 3").await?;
        let second = agreed(&demo, &browser).await?;
        assert_eq!(second.consent_id, first.consent_id);
        assert_eq!(second.previous_event_id, Some(first.event_id));
        assert_eq!(second.layer, Layer::Configuration);
        assert_eq!(second.language.as_str(), "en");
        Ok(())
    });
}
