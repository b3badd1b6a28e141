//! The owner's view: what Constat does in a page, for the owner alone.

use crate::page::{Host, delivered};
use constat_tests::browser::{Browser, DESKTOP, Outcome, browse};
use std::process::Command;

const TAGS: &str = "[consent_mode]\n";

const HEAD: &str =
    r#"<script>localStorage.setItem("visitor", "1"); document.cookie = "_ga=1; path=/";</script>"#;
const BODY: &str = r#"
  <script type="text/plain" data-category="audience" data-vendor="google-analytics">window.counted = 1</script>
  <script type="text/plain" data-category="audience" data-vendor="nobody">window.never = 1</script>
  <img alt="" src="THIRD/pixel.gif">"#;

/// A page of a site that speaks to Google.
fn host() -> Host {
    let host = Host::start_with(|text| format!("{text}{TAGS}"), HEAD, BODY);
    host.third.put("/pixel.gif", "");
    host
}

/// The lines of a group in the overlay.
async fn lines(browser: &Browser, group: &str) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    let script = format!(
        "return [...document.querySelector('constat-debug').shadowRoot.querySelectorAll('[data-group={group}] li')].map(node => node.textContent.replace(/^\\d+ ms/, '')).join('\\n')"
    );
    Ok(browser.run(&script).await?.as_str().unwrap_or_default().to_owned())
}

async fn until_line(browser: &Browser, group: &str, part: &str) -> Outcome {
    let mut seen = String::new();
    for _ in 0..200 {
        seen = lines(browser, group).await?;
        if seen.contains(part) {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    Err(format!("{group} has no line with {part}: {seen}").into())
}

#[test]
fn it_says_what_was_held_released_removed_and_told_and_which_hosts_nobody_declared() {
    browse(DESKTOP, |browser| async move {
        let host = host();
        browser.open(&format!("{}?constat=debug", host.url())).await?;
        browser.find(".banner").await?;
        browser.until("document.querySelector('constat-debug')").await?;
        until_line(&browser, "held", "script · google-analytics").await?;
        until_line(&browser, "held", "script · nobody").await?;
        until_line(&browser, "removed", "_ga").await?;
        until_line(&browser, "signal", "consent default").await?;
        until_line(&browser, "undeclared", "localhost").await?;
        assert_eq!(lines(&browser, "released").await?, "");
        browser.press("allow_all").await?;
        until_line(&browser, "released", "script · google-analytics").await?;
        until_line(&browser, "signal", "consent update").await?;
        delivered(&browser, "polaire").await?;
        let asked = host.third.asked().iter().map(|asked| asked.path.clone()).collect::<Vec<_>>();
        assert_eq!(asked, ["/pixel.gif"], "the view sends nothing anywhere");
        Ok(())
    });
}

#[test]
fn nothing_of_it_is_fetched_by_a_visitor() {
    browse(DESKTOP, |browser| async move {
        let host = host();
        browser.open(&host.url()).await?;
        browser.find(".banner").await?;
        let fetched = "performance.getEntriesByType('resource').some(entry => /debug/.test(entry.name))";
        assert_eq!(browser.run(&format!("return {fetched}")).await?, false);
        assert_eq!(
            browser.run("return document.querySelector('constat-debug')").await?,
            serde_json::Value::Null
        );
        Ok(())
    });
}

#[test]
fn elsewhere_it_opens_by_the_owners_link_alone() {
    browse(DESKTOP, |browser| async move {
        let elsewhere = |text: String| format!("{}{TAGS}", text.replacen("127.0.0.1", "www.polaire.test", 1));
        let host = Host::start_with(elsewhere, HEAD, BODY);
        let page = host.pages.origin_of("www.polaire.test");
        let check = Command::new(constat_tests::server::binary())
            .arg("check")
            .arg(host.sites.file("polaire"))
            .output()?;
        let printed = String::from_utf8(check.stdout)?;
        let link = printed.split_whitespace().find(|word| word.starts_with("http")).ok_or("no link")?;
        assert!(link.starts_with(&format!("{page}/?constat=debug-")), "{link}");
        for stale in ["debug-0123456789abcdef", "debug"] {
            browser.open(&page).await?;
            browser.forget_choice().await?;
            browser.open(&format!("{page}/?constat={stale}")).await?;
            browser.find(".banner").await?;
            browser.run("document.addEventListener('constat:change', () => { window.changed = 1 })").await?;
            browser.press("allow_all").await?;
            // A visitor who opens it is answered as on any page.
            browser.until("window.changed && window.counted").await?;
            browser.until("dataLayer.some(entry => entry[1] === 'update')").await?;
        }
        assert_eq!(
            browser.run("return document.querySelector('constat-debug')").await?,
            serde_json::Value::Null
        );
        browser.open(link).await?;
        browser.until("document.querySelector('constat-debug')").await?;
        Ok(())
    });
}
