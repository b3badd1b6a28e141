//! A data protection officer finds, proves and erases a visitor's answers, in a browser whose scripts are
//! switched off.

use super::console::{LANGUAGES, NARROW, choose, enter, is_whole};
use constat_tests::browser::browse;
use constat_tests::consent::request;
use constat_tests::console::{House, OWN};
use serde_json::json;

#[test]
fn an_answer_is_found_by_its_receipt_proven_and_erased_and_the_acts_are_in_the_trail() {
    browse(NARROW, |browser| async move {
        let house = House::start();
        let link = house.link("ana@helvia.example", "dpo", OWN).await;
        let url = house.visitor().url;
        browser.without_scripts().await?;
        enter(&browser, &link).await?;
        for language in LANGUAGES {
            choose(&browser, &url, language).await?;
            let consent = request(&constat_tests::api::notice_hash(&house.server).await, "allow_all");
            let made = constat_tests::api::post(&house.server, &consent).await.json();
            let id = consent["consent_id"].as_str().unwrap();
            browser.open(&format!("{url}/console/")).await?;
            browser.write("#text", made["receipt"].as_str().unwrap()).await?;
            browser.click("form[action='/console/records'] button.primary").await?;
            is_whole(&browser, "record", Some(language)).await?;
            browser.until(&format!("location.pathname.endsWith('/records/' + {})", json!(id))).await?;
            let seen = browser
                .run(
                    "return [document.querySelector('[data-verdict]').dataset.verdict, \
                     document.querySelectorAll('li[data-step=inclusion_proof][data-result=ok]').length, \
                     document.querySelectorAll('[data-event-id]').length]",
                )
                .await?;
            assert_eq!(seen, json!(["proven", 1, 1]), "{language}");
            let drawn = browser
                .run(
                    "const host = document.querySelector('.layer blockquote'); \
                     const banner = host.shadowRoot.querySelector('.banner'), box = banner.getBoundingClientRect(); \
                     const button = getComputedStyle(banner.querySelector('[data-action=refuse_all]')); \
                     return [box.width > 200 && box.height > 100, getComputedStyle(banner).position, \
                     button.backgroundColor === 'rgba(0, 0, 0, 0)', host.inert, \
                     document.querySelector('.layer + .shown').offsetWidth]",
                )
                .await?;
            assert_eq!(drawn, json!([true, "static", false, true, 1]), "{language}: the layer is drawn");
            browser.click("#erase .danger").await?;
            browser.until("document.querySelector('#error-confirm')").await?;
            is_whole(&browser, "record", Some(language)).await?;
            browser.click("#reason option[value=person_asked]").await?;
            browser.click("#confirm").await?;
            browser.click("#erase .danger").await?;
            is_whole(&browser, "purge", Some(language)).await?;
            browser.until("document.querySelector('a[href$=\"/file\"]')").await?;
            browser.open(&format!("{url}/console/sites/{OWN}/records?text={id}")).await?;
            is_whole(&browser, "records", Some(language)).await?;
            browser.until("document.querySelector('[data-why=unknown]')").await?;
            browser.open(&format!("{url}/console/audit-trail?action=records_erased")).await?;
            browser.until("document.querySelectorAll('main tbody tr').length > 0").await?;
            let trail = browser.run("return document.querySelector('main').innerText").await?;
            let trail = trail.as_str().unwrap();
            assert!(trail.contains("person_asked") && !trail.contains(id), "{language}: {trail}");
        }
        Ok(())
    });
}
