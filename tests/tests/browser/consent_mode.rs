//! Google Consent Mode: what Google's tags find in the data layer, and when. Of Google's code there is what its documents
//! say of it.

use crate::answers::switch;
use crate::page::delivered;
use constat_shared::ConsentCookie;
use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::browser::{Browser, DESKTOP, Outcome, browse};
use constat_tests::page_answer::Answer;
use constat_tests::pages::Pages;
use constat_tests::server::{Server, binary};
use constat_tests::sites::Sites;
use serde_json::{Value, json};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

/// The types that a choice decides.
pub const TYPES: [&str; 6] = [
    "ad_storage",
    "ad_user_data",
    "ad_personalization",
    "analytics_storage",
    "functionality_storage",
    "personalization_storage",
];

/// Google's tag as the page has it in basic mode: it says in the data layer when it runs.
pub const MARKED: &str =
    "<script type='text/plain' data-category='audience'>dataLayer.push({ ran: 'audience' })</script>";

/// Google's tag in advanced mode.
const TAG: &str = "<script>(window.dataLayer = window.dataLayer || []).push({ ran: 'tag' })</script>";

pub const ADVANCED: &str = "mode = \"advanced\"\ni_know = \"The pages of this test have no visitors.\"\n";

/// A site with consent mode, and its page.
pub struct Site {
    pub pages: Pages,
    server: Server,
    sites: Sites,
    _data: TempDir,
}

impl Site {
    /// What `[consent_mode]` has.
    pub fn start(keys: &str) -> Site {
        let pages = Pages::start();
        let text = format!("{}[consent_mode]\n{keys}", with_shipped_vendors("polaire", &pages.origin()));
        let sites = Sites::with("polaire", &text);
        let data = tempfile::tempdir().unwrap();
        let server = Server::start(data.path(), &["--sites", sites.arg()]);
        Site { pages, server, sites, _data: data }
    }

    /// Serves a page: `CONSTAT` stands for the tag, `FIRST` for one that the page waits for, `SNIPPET` for the inline
    /// script. What the data layer holds when
    /// the page is left is kept for the next one.
    pub fn page(&self, path: &str, head: &str, body: &str) -> String {
        let tag = |how: &str| {
            format!("<script {how} src='{}/v1/sites/polaire/consent.js'></script>", self.server.url)
        };
        let mut head = head.replace("CONSTAT", &tag("async")).replace("FIRST", &tag(""));
        if head.contains("SNIPPET") {
            head = head.replace("SNIPPET", &self.printed("<script>"));
        }
        let left = format!(
            "<script>addEventListener('pagehide', () => {{ sessionStorage.left = JSON.stringify({}) }})</script>",
            read("dataLayer")
        );
        self.pages.put(path, format!("<!doctype html><html lang='fr'><head><meta charset='utf-8'><title>Polaire</title><link rel='icon' href='data:,'>{left}{head}</head><body>{body}</body></html>"));
        format!("{}{path}", self.pages.origin())
    }

    /// The line that `constat check` prints with this start.
    fn printed(&self, start: &str) -> String {
        let output = Command::new(binary()).arg("check").arg(self.sites.file("polaire")).output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        printed.lines().find(|line| line.starts_with(start)).unwrap().to_owned()
    }
}

/// The entries of a data layer; a command is a list, and no other array counts as one.
pub fn read(layer: &str) -> String {
    format!(
        "[...window.{layer} || []].map(entry => Object.prototype.toString.call(entry) === '[object Arguments]' ? [...entry] : Array.isArray(entry) ? 'an array' : entry)"
    )
}

pub async fn entries(browser: &Browser) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
    Ok(browser.run(&format!("return {}", read("dataLayer"))).await?)
}

/// Each type, with what is granted beside `security_storage`.
fn state(granted: &[&str]) -> Value {
    let mut state = json!({ "security_storage": "granted" });
    for of in TYPES {
        state[of] = json!(if granted.contains(&of) { "granted" } else { "denied" });
    }
    state
}

/// The default of most tests.
pub fn default() -> Value {
    let mut denied = state(&[]);
    denied["wait_for_update"] = json!(500);
    json!(["consent", "default", denied])
}

/// The options of most tests.
pub fn options() -> Value {
    json!(["set", { "ads_data_redaction": true }])
}

/// The update after which this is granted, beside `security_storage`.
pub fn update(granted: &[&str]) -> Value {
    json!(["consent", "update", state(granted)])
}

/// The event for triggers.
pub fn choice() -> Value {
    json!({ "event": "constat_choice" })
}

/// What the page's tag has said that it runs.
pub fn ran(tag: &str) -> Value {
    json!({ "ran": tag })
}

pub async fn until_updated(browser: &Browser) -> Outcome {
    browser.until(&format!("{}.some(entry => entry && entry[1] === 'update')", read("dataLayer"))).await
}

pub async fn until_ran(browser: &Browser) -> Outcome {
    browser.until("dataLayer.some(entry => entry && entry.ran === 'audience')").await
}

/// What the data layer holds once an update has come, with whatever would come twice.
pub async fn updated_entries(browser: &Browser) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
    until_updated(browser).await?;
    settled(browser).await?;
    entries(browser).await
}

/// Lets whatever would come twice come.
pub async fn settled(browser: &Browser) -> Outcome {
    Ok(browser.run("return new Promise((done) => setTimeout(done, 300))").await.map(drop)?)
}

#[test]
fn one_default_comes_at_first_and_one_update_with_each_answer_before_any_released_tag() {
    browse(DESKTOP, |browser| async move {
        let site = Site::start("");
        let url = site.page("/", "CONSTAT", MARKED);
        browser.open(&url).await?;
        browser.find(".banner").await?;
        assert_eq!(entries(&browser).await?, json!([default(), options()]), "before the answer");

        browser.press("allow_all").await?;
        until_ran(&browser).await?;
        settled(&browser).await?;
        let allowed = json!([default(), options(), update(&TYPES), choice(), ran("audience")]);
        assert_eq!(entries(&browser).await?, allowed);

        // The stored choice is the first update of the next page view.
        browser.reload().await?;
        until_ran(&browser).await?;
        settled(&browser).await?;
        assert_eq!(entries(&browser).await?, allowed);

        // What is taken back is denied before the page is loaded again, and there too.
        browser.run("constat.withdraw()").await?;
        browser.until("sessionStorage.left && window.dataLayer && !dataLayer.some(entry => entry.ran) && constat.choices()").await?;
        settled(&browser).await?;
        let left = browser.run("return JSON.parse(sessionStorage.left)").await?;
        let before = [allowed.as_array().unwrap().clone(), vec![update(&[]), choice()]].concat();
        assert_eq!(left, json!(before), "as the page was left");
        assert_eq!(entries(&browser).await?, json!([default(), options(), update(&[]), choice()]));
        Ok(())
    });
}

#[test]
fn a_refusal_is_an_update_and_grants_what_is_mapped_to_essential() {
    browse(DESKTOP, |browser| async move {
        let site = Site::start("[consent_mode.map]\nfunctionality_storage = \"essential\"\n");
        let url = site.page("/", "CONSTAT", MARKED);
        browser.open(&url).await?;
        browser.press("refuse_all").await?;
        let refused = json!([default(), options(), update(&["functionality_storage"]), choice()]);
        assert_eq!(updated_entries(&browser).await?, refused);
        delivered(&browser, "polaire").await?;
        browser.reload().await?;
        assert_eq!(updated_entries(&browser).await?, refused, "a returning visitor");
        Ok(())
    });
}

#[test]
fn each_decision_of_one_page_view_is_one_update_and_an_answer_in_another_tab_is_one() {
    browse(DESKTOP, |browser| async move {
        let site = Site::start("");
        let url = site.page("/", "CONSTAT", "");
        browser.open(&url).await?;
        let first = browser.window().await?;
        browser.press("refuse_all").await?;
        until_updated(&browser).await?;
        browser.find(".manage").await?.click().await?;
        browser.press("allow_all").await?;
        browser.until("constat.allows('audience')").await?;
        delivered(&browser, "polaire").await?;
        browser.new_tab(&url).await?;
        browser.until("window.constat?.allows('audience')").await?;
        browser.run("constat.withdraw()").await?;
        delivered(&browser, "polaire").await?;
        browser.switch_to(first).await?;
        browser.until("!constat.allows('audience')").await?;
        browser.run("dispatchEvent(new Event('focus')); dispatchEvent(new Event('pageshow'))").await?;
        settled(&browser).await?;
        let expected = [
            vec![default(), options()],
            vec![update(&[]), choice()],
            vec![update(&TYPES), choice()],
            vec![update(&[]), choice()],
        ];
        assert_eq!(entries(&browser).await?, json!(expected.concat()));
        Ok(())
    });
}

#[test]
fn a_choice_that_ends_is_denied_again() {
    browse(DESKTOP, |browser| async move {
        let site = Site::start("");
        let url = site.page("/", "CONSTAT", "");
        browser.open(&url).await?;
        browser.press("allow_all").await?;
        delivered(&browser, "polaire").await?;
        let cookie = ConsentCookie::decode(&browser.consent_cookie().await?.ok_or("no cookie")?)?;
        let end = cookie.expires().unix_ms();
        // The page is opened two seconds before the end.
        browser
            .prepare(&format!(
                "{{ const now = Date.now, late = {end} - now() - 2000; Date.now = () => now() + late }}"
            ))
            .await?;
        browser.open(&url).await?;
        browser.until("window.constat?.allows('audience')").await?;
        browser.until("constat.choices() === null").await?;
        settled(&browser).await?;
        let expected = json!([default(), options(), update(&TYPES), choice(), update(&[]), choice()]);
        assert_eq!(entries(&browser).await?, expected);
        Ok(())
    });
}

#[test]
fn a_type_follows_the_vendor_that_it_is_mapped_to() {
    browse(DESKTOP, |browser| async move {
        let site = Site::start(
            "[consent_mode.map]\nad_storage = \"vendor:youtube\"\nanalytics_storage = \"vendor:google-analytics\"\n",
        );
        let url = site.page("/", "CONSTAT", "");
        browser.open(&url).await?;
        browser.press("vendors").await?;
        browser.find("dialog[open]").await?;
        switch(&browser, "third_party").await?;
        switch(&browser, "youtube").await?;
        switch(&browser, "google-analytics").await?;
        browser.press("save").await?;
        let expected = json!([default(), options(), update(&["analytics_storage"]), choice()]);
        assert_eq!(updated_entries(&browser).await?, expected);
        Ok(())
    });
}

/// The page's own server has consent.js, and takes 3 seconds for it. The page notes what is there when it has been read.
async fn late(site: &Site) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    let path = "/v1/sites/polaire/consent.js";
    let file = reqwest::get(format!("{}{path}", site.server.url)).await?.text().await?;
    site.pages.put_answer(path, Answer { delay: Duration::from_secs(3), ..Answer::of(file) });
    let read = read("dataLayer");
    Ok(format!(
        "<script async src='{path}'></script><script>document.addEventListener('DOMContentLoaded', () => {{ window.early = [!!window.constat, {read}] }})</script>"
    ))
}

#[test]
fn in_advanced_mode_the_default_stands_before_the_tag_when_consent_js_comes_late() {
    browse(DESKTOP, |browser| async move {
        let site = Site::start(ADVANCED);
        let url = site.page("/", &format!("{}SNIPPET{TAG}", late(&site).await?), MARKED);
        browser.open(&url).await?;
        browser.find(".banner").await?;
        let first = vec![default(), options(), ran("tag")];
        assert_eq!(browser.run("return early").await?, json!([false, first]));
        assert_eq!(entries(&browser).await?, json!(first), "the loader says no second one");
        browser.press("allow_all").await?;
        until_ran(&browser).await?;
        settled(&browser).await?;
        let after = vec![update(&TYPES), choice(), ran("audience")];
        assert_eq!(entries(&browser).await?, json!([first, after].concat()));
        Ok(())
    });
}

#[test]
fn in_basic_mode_nothing_of_google_runs_before_the_default_when_consent_js_comes_late() {
    browse(DESKTOP, |browser| async move {
        let site = Site::start("");
        let url = site.page("/", &late(&site).await?, MARKED);
        browser.open(&url).await?;
        browser.press("allow_all").await?;
        until_ran(&browser).await?;
        settled(&browser).await?;
        assert_eq!(browser.run("return early").await?, json!([false, []]));
        let expected = json!([default(), options(), update(&TYPES), choice(), ran("audience")]);
        assert_eq!(entries(&browser).await?, expected);
        Ok(())
    });
}

#[test]
fn when_consent_js_fails_everything_stays_denied() {
    browse(DESKTOP, |browser| async move {
        let site = Site::start(ADVANCED);
        browser.block(&["*/consent.js"]).await?;
        let url = site.page("/", &format!("CONSTAT SNIPPET{TAG}"), MARKED);
        browser.open(&url).await?;
        browser.until_blocked(1).await?;
        settled(&browser).await?;
        assert_eq!(entries(&browser).await?, json!([default(), options(), ran("tag")]));
        Ok(())
    });
}

#[test]
fn a_kept_consent_js_that_is_faster_than_the_snippet_says_the_only_default() {
    browse(DESKTOP, |browser| async move {
        let site = Site::start(ADVANCED);
        let first = "<script>window.first = !!window.constat</script>";
        // The loader certainly before the snippet, certainly behind it, and as it comes from the browser's cache.
        for (path, head, loader_first) in [
            ("/before", format!("FIRST{first}SNIPPET{TAG}"), Some(true)),
            ("/behind", format!("{first}SNIPPET{TAG}CONSTAT"), Some(false)),
            ("/around", format!("CONSTAT{first}SNIPPET{TAG}"), None),
        ] {
            let url = site.page(path, &head, MARKED);
            browser.open(&url).await?;
            browser.forget_choice().await?;
            browser.open(&url).await?;
            browser.find(".banner").await?;
            if let Some(expected) = loader_first {
                assert_eq!(browser.run("return first").await?, expected, "{path}");
            }
            assert_eq!(entries(&browser).await?, json!([default(), options(), ran("tag")]), "{path}");
            browser.press("allow_all").await?;
            until_ran(&browser).await?;
            delivered(&browser, "polaire").await?;
            // The returning visitor, whose choice the loader may know before the snippet has run.
            browser.open(&url).await?;
            until_ran(&browser).await?;
            settled(&browser).await?;
            let found = entries(&browser).await?;
            let position =
                |entry: &Value| found.as_array().unwrap().iter().position(|other| other == entry).unwrap();
            assert!(position(&default()) < position(&update(&TYPES)), "{path}: {found}");
            assert!(position(&default()) < position(&ran("tag")), "{path}: {found}");
            assert!(position(&update(&TYPES)) < position(&ran("audience")), "{path}: {found}");
            assert_eq!(found.as_array().unwrap().len(), 6, "{path}: {found}");
        }
        Ok(())
    });
}

#[test]
fn a_page_policy_needs_no_more_than_the_printed_hash() {
    browse(DESKTOP, |browser| async move {
        let site = Site::start(ADVANCED);
        let hash = site.printed("'sha256-");
        for (policy, found) in [(hash.as_str(), json!([default(), options()])), ("'none'", json!([]))] {
            let policy =
                format!("<meta http-equiv='Content-Security-Policy' content=\"script-src {policy}\">");
            let url = site.page("/", &format!("{policy}SNIPPET"), "");
            browser.open(&url).await?;
            assert_eq!(entries(&browser).await?, found, "{policy}");
        }
        Ok(())
    });
}

/// What Google's tags take for granted, as <https://developers.google.com/tag-platform/security/guides/consent> has it
/// (read on 2026-11-28): an update counts everywhere; without one, the default of the smallest region that holds the
/// visitor, type by type, and whoever waits does so where its default says how long.
const GOOGLE: &str = r#"
window.google = (layer, place) => {
  let found = {}, rank = {}, waits = {};
  for (let [command, action, types] of layer.filter((entry) => Object.prototype.toString.call(entry) === "[object Arguments]")) {
    if (command !== "consent") continue;
    let { region = [""], wait_for_update: wait, ...rest } = types;
    for (let code of action === "update" ? ["update"] : region) {
      if (action !== "update" && code !== "" && code !== place && code !== place.split("-")[0]) continue;
      for (let type in rest) {
        let size = action === "update" ? 99 : code.length;
        if (size < rank[type]) continue;
        rank[type] = size;
        found[type] = rest[type];
        waits[type] = action !== "update" && wait > 0;
      }
    }
  }
  return [Object.keys(found).filter((type) => found[type] === "granted").sort(), Object.keys(waits).filter((type) => waits[type]).length];
};"#;

#[test]
fn each_region_has_one_more_default_and_the_choice_counts_everywhere() {
    browse(DESKTOP, |browser| async move {
        let regions = "[[consent_mode.region]]\ncodes = [\"US\"]\nanalytics_storage = \"granted\"\nad_storage = \"granted\"\n[[consent_mode.region]]\ncodes = [\"US-CA\", \"BR\"]\nfunctionality_storage = \"granted\"\nad_storage = \"denied\"\n";
        let site = Site::start(&format!("{ADVANCED}{regions}"));
        let google = format!("<script>{GOOGLE}</script>");
        for head in [format!("{google}CONSTAT"), format!("{google}SNIPPET{TAG}CONSTAT")] {
            let url = site.page("/", &head, "");
            browser.open(&url).await?;
            browser.forget_choice().await?;
            browser.open(&url).await?;
            browser.find(".banner").await?;
            let defaults = "return dataLayer.filter(entry => entry[1] === 'default').length";
            assert_eq!(browser.run(defaults).await?, 3, "{head}");
            let of = async |place: &str| browser.run(&format!("return google(dataLayer, '{place}')")).await;
            assert_eq!(of("FR").await?, json!([["security_storage"], 7]), "{head}");
            assert_eq!(of("US").await?, json!([["ad_storage", "analytics_storage", "security_storage"], 7]));
            let california = json!([["analytics_storage", "functionality_storage", "security_storage"], 7]);
            assert_eq!(of("US-CA").await?, california);
            assert_eq!(of("BR").await?, json!([["functionality_storage", "security_storage"], 7]));
            browser.press("refuse_all").await?;
            until_updated(&browser).await?;
            for place in ["FR", "US", "US-CA", "BR"] {
                assert_eq!(of(place).await?, json!([["security_storage"], 0]), "{place}");
            }
        }
        Ok(())
    });
}
