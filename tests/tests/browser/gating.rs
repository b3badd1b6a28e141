//! Nothing runs before it is allowed, and nothing after it is withdrawn.

use crate::page::{Demo, Host, delivered};
use constat_shared::{Action, VendorId};
use constat_tests::browser::{DESKTOP, browse};
use serde_json::json;
use thirtyfour::Key;

#[test]
fn scripts_run_in_the_order_of_the_page_whatever_they_cost_to_fetch() {
    let body = r#"
      <script type="text/plain" data-category="audience" data-src="THIRD/slow.js"></script>
      <script type="text/plain" data-category="audience">ran.push("inline")</script>
      <script type="text/plain" data-category="third_party" data-vendor="youtube" data-src="THIRD/fast.js"></script>
      <script type="text/plain" data-category="audience" data-vendor="nobody">ran.push("nobody")</script>"#;
    browse(DESKTOP, |browser| async move {
        let host = Host::start("<script>window.ran = []</script>", body);
        host.third
            .put("/slow.js", "const end = Date.now() + 200; while (Date.now() < end); ran.push('slow')");
        host.third.put("/fast.js", "ran.push('fast')");
        browser.open(&host.url()).await?;
        browser.find(".banner").await?;
        assert_eq!(browser.run("return ran").await?, json!([]));
        browser.press("allow_all").await?;
        browser.until("ran.length === 3").await?;
        assert_eq!(browser.run("return ran").await?, json!(["slow", "inline", "fast"]));
        Ok(())
    });
}

#[test]
fn what_is_added_to_the_page_later_waits_like_the_rest() {
    let head = r#"<script>window.ran = []; function add(vendor) {
        const script = document.createElement("script");
        script.type = "text/plain"; script.dataset.category = "third_party"; script.dataset.vendor = vendor;
        script.textContent = "ran.push('" + vendor + "')";
        const box = document.createElement("div"); box.append(script); document.body.append(box);
    }</script>"#;
    browse(DESKTOP, |browser| async move {
        let host = Host::start(head, "");
        browser.open(&host.url()).await?;
        browser.find(".banner").await?;
        browser.run("add('youtube')").await?;
        browser.press("configure").await?;
        browser.find("dialog summary").await?;
        browser.run("document.querySelector('constat-consent').shadowRoot.querySelectorAll('details').forEach((node) => node.open = true)").await?;
        browser.find("input[name=youtube]").await?.click().await?;
        browser.press("save").await?;
        browser.until("ran.length === 1").await?;
        browser.run("add('recaptcha'); add('youtube')").await?;
        browser.until("ran.length === 2").await?;
        assert_eq!(browser.run("return ran").await?, json!(["youtube", "youtube"]));
        Ok(())
    });
}

#[test]
fn a_blocked_frame_has_a_placeholder_and_can_be_allowed_alone() {
    browse(DESKTOP, |browser| async move {
        let demo = Demo::start();
        browser.open(&demo.page("fr/")).await?;
        browser.press("refuse_all").await?;
        let frame = "document.querySelector('iframe[data-vendor=youtube]')";
        let placeholder = format!("{frame}.contentDocument?.body");
        browser.until(&format!("{placeholder}?.querySelector('button')")).await?;
        let text = browser.run(&format!("return {placeholder}.textContent")).await?;
        assert!(text.as_str().unwrap().contains("YouTube"), "{text}");
        let link = browser.run(&format!("return {placeholder}.querySelector('a').href")).await?;
        assert!(link.as_str().unwrap().starts_with("https://"), "{link}");
        // On a later page nothing of Constat's is open: the answer still is announced and keeps the focus.
        browser.reload().await?;
        browser.until(&format!("{placeholder}?.querySelector('button')")).await?;
        browser.enter_frame("iframe[data-vendor=youtube]").await?;
        browser.run("document.querySelector('button').focus()").await?;
        // The press ends the placeholder, and Firefox's driver says that the key had nowhere to come up.
        let _ = browser.keys(&[Key::Enter]).await;
        browser.leave_frames().await?;
        browser.until(&format!("{frame}.src.includes('/video.html') && {frame}.checkVisibility()")).await?;
        assert_eq!(browser.run(&format!("return document.activeElement === {frame}")).await?, json!(true));
        browser.until("document.querySelector('constat-consent').shadowRoot.querySelector('[role=status]').textContent").await?;
        delivered(&browser, "boreale").await?;
        let records = demo.records(&browser).await;
        let allowed: Vec<_> =
            records[1].vendors.iter().filter(|(_, on)| **on).map(|(id, _)| id.clone()).collect();
        assert_eq!(allowed, [VendorId::parse("youtube")?]);
        assert_eq!(records[1].action, Action::Save);
        Ok(())
    });
}

#[test]
fn withdrawing_stops_later_requests_and_removes_what_was_left() {
    browse(DESKTOP, |browser| async move {
        let demo = Demo::start();
        browser.open(&demo.page("fr/")).await?;
        browser.press("allow_all").await?;
        browser.until("document.cookie.includes('_ga=') && document.cookie.includes('_ga_BOREALE') && document.cookie.includes('cto_bundle')").await?;
        delivered(&browser, "boreale").await?;
        // The last that the last script asks for.
        for _ in 0..400 {
            if demo.counts().await.get("/share-count").is_some() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        let before = demo.counts().await;
        browser.run("window.same_page = true; document.cookie = 'mine=1;path=/'; constat.withdraw()").await?;
        // Scripts have run, so the page is loaded again without them.
        browser.until("!window.same_page && window.constat?.choices()").await?;
        delivered(&browser, "boreale").await?;
        let cookies = browser.run("return document.cookie").await?;
        let cookies = cookies.as_str().unwrap();
        assert!(!cookies.contains("_ga") && !cookies.contains("cto_bundle"), "{cookies}");
        assert!(cookies.contains("mine=1"), "what is not declared is left alone");
        browser.open(&demo.page("fr/claim.html")).await?;
        browser.until("window.constat?.choices()").await?;
        assert_eq!(demo.counts().await, before);
        let records = demo.records(&browser).await;
        assert_eq!(records[1].action, Action::Withdraw);
        assert!(records[1].vendors.values().all(|on| !on));
        Ok(())
    });
}

#[test]
fn a_refusal_removes_what_an_earlier_consent_left_behind() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        browser.open(&host.url()).await?;
        browser.find(".banner").await?;
        // As after a consent on earlier terms, or to another banner.
        browser.run("document.cookie = '_ga=1;path=/'; document.cookie = 'mine=1;path=/'; window.same_page = true").await?;
        browser.press("refuse_all").await?;
        browser.until("!document.cookie.includes('_ga=') && document.cookie.includes('mine=1')").await?;
        assert_eq!(browser.run("return window.same_page").await?, json!(true));
        Ok(())
    });
}

#[test]
fn withdrawing_before_anything_ran_needs_no_reload() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start(
            "",
            r#"<iframe data-src="THIRD/frame" data-category="third_party" data-vendor="youtube"></iframe>"#,
        );
        browser.open(&host.url()).await?;
        browser.press("allow_all").await?;
        browser.until("document.querySelector('iframe').src").await?;
        browser
            .run("window.same_page = true; localStorage.setItem('_ga_1', 'x'); constat.withdraw()")
            .await?;
        browser.until("!document.querySelector('iframe').hasAttribute('src')").await?;
        assert_eq!(browser.run("return window.same_page").await?, json!(true));
        assert_eq!(browser.run("return localStorage.getItem('_ga_1')").await?, json!(null));
        browser.until("document.querySelector('iframe').contentDocument?.querySelector('button')").await?;
        Ok(())
    });
}

#[test]
fn the_page_can_ask_before_the_loader_is_there_and_hears_of_every_change() {
    let head = r#"<script>
      window.heard = [];
      (window.constat = window.constat || []).push((constat) => heard.push(["early", constat.choices(), constat.allows("essential"), constat.allows("audience")]));
      for (const name of ["ready", "change"]) document.addEventListener("constat:" + name, (event) => heard.push([name, event.detail.vendors.youtube]));
    </script>"#;
    browse(DESKTOP, |browser| async move {
        let host = Host::start(head, "");
        browser.open(&host.url()).await?;
        browser.until("heard.length === 2").await?;
        browser.press("allow_all").await?;
        let heard = browser.run("constat.push((constat) => heard.push(constat.allows('audience', 'google-analytics'))); return heard").await?;
        assert_eq!(heard, json!([["ready", false], ["early", null, true, false], ["change", true], true]));
        assert_eq!(browser.run("return constat.choices().categories.advertising").await?, json!(true));
        Ok(())
    });
}

#[test]
fn a_script_whose_text_is_still_arriving_runs_whole() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        browser.open(&host.url()).await?;
        browser.press("allow_all").await?;
        delivered(&browser, "polaire").await?;
        // The loader is there before the body. The element comes into the page by one step of the
        // parser and its text by the next, as when a page comes in pieces.
        let page = format!(
            r#"<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Polaire</title>
            <script src="{}/v1/sites/polaire/consent.js"></script></head><body>
            <script>document.write('<script type="text/plain" data-category="audience">')</script>window.ran = true</script>
            </body></html>"#,
            host.server.url,
        );
        host.pages.put("/pieces", page);
        browser.open(&format!("{}pieces", host.url())).await?;
        browser.until("window.ran").await?;
        Ok(())
    });
}
