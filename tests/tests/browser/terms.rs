//! When the visitor is asked again, and when not.

use crate::page::{Host, delivered};
use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::browser::{Browser, DESKTOP, Outcome, browse};

/// Loads the page with an empty cache of scripts: five minutes have passed.
async fn revisit(host: &Host, browser: &Browser) -> Outcome {
    browser.clear_cache().await?;
    browser.open(&host.url()).await?;
    browser.until("window.constat?.allows").await
}

#[test]
fn changed_wording_does_not_ask_again_and_an_added_vendor_does() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        browser.open(&host.url()).await?;
        browser.press("allow_all").await?;
        delivered(&browser, "polaire").await?;
        let first = host.records(&browser).await.remove(0);

        let site = with_shipped_vendors("polaire", &host.pages.origin());
        let reworded =
            ["fr", "nl", "de", "en"].map(|code| format!("[texts.{code}]\ntitle = \"Cookies?\"\n")).concat();
        host.change(&format!("{site}{reworded}")).await?;
        revisit(&host, &browser).await?;
        assert!(
            browser.run("return constat.allows('audience', 'google-analytics')").await?.as_bool().unwrap()
        );
        assert!(!browser.shows(".banner").await?);

        host.change(&format!("{site}[[vendors]]\nid = \"taboola\"\n")).await?;
        revisit(&host, &browser).await?;
        browser.find(".banner").await?;
        assert!(browser.run("return constat.choices()").await?.is_null());
        assert!(
            !browser.run("return constat.allows('audience', 'google-analytics')").await?.as_bool().unwrap()
        );
        browser.press("refuse_all").await?;
        delivered(&browser, "polaire").await?;
        let records = host.records(&browser).await;
        assert_eq!(records[1].consent_id, first.consent_id, "the same visitor's history");
        assert_ne!(records[1].terms_hash, first.terms_hash);
        Ok(())
    });
}

#[test]
fn a_vendor_taken_away_asks_nobody_and_what_was_allowed_stays_allowed() {
    // YouTube stands behind reCAPTCHA in the notice, so that it moves up a place.
    let body = r#"<script type="text/plain" data-category="audience" data-vendor="google-analytics">window.ran = true</script>
      <iframe data-constat-src="THIRD/film" data-category="third_party" data-vendor="youtube"></iframe>"#;
    browse(DESKTOP, move |browser| async move {
        let host = Host::start("", body);
        browser.open(&host.url()).await?;
        browser.press("configure").await?;
        browser.find("dialog[open]").await?;
        browser.run("document.querySelector('constat-consent').shadowRoot.querySelectorAll('details').forEach((node) => node.open = true)").await?;
        browser.find("dialog input[name=youtube]").await?.click().await?;
        browser.press("save").await?;
        host.until_asked("/film", 1).await?;
        delivered(&browser, "polaire").await?;
        let first = host.records(&browser).await.remove(0);

        let site = with_shipped_vendors("polaire", &host.pages.origin());
        host.change(&site.replace("[[vendors]]\nid = \"recaptcha\"\n", "")).await?;
        revisit(&host, &browser).await?;
        host.until_asked("/film", 2).await?;
        assert!(!browser.shows(".banner").await?);
        let allowed = browser.run("return [constat.allows('', 'youtube'), constat.allows('', 'google-analytics'), !!window.ran]").await?;
        assert_eq!(allowed, serde_json::json!([true, false, false]));
        // The next answer is one to the new terms, in the same history.
        browser.run("constat.withdraw()").await?;
        delivered(&browser, "polaire").await?;
        let second = host.records(&browser).await.remove(1);
        assert_eq!((second.consent_id, second.vendors.len()), (first.consent_id, 2));
        Ok(())
    });
}

#[test]
fn a_refusal_of_everything_holds_whatever_is_added_unless_the_site_asks_again() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        browser.open(&host.url()).await?;
        browser.press("refuse_all").await?;
        delivered(&browser, "polaire").await?;
        let site = with_shipped_vendors("polaire", &host.pages.origin());
        let more = "[[vendors]]\nid = \"taboola\"\n";
        host.change(&format!("{site}{more}")).await?;
        revisit(&host, &browser).await?;
        browser.find(".manage").await?;
        assert!(!browser.shows(".banner").await?);
        let choices = "return Object.values(constat.choices().vendors).concat(constat.allows('', 'taboola'))";
        assert_eq!(browser.run(choices).await?, serde_json::json!([false, false, false, false, false]));

        host.change(&format!("ask_refusers_again = true\n{site}{more}[[vendors]]\nid = \"hotjar\"\n"))
            .await?;
        revisit(&host, &browser).await?;
        browser.find(".banner").await?;
        assert!(browser.run("return constat.choices()").await?.is_null());
        Ok(())
    });
}

#[test]
fn a_page_loaded_before_a_change_shows_and_records_the_notice_it_had() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        // The widget is asked for only when the notice has changed already.
        browser.block(&["*/assets/*", "*/notice/*"]).await?;
        browser.open(&host.url()).await?;
        browser.find(".banner").await?;
        let site = with_shipped_vendors("polaire", &host.pages.origin());
        host.change(&format!("{site}[[vendors]]\nid = \"taboola\"\n")).await?;
        browser.block(&[]).await?;
        browser.press("vendors").await?;
        browser.find("dialog[open]").await?;
        assert!(!browser.shows("input[name=taboola]").await?);
        browser.press("refuse_all").await?;
        delivered(&browser, "polaire").await?;
        let record = host.records(&browser).await.remove(0);
        assert_eq!(record.vendors.len(), 3);
        Ok(())
    });
}

#[test]
fn an_expired_choice_is_void_and_the_banner_returns() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        browser.open(&host.url()).await?;
        browser.press("allow_all").await?;
        delivered(&browser, "polaire").await?;
        let first = host.records(&browser).await.remove(0);
        // A day short of six months the choice holds; a day after them it is void.
        for (days, holds) in [(179, true), (186, false)] {
            browser
                .prepare(&format!("{{ const now = Date.now; Date.now = () => now() + {days} * 864e5 }}"))
                .await?;
            browser.open(&host.url()).await?;
            browser.until("window.constat?.allows").await?;
            assert_eq!(
                browser.run("return constat.allows('audience')").await?.as_bool(),
                Some(holds),
                "{days}"
            );
            // The next script of this kind would come on top of this one.
            browser.forget_prepared().await?;
        }
        browser.prepare("{ const now = Date.now; Date.now = () => now() + 186 * 864e5 }").await?;
        browser.reload().await?;
        browser.press("refuse_all").await?;
        delivered(&browser, "polaire").await?;
        let second = host.records(&browser).await.remove(0);
        assert_ne!(second.consent_id, first.consent_id);
        assert_eq!(second.previous_event_id, None, "nothing links it to the void choice");
        Ok(())
    });
}
