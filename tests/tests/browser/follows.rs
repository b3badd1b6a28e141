//! The cookie is the truth: every page that is open follows it, whatever changes it.

use crate::page::{Host, ROOT, delivered};
use constat_shared::{Action, ConsentCookie, VendorId};
use constat_tests::browser::{Browser, DESKTOP, Outcome, browse};
use serde_json::json;

/// A script of the audience category and a film.
const BODY: &str = r#"<script type="text/plain" data-category="audience">window.ran = true</script>
  <iframe data-constat-src="THIRD/film" data-category="third_party" data-vendor="youtube"></iframe>"#;

async fn allows(browser: &Browser, vendor: &str) -> Result<bool, Box<dyn std::error::Error + Send + Sync>> {
    let script = format!("return constat.allows('', '{vendor}')");
    Ok(browser.run(&script).await?.as_bool() == Some(true))
}

/// Allows one vendor by its switch, and saves.
async fn save_with(browser: &Browser, vendor: &str) -> Outcome {
    browser.find(".manage").await?.click().await?;
    browser.find("dialog[open]").await?;
    browser.run(&format!("{ROOT}.querySelectorAll('details').forEach((node) => node.open = true)")).await?;
    browser.find(&format!("dialog input[name={vendor}]")).await?.click().await?;
    browser.press("save").await
}

#[test]
fn the_last_answer_of_any_tab_holds() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", BODY);
        browser.open(&host.url()).await?;
        let first = browser.window().await?;
        browser.press("allow_all").await?;
        browser.until("window.ran").await?;
        browser.new_tab(&host.url()).await?;
        let second = browser.window().await?;
        browser.until("window.ran && constat.allows('audience')").await?;

        browser.switch_to(first.clone()).await?;
        browser.run("constat.withdraw()").await?;
        browser.until("!window.ran && window.constat?.choices()").await?;
        // A script that is now refused has run in the second tab: it is loaded again without it.
        browser.switch_to(second).await?;
        browser.until("!window.ran && window.constat?.choices() && !constat.allows('audience')").await?;

        // The next answer starts from what holds now: only what it allows itself is allowed.
        save_with(&browser, "youtube").await?;
        host.until_asked("/film", 4).await?;
        browser.switch_to(first).await?;
        browser.until("constat.allows('', 'youtube')").await?;
        assert!(!allows(&browser, "google-analytics").await? && !allows(&browser, "recaptcha").await?);
        browser.reload().await?;
        browser.until("window.constat?.allows('', 'youtube')").await?;
        assert!(!browser.run("return constat.allows('audience')").await?.as_bool().unwrap());
        delivered(&browser, "polaire").await?;
        let records = host.records(&browser).await;
        let actions: Vec<_> = records.iter().map(|record| record.action).collect();
        assert_eq!(actions, [Action::AllowAll, Action::Withdraw, Action::Save]);
        let allowed: Vec<_> = records[2].vendors.iter().filter(|(_, on)| **on).map(|(id, _)| id).collect();
        assert_eq!(allowed, [&VendorId::parse("youtube")?]);
        Ok(())
    });
}

#[test]
fn a_service_allowed_from_its_placeholder_keeps_what_another_tab_decided_meanwhile() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", BODY);
        browser.open(&host.url()).await?;
        let first = browser.window().await?;
        browser.press("refuse_all").await?;
        browser.new_tab(&host.url()).await?;
        let second = browser.window().await?;
        browser.until("document.querySelector('iframe').contentDocument?.querySelector('button')").await?;
        browser.switch_to(first).await?;
        save_with(&browser, "google-analytics").await?;
        browser.until("constat.allows('', 'google-analytics')").await?;
        browser.switch_to(second).await?;
        browser.until("document.querySelector('iframe').contentDocument?.querySelector('button')").await?;
        browser
            .run("document.querySelector('iframe').contentDocument.querySelector('button').click()")
            .await?;
        browser.until("constat.allows('', 'youtube') && constat.allows('', 'google-analytics')").await?;
        Ok(())
    });
}

#[test]
fn an_answer_in_one_tab_closes_the_banner_of_the_other_and_both_are_one_history() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", BODY);
        browser.open(&host.url()).await?;
        let first = browser.window().await?;
        browser.find(".banner").await?;
        browser.new_tab(&host.url()).await?;
        let second = browser.window().await?;
        browser.find(".banner").await?;
        browser.switch_to(first).await?;
        browser.press("allow_all").await?;
        browser.until("window.ran").await?;
        browser.switch_to(second).await?;
        browser.until("window.ran && constat.choices()").await?;
        browser.find(".manage").await?.click().await?;
        assert!(!browser.shows(".banner").await?);
        browser.press("refuse_all").await?;
        browser.until("!window.ran && window.constat?.choices()").await?;
        delivered(&browser, "polaire").await?;
        let records = host.records(&browser).await;
        assert_eq!(records.len(), 2);
        assert_eq!(records[1].consent_id, records[0].consent_id);
        assert_eq!(records[1].previous_event_id, Some(records[0].event_id));
        Ok(())
    });
}

#[test]
fn an_answer_in_another_tab_closes_the_configuration_layer() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        browser.open(&host.url()).await?;
        let first = browser.window().await?;
        browser.press("configure").await?;
        browser.find("dialog[open]").await?;
        browser.new_tab(&host.url()).await?;
        browser.press("refuse_all").await?;
        browser.switch_to(first).await?;
        browser.until(&format!("constat.choices() && !{ROOT}.querySelector('dialog')")).await?;
        assert!(!browser.shows(".banner").await?);
        Ok(())
    });
}

#[test]
fn a_cookie_that_somebody_else_removes_asks_again_when_the_page_is_looked_at() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", BODY);
        browser.open(&host.url()).await?;
        browser.press("allow_all").await?;
        browser.until("window.ran").await?;
        browser.forget_choice().await?;
        // Where the browser tells of changed cookies, the page has been loaded again already.
        browser.run("dispatchEvent(new Event('focus'))").await?;
        browser.until("!window.ran && window.constat && constat.choices() === null").await?;
        browser.find(".banner").await?;
        Ok(())
    });
}

#[test]
fn a_choice_that_ends_while_the_page_is_open_is_asked_for_again() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", BODY);
        browser.open(&host.url()).await?;
        browser.press("allow_all").await?;
        delivered(&browser, "polaire").await?;
        let cookie = ConsentCookie::decode(&browser.consent_cookie().await?.ok_or("no cookie")?)?;
        let end = cookie.expires().unix_ms();
        // The page is opened two seconds before the end.
        browser.prepare(&format!("if (!sessionStorage.late) sessionStorage.late = {end} - Date.now() - 2000; const now = Date.now; Date.now = () => now() + +sessionStorage.late")).await?;
        browser.open(&host.url()).await?;
        browser.until("window.ran && constat.choices()").await?;
        browser.until("!window.ran && window.constat && constat.choices() === null").await?;
        browser.find(".banner").await?;
        assert!(!browser.shows(".manage").await?);
        Ok(())
    });
}

/// Notes that the browser has shown the page as it had kept it.
const KEPT: &str =
    "<script>addEventListener('pageshow', (event) => { if (event.persisted) window.kept = true })</script>";

#[test]
fn a_page_that_the_back_button_restores_knows_the_answer() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start(KEPT, BODY);
        host.put("/two", "", "<h1>Two</h1>");
        browser.open(&host.url()).await?;
        browser.find(".banner").await?;
        browser.open(&format!("{}two", host.url())).await?;
        browser.press("allow_all").await?;
        delivered(&browser, "polaire").await?;
        browser.back().await?;
        browser.until("location.pathname === '/' && window.ran && constat.choices()").await?;
        assert_eq!(browser.run("return !!window.kept").await?, json!(true), "the browser keeps pages");
        assert!(!browser.shows(".banner").await?);
        Ok(())
    });
}

#[test]
fn a_page_that_the_back_button_restores_stops_what_was_taken_back_since() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start(KEPT, BODY);
        host.put("/two", "", "<h1>Two</h1>");
        browser.open(&host.url()).await?;
        browser.press("allow_all").await?;
        browser.until("window.ran").await?;
        browser.open(&format!("{}two", host.url())).await?;
        browser.until("window.constat?.choices()").await?;
        browser.run("constat.withdraw()").await?;
        browser.back().await?;
        browser.until("location.pathname === '/' && !window.ran && window.constat?.choices()").await?;
        assert!(!browser.run("return constat.allows('audience')").await?.as_bool().unwrap());
        assert_eq!(host.third.count("/film"), 1);
        Ok(())
    });
}

#[test]
fn the_page_asks_for_its_frames_and_they_follow() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "<iframe src='/inner' width='900' height='600'></iframe>");
        host.put(
            "/inner",
            "",
            &format!("{BODY}<iframe src='/innermost'></iframe><a href='#' data-constat='manage'>Cookies</a>"),
        );
        host.put("/innermost", "", BODY);
        browser.open(&host.url()).await?;
        browser.find(".banner").await?;
        let define = "window.inner = () => { const one = document.querySelector('iframe').contentWindow; return [one, one.document?.querySelector('[src=\"/innermost\"]')?.contentWindow] }";
        browser.run(define).await?;
        browser.until("inner().every((frame) => frame?.constat)").await?;
        browser.run("return new Promise((done) => setTimeout(done, 200))").await?;
        let banners = "return inner().filter((frame) => frame.document.querySelector('constat-consent')?.shadowRoot.querySelector('.banner')).length";
        assert_eq!(browser.run(banners).await?, json!(0));
        browser.press("allow_all").await?;
        browser.until("inner().every((frame) => frame.ran)").await?;
        host.until_asked("/film", 2).await?;
        let buttons = banners.replace(".banner", ".manage");
        assert_eq!(browser.run(&buttons).await?, json!(0), "the page has the button");

        browser.enter_frame("iframe").await?;
        browser.click("a").await?;
        browser.leave_frames().await?;
        browser.find("dialog[open]").await?;
        browser.press("refuse_all").await?;
        browser.until("inner().every((frame) => frame?.constat?.choices() && !frame.ran)").await?;
        delivered(&browser, "polaire").await?;
        assert_eq!(host.records(&browser).await.len(), 2);
        Ok(())
    });
}

#[test]
fn the_banner_the_placeholder_and_the_record_follow_the_language_of_the_page() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", BODY);
        browser.open(&host.url()).await?;
        browser.find(".banner[lang=fr]").await?;
        let placeholder = "document.querySelector('iframe').contentDocument?.body";
        for lang in ["nl-BE", "de", "en"] {
            browser.run(&format!("document.documentElement.lang = '{lang}'")).await?;
            let short = &lang[..2];
            browser.find(&format!(".banner[lang={short}]")).await?;
            browser
                .until(&format!("{placeholder}.lang === '{short}' && {placeholder}.querySelector('button')"))
                .await?;
        }
        browser.run("document.documentElement.lang = 'pt'").await?;
        browser.find(".banner[lang=fr]").await?;
        browser.run("document.documentElement.lang = 'nl'").await?;
        browser.find(".banner[lang=nl]").await?;
        browser.press("refuse_all").await?;
        browser.until(&format!("{ROOT}.querySelector('.manage')?.textContent === 'Cookies beheren'")).await?;
        browser.run("document.documentElement.lang = 'en'").await?;
        browser.until(&format!("{ROOT}.querySelector('.manage')?.textContent === 'Manage cookies'")).await?;
        delivered(&browser, "polaire").await?;
        assert_eq!(host.records(&browser).await[0].language.as_str(), "nl");
        Ok(())
    });
}

#[test]
fn the_open_configuration_layer_follows_the_language_of_the_page() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        browser.open(&host.url()).await?;
        browser.press("configure").await?;
        browser.find("dialog[open][lang=fr]").await?;
        browser.run("document.documentElement.lang = 'nl'").await?;
        browser.find("dialog[open][lang=nl]").await?;
        browser.press("refuse_all").await?;
        delivered(&browser, "polaire").await?;
        assert_eq!(host.records(&browser).await[0].language.as_str(), "nl");
        Ok(())
    });
}

/// Has the browser prepare the next page before anybody follows the link (Speculation Rules).
const PREPARES: &str = r#"<script type="speculationrules">{ "prerender": [{ "urls": ["/two"] }] }</script>"#;

#[test]
fn a_page_that_is_prepared_unseen_releases_nothing_and_follows_the_last_answer() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start(PREPARES, "<a href='/two'>Two</a>");
        host.put("/two", "", BODY);
        browser.open(&host.url()).await?;
        browser.press("allow_all").await?;
        delivered(&browser, "polaire").await?;
        browser.reload().await?;
        browser.until("window.constat?.choices()").await?;
        for _ in 0..200 {
            if host.pages.count("/two") > 0 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        browser.run("return new Promise((done) => setTimeout(done, 500))").await?;
        let prepared = host.pages.count("/two");
        assert_eq!((prepared > 0, host.third.count("/film")), (true, 0));
        browser.click("a").await?;
        browser.until("location.pathname === '/two' && window.ran").await?;
        host.until_asked("/film", 1).await?;
        let unseen = "return performance.getEntriesByType('navigation')[0].activationStart > 0";
        assert_eq!(browser.run(unseen).await?, json!(true), "the page was prepared");
        assert_eq!(host.pages.count("/two"), prepared);
        Ok(())
    });
}
