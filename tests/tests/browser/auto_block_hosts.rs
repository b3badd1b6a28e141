//! Blocking without marks: whose a host is, what the page exempts, and what the owner sees of it.

use crate::answers::switch;
use crate::auto_block::{a_moment, opened, site};
use crate::page::Host;
use constat_tests::browser::{Browser, DESKTOP, Outcome, browse};
use std::time::Duration;

#[test]
fn what_the_page_exempts_is_not_held() {
    let script = r#"
      const box = document.createElement("div"), image = new Image();
      box.dataset.constat = "ignore";
      image.src = "STATS/inside.png";
      box.append(image);
      document.body.append(box);
      const alone = document.createElement("img");
      alone.setAttribute("data-constat", "ignore");
      alone.src = "STATS/alone.png";
      box.innerHTML += "<img src=STATS/html.png>";
      new Image().src = "STATS/held.png";"#;
    browse(DESKTOP, move |browser| async move {
        let host = site("");
        opened(&browser, &host).await?;
        browser.run(&script.replace("STATS", &host.stats())).await?;
        for path in ["/inside.png", "/alone.png", "/html.png"] {
            for _ in 0..100 {
                if host.third.count(path) > 0 {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(25)).await;
            }
            assert!(host.third.count(path) > 0, "{path}");
        }
        assert_eq!(host.third.count("/held.png"), 0);
        Ok(())
    });
}

#[test]
fn a_vendor_s_own_host_counts_before_the_site_s_domain() {
    browse(DESKTOP, move |browser| async move {
        let host = site("");
        host.sites.write(
            "polaire",
            &std::fs::read_to_string(host.sites.file("polaire"))?.replace("127.0.0.1", "www.polaire.test"),
        );
        host.server.signal(rustix::process::Signal::HUP);
        let page = host.pages.origin_of("www.polaire.test");
        for _ in 0..100 {
            let script = reqwest::get(format!("{}/v1/sites/polaire/consent.js", host.server.url))
                .await?
                .text()
                .await?;
            if script.contains("polaire.test") {
                break;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        browser.open(&page).await?;
        browser.find(".banner").await?;
        let ask = |name: &str| {
            format!(
                "new Image().src = '{}/{name}.png'",
                host.third.origin_of(&format!("{name}.polaire.test"))
            )
        };
        browser.run(&ask("matomo")).await?;
        browser.run(&ask("pictures")).await?;
        host.until_asked("/pictures.png", 1).await?;
        assert_eq!(host.third.count("/matomo.png"), 0);
        browser.press("allow_all").await?;
        host.until_asked("/matomo.png", 1).await
    });
}

#[test]
fn a_vendor_that_the_site_does_not_name_is_asked_by_nobody() {
    browse(DESKTOP, move |browser| async move {
        let host = site("");
        browser.block(&["http://static.criteo.net/*"]).await?;
        opened(&browser, &host).await?;
        browser.press("allow_all").await?;
        browser.run("new Image().src = 'http://static.criteo.net/a.png'").await?;
        browser.run(&format!("new Image().src = '{}/b.png'", host.third.origin_of("unknown.test"))).await?;
        host.until_asked("/b.png", 1).await?;
        assert_eq!(browser.blocked_count(), 0);
        Ok(())
    });
}

#[test]
fn what_is_marked_obeys_its_mark_whoever_has_the_host() {
    let marked = r#"<script type="text/plain" data-category="audience" data-src="HOST/classic.js"></script>
      <script type="text/plain" data-category="audience" data-type="module" data-src="HOST/module.js"></script>
      <script type="text/plain" data-category="audience" data-type="module">import "HOST/imported.js"</script>
      <iframe title="f" data-category="third_party" data-vendor="youtube" data-constat-src="HOST/frame.html"></iframe>"#;
    browse(DESKTOP, move |browser| async move {
        let host = site("unknown_hosts = \"block\"");
        // One that nobody knows, and one of a vendor that the site does not name.
        let unknown = host.third.origin_of("unknown.test");
        browser.block(&["http://static.criteo.net/*"]).await?;
        host.put_page(
            "/",
            "",
            &[unknown.as_str(), "http://static.criteo.net"].map(|of| marked.replace("HOST", of)).concat(),
        );
        opened(&browser, &host).await?;
        a_moment().await;
        assert_eq!((host.vendor_asked(), browser.blocked_count()), (vec![], 0), "there is no answer");
        browser.press("vendors").await?;
        for name in ["audience", "youtube"] {
            switch(&browser, name).await?;
        }
        browser.press("save").await?;
        for path in ["/classic.js", "/module.js", "/imported.js", "/frame.html"] {
            host.until_asked(path, 1).await?;
        }
        browser.until_blocked(4).await?;
        assert_eq!(browser.blocked_count(), 4);
        // What a mark lets run is held as before in what it asks for itself.
        browser.run(&format!("new Image().src = '{unknown}/image.png'")).await?;
        a_moment().await;
        assert_eq!(host.third.count("/image.png"), 0);
        Ok(())
    });
}

#[test]
fn a_host_that_nobody_knows_is_held_until_the_visitor_allows_everything() {
    let ask = r#"
      new Image().src = "UNKNOWN/image.png";
      document.body.append(Object.assign(document.createElement("script"), { src: "UNKNOWN/script.js" }));
      fetch("UNKNOWN/data.json").catch(error => { window.failed = error.name; });"#;
    let frame = r#"<iframe title="f" width="600" height="400" data-category="third_party" data-vendor="youtube" data-constat-src="/own.html"></iframe>"#;
    browse(DESKTOP, move |browser| async move {
        let host = site("unknown_hosts = \"block\"");
        host.put_page("/", "", frame);
        host.vendor_answers("/script.js", "window.ran = 1");
        let ask = ask.replace("UNKNOWN", &host.third.origin_of("unknown.test"));
        opened(&browser, &host).await?;
        browser.run(&ask).await?;
        a_moment().await;
        assert_eq!(host.vendor_asked(), Vec::<String>::new(), "there is no answer");
        browser.allow_frame("iframe[data-vendor=youtube]").await?;
        browser.until("window.failed === 'TypeError'").await?;
        a_moment().await;
        assert_eq!(host.vendor_asked(), Vec::<String>::new(), "one vendor is not everything");
        browser.run("constat.open()").await?;
        browser.press("allow_all").await?;
        browser.until("window.ran").await?;
        host.until_asked("/image.png", 1).await?;
        browser.run("window.same_page = true; constat.withdraw()").await?;
        browser.until("!window.same_page && window.constat?.choices()").await?;
        let asked = host.vendor_asked().len();
        browser.run(&ask).await?;
        browser.until("window.failed === 'TypeError'").await?;
        a_moment().await;
        assert_eq!(host.vendor_asked().len(), asked, "a withdrawal takes everything back");
        Ok(())
    });
}

#[test]
fn a_host_that_nobody_knows_is_asked_and_named_where_the_site_wants_to_hear_of_it() {
    browse(DESKTOP, move |browser| async move {
        let host = site("unknown_hosts = \"report\"");
        browser
            .prepare("window.warned = []; console.warn = (...words) => warned.push(words.join(' '))")
            .await?;
        opened(&browser, &host).await?;
        browser
            .run(&format!("new Image().src = '{}/unknown.png'", host.third.origin_of("unknown.test")))
            .await?;
        host.until_asked("/unknown.png", 1).await?;
        browser.until("warned.some(words => words.includes('unknown.test'))").await?;
        Ok(())
    });
}

/// The lines of a group of the owner's view, without their times.
async fn lines(
    browser: &Browser,
    group: &str,
) -> Result<Vec<String>, Box<dyn std::error::Error + Send + Sync>> {
    let script = format!(
        "return [...document.querySelector('constat-debug').shadowRoot.querySelectorAll('[data-group={group}] li')].map(node => node.textContent.replace(/^\\d+ ms/, ''))"
    );
    Ok(serde_json::from_value(browser.run(&script).await?)?)
}

async fn until_lines(browser: &Browser, group: &str, expected: &[&str]) -> Outcome {
    let mut seen = Vec::new();
    for _ in 0..200 {
        seen = lines(browser, group).await?;
        if seen == expected {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    Err(format!("{group} has {seen:?}, not {expected:?}").into())
}

#[test]
fn what_the_site_cannot_do_without_is_asked_though_the_catalogue_knows_its_host() {
    browse(DESKTOP, |browser| async move {
        let own = "[[vendors]]\nid = \"jsdelivr\"\ncategory = \"essential\"\nhosts = [\"www.stats.test\", \"*.jsdelivr.net\"]\n";
        let host = Host::start_with(move |text| format!("auto_block = true\n{text}{own}"), "", "");
        host.vendor_answers("/own.json", "{}");
        host.put_page("/", "", "<script>fetch('STATS/own.json').then(() => { window.got = 1; })</script>");
        opened(&browser, &host).await?;
        browser.until("window.got").await
    });
}

#[test]
fn the_owner_s_view_says_what_is_held_exempted_and_released() {
    let body = "<div data-constat='ignore'></div>";
    let script = r#"
      window.sent = new AbortController();
      new Image().src = "STATS/held.png";
      fetch("STATS/held.json", { signal: sent.signal }).catch(() => {});
      fetch("VIDEO/held.json").catch(() => {});
      new Image().src = "UNKNOWN/held.png";
      for (let at = 0; at < 5; at++) {
        const image = document.createElement("img");
        document.querySelector("[data-constat=ignore]").append(image);
        image.src = "STATS/free.png";
        image.src = "STATS/free.png?again";
      }"#;
    browse(DESKTOP, move |browser| async move {
        let host = site("unknown_hosts = \"block\"");
        host.put_page("/", "", body);
        // The words of the view are those of the browser's language.
        browser
            .prepare("Object.defineProperty(Navigator.prototype, 'language', { get: () => 'en' })")
            .await?;
        browser.open(&format!("{}?constat=debug", host.url())).await?;
        browser.until("document.querySelector('constat-debug')").await?;
        let script = script.replace("VIDEO", &host.third.origin_of("video.test"));
        let script = script.replace("UNKNOWN", &host.third.origin_of("unknown.test"));
        browser.run(&script.replace("STATS", &host.stats())).await?;
        let named = |why: &str| {
            [
                format!("img · www.stats.test{why}"),
                format!("fetch · video.test{why}"),
                "img · unknown.testthe site file does not name it".to_owned(),
            ]
        };
        let (before, refused) = (named("no answer yet"), named("refused"));
        let [image, video, unknown] = before.each_ref().map(String::as_str);
        let call = "fetch · www.stats.testno answer yet";
        until_lines(&browser, "held", &[image, call, video, unknown]).await?;
        until_lines(&browser, "ignored", &["img · www.stats.testallowed"]).await?;
        // What the page takes back is not held any more.
        browser.run("sent.abort()").await?;
        browser.press("configure").await?;
        browser.find("dialog[open]").await?;
        browser.press("refuse_all").await?;
        until_lines(&browser, "held", &refused.each_ref().map(String::as_str)).await?;
        until_lines(&browser, "released", &[]).await?;
        browser.run("constat.open()").await?;
        browser.find("dialog[open]").await?;
        browser.press("allow_all").await?;
        let released = ["img · www.stats.testallowed", "img · unknown.testallowed"];
        until_lines(&browser, "released", &released).await?;
        // That call had failed.
        until_lines(&browser, "held", &["fetch · video.testrefused"]).await
    });
}
