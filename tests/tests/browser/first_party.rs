//! First-party mode: the page's own host passes Constat on, and the answer sets the cookie.
//!
//! That Safari keeps it longer than the 7 days of a script's cookie is shown by `preventing.rs`: the driver's browser
//! has its tracking prevention off. The tests here cut the cookie to 7 days themselves, as Safari does, and read its end from the browser.

use crate::page::delivered;
use constat_shared::{Category, ConsentCookie};
use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::browser::{Browser, DESKTOP, Outcome, browse};
use constat_tests::page_answer::Answer;
use constat_tests::pages::Pages;
use constat_tests::server::Server;
use constat_tests::sites::Sites;
use serde_json::json;
use std::time::{SystemTime, UNIX_EPOCH};
use tempfile::TempDir;

const PREFIX: &str = "/constat";
const DAY_S: i64 = 86_400;

/// A site whose own hosts pass Constat on.
struct Site {
    pages: Pages,
    server: Server,
    _sites: Sites,
    _data: TempDir,
}

impl Site {
    /// Two hosts below one domain.
    fn start() -> Site {
        let pages = Pages::start();
        let [www, m] = ["www.polaire.test", "m.polaire.test"].map(|name| pages.origin_of(name));
        let hidden = "[vendors.cookies._ga_secure]\nduration_days = 30\npurpose = \"audience-measurement\"\nstorage = \"cookie\"\nfirst_party = true\nhttp_only = true\n[[vendors]]\nid = \"youtube\"";
        let text = with_shipped_vendors("polaire", &www).replacen(
            &format!("{www:?}"),
            &format!("{www:?}, {m:?}"),
            1,
        );
        let text = text.replacen("[[vendors]]\nid = \"youtube\"", hidden, 1);
        let sites =
            Sites::with("polaire", &format!("first_party = true\ncookie_domain = \"polaire.test\"\n{text}"));
        let data = tempfile::tempdir().unwrap();
        let server = Server::start(data.path(), &["--sites", sites.arg()]);
        pages.forward(PREFIX, &server.url);
        let page = format!(
            "<!doctype html><html lang='fr'><head><meta charset='utf-8'><title>Polaire</title><link rel='icon' href='data:,'><script async src='{PREFIX}/v1/sites/polaire/consent.js'></script></head><body></body></html>"
        );
        let vendor = "_ga_secure=1; Path=/; HttpOnly; Domain=polaire.test";
        pages.put_answer("/vendor", Answer::of(page.clone()).with("Set-Cookie", vendor));
        pages.put("/", page);
        Site { pages, server, _sites: sites, _data: data }
    }

    fn url(&self, host: &str) -> String {
        format!("{}/", self.pages.origin_of(host))
    }

    /// How many answers were posted.
    fn posted(&self) -> usize {
        let path = format!("{PREFIX}/v1/sites/polaire/consents");
        self.pages.asked().iter().filter(|asked| asked.method == "POST" && asked.path == path).count()
    }
}

/// In how many days the browser forgets a cookie; none when it has none of that name.
async fn days_left(
    browser: &Browser,
    name: &str,
) -> Result<Option<i64>, Box<dyn std::error::Error + Send + Sync>> {
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?;
    Ok(browser.cookie_end(name).await?.map(|end| (end - now) / DAY_S))
}

/// Waits until the browser keeps the consent cookie for about half a year.
async fn until_kept(browser: &Browser) -> Outcome {
    for _ in 0..400 {
        if days_left(browser, "constat-polaire").await?.is_some_and(|days| (170..190).contains(&days)) {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    Err(format!("the cookie is kept for {:?} days", days_left(browser, "constat-polaire").await?).into())
}

/// Shortens the life of the consent cookie to 7 days, as Safari does with one that a script has written.
async fn cut(browser: &Browser) -> Outcome {
    let value = browser.consent_cookie().await?.ok_or("no cookie")?;
    let text =
        format!("constat-polaire={value};path=/;domain=polaire.test;samesite=lax;max-age={}", 7 * DAY_S);
    browser.run(&format!("document.cookie = {}", json!(text))).await?;
    assert_eq!(days_left(browser, "constat-polaire").await?.map(|days| days < 8), Some(true));
    Ok(())
}

#[test]
fn the_server_sets_the_cookie_once_whatever_was_lost_and_all_hosts_share_it() {
    browse(DESKTOP, |browser| async move {
        let site = Site::start();
        // The answer does not reach the server: the cookie of the script counts.
        browser.block(&["*/consents"]).await?;
        browser.open(&format!("{}vendor", site.url("www.polaire.test"))).await?;
        browser.press("allow_all").await?;
        browser.until_blocked(1).await?;
        cut(&browser).await?;
        let by_script = ConsentCookie::decode(&browser.consent_cookie().await?.ok_or("no cookie")?)?;
        browser.block(&[]).await?;
        browser.reload().await?;
        delivered(&browser, "polaire").await?;
        until_kept(&browser).await?;
        let by_server = ConsentCookie::decode(&browser.consent_cookie().await?.ok_or("no cookie")?)?;
        assert_eq!((by_server.consent_id, by_server.event_id), (by_script.consent_id, by_script.event_id));
        assert!(
            days_left(&browser, "_ga_secure").await?.is_none() && browser.has_cookie("_ga_secure").await?
        );
        // A page view writes and asks nothing.
        let posted = site.posted();
        browser.reload().await?;
        browser.until("window.constat?.allows('audience')").await?;
        browser.rest().await?;
        until_kept(&browser).await?;
        assert_eq!(site.posted(), posted, "a revisit asks nothing");
        // A choice of before the mode: the next view asks once, the one after it does not.
        cut(&browser).await?;
        browser.run("localStorage.removeItem('constat.set.polaire')").await?;
        for _ in 0..2 {
            browser.reload().await?;
            until_kept(&browser).await?;
            browser.rest().await?;
        }
        assert_eq!(site.posted(), posted + 1);
        // Another host of the domain asks nobody again, and nothing.
        browser.open(&site.url("m.polaire.test")).await?;
        browser.until("window.constat?.allows('audience')").await?;
        browser.rest().await?;
        assert!(!browser.shows(".banner").await?);
        assert_eq!(site.posted(), posted + 1);
        Ok(())
    });
}

#[test]
fn a_withdrawal_and_an_erasure_reach_what_a_page_cannot() {
    browse(DESKTOP, |browser| async move {
        let site = Site::start();
        browser.open(&format!("{}vendor", site.url("www.polaire.test"))).await?;
        // A cookie of this host alone, from before, which the answer ends.
        browser.press("allow_all").await?;
        delivered(&browser, "polaire").await?;
        until_kept(&browser).await?;
        let value = browser.consent_cookie().await?.ok_or("no cookie")?;
        let older = value
            .split('.')
            .enumerate()
            .map(|(at, part)| if at == 4 { "1" } else { part })
            .collect::<Vec<_>>()
            .join(".");
        browser.run(&format!("document.cookie = 'constat-polaire={older};path=/;max-age=9999'")).await?;
        browser.reload().await?;
        browser.until("window.constat?.allows('audience')").await?;
        let count = "document.cookie.split('constat-polaire=').length - 1";
        assert_eq!(browser.run(&format!("return {count}")).await?, 1, "the older one has ended");
        until_kept(&browser).await?;

        browser.run("constat.withdraw()").await?;
        delivered(&browser, "polaire").await?;
        until_kept(&browser).await?;
        let refused = ConsentCookie::decode(&browser.consent_cookie().await?.ok_or("no cookie")?)?;
        assert!(!refused.category(Category::Audience));
        assert!(!browser.has_cookie("_ga_secure").await?, "the answer deletes it");

        browser.find(".manage").await?.click().await?;
        browser.find(".stored summary").await?.click().await?;
        browser.find("[data-action=erase]").await?.click().await?;
        browser.find("[data-action=erase_confirmed]").await?.click().await?;
        browser.find(".banner").await?;
        assert!(!browser.has_cookie("constat-polaire").await?);
        assert_eq!(
            browser
                .run("return Object.keys(localStorage).filter((key) => key !== 'constat.queue.polaire')")
                .await?,
            json!([])
        );
        assert!(site.server.log().contains("records were erased"));
        Ok(())
    });
}

#[test]
fn a_late_response_never_brings_an_earlier_answer_back() {
    browse(DESKTOP, |browser| async move {
        let site = Site::start();
        browser.open(&site.url("www.polaire.test")).await?;
        browser.find(".banner").await?;
        browser.delay(700).await?;
        browser.run("window.seen = []; document.addEventListener('constat:change', () => { seen.push(constat.allows('audience')) })").await?;
        browser.press("allow_all").await?;
        browser.until("constat.allows('audience')").await?;
        browser.run("constat.withdraw()").await?;
        delivered(&browser, "polaire").await?;
        browser.rest().await?;
        assert_eq!(
            browser.run("return [seen, constat.allows('audience')]").await?,
            json!([[true, false], false])
        );
        let kept = ConsentCookie::decode(&browser.consent_cookie().await?.ok_or("no cookie")?)?;
        assert!(!kept.category(Category::Audience));
        until_kept(&browser).await?;
        assert_eq!(site.posted(), 2);
        Ok(())
    });
}
