//! What services keep of an answer in the browser: an allowance does not outlive the choice, and nothing is kept before an
//! answer.

use crate::page::delivered;
use crate::record::{erase, open_record};
use crate::signals::{ALL, MATOMO, META, TIKTOK, TOLD, UET, again, host, lose_choice};
use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::browser::{DESKTOP, Outcome, browse};
use serde_json::{Value, json};

/// What the documents of Shopify and WordPress describe, written down: both remember what they are told.
const APIS: &str = r#"<script>
  window.calls = [];
  window.Shopify = { loadFeatures(features, then) {
    calls.push(features[0].name);
    Shopify.customerPrivacy = {
      setTrackingConsent(consent, then) {
        calls.push(consent);
        const word = (on) => on === undefined ? "" : on ? "yes" : "no";
        localStorage.shop = JSON.stringify(Object.fromEntries(Object.entries(consent).map(([name, on]) => [name, word(on)])));
        then();
      },
      currentVisitorConsent: () => JSON.parse(localStorage.shop ?? "{}"),
    };
    then();
  } };
  document.addEventListener("wp_consent_type_defined", () => calls.push(window.wp_consent_type));
  function wp_set_consent(category, value) {
    calls.push(category + " " + value);
    document.cookie = `wp_consent_${category}=${value}; path=/`;
  }
</script>"#;

/// What WordPress is told.
fn words(on: bool) -> Vec<Value> {
    let word = if on { "allow" } else { "deny" };
    let names = ["preferences", "statistics", "statistics-anonymous", "marketing"];
    let all = names.map(|name| json!(format!("{name} {word}")));
    [json!("functional allow")].into_iter().chain(all).collect()
}

/// What Shopify is told; of the sale of data only with a new answer.
fn shop(on: bool, is_new: bool) -> Value {
    let mut consent = json!({ "analytics": on, "marketing": on, "preferences": on });
    if is_new {
        consent["sale_of_data"] = json!(on);
    }
    consent
}

#[test]
fn shopify_and_wordpress_are_told_of_every_decision_once_and_of_nothing_before() {
    browse(DESKTOP, |browser| async move {
        let host = host(&["shopify", "wordpress"], |text| text);
        host.put("/", APIS, "");
        again(&host, &browser).await?;
        assert_eq!(browser.run("return calls").await?, json!(["optin"]));
        let feature = json!("consent-tracking-api");
        browser.press("refuse_all").await?;
        browser.until("constat.choices()").await?;
        let mut expected = vec![json!("optin"), feature.clone(), shop(false, true)];
        expected.extend(words(false));
        assert_eq!(browser.run("return calls").await?, json!(expected));
        browser.run("constat.open()").await?;
        browser.press("allow_all").await?;
        browser.until("constat.allows('audience')").await?;
        expected.push(shop(true, true));
        expected.extend(words(true));
        assert_eq!(browser.run("return calls").await?, json!(expected));
        // A page that comes later says what holds, and begins no opt-out of the sale of data.
        browser.reload().await?;
        browser.until("window.constat?.choices()").await?;
        let expected = [vec![json!("optin"), feature, shop(true, false)], words(true)].concat();
        assert_eq!(browser.run("return calls").await?, json!(expected));
        Ok(())
    });
}

/// What WordPress and Shopify keep of an answer.
const KEPT: &str = "return [/wp_consent_marketing=(\\w+)/.exec(document.cookie)?.[1], JSON.parse(localStorage.shop ?? '{}').marketing]";

#[test]
fn services_that_remember_an_allowance_are_told_when_it_was_erased_has_ended_or_is_void() {
    browse(DESKTOP, |browser| async move {
        let host = host(&["shopify", "wordpress"], |text| text);
        // Another part of the shop has loaded the API.
        let loaded =
            format!("{APIS}<script>Shopify.loadFeatures([{{ name: 'early' }}], () => {{}})</script>");
        host.put("/", &loaded, "");
        let allowed = async || -> Outcome {
            browser.press("allow_all").await?;
            delivered(&browser, "polaire").await?;
            assert_eq!(browser.run(KEPT).await?, json!(["allow", "yes"]));
            Ok(())
        };
        let taken_back = async |how: &str| -> Outcome {
            browser.find(".banner").await?;
            browser.until("document.readyState === 'complete'").await?;
            assert_eq!(browser.run(KEPT).await?, json!(["deny", "no"]), "{how}");
            // Who keeps a refusal has nothing more to hear.
            browser.reload().await?;
            browser.find(".banner").await?;
            browser.until("document.readyState === 'complete'").await?;
            assert_eq!(browser.run("return calls").await?, json!(["early", "optin"]), "{how}");
            Ok(())
        };
        again(&host, &browser).await?;
        allowed().await?;
        lose_choice(&host, &browser).await?;
        taken_back("ended").await?;
        allowed().await?;
        browser.run("window.of_before = true").await?;
        open_record(&browser).await?;
        erase(&browser).await?;
        browser.until("!window.of_before && window.constat").await?;
        taken_back("erased").await?;
        allowed().await?;
        let text = with_shipped_vendors("polaire", &host.pages.origin());
        let more = "[[vendors]]\nid = \"hotjar\"\n[signals]\nshopify = true\nwordpress = true\n";
        host.change(&format!("{text}{more}")).await?;
        browser.clear_cache().await?;
        browser.open(&host.url()).await?;
        taken_back("void").await
    });
}

#[test]
fn a_signal_of_the_browser_holds_every_service_and_writes_nothing_for_it_before_an_answer() {
    browse(DESKTOP, |browser| async move {
        let host = host(&ALL, |text| format!("gpc = \"refuse\"\n{text}"));
        let stub = "<script>window.posthog = []; window.alloy = (...given) => { calls.push(given[0]); return Promise.resolve() }; alloy.q = []</script>";
        let snippets = [META, TIKTOK, MATOMO, UET].map(|text| format!("<script>{text}</script>")).concat();
        host.put("/", &format!("{APIS}{stub}"), &snippets);
        let state = format!(
            "const queues = (() => {{ {TOLD} }})(); return [queues.map((queue) => queue.sort().join()), posthog, typeof clarity, pdl.consent.defaultPreset.PA, calls, document.cookie, Object.keys(localStorage)]"
        );
        again(&host, &browser).await?;
        let before = browser.run(&state).await?;
        assert_eq!(before[5], "");
        assert_eq!(before[6], json!([]));
        browser.send_gpc().await?;
        for _ in 0..2 {
            browser.open(&host.url()).await?;
            browser.find(".signal").await?;
            browser.until("document.readyState === 'complete'").await?;
            assert_eq!(browser.run(&state).await?, before, "as before an answer");
        }
        browser.press("configure").await?;
        browser.press("refuse_all").await?;
        browser.until("document.cookie.includes('constat-polaire')").await?;
        let told = browser.run("return [posthog[0][0], _paq.at(-1), localStorage.plausible_ignore, document.cookie.includes('wp_consent_marketing=deny')]").await?;
        assert_eq!(told, json!(["opt_out_capturing", ["forgetConsentGiven"], "true", true]));
        Ok(())
    });
}
