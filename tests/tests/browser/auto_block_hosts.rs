//! Blocking without marks: whose a host is, what the page exempts, and what the owner sees of it.

use crate::auto_block::{a_moment, opened, site};
use constat_tests::browser::{DESKTOP, browse};
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
        browser.block(&["http://connect.facebook.net/*"]).await?;
        opened(&browser, &host).await?;
        browser.press("allow_all").await?;
        browser.run("new Image().src = 'http://connect.facebook.net/a.png'").await?;
        browser.run(&format!("new Image().src = '{}/b.png'", host.third.origin_of("unknown.test"))).await?;
        host.until_asked("/b.png", 1).await?;
        assert_eq!(browser.blocked_count(), 0);
        Ok(())
    });
}

#[test]
fn a_host_that_nobody_knows_is_asked_unless_the_site_forbids_it() {
    browse(DESKTOP, move |browser| async move {
        let host = site("unknown_hosts = \"block\"");
        opened(&browser, &host).await?;
        browser.press("allow_all").await?;
        browser
            .run(&format!("new Image().src = '{}/unknown.png'", host.third.origin_of("unknown.test")))
            .await?;
        browser.run(&format!("new Image().src = '{}/known.png'", host.stats())).await?;
        host.until_asked("/known.png", 1).await?;
        a_moment().await;
        assert_eq!(host.third.count("/unknown.png"), 0);
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

#[test]
fn the_owner_s_view_says_what_is_held_exempted_and_released() {
    browse(DESKTOP, move |browser| async move {
        let host = site("");
        let body = "<img src='STATS/held.png' alt=''><div data-constat='ignore'><img src='STATS/free.png' alt=''></div>";
        host.put_page("/", "", body);
        browser.open(&format!("{}?constat=debug", host.url())).await?;
        let list = |group: &str| {
            format!(
                "document.querySelector('constat-debug')?.shadowRoot.querySelector('[data-group={group}]')?.textContent"
            )
        };
        browser.until(&format!("{}?.includes('img · www.stats.test')", list("held"))).await?;
        browser.until(&format!("{}?.includes('img · www.stats.test')", list("ignored"))).await?;
        browser.press("allow_all").await?;
        browser.until(&format!("{}?.includes('img · www.stats.test')", list("released"))).await?;
        Ok(())
    });
}
