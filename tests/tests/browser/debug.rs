//! The owner's view: what Constat does in a page, for the owner alone.

use crate::page::{Host, delivered};
use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::browser::{Browser, DESKTOP, Engine, Outcome, browse};
use constat_tests::page_answer::Answer;
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
fn it_says_which_marks_are_none_and_which_service_was_asked_without_being_allowed() {
    const HEAD: &str = r#"<script data-category="audience" data-vendor="no-type" data-src="/never.js"></script>
      <script data-category="audience" data-vendor="runs">window.ran = 1</script>
      <script type="application/json" data-category="audience" data-vendor="data">{}</script>"#;
    const BODY: &str = r#"<script type="text/plain" data-vendor="no-category">window.never = 1</script>
      <iframe data-vendor="frame" title="x"></iframe>
      <script type="text/plain" data-category="audience" data-vendor="google-analytics">window.counted = 1</script>
      <img alt="" src="THIRD/pixel.gif"><img alt="" src="OWN/logo.gif">"#;
    browse(DESKTOP, |browser| async move {
        let host = Host::start_with(|text| text, "", "");
        let of_vendor = host.third.origin_of("www.stats.test");
        let body = BODY.replace("THIRD", &of_vendor).replace("OWN", &host.third.origin_of("cdn.own.test"));
        host.put("/", HEAD, &body);
        let vendor = "[[vendors]]\nid = \"youtube\"\nhosts = [\"www.stats.test\"]";
        let file = with_shipped_vendors("polaire", &host.pages.origin());
        let file = file.replacen("[[vendors]]\nid = \"youtube\"", vendor, 1);
        host.change(&format!("csp_hosts = [\"cdn.own.test\"]\n{file}")).await?;
        browser.open(&format!("{}?constat=debug", host.url())).await?;
        browser.until("window.ran && document.querySelector('constat-debug')").await?;
        until_line(&browser, "early", "www.stats.test").await?;
        browser.press("allow_all").await?;
        browser.until("window.counted").await?;
        until_line(&browser, "released", "script · google-analytics").await?;
        let mistakes = lines(&browser, "mistake").await?;
        let named: Vec<_> = mistakes.lines().filter_map(|line| line.split(" · ").nth(1)).collect();
        let starts = |name: &str| named.iter().filter(|line| line.starts_with(name)).count();
        let counts = ["no-type", "runs", "no-category", "frame"].map(starts);
        assert_eq!((named.len(), counts), (4, [1; 4]), "{mistakes}");
        assert_eq!(lines(&browser, "undeclared").await?, "");
        // Who comes back and has allowed it finds nothing to mend.
        browser.reload().await?;
        browser.until("document.querySelector('constat-debug')").await?;
        until_line(&browser, "released", "script · google-analytics").await?;
        assert_eq!(lines(&browser, "early").await?, "");
        Ok(())
    });
}

#[test]
fn it_says_what_a_policy_would_stop_also_before_the_loader_is_there() {
    browse(DESKTOP, |browser| async move {
        let host = host();
        let policy = "default-src * 'unsafe-inline' data:; img-src 'self' data:";
        let page = Answer::of(host.html(HEAD, BODY)).with("Content-Type", "text/html");
        host.pages.put_answer("/", page.with("Content-Security-Policy-Report-Only", policy));
        browser.open(&format!("{}?constat=debug", host.url())).await?;
        browser.until("document.querySelector('constat-debug')").await?;
        // The other engines do not keep what was before.
        if Engine::chosen() == Engine::Chromium {
            until_line(&browser, "reported", "localhost").await?;
        }
        browser.run(&format!("new Image().src = '{}/late.gif'", host.third.origin_of("late.test"))).await?;
        until_line(&browser, "reported", "late.test").await?;
        assert_eq!(lines(&browser, "forbidden").await?, "");
        Ok(())
    });
}

#[test]
fn it_says_whom_the_loader_has_told_and_nobody_else() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start_with(
            |text| format!("gpc = \"refuse\"\n{text}[signals]\nmeta = true\ntiktok = true\n"),
            "<script>fbq = function () { fbq.callMethod = 1; }</script>",
            "",
        );
        browser.open(&format!("{}?constat=debug", host.url())).await?;
        browser.until("document.querySelector('constat-debug')").await?;
        until_line(&browser, "signal", "meta").await?;
        let sentences = "return document.querySelector('constat-debug').shadowRoot.querySelectorAll('section > p').length";
        assert_eq!(browser.run(sentences).await?, 1, "a signal of the browser is no answer");
        browser.run("constat.withdraw()").await?;
        browser.until(&format!("(() => {{ {sentences} }})() === 3")).await?;
        delivered(&browser, "polaire").await?;
        let said = lines(&browser, "signal").await?;
        assert!(said.starts_with("metarevoke") && !said.contains("tiktok"), "{said}");
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
